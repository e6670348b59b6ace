# SPDX-License-Identifier: Apache-2.0
#
# From the meta-data of the agent (one element a line, as it prints them) to mdoc.

function attribute(name,   text)
{
	if (!match($0, " " name "=\"[^\"]*\""))
		return ""
	text = substr($0, RSTART, RLENGTH)
	sub(/^[^"]*"/, "", text)
	sub(/"$/, "", text)
	return text
}

function safe(text)
{
	gsub(/-/, "\\-", text)
	gsub(/[.]  */, ".\n", text)
	sub(/\n$/, "", text)
	return text
}

/<parameters>/ { print ".Sh PARAMETERS"; print ".Bl -tag -width indent" }
/<parameter / { name = attribute("name"); print ".It Ic " name }
/<longdesc/ {
	if (name == "")
		print ".Sh DESCRIPTION"
	sub(/<longdesc[^>]*>/, "")
	inside = 1
}
inside {
	text = $0
	closed = sub(/<\/longdesc>.*/, "", text)
	if (text != "")
		print safe(text)
	if (closed)
		inside = 0
	next
}
/<content / {
	print ".br"
	value = attribute("default")
	print "Default: " (value == "" ? "none" : safe(value))
}
/<\/parameters>/ { print ".El"; print ".Sh ACTIONS"; print ".Bl -column \"validate-all\" \"timeout\" \"interval\" \"Unpromoted\" \"depth\""
	print ".It action Ta timeout Ta interval Ta role Ta depth" }
/<action / {
	printf ".It %s Ta %s Ta %s Ta %s Ta %s\n", safe(attribute("name")), attribute("timeout"), attribute("interval"), attribute("role"),
		attribute("depth")
}
/<\/actions>/ { print ".El" }
