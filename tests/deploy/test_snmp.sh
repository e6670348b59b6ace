#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_snmp.sh - the MIB, the traps of the alert agent as snmptrapd hears them, and pass_persist.sh: by hand and under an
# snmpd, with a tandemd that serves, one that stands still, and none. All of it on loopback.
set -u
# shellcheck source=tests/deploy/kit.sh
. "$(dirname "$(readlink -f "$0")")/kit.sh"
mib=deploy/snmp/TANDEM-CLUSTER-MIB.txt
root=.1.3.6.1.4.1.8072.9999.9999.3740
pids=
export SNMP_PERSISTENT_DIR=$dir/snmp MIBS='' TANDEM_ALERT_STATE=$dir/told
# shellcheck disable=SC2317,SC2086 # called by the trap; a list
end_all() { [ -z "$pids" ] || { kill -CONT $pids; kill -KILL $pids; wait $pids; } 2>/dev/null; rm -rf "$dir"; }
trap end_all EXIT

pause() { read -r -t "$1" <> <(:) || :; }

# wait_for SECONDS COMMAND...
wait_for()
{
	local until=$((SECONDS + $1))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $until ] || return 1
		pause 0.02
	done
}

# on_port NAME COMMAND...: PORT in the command is a port that nobody has; sets $port and $pid. It says in NAME.out that it runs.
on_port()
{
	local name=$1 try
	shift
	for try in 1 2 3 4 5 6 7 8; do
		port=$((20000 + (RANDOM + try) % 10000))
		"${@/PORT/$port}" >"$dir/$name.out" 2>&1 &
		pid=$!
		pids="$pids $pid"
		wait_for 10 grep -qE 'NET-SNMP version|rror opening specified endpoint|ddress already in use' "$dir/$name.out"
		grep -q 'NET-SNMP version' "$dir/$name.out" && return
		wait "$pid"
	done
	return 1
}

# --- the MIB ----------------------------------------------------------------------------------------------------------

test_mib()
{
	needs 3 smilint 'the MIB' || return
	out=$(SMIPATH=$here/mibs smilint -s -l 6 $mib 2>&1)
	[ -z "$out" ]
	result $? 'smilint has nothing to say of the MIB'
	sed '/^tandemDesync NOTIFICATION/,/^ *::=/d' $mib >"$dir/wrong"
	out=$(SMIPATH=$here/mibs smilint -s -l 6 "$dir/wrong" 2>&1)
	[[ $out == *tandemDesync* ]]
	result $? 'it sees that a notification is missing'
	out=$(snmptranslate -M "$here/mibs:deploy/snmp" -m TANDEM-CLUSTER-MIB -On TANDEM-CLUSTER-MIB::tandemMIB 2>/dev/null)
	[ "$out" = $root ] && grep -q "^mib=$root\b" deploy/alerts/tandem-alert.sh &&
		grep -q "^base=$root\.1\.1\b" deploy/snmp/pass_persist.sh
	result $? 'the MIB, the alert agent and the script for GETs have the same root'
}

# --- traps --------------------------------------------------------------------------------------------------------------

# alert NAME=VALUE...: as Pacemaker calls the agent
alert()
{
	env PATH="$dir/bin:$PATH" CRM_alert_timestamp=12:00:01 CRM_alert_node=n1 CRM_alert_recipient="snmp:127.0.0.1:$port" "$@" \
		sh deploy/alerts/tandem-alert.sh
}
attribute() { alert CRM_alert_kind=attribute CRM_alert_attribute_name=tandemd-condition CRM_alert_attribute_value="$1" "${@:2}"; }
promotion() { alert CRM_alert_kind=resource CRM_alert_rsc=tandemd CRM_alert_task=promote CRM_alert_rc=0 CRM_alert_target_rc=0; }

# heard NUMBER CONDITION TEXT: the last trap, all of it; each has a line
heard()
{
	wait_for 10 has_traps "$traps" || { out=$(cat "$dir/trapd.out"); return 1; }
	out=$(grep '^trap ' "$dir/trapd.out" | tail -n 1)
	[[ $out == *"$root.0.$1"* && $out == *"$root.1.2.1.0 = STRING: \"n1\""* && $out == *"$root.1.2.2.0 = STRING: \"tandemd\""* &&
		$out == *"$root.1.2.3.0 = INTEGER: $2"* && $out == *"$root.1.2.4.0 = STRING: \"$3"* &&
		$out == *"$root.1.2.5.0 = STRING: \"12:00:01\""* ]]
}
has_traps() { [ "$(grep -c '^trap ' "$dir/trapd.out")" = "$1" ]; }

