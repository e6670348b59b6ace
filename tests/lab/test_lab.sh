#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_lab.sh - live tests: the shipped files, the agent, and the screens of tandemctl, on a real corosync + Pacemaker
# cluster in namespaces.  Skipped with the reason where there are none.
#
#   test_lab.sh --screens    only the screens of tandemctl (screens_lib.sh); UPDATE_SCREENS=1 writes them
#
# timeout: 500
set -u
PATH=$PATH:/usr/sbin:/sbin

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
BUILD=$(readlink -m "${BUILD:-$top/build}")
LAB=$BUILD/lab-test
LAB_NAMESPACES=$BUILD/lab-test.namespaces
export BUILD LAB LAB_NAMESPACES
# shellcheck source=tests/lab/lab_lib.sh
. "$here/lab_lib.sh"
# shellcheck source=tests/lab/screens_lib.sh
. "$here/screens_lib.sh"
passed=0 failed=0 skipped=0

result()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok: $2"
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
	fi
}

skip()
{
	skipped=$((skipped + $1))
	echo "skip: $2"
}

finish()
{
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && exit 0
	exit 1
}

# --- shipped files, no cluster needed -----------------------------------------------------------------

test_files()
{
	local out conf=$BUILD/corosync-test.conf rc
	if ! command -v crm_verify >/dev/null || ! command -v corosync >/dev/null; then
		skip 3 'crm_verify or corosync is not installed'
		return
	fi
	out=$(crm_verify -V -x "$top/deploy/pacemaker/cib-two-node.xml" 2>&1) && [ -z "$out" ]
	result $? "crm_verify of the shipped CIB${out:+: $out}"
	! sed 's/"promote" then/"dance" then/' "$top/deploy/pacemaker/cib-two-node.xml" |
		crm_verify -p >/dev/null 2>&1
	result $? 'crm_verify sees a wrong CIB'
	# without the key file, which a checkout has not
	sed 's/^\( *crypto_[a-z]*:\).*/\1 none/' "$top/deploy/corosync/two-node.conf" >"$conf"
	corosync -t -c "$conf"
	rc=$?
	rm -f "$conf"
	result $rc 'corosync accepts the shipped corosync.conf'
}

# --- the agent on a cluster ------------------------------------------------------------------------

# agent NODE ACTION: as Pacemaker calls it.
agent()
{
	lab_in "$1" env OCF_ROOT=/usr/lib/ocf OCF_RESOURCE_INSTANCE=tandemd \
		OCF_RESKEY_CRM_meta_timeout=8000 OCF_RESKEY_CRM_meta_interval=1000 \
		OCF_RESKEY_config="${config:-/run/tandem/tandem.conf}" \
		OCF_RESKEY_binary="$LAB/bin/tandemd" OCF_RESKEY_ctl="$LAB/bin/tandemctl" \
		OCF_RESKEY_log=/run/tandem/tandemd.out OCF_RESKEY_log_level="${OCF_RESKEY_log_level:-}" \
		OCF_CHECK_LEVEL="${OCF_CHECK_LEVEL:-0}" /usr/lib/ocf/resource.d/tandem/tandemd "$2" \
		>"$LAB/agent.out" 2>&1
}

# expect CODE NODE ACTION WHAT
expect()
{
	local rc ok=0
	agent "$2" "$3"
	rc=$?
	[ "$rc" = "$1" ] || { ok=1; sed 's/^/    /' "$LAB/agent.out"; }
	result "$ok" "$4: $3 returns $rc (wanted $1)"
}

# twice STATE ACTION=CODE...: each action is called two times and answers the same
twice()
{
	local state=$1 pair
	shift
	for pair; do
		expect "${pair#*=}" n1 "${pair%%=*}" "$state"
		expect "${pair#*=}" n1 "${pair%%=*}" "$state, again"
	done
}

