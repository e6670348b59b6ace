/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One process of the group on a real corosync, through ha/link_cpg.c. What it is told it writes to standard output, a line each.
 *
 *   join       connects, again and again until corosync is there     leave      and stays away
 *   send TEXT  to the group                                          rejoin     leaves and, when that came round, joins again
 *
 * A connection that breaks is told ("down") and made anew, as daemon/io_ring.c does.
 */
#include "tests/ring/ring_member.h"

#include "ha/link_cpg.h"
#include "tests/ring/ring_text.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RETRY_MS 20
#define LINE_MAX_BYTES 512
#define BATCH 64

struct member {
	struct link_cpg *link;
	bool connected, wanted, leaving, own_left, broken;
	struct buf text;
	char line[LINE_MAX_BYTES];
	size_t line_n;
};

static void
tell(struct member *m)
{
	printf("%.*s\n", STR_ARG(buf_as_str(&m->text)));
	fflush(stdout);
	buf_reset(&m->text);
}

static void
on_deliver(uint32_t node_id, uint32_t pid, struct str bytes, void *arg)
{
	struct member *m = arg;

	ring_text_deliver(&m->text, node_id, pid, bytes);
	tell(m);
}

static void
on_confchg(const struct ha_confchg *c, void *arg)
{
	struct member *m = arg;

	for (size_t i = 0; i < c->left_count; i++)
		m->own_left = m->own_left ||
			(c->left[i].node_id == link_cpg_node_id(m->link) &&
				c->left[i].pid == (uint32_t)getpid());
	ring_text_confchg(&m->text, c);
	tell(m);
}

static void
on_quorum(bool quorate, void *arg)
{
	(void)quorate;
	(void)arg;
}

static void
drop(struct member *m)
{
	link_cpg_disconnect(m->link);
	m->connected = m->leaving = m->broken = m->own_left = false;
}

static void
check_on(struct member *m, int result)
{
	if (result != 0 && result != E_AGAIN)
		m->broken = true;
}

static void
order(struct member *m, const char *line)
{
	struct str text = str_of(strncmp(line, "send ", 5) == 0 ? line + 5 : "");

	if (strcmp(line, "join") == 0)
		m->wanted = true;
	if (strcmp(line, "leave") == 0)
		m->wanted = false;
	if ((strcmp(line, "leave") == 0 || strcmp(line, "rejoin") == 0) && m->connected) {
		m->leaving = true;
		check_on(m, link_cpg_leave(m->link));
	}
	/* corosync's TRY_AGAIN: it takes it within milliseconds */
	while (text.n > 0 && m->connected && !m->leaving && !m->broken) {
		int result = link_cpg_mcast(m->link, text);

		check_on(m, result);
		if (result != E_AGAIN)
			break;
		poll(NULL, 0, 1);
	}
}

/* False at the end of the input. */
static bool
read_orders(struct member *m)
{
	char c;

	while (m->line_n < sizeof(m->line) - 1) {
		if (read(STDIN_FILENO, &c, 1) != 1)
			return false;
		if (c == '\n')
			break;
		m->line[m->line_n++] = c;
	}
	m->line[m->line_n] = '\0';
	m->line_n = 0;
	order(m, m->line);
	return true;
}

static void
settle(struct member *m)
{
	struct err e = { 0 };

	if (m->connected) {
		check_on(m, link_cpg_dispatch(m->link, BATCH));
		check_on(m, link_cpg_dispatch_quorum(m->link));
	}
	if (m->connected && m->broken) {
		drop(m);
		buf_printf(&m->text, "down");
		tell(m);
	}
	if (m->connected && m->leaving && m->own_left)
		drop(m);
	if (!m->connected && m->wanted && link_cpg_connect(m->link, &e) == 0) {
		m->connected = true;
		buf_printf(&m->text, "up");
		tell(m);
	}
}

int
ring_member(const char *group)
{
	struct member m = { 0 };
	const struct link_cpg_handlers handlers = { on_deliver, on_confchg, on_quorum, &m };
	bool more = true;

	m.link = link_cpg_new(group, &handlers);
	buf_init(&m.text, LIMIT_FRAME_BYTES);
	printf("pid %d\n", (int)getpid());
	fflush(stdout);
	while (more) {
		struct pollfd fds[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = -1, .events = POLLIN } };

		if (m.connected)
			fds[1].fd = link_cpg_fd(m.link);
		poll(fds, 2, RETRY_MS);
		if (fds[0].revents != 0)
			more = read_orders(&m);
		settle(&m);
	}
	buf_fini(&m.text);
	link_cpg_free(m.link);
	return 0;
}
