#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# cut-one-way - nothing that the active node sends to the other arrives, on both rings; the way back is whole
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=either
# as shipped: the active one shoots first
export FENCING_DELAY=2s

inject()
{
	fault_us=$(now_us)
	"$LAB_HERE/lab" split "$hit" || fail "the links cannot be cut"
	say "what $hit sends to $other is lost"
}

after_fault()
{
	wait_for_fencing
	"$LAB_HERE/lab" mend
	say "the links are whole again"
}
