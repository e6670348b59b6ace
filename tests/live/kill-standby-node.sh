#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# kill-standby-node - the standby's node loses its power; it is fenced and boots again; no client notices
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=none
# confirm-timeout-ms, and the interval of the clients' probes
BAR_MS=300

inject()
{
	fault_us=$(now_us)
	lab_power_off "$other" || fail "$other does not die"
	say "$other, the standby, lost its power"
}

after_fault()
{
	lab_wait 20 has_happened "$hit" peer-lost || say "$hit did not miss its standby"
}
