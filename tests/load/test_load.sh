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

# pairs.awk: what is slower, what is not, and what cannot be said
pairs() # WANTED WHAT
{
	local said
	said=$(awk -v limit=105 -f "$here/pairs.awk")
	if [ "$said" = "$1" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $2: $said"; fi
}
# shellcheck disable=SC2034 # i by its name
ten() { for i in 1 2 3 4 5 6 7 8 9 10; do echo $(($1)) $(($2)) $(($3)); done; }
pairs '100.0 98.0 102.0 ok 0.0' 'no slower' < <(ten 100 98+i%5 100)
pairs '120.0 118.0 122.0 BAD 0.0' 'slower' < <(ten 100 118+i%5 100)
pairs '113.0 92.0 134.0 open 0.0' 'this or that' < <(ten 100 80+i*6 100)
pairs '100.4 100.1 102.1 ok 19.4' 'a machine that becomes slower' < <(ten 100*i 100*i+50 100*i+100)
pairs '100.0 100.0 100.0 open 0.0' 'too few' < <(ten 100 100 100 | head -n 5)

judge 12 as-failover --agents 200 --calls 50
judge 22 north --sessions 50 --monitors 10 --users 100 --rate 20 --seconds 1 --clients 50 --rounds 5 --slack 50
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
