#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_man.sh - the man pages: nothing is missing in them, and mandoc has nothing to say.
set -u
# shellcheck source=tests/deploy/kit.sh
. "$(dirname "$(readlink -f "$0")")/kit.sh"
man=$BUILD/man
[ -x "$BUILD/man-tables" ] || { echo "FAILED: $BUILD/man-tables is not built"; failed=1; finish; }

# has PAGE TEXT: a line of the page, with its escapes taken away
has()
{
	sed 's/\\-/-/g; s/\\&//g' "$man/$1" | grep -qE -- "$2"
}

# --- nothing is missing -----------------------------------------------------------------------------------------

out=$("$BUILD/man-tables" conf docs/man/conf-keys.txt 2>&1 >/dev/null)
result $? 'every key has its text in docs/man/conf-keys.txt'
grep -v '^beat-ms:' docs/man/conf-keys.txt >"$dir/less"
expect 1 'no text for: node beat-ms' "$BUILD/man-tables" conf "$dir/less"
result $? 'a key without a text is seen'
{ cat docs/man/conf-keys.txt; echo 'colour: Which one.'; } >"$dir/more"
expect 1 'does not exist: application colour' "$BUILD/man-tables" conf "$dir/more"
result $? 'a text without a key is seen'
# one file makes the enum, the pages and the catalogue: what it says is in all of them
entries=$(grep -c '^LOG_MESSAGE(37' proto/base/messages.def)
[ "$entries" -gt 50 ] && [ "$(grep -c '^\.It 37' "$man/tandem-messages.7")" = "$entries" ] &&
	[ "$(grep -c '^Subject: 37' "$man/tandem.catalog")" = "$entries" ]
result $? "tandem-messages(7) and the catalogue have all $entries messages, and no others"

keys=$(grep -cE '^	XX\("' daemon/conf_keys.h)
[ "$keys" -gt 100 ] && [ "$(grep -c '^\.It Ic ' "$man/tandem.conf.5")" = "$keys" ]
result $? "tandem.conf(5) has all $keys keys"
for number in $(sed -n 's/^LOG_MESSAGE(\(37[0-9]*\),.*/\1/p' proto/base/messages.def); do
	has tandem-messages.7 "^.It $number \\(" && grep -q "^Subject: $number:" "$man/tandem.catalog" &&
		"$BUILD/tandemctl" explain "$number" | grep -q "^$number" || out="$out $number"
done
[ -z "$out" ]
result $? 'tandem-messages(7), the catalogue and tandemctl explain have every message'
for option in $("$BUILD/tandemd" -h | grep -oE '(^|[ [])-[A-Za-z]( |$|])' | tr -dc 'A-Za-z\n'); do
	has tandemd.8 "^.It Fl $option" || out="$out $option"
done
[ -z "$out" ]
result $? 'tandemd(8) has every option'
"$BUILD/tandemctl" --help >"$dir/help"
for word in $(awk '/^[a-z]/ { part = $1 } part ~ /^(usage|options):/ && /^  [-a-z]/ { print $1 }' "$dir/help" | tr -d ,); do
	has tandemctl.8 "^.It (.*[ ,])?$word([ ,|]|$)" || out="$out $word"
done
for code in $(awk '/^[a-z]/ { part = $1 } part == "exit" && /^  [0-9]/ { print $1 }' "$dir/help"); do
	has tandemctl.8 "^.It $code$" || out="$out $code"
done
[ -z "$out" ] && [ "$(grep -c '^  ' "$dir/help")" -gt 10 ]
result $? 'tandemctl(8) has every command, option and exit code'
for word in $(grep -oE '<(parameter|action) name="[^"]*"' deploy/ocf/tandemd | sed 's/.*name="//; s/"//' | sort -u); do
	has ocf_tandem_tandemd.7 "^.It (Ic )?$word( |$)" || out="$out $word"
done
[ -z "$out" ]
result $? 'ocf_tandem_tandemd(7) has every parameter and action'
out=$(grep -lE '@[A-Z]+@|\$Mdocdate' "$man"/*.[1-8])
[ -z "$out" ]
result $? 'no mark is left'

# --- read by their readers -----------------------------------------------------------------------------------------

if needs 7 mandoc 'form of the pages'; then
	for page in "$man"/*.[1-8]; do
		out=$(mandoc -T lint -W warning "$page" 2>&1) && [ -z "$out" ]
		result $? "mandoc: $(basename "$page")"
	done
fi
if needs 1 journalctl 'the catalogue'; then
	mkdir -p "$dir/usr/lib/systemd/catalog" "$dir/var/lib/systemd/catalog"
	cp "$man/tandem.catalog" "$dir/usr/lib/systemd/catalog/"
	out=$(journalctl --root="$dir" --update-catalog 2>&1 &&
		journalctl --root="$dir" --dump-catalog c7a1d3f5b8e24c6f9a0e5d2b7c419155 2>&1)
	grep -q '^Subject: 37205' <<<"$out"
	result $? 'journalctl takes the catalogue'
fi
finish
