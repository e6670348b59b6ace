/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts, memory, complaints.
 *
 * Failure: no memory or a complaint ends the program.
 */
#include "tests/xsiday/xd_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int64_t clock_ms;

void
xd_set_clock(int64_t ms)
{
	clock_ms = ms;
}

void
xd_complain(const char *document, const char *fmt, ...)
{
	long long s = (long long)(clock_ms / 1000);
	va_list ap;

	fprintf(stderr, "xsiday: complaint at %02lld:%02lld:%02lld.%03lld: ", s / 3600, s / 60 % 60,
		s % 60, (long long)(clock_ms % 1000));
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n%s%s", document ? document : "", document ? "\n" : "");
	fflush(stderr);
	_exit(1); /* no clean up: the state is that of the moment */
}

void
xd_die(const char *fmt, ...)
{
	va_list ap;

	fputs("xsiday: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	fflush(stderr);
	_exit(3);
}

void *
xd_alloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		xd_die("out of memory");
	return p;
}

static void
make_room(struct xd_text *t, size_t more)
{
	size_t room = t->room ? t->room : 512;

	while (room < t->n + more + 1)
		room *= 2;
	if (room == t->room)
		return;
	t->p = realloc(t->p, room);
	if (!t->p)
		xd_die("out of memory");
	t->room = room;
}

void
xd_text_add(struct xd_text *t, const void *p, size_t n)
{
	make_room(t, n);
	memcpy(t->p + t->n, p, n);
	t->n += n;
	t->p[t->n] = '\0';
}

void
xd_text_fmt(struct xd_text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		xd_die("bad format");
	make_room(t, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(t->p + t->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	t->n += (size_t)n;
}

void
xd_text_cut(struct xd_text *t, size_t n)
{
	if (!n)
		return;
	memmove(t->p, t->p + n, t->n - n + 1);
	t->n -= n;
}

void
xd_text_free(struct xd_text *t)
{
	free(t->p);
	memset(t, 0, sizeof(*t));
}

void
xd_copy(char *to, size_t len, const char *from)
{
	size_t n = strlen(from);

	if (n >= len)
		xd_complain(NULL, "longer than %zu: %s", len - 1, from);
	memcpy(to, from, n + 1);
}
