#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# cut-link-qdevice - as cut-link, but a third vote decides who goes on (corosync-qnetd), and no delay
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=either
export QDEVICE=1
need_program corosync-qnetd
need_program corosync-qdevice

inject()
{
	fault_us=$(now_us)
	"$LAB_HERE/lab" split || fail "the links cannot be cut"
	say "both links between n1 and n2 are cut; both reach the quorum device"
}

after_fault()
{
	wait_for_fencing
	"$LAB_HERE/lab" mend
	say "the links are whole again"
}
