#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# failover-during-join - the connector of the active node dies while the other one joins
#
# When it dies before the joiner holds the state, the only copy is the file in which it kept it on its host: then nobody else takes
# over, the connector is started again there and goes on. Sessions and ids are kept either way. AGENTS=1000 makes joins long.
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=either

# outer_pid NODE: the number outside of the connector of the node (not of a child it forks just now), to act within a millisecond
outer_pid()
{
	local holder
	holder=$(lab_alive "$LAB/$1/pid") && pgrep -o --ns "$holder" --nslist pid -x tandemd
}

# Waits, without a process more, until the joiner says that it asks for the state.
wait_for_syncing()
{
	local line=''
	until [[ $line == *'"to":"syncing"'* ]]; do
		IFS= read -r -u 6 line || [ "${EPOCHREALTIME/./}" -lt $((fault_us + 20000000)) ] || return 1
	done
}

# A small state is there within milliseconds: now and then the joiner is in step when the other one dies.
inject()
{
	local victim
	victim=$(outer_pid "$hit") || fail "no tandemd on $hit"
	exec 6<"$LAB/$other/fs/tandem/state/history.jsonl" && cat <&6 >/dev/null
	strike "$other" tandemd KILL
	say "kill -9 of tandemd on $other, the standby"
	wait_for_syncing || fail "the standby does not come back"
	fault_us=${EPOCHREALTIME/./}
	kill -KILL "$victim" || fail "tandemd on $hit is gone already"
	exec 6<&-
	say "kill -9 of tandemd on $hit, while $other joins"
}
