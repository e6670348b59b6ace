/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates over time: see io_cert_watch.h. Without a certificate in the configuration it does nothing. */
#include "daemon/io_cert_watch.h"

#include "daemon/io_cert.h"
#include "proto/base/mem.h"

#include <time.h>

#define WATCH_MS (12 * 3600 * UINT64_C(1000))

struct io_cert_watch {
	struct io_sink sink;
	const struct conf *conf;
	struct meter_certs *meter;
	uv_timer_t again;
	uv_work_t work;
	bool busy, closed;
	uint32_t count;
	struct io_cert certs[LIMIT_CERTIFICATES];
};

/* On another thread: it reads the configuration, which does not change, and writes its own part alone. */
static void
read_files(uv_work_t *work)
{
	struct io_cert_watch *w = work->data;

	w->count = io_cert_read(w->conf, (int64_t)time(NULL), w->certs);
}

static void
tell(const struct io_cert_watch *w, const struct io_cert *c)
{
	if (c->state == IO_CERT_SOON)
		log_emit(w->sink.log, M_CERTIFICATE_EXPIRES, "%s; " IO_CERT_REMEDY, c->text);
	else if (c->state != IO_CERT_GOOD)
		log_emit(w->sink.log, M_CERTIFICATE_EXPIRED, "%s; " IO_CERT_REMEDY, c->text);
}

static void
on_read(uv_work_t *work, int status)
{
	struct io_cert_watch *w = work->data;

	w->busy = false;
	if (w->closed || status != 0)
		return;
	w->meter->count = w->count;
	for (uint32_t i = 0; i < w->count; i++) {
		w->meter->certs[i] = w->certs[i].of;
		tell(w, &w->certs[i]);
	}
}

void
io_cert_watch_look(struct io_cert_watch *w)
{
	if (w->busy || w->closed)
		return;
	w->busy = uv_queue_work(w->sink.loop, &w->work, read_files, on_read) == 0;
}

static void
on_again(uv_timer_t *timer)
{
	io_cert_watch_look(timer->data);
}

struct io_cert_watch *
io_cert_watch_new(const struct io_sink *sink, const struct conf *conf, struct meter_certs *meter)
{
	struct io_cert_watch *w = mem_zalloc(sizeof(*w));

	w->sink = *sink;
	w->conf = conf;
	w->meter = meter;
	w->work.data = w;
	uv_timer_init(sink->loop, &w->again);
	w->again.data = w;
	uv_timer_start(&w->again, on_again, WATCH_MS, WATCH_MS);
	io_cert_watch_look(w);
	return w;
}

void
io_cert_watch_close(struct io_cert_watch *w)
{
	w->closed = true;
	uv_close((uv_handle_t *)&w->again, NULL);
}

void
io_cert_watch_free(struct io_cert_watch *w)
{
	mem_free(w);
}
