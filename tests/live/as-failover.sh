#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# as-failover - the Application Server of BroadWorks dies, forgets its calls and tells nobody
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=south

inject()
{
	fault_us=$(now_us)
	ask_bwsim '{"cmd":"as-failover","survive_subscriptions":true}' >"$DEMO/raw/as-failover.json" ||
		fail "bwsim refuses the AS failover"
	say "AS failover: BroadWorks forgot its calls and told nobody"
}
