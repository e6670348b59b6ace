#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# pulls - thirty times in ten minutes something is pulled: tandemd, corosync, pacemakerd, the link, an XSP, the AS, the standby
#
#   PULLS=30      how many
#   PULLS_S=600   seconds from the first to the last, if the pair is whole in time; 200 events/s: AGENTS=400 RATE=25
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

PULLS=${PULLS:-30}
PULLS_S=${PULLS_S:-600}
EXPECT=either
# the link is among them: as shipped, the active one shoots first
export FENCING_DELAY=2s

kinds=(kill-daemon kill-corosync kill-pacemakerd cut-link xsp-down as-failover kill-standby)

# The next kind: each comes once in seven, in an order that the seed draws.
draw()
{
	[ ${#deck[@]} -gt 0 ] || readarray -t deck < <(
		for kind in "${kinds[@]}"; do echo "$((RANDOM * 32768 + RANDOM)) $kind"; done | sort -n | cut -d' ' -f2)
	kind=${deck[0]}
	deck=("${deck[@]:1}")
}

# Sleeps until so many milliseconds after the first pull; not at all when that has passed.
sleep_until_ms()
{
	local ms=$(($1 - (${EPOCHREALTIME/./} - began_us) / 1000))
	[ "$ms" -le 0 ] || step sleep "$((ms / 1000)).$(printf '%03d' $((ms % 1000)))"
}

# What a fault script says of itself holds for that pull; inject and after_fault are its own from here on.
pull()
{
	local EXPECT BAR_MS FENCING_DELAY
	# shellcheck disable=SC1090 # which one, the seed says
	. "$LIVE/$1.sh"
	inject
}

inject()
{
	local i slot_ms=$((PULLS_S * 1000 / PULLS)) began_us=${EPOCHREALTIME/./} kind deck=()
	RANDOM=$((SEED % 32768))
	for ((i = 1; i <= PULLS; i++)); do
		draw
		sleep_until_ms $(((i - 1) * slot_ms + RANDOM % (slot_ms / 2)))
		lab_wait 60 is_ready || fail "pull $i: no standby is in step"
		begin_fault
		pull "$kind"
		say "pull $i of $PULLS: $kind, $hit was active"
		[ "$i" = "$PULLS" ] || { mark_fault && after_fault; }
	done
}
