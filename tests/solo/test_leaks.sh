#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
#
# test_leaks.sh [COUNT] - COUNT (default 3000) subscriptions of an earlier life in one answer of the BroadWorks simulator: all are
# found and deleted, and no user is asked about on its own. How long the steps of the loop took is told.
set -u

# shellcheck source=tests/solo/solo_lib.sh
. "$(dirname "$(readlink -f "$0")")/solo_lib.sh"
solo_begin leaks tandemd bwsim tandemctl
count=${1:-3000} port=$((20000 + $$ % 10000 * 2))
last=$((10000 + count - 1))

"$build/bwsim" --listen xsp1=127.0.0.1:0 --users "10000-$last@demo.example" --admin admin@demo.example:secret \
	--control "$dir/bw.sock" --seed 7 >"$dir/bw.out" 2>&1 &
pids="$pids $!"
wait_for 30 grep -q 'bwsim ready' "$dir/bw.out" || { cat "$dir/bw.out"; exit 1; }
xsp=$(sed -n 's/^bwsim ready .*xsp1=\([^ ]*\).*/\1/p' "$dir/bw.out")
list="http://$xsp/com.broadsoft.xsi-events/v2.0/subscription?subscriberId=admin%40demo.example&extAppId=tandem"
auth=(-s -S -u admin@demo.example:secret -H 'Content-Type: application/xml')

left() { curl "${auth[@]}" "$list" | grep -o '<subscriptionId>' | wc -l; }
# The question is as long as the answer: not asked all the time.
all_gone() { pause 2 && is_left 0; }
is_left() { [ "$(left)" -eq "$1" ]; }

cat >"$dir/sub.xml" <<'X'
<?xml version="1.0" encoding="UTF-8"?><Subscription xmlns="http://schema.broadsoft.com/xsi"><event>Do Not Disturb</event><expires>86400</expires><channelSetId>of-an-earlier-life</channelSetId><applicationId>tandem</applicationId></Subscription>
X
curl "${auth[@]}" -o /dev/null -X POST -d "@$dir/sub.xml" \
	"http://$xsp/com.broadsoft.xsi-events/v2.0/user/[10000-$last]%40demo.example" 2>"$dir/curl.out" >/dev/null
result "$count subscriptions of an earlier life were made" is_left "$count"
bytes=$(curl "${auth[@]}" "$list" | wc -c)

mkdir "$dir/state"
cat >"$dir/t.conf" <<X
[node]
name = n1
cluster = none
state-dir = $dir/state
control = leaks-$$
[csta]
listen = 127.0.0.1:$port
[http]
enabled = yes
port = $((port + 1))
[broadworks]
xsp = http://$xsp
user = admin@demo.example
password = secret
default-domain = demo.example
application-id = tandem
update-rate = 100000
request-rate = 0
reply-bytes-max = 1024
X
"$build/tandemd" -c "$dir/t.conf" >"$dir/td.out" 2>&1 &
tandemd=$!
pids="$pids $tandemd"
result "they were deleted" wait_for 240 all_gone
result "no answer was too long" eval '! grep -q "more bytes than allowed" "$dir/td.out"'
result "tandemd still runs" kill -0 "$tandemd"
echo "# $count subscriptions, $bytes bytes in one answer, resident now $(sed -n 's/^VmRSS:[ \t]*//p' "/proc/$tandemd/status")"
curl -s "http://127.0.0.1:$((port + 1))/metrics" | sed -n 's/^tandem_loop_step_seconds_bucket/# &/p'
[ "$failed" -eq 0 ] || tail -n 20 "$dir/td.out"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