test_traps()
{
	local traps=0 said
	needs 12 snmptrapd 'traps' && needs 12 snmptrap 'traps' || return
	printf 'disableAuthorization yes\n' >"$dir/trapd.conf"
	on_port trapd snmptrapd -f -Lo -On -t -C -c "$dir/trapd.conf" -F 'trap %v\n' udp:127.0.0.1:PORT
	result $? 'snmptrapd runs' || return
	traps=1 && promotion && heard 1 1 'tandemd: promote done on n1'
	result $? 'a takeover'
	traps=2 && attribute not-ready && heard 2 2 'tandemd: not-ready on n1: no standby'
	result $? 'not ready'
	traps=3 && attribute no-xsp && heard 3 3 'tandemd: no-xsp on n1: no event channel'
	result $? 'no XSP'
	traps=4 && attribute two-actives && heard 4 4 'tandemd: two-actives on n1'
	result $? 'two actives'
	traps=5 && attribute desync && heard 5 5 'tandemd: desync on n1'
	result $? 'desync'
	attribute desync
	attribute ''
	attribute nonsense
	alert CRM_alert_kind=attribute CRM_alert_attribute_name=other-condition CRM_alert_attribute_value=desync
	alert CRM_alert_kind=resource CRM_alert_rsc=tandemd CRM_alert_task=demote CRM_alert_rc=0 CRM_alert_target_rc=0
	alert CRM_alert_kind=node CRM_alert_desc=lost
	# the next one is heard, so those before it would have been
	traps=6 && attribute ok && heard 6 1 'tandemd: ok on n1'
	result $? 'the end of it; the same again, other attributes, demotions and nodes send nothing'
	traps=7 && attribute ok CRM_alert_node=n2 && wait_for 10 has_traps 7
	result $? 'another node has a condition of its own'
	traps=8 && attribute desync 'trap_options=-v 2c -c secret -r 1' && wait_for 10 has_traps 8
	result $? 'options of the alert'
	rm -f "$dir/said"
	attribute ok SNMPTRAP="$dir/nowhere"
	said=$(cat "$dir/said")
	[[ $said == *'tandemd: ok on n1'* && $said == *'not told: no snmptrap here'* ]]
	result $? 'without snmptrap it is said in syslog'
	attribute no-xsp CRM_alert_recipient=snmp:nobody.invalid
	grep -q 'not told: snmptrap to nobody.invalid failed' "$dir/said"
	result $? 'a host that there is not'
	: >"$dir/blocked"
	rm -f "$dir/said"
	TANDEM_ALERT_STATE=$dir/blocked/told attribute no-xsp CRM_alert_recipient=
	grep -q 'no-xsp on n1' "$dir/said"
	result $? 'what was told cannot be kept: it is told'
}

# --- GETs -----------------------------------------------------------------------------------------------------------------

# ask LINE...: what the script answers
ask() { printf '%s\n' "$@" | TANDEMCTL=$BUILD/tandemctl sh deploy/snmp/pass_persist.sh "$dir/t.conf"; }
answers()
{
	local want=$1
	shift
	out=$(ask "$@" | tr '\n' ' ')
	# shellcheck disable=SC2053 # a pattern
	[[ $out == $want ]]
}

start_tandemd()
{
	mkdir "$dir/state"
	cat >"$dir/t.conf" <<C
[node]
name = n1
cluster = none
state-dir = $dir/state
control = snmp-$$
[csta]
listen = 127.0.0.1:$((30000 + $$ % 2000))
user = demo
password = demo
[link east]
host = 127.0.0.1
port = 1
[broadworks]
user = admin@demo.example
password = demo
default-domain = demo.example
C
	chmod 600 "$dir/t.conf"
	"$BUILD/tandemd" -c "$dir/t.conf" >"$dir/td.out" 2>&1 &
	tandemd=$!
	pids="$pids $tandemd"
	wait_for 20 is_active
}
# shellcheck disable=SC2317 # called by wait_for
is_active() { "$BUILD/tandemctl" -c "$dir/t.conf" ocf monitor; [ $? = 8 ]; }

