/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control socket of the simulator: a JSON line each way.
 *
 * Failure: anything but an answer that is ok ends the program.
 */
#include "tests/xsiday/xd_control.h"

#include "tests/xsiday/xd_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void
xd_control_open(struct xd_control *c, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	xd_copy(addr.sun_path, sizeof(addr.sun_path), path);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		xd_die("%s: %s", path, strerror(errno));
}

static json_t *ask(const struct xd_control *c, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static json_t *
ask(const struct xd_control *c, const char *fmt, va_list ap)
{
	struct xd_text in = { 0 };
	char command[1024], part[65536];
	json_t *answer;
	int n = vsnprintf(command, sizeof(command) - 1, fmt, ap);

	if (n < 0 || n >= (int)sizeof(command) - 1)
		xd_die("command too long");
	command[n++] = '\n';
	if (send(c->fd, command, (size_t)n, MSG_NOSIGNAL) != n)
		xd_die("control socket: %s", strerror(errno));
	while (!in.n || in.p[in.n - 1] != '\n') {
		ssize_t got = recv(c->fd, part, sizeof(part), 0);

		if (got <= 0)
			xd_die("the simulator has gone");
		xd_text_add(&in, part, (size_t)got);
	}
	answer = json_loads(in.p, 0, NULL);
	if (!json_is_true(json_object_get(answer, "ok")))
		xd_die("%.*s: %s", n - 1, command, in.p);
	xd_text_free(&in);
	return answer;
}

json_t *
xd_control_ask(const struct xd_control *c, const char *fmt, ...)
{
	json_t *answer;
	va_list ap;

	va_start(ap, fmt);
	answer = ask(c, fmt, ap);
	va_end(ap);
	return answer;
}

void
xd_control_do(const struct xd_control *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	json_decref(ask(c, fmt, ap));
	va_end(ap);
}

int64_t
xd_control_advance(const struct xd_control *c, int64_t ms, int64_t *now_ms)
{
	json_t *o = xd_control_ask(
		c, "{\"cmd\":\"advance\",\"ms\":%lld,\"stop\":\"output\"}", (long long)ms);
	int64_t documents = json_integer_value(json_object_get(o, "documents"));

	*now_ms = json_integer_value(json_object_get(o, "now_ms"));
	json_decref(o);
	return documents;
}

int64_t
xd_control_stat(const struct xd_control *c, const char *name)
{
	json_t *o = xd_control_ask(c, "{\"cmd\":\"stats\"}");
	const json_t *v = json_object_get(o, name);
	int64_t n;

	if (!json_is_integer(v))
		xd_die("no statistic %s", name);
	n = json_integer_value(v);
	json_decref(o);
	return n;
}
