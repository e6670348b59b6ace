/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the scripted BroadWorks (node_world_bw.c, node_world_subs.c) need of each other. */
#ifndef TANDEM_TESTS_UNIT_NODE_WORLD_PART_H
#define TANDEM_TESTS_UNIT_NODE_WORLD_PART_H

#include "tests/unit/node_world.h"

#define BW_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define BW_NS "xmlns=\"http://schema.broadsoft.com/xsi\""

struct bw_asked {
	const struct node_action *a;
	char path[512]; /* with the short contexts */
};

/** What is between two words, borrowed; "" if they are not there. */
struct str bw_between(struct str s, const char *from, const char *to);
/** One answer; the asks under way are counted from here on. */
void bw_answer(struct world *w, const struct node_action *a, int64_t ms, uint64_t status,
	const char *body);
/** One call as it is in events. */
void bw_put_call(struct buf *b, const struct world_half *h, const char *more);

/* node_world_subs.c */
void bw_subscribe(struct world *w, const struct bw_asked *q);
void bw_subscribe_scope(struct world *w, const struct bw_asked *q);
void bw_subscription(struct world *w, const struct bw_asked *q);
void bw_list(struct world *w, const struct bw_asked *q);
void bw_read_calls(struct world *w, const struct bw_asked *q);

#endif
