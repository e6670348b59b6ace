#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every body and every CTI document that Tandem sends to BroadWorks, every tests/wire/xsi/ok-*.xml and every
# tests/wire/cti/ok-*.xml is valid by the schemas.
# The schema is not part of this repository: without ../shared and without xmllint there is nothing to test.
# Closing line: N passed, N failed, N skipped.

set -u
cd "$(dirname "$0")/../.." || exit 1

schema=../shared/xsi/xsd-cti/CTISchema/CTISchema.xsd
passed=0
failed=0

finish()
{
	echo "$passed passed, $failed failed, ${1:-0} skipped"
	[ "$failed" -eq 0 ]
	exit
}

skip()
{
	echo "skip: $1"
	finish 1
}

command -v xmllint >/dev/null || skip "xmllint is not installed"
[ -r "$schema" ] || skip "$schema is not there"

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# expect valid|invalid FILE...: one case each. One run for all files: the schema takes longest to read.
expect()
{
	local want=$1 file got
	shift
	xmllint --nonet --noout --schema "$schema" "$@" >"$dir/out" 2>&1
	for file in "$@"; do
		got=invalid
		grep -qxF "$file validates" "$dir/out" && got=valid
		if [ "$got" = "$want" ]; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			echo "$file is $got, expected $want:"
			grep -F "$file" "$dir/out"
		fi
	done
}

# The encoder needs the ground floor alone, so the helper is made here, whatever mode the build is in.
# shellcheck disable=SC2086 # CC may be more than one word
if ! ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -I. -o "$dir/emit_xsi" tests/unit/emit_xsi.c proto/xsi_encode.c proto/xsi_op.c proto/xsi_body.c \
	proto/cti_encode.c \
	proto/base/buf.c proto/base/check.c proto/base/mem.c proto/base/str.c proto/base/utf8.c proto/base/xmlw.c; then
	echo "emit_xsi does not compile"
	failed=$((failed + 1))
	finish
fi
mkdir "$dir/sent"
wanted=$("$dir/emit_xsi" "$dir/sent") || failed=$((failed + 1))
set -- "$dir"/sent/*.xml
if [ "$#" -ne "${wanted:-0}" ]; then
	echo "emit_xsi wrote $# files and says ${wanted:-nothing}"
	failed=$((failed + 1))
fi
expect valid "$@"
expect valid tests/wire/xsi/ok-*.xml tests/wire/cti/ok-*.xml

# The validator must be able to say no: a wrong order, a wrong status of a response, a parameter in another spelling.
sed 's|\(<expires>.*</expires>\)\(<channelSetId>.*</channelSetId>\)|\2\1|' "$dir/sent/subscription-0.xml" \
	>"$dir/order.xml"
sed 's|<statusCode>200|<statusCode>201|' "$dir/sent/response-200.xml" >"$dir/status.xml"
sed 's|subscriberid>|subscriberId>|g' "$dir/sent/cti-hold.xml" >"$dir/param.xml"
expect invalid "$dir/order.xml" "$dir/status.xml" "$dir/param.xml"

# Every element of the table is one of the schema's requests, and no two rows share one.
elements=$(sed -n 's|.*<cti:\([A-Za-z]*\)><uri>.*|\1|p' "$dir"/sent/cti-*-escaped.xml | sort | uniq -d)
if [ -z "$elements" ]; then
	passed=$((passed + 1))
else
	failed=$((failed + 1))
	echo "elements of more than one request: $elements"
fi
finish
