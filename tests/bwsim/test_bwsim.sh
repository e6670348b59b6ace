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
		kind = match($0, /eventData xsi1:type="xsi:[-A-Za-z]+/) ? substr($0, RSTART + 25, RLENGTH - 25) : \
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

# subscribe TARGET PACKAGE...: each package of its own; the replies are documents.
subscribe()
{
	local target=$1 package
	shift
	for package; do
		get "subscribe-${target//[^a-z0-9]/-}-${package// /-}" POST "$events/$target" "<Subscription $NS>$(
			)<event>$package</event><channelSetId>SET</channelSetId></Subscription>"
	done
}

user_packages=('BroadWorks Anywhere' 'Call Center Agent' 'Call Center Agent Monitoring' 'Call Forwarding Always'
	'Call Forwarding Always Secondary' 'Call Forwarding Busy' 'Call Forwarding No Answer' 'Call Park' 'Call Transfer' 'Call Waiting'
	'CommPilot Express' 'Do Not Disturb' 'Flexible Seating Guest' 'Hoteling Guest' 'Last Number Redial' 'Music On Hold' 'N-Way Call'
	'Personal Assistant' 'Push Notification Registration' 'Remote Office' 'Security Classification' 'Sequential Ring'
	'Silent Alerting' 'Simultaneous Ring Personal' 'Third-Party Voice Mail Support' 'Three-Way Call' 'Voice Mail Message Summary'
	'Voice Messaging')

# A call to 7000 or 8000 that ends by a policy with a message.
by_policy()
{
	ask "{\"cmd\":\"policy\",\"at\":\"$1\",\"policy\":\"$2\"}" \
		"{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"$1\"}" >>"$top/out"
	wait_for "$3"
	ask "{\"cmd\":\"policy\",\"at\":\"$1\",\"policy\":\"$2\",\"active\":false}" >>"$top/out"
}

queue_documents()
{
	local at='"at":"7000"' from='{"cmd":"call","from":"tel:+15559000001","to":"7000"}'
	phone ACDCallReorderedEvent "$from" "$from" "{\"cmd\":\"entry\",$at,\"do\":\"promote\"}" \
		"{\"cmd\":\"entry\",$at,\"do\":\"reorder\",\"position\":1}" \
		"{\"cmd\":\"entry\",$at,\"do\":\"update\",\"reason\":\"Call Transferred\"}"
	get queue GET "$actions/callcenter/7000@demo.example/calls"
	phone ACDCallEscapedEvent "{\"cmd\":\"entry\",$at,\"do\":\"transfer\",\"to\":\"2002\"}" \
		"{\"cmd\":\"entry\",$at,\"do\":\"escape\"}"
	phone ACDCallReleasedEvent "$from" "{\"cmd\":\"entry\",$at,\"do\":\"release\"}"
	phone ACDCallAbandonedEvent '{"cmd":"call","from":"2001","to":"7000"}' '{"cmd":"release","user":"2001"}'
	by_policy 7000 holiday ACDHolidayPolicyTreatmentCompletedEvent
	by_policy 7000 night ACDNightPolicyTreatmentCompletedEvent
	by_policy 7000 forward ACDCallForwardedTreatmentCompletedEvent
	by_policy 7000 stranded ACDCallStrandedTreatementCompletedEvent
	ask '{"cmd":"agent","user":"2005","state":"Unavailable","code":"lunch"}' >>"$top/out"
	by_policy 7000 stranded-unavailable ACDCallStrandedUnavailableTreatementCompletedEvent
	ask '{"cmd":"knob","name":"acd_length_max","value":0}' >>"$top/out"
	by_policy 7000 overflow ACDCallOverflowedTreatmentCompletedEvent
	ask '{"cmd":"knob","name":"acd_length_max","value":9}' '{"cmd":"policy","at":"7000","policy":"bounce","to":"2002"}' \
		'{"cmd":"agent","user":"2005","queue":"7000","skill":2}' '{"cmd":"agent","user":"2005","state":"Available"}' >>"$top/out"
	phone ACDCallOfferedToAgentEvent "$from"
	phone ACDCallBouncedEvent '{"cmd":"release","user":"2005"}'
	ask "$from" >>"$top/out"
	for _ in {1..1000}; do
		ask '{"cmd":"answer","user":"2005"}' 2>/dev/null | grep -q '"ok":true' && break
		sleep 0.01
	done
	wait_for ACDCallAnsweredByAgentEvent
	get agent-call GET "$actions/user/2005@demo.example/calls"
	get agent GET "$actions/user/2005@demo.example/services/CallCenter"
	wait_for CallCenterAgentOnCallAlertEvent
	phone wrapUpCallCenterUserId '{"cmd":"release","user":"2005"}'
}

