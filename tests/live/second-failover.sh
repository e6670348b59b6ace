#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# second-failover - the new active connector dies too, one second after the first or as soon as the first node is back
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

inject()
{
	strike "$hit" tandemd KILL
	say "kill -9 of tandemd on $hit"
	mark_fault
	step sleep 1
	lab_wait 20 other_is_active || fail "nobody took over the first time"
	begin_fault
	strike "$hit" tandemd KILL
	say "kill -9 of tandemd on $hit, $(((fault_us - first_us) / 1000)) ms after the first"
}
