#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_install.sh - what make install puts where, and that the programs that read these files accept them.
set -u
# shellcheck source=tests/deploy/kit.sh
. "$(dirname "$(readlink -f "$0")")/kit.sh"
root=$dir/root

for program in tandemd tandemctl; do
	[ -x "$BUILD/$program" ] || { echo "FAILED: $BUILD/$program is not built"; failed=1; finish; }
done

install_to()
{
	make --no-print-directory BUILD="$BUILD" DESTDIR="$1" PREFIX="$2" install-files >"$dir/make.out" 2>&1
}

# --- the list ---------------------------------------------------------------------------------------------------------

# Documents and what others put into deploy/: any of the tree's, and no other.
counted()
{
	local file
	for file in README.md NEWS.md ARCHITECTURE.md docs/*.md; do
		echo "644 usr/share/doc/tandem/$(basename "$file")"
	done
	for file in docs/*.svg; do
		echo "644 usr/share/doc/tandem/$(basename "$file")"
	done
	echo '644 usr/share/doc/tandem/fencing/README.md'
	for file in deploy/prometheus/* deploy/grafana/*; do
		case $file in *.test.yml) continue ;; esac
		[ ! -f "$file" ] || echo "644 usr/share/tandem/${file#deploy/}"
	done
	for file in docs/man/*.[578] docs/man/*.in; do
		file=$(basename "$file" .in)
		echo "644 usr/share/man/man${file##*.}/$file"
	done
}

test_list()
{
	install_to "$root" /usr
	result $? 'make install-files'
	{ grep -v '^#' "$here/install.list"; counted; } | sort >"$dir/want"
	(cd "$root" && find . -type f -printf '%m %P\n') | sort >"$dir/have"
	out=$(diff "$dir/want" "$dir/have")
	result $? 'the files and their modes'
	[ "$(stat -c %a "$root/etc/tandem")" = 750 ]
	result $? '/etc/tandem is not for everybody'
	# every link of every document, as a reader of the installed tree follows it
	out=$(cd "$root/usr/share/doc/tandem" && find . -name '*.md' | while read -r file; do wrong_links "$file"; done)
	[ -z "$out" ]
	result $? 'links of the installed documents lead somewhere'
	[ "$(grep -ohE '\]\([^)#]+\.(md|svg)' -r "$root/usr/share/doc/tandem" | wc -l)" -gt 30 ]
	result $? 'and there are many of them'
	out=$(grep -rl '@[A-Z]*DIR@' "$root")
	[ -z "$out" ]
	result $? 'no mark is left'
}

test_prefix()
{
	local other=$dir/other
	install_to "$other" /opt/tandem
	out=$(grep -rnE '/usr/(sbin/tandemd|bin/tandemctl)' "$other/usr/lib/ocf" "$other/opt" --include=tandemd --include=*.service \
		--include=check_tandem --exclude-dir=sbin)
	[ -z "$out" ]
	result $? 'another PREFIX: agent, unit and check name its programs'
	grep -q 'content type="string" default="/opt/tandem/sbin/tandemd"' "$other/usr/lib/ocf/resource.d/tandem/tandemd"
	result $? "another PREFIX: the agent's default"
	rm -rf "$other"
}

# --- read by their readers ---------------------------------------------------------------------------------------

test_systemd()
{
	local unit=$root/usr/lib/systemd/system/tandemd.service
	if needs 2 systemd-analyze 'the unit'; then
		sed "s|$(printf /usr/sbin/tandemd)|$root/usr/sbin/tandemd|" "$unit" >"$dir/tandemd.service"
		out=$(systemd-analyze verify --man=no "$dir/tandemd.service" 2>&1 | grep -F tandemd.service)
		[ -z "$out" ]
		result $? 'systemd-analyze verify'
		# of 100; an unhardened unit has 96
		out=$(systemd-analyze security --offline=yes --threshold=25 --no-pager "$unit" 2>&1)
		result $? "systemd-analyze security: $(tail -n 1 <<<"$out")"
	fi
	if needs 2 systemd-sysusers 'user and folders' && [ "$(id -u)" = 0 ]; then
		out=$(systemd-sysusers --root="$root" 2>&1)
		grep -q '^tandem:' "$root/etc/passwd"
		result $? 'systemd-sysusers makes the user'
		out=$(systemd-tmpfiles --root="$root" --create --prefix=/run/tandem --prefix=/var 2>&1)
		[ "$(stat -c %a "$root/run/tandem" "$root/var/lib/tandem" "$root/var/log/tandem" | sort -u)" = 750 ]
		result $? 'systemd-tmpfiles makes the folders'
	fi
}

test_security()
{
	local profile=$root/etc/apparmor.d/usr.sbin.tandemd
	if needs 2 apparmor_parser 'the AppArmor profile'; then
		out=$(apparmor_parser -Q -K "$profile" 2>&1)
		result $? 'apparmor_parser takes the profile'
		sed 's/capability net_raw/capability net_ruw/' "$profile" >"$dir/bad"
		! apparmor_parser -Q -K "$dir/bad" >/dev/null 2>&1
		result $? 'apparmor_parser sees a wrong one'
	fi
	out=$(xmllint --noout "$root/usr/lib/firewalld/services/tandem.xml" 2>&1) &&
		grep -q "port=\"$(sed -n 's/.*"listen", LISTEN,.*"[0-9.]*:\([0-9]*\)".*/\1/p' daemon/conf_keys.h)\"" \
			"$root/usr/lib/firewalld/services/tandem.xml"
	result $? 'the firewalld service opens the port that is the default'
	if ! unshare -rn true 2>/dev/null; then
		skipped=$((skipped + 1))
		echo 'skip: the nftables rules: no network namespace here'
	elif needs 1 nft 'the nftables rules'; then
		out=$(unshare -rn nft -c -f deploy/firewall/nftables.conf 2>&1)
		result $? 'nft takes the rules'
	fi
	if needs 1 logrotate 'logrotate'; then
		# there is no user tandem here
		sed "s/su [a-z]* tandem/su $(id -un) $(id -gn)/" deploy/logrotate/tandem >"$dir/logrotate"
		chmod 644 "$dir/logrotate"
		out=$(logrotate -d -s "$dir/state" "$dir/logrotate" 2>&1) && ! grep -q '^error' <<<"$out"
		result $? 'logrotate reads its file'
	fi
}

