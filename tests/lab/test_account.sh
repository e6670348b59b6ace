#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_account.sh - does the judge of live runs see what is wrong?
#
# A small run that is clean is written down by hand; every test changes one thing in it and says which
# figure must become what, and that the verdict must be against it.
set -u

top=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")
account=$(readlink -f "${BUILD:-$top/build}")/account
dir=$(mktemp -d "${TMPDIR:-/tmp}/account.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

if [ ! -x "$account" ]; then
	echo "no $account (run make)"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi

# Two devices, a fault at 10 s; one call is kept, one ends, one begins.  Times in ms.
write_clean_run()
{
	rm -rf "$dir/raw"
	mkdir "$dir/raw"
	cd "$dir/raw" || exit 1
	cat >run.json <<'X'
{"fault": "kill-daemon", "seed": 3, "agents": 2, "mode": "root", "expect": "takeover", "fault_us": 10000000, "hit": "n1",
 "versions": {"corosync": "corosync x", "pacemaker": "Pacemaker y"}}
X
	cat >account.json <<'X'
{"ok": true, "sessions": 2, "monitors": 2, "events": 40, "events_lost": 0, "events_duplicated": 0, "illegal_transitions": 0, "requests": 2, "requests_unanswered": 0, "answers_twice": 0, "snapshot_differences": 0, "ids_changed": 0, "oos_is_unpaired": 0, "silence_ms": {"p50": 310.5, "max": 420.0, "per_session": [310.5, 420.0]}, "problems": []}
X
	cat >picture.json <<'X'
{"ok": true, "devices": [
{"device": "2000", "in_service": true, "calls": [{"call_id": "9", "device": "2000", "state": "connected"}]},
{"device": "2001", "in_service": true, "calls": [{"call_id": "9", "device": "2001", "state": "alerting"}]}]}
X
	cat >truth.json <<'X'
{"ok": true, "as": "as1", "calls": [
{"user": "2000@demo.example", "call_id": "h3:0", "tracking_id": "3:1", "personality": "Originator", "state": "Active"},
{"user": "2001@demo.example", "call_id": "h4:0", "tracking_id": "3:1", "personality": "Terminator", "state": "Alerting"}]}
X
	echo '{"stuck": 0}' >status.json
	cat >bwsim.jsonl <<'X'
{"t_us": 5000000, "ev": "call", "user": "2000@demo.example", "call_id": "h1:0", "from": "Idle", "to": "Active", "event": "CallAnsweredEvent"}
{"t_us": 5100000, "ev": "call", "user": "2001@demo.example", "call_id": "h2:0", "from": "Idle", "to": "Active", "event": "CallAnsweredEvent"}
{"t_us": 6000000, "ev": "request", "kind": "dial", "path": "/a", "user": "2000@demo.example", "status": 201}
{"t_us": 10400000, "ev": "request", "kind": "put-subscription", "path": "/sub/1", "user": "2000@demo.example", "status": 200}
{"t_us": 10410000, "ev": "request", "kind": "put-subscription", "path": "/sub/2", "user": "2001@demo.example", "status": 200}
{"t_us": 10450000, "ev": "call", "user": "2001@demo.example", "call_id": "h2:0", "from": "Active", "to": "Released", "event": "CallReleasedEvent"}
{"t_us": 10460000, "ev": "call", "user": "2001@demo.example", "call_id": "h4:0", "from": "Idle", "to": "Alerting", "event": "CallReceivedEvent"}
X
	cat >client.jsonl <<'X'
{"t_us": 6000000, "ev": "out", "s": 0, "id": 1, "name": "MakeCall", "device": "2000"}
{"t_us": 9900000, "ev": "in", "s": 0, "id": 9999, "name": "EstablishedEvent", "device": "2000", "call": "9", "local": "connected"}
{"t_us": 9950000, "ev": "in", "s": 1, "id": 9999, "name": "DeliveredEvent", "device": "2001", "call": "9", "local": "alerting"}
{"t_us": 10210500, "ev": "in", "s": 0, "id": 9001, "name": "SystemStatus"}
{"t_us": 10370000, "ev": "in", "s": 1, "id": 9001, "name": "SystemStatus"}
{"t_us": 12000000, "ev": "in", "s": 0, "id": 2, "name": "SystemStatus"}
X
	: >power.jsonl
	echo '{"t_us": 4000000, "ev": "active"}' >history-n1.jsonl
	echo '{"t_us": 14000000, "ev": "start"}' >>history-n1.jsonl
	cat >voices-client.jsonl <<'X'
{"ev":"voice","node":"n1","from_us":4100000,"to_us":9999000,"segments":40,"bytes":4000}
{"ev":"voice","node":"n2","from_us":10210000,"to_us":12000000,"segments":40,"bytes":4000}
{"ev":"end","again":1,"dropped":0}
X
	cp voices-client.jsonl voices-bw.jsonl
	cat >history-n2.jsonl <<'X'
{"t_us": 3000000, "ev": "active"}
{"t_us": 10005000, "ev": "peer-lost"}
{"t_us": 10150000, "ev": "promote-asked"}
{"t_us": 10200000, "ev": "active"}
{"t_us": 10500000, "ev": "resync-done"}
X
}

judge()
{
	"$account" report "$dir/raw" --leftovers "${left:-0}" --report "$dir/report.json" \
		--svg "$dir/run.svg" --colour never >"$dir/out" 2>&1
}

result()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok: $2"
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
		sed 's/^/    /' "$dir/out"
	fi
}

