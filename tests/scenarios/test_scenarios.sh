#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 1800
#
# test_scenarios.sh - every fault script once, with one seed, alone or under load in turn (make scenarios plays all of
# them with more seeds, each alone and under load).
set -u

here=$(dirname "$(readlink -f "$0")")
exec "$here/run" --seeds 1 --pick "${SEED:-1}"
