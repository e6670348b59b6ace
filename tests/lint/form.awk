# SPDX-License-Identifier: Apache-2.0
#
# Form lint: the licence in the first line (the second after "#!" or a shellcheck setting), a guard TANDEM_..._NAME_H that no other header has,
# no blank at the end of a line.

function complain(line, text) {
	print FILENAME ":" line ": " text
	bad = 1
}

# proto/base/buf.h must have a guard that ends with BUF_H.
function check_guard(guard,    name) {
	name = FILENAME
	sub(/.*\//, "", name)
	name = toupper(name)
	gsub(/[^A-Z0-9]/, "_", name)
	if (guard !~ /^TANDEM_[A-Z0-9_]+_H$/ || substr(guard, length(guard) - length(name) + 1) != name)
		complain(FNR, "the guard " guard " is not TANDEM_..._" name)
	else if (guard in owner)
		complain(FNR, "the guard " guard " is also that of " owner[guard])
	owner[guard] = FILENAME
}

FNR == 1 {
	if (is_header && !has_guard) {
		print last_file ":1: no include guard"
		bad = 1
	}
	is_header = (FILENAME ~ /\.h$/)
	has_guard = 0
	last_file = FILENAME
	licence_line = /^#(!|  *shellcheck )/ ? 2 : 1
}
FNR == licence_line && !/^(\/\*|#) SPDX-License-Identifier: Apache-2\.0( \*\/)?$/ {
	complain(FNR, "the licence line is missing here: SPDX-License-Identifier: Apache-2.0")
}
is_header && !has_guard && $1 == "#ifndef" {
	has_guard = 1
	check_guard($2)
}
/[ \t]$/ { complain(FNR, "blank at the end of the line") }
END {
	if (is_header && !has_guard) {
		print last_file ":1: no include guard"
		bad = 1
	}
	exit bad
}
