#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/broadworks-coverage.md is what the tests have noted, and no row lacks a test that had one or is new. Before that:
# the tools that say so are tried on tables and journals made up here.
# Closing line: N passed, N failed, N skipped.

set -u
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1

build=$(readlink -f "${BUILD:-build}")
here=tests/coverage
passed=0
failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# expect TEXT-OR-NOTHING NAME: the file $dir/out holds the text, or nothing
expect()
{
	if { [ -n "$1" ] && grep -qF -- "$1" "$dir/out"; } || { [ -z "$1" ] && [ ! -s "$dir/out" ]; }; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $2: expected \"$1\", got:"
		cat "$dir/out"
	fi
}

if [ ! -x "$build/check/coverage_names" ]; then
	echo "no $build/check/coverage_names (run make tests)"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi

# --- make-table on a world of two events and a request ------------------------------------------------------------
mkdir "$dir/records"
export COVERAGE_NAMES=$dir/names COVERAGE_RECORDS=$dir/records COVERAGE_TABLE=$dir/table.md COVERAGE_GAPS=$dir/gaps.txt
export COVERAGE_TESTS=$dir/tests COVERAGE_UNUSED=$dir/unused.txt COVERAGE_SCHEMA=$dir/schema
printf 'event A\tcall\nevent B\tcall\nrequest dial\tPOST\t/new\tDialRequest\t/new$\n' >"$dir/names"
printf '%s\n' check_xsi_x check_one check_two check_three bwsim-test_b.sh >"$dir/tests"
printf '# why\nevent B\n' >"$dir/gaps.txt"
printf 'event A\nevent A\nevent B\nrequest dial\n' >"$dir/records/check_xsi_x"
printf 'request dial\nevent A\n' >"$dir/records/check_two"
printf 'event A\n' >"$dir/records/check_three"
printf 'event B\n' >"$dir/records/bwsim-test_b.sh"
table() { $here/make-table "--$1" >"$dir/out" 2>&1; }

table check
expect "is out of date" "no table yet"
table update
expect "2 events, 1 covered; 1 requests, 1 covered" "a first table"
grep -F '| `' "$dir/table.md" >"$dir/out"
expect '| `A` | call | check_xsi_x | check_two, check_three |' "a row with tests"
expect '| `B` | call | check_xsi_x | - |' "the simulator is not the connector"
expect '| `dial` | POST `/new` | `DialRequest` | check_xsi_x | check_two |' "a request"
table check
expect "" "a table that is up to date"

# A further test of a row is no reason to write anew; that of a row without one is.
printf 'event A\n' >"$dir/records/check_one"
table check
expect "" "another test of A"
printf 'event A\nevent B\n' >"$dir/records/check_one"
table check
expect "event B: is in gaps.txt, but check_one has it" "a first test of B"
expect "is out of date" "a first test of B"
table update
cp "$dir/gaps.txt" "$dir/out"
expect "# why" "remarks stay"
sed -i '/^#/d' "$dir/out"
expect "" "B is no gap any more"

# What a test does not do any more, what it does when it did not run, and a test that is gone.
printf 'request dial\n' >"$dir/records/check_two"
table check
expect "event A: check_two does not exercise it any more" "a test that lost an event"
rm "$dir/records/check_two"
table check
expect "" "a test that did not run"
sed -i '/check_two/d' "$dir/tests"
table check
expect "request dial: no test of the connector has it" "a test that is gone"
table update
table check
expect "request dial: no test of the connector has it" "an update hides no gap"

# Rows.
printf 'event C\tcall\n' >>"$dir/names"
table check
expect "event C: no test of its codec" "a new row"
expect "event C: no test of the connector has it" "a new row"

# Requests that are not made.
sed -i '/event C/d' "$dir/names"
printf '# remark\nFaxRequest no service\n' >"$dir/unused.txt"
table update
grep -F '| `Fax' "$dir/table.md" >"$dir/out"
expect '| `FaxRequest` | no service |' "a request that is not made"
printf 'DialRequest\nFaxRequest again\n' >>"$dir/unused.txt"
table check
expect "DialRequest: stands in unused.txt without a reason" "no reason"
expect "DialRequest: stands in unused.txt and is a row of the table" "one that is made"
expect "FaxRequest: stands in unused.txt twice" "twice"
mkdir "$dir/schema"
for element in DialRequest FaxRequest TelexRequest NoteType; do
	echo "  <xs:element name=\"$element\" substitutionGroup=\"xsp:payload\">"
done >"$dir/schema/CTI.xsd"
table check
expect "TelexRequest: a request of the schema that is neither made nor in unused.txt" "one that was forgotten"
grep -e "NoteType" -e "Request: a request of the schema" "$dir/out" | grep -v Telex >"$dir/rest"
mv "$dir/rest" "$dir/out"
expect "" "nothing else"
unset COVERAGE_NAMES COVERAGE_RECORDS COVERAGE_TABLE COVERAGE_GAPS COVERAGE_TESTS COVERAGE_UNUSED COVERAGE_SCHEMA

# --- from-journal -------------------------------------------------------------------------------------------------
u=/com.broadsoft.xsi-actions/v2.0/user/2001@demo.example
cat >"$dir/j.jsonl" <<-EOF
	{"t_us":1,"ev":"event","event_id":"e-1","seq":1,"type":"CallHeldEvent","attempt":1}
	{"t_us":2,"ev":"event","event_id":"e-2","seq":2,"type":"CallAnsweredEvent","attempt":1}
	{"t_us":3,"ev":"ack","event_id":"e-1","status":200,"known":true}
	{"t_us":3,"ev":"ack","event_id":"e-2","status":500,"known":true}
	{"t_us":3,"ev":"ack","event_id":"e-3","status":200,"known":false}
	{"t_us":4,"ev":"request","xsp":"xsp1","method":"PUT","path":"$u/calls/callhalf-1:0/Hold","kind":"hold","status":200}
	{"t_us":5,"ev":"request","xsp":"xsp1","method":"PUT","path":"$u/calls/Conference/hold","kind":"x","status":200}
	{"t_us":6,"ev":"request","xsp":"xsp1","method":"POST","path":"$u/calls/new?address=1","kind":"dial","status":201}
	{"t_us":7,"ev":"request","xsp":"xsp1","method":"PUT","path":"$u/calls/callhalf-1:0/Talk","kind":"talk","status":409}
	{"t_us":8,"ev":"request","xsp":"xsp1","method":"PUT","path":"$u/calls/DispositionCode/7","kind":"x","status":200}
EOF
journal() { TANDEM_COVERAGE=$dir/noted BUILD=$build $here/from-journal "$dir/j.jsonl" "$dir/none" >"$dir/out" 2>&1; }
journal
expect "" "from-journal says nothing"
sort "$dir/noted" | tr '\n' ',' >"$dir/out"
expect "event CallHeldEvent,request conference_hold,request dial,request disposition_tag,request hold," "a journal"
[ "$(wc -l <"$dir/noted")" -eq 5 ] || cp "$dir/noted" "$dir/out"
expect "event CallHeldEvent,request conference_hold,request dial,request disposition_tag,request hold," "nothing else"

# --- the table of this tree ---------------------------------------------------------------------------------------
BUILD=$build $here/make-table --check >"$dir/out" 2>&1
expect "" "docs/broadworks-coverage.md (make coverage-table writes it anew)"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
