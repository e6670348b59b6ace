#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 200
#
# The role machine completely, to a depth that takes seconds, and that the search would see something: with two planted faults of
# ha/ha_mutation.h it must find a broken invariant. (Of the other two, one shows only at the 61st delta, one is a matter of
# liveness: both are the simulator's.) `make explore` goes to depth 7.
#
#   tests/explore/test_explore.sh     BUILD=   folder of the build     EXPLORE_DEPTH=   of the search (default 4)

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

build=${BUILD:-build}
depth=${EXPLORE_DEPTH:-4}
work=$(mktemp -d "${TMPDIR:-/tmp}/tandem-explore.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

good()
{
	passed=$((passed + 1))
	echo "  $*"
}

bad()
{
	failed=$((failed + 1))
	echo "FAILED: $*"
}

finish()
{
	echo "$passed passed, $failed failed, $skipped skipped"
	((failed == 0))
	exit
}

search()
{
	local nodes=$1 to=$2
	if "$build/explore" --nodes "$nodes" --depth "$to" --seen 64 >"$work/out"; then
		good "$nodes nodes, depth $to: $(awk '{ for (i = 2; i <= NF; i++) {
			if ($i ~ /^states/) states += $(i - 1)
			if ($i ~ /^transitions/) transitions += $(i - 1) } }
			END { print states " states, " transitions " transitions" }' "$work/out")"
	else
		bad "$nodes nodes, depth $to: $(cat "$work/out")"
	fi
}

# The program with one planted fault: the files that know it compiled anew, with compiler and flags of the build.
build_mutant()
{
	local fault=$1 objects compile link source
	objects=$(cut -d ' ' -f 1 "$build/mode") && compile=$(cat "$objects/flags") &&
		link=$(cut -d ' ' -f 2- "$build/mode") || return 1
	mkdir -p "$work/$fault" || return 1
	while read -r source; do
		eval "$compile -w -DTANDEM_MUTATE_$fault -c -o '$work/$fault/$(basename "$source" .c).o' '$source'" || return 1
	done < <(grep -l HA_MUTATED_ ha/*.c)
	eval "${link%% -l*} -o '$work/$fault/explore' $work/$fault/*.o $(find "$objects/tests/explore" -name '*.o' | tr '\n' ' ') '$objects/libpure.a' -l${link#* -l}"
}

mutant()
{
	local fault=$1
	if ! build_mutant "$fault" >"$work/$fault.log" 2>&1; then
		bad "$fault cannot be built: $(tail -n 3 "$work/$fault.log")"
	elif "$work/$fault/explore" --depth 5 --seen 64 >"$work/$fault.log" 2>&1; then
		bad "$fault was not caught"
	else
		good "$fault is caught: $(sed -n 's/^broken: //p' "$work/$fault.log")"
	fi
}

if [[ ! -x $build/explore ]]; then
	bad "there is no $build/explore: run make"
	finish
fi
search 2 "$depth"
search 3 $((depth - 1))
for fault in GATE_IGNORED OFFSET; do
	mutant "$fault"
done
finish