kill_tandemd()
{
	# shellcheck disable=SC2016 # expanded inside
	lab_in "$1" sh -c 'kill -'"$2"' $(pidof tandemd)'
}

score()
{
	lab_in "$1" crm_attribute --promotion=tandemd -N "$1" -G -q 2>/dev/null
}

none_runs()
{
	! lab_in n1 pidof tandemd >/dev/null && ! lab_in n2 pidof tandemd >/dev/null
}

# shellcheck disable=SC2317 # called by lab_wait
one_is_promoted()
{
	"$here/lab" promoted >/dev/null
}

write_conf()
{
	mkdir -p "$LAB/$1/fs/tandem/state"
	cat >"$LAB/$1/fs/tandem/tandem.conf" <<X
[node]
name = $1
state-dir = /run/tandem/state
log-file = /run/tandem/tandemd.log
[csta]
user = demo
password = demo
virtual-address = 10.77.0.50
[broadworks]
xsp = 10.77.0.11:8080
user = admin@demo.example
password = secret
default-domain = demo.example
X
}

test_agent_alone()
{
	local began
	expect 7 n1 monitor 'nothing runs'
	expect 0 n1 stop 'nothing runs'
	expect 0 n1 validate-all 'all is there'
	config=/run/tandem/nowhere.conf expect 5 n1 validate-all 'no configuration'
	lab_in n1 sh -c 'echo "[nonsense" >/run/tandem/bad.conf'
	config=/run/tandem/bad.conf expect 6 n1 validate-all 'a bad configuration'
	config=/run/tandem/bad.conf expect 6 n1 start 'a bad configuration'
	expect 3 n1 dance 'no such action'
	expect 0 n1 start 'start'
	expect 0 n1 start 'start again'
	[ "$(score n1)" -ge 0 ] 2>/dev/null
	result $? "start publishes a promotion score ($(score n1))"
	expect 0 n1 promote 'promote'
	expect 8 n1 monitor 'only just promoted, with the first score'
	[ "$(score n1)" = 1000 ]
	result $? "the standby would have more: the new score is told at once ($(score n1))"
	expect 0 n1 demote 'alone'
	expect 0 n1 monitor 'only just demoted'
	[ "$(score n1)" = 1000 ]
	result $? "while the address moves the full score stays ($(score n1))"
	lab_in n1 sh -c 'echo 999999999 >/run/resource-agents/tandemd-tandemd.role'
	expect 0 n1 monitor 'its record of the change is of the time before a boot'
	[ "$(score n1)" != 1000 ]
	result $? "such a record keeps no score back ($(score n1))"
	kill_tandemd n1 KILL
	expect 7 n1 monitor 'after kill -9'
	expect 0 n1 demote 'after kill -9'
	expect 0 n1 start 'after kill -9'
	kill_tandemd n1 STOP
	expect 1 n1 monitor 'it hangs'
	expect 0 n1 stop 'it hangs'
	none_runs
	result $? 'stop ends a hanging tandemd'
	[ -z "$(score n1)" ]
	result $? 'stop takes the score away'
	expect 0 n1 start 'start'
	lab_make_loop n1 tandemd >/dev/null
	result $? 'tandemd is made to loop'
	expect 1 n1 monitor 'it loops'
	began=$EPOCHSECONDS
	expect 0 n1 demote 'it loops'
	[ $((EPOCHSECONDS - began)) -le 3 ] && none_runs
	result $? "demote ends it without grace, it had its time ($((EPOCHSECONDS - began)) s)"
	expect 0 n1 stop 'it is gone'
	expect 0 n1 start 'start'
	lab_in n1 rm -f /run/resource-agents/tandemd-tandemd.pid
	kill_tandemd n1 STOP
	expect 0 n1 stop 'the record of the process is lost and it hangs'
	none_runs
	result $? 'stop finds it all the same'
}

