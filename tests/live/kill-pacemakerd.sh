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

after_fault()
{
	step sleep 1
	"$LAB_HERE/lab" pacemaker "$hit" || fail "pacemakerd does not start"
	step sleep 3
}
