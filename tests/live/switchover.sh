#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# switchover - an operator moves the active role (crm_resource --move, then --clear)
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=planned
BAR_MS=400

inject()
{
	fault_us=$(now_us)
	lab_in "$other" crm_resource -r tandemd-clone --move --promoted -N "$other" >/dev/null 2>&1 ||
		fail "Pacemaker refuses the move"
	say "the active role was ordered to move from $hit to $other"
}

after_fault()
{
	lab_wait 20 has_happened "$other" active
	# the address follows the role; a change of the configuration before would be in its way
	lab_in "$other" crm_resource --wait --timeout=20s >/dev/null 2>&1 || fail "Pacemaker does not come to rest"
	lab_in "$other" crm_resource -r tandemd-clone --clear >/dev/null 2>&1 ||
		fail "Pacemaker keeps the order to move"
}
