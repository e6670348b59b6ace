#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# isolate-active - the active node is cut off from everybody; a third vote (corosync-qnetd) goes to the other one
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

export QDEVICE=1
need_program corosync-qnetd
need_program corosync-qdevice

inject()
{
	fault_us=$(now_us)
	"$LAB_HERE/lab" cut "$hit" || fail "$hit cannot be cut off"
	say "$hit is cut off from everybody"
}

after_fault()
{
	wait_for_fencing
	"$LAB_HERE/lab" heal "$hit"
	say "the cables of $hit are whole again"
}
