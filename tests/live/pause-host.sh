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

# The other node has lost it, or has heard it since it goes on: the ring that both are in has survived.
is_decided()
{
	local age_ms
	has_happened "$other" peer-lost && return
	age_ms=$(ctl "$other" --json status 2>/dev/null |
		sed -n 's/.*"local": *false,[^}]*"beat_age_ms": *\([0-9]*\).*/\1/p')
	[ -n "$age_ms" ] && [ "$age_ms" -lt $((($(now_us) - resumed_us) / 1000)) ]
}

# One that was lost is fenced, or is back in the group.
is_over()
{
	was_fenced || is_ready
}

after_fault()
{
	step sleep "$((pause_ms / 1000)).$(printf '%03d' $((pause_ms % 1000)))"
	resumed_us=$(now_us)
	if "$LAB_HERE/lab" resume "$hit" 2>/dev/null; then say "$hit goes on"; else say "$hit was fenced"; fi
	lab_wait 30 is_decided || say "$other neither misses $hit nor hears it"
	! has_happened "$other" peer-lost || lab_wait 30 is_over || say "$hit was neither fenced, nor is it back"
}
