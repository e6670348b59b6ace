#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# kill-node - the active node loses its power; the other one fences it, it boots again
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

BAR_MS=3000

inject()
{
	fault_us=$(now_us)
	lab_power_off "$hit" || fail "$hit does not die"
	say "$hit lost its power: every process of it is gone"
}
