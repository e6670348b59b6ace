# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# screens_lib.sh - what operators see of a pair: the screens of tandemctl, made by the program on the running lab and compared with
# tests/lab/screens/NAME.txt.  Sourced by test_lab.sh, which has `result'.  What differs from run to run is masked; the nodes are
# A (active) and S (standby), whichever they are.  UPDATE_SCREENS=1 writes the files instead.

# shellcheck source=tests/lab/ask_lib.sh
. "$LAB_HERE/ask_lib.sh"
SCREENS=$LAB_HERE/screens

other_of() { [ "$1" = n1 ] && echo n2 || echo n1; }

# tctl NODE ARGS...
tctl()
{
	local node=$1
	shift
	lab_in "$node" timeout 40 "$LAB/bin/tandemctl" -c $CONF --ascii "$@"
}

# Blanks and lines of arrows are alignment, and that depends on what was masked.
mask_screen()
{
	sed -E -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:]{8}(\.[0-9]+)?/WHEN/g' -e 's/([0-9]d )?>?[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?/TIME/g' \
		-e 's/10\.77\.[0-9.]+:[0-9]{4,5}/ADDRESS/g' -e 's/digest +[0-9a-f]{8}/digest DIGEST/' -e 's/#[0-9]+/#N/g' -e 's/[0-9]{9,}/ID/g' \
		-e 's/"(t_us|at_us|[a-z_]*_ms|[a-z_]*_s|offset|epoch|pid)": -?[0-9.]+/"\1": N/g' -e 's/"(requests|failures)": [0-9]+/"\1": N/' \
		-e 's/"(value|version)": "[^"]*"/"\1": "X"/' \
		-e 's/-?[0-9]+\.[0-9]{2,3}\b/SECONDS/g' -e 's/SECONDS ms/N ms/g' -e 's/[0-9]+ ms/N ms/g' -e 's/(_ms|epoch)=[0-9]+/\1=N/g' \
		-e 's/(requests|failed|lost|opens|epoch) [0-9]+/\1 N/g' -e 's/^ *[0-9]+ +WHEN/ N WHEN/' \
		-e "s/\\b$active\\b/A/g" -e "s/\\b$standby\\b/S/g" -e 's/^\+[-+]+\+$/RULE/' -e 's/-{3,}/--/g' -e 's/ +/ /g' -e 's/ $//' -e 's/nodes: [AS] and [AS]/nodes: A and S/' -e 's/node [12] lost/node N lost/' \
		-e 's/( open open) [0-9 ]+/\1 FIGURES /'
}

# screen NAME EXIT NODE ARGS...: FILTER, if it is set, chooses and orders lines.
screen()
{
	local name=$1 want=$2 node=$3 rc ok=0
	shift 3
	tctl "$node" "$@" >"$LAB/screen.raw" 2>&1
	rc=$?
	mask_screen <"$LAB/screen.raw" | ${FILTER:-cat} >"$LAB/screen.txt"
	[ -z "${UPDATE_SCREENS:-}" ] || cp "$LAB/screen.txt" "$SCREENS/$name.txt"
	diff -u "$SCREENS/$name.txt" "$LAB/screen.txt" || ok=1
	[ "$rc" = "$want" ] || { echo "    exit $rc, not $want"; ok=1; }
	result "$ok" "the screen $name of the pair"
}

# The machine's clock and disk are not the lab's; the last line counts what was found.
without_machine() { grep -v -e ' D42 ' -e ' D43 ' -e 'run chrony' -e 'make room' -e 'not looked at'; }
# shellcheck disable=SC2317 # FILTER
sorted() { awk 'NR == 1 { print; fflush(); next } { print | "sort" }'; }
# The daemons know who is active before Pacemaker has it in its status: $active, $standby.
find_pair()
{
	local node rc
	for node in n1 n2; do
		tctl "$node" ocf monitor >/dev/null 2>&1
		rc=$?
		[ "$rc" = 8 ] || continue
		active=$node standby=$(other_of "$node")
		tctl "$node" ready >/dev/null 2>&1 && return 0
	done
	return 1
}
# also when the other one is not ready
find_active()
{
	local node
	for node in n1 n2; do
		tctl "$node" ocf monitor >/dev/null 2>&1
		[ $? = 8 ] && active=$node standby=$(other_of "$node") && return 0
	done
	return 1
}
moved() { find_pair && [ "$active" != "$was" ]; }
calls_are() { [ "$(tctl "$active" --tsv --state connected calls 2>/dev/null | grep -c connected)" = "$1" ]; }

rings() { [ "$(tctl "$active" --tsv --state alerting calls 2>/dev/null | grep -c alerting)" = 1 ]; }

