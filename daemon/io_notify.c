/* SPDX-License-Identifier: Apache-2.0 */
/* Service manager: see io_notify.h. */
#include "daemon/io_notify.h"

#include "proto/base/mem.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NOTIFY_TEXT_BYTES_MAX 128

struct io_notify {
	int fd; /* -1: nobody wants to know */
	struct sockaddr_un to;
	socklen_t to_bytes;
	uint64_t feed_ms; /* 0: no watchdog */
	uv_timer_t timer;
	char told[NOTIFY_TEXT_BYTES_MAX];
};

/* A path, or an abstract name that begins with '@'. */
static int
open_socket(struct io_notify *n, const char *name)
{
	size_t bytes = name != NULL ? strlen(name) : 0;

	if (bytes < 2 || bytes > sizeof(n->to.sun_path) || (name[0] != '/' && name[0] != '@'))
		return -1;
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, name, bytes);
	if (name[0] == '@')
		n->to.sun_path[0] = '\0';
	n->to_bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + bytes);
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* The period of the watchdog, if it is ours: the variables may be of a process above us. */
static uint64_t
feed_ms(const char *usec, const char *pid)
{
	uint64_t period_us = usec != NULL ? strtoull(usec, NULL, 10) : 0;

	if (pid != NULL && strtoull(pid, NULL, 10) != (unsigned long long)getpid())
		return 0;
	return period_us >= 3000 ? period_us / 3000 : period_us > 0;
}

struct io_notify *
io_notify_new(uv_loop_t *loop)
{
	struct io_notify *n = mem_zalloc(sizeof(*n));

	n->fd = open_socket(n, getenv("NOTIFY_SOCKET"));
	n->feed_ms = feed_ms(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	uv_timer_init(loop, &n->timer);
	n->timer.data = n;
	return n;
}

static void
tell(struct io_notify *n, const char *text)
{
	if (n->fd >= 0)
		(void)!sendto(n->fd, text, strlen(text), MSG_NOSIGNAL,
			(const struct sockaddr *)&n->to, n->to_bytes);
}

static void
on_feed(uv_timer_t *timer)
{
	tell(timer->data, "WATCHDOG=1");
}

void
io_notify_ready(struct io_notify *n)
{
	tell(n, "READY=1");
	if (n->fd >= 0 && n->feed_ms > 0)
		uv_timer_start(&n->timer, on_feed, 0, n->feed_ms);
}

void
io_notify_status(struct io_notify *n, const char *text)
{
	char line[NOTIFY_TEXT_BYTES_MAX];

	snprintf(line, sizeof(line), "STATUS=%.100s", text);
	if (strcmp(line, n->told) == 0)
		return;
	memcpy(n->told, line, sizeof(line));
	tell(n, line);
}

void
io_notify_stopping(struct io_notify *n)
{
	tell(n, "STOPPING=1");
}

void
io_notify_close(struct io_notify *n)
{
	uv_close((uv_handle_t *)&n->timer, NULL);
}

void
io_notify_free(struct io_notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	mem_free(n);
}
