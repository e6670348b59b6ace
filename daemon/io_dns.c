/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SRV by c-ares: see io_dns.h.
 *
 * c-ares says which sockets it wants watched; a timer drives its time-outs while a question is open. Failure: no server,
 * no such name, an answer that is none: RESOLVED with the reason.
 */
#include "daemon/io_dns.h"

#include "proto/base/limits.h"
#include "proto/base/mem.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <stdio.h>
#include <utlist.h>

#define DNS_TIMEOUT_MS 2000
#define DNS_TRIES 2
#define DNS_TICK_MS 100
#define DNS_TEXT_BYTES_MAX 16384

struct dns_socket {
	uv_poll_t poll;
	struct io_dns *d;
	ares_socket_t fd;
	struct dns_socket *prev, *next;
};

struct question {
	struct io_dns *d;
	uint64_t id;
};

struct io_dns {
	struct io_sink sink;
	ares_channel channel;
	bool has_channel, closing;
	uv_timer_t timer;
	struct dns_socket *sockets;
	uint32_t open;
};

static void
on_socket_closed(uv_handle_t *h)
{
	mem_free(h->data);
}

static void
on_socket_event(uv_poll_t *poll, int status, int events)
{
	struct dns_socket *s = poll->data;
	ares_socket_t in = status < 0 || (events & UV_READABLE) ? s->fd : ARES_SOCKET_BAD;
	ares_socket_t out = status < 0 || (events & UV_WRITABLE) ? s->fd : ARES_SOCKET_BAD;

	ares_process_fd(s->d->channel, in, out);
}

static void
on_socket_wanted(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct io_dns *d = arg;
	struct dns_socket *s;
	int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);

	DL_SEARCH_SCALAR(d->sockets, s, fd, fd);
	if (events == 0) {
		if (s == NULL)
			return;
		DL_DELETE(d->sockets, s);
		uv_poll_stop(&s->poll);
		uv_close((uv_handle_t *)&s->poll, on_socket_closed);
		return;
	}
	if (s == NULL) {
		s = mem_zalloc(sizeof(*s));
		s->d = d;
		s->fd = fd;
		if (uv_poll_init_socket(d->sink.loop, &s->poll, fd) != 0) {
			mem_free(s);
			return; /* the question runs into its time-out */
		}
		s->poll.data = s;
		DL_APPEND(d->sockets, s);
	}
	uv_poll_start(&s->poll, events, on_socket_event);
}

static void
on_tick(uv_timer_t *timer)
{
	struct io_dns *d = timer->data;

	ares_process_fd(d->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static void
tell(struct io_dns *d, uint64_t id, bool ok, struct str lines, const char *why)
{
	if (!d->closing)
		io_emit(&d->sink,
			&(struct node_event){ .kind = NODE_EV_RESOLVED,
				.id = id,
				.flag = ok,
				.bytes = lines,
				.text = str_of(why) });
}

static void
on_answer(void *arg, int status, int timeouts, unsigned char *answer, int n)
{
	struct question *q = arg;
	struct io_dns *d = q->d;
	struct ares_srv_reply *list = NULL;
	struct buf lines;
	uint64_t id = q->id;

	(void)timeouts;
	mem_free(q);
	if (--d->open == 0)
		uv_timer_stop(&d->timer);
	if (status == ARES_SUCCESS)
		status = ares_parse_srv_reply(answer, n, &list);
	buf_init(&lines, DNS_TEXT_BYTES_MAX);
	for (const struct ares_srv_reply *r = list; r != NULL && !lines.overflow; r = r->next)
		buf_printf(&lines, "%u %u %u %s\n", r->priority, r->weight, r->port, r->host);
	if (list != NULL)
		ares_free_data(list);
	tell(d, id, status == ARES_SUCCESS && !lines.overflow,
		lines.overflow ? STR_NONE : buf_as_str(&lines),
		status == ARES_SUCCESS ? "" : ares_strerror(status));
	buf_fini(&lines);
}

void
io_dns_ask(struct io_dns *d, uint64_t id, struct str name)
{
	struct question *q = mem_zalloc(sizeof(*q));
	char *z = mem_strndup(name.p, name.n);

	q->d = d;
	q->id = id;
	if (d->open++ == 0)
		uv_timer_start(&d->timer, on_tick, DNS_TICK_MS, DNS_TICK_MS);
	ares_query(d->channel, z, ns_c_in, ns_t_srv, on_answer, q);
	mem_free(z);
}

struct io_dns *
io_dns_new(const struct io_sink *sink, const struct conf *conf, struct err *e)
{
	struct io_dns *d = mem_zalloc(sizeof(*d));
	struct ares_options options = {
		.timeout = DNS_TIMEOUT_MS,
		.tries = DNS_TRIES,
		.sock_state_cb = on_socket_wanted,
		.sock_state_cb_data = d,
	};
	int result = ares_library_init(ARES_LIB_INIT_ALL);

	d->sink = *sink;
	uv_timer_init(sink->loop, &d->timer);
	d->timer.data = d;
	if (result == ARES_SUCCESS)
		result = ares_init_options(&d->channel, &options,
			ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
	d->has_channel = result == ARES_SUCCESS;
	if (result == ARES_SUCCESS && conf->dns_server[0] != '\0')
		result = ares_set_servers_ports_csv(d->channel, conf->dns_server);
	if (result == ARES_SUCCESS)
		return d;
	err_set(e, E_CONFIG, "[broadworks] dns-server: %s", ares_strerror(result));
	io_dns_close(d);
	return d;
}

void
io_dns_close(struct io_dns *d)
{
	if (d->closing)
		return;
	d->closing = true;
	if (d->has_channel)
		ares_destroy(d->channel); /* every question is answered, to nobody */
	uv_close((uv_handle_t *)&d->timer, NULL);
}

void
io_dns_free(struct io_dns *d)
{
	mem_free(d);
	ares_library_cleanup();
}
