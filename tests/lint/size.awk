# SPDX-License-Identifier: Apache-2.0
#
# Size lint: awk -v lines_max=800 -v function_max=80 -f cscan.awk -f size.awk RATCHET FILES
# The ratchet file lists what is larger, "LINES path" or "LINES path:function", with a reason after "#". An entry must say
# exactly how large the thing is now: growth is refused, and whoever makes it smaller lowers the entry or takes it away.

function on_text(text) { }
function on_variable(text) { }
function on_local_static(text) { }
function on_function(name, first, last) { check(FILENAME ":" name, last - first + 1, function_max, FILENAME ":" first) }

function complain(text) {
	print text
	bad = 1
}

function check(key, lines, max, place) {
	seen[key] = 1
	if (key in ratchet) {
		if (lines > ratchet[key])
			complain(place ": " key " has grown to " lines " lines; the ratchet holds it at " ratchet[key])
		else if (lines <= max)
			complain(place ": " key " has " lines " lines; take its line out of the ratchet file")
		else if (lines < ratchet[key])
			complain(place ": " key " has shrunk; lower its line in the ratchet file to " lines)
	} else if (lines > max)
		complain(place ": " key " has " lines " lines, more than " max)
}

function end_file() {
	if (last_file != "")
		check(last_file, last_line, lines_max, last_file ":1")
}

FILENAME == ARGV[1] {
	if ($1 ~ /^[0-9]+$/)
		ratchet[$2] = $1
	next
}
FNR == 1 { end_file() }
{
	cscan()
	last_file = FILENAME
	last_line = FNR
}
END {
	end_file()
	for (key in ratchet)
		if (!(key in seen))
			complain("size.ratchet: there is no " key " any more; take its line out")
	exit bad
}
