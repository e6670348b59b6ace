#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# xsp-all-down - both XSPs reset everything and refuse, for three seconds
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=south

inject()
{
	fault_us=$(now_us)
	ask_bwsim '{"cmd":"kill-xsp","xsp":"xsp1"}' >/dev/null &&
		ask_bwsim '{"cmd":"kill-xsp","xsp":"xsp2"}' >/dev/null || fail "bwsim keeps its XSPs"
	say "both XSPs are gone"
}

after_fault()
{
	step sleep 3
	ask_bwsim '{"cmd":"start-xsp","xsp":"xsp1"}' >/dev/null &&
		ask_bwsim '{"cmd":"start-xsp","xsp":"xsp2"}' >/dev/null || fail "the XSPs do not come back"
	say "both XSPs are back"
}
