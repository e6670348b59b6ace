# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# demo_lib.sh - the engine of make demo and make live: lab up, load, fault, until everything is at
# rest, files collected, lab down.  Sourced by demo, after lab_lib.sh.  What a fault is, is a script of
# tests/live; tests/live/fault_lib.sh says what such a script defines.

LIVE=$LAB_TOP/tests/live

# shellcheck source=tests/lab/ask_lib.sh
. "$LAB_HERE/ask_lib.sh"

# A line with the seconds since the beginning.
say()
{
	local us=$((${EPOCHREALTIME/./} - ${TANDEM_DEMO_BEGAN:-${EPOCHREALTIME/./}}))
	printf ' [%2d.%d s] %s\n' $((us / 1000000)) $((us / 100000 % 10)) "$*"
}

refuse()
{
	local rc=$1
	shift
	printf 'demo: %s\n' "$*" >&2
	exit "$rc"
}

fail()
{
	say "FAILED: $*"
	exit 1
}

is_number()
{
	[[ $1 =~ ^[0-9]{1,10}$ ]] && [ "$((10#$1))" -ge "$2" ] && [ "$((10#$1))" -le "$3" ]
}

list_faults()
{
	local file
	for file in "$LIVE"/*.sh; do
		file=${file##*/}
		case $file in *_*) ;; *) echo "${file%.sh}" ;; esac
	done
}

is_fault()
{
	[[ $1 =~ ^[a-z][a-z-]*$ ]] && [ -f "$LIVE/$1.sh" ]
}

# The first words of the script: "# NAME - what happens".
fault_title()
{
	sed -n '4s/^# //p' "$LIVE/$1.sh"
}

# Only a folder that an earlier demo made is removed.
remove_old()
{
	[ -f "$DEMO/.tandem-demo" ] || { rmdir "$DEMO" 2>/dev/null; return; }
	[ ! -e "$LAB/.tandem-lab" ] || "$LAB_HERE/lab" down || return 1
	rm -rf "${DEMO:?}"
}

# step CMD...: run a command that takes its time so that a signal is seen meanwhile; clean_up ends it.
step()
{
	local rc
	"$@" &
	step_pid=$!
	wait "$step_pid"
	rc=$?
	step_pid=
	return "$rc"
}

# --- beginning ------------------------------------------------------------------------------------

last_user()
{
	echo $((2000 + AGENTS - 1))
}

write_conf()
{
	cat <<X
# written by tests/lab/demo
[node]
name = $1
cluster = corosync
state-dir = /run/tandem/state
log-file = /run/tandem/tandemd.log
third-vote = $([[ -n ${QDEVICE:-} ]] && echo yes || echo no)

[csta]
listen = 0.0.0.0:1040
user = demo
password = demo
virtual-address = 10.77.0.50

[broadworks]
xsp = 10.77.0.11:8080
xsp = 10.77.0.12:8080
user = admin@demo.example
password = secret
default-domain = demo.example

[pacemaker]
tell = yes
resource = tandemd
crm-resource = /usr/sbin/crm_resource
X
	extra_conf "$1"
}

# Who speaks to the clients, and who to BroadWorks?
start_listeners()
{
	local host
	for host in bw client; do
		lab_spawn_in "$host" listen "$BUILD/account" listen eth0 "$DEMO/raw/voices-$host.jsonl" &&
			lab_wait 10 has_printed "$host/listen" listening ||
			fail "cannot listen on the wire of $host: $(tail -n 2 "$LAB/$host/listen.out")"
	done
}

start_lab()
{
	local node
	step "$LAB_HERE/lab" up || fail "the hosts do not start"
	for node in $LAB_NODES; do
		mkdir -p "$LAB/$node/fs/tandem/state"
		write_conf "$node" >"$LAB/$node/fs/tandem/tandem.conf"
	done
	lab_spawn_in bw bwsim "$BUILD/bwsim" --listen xsp1=10.77.0.11:8080 \
		--listen xsp2=10.77.0.12:8080 --users "2000-$(last_user)@demo.example" \
		--admin admin@demo.example:secret --journal "$DEMO/raw/bwsim.jsonl" \
		--control /run/bwsim.sock --seed "$SEED" || fail "bwsim does not start"
	lab_wait 10 has_printed bw/bwsim 'bwsim ready' ||
		fail "bwsim is not ready: $(tail -n 2 "$LAB/bw/bwsim.out")"
	start_listeners
	say "hosts n1, n2, bw, client; BroadWorks simulator with 2 XSPs and $AGENTS users"
	step "$LAB_HERE/lab" start || fail "the cluster does not start"
	say "corosync membership, Pacemaker online with a DC"
	lab_wait 30 promoted || fail "nobody was promoted: $("$LAB_HERE/lab" status | tail -n 15)"
	lab_wait 20 is_ready || fail "the standby is not in step: $(ctl "$active" ready 2>&1)"
	say "$active is active, the other node in step"
}

