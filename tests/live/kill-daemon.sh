#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# kill-daemon - the connector of the active node dies at once (kill -9)
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

BAR_MS=1000

inject()
{
	strike "$hit" tandemd KILL
	say "kill -9 of tandemd on $hit"
}
