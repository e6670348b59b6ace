#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# xsp-down - one of two XSPs resets everything and refuses, for four seconds
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=none
BAR_MS=300

inject()
{
	fault_us=$(now_us)
	ask_bwsim '{"cmd":"kill-xsp","xsp":"xsp1"}' >/dev/null || fail "bwsim keeps its XSP"
	say "xsp1 is gone"
}

after_fault()
{
	step sleep 4
	ask_bwsim '{"cmd":"start-xsp","xsp":"xsp1"}' >/dev/null || fail "the XSP does not come back"
	say "xsp1 is back"
	lab_wait 20 has_happened "$hit" channel-up || say "no channel to it is open"
}
