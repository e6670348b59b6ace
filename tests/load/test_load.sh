#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 180
#
# test_load.sh - an AS failover under load, small enough for every day: tests/load/as-failover has the full size.
set -u

here=$(dirname "$(readlink -f "$0")")
passed=0 failed=0
while read -r line; do
	case $line in
	*' ok') passed=$((passed + 1)) ;;
	*' BAD') failed=$((failed + 1)); echo "FAILED: $line" ;;
	esac
done < <("$here/as-failover" --agents 200 --calls 50 2>&1 || echo "as-failover BAD")
[ "$passed" -ge 12 ] || { failed=$((failed + 1)); echo "FAILED: only $passed figures"; }
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
