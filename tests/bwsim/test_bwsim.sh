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
	: >"$top/ready" # the shell may be slow to empty it for the program: an old line must not be taken for the new one
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
	: >"$top/stream"
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

# feature DOCUMENT METHOD REST-OF-PATH [BODY]: a request on the calls of 2001.
feature()
{
	get "$1" "$2" "$actions/user/2001@demo.example/calls/$3" ${4:+"$4"}
}

# phone EVENT COMMAND...: gives the commands and waits for the event.
phone()
{
	local event=$1
	shift
	ask "$@" >>"$top/out"
	wait_for "$event"
}

# Two answered calls of 2001: to 2002 (held) and to 2003.
two_calls()
{
	ask '{"cmd":"call","from":"2001","to":"2002"}' '{"cmd":"answer","user":"2002"}' \
		'{"cmd":"call","from":"2001","to":"2003"}' '{"cmd":"answer","user":"2003"}' >>"$top/out"
}

hang_up()
{
	local user
	for user in 2001 2002 2003 2004; do
		while ask "{\"cmd\":\"release\",\"user\":\"$user\"}" 2>/dev/null | grep -q '"ok":true'; do :; done
	done
}

# The documents of call features.
make_feature_documents()
{
	local user
	open_stream '<applicationId>app</applicationId>' || return 1
	for user in 2001 2002 2003 2004; do
		get "subscribe-$user" POST "$events/user/$user@demo.example" "<Subscription $NS><event>Advanced Call</event>$(
			)<channelSetId>SET</channelSetId><applicationId>app</applicationId></Subscription>"
		get "standard-$user" POST "$events/user/$user@demo.example" "<Subscription $NS><event>Standard Call</event>$(
			)<channelSetId>SET</channelSetId><applicationId>app</applicationId></Subscription>"
		get "park-$user" POST "$events/user/$user@demo.example" "<Subscription $NS><event>Call Park</event>$(
			)<channelSetId>SET</channelSetId><applicationId>app</applicationId></Subscription>"
	done
	two_calls
	feature conference POST Conference "<Conference $NS><conferenceParticipantList><conferenceParticipant>$(
		)<callId>callhalf-1:0</callId></conferenceParticipant><conferenceParticipant><callId>callhalf-2:0</callId>$(
		)</conferenceParticipant></conferenceParticipantList></Conference>"
	wait_for ConferenceStartedEvent
	feature mute PUT Conference/callhalf-1:0/Mute
	feature deaf PUT Conference/callhalf-1:0/Deaf
	wait_for ConferenceCallMadeDeafEvent
	feature conference-read GET Conference
	feature calls-conference GET ''
	phone ConferenceCallUnMutedEvent '{"cmd":"phone","user":"2001","op":"UnMute"}' '{"cmd":"phone","user":"2001","op":"UnDeaf"}' \
		'{"cmd":"phone","user":"2001","op":"ConferenceMute"}' '{"cmd":"phone","user":"2001","op":"ConferenceUnMute"}' \
		'{"cmd":"phone","user":"2001","op":"ConferenceHold"}' '{"cmd":"phone","user":"2001","op":"ConferenceTalk"}' \
		'{"cmd":"call","from":"2004","to":"2001"}'
	phone ConferenceReleasedEvent '{"cmd":"phone","user":"2001","op":"ConferenceRelease"}'
	hang_up
	two_calls
	phone CallRecordingStartedEvent '{"cmd":"phone","user":"2001","op":"Record"}' '{"cmd":"phone","user":"2003","op":"Record"}' \
		'{"cmd":"phone","user":"2003","op":"PauseRecording"}' '{"cmd":"phone","user":"2003","op":"ResumeRecording"}'
	phone 'CallRecordingStoppedEvent' '{"cmd":"phone","user":"2003","op":"StopRecording"}' \
		'{"cmd":"event","user":"2001","event":"CallRecordingStoppedEvent"}' \
		'{"cmd":"event","user":"2001","event":"CallSecurityClassificationUpdatedEvent","value":"Secret"}' \
		'{"cmd":"event","user":"2001","event":"CallClientSessionInfoUpdatedEvent","value":"ticket 7"}' \
		'{"cmd":"event","user":"2001","event":"PlayMusicOnHoldFailureEvent"}' \
		'{"cmd":"event","user":"2004","event":"CallCollectingEvent","address":"*72"}' '{"cmd":"release","user":"2004"}'
	feature consult PUT callhalf-4:0/ConsultTransfer/callhalf-5:0
	wait_for CallTransferredEvent
	feature detached GET 'callhalf-4:0?allowDetached=true'
	hang_up
	phone CallForwardedEvent '{"cmd":"call","from":"2001","to":"2002"}' \
		'{"cmd":"phone","user":"2002","op":"Forward","address":"2003"}' \
		'{"cmd":"phone","user":"2003","op":"BlindTransfer","address":"2004"}' '{"cmd":"answer","user":"2004"}' \
		'{"cmd":"phone","user":"2004","op":"VmTransfer"}'
	hang_up
	two_calls
	feature mute-transfer PUT 'callhalf-7:0/MuteTransfer?address=2004'
	hang_up
	phone CallParkRetrievedEvent '{"cmd":"call","from":"2001","to":"2002"}' '{"cmd":"answer","user":"2002"}' \
		'{"cmd":"phone","user":"2001","op":"Park","address":"2004"}' \
		'{"cmd":"phone","user":"2003","op":"CallRetrieve","address":"2004"}'
	phone CallDetachedEvent '{"cmd":"phone","user":"2003","op":"GroupCallPark"}'
	hang_up
	phone CallPickedUpEvent '{"cmd":"call","from":"2001","to":"2002"}' \
		'{"cmd":"phone","user":"2003","op":"DirectedCallPickup","address":"2002"}' \
		'{"cmd":"phone","user":"2004","op":"SilentMonitor","address":"2001"}' \
		'{"cmd":"phone","user":"2004","op":"ConferenceSupervisorCoach"}'
	wait_for 'Supervisor Coached'
	hang_up
	two_calls
	phone CallBargedInEvent '{"cmd":"phone","user":"2004","op":"DirectedCallPickupBargeIn","address":"2003"}'
	get put-conference PUT "$events/subscription/$(sed -n 's/.*<subscriptionId>\([^<]*\).*/\1/p' "$top/docs/subscribe-2004.xml")" \
		"<Subscription $NS/>"
	hang_up
	feature nothing GET Conference
	feature pickup-nothing POST 'DirectedCallPickup?address=2002'
	ask '{"cmd":"call","from":"2002","to":"2003"}' >>"$top/out"
	feature pickup POST 'DirectedCallPickup?address=2003'
	ask '{"cmd":"event","user":"2002","event":"CallReleasingEvent","value":"Routing Failure"}' >>"$top/out"
	wait_for 'Routing Failure'
	cut_stream
	! grep '"ok":false' "$top/out"
}

