#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# kill-pacemakerd - pacemakerd of the active node dies at once; it is started again, as systemd does
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=none
BAR_MS=300

inject()
{
	strike "$hit" pacemakerd KILL
	say "kill -9 of pacemakerd on $hit"
}

pacemaker_answers()
{
	lab_in "$hit" crm_mon -1 >/dev/null 2>&1
}

# It is away for a second; nobody may take over meanwhile, nor when it is back.
after_fault()
{
	step sleep 1
	"$LAB_HERE/lab" pacemaker "$hit" || fail "pacemakerd does not start"
	lab_wait 30 pacemaker_answers || fail "pacemakerd is not back"
}
