#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# cut-link - nothing that the nodes send to one another arrives, on both rings; others reach both
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
	"$LAB_HERE/lab" split || fail "the links cannot be cut"
	say "both links between n1 and n2 are cut"
}

after_fault()
{
	wait_for_fencing
	"$LAB_HERE/lab" mend
	say "the links are whole again"
}
