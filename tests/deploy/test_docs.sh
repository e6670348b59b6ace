#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_docs.sh - the documents for users name nothing that does not exist: commands and options, keys, messages, errors, goals of
# make, faults, installed files, and places that links lead to.
#
# shellcheck disable=SC2154 # dir is set by kit.sh
set -u
shopt -s extglob
# shellcheck source=tests/deploy/kit.sh
. "$(dirname "$(readlink -f "$0")")/kit.sh"
docs=(README.md docs/getting-started.md docs/operations.md docs/integrating.md)

# --- what there is ----------------------------------------------------------------------------------------------

# Words with a hyphen that stand between backquotes and are neither keys nor faults nor files of ours.
other_words='apt-get cluster-data stonith-enabled stonith-timeout priority-fencing-delay failure-timeout resource-stickiness maintenance-mode
	corosync-qnetd corosync-qdevice corosync-keygen corosync-qdevice-net-certutil fence-agents tandem-ip tandemd-clone tandem-resource-agent nul annex-j read-only
	tandem-alert.sh setup-pcs.sh setup-crmsh.sh two-node.conf two-node-qdevice.conf tandemd-condition not-ready no-xsp two-actives'

gather()
{
	"$BUILD/tandemctl" --help >"$dir/ctl.help"
	awk '/^[a-z]/ { part = $1 } part == "usage:" && /^  [a-z]/ { n = split($1, w, "|"); for (i = 1; i <= n; i++) print w[i] }' \
		"$dir/ctl.help" >"$dir/ctl.commands"
	grep -oE '(^|[ ,])--?[a-zA-Z][a-z-]*' "$dir/ctl.help" | tr -d ' ,' | sort -u >"$dir/ctl.options"
	echo --help >>"$dir/ctl.options"
	"$BUILD/tandemd" -h | grep -oE '(^|[ [])-[A-Za-z]( |\]|$)' | tr -dc 'A-Za-z\n' | sort -u >"$dir/daemon.options"
	sed -n 's/^LOG_MESSAGE(\(37[0-9]*\),.*/\1/p' proto/base/messages.def >"$dir/messages"
	sed -n 's/^	XX("\([a-z]*\)", "\([a-z-]*\)",.*/\1 \2/p' daemon/conf_keys.h >"$dir/keys"
	sed -n '/define CSTA_ERRORS/,/^$/p' proto/csta_msg.h | grep -oE 'XX\([a-zA-Z]+, [a-zA-Z]+\)' |
		sed 's/XX(//; s/, / /; s/)//; s| |/|' >"$dir/errors"
	grep -oE '^[a-z][a-z-]*:' Makefile | tr -d : | sort -u >"$dir/goals"
	for fault in tests/live/*.sh; do basename "$fault" .sh; done >"$dir/faults"
	sed -n 's|^[0-7]* |/|p' tests/deploy/install.list >"$dir/installed"
}

# --- what is named ------------------------------------------------------------------------------------------------

# Text between backquotes, and lines of blocks; each with FILE:LINE: before it.
code_of()
{
	awk 'FNR == 1 { block = 0 }
		/^```/ { block = !block; next }
		block || /^    / { print FILENAME ":" FNR ": " $0; next }
		{ line = $0
		  while (match(line, /`[^`]*`/)) {
			print FILENAME ":" FNR ": " substr(line, RSTART + 1, RLENGTH - 2)
			line = substr(line, RSTART + RLENGTH) } }' "$@"
}

known() { grep -qxF -e "$1" "$dir/$2"; }

# calls_of PROGRAM FILE...: "FILE:LINE: WORDS", what stands behind a program up to the end of its command.
calls_of()
{
	local program=$1
	shift
	code_of "$@" | awk -v p="$program" '
		{ at = $1; line = " " substr($0, length(at) + 2)
		  while (match(line, "[^-a-zA-Z/._](build/)?" p " +[^ ;|)&#][^;|)&#]*")) {
			call = substr(line, RSTART, RLENGTH)
			before = substr(line, 1, RSTART)
			line = substr(line, RSTART + RLENGTH)
			sub(".(build/)?" p " +", "", call)
			if (before !~ /apt-get install|pidof|enable|-[ru] *$/) print at, call
		  } }'
}

# wrong_call FILE:LINE: WORD...: options, then a command
wrong_call()
{
	local at=$1 word
	shift
	while [ $# -gt 0 ]; do
		word=${1%%=*}
		word=${word%[.,:]}
		shift
		case $word in
		[a-z]*)
			known "$word" ctl.commands || echo "$at no command $word of tandemctl"
			while [ $# -gt 0 ]; do
				case $1 in --*) known "${1%%=*}" ctl.options || echo "$at no option $1 of tandemctl" ;; esac
				shift
			done
			;;
		-*)
			known "$word" ctl.options || echo "$at no option $word of tandemctl"
			case $word in -c | -s | --state) [ $# = 0 ] || shift ;; esac
			;;
		*) return ;;
		esac
	done
}

wrong_commands()
{
	local at line word
	set -f
	while read -r at line; do
		# shellcheck disable=SC2086 # words
		wrong_call "$at" $line
	done < <(calls_of tandemctl "$@")
	while read -r at line; do
		for word in $(grep -oE '(^| )-[A-Za-z]\b' <<<"$line" | tr -d ' -'); do
			known "$word" daemon.options || echo "$at no option -$word of tandemd"
		done
	done < <(calls_of tandemd "$@")
	set +f
}

wrong_messages()
{
	grep -noHE '(^|[^0-9a-zA-Z])37[0-9]{3}([^0-9a-zA-Z]|$)' "$@" | while IFS=: read -r file line text; do
		text=${text//[!0-9]/}
		known "$text" messages || echo "$file:$line: no message $text"
	done
}

# Keys of blocks "ini", by section; "[section] key" and "key = value" between backquotes; bare words with a hyphen.
wrong_keys()
{
	local at text word
	awk -v keys="$dir/keys" '
		BEGIN { while ((getline line < keys) > 0) known[line] = 1 }
		FNR == 1 { ini = 0 }
		/^```/ { ini = /^```ini/; section = ""; next }
		!ini { next }
		/^\[/ { section = $1; gsub(/[][]/, "", section); next }
		/^[a-z-]+ *=/ { if (!((section " " $1) in known)) print FILENAME ":" FNR ": no key " $1 " of [" section "]" }' "$@"
	code_of "$@" | while read -r at text; do
		case $text in
		'['[a-z]*'] '[a-z]*)
			word=${text#*] }
			known "$(tr -d '[]' <<<"${text%%]*}" | cut -d' ' -f1) ${word%% *}" keys || echo "$at no key $text"
			;;
		[a-z]*([a-z-])' = '*) cut -d' ' -f2 "$dir/keys" | grep -qxF -e "${text%% *}" || echo "$at no key $text" ;;
		*[!a-z-]* | *-) ;;
		[a-z]*-*)
			cut -d' ' -f2 "$dir/keys" | grep -qxF -e "$text" || known "$text" faults ||
				grep -qwF -e "$text" <<<"$other_words" || echo "$at what is $text?"
			;;
		esac
	done
}

wrong_errors()
{
	grep -noHE '(operation|stateIncompatibility|systemResourceAvailibility|subscribedResourceAvailability|performanceManagement)/[a-zA-Z]+' "$@" |
		while IFS=: read -r file line text; do
			known "$text" errors || echo "$file:$line: no error $text"
		done
}

wrong_goals()
{
	local at word
	calls_of make "$@" | while read -r at text; do
		for word in $text; do
			case $word in
			FAULT=*) for fault in $(tr , ' ' <<<"${word#FAULT=}"); do
				[ "$fault" = all ] || known "$fault" faults || echo "$at no fault $fault"
			done ;;
			[a-z]*) known "$word" goals || echo "$at no goal $word" ;;
			esac
		done
	done
	code_of "$@" | grep -oE '^[^ ]+ |/usr/(share/(doc/)?tandem|lib/nagios)/[-a-zA-Z0-9_./]*[a-z]' |
		awk '/^[^ ]+:[0-9]+: $/ { at = $0; next } { print at $0 }' | while read -r at word; do
		known "$word" installed || grep -qF -e "$word/" "$dir/installed" ||
			[[ $word == /usr/share/tandem/@(prometheus|grafana) || $word == *.md ]] || echo "$at not installed: $word"
	done
}

all_wrong()
{
	local check
	for check in commands messages keys errors goals links; do
		"wrong_$check" "$@"
	done
}

# --- the cases ---------------------------------------------------------------------------------------------------------

[ -x "$BUILD/tandemctl" ] && [ -x "$BUILD/tandemd" ] || { echo "FAILED: $BUILD/tandemctl is not built"; exit 1; }
gather
for list in ctl.commands ctl.options daemon.options messages keys errors goals faults installed; do
	[ "$(wc -l <"$dir/$list")" -ge 4 ]
	result $? "what there is: $list"
done
for check in commands messages keys errors goals; do
	out=$("wrong_$check" "${docs[@]}")
	[ -z "$out" ]
	result $? "$check that the documents name exist"
done
out=$(wrong_links README.md ARCHITECTURE.md HACKING.md NEWS.md docs/*.md tests/*/README.md)
[ -z "$out" ]
result $? 'links lead somewhere'
for number in $(sed -nE 's/^LOG_MESSAGE\((37[0-9]*), [A-Z_0-9]*, (ALARM|WARNING),.*/\1/p' proto/base/messages.def); do
	grep -qE "^\| $number \|" docs/operations.md || out="$out $number"
done
[ -z "$out" ]
result $? 'docs/operations.md has every alarm and warning'

# Each of these must be seen.
cat >"$dir/planted.md" <<'X'
# Planted
`tandemctl dance`, `tandemctl --loud status`, `tandemd -z`, 37999, `[csta] colour`, `colour = red`, `no-such-key`, `operation/noSuchError`,
`make nonsense`, `make demo FAULT=rain`, `/usr/share/tandem/nothing.sh`, [a](nowhere.md), [b](#nowhere)
```ini
[node]
listen = x
```
X
seen=$(all_wrong "$dir/planted.md")
for text in 'no command dance' 'no option --loud' 'no option -z' 'no message 37999' 'no key [csta] colour' 'no key colour' \
	'what is no-such-key' 'no error operation/noSuchError' 'no goal nonsense' 'no fault rain' 'not installed' 'no nowhere.md' \
	'no heading for #nowhere' 'no key listen of [node]'; do
	out=$seen
	grep -qF -e "$text" <<<"$seen"
	result $? "is seen: $text"
done
finish
