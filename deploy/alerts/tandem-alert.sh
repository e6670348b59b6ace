#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# tandem-alert.sh - Pacemaker alert agent: one line for each failure, fencing, loss of a node, takeover and condition.
#
#   setup-pcs.sh or setup-crmsh.sh --alert RECIPIENT makes the alert; a CIB by hand: cib-two-node.xml has its text
#   RECIPIENT: https://example.com/hook    the line as JSON
#              snmp:HOST or snmp:HOST:PORT  traps of TANDEM-CLUSTER-MIB: takeovers and conditions
#              a file                       lines are appended to it
#              none                         syslog, which has everything in any case, alone
#   Instance attributes of the alert: trap_community (public), trap_options (all of snmptrap's options, in place of
#   `-v 2c -c COMMUNITY`: for instance `-v 3 -u tandem -l authPriv ...`).
#
# Pacemaker calls it as user hacluster with CRM_alert_* in the environment and waits for it up to 30 s.
# A condition is the node attribute RESOURCE-condition, which the resource agent sets.  Pacemaker may call again for
# a value that is not new, so what was told last is kept in a folder; where that cannot be, a line may come twice.
# Successful monitors and other attributes say nothing.  Failure: what cannot be told is said in syslog.
set -u

resource=${TANDEM_ALERT_RESOURCE:-tandemd}
curl=${CURL:-curl}
state=${TANDEM_ALERT_STATE:-/var/lib/pacemaker/cores/tandem-alert}
mib=.1.3.6.1.4.1.8072.9999.9999.3740	# tandemMIB

# The words of the attribute, and their numbers in TandemCondition and among the notifications of the MIB.
condition_text()
{
	case $1 in
	ok) echo 'all is well again' ;;
	not-ready) echo 'no standby could take over now (tandemctl ready says why)' ;;
	no-xsp) echo 'no event channel to BroadWorks is open (37510; tandemctl channels)' ;;
	two-actives) echo 'two nodes were active at the same time (37420)' ;;
	desync) echo 'the states of the two nodes differed (37320)' ;;
	*) return 1 ;;
	esac
}

describe()
{
	case ${CRM_alert_kind:-} in
	node)
		printf 'node %s is %s' "${CRM_alert_node:-?}" "${CRM_alert_desc:-?}"
		;;
	fencing)
		printf 'fencing: %s' "${CRM_alert_desc:-?}"
		;;
	attribute)
		[ "${CRM_alert_attribute_name:-}" = "$resource-condition" ] || return 1
		text=$(condition_text "${CRM_alert_attribute_value:-}") || return 1
		printf '%s: %s on %s: %s' "$resource" "$CRM_alert_attribute_value" "${CRM_alert_node:-?}" "$text"
		;;
	resource)
		[ "${CRM_alert_rsc:-}" = "$resource" ] || return 1
		case ${CRM_alert_task:-}/${CRM_alert_rc:-0}/${CRM_alert_target_rc:-0} in
		promote/0/* | demote/0/*)
			printf '%s: %s done on %s' "$resource" "$CRM_alert_task" "${CRM_alert_node:-?}"
			;;
		monitor/190/* | monitor/191/*)
			# it serves, or could; which of the two is in the role, why not well in `tandemctl check`
			printf '%s: degraded on %s: tandemctl check says why' "$resource" "${CRM_alert_node:-?}"
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

# Has this recipient been told of this condition of this node already?  Notes what it is told now.
told_already()
{
	[ "$CRM_alert_kind" = attribute ] || return 1
	[ -d "$state" ] || mkdir -m 700 "$state" 2>/dev/null
	note=$state/$(printf '%s %s %s' "$resource" "${CRM_alert_node:-}" "${CRM_alert_recipient:-}" | cksum | tr ' ' -)
	last=
	[ ! -r "$note" ] || read -r last <"$note"
	[ "$last" != "$CRM_alert_attribute_value" ] || return 0
	{ echo "$CRM_alert_attribute_value" >"$note"; } 2>/dev/null
	return 1
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

# The number of the notification, and that of the condition; fails for what the MIB has none of.
trap_numbers()
{
	case $CRM_alert_kind/${CRM_alert_task:-}/${CRM_alert_rc:-0}/${CRM_alert_attribute_value:-} in
	resource/promote/0/*) echo 1 1 ;;
	attribute/*/not-ready) echo 2 2 ;;
	attribute/*/no-xsp) echo 3 3 ;;
	attribute/*/two-actives) echo 4 4 ;;
	attribute/*/desync) echo 5 5 ;;
	attribute/*/ok) echo 6 1 ;;
	*) return 1 ;;
	esac
}

# send_trap HOST[:PORT]: the options are words, as an administrator wrote them.
send_trap()
{
	numbers=$(trap_numbers) || return 0
	command -v "${SNMPTRAP:-snmptrap}" >/dev/null || { say "not told: no snmptrap here (package snmp)"; return; }
	# shellcheck disable=SC2086 # words
	MIBS='' timeout -k 1 10 "${SNMPTRAP:-snmptrap}" ${trap_options:--v 2c -c "${trap_community:-public}"} "$1" '' \
		"$mib.0.${numbers% *}" "$mib.1.2.1.0" s "${CRM_alert_node:-}" "$mib.1.2.2.0" s "$resource" \
		"$mib.1.2.3.0" i "${numbers#* }" "$mib.1.2.4.0" s "$text" \
		"$mib.1.2.5.0" s "${CRM_alert_timestamp:-}" >/dev/null 2>&1 ||
		say "not told: snmptrap to $1 failed"
}

text=$(describe) || exit 0
! told_already || exit 0
say "$text"
case ${CRM_alert_recipient:-} in
'') ;;
snmp:*) send_trap "${CRM_alert_recipient#snmp:}" ;;
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
