#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Tests the lints: each must be content with a clean little tree, and must find what is planted into it.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
run=$PWD/tests/lint/run
style=$PWD/.clang-format
passed=0 failed=0 skipped=0
top=$(mktemp -d "${TMPDIR:-/tmp}/lint.XXXXXX") || exit 1
trap 'rm -rf "$top"' EXIT

LICENCE='/* SPDX-License-Identifier: Apache-2.0 */'
CC=${CC:-gcc}
export CC
export OBJ=obj
export HEADER_CFLAGS='-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -I.'

# source PATH < text: puts the licence line and standard input into a file of the tree.
source_file()
{
	mkdir -p "$top/$(dirname "$1")"
	{ echo "$LICENCE"; cat; } >"$top/$1"
}

header_file()
{
	local guard=TANDEM_${1//[\/.]/_}
	{ printf '#ifndef %s\n#define %s\n' "${guard^^}" "${guard^^}"; cat; echo '#endif'; } | source_file "$1"
}

clean_tree()
{
	rm -rf "${top:?}"/* "$top/.clang-format"
	cp "$style" "$top/"
	header_file proto/base/mem.h <<<'void *mem_new(void);'
	header_file core/call.h <<-'END'
		#include "proto/base/mem.h"
		struct call {
			int state;
			int (*send)(struct call *call, int value);
		};
		int call_step(struct call *call);
	END
	source_file core/call.c <<-'END'
		/* A comment may say malloc(1), time(NULL) and static int x; */
		#include "core/call.h"

		static const int steps[] = {1, 2};
		static const char *const names[] = {"malloc(", "} static int y;"};

		int
		call_step(struct call *call)
		{
			static const char *const text = "rand()";

			call->state += steps[0];
			return call->send(call, text[0] + names[0][0]);
		}
	END
	source_file daemon/io_tcp.c <<-'END'
		#include <unistd.h>

		static int sockets;
		void io_tcp_close(int fd);

		void
		io_tcp_close(int fd)
		{
			sockets--;
			close(fd);
		}
	END
	mkdir -p "$top/tests"
	printf '#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\necho "$1"\n' >"$top/tests/good.sh"
}

# Compiles the pure sources of the tree into obj/libpure.a and the adapters into obj/libio.a.
compile()
{
	local file objects=()
	mkdir -p "$top/obj"
	rm -f "$top"/obj/*
	for file in $(cd "$top" && find proto core ha daemon -name '*.c' 2>/dev/null); do
		(cd "$top" && $CC -O2 -I. -c -o "obj/$(basename "$file" .c).o" "$file") || return 1
	done
	(cd "$top/obj" && for file in *.o; do [[ $file == io_* ]] || ar rcs libpure.a "$file"; done && ar rcs libio.a io_*.o)
	objects=("$top"/obj/*.o)
	rm -f "${objects[@]}"
}

verdict()
{
	if [[ $1 == 0 ]]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
		sed 's/^/    /' <<<"$output"
	fi
}

# content LINT...: the tree as it stands passes.
content()
{
	output=$(LINT_TOP=$top "$run" "$@" 2>&1)
	verdict $? "a clean tree does not pass: $*"
}

# caught LINT TEXT: the lint fails and says TEXT.
caught()
{
	output=$(LINT_TOP=$top "$run" "$1" 2>&1)
	[[ $? == 1 && $output == *"$2"* ]]
	verdict $? "$1 did not say '$2'"
}

# plant PATH TEXT LINT WORDS: the clean tree plus one file (licence line, then TEXT) is refused with WORDS.
plant()
{
	clean_tree
	source_file "$1" <<<"$2"
	caught "$3" "$4"
}

test_clean()
{
	clean_tree
	compile
	content layers purity symbols headers size form words
	command -v "${SHELLCHECK:-shellcheck}" >/dev/null && content shell
}

test_layers()
{
	plant core/bad.c '#include "daemon/node.h"' layers 'core/bad.c:2: "daemon/node.h" (level 4) is above this file (level 2)'
	plant daemon/sess.c '#include "daemon/io_tcp.h"' layers '(level 5) is above'
	plant ha/role.c '#include "core/call.h"' layers 'know nothing of one another'
	plant core/bad.c '#include "ha/role.h"' layers 'know nothing of one another'
	plant proto/xsi_decode.c '#include "proto/csta_msg.h"' layers 'know nothing of one another'
	plant core/bad.c '#include "proto/csta_msg.h"' layers 'know nothing of one another'
	plant ha/role.c '#	include <corosync/cpg.h>' layers '<corosync/cpg.h> belongs in'
	plant core/bad.c '#include <uv.h>' layers '<uv.h> belongs in'
	plant daemon/sess.c '#include <jansson.h>' layers '<jansson.h> belongs in'
	plant proto/csta_decode.c '#include <libxml/parser.h>' layers 'belongs in proto/xml alone'
	plant core/bad.c '#include "call.h"' layers 'write the path from the top'
	plant extra/bad.c 'int x;' layers 'this file has no level'
	plant core/bad.c '#include "tests/lib/help.h"' layers 'is above this file'
	clean_tree
	source_file proto/xml.c <<<'#include <libxml/parser.h>'
	source_file tests/unit/check_x.c <<<'#include <uv.h>'
	source_file ha/link_cpg.c <<<'#include <corosync/cpg.h>'
	content layers
}

test_purity()
{
	plant core/bad.c 'long f(void) { return time(0); }' purity 'core/bad.c:2: time() below the adapters'
	plant core/bad.c 'void *f(void) { return malloc (4); }' purity 'malloc() below'
	plant proto/csta_x.c 'void f(void *p) { free(p); }' purity 'free() below'
	plant daemon/sess.c 'char *f(void) { return getenv("A"); }' purity 'getenv() below'
	plant ha/role.c 'void f(void *p) { pthread_mutex_lock(p); }' purity 'pthread_mutex_lock() below'
	plant ha/role.c '#define NOW() clock_gettime(0, 0)' purity 'clock_gettime() below'
	plant core/bad.c 'static int count;' purity 'mutable variable count at file scope'
	plant core/bad.c 'int count = 3;' purity 'mutable variable count at file scope'
	plant core/bad.c 'static const char *names[] = {"a"};' purity 'mutable variable names'
	plant core/bad.c 'static int (*hook)(void);' purity 'mutable variable hook'
	plant core/bad.c 'struct { int a; } thing;' purity 'mutable variable thing'
	plant core/bad.c 'int f(void) { static int n = 0; return n++; }' purity 'mutable static variable n'
	clean_tree
	source_file daemon/io_clock.c <<<'long f(void) { return time(0); }'
	source_file proto/base/mem.c <<<'void *f(void) { return malloc(4); }'
	source_file core/more.c <<-'END'
		struct pair { int a; } __attribute__((packed));
		extern int elsewhere;
		static int helper(int (*cb)(void));
		static int helper(int (*cb)(void)) { return cb() ? 1 : 0; }
		typedef int number;
		_Static_assert(sizeof(number) == 4, "x");
		enum colour { RED, GREEN };
		int timely(int runtime);
		int timely(int runtime) { return runtime + helper(0) + (x.read)(1); }
		int each(int (*read)(int value));
		int each(int (*read)(int value)) { return read(1); }
	END
	content purity
}

test_symbols()
{
	local needed
	for needed in nm objdump "${CC%% *}"; do
		command -v "$needed" >/dev/null || { echo "skip: symbols: no $needed here"; skipped=$((skipped + 1)); return; }
	done
	clean_tree
	source_file core/bad.c <<<'int bad_get(void); static int hidden; int bad_get(void) { return hidden++; }'
	compile
	caught symbols 'bad.o: hidden can be written'
	clean_tree
	source_file core/bad.c <<<'void *mal() __asm__("malloc"); void *bad_get(void); void *bad_get(void) { return mal(4); }'
	compile
	caught symbols 'bad.o: calls malloc'
	clean_tree
	source_file core/bad.c <<<'int call_step(void); int call_step(void) { return 0; }'
	compile
	caught symbols 'call_step is defined in'
	clean_tree
	source_file core/bad.c <<<'int json_mine(void); int json_mine(void) { return 0; }'
	compile
	caught symbols 'has the prefix of a library'
	clean_tree
	output=$(LINT_TOP=$top "$run" symbols)
	[[ $? == 0 && $output == *'skip: symbols: no obj/libpure.a'*'0 passed, 0 failed, 1 skipped' ]]
	verdict $? 'symbols without an archive must be skipped'
}

test_headers()
{
	clean_tree
	header_file core/bad.h <<<'size_t bad(void);'
	caught headers 'core/bad.h:1: does not compile alone'
}

test_size()
{
	clean_tree
	{ echo 'int'; echo 'big(void)'; echo '{'; yes '	/* } */' | head -n 80; echo '}'; } | source_file core/big.c
	caught size 'core/big.c:3: core/big.c:big has 83 lines, more than 80'
	clean_tree
	yes '/* line */' | head -n 800 | source_file core/long.c
	caught size 'core/long.c has 801 lines, more than 800'
	ratchet '900 core/long.c # old' 'lower its line in the ratchet file to 801'
	ratchet '800 core/long.c # old' 'has grown to 801 lines'
	ratchet '100 core/gone.c # old' 'there is no core/gone.c any more'
	ratchet '100 core/call.c # old' 'take its line out of the ratchet file'
	echo '801 core/long.c  # reason' >"$top/ratchet"
	SIZE_RATCHET=$top/ratchet content size
}

