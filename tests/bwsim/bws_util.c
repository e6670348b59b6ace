/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory, clocks, seeded random numbers and a growing text for the BroadWorks simulator.
 *
 * Failure: no memory ends the program with one line and exit code 70. Nothing else can fail.
 */
#include "tests/bwsim/bws_util.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static void
no_memory(void)
{
	fputs("bwsim: out of memory\n", stderr);
	exit(70);
}

void *
bws_util_calloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		no_memory();
	return p;
}

void *
bws_util_realloc(void *p, size_t size)
{
	void *q = realloc(p, size ? size : 1);

	if (!q)
		no_memory();
	return q;
}

char *
bws_util_strdup(const char *s)
{
	char *copy;

	if (!s)
		return NULL;
	copy = strdup(s);
	if (!copy)
		no_memory();
	return copy;
}

static int64_t
clock_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* Virtual time starts on 5 January 2026, a Monday, at midnight. */
#define VIRTUAL_EPOCH_US 1767571200000000
#define VIRTUAL_START_US 1000000

/* 0 = the real clocks. One simulator is one process. */
static int64_t virtual_us;

int64_t
bws_util_wall_us(void)
{
	if (virtual_us)
		return VIRTUAL_EPOCH_US + virtual_us - VIRTUAL_START_US;
	return clock_us(CLOCK_REALTIME);
}

int64_t
bws_util_mono_us(void)
{
	return virtual_us ? virtual_us : clock_us(CLOCK_MONOTONIC);
}

void
bws_util_clock_virtual(void)
{
	virtual_us = VIRTUAL_START_US;
}

int
bws_util_clock_is_virtual(void)
{
	return virtual_us != 0;
}

void
bws_util_clock_set(int64_t mono_us)
{
	if (virtual_us && mono_us > virtual_us)
		virtual_us = mono_us;
}

int
bws_util_same(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

/* connect(2): "to dissolve the association, connect with sa_family AF_UNSPEC"; for TCP that is a
 * reset. The descriptor stays valid for whoever owns it. */
void
bws_util_reset_socket(int fd)
{
	struct sockaddr none;

	memset(&none, 0, sizeof(none));
	none.sa_family = AF_UNSPEC;
	(void)connect(fd, &none, sizeof(none));
}

void
bws_rand_seed(struct bws_rand *r, uint64_t seed)
{
	r->state = seed;
	bws_rand_next(r);
}

uint64_t
bws_rand_next(struct bws_rand *r)
{
	uint64_t z = (r->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

int64_t
bws_rand_range(struct bws_rand *r, int64_t lo, int64_t hi)
{
	if (hi <= lo)
		return lo;
	return lo + (int64_t)(bws_rand_next(r) % (uint64_t)(hi - lo + 1));
}

double
bws_rand_unit(struct bws_rand *r)
{
	return (double)(bws_rand_next(r) >> 11) / 9007199254740992.0;
}

/* Exponentially distributed number with mean 1, by von Neumann's method: the length of a falling
 * run of uniform numbers decides; needs no logarithm. */
static double
exponential(struct bws_rand *r)
{
	double whole = 0;

	for (;;) {
		double first = bws_rand_unit(r);
		double last = first;
		unsigned run = 1;

		for (;;) {
			double next = bws_rand_unit(r);

			if (next >= last)
				break;
			last = next;
			run++;
		}
		if (run & 1u)
			return whole + first;
		whole += 1;
	}
}

int64_t
bws_rand_poisson_us(struct bws_rand *r, double per_second)
{
	const double hour_s = 3600.0;
	double wait_s;

	if (per_second <= 0)
		return (int64_t)(hour_s * 1e6);
	wait_s = exponential(r) / per_second;
	if (wait_s > hour_s)
		wait_s = hour_s;
	return (int64_t)(wait_s * 1e6);
}

void
bws_rand_uuid(struct bws_rand *r, char out[BWS_UUID_LEN + 1])
{
	uint64_t a = bws_rand_next(r);
	uint64_t b = bws_rand_next(r);

	snprintf(out, BWS_UUID_LEN + 1, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
		(unsigned)(a >> 16) & 0xffffu, (unsigned)a & 0xfffu,
		((unsigned)(b >> 48) & 0x3fffu) | 0x8000u,
		(unsigned long long)(b & 0xffffffffffffu));
}

static void
make_room(struct bws_buf *b, size_t more)
{
	size_t need = b->n + more + 1;
	size_t room = b->room ? b->room : 256;

	if (need <= b->room)
		return;
	while (room < need)
		room *= 2;
	b->p = bws_util_realloc(b->p, room);
	b->room = room;
}

void
bws_buf_add(struct bws_buf *b, const void *p, size_t n)
{
	make_room(b, n);
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void
bws_buf_str(struct bws_buf *b, const char *s)
{
	bws_buf_add(b, s, strlen(s));
}

void
bws_buf_fmt(struct bws_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	make_room(b, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

void
bws_buf_esc(struct bws_buf *b, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '&':
			bws_buf_str(b, "&amp;");
			break;
		case '<':
			bws_buf_str(b, "&lt;");
			break;
		case '>':
			bws_buf_str(b, "&gt;");
			break;
		case '"':
			bws_buf_str(b, "&quot;");
			break;
		case '\'':
			bws_buf_str(b, "&apos;");
			break;
		default:
			bws_buf_add(b, s, 1);
			break;
		}
	}
}

void
bws_buf_cut(struct bws_buf *b, size_t n)
{
	if (n > b->n)
		n = b->n;
	if (!n)
		return;
	memmove(b->p, b->p + n, b->n - n + 1);
	b->n -= n;
}

const char *
bws_buf_text(const struct bws_buf *b)
{
	return b->p ? b->p : "";
}

void
bws_buf_free(struct bws_buf *b)
{
	free(b->p);
	memset(b, 0, sizeof(*b));
}