# Every action twice in every state that a resource can be in.
test_agent_table()
{
	local always='validate-all=0 meta-data=0 notify=0'
	# shellcheck disable=SC2086 # words
	{
		twice stopped monitor=7 stop=0 demote=0 promote=7 reload-agent=7 $always start=0
		twice standby monitor=0 demote=0 reload-agent=0 start=0 $always promote=0
		twice promoted monitor=8 reload-agent=0 start=0 $always
		OCF_CHECK_LEVEL=10 twice 'only just promoted, depth 10' monitor=8
		twice promoted demote=0
		twice 'standby once more' monitor=0 promote=0
		kill_tandemd n1 STOP
		twice hanging monitor=1 start=1 promote=1 $always demote=0
		twice 'ended by the demotion' monitor=7 start=0 promote=0
		kill_tandemd n1 KILL
		twice 'dead while promoted' monitor=7 promote=7 reload-agent=7 demote=0 $always start=0
		kill_tandemd n1 KILL
		twice 'dead while standby' start=0 stop=0 monitor=7
	}
	OCF_RESKEY_log_level=loud expect 2 n1 validate-all 'a log level that is none'
	OCF_RESKEY_log_level=debug expect 0 n1 start 'with a log level'
	OCF_RESKEY_log_level=notice expect 0 n1 reload-agent 'another log level'
	twice 'at the end' stop=0
}

test_agent()
{
	local out rc
	if ! "$here/lab" up || ! { write_conf n1 && write_conf n2 && "$here/lab" start; }; then
		result 1 'the lab starts'
		return
	fi
	result 0 'the lab starts'
	lab_wait 20 one_is_promoted
	result $? 'one instance is promoted'
	lab_in n1 crm_verify -L -V
	result $? 'crm_verify of the running cluster'
	lab_in n1 crm_resource -r tandemd-clone --meta -p target-role -v Stopped >/dev/null
	lab_wait 20 none_runs
	result $? 'Pacemaker stops both'
	lab_in n1 crm_resource --wait --timeout=20s
	result $? 'the cluster has nothing left to do'
	out=$(lab_in n1 ocf-tester -n tandemd -o config=/run/tandem/tandem.conf \
		-o binary="$LAB/bin/tandemd" -o ctl="$LAB/bin/tandemctl" \
		-o log=/run/tandem/tandemd.out /usr/lib/ocf/resource.d/tandem/tandemd 2>&1)
	rc=$?
	# without root there is no user nobody inside, as whom it reads the agent's meta-data
	if [ "${TANDEM_LAB_INSIDE:-}" = 1 ] && grep -q 'failed 1 tests' <<<"$out" &&
		grep -q 'restrictive permissions' <<<"$out" && [ -x "$top/deploy/ocf/tandemd" ]; then
		rc=0
	fi
	result $rc "ocf-tester: $(tail -n 1 <<<"$out")"
	grep '^\* rc=' <<<"$out"
	test_agent_alone
	test_agent_table
}

# A program with a child of its name: a fault is meant for the program.  Both end by signals; by themselves only if this test dies.
# shellcheck disable=SC2317 # called by lab_wait
run_perls()
{
	[ "$(lab_in n1 pidof perl | wc -w)" = "$1" ]
}

test_strike()
{
	lab_spawn_in n1 perl perl -e 'if (fork) { wait } else { sleep 60 }'
	lab_wait 5 run_perls 2
	lab_strike n1 perl KILL >/dev/null && lab_wait 5 run_perls 1 &&
		[ "$(lab_in n1 sh -c 'ps -o ppid= -p $(pidof perl)' | tr -d ' ')" -le 1 ]
	result $? 'a signal is for the program and not for its child'
	lab_strike n1 perl KILL >/dev/null && lab_wait 5 run_perls 0
	result $? 'and for the child when it is alone'
	! lab_strike n1 perl KILL >/dev/null
	result $? 'nobody is left'
}

