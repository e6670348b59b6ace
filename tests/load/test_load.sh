#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 180
#
# test_load.sh - an AS failover under load and many clients at one node, small enough for every day: as-failover and north
# in this folder have the full size.
set -u

here=$(dirname "$(readlink -f "$0")")
passed=0 failed=0

judge() # FIGURES NAME OPTION...
{
	local before=$((passed + failed)) line
	local wanted=$1 name=$2
	shift 2
	while read -r line; do
		case $line in
		*' ok') passed=$((passed + 1)) ;;
		*' BAD') failed=$((failed + 1)); echo "FAILED: $line" ;;
		esac
	done < <("$here/$name" "$@" 2>&1 || echo "$name BAD")
	[ $((passed + failed - before)) -ge "$wanted" ] || { failed=$((failed + 1)); echo "FAILED: only $((passed + failed - before)) figures of $name"; }
}

judge 12 as-failover --agents 200 --calls 50
judge 22 north --sessions 50 --monitors 10 --users 100 --rate 20 --seconds 1 --clients 50 --rounds 1 --slack 50
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
