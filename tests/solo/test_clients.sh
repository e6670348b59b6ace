#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 120
#
# test_clients.sh - clients as they are found in the field, byte by byte, against one node and the simulator on loopback.
#
# One waits for the server to speak, one speaks first, one resumes its session, one cuts the prefix of a message in two, one
# puts ten requests into a segment, one never reads. Each is a case; a name as argument plays that case alone.
set -u

# shellcheck source=tests/solo/solo_lib.sh
. "$(dirname "$(readlink -f "$0")")/solo_lib.sh"
solo_begin clients tandemd bwsim
c='' deaf='' what=start

bw() { "$build/bwsim" --ask "$dir/bw.sock" "$@" >/dev/null; }

start_all()
{
	mkdir "$dir/state"
	"$build/bwsim" --listen xsp1=127.0.0.1:0 --users 2000-2009@demo.example --admin admin@demo.example:secret \
		--journal "$dir/bw.jsonl" --control "$dir/bw.sock" --seed 7 --knob dial_auto=0 >"$dir/bw.out" 2>&1 &
	pids=$!
	wait_for 10 grep -q 'bwsim ready' "$dir/bw.out" || { cat "$dir/bw.out"; return 1; }
	port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
	cat >"$dir/t.conf" <<X
[node]
name = n1
cluster = none
state-dir = $dir/state
control = clients-$$
[csta]
listen = 127.0.0.1:$port
[broadworks]
xsp = http://$(tr ' ' '\n' <"$dir/bw.out" | sed -n 's/^xsp1=//p' | head -n 1)
user = admin@demo.example
password = secret
default-domain = demo.example
X
	"$build/tandemd" -c "$dir/t.conf" >"$dir/td.out" 2>&1 &
	tandemd=$!
	pids="$pids $tandemd"
	wait_for 10 grep -q ' 37501 ' "$dir/td.out" || { cat "$dir/td.out"; return 1; }
}

# --- bytes -------------------------------------------------------------------------------------------------------

# connect NAME: the descriptor is in the variable of that name
connect() { eval "exec {$1}<>/dev/tcp/127.0.0.1/$port"; }
hang_up() { eval "exec {$1}>&-"; }