start_client()
{
	lab_spawn_in client cstaclient "$BUILD/cstaclient" --server 10.77.0.50:1040 --sessions "$SESSIONS" \
		--devices "2000-$(last_user)" --edition ed6 --mode session --user demo \
		--password demo --rate "$REQUESTS" --seed "$SEED" \
		--journal "$DEMO/raw/client.jsonl" --control /run/cstaclient.sock ||
		fail "cstaclient does not start"
	lab_wait 30 has_printed client/cstaclient 'cstaclient ready' ||
		fail "the clients are not ready: $(tail -n 2 "$LAB/client/cstaclient.out")"
	say "$SESSIONS CSTA sessions, $AGENTS monitors, $REQUESTS requests/s"
	ctl "$active" status || fail "tandemctl status"
}

start_load()
{
	ask_bwsim "{\"cmd\":\"load\",\"rate\":$RATE,\"hold_p\":0.2,\"talk_ms\":[2000,8000],\"ring_ms\":[500,2000],\"outside_p\":0.3,\"only_free\":true}" \
		>/dev/null || fail "bwsim refuses the load"
	say "load: $RATE calls/s made by users and from outside"
}

# --- fault ----------------------------------------------------------------------------------------

now_us()
{
	echo "${EPOCHREALTIME/./}"
}

other_node()
{
	[ "$1" = n1 ] && echo n2 || echo n1
}

# begin_fault: who is active now, and who is not.  Called by the engine before the fault, and by a
# script before every further one.
begin_fault()
{
	lab_wait 20 is_ready || fail "the standby is not in step: $(ctl "${active:-n1}" ready 2>&1)"
	hit=$active
	other=$(other_node "$hit")
}

# mark_fault: $fault_us was the instant of a fault; the clients look at the silence around it.
mark_fault()
{
	failovers=$((failovers + 1))
	first_us=${first_us:-$fault_us} first_hit=${first_hit:-$hit}
	ask_client "{\"cmd\":\"mark\",\"name\":\"fault $failovers\",\"t_us\":$fault_us}" >/dev/null ||
		fail "cstaclient does not answer"
}

# strike NODE PROGRAM SIGNAL
strike()
{
	fault_us=$(lab_strike "$1" "$2" "$3") || fail "no $2 on $1"
}

# The instant within a second is drawn from the seed.
inject_fault()
{
	local extra_ms=$(((SEED * 7919 + 104729) % 1000))
	step sleep "$BEFORE_S.$(printf '%03d' $extra_ms)"
	failovers=0 first_us='' first_hit=''
	# somebody may have killed one by hand meanwhile: a fault is shown on a pair
	begin_fault
	inject
	mark_fault
	after_fault
}

# --- until everything is at rest --------------------------------------------------------------------

other_is_active()
{
	promoted && [ "$active" != "$hit" ] && ctl "$active" status >/dev/null 2>&1
}

# last_record NODE EVENT: when the node's history last said so, or nothing.
last_record()
{
	sed -n "s/^{\"t_us\": *\([0-9]*\), *\"ev\": *\"$2\".*/\1/p" \
		"$LAB/$1/fs/tandem/state/history.jsonl" 2>/dev/null | tail -n 1
}

# has_happened NODE EVENT: since the fault.
has_happened()
{
	local us
	us=$(last_record "$1" "$2")
	[ "${us:-0}" -gt "$fault_us" ]
}

# The connector's history says that every device was confirmed after the fault.
is_resynced()
{
	has_happened "${active:-$hit}" resync-done
}

devices_in_service()
{
	ask_client '{"cmd":"picture"}' >"$DEMO/picture.new" 2>/dev/null &&
		! grep -q '"in_service": *false' "$DEMO/picture.new"
}

# A deadline that passes is no reason to stop: the account says what was missing.
settle()
{
	case $EXPECT in
	takeover | planned)
		if lab_wait 30 other_is_active; then say "$active is active"; else say "nobody took over"; fi
		;;
	none | either)
		lab_wait 60 is_ready || say "no standby is in step yet"
		;;
	esac
	if [ "$EXPECT" = south ] || has_happened "$other" active; then
		if lab_wait 40 is_resynced; then say "BroadWorks confirmed every device"; else say "no end of the resync"; fi
	fi
	if lab_wait 20 devices_in_service; then
		say "all devices are in service in the clients' pictures"
	else
		say "some devices stay out of service"
	fi
	if lab_wait 60 is_ready; then
		say "a standby is in step again"
	else
		say "no standby is in step: $(ctl "${active:-n1}" ready 2>&1 | tail -n 1)"
	fi
	ctl "${active:-n1}" status
}