shows()
{
	grep -qE "^ *\"$1\": $2,?$" "$dir/report.json"
}

# bad NAME FIGURE VALUE: the verdict must be against it, and the figure must have that value.
bad()
{
	local rc ok=0
	judge
	rc=$?
	if [ "$rc" != 1 ] || ! shows ok false || ! shows "$2" "$3" ||
		! grep -q 'verdict: FAILED' "$dir/out"; then
		ok=1
	fi
	result "$ok" "$1 ($2 = $3, exit $rc)"
	unset left
	write_clean_run
}

good()
{
	local rc ok=0 pair
	judge
	rc=$?
	[ "$rc" = 0 ] && shows ok true && grep -q 'verdict: PASSED' "$dir/out" || ok=1
	name=$1
	shift
	for pair; do
		shows "${pair%=*}" "${pair#*=}" || { ok=1; echo "    not so: $pair"; }
	done
	result "$ok" "$name (exit $rc)"
}

write_clean_run
good 'a clean run passes with its figures' detect_ms=5 promote_ms=200 resync_ms=500 calls_kept=1 \
	calls_cleared=1 calls_learned=1 updates_sent=2 devices_updated=2 requests_twice=0 p50=310.5 max=420
xmllint --noout "$dir/run.svg" && [ "$(wc -c <"$dir/run.svg")" -lt 8192 ]
result $? 'the picture is well-formed and small'
! grep -q "$(printf '\033')" "$dir/out" && "$account" report "$dir/raw" --leftovers 0 \
	--colour always | grep -q "$(printf '\033')"
result $? 'colours only on demand'

# what the clients counted
for key in events_lost events_duplicated illegal_transitions snapshot_differences ids_changed \
	oos_is_unpaired; do
	sed -i "s/\"$key\": 0/\"$key\": 1/" account.json
	bad "a client that counted $key" $key 1
done
sed -i 's/"answers_twice": 0/"answers_twice": 1/' account.json
bad 'an answer that came twice' requests_twice 1
sed -i 's/"events": 40/"events": 0/' account.json
bad 'a run without events' events 0
sed -i 's/"requests": 2/"requests": 0/' account.json
bad 'a run without requests' requests 0

# pictures
sed -i '2s/"calls": .*$/"calls": []},/' picture.json
bad 'a call that no client shows' events_lost 1
sed -i '2s/"connected"/"hold"/' picture.json
bad 'a call in another state' events_lost 1
sed -i '/h4:0/d; s/"Active"},/"Active"}]}/' truth.json
bad 'a call that BroadWorks has not' calls_stuck 1
sed -i '/h4:0/s/Terminator/Originator/' truth.json
bad 'a caller that is shown as called' events_lost 1
sed -i '/"2000"/d' picture.json
bad 'a device that no client watches' events_lost 1
sed -i '3s/"in_service": true/"in_service": false/' picture.json
bad 'a device that stays out of service' devices_out 1
echo '{"ok": true, "devices": []}' >picture.json
bad 'an empty picture' devices 0
sed -i '3s/"alerting"/"connected"/' picture.json
sed -i '/h4:0/s/Alerting/Remote Held/' truth.json
good 'held by the other side is connected' events_lost=0
write_clean_run
sed -i '2s/"connected"/"initiated"/' picture.json
sed -i '/h3:0/s/Originator", "state": "Active/Click-to-Dial", "state": "Alerting/' truth.json
good 'an own phone that rings for its own call is initiated' events_lost=0
write_clean_run
sed -i '/h4:0/s/Alerting/Detached/' truth.json
bad 'a detached half is no connection' calls_stuck 1

