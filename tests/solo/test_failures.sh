#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 180
#
# test_failures.sh - failures that must say what to do: each is made, and what the programs say is read.
#
# A wrong configuration, a certificate that has expired or will, a full disk under state-dir (a small tmpfs in a mount namespace of
# this test), a daemon that is dead. The missing peer is in tests/unit/check_stat.c, where there are two nodes. A node that serves
# goes on serving whatever the disk does.
set -u

if [ "${FAILURES_INSIDE:-}" = '' ]; then
	# the mount below shall be seen by nobody else, and ends with the last process of this test
	if unshare -m true 2>/dev/null; then
		FAILURES_INSIDE=root exec unshare -m "$0" "$@"
	elif unshare -rm true 2>/dev/null; then
		FAILURES_INSIDE=user exec unshare -rm "$0" "$@"
	fi
	FAILURES_INSIDE=no
fi
# shellcheck source=tests/solo/solo_lib.sh
. "$(dirname "$(readlink -f "$0")")/solo_lib.sh"
solo_begin failures tandemd tandemctl bwsim
port=$((20000 + RANDOM % 600 * 20 + 11))
state=$dir/state

# dated NAME START END: a certificate that signs itself, valid between two days (YYYYMMDD)
dated()
{
	cat >"$dir/ca.cnf" <<X
[ca]
default_ca = one
[one]
database = $dir/index.txt
new_certs_dir = $dir
serial = $dir/serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
X
	: >"$dir/index.txt"
	echo 01 >"$dir/serial"
	openssl req -new -newkey rsa:2048 -nodes -keyout "$dir/$1.key" -out "$dir/$1.csr" -subj /CN=n1 -config "$dir/ca.cnf" 2>/dev/null &&
		openssl ca -selfsign -batch -config "$dir/ca.cnf" -keyfile "$dir/$1.key" -in "$dir/$1.csr" -startdate "${2}000000Z" \
			-enddate "${3}000000Z" -notext -out "$dir/$1.pem" 2>/dev/null
}

configure() # CERTIFICATE AUTHORITY
{
	cat >"$dir/t.conf" <<X
[node]
name = n1
cluster = none
state-dir = $state
control = failures-$$
[csta]
listen = 127.0.0.1:$port
user = demo
password = demo
[listener secure]
address = 127.0.0.1
port = $((port + 1))
tls = yes
cert-file = $dir/$1.pem
key-file = $dir/$1.key
client-certificate = optional
ca-file = $dir/$2.pem
[broadworks]
xsp = http://$xsp
user = admin@demo.example
password = secret
default-domain = demo.example
[http]
enabled = yes
port = $((port + 2))
X
	chmod 600 "$dir/t.conf"
}

start_all()
{
	local day='date -u +%Y%m%d -d'
	mkdir "$state"
	"$build/bwsim" --listen xsp1=127.0.0.1:0 --users 2000-2009@demo.example --admin admin@demo.example:secret \
		--control "$dir/bw.sock" --seed 7 >"$dir/bw.out" 2>&1 &
	pids="$pids $!"
	wait_for 20 grep -q 'bwsim ready' "$dir/bw.out" || { cat "$dir/bw.out"; return 1; }
	xsp=$(sed -n 's/^bwsim ready .*xsp1=//p' "$dir/bw.out")
	xsp=${xsp%% *}
	dated good "$($day '-1 day')" "$($day '+1 year')" && dated soon "$($day '-1 day')" "$($day '+9 days')" &&
		dated old "$($day '-9 days')" "$($day '-1 day')" || return 1
	cat "$dir/good.pem" >>"$dir/both.pem" && cat "$dir/old.pem" >>"$dir/both.pem"
}

