/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket.
 *
 * Happy path: accept, read lines, run each, write the answers in order.
 * Failure modes: a line over 1 MiB or a broken connection ends that client; a slow reader's
 * answers wait in memory up to 64 MiB, then he is cut.
 */
#include "tests/bwsim/bws_control.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_BYTES_MAX (1u << 20)
#define ANSWER_BYTES_MAX (64u << 20)

struct bws_control_client {
	TAILQ_ENTRY(bws_control_client) link;
	struct bws *w;
	int fd;
	struct bws_buf in;
	struct bws_buf out;
	struct bws_watch watch;
};

static void
free_client(struct bws_control_client *c)
{
	bws_watch_del(c->w, c->fd);
	close(c->fd);
	TAILQ_REMOVE(&c->w->control.clients, c, link);
	bws_buf_free(&c->in);
	bws_buf_free(&c->out);
	free(c);
}

/* Returns -1 when the client is gone. */
static int
flush_client(struct bws_control_client *c)
{
	while (c->out.n) {
		ssize_t n = send(c->fd, c->out.p, c->out.n, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -1;
		if (n <= 0)
			break;
		bws_buf_cut(&c->out, (size_t)n);
	}
	if (c->out.n > ANSWER_BYTES_MAX)
		return -1;
	bws_watch_change(c->w, c->fd, EPOLLIN | (c->out.n ? EPOLLOUT : 0u), &c->watch);
	return 0;
}

static void
run_lines(struct bws_control_client *c)
{
	char *end;

	while (c->in.n && (end = memchr(c->in.p, '\n', c->in.n))) {
		*end = '\0';
		bws_command_run(c->w, c->in.p, &c->out);
		bws_buf_cut(&c->in, (size_t)(end - c->in.p) + 1);
	}
}

static int
read_client(struct bws_control_client *c)
{
	char part[4096];
	ssize_t n = recv(c->fd, part, sizeof(part), 0);

	if (n == 0)
		return -1;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	bws_buf_add(&c->in, part, (size_t)n);
	run_lines(c);
	return c->in.n > LINE_BYTES_MAX ? -1 : 0;
}

static void
on_client(void *arg, uint32_t events)
{
	struct bws_control_client *c = arg;

	if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && read_client(c) < 0)
		free_client(c);
	else if (flush_client(c) < 0)
		free_client(c);
}

static void
on_accept(void *arg, uint32_t events)
{
	struct bws *w = arg;
	struct bws_control_client *c;
	int fd = accept4(w->control.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	c = bws_util_calloc(1, sizeof(*c));
	c->w = w;
	c->fd = fd;
	c->watch.ready = on_client;
	c->watch.arg = c;
	TAILQ_INSERT_TAIL(&w->control.clients, c, link);
	if (bws_watch_add(w, fd, EPOLLIN, &c->watch) < 0)
		free_client(c);
}

void
bws_control_init(struct bws *w)
{
	w->control.fd = -1;
	TAILQ_INIT(&w->control.clients);
}

int
bws_control_open(struct bws *w, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(addr.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	unlink(path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, 16) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	w->control.fd = fd;
	w->control.path = bws_util_strdup(path);
	w->control.watch = bws_util_calloc(1, sizeof(*w->control.watch));
	w->control.watch->ready = on_accept;
	w->control.watch->arg = w;
	return bws_watch_add(w, fd, EPOLLIN, w->control.watch);
}

void
bws_control_fini(struct bws *w)
{
	while (!TAILQ_EMPTY(&w->control.clients))
		free_client(TAILQ_FIRST(&w->control.clients));
	if (w->control.fd < 0)
		return;
	bws_watch_del(w, w->control.fd);
	close(w->control.fd);
	unlink(w->control.path);
	free(w->control.path);
	free(w->control.watch);
}