route_point_call()
{
	get "$1" PUT "$actions/routepoint/8000@demo.example/calls/$call/$2" "$3"
}

route_point_documents()
{
	local play
	for play in PlayMusicOnHold PlayRingBack PlaySilence PlayBusy PlayTreatment; do
		ask '{"cmd":"call","from":"tel:+15559000001","to":"8000"}' >>"$top/out"
		get "route-point-$play" GET "$actions/routepoint/8000@demo.example/calls"
		call=$(sed -n 's/.*<callId>\(callhalf[^<]*\).*/\1/p' "$top/docs/route-point-$play.xml")
		route_point_call "$play" "${play,,}" "<RoutePoint$play $NS>$([ $play = PlayTreatment ] &&
			echo '<audioUrlList><uri1>http://media.example/a</uri1></audioUrlList>' || echo '<duration>9</duration>')$(
			[ $play = PlayBusy ] && echo '<busyPattern>Normal</busyPattern>')</RoutePoint$play>"
		wait_for "$(sed -n 's/.*<playCollectId>\([^<]*\).*/\1/p' "$top/docs/$play.xml")"
		phone 'RoutePointCallReleasedEvent' '{"cmd":"entry","at":"8000","do":"release"}'
	done
	phone RoutePointCallUpdatedEvent '{"cmd":"call","from":"tel:+15559000001","to":"8000"}' \
		'{"cmd":"entry","at":"8000","do":"cpd","text":"SIT"}' '{"cmd":"entry","at":"8000","do":"distribute","agent":"2003"}' \
		'{"cmd":"entry","at":"8000","do":"bounce"}' '{"cmd":"entry","at":"8000","do":"distribute","agent":"2003"}' \
		'{"cmd":"answer","user":"2003"}'
	wait_for RoutePointCallAnsweredByAgentEvent
	phone RoutePointCallTransferredEvent '{"cmd":"call","from":"tel:+15559000001","to":"8000"}' \
		'{"cmd":"entry","at":"8000","do":"transfer","to":"2004"}'
	phone RoutePointCallAbandonedEvent '{"cmd":"call","from":"2001","to":"8000"}' '{"cmd":"release","user":"2001"}'
	phone RoutePointCallRejectedEvent '{"cmd":"knob","name":"rp_admission","value":1}' \
		'{"cmd":"call","from":"2001","to":"8000"}' '{"cmd":"entry","at":"8000","do":"reject"}' \
		'{"cmd":"knob","name":"rp_admission","value":0}'
	by_policy 8000 holiday RoutePointHolidayPolicyTreatmentCompletedEvent
	by_policy 8000 night RoutePointNightPolicyTreatmentCompletedEvent
	by_policy 8000 forward RoutePointCallForwardedTreatmentCompletedEvent
	ask '{"cmd":"knob","name":"rp_length_max","value":0}' >>"$top/out"
	by_policy 8000 overflow RoutePointCallOverflowedTreatmentCompletedEvent
	ask '{"cmd":"knob","name":"rp_length_max","value":9}' '{"cmd":"call","from":"tel:+15559000001","to":"8000"}' >>"$top/out"
	get route-point-vxml GET "$actions/routepoint/8000@demo.example/calls"
	call=$(sed -n 's/.*<callId>\(callhalf[^<]*\).*/\1/p' "$top/docs/route-point-vxml.xml")
	for play in nobody vxml@demo.example; do
		route_point_call "vxml-$play" connecttovoicexml "<RoutePointConnectToVoiceXML $NS><voicexmlId>$play</voicexmlId>$(
			)<scriptUrl>http://s.example/x</scriptUrl></RoutePointConnectToVoiceXML>"
		[ $play = nobody ] && wait_for RoutePointFailedVoiceXMLEvent
	done
	wait_for RoutePointConnectedToVoiceXMLEvent
	get route-point-dial POST "$actions/routepoint/8000@demo.example/calls/new" \
		"<RoutePointOutgoingDial $NS><address>tel:2006</address></RoutePointOutgoingDial>"
	phone RoutePointOutgoingCallAnsweredEvent '{"cmd":"answer","user":"2006"}'
	get route-point-state GET "$actions/routepoint/8000@demo.example/profile/state"
	get controller-ready PUT "$actions/system/services/routepoint/applicationcontroller/ctl" \
		"<ApplicationController $NS><state>ready</state></ApplicationController>"
	get controller GET "$actions/system/services/routepoint/applicationcontroller/ctl"
	ask '{"cmd":"knob","name":"rp_failure_ms","value":0}' >>"$top/out"
	get controller-not PUT "$actions/system/services/routepoint/applicationcontroller/ctl" \
		"<ApplicationController $NS><state>not ready</state></ApplicationController>"
	wait_for RoutePointFailedEvent
	phone RoutePointRecoveredEvent '{"cmd":"route-point-state","at":"8000","failed":false}'
}