begin_pair()
{
	# what the tests of the agent have left; of a resource that runs a cleanup would make Pacemaker think anew
	! none_runs || lab_in n1 crm_resource --cleanup -r tandemd >/dev/null 2>&1
	lab_in n1 chmod 600 $CONF && lab_in n2 chmod 600 $CONF
	lab_spawn_in bw bwsim "$BUILD/bwsim" --listen xsp1=10.77.0.11:8080 --users 2000-2009@demo.example \
		--admin admin@demo.example:secret --control /run/bwsim.sock --seed 7 &&
		lab_wait 10 grep -q '^bwsim ready' "$LAB/bw/bwsim.out" &&
		lab_in n1 crm_resource -r tandemd-clone --meta -p target-role -v Started >/dev/null &&
		lab_wait 40 find_pair && lab_in n1 crm_resource --wait --timeout=20s && lab_wait 10 find_pair &&
		lab_spawn_in client cstaclient "$BUILD/cstaclient" --server 10.77.0.50:1040 --sessions 1 --devices 2000-2003 --edition ed6 \
			--mode session --user demo --password demo --rate 0 --seed 7 --journal /run/tmp/cc.jsonl --control /run/cstaclient.sock &&
		lab_wait 20 has_printed client/cstaclient 'cstaclient ready'
}

# A call that comes while its device is traced, as the active node and the standby saw it: one event, so that nothing can come in
# another order.
screens_of_a_call()
{
	lab_wait 10 tctl "$active" --for 1s trace 2001 >/dev/null
	tctl "$standby" --for 1s trace 2001 >/dev/null
	ask_bwsim '{"cmd":"call","from":"2000","to":"2001"}' >/dev/null
	lab_wait 10 rings
	screen ladder 0 "$active" --for 1s --ladder trace 2001
	screen ladder-of-the-standby 0 "$standby" --for 1s --ladder trace 2001
	ask_bwsim '{"cmd":"answer","user":"2001"}' >/dev/null
	lab_wait 10 calls_are 2
	result $? 'a call is up'
	FILTER=sorted screen calls 0 "$active" calls
	screen calls-diff 0 "$active" --diff calls
	screen stuck 0 "$active" stuck --explain
	screen resync 0 "$active" resync 2001
}

screens_of_a_pair()
{
	screen status 0 "$active" status
	screen status-json 0 "$active" --json status
	screen ready 0 "$active" ready
	screen check 0 "$active" check
	screen channels-of-the-other 0 "$standby" --node "$active" channels
	screen config-same 0 "$active" config diff
	screen config-same-json 0 "$active" --json config diff
	FILTER=without_machine screen doctor 1 "$active" doctor
}

# The support archive has both nodes, and neither the password nor a word of it.
screens_of_a_bundle()
{
	local files
	tctl "$active" bundle /run/tmp/bundle.tar.gz >/dev/null
	result $? 'a support archive of the pair'
	files=$(lab_in "$active" tar -tzf /run/tmp/bundle.tar.gz)
	grep -q 'n1/status.json' <<<"$files" && grep -q 'n2/calls.json' <<<"$files" && grep -q 'cib.xml' <<<"$files"
	result $? 'it has both nodes and the CIB'
	[ "$(lab_in "$active" tar -xzOf /run/tmp/bundle.tar.gz | grep -ac secret)" = 0 ]
	result $? 'it has no password'
}

screens_of_maintenance()
{
	screen pause 0 "$active" --yes --reason 'new switch' --for 30m pause
	FILTER='grep D26' screen doctor-paused 2 "$active" doctor
	lab_in "$active" crm_mon -1 | grep -q unmanaged
	result $? 'Pacemaker leaves it alone'
	screen resume 0 "$active" resume
	! lab_in "$active" crm_mon -1 | grep -q unmanaged
	result $? 'and looks after it again'
	tctl "$active" --yes --for 2s pause >/dev/null
	lab_wait 15 managed_again
	result $? 'a pause ends by itself'
	tctl "$active" resume >/dev/null
}
managed_again() { ! lab_in "$active" crm_mon -1 | grep -q unmanaged; }

# --- a pair that is not well -----------------------------------------------------------------------

# restart_standby: with the file that it has now
restart_standby()
{
	lab_in n1 crm_standby -N "$standby" -v on && lab_wait 20 is_gone "$standby" && lab_in n1 crm_standby -N "$standby" -D
}
is_gone() { ! lab_in "$1" pidof tandemd >/dev/null; }
# other than those of the file: sessions-max is about clients, audit-s about nobody
change_conf() # NODE
{
	lab_in "$1" sed -i -e 's/^\[csta\]$/[csta]\nsessions-max = 100/' -e 's/^\[broadworks\]$/[broadworks]\naudit-s = 900/' $CONF
}
# what it holds is told by its heartbeats
ready_but_config()
{
	local status
	status=$(tctl "$active" --json status 2>/dev/null) && grep -q '"ready_but_config": true' <<<"$status" &&
		[ "$(grep -c '"calls": 1,' <<<"$status")" = 2 ]
}
is_ready() { tctl "$active" ready >/dev/null 2>&1; }
# what the step before has left in Pacemaker's memory is no part of the screen
# Clients and channels come back in their own time.
# shellcheck disable=SC2317 # FILTER
without_nodes() { grep -v -e '^RULE' -e '^|'; }
# shellcheck disable=SC2317 # FILTER
of_broken_pair() { without_machine | awk '/ D28 / { skip = 1; next } skip && / -> / { skip = 0; next } { skip = 0; print }'; }

