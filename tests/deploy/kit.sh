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

# Anchors of a document as they are made of its headings.
anchors_of()
{
	sed -n '/^```/,/^```/d; s/^##* //p' "$1" | tr 'A-Z' 'a-z' | sed 's/[^a-z0-9 -]//g; s/ /-/g'
}

# wrong_links FILE...: links of documents that lead nowhere
wrong_links()
{
	local file line target path
	for file; do
		awk '/^```/ { block = !block } !block' "$file" >"$dir/text"
		grep -noE '\]\([^)]*\)' "$dir/text" | while IFS=: read -r line target; do
			target=${target#](} target=${target%)}
			case $target in http://* | https://*) continue ;; esac
			path=${target%%#*}
			path=$(dirname "$file")/${path:-$(basename "$file")}
			if [ ! -e "$path" ]; then
				echo "$file: no $target"
			elif [[ $target == *'#'* ]] && ! anchors_of "$path" | grep -qxF -e "${target#*#}"; then
				echo "$file: no heading for $target"
			fi
		done
	done
}
