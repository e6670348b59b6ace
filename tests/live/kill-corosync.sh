#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# kill-corosync - corosync of the active node dies at once; the other one fences the node
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

inject()
{
	strike "$hit" corosync KILL
	say "kill -9 of corosync on $hit"
}