start_node()
{
	"$build/tandemd" -c "$dir/t.conf" >"$dir/td.out" 2>&1 &
	tandemd=$!
	pids="$pids $tandemd"
	wait_for 20 grep -q ' 37501 ' "$dir/td.out" || { cat "$dir/td.out"; return 1; }
}
stop_node() { kill "$tandemd" 2>/dev/null && wait "$tandemd"; }
ctl() { "$build/tandemctl" -c "$dir/t.conf" --ascii "$@"; }
# says TEXT COMMAND...: what it prints, both ways, whatever its exit code
says()
{
	local text=$1
	shift
	"$@" >"$dir/said" 2>&1
	grep -qE -- "$text" "$dir/said" || { sed 's/^/  said: /' "$dir/said" | head -n 12; return 1; }
}
logged() { grep -qE -- "$1" "$dir/td.out"; }
exits() { local want=$1; shift; "$@" >/dev/null 2>&1; [ $? = "$want" ]; }
figure_of() { curl -s -m 5 "http://127.0.0.1:$((port + 2))/metrics" | sed -n "s/^$1 //p"; }
has_figure() { [ "$(figure_of "$1")" = "$2" ]; }
# A client is answered.
serves()
{
	exec 8<>"/dev/tcp/127.0.0.1/$port" || return 1
	printf '\x00\x00\x00\x1e0001<RequestSystemStatus/>' >&8
	timeout 5 head -c 60 <&8 2>/dev/null | grep -aq SystemStatus
	local served=$?
	exec 8>&-
	return $served
}

# --- a wrong configuration ------------------------------------------------------------------------------------------------

wrong_configuration()
{
	configure good good
	sed 's/^name = n1/name = n1\nbeat-ms = fast/' "$dir/t.conf" >"$dir/wrong.conf"
	exits 1 "$build/tandemd" -t -c "$dir/wrong.conf" && exits 1 "$build/tandemd" -c "$dir/wrong.conf" &&
		says 'wrong\.conf:3: .*beat-ms.*allowed: ' "$build/tandemd" -c "$dir/wrong.conf" &&
		says 'wrong\.conf:3: .*beat-ms.*allowed: ' "$build/tandemctl" -c "$dir/wrong.conf" config check
}

# --- certificates -----------------------------------------------------------------------------------------------------------

certificates_before_the_start()
{
	configure good good
	exits 0 "$build/tandemd" -t -c "$dir/t.conf" || return 1
	configure soon good
	exits 0 "$build/tandemd" -t -c "$dir/t.conf" &&
		says 'warning: \[listener secure\] cert-file .*soon\.pem expires on 20.*; put a new one there' "$build/tandemd" -t -c "$dir/t.conf" || return 1
	configure old good
	exits 3 "$build/tandemd" -t -c "$dir/t.conf" &&
		says '\[listener secure\] cert-file .*old\.pem expired on 20.*; put a new one there and send SIGHUP' "$build/tandemd" -t -c "$dir/t.conf" || return 1
	configure good old
	exits 3 "$build/tandemd" -t -c "$dir/t.conf" && says 'ca-file .*old\.pem expired on' "$build/tandemd" -t -c "$dir/t.conf" || return 1
	# an old authority beside its successor
	configure good both
	exits 0 "$build/tandemd" -t -c "$dir/t.conf"
}

certificates_of_a_living_node()
{
	local result
	configure old good
	start_node && certificates_are_told
	result=$?
	stop_node
	return $result
}
certificates_are_told()
{
	wait_for 10 logged ' 37806 alarm \[listener secure\] cert-file .*old\.pem expired on 20.*; put a new one' &&
		serves && says ' X +D41 .*old\.pem expired on' ctl doctor && wait_for 5 has_expiry old || return 1
	# put right without a restart
	cp "$dir/soon.pem" "$dir/old.pem" && cp "$dir/soon.key" "$dir/old.key" && kill -HUP "$tandemd" &&
		wait_for 10 logged ' 37805 warning \[listener secure\] .*expires on' && says ' ! +D41 .*expires on' ctl doctor
}
has_expiry()
{
	[ "$(figure_of 'tandem_tls_cert_expiry_timestamp_seconds{peer="listener secure",kind="own"}')" = \
		"$(date -d "$(openssl x509 -noout -enddate -in "$dir/$1.pem" | cut -d= -f2)" +%s)" ]
}

