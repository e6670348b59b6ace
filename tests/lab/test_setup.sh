#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_setup.sh - setup-pcs.sh and setup-crmsh.sh each build a running pair from an empty configuration, side by side in
# two labs. Judged by what Pacemaker runs, and by the shipped CIB: the same resources, parameters and constraints.
#
# timeout: 300
set -u
PATH=$PATH:/usr/sbin:/sbin

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
BUILD=$(readlink -m "${BUILD:-$top/build}")
export BUILD CIB_AGENT=none
passed=0 failed=0 skipped=0

result()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok: $tool: $2"
	else
		failed=$((failed + 1))
		echo "FAILED: $tool: $2"
		[ -z "${out:-}" ] || head -n 20 <<<"$out" | sed 's/^/    /'
	fi
	out=
}

finish()
{
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && exit 0
	exit 1
}

write_conf()
{
	mkdir -p "$LAB/$1/fs/tandem/state"
	cat >"$LAB/$1/fs/tandem/tandem.conf" <<C
[node]
name = $1
state-dir = /run/tandem/state
log-file = /run/tandem/tandemd.log
[csta]
user = demo
password = demo
virtual-address = 10.77.0.50
[broadworks]
xsp = 10.77.0.11:8080
user = admin@demo.example
password = secret
default-domain = demo.example
C
	# Pacemaker calls it as user hacluster
	cp "$top/deploy/alerts/tandem-alert.sh" "$LAB/$1/fs/tandem/alert.sh" && : >"$LAB/$1/fs/tandem/alerts" &&
		chmod 755 "$LAB/$1/fs/tandem/alert.sh" && chmod 666 "$LAB/$1/fs/tandem/alerts"
}

# setup [OPTION...]: on n1, as an operator calls it
setup()
{
	lab_in n1 env TANDEM_ALERT_AGENT=/run/tandem/alert.sh sh "$top/deploy/pacemaker/setup-$tool.sh" "$@" \
		--alert /run/tandem/alerts --param config=/run/tandem/tandem.conf \
		--param "binary=$LAB/bin/tandemd" --param "ctl=$LAB/bin/tandemctl" --param log=/run/tandem/tandemd.out 10.77.0.50
}

fence()
{
	if [ "$tool" = pcs ]; then
		lab_in n1 pcs stonith create fence-lab fence_lab pcmk_host_list='n1 n2' switch="$LAB/power"
	else
		lab_in n1 crm -F configure primitive fence-lab stonith:fence_lab params pcmk_host_list='n1 n2' "switch=$LAB/power"
	fi
}

