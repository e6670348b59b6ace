#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Tests deploy/install-deps with stand-ins for dpkg-query, apt-get, id and sudo: nothing is installed.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
passed=0 failed=0
top=$(mktemp -d "${TMPDIR:-/tmp}/deps.XXXXXX") || exit 1
trap 'rm -rf "$top"' EXIT

export TANDEM_DEPS_LIST=$top/list TANDEM_POLICY_FILE=$top/policy
printf '# comment\n\nalpha   # first\n  beta # second\ngamma\n' >"$TANDEM_DEPS_LIST"

# tool NAME LINE...: a stand-in in a folder that holds nothing but what install-deps may use.
tool()
{
	local name=$1
	shift
	{ echo '#!/bin/sh'; printf '%s\n' "$@"; } >"$top/bin/$name"
	chmod +x "$top/bin/$name"
}

# A machine on which alpha is installed. apt-get notes how it was called, and whether the policy file was there.
machine()
{
	local program
	rm -rf "${top:?}/bin" "$top/installed" "$top/calls" "$TANDEM_POLICY_FILE"
	mkdir -p "$top/bin" "$top/installed"
	touch "$top/installed/alpha" "$top/calls"
	for program in sh sed tr rm chmod dirname cat; do
		ln -s "$(command -v $program)" "$top/bin/$program"
	done
	tool dpkg-query "for name; do :; done; [ -e $top/installed/\$name ] && printf installed"
	tool id 'echo 0'
	tool apt-get "echo \"\$* [\$DEBIAN_FRONTEND]\" >>$top/calls" \
		"[ -x $TANDEM_POLICY_FILE ] && echo policy >>$top/calls" \
		'[ "$1" = update ] && exit 0' \
		"for name; do case \$name in beta|gamma) : >$top/installed/\$name ;; esac; done"
}

run()
{
	output=$(PATH=$top/bin sh deploy/install-deps "$@" 2>&1 </dev/null)
	rc=$?
}

# expect WHAT RC [TEXT...]
expect()
{
	local what=$1 text good=1
	[[ $rc == "$2" ]] || good=0
	shift 2
	for text in "$@"; do
		[[ $output == *"$text"* ]] || good=0
	done
	if ((good)); then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what (exit code $rc)"
		sed 's/^/    /' <<<"$output"
	fi
}

# holds WHAT COMMAND...: one more thing that must be true after a run.
holds()
{
	local what=$1
	shift
	"$@"
	rc=$?
	output=$(cat "$top/calls")
	expect "$what" 0
}

test_install()
{
	machine
	run --check
	expect '--check names what is missing' 1 'missing: beta gamma'
	run --print
	expect '--print' 0 'apt-get install --no-install-recommends beta gamma'
	holds 'neither calls apt-get' test ! -s "$top/calls"
	run
	expect 'installs' 0 'installing 2 packages: beta gamma' 'deps: done'
	holds 'update first' grep -q '^update' "$top/calls"
	holds 'without a question, without recommended packages' \
		grep -q '^install -y .*--no-install-recommends.* beta gamma \[noninteractive\]$' "$top/calls"
	holds 'services are forbidden meanwhile' grep -q '^policy$' "$top/calls"
	holds 'the policy file is gone' test ! -e "$TANDEM_POLICY_FILE"
	: >"$top/calls"
	run
	expect 'nothing to say the second time' 0
	holds 'nothing to do the second time' test ! -s "$top/calls"
}

test_policy_of_the_machine()
{
	machine
	echo 'mine' >"$TANDEM_POLICY_FILE"
	run
	expect 'installs beside a policy file' 0
	holds 'the policy file of the machine stays' grep -q '^mine$' "$TANDEM_POLICY_FILE"
}

test_troubles()
{
	machine
	tool apt-get '[ "$1" = update ] && exit 100' 'exit 100'
	run
	expect 'apt-get fails' 1 'apt-get update failed' 'apt-get failed' 'dpkg --configure -a' 'apt-get install --no-install-recommends beta gamma'
	holds 'the policy file is gone after a failure' test ! -e "$TANDEM_POLICY_FILE"
	machine
	tool apt-get 'exit 0'
	run
	expect 'apt-get says yes and does nothing' 1 'these are missing: beta gamma'
	machine
	tool apt-get 'kill -INT $PPID'
	run
	expect 'Ctrl-C' 130
	holds 'the policy file is gone after Ctrl-C' test ! -e "$TANDEM_POLICY_FILE"
	run --nonsense
	expect 'unknown argument' 1 "unknown argument '--nonsense'"
	TANDEM_DEPS_LIST=$top/nowhere run
	expect 'no list' 1 'cannot read'
}

test_other_users()
{
	machine
	tool id 'echo 1000'
	run
	expect 'neither root nor sudo' 1 'As root, run: apt-get install --no-install-recommends beta gamma'
	tool sudo "echo \"sudo \$*\" >>$top/calls"
	run
	expect 'sudo' 0
	holds 'through sudo' grep -q '^sudo sh .*deploy/install-deps$' "$top/calls"
	machine
	rm "$top/bin/dpkg-query"
	run
	expect 'another kind of system' 0 'no dpkg' 'alpha beta gamma'
}

test_shipped_list()
{
	output=$(sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' deploy/deps.debian | grep -vE '^[a-z0-9][a-z0-9.+-]+$')
	[[ -z $output ]]
	rc=$?
	expect 'deps.debian holds one package name a line' 0
	output=$(grep -vE '^(#|$)' deploy/deps.debian | grep -v '# [^ ]')
	[[ -z $output ]]
	rc=$?
	expect 'each package has a reason' 0
}

for part in install policy_of_the_machine troubles other_users shipped_list; do
	"test_$part"
done
echo "$passed passed, $failed failed, 0 skipped"
((failed == 0))