take_pictures()
{
	ask_client '{"cmd":"picture"}' >"$DEMO/raw/picture.json" 2>/dev/null &&
		ask_bwsim '{"cmd":"truth"}' >"$DEMO/raw/truth.json" 2>/dev/null
}

is_at_rest()
{
	take_pictures && "$BUILD/account" match "$DEMO/raw/picture.json" "$DEMO/raw/truth.json" >/dev/null
}

# No call changes any more; then every event that is on its way has to arrive.  What differs after
# the deadline is lost, and the account counts it.
come_to_rest()
{
	step sleep "$AFTER_S"
	ask_client '{"cmd":"stop-requests"}' >/dev/null
	sleep 0.5
	ask_bwsim '{"cmd":"freeze"}' >/dev/null || fail "bwsim does not freeze"
	sleep 0.5
	if lab_wait 12 is_at_rest; then
		say "clients and BroadWorks agree on every call"
	else
		take_pictures
		say "clients and BroadWorks do not agree on every call"
	fi
}

# --- the end ----------------------------------------------------------------------------------------

write_run()
{
	cat >"$DEMO/raw/run.json" <<X
{"fault": "$FAULT", "seed": $SEED, "agents": $AGENTS, "mode": "${TANDEM_LAB_INSIDE:+rootless}",
 "expect": "$EXPECT", "failovers": $failovers, "first_us": $first_us, "first_hit": "$first_hit",
 "fault_us": $fault_us, "hit": "$hit", "sessions": $SESSIONS, "bar_ms": ${BAR_MS:-null}, "rate": $RATE, "requests_rate": $REQUESTS,
 "versions": {"corosync": "$(corosync -v | sed -n "s/.*version '\([0-9.]*\)'.*/corosync \1/p")",
  "pacemaker": "$(pacemakerd --version | head -n 1)"}}
X
	sed -i 's/"mode": ""/"mode": "root"/' "$DEMO/raw/run.json"
}

collect()
{
	local node
	ask_client '{"cmd":"snapshot"}' 15 >"$DEMO/raw/snapshot.json" || say "no final snapshots"
	ask_client '{"cmd":"account"}' >"$DEMO/raw/account.json"
	ask_bwsim '{"cmd":"stats"}' >"$DEMO/raw/stats.json"
	ctl "${active:-n1}" --json status >"$DEMO/raw/status.json"
	for node in $LAB_NODES; do
		cp "$LAB/$node/fs/tandem/state/history.jsonl" "$DEMO/raw/history-$node.jsonl"
	done
	: >"$DEMO/raw/power.jsonl"
	[ ! -f "$LAB/power/log.jsonl" ] || cp "$LAB/power/log.jsonl" "$DEMO/raw/power.jsonl"
	write_run
	ask_client '{"cmd":"finish"}' >/dev/null
	lab_end "$LAB/bw/listen.pid" TERM
	lab_end "$LAB/client/listen.pid" TERM
	ask_bwsim '{"cmd":"quit"}' >/dev/null
	lab_wait 5 programs_ended || say "the simulators do not end by themselves"
}

programs_ended()
{
	! lab_alive "$LAB/bw/bwsim.pid" >/dev/null && ! lab_alive "$LAB/client/cstaclient.pid" >/dev/null
}

# Runs however the inner half ends.  No signal may cut it short.
clean_up()
{
	local node file
	trap '' INT TERM HUP
	trap - EXIT
	if [ -n "${step_pid:-}" ]; then
		kill -TERM "$step_pid" 2>/dev/null
		wait "$step_pid"
	fi
	for node in $LAB_NODES; do
		mkdir -p "$DEMO/log/$node"
		for file in tandem/tandemd.log tandem/tandemd.out tandem/tandem.conf \
			var/log/pacemaker/pacemaker.log var/log/corosync/corosync.log; do
			[ ! -f "$LAB/$node/fs/$file" ] || cp "$LAB/$node/fs/$file" "$DEMO/log/$node/"
		done
	done
	cp "$LAB"/bw/*.out "$LAB"/client/*.out "$LAB"/power/boot.log "$DEMO/log/" 2>/dev/null
	rm -f "$DEMO/picture.new"
	"$LAB_HERE/lab" down && say "everything is down"
}

inner()
{
	trap 'exit 130' INT TERM HUP
	trap clean_up EXIT
	# shellcheck disable=SC1090 # which one, the setting says
	. "$LIVE/$FAULT.sh"
	start_lab
	start_client
	start_load
	inject_fault
	settle
	come_to_rest
	collect
	exit 0
}