# requests
sed -i '3p' bwsim.jsonl
bad 'a request that was carried out twice' requests_twice 1
sed -i '3p' bwsim.jsonl
sed -i '4s/201/409/' bwsim.jsonl
good 'a second one that was refused does not count' requests_twice=0
write_clean_run

# updates
sed -i '/sub.2/d' bwsim.jsonl
bad 'a device that was not asked for' devices_updated 1
sed -i '/sub.2/s/200}/503}/' bwsim.jsonl
bad 'a device for which BroadWorks refused' devices_updated 1
sed -i 's/sub.2/sub\/1/' bwsim.jsonl
bad 'one device asked for twice, the other never' devices_updated 1
sed -i '/put-subscription/s/"t_us": 10/"t_us": 9/' bwsim.jsonl
bad 'updates before the fault' updates_sent 0

# who spoke
sed -i '1s/9999000/10200001/' voices-bw.jsonl
bad 'the old one speaks when the new one is active' two_voices 1
sed -i '2s/10210000/10199999/' voices-client.jsonl
bad 'the new one speaks before it is active' two_voices 1
sed -i '2p' voices-client.jsonl
sed -i '2s/n2/n1/' voices-client.jsonl
bad 'the old one speaks again' two_voices 1
sed -i 's/"dropped":0/"dropped":3/' voices-client.jsonl
bad 'a listener that could not follow' two_voices null
sed -i '$d' voices-bw.jsonl
bad 'a listener that was cut short' two_voices null
rm voices-bw.jsonl
bad 'nobody listened' two_voices null

# how many takeovers
sed -i '$s/$/\n{"t_us": 11000000, "ev": "active"}/' history-n1.jsonl
bad 'a takeover too many' takeovers 2
sed -i 's/"takeover"/"none"/' run.json
bad 'a takeover that must not be' takeovers 1
sed -i 's/"takeover"/"either"/' run.json
good 'a takeover that may be' takeovers=1
write_clean_run
sed -i 's/"takeover"/"either"/' run.json
sed -i 's/"ids_changed": 0/"ids_changed": 2/' account.json
sed -i '1s/^/{"t_us": 9999000, "ev": "role", "from": "joining", "to": "syncing"}\n/' history-n2.jsonl
bad 'sessions that are new, whoever held them' ids_changed 2
sed -i 's/"takeover"/"takeover", "failovers": 2/' run.json
bad 'a takeover too few' takeovers 1
sed -i 's/"takeover"/"planned"/' run.json
sed -i '/peer-lost/d' history-n2.jsonl
good 'a move by order loses nobody' detect_ms=null takeovers=1
write_clean_run
sed -i 's/"takeover"/"none"/' run.json
sed -i '/10.00000, "ev"/d' history-n2.jsonl
sed -i '/n2/d; s/9999000/12000000/' voices-client.jsonl voices-bw.jsonl
sed -i '/put-subscription/d' bwsim.jsonl
good 'nothing happens' detect_ms=null promote_ms=null resync_ms=null calls_kept=null takeovers=0
sed -i 's/"none"/"either"/' run.json
sed -i '$s/$/\n{"t_us": 10500000, "ev": "active"}/' history-n1.jsonl
bad 'the one that was hit is active again, and asks nobody' devices_updated 0
write_clean_run
sed -i 's/"takeover"/"either"/' run.json
sed -i '/"t_us": 10[1-9]/d' history-n2.jsonl
printf '{"t_us": 10200000, "ev": "active"}\n{"t_us": 10500000, "ev": "resync-done"}\n' >>history-n1.jsonl
sed -i 's/n2/n1/' voices-client.jsonl voices-bw.jsonl
good 'the one that was hit is active again, and asks for every device' promote_ms=null takeovers=0 devices_updated=2
sed -i '/peer-lost/d' history-n2.jsonl
good 'and has lost nobody' detect_ms=null takeovers=0
write_clean_run

# what is left over, what is not there
left=2
bad 'something left over' leftovers 2
for pair in account.json=events picture.json=calls_stuck truth.json=calls_stuck \
	bwsim.jsonl=updates_sent client.jsonl=requests_twice history-n2.jsonl=promote_ms; do
	rm "${pair%=*}"
	bad "without ${pair%=*}" "${pair#*=}" null
