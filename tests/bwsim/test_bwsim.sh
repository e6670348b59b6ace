#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the simulator as a program: options, start and end, and every kind of document it emits against the Xsi schema
# (skipped when ../shared/xsi is not there).

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
bwsim=${BUILD:-build}/bwsim
schema=../shared/xsi/xsd-cti/CTISchema/CTISchema.xsd
passed=0 failed=0 skipped=0
pids=()
top=$(mktemp -d "${TMPDIR:-/tmp}/bwsim.XXXXXX") || exit 1
trap 'kill "${pids[@]}" 2>/dev/null; rm -rf "$top"' EXIT
trap 'exit 1' TERM

NS='xmlns="http://schema.broadsoft.com/xsi"'
events=com.broadsoft.xsi-events/v2.0
actions=com.broadsoft.xsi-actions/v2.0

verdict()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
	fi
}

# refuses CODE TEXT OPTIONS...: ends with that exit code and says TEXT.
refuses()
{
	local code=$1 text=$2 rc
	shift 2
	"$bwsim" "$@" >"$top/out" 2>&1
	rc=$?
	[ "$rc" = "$code" ] && grep -q -- "$text" "$top/out"
	verdict $? "bwsim $*: exit $rc, $(head -n 1 "$top/out")"
}

# begin OPTIONS...: starts the simulator; sets xsp1 and control.
begin()
{
	control=$top/control
	"$bwsim" --listen xsp1=127.0.0.1:0 --listen xsp2=127.0.0.1:0 --users 2000-2009@demo.example \
		--admin admin@demo.example:secret --control "$control" "$@" >"$top/ready" 2>"$top/errors" &
	server=$!
	pids+=("$server")
	for _ in {1..1000}; do
		grep -q '^bwsim ready ' "$top/ready" && break
		kill -0 "$server" 2>/dev/null || break
		sleep 0.01
	done
	xsp1=$(sed -n 's/.* xsp1=\([^ ]*\).*/\1/p' "$top/ready")
}

ask()
{
	"$bwsim" --ask "$control" "$@"
}

# get NAME METHOD PATH [BODY]: keeps the body of the reply as the document NAME.
get()
{
	local name=$1 method=$2 path=$3
	shift 3
	curl -s -u admin@demo.example:secret -X "$method" ${1:+--data "$1"} -o "$top/docs/$name.xml" "http://$xsp1/$path"
}

# wait_for PATTERN: until the stream holds it (10 s at most).
wait_for()
{
	for _ in {1..1000}; do
		grep -q -- "$1" "$top/stream" && return 0
		sleep 0.01
	done
	echo "never came: $1"
	return 1
}

open_stream()
{
	curl -s -N -u admin@demo.example:secret --data "<Channel $NS><channelSetId>SET</channelSetId>$1</Channel>" \
		"http://$xsp1/com.broadsoft.async/$events/channel" >"$top/stream" &
	pids+=("$!")
	wait_for '</Channel>'
}

# One file for each kind of document of the stream, named after its type.
cut_stream()
{
	awk -v dir="$top/docs" 'BEGIN { RS = "<[?]xml" } NR > 1 {
		kind = match($0, /eventData xsi1:type="xsi:[A-Za-z]+/) ? substr($0, RSTART + 25, RLENGTH - 25) : \
			match($0, /xsi1:type="xsi:[A-Za-z]+/) ? substr($0, RSTART + 15, RLENGTH - 15) : \
			match($0, /<Channel[A-Za-z]*/) ? substr($0, RSTART + 1, RLENGTH - 1) : "unknown"
		printf "<?xml%s", $0 >(dir "/stream-" kind "-" ++n[kind] ".xml")
	}' "$top/stream"
}

# All that a client can be sent, by way of requests, phones and an AS failover.
make_documents()
{
	local id
	mkdir -p "$top/docs"
	open_stream '<priority>2</priority><applicationId>app</applicationId>' || return 1
	get subscribe POST "$events/user/2001@demo.example" "<Subscription $NS><event>Advanced Call</event>$(
		)<channelSetId>SET</channelSetId><applicationId>app</applicationId></Subscription>"
	get dnd POST "$events/user/2001@demo.example/subscription" "<Subscription $NS><event>Do Not Disturb</event>$(
		)<channelSetId>SET</channelSetId></Subscription>"
	wait_for DoNotDisturbEvent
	id=$(sed -n 's/.*<subscriptionId>\([^<]*\).*/\1/p' "$top/docs/subscribe.xml")
	get calls-none GET "$actions/user/2001@demo.example/calls"
	get dial POST "$actions/user/2001@demo.example/calls/new?address=2002"
	wait_for CallUpdatedEvent
	ask '{"cmd":"answer","user":"2002"}' '{"cmd":"hold","user":"2001"}' '{"cmd":"retrieve","user":"2001"}' >"$top/out"
	ask '{"cmd":"hold","user":"2002"}' >>"$top/out"
	wait_for 'Remote Held'
	get calls GET "$actions/user/2001@demo.example/calls"
	get call GET "$actions/user/2001@demo.example/calls/callhalf-1:0"
	get hook GET "$actions/user/2001@demo.example/calls/HookStatus"
	get put PUT "$events/subscription/$id" "<Subscription $NS><expires>7200</expires></Subscription>"
	get read GET "$events/subscription/$id"
	get list GET "$events/subscription"
	get set GET "$events/channelset/SET"
	get versions GET "$events/versions"
	get error GET "$events/channelset/NONE"
	get wrong-state PUT "$actions/user/2001@demo.example/calls/callhalf-1:0/Talk"
	ask '{"cmd":"release","user":"2001"}' '{"cmd":"call","from":"2001","to":"2999"}' >>"$top/out"
	wait_for CallReleasingEvent
	ask '{"cmd":"release","user":"2001"}' '{"cmd":"call","from":"tel:+15559000001","to":"2001"}' \
		'{"cmd":"as-failover"}' '{"cmd":"register","user":"2001"}' >>"$top/out"
	wait_for CallSubscriptionResyncEvent
	get delete DELETE "$events/subscription/$id"
	wait_for SubscriptionTerminatedEvent
	id=$(sed -n 's/.*<channelId>\([^<]*\).*/\1/p' "$top/docs/set.xml")
	get refresh PUT "$events/channel/$id" "<Channel $NS><expires>7200</expires></Channel>"
	get heartbeat PUT "$events/channel/$id/heartbeat"
	wait_for '<ChannelHeartBeat'
	get end DELETE "$events/channel/$id"
	wait_for ChannelTerminatedEvent
	cut_stream
	! grep -q '"ok":false' "$top/out"
}

