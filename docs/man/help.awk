# SPDX-License-Identifier: Apache-2.0
#
# From what tandemctl --help prints to mdoc: "word:" begins a section, two blanks an entry, more blanks a line that goes on.

function safe(text)
{
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	return text ~ /^[.']/ ? "\\&" text : text
}

# mdoc reads words of its own in the line of an entry
function plain(words,   n, i, list, out)
{
	n = split(words, list, " ")
	for (i = 1; i <= n; i++)
		out = out (i > 1 ? " " : "") (list[i] ~ /^([A-Z][a-z]|[|.,:;()]|\[|\]|[A-Z]x)$/ ? "\\&" : "") safe(list[i])
	return out
}

function end_list()
{
	if (open)
		print ".El"
	open = 0
}

function begin_list()
{
	if (!open)
		print ".Bl -tag -width indent"
	open = 1
}

/^usage:/ { section = "commands"; next }
/^[a-z].*:$/ {
	end_list()
	section = substr($0, 1, length($0) - 1)
	title = ""
	next
}
/^  [^ ]/ {
	if (!titled[section]++) {
		end_list()
		print ".Sh " toupper(section)
	}
	line = substr($0, 3)
	at = match(line, /  +/)
	if (at == 0 && line ~ /^--?[a-z-]+ [^A-Z[<]/)
		at = match(line, / /)
	if (at == 0 && match(line, /[|][a-z-]+ /))
		at = RSTART + RLENGTH - 1
	if (section ~ /^exit/ && line !~ /^[0-9]/) {
		end_list()
		print ".Pp"
		print safe(line)
		next
	}
	begin_list()
	if (at > 0) {
		print ".It " plain(substr(line, 1, at - 1))
		sub(/^ +/, "", line)
		text = substr(line, at)
		sub(/^ +/, "", text)
		print safe(text)
	} else {
		print ".It " plain(line)
	}
	next
}
/^ / { sub(/^ +/, ""); print safe($0); next }
NF { end_list(); if (section != "commands") print ".Pp"; print safe($0) }
END { end_list() }