# In the middle of a rolling change, with fencing switched off; then the role moves all the same, and the other node follows.
screens_of_a_rolling_change()
{
	local was=$active
	change_conf "$standby" && restart_standby && lab_wait 30 ready_but_config
	result $? 'a standby with another configuration is in step'
	screen ready-differs 1 "$active" ready
	screen config-differs 1 "$active" config diff
	lab_in n1 crm_attribute -n stonith-enabled -v false
	FILTER=of_broken_pair screen doctor-differs 2 "$active" doctor
	lab_in n1 crm_attribute -n stonith-enabled -v true
	screen switchover-differs-refused 3 "$active" --yes switchover
	FILTER=without_nodes screen switchover-differs 0 "$active" --yes --config-differs switchover
	lab_wait 20 find_active && [ "$active" != "$was" ] && calls_are 2
	result $? 'the role is moved, the call goes on'
	change_conf "$standby" && restart_standby && lab_wait 30 is_ready
	result $? 'the other node follows, and the pair is ready'
	FILTER=newest screen history-ordered 0 "$active" history
}

# A ban by hand that nobody took back.
screens_of_a_ban()
{
	lab_in n1 crm_resource --ban --promoted -r tandemd-clone -N "$standby" >/dev/null 2>&1
	FILTER=of_broken_pair screen doctor-banned 2 "$active" doctor
	lab_in n1 crm_resource --clear -r tandemd-clone >/dev/null && lab_wait 30 is_ready
	result $? 'it is taken back'
}

# The end of a call that BroadWorks never told is found by a comparison.
screens_of_a_stuck_call()
{
	ask_bwsim '{"cmd":"call","from":"2002","to":"2003"}' >/dev/null
	lab_wait 10 rings && ask_bwsim '{"cmd":"answer","user":"2003"}' >/dev/null && lab_wait 10 calls_are 4
	result $? 'another call is up'
	ask_bwsim '{"cmd":"garble","what":"lose","type":"CallReleasedEvent","count":2}' >/dev/null
	ask_bwsim '{"cmd":"release","user":"2002"}' >/dev/null
	screen resync-cleared 0 "$active" resync 2002
	tctl "$active" resync 2003 >/dev/null
	screen stuck-cleared 0 "$active" stuck --explain
	calls_are 2
	result $? 'it is gone'
}

# --- moves --------------------------------------------------------------------------------------------

# The active role moves, by order and by a fault; then the standby's daemon is gone.
screens_of_moves()
{
	local was=$active
	tctl "$active" --yes switchover >/dev/null 2>&1
	result $? 'switchover'
	lab_wait 20 moved
	result $? 'the other one is active'
	was=$active
	tctl "$active" --yes --accept-loss failover >/dev/null 2>&1
	result $? 'failover --accept-loss'
	lab_wait 20 moved
	result $? 'it is back'
	was=$active
	tctl "$active" --yes test-failover kill-daemon >/dev/null 2>&1
	result $? 'test-failover kill-daemon'
	lab_wait 30 moved
	result $? 'the rehearsal ends with a pair'
	lab_wait 10 is_settled
	FILTER=newest screen history 0 "$active" history
	tctl "$active" --yes pause >/dev/null
	kill_tandemd "$standby" KILL
	lab_wait 10 not_ready
	screen ready-no 1 "$active" ready
	screen status-degraded 0 "$active" status
	FILTER=without_failures screen status-dead 4 "$standby" status
	FILTER=of_broken_pair screen doctor-alone 2 "$active" doctor
	FILTER=of_broken_pair screen doctor-dead 2 "$standby" doctor
	tctl "$active" resume >/dev/null
}
# The newest takeover is the first one; there are as many as the tests have made.
newest() { sed '3,${/ WHEN /d;}'; }
is_settled() { tctl "$active" --json status | grep -q '"done": true'; }
# Pacemaker sees the failure in its own time.
without_failures() { grep -e ' no daemon ' -e 'A Promoted$'; }
not_ready() { ! tctl "$active" ready >/dev/null 2>&1; }

test_screens()
{
	local began=$SECONDS
	begin_pair
	result $? 'a pair with a client and a BroadWorks'
	screens_of_a_call
	screens_of_a_pair
	screens_of_a_bundle
	screens_of_maintenance
	screens_of_a_rolling_change
	screens_of_a_ban
	screens_of_a_stuck_call
	screens_of_moves
	lab_end "$LAB/client/cstaclient.pid" TERM
	lab_end "$LAB/bw/bwsim.pid" TERM
	echo "the screens took $((SECONDS - began)) s"
}
