#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/open-questions.md against the programs: every question has its row, every setting its default, every knob its range,
# and every test is there. Closing line: N passed, N failed, N skipped.

set -u
cd "$(dirname "$0")/../.." || exit 1

build=${BUILD:-build}
page=docs/open-questions.md
questions=31
passed=0
failed=0

for program in tandemd bwsim; do
	[ -x "$build/$program" ] || { echo "no $build/$program (run make)" >&2; exit 1; }
done
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
printf '[node]\nname = n\n[broadworks]\nuser = u\npassword = p\nxsp = h:1\n' >"$dir/conf"
"$build/tandemd" -c "$dir/conf" -p >"$dir/settings" || exit 1
"$build/bwsim" --help-knobs >"$dir/knobs" || exit 1

good() { passed=$((passed + 1)); }
bad() { echo "$1"; failed=$((failed + 1)); }

# Words between backticks of a cell, a line each.
words() { grep -o '`[^`]*`' <<<"$1" | tr -d '`'; }

check_setting() # KEY = DEFAULT, or KEY of which there may be many or none
{
	if [[ $1 = *' ='* ]]; then
		grep -qxF -- "$1" <(sed 's/ *$//' "$dir/settings")
	else
		grep -q "XX(\"[a-z]*\", \"$1\"," daemon/conf_keys.h || [ "$1" = '[link]' ]
	fi
}

check_knob() # NAME, NAME LOW..HIGH or cmd NAME
{
	local name=${1%% *} range=${1#* }
	case $1 in
	'cmd '*) grep -qF "\"$range\"" tests/bwsim/bws_*.c ;;
	--*) grep -qF "\"${1#--}\"" tests/bwsim/*.c ;;
	*' '*) grep -q "^$name  *default -*[0-9]*, range $range:" "$dir/knobs" ;;
	*) grep -q "^$name  *default '" "$dir/knobs" ;;
	esac
}

check_test() # check_PROGRAM:CASE or NAME.scn
{
	local file
	case $1 in
	*.scn) [ -f "tests/scenarios/$1" ] ;;
	*:*)
		file=$(ls tests/*/"${1%%:*}.c" 2>/dev/null)
		[ -n "$file" ] && grep -qF "START_TEST(${1#*:})" "$file"
		;;
	*) return 1 ;;
	esac
}

# Each word of a cell, which must have one unless it may say in words that there is none.
check_cell() # QUESTION KIND CELL
{
	local word count=0
	while read -r word; do
		[ -n "$word" ] || continue
		count=$((count + 1))
		if "check_$2" "$word"; then good; else bad "$page: $1: no such $2: $word"; fi
	done < <(words "$3")
	if [ "$count" = 0 ] && [[ $2 = test || ! $3 =~ (tolerant|none\ needed|never\ done|not\ simulated|not\ used) ]]; then
		bad "$page: $1 names no $2"
	fi
}

for n in $(seq 1 "$questions"); do
	[ "$(grep -c "^| O$n |" "$page")" = 1 ] || { bad "$page: O$n has not one row"; continue; }
	IFS='|' read -r _ _ what settings knobs tests _ < <(grep "^| O$n |" "$page")
	[ -n "${what// /}" ] && good || bad "$page: O$n does not say what is not known"
	check_cell "O$n" setting "$settings"
	check_cell "O$n" knob "$knobs"
	check_cell "O$n" test "$tests"
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
