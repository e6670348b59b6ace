#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every message that the server sent in a test is valid in its edition; docs/csta-coverage.md is what the tests have noted,
# and each service has a conversation. Before that: the tools that say so are tried on messages and tables made up here.
# Closing line: N passed, N failed, N skipped.

set -u
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1

build=$(readlink -f "${BUILD:-build}")
here=tests/coverage
shared=../shared/csta
passed=0 failed=0 skipped=0
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
		head -n 60 "$dir/out"
	fi
}

if [ ! -x "$build/check/coverage_names" ]; then
	echo "no $build/check/coverage_names (run make tests)"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi

# --- the spool ----------------------------------------------------------------------------------------------------
ns=http://www.ecma-international.org/standards/ecma-
held() { echo "<?xml version=\"1.0\" encoding=\"UTF-8\"?><HeldEvent xmlns=\"${ns}323/csta/$1\"><monitorCrossRefID>$2</monitorCrossRefID></HeldEvent>"; }
mkdir "$dir/messages" "$dir/spool"
held ed4 12 >"$dir/messages/a"
held ed4 34 >"$dir/messages/same"
held ed4 345 >"$dir/messages/longer"
held ed5 12 >"$dir/messages/b"
echo "<StopApplicationSessionPosResponse xmlns=\"${ns}354/appl_session\"></StopApplicationSessionPosResponse>" >"$dir/messages/c"
echo '<other/>' >"$dir/messages/d"
TANDEM_CSTA_SPOOL=$dir/spool "$build/check/coverage_names" spool "$dir"/messages/* >"$dir/out"
expect "" "the spool says nothing"
# once more in another process
TANDEM_CSTA_SPOOL=$dir/spool "$build/check/coverage_names" spool "$dir"/messages/* >"$dir/out"
find "$dir/spool" -type f -printf '%f\n' | sed 's/-[0-9a-f]*[.]xml$//' | sort | tr '\n' ',' >"$dir/out"
expect "appl_session-StopApplicationSessionPosResponse,ed4-HeldEvent,ed4-HeldEvent,ed5-HeldEvent,none-other," "the spool"
cat "$dir"/spool/ed5-HeldEvent-* >"$dir/out"
expect "$(held ed5 12)" "a message in the spool"
rm -r "$dir/spool"
TANDEM_CSTA_SPOOL=$dir/spool "$build/check/coverage_names" spool "$dir"/messages/* >"$dir/out" 2>&1 || echo "exit $?" >>"$dir/out"
expect "" "a spool that is not there"

# --- validate-csta ------------------------------------------------------------------------------------------------
validate() { COVERAGE_SPOOLS=$dir/spools COVERAGE_VALID=$dir/valid $here/validate-csta >"$dir/out" 2>&1; echo "exit $?" >>"$dir/out"; }
if [ -d "$shared" ] && command -v xmllint >/dev/null; then
	mkdir -p "$dir/spools/check_one" "$dir/spools/check_two" "$dir/spools/check_cc_x"
	good="<SystemStatus xmlns=\"${ns}323/csta/ed4\"><systemStatus>normal</systemStatus></SystemStatus>"
	echo "$good" >"$dir/spools/check_one/ed4-SystemStatus-1.xml"
	echo "$good" >"$dir/spools/check_two/ed4-SystemStatus-1.xml"
	echo "<nonsense/>" >"$dir/spools/check_cc_x/ed4-SystemStatus-2.xml"
	validate
	expect "ed4: 1 valid, 0 invalid" "one message of two tests, and one that is not the server's"
	expect "exit 0" "all is valid"
	echo "${good/normal/well}" >"$dir/spools/check_two/ed4-SystemStatus-3.xml"
	validate
	expect "ed4: 1 valid, 1 invalid" "an invalid message"
	expect "INVALID: $dir/spools/check_two/ed4-SystemStatus-3.xml" "an invalid message"
	expect "exit 1" "an invalid message"
	sort "$dir/valid" | tr '\n' ',' >"$dir/out"
	expect "ed4 SystemStatus invalid,ed4 SystemStatus valid," "the verdict"
	mv "$dir/spools/check_two/ed4-SystemStatus-3.xml" "$dir/spools/check_two/none-SystemStatus-3.xml"
	validate
	expect "OF NO EDITION: $dir/spools/check_two/none-SystemStatus-3.xml" "a message of no edition"
	expect "exit 1" "a message of no edition"
else
	echo "skip: no schemas in $shared, or no xmllint: nothing is validated"
	skipped=$((skipped + 1))
fi
export COVERAGE_CSTA_SCHEMA=$dir/no-schema
validate
expect "exit 77" "without schemas"

# --- make-csta-table on a world of two services and an event --------------------------------------------------------
mkdir -p "$dir/records" "$dir/cases" "$dir/said/check_one" "$dir/said/check_two"
export COVERAGE_NAMES=$dir/names COVERAGE_RECORDS=$dir/records COVERAGE_SPOOLS=$dir/said COVERAGE_VALID=$dir/verdict
export COVERAGE_TABLE=$dir/table.md COVERAGE_GAPS=$dir/gaps COVERAGE_REFUSED=$dir/refused COVERAGE_CASES=$dir/cases
export COVERAGE_TESTS=$dir/tests
printf 'service Dial\tDialResponse\nservice Ring\tRingResponse\nrequest Ask\nevent HeldEvent\n' >"$dir/names"
printf '%s\n' check_one check_two bwsim-test_b.sh >"$dir/tests"
printf '# why\nservice Ring\n' >"$dir/gaps"
printf '# remark\nFax no service\nFaxEvent not told\n' >"$dir/refused"
printf 'ed3 DialResponse valid\ned6 DialResponse valid\ned3 HeldEvent valid\n' >"$dir/verdict"
touch "$dir/records/check_one" "$dir/records/check_two" "$dir/said/check_one/"{ed3-DialResponse-1,ed6-Ask-1,ed3-HeldEvent-1}.xml
touch "$dir/said/check_two/ed6-DialResponse-"{1,2}.xml
printf '1> 0001 <Dial {ns}/>\n1< 0001 {xml}<DialResponse {ns}></DialResponse>\n1< 0002 {xml}<CSTAErrorCode {ns}/>\n' >"$dir/cases/Dial.case"
printf '2< 9999 <?xml version="1.0"?><HeldEvent {ns}></HeldEvent>\n' >"$dir/cases/talk.case"
table() { $here/make-csta-table "--$1" >"$dir/out" 2>&1; }

table check
expect "is out of date" "no table yet"
table update
expect "2 services, 1 complete; 1 events, 1 covered" "a first table"
grep -F '| `' "$dir/table.md" >"$dir/out"
expect '| `Dial` | ed3 ed6 | yes | Dial | check_one, check_two |' "a row of a service"
expect '| `Ring` | - | - | - | - |' "a row of a gap"
expect '| `Ask` | ed6 | - | - | check_one |' "a request of the server"
expect '| `HeldEvent` | ed3 | yes | talk | check_one |' "a row of an event"
expect '| `Fax` | no service |' "a refused service"
expect '| `FaxEvent` | not told |' "an event that is not sent"
table check
expect "" "a table that is up to date"
touch "$dir/said/check_one/ed4-DialResponse-1.xml"
table check
expect "" "a further edition"

# what is gone, and what cannot be told because a test did not run
rm "$dir/said/check_two/"*
table check
expect "DialResponse: no test sends it in ed6 any more" "an edition that was lost"
expect "DialResponse: check_two does not make the server send it any more" "a test that was lost"
rm "$dir/records/check_two"
table check
expect "" "a test that did not run"
rm "$dir/said/check_one/ed6-Ask-1.xml"
touch "$dir/records/check_two" "$dir/said/check_two/ed6-DialResponse-1.xml"
table check
expect "request Ask: no test makes it travel" "a request that is not made any more"
touch "$dir/said/check_one/ed6-Ask-1.xml"

# what nobody has foreseen
touch "$dir/said/check_one/ed3-Odd-1.xml"
table check
expect "is out of date" "a message that is new"
table update
grep -F '`Odd`' "$dir/table.md" >"$dir/out"
expect '| `Odd` | ed3 |' "a message that is new"

# the verdict
printf 'ed3 DialResponse invalid\n' >>"$dir/verdict"
table update
grep -F '`Dial`' "$dir/table.md" >"$dir/out"
expect '| ed3 ed4 ed6 | no |' "an invalid message"
rm "$dir/verdict"
table check
expect "" "no verdict: the last one holds"

# conversations
sed -i '/CSTAErrorCode/d' "$dir/cases/Dial.case"
table check
expect "service Dial: its conversation has no refusal" "no refusal"
sed -i '/DialResponse/d' "$dir/cases/Dial.case"
table check
expect "service Dial: its conversation has no positive answer" "no answer"
rm "$dir/cases/Dial.case"
table check
expect "service Dial: has no conversation" "no conversation"
printf '1> 0001 <Dial {ns}/>\n1< 0001 {xml}<DialResponse/>\n1< 0002 {xml}<CSTAErrorCode/>\n' >"$dir/cases/Dial.case"
sed 's/Dial/Ring/g' "$dir/cases/Dial.case" >"$dir/cases/Ring.case"
touch "$dir/said/check_one/ed3-RingResponse-1.xml"
table check
expect "service Ring: is in csta-gaps.txt, but is none" "a gap that is closed"
table update
cp "$dir/gaps" "$dir/out"
expect "# why" "remarks stay"
sed -i '/^#/d' "$dir/out"
expect "" "Ring is no gap any more"

# rows, and what there is not
printf 'service Sing\tSingResponse\n' >>"$dir/names"
printf 'Ring\nFax again\n' >>"$dir/refused"
mkdir -p "$dir/schema/ed3" "$dir/schema/ed6"
for element in Dial DialResponse Telex TelexResponse Note HeldEvent BusyEvent; do
	echo "  <xs:element name=\"$element\" type=\"$element\"/>"
done | tee "$dir/schema/ed3/csta.xsd" >"$dir/schema/ed6/csta.xsd"
COVERAGE_CSTA_SCHEMA=$dir/schema table check
expect "service Sing: has no conversation" "a new row"
expect "Ring: stands in csta-refused.txt without a reason" "no reason"
expect "Ring: stands in csta-refused.txt and is a row of the table" "one that is there"
expect "Fax: stands in csta-refused.txt twice" "twice"
expect "Telex: is in the schema, and neither a row" "a service that was forgotten"
expect "BusyEvent: is in the schema, and neither a row" "an event that was forgotten"
grep "is in the schema" "$dir/out" | grep -v -e '^Telex:' -e '^BusyEvent:' >"$dir/rest"
mv "$dir/rest" "$dir/out"
expect "" "nothing else"
unset COVERAGE_NAMES COVERAGE_RECORDS COVERAGE_SPOOLS COVERAGE_VALID COVERAGE_TABLE COVERAGE_GAPS COVERAGE_REFUSED COVERAGE_CASES
unset COVERAGE_TESTS COVERAGE_CSTA_SCHEMA

# --- this tree ----------------------------------------------------------------------------------------------------
BUILD=$build $here/validate-csta >"$dir/verdicts" 2>&1
case $? in
0)
	sed 's/^/messages of the server in /' "$dir/verdicts"
	passed=$((passed + 1))
	;;
77)
	echo "skip: messages of the server: $(tail -n 1 "$dir/verdicts")"
	skipped=$((skipped + 1))
	;;
*)
	echo "FAILED: messages of the server are invalid"
	cat "$dir/verdicts"
	failed=$((failed + 1))
	;;
esac
BUILD=$build $here/make-csta-table --check >"$dir/out" 2>&1
expect "" "docs/csta-coverage.md (make coverage-table writes it anew)"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
