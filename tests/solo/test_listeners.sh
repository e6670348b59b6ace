#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 60
#
# test_listeners.sh - one node that listens in three ways: plain, TLS with certificates of clients, and documents ended by zero
# bytes. Users have hashed passwords. Clients are the shell and the openssl program; BroadWorks is the simulator.
set -u

# shellcheck source=tests/solo/solo_lib.sh
. "$(dirname "$(readlink -f "$0")")/solo_lib.sh"
solo_begin listeners tandemd bwsim
if ! command -v openssl >/dev/null; then
	echo "no openssl program"
	exit 77
fi

certificate() # NAME CN: signs itself
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$2" \
		-addext 'subjectAltName=IP:127.0.0.1' -keyout "$dir/$1.key" -out "$dir/$1.pem" 2>/dev/null
}

configure()
{
	cat >"$dir/t.conf" <<X
[node]
name = n1
cluster = none
state-dir = $dir/state
control = listeners-$$
[csta]
listen = 127.0.0.1:$port
[listener secure]
address = 127.0.0.1
port = $((port + 1))
default-edition = ed6
tls = yes
cert-file = $dir/server.pem
key-file = $dir/server.key
client-certificate = required
ca-file = $dir/app.pem
[listener bare]
address = 127.0.0.1
port = $((port + 2))
framing = nul
default-edition = ed5
[application everybody]
addresses = 127.0.0.0/8
[application walls]
user = anna, bert
login-file = $dir/users
[broadworks]
xsp = http://$xsp
user = admin@demo.example
password = secret
default-domain = demo.example
X
}

start_all()
{
	mkdir "$dir/state"
	"$build/bwsim" --listen xsp1=127.0.0.1:0 --users 2000-2009@demo.example --admin admin@demo.example:secret \
		--journal "$dir/bw.jsonl" --control "$dir/bw.sock" --seed 7 >"$dir/bw.out" 2>&1 &
	pids=$!
	wait_for 10 grep -q 'bwsim ready' "$dir/bw.out" || { cat "$dir/bw.out"; return 1; }
	xsp=$(tr ' ' '\n' <"$dir/bw.out" | sed -n 's/^xsp1=//p' | head -n 1)
	port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
	configure
}

start_node()
{
	"$build/tandemd" -c "$dir/t.conf" >"$dir/td.out" 2>&1 &
	tandemd=$!
	pids="$pids $tandemd"
	wait_for 10 grep -q ' 37501 ' "$dir/td.out" || { cat "$dir/td.out"; return 1; }
}

