#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# loop-daemon - the connector of the active node runs in an endless loop
#
# The product has no back door for this: lab_make_loop writes a jump to itself where it goes on. It stays
# alive, holds its sockets and burns a processor.
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

# a monitor each second, which waits 3 s for an answer, and one second more
BAR_MS=5000

inject()
{
	fault_us=$(lab_make_loop "$hit" tandemd) ||
		fail "tandemd on $hit cannot be made to loop"
	say "tandemd on $hit loops"
}