done
sed -i 's/"ids_changed": 0, //' account.json
bad 'a figure that the client did not give' ids_changed null
echo '{"ok": false, "error": "busy"}' >truth.json
bad 'an answer that was an error' calls_stuck null
sed -i '/resync-done/d' history-n2.jsonl
bad 'a resync that never ended' resync_ms null
"$account" report "$dir/raw" >"$dir/out"
[ $? = 1 ]
result $? 'leftovers that nobody counted'

# damage
printf '{"t_us": 10500001, "ev": "tak' >>history-n2.jsonl
good 'a last line that was cut short is noted, not fatal' resync_ms=500
grep -q 'history-n2.jsonl: line 6 is no JSON' "$dir/report.json"
result $? 'the damaged line is named'
write_clean_run
sed -i 's/kill-daemon/as-failover/; s/"takeover"/"south"/' run.json
sed -i '/"active"/d' history-n2.jsonl
cp history-n2.jsonl history-n1.jsonl
sed -i '1s/^/{"t_us": 4000000, "ev": "active"}\n/' history-n1.jsonl
sed -i '/n2/d; s/9999000/12000000/' voices-client.jsonl voices-bw.jsonl
good 'an AS failover needs no promotion' detect_ms=400 promote_ms=null calls_kept=1
write_clean_run
for text in '' '{' '[]' '{"fault": "kill-node"}' '{"fault": "x", "expect": "none", "fault_us": 5, "hit": "n3"}' \
	'{"fault": "x", "expect": "luck", "fault_us": 5, "hit": "n1"}'; do
	printf '%s' "$text" >run.json
	judge
	[ $? = 2 ]
	result $? "run.json '$text' is refused"
done
"$account" report "$dir/nowhere" --leftovers 0 >"$dir/out" 2>&1
[ $? = 2 ]
result $? 'no folder'
for words in '' 'report' 'report x --leftovers' 'report x --leftovers -1' 'report x --what 1' 'ask x' 'match x' 'ask s l z'; do
	# shellcheck disable=SC2086 # split on purpose
	"$account" $words >"$dir/out" 2>&1
	[ $? = 2 ] && grep -q '^usage:' "$dir/out"
	result $? "usage: account $words"
done

# many runs
write_clean_run
judge
n=0
for ok in true false; do
	sed -i "s/\"ok\": [a-z]*/\"ok\": $ok/" "$dir/report.json"
	"$account" add "$dir/live.json" "$dir/report.json" fault=kill-daemon commit=c0ffee run_seed=3 \
		'title=it dies' machine=m build=plain side=1 load=1.$((++n)) date=2026-01-01T00:00:00Z
	result $? "a run is added (ok $ok)"
done
"$account" add "$dir/live.json" "$dir/nowhere.json" fault=row commit=c0ffee
result $? 'a run without an account is added'
"$account" results "$dir/live.json" "$dir/t.md" "$dir/t.svg" && xmllint --noout "$dir/t.svg" &&
	grep -q '^| kill-daemon | 2 | 1 | 0.31 | 0.42 |' "$dir/t.md" &&
	grep -q '^| row | 1 | 0 | - |' "$dir/t.md" && grep -q '^| commit | c0ffee |' "$dir/t.md" &&
	grep -q '^| load .* median 1.1, from 0.0 to 1.2 |' "$dir/t.md" &&
	[ "$(grep -c '<circle' "$dir/t.svg")" = 2 ]
result $? 'table and picture'
echo '{' >"$dir/live.json"
"$account" add "$dir/live.json" "$dir/report.json" fault=x >"$dir/out" 2>&1
[ $? = 2 ] && [ "$(cat "$dir/live.json")" = '{' ]
result $? 'a report that cannot be read is left alone'
"$account" listen no-such-interface "$dir/x" >"$dir/out" 2>&1
[ $? = 2 ]
result $? 'no interface to listen on'

# match and ask
write_clean_run
"$account" match picture.json truth.json >"$dir/out"
result $? 'match says yes'
sed -i '2s/"connected"/"hold"/' picture.json
"$account" match picture.json truth.json >"$dir/out"
[ $? = 1 ] && grep -q 'device 2000' "$dir/out"
result $? 'match says no and why'
"$account" match picture.json nowhere.json >"$dir/out"
[ $? = 2 ]
result $? 'match cannot read'
"$account" ask "$dir/no.sock" '{"cmd":"truth"}' 1 >"$dir/out" 2>&1
[ $? = 2 ] && grep -q 'No such file' "$dir/out"
result $? 'ask finds no socket'

cd / && echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
