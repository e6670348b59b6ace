#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# tandem-alert.sh - Pacemaker alert agent: one line for each failure, fencing and loss of a node.
#
#   pcs alert create path=/usr/share/tandem/alerts/tandem-alert.sh id=tandem-alert
#   pcs alert recipient add tandem-alert value=https://example.com/hook    (or a file, or nothing: syslog alone)
#
# Pacemaker calls it as user hacluster with CRM_alert_* in the environment and waits for it up to 30 s.
# A recipient that begins with http gets the line as JSON; any other is a file that lines are appended to.
# Successful monitors and changes of attributes say nothing.  Failure: what cannot be told is said in syslog.
set -u

resource=${TANDEM_ALERT_RESOURCE:-tandemd}
curl=${CURL:-curl}

describe()
{
	case ${CRM_alert_kind:-} in
	node)
		printf 'node %s is %s' "${CRM_alert_node:-?}" "${CRM_alert_desc:-?}"
		;;
	fencing)
		printf 'fencing: %s' "${CRM_alert_desc:-?}"
		;;
	resource)
		[ "${CRM_alert_rsc:-}" = "$resource" ] || return 1
		case ${CRM_alert_task:-}/${CRM_alert_rc:-0}/${CRM_alert_target_rc:-0} in
		promote/0/* | demote/0/*)
			printf '%s: %s done on %s' "$resource" "$CRM_alert_task" "${CRM_alert_node:-?}"
			;;
		*)
			# what was expected is no news: 8 is the answer of a promoted instance
			[ "${CRM_alert_rc:-0}" != "${CRM_alert_target_rc:-0}" ] || return 1
			printf '%s: %s failed on %s: %s' "$resource" "${CRM_alert_task:-?}" \
				"${CRM_alert_node:-?}" "${CRM_alert_desc:-?}"
			;;
		esac
		;;
	*) return 1 ;;
	esac
}

# Of a text that comes from outside nothing may end the JSON string.
quoted()
{
	printf '%s' "$1" | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g'
}

say()
{
	logger -t tandem-alert -p daemon.warning -- "$1"
}

text=$(describe) || exit 0
say "$text"
case ${CRM_alert_recipient:-} in
'') ;;
http://* | https://*)
	body=$(printf '{"kind":"%s","node":"%s","time":"%s","text":"%s"}' "$(quoted "${CRM_alert_kind:-}")" \
		"$(quoted "${CRM_alert_node:-}")" "$(quoted "${CRM_alert_timestamp:-}")" "$(quoted "$text")")
	$curl -sS -m 10 -H 'Content-Type: application/json' -d "$body" "$CRM_alert_recipient" >/dev/null 2>&1 ||
		say "not told: $CRM_alert_recipient does not answer"
	;;
*)
	printf '%s %s\n' "${CRM_alert_timestamp:-}" "$text" >>"$CRM_alert_recipient" ||
		say "not told: cannot write $CRM_alert_recipient"
	;;
esac
exit 0