test_gets()
{
	local o=$root.1.1
	start_tandemd
	result $? 'a tandemd serves'
	answers 'PONG ' PING
	result $? 'PING'
	answers "$o.1.0 string n1 $o.2.0 integer 2 $o.3.0 integer 2 $o.4.0 counter64 [1-9]* $o.5.0 gauge 0 $o.6.0 gauge 0 $o.7.0 gauge 0 $o.8.0 gauge 0 $o.9.0 gauge 1 " \
		get $o.1.0 get $o.2.0 get $o.3.0 get $o.4.0 get $o.5.0 get $o.6.0 get $o.7.0 get $o.8.0 get $o.9.0
	result $? 'every object'
	answers 'NONE NONE NONE NONE NONE ' get $o get $o.1 get $o.1.0.0 get $o.10.0 get .1.3
	result $? 'what is no object'
	answers "$o.1.0 string n1 $o.1.0 string n1 $o.2.0 integer 2 $o.2.0 integer 2 $o.9.0 gauge 1 NONE NONE NONE " getnext $o \
		getnext $o.1 getnext $o.1.0 getnext $o.1.7.7 getnext $o.8.0 getnext $o.9.0 getnext $o.999999999999999999999 getnext .1.4
	result $? 'the next object, and the end'
	answers 'not-writable NONE PONG ' set $o.1.0 'string x' dance PING
	result $? 'nothing can be set'
	if needs 3 snmpd 'snmpd' && needs 3 snmpget 'snmpd'; then
		cat >"$dir/snmpd.conf" <<C
rocommunity public 127.0.0.1
pass_persist $o /usr/bin/env TANDEMCTL=$BUILD/tandemctl /bin/sh $top/deploy/snmp/pass_persist.sh $dir/t.conf
C
		on_port snmpd snmpd -f -Lo -C -c "$dir/snmpd.conf" -I -smux -p "$dir/snmpd.pid" udp:127.0.0.1:PORT
		out=$(cat "$dir/snmpd.out"; snmpwalk -v 2c -c public -On -t 5 127.0.0.1:$port $o 2>&1)
		[ "$(grep -c "^$o" <<<"$out")" = 9 ] && [[ $out == *"$o.1.0 = STRING: \"n1\""* && $out == *"$o.4.0 = Counter64: "* &&
			$out == *"$o.9.0 = Gauge32: 1"* ]]
		result $? 'snmpd walks over all of it'
		out=$(snmpget -v 2c -c public -On -t 5 127.0.0.1:$port $o.2.0 2>&1)
		[ "$out" = "$o.2.0 = INTEGER: 2" ]
		result $? 'snmpd gets one'
	fi
	kill -STOP "$tandemd"
	SECONDS=0
	answers 'NONE NONE PONG ' get $o.2.0 getnext $o PING && [ $SECONDS -le 4 ]
	result $? "a tandemd that stands still: $SECONDS s"
	kill -CONT "$tandemd"
	kill "$tandemd"
	wait "$tandemd"
	answers 'NONE NONE ' get $o.2.0 getnext $o
	result $? 'a dead tandemd'
	if command -v snmpd >/dev/null && command -v snmpget >/dev/null; then
		# within the five seconds for which an answer is kept
		wait_for 10 is_gone $o
		out=$(snmpget -v 2c -c public -On -t 5 127.0.0.1:$port $o.2.0 2>&1)
		[[ $out == *'No Such'* ]]
		result $? 'snmpd says that there is none'
	fi
}
# shellcheck disable=SC2317 # called by wait_for
is_gone() { snmpget -v 2c -c public -On -t 5 127.0.0.1:$port "$1.2.0" 2>&1 | grep -q 'No Such'; }

mkdir "$dir/bin"
printf '#!/bin/sh\necho "log $*" >>%s/said\n' "$dir" >"$dir/bin/logger"
chmod +x "$dir/bin/logger"
test_mib
test_traps
for program in tandemd tandemctl; do
	[ -x "$BUILD/$program" ] || { echo "FAILED: $BUILD/$program is not built"; failed=$((failed + 1)); finish; }
done
test_gets
finish
