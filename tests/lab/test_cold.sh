#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_cold.sh - both nodes lose their power at once, with calls up; one comes back and must not start alone; then the other one
#
# The other half of what kill-node and kill-standby-node show. What is demanded: alone a node waits for its partner (wait_for_all:
# the other one could be serving); together they start by themselves, nobody is fenced, one is active in a higher epoch than ever and the
# other one could take over; applications that come back learn the calls that went on meanwhile, and what they believe is
# what BroadWorks knows.
#
# timeout: 300
# shellcheck disable=SC2034,SC2154 # set here, used by pair_lib, and the other way round
set -u

passed=0 failed=0 wanted=10
name=cold seed=7 keep='' json=1 mode=plain users=40
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/load/pair_lib.sh
. "$here/../load/pair_lib.sh"

result()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok: $2"
	else
		failed=$((failed + 1)) keep=1
		echo "FAILED: $2"
	fi
}

# 3: this machine has no labs, as for the measurements.
finish_cold()
{
	local code=$?
	clean_up
	case $code in
	3) echo "$passed passed, $failed failed, $wanted skipped" ;;
	*)
		[ $((passed + failed)) -ge $wanted ] || { failed=$((failed + 1)); echo "FAILED: the test ended in the middle"; }
		echo "$passed passed, $failed failed, 0 skipped"
		;;
	esac
	[ "$failed" = 0 ]
	exit
}

epoch() { ctl "$1" status --json | tr -d ' \n' | sed -n 's/.*"epoch":\([0-9]*\).*/\1/p' | head -n 1; }
waits() { lab_in n1 corosync-quorumtool -s 2>/dev/null | grep -q 'Activity blocked'; }
none_promoted() { [ -z "$("$top/tests/lab/lab" promoted 2>/dev/null)" ]; }
in_calls() { client '{"cmd":"picture"}' >"$dir/picture.json" && grep -q '"call_id"' "$dir/picture.json"; }
agree()
{
	bw '{"cmd":"truth"}' >"$dir/truth.json" && grep -q '"call_id"' "$dir/truth.json" && client '{"cmd":"picture"}' >"$dir/picture.json" &&
		"$BUILD/account" match "$dir/picture.json" "$dir/truth.json" >"$dir/match" 2>&1
}
all_back()
{
	client '{"cmd":"account"}' >"$dir/account.json" && [ "$(figure reconnects "$dir/account.json")" -ge 2 ] &&
		[ "$(figure devices_out "$dir/account.json")" = 0 ]
}
fenced() { grep -c '"ev":"power"' "$LAB/power/log.jsonl" 2>/dev/null; }

if ! mode_here=$(lab_mode) || [ "$mode_here" != root ]; then
	echo "skip: no live cluster here: ${mode_here#none?}"
	echo "0 passed, 0 failed, $wanted skipped"
	exit 0
fi
prepare
trap finish_cold EXIT
start_pair 20000 $((20000 + users - 1)) 200
start_client 60 --sessions 2 --monitors $((users / 2)) --devices "20000-$((20000 + users - 1))" --mode plain --probe-ms 500 --dead-ms 3000
load 10 100000
lab_wait 30 in_calls
result $? 'calls are up, and clients know them'
before=$(epoch "$active")
was_fenced=$(fenced)

"$top/tests/lab/lab" kill n1 && "$top/tests/lab/lab" kill n2
result $? 'both nodes lose their power'
"$top/tests/lab/lab" boot n1 >"$dir/boot-n1.log" 2>&1
lab_wait 30 waits
result $? 'one comes back, and waits for the other one'
pause 5
none_promoted && ! lab_in n1 pidof tandemd >/dev/null
result $? 'it does not start alone'

began=$(now_ms)
"$top/tests/lab/lab" boot n2 >"$dir/boot-n2.log" 2>&1
lab_wait 60 is_ready
result $? "with the other one there they start by themselves, and one could take over from the other ($(($(now_ms) - began)) ms)"
[ "$(fenced)" = "$was_fenced" ]
result $? 'nobody was fenced'
after=$(epoch "$active")
[ "${after:-0}" -gt "${before:-0}" ]
result $? "the epoch is higher than ever: $before, then $after"
lab_wait 60 all_back
result $? 'the applications are back, and every device is in service'

bw '{"cmd":"load","rate":0}' >/dev/null
bw '{"cmd":"freeze"}' >/dev/null
lab_wait 20 agree
result $? "calls are still up, and what clients believe of them is what BroadWorks knows: $(tail -n 1 "$dir/match" 2>/dev/null)"
ctl "$active" stuck >"$dir/stuck" 2>&1
result $? "nothing is stuck: $(head -n 1 "$dir/stuck")"
