/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two or three engines (ha/) on a ring in memory, and everything that can happen to them as a list of numbered actions: what
 * tests/explore/main.c goes through completely, to a depth.
 *
 * The ring gives what corosync gives (tests/lab/test_ring.sh): agreed order with self-delivery, membership changes in that order,
 * at a loss a tail that the others never see. The arbiter orders what docs/ha-protocol.md 2 allows it to.
 */
#ifndef TANDEM_TESTS_EXPLORE_H
#define TANDEM_TESTS_EXPLORE_H

#include "ha/ha.h"
#include "ha/ha_int.h"

#define EX_NODES 3
#define EX_KNOWN 96 /* positions and epochs that are remembered */

struct ex_msg {
	struct ex_msg *next;
	enum {
		EX_FRAME,
		EX_CONFCHG,
		EX_QUORUM
	} kind;
	uint64_t seq; /* frames: place in the order */
	uint32_t from, pid;
	bool quorate;
	struct ha_member members[EX_NODES], left[EX_NODES], joined[EX_NODES];
	size_t member_count, left_count, joined_count;
	size_t n;
	uint8_t bytes[];
};

struct ex_fsm {
	uint64_t digest;
};

struct ex_node {
	struct ha *ha; /* NULL: no process */
	struct ex_fsm fsm;
	struct ha_out out;
	uint32_t id, pid;
	bool joined;
	unsigned component; /* nodes of one number see each other */
	bool quorate;       /* as it was told */
	bool paused;
	uint64_t floor;             /* on disk */
	struct buf copy, next_copy; /* of the state, on its host */
	uint64_t read_seq;
	struct ex_msg *in, **in_end;
	unsigned in_count;
};

/* What a client was told last, and by whose word. */
struct ex_promise {
	uint64_t epoch, offset;
	uint32_t cover_pid; /* the process that held it in step; 0 = nobody was said to */
	uint32_t copy_node; /* the node that has it on its host; 0 = none */
};

struct ex_position {
	uint64_t epoch, offset, digest;
};

struct ex_owner {
	uint64_t epoch;
	uint32_t pid;
	bool over; /* another one has spoken since */
};

struct ex_world {
	unsigned count;
	bool fencing;
	struct ex_node node[EX_NODES];
	struct mono now;
	uint64_t seq, appended;
	uint32_t next_pid, connections;
	unsigned quorate_component;
	int owner; /* the node that the arbiter promoted; -1 = none */
	uint64_t spoke;
	uint32_t speaker_pid;
	uint64_t released_epoch[EX_NODES], released[EX_NODES];
	struct ex_promise promise;
	struct ex_position known[EX_KNOWN];
	struct ex_owner owners[EX_KNOWN];
	unsigned known_count, owner_count;
	bool ordered;     /* in this step the arbiter promoted */
	char broken[160]; /* the first violated invariant; "" = none */
};

/** The world of this process; lies in the arena. */
extern struct ex_world *ex;

/** Kinds of actions; XX(name, what happens to the node, 1 if it is of one node). */
#define EX_ACTIONS(XX) \
	XX(READ, "reads what is next", 1) \
	XX(APPEND, "appends a delta", 1) \
	XX(EFFECT, "its effects reach a client", 1) \
	XX(TICK, "a beat's time passes", 0) \
	XX(WAIT, "a lease's time passes, all is delivered", 0) \
	XX(PROMOTE, "is promoted", 1) \
	XX(DEMOTE, "is demoted", 1) \
	XX(KILL, "its process dies", 1) \
	XX(LEAVE, "its process leaves and ends", 1) \
	XX(OFF, "dies, its last frames with it", 1) \
	XX(START, "gets a new process", 1) \
	XX(CUT, "is cut off, what was under way arrives", 1) \
	XX(CUT_LOST, "is cut off, what was under way is lost", 1) \
	XX(MERGE, "comes back", 1) \
	XX(RING_LOST, "loses its corosync", 1) \
	XX(RING_BACK, "has its corosync again", 1) \
	XX(PAUSE, "is stopped, or runs again", 1) \
	XX(VERDICT, "is told that quorum is lost, or there again", 1)

enum ex_action {
#define XX(name, text, of_node) EX_##name,
	EX_ACTIONS(XX)
#undef XX
	EX_ACTION_COUNT
};

/* explore_world.c */
/** `count` hosts with nothing on them. */
void ex_world_new(unsigned count, bool fencing);
void ex_start(unsigned i);
void ex_settle(void);
void ex_tick(void);
void ex_wait(void);
bool ex_read(unsigned i);
void ex_append(unsigned i);
int ex_promote(unsigned i);
void ex_demote(unsigned i);
void ex_gone(unsigned i, enum ha_reason reason, bool tail_lost);
void ex_cut(unsigned i, bool tail_lost);
void ex_merge(unsigned i);
void ex_ring_lost(unsigned i);
void ex_ring_back(unsigned i);
void ex_quorum(unsigned i, bool quorate);
void ex_pause(unsigned i);
bool ex_together(const struct ex_node *a, const struct ex_node *b);

/* explore_act.c */
/** Does it, if it can happen now: false if it cannot. `i` is 0 for actions of no node. */
bool ex_act(enum ex_action a, unsigned i);
const char *ex_action_name(enum ex_action a);
bool ex_action_of_node(enum ex_action a);

/* explore_check.c */
/** After each step of node i: notes the first invariant that is broken. */
void ex_check(struct ex_node *nd);
/** The effects that are released now reach a client; false if there is nothing new. */
bool ex_effect(struct ex_node *nd);
/** Two states with one hash are taken for one: it leaves out what only jitter decides. */
uint64_t ex_hash(void);

#endif
