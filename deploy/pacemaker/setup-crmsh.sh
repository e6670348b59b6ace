#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# setup-crmsh.sh [--dry-run] [--qdevice] [--param NAME=VALUE]... [--alert RECIPIENT] ADDRESS[/PREFIX]
#
#   The resources of cib-two-node.xml by crmsh, for a cluster that runs already. ADDRESS is the virtual address of the
#   active node (prefix 24, or 64 for IPv6). Call it on one node. It brings the objects to the form below, whatever they
#   were; calling it again changes nothing. All is loaded at once: no half of it ever runs.
#     --dry-run   prints what would be loaded and changes nothing   --qdevice   there is a third vote: no delay of fencing
#     --param     a parameter of ocf:tandem:tandemd, for instance user=tandem
#     --alert     tells it of takeovers, failures and conditions: snmp:HOST, http://..., https://..., or a file (operations.md)
#   Before it, on a new pair: corosync.conf of the examples, the same authkey on both nodes. Fencing devices:
#   TOOL=crmsh fencing/*.sh.
set -eu
# shellcheck source=deploy/pacemaker/lib.sh
. "$(dirname "$0")/lib.sh"

read_arguments "$@"

wanted()
{
	cat <<C
primitive tandemd ocf:tandem:tandemd \\
	params$params \\
	op start interval=0s timeout=20s op stop interval=0s timeout=20s \\
	op promote interval=0s timeout=30s op demote interval=0s timeout=15s \\
	op monitor interval=1s role=Promoted timeout=5s op monitor interval=3s role=Unpromoted timeout=5s \\
	op monitor interval=31s role=Promoted timeout=10s OCF_CHECK_LEVEL=10 \\
	op monitor interval=33s role=Unpromoted timeout=10s OCF_CHECK_LEVEL=10 \\
	meta priority=1 migration-threshold=1 failure-timeout=60s resource-stickiness=100
clone tandemd-clone tandemd meta promotable=true promoted-max=1 interleave=true notify=false
primitive tandem-ip IPaddr2 params ip="$address" cidr_netmask=$mask \\
	op monitor interval=5s timeout=10s meta failure-timeout=60s
colocation ip-with-active inf: tandem-ip tandemd-clone:Promoted
order active-then-ip Mandatory: tandemd-clone:promote tandem-ip:start symmetrical=false
property dc-deadtime=2s no-quorum-policy=stop stonith-enabled=true priority-fencing-delay=$delay load-threshold=1000% node-action-limit=8
C
	[ -z "$recipient" ] || cat <<C
alert tandem-alert "$alert" select nodes fencing resources attributes { tandemd-condition } to "$recipient"
C
}

if [ -n "$dry" ]; then
	say 'crm configure load update - <<C'
	wanted
	say C
	exit 0
fi
must_run crm crmsh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cibadmin -Q -o configuration >"$work/before.xml"
wanted >"$work/wanted"
# -F: it asks nothing; the messages of what it does not know for certain stay visible
crm -F -w configure load update "$work/wanted" || die "the configuration was not taken"
cibadmin -Q -o configuration >"$work/after.xml"
if cmp -s "$work/before.xml" "$work/after.xml"; then
	say "nothing to change"
else
	say "done: crm_mon shows it"
fi
tell_fencing
