#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# CSTA messages against the schemas and examples in ../shared, where that folder is present:
#
#   - every message the encoder can make is valid in the schema of its edition;
#   - the check itself can fail: messages spoiled in several ways are refused;
#   - every example and sample that is well-formed is decoded, with the kind and edition that its
#     file name tells.
#
# EMIT_CSTA=PROGRAM names another emit_csta than the built one.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

shared=../shared/csta
emit=${EMIT_CSTA:-${BUILD:-build}/check/emit_csta}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

finish()
{
	echo "$passed passed, $failed failed, $skipped skipped"
	((failed == 0))
	exit
}

skip_all()
{
	echo "skip: $1"
	skipped=$((skipped + 1))
	finish
}

# result TEXT COMMAND...: one case, passed if the command succeeds
result()
{
	local text=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $text" >&2
	fi
}

schema_of()
{
	case $1 in
	appl_session) echo "$shared/appl_session/appl_session.xsd" ;;
	*) echo "$shared/$1/csta.xsd" ;;
	esac
}

# The root a message has by its file name: frame-MonitorStart-ed4.bin is a MonitorStart.
root_of()
{
	local name=${1##*/}
	name=${name#frame-}
	echo "${name%%[-.]*}"
}

# What the server knows; every other root is UNKNOWN.
kind_of()
{
	case $1 in
	StartApplicationSession | StopApplicationSession | ResetApplicationSessionTimer | \
		RequestSystemStatus | SystemStatus | SystemStatusResponse | SystemRegister | \
		SystemRegisterCancel | ChangeSysStatFilter | GetSwitchingFunctionCaps | \
		GetSwitchingFunctionDevices | GetCSTAFeatures | MonitorStart | MonitorStop | MonitorStopResponse | \
		ChangeMonitorFilter | GetMonitors | \
		SnapshotDevice | SnapshotCall | MakeCall | AnswerCall | HoldCall | \
		RetrieveCall | ClearConnection | ClearCall | ConsultationCall | AlternateCall | \
		ReconnectCall | TransferCall | SingleStepTransferCall | ConferenceCall | \
		IntrudeCall | DeflectCall | GenerateDigits | DirectedPickupCall | \
		GroupPickupCall | ParkCall | SetForwarding | GetForwarding | SetDoNotDisturb | \
		GetDoNotDisturb | SetMessageWaitingIndicator | GetMessageWaitingIndicator | \
		SetAgentState | GetAgentState | PlayMessage | RecordMessage | Stop | Suspend | \
		Resume | Escape | RouteRegister | RouteRegisterCancel | RouteSelect | RouteReject | \
		RouteEnd | CSTAErrorCode | keepalive) echo "$1" ;;
	*) echo UNKNOWN ;;
	esac
}

# --- encoder ---

