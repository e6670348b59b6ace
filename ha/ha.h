/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is in charge, and how the other one keeps up: role, heartbeats, delta log, resync, gate.
 *
 * Glossary. delta: one replicated change of state, opaque here: (kind, version, bytes). epoch: number of an
 * activation, greater at each and never used by two nodes: a generation number, and the node in its lowest bits. offset: position of a delta in the log of an epoch, from 1. gate: the door through
 * which effects leave, a watermark of offsets. lease: until when an active may speak. in step: the standby
 * acknowledged everything the gate waits for.
 *
 * Pure: time, ring events and orders come in, actions go out into an ha_out of the caller. The role changes
 * by orders of the arbiter (ha_promote, ha_demote) alone; heartbeats and membership only decide how soon it
 * is told and how warm the standby is. docs/ha-protocol.md is the protocol; its section numbers are cited in
 * the code.
 *
 * One step: the caller calls any of the inputs below, then ha_flush(), then performs the actions in order.
 * Inputs never call back into the caller except through the fsm table.
 */
#ifndef TANDEM_HA_HA_H
#define TANDEM_HA_HA_H

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/log.h"
#include "proto/base/mono.h"
#include "proto/base/rng.h"

#include <stdbool.h>
#include <stdint.h>

/** The lowest bits of an epoch: those of the id of the node that claimed it. The generation is above them. */
#define HA_EPOCH_NODE_BITS 3

#define HA_ROLES(XX) \
	XX(INIT, "init")       /* no ring yet */ \
	XX(JOINING, "joining") /* in the ring, holds nothing that an active vouches for */ \
	XX(SYNCING, "syncing") /* an active sends the missing part */ \
	XX(STANDBY, "standby") /* holds the whole state, applies each delta */ \
	XX(CLAIMING, \
		"claiming") /* promote was ordered; the new epoch is being announced (from ACTIVE too, when a member
				    knows of a higher epoch that nobody speaks: section 5 rule 6) */ \
	XX(ACTIVE, "active") \
	XX(DRAINING, \
		"draining") /* demote was ordered, or quorum was missing for a lease (section 6 rule 7); the last deltas
				    are on their way */ \
	XX(FENCED, \
		"fenced") /* gave up its claim for good (a newer epoch speaks, or the ring was lost): the state is
				    thrown away; the node comes back as JOINING, at once or at the next ring */

enum ha_role {
#define XX(name, text) HA_##name,
	HA_ROLES(XX)
#undef XX
};

/** The replicated state, as the functions that replication needs of it. */
struct ha_fsm {
	/** Applies one delta; the same function on both nodes. Non-zero: the delta cannot be understood. */
	int (*apply)(void *arg, uint16_t kind, uint16_t version, const uint8_t *p, size_t n);
	/**
	 * Writes about `bytes_max` more of the whole state, from the beginning if nothing is being written; what changes meanwhile is
	 * written as it becomes. E_OK: that is the state of now, `*size` bytes; E_AGAIN: to be called again; E_LIMIT: over its bound.
	 */
	int (*snapshot_write)(void *arg, size_t bytes_max, uint64_t *size);
	/** Appends the next `bytes_max` bytes at most of a state that was written to its end. */
	void (*snapshot_read)(void *arg, size_t bytes_max, struct buf *out);
	/** What was written is not needed any more; nothing if there is nothing. */
	void (*snapshot_drop)(void *arg);
	/**
	 * Replaces the state by a snapshot of `n` bytes, about `bytes_max` of them at a time. `*at`: how many are read; with 0 the state is emptied
	 * first (n = 0: that is all). E_OK: all is read; E_AGAIN: to be called again; others: cannot be read, the state is empty.
	 */
	int (*restore)(void *arg, const uint8_t *p, size_t n, size_t bytes_max, size_t *at);
	/** Digest of the state, O(1). */
	uint64_t (*digest)(void *arg);
	void *arg;
};

