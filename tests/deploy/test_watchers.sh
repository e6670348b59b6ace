#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_watchers.sh - the Nagios check, the alert agent and the completion, with stand-ins for what they ask.
set -u
# shellcheck source=tests/deploy/kit.sh
. "$(dirname "$(readlink -f "$0")")/kit.sh"

# --- Nagios -----------------------------------------------------------------------------------------------------

# A stand-in for tandemctl: answers from $dir/status, $dir/ready; exit codes in $dir/codes "STATUS READY".
cat >"$dir/tandemctl" <<'S'
#!/bin/sh
dir=$(dirname "$0")
read -r status ready <"$dir/codes"
case "$*" in
*status*) cat "$dir/status"; exit "$status" ;;
*ready*) cat "$dir/ready"; exit "$ready" ;;
esac
S
chmod +x "$dir/tandemctl"

# status OWN-ROLE PEER-ROLE BEHIND
status()
{
	cat >"$dir/status" <<S
{
 "schema": "tandemctl/status/1",
 "nodes": [
  {
   "name": "n1",
   "role": "$1",
   "behind": -1,
   "calls": 214,
   "monitors": 3000,
   "clients": 2
  },
  {
   "name": "n2",
   "role": "$2",
   "behind": $3
  }
 ]
}
S
}

# nagios RC TEXT ARGUMENTS...
nagios()
{
	local rc=$1 text=$2
	shift 2
	TANDEMCTL=$dir/tandemctl expect "$rc" "$text" sh deploy/nagios/check_tandem "$@"
}

echo 'READY: n2 can take over' >"$dir/ready"
status active standby 3
echo '0 0' >"$dir/codes"
nagios 0 'TANDEM OK - READY: n2 can take over | calls=214 behind=3;500;5000 clients=2 monitors=3000'
result $? 'OK with its figures'
nagios 1 'TANDEM WARNING - the standby is 3 deltas behind' -w 2
result $? 'behind: warning'
nagios 2 'TANDEM CRITICAL - the standby is 3 deltas behind' -w 1 -C 2
result $? 'behind: critical'
echo 'NOT READY: there is no standby' >"$dir/ready"
echo '0 1' >"$dir/codes"
nagios 1 'WARNING - NOT READY: there is no standby'
result $? 'nobody could take over: warning'
status standby - 0
nagios 2 'CRITICAL - no node is active'
result $? 'nobody serves: critical'
echo '4 4' >"$dir/codes"
nagios 2 'CRITICAL - tandemd does not answer'
result $? 'a dead daemon: critical'
echo '5 5' >"$dir/codes"
nagios 3 'UNKNOWN'
result $? 'not permitted: unknown'
nagios 3 'usage' -x
result $? 'wrong option: unknown'
nagios 3 'numbers' -w many
result $? 'wrong number: unknown'
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

# shellcheck source=deploy/bash-completion/tandemctl
. deploy/bash-completion/tandemctl
if [ ! -x "$BUILD/tandemctl" ]; then
	echo "FAILED: $BUILD/tandemctl is not built"
	failed=$((failed + 1))
	finish
fi
want=$("$BUILD/tandemctl" --help | awk '/^[a-z]/ { part = $1 } part == "usage:" && /^  [a-z]/ { print $1 }' | sort -u | xargs)
out=$(completed '')
[ -n "$want" ] && [ "$out" = "$want" ]
result $? 'completion: every command'
[ "$(completed st)" = "$(printf '%s\n' $want | grep '^st' | xargs)" ]
result $? 'completion: the beginning of a command'
[[ " $(completed --js) " == *' --json '* ]]
result $? 'completion: options'
[[ " $(completed -c x ocf p) " == *' promote '* ]]
result $? 'completion: words of a command'
[ "$(completed log-level d)" = debug ]
result $? 'completion: levels'
finish
