/* SPDX-License-Identifier: Apache-2.0 */
/* The table of codecs and the streams that use them: see csta_codec.h. */
#include "proto/csta_codec.h"

#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/csta_frame_nul.h"

#define COUNT_LAST 8999

static enum csta_frame_result
annex_j_next(struct csta_stream *s, struct csta_frame *out)
{
	return csta_framer_next(&s->framer, out);
}

static const struct csta_codec annex_j = {
	.name = "annex-j",
	.unread_bytes_max = (size_t)2 * LIMIT_CSTA_MESSAGE_BYTES,
	.next = annex_j_next,
	.decode = csta_decode,
	.put = csta_frame_put,
};

static const struct csta_codec nul = {
	.name = "nul",
	.in_order = true,
	.unread_bytes_max = LIMIT_CSTA_UNREAD_BYTES,
	.next = csta_frame_nul_next,
	.decode = csta_decode,
	.put = csta_frame_nul_put,
};

const struct csta_codec *const csta_codecs[CSTA_CODECS] = {
	[CSTA_CODEC_ANNEX_J] = &annex_j,
	[CSTA_CODEC_NUL] = &nul,
};

void
csta_stream_init(struct csta_stream *s, const struct csta_codec *codec)
{
	*s = (struct csta_stream){ .codec = codec };
	csta_framer_init(&s->framer);
	s->framer.in.max = codec->unread_bytes_max;
}

void
csta_stream_fini(struct csta_stream *s)
{
	csta_framer_fini(&s->framer);
}

int
csta_stream_feed(struct csta_stream *s, const uint8_t *p, size_t n)
{
	return csta_framer_feed(&s->framer, p, n);
}

enum csta_frame_result
csta_stream_next(struct csta_stream *s, struct csta_frame *out)
{
	return s->awaits ? CSTA_FRAME_MORE : s->codec->next(s, out);
}

void
csta_stream_await(struct csta_stream *s, uint32_t invoke)
{
	if (!s->codec->in_order)
		return;
	s->awaits = true;
	s->awaited = invoke;
}

int
csta_stream_put(struct csta_stream *s, struct buf *out, uint32_t invoke, struct str body)
{
	int result = s->codec->put(out, invoke, body);

	/* also when it cannot be sent: nothing else will come */
	if (s->awaits && s->awaited == invoke)
		s->awaits = false;
	return result;
}

bool
csta_stream_waits(const struct csta_stream *s)
{
	return s->awaits && s->framer.in.n > s->framer.consumed;
}

bool
csta_stream_is_ready(const struct csta_stream *s)
{
	return s->codec->in_order && !s->awaits && s->framer.in.n > s->framer.consumed;
}

uint32_t
csta_stream_count(struct csta_stream *s)
{
	s->count = s->count >= COUNT_LAST ? 1 : s->count + 1;
	return s->count;
}