enum ha_mode {
	HA_CONFIRMED, /* effects wait for the standby's acknowledgement */
	HA_ASYNC      /* effects leave at once */
};

/** The largest delta that ha_append() takes. */
#define HA_DELTA_BYTES_MAX (LIMIT_FRAME_BYTES - 256)
/** The longest text of ha_set_health(). */
#define HA_HEALTH_BYTES_MAX 400

struct ha_conf {
	uint32_t node_id; /* corosync's */
	bool solo;        /* no cluster: active at once, no ring */
	bool fencing;     /* a lost node is fenced before the other is promoted */
	bool third_vote; /* quorum decides which side of a cut goes on, it may be the other one; so it is without fencing */
	enum ha_mode mode;
	int64_t beat_ms;  /* heartbeat period, jittered by 25 % */
	int64_t lease_ms; /* must outlast token + consensus */
	int64_t confirm_timeout_ms;
	int64_t stall_ms; /* an own pause above this is told and shuts the gate until the lease is renewed */
	/* of the state written down at a time in a resync, a quarter of it is read at a time; 0 = all at once */
	uint32_t snapshot_step_bytes;
	int64_t lag_ms_max; /* a standby that acknowledges nothing for this long is dropped and resynced */
	uint64_t config_hash; /* told to the peer, compared */
	uint64_t epoch_floor; /* highest epoch this node ever saw (kept on disk) */
	bool copy; /* without a standby in step the state is kept on the own host (HA_ACT_COPY) */
	uint8_t wire_version_max; /* 0 = the newest; lower only to test a rolling upgrade */
};

enum ha_reason {
	HA_REASON_JOIN,
	HA_REASON_LEAVE,
	HA_REASON_NODEDOWN,
	HA_REASON_NODEUP,
	HA_REASON_PROCDOWN,
	HA_REASON_UNKNOWN
};

struct ha_member {
	uint32_t node_id;
	uint32_t pid;
	enum ha_reason reason; /* for left and joined */
};

struct ha_confchg {
	const struct ha_member *members;
	size_t member_count;
	const struct ha_member *left;
	size_t left_count;
	const struct ha_member *joined;
	size_t joined_count;
};

/* What a step asks the caller to do, in order. */
enum ha_action_kind {
	HA_ACT_MCAST,      /* bytes: multicast to the group, keep the order, retry on try-again */
	HA_ACT_ROLE,       /* from, to: the role changed (already in force) */
	HA_ACT_SAVE_EPOCH, /* epoch: write it to disk before performing what follows */
	HA_ACT_PEER_DEAD, /* node_id: the peer's process died while its node is in the ring: tell the arbiter.
			      was_active says whether it spoke */
	HA_ACT_PEER_LOST, /* node_id, reason: the peer left the group (for the history) */
	HA_ACT_SCORE,     /* the promotion score changed, see ha_score() */
	HA_ACT_COPY, /* copy: what to do with the file of the state before performing what follows; bytes, number */
	HA_ACT_REJOIN, /* leave the group and join again: the state is useless (protocol error of ours or the peer's) */
};

/* The copy of the state on the own host is one file; another one is made beside it and takes its place. */
enum ha_copy_op {
	HA_COPY_GO_ON, /* what was loaded is in use: nothing but its first `number` bytes */
	HA_COPY_PUT,   /* bytes: append them to the file */
	HA_COPY_BEGIN, /* make another one, empty, whatever there was of it */
	HA_COPY_NEXT,  /* bytes: append them to that one */
	HA_COPY_USE,   /* it is the file now */
	HA_COPY_DROP   /* remove both */
};

struct ha_action {
	enum ha_action_kind kind;
	enum ha_copy_op copy;
	uint64_t number;
	size_t off, len; /* HA_ACT_MCAST, HA_ACT_COPY: bytes in ha_out.bytes */
	enum ha_role from, to;
	uint64_t epoch;
	uint32_t node_id;
	enum ha_reason reason;
	bool was_active;
};