# frame ID XML: the bytes of a message
frame()
{
	local length=$((8 + ${#2}))
	# shellcheck disable=SC2059 # the format is what is written
	printf "\\x00\\x00\\x$(printf %02x $((length / 256)))\\x$(printf %02x $((length % 256)))"
	printf '%s%s' "$1" "$2"
}

# send FD: standard input, in one write
send() { cat >"$dir/out.bytes"; cat "$dir/out.bytes" >&"$1"; }
ask() { frame "$2" "$3" | send "$1"; } # FD ID XML

# hear FD [SECONDS]: the next message into $id, $root and $xml; the first ones are kept for tests/coverage
heard_messages=0
hear()
{
	local prefix
	id='' root='' xml=''
	prefix=$(timeout "${2:-5}" head -c 8 <&"$1" | od -An -v -tx1 | tr -d ' \n')
	[ ${#prefix} = 16 ] || return 1
	id=$(sed 's/..../&\n/g; s/3\(.\)/\1/g' <<<"${prefix:8}" | tr -d '\n')
	xml=$(timeout 5 head -c $((16#${prefix:4:4} - 8)) <&"$1")
	root=$(sed 's/<?[^>]*>//g' <<<"$xml" | tr -d '\n' | sed 's/^ *<\([A-Za-z]*\).*/\1/')
	[ "$((heard_messages++))" -gt 200 ] || printf '%s' "$xml" >"$dir/heard.$heard_messages"
}

# hear_root FD ROOT: skips others
hear_root()
{
	while hear "$1"; do
		[ "$root" != "$2" ] || return 0
	done
	return 1
}

text() { sed -n "s/.*<$1>\([^<]*\)<.*/\1/p" <<<"$xml" | head -n 1; }
says() { [ "$root $(text "$2")" = "$1 $3" ]; } # ROOT CHILD VALUE

app='http://www.ecma-international.org/standards/ecma-354/appl_session'
csta='http://www.ecma-international.org/standards/ecma-323/csta/ed4'
status="<RequestSystemStatus xmlns=\"$csta\"/>"

monitor() { echo "<MonitorStart xmlns=\"$csta\"><monitorObject><deviceObject>$1</deviceObject></monitorObject></MonitorStart>"; }
session() # [OLD ID]
{
	local old=${1:+<applicationSpecificInfo><SessionLoginInfo><sessionID>$1</sessionID><sessionCleanupDelay>60</sessionCleanupDelay></SessionLoginInfo></applicationSpecificInfo>}
	echo "<StartApplicationSession xmlns=\"$app\"><applicationInfo><applicationID>t</applicationID>$old</applicationInfo><requestedProtocolVersions><protocolVersion>$csta</protocolVersion></requestedProtocolVersions><requestedSessionDuration>60</requestedSessionDuration></StartApplicationSession>"
}

# --- cases -------------------------------------------------------------------------------------------------------

# does nothing before the status has come; answers it; registers and monitors under 0000, without a namespace
waits_for_the_server()
{
	connect c
	result "no SystemStatus of the server" hear "$c" 2
	result "it is $root $(text systemStatus)" says SystemStatus systemStatus normal
	ask "$c" "$id" '<SystemStatusResponse/>'
	ask "$c" 0000 '<SystemRegister><requestTypes><systemStatus>true</systemStatus></requestTypes></SystemRegister>'
	result "SystemRegister is not answered" hear_root "$c" SystemRegisterResponse
	result "SystemRegister 0000 is answered under $id" test "$id" = 0000
	ask "$c" 0000 '<MonitorStart><monitorObject><deviceObject>2000</deviceObject></monitorObject></MonitorStart>'
	result "MonitorStart is not answered" hear_root "$c" MonitorStartResponse
	result "MonitorStart 0000 is answered under $id" test "$id" = 0000
	bw '{"cmd":"call","from":"2000","to":"2001"}'
	result "no event" hear_root "$c" ServiceInitiatedEvent
	result "the event has the invoke id $id" test "$id" = 9999
	bw '{"cmd":"release","user":"2000"}'
	hang_up c
}

# sends its first request before it reads anything; a request of the server never has the id of one that is outstanding
speaks_first()
{
	local ids=
	connect c
	ask "$c" 0001 "$(session)"
	while hear "$c" && [ "$root" != StartApplicationSessionPosResponse ]; do
		ids="$ids $root=$id"
	done
	result "it hears$ids $root" test "$root" = StartApplicationSessionPosResponse
	result "the session is answered under $id" test "$id" = 0001
	result "a request of the server has the outstanding id:$ids" test "${ids#*=0001}" = "$ids"
	hang_up c
}

# loses its connection and comes back with its session id: same session, same monitors, what happened meanwhile
with_sessions()
{
	local own xref
	connect c
	ask "$c" 0001 "$(session)"
	result "no session" hear_root "$c" StartApplicationSessionPosResponse
	own=$(text sessionID)
	ask "$c" 0002 "$(monitor 2002)"
	result "no monitor" hear_root "$c" MonitorStartResponse
	xref=$(text monitorCrossRefID)
	hang_up c
	bw '{"cmd":"call","from":"2001","to":"2002"}'
	connect c
	ask "$c" 0001 "$(session "$own")"
	result "the session is not resumed" hear_root "$c" StartApplicationSessionPosResponse
	result "it is session $(text sessionID) instead of $own" test "$(text sessionID)" = "$own"
	result "the event of the time between is lost" hear_root "$c" DeliveredEvent
	result "it is of monitor $(text monitorCrossRefID) instead of $xref" test "$(text monitorCrossRefID)" = "$xref"
	bw '{"cmd":"release","user":"2001"}'
	result "the monitor is dead" hear_root "$c" ConnectionClearedEvent
	ask "$c" 0003 "<StopApplicationSession xmlns=\"$app\"><sessionID>$own</sessionID></StopApplicationSession>"
	result "the session does not end" hear_root "$c" StopApplicationSessionPosResponse
	hang_up c
}

# the server has read what was sent before over other connections, once this one is answered
passed_by()
{
	local d
	connect d
	ask "$d" 0001 "$status"
	hear_root "$d" RequestSystemStatusResponse
	hang_up d
}

# cuts the prefix, and the body, wherever it likes
prefix_in_pieces()
{
	local at n
	connect c
	frame 0007 "$status" >"$dir/whole.bytes"
	n=$(stat -c %s "$dir/whole.bytes")
	for at in 1 2 3 4 6 8 9 $((n - 1)); do
		head -c "$at" "$dir/whole.bytes" | send "$c"
		passed_by
		tail -c "+$((at + 1))" "$dir/whole.bytes" | send "$c"
		result "cut after $at bytes, it is not answered" hear_root "$c" RequestSystemStatusResponse
		result "cut after $at bytes, it is answered under $id" test "$id" = 0007
	done
	hang_up c
}

# ten requests at once: ten answers, in their order, each once
ten_in_one_segment()
{
	local ids='' i
	connect c
	for i in 1 2 3 4 5 6 7 8 9; do
		frame "000$i" "$status"
	done >"$dir/ten.bytes"
	frame 0010 '<NoSuchService xmlns="'$csta'"/>' >>"$dir/ten.bytes"
	send "$c" <"$dir/ten.bytes"
	for i in 1 2 3 4 5 6 7 8 9; do
		hear_root "$c" RequestSystemStatusResponse && ids="$ids $id"
	done
	hear_root "$c" CSTAErrorCode && ids="$ids $id"
	result "it is answered$ids" test "$ids" = " 0001 0002 0003 0004 0005 0006 0007 0008 0009 0010"
	result "the tenth is answered by $xml" grep -q serviceNotSupported <<<"$xml"
	ask "$c" 0011 "$status"
	result "something else is answered: $root" hear "$c"
	result "the next answer is $root $id" test "$root $id" = "RequestSystemStatusResponse 0011"
	hang_up c
}

# monitors and does not read: its connection ends, its session stays, and nobody else notices
never_reads()
{
	local own i calls=() calls_made=0 heard=0
	connect deaf
	ask "$deaf" 0001 "$(session)"
	hear_root "$deaf" StartApplicationSessionPosResponse
	own=$(text sessionID)
	for ((i = 100; i < 160; i++)); do
		ask "$deaf" "0$i" "$(monitor 2004)"
		hear_root "$deaf" MonitorStartResponse
	done
	result "60 monitors of one device" test "$root" = MonitorStartResponse
	connect c
	ask "$c" 0001 "$(monitor 2004)"
	hear_root "$c" MonitorStartResponse
	for i in 1 2 3 4 5 6 7 8 9 10; do
		calls+=('{"cmd":"call","from":"2003","to":"2004"}' '{"cmd":"answer","user":"2004"}' '{"cmd":"release","user":"2003"}')
	done
	while ! grep -q ' 37605 ' "$dir/td.out" && [ "$calls_made" -lt 1000 ]; do
		bw "${calls[@]}"
		calls_made=$((calls_made + 10))
		for i in 1 2 3 4 5 6 7 8 9 10; do
			hear_root "$c" DeliveredEvent && hear_root "$c" EstablishedEvent && hear_root "$c" ConnectionClearedEvent &&
				heard=$((heard + 1))
		done
		ask "$c" 0002 "$status"
		hear "$c" && [ "$root $id" = "RequestSystemStatusResponse 0002" ] || break
	done
	result "after $calls_made calls the connection still stands" test "$calls_made" -lt 1000
	result "the other heard $heard of $calls_made calls, then $root" test "$heard" = "$calls_made"
	hang_up deaf
	connect deaf
	ask "$deaf" 0001 "$(session "$own")"
	result "the session is gone" hear_root "$deaf" StartApplicationSessionPosResponse
	result "it is session $(text sessionID) instead of $own" test "$(text sessionID)" = "$own"
	hang_up deaf
	hang_up c
}

if ! start_all; then
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi
[ $# -gt 0 ] || set -- waits_for_the_server speaks_first with_sessions prefix_in_pieces ten_in_one_segment never_reads
for what in "$@"; do
	"$what"
done
what=end
kill "$tandemd"
wait "$tandemd"
result "tandemd ended with $?" test $? = 0
result "what was heard is not kept" "$build/check/coverage_names" spool "$dir"/heard.*
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
