/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contact of an HTTP subscriber.
 *
 * Happy path: accept, one POST with an event, 200, close.
 * Failure: a request that is no such POST is a complaint.
 */
#include "tests/xsiday/xd_contact.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

void
xd_contact_open(struct xd_contact *c)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);
	size_t i;

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || bind(c->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
		listen(c->fd, 64) < 0 || getsockname(c->fd, (struct sockaddr *)&addr, &len) < 0)
		xd_die("contact: %s", strerror(errno));
	snprintf(c->uri, sizeof(c->uri), "127.0.0.1:%u/events", ntohs(addr.sin_port));
	for (i = 0; i < XD_CONTACT_CONNS_MAX; i++)
		c->conns[i].fd = -1;
}

static void
drop(struct xd_contact *c, size_t i)
{
	close(c->conns[i].fd);
	c->conns[i].fd = -1;
	xd_text_free(&c->conns[i].in);
}

static void
serve(struct xd_contact *c, size_t i)
{
	const struct xd_text *in = &c->conns[i].in;
	const char *body = in->p ? strstr(in->p, "\r\n\r\n") : NULL;
	const char *length = in->p ? strcasestr(in->p, "\r\nContent-Length:") : NULL;
	size_t n;

	if (!body)
		return;
	if (strncmp(in->p, "POST /events HTTP/1.1\r\n", 23) != 0 || !length)
		xd_complain(in->p, "not the POST of an event");
	body += 4;
	n = strtoul(length + 17, NULL, 10);
	if (in->n - (size_t)(body - in->p) < n)
		return;
	c->on_document(c->arg, body, n);
	if (send(c->conns[i].fd, ok, sizeof(ok) - 1, MSG_NOSIGNAL) < 0)
		xd_complain(NULL, "the contact's answer is not taken");
	drop(c, i);
}

static void
read_conn(struct xd_contact *c, size_t i)
{
	char part[16384];
	ssize_t n = recv(c->conns[i].fd, part, sizeof(part), 0);

	if (n <= 0) {
		drop(c, i);
		return;
	}
	xd_text_add(&c->conns[i].in, part, (size_t)n);
	serve(c, i);
}

static void
accept_conn(struct xd_contact *c)
{
	size_t i;

	for (i = 0; i < XD_CONTACT_CONNS_MAX; i++) {
		if (c->conns[i].fd >= 0)
			continue;
		c->conns[i].fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC);
		return;
	}
	xd_complain(NULL, "more than %d connections to the contact", XD_CONTACT_CONNS_MAX);
}

void
xd_contact_poll(struct xd_contact *c, int ms)
{
	struct pollfd p[XD_CONTACT_CONNS_MAX + 1];
	size_t i;

	for (i = 0; i < XD_CONTACT_CONNS_MAX; i++) {
		p[i].fd = c->conns[i].fd;
		p[i].events = POLLIN;
		p[i].revents = 0;
	}
	p[i].fd = c->fd;
	p[i].events = POLLIN;
	if (poll(p, XD_CONTACT_CONNS_MAX + 1, ms) <= 0)
		return;
	for (i = 0; i < XD_CONTACT_CONNS_MAX; i++)
		if (p[i].fd >= 0 && p[i].revents)
			read_conn(c, i);
	if (p[i].revents)
		accept_conn(c);
}

void
xd_contact_close(struct xd_contact *c)
{
	size_t i;

	for (i = 0; i < XD_CONTACT_CONNS_MAX; i++)
		if (c->conns[i].fd >= 0)
			drop(c, i);
	close(c->fd);
}
