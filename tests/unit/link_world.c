/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of links share: see link_world.h. */
#include "tests/unit/link_world.h"

#include "daemon/bw.h"

#include <stdio.h>
#include <stdlib.h>

struct world w;
unsigned client;

/* What the node asked of files, programs and the DNS. */
unsigned secrets_asked;
const char *secret;
uint64_t query;
unsigned queries;

static void
by_hand(struct world *world, const struct node_action *a)
{
	if (a->kind == NODE_ACT_SECRET) {
		secrets_asked++;
		world_event_later(world, 5,
			&(struct node_event){ .kind = NODE_EV_SECRET,
				.number = a->xsp,
				.flag = secret != NULL,
				.bytes = str_of(secret ? secret : ""),
				.text = str_of(secret ? "" : "the file is gone") });
	} else if (a->kind == NODE_ACT_RESOLVE) {
		queries++;
		query = a->id;
	} else {
		ck_abort_msg("action %d", (int)a->kind);
	}
}

void
init(unsigned xsps, const char *settings)
{
	world_init(&w, xsps, settings);
	w.links_by_hand = by_hand;
	w.quiet_acks = true;
	secrets_asked = queries = 0;
	secret = NULL;
}

void
start_quietly(int64_t ms)
{
	world_step(&w, &(struct node_event){ .kind = NODE_EV_START });
	world_run(&w, ms);
}

void
setup(unsigned xsps, const char *settings)
{
	init(xsps, settings);
	world_start(&w);
	client = world_session(&w);
}

const char *
text_of(struct buf *b)
{
	buf_char(b, '\0');
	b->n--;
	return (const char *)b->p;
}

unsigned
targets(const char *part)
{
	unsigned n = 0;

	for (const char *p = text_of(&w.targets); (p = strstr(p, part)) != NULL; p++)
		n++;
	return n;
}

struct node_link
link_at(unsigned i)
{
	struct node_link links[LIMIT_XSPS];

	ck_assert_uint_gt(node_get_links(w.node, links), i);
	return links[i];
}

uint32_t
channels_open(void)
{
	struct node_counts c;

	node_get_counts(w.node, w.now, &c);
	return c.channels_open;
}

void
redirect(const char *method, const char *part, int times, const char *location)
{
	world_rule(&w, method, part, 302, times, "");
	world_rule_last(&w)->location = location;
}
