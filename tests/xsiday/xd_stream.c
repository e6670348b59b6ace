/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event streams, read in the ways of real clients.
 *
 * Happy path: bytes come, documents go to the owner.
 * Failure: bytes that the reader cannot make a document of are a complaint; the end of the stream is
 * for the owner to judge.
 */
#include "tests/xsiday/xd_stream.h"

#include <string.h>

#define DECLARATION "<?xml"
#define HEARTBEAT XD_DECLARATION "<ChannelHeartBeat " XD_NS "/>"
#define EVENT_END "</xsi:Event>"
#define CHANNEL_END "</Channel>"
#define DOCUMENT_BYTES_MAX (1u << 20)

/* End of the tag that begins at @p (at '<'), 0 = not there. Quoted values may hold '>'. */
static size_t
tag_end(const char *p, size_t n)
{
	char quote = '\0';
	size_t i;

	for (i = 1; i < n; i++) {
		if (quote) {
			if (p[i] == quote)
				quote = '\0';
		} else if (p[i] == '"' || p[i] == '\'') {
			quote = p[i];
		} else if (p[i] == '>') {
			return i + 1;
		}
	}
	return 0;
}

size_t
xd_stream_scan(const char *p, size_t n)
{
	size_t at = 0, end;
	int depth = 0;

	while (at < n) {
		const char *open = memchr(p + at, '<', n - at);

		if (!open)
			return 0;
		at = (size_t)(open - p);
		end = tag_end(open, n - at);
		if (!end)
			return 0;
		if (open[1] == '/')
			depth--;
		else if (open[1] != '?' && open[end - 2] != '/')
			depth++;
		at += end;
		if (depth == 0 && open[1] != '?')
			return at;
	}
	return 0;
}

static void
read_bytes(struct xd_stream *s, const char *p, size_t n)
{
	size_t len;

	xd_text_add(&s->in, p, n);
	while ((len = xd_stream_scan(s->in.p, s->in.n))) {
		s->on_document(s->arg, s->in.p, len);
		xd_text_cut(&s->in, len);
	}
	if (s->in.n > DOCUMENT_BYTES_MAX)
		xd_complain(s->in.p, "a document without an end");
}

static void
read_split(struct xd_stream *s, const char *p, size_t n)
{
	size_t at = 0;

	if (n < sizeof(DECLARATION) || memcmp(p, DECLARATION, sizeof(DECLARATION) - 1) != 0)
		xd_complain(p, "a read that does not begin with the declaration");
	while (at < n) {
		const char *next = memmem(p + at + 1, n - at - 1, DECLARATION, 5);
		size_t len = next ? (size_t)(next - p) - at : n - at;

		if (xd_stream_scan(p + at, len) != len)
			xd_complain(p, "a read that does not hold whole documents");
		s->on_document(s->arg, p + at, len);
		at += len;
	}
}

static bool
ends_with(const struct xd_text *t, const char *end)
{
	size_t n = strlen(end);

	return t->n >= n && memcmp(t->p + t->n - n, end, n) == 0;
}

static void
read_literal(struct xd_stream *s, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == '\n') {
			s->in.n = 0;
			continue;
		}
		xd_text_add(&s->in, p + i, 1);
		if (p[i] != '>' ||
			!(ends_with(&s->in, EVENT_END) || ends_with(&s->in, CHANNEL_END) ||
				(s->in.n == sizeof(HEARTBEAT) - 1 && ends_with(&s->in, HEARTBEAT))))
			continue;
		s->on_document(s->arg, s->in.p, s->in.n);
		s->in.n = 0;
	}
	if (s->in.n > DOCUMENT_BYTES_MAX)
		xd_complain(s->in.p, "no literal end");
}

static size_t
on_data(char *p, size_t size, size_t count, void *arg)
{
	struct xd_stream *s = arg;
	size_t n = size * count;

	curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &s->status);
	if (s->status != 200)
		return n;
	switch (s->reader) {
	case XD_READ_BYTES:
		read_bytes(s, p, n);
		break;
	case XD_READ_SPLIT:
		read_split(s, p, n);
		break;
	case XD_READ_LITERAL:
		read_literal(s, p, n);
		break;
	}
	return n;
}

void
xd_stream_open(struct xd_stream *s, struct xd_host *h, const char *body)
{
	s->multi = curl_multi_init();
	s->easy = curl_easy_init();
	if (!s->multi || !s->easy)
		xd_die("libcurl does not start");
	/* The real run sent no Content-Type. */
	s->headers = curl_slist_append(NULL, "Content-Type:");
	xd_http_prepare(h, s->easy, "POST", XD_ASYNC "/channel", body, s->headers);
	curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(s->easy, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(s->easy, CURLOPT_BUFFERSIZE, 512L * 1024L);
	curl_multi_add_handle(s->multi, s->easy);
	s->status = 0;
	s->ended = false;
	s->in.n = 0;
}

void
xd_stream_poll(struct xd_stream *s, int ms)
{
	int running = 0, left = 0;
	const CURLMsg *m;

	curl_multi_poll(s->multi, NULL, 0, ms, NULL);
	curl_multi_perform(s->multi, &running);
	while ((m = curl_multi_info_read(s->multi, &left)))
		if (m->msg == CURLMSG_DONE)
			s->ended = true;
	if (s->ended)
		curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &s->status);
}

void
xd_stream_close(struct xd_stream *s)
{
	curl_multi_remove_handle(s->multi, s->easy);
	curl_easy_cleanup(s->easy);
	curl_multi_cleanup(s->multi);
	curl_slist_free_all(s->headers);
	xd_text_free(&s->in);
	s->easy = NULL;
}
