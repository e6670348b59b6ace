/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSTA XML framing: see csta_frame.h.
 *
 * Happy path: feed appends to one buffer; next looks at the prefix behind the frames handed out,
 * judges as much of it as is there, and hands out the body in place once all of it has come. The
 * frames handed out are dropped by the next feed, all at once: the bytes behind them are moved
 * once per feed and not once per frame.
 *
 * Failure modes: a prefix that is none (BAD, for good: the bytes stay where they are and are
 * judged the same again); a feeder that never asks for frames (E_LIMIT).
 */
#include "proto/csta_frame.h"

#include "proto/base/check.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"

#define BODY_BYTES_MAX (LIMIT_CSTA_MESSAGE_BYTES - CSTA_PREFIX_BYTES)

void
csta_framer_init(struct csta_framer *f)
{
	buf_init(&f->in, 2 * LIMIT_CSTA_MESSAGE_BYTES);
	f->consumed = 0;
}

void
csta_framer_fini(struct csta_framer *f)
{
	buf_fini(&f->in);
	f->consumed = 0;
}

int
csta_framer_feed(struct csta_framer *f, const uint8_t *p, size_t n)
{
	REQUIRE(f->consumed <= f->in.n);
	buf_drop(&f->in, f->consumed);
	f->consumed = 0;
	if (n > f->in.max - f->in.n)
		return E_LIMIT;
	buf_put(&f->in, p, n);
	return 0;
}

/* What is wrong with the first `n` bytes of a prefix, NULL if nothing is so far. */
static const char *
prefix_fault(const uint8_t *p, size_t n)
{
	if (n > 0 && p[0] == 0x01)
		return "format indicator 01: SOAP is not supported";
	if ((n > 0 && p[0] != 0) || (n > 1 && p[1] != 0))
		return "the format indicator is not 00 00";
	if (n > 3 && p[2] == 0 && p[3] <= CSTA_PREFIX_BYTES)
		return "the length leaves no room for a message";
	for (size_t i = 4; i < n && i < CSTA_PREFIX_BYTES; i++)
		if (p[i] < '0' || p[i] > '9')
			return "the invoke ID is not four digits";
	return NULL;
}

static uint32_t
invoke_of(const uint8_t *p)
{
	uint32_t invoke = 0;

	for (size_t i = 4; i < CSTA_PREFIX_BYTES; i++)
		invoke = invoke * 10 + (uint32_t)(p[i] - '0');
	return invoke;
}

enum csta_frame_result
csta_framer_next(struct csta_framer *f, struct csta_frame *out)
{
	size_t n = f->in.n - f->consumed;
	const uint8_t *p;
	const char *why;
	size_t length;

	REQUIRE(f->consumed <= f->in.n);
	if (n == 0)
		return CSTA_FRAME_MORE;
	p = f->in.p + f->consumed;
	why = prefix_fault(p, n);
	if (why != NULL) {
		*out = (struct csta_frame){ .body = STR_NONE, .why = why };
		return CSTA_FRAME_BAD;
	}
	if (n < CSTA_PREFIX_BYTES)
		return CSTA_FRAME_MORE;
	length = (size_t)p[2] << 8 | p[3];
	if (n < length)
		return CSTA_FRAME_MORE;
	*out = (struct csta_frame){
		.invoke = invoke_of(p),
		.body = { (const char *)p + CSTA_PREFIX_BYTES, length - CSTA_PREFIX_BYTES },
	};
	f->consumed += length;
	return CSTA_FRAME_READY;
}

int
csta_frame_put(struct buf *out, uint32_t invoke, struct str body)
{
	size_t length = body.n + CSTA_PREFIX_BYTES;
	uint8_t prefix[CSTA_PREFIX_BYTES];

	REQUIRE(invoke <= 9999);
	if (body.n == 0)
		return E_MALFORMED;
	if (body.n > BODY_BYTES_MAX || out->overflow || length > out->max - out->n)
		return E_LIMIT;
	prefix[0] = 0;
	prefix[1] = 0;
	prefix[2] = (uint8_t)(length >> 8);
	prefix[3] = (uint8_t)length;
	for (size_t i = CSTA_PREFIX_BYTES; i-- > 4; invoke /= 10)
		prefix[i] = (uint8_t)('0' + invoke % 10);
	buf_put(out, prefix, sizeof(prefix));
	buf_str(out, body);
	return 0;
}
