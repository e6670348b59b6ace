#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_demos.sh - short demos of some faults, each on a cluster of its own in namespaces.  Skipped with the reason where there are
# none.
#
#   test_demos.sh [FAULT...]    default: four of them, side by side
#
# timeout: 300
set -u
PATH=$PATH:/usr/sbin:/sbin

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
BUILD=$(readlink -m "${BUILD:-$top/build}")
LAB=$BUILD/lab-demos
export BUILD LAB
# shellcheck source=tests/lab/lab_lib.sh
. "$here/lab_lib.sh"
# each demo has a lab of its own
unset LAB LAB_NAMESPACES
passed=0 failed=0 skipped=0

result()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok: $2"
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
	fi
}

finish()
{
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && exit 0
	exit 1
}

run_demo()
{
	FAULT=$1 SEED=7 AGENTS=10 BEFORE_S=3 AFTER_S=2 DEMO=$BUILD/demo-test-$1 "$here/demo" >"$BUILD/test-demo-$1.log" 2>&1
}

# The clusters wait more than they compute, each in namespaces of its own: side by side.
test_demos()
{
	local fault log pids=()
	for fault in "$@"; do
		run_demo "$fault" &
		pids+=($!)
	done
	for fault in "$@"; do
		log=$BUILD/test-demo-$fault.log
		wait "${pids[0]}"
		judge_demo $? "$fault" "$log"
		pids=("${pids[@]:1}")
	done
}

judge_demo() # RC FAULT LOG
{
	result "$1" "demo FAULT=$2: $(grep -o 'verdict.*\|FAILED.*' "$3" | tail -n 1)"
	[ "$1" = 0 ] || tail -n 45 "$3"
}

if ! mode=$(lab_mode); then
	skipped=4
	echo "skip: no live cluster here: ${mode#none?}"
	finish
fi
mkdir -p "$BUILD"
for program in tandemd tandemctl bwsim cstaclient account; do
	[ -x "$BUILD/$program" ] || { echo "FAILED: $BUILD/$program is not built"; failed=$((failed + 1)); }
done
[ "$failed" = 0 ] || finish
trap 'kill $(jobs -p) 2>/dev/null; wait; exit 1' INT TERM HUP
[ $# -gt 0 ] || set -- kill-daemon kill-node as-failover switchover
test_demos "$@"
finish
