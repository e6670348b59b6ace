/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams of event channels over libmicrohttpd.
 *
 * Happy path: the channel pushes documents; the connection, asleep (suspended) while there is
 * none, is woken; the server asks the reader for a body part and gets one document; the part
 * becomes one chunk and one write.
 *
 * Failure modes: the client closes or resets (seen by our own watch on the descriptor, because a
 * suspended connection is not watched by its server): the reader ends the reply with an error, the
 * owner is told. The client's host is gone without a word: the kernel's buffer fills, then our
 * queue, up to its limit; the channel's heartbeat timer ends it. A cut resets the descriptor,
 * so a blocked write cannot keep the stream alive.
 */
#include "tests/bwsim/bws_stream.h"

#include "tests/bwsim/bws.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/types.h>

#define LINGER_MS 2000

struct doc {
	TAILQ_ENTRY(doc) link;
	size_t len;
	size_t done;
	char bytes[];
};

struct bws_stream {
	struct bws *w;
	struct MHD_Connection *conn;
	struct bws_cti_conn *cti; /* or a CTI connection, which then does all the work */
	int fd;
	TAILQ_HEAD(, doc) docs;
	size_t queued;
	int64_t paced_us; /* bytes were allowed up to this time (knob stream_bytes_per_s) */
	bool asleep;
	bool finishing;
	bool cut;
	bool released; /* the server has let go of the connection */
	void (*gone)(void *arg);
	void *arg;
	struct bws_watch watch;
	struct bws_timer tell; /* tells the owner, then frees */
	struct bws_timer pace;
	struct bws_timer linger; /* a stream that shall end must end */
};

static void
free_stream(struct bws_stream *s)
{
	struct doc *d;

	if (s->cti)
		bws_cti_detach(s->cti, s);
	bws_timer_stop(&s->w->timers, &s->tell);
	bws_timer_stop(&s->w->timers, &s->linger);
	bws_timer_stop(&s->w->timers, &s->pace);
	while ((d = TAILQ_FIRST(&s->docs))) {
		TAILQ_REMOVE(&s->docs, d, link);
		free(d);
	}
	free(s);
}

void
bws_stream_wake(struct bws_stream *s)
{
	if (!s->asleep)
		return;
	s->asleep = false;
	bws_http_busy(s->w);
	MHD_resume_connection(s->conn);
}

/* The client writes on the connection of its stream (knob stream_input). True: the connection ends. */
static bool
on_input(struct bws_stream *s)
{
	static const char error[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
		"<xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\" "
		"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\" xsi1:type=\"xsi:ErrorEvent\">"
		"<xsi:errorCode>100001</xsi:errorCode>"
		"<xsi:errorMessage>Nothing is expected here</xsi:errorMessage></xsi:Event>";

	s->w->stats.stream_inputs++;
	if (s->w->knobs.stream_input == 1)
		(void)bws_stream_push(s, error, sizeof(error) - 1);
	return s->w->knobs.stream_input == 2;
}

static void
on_hangup(void *arg, uint32_t events)
{
	struct bws_stream *s = arg;

	if (!(events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) && !on_input(s))
		return;
	bws_watch_del(s->w, s->fd);
	s->cut = true;
	bws_stream_wake(s);
}

static void
on_linger(void *arg)
{
	struct bws_stream *s = arg;

	s->cut = true;
	bws_util_reset_socket(s->fd);
	bws_stream_wake(s);
}

static void
on_pace(void *arg)
{
	bws_stream_wake(arg);
}

static void
on_tell(void *arg)
{
	struct bws_stream *s = arg;
	void (*gone)(void *) = s->gone;
	void *owner = s->arg;

	free_stream(s);
	if (gone)
		gone(owner);
}

struct bws_stream *
bws_stream_new(struct bws_req *r, void (*gone)(void *arg), void *arg)
{
	const union MHD_ConnectionInfo *info;
	struct bws_stream *s = bws_util_calloc(1, sizeof(*s));

	s->w = r->w;
	s->conn = r->conn;
	s->gone = gone;
	s->arg = arg;
	s->fd = -1;
	TAILQ_INIT(&s->docs);
	bws_timer_init(&s->tell, on_tell, s);
	bws_timer_init(&s->linger, on_linger, s);
	bws_timer_init(&s->pace, on_pace, s);
	s->cti = r->cti;
	if (s->cti) {
		bws_cti_attach(s->cti, s);
		return s;
	}
	info = MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info)
		s->fd = info->connect_fd;
	s->watch.ready = on_hangup;
	s->watch.arg = s;
	bws_watch_add(s->w, s->fd, EPOLLIN | EPOLLRDHUP | EPOLLET, &s->watch);
	return s;
}

