#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 120
#
# test_tandemctl.sh [--update] - the screens of tandemctl, made by the program itself.
#
# One node without a cluster, the BroadWorks simulator and two CSTA clients, all on loopback; one call is up. What each
# command shows is compared with tests/solo/screens/NAME.txt, after everything that differs from run to run has been
# masked: times, ports, ids, figures of traffic. --update writes the files instead.
set -u

# shellcheck source=tests/solo/solo_lib.sh
. "$(dirname "$(readlink -f "$0")")/solo_lib.sh"
solo_begin tandemctl tandemd tandemctl bwsim cstaclient
update=${1:-}
password=Wf7-only-here # of BroadWorks
screens=$top/tests/solo/screens
port=$((20000 + RANDOM % 600 * 20 + 7)) # below those that connections get

start_all()
{
	local ports
	mkdir "$dir/state"
	"$build/bwsim" --listen xsp1=127.0.0.1:0 --users 2000-2009@demo.example --admin "admin@demo.example:$password" \
		--journal "$dir/bw.jsonl" --control "$dir/bw.sock" --seed 7 >"$dir/bw.out" 2>&1 &
	pids="$pids $!"
	wait_for 20 grep -q 'bwsim ready' "$dir/bw.out" || { cat "$dir/bw.out"; return 1; }
	ports=$(sed -n 's/^bwsim ready //p' "$dir/bw.out")
	ports=${ports#*xsp1=}
	cat >"$dir/t.conf" <<X
[node]
name = n1
cluster = none
state-dir = $dir/state
control = screens-$$
[csta]
listen = 127.0.0.1:$port
user = demo
password = demo
[link east]
host = 127.0.0.1
port = ${ports##*:}
[broadworks]
user = admin@demo.example
password = $password
default-domain = demo.example
X
	chmod 600 "$dir/t.conf"
	"$build/tandemd" -c "$dir/t.conf" >"$dir/td.out" 2>&1 &
	tandemd=$!
	pids="$pids $tandemd"
	wait_for 20 grep -q ' 37501 ' "$dir/td.out" || { cat "$dir/td.out"; return 1; }
	"$build/cstaclient" --server "127.0.0.1:$port" --sessions 2 --devices 2000-2003 --mode session --edition ed3 --user demo \
		--password demo --rate 0 --seed 7 --journal "$dir/cc.jsonl" --control "$dir/cc.sock" >"$dir/cc.out" 2>&1 &
	pids="$pids $!"
	wait_for 20 grep -q 'cstaclient ready' "$dir/cc.out" || { cat "$dir/cc.out" "$dir/td.out"; return 1; }
}

ctl() { "$build/tandemctl" -c "$dir/t.conf" --ascii "$@"; }

# Blanks are alignment, and that depends on what was masked.
mask()
{
	sed -E -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]+/WHEN/g' -e 's/([0-9]d )?[0-9]{2}:[0-9]{2}:[0-9]{2}/TIME/g' \
		-e 's/127\.0\.0\.1:[0-9]+/ADDRESS/g' -e 's/digest +[0-9a-f]{8}/digest DIGEST/' -e 's/#[0-9]+/#OFFSET/' \
		-e "s/screens-[0-9]+/CONTROL/g" -e "s|$dir|DIR|g" -e 's/[0-9]{9,}/ID/g' -e 's/-?[0-9]+\.[0-9]{3}/SECONDS/g' \
		-e 's/ (29[0-9]|300) s$/ LEFT/' -e 's/[0-9]+ ms/N ms/g' -e 's/(_ms|epoch)=[0-9]+/\1=N/g' -e 's/(requests|failed|lost|opens|epoch) [0-9]+/\1 N/g' -e 's/^\+[-+]+\+$/RULE/' -e 's/ +/ /g' \
		-e 's/^ [0-9a-f]{6} ([^ ]+ ADDRESS )/ ID \1/' -e 's/( ADDRESS connected yes [0-9]+) .*/\1 FIGURES/' -e 's/( open open) [0-9 ]+/\1 FIGURES /' |
		awk '/^ *(Call|Device|Session) / { print; fflush(); rows = 1; next } !rows { print; next } { print | "sort" }'
}

# screen NAME EXIT COMMAND...
screen()
{
	local name=$1 want=$2 status
	shift 2
	ctl "$@" >"$dir/$name.raw" 2>&1
	status=$?
	mask <"$dir/$name.raw" >"$dir/$name.txt"
	[ "$update" != --update ] || cp "$dir/$name.txt" "$screens/$name.txt"
	result "$name: exit $status, not $want" [ "$status" = "$want" ]
	result "$name: the screen is another one" diff -u "$screens/$name.txt" "$dir/$name.txt"
}

# A column of a listing, sorted.
column()
{
	ctl --tsv "$1" | awk -F '\t' -v name="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next }
		{ print $c }' | sort | tr '\n' ' '
}
is() { [ "$1" = "$2" ] || { echo "is '$1', not '$2'"; return 1; }; }
is_column() { [ "$(column "$1" "$2")" = "$3" ]; }

start_all || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
# A trace goes on for a while after its reader has gone: who comes back finds what has happened meanwhile.
# A device that begins to ring hears one event: nothing can come in another order.
ctl --for 1s trace 2001 >"$dir/trace.before"
result "nothing is traced as long as nothing happens" [ ! -s "$dir/trace.before" ]
bw '{"cmd":"call","from":"2000","to":"2001"}' >/dev/null
wait_for 20 is_column calls state 'alerting calling '
ladder() { ctl --ladder --for 1s trace 2001 | mask | sed -E -e 's/-{2,}/--/g' -e 's/#[0-9]+/#N/g' -e 's/SECONDS ms/N ms/' -e 's/TIME\.[0-9]{6}/TIME/'; }
ladder >"$dir/ladder.txt"
[ "$update" != --update ] || cp "$dir/ladder.txt" "$screens/ladder.txt"
result "ladder: the screen is another one" diff -u "$screens/ladder.txt" "$dir/ladder.txt"
ctl --for 1s trace 2001 >"$dir/trace.txt"
result "a trace has microseconds" grep -qE '^[-0-9]+ [0-9:]+\.[0-9]{6}  event  .* CallReceivedEvent .*#[0-9]+ of 2001 call=' "$dir/trace.txt"
ctl --json --for 1s trace 2001 >"$dir/trace.jsonl"
screen trace-nobody 3 trace 2999
result "a call is shown by both of its parties" is "$(column calls state)" 'alerting calling '
bw '{"cmd":"answer","user":"2001"}' >/dev/null
wait_for 20 is_column calls state 'connected connected '
result "devices are those that are monitored" is "$(column users device)" '2000 2001 2002 2003 '
result "a part chooses" is "$(ctl --tsv calls 2001 | wc -l)" 2
result "an age chooses" is "$(ctl --tsv --older 1h calls | wc -l)" 0
result "a state chooses" is "$(ctl --tsv --state held calls | wc -l)" 0
screen calls-diff-alone 3 --diff calls
screen node-away 3 --node n7 status

screen help 0 --help
screen status 0 status
screen ready 1 ready
screen check 0 check
screen calls 0 calls
screen stuck 0 stuck --explain
screen users 0 users
screen sessions 0 sessions
screen channels 0 channels
screen history 0 history
screen explain 0 explain 37205
screen no-such-command 2 dance
result "events: the start is told" grep -q '37800 notice .*started as n1' <(ctl events)
ctl --json events >"$dir/events.jsonl"
result "events as JSON, one a line" is "$(grep -c '^{"n":[0-9]*,.*"message":[0-9]*,.*}$' "$dir/events.jsonl")" \
	"$(wc -l <"$dir/events.jsonl")"
result "history as a picture" ctl history --svg "$dir/takeover.svg"
result "the picture is XML" xmllint --noout "$dir/takeover.svg"
result "completion is a script" bash -n <(ctl completion bash)
result "watch goes on until its reader is gone" is "$(ctl --json --watch status </dev/null 2>/dev/null | head -n 2 | wc -l)" 2

# What --json prints has the form that tandemctl schema says.
has_form() # NAME COMMAND...
{
	local name=$1
	shift
	ctl schema "$name" >"$dir/schema.json" || return 1
	if [ -s "$dir/$name.jsonl" ]; then cp "$dir/$name.jsonl" "$dir/output.json"; else ctl --json "$@" >"$dir/output.json"; fi
	python3 -c '
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
text = open(sys.argv[2]).read()
values = [json.loads(l) for l in text.splitlines()] if sys.argv[3] in ("event", "trace") else [json.loads(text)]
assert values
for value in values:
    jsonschema.Draft7Validator(schema).validate(value)
' "$dir/schema.json" "$dir/output.json" "$name"
}
if python3 -c 'import jsonschema' 2>/dev/null; then
	for name in calls channels doctor monitors sessions stuck users status ready; do
		result "the form of $name" has_form $name $name
	done
	result "the form of event" has_form event events
	result "the form of trace" has_form trace
	result "the form of takeovers" has_form takeovers history
	result "the form of loglevels" has_form loglevels log-level
	result "the form of explain" has_form explain explain 37205
else
	skipped=$((skipped + 13))
	echo "skip: python3-jsonschema is not installed"
fi
result "schemas are listed" is "$(ctl schema | sort | tr '\n' ' ')" \
	"$(cd "$top/docs/schema" && for f in *.json; do printf '%s ' "${f%.json}"; done)"

# The doctor: of this machine's clock and disk nothing is known here.
doctor() { ctl doctor | grep -v -e ' D42 ' -e ' D43 ' -e ' not looked at' -e '  -> run chrony' -e '  -> make room'; }
finds() { [ "$(doctor | sed -n "s/^ [X!] *\(D[0-9]*\) .*/\1/p" | tr '\n' ' ')" = "$1" ]; }
doctor | mask >"$dir/doctor.txt"
[ "$update" != --update ] || cp "$dir/doctor.txt" "$screens/doctor.txt"
result "doctor: the screen is another one" diff -u "$screens/doctor.txt" "$dir/doctor.txt"
result "doctor finds nothing" finds ''
chmod 644 "$dir/t.conf"
result "doctor finds a password that everybody may read" finds 'D40 '
chmod 600 "$dir/t.conf"
result "doctor as JSON" grep -q '"schema": "tandemctl/doctor/1"' <(ctl --json doctor)

# BroadWorks is asked again.
resynced() { ctl resync "$1" 2>&1 | grep -qE "$2"; } # DEVICE PATTERN
result "resync of a device says what differed" resynced 2000 '^ 1 of 1 devices compared: calls 1 kept, 0 cleared, 0 learned, 0 changed$'
result "resync of all" resynced --all '^ 4 of 4 devices compared: calls 2 kept, 0 cleared, 0 learned, 0 changed$'
result "resync of a stranger is refused" resynced 2999 'nobody monitors 2999'

# Read again while it runs.
cp "$dir/t.conf" "$dir/t.conf.before"
sed -i 's/^name = n1/name = n1\nlog-form = json\nbeat-ms = 300/' "$dir/t.conf"
result "reload says what waits for a restart" is "$(ctl config reload)" ' 1 changes need a restart: [node] beat-ms'
result "the log has another form at once" wait_for 5 grep -q '"message":37701,.*"text":"read again: 1 changes' "$dir/td.out"
sed -i 's/^beat-ms = 300/beat-ms = fast/' "$dir/t.conf"
screen reload-wrong 3 -s "screens-$$" config reload
cp "$dir/t.conf.before" "$dir/t.conf"
result "reload takes it back" is "$(ctl config reload)" ' everything in the file is in force'

# The configuration.
sed 's/^name = n1/name = n1\nbeat-ms = fast/' "$dir/t.conf" >"$dir/wrong.conf"
sed 's/^port = .*/hostname = x/' "$dir/t.conf" >"$dir/foreign.conf"
sed 's/^name = n1/name = n1\nbeat-ms = 300/' "$dir/t.conf" >"$dir/other.conf"
screen config-check 0 config check
screen config-wrong 1 config check "$dir/wrong.conf"
screen config-foreign 1 config check "$dir/foreign.conf"
screen config-diff 1 config diff "$dir/other.conf"
screen config-nodes 3 config diff
"$build/tandemd" -p -c "$dir/t.conf" >"$dir/printed.conf"
result "config diff takes what tandemd -p prints" is "$(ctl config diff "$dir/printed.conf")" ' no difference'
sed -i 's/^beat-ms = .*/beat-ms = 321/' "$dir/printed.conf"
result "and says what differs in it" is "$(ctl config diff "$dir/printed.conf")" ' [node] beat-ms: here 250, there 321'
result "what config show prints is a configuration" is "$(ctl config show | sed 's/^# password = .*/password = x/' >"$dir/shown.conf"; ctl config diff "$dir/shown.conf")" \
	' no difference'
result "no password is shown" [ "$(ctl config show | grep -c '^password = ')" = 0 ]
# The level of the log, for a while.
result "a level of one subsystem" ctl log-level csta warning
result "and of another one for a while" ctl --for 5m log-level calls debug
screen log-levels 0 log-level
screen log-level-nobody 3 log-level dance debug
screen log-level-loud 3 log-level csta loud
result "a level for a second" ctl --for 1s log-level debug
level_is_back() { ctl events | grep -q '37701 .*that of the configuration again'; }
result "ends by itself" wait_for 5 level_is_back
all_notice() { [ "$(ctl log-level | grep -c ' notice *-$')" = 8 ]; }
result "with all that was set before" all_notice

# A support archive: everything that there is, and no secret.
bundled() { tar -xzOf "$dir/bundle.tar.gz" --wildcards "*/$1"; }
screen bundle 6 bundle "$dir/bundle.tar.gz"
for name in README.txt status.txt doctor.txt history.txt config-file.txt blackbox n1/status.json n1/history.json n1/conf.txt \
	n1/events.json n1/calls.json n1/sessions.json n1/users.json n1/monitors.json n1/channels.json; do
	result "the archive has $name" [ -n "$(bundled "$name" | head -c 1 | tr '\0' 0)" ]
done
result "the archive says what is missing" grep -q 'missing: the other node' <(bundled README.txt)
result "the archive is for its owner alone" is "$(stat -c %a "$dir/bundle.tar.gz")" 600
result "no password is in the archive" [ "$(tar -xzOf "$dir/bundle.tar.gz" | grep -ac "$password")" = 0 ]
has_number() { tar -xzOf "$dir/$1.tar.gz" | grep -aqE 'tel:\+[0-9]{5}'; }
result "numbers are in it" has_number bundle
sed -i 's/^name = n1/name = n1\nlog-mask-numbers = yes/' "$dir/t.conf"
screen bundle-masked 6 bundle "$dir/masked.tar.gz"
result "no number is in an archive if the log may have none" [ "$(has_number masked; echo $?)" = 1 ]
cp "$dir/t.conf.before" "$dir/t.conf"
screen switchover-alone 3 switchover
screen failover-unasked 3 failover
screen test-failover-nonsense 2 test-failover flood

# BroadWorks is away: what is known of the call may be wrong.
bw '{"cmd":"kill-xsp","xsp":"xsp1"}' >/dev/null
wait_for 20 is_column stuck state 'connected connected '
# a moment later its devices are told out of service
all_are_out() { ctl check | grep -q 'unconfirmed=4 '; }
wait_for 20 all_are_out
screen stuck-without-broadworks 0 stuck --explain
screen check-without-broadworks 2 check
result "doctor finds that BroadWorks is away" finds 'D30 D31 '
box=$(ctl blackbox)
result "the blackbox is written by order" [ -s "$box" ]

kill "$tandemd"
wait "$tandemd" 2>/dev/null
screen dead 4 status
screen dead-calls 4 calls
result "doctor finds that the daemon is dead" finds 'D02 D30 '
screen dead-check 2 check
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
