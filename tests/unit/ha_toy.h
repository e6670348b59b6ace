/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of ha/: a toy state machine, and up to three engines on a tiny ring in memory.
 *
 * The ring gives what corosync gives and no more: agreed order with self-delivery, membership changes in order with the
 * messages, messages held back while the sender's queue is full (try-again), and at a split or a death messages that
 * their sender gets back and others never see. Time is virtual, everything follows from a seed.
 */
#ifndef TANDEM_TESTS_HA_TOY_H
#define TANDEM_TESTS_HA_TOY_H

#include "ha/ha.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/rng.h"

#define TOY_NODES 3
#define TOY_KEYS 16
#define TOY_LOG_KINDS 1000 /* log numbers modulo this */

/* The epoch of a generation that the node with this id claimed. */
#define EPOCH(generation, id) \
	(((uint64_t)(generation) << HA_EPOCH_NODE_BITS) | ((id) & ((1u << HA_EPOCH_NODE_BITS) - 1)))

/* A map of counters. "step": v = 3v + n, so that order matters; the digest does not depend on it. */
struct toy_fsm {
	uint64_t v[TOY_KEYS];
	uint64_t digest;
	uint64_t applied;
	bool refuses_kind_9; /* an older release that does not know kind 9 */
	bool refuses_restore;
	bool write_fails;               /* the state is over its bound */
	int steps_wanted;               /* that a snapshot takes; 0: a few */
	int reads_wanted;               /* steps before the first one of reading gets anywhere */
	int steps;                      /* that the one which is being written has taken */
	size_t write_bytes, read_bytes; /* at most in the last step of either */
	struct buf kept;                /* the snapshot */
};

struct toy_msg; /* a frame or a change of membership on its way */

struct toy_node {
	struct toy *toy;
	struct ha *ha; /* NULL: no process */
	struct toy_fsm fsm;
	struct ha_out out;
	uint32_t id, pid;
	bool ring; /* corosync runs and the process is connected */
	bool joined;
	unsigned component; /* nodes of one number see each other */
	bool quorate;
	int64_t quorum_lost_us; /* the denial of quorum is still on its way until then; 0 = none */
	bool paused;            /* SIGSTOP: gets no steps */
	uint64_t floor;         /* on disk */
	struct buf copy, next_copy; /* files of its host: they outlive the process */
	unsigned copies;            /* that came into use */
	bool copy_fails;            /* the disk is full */
	int load_result;            /* of the last copy that was read */
	struct err load_error;
	/* outgoing, not yet ordered; incoming, ordered and not yet read */
	struct toy_msg *queue, **queue_tail;
	struct toy_msg *inbox, **inbox_tail;
	unsigned inbox_count;
	uint64_t read_seq; /* of the last frame read */
	/* what the node did and saw */
	unsigned peer_dead, peer_dead_active, peer_lost, rejoins, saves;
	bool saved_before_claim;
	unsigned logged[TOY_LOG_KINDS]; /* how often each message was logged */
	int32_t score;
};

struct toy {
	struct toy_node node[TOY_NODES];
	unsigned count;
	struct ha_conf conf;
	struct rng rng;
	struct mono now;
	uint32_t next_pid;
	uint64_t next_seq;
	struct buf trace; /* log lines and roles, for golden traces */
	bool tracing;
	bool qdevice; /* quorum goes to one component alone; otherwise everybody is quorate (two_node) */
	unsigned quorate_component;
	int64_t quorum_denial_ms_max; /* a component that loses quorum learns it this much later at most */
	void (*after_step)(struct toy *t, struct toy_node *nd); /* an observer; NULL: none */
	void *observer;
	bool (*spoil)(struct toy *t, struct toy_node *from, uint8_t *p,
		size_t n); /* may change a frame as it is sent */
};

/** `count` nodes, nothing started; conf has sensible values that may be changed before toy_start(). */
void toy_init(struct toy *t, unsigned count, uint64_t seed);
void toy_fini(struct toy *t);
/** A new process on node i, connected to the ring; its state is empty. */
void toy_start(struct toy *t, unsigned i);
/** kill -9 of the process of node i. */
void toy_kill(struct toy *t, unsigned i);
/** The files of the host are gone, as with a power failure. */
void toy_lose_copy(struct toy_node *nd);
/** Performs HA_ACT_COPY of the process of a node. */
void toy_copy(struct toy *t, struct toy_node *nd, const struct ha_action *a);
/** A new process takes up what an earlier one left, if it did. */
void toy_load_copy(struct toy *t, struct toy_node *nd);
/** The node dies with its process: the others see NODEDOWN. */
void toy_power_off(struct toy *t, unsigned i);
/** Corosync of node i dies (process lives) and comes back. */
void toy_ring_down(struct toy *t, unsigned i);
void toy_ring_up(struct toy *t, unsigned i);
/** Moves node i into another component: a cut, or a merge with the nodes there. */
void toy_move(struct toy *t, unsigned i, unsigned component);
/** Gives the quorum state to node i, behind what is in its inbox. */
void toy_quorum(struct toy *t, unsigned i, bool quorate);
/** Orders the oldest queued message of node i; false if there is none. */
bool toy_order_one(struct toy *t, unsigned i);
/** Node i reads the oldest message of its inbox, one step; false if there is none. */
bool toy_read_one(struct toy *t, unsigned i);
/** A step of node i without any input but the time. */
void toy_tick(struct toy *t, unsigned i);
/** Orders and reads until nothing is left; ticks nobody. */
void toy_drain(struct toy *t);
/** Lets `ms` pass in small pieces, ticking every node that is due, everything delivered at once. */
void toy_run(struct toy *t, int64_t ms);
/** Runs until node i has the role, at most `ms`; false if it does not come to that. */
bool toy_run_until(struct toy *t, unsigned i, enum ha_role role, int64_t ms);
int toy_promote(struct toy *t, unsigned i);
int toy_demote(struct toy *t, unsigned i);
/** Appends one toy delta at node i and flushes; the offset or 0. */
uint64_t toy_append(struct toy *t, unsigned i, unsigned key, uint64_t n);
/** The same without flushing. */
uint64_t toy_append_only(struct toy *t, unsigned i, unsigned key, uint64_t n);
/** An arbitrary delta. */
uint64_t toy_append_raw(struct toy *t, unsigned i, uint16_t kind, const void *p, size_t n);
struct ha_view toy_view(struct toy *t, unsigned i);
enum ha_role toy_role(struct toy *t, unsigned i);
/** Gives a hand-made frame to all members as if node i had sent it. */
void toy_inject(struct toy *t, unsigned i, const void *p, size_t n);

#endif
