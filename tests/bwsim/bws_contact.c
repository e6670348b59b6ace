/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events to HTTP contacts.
 *
 * Happy path: connect, POST, status line 200, next event.
 * Failure modes: nobody listens, another status, no answer in time, a reply that is none: the same
 * event again later, in the end dropped; the events behind it wait.
 */
#include "tests/bwsim/bws_contact.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_journal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPLY_BYTES_MAX 65536u

struct post {
	TAILQ_ENTRY(post) link;
	struct bws_sub *sub;
	char *doc;
	int64_t attempts;
};

struct bws_contact {
	TAILQ_ENTRY(bws_contact) link;
	struct bws *w;
	char *uri;
	TAILQ_HEAD(, post) posts;
	int fd; /* -1 = no POST under way */
	struct bws_buf out;
	struct bws_buf in;
	struct bws_watch watch;
	struct bws_timer timer; /* under way: no answer; else: next delivery */
};

static void post_next(struct bws_contact *c);

void
bws_contact_init(struct bws *w)
{
	TAILQ_INIT(&w->contacts.all);
}

static const char *
without_scheme(const char *uri)
{
	return strncasecmp(uri, "http://", 7) == 0 ? uri + 7 : uri;
}

/* Reads host and port. Returns the path, NULL when the URI is not served. */
static const char *
read_uri(const char *uri, struct sockaddr_in *addr)
{
	const char *at = without_scheme(uri);
	char host[64], *end;
	size_t n = strcspn(at, ":/");
	unsigned long port = 80;

	memset(addr, 0, sizeof(*addr));
	if (!n || n >= sizeof(host) || strstr(at, "://"))
		return NULL;
	memcpy(host, at, n);
	host[n] = '\0';
	at += n;
	if (*at == ':') {
		port = strtoul(at + 1, &end, 10);
		if (end == at + 1 || !port || port > 65535)
			return NULL;
		at = end;
	}
	addr->sin_family = AF_INET;
	addr->sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, strcasecmp(host, "localhost") == 0 ? "127.0.0.1" : host,
		    &addr->sin_addr) != 1)
		return NULL;
	return *at == '/' ? at : *at ? NULL : "/";
}

bool
bws_contact_is_served(const char *uri)
{
	struct sockaddr_in addr;

	return strlen(uri) <= 256 && strpbrk(uri, " \r\n") == NULL && read_uri(uri, &addr);
}

static void
free_post(struct bws_contact *c, struct post *p)
{
	TAILQ_REMOVE(&c->posts, p, link);
	bws_sub_give(p->sub);
	free(p->doc);
	free(p);
}

static void
hang_up(struct bws_contact *c)
{
	bws_timer_stop(&c->w->timers, &c->timer);
	if (c->fd < 0)
		return;
	bws_watch_del(c->w, c->fd);
	close(c->fd);
	c->fd = -1;
	c->out.n = c->in.n = 0;
}

static void
failed(struct bws_contact *c)
{
	struct post *p = TAILQ_FIRST(&c->posts);
	struct bws *w = c->w;

	hang_up(c);
	if (p->attempts > w->knobs.redeliver_count) {
		w->stats.events_dropped++;
		bws_journal_fact(w, "drop", "{s:s,s:s}", "subscription", p->sub->id, "reason",
			"contact-failed");
		free_post(c, p);
		post_next(c);
		return;
	}
	bws_timer_in_ms(&w->timers, &c->timer, w->knobs.redeliver_ms);
}

static void
on_timer(void *arg)
{
	struct bws_contact *c = arg;

	if (c->fd < 0) {
		post_next(c);
		return;
	}
	c->w->stats.ack_timeouts++;
	failed(c);
}

/* The status line decides; the rest of the reply does not matter. */
static void
on_reply(struct bws_contact *c)
{
	int status = 0;

	if (sscanf(bws_buf_text(&c->in), "HTTP/1.%*d %d", &status) != 1 || status != 200) {
		failed(c);
		return;
	}
	c->w->stats.acks++;
	hang_up(c);
	free_post(c, TAILQ_FIRST(&c->posts));
	post_next(c);
}

