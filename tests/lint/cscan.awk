# SPDX-License-Identifier: Apache-2.0
#
# A scanner for C, good enough for our own style: removes comments and literals, follows braces, and tells the lint that
# is loaded beside it (awk -f cscan.awk -f LINT.awk FILES) what it sees. The lint calls cscan() for each line and
# defines these functions:
#   on_text(text)                     a line without comments and literals, preprocessor lines included
#   on_function(name, first, last)    a function definition, from the line of its opening parenthesis to its "}"
#   on_variable(text)                 a definition at file scope: everything before "=", "[...]" or ";"
#   on_local_static(text)             a static variable in a function
# It does not expand macros. A file in which #if and #else both open a brace is counted wrongly: do not write such.

function cscan_reset() {
	in_comment = in_directive = depth = 0
	statement = head = kind = ""
}

# The line without comments, strings and characters.
function cscan_strip(s,    out, mark) {
	out = ""
	while (s != "") {
		if (in_comment) {
			if (!(mark = index(s, "*/")))
				break
			s = substr(s, mark + 2)
			in_comment = 0
			out = out " "
		} else if (!match(s, /\/\*|\/\/|["']/)) {
			out = out s
			break
		} else {
			out = out substr(s, 1, RSTART - 1)
			mark = substr(s, RSTART, 2)
			s = substr(s, RSTART)
			if (mark == "//")
				break
			if (mark == "/*") {
				in_comment = 1
				s = substr(s, 3)
			} else if (match(s, /^"([^"\\]|\\.)*"/) || match(s, /^'([^'\\]|\\.)*'/)) {
				out = out "\"\""
				s = substr(s, RLENGTH + 1)
			} else
				break
		}
	}
	return out
}

# Takes __attribute__((...)), alignment and assertions away: they carry parentheses but declare nothing.
function cscan_plain(s) {
	while (match(s, /__attribute__[ \t]*\(\([^()]*(\([^()]*\)[^()]*)*\)\)/))
		s = substr(s, 1, RSTART - 1) " " substr(s, RSTART + RLENGTH)
	gsub(/[ \t]+/, " ", s)
	sub(/^ /, "", s)
	sub(/ $/, "", s)
	return s
}

function cscan_open(    text) {
	if (depth == 0) {
		text = cscan_plain(statement)
		head = ""
		if (text ~ /=/) {
			kind = "value"
			cscan_variable(text)
		} else if (text ~ /(^| )(struct|union|enum)( [A-Za-z_0-9]+)?$/) {
			kind = "type"
			head = text
		} else if (match(text, /[A-Za-z_0-9]+ ?\(/)) {
			kind = "function"
			function_name = substr(text, RSTART, RLENGTH)
			sub(/ ?\($/, "", function_name)
		} else
			kind = "other"
	} else
		cscan_inner()
	depth++
	statement = ""
}

function cscan_close() {
	if (depth > 0)
		depth--
	statement = ""
	if (depth == 0) {
		if (kind == "function")
			on_function(function_name, paren_line, FNR)
		if (kind == "type")
			statement = head " {}"
		paren_line = 0
		kind = ""
	}
}

function cscan_inner(    text) {
	text = cscan_plain(statement)
	if (text ~ /^static / && text !~ /^static (_Static_assert|inline)/)
		on_local_static(cscan_declarator(text))
}

function cscan_declarator(text) {
	sub(/=.*/, "", text)
	sub(/\[.*/, "", text)
	return text
}

function cscan_variable(text) {
	if (text == "" || text ~ /^(typedef|extern|_Static_assert|static_assert)([ (]|$)/)
		return
	text = cscan_declarator(text)
	if (text ~ /\(/ && text !~ /^[^(]*\( ?\*/)
		return					# the declaration of a function, or a macro
	if (text ~ /\{\} ?$/ || text ~ /^(struct|union|enum) [A-Za-z_0-9]+ ?$/)
		return					# a type and nothing else
	on_variable(text)
}

function cscan_semicolon() {
	if (depth == 0) {
		cscan_variable(cscan_plain(statement))
		paren_line = 0
	} else
		cscan_inner()
	statement = ""
}

function cscan(    s, c) {
	if (FNR == 1)
		cscan_reset()
	s = cscan_strip($0)
	on_text(s)
	if (in_directive || s ~ /^[ \t]*#/) {
		in_directive = (s ~ /\\$/)
		return
	}
	while (match(s, /[{};(]/)) {
		c = substr(s, RSTART, 1)
		statement = statement " " substr(s, 1, RSTART - 1)
		s = substr(s, RSTART + 1)
		if (c == "(") {
			statement = statement "("
			if (depth == 0 && !paren_line)
				paren_line = FNR
		} else if (c == "{")
			cscan_open()
		else if (c == "}")
			cscan_close()
		else
			cscan_semicolon()
	}
	statement = statement " " s
}
