#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_agent.sh - the agent's meta-data against the schemas of those who read it. What it does is tested in tests/lab.
set -u
# shellcheck source=tests/deploy/kit.sh
. "$(dirname "$(readlink -f "$0")")/kit.sh"
agent=deploy/ocf/tandemd
export OCF_ROOT=/usr/lib/ocf

[ -e "$OCF_ROOT/lib/heartbeat/ocf-shellfuncs" ] || { echo 'resource-agents is not installed'; exit 77; }
sh $agent meta-data >"$dir/meta.xml"
result $? 'meta-data'

# schema FILE WHAT: the document type and what a schema knows nothing of stay away
schema()
{
	if [ ! -r "$1" ]; then
		skipped=$((skipped + 1))
		echo "skip: $2: no $1"
		return
	fi
	out=$(sed "/^<!DOCTYPE/,/^]>/d; ${3:-}" "$dir/meta.xml" | xmllint --noout --relaxng "$1" - 2>&1)
	result $? "$2"
}

# resource-agents' schema is older than the attribute by which OCF 1.1 marks what a reload changes
schema /usr/share/resource-agents/metadata.rng "the schema of resource-agents" 's/ reloadable="1"//'
schema /usr/share/pcs/data/ocf-1.1.rng 'OCF 1.1, as pcs has it'
if [ -r /usr/share/resource-agents/ra-api-1.dtd ]; then
	out=$(cd /usr/share/resource-agents && xmllint --noout --valid - <"$dir/meta.xml" 2>&1)
	result $? 'the document type of resource-agents'
	out=$(cd /usr/share/resource-agents && sed 's/name="promote"/name="dance"/' "$dir/meta.xml" | xmllint --noout --valid - 2>&1)
	[ $? != 0 ]
	result $? 'it sees an action that is none'
fi
# what it offers is what it does
for action in $(xmllint --xpath '//action/@name' "$dir/meta.xml" 2>/dev/null | tr ' ' '\n' | sed -n 's/name="\(.*\)"/\1/p' | sort -u); do
	grep -q "^$action) " $agent || { out=$action; false; }
	result $? "action $action"
done
# every parameter has the default in the meta-data that it has in the script
for parameter in $(xmllint --xpath '//parameter/@name' "$dir/meta.xml" 2>/dev/null | tr ' ' '\n' | sed -n 's/name="\(.*\)"/\1/p'); do
	value=$(xmllint --xpath "string(//parameter[@name='$parameter']/content/@default)" "$dir/meta.xml" 2>/dev/null)
	grep -qF ": \"\${OCF_RESKEY_$parameter=$value}\"" $agent
	result $? "default of $parameter"
done
OCF_RESKEY_ctl=/bin/true OCF_RESKEY_binary=$dir/nowhere expect 5 'is no program' sh $agent validate-all
result $? 'validate-all: not installed'
expect 3 usage sh $agent dance
result $? 'an action that is none'
# $1 is what systemd tells Pacemaker's children: a connector under Pacemaker tells systemd nothing
grep -q 'env -u NOTIFY_SOCKET -u WATCHDOG_USEC -u WATCHDOG_PID' $agent
result $? 'the environment of systemd is not handed on'

# --- the condition, with stand-ins for tandemctl and Pacemaker's tools --------------------------------------------------

mkdir "$dir/bin" "$dir/tmp"
cat >"$dir/bin/ctl" <<'S'
#!/bin/sh
case $4 in
condition) cat "$(dirname "$0")/condition" ;;
score) echo 1000 ;;
*) exit 8 ;;
esac
S
printf '#!/bin/sh\necho "$*" >>%s/told\nexit "$(cat %s/bin/rc)"\n' "$dir" "$dir" >"$dir/bin/attrd_updater"
printf '#!/bin/sh\n' >"$dir/bin/crm_attribute"
chmod +x "$dir"/bin/*
echo 0 >"$dir/bin/rc"

# monitor CONDITION: the agent's monitor when tandemd says this; $told is what the cluster was told
monitor()
{
	echo "$1" >"$dir/bin/condition"
	: >"$dir/told"
	HA_SBIN_DIR=$dir/bin HA_RSCTMP=$dir/tmp OCF_RESOURCE_INSTANCE=tandemd OCF_RESKEY_CRM_meta_interval=${interval:-1000} \
		OCF_RESKEY_CRM_meta_timeout=5000 OCF_RESKEY_ctl=$dir/bin/ctl expect 8 '' sh $agent monitor
	told=$(cat "$dir/told")
}
interval=0 monitor ok
[ -z "$told" ]
result $? 'a probe tells no condition'
monitor ok
[ "$told" = '-n tandemd-condition -U ok' ]
result $? 'the first condition is told'
monitor ok
[ -z "$told" ]
result $? 'the same again is not'
monitor no-xsp
[ "$told" = '-n tandemd-condition -U no-xsp' ]
result $? 'another one is'
monitor -
first=$told
monitor 'rubbish here'
[ -z "$first$told" ]
result $? 'one that is not judged, or is none, leaves it as it is'
echo 1 >"$dir/bin/rc"
monitor ok
first=$told
monitor ok
[ "$first" = '-n tandemd-condition -U ok' ] && [ "$told" = "$first" ]
result $? 'what could not be told is told by the next monitor'
echo 0 >"$dir/bin/rc"
read -r up _ </proc/uptime
echo "${up%%.*}" >"$dir/tmp/tandemd-tandemd.role"
monitor desync
[ -z "$told" ]
result $? 'a role that is new: not now, or a takeover would be calculated again'
rm "$dir/tmp/tandemd-tandemd.role"
touch -d '2 minutes ago' "$dir/tmp/tandemd-tandemd.condition"
monitor no-xsp
[ "$told" = '-n tandemd-condition -U no-xsp' ]
result $? 'an old record is told again'
finish