# --- a full disk --------------------------------------------------------------------------------------------------------------

fill() { dd if=/dev/zero of="$state/filler" bs=4k >/dev/null 2>&1; [ "$(df --output=avail "$state" | tail -n 1)" -eq 0 ]; }
told_lines() { grep -c "$1" "$state/history.jsonl"; }
is_lines() { [ "$(told_lines "$1")" = "$2" ]; }

full_disk_before_the_first_start()
{
	fill || return 1
	exits 1 "$build/tandemd" -c "$dir/t.conf" &&
		says 'cannot start: cannot (open|write) .*state/epoch.new: No space left on device; make room on that file system' \
			"$build/tandemd" -c "$dir/t.conf"
}

full_disk_under_a_node_that_serves()
{
	rm "$state/filler"
	start_node && serves && epoch=$(cat "$state/epoch") && fill || return 1
	wait_for 20 logged ' 37910 alarm cannot write in .*state: No space left on device; make room on that file system' &&
		wait_for 5 has_figure tandem_state_dir_writable 0 && serves &&
		says 'Alarm .*No space left on device; make room.*tandemctl explain 37910' ctl status &&
		says 'TANDEM WARNING - .*make room' ctl check && says 'X +D42 ' ctl doctor &&
		says 'What to do: Make room' ctl explain 37910 || return 1
	# what happens meanwhile is not forgotten: the last block of the file has some room yet
	asked=0
	wait_for 30 ask_until_held && [ "$(told_lines resync-asked)" -lt "$asked" ]
}
ask_until_held()
{
	[ "$(figure_of tandem_state_dir_held_lines)" -eq 0 ] || return 0
	for _ in {1..10}; do ctl resync --all >/dev/null 2>&1 && asked=$((asked + 1)); done
	return 1
}

room_again()
{
	rm "$state/filler"
	wait_for 20 logged ' 37911 notice .*; lines of the history lost: 0' && wait_for 5 has_figure tandem_state_dir_writable 1 &&
		is_lines resync-asked "$asked" && has_figure tandem_state_dir_held_lines 0 && says 'TANDEM OK' ctl check
}

# A takeover, that is: a higher epoch is on the disk, in the place of the old one.
active_on_a_full_disk()
{
	local result
	stop_node
	fill && start_node && logged ' 37910 ' && serves && [ "$(cat "$state/epoch")" -gt "$epoch" ]
	result=$?
	stop_node
	rm -f "$state/filler"
	return $result
}

# --- a dead daemon --------------------------------------------------------------------------------------------------------------

dead_daemon()
{
	exits 4 ctl status && says '^To do: ' ctl status && exits 2 ctl check &&
		says 'TANDEM CRITICAL - no daemon answers at .*; tandemctl status says' ctl check &&
		says 'no daemon answers at .*; tandemctl status says' ctl calls && says 'X +D02 ' ctl doctor
}

start_all || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
result 'a wrong configuration: file, line, what is allowed' wrong_configuration
result 'certificates: tandemd -t' certificates_before_the_start
result 'certificates: a living node' certificates_of_a_living_node
configure good good
if [ "$FAILURES_INSIDE" = no ] || ! rm -r "$state" || ! mkdir "$state" || ! mount -t tmpfs -o size=512k tandem-state "$state"; then
	echo 'skip: a full disk: nothing can be mounted here'
	skipped=$((skipped + 4))
	mkdir -p "$state"
else
	result 'a full disk before the first start' full_disk_before_the_first_start
	result 'a full disk under a node that serves' full_disk_under_a_node_that_serves
	result 'there is room again' room_again
	result 'active on a full disk' active_on_a_full_disk
fi
result 'a dead daemon' dead_daemon
mountpoint -q "$state" && umount "$state"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
