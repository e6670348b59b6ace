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
finish
