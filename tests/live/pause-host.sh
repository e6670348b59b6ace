#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# pause-host - the active node stands still and is cut off for 0.3 to 4 s (by the seed), as a paused virtual machine
#
# A short pause is over before anybody misses the node; it must wake up with a shut gate. A long one ends
# with its fencing. In between it wakes up while the other one is being promoted.
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=either

inject()
{
	pause_ms=$((300 + SEED * 977 % 3700))
	fault_us=$(now_us)
	"$LAB_HERE/lab" pause "$hit" || fail "$hit cannot be paused"
	say "$hit stands still for $pause_ms ms"
}

after_fault()
{
	step sleep "$((pause_ms / 1000)).$(printf '%03d' $((pause_ms % 1000)))"
	if "$LAB_HERE/lab" resume "$hit" 2>/dev/null; then say "$hit goes on"; else say "$hit was fenced"; fi
	step sleep 3 # token, consensus and fencing: only then it is certain which of both it was
}