test_cluster()
{
	local file
	if needs 2 corosync 'corosync.conf'; then
		for file in two-node two-node-qdevice; do
			# without the key file, which a checkout has not
			sed 's/^\( *crypto_[a-z]*:\).*/\1 none/' "deploy/corosync/$file.conf" >"$dir/corosync.conf"
			out=$(corosync -t -c "$dir/corosync.conf" 2>&1)
			result $? "corosync accepts $file.conf"
		done
	fi
	if needs 1 crm_verify 'cib-qdevice.xml'; then
		out=$(crm_verify -V -x deploy/pacemaker/cib-qdevice.xml 2>&1) && [ -z "$out" ]
		result $? "crm_verify of cib-qdevice.xml${out:+: $out}"
	fi
	if needs 2 crm_verify 'the alert of the CIBs'; then
		for file in two-node qdevice; do
			sed '/<!-- To be told/d; /^  -->$/d' "deploy/pacemaker/cib-$file.xml" >"$dir/alert.xml"
			out=$(crm_verify -V -x "$dir/alert.xml" 2>&1) && [ -z "$out" ] &&
				[ "$(xmllint --xpath 'string(//alert/select/select_attributes/attribute/@name)' "$dir/alert.xml")" = tandemd-condition ]
			result $? "crm_verify of cib-$file.xml with its alert"
		done
	fi
	out=$(diff <(xmllint --noblanks deploy/pacemaker/cib-two-node.xml | xmllint --c14n - 2>/dev/null | xmllint --format -) \
		<(xmllint --c14n deploy/pacemaker/cib-qdevice.xml | xmllint --format -) | grep '^[<>] *<nvpair')
	[ "$(grep -c . <<<"$out")" = 2 ] && [ "$(grep -c priority-fencing-delay <<<"$out")" = 2 ]
	result $? 'the two CIBs differ in the delay of fencing alone'
}