struct ha_out {
	struct ha_action *actions;
	size_t count, size;
	struct buf bytes;
};

void ha_out_init(struct ha_out *o);
void ha_out_reset(struct ha_out *o);
void ha_out_fini(struct ha_out *o);

/* How the other node looks from here. */
struct ha_peer_view {
	bool known; /* a beat was heard since it joined */
	uint32_t node_id;
	enum ha_role role;
	uint64_t epoch, offset;
	uint64_t behind;   /* deltas it has not acknowledged (active's view) */
	int64_t behind_us; /* how long it has not acknowledged the oldest of them */
	bool in_step;      /* active: that standby with us; standby: we with that active */
	bool config_differs;
	int64_t beat_age_ms;
	struct str health; /* the peer's ha_set_health() bytes; borrowed until the next step */
};

/* What made a node take the whole state of the active. */
#define HA_SYNC_CAUSES(XX) \
	XX(JOIN, "join")         /* it came, or the active is another one */ \
	XX(GAP, "gap")           /* it followed, and something did not come */ \
	XX(MISMATCH, "mismatch") /* it followed, and what it held was not what the active holds */

enum ha_sync_cause {
#define XX(name, text) HA_SYNC_##name,
	HA_SYNC_CAUSES(XX)
#undef XX
	HA_SYNC_CAUSE_COUNT
};

/* Since ha_new(). */
struct ha_counts {
	uint64_t frames_malformed; /* did not parse */
	uint64_t frames_stale;     /* of another epoch, or from nobody of the group */
	uint64_t deltas_repeated;  /* received a second time, skipped */
	uint64_t digests_differed;
	uint64_t resyncs_full, resyncs_partial; /* finished, as joiner */
	uint64_t resyncs_failed;
	uint64_t stalls;
	uint64_t deltas_sent,
		deltas_received; /* made here as the active; applied here as a standby */
	uint64_t bytes_sent, bytes_received;     /* of frames of all kinds */
	uint64_t snapshot_bytes;                 /* of the last snapshot that was sent or read */
	uint64_t snapshots[HA_SYNC_CAUSE_COUNT]; /* read and in use: part of resyncs_full */
	int64_t snapshot_us; /* how long the last of them took, from the request for it */
};

/* A fault that ends by itself within milliseconds is shown this long: who looks once in a while must see it. */
#define HA_ALARM_HOLD_MS 60000

struct ha_view {
	enum ha_role role;
	uint64_t epoch;
	uint64_t offset;   /* last applied */
	uint64_t released; /* effects up to here may leave */
	bool gate_open;
	bool unconfirmed; /* a standby is there but effects leave without it */
	bool degraded;    /* active without a standby in step */
	bool copied;      /* then: the state is kept on this host */
	uint32_t awaits;  /* ha_awaits() */
	bool quorate;
	bool digest_equal; /* at the last comparison */
	uint64_t digest_offset;
	bool two_actives; /* another node claimed to be active beside us (37420), HA_ALARM_HOLD_MS ago at most */
	bool states_differed;     /* the same of two states that are not equal (37320) */
	struct ha_peer_view peer; /* active: its standby; else the active; else any other member */
	struct ha_counts counts;
};

struct ha;

/** `conf`, `fsm` and `log` are copied (`log` may be NULL); what their `arg` points to must outlive the engine. */
struct ha *ha_new(
	const struct ha_conf *conf, const struct ha_fsm *fsm, uint64_t seed, const struct log *log);
void ha_free(struct ha *ha);

/* inputs; each may append actions to `out` */
/** First call after ha_new(): a solo node becomes active here. Any later step begins with ha_tick(). */
void ha_start(struct ha *ha, struct mono now, struct ha_out *out);
/**
 * After ha_start(), before the first ring: takes up the state that an earlier process left on this host, `n` bytes as HA_ACT_COPY
 * had them written. Torn at its end is no error. E_MALFORMED, E_LIMIT, E_CHECKSUM, E_VERSION, or E_STATE (of another node, or
 * of an epoch that is over): the node is empty and `e` says why. The file must not be there while this runs: what ends
 * the process here must not end the next one.
 */
