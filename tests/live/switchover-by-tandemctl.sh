#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# switchover-by-tandemctl - an operator moves the active role (tandemctl switchover)
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=planned
BAR_MS=400

inject()
{
	lab_wait 30 is_ready || fail "the standby is not ready"
	fault_us=$(now_us)
	lab_in "$hit" timeout 90 "$LAB/bin/tandemctl" -c "$CONF" --yes switchover ||
		fail "tandemctl does not move the active role"
	say "the active role was moved from $hit to $other"
}

after_fault()
{
	lab_wait 20 has_happened "$other" active
	lab_in "$other" cibadmin -Q | grep -q "cli-" && fail "the order to move was left behind"
	lab_in "$other" timeout 20 "$LAB/bin/tandemctl" -c "$CONF" --ascii doctor >"$DEMO/doctor.txt"
	say "tandemctl doctor: $(tail -n 1 "$DEMO/doctor.txt")"
}
