/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of what nodes do to one another: two whole nodes in a group, whose frames are handed over by hand. Everything else that
 * a step asks for goes to the test.
 */
#ifndef TANDEM_TESTS_NODE_PAIR_H
#define TANDEM_TESTS_NODE_PAIR_H

#include "daemon/node.h"

#define NODE_PAIR_FRAMES 4096

struct node_pair {
	struct conf confs[2];
	struct node *nodes[2]; /* NULL: no process */
	uint32_t pids[2];      /* in the group */
	struct node_out *out;
	struct mono now;
	struct node_pair_frame {
		unsigned from;
		char *p;
		size_t n;
	} frames[NODE_PAIR_FRAMES]; /* on their way, the oldest first */
	unsigned frame_count;
	bool notes_lost;
	void (*perform)(unsigned i, const struct node_action *a);
};

/** Two configurations n1 and n2, no process yet. `perform` gets every action but frames; i is 0 or 1. */
void node_pair_init(struct node_pair *p, void (*perform)(unsigned i, const struct node_action *a));
/** Ends what runs; no memory may be left after it. */
void node_pair_fini(struct node_pair *p);
/** One step of a node at the time of the pair. */
void node_pair_step(struct node_pair *p, unsigned i, struct node_event ev);
/** The oldest frame reaches everybody who runs; false if there is none. */
bool node_pair_hand_over_one(struct node_pair *p);
/** All, and what is sent because of them. */
void node_pair_hand_over(struct node_pair *p);
void node_pair_lose_frames(struct node_pair *p);
/** Lets time pass in ticks of 20 ms, handing over what is sent. */
void node_pair_run(struct node_pair *p, int64_t ms);
/** Everybody who runs hears who is in the group. `left`: a node whose process died; 2: none. */
void node_pair_tell_members(struct node_pair *p, unsigned left);

#endif
