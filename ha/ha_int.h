/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine from inside: what the files of ha/ share. Nobody else includes this.
 *
 * ha.c         inputs in, order of a step          ha_recv.c    frames in
 * ha_member.c  who is in the group                 ha_beat.c    beats and digests
 * ha_voice.c   epochs, claims, giving up           ha_gate.c    lease, gate, watermark
 * ha_repl.c    active: log, batches, acks          ha_serve.c   active: resync of a joiner
 * ha_join.c    joiner and standby                  ha_view.c    what is shown, score, deadline
 * ha_copy.c    active: the copy on its host        ha_copy_load.c  its successor: that copy
 */
#ifndef TANDEM_HA_HA_INT_H
#define TANDEM_HA_HA_INT_H

#include "ha/ha.h"
#include "ha/ha_cover.h"
#include "ha/ha_frame.h"
#include "ha/ha_log.h"

#define HA_PEERS_MAX 8
#define HA_SLICES_IN_FLIGHT 2
#define HA_SLICE_BYTES (LIMIT_SLICE_BYTES / 2) /* of a resync: a delta waits for one on the ring */
#define HA_QUEUE_BYTES_MAX (LIMIT_LOG_BYTES / 4)
#define HA_FAILURES_REJOIN 6
#define HA_BACKOFF_MS_MAX 5000
#define HA_JITTER_PERCENT 25
#define HA_AWAIT_MS 10000 /* a process is started again within two seconds, or something is wrong */

struct ha_peer {
	bool member;
	bool heard; /* a beat came since it joined */
	uint32_t node_id, pid;
	/* its last beat, or what a later frame told */
	enum ha_role role;
	uint64_t epoch, offset;
	uint64_t config_hash;
	uint8_t speaks; /* 0 = not heard */
	struct mono beat_at;
	size_t health_bytes;
	char health[HA_HEALTH_BYTES_MAX];
	/* complaints made once */
	bool told_malformed, told_version;
	/* the gate waits for it to fall silent (section 6 rule 6) */
	bool hush;
	bool keeps; /* an active: it has a copy of the state on its host; others: that is what it holds */
	/* active's view of a follower */
	bool listening; /* is sent deltas: from SNAP_BEGIN on */
	bool standby;   /* has acknowledged in this epoch */
	bool dropped;   /* must ask for a resync first */
	uint64_t acked;
	struct mono alive_at; /* last acknowledgement, or the end of its resync */
};

/* Lease and what else keeps the gate shut: section 6. */
struct ha_lease {
	struct mono until; /* of the lease */
	struct mono
		granted_until; /* the same, but not taken back: nobody else may have spoken before */
	struct mono grace_until; /* a new ACTIVE without quorum keeps its claim so long */
	struct mono floor;       /* beats asked before it renew nothing */
	bool await_quorum;
	struct mono await_until; /* with fencing: not longer than that */
	struct mono hush_until;  /* for peers with `hush` */
	struct mono ghost_until; /* for an active that left in an unknown condition */
	struct mono doubt_until; /* after an own pause: a node lost until then may have lost us */
	struct mono shot_until;  /* it may fence us: the gate stays shut so long */
};

/* A resync that the active sends: section 9. */
struct ha_serve {
	struct ha_peer *to; /* NULL = none */
	uint64_t sync;
	uint64_t have_epoch, have_offset, have_digest;
	bool full_wanted;
	bool begun, full;
	unsigned in_flight;
	uint64_t x, x_digest;
	uint64_t cursor; /* partial: last offset sent */
	/* full */
	bool writing;
	struct mono go_on_at, /* with writing, then with sending */
		sign_at;      /* writing: when to tell the joiner that it goes on */
	uint64_t total, at;   /* bytes, sent so far */
	struct ha_sum *sum;   /* of what was sent; NULL: nothing */
};

