# shellcheck shell=bash disable=SC2034 # the names are for those who source this
# SPDX-License-Identifier: Apache-2.0
#
# solo_lib.sh - what the scripts of tests/solo share: sourced, never run.
#
#   solo_begin NAME PROGRAM...   folders ($top, $build, $shared, $dir), counters, and an end that leaves nothing behind;
#                                fails the script if a program is not built
#   wait_for SECONDS COMMAND...  until it succeeds; 1 if it does not in time
#   result TEXT COMMAND...       a case; $what, if it is set, is told with a failure
#   cleanup                      ends what $pids names
#
# KEEP=FOLDER keeps what a script that failed has written.

solo_begin()
{
	local program name=$1
	shift
	top=$(readlink -f "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..")
	build=$(readlink -f "${BUILD:-$top/build}")
	shared=$top/../shared/csta
	dir=$(mktemp -d "${TMPDIR:-/tmp}/$name.XXXXXX") || exit 1
	passed=0 failed=0 skipped=0 pids='' what=''
	trap end_all EXIT
	trap 'exit 130' INT TERM
	for program in "$@"; do
		[ -x "$build/$program" ] && continue
		echo "no $build/$program (run make)"
		echo "0 passed, 1 failed, 0 skipped"
		exit 1
	done
}

cleanup()
{
	# shellcheck disable=SC2086 # a list
	[ -z "$pids" ] || { kill $pids 2>/dev/null; wait $pids 2>/dev/null; }
	pids=''
}

# Whatever else runs in the background goes too.
end_all()
{
	local all
	cleanup
	all=$(jobs -rp)
	# shellcheck disable=SC2086 # a list
	[ -z "$all" ] || { kill $all; wait $all; } 2>/dev/null
	[ -z "${KEEP:-}" ] || cp -r "$dir" "$KEEP"
	rm -rf "$dir"
}

pause() { read -r -t "$1" <> <(:) || :; }

wait_for()
{
	local until=$(($(date +%s%N) + $1 * 1000000000))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$(date +%s%N)" -lt "$until" ] || return 1
		pause 0.02
	done
}

result()
{
	local text=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: ${what:+$what: }$text"
	fi
}

# The simulator, the clients, and a figure of their account.
bw() { "$build/bwsim" --ask "$dir/bw.sock" "$1"; }
client() { "$build/account" ask "$dir/cc.sock" "$1"; }
figure() { sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" "$dir/account.json" | head -n 1; }
