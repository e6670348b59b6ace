#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# failover-during-resync - the new active connector dies while it asks BroadWorks for the devices
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

# a few devices a second, so that the other node is back in step before all are asked for
extra_conf()
{
	printf '[broadworks]\nupdate-rate = %d\n' $((AGENTS / 8 + 1))
}

inject()
{
	strike "$hit" tandemd KILL
	say "kill -9 of tandemd on $hit"
	mark_fault
	lab_wait 20 other_is_active || fail "nobody took over the first time"
	begin_fault
	! has_happened "$hit" resync-done || say "the resync was over already"
	strike "$hit" tandemd KILL
	say "kill -9 of tandemd on $hit, $(((fault_us - first_us) / 1000)) ms after the first"
}