# The documents of packages, services, call centers and route points.
make_acd_documents()
{
	local service
	open_stream '' || return 1
	subscribe user/2001@demo.example "${user_packages[@]}"
	subscribe user/2005@demo.example 'Call Center Agent' 'Call Center Agent Monitoring'
	subscribe user/2001@demo.example/subId/bridge 'Meet Me Conference' 'Collaborate Room'
	subscribe user/7000@demo.example 'Call Center Queue' 'Call Center Monitoring' 'Call Center Configuration'
	subscribe user/8000@demo.example 'Route Point Queue'
	subscribe system 'Advanced Call'
	get list-system GET "$events/subscription?targetEntityType=System"
	get list-users GET "$events/subscription"
	get misfit POST "$events/user/2001@demo.example" "<Subscription $NS><event>Call Center Queue</event>$(
		)<channelSetId>SET</channelSetId></Subscription>"
	for service in DoNotDisturb CallForwardingAlways CallForwardingAlwaysSecondary CallForwardingBusy CallForwardingNoAnswer RemoteOffice \
		CallWaiting HotelingGuest HotelingHost FlexibleSeatingGuest BroadWorksAnywhere SimultaneousRingPersonal SequentialRing \
		SilentAlerting SecurityClassification PersonalAssistant VoiceMessaging ThirdPartyVoiceMailSupport MusicOnHold CallTransfer \
		CommPilotExpress; do
		get "service-$service" GET "$actions/user/2001@demo.example/services/$service"
	done
	phone '<xsi:hostUserId>' '{"cmd":"service","user":"2002","service":"HotelingHost","active":true}' \
		'{"cmd":"service","user":"2001","service":"HotelingGuest","active":true,"partner":"2002"}' \
		'{"cmd":"service","user":"2001","service":"FlexibleSeatingGuest","assigned":false}' \
		'{"cmd":"service","user":"2001","service":"CallForwardingNoAnswer","active":true,"number":"tel:2003","rings":2}'
	get hosts GET "$actions/user/2003@demo.example/directories/HotelingHosts"
	get host GET "$actions/user/2002@demo.example/services/HotelingHost"
	phone newUrgentMessages '{"cmd":"messages","user":"2001","new":1,"old":2,"new_urgent":3,"old_urgent":4}'
	queue_documents
	route_point_documents
	phone RoutePointSubscriptionResyncEvent '{"cmd":"as-failover"}'
	wait_for ACDSubscriptionResyncEvent
	cut_stream
	! grep '"ok":false' "$top/out"
}