bool
bws_stream_push(struct bws_stream *s, const char *bytes, size_t len)
{
	struct doc *d;

	if (s->finishing || s->cut || s->released)
		return false;
	if (s->cti) {
		s->w->stats.documents++;
		return bws_cti_push(s->cti, bytes, len);
	}
	if (s->queued + len > (size_t)s->w->knobs.chan_queue_bytes_max) {
		s->w->stats.documents_refused++;
		return false;
	}
	d = bws_util_calloc(1, sizeof(*d) + len);
	memcpy(d->bytes, bytes, len);
	d->len = len;
	TAILQ_INSERT_TAIL(&s->docs, d, link);
	s->queued += len;
	s->w->stats.documents++;
	bws_validate_sent(s->w, "stream", bytes, len);
	bws_stream_wake(s);
	return true;
}

void
bws_stream_finish(struct bws_stream *s)
{
	s->gone = NULL;
	s->finishing = true;
	if (s->released || s->cti) {
		free_stream(s);
		return;
	}
	bws_timer_in_ms(&s->w->timers, &s->linger, LINGER_MS);
	bws_stream_wake(s);
}

void
bws_stream_cut(struct bws_stream *s)
{
	s->gone = NULL;
	s->cut = true;
	if (s->cti)
		bws_cti_drop(s->cti);
	if (s->released || s->cti) {
		free_stream(s);
		return;
	}
	bws_stream_wake(s);
	bws_timer_in_ms(&s->w->timers, &s->linger, LINGER_MS);
}

/* Takes up to @max bytes of the first document; drops it when it is done. */
static size_t
take(struct bws_stream *s, char *out, size_t max)
{
	struct doc *d = TAILQ_FIRST(&s->docs);
	size_t n = d->len - d->done;

	if (n > max)
		n = max;
	memcpy(out, d->bytes + d->done, n);
	d->done += n;
	s->queued -= n;
	if (d->done == d->len) {
		TAILQ_REMOVE(&s->docs, d, link);
		free(d);
	}
	return n;
}

static void
fall_asleep(struct bws_stream *s)
{
	s->asleep = true;
	MHD_suspend_connection(s->conn);
}

/* Bytes that the pace allows now, of @max; none: the stream is woken when there are some. */
static size_t
allowed(struct bws_stream *s, size_t max)
{
	int64_t rate = s->w->knobs.stream_bytes_per_s;
	int64_t now = bws_util_mono_us();
	int64_t bytes;

	if (!rate)
		return max;
	if (s->paced_us < now - 100000)
		s->paced_us = now - 100000;
	bytes = (now - s->paced_us) * rate / 1000000;
	if (bytes < 1) {
		bws_timer_in_ms(&s->w->timers, &s->pace, 1 + 1000 / rate);
		return 0;
	}
	return (size_t)bytes < max ? (size_t)bytes : max;
}

static ssize_t
read_body(void *cls, uint64_t pos, char *out, size_t max)
{
	struct bws_stream *s = cls;
	size_t part = (size_t)s->w->knobs.chunk_bytes;
	size_t n = 0;

	(void)pos;
	bws_http_busy(s->w);
	if (s->cut)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (part && part < max)
		max = part;
	if (!TAILQ_EMPTY(&s->docs) && !(max = allowed(s, max))) {
		fall_asleep(s);
		return 0;
	}
	while (n < max && !TAILQ_EMPTY(&s->docs)) {
		n += take(s, out + n, max - n);
		if (!s->w->knobs.chunk_glue)
			break;
	}
	if (n && s->w->knobs.stream_bytes_per_s)
		s->paced_us += (int64_t)n * 1000000 / s->w->knobs.stream_bytes_per_s;
	if (n)
		return (ssize_t)n;
	if (s->finishing)
		return MHD_CONTENT_READER_END_OF_STREAM;
	fall_asleep(s);
	return 0;
}

static void
released(void *cls)
{
	struct bws_stream *s = cls;

	bws_watch_del(s->w, s->fd);
	bws_timer_stop(&s->w->timers, &s->linger);
	s->released = true;
	s->asleep = false;
	/* The server may be in the middle of something: the owner hears of it from the loop. */
	bws_timer_arm(&s->w->timers, &s->tell, 0);
}

void
bws_stream_lost(struct bws_stream *s)
{
	s->cti = NULL;
	s->released = true;
	bws_timer_arm(&s->w->timers, &s->tell, 0);
}

void
bws_stream_discard(struct bws_stream *s)
{
	released(s);
}

struct MHD_Response *
bws_stream_response(struct bws_stream *s)
{
	struct MHD_Response *response =
		MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 32768, read_body, s, released);

	if (!response)
		released(s);
	return response;
}
