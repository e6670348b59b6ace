#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# setup-pcs.sh [--dry-run] [--qdevice] [--param NAME=VALUE]... [--alert RECIPIENT] ADDRESS[/PREFIX]
#
#   The resources of cib-two-node.xml by pcs, for a cluster that runs already. ADDRESS is the virtual address of the
#   active node (prefix 24, or 64 for IPv6). Call it on one node. What is there already stays as it is, but for the
#   address and the properties; calling it again changes nothing. All is loaded at once: no half of it ever runs.
#     --dry-run   prints the commands and changes nothing     --qdevice   there is a third vote: no delay of fencing
#     --param     a parameter of ocf:tandem:tandemd, for instance user=tandem
#     --alert     tells it of takeovers, failures and conditions: snmp:HOST, http://..., https://..., or a file (operations.md)
#   Before it, on a new pair: apt-get install pcs; pcs host auth n1 n2; pcs cluster setup tandem n1 n2 - or corosync.conf
#   of the examples. Fencing devices: fencing/*.sh.
set -eu
# shellcheck source=deploy/pacemaker/lib.sh
. "$(dirname "$0")/lib.sh"

read_arguments "$@"

# The commands work on a copy of the configuration; a dry run has none and prints what would be done on an empty one.
pcs_on_copy()
{
	if [ -n "$dry" ]; then
		printf 'pcs -f %s' "$copy"
		printf ' %s' "$@"
		printf '\n'
	else
		pcs -f "$copy" "$@" || die "pcs $* failed"
	fi
}

is_new()
{
	[ -z "$dry" ] || return 0
	if CIB_file=$copy id_exists "$1"; then
		say "$1: there already"
		return 1
	fi
}

make_alert()
{
	[ -n "$recipient" ] || return 0
	is_new tandem-alert || return 0
	if [ -n "$dry" ]; then
		printf "CIB_file=%s cibadmin -M -c -o alerts --xml-text '<alerts>%s</alerts>'\n" "$copy" "$(alert_xml)"
	else
		CIB_file=$copy cibadmin -M -c -o alerts --xml-text "<alerts>$(alert_xml)</alerts>" ||
			die "the alert was not taken"
	fi
}

make_all()
{
	pcs_on_copy property set dc-deadtime=2s no-quorum-policy=stop stonith-enabled=true priority-fencing-delay="$delay" \
		load-threshold=1000% node-action-limit=8
	# shellcheck disable=SC2086 # params are words
	is_new tandemd && pcs_on_copy resource create --no-default-ops tandemd ocf:tandem:tandemd \
		$params \
		op start interval=0s timeout=20s op stop interval=0s timeout=20s \
		op promote interval=0s timeout=30s op demote interval=0s timeout=15s \
		op monitor interval=1s role=Promoted timeout=5s op monitor interval=3s role=Unpromoted timeout=5s \
		op monitor interval=31s role=Promoted timeout=10s OCF_CHECK_LEVEL=10 \
		op monitor interval=33s role=Unpromoted timeout=10s OCF_CHECK_LEVEL=10 \
		meta priority=1 migration-threshold=1 failure-timeout=60s resource-stickiness=100 \
		promotable promoted-max=1 interleave=true notify=false
	if is_new tandem-ip; then
		pcs_on_copy resource create --no-default-ops tandem-ip ocf:heartbeat:IPaddr2 ip="$address" cidr_netmask="$mask" \
			op monitor interval=5s timeout=10s meta failure-timeout=60s
	else
		pcs_on_copy resource update tandem-ip ip="$address" cidr_netmask="$mask"
	fi
	is_new ip-with-active && pcs_on_copy constraint colocation add tandem-ip with Promoted tandemd-clone INFINITY \
		id=ip-with-active
	# not symmetrical: the address need not be gone before the node is demoted
	is_new active-then-ip && pcs_on_copy constraint order promote tandemd-clone 'then' start tandem-ip \
		kind=Mandatory symmetrical=false id=active-then-ip
	make_alert
}

if [ -n "$dry" ]; then
	copy=tandem.cib
	say "pcs cluster cib $copy"
	make_all
	say "pcs cluster cib-push $copy"
	exit 0
fi
must_run pcs pcs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
copy=$work/cib.xml
pcs cluster cib "$copy" || die "the configuration cannot be read"
cp "$copy" "$work/before.xml"
make_all
if cmp -s "$copy" "$work/before.xml" || [ -z "$(crm_diff --no-version -o "$work/before.xml" -n "$copy")" ]; then
	say "nothing to change"
else
	# only what differs is loaded, so that what others changed meanwhile stays
	pcs cluster cib-push "$copy" diff-against="$work/before.xml" || die "the configuration was not taken"
	say "done: crm_mon shows it"
fi
tell_fencing
