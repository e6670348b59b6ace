#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 420
#
# The simulator as a test: the seeds of seeds.txt, fresh seeds derived from the commit, the same seed twice, and the
# planted faults of ha/ha_mutation.h, each of which must be caught. Every seed is one case.
#
#   tests/sim/test_sim.sh            BUILD=  folder of the build      SIM_SEEDS=  fresh seeds (default 100)
#                                    SIM_BASE=  first fresh seed      SIM_JOBS=   runs side by side (default 2)
#                                    SIM_WHOLE= seeds with --features (default 30)
#
# Prints each broken seed with its invariant and the command that replays it, then "N passed, N failed, N skipped".

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

build=${BUILD:-build}
sim=$build/sim
fresh=${SIM_SEEDS:-100}
whole=${SIM_WHOLE:-30}
jobs=${SIM_JOBS:-2}
work=$(mktemp -d "${TMPDIR:-/tmp}/tandem-sim.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

good() { passed=$((passed + $1)); }
bad() { failed=$((failed + 1)); echo "FAILED: $*"; }

if [[ ! -x $sim ]]; then
	echo "there is no $sim: run make"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi

# First fresh seed: another one with each commit, the same one for the same commit.
base()
{
	local hash
	hash=$(git rev-parse HEAD 2>/dev/null) || hash=1d0c5eed
	echo $((16#${hash:0:7} * 1000))
}

# Runs the seeds FIRST .. FIRST+COUNT-1, several processes side by side; their output goes to $work/out.*.
run_seeds()
{
	local first=$1 count=$2 all=${3:-} share i at
	rm -f "$work"/out.*
	share=$(((count + jobs - 1) / jobs))
	for ((i = 0; i < jobs; i++)); do
		at=$((i * share))
		((at >= count)) && break
		((at + share > count)) && share=$((count - at))
		"$sim" --seed $((first + at)) --seeds "$share" --each $all >"$work/out.$i" 2>&1 &
	done
	wait
}

judge_seeds()
{
	local count=$1 broken seed
	broken=$(cat "$work"/out.* | sed -n 's/^seed \([0-9]*\) breaks .*/\1/p' | sort -un)
	for seed in $broken; do
		bad "$(cat "$work"/out.* | grep -m 1 "^seed $seed breaks [A-Z]" || echo "seed $seed breaks the program"); replay: $sim --seed $seed --trace"
		count=$((count - 1))
	done
	good "$count"
	grep -h 'virtual hours' "$work"/out.* | sed 's/^/  /'
}

# The first broken seed in full.
show_first()
{
	local seed
	seed=$(cat "$work"/out.* | sed -n 's/^seed \([0-9]*\) breaks .*/\1/p' | sort -un | head -n 1)
	[[ -n $seed ]] && "$sim" --seed "$seed" 2>&1 | cut -c 1-200
}

kept_seeds()
{
	local seed rest
	: >"$work/out.kept"
	while read -r seed rest; do
		[[ $seed =~ ^[0-9]+$ ]] || continue
		# the second word, if it is no comment, is a list of faults, or says that the world has everything
		if [[ ${rest%% *} == features ]]; then
			"$sim" --seed "$seed" --features --quiet >"$work/out.kept" 2>&1
		elif [[ -n $rest && $rest != \#* ]]; then
			"$sim" --seed "$seed" --faults "${rest%% *}" --quiet >"$work/out.kept" 2>&1
		else
			"$sim" --seed "$seed" --quiet >"$work/out.kept" 2>&1
		fi
		if (($? == 0)); then
			good 1
		else
			bad "kept seed $seed: $(grep -m 1 breaks "$work/out.kept")"
		fi
	done <tests/sim/seeds.txt
}

# Two runs of a seed do the same to the last byte.
twice()
{
	local first=$1 count=$2 i
	"$sim" --seed "$first" --seeds "$count" --hash --each --quiet >"$work/one" 2>&1 &
	"$sim" --seed "$first" --seeds "$count" --hash --each --quiet >"$work/two" 2>&1 &
	wait
	for ((i = first; i < first + count; i++)); do
		if [[ -n $(grep "^seed $i hash" "$work/one") && $(grep "^seed $i hash" "$work/one") == $(grep "^seed $i hash" "$work/two") ]]; then
			good 1
		else
			bad "seed $i: two runs differ"
		fi
	done
}

# The files that a planted fault is in: those with the macro that it switches on.
mutant_sources()
{
	local macro
	macro=$(awk -v fault="$1" '$1 == "#ifdef" && $2 == fault { getline; print $2 }' ha/ha_mutation.h core/core_mutation.h)
	[[ -n $macro ]] && grep -lw "$macro" ha/*.c core/*.c daemon/*.c
}

# A simulator with one planted fault: the files that know it compiled anew, with the compiler and flags of the build that made $sim.
build_mutant()
{
	local fault=$1 dir=$build/mutants/$1 compile obj link source
	compile=$(cat "$obj_dir/flags") || return 1
	link=$(cut -d ' ' -f 2- "$build/mode") || return 1
	mkdir -p "$dir" || return 1
	obj=()
	for source in $(mutant_sources "$fault"); do
		obj+=("$dir/$(basename "${source%.c}").o")
		if [[ ! ${obj[-1]} -nt $source || -n $(find ha core daemon proto/base -name '*.h' -newer "${obj[-1]}" -print -quit) ]]; then
			# a variable or function that only the unbroken code uses is no error here
			eval "$compile -w -D$fault -c -o '${obj[-1]}' '$source'" || return 1
		fi
	done
	# flags first, libraries last: the line begins with the compiler
	eval "${link%% -l*} -o '$dir/sim' ${obj[*]} $(find "$obj_dir/tests/sim" -name '*.o' ! -name 'check_*' | tr '\n' ' ') '$obj_dir/libpure.a' -l${link#* -l}"
}

mutant()
{
	local fault=$1 log=$work/mutant.$1 all=
	if ! build_mutant "$fault" >"$log" 2>&1; then
		echo "bad $fault cannot be built: $(tail -n 3 "$log")" >"$log.result"
		return
	fi
	# what only the whole world can show is looked for there
	[[ $(mutant_sources "$fault") == ha/* ]] || all=--features
	if "$build/mutants/$fault/sim" --seed 1 --seeds 1000 --quiet $all >"$log" 2>&1; then
		echo "bad $fault was not caught in 1000 seeds" >"$log.result"
	else
		echo "good $fault is caught: $(grep -m 1 breaks "$log" | cut -c 1-120)" >"$log.result"
	fi
}

mutants()
{
	local fault word text
	if ! obj_dir=$(cut -d ' ' -f 1 "$build/mode" 2>/dev/null) || [[ ! -e $obj_dir/flags || ! -e $obj_dir/libpure.a ]]; then
		echo "skip: the planted faults: no objects of a build in $build"
		skipped=$((skipped + 8))
		return
	fi
	for fault in GATE_IGNORED OFFSET CONFCHG DIGEST MERGE TOLD_CALL JOURNAL QUEUE; do
		mutant "TANDEM_MUTATE_$fault" &
		(($(jobs -r | wc -l) >= jobs)) && wait -n
	done
	wait
	for fault in GATE_IGNORED OFFSET CONFCHG DIGEST MERGE TOLD_CALL JOURNAL QUEUE; do
		read -r word text <"$work/mutant.TANDEM_MUTATE_$fault.result"
		if [[ $word == good ]]; then
			good 1
			echo "  $text"
		else
			bad "$text"
		fi
	done
}

# tests/sim/soak counts, goes on after a broken seed, and says how to replay it.
soak_tells()
{
	local bent=$build/mutants/TANDEM_MUTATE_OFFSET
	if tests/sim/soak --seed "$first" --seeds 3 --jobs 2 --piece 2 >"$work/soak" 2>&1 &&
		tail -n 1 "$work/soak" | grep -q '^soak: 3 of 3 seeds, 0 broken, [0-9]* failovers'; then
		good 1
	else
		bad "soak: $(tail -n 1 "$work/soak")"
	fi
	[[ -x $bent/sim ]] || return
	if ! BUILD=$bent tests/sim/soak --seed 1 --seeds 2 --jobs 1 --piece 1 >"$work/soak" 2>&1 &&
		grep -qxF "  replay: $bent/sim --seed 1 --trace" "$work/soak" &&
		tail -n 1 "$work/soak" | grep -q '^soak: 2 of 2 seeds, [12] broken'; then
		good 1
	else
		bad "soak of a broken program: $(tail -n 1 "$work/soak")"
	fi
}

# Where a quorum device decides, a link that is cut costs nothing that clients were told: whoever gets the vote holds it. A cut that heals
# while a node is stopped may cost both processes: a few. It was every other takeover when effects left unconfirmed during a cut.
cuts()
{
	local kinds=$1 out
	out=$("$sim" --seed 5000 --seeds 40 --faults "$kinds" 2>&1)
	if [[ $out =~ ", 0 broken,".*" "[1-9][0-9]*" takeovers ("[0-3]" lossy"* ]]; then
		good 1
	else
		bad "$kinds: $(tail -n 1 <<<"$out")"
	fi
}

# Named crash points: a process dies at each of them, before and after it, and nothing is broken by that.
points()
{
	local args name when
	: >"$work/points"
	# the last: a dead node's channels are there to be deleted only where the host went with it
	for args in '--seeds 100 --faults point,crash,switchover' '--seeds 8 --faults point,switchover --point stopped' '--seeds 12 --faults point,crash,hostdown --point channel-delete'; do
		# shellcheck disable=SC2086 # words
		"$sim" --seed 100 $args --trace >>"$work/points" 2>&1 ||
			bad "points: $(grep -m 1 breaks "$work/points"); replay: $sim --seed 100 $args"
	done
	for name in $("$sim" --help | sed -n '/Points:$/,/--features/s/^ \{15\}\([a-z-]*\)$/\1/p'); do
		for when in before after; do
			if grep -q "dies: $when $name\$" "$work/points"; then good 1; else bad "points: no process died $when $name"; fi
		done
	done
	if ! "$sim" --seed 100 --point nonsense >"$work/points" 2>&1 && grep -q 'no point is called nonsense' "$work/points"; then
		good 1
	else
		bad "points: a name that is none: $(head -n 1 "$work/points")"
	fi
}

first=${SIM_BASE:-$(base)}
kept_seeds
cuts split,nofence,clients
cuts split,thirdvote,clients
points
run_seeds "$first" "$fresh"
judge_seeds "$fresh"
((failed > 0)) && show_first
# fixed seeds with all that the world has: some in a thousand fresh ones still find something
run_seeds 1 "$whole" --features
judge_seeds "$whole"
twice "$first" 6
mutants
soak_tells
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
