#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# row - so many failovers in a row: the connector of the active node dies whenever a standby is in step
#
#   ROW=100   how many
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

ROW=${ROW:-100}
BAR_MS=1000

inject()
{
	local i
	for ((i = 1; i <= ROW; i++)); do
		# after five failures in ten minutes a node comes back at the failure-timeout only
		lab_wait 60 is_ready || fail "failover $i: no standby is in step"
		begin_fault
		strike "$hit" tandemd KILL
		[ "$i" = "$ROW" ] || mark_fault
		lab_wait 30 other_is_active || fail "failover $i: nobody took over"
		say "failover $i of $ROW: $active is active"
	done
}
