#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 180
#
# test_solo.sh [features] - one node without a cluster, the BroadWorks simulator and CSTA clients, all on loopback.
#
# Each run makes calls from both sides for some seconds, optionally with a fault of the south side, lets everything
# come to rest and then asks: did every client hear every event once and in legal order, was every document valid
# (ed3 and ed6, when ../shared is there), and does the clients' picture equal what BroadWorks says?
#
# Runs wait far more than they compute: SIDE of them (default 4) go side by side, each in a folder of its own.
set -u

# shellcheck source=tests/solo/solo_lib.sh
. "$(dirname "$(readlink -f "$0")")/solo_lib.sh"
solo_begin solo tandemd bwsim cstaclient account
features='' rate=10 seconds=2 side=${SIDE:-4} runs=0

check()
{
	if eval "$2"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $run: $1"
	fi
}

agree()
{
	bw '{"cmd":"truth"}' >"$dir/truth.json" && client '{"cmd":"picture"}' >"$dir/picture.json" &&
		"$build/account" match "$dir/picture.json" "$dir/truth.json"
}

start_all() # MODE EDITION
{
	local ports one two login=''
	rm -f "$dir"/*.sock "$dir"/*.jsonl
	rm -rf "$dir/state"
	mkdir "$dir/state"
	# shellcheck disable=SC2086 # options
	"$build/bwsim" --listen xsp1=127.0.0.1:0 --listen xsp2=127.0.0.1:0 --users 2000-2019@demo.example \
		--admin admin@demo.example:secret $bw_more --journal "$dir/bw.jsonl" --control "$dir/bw.sock" --seed 7 \
		--knob event_timeout_ms=4000 >"$dir/bw.out" 2>&1 &
	pids="$pids $!"
	wait_for 10 grep -q 'bwsim ready' "$dir/bw.out" || { cat "$dir/bw.out"; return 1; }
	ports=$(sed -n 's/^bwsim ready //p' "$dir/bw.out")
	one=${ports#*xsp1=}; one=${one%% *}
	two=${ports#*xsp2=}; two=${two%% *}
	[ "$1" = plain ] || login=$'user = demo\npassword = demo'
	cat >"$dir/t.conf" <<X
[node]
name = n1
cluster = none
state-dir = $dir/state
control = solo-$$-$runs
[csta]
listen = 127.0.0.1:$port
$login
[broadworks]
xsp = http://$one
xsp = http://$two
user = admin@demo.example
password = secret
default-domain = demo.example
heartbeat-ms = 1500
silence-ms = 4000
http-timeout-ms = 1500
retry-ms = 100
$conf_more
X
	"$build/tandemd" -c "$dir/t.conf" >"$dir/td.out" 2>&1 &
	tandemd=$!
	pids="$pids $tandemd"
	wait_for 10 grep -q ' 37501 ' "$dir/td.out" || { cat "$dir/td.out"; return 1; }
	set -- "$1" "$2"
	[ ! -d "$shared" ] || set -- "$@" --validate "$shared"
	"$build/cstaclient" --server "127.0.0.1:$port" --sessions 3 --devices "$devices" --mode "$1" --edition "$2" \
		--user demo --password demo --rate "$rate" --seed "${SEED:-7}" ${features:+"$features"} --journal "$dir/cc.jsonl" \
		--control "$dir/cc.sock" "${@:3}" >"$dir/cc.out" 2>&1 &
	pids="$pids $!"
	wait_for 15 grep -q 'cstaclient ready' "$dir/cc.out" || { cat "$dir/cc.out" "$dir/td.out"; return 1; }
}

load_for() # SECONDS [COMMAND to bwsim after half of it]
{
	bw '{"cmd":"load","rate":6,"hold_p":0.3,"talk_ms":[300,2000],"ring_ms":[100,800],"outside_p":0.3,"only_free":true'"$load_more"'}' >/dev/null
	read -r -t "$1" <> <(:) || :
	[ -z "${2:-}" ] || bw "$2" >/dev/null || echo "bwsim refuses $2"
	[ -z "${3:-}" ] || { read -r -t 1 <> <(:) || :; bw "$3" >/dev/null || echo "bwsim refuses $3"; }
	read -r -t "$1" <> <(:) || :
	client '{"cmd":"stop-requests"}' >/dev/null
	bw '{"cmd":"load","rate":0}' >/dev/null
	bw '{"cmd":"freeze"}' >/dev/null
}

judge()
{
	check "clients and BroadWorks agree on every call" 'wait_for 30 agree'
	client '{"cmd":"account"}' >"$dir/account.json"
	check "there were events" '[ "$(figure events)" -gt 50 ]'
	for name in events_lost events_duplicated illegal_transitions answers_twice ids_changed oos_is_unpaired \
		invalid problem_count requests_unanswered; do
		check "$name is 0 (it is $(figure $name))" "[ \"\$(figure $name)\" = 0 ]"
	done
	kill -0 "$tandemd" 2>/dev/null
	check "tandemd still runs" "kill -0 $tandemd 2>/dev/null"
	kill "$tandemd" 2>/dev/null
	wait "$tandemd"
	status=$?
	check "tandemd ends cleanly (exit $status)" "[ $status = 0 ]"
	[ "$failed" = 0 ] || { agree 2>&1 | tail -n 5; echo "--- last lines of tandemd"; tail -n 15 "$dir/td.out"; echo "--- account"; cut -c1-1500 "$dir/account.json"; }
}

one_run() # NAME MODE EDITION [COMMAND [COMMAND]]
{
	run=$1
	port=$((20000 + RANDOM % 600 * 20 + runs % 20)) # below those that connections get
	if start_all "$2" "$3"; then
		load_for "$seconds" "${4:-}" "${5:-}"
		judge
	else
		failed=$((failed + 1))
		echo "FAILED: $run: did not start"
	fi
	cleanup
	BUILD=$build "$top/tests/coverage/from-journal" "$dir/bw.jsonl"
}

# start ARGUMENTS OF one_run: beside those that are under way; settings of now count for it
start()
{
	while [ "$(jobs -rp | wc -l)" -ge "$side" ]; do wait -n; done
	runs=$((runs + 1))
	(
		trap cleanup EXIT
		dir=$dir/$runs passed=0 failed=0
		mkdir "$dir"
		one_run "$@"
		echo "$passed $failed" >"$dir/counts"
	) >"$dir/$runs.out" 2>&1 &
}

gather()
{
	local good bad i
	wait
	for ((i = 1; i <= runs; i++)); do
		cat "$dir/$i.out"
		read -r good bad <"$dir/$i/counts" || { good=0 bad=1; echo "FAILED: run $i has no result"; }
		passed=$((passed + good)) failed=$((failed + bad))
	done
}

bw_more='' conf_more='' load_more='' devices=2000-2019
[ -d "$shared" ] || { skipped=1; echo "skip: documents are not validated, ../shared is not there"; }
if [ "${1:-plain}" = plain ]; then
	start "sessions, ed6" session ed6
	start "sessions, ed3" session ed3
	start "plain client, ed4" plain ed4
	start "AS failover" session ed6 '{"cmd":"as-failover","survive_subscriptions":true}'
	start "an XSP dies and comes back" session ed6 '{"cmd":"kill-xsp","xsp":"xsp1"}' '{"cmd":"start-xsp","xsp":"xsp1"}'
	start "an XSP falls silent" session ed6 '{"cmd":"silence-xsp","xsp":"xsp2"}'
	start "503 for UpdateSubscription after an AS failover" session ed6 \
		'{"cmd":"fault","path_re":"/subscription/","status":503,"count":10}' '{"cmd":"as-failover","survive_subscriptions":true}'
	start "subscriptions lost in an AS failover" session ed6 '{"cmd":"as-failover","survive_subscriptions":false}'
else # test_features.sh
	# consultations, transfers, conferences and diversions, at a higher rate
	features=--features rate=20 seconds=4
	start "features, ed6" session ed6
	start "features, plain client, ed3" plain ed3
	features='' rate=10
	# what BroadWorks' users do among themselves, queues and a route point, and an application server that forgets all of it
	seconds=4
	load_more=',"transfer_p":0.3,"conference_p":0.2,"park_p":0.1,"pickup_p":0.1,"record_p":0.2,"forward_p":0.1'
	start "features of BroadWorks" session ed6
	start "AS failover among features" session ed6 '{"cmd":"as-failover","survive_subscriptions":true}'
	bw_more='--queue 7000@demo.example=2010-2014 --route-point 8000@demo.example'
	conf_more=$'[devices]\nqueue = 7000\nroute-point = 8000'
	devices=2000-2019,7000,8000
	load_more=',"queue_share":0.4,"agents":true'
	start "queues" session ed5
	start "AS failover under queues" session ed6 '{"cmd":"as-failover","survive_subscriptions":true}'
fi
gather
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