ratchet()
{
	echo "$1" >"$top/ratchet"
	SIZE_RATCHET=$top/ratchet caught size "$2"
}

test_form()
{
	clean_tree
	echo 'int x;' >"$top/core/bad.c"
	caught form 'core/bad.c:1: the licence line is missing'
	plant core/bad.h 'int x;' form 'core/bad.h:1: no include guard'
	plant core/bad.h $'#ifndef BAD_H\n#define BAD_H\n#endif' form 'the guard BAD_H is not TANDEM_..._BAD_H'
	plant ha/call.h $'#ifndef TANDEM_CORE_CALL_H\n#define TANDEM_CORE_CALL_H\n#endif' form 'is also that of core/call.h'
	plant core/bad.c $'int x; \n' form 'core/bad.c:2: blank at the end of the line'
	clean_tree
	printf '#!/bin/sh\necho\n' >"$top/tests/bad"
	caught form 'tests/bad:2: the licence line is missing'
}

test_words()
{
	local todo=TO'DO' home=/home
	plant core/bad.c "/* $todo: later */" words "core/bad.c:2:/* $todo"
	plant tests/unit/check_x.c "char *p = \"$home/me/file\";" words "tests/unit/check_x.c:2:"
	clean_tree
	source_file core/fine.c <<<'char *p = "/var/lib/tandem/home/x mktemp.XXXXXX";	/* XX(a) */'
	content words
}

