# SPDX-License-Identifier: Apache-2.0
#
# Symbol lint over the output of objdump -t and nm, chosen by -v what=:
#   state   objects of the pure archive in a section that can be written        (objdump -t)
#   calls   what the pure archive wants from outside                            (nm -A -u)
#   names   a symbol defined twice in the product, or with a library's prefix   (nm -A -g --defined-only)
# The allow file is that of purity.awk ("path word"); here only the file's own name counts, as archives hold no paths.

BEGIN {
	while (allow != "" && (getline line < allow) > 0)
		if (line !~ /^#/ && split(line, word, /[ \t]+/) >= 2) {
			sub(/.*\//, "", word[1])
			sub(/\.c$/, ".o", word[1])
			allowed[word[1], word[2]] = 1
		}
	split("malloc calloc realloc reallocarray free strdup strndup __strdup asprintf vasprintf aligned_alloc posix_memalign " \
		"time clock clock_gettime gettimeofday nanosleep usleep sleep rand random srand getrandom " \
		"getenv secure_getenv setenv socket connect bind listen accept send sendto recv recvfrom read write " \
		"open open64 openat fopen fopen64 fread fwrite fork execvp system popen kill exit _exit " \
		"printf fprintf puts fputs putchar stderr stdout syslog " \
		"strtok strerror localtime gmtime", list, " ")
	for (i in list)
		banned[list[i]] = 1
}

function complain(text) {
	print text
	bad = 1
}

# objdump -t: "core.o:     file format elf64", then "ADDRESS flags SECTION SIZE NAME" with O among the flags.
what == "state" && /file format/ {
	member = $1
	sub(/:$/, "", member)
}
what == "state" && / O \.(data|bss|tdata|tbss)[.a-zA-Z_0-9]*[ \t]/ && !/ O \.data\.rel\.ro/ {
	name = $NF
	sub(/\.[0-9]+$/, "", name)
	if (name ~ /^(\.?L|__asan|__ubsan|__odr_asan|odr_asan|__unnamed_)/ || (member, name) in allowed)
		next
	complain(member ": " name " can be written: pure code keeps its state in structs that it is given")
}

# nm -A -u: "libpure.a:core.o:                 U malloc"
what == "calls" && $(NF - 1) == "U" {
	split($1, part, ":")
	name = $NF
	if (sub(/_chk$/, "", name))			# what _FORTIFY_SOURCE makes of printf
		sub(/^__/, "", name)
	if (name in banned && !((part[2], name) in allowed))
		complain(part[2] ": calls " name ", which leads outside the pure code")
}

# nm -A -g: "libpure.a:core.o:0000000000000000 T core_new"
what == "names" && NF >= 3 {
	split($1, part, ":")
	name = $NF
	if (name ~ /^(__|odr_asan|main$)/ || $(NF - 1) ~ /^[wvWV]$/)
		next
	if (name in owner)
		complain(part[2] ": " name " is defined in " owner[name] " too")
	owner[name] = part[2]
	if (name ~ /^(uv_|cpg_|qb_|json_|xml[A-Z]|XML_|curl_|SSL_|MHD_)/)
		complain(part[2] ": " name " has the prefix of a library")
}

END { exit bad }