check_schema()
{
	local doc kind
	if ! [ -e "$schema" ]; then
		skipped=$((skipped + 1))
		echo "skip: $schema is not there"
		return
	fi
	if ! command -v xmllint >/dev/null || ! command -v curl >/dev/null; then
		skipped=$((skipped + 1))
		echo "skip: xmllint or curl is missing"
		return
	fi
	begin --knob resync_event=1 --knob reg_percent=0 --knob dial_auto=0 --knob ack_timeout_ms=0 --knob type_first="$1" \
		--knob uuid_tracking="$1"
	make_documents
	verdict $? "making every kind of document"
	# Replies without a body are no documents.
	find "$top/docs" -size 0 -delete
	for kind in CallSubscriptionEvent CallSubscriptionResyncEvent CallOriginatingEvent CallOriginatedEvent \
		CallReceivedEvent CallUpdatedEvent CallAnsweredEvent CallHeldEvent CallRetrievedEvent CallReleasingEvent \
		CallReleasedEvent HookStatusEvent SubscriptionTerminatedEvent ChannelTerminatedEvent ChannelHeartBeat \
		DoNotDisturbEvent Channel; do
		[ -e "$top/docs/stream-$kind-1.xml" ]
		verdict $? "no $kind on the stream"
	done
	for doc in "$top"/docs/*.xml; do
		xmllint --nonet --noout --schema "$schema" "$doc" 2>"$top/why"
		verdict $? "$(basename "$doc"): $(head -n 2 "$top/why") $(cat "$doc")"
	done
	rm -rf "$top/docs"
	finish
}

# The simulator ends with exit code 0 on SIGTERM and says nothing on stderr.
finish()
{
	kill -TERM "$server"
	wait "$server"
	verdict $? "exit code on SIGTERM"
	[ ! -s "$top/errors" ] && [ ! -e "$control" ]
	verdict $? "errors or a socket left: $(head -n 5 "$top/errors")"
}

check_options()
{
	local good=(--listen x=127.0.0.1:0 --users 1000@d --admin a:b)
	refuses 2 usage:
	refuses 2 usage: "${good[@]}" extra
	refuses 2 usage: --nonsense
	refuses 1 'is not name=IPv4:port' --listen x "${good[@]}"
	refuses 1 'is not name=IPv4:port' --listen x=127.0.0.1:99999 "${good[@]}"
	refuses 1 'cannot listen' --listen y=192.0.2.1:80 "${good[@]}"
	refuses 1 'makes no sense' --users 5-3@d "${good[@]}"
	refuses 1 'makes no sense' --users 1000@d "${good[@]}"
	refuses 1 'not LOGIN:PASSWORD' --admin a "${good[@]}"
	refuses 1 'unknown knob' --knob nope=1 "${good[@]}"
	refuses 1 'outside' --knob effect_ms=99999 "${good[@]}"
	refuses 1 'is no number' --seed x "${good[@]}"
	refuses 1 'No such file' --config "$top/none" "${good[@]}"
	refuses 1 'No such file' --journal "$top/none/j" "${good[@]}"
	printf '# comment\n\n effect_ms = 7 # text\n' >"$top/config"
	refuses 1 "config:3: unknown knob 'effect_ms '" --config "$top/config" "${good[@]}"
	refuses 0 'effect_ms .*default 2, range 0..5000' --help-knobs
	refuses 0 'usage:' --help
	refuses 1 'No such file' --ask "$top/none" '{"cmd":"stats"}'
	printf '# comment\n\neffect_ms=7 # text\n' >"$top/config"
	begin --config "$top/config"
	ask '{"cmd":"quit"}' >/dev/null
	verdict $? "quit"
	wait "$server"
	verdict $? "exit code on quit"
}

check_options
check_schema 0
check_schema 1
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