# Validates all files of a part at once; xmllint says one line for each valid file.
check_part()
{
	local part=$1 files valid
	files=("$work/out/$part"/*.xml)
	xmllint --nonet --noout --schema "$(schema_of "$part")" "${files[@]}" >"$work/log" 2>&1
	valid=$(grep -c ' validates$' "$work/log")
	passed=$((passed + valid))
	if ((valid != ${#files[@]})); then
		failed=$((failed + ${#files[@]} - valid))
		grep -v ' validates$' "$work/log" | head -n 40
	fi
}

# shellcheck disable=SC2317  # called by way of result
has_root()
{
	compgen -G "$1.xml" >/dev/null || compgen -G "$1-*.xml" >/dev/null
}

# Every root we send is there.
check_roots()
{
	local part=$1 root
	shift
	for root in "$@"; do
		result "no $root in $part" has_root "$work/out/$part/$root"
	done
}

# spoil PART FILE SED-SCRIPT: a copy of the message, changed by the script.
spoil()
{
	local file=$work/out/$1/$2.xml copy
	mkdir -p "$work/spoiled/$1"
	copy=$(mktemp "$work/spoiled/$1/$2-XXXXXX") || exit 1
	sed "$3" "$file" >"$copy"
	result "sed '$3' changes nothing in $2" test "$(cat "$file")" != "$(cat "$copy")"
}

# The schema must refuse every spoiled copy.
check_spoiled()
{
	local part=$1 refused files
	files=("$work/spoiled/$part"/*)
	xmllint --nonet --noout --schema "$(schema_of "$part")" "${files[@]}" >"$work/log" 2>&1
	refused=$(grep -c ' fails to validate$' "$work/log")
	result "the schema of $part refuses $refused of ${#files[@]} spoiled messages" \
		test "$refused" = ${#files[@]}
}

check_encoder()
{
	local part written
	mkdir "$work/out"
	result "emit_csta" "$emit" "$work/out" >"$work/count"
	written=$(find "$work/out" -name '*.xml' | wc -l)
	result "emit_csta wrote $written files" test "$written" = "$(cat "$work/count")"
	for part in ed3 ed4 ed5 ed6; do
		check_part $part
		check_roots $part {ServiceInitiated,Originated,Delivered,Established,Held}Event \
			{Retrieved,ConnectionCleared,Failed,OutOfService,BackInService}Event \
			CSTAErrorCode SystemStatus MonitorStop RouteRegister{Response,Abort} \
			RouteRequest ReRoute RouteUsed RouteEnd \
			{SystemStatus,RequestSystemStatus,SystemRegister}Response \
			{SystemRegisterCancel,MonitorStart,MonitorStop,SnapshotDevice}Response \
			ChangeMonitorFilterResponse \
			{MakeCall,AnswerCall,HoldCall,RetrieveCall,ClearConnection}Response \
			{CallCleared,Queued,Diverted,Transfered,Conferenced}Event \
			{NetworkReached,CallInformation,Private}Event \
			Agent{LoggedOn,LoggedOff,NotReady,Ready,WorkingAfterCall}Event \
			{DoNotDisturb,Forwarding,MessageWaiting}Event \
			{Play,Stop,Record,SuspendRecord}Event \
			{ClearCall,ConsultationCall,AlternateCall,ReconnectCall}Response \
			{TransferCall,SingleStepTransferCall,ConferenceCall}Response \
			{DeflectCall,GenerateDigits,DirectedPickupCall}Response \
			{GroupPickupCall,ParkCall,IntrudeCall,SnapshotCall}Response \
			{Set,Get}{Forwarding,DoNotDisturb,AgentState}Response \
			{Set,Get}MessageWaitingIndicatorResponse EscapeResponse \
			{PlayMessage,RecordMessage,Stop,Suspend,Resume}Response
		spoil $part DeliveredEvent-plain 's,<cause>.*</cause>,,'
		spoil $part DeliveredEvent-plain 's,<alertingDevice>.*</alertingDevice>,,'
		spoil $part HeldEvent-plain 's,<cause>.*</cause>,<cause>boredom</cause>,'
		spoil $part FailedEvent-plain 's,\(<callingDev.*\)\(<calledDev.*/calledDevice>\),\2\1,'
		spoil $part TransferedEvent-plain 's,<secondaryOldCall>\(.*\)</secondaryOldCall>,\1,'
		spoil $part ConferencedEvent-plain 's,<addedParty>.*</addedParty>,,'
		spoil $part ForwardingEvent-plain 's,>true<,>maybe<,'
		spoil $part AgentWorkingAfterCallEvent-plain 's,>notReady<,>notSteady<,'
		spoil $part CSTAErrorCode-resourceBusy 's,Availibility,Availability,g'
		spoil $part SystemStatus-normal 's,>normal<,>well<,'
		check_spoiled $part
	done
	check_part appl_session
	check_roots appl_session {Start,Stop}ApplicationSession{Pos,Neg}Response \
		ResetApplicationSessionTimer{Pos,Neg}Response ApplicationSessionTerminated
	spoil appl_session StartApplicationSessionNegResponse-serverResourcesBusy 's,Busy,Lazy,'
	check_spoiled appl_session
}

# --- decoder ---

# shellcheck disable=SC2317  # called by way of result
# True if the document (behind the prefix of a .bin) is not well-formed for xmllint either.
is_broken()
{
	case $1 in
	*.bin) ! tail -c +9 "$1" | xmllint --nonet --noout - 2>/dev/null ;;
	*) ! xmllint --nonet --noout "$1" 2>/dev/null ;;
	esac
}

check_decoded()
{
	local kind edition root file wanted expected
	while read -r kind edition root file; do
		expected=$(root_of "$file")
		wanted=$(kind_of "$expected")
		if [[ $kind == error ]]; then
			result "$file not decoded: $edition $root" is_broken "$file"
			continue
		fi
		result "$file: root $root instead of $expected" test "$root" = "$expected"
		result "$file: kind $kind instead of $wanted" test "$kind" = "$wanted"
		case $file in
		*/examples/ed?/*) wanted=$(basename "$(dirname "$file")") ;;
		*/examples/appl_session/*) wanted=none ;;
		*) wanted=$edition ;; # samples come from anywhere
		esac
		result "$file: edition $edition instead of $wanted" test "$edition" = "$wanted"
	done <"$work/kinds"
}

check_decoder()
{
	local files
	mapfile -t files < <(find "$shared"/{examples,samples} -name '*.xml' -o -name '*.bin')
	result "only ${#files[@]} examples and samples" test "${#files[@]}" -ge 400
	result "emit_csta --kinds" "$emit" --kinds "${files[@]}" >"$work/kinds"
	result "a line for each file" test "$(wc -l <"$work/kinds")" = "${#files[@]}"
	check_decoded
}

[[ -d $shared ]] || skip_all "no folder $shared with the CSTA schemas"
command -v xmllint >/dev/null || skip_all "no xmllint (package libxml2-utils)"
if [[ ! -x $emit ]]; then
	echo "FAILED: $emit is not built"
	failed=1
	finish
fi
check_encoder
check_decoder
finish
