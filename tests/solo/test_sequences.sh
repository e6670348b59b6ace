#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 180
#
# test_sequences.sh - a call is driven through BroadWorks and CSTA: does each monitored device hear exactly the events
# that CSTA has for it, in their order, with their localConnectionInfo and cause, and not one more?
#
# A sequence is a file of tests/solo/sequences (or those given as arguments). Its lines:
#
#	# text                            what is shown, and why it is so
#	> phone CALL JSON                 a phone of the simulator does something: {"cmd":CALL,JSON}
#	> ask ROOT XML                    a CSTA request, answered positively; $A, $B in it are calls, see below
#	DEVICE EVENT LOCAL CAUSE CALL/OF [>OTHER]
#	                                  what a device hears of it: EVENT without its last word, "-" for what is not
#	                                  there, the connection that it names, and who is named besides (newDestination,
#	                                  transferredToDevice, addedParty)
#
# Calls are named A, B, ... in the order in which events speak of them. A step begins when everything before it was
# heard. Devices are told apart, since no order holds between them. At the end of a sequence a setting of one more user is
# changed: its event comes behind everything that the sequence caused, on the same channel and session, so nothing can
# be still to come when the lists are compared.
set -u

# shellcheck source=tests/solo/solo_lib.sh
. "$(dirname "$(readlink -f "$0")")/solo_lib.sh"
solo_begin sequences tandemd bwsim cstaclient account
here=$top/tests/solo fence=false

start_all()
{
	local port options=()
	mkdir "$dir/state"
	"$build/bwsim" --listen xsp1=127.0.0.1:0 --users 2000-2009@demo.example --queue 2100@demo.example=2007 \
		--route-point 2200@demo.example --admin admin@demo.example:secret --journal "$dir/bw.jsonl" \
		--control "$dir/bw.sock" --seed 7 --knob dial_auto=0 --knob ctd_answer_percent=0 >"$dir/bw.out" 2>&1 &
	pids=$!
	wait_for 10 grep -q 'bwsim ready' "$dir/bw.out" || { cat "$dir/bw.out"; return 1; }
	port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
	cat >"$dir/t.conf" <<X
[node]
name = n1
cluster = none
state-dir = $dir/state
control = sequences-$$
[csta]
listen = 127.0.0.1:$port
user = demo
password = demo
[broadworks]
xsp = http://$(tr ' ' '\n' <"$dir/bw.out" | sed -n 's/^xsp1=//p' | head -n 1)
user = admin@demo.example
password = secret
default-domain = demo.example
[devices]
queue = 2100
route-point = 2200
[numbers]
user = +15550???? ????
X
	bw '{"cmd":"agent","user":"2007","state":"Unavailable"}' >/dev/null
	"$build/tandemd" -c "$dir/t.conf" >"$dir/td.out" 2>&1 &
	tandemd=$!
	pids="$pids $tandemd"
	wait_for 10 grep -q ' 37501 ' "$dir/td.out" || { cat "$dir/td.out"; return 1; }
	[ ! -d "$shared" ] || options=(--validate "$shared")
	"$build/cstaclient" --server "127.0.0.1:$port" --sessions 1 --devices 2000-2007,2009,2100,2200 --mode session \
		--edition ed5 --user demo --password demo --journal "$dir/cc.jsonl" --journal-xml --control "$dir/cc.sock" \
		"${options[@]}" >"$dir/cc.out" 2>&1 &
	pids="$pids $!"
	wait_for 15 grep -q 'cstaclient ready' "$dir/cc.out" || { cat "$dir/cc.out" "$dir/td.out"; return 1; }
}

# What was heard since the sequence began: lines as those of a sequence, and "call LETTER ID"
heard()
{
	tail -c "+$((mark + 1))" "$dir/cc.jsonl" | awk '
	function text(key,   at, rest) {
		at = index($0, ",\"" key "\":\"")
		if (!at) return ""
		rest = substr($0, at + length(key) + 5)
		return substr(rest, 1, index(rest, "\"") - 1)
	}
	function or_none(s) { return s == "" ? "-" : s }
	!/}$/ { next } # not all of the line is there
	!/"ev":"in"/ || !/"name":"[A-Za-z]*Event"/ { next }
	{
		device = text("device"); event = text("name"); call = text("call"); other = text("other")
		sub(/Event$/, "", event)
		if (call != "" && !(call in letter)) {
			letter[call] = substr("ABCDEFGHIJKLMNOP", ++calls, 1)
			print "call", letter[call], call
		}
		print device, event, or_none(text("local")), or_none(text("cause")), \
			(call == "" ? "-" : letter[call]) "/" or_none(text("of")) (other == "" ? "" : " >" other)
	}' >"$dir/heard"
}

