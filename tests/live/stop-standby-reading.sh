#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# stop-standby-reading - the connector of the standby stops without dying (SIGSTOP) and reads nothing any more
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=none
# confirm-timeout-ms, and the interval of the clients' probes
BAR_MS=300

inject()
{
	strike "$other" tandemd STOP
	say "SIGSTOP of tandemd on $other, the standby"
}

# Pacemaker's monitor ends it and starts it anew.
after_fault()
{
	lab_wait 30 has_happened "$hit" peer-lost || say "nobody ended the stopped standby"
}
