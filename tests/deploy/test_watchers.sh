#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_watchers.sh - the Nagios check, the alert agent and the completion, with stand-ins for what they ask.
set -u
# shellcheck source=tests/deploy/kit.sh
. "$(dirname "$(readlink -f "$0")")/kit.sh"

# --- Nagios -----------------------------------------------------------------------------------------------------

# A stand-in for tandemctl: says what is in $dir/text, ends with what is in $dir/code, notes how it was called.
cat >"$dir/tandemctl" <<'S'
#!/bin/sh
dir=$(dirname "$0")
echo "$*" >"$dir/called"
cat "$dir/text"
exit "$(cat "$dir/code")"
S
chmod +x "$dir/tandemctl"

# nagios CODE-OF-TANDEMCTL ITS-TEXT RC TEXT ARGUMENTS...
nagios()
{
	local rc=$3 text=$4
	echo "$1" >"$dir/code"
	echo "$2" >"$dir/text"
	shift 4
	TANDEMCTL=$dir/tandemctl expect "$rc" "$text" sh deploy/nagios/check_tandem "$@"
}

for code in 0 1 2 3; do
	nagios $code "TANDEM WORD - n2 active | calls=214" $code 'TANDEM WORD - n2 active | calls=214'
	result $? "check: what tandemctl says, with its $code"
done
nagios 0 'TANDEM OK - ' 0 OK -c /x -w 7 -C 70
[ "$(cat "$dir/called")" = '-c /x --warning 7 --critical 70 check' ]
result $? 'check: options are handed on'
nagios 1 'tandemctl: /x:1: nonsense' 3 'UNKNOWN - tandemctl: /x:1: nonsense'
result $? 'check: an error of another form is unknown'
nagios 5 'tandemctl: not permitted' 3 'UNKNOWN - tandemctl: not permitted'
result $? 'check: not permitted: unknown'
nagios 124 '' 2 'CRITICAL - tandemd does not answer'
result $? 'check: no answer: critical'
nagios 0 '' 3 usage -x
result $? 'check: a wrong option is unknown'
nagios 0 '' 3 numbers -w many
result $? 'check: a wrong number is unknown'
if [ -x "$BUILD/tandemctl" ]; then
	TANDEMCTL=$BUILD/tandemctl expect 2 'TANDEM CRITICAL' sh deploy/nagios/check_tandem -c "$dir/no.conf"
	result $? 'check: the real tandemctl, and no daemon'
fi
TANDEMCTL=$dir/nowhere expect 3 "no $dir/nowhere" sh deploy/nagios/check_tandem
result $? 'no tandemctl: unknown'

# --- alerts -----------------------------------------------------------------------------------------------------

mkdir "$dir/bin"
printf '#!/bin/sh\necho "log $*" >>%s/said\n' "$dir" >"$dir/bin/logger"
cat >"$dir/bin/curl" <<'S'
#!/bin/sh
for a; do printf 'curl %s\n' "$a" >>"$(dirname "$0")/../said"; done
S
chmod +x "$dir"/bin/*

# alert TEXT NAME=VALUE...: what was said has TEXT; TEXT "" = nothing was said
alert()
{
	local text=$1
	shift
	rm -f "$dir/said"
	env PATH="$dir/bin:$PATH" CRM_alert_timestamp=12:00 "$@" sh deploy/alerts/tandem-alert.sh
	out=$(cat "$dir/said" 2>/dev/null)
	if [ -z "$text" ]; then [ -z "$out" ]; else [[ $out == *"$text"* ]]; fi
}

alert 'node n2 is lost' CRM_alert_kind=node CRM_alert_node=n2 CRM_alert_desc=lost
result $? 'alert: a node is lost'
alert 'fencing: Operation off of n2 by n1: OK' CRM_alert_kind=fencing CRM_alert_desc='Operation off of n2 by n1: OK'
result $? 'alert: fencing'
r='CRM_alert_kind=resource CRM_alert_rsc=tandemd CRM_alert_node=n1'
# shellcheck disable=SC2086  # words
{
	alert '' $r CRM_alert_task=monitor CRM_alert_rc=8 CRM_alert_target_rc=8
	result $? 'alert: a monitor as expected says nothing'
	alert 'tandemd: monitor failed on n1: not running' $r CRM_alert_task=monitor CRM_alert_rc=7 CRM_alert_target_rc=8 \
		CRM_alert_desc='not running'
	result $? 'alert: a failed monitor'
	alert 'tandemd: degraded on n1: tandemctl check says why' $r CRM_alert_task=monitor CRM_alert_rc=191 CRM_alert_target_rc=8 \
		CRM_alert_desc='promoted (degraded)'
	result $? 'alert: degraded is no failure'
	alert 'tandemd: promote done on n1' $r CRM_alert_task=promote CRM_alert_rc=0 CRM_alert_target_rc=0
	result $? 'alert: a promotion'
	alert '' CRM_alert_kind=resource CRM_alert_rsc=other CRM_alert_task=start CRM_alert_rc=1 CRM_alert_target_rc=0
	result $? 'alert: another resource is none of ours'
}
alert 'curl {"kind":"node","node":"n2","time":"12:00","text":"node n2 is \"lost\\"}' CRM_alert_kind=node CRM_alert_node=n2 \
	CRM_alert_desc='"lost\' CRM_alert_recipient=http://127.0.0.1:1/hook
result $? 'alert: a web hook, and what is in a text ends no string'
alert 'node n2 is lost' CRM_alert_kind=node CRM_alert_node=n2 CRM_alert_desc=lost CRM_alert_recipient="$dir/alerts"
grep -qx '12:00 node n2 is lost' "$dir/alerts"
result $? 'alert: a file'
alert '' CRM_alert_kind=attribute
result $? 'alert: attributes say nothing'

# --- completion ---------------------------------------------------------------------------------------------------

# completed WORD...: what the last word is completed to
completed()
{
	COMP_WORDS=("$BUILD/tandemctl" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_tandemctl
	printf '%s\n' "${COMPREPLY[@]}" | sort -u | xargs
}

if [ ! -x "$BUILD/tandemctl" ]; then
	echo "FAILED: $BUILD/tandemctl is not built"
	failed=$((failed + 1))
	finish
fi
"$BUILD/tandemctl" completion bash >"$dir/completion"
# shellcheck source=/dev/null
. "$dir/completion"
for word in $("$BUILD/tandemctl" --help | awk '/^[a-z]/ { part = $1 } part == "usage:" && /^  [a-z]/ { print $1 }'); do
	[[ " $(completed '') " == *" $word "* ]] || out="$out $word"
done
[ -z "$out" ]
result $? 'completion: every command'
[[ " $(completed st) " == *' status '* && " $(completed st) " != *' ready '* ]]
result $? 'completion: the beginning of a command'
[[ " $(completed --js) " == *' --json '* ]]
result $? 'completion: options'
[[ " $(completed -c x ocf p) " == *' promote '* ]]
result $? 'completion: words of a command'
[ "$(completed log-level de)" = debug ] && [ "$(completed log-level cs)" = csta ]
result $? 'completion: levels'
finish
