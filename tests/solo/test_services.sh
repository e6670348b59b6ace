#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 180
#
# test_services.sh - every CSTA service that BroadWorks carries out, asked by a client of one node and done by the
# simulator, all on loopback.
#
# Each service must be answered by the answer of its own name, valid in the schemas of ../shared (when they are there); what it
# does must show in events that lead the client's picture to what the simulator says is true. The calls are made and
# answered by the simulator's phones, which do nothing by themselves.
set -u

# shellcheck source=tests/solo/solo_lib.sh
. "$(dirname "$(readlink -f "$0")")/solo_lib.sh"
solo_begin services tandemd bwsim cstaclient account
mark=0

phone() { bw "$1" >/dev/null || echo "the simulator refuses $1"; }
port_of() { tr ' ' '\n' <"$dir/bw.out" | sed -n "s/^$1=//p" | head -n 1; }

agree()
{
	bw '{"cmd":"truth"}' >"$dir/truth.json" && client '{"cmd":"picture"}' >"$dir/picture.json" &&
		"$build/account" match "$dir/picture.json" "$dir/truth.json" >"$dir/match.out" 2>&1
}

# Calls of a device as the client sees them: "CALL STATE" lines.
calls_of()
{
	client '{"cmd":"picture"}' | tr -d ' \n' | sed 's/{"calls"/\n{"calls"/g; s/{"device":"[0-9]*","in_s/\n&/g' |
		tr '{' '\n' | sed -n "s/.*\"call_id\":\"\([0-9]*\)\".*\"device\":\"$1\".*\"state\":\"\([a-z]*\)\".*/\1 \2/p"
}

has_call() { [ -n "$(calls_of "$1" | sed -n "/ $2\$/p")" ]; }
has_none() { [ -z "$(calls_of "$1")" ]; }

# The call of a device in a state; waits for it.
call_in() # DEVICE STATE
{
	wait_for 5 has_call "$1" "$2" || echo "$1 has no call in state $2" >&2
	calls_of "$1" | sed -n "s/ $2\$//p" | head -n 1
}

