#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# kill-standby-node-qdevice - as kill-standby-node, with a third vote (corosync-qnetd): what is not confirmed waits until quorum is known
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=none
# nothing may leave before it is certain that the third vote is ours
BAR_MS=3000
export QDEVICE=1
need_program corosync-qnetd
need_program corosync-qdevice

inject()
{
	fault_us=$(now_us)
	lab_power_off "$other" || fail "$other does not die"
	say "$other, the standby, lost its power"
}

after_fault()
{
	lab_wait 20 has_happened "$hit" peer-lost || say "$hit did not miss its standby"
}
