# SPDX-License-Identifier: Apache-2.0
#
# Purity lint for the code below the adapters: awk -f cscan.awk -f purity.awk ALLOW FILES
# Refuses calls that reach outside (clock, random numbers, environment, files, sockets, threads, processes, the terminal),
# allocation past proto/base/mem, and state that outlives a call without being part of a struct: variables at file scope or
# static in a function that are not const. The allow file has lines "path word  # reason", word = the function or variable.

BEGIN {
	split("time clock clock_gettime clock_nanosleep gettimeofday ftime times nanosleep sleep usleep alarm " \
		"rand random srand srandom rand_r random_r drand48 getrandom getentropy arc4random " \
		"getenv setenv putenv secure_getenv getpid gethostname uname sysconf " \
		"socket connect accept accept4 bind listen send sendto sendmsg recv recvfrom recvmsg shutdown setsockopt " \
		"getaddrinfo gethostbyname poll select ppoll epoll_create1 epoll_wait " \
		"open openat creat read write pread pwrite close unlink rename mkdir opendir fopen fdopen freopen " \
		"fread fwrite fgets getline mmap ioctl fcntl dup pipe stat fstat " \
		"printf fprintf vprintf vfprintf puts fputs putchar fputc perror syslog " \
		"fork execl execlp execv execve execvp system popen kill raise signal sigaction exit _exit atexit " \
		"malloc calloc realloc reallocarray free strdup strndup asprintf vasprintf aligned_alloc posix_memalign " \
		"strtok strerror localtime gmtime ctime asctime setlocale", words, " ")
	for (i in words)
		banned[words[i]] = 1
}

function complain(line, word, text) {
	if ((FILENAME, word) in allowed)
		return
	print FILENAME ":" line ": " text
	bad = 1
}

# A call is a name before "(" that is neither a member (x.send, x->send), nor part of a longer name, nor a pointer to a
# function that was declared further up in the file: int (*read)(...).
function on_text(text,    before, name) {
	note_pointers(text)
	while (match(text, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
		before = RSTART > 1 ? substr(text, RSTART - 1, 1) : ""
		name = substr(text, RSTART, RLENGTH - 1)
		text = substr(text, RSTART + RLENGTH)
		sub(/[ \t]+$/, "", name)
		if (before == "." || before == ">" || (FILENAME, name) in pointers)
			continue
		if (name in banned || name ~ /^(pthread|thrd|mtx|uv|curl|cpg|quorum)_/)
			complain(FNR, name, name "() below the adapters")
	}
}

function note_pointers(text,    name) {
	while (match(text, /\([ \t]*\*[ \t]*[A-Za-z_][A-Za-z_0-9]*[ \t]*\)[ \t]*\(/)) {
		name = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		gsub(/[^A-Za-z_0-9]/, "", name)
		pointers[FILENAME, name] = 1
	}
}

function on_function(name, first, last) { }

# The name: the last identifier of a declarator.
function name_of(text) {
	sub(/\).*/, "", text)
	sub(/[^A-Za-z_0-9]+$/, "", text)
	sub(/.*[^A-Za-z_0-9]/, "", text)
	return text
}

# With a pointer, what comes after the last "*" must be const; without one, any const will do.
function is_const(text) {
	if (text ~ /\*/)
		sub(/.*\*/, "", text)
	return text ~ /(^|[^A-Za-z_0-9])const([^A-Za-z_0-9]|$)/
}

function on_variable(text) {
	if (!is_const(text))
		complain(FNR, name_of(text), "mutable variable " name_of(text) " at file scope")
}

function on_local_static(text) {
	if (!is_const(text))
		complain(FNR, name_of(text), "mutable static variable " name_of(text))
}

FILENAME == ARGV[1] {
	if ($1 !~ /^#/ && NF >= 2)
		allowed[$1, $2] = 1
	next
}
{ cscan() }
END { exit bad }
