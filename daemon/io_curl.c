/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl on libuv: see io_curl.h.
 *
 * libcurl says which sockets it wants watched and when it wants to be woken; it is told of events
 * and time by curl_multi_socket_action() and of nothing else. A socket's poll handle is stopped at
 * once when libcurl is done with it, because libcurl closes the descriptor next.
 */
#include "daemon/io_curl.h"

#include "proto/base/mem.h"

#include <stdbool.h>

struct io_curl {
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer;
	io_curl_ran_fn ran;
	void *arg;
};

struct curl_socket {
	uv_poll_t poll;
	struct io_curl *c;
	curl_socket_t fd;
};

static void
run(struct io_curl *c, curl_socket_t fd, int events)
{
	int running;

	(void)curl_multi_socket_action(c->multi, fd, events, &running);
	c->ran(c->arg);
}

static void
on_socket_closed(uv_handle_t *h)
{
	mem_free(h->data);
}

static void
on_socket_event(uv_poll_t *poll, int status, int events)
{
	struct curl_socket *s = poll->data;
	int what = 0;

	if (status < 0)
		what |= CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		what |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		what |= CURL_CSELECT_OUT;
	run(s->c, s->fd, what);
}

static struct curl_socket *
watch_socket(struct io_curl *c, curl_socket_t fd)
{
	struct curl_socket *s = mem_zalloc(sizeof(*s));

	s->c = c;
	s->fd = fd;
	if (uv_poll_init_socket(c->loop, &s->poll, fd) != 0) {
		mem_free(s);
		return NULL;
	}
	s->poll.data = s;
	curl_multi_assign(c->multi, fd, s);
	return s;
}

static void
forget_socket(struct io_curl *c, curl_socket_t fd, struct curl_socket *s)
{
	curl_multi_assign(c->multi, fd, NULL);
	uv_poll_stop(&s->poll);
	uv_close((uv_handle_t *)&s->poll, on_socket_closed);
}

static int
on_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct io_curl *c = arg;
	struct curl_socket *s = socket_arg;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s != NULL)
			forget_socket(c, fd, s);
		return 0;
	}
	if (s == NULL)
		s = watch_socket(c, fd);
	if (s == NULL)
		return -1;
	if (what & CURL_POLL_IN)
		events |= UV_READABLE;
	if (what & CURL_POLL_OUT)
		events |= UV_WRITABLE;
	return uv_poll_start(&s->poll, events, on_socket_event) == 0 ? 0 : -1;
}

static void
on_timer(uv_timer_t *timer)
{
	run(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* A time of 0 means soon: libcurl must not be entered from its own callback. */
static int
on_timer_wanted(CURLM *multi, long timeout_ms, void *arg)
{
	struct io_curl *c = arg;

	(void)multi;
	if (timeout_ms < 0)
		uv_timer_stop(&c->timer);
	else
		uv_timer_start(&c->timer, on_timer, (uint64_t)timeout_ms, 0);
	return 0;
}

struct io_curl *
io_curl_new(uv_loop_t *loop, io_curl_ran_fn ran, void *arg)
{
	struct io_curl *c = mem_zalloc(sizeof(*c));

	c->multi = curl_multi_init();
	if (c->multi == NULL) {
		mem_free(c);
		return NULL;
	}
	c->loop = loop;
	c->ran = ran;
	c->arg = arg;
	uv_timer_init(loop, &c->timer);
	c->timer.data = c;
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	return c;
}

CURLM *
io_curl_multi(struct io_curl *c)
{
	return c->multi;
}

static void
on_closed(uv_handle_t *h)
{
	mem_free(h->data);
}

void
io_curl_close(struct io_curl *c)
{
	curl_multi_cleanup(c->multi);
	uv_timer_stop(&c->timer);
	uv_close((uv_handle_t *)&c->timer, on_closed);
}
