#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# failover-during-as-failover - BroadWorks' Application Server forgets its calls; a second later the connector dies
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

# a few devices a second, so that not all are asked for when the connector dies
extra_conf()
{
	printf '[broadworks]\nupdate-rate = %d\n' $((AGENTS / 8 + 1))
}

inject()
{
	ask_bwsim '{"cmd":"as-failover","survive_subscriptions":true}' >"$DEMO/raw/as-failover.json" ||
		fail "bwsim refuses the AS failover"
	say "AS failover: BroadWorks forgot its calls and told nobody"
	step sleep 1
	strike "$hit" tandemd KILL
	say "kill -9 of tandemd on $hit"
}
