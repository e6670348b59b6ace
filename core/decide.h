/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from what BroadWorks says: observations in, deltas out.
 *
 * Runs on the active alone. It changes nothing itself: each delta goes to the emitter, which logs and applies
 * it before it returns, so the next decision sees it.
 */
#ifndef TANDEM_CORE_DECIDE_H
#define TANDEM_CORE_DECIDE_H

#include "core/model.h"
#include "proto/base/log.h"

struct core_emitter {
	/** Logs, replicates and applies one delta before it returns. */
	void (*emit)(uint16_t kind, const uint8_t *p, size_t n, void *arg);
	void *arg;
	struct buf buf; /* made by the owner */
};

/** Emits one delta: CORE_EMIT(em, sub_seq, .subscription = str_of(s->id), .sequence = 7); */
#define CORE_EMIT(em, name, ...) \
	do { \
		struct delta_##name d_ = { __VA_ARGS__ }; \
		buf_reset(&(em)->buf); \
		delta_put_##name(&(em)->buf, &d_); \
		core_emit(em, DELTA_##name); \
	} while (0)

/** Sends what is in em->buf (see CORE_EMIT). */
void core_emit(struct core_emitter *em, uint16_t kind);

/* One party as BroadWorks describes it. Texts are borrowed. */
struct core_party {
	struct str bw_call;
	struct str tracking;
	enum core_personality personality;
	enum core_state state; /* CORE_GONE: released or no longer presented to the user */
	bool failed;
	enum core_end end;
	bool local; /* with CORE_GONE: released by this user */
	struct str remote;
	struct str remote_user;
	bool outside;      /* the far party is in the network */
	enum core_how how; /* the event says why there is another far party */
	bool later;        /* its state is part of something else, which is still to be told */
	enum core_recording recording;
	struct str via;
	struct str to;  /* with CORE_GONE: where the call went */
	uint64_t other; /* with CORE_END_TRANSFERRED: the call it was joined with */
};

/** A live event about one party. True if it fits what is known; false: the device should be asked. */
bool core_decide_party(struct core_model *m, struct core_emitter *em, struct core_device *d,
	const struct core_party *p, const struct log *log);

/* The conference of a device as BroadWorks describes it. */
struct core_conference_in {
	enum core_conference state; /* CORE_CONFERENCE_NONE: there is none (any more) */
	const struct str *calls;    /* BroadWorks call ids of its parties */
	size_t count;
};

/**
 * The parties of a device's conference make one call: the calls of those that joined are merged into the call of the
 * first, clients of all parties are told.
 */
void core_decide_conference(struct core_model *m, struct core_emitter *em, struct core_device *d,
	const struct core_conference_in *c);

/** Who has the conference takes part in it actively from now on: the others are told. */
void core_decide_intrusion(struct core_model *m, struct core_emitter *em, struct core_device *d);

/** What was to be told later of the calls of a device, by those who are in them, is told now. */
void core_decide_settle(struct core_emitter *em, struct core_device *d);

/**
 * The device has redirected these calls (all CORE_GONE): one that rang is diverted, for the reason that its end says if that
 * is one of a diversion, one that was talked to is transferred, two of those were transferred to each other and are told as one transfer.
 */
void core_decide_redirected(struct core_model *m, struct core_emitter *em, struct core_device *d,
	struct core_party *parties, size_t count, const struct log *log);

/** An agent's state; nothing if it is so already. */
void core_decide_agent(struct core_emitter *em, const struct core_device *d,
	enum core_agent_state state, struct str code);
/** The call centers an agent serves: all of them. */
void core_decide_joins(
	struct core_emitter *em, struct core_device *d, const struct str *centers, size_t count);
/** It serves one, or does not any more; nothing if it is so already. */
void core_decide_join(
	struct core_emitter *em, const struct core_device *d, struct str center, bool joined);
/** A feature; nothing if it is so already. */
void core_decide_feature(struct core_emitter *em, const struct core_device *d,
	enum core_feature_kind feature, bool on, uint32_t number, struct str text);

/**
 * Does this party have another far party than before, though no event said so? What is told of it then; CORE_HOW_NONE: the
 * same one, perhaps under a better name.
 */
enum core_how core_decide_missed_move(const struct core_half *h, const struct core_party *p);

/** A passing fact about a party that is known; nothing otherwise. */
void core_decide_note(struct core_emitter *em, const struct core_device *d, struct str bw_call,
	enum core_note note, uint32_t number, struct str text, struct str text2, struct str text3);

struct core_difference {
	uint32_t kept, cleared, learned, changed;
};

/**
 * All parties of a device at a point of its event stream: what is known and not listed is gone, what is listed
 * and not known is learned, what differs is corrected. Logs 37205 for each party out of step, 37206 for each
 * learned. `complete` = false: the list was cut, nothing is cleared.
 */
void core_decide_snapshot(struct core_model *m, struct core_emitter *em, struct core_device *d,
	const struct core_party *parties, size_t count, bool complete, const struct log *log,
	struct core_difference *diff);

/** The device comes (back) into or goes out of service; nothing if it is so already. */
void core_decide_service(
	struct core_emitter *em, const struct core_device *d, enum core_service service);

/** CSTA call id of a tracking id, made if need be. */
uint64_t core_decide_call(struct core_model *m, struct core_emitter *em, struct str tracking);

/** The server id in a tracking id ("7:1" -> "1"); "" if it has none. */
struct str core_tracking_server(struct str tracking);

#endif
