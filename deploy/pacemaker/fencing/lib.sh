# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the fencing examples share: device NAME NODE AGENT KEY=VALUE..., with pcs or crmsh, once.

dry=
[ "${1:-}" != --dry-run ] || { dry=1; shift; }
tool=${TOOL:-pcs}

run()
{
	if [ -n "$dry" ]; then
		printf '%s\n' "$*"
	else
		"$@"
	fi
}

exists()
{
	[ -z "$dry" ] && cibadmin -Q -A "//primitive[@id='$1']" >/dev/null 2>&1
}

# A device that ends NODE and therefore does not run there.
device()
{
	name=$1 node=$2 agent=$3
	shift 3
	if exists "$name"; then
		echo "$name is there already"
		return
	fi
	if [ "$tool" = crmsh ]; then
		run crm -F configure primitive "$name" "stonith:$agent" params pcmk_host_list="$node" "$@" \
			op monitor interval=60s timeout=30s
		run crm -F configure location "$name-not-on-$node" "$name" -inf: "$node"
	else
		run pcs stonith create "$name" "$agent" pcmk_host_list="$node" "$@" op monitor interval=60s timeout=30s
		run pcs constraint location "$name" avoids "$node"
	fi
}

switch_on()
{
	run crm_attribute -t crm_config -n stonith-enabled -v true
}