feature_kinds=(CallParkedAgainstEvent CallCollectingEvent CallTransferredEvent CallForwardedEvent CallPickedUpEvent CallParkRetrievedEvent
	CallBargedInEvent CallMonitoredEvent CallRedirectedEvent CallDetachedEvent CallSecurityClassificationUpdatedEvent
	CallClientSessionInfoUpdatedEvent PlayMusicOnHoldFailureEvent CallRecordingStartingEvent CallRecordingStartedEvent
	CallRecordingPausedEvent CallRecordingResumedEvent CallRecordingStoppedEvent ConferenceStartedEvent
	ConferenceHeldEvent ConferenceRetrievedEvent ConferenceUpdatedEvent ConferenceReleasedEvent ConferenceMutedEvent
	ConferenceUnmutedEvent ConferenceCallMutedEvent ConferenceCallUnMutedEvent ConferenceCallMadeDeafEvent
	ConferenceCallMadeUnDeafEvent)

check_feature_schema()
{
	local doc kind
	if ! [ -e "$schema" ] || ! command -v xmllint >/dev/null || ! command -v curl >/dev/null; then
		return
	fi
	mkdir -p "$top/docs"
	: >"$top/out"
	begin --knob dial_auto=0 --knob ack_timeout_ms=0 --knob call_waiting=1
	make_feature_documents
	verdict $? "making the documents of call features: $(cat "$top/out")"
	find "$top/docs" -size 0 -delete
	for kind in "${feature_kinds[@]}"; do
		[ -e "$top/docs/stream-$kind-1.xml" ]
		verdict $? "no $kind on the stream"
	done
	xmllint --nonet --noout --schema "$schema" "$top"/docs/*.xml 2>"$top/why"
	verdict $? "call features: $(grep -v ' validates$' "$top/why" | head -n 5)"
	rm -rf "$top/docs"
	finish
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
check_feature_schema
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
