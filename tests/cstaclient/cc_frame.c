/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Framing of CSTA XML over TCP: 00 00, 16-bit big-endian length that includes these eight bytes,
 * four ASCII digits of invoke id, XML (ECMA-323 Annex J).
 *
 * Happy path: bytes come in pieces of any size, each complete message is handed on.
 * Failure modes: an indicator other than 00 00, a length below 9, an invoke id that is not four
 * digits: the stream cannot be read any further, the caller has to close it.
 */
#include "tests/cstaclient/cc_frame.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void
cc_frame_reset(struct cc_frame_in *in)
{
	in->used = 0;
}

static size_t
frame_length(const unsigned char *p)
{
	return ((size_t)p[2] << 8) | p[3];
}

static bool
is_digits(const unsigned char *p)
{
	for (int i = 0; i < 4; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return true;
}

static int
check_prefix(const unsigned char *p, char *why, size_t why_size)
{
	if (p[0] != 0 || p[1] != 0) {
		(void)snprintf(
			why, why_size, "format indicator %02x %02x instead of 00 00", p[0], p[1]);
		return -1;
	}
	if (frame_length(p) <= CC_FRAME_PREFIX) {
		(void)snprintf(why, why_size, "message length %zu is too small", frame_length(p));
		return -1;
	}
	if (!is_digits(p + 4)) {
		(void)snprintf(why, why_size, "invoke id %02x %02x %02x %02x is not four digits",
			p[4], p[5], p[6], p[7]);
		return -1;
	}
	return 0;
}

static unsigned
invoke_id(const unsigned char *p)
{
	unsigned id = 0;

	for (int i = 4; i < 8; i++)
		id = id * 10 + (unsigned)(p[i] - '0');
	return id;
}

/* Fills the buffer up to `want` bytes; true when that many are there. */
static bool
fill(struct cc_frame_in *in, const unsigned char **p, size_t *n, size_t want)
{
	size_t take = want > in->used ? want - in->used : 0;

	if (take > *n)
		take = *n;
	memcpy(in->buf + in->used, *p, take);
	in->used += take;
	*p += take;
	*n -= take;
	return in->used >= want;
}

int
cc_frame_feed(struct cc_frame_in *in, const void *bytes, size_t n, cc_frame_fn fn, void *arg,
	char *why, size_t why_size)
{
	const unsigned char *p = bytes;
	int rc;

	while (fill(in, &p, &n, CC_FRAME_PREFIX)) {
		size_t length = frame_length(in->buf);

		rc = check_prefix(in->buf, why, why_size);
		if (rc != 0)
			return rc;
		if (!fill(in, &p, &n, length))
			return 0;
		in->used = 0;
		/* casting away the sign of the bytes: they are read as text from here on */
		rc = fn(invoke_id(in->buf), (const char *)in->buf + CC_FRAME_PREFIX,
			length - CC_FRAME_PREFIX, arg);
		if (rc != 0)
			return rc;
	}
	return 0;
}

size_t
cc_frame_put(unsigned char *out, unsigned id, const char *xml, size_t n)
{
	size_t length = n + CC_FRAME_PREFIX;

	if (n == 0 || length > CC_FRAME_MAX || id > 9999)
		return 0;
	out[0] = 0;
	out[1] = 0;
	out[2] = (unsigned char)(length >> 8);
	out[3] = (unsigned char)(length & 0xff);
	for (int i = 7; i >= 4; i--) {
		out[i] = (unsigned char)('0' + id % 10);
		id /= 10;
	}
	memcpy(out + CC_FRAME_PREFIX, xml, n);
	return length;
}
