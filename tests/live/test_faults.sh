#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_faults.sh - the fault scripts are whole, and make live refuses what it cannot do.  No cluster.
set -u

here=$(dirname "$(readlink -f "$0")")
dir=$(mktemp -d "${TMPDIR:-/tmp}/faults.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

result()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok: $2"
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
		[ ! -s "$dir/out" ] || sed 's/^/    /' "$dir/out"
	fi
}

# Sourced as the engine does, with its functions in place.
# shellcheck disable=SC2317 # called by what is sourced
load()
(
	inject_fault() { :; }
	fail() { echo "$*"; exit 3; }
	need_program() { :; }
	export DEMO=$dir BUILD=$dir
	: >"$dir/mode"
	# shellcheck disable=SC1090 # which one, the caller says
	. "$1" && declare -F inject after_fault extra_conf >/dev/null &&
		case $EXPECT in takeover | planned | south | none | either) ;; *) false ;; esac &&
		[[ $BAR_MS =~ ^[0-9]*$ ]]
)

for file in "$here"/*.sh; do
	name=${file##*/}
	name=${name%.sh}
	case $name in *_*) continue ;; esac
	load "$file" >"$dir/out" 2>&1
	rc=$?
	# a fault for which a package is missing says so
	[ "$rc" != 3 ] || ! grep -q 'not installed' "$dir/out" || rc=0
	[ -x "$file" ] && sed -n 4p "$file" | grep -q "^# $name - " && grep -q "^| \`$name\`: " "$here/README.md" ||
		rc=1
	result "$rc" "$name: loads, has inject, a known expectation, a title, a line in the README"
done

refused()
{
	local code=$1
	shift
	env BUILD="$dir" "$@" "$here/live" >"$dir/out" 2>&1
	[ $? = "$code" ]
	result $? "refused: $*"
}
refused 2 FAULT=no-such-fault
refused 2 FAULT=../live
refused 2 FAULT=kill-node RUNS=0
refused 2 RUNS=ten
refused 2 SIDE=99
refused 2 SEED=-1
env BUILD="$dir" DEMO="$dir/d" FAULT=fault_lib "$here/../lab/demo" >"$dir/out" 2>&1
[ $? = 2 ] && grep -q 'one of: as-failover' "$dir/out"
result $? 'demo names the faults that there are'

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
