#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 120
#
# test_page.sh - the status page of a living node: asked with curl, and looked at with a headless Chromium where there is one:
# light, dark, and on a narrow screen. PAGE_PICTURES=FOLDER keeps the pictures for a person to look at.
set -u

# shellcheck source=tests/solo/solo_lib.sh
. "$(dirname "$(readlink -f "$0")")/solo_lib.sh"
solo_begin page tandemd bwsim cstaclient account
pictures=${PAGE_PICTURES:-$dir}

start_all()
{
	mkdir "$dir/state"
	# as a node that took over from another one would have written it
	now=$(($(date +%s%N) / 1000 - 1500000))
	printf '{"t_us":%s,"ev":"peer-lost","host":"n1","node":2,"reason":"procdown"}\n{"t_us":%s,"ev":"promote-asked","host":"n1","role":"standby"}\n' \
		"$now" "$((now + 540000))" >"$dir/state/history.jsonl"
	"$build/bwsim" --listen xsp1=127.0.0.1:0 --users 2000-2019@demo.example --admin admin@demo.example:secret \
		--control "$dir/bw.sock" --seed 7 >"$dir/bw.out" 2>&1 &
	pids=$!
	wait_for 20 grep -q 'bwsim ready' "$dir/bw.out" || return 1
	xsp=$(sed -n 's/^bwsim ready .*xsp1=//p' "$dir/bw.out")
	xsp=${xsp%% *}
	cat >"$dir/t.conf" <<X
[node]
name = n1
cluster = none
state-dir = $dir/state
control = page-$$
[csta]
listen = 127.0.0.1:$port
user = wallboard
password = demo
[broadworks]
xsp = http://$xsp
user = admin@demo.example
password = secret
default-domain = demo.example
[http]
enabled = yes
port = $((port + 1))
X
	"$build/tandemd" -c "$dir/t.conf" >"$dir/td.out" 2>&1 &
	pids="$pids $!"
	wait_for 10 grep -q ' 37501 ' "$dir/td.out" || return 1
	"$build/cstaclient" --server "127.0.0.1:$port" --mode session --edition ed6 --user wallboard --password demo --sessions 3 \
		--devices 2000-2019 --monitors 5 --control "$dir/cc.sock" >"$dir/cc.out" 2>&1 &
	pids="$pids $!"
	wait_for 20 grep -q 'cstaclient ready' "$dir/cc.out" || return 1
	bw '{"cmd":"load","rate":4,"outside_p":0.5,"talk_ms":[2000,9000],"ring_ms":[300,900]}' >/dev/null
}

get() { curl -s -m 5 "$url$1"; }
status_of() { curl -s -m 5 -o "$dir/body" -w '%{http_code}' "$@"; }
answers() { [ "$(status_of "$url$1")" = "$2" ]; }
says() { get "$1" | grep -q "$2"; }
figure_is() { says /metrics "^$1 $2\$"; }
has_no_user() { ! get / | grep -qE '20[01][0-9]|wallboard'; }
event_after_the_first() { get '/v1/events?since=1' | grep -q '"rows":\[{"n":2,'; }
no_user_in_events() { ! get /v1/events | grep -qE '20[01][0-9]@|wallboard'; }
events_have_form()
{
	get '/v1/schema?name=events' >"$dir/events.schema" && get '/v1/events?lines=20' >"$dir/events.json" && python3 -c '
import json, sys
import jsonschema
jsonschema.Draft7Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))
' "$dir/events.schema" "$dir/events.json"
}
policy() { curl -s -m 5 -D - -o /dev/null "$url/" | grep -qi "^Content-Security-Policy: default-src 'none'"; }
# the figures of status and of metrics are those of the same node
figures_agree() { says /v1/status '"sessions":3,' && figure_is tandem_sessions 3 && says /v1/sessions '"total":3,'; }

chrome()
{
	HOME=$dir timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
		--user-data-dir="$dir/chrome" --enable-logging=stderr --virtual-time-budget=6000 "$@" >"$dir/chrome.out" 2>"$dir/chrome.err"
}
picture() # NAME SIZE MORE...
{
	local name=$1 size=$2
	shift 2
	chrome --window-size="$size" --screenshot="$pictures/$name.png" "$@" "$url/" && [ -s "$pictures/$name.png" ]
}
# The page with its script run: lines are drawn, and the browser had nothing to refuse.
script_runs()
{
	chrome --dump-dom "$url/" && grep -qE '<polyline id="calls" points="[0-9]' "$dir/chrome.out" &&
		grep -q 'id="live">' "$dir/chrome.out"
}
nothing_refused() { ! grep -E 'Refused|Uncaught|Content Security' "$dir/chrome.err"; }
pictures_differ() { ! cmp -s "$pictures/$1.png" "$pictures/$2.png"; }

port=$((20000 + RANDOM % 10000))
url=http://127.0.0.1:$((port + 1))
if ! start_all; then
	tail -n 5 "$dir"/*.out
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi
wait_for 10 figures_agree
result "figures of status, sessions and metrics agree" figures_agree
result "/active" answers /active 200
result "/health" answers /health 200
result "/ready" answers /ready 200
result "/standby" answers /standby 503
result "calls are counted" wait_for 20 says /metrics '^tandem_calls [1-9]'
result "the channel is up" says /metrics '^tandem_xsi_channel_up{.*} 1$'
result "the page says who serves" says / 'n1 is active, serving'
result "the last takeover" says / 'the other node: procdown'
result "users are masked" has_no_user
result "events" says /v1/events '"message":37800'
result "events behind a number" event_after_the_first
result "events name no user" no_user_in_events
result "schemas are listed" says /v1/schema '"events"'
result "a schema" says '/v1/schema?name=events' '"tandemctl/events/1"'
if python3 -c 'import jsonschema' 2>/dev/null; then
	result "events have the form of their schema" events_have_form
else
	echo "skip: python3-jsonschema is not installed"
	skipped=$((skipped + 1))
fi
result "nothing of it can be changed" [ "$(status_of -X POST -d x "$url/")" = 405 ]
result "the policy" policy
if command -v promtool >/dev/null; then
	get /metrics >"$dir/metrics"
	result "promtool takes the metrics" promtool check metrics <"$dir/metrics"
else
	echo "skip: promtool is not installed"
	skipped=$((skipped + 1))
fi
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -n "$browser" ]; then
	result "the script runs" script_runs
	result "the browser refuses nothing of it" nothing_refused
	result "a picture" picture light 1100,1250
	result "a dark one" picture dark 1100,1250 --blink-settings=preferredColorScheme=0
	result "a narrow one" picture narrow 500,1250
	result "dark is not light" pictures_differ light dark
else
	echo "skip: the page in a browser: chromium is not installed"
	skipped=$((skipped + 1))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
