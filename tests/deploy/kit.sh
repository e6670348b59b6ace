# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of deploy/ share. Sourced; the caller has set nothing but $0.

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
BUILD=$(readlink -m "${BUILD:-$top/build}")
PATH=$PATH:/usr/sbin:/sbin
dir=$(mktemp -d "${TMPDIR:-/tmp}/deploy.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM HUP
passed=0 failed=0 skipped=0
cd "$top" || exit 1

# result RC WHAT: the last output, in $out, is shown when it failed
result()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
		[ -z "${out:-}" ] || head -n 20 <<<"$out" | sed 's/^/    /'
	fi
	out=
}

# needs N TOOL WHAT: false, and N cases skipped, when the tool is not installed
needs()
{
	command -v "$2" >/dev/null && return
	skipped=$((skipped + $1))
	echo "skip: $3: $2 is not installed"
	return 1
}

# expect RC TEXT CMD...: exit code and a part of the output
expect()
{
	local rc=$1 text=$2
	shift 2
	out=$("$@" 2>&1 </dev/null)
	[ $? = "$rc" ] && [[ $out == *"$text"* ]]
}

finish()
{
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && exit 0
	exit 1
}