test_shell()
{
	command -v "${SHELLCHECK:-shellcheck}" >/dev/null ||
		{ echo "skip: shell: no shellcheck here"; skipped=$((skipped + 1)); return; }
	clean_tree
	mkdir -p "$top/deploy/ocf"
	printf '#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\nlocal_var=$(echo "x"\nif\n' >"$top/deploy/ocf/bad"
	caught shell 'deploy/ocf/bad:'
}

test_format()
{
	command -v "${CLANG_FORMAT:-clang-format}" >/dev/null ||
		{ echo "skip: format: no clang-format here"; skipped=$((skipped + 1)); return; }
	clean_tree
	rm -rf "$top/core" "$top/daemon"
	printf '%s\n' 'static int' 'f(struct call *call)' '{' $'\tif (call == NULL) {' $'\t\tcall = &(struct call){ .state = 1 };' \
		$'\t\treturn call->state ? 1 : 2;' $'\t}' $'\treturn 0;' '}' | source_file core/good.c
	FORMAT_STRICT=1 content format
	source_file core/bad.c <<<'int f(void){return 1;}'
	FORMAT_STRICT=1 caught format 'core/bad.c:1: differs from .clang-format'
	output=$(LINT_TOP=$top FORMAT_STRICT=0 "$run" format)
	[[ $? == 0 && $output == *'note: 1 of 3 files differ'* ]]
	verdict $? 'without FORMAT_STRICT the files are counted only'
}

test_runner()
{
	output=$(LINT_TOP=$top "$run" nonsense 2>&1)
	[[ $? == 2 && $output == *"no lint 'nonsense'"* ]]
	verdict $? 'an unknown lint must be refused'
}

for part in clean layers purity symbols headers size form words shell format runner; do
	"test_$part"
done
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