# ask ROOT INNER [ANSWER]: the answer must be that of the service's own name, or the one that is given
ask()
{
	local inner=${2//\"/\\\"} wanted=${3:-$1Response}
	reply=$(client "{\"cmd\":\"ask\",\"session\":0,\"root\":\"$1\",\"inner\":\"$inner\"}" | tr -d '\n')
	result "$1: $reply" test "$(sed -n 's/.*"answer": *"\([A-Za-z]*\)".*/\1/p' <<<"$reply")" = "$wanted"
}

said() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" <<<"$reply"; }

refused() # ROOT INNER ERROR
{
	ask "$1" "$2" CSTAErrorCode
	result "$1 is refused with $(said error) instead of $3" test "$(said error)" = "$3"
}

conn() { echo "<$1><callID>$2</callID><deviceID>$3</deviceID></$1>"; }
heard() { tail -c "+$((mark + 1))" "$dir/cc.jsonl" | grep -q "\"name\":\"$1\".*\"device\":\"$2\""; }

# An event of a device has been heard since the last forget.
event() { result "no $1Event for $2" wait_for 5 heard "$1Event" "$2"; }
forget() { mark=$(stat -c %s "$dir/cc.jsonl"); }

start_all() # TRANSPORT EDITION
{
	local scheme=http prefix='' options=()
	[ "$1" = http ] || { scheme=cti; prefix=cti:; }
	rm -f "$dir"/*.sock "$dir"/*.jsonl
	rm -rf "$dir/state"
	mkdir "$dir/state"
	"$build/bwsim" --listen xsp1=127.0.0.1:0 --listen-cti xsp1=127.0.0.1:0 --users 2000-2009@demo.example \
		--queue 2100@demo.example=2001,2002 --route-point 2200@demo.example \
		--admin admin@demo.example:secret --journal "$dir/bw.jsonl" --control "$dir/bw.sock" --seed 7 \
		--knob dial_auto=0 --knob ctd_answer_percent=0 "${BWSIM_OPTIONS[@]}" >"$dir/bw.out" 2>&1 &
	pids=$!
	wait_for 10 grep -q 'bwsim ready' "$dir/bw.out" || { cat "$dir/bw.out"; return 1; }
	port=$((20000 + RANDOM % 1000 * 10 + number))
	cat >"$dir/t.conf" <<X
[node]
name = n1
cluster = none
state-dir = $dir/state
control = services-$$-$number
[csta]
listen = 127.0.0.1:$port
user = demo
password = demo
[broadworks]
xsp = $scheme://$(port_of "${prefix}xsp1")
user = admin@demo.example
password = secret
default-domain = demo.example
http-timeout-ms = 3000
[devices]
queue = 2100
route-point = 2200
X
	"$build/tandemd" -c "$dir/t.conf" >"$dir/td.out" 2>&1 &
	tandemd=$!
	pids="$pids $tandemd"
	wait_for 10 grep -q ' 37501 ' "$dir/td.out" || { cat "$dir/td.out"; return 1; }
	[ ! -d "$shared" ] || options=(--validate "$shared")
	"$build/cstaclient" --server "127.0.0.1:$port" --sessions 1 --devices 2000-2005,2100,2200 --mode session --edition "$2" \
		--user demo --password demo --journal "$dir/cc.jsonl" --control "$dir/cc.sock" "${options[@]}" \
		>"$dir/cc.out" 2>&1 &
	pids="$pids $!"
	wait_for 15 grep -q 'cstaclient ready' "$dir/cc.out" || { cat "$dir/cc.out" "$dir/td.out"; return 1; }
}

judge()
{
	local name
	wait_for 5 agree
	result "the picture differs: $(head -n 3 "$dir/match.out" | tr '\n' ' ')" agree
	client '{"cmd":"account"}' >"$dir/account.json"
	for name in events_lost events_duplicated illegal_transitions answers_twice ids_changed invalid problem_count; do
		result "$name is $(figure $name)" test "$(figure $name)" = 0
	done
	if [ "$(figure problem_count)" != 0 ]; then
		sed -n '/problems/,/]/p' "$dir/account.json"
	fi
	kill "$tandemd"
	wait "$tandemd"
	result "tandemd ended with $?" test $? = 0
	cleanup
	pids=
	BUILD=$build "$top/tests/coverage/from-journal" "$dir/bw.jsonl"
}

# --- services ----------------------------------------------------------------------------------------------------

talk() # FROM TO: a call of the phones that both have answered; in $call
{
	phone "{\"cmd\":\"call\",\"from\":\"$1\",\"to\":\"$2\"}"
	call=$(call_in "$2" alerting)
	phone "{\"cmd\":\"answer\",\"user\":\"$2\"}"
	call_in "$2" connected >/dev/null
	wait_for 5 agree
}

hang_up_all()
{
	phone '{"cmd":"drain"}'
	for device in 2000 2001 2002 2003 2004 2005; do
		for one in $(calls_of $device | cut -d' ' -f1); do
			client "{\"cmd\":\"ask\",\"session\":0,\"root\":\"ClearConnection\",\"inner\":\"$(
				conn connectionToBeCleared "$one" $device)\"}" >/dev/null
		done
	done
	for device in 2000 2001 2002 2003 2004 2005 2100 2200; do
		wait_for 5 has_none $device || echo "calls are left on $device"
	done
	wait_for 5 agree
}

# 2001 talks to 2000 and consults 2002: calls $held and $active
consult()
{
	talk 2000 2001
	held=$call
	ask ConsultationCall "$(conn existingCall "$held" 2001)<consultedDevice>2002</consultedDevice>"
	active=$(said call_id)
	call_in 2001 hold >/dev/null
	# the phone of the consulting user takes the click-to-dial leg
	phone '{"cmd":"answer","user":"2001"}'
	call_in 2002 alerting >/dev/null
	phone '{"cmd":"answer","user":"2002"}'
	call_in 2002 connected >/dev/null
	wait_for 5 agree
}

services_of_one_call()
{
	ask MakeCall "<callingDevice>2000</callingDevice><calledDirectoryNumber>2001</calledDirectoryNumber>"
	call=$(said call_id)
	phone '{"cmd":"answer","user":"2000"}'
	result "the call of MakeCall is $(call_in 2001 alerting)" test "$(call_in 2001 alerting)" = "$call"
	ask AnswerCall "$(conn callToBeAnswered "$call" 2001)"
	call_in 2001 connected >/dev/null
	ask HoldCall "$(conn callToBeHeld "$call" 2001)"
	call_in 2001 hold >/dev/null
	refused GenerateDigits "$(conn connectionToSendDigits "$call" 2001)<charactersToSend>1</charactersToSend>" \
		stateIncompatibility/invalidConnectionState
	ask RetrieveCall "$(conn callToBeRetrieved "$call" 2001)"
	call_in 2001 connected >/dev/null
	ask GenerateDigits "$(conn connectionToSendDigits "$call" 2001)<charactersToSend>12#</charactersToSend>"
	ask SnapshotCall "<snapshotObject><callID>$call</callID></snapshotObject>"
	ask SnapshotDevice "<snapshotObject>2001</snapshotObject>"
	forget
	ask RecordMessage "$(conn callToBeRecorded "$call" 2001)"
	event Record 2001
	ask Suspend "$(conn connection "$call" 2001)"
	event SuspendRecord 2001
	ask Resume "$(conn connection "$call" 2001)"
	ask Stop "$(conn connection "$call" 2001)"
	event Stop 2001
	ask ClearCall "<callToBeCleared><callID>$call</callID></callToBeCleared>"
	result "the call is not cleared" wait_for 5 has_none 2001
	phone '{"cmd":"call","from":"2000","to":"2001"}'
	call=$(call_in 2001 alerting)
	ask ClearConnection "$(conn connectionToBeCleared "$call" 2001)"
	result "the ringing call is not cleared" wait_for 5 has_none 2001
	hang_up_all
}

services_of_two_calls()
{
	consult
	ask AlternateCall "$(conn heldCall "$held" 2001)$(conn activeCall "$active" 2001)"
	result "nothing was alternated" wait_for 5 test "$(call_in 2001 hold)" = "$active"
	ask ReconnectCall "$(conn activeCall "$held" 2001)$(conn heldCall "$active" 2001)"
	result "2000 was not released" wait_for 5 has_none 2000
	result "2001 was not reconnected" test "$(call_in 2001 connected)" = "$active"
	hang_up_all
	consult
	forget
	ask TransferCall "$(conn heldCall "$held" 2001)$(conn activeCall "$active" 2001)"
	event Transfered 2001
	result "2001 did not leave" wait_for 5 has_none 2001
	event Transfered 2000
	result "2000 and 2002 are in different calls" test "$(call_in 2000 connected)" = "$(call_in 2002 connected)"
	hang_up_all
	consult
	forget
	ask ConferenceCall "$(conn heldCall "$held" 2001)$(conn activeCall "$active" 2001)"
	event Conferenced 2001
	result "the conference is call $(call_in 2001 connected) instead of $(said call_id)" \
		test "$(call_in 2001 connected)" = "$(said call_id)"
	conference=$(said call_id)
	wait_for 5 agree
	ask HoldCall "$(conn callToBeHeld "$conference" 2001)"
	call_in 2001 hold >/dev/null
	ask RetrieveCall "$(conn callToBeRetrieved "$conference" 2001)"
	call_in 2001 connected >/dev/null
	refused SingleStepTransferCall "$(conn activeCall "$conference" 2001)<transferredTo>2003</transferredTo>" \
		operation/requestIncompatibleWithConnection
	ask ClearConnection "$(conn connectionToBeCleared "$conference" 2001)"
	result "the conference was not ended" wait_for 5 has_none 2001
	hang_up_all
}

services_elsewhere()
{
	talk 2000 2001
	forget
	ask SingleStepTransferCall "$(conn activeCall "$call" 2001)<transferredTo>2003</transferredTo>"
	event Transfered 2001
	result "2001 did not leave" wait_for 5 has_none 2001
	call_in 2003 alerting >/dev/null
	hang_up_all
	phone '{"cmd":"call","from":"2000","to":"2001"}'
	call=$(call_in 2001 alerting)
	forget
	ask DeflectCall "$(conn callToBeDiverted "$call" 2001)<newDestination>2003</newDestination>"
	event Diverted 2001
	result "2001 did not leave" wait_for 5 has_none 2001
	call_in 2003 alerting >/dev/null
	ask DirectedPickupCall "$(conn callToBePickedUp "$call" 2003)<requestingDevice>2004</requestingDevice>"
	pause 0.5
	hang_up_all
	talk 2000 2001
	if [ "$transport" = cti ]; then # has no such request
		refused ParkCall "$(conn parking "$call" 2001)<parkTo>2003</parkTo>" operation/serviceNotSupported
		hang_up_all
		return
	fi
	ask ParkCall "$(conn parking "$call" 2001)<parkTo>2003</parkTo>"
	result "2001 did not leave" wait_for 5 has_none 2001
	ask DirectedPickupCall "<callToBePickedUp><deviceID>2003</deviceID></callToBePickedUp><requestingDevice>2003</requestingDevice>"
	pause 0.5
	hang_up_all
}

features()
{
	forget
	ask SetDoNotDisturb '<device>2001</device><doNotDisturbOn>true</doNotDisturbOn>'
	ask GetDoNotDisturb '<device>2001</device>'
	event DoNotDisturb 2001
	result "do not disturb is off: $(said xml)" grep -q 'doNotDisturbOn>true' <<<"$reply"
	ask SetDoNotDisturb '<device>2001</device><doNotDisturbOn>false</doNotDisturbOn>'
	ask SetForwarding '<device>2001</device><forwardingType>forwardNoAns</forwardingType><activateForward>true</activateForward><forwardDN>2003</forwardDN><ringCount>4</ringCount>'
	ask SetForwarding '<device>2001</device><forwardingType>forwardBusy</forwardingType><activateForward>true</activateForward><forwardDN>2004</forwardDN>'
	ask SetForwarding '<device>2001</device><forwardingType>forwardImmediate</forwardingType><activateForward>true</activateForward><forwardDN>2002</forwardDN>'
	ask GetForwarding '<device>2001</device>'
	result "three forwardings: $reply" test "$(grep -o 'forwardStatus>true' <<<"$reply" | wc -l)" = 3
	ask SetForwarding '<device>2001</device><forwardingType>forwardImmediate</forwardingType><activateForward>false</activateForward>'
	event Forwarding 2001
	refused GetMessageWaitingIndicator '<device>2001</device>' operation/invalidFeature
	forget
	for wish in loggedOff loggedOn ready notReady workingAfterCall ready notReady; do
		ask SetAgentState "<device>2001</device><requestedAgentState>$wish</requestedAgentState>"
	done
	event AgentReady 2001
	event AgentWorkingAfterCall 2001
	ask GetAgentState '<device>2001</device>'
	result "the agent is not ready: $reply" grep -q 'agentState>agentNotReady<' <<<"$reply"
	refused GetAgentState '<device>2000</device>' operation/invalidFeature
	refused SingleStepConferenceCall '' operation/serviceNotSupported
	refused RouteRegister '<routeingDevice>2001</routeingDevice>' operation/requestIncompatibleWithDevice
	refused RouteRegisterCancel '<routeRegisterReqID>1</routeRegisterReqID>' operation/invalidCrossRefID
	refused RouteSelect '<crossRefIdentifier>1</crossRefIdentifier><routeSelected>2001</routeSelected>' operation/invalidCrossRefID
}

# A call of 2000 waits at a queue or route point: $call
wait_at() # DEVICE
{
	forget
	phone "{\"cmd\":\"call\",\"from\":\"2000\",\"to\":\"$1\"}"
	event Queued "$1"
	call=$(call_in "$1" queued)
}

queue()
{
	local destination='<newDestination>2003</newDestination>'
	[ "$edition" != ed6 ] || destination='<newDestination><device>2003</device></newDestination>'
	phone '{"cmd":"agent","user":"2001","state":"Unavailable"}'
	phone '{"cmd":"agent","user":"2002","state":"Unavailable"}'
	wait_at 2100
	refused HoldCall "$(conn callToBeHeld "$call" 2100)" operation/requestIncompatibleWithDevice
	ask DeflectCall "$(conn callToBeDiverted "$call" 2100)$destination"
	event Diverted 2100
	call_in 2003 alerting >/dev/null
	hang_up_all
	wait_at 2100
	ask ClearConnection "$(conn connectionToBeCleared "$call" 2100)"
	event ConnectionCleared 2100
	hang_up_all
	wait_at 2200
	for message in 1 2 3; do
		forget
		ask PlayMessage "<messageToBePlayed>$message</messageToBePlayed>$(conn overConnection "$call" 2200)<duration>1000</duration>"
		event Play 2200
	done
	ask PlayMessage "<messageToBePlayed>4</messageToBePlayed>$(conn overConnection "$call" 2200)<extensions><privateData><private><audioUrl>http://127.0.0.1/a</audioUrl></private></privateData></extensions>"
	event Stop 2200
	ask DeflectCall "$(conn callToBeDiverted "$call" 2200)$destination"
	event Diverted 2200
	call_in 2003 alerting >/dev/null
	hang_up_all
	wait_at 2200
	ask DeflectCall "$(conn callToBeDiverted "$call" 2200)${destination//2003/2002}"
	call_in 2002 alerting >/dev/null
	hang_up_all
	wait_at 2200
	ask ClearConnection "$(conn connectionToBeCleared "$call" 2200)"
	event ConnectionCleared 2200
	hang_up_all
}

one_run()
{
	if ! start_all "$transport" "$edition"; then
		failed=$((failed + 1))
		return
	fi
	services_of_one_call
	services_of_two_calls
	services_elsewhere
	features
	queue
	judge
}

# RUNS: transport and edition of each run; they go side by side, since each waits more than it computes
BWSIM_OPTIONS=()
number=0
for run in ${RUNS:-http:ed3 cti:ed6}; do
	number=$((number + 1))
	(
		trap cleanup EXIT
		dir=$dir/$number transport=${run%:*} edition=${run#*:} what="${run#*:} ${run%:*}"
		mkdir "$dir"
		one_run
		echo "$passed $failed" >"$dir/counts"
	) >"$dir/$number.out" 2>&1 &
done
wait
for ((i = 1; i <= number; i++)); do
	cat "$dir/$i.out"
	read -r good bad <"$dir/$i/counts" || { good=0 bad=1; echo "FAILED: run $i has no result"; }
	passed=$((passed + good)) failed=$((failed + bad))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
