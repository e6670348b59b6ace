#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# hang-daemon - the connector of the active node stops without dying (SIGSTOP)
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

# a monitor each second, which waits 3 s for an answer, and one second more
BAR_MS=5000

inject()
{
	strike "$hit" tandemd STOP
	say "SIGSTOP of tandemd on $hit"
}