test_example_conf()
{
	local conf=$root/usr/share/doc/tandem/examples/tandem.conf
	printf 'secret\n' >"$dir/password" && chmod 600 "$dir/password"
	sed "s|^password-file = .*|password-file = $dir/password|" "$conf" >"$dir/tandem.conf"
	out=$("$BUILD/tandemd" -t -c "$dir/tandem.conf" 2>&1)
	result $? 'tandemd takes the example configuration'
	# what is commented out is right too, but for the certificate
	sed "s|^password-file = .*|password-file = $dir/password|; s|^#\([[a-z]\)|\1|; s|^tls = yes|tls = no|; /^\(cert\|key\)-file/d
		s|/etc/tandem/wallboard.password|$dir/password|" "$conf" >"$dir/tandem.conf"
	out=$("$BUILD/tandemd" -t -c "$dir/tandem.conf" 2>&1)
	result $? 'and what is commented out in it'
}

test_fencing()
{
	local tool script
	for tool in pcs crmsh; do
		for script in 'ipmi.sh --dry-run n1=192.0.2.101 n2=192.0.2.102' 'libvirt.sh --dry-run kvm1 n1=a n2=b' 'sbd.sh --dry-run disk'; do
			# shellcheck disable=SC2086  # words
			out=$(TOOL=$tool sh deploy/pacemaker/fencing/$script 2>&1) &&
				grep -q "^$([ $tool = pcs ] && echo 'pcs stonith create' || echo 'crm -F configure primitive')" <<<"$out" &&
				grep -q 'stonith-enabled -v true' <<<"$out"
			result $? "fencing/$script with $tool"
		done
	done
	expect 2 sbd.sh sh deploy/pacemaker/fencing/sbd.sh
	result $? 'fencing/sbd.sh says how it is called'
}

# What they make of a cluster is tested in tests/lab.
test_setup()
{
	local tool rest
	for tool in pcs crmsh; do
		expect 0 'priority-fencing-delay=0' sh deploy/pacemaker/setup-$tool.sh --dry-run --qdevice --param user=tandem 192.0.2.10/25 &&
			grep -q 'cidr_netmask=25' <<<"$out" && grep -q 'config=/etc/tandem/tandem.conf user=tandem' <<<"$out"
		result $? "setup-$tool.sh --dry-run, without a cluster"
		for rest in '' 'n1' '--what 192.0.2.10' '192.0.2.10 192.0.2.11' '192.0.2.10/x'; do
			# shellcheck disable=SC2086  # words
			expect 2 "setup-$tool.sh [--dry-run]" sh deploy/pacemaker/setup-$tool.sh --dry-run $rest
			result $? "setup-$tool.sh $rest: says how it is called"
		done
		expect 0 'tandemd-condition' sh deploy/pacemaker/setup-$tool.sh --dry-run --alert snmp:192.0.2.20 192.0.2.10 &&
			grep -q '"snmp:192.0.2.20"' <<<"$out"
		result $? "setup-$tool.sh --alert selects the condition"
		expect 1 'no recipient of alerts' sh deploy/pacemaker/setup-$tool.sh --dry-run --alert 'snmp:a"b' 192.0.2.10
		result $? "setup-$tool.sh: a recipient that is none"
		expect 1 'no parameter of the agent' sh deploy/pacemaker/setup-$tool.sh --dry-run --param 'a=b;c' 192.0.2.10
		result $? "setup-$tool.sh: a parameter that is none"
	done
}

test_list
test_prefix
test_systemd
test_security
test_cluster
test_example_conf
test_fencing
test_setup
finish
