#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
#
# An independent Xsi client lives a day with the simulator, in virtual time; further clients with the habits of real ones live
# a part of it. A complaint of any of them fails. XSIDAY_HOURS, XSIDAY_SEED and XSIDAY_PACE (seconds between actions) make it longer.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
bwsim=${BUILD:-build}/bwsim
xsiday=${BUILD:-build}/xsiday
schema=../shared/xsi/xsd-cti/CTISchema/CTISchema.xsd
seed=${XSIDAY_SEED:-1}
passed=0 failed=0 skipped=0
server=
top=$(mktemp -d "${TMPDIR:-/tmp}/xsiday.XXXXXX") || exit 1
trap 'kill $server 2>/dev/null; rm -rf "$top"' EXIT
trap 'exit 1' TERM

users=2000-2011@demo.example
features='"transfer_p":0.15,"conference_p":0.15,"park_p":0.1,"record_p":0.1,"pickup_p":0.1,"forward_p":0.1'
load="\"rate\":0.002,$features,\"talk_ms\":[5000,60000],\"queue_share\":0.3,\"agents\":true"

verdict()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
	fi
}

begin()
{
	rm -f "$top/ready"
	"$bwsim" --listen xsp1=127.0.0.1:0 --listen xsp2=127.0.0.1:0 --users $users --admin admin@demo.example:secret \
		--queue 7000@demo.example=2008-2011 --control "$top/control" --virtual --seed "$seed" "$@" >"$top/ready" 2>"$top/errors" &
	server=$!
	for _ in {1..1000}; do
		grep -qs '^bwsim ready ' "$top/ready" && break
		kill -0 "$server" 2>/dev/null || break
		sleep 0.01
	done
	xsp1=$(sed -n 's/.* xsp1=\([^ ]*\).*/\1/p' "$top/ready")
	xsp2=$(sed -n 's/.* xsp2=\([^ ]*\).*/\1/p' "$top/ready")
}

finish()
{
	kill -TERM "$server"
	wait "$server"
	verdict $? "exit code of the simulator"
	[ ! -s "$top/errors" ]
	verdict $? "errors of the simulator: $(head -n 5 "$top/errors")"
}

# client VARIANT HOURS OPTIONS...
client()
{
	local variant=$1 hours=$2
	shift 2
	"$xsiday" --xsp "http://$xsp1" --xsp "http://$xsp2" --control "$top/control" --login admin@demo.example:secret \
		--users $users --variant "$variant" --hours "$hours" --seed "$seed" --load "$load" \
		--pace "${XSIDAY_PACE:-300}" "${validate[@]}" "$@" >"$top/out" 2>&1
}

# lives VARIANT HOURS KNOBS...
lives()
{
	local variant=$1 hours=$2
	shift 2
	begin "$@"
	client "$variant" "$hours" --queue 7000
	verdict $? "$variant: $(cut -c -2000 "$top/out")"
	cat "$top/out"
	finish
}

# complains TEXT KNOB: a client must notice that.
complains()
{
	begin --knob "$2"
	client full 1
	[ $? = 1 ] && grep -q "$1" "$top/out"
	verdict $? "$2 was not noticed: $(cut -c -500 "$top/out")"
	finish
}

validate=()
if [ -e "$schema" ]; then
	validate=(--schema "$schema")
else
	skipped=$((skipped + 1))
	echo "skip: $schema is not there, documents are not validated"
fi

lives full "${XSIDAY_HOURS:-24}"
# Call waiting: users with many calls.
lives full 3 --knob call_waiting=1 --knob park_recall_ms=20000 --knob spread=1 --knob uuid_tracking=1 --knob type_first=1
for variant in $("$xsiday" --variants); do
	[ "$variant" = full ] || lives "$variant" "${XSIDAY_HOURS:-2}"
done
complains 'no ChannelHeartBeat came' heartbeat_doc=0
complains 'ack of .* answered 503' ack_status=503
complains 'no effect\|is .* still\|never came\|no snapshot' effect_ms=5000
"$xsiday" --nonsense >"$top/out" 2>&1
[ $? = 2 ]
verdict $? "usage"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