static void
write_more(struct bws_contact *c)
{
	ssize_t n = send(c->fd, c->out.p, c->out.n, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		failed(c);
		return;
	}
	if (n > 0)
		bws_buf_cut(&c->out, (size_t)n);
	if (!c->out.n)
		bws_watch_change(c->w, c->fd, EPOLLIN, &c->watch);
}

static void
on_ready(void *arg, uint32_t events)
{
	struct bws_contact *c = arg;
	char part[4096];
	ssize_t n;

	if (c->out.n && (events & EPOLLOUT)) {
		write_more(c);
		return;
	}
	n = recv(c->fd, part, sizeof(part), 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && c->in.n < REPLY_BYTES_MAX) {
		bws_buf_add(&c->in, part, (size_t)n);
		if (memmem(c->in.p, c->in.n, "\r\n\r\n", 4))
			on_reply(c);
		return;
	}
	failed(c);
}

static void
write_request(struct bws_contact *c, const struct post *p, const char *path)
{
	const char *host = without_scheme(c->uri);

	bws_buf_fmt(&c->out,
		"POST %s HTTP/1.1\r\nHost: %.*s\r\nContent-Type: application/xml; charset=UTF-8\r\n"
		"Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
		path, (int)strcspn(host, "/"), host, strlen(p->doc), p->doc);
}

static void
post_next(struct bws_contact *c)
{
	struct post *p = TAILQ_FIRST(&c->posts);
	struct sockaddr_in addr;
	const char *path = read_uri(c->uri, &addr);

	if (!p || c->fd >= 0)
		return;
	if (p->attempts++)
		c->w->stats.redeliveries++;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0 ||
		(connect(c->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 &&
			errno != EINPROGRESS) ||
		bws_watch_add(c->w, c->fd, EPOLLIN | EPOLLOUT, &c->watch) < 0) {
		failed(c);
		return;
	}
	write_request(c, p, path);
	c->w->stats.events_sent++;
	if (c->w->knobs.ack_timeout_ms)
		bws_timer_in_ms(&c->w->timers, &c->timer, c->w->knobs.ack_timeout_ms);
}

static struct bws_contact *
contact_of(struct bws *w, const char *uri)
{
	struct bws_contact *c;

	TAILQ_FOREACH(c, &w->contacts.all, link)
		if (strcmp(c->uri, uri) == 0)
			return c;
	c = bws_util_calloc(1, sizeof(*c));
	c->w = w;
	c->uri = bws_util_strdup(uri);
	c->fd = -1;
	TAILQ_INIT(&c->posts);
	c->watch.ready = on_ready;
	c->watch.arg = c;
	bws_timer_init(&c->timer, on_timer, c);
	TAILQ_INSERT_TAIL(&w->contacts.all, c, link);
	return c;
}

void
bws_contact_send(struct bws *w, const struct bws_event *ev)
{
	struct bws_contact *c = contact_of(w, ev->sub->contact);
	struct post *p = bws_util_calloc(1, sizeof(*p));
	struct bws_buf doc = { 0 };

	bws_doc_event(&doc, ev, NULL);
	p->doc = doc.p;
	p->sub = ev->sub;
	bws_sub_take(p->sub);
	TAILQ_INSERT_TAIL(&c->posts, p, link);
	w->stats.documents++;
	bws_journal_fact(w, "event", "{s:s,s:s,s:I,s:s,s:s}", "event_id", ev->id, "subscription",
		ev->sub->id, "seq", (long long)ev->seq, "type", ev->type, "contact", c->uri);
	if (!bws_timer_armed(&c->timer))
		post_next(c);
}

void
bws_contact_fini(struct bws *w)
{
	struct bws_contact *c;

	while ((c = TAILQ_FIRST(&w->contacts.all))) {
		TAILQ_REMOVE(&w->contacts.all, c, link);
		hang_up(c);
		while (!TAILQ_EMPTY(&c->posts))
			free_post(c, TAILQ_FIRST(&c->posts));
		bws_buf_free(&c->out);
		bws_buf_free(&c->in);
		free(c->uri);
		free(c);
	}
}