# Three turns of the nodes on the wire are three voices.
test_listen()
{
	local node
	lab_spawn_in bw bwsim "$BUILD/bwsim" --listen xsp1=10.77.0.11:8080 \
		--users 2000@demo.example --admin admin@demo.example:secret &&
		lab_wait 10 grep -q '^bwsim ready' "$LAB/bw/bwsim.out" &&
		lab_spawn_in bw listen "$BUILD/account" listen eth0 "$LAB/voices" &&
		lab_wait 10 grep -q '^listening' "$LAB/bw/listen.out"
	result $? 'the listener listens'
	for node in n1 n2 n1; do
		# shellcheck disable=SC2016 # expanded inside
		lab_in "$node" timeout 5 bash -c 'exec 3<>/dev/tcp/10.77.0.11/8080 &&
			printf "GET / HTTP/1.0\r\n\r\n" >&3 && read -r -u 3 answer && [ -n "$answer" ]'
		result $? "$node speaks"
	done
	lab_end "$LAB/bw/listen.pid" TERM
	[ "$(sed -n 's/.*"node":"\(n[12]\)".*/\1/p' "$LAB/voices" | paste -sd ' ')" = 'n1 n2 n1' ] &&
		grep -q '"ev":"end".*"dropped":0' "$LAB/voices"
	result $? "who spoke when is written down: $(paste -sd ' ' "$LAB/voices" | cut -c 1-300)"
	lab_end "$LAB/bw/bwsim.pid" TERM
}

test_leftovers()
{
	local n
	(sleep 30) &
	n=$("$here/leftovers" after "$BUILD/lab-test.before" "$LAB_NAMESPACES" 2>/dev/null)
	[ "$n" -ge 1 ]
	result $? "leftovers sees a process that is the lab's ($n)"
	kill $!
	wait $! 2>/dev/null
	mkdir "$LAB"
	n=$("$here/leftovers" after "$BUILD/lab-test.before" "$LAB_NAMESPACES" 2>/dev/null)
	[ "$n" = 1 ]
	result $? "leftovers sees a folder ($n)"
	rmdir "$LAB"
	n=$("$here/leftovers" after "$BUILD/lab-test.before" "$LAB_NAMESPACES")
	[ "$n" = 0 ]
	result $? "after lab down nothing is left ($n)"
}

cluster_tests()
{
	trap '"$here/lab" down; exit 1' INT TERM HUP
	"$here/leftovers" before "$BUILD/lab-test.before"
	test_agent
	test_strike
	test_listen
	test_screens
	"$here/lab" down
	result $? 'lab down'
	"$here/lab" down
	result $? 'lab down again'
	test_leftovers
	rm -f "$BUILD/lab-test.before" "$LAB_NAMESPACES"
}

# The lab as test_agent leaves it, and nothing else.
screens_alone()
{
	trap '"$here/lab" down; exit 1' INT TERM HUP
	"$here/lab" up && write_conf n1 && write_conf n2 && "$here/lab" start
	result $? 'the lab starts'
	test_screens
	"$here/lab" down
}

if [ "${1:-}" = --inside ]; then
	cluster_tests
	finish
fi
if [ "${1:-}" = --screens ]; then
	mkdir -p "$BUILD" "$SCREENS"
	screens_alone
	finish
fi
test_files
if ! mode=$(lab_mode); then
	skip 40 "no live cluster here: ${mode#none?}"
	finish
fi
mkdir -p "$BUILD"
for program in tandemd tandemctl bwsim cstaclient account; do
	[ -x "$BUILD/$program" ] || { echo "FAILED: $BUILD/$program is not built"; failed=$((failed + 1)); }
done
[ "$failed" = 0 ] || finish
if [ "$mode" = root ]; then
	cluster_tests
else
	inside=$("$here/rootless" bash "$0" --inside)
	echo "$inside" | sed '$d'
	read -r p _ f _ s _ < <(tail -n 1 <<<"$inside")
	passed=$((passed + ${p:-0})) failed=$((failed + ${f:-1})) skipped=$((skipped + ${s:-0}))
fi
finish