# compare: "complete", "more is to come", or "wrong"; then, for people, each device that is not as it should be
compare()
{
	awk '
	function take(line,   at) { at = line; sub(/ .*/, "", at); return at }
	FILENAME == ARGV[1] {
		device = take($0)
		should[device, ++wanted[device]] = $0
		known[device] = 1
		next
	}
	/^call / || /^2009 / { next }
	{ device = take($0); known[device] = 1; told[device, ++count[device]] = $0 }
	END {
		state = "complete"
		for (device in known) {
			for (i = 1; i <= wanted[device] && i <= count[device]; i++)
				if (told[device, i] != should[device, i]) break
			if (i > wanted[device] && i > count[device]) continue
			if (i > count[device]) { if (state == "complete") state = "more" }
			else state = "wrong"
			text = text "--- " device "\n"
			for (k = 1; k < i; k++) text = text "  " told[device, k] "\n"
			for (k = i; k <= wanted[device]; k++) text = text "- " should[device, k] "\n"
			for (k = i; k <= count[device]; k++) text = text "+ " told[device, k] "\n"
		}
		print state
		printf "%s", text
	}' "$dir/expected" "$dir/heard"
}

# All that is expected so far has come, or what is not expected.
is_heard()
{
	heard
	compare >"$dir/compared"
	! grep -q '^more' "$dir/compared"
}

is_fenced() { tail -c "+$((mark + 1))" "$dir/cc.jsonl" | grep -q '"name":"DoNotDisturbEvent".*"device":"2009"'; }

phone() # COMMAND JSON
{
	local reply
	reply=$(bw "{\"cmd\":\"$1\"${2:+,$2}}") || { echo "the simulator refuses $1 $2: $reply"; return 1; }
}

ask() # ROOT XML
{
	local reply inner=${2//\"/\\\"} letter id
	while read -r _ letter id; do
		inner=${inner//\$$letter/$id}
	done < <(grep '^call ' "$dir/heard")
	reply=$(client "{\"cmd\":\"ask\",\"session\":0,\"root\":\"$1\",\"inner\":\"$inner\"}" | tr -d '\n')
	grep -q "\"answer\": *\"$1Response\"" <<<"$reply" || { echo "$1 $inner: $reply"; return 1; }
}

step() # LINE
{
	local kind name rest
	read -r _ kind name rest <<<"$1"
	wait_for 5 is_heard
	if ! grep -q ^complete "$dir/compared"; then
		echo "before: $1"
		tail -n +2 "$dir/compared"
		return 1
	fi
	case $kind in
	phone) phone "$name" "$rest" ;;
	ask) ask "$name" "$rest" ;;
	*) echo "what is this: $1"; return 1 ;;
	esac
}

play() # FILE; 0 if all was as it should be
{
	local line
	mark=$(stat -c %s "$dir/cc.jsonl")
	: >"$dir/expected"
	while IFS= read -r line; do
		case $line in
		'#'* | '') ;;
		'>'*) step "$line" || return 1 ;;
		*) echo "$line" >>"$dir/expected" ;;
		esac
	done <"$1"
	wait_for 5 is_heard
	[ "$fence" = true ] && fence=false || fence=true
	phone service '"user":"2009","service":"DoNotDisturb","active":'$fence
	wait_for 5 is_fenced || { echo "the event of the fence did not come"; return 1; }
	is_heard
	tail -n +2 "$dir/compared"
	grep -q ^complete "$dir/compared"
}

# After a sequence that went wrong: nothing of it may be left for the next.
clear_up()
{
	local user
	for user in 2000 2001 2002 2003 2004 2005 2006 2007; do
		while bw "{\"cmd\":\"release\",\"user\":\"$user\"}" >/dev/null 2>&1; do :; done
	done
	wait_for 5 is_still
}

is_still()
{
	local before
	before=$(stat -c %s "$dir/cc.jsonl")
	! bw '{"cmd":"truth"}' | grep -q '"call_id"' || return 1
	pause 0.3
	[ "$before" = "$(stat -c %s "$dir/cc.jsonl")" ]
}

judge()
{
	local name
	client '{"cmd":"account"}' >"$dir/account.json"
	for name in events_lost events_duplicated illegal_transitions answers_twice ids_changed invalid problem_count; do
		if [ "$(figure $name)" = 0 ]; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			echo "FAILED: $name is $(figure $name)"
		fi
	done
	[ "$(figure problem_count)" = 0 ] || sed -n '/problems/,/]/p' "$dir/account.json"
}

if ! start_all; then
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi
[ $# -gt 0 ] || set -- "$here"/sequences/*.seq
for file in "$@"; do
	if play "$file" >"$dir/play.out" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $(basename "$file" .seq): $(sed -n 's/^# //p' "$file" | head -n 1)"
		cat "$dir/play.out"
		clear_up
	fi
done
judge
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
