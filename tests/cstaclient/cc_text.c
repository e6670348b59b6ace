/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded texts and device names.
 *
 * Happy path: the caller gives memory, text is appended, the result is a C string.
 * Failure modes: too little memory cuts the text and sets is_cut; nothing is ever written outside.
 */
#include "tests/cstaclient/cc_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
cc_text_init(struct cc_text *t, char *p, size_t size)
{
	t->p = p;
	t->n = 0;
	t->size = size;
	t->is_cut = false;
	p[0] = '\0';
}

void
cc_text_add(struct cc_text *t, const char *format, ...)
{
	size_t room = t->size - t->n;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(t->p + t->n, room, format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room) {
		t->is_cut = true;
		t->n = t->size - 1;
		return;
	}
	t->n += (size_t)n;
}

void
cc_text_xml(struct cc_text *t, const char *s)
{
	for (; *s != '\0'; s++) {
		switch (*s) {
		case '<':
			cc_text_add(t, "&lt;");
			break;
		case '>':
			cc_text_add(t, "&gt;");
			break;
		case '&':
			cc_text_add(t, "&amp;");
			break;
		default:
			cc_text_add(t, "%c", *s);
			break;
		}
	}
}

void
cc_text_copy(char *to, size_t size, const char *s)
{
	size_t n = strnlen(s, size - 1);

	memcpy(to, s, n);
	to[n] = '\0';
}

void
cc_text_device(char *to, size_t size, const char *id)
{
	if (strncmp(id, "tel:", 4) == 0 || strncmp(id, "sip:", 4) == 0)
		id += 4;
	cc_text_copy(to, size, id);
	to[strcspn(to, "@")] = '\0';
}

bool
cc_text_same_device(const char *a, const char *b)
{
	char one[128];
	char two[128];

	cc_text_device(one, sizeof(one), a);
	cc_text_device(two, sizeof(two), b);
	return strcmp(one, two) == 0;
}
