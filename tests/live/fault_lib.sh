# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# fault_lib.sh - what a fault script is.
#
# tests/live/NAME.sh describes one fault. Its fourth line is "# NAME - what happens". It sources this
# file first and then defines, of the following, what it needs.  The engine (tests/lab/demo_lib.sh)
# sources it; called as a program it makes one run: SEED=7 AGENTS=20 tests/live/NAME.sh
#
#   EXPECT         what must come of it: takeover, planned (a takeover by order), south (nobody takes
#                  over, BroadWorks is asked for every device), none, either (fencing or chance decides)
#   BAR_MS         silence that is promised, median over sessions and runs; default: nothing is
#   FENCING_DELAY  priority-fencing-delay of the cluster, exported; default 0
#   QDEVICE        1, exported: the cluster has a third vote (corosync-qnetd); default: two_node
#   extra_conf NODE  prints lines for the end of NODE's tandem.conf
#   inject         does it and sets fault_us (now_us, strike); active, hit: the node that is active;
#                  other: the other one.  A script of several faults calls mark_fault after each but
#                  the last one, and begin_fault before the next.
#   after_fault    waits for what must happen, repairs what does not repair itself
#
# The engine's functions may be used: say, fail, step, now_us, strike, has_happened, ask_bwsim, ctl,
# lab_in, lab_wait, is_ready, "$LAB_HERE/lab".
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
if ! declare -F inject_fault >/dev/null; then
	fault=${BASH_SOURCE[1]##*/}
	FAULT=${fault%.sh} exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lab/demo" "$@"
fi

EXPECT=takeover
BAR_MS=''

extra_conf()
{
	:
}

after_fault()
{
	:
}

# A node was fenced since the fault.
was_fenced()
{
	awk -v since="$fault_us" -F'[:,]' '/"result":"ok"/ && $2 > since { n++ } END { exit !n }' \
		"$LAB/power/log.jsonl" 2>/dev/null
}

wait_for_fencing()
{
	lab_wait 30 was_fenced || say "nobody was fenced"
}

need_program()
{
	command -v "$1" >/dev/null || fail "$1 is not installed (make deps)"
}
