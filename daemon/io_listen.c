/* SPDX-License-Identifier: Apache-2.0 */
/* Listeners: see io_listen.h. A listener that was closed and is wanted again opens when its handle is gone. */
#include "daemon/io_listen.h"

#include "proto/base/mem.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTEN_BACKLOG 512
#define LISTEN_AGAIN_MS 200

struct listener {
	struct io_listen *s;
	const struct conf_listener *conf;
	uint32_t index;
	uv_tcp_t handle;
	bool open; /* the handle exists */
	bool told;
};

struct io_listen {
	struct io_sink sink;
	io_listen_fn fn;
	void *arg;
	uv_timer_t again;
	bool wanted, closing;
	uint32_t count;
	struct listener all[LIMIT_LISTENERS];
};

static void open_one(struct listener *l);

static int
make_address(struct sockaddr_storage *sa, const char *address, uint16_t port)
{
	memset(sa, 0, sizeof(*sa));
	if (uv_ip4_addr(address, port, (struct sockaddr_in *)sa) == 0)
		return 0;
	return uv_ip6_addr(address, port, (struct sockaddr_in6 *)sa);
}

/*
 * A bound socket, or a negative error of libuv. FREEBIND: the virtual address may come only after
 * us.
 */
static int
bind_socket(const char *address, uint16_t port)
{
	struct sockaddr_storage sa;
	int one = 1;
	int fd, result = make_address(&sa, address, port);

	if (result != 0)
		return result;
	fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return uv_translate_sys_error(errno);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
		setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one)) != 0 ||
		bind(fd, (struct sockaddr *)&sa,
			sa.ss_family == AF_INET ? sizeof(struct sockaddr_in) :
						  sizeof(struct sockaddr_in6)) != 0) {
		result = uv_translate_sys_error(errno);
		close(fd);
		return result;
	}
	return fd;
}

static void
on_again(uv_timer_t *timer)
{
	io_listen_open(timer->data);
}

static void
on_listener_closed(uv_handle_t *h)
{
	struct listener *l = h->data;

	l->open = false;
	if (!uv_is_active((uv_handle_t *)&l->s->again))
		open_one(l);
}

static void
listen_failed(struct listener *l, int why)
{
	if (!l->told)
		log_emit(l->s->sink.log, M_CLIENT_REFUSED,
			"cannot listen on %s port %u: %s; trying on", l->conf->address,
			(unsigned)l->conf->port, uv_strerror(why));
	l->told = true;
	if (!uv_is_active((uv_handle_t *)&l->s->again))
		uv_timer_start(&l->s->again, on_again, LISTEN_AGAIN_MS, 0);
}

static void
on_connection(uv_stream_t *stream, int status)
{
	struct listener *l = stream->data;

	/* out of descriptors: libuv closes what waits, or it stays in the backlog */
	if (status == 0)
		l->s->fn(l->index, l->s->arg);
}

static void
open_one(struct listener *l)
{
	struct io_listen *s = l->s;
	int fd, result;

	if (!s->wanted || l->open || s->closing || l->conf->address[0] == '\0')
		return;
	fd = bind_socket(l->conf->address, l->conf->port);
	if (fd < 0) {
		listen_failed(l, fd);
		return;
	}
	uv_tcp_init(s->sink.loop, &l->handle);
	l->handle.data = l;
	l->open = true;
	result = uv_tcp_open(&l->handle, fd);
	if (result != 0)
		close(fd);
	else
		result = uv_listen((uv_stream_t *)&l->handle, LISTEN_BACKLOG, on_connection);
	if (result == 0) {
		l->told = false;
		return;
	}
	listen_failed(l, result);
	uv_close((uv_handle_t *)&l->handle, on_listener_closed);
}

void
io_listen_open(struct io_listen *s)
{
	s->wanted = true;
	for (uint32_t i = 0; i < s->count; i++)
		open_one(&s->all[i]);
}

void
io_listen_shut(struct io_listen *s)
{
	s->wanted = false;
	uv_timer_stop(&s->again);
	for (uint32_t i = 0; i < s->count; i++)
		if (s->all[i].open && !uv_is_closing((uv_handle_t *)&s->all[i].handle))
			uv_close((uv_handle_t *)&s->all[i].handle, on_listener_closed);
}

int
io_listen_accept(struct io_listen *s, uint32_t index, uv_tcp_t *client)
{
	struct listener *l = &s->all[index];

	if (!l->open || uv_is_closing((uv_handle_t *)&l->handle))
		return UV_ENOTCONN;
	return uv_accept((uv_stream_t *)&l->handle, (uv_stream_t *)client);
}

uint16_t
io_listen_port(const struct io_listen *s, uint32_t index)
{
	const struct listener *l = &s->all[index];
	struct sockaddr_storage sa;
	int n = sizeof(sa);

	if (index >= s->count || !l->open ||
		uv_tcp_getsockname(&l->handle, (struct sockaddr *)&sa, &n) != 0)
		return 0;
	return ntohs(sa.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&sa)->sin6_port :
						((struct sockaddr_in *)&sa)->sin_port);
}

struct io_listen *
io_listen_new(const struct io_sink *sink, const struct conf *conf, io_listen_fn fn, void *arg)
{
	struct io_listen *s = mem_zalloc(sizeof(*s));

	s->sink = *sink;
	s->fn = fn;
	s->arg = arg;
	s->count = conf->listener_count;
	for (uint32_t i = 0; i < s->count; i++)
		s->all[i] = (struct listener){ .s = s, .conf = &conf->listeners[i], .index = i };
	uv_timer_init(sink->loop, &s->again);
	s->again.data = s;
	return s;
}

void
io_listen_close(struct io_listen *s)
{
	io_listen_shut(s);
	s->closing = true;
	uv_close((uv_handle_t *)&s->again, NULL);
}

void
io_listen_free(struct io_listen *s)
{
	mem_free(s);
}
