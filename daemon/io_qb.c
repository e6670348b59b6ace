/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libqb on libuv: see io_qb.h.
 *
 * A dispatch function that returns a negative number wants to be called no more; it may also have
 * deleted its own entry, and then the entry must not be touched: its memory lives until the close
 * callback, marked gone.
 */
#include "daemon/io_qb.h"

#include "proto/base/mem.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <utlist.h>

struct watched_fd {
	uv_poll_t poll;
	int fd;
	bool gone;
	void *data;
	qb_ipcs_dispatch_fn_t fn;
	struct watched_fd *prev, *next;
};

struct job {
	void *data;
	qb_loop_job_dispatch_fn fn;
	struct job *prev, *next;
};

static struct {
	uv_loop_t *loop;
	uv_timer_t timer;
	struct watched_fd *fds;
	struct job *jobs;
} io_qb;

static struct watched_fd *
find(int fd)
{
	struct watched_fd *w;

	DL_FOREACH(io_qb.fds, w) {
		if (w->fd == fd)
			return w;
	}
	return NULL;
}

static void
on_closed(uv_handle_t *h)
{
	mem_free(h->data);
}

static void
forget(struct watched_fd *w)
{
	if (w->gone)
		return;
	w->gone = true;
	DL_DELETE(io_qb.fds, w);
	uv_poll_stop(&w->poll);
	uv_close((uv_handle_t *)&w->poll, on_closed);
}

static void
on_event(uv_poll_t *poll, int status, int events)
{
	struct watched_fd *w = poll->data;
	int revents = 0;

	if (status < 0)
		revents |= POLLERR | POLLHUP;
	if (events & UV_READABLE)
		revents |= POLLIN;
	if (events & UV_WRITABLE)
		revents |= POLLOUT;
	if (events & UV_DISCONNECT)
		revents |= POLLHUP;
	if (w->fn(w->fd, revents, w->data) < 0)
		forget(w);
}

static int
start(struct watched_fd *w, int events)
{
	int uv_events = UV_DISCONNECT;

	if (events & POLLIN)
		uv_events |= UV_READABLE;
	if (events & POLLOUT)
		uv_events |= UV_WRITABLE;
	return uv_poll_start(&w->poll, uv_events, on_event) == 0 ? 0 : -EINVAL;
}

static int32_t
add_fd(enum qb_loop_priority p, int32_t fd, int32_t events, void *data, qb_ipcs_dispatch_fn_t fn)
{
	struct watched_fd *w;

	(void)p;
	if (find(fd) != NULL)
		return -EEXIST;
	w = mem_zalloc(sizeof(*w));
	w->fd = fd;
	w->data = data;
	w->fn = fn;
	if (uv_poll_init(io_qb.loop, &w->poll, fd) != 0) {
		mem_free(w);
		return -EINVAL;
	}
	w->poll.data = w;
	DL_APPEND(io_qb.fds, w);
	return start(w, events);
}

static int32_t
change_fd(enum qb_loop_priority p, int32_t fd, int32_t events, void *data, qb_ipcs_dispatch_fn_t fn)
{
	struct watched_fd *w = find(fd);

	(void)p;
	if (w == NULL)
		return -ENOENT;
	w->data = data;
	w->fn = fn;
	return start(w, events);
}

static int32_t
delete_fd(int32_t fd)
{
	struct watched_fd *w = find(fd);

	if (w == NULL)
		return -ENOENT;
	forget(w);
	return 0;
}

static void
on_jobs(uv_timer_t *timer)
{
	struct job *jobs = io_qb.jobs;

	(void)timer;
	io_qb.jobs = NULL; /* what a job adds comes with the next turn */
	while (jobs != NULL) {
		struct job *j = jobs;

		DL_DELETE(jobs, j);
		j->fn(j->data);
		mem_free(j);
	}
}

static int32_t
add_job(enum qb_loop_priority p, void *data, qb_loop_job_dispatch_fn fn)
{
	struct job *j = mem_zalloc(sizeof(*j));

	(void)p;
	j->data = data;
	j->fn = fn;
	DL_APPEND(io_qb.jobs, j);
	uv_timer_start(&io_qb.timer, on_jobs, 0, 0);
	return 0;
}

struct qb_ipcs_poll_handlers *
io_qb_handlers(void)
{
	static struct qb_ipcs_poll_handlers handlers = {
		.job_add = add_job,
		.dispatch_add = add_fd,
		.dispatch_mod = change_fd,
		.dispatch_del = delete_fd,
	};

	return &handlers;
}

void
io_qb_open(uv_loop_t *loop)
{
	io_qb.loop = loop;
	uv_timer_init(loop, &io_qb.timer);
}

void
io_qb_close(void)
{
	while (io_qb.fds != NULL)
		forget(io_qb.fds);
	on_jobs(&io_qb.timer);
	while (io_qb.jobs != NULL) {
		struct job *j = io_qb.jobs;

		DL_DELETE(io_qb.jobs, j);
		mem_free(j);
	}
	uv_close((uv_handle_t *)&io_qb.timer, NULL);
}
