# shellcheck shell=sh disable=SC2034
# SPDX-License-Identifier: Apache-2.0
#
# What setup-pcs.sh and setup-crmsh.sh share: the command line, and what must be there first.

address='' mask=24 dry='' delay=2s params=' config=/etc/tandem/tandem.conf' recipient=''
alert=${TANDEM_ALERT_AGENT:-/usr/share/tandem/alerts/tandem-alert.sh}

usage()
{
	sed -n '4,/^set -/{/^set -/d; s/^# \{0,1\}//p}' "$0" >&2
	exit 2
}

die()
{
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

say()
{
	printf '%s\n' "$*"
}

# A parameter of the agent; several with a blank between them, so none in a value.
add_param()
{
	case $1 in
	*[!A-Za-z0-9_./:=-]* | =* | *=*=*) die "no parameter of the agent: $1" ;;
	config=?*) params=" $1${params# config=/etc/tandem/tandem.conf}" ;;
	[a-z]*=?*) params="$params $1" ;;
	*) die "no parameter of the agent: $1" ;;
	esac
}

# Whom the alert agent tells: it ends no quoted text, in XML or in a command.
set_recipient()
{
	case $1 in
	snmp:?* | http://?* | https://?* | /?*) ;;
	*) die "no recipient of alerts: $1 (snmp:HOST, http://..., https://..., or a file)" ;;
	esac
	case $1 in *[!][A-Za-z0-9_./:@%+?=,~-]*) die "no recipient of alerts: $1" ;; esac
	recipient=$1
}

# The attribute that an alert is to be called for.  pcs knows no selections, so this is for cibadmin.
alert_xml()
{
	cat <<X
<alert id="tandem-alert" path="$alert"><select><select_nodes/><select_fencing/><select_resources/><select_attributes><attribute id="tandem-alert-condition" name="tandemd-condition"/></select_attributes></select><recipient id="tandem-alert-1" value="$recipient"/></alert>
X
}

read_arguments()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--dry-run) dry=1 ;;
		--qdevice) delay=0 ;;
		--param) [ $# -gt 1 ] || usage; add_param "$2"; shift ;;
		--alert) [ $# -gt 1 ] || usage; set_recipient "$2"; shift ;;
		-*) usage ;;
		*) [ -z "$address" ] || usage; address=$1 ;;
		esac
		shift
	done
	case $address in
	*/*) mask=${address#*/} address=${address%/*} ;;
	*:*) mask=64 ;;
	esac
	case $address in '' | *[!0-9a-fA-F.:]*) usage ;; esac
	case $mask in '' | *[!0-9]*) usage ;; esac
}

# A cluster that runs, and as whom we may change it.
must_run()
{
	command -v "$1" >/dev/null || die "no $1 here: apt-get install $2"
	cibadmin -Q >/dev/null 2>&1 ||
		die "Pacemaker does not answer on this node (as root, after: systemctl start corosync pacemaker)"
	nodes=$(crm_node -l | grep -c ' member$')
	[ "$nodes" = 2 ] || say "note: $nodes of 2 nodes are members of the cluster now"
	crm_resource --show-metadata ocf:tandem:tandemd >/dev/null 2>&1 ||
		die "no agent ocf:tandem:tandemd here: apt-get install tandem-resource-agent, on both nodes"
}

# id_exists ID: is it in the CIB (or in the file CIB_file)?
id_exists()
{
	cibadmin -Q -A "//*[@id='$1']" >/dev/null 2>&1
}

# Nothing starts while fencing is demanded and there is nothing to fence with.
tell_fencing()
{
	if ! cibadmin -Q -A "//primitive[@class='stonith']" >/dev/null 2>&1; then
		say "No fencing device yet: nothing starts until there is one (fencing/ipmi.sh, libvirt.sh, sbd.sh)."
	fi
}