int ha_load(struct ha *ha, struct mono now, const uint8_t *p, size_t n, struct ha_out *out,
	struct err *e);
/** The file cannot be written: it is no copy any more. It is tried again later. */
void ha_copy_lost(struct ha *ha, struct mono now);
/** The node whose next process is waited for, because the state is on its host; 0: none. */
uint32_t ha_awaits(const struct ha *ha);
/** Time passes: beats, leases, time-outs, stall detection. Call first in every step. */
void ha_tick(struct ha *ha, struct mono now, struct ha_out *out);
/** The group was joined (again); `pid` is the own process as the group knows it. A confchg with it must follow. */
void ha_ring_up(struct ha *ha, struct mono now, uint32_t pid, struct ha_out *out);
/** corosync is gone: the gate shuts at once; an active becomes FENCED. */
void ha_ring_down(struct ha *ha, struct mono now, struct ha_out *out);
void ha_confchg(struct ha *ha, struct mono now, const struct ha_confchg *c, struct ha_out *out);
void ha_deliver(struct ha *ha, struct mono now, uint32_t node_id, uint32_t pid, const uint8_t *p,
	size_t n, struct ha_out *out);
/** The quorum service said so. An adapter that lost that service says false. */
void ha_quorum(struct ha *ha, struct mono now, bool quorate, struct ha_out *out);

/**
 * The arbiter's order. 0: accepted (HA_ACT_ROLE ... ACTIVE follows now or later; already active is 0 too).
 * E_STATE: not in step while a better copy exists, or no ring; `e` says which.
 */
int ha_promote(struct ha *ha, struct mono now, struct ha_out *out, struct err *e);
/**
 * 0, or E_STATE when FENCED. From ACTIVE: the gate shuts, DRAINING; the rest of the log goes out; once the own last frame was
 * delivered, JOINING with state and position kept. From CLAIMING: the claim is given up. Any other role: nothing to do.
 */
int ha_demote(struct ha *ha, struct mono now, struct ha_out *out, struct err *e);

/**
 * Active only: applies through the fsm, logs, returns the offset. Bytes are copied. 0, with nothing changed: this node is not
 * ACTIVE, more than HA_DELTA_BYTES_MAX bytes, or the fsm refused the delta.
 */
uint64_t ha_append(struct ha *ha, struct mono now, uint16_t kind, uint16_t version,
	const uint8_t *p, size_t n);
/** End of a step: multicasts what has gathered (batches, acknowledgements) within the window. */
void ha_flush(struct ha *ha, struct mono now, struct ha_out *out);

/** Small opaque text about this node, carried in its beats (at most 400 bytes). */
void ha_set_health(struct ha *ha, struct str health);
/** True while any effect may leave at all. */
bool ha_gate_open(const struct ha *ha);
/** Effects of deltas up to this offset may leave; 0 while the gate is shut. */
uint64_t ha_released(const struct ha *ha);
enum ha_role ha_role(const struct ha *ha);
uint64_t ha_epoch(const struct ha *ha);
const char *ha_role_name(enum ha_role role);
/** When ha_tick() is needed next. */
struct mono ha_deadline(const struct ha *ha);
/**
 * Promotion score for Pacemaker: 1000 active and serving, or standby in step; 10 joining with no better copy in the
 * group, 5 behind, INT32_MIN = remove it (syncing, or a better copy exists elsewhere, in a process or on a host that is
 * waited for). The first two are alike so that a change of roles changes no score: each change makes Pacemaker calculate
 * anew, in the middle of its transition. Among equals it keeps the promoted one (and resource-stickiness does).
 */
int32_t ha_score(const struct ha *ha);
/** Deltas of an active that were applied here, since ha_new(). */
uint64_t ha_applied(const struct ha *ha);
void ha_get_view(const struct ha *ha, struct mono now, struct ha_view *v);

#endif
