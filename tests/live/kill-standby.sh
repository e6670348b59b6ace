#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# kill-standby - the connector of the standby dies at once (kill -9); no client notices
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=none
# confirm-timeout-ms, and the interval of the clients' probes
BAR_MS=300

inject()
{
	strike "$other" tandemd KILL
	say "kill -9 of tandemd on $other, the standby"
}

after_fault()
{
	lab_wait 20 has_happened "$hit" peer-lost || say "$hit did not miss its standby"
}