# One line for each thing that a configuration says of ours, whatever the ids inside it are.
said()
{
	xmllint --format - | awk '
		function attribute(name,   at) {
			if (!match($0, " " name "=\"[^\"]*\"")) return "-"
			at = substr($0, RSTART, RLENGTH)
			sub(/^[^"]*"/, "", at); sub(/"$/, "", at)
			return at
		}
		function seconds(v) { sub(/s$/, "", v); return v }
		/<primitive / { primitive = attribute("id"); where = primitive; if (primitive ~ /^fence/) where = "" }
		/<clone / { where = clone = attribute("id") }
		/<crm_config/ { where = "cluster" }
		/<op / { op = " op " attribute("name") " " seconds(attribute("interval")) " " attribute("role")
			if (where != "") print where op " timeout " seconds(attribute("timeout")) }
		/<op .*\/>/ || /<\/op>/ { op = "" }
		/<nvpair / && where == "cluster" &&
			attribute("name") !~ /^(dc-deadtime|stonith-enabled|no-quorum-policy|priority-fencing-delay|load-threshold|node-action-limit)$/ { next }
		/<nvpair / && where != "" { print where op " " attribute("name") "=" attribute("value") }
		/<rsc_colocation / { print "with", attribute("rsc"), attribute("with-rsc"), attribute("with-rsc-role"), attribute("score") }
		/<rsc_order / { print "order", attribute("first"), attribute("first-action"), attribute("then"), attribute("then-action"),
			attribute("symmetrical") }
		/<\/primitive>/ { where = clone }
		/<\/clone>/ { where = clone = "" }
		/<\/configuration>/ { exit }' | sort
}

# The shipped CIB with the lab's address and programs.
wanted()
{
	sed -e 's/192\.0\.2\.10"/10.77.0.50"/' -e 's|"/etc/tandem/tandem.conf"|"/run/tandem/tandem.conf"|' \
		-e "s|\"/usr/sbin/tandemd\"|\"$LAB/bin/tandemd\"|; s|\"/usr/bin/tandemctl\"|\"$LAB/bin/tandemctl\"|" \
		-e 's|"/var/log/tandem/tandemd.out"|"/run/tandem/tandemd.out"|' "$top/deploy/pacemaker/cib-two-node.xml" | said
}

# shellcheck disable=SC2317 # called by lab_wait
serves()
{
	active=$("$here/lab" promoted 2>/dev/null) && lab_in "$active" ip -o addr show | grep -q '10\.77\.0\.50/24'
}

# shellcheck disable=SC2317 # called by lab_wait
was_told()
{
	grep -q "$1" "$LAB/n1/fs/tandem/alerts" "$LAB/n2/fs/tandem/alerts"
}

configuration()
{
	lab_in n1 cibadmin -Q -o configuration
}

build()
{
	local before
	if ! "$here/lab" up || ! { write_conf n1 && write_conf n2 && "$here/lab" start; }; then
		result 1 'the lab starts with an empty configuration'
		return
	fi
	before=$(configuration)
	out=$(setup --dry-run 2>&1) && grep -q tandemd-clone <<<"$out" && [ "$(configuration)" = "$before" ]
	result $? 'a dry run prints and changes nothing'
	out=$(setup 2>&1) && grep -q '^done' <<<"$out" && grep -q 'No fencing device yet' <<<"$out"
	result $? 'the resources are made, and what is missing is said'
	out=$(fence 2>&1)
	result $? 'a fencing device'
	lab_wait 60 serves
	result $? "one node is promoted and has the address (${active:-none})"
	out=$(lab_in n1 crm_verify -L -V 2>&1) && [ -z "$out" ]
	result $? "crm_verify${out:+: $out}"
	[ "$(wanted | wc -l)" -gt 20 ] && out=$(diff <(wanted) <(configuration | said))
	result $? 'the configuration says what the shipped one says'
	before=$(configuration)
	out=$(setup 2>&1) && grep -q 'nothing to change' <<<"$out" && [ "$(configuration)" = "$before" ]
	result $? 'a second call changes nothing'
	out=$(setup --qdevice 2>&1) && configuration | grep -q 'name="priority-fencing-delay" value="0"' && serves
	result $? 'a third vote takes the delay away, and nothing stops'
	lab_wait 10 was_told "tandemd: promote done on $active"
	result $? 'the alert agent was told of the promotion'
	lab_wait 60 was_told "tandemd: no-xsp on $active: no event channel"
	result $? 'and that there is no BroadWorks here, once the node had its time to find one'
}

test_tool()
{
	tool=$1
	LAB=$BUILD/lab-$tool
	LAB_NAMESPACES=$BUILD/lab-$tool.namespaces
	export LAB LAB_NAMESPACES
	# shellcheck source=tests/lab/lab_lib.sh
	. "$here/lab_lib.sh"
	trap '"$here/lab" down; exit 1' INT TERM HUP
	build
	"$here/lab" down
	result $? 'lab down'
	rm -f "$LAB_NAMESPACES"
	finish
}

case ${1:-} in
pcs | crmsh) test_tool "$1" ;;
esac
LAB=$BUILD/lab-none
# shellcheck source=tests/lab/lab_lib.sh
. "$here/lab_lib.sh"
mode=$(lab_mode) || { echo "skip: no live cluster here: ${mode#none?}"; echo '0 passed, 0 failed, 22 skipped'; exit 0; }
[ "$mode" = root ] || { echo 'skip: pcs and crmsh want to be root'; echo '0 passed, 0 failed, 22 skipped'; exit 0; }
mkdir -p "$BUILD"
trap 'kill $(jobs -p) 2>/dev/null; wait; exit 1' INT TERM HUP
for tool in pcs crmsh; do
	if ! command -v "${tool%sh}" >/dev/null; then
		skipped=$((skipped + 11))
		echo "skip: $tool is not installed"
		continue
	fi
	bash "$0" "$tool" >"$BUILD/lab-$tool.log" 2>&1 &
done
wait
for tool in pcs crmsh; do
	command -v "${tool%sh}" >/dev/null || continue
	sed '$d' "$BUILD/lab-$tool.log"
	read -r p _ f _ < <(tail -n 1 "$BUILD/lab-$tool.log")
	passed=$((passed + ${p:-0})) failed=$((failed + ${f:-1}))
done
finish