# frame ID XML: the bytes of a message
frame()
{
	local length=$((8 + ${#2}))
	# shellcheck disable=SC2059 # the format is what is written
	printf "\\x00\\x00\\x$(printf %02x $((length / 256)))\\x$(printf %02x $((length % 256)))"
	printf '%s%s' "$1" "$2"
}

# secure_client OUT OPTION...: what comes goes to OUT, what is written to descriptor 7 goes to the node
secure_client()
{
	local out=$1
	shift
	rm -f "$dir/fifo"
	mkfifo "$dir/fifo"
	openssl s_client -connect "127.0.0.1:$((port + 1))" -quiet -verify_return_error -CAfile "$dir/server.pem" "$@" \
		<"$dir/fifo" >"$out" 2>"$out.err" &
	client=$!
	pids="$pids $client"
	exec 7>"$dir/fifo"
}

end_client()
{
	exec 7>&-
	kill "$client" 2>/dev/null
	wait "$client" 2>/dev/null
}

# has FILE TEXT: also where zero bytes are
has() { grep -aq -- "$2" "$1"; }

certificates_are_tried_first()
{
	! "$build/tandemd" -t -c "$dir/t.conf" >"$dir/t.out" 2>&1 &&
		has "$dir/t.out" '\[listener secure\] cert-file: No such file' &&
		certificate server n1 && certificate app dialer &&
		"$build/tandemd" -t -c "$dir/t.conf" >"$dir/t.out" 2>&1
}

plain_and_secure_speak_their_edition()
{
	exec 8<>"/dev/tcp/127.0.0.1/$port"
	frame 0001 '<RequestSystemStatus/>' >&8
	timeout 5 head -c 200 <&8 >"$dir/plain.out"
	exec 8>&-
	secure_client "$dir/secure.out" -cert "$dir/app.pem" -key "$dir/app.key"
	wait_for 5 has "$dir/secure.out" 'SystemStatus' || { cat "$dir/secure.out.err"; return 1; }
	frame 0042 '<RequestSystemStatus/>' >&7
	wait_for 5 has "$dir/secure.out" '0042.*RequestSystemStatusResponse' || return 1
	end_client
	has "$dir/plain.out" 'csta/ed3' && has "$dir/secure.out" 'csta/ed6'
}

without_a_certificate_nobody_comes_in()
{
	secure_client "$dir/nobody.out"
	wait_for 5 has "$dir/td.out" ' 37609 .*listener=secure peer did not return a certificate' || return 1
	end_client
	! has "$dir/nobody.out" SystemStatus
}

document='' # the last one heard
heard=0
# the next document without its zero byte; kept for tests/coverage
hear()
{
	IFS= read -r -d '' -t 5 document <&8 || return 1
	heard=$((heard + 1))
	printf '%s' "$document" >"$dir/heard.$heard"
}
hears() { hear && [[ $document == *"<$1"[\ \>]* ]]; }

# A client that has no invoke IDs: the first request asks BroadWorks, its answer comes first all the same.
bare_documents_in_order()
{
	exec 8<>"/dev/tcp/127.0.0.1/$((port + 2))"
	hears SystemStatus && [[ $document == *csta/ed5* ]] || return 1
	printf '%s\0%s\0%s\0' \
		'<MonitorStart><monitorObject><deviceObject>2001</deviceObject></monitorObject></MonitorStart>' \
		'<RequestSystemStatus/>' '<nothing' >&8
	hears MonitorStartResponse && hears SystemStatus && hears RequestSystemStatusResponse && hears CSTAErrorCode ||
		{ echo "heard: $document"; return 1; }
	exec 8>&-
}

# A line as the documentation says it is made.
user() { printf '%s:%s\n' "$1" "$(openssl passwd -6 "$2")"; }

login_files_are_tried_first()
{
	user anna eins >"$dir/users"
	chmod 644 "$dir/users"
	! "$build/tandemd" -t -c "$dir/t.conf" >"$dir/t.out" 2>&1 && has "$dir/t.out" 'users: its mode is 644' || return 1
	chmod 640 "$dir/users"
	"$build/tandemd" -t -c "$dir/t.conf" >"$dir/t.out" 2>&1
	! has "$dir/t.out" users
}

# login USER PASSWORD ANSWER: what the answer is; the id of the session is in $session
login()
{
	exec 8<>"/dev/tcp/127.0.0.1/$((port + 2))"
	hears SystemStatus || return 1
	printf '<StartApplicationSession><applicationInfo><applicationSpecificInfo><user>%s</user><password>%s</password></applicationSpecificInfo></applicationInfo></StartApplicationSession>\0' \
		"$1" "$2" >&8
	hears "$3" || { echo "heard: $document"; return 1; }
	session=${document#*<sessionID>} session=${session%%</sessionID>*}
	exec 8>&-
}

# Each has a password of his own; one who is added may come without a restart; ids of sessions are not counted.
hashed_passwords()
{
	local yes=StartApplicationSessionPosResponse no=StartApplicationSessionNegResponse first
	login anna eins $yes || return 1
	first=$session
	login anna zwei $no && login bert zwei $no && login carl eins $no || return 1
	{ user anna eins; user bert zwei; } >"$dir/users.new"
	chmod 640 "$dir/users.new"
	mv "$dir/users.new" "$dir/users"
	login bert zwei $yes && login anna zwei $no && login anna eins $yes || return 1
	[ ${#first} -ge 15 ] && [ "${first:0:6}" != "${session:0:6}" ] || { echo "ids $first, $session"; return 1; }
	! grep -q 'eins\|zwei' "$dir/td.out"
}

# New certificates without a restart; those that cannot be read change nothing.
certificates_are_read_again()
{
	echo nonsense >"$dir/server.pem"
	kill -HUP "$tandemd"
	wait_for 5 has "$dir/td.out" ' 37611 .*cert-file.*what was read before stays in use' || return 1
	certificate server n2
	kill -HUP "$tandemd"
	# the client trusts the new certificate alone
	wait_for 5 new_certificate_is_served
}

new_certificate_is_served()
{
	secure_client "$dir/again.out" -cert "$dir/app.pem" -key "$dir/app.key"
	wait_for 1 has "$dir/again.out" SystemStatus
	local served=$?
	end_client
	return $served
}

ends_cleanly() { kill "$tandemd" && wait "$tandemd"; }

start_all || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
result 'tandemd -t tries the hashed passwords' login_files_are_tried_first
result 'tandemd -t tries the certificates' certificates_are_tried_first
start_node || { echo "$passed passed, $((failed + 1)) failed, 0 skipped"; exit 1; }
result 'each listener has its edition, over TCP and over TLS' plain_and_secure_speak_their_edition
result 'without a certificate nobody comes in' without_a_certificate_nobody_comes_in
result 'documents without invoke IDs are answered in order' bare_documents_in_order
result 'hashed passwords' hashed_passwords
result 'what was heard is kept' "$build/check/coverage_names" spool "$dir"/heard.*
result 'certificates are read again' certificates_are_read_again
result 'tandemd ends cleanly' ends_cleanly
[ "$failed" = 0 ] || { echo '--- last lines of tandemd'; tail -n 20 "$dir/td.out"; }
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