acd_kinds=(ACDCallAddedEvent ACDCallOfferedToAgentEvent ACDWhisperStartedEvent ACDCallAnsweredByAgentEvent ACDCallBouncedEvent
	ACDCallAbandonedEvent ACDCallReleasedEvent ACDCallEscapedEvent ACDCallTransferredEvent ACDCallOverflowedEvent
	ACDCallOverflowedTreatmentCompletedEvent ACDCallStrandedEvent ACDCallStrandedTreatementCompletedEvent
	ACDCallStrandedUnavailableEvent ACDCallStrandedUnavailableTreatementCompletedEvent ACDCallPromotedEvent ACDCallReorderedEvent
	ACDCallUpdatedEvent ACDCallForwardedEvent ACDCallForwardedTreatmentCompletedEvent ACDHolidayPolicyAppliedEvent
	ACDHolidayPolicyTreatmentCompletedEvent ACDNightPolicyAppliedEvent ACDNightPolicyTreatmentCompletedEvent ACDSubscriptionEvent
	ACDSubscriptionResyncEvent ACDConfigurationSubscriptionEvent ACDForcedForwardingEvent ACDHolidayServiceEvent
	ACDNightServiceEvent CallCenterMonitoringEvent AgentSubscriptionEvent AgentStateEvent ACDAgentJoinUpdateEvent
	CallCenterAgentMonitoringSubscriptionEvent CallCenterAgentMonitoringEvent CallCenterAgentOnCallAlertEvent
	RoutePointNewCallEvent RoutePointCallAddedEvent RoutePointCallRejectedEvent RoutePointCallOfferedToAgentEvent
	RoutePointWhisperStartedEvent RoutePointCallAnsweredByAgentEvent RoutePointCallAbandonedEvent RoutePointCallBouncedEvent
	RoutePointCallOverflowedEvent RoutePointCallOverflowedTreatmentCompletedEvent RoutePointCallForwardedEvent
	RoutePointCallForwardedTreatmentCompletedEvent RoutePointCallTransferredEvent RoutePointCallUpdatedEvent
	RoutePointCallReleasedEvent RoutePointHolidayPolicyAppliedEvent RoutePointHolidayPolicyTreatmentCompletedEvent
	RoutePointNightPolicyAppliedEvent RoutePointNightPolicyTreatmentCompletedEvent RoutePointTreatmentStartedEvent
	RoutePointTreatmentCompletedEvent RoutePointMOHStartedEvent RoutePointMOHCompletedEvent RoutePointRingbackStartedEvent
	RoutePointRingbackCompletedEvent RoutePointBusyStartedEvent RoutePointBusyCompletedEvent RoutePointSilenceStartedEvent
	RoutePointSilenceCompletedEvent RoutePointOutgoingCallOriginatedEvent RoutePointOutgoingCallAnsweredEvent
	RoutePointFailedEvent RoutePointCallFailedEvent RoutePointRecoveredEvent RoutePointConnectingToVoiceXMLEvent
	RoutePointConnectedToVoiceXMLEvent RoutePointFailedVoiceXMLEvent RoutePointSubscriptionEvent RoutePointSubscriptionResyncEvent
	BroadWorksAnywhereEvent CallForwardingAlwaysEvent CallForwardingAlwaysSecondaryEvent CallForwardingBusyEvent
	CallForwardingNoAnswerEvent CallTransferEvent CallWaitingEvent CommPilotExpressEvent DoNotDisturbEvent FlexibleSeatingGuestEvent
	HotelingGuestEvent LastNumberRedialEvent MusicOnHoldEvent N-WayCallEvent PersonalAssistantEvent PushNotificationRegistrationEvent
	RemoteOfficeEvent SecurityClassificationEvent SequentialRingEvent SilentAlertingEvent SimultaneousRingPersonalEvent
	ThirdPartyVoiceMailSupportEvent ThreeWayCallEvent VoiceMailMessageSummaryEvent VoiceMessagingEvent
	MeetMeConferenceSubscriptionEvent CollaborateRoomSubscriptionEvent)

check_acd_schema()
{
	local kind
	if ! [ -e "$schema" ] || ! command -v xmllint >/dev/null || ! command -v curl >/dev/null; then
		return
	fi
	mkdir -p "$top/docs"
	: >"$top/out"
	begin --queue 7000@demo.example=2005 --route-point 8000@demo.example --app-controller ctl=SET --knob dial_auto=0 \
		--knob ack_timeout_ms=0 --knob treatment_ms=20 --knob whisper_ms=20 --knob wrap_up_ms=500 --knob agent_alert_ms=50 \
		--knob event_timeout_ms=600000 --knob rp_failure_ms=600000 --knob voicexml_ms=20 --knob reg_ms_max=50 --knob reg_ms_min=0 \
		--knob 'resync_packages=Call Center Queue=resync;Route Point Queue=resync'
	ask '{"cmd":"call","from":"2001","to":"2002"}' '{"cmd":"release","user":"2001"}' >>"$top/out"
	make_acd_documents
	verdict $? "making the documents of call centers: $(cat "$top/out")"
	find "$top/docs" -size 0 -delete
	for kind in "${acd_kinds[@]}"; do
		[ -e "$top/docs/stream-$kind-1.xml" ]
		verdict $? "no $kind on the stream"
	done
	xmllint --nonet --noout --schema "$schema" "$top"/docs/*.xml 2>"$top/why"
	verdict $? "call centers: $(grep -v ' validates$' "$top/why" | head -n 5)"
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
check_acd_schema
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
