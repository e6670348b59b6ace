#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 280
#
# test_scenarios.sh - of each fault script one file and one run: over HTTP or CTI, alone or under load. SEED=N chooses
# others; make scenarios plays all files with many seeds.
set -u

here=$(dirname "$(readlink -f "$0")")
seed=${SEED:-1}
files=()
# by the number of the script: "11" of 11-redirect-ack.scn and 11-redirect-loop.scn
while read -r number; do
	group=("$here/$number"[!0-9]*.scn)
	files+=("${group[seed % ${#group[@]}]}")
done < <(cd "$here" && ls -- *.scn | sed -n 's/^\(o\{0,1\}[0-9]\{2\}\).*/\1/p' | sort -u)
exec "$here/run" --seeds 1 --first "$seed" --pick "$seed" --jobs "$((2 * $(nproc)))" "${files[@]}"
