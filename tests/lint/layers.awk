# SPDX-License-Identifier: Apache-2.0
#
# Layer lint: awk -f layers.awk layers.txt FILES. What the lines of layers.txt mean is said there.

# The level of a path: that of the longest prefix; -1 when there is none.
function level(path,    prefix, longest, found) {
	longest = 0
	found = -1
	for (prefix in levels)
		if (index(path, prefix) == 1 && length(prefix) > longest) {
			longest = length(prefix)
			found = levels[prefix]
		}
	return found
}

function starts_with_any(path, prefixes,    list, n, i) {
	n = split(prefixes, list, " ")
	for (i = 1; i <= n; i++)
		if (index(path, list[i]) == 1)
			return 1
	return 0
}

function complain(text) {
	print FILENAME ":" FNR ": " text
	bad = 1
}

function check_own(target,    to, i) {
	to = level(target)
	if (to < 0)
		complain("\"" target "\" has no level: write the path from the top, or add its prefix to layers.txt")
	else if (to > from)
		complain("\"" target "\" (level " to ") is above this file (level " from ")")
	for (i = 1; i <= apart_count; i++)
		if ((index(FILENAME, apart_a[i]) == 1 && index(target, apart_b[i]) == 1) ||
		    (index(FILENAME, apart_b[i]) == 1 && index(target, apart_a[i]) == 1))
			complain("\"" target "\": " apart_a[i] " and " apart_b[i] " know nothing of one another")
}

function check_foreign(target,    header) {
	if (starts_with_any(FILENAME, free))
		return
	for (header in only)
		if (index(target, header) == 1 && !starts_with_any(FILENAME, only[header]))
			complain("<" target "> belongs in" only[header] " alone")
}

FILENAME == ARGV[1] {
	if ($1 ~ /^[0-9]+$/)
		levels[$2] = $1 + 0
	else if ($1 == "only")
		for (i = 3; i <= NF && $i !~ /^#/; i++)
			only[$2] = only[$2] " " $i
	else if ($1 == "apart") {
		apart_a[++apart_count] = $2
		apart_b[apart_count] = $3
	} else if ($1 == "free")
		free = free " " $2
	next
}
FNR == 1 {
	from = level(FILENAME)
	if (from < 0)
		complain("this file has no level: add its prefix to layers.txt")
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	check_own(part[2])
}
/^[ \t]*#[ \t]*include[ \t]*</ {
	split($0, part, /[<>]/)
	check_foreign(part[2])
}
END { exit bad }
