#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Tests the test runner: it must catch whatever a test can do wrong, and count what it did right.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
passed=0 failed=0
top=$(mktemp -d "${TMPDIR:-/tmp}/run.XXXXXX") || exit 1
trap 'rm -rf "$top"' EXIT
export BUILD=$top/build

# script NAME LINE...: a test script with these lines.
script()
{
	local name=$1
	shift
	{ echo '#!/bin/sh'; printf '%s\n' "$@"; } >"$top/$name"
	chmod +x "$top/$name"
}

# Sets output and rc.
run()
{
	output=$(tests/run "$@" 2>&1)
	rc=$?
}

# expect WHAT RC LAST-LINE [TEXT...]: exit code, closing line and further text of the last run.
expect()
{
	local what=$1 text good=1
	[[ $rc == "$2" && ${output##*$'\n'} == "$3" ]] || good=0
	shift 3
	for text in "$@"; do
		[[ $output == *"$text"* ]] || good=0
	done
	if ((good)); then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what (exit code $rc)"
		sed 's/^/    /' <<<"$output"
	fi
}

test_counting()
{
	script plain.sh 'echo "3 passed, 0 failed, 2 skipped"'
	run "$top/plain.sh"
	expect 'a script counts by its last line' 0 '3 passed, 0 failed, 2 skipped' 'ok '
	script two 'echo "100%: Checks: 12, Failures: 0, Errors: 0"' 'echo "66%: Checks: 3, Failures: 1, Errors: 0"' 'exit 1'
	run "$top/two"
	expect 'all suites of a Check program are added up' 1 '14 passed, 1 failed, 0 skipped' 'FAILED '
	script reasons 'echo "skip: no schemas here"' 'echo "100%: Checks: 4, Failures: 0, Errors: 0"'
	run "$top/reasons"
	expect 'skipped cases of a Check program' 0 '3 passed, 0 failed, 1 skipped' 'skip: no schemas here'
	script away 'echo "needs root"' 'exit 77'
	run "$top/plain.sh" -- "$top/away"
	expect 'exit code 77' 0 '3 passed, 0 failed, 3 skipped' 'skipped ' '(needs root)'
}

test_misdeeds()
{
	script silent 'exit 0'
	run "$top/silent"
	expect 'a test without a case' 1 '0 passed, 1 failed, 0 skipped' 'ran no test case'
	script crash 'echo "100%: Checks: 2, Failures: 0, Errors: 0"' 'kill -SEGV $$'
	run "$top/crash"
	expect 'a crash at the end' 1 '2 passed, 1 failed, 0 skipped' 'killed by signal 11' 'the end of'
	script leak 'echo "100%: Checks: 2, Failures: 0, Errors: 0"' 'echo "ERROR: LeakSanitizer"' 'exit 99'
	run "$top/leak"
	expect 'a leak' 1 '2 passed, 1 failed, 0 skipped' 'the sanitizer found something' 'ERROR: LeakSanitizer'
	script liar.sh 'echo "2 passed, 1 failed, 0 skipped"'
	run "$top/liar.sh"
	expect 'failures with exit code 0' 1 '2 passed, 1 failed, 0 skipped' 'in spite of failures'
	script wrong.sh 'echo "2 passed, 0 failed, 0 skipped"' 'exit 3'
	run "$top/wrong.sh"
	expect 'an error without failures' 1 '2 passed, 1 failed, 0 skipped' 'exit code 3'
	run "$top/nowhere"
	expect 'a test that does not exist' 1 '0 passed, 1 failed, 0 skipped' 'exit code 127'
	run
	expect 'no test at all' 1 '0 passed, 1 failed, 0 skipped' 'no test was run'
}

# The child of a test that hangs must be gone too: it would write the file.
test_time()
{
	script hang 'echo started' "(read -r x <$top/never; echo late >$top/late) &" 'wait'
	mkfifo "$top/never"
	run -t 1 "$top/hang"
	expect 'a hanging test' 1 '0 passed, 1 failed, 0 skipped' 'no end within 1 s' 'started'
	(exec 3<>"$top/never"; echo go >&3; read -r -t 1 -u 3 _)
	[[ ! -e $top/late ]]
	rc=$? output='the child of a test that hung is still alive'
	expect 'children' 0 "$output"
	script patient.sh '# timeout: 20' 'read -r x <'"$top/gate"'; echo "1 passed, 0 failed, 0 skipped"'
	mkfifo "$top/gate"
	(sleep 2; echo go >"$top/gate") &
	run -t 1 "$top/patient.sh"
	wait
	expect 'a script with a limit of its own' 0 '1 passed, 0 failed, 0 skipped'
}

test_surroundings()
{
	script place 'test -d "$TMPDIR" && test -f Makefile && ! read -r x || exit 1' 'touch "$TMPDIR/litter"' \
		"echo \"\$TMPDIR\" >$top/where" 'echo "1 passed, 0 failed"'
	run "$top/place"
	expect 'working folder, TMPDIR, no input' 0 '1 passed, 0 failed, 0 skipped'
	[[ ! -e $(<"$top/where") ]]
	rc=$? output='the TMPDIR of a test was not removed'
	expect 'TMPDIR' 0 "$output"
	run -m away "$top/silent" -- "$top/away"
	expect 'the choice of tests' 0 '0 passed, 0 failed, 1 skipped'
}

# Two tests that wait for one another end only if they run side by side.
test_parallel()
{
	mkfifo "$top/ab" "$top/ba"
	script a "echo 1 >$top/ab; read -r x <$top/ba" 'echo "1 passed, 0 failed"'
	script b "read -r x <$top/ab; echo 1 >$top/ba" 'echo "1 passed, 0 failed"'
	run -j 2 -t 10 "$top/a" "$top/b"
	expect 'two at a time' 0 '2 passed, 0 failed, 0 skipped'
	run -j 2 -t 1 -- "$top/a" "$top/b"
	expect 'one after another' 1 '0 passed, 2 failed, 0 skipped'
	run -j 1 -t 10 "$top/a" -- "$top/b"
	expect 'one of the second group beside one of the first' 0 '2 passed, 0 failed, 0 skipped'
	run -j 1 -t 10 -- -- "$top/a" "$top/b"
	expect 'two at a time of those that wait' 0 '2 passed, 0 failed, 0 skipped'
	run -j 2 -t 10 -- -- -- "$top/a" "$top/b"
	expect 'two at a time of the fourth group' 0 '2 passed, 0 failed, 0 skipped'
	run -j 2 -t 1 -- "$top/a" -- "$top/b"
	expect 'the third group when the second is through' 1 '0 passed, 2 failed, 0 skipped'
	run -j 2 -t 1 -- -- -- "$top/a" -- "$top/b"
	expect 'the last group alone' 1 '0 passed, 2 failed, 0 skipped'
}

# Interrupted: the test is ended, and nothing runs on.
test_interrupt() # WORDS: which group it is in
{
	rm -f "$top/up" "$top/down"
	mkfifo "$top/up" "$top/down"
	script long "echo \$\$ >$top/up" "read -r x <$top/down" 'echo "1 passed, 0 failed"'
	tests/run "$@" "$top/long" >"$top/out" 2>&1 &
	local runner=$! pid=none
	# a runner that ends at once never opens it
	exec 4<>"$top/up"
	read -r -t 60 -u 4 pid
	exec 4>&-
	kill -TERM $runner
	wait $runner
	rc=$? output=$(<"$top/out")
	expect "TERM $*" 130 interrupted
	! kill -0 "$pid" 2>/dev/null
	rc=$? output='the test runs on after TERM'
	expect "TERM $* ends the test" 0 "$output"
}

for part in counting misdeeds time surroundings parallel; do
	"test_$part"
done
test_interrupt
test_interrupt -- --
test_interrupt -- -- -- --
echo "$passed passed, $failed failed, 0 skipped"
((failed == 0))
