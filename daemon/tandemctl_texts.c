/* SPDX-License-Identifier: Apache-2.0 */
/* Texts in the program: see tandemctl_texts.h. The assembler takes the files in; the Makefile says when anew. */
#include "daemon/tandemctl_texts.h"

#include <string.h>

#define EMBED(symbol, file) \
	__asm__(".section .rodata\n" \
		".global " #symbol "\n" \
		".hidden " #symbol "\n" #symbol ":\n" \
		".incbin \"" file "\"\n" \
		".byte 0\n" \
		".previous\n"); \
	extern const char symbol[] __attribute__((visibility("hidden")))

EMBED(tandemctl_embedded_keys, "docs/man/conf-keys.txt");

const char *
tandemctl_keys_text(void)
{
	return tandemctl_embedded_keys;
}

static const char *
next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end != NULL ? end + 1 : line + strlen(line);
}

/* The text behind the colon, and of the lines that go on. */
static void
put_text(const char *at, struct buf *out)
{
	do {
		at += strspn(at, " ");
		buf_put(out, at, strcspn(at, "\n"));
		at = next_line(at);
		if (*at == ' ')
			buf_char(out, ' ');
	} while (*at == ' ');
}

bool
tandemctl_text(const char *file, const char *section, const char *name, struct buf *out)
{
	bool inside = section[0] == '\0';
	size_t n = strlen(name);

	for (const char *line = file; *line != '\0'; line = next_line(line)) {
		if (*line == '[')
			inside = strncmp(line + 1, section, strlen(section)) == 0 &&
				line[1 + strlen(section)] == ']';
		if (!inside || strncmp(line, name, n) != 0 || line[n] != ':')
			continue;
		put_text(line + n + 1, out);
		return true;
	}
	return false;
}
