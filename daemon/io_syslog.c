/* SPDX-License-Identifier: Apache-2.0 */
/* Syslog: see io_syslog.h. */
#include "daemon/io_syslog.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#define SYSLOG_RETRY_S 1
#define SYSLOG_NAME_BYTES 64 /* of the node's name, printable ASCII without blanks */

/* --- the message ------------------------------------------------------------------------------ */

/* A value in structured data: three characters are escaped, what is no plain text is a question mark. */
static void
put_value(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, " %s=\"", name);
	for (; *value != '\0'; value++) {
		if (strchr("\"\\]", *value) != NULL)
			buf_char(out, '\\');
		buf_char(out, *value >= ' ' && *value <= '~' ? *value : '?');
	}
	buf_char(out, '"');
}

/* The name of a host has no blank in it and is not empty. */
static void
put_host(struct buf *out, const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0' && i < SYSLOG_NAME_BYTES; i++)
		buf_char(out, name[i] > ' ' && name[i] <= '~' ? name[i] : '?');
	if (i == 0)
		buf_char(out, '-');
}

static void
put_text(struct buf *out, const char *text)
{
	for (; *text != '\0' && out->n < IO_SYSLOG_BYTES_MAX; text++)
		buf_char(out, (unsigned char)*text >= ' ' && *text != 0x7f ? *text : '?');
}

void
io_syslog_put(struct buf *out, const struct io_syslog_message *m)
{
	char when[32], number[16];
	struct tm utc;

	gmtime_r(&m->now->tv_sec, &utc);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(number, sizeof(number), "%d", m->number);
	buf_printf(out, "<%d>1 %s.%06ldZ ", LOG_DAEMON | m->severity, when, m->now->tv_nsec / 1000);
	put_host(out, m->node);
	buf_printf(out, " tandemd %d %s [tandem@" IO_SYSLOG_ENTERPRISE, (int)getpid(), number);
	put_value(out, "msg", number);
	put_value(out, "level", m->level);
	put_value(out, "node", m->node);
	buf_printf(out, "] ");
	put_text(out, m->text);
}

/* --- the socket ------------------------------------------------------------------------------- */

static bool
parse_path(struct io_syslog *s, const char *to)
{
	struct sockaddr_un *at = (struct sockaddr_un *)&s->to;

	if (to[0] != '/' || strlen(to) >= sizeof(at->sun_path))
		return false;
	at->sun_family = AF_UNIX;
	memcpy(at->sun_path, to, strlen(to) + 1);
	s->to_bytes = sizeof(*at);
	return true;
}

static bool
parse_port(const char *text, uint16_t *port)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value == 0 || value > UINT16_MAX)
		return false;
	*port = htons((uint16_t)value);
	return true;
}

static bool
parse_address(struct io_syslog *s, const char *to)
{
	struct sockaddr_in *at4 = (struct sockaddr_in *)&s->to;
	struct sockaddr_in6 *at6 = (struct sockaddr_in6 *)&s->to;
	const char *colon = strrchr(to, ':');
	char host[64];
	size_t n = colon != NULL ? (size_t)(colon - to) : 0;

	if (n == 0 || n >= sizeof(host))
		return false;
	memcpy(host, to, n);
	host[n] = '\0';
	if (host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = '\0';
		at6->sin6_family = AF_INET6;
		s->to_bytes = sizeof(*at6);
		return inet_pton(AF_INET6, host + 1, &at6->sin6_addr) == 1 &&
			parse_port(colon + 1, &at6->sin6_port);
	}
	at4->sin_family = AF_INET;
	s->to_bytes = sizeof(*at4);
	return inet_pton(AF_INET, host, &at4->sin_addr) == 1 &&
		parse_port(colon + 1, &at4->sin_port);
}

bool
io_syslog_open(struct io_syslog *s, const char *to)
{
	*s = (struct io_syslog){ .fd = -1 };
	return parse_path(s, to) || parse_address(s, to);
}

void
io_syslog_close(struct io_syslog *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* A daemon of the log that was started anew has another socket under the same path. */
static bool
is_connected(struct io_syslog *s, int64_t now_s)
{
	const int flags = SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

	if (s->fd >= 0)
		return true;
	if (s->opened_s != 0 && now_s >= s->opened_s && now_s < s->opened_s + SYSLOG_RETRY_S)
		return false;
	s->opened_s = now_s;
	s->fd = socket(s->to.ss_family, flags, 0);
	if (s->fd >= 0 && connect(s->fd, (const struct sockaddr *)&s->to, s->to_bytes) != 0)
		io_syslog_close(s);
	return s->fd >= 0;
}

static bool
send_bytes(struct io_syslog *s, struct str bytes, int64_t now_s)
{
	if (!is_connected(s, now_s))
		return false;
	if (send(s->fd, bytes.p, bytes.n, MSG_NOSIGNAL) >= 0)
		return true;
	/* full: this message alone is lost; else whoever listened is gone, perhaps another one is there */
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
		return false;
	io_syslog_close(s);
	return is_connected(s, now_s) && send(s->fd, bytes.p, bytes.n, MSG_NOSIGNAL) >= 0;
}

void
io_syslog_send(struct io_syslog *s, const struct io_syslog_message *m)
{
	struct timespec now;
	struct buf out;

	clock_gettime(CLOCK_MONOTONIC, &now);
	buf_init(&out, IO_SYSLOG_BYTES_MAX);
	io_syslog_put(&out, m);
	if (!send_bytes(s, buf_as_str(&out), (int64_t)now.tv_sec + 1))
		s->lost++;
	buf_fini(&out);
}