/* A resync that the joiner receives. */
struct ha_join {
	uint64_t sync;
	bool begun, full;
	bool full_wanted;
	enum ha_sync_cause cause; /* of the resync that is wanted or under way */
	struct mono asked;        /* when it was asked for */
	uint64_t x, total;
	struct buf snap;
	/* the snapshot is complete, and is read step by step */
	bool restoring;
	size_t restored; /* bytes */
	struct mono restore_at;
	uint64_t end_epoch, end_digest;
	struct ha_log queue; /* live deltas above x */
	bool queue_digest_known;
	uint64_t queue_digest;
	struct mono ask_at;
	struct mono deadline;
	unsigned failures; /* in a row */
};

/* The state in a file of the own host: section 17. */
struct ha_copy_next {
	bool writing;       /* the snapshot is being written down */
	struct ha_sum *sum; /* of what is in the file; NULL: it was not begun */
	struct mono go_on_at;
	uint64_t upto, digest; /* of the snapshot, then of the deltas behind it */
	uint64_t total, at;    /* bytes of the snapshot, in the file so far */
	uint64_t bytes;        /* of the file */
};

struct ha_copy {
	bool live;   /* the file holds the state of this epoch up to `upto` */
	bool gone;   /* it does not any more, and is to be removed */
	bool loaded; /* what this node holds is of a process that is dead */
	uint64_t upto;
	uint64_t bytes, bytes_whole; /* of the file: now, and with the snapshot alone */
	struct mono not_before;      /* the next is begun */
	struct ha_copy_next next;    /* the one that takes its place */
};

/* An active died whose state is in a file of its host: its successor there is waited for. */
struct ha_await {
	uint32_t node_id; /* 0: nobody */
	struct mono until;
};

struct ha {
	struct ha_conf conf;
	struct ha_fsm fsm;
	struct log log;
	struct rng rng;

	struct mono now, last_tick;
	bool ticked;
	int role;      /* enum ha_role, moved by ha_role_change() alone */
	bool ring;     /* between ring_up and ring_down */
	bool in_group; /* own membership was seen: frames may be sent */
	bool quorate;
	uint32_t pid;
	uint64_t nonce;

	uint64_t epoch, offset;                        /* position of the state held */
	uint64_t seen, saved;                          /* highest epoch met; written to disk */
	uint64_t claim_epoch;                          /* CLAIMING */
	uint64_t base_epoch, base_offset, base_digest; /* ACTIVE */
	bool follows; /* STANDBY, or CLAIMING from there: applies its source's deltas */
	bool in_step; /* standby: the active said so */

	struct ha_peer peers[HA_PEERS_MAX];
	struct ha_peer *source;     /* whom this node follows */
	struct ha_peer *cover_peer; /* whom the gate waits for */
	struct ha_cover cover;
	struct ha_lease lease;
	bool gate_open;
	const char *gate_why;                /* why it is shut, NULL when open; static text */
	bool told_unconfirmed, told_in_step; /* logged last */

	struct ha_log deltas; /* active */
	uint64_t sent, sent_digest;
	uint64_t in_flight[LIMIT_BATCHES_IN_FLIGHT]; /* last offset of each batch on its way */
	unsigned in_flight_count;
	struct buf body; /* scratch of ha_repl.c */
	/* ACTIVE: what has come back, and what the ring has gone round with since; a beat that is on its way to prove it (section 8) */
	uint64_t delivered, proven;
	struct {
		bool pending;
		uint64_t asked_us, offset;
	} mark;
	bool leaving_sent;

	struct ha_serve serve;
	struct ha_join join;
	struct ha_copy copy;
	struct ha_await await;

	struct mono next_beat;
	bool want_beat, want_hello, want_ack;
	bool want_rejoin;
	int32_t score_told;
	size_t health_bytes;
	char health[HA_HEALTH_BYTES_MAX];

	bool digest_equal;
	uint64_t digest_offset;
	struct mono two_actives_at, differed_at; /* the last 37420 and 37320; 0 = none yet */
	struct ha_counts counts;
};

/** Digest of the own state. */
static inline uint64_t
ha_int_digest(const struct ha *ha)
{
	return ha->fsm.digest(ha->fsm.arg);
}

#endif
