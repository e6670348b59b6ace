/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what changed to what clients are told: core_say facts into CSTA messages in the sessions' outboxes.
 *
 * Runs on both nodes from the same deltas and makes the same messages with the same serials. It never sends:
 * sess.c pumps the outboxes of the active, through the gate.
 */
#ifndef TANDEM_DAEMON_SAY_H
#define TANDEM_DAEMON_SAY_H

#include "daemon/ctx.h"
#include "daemon/outbox.h"
#include "proto/csta_encode.h"

/*
 * An event as it is for all monitors of one edition, of one type, with or without numbers: encoded once however many
 * they are.
 */
struct say_form {
	struct buf text;
	struct csta_event_cut cut;
	bool made; /* for the event that is being told */
};

#define SAY_FORMS ((CSTA_ED6 + 1) * 4)

struct say {
	struct ctx *x;
	struct buf body;
	struct say_form forms[SAY_FORMS];
	struct say_form own; /* of a monitor that has a name of its own for its device */
	uint64_t *pending;   /* sessions whose outbox has something to send */
	size_t pending_count, pending_size;
};

void say_init(struct say *s, struct ctx *x);
void say_fini(struct say *s);

/** core_say_fn; arg = struct say. */
void say_fact(const struct core_say *fact, void *arg);

/** Puts the outbox of a session into the list to be pumped. */
void say_mark_pending(struct say *s, struct core_session *session);

/** Appends a message of the active's own (answer, or a status at association): dies with the connection. */
void say_own(struct say *s, struct core_session *session, enum outbox_kind kind, uint32_t invoke,
	struct str body);
/** As say_own, ahead of events that are held back for an answer (outbox.h). */
void say_own_ahead(struct say *s, struct core_session *session, enum outbox_kind kind,
	uint32_t invoke, struct str body);
/** As say_own, but it leaves only with the delta that will be emitted next. */
void say_own_with_next(struct say *s, struct core_session *session, enum outbox_kind kind,
	uint32_t invoke, struct str body);
/** As say_own, ahead of everything that waits. */
void say_own_first(struct say *s, struct core_session *session, enum outbox_kind kind,
	uint32_t invoke, struct str body);

/** The status of the system as the standard names it. */
enum csta_status say_status(enum core_status status);

/** Is the session to hear when the system gets this status? */
static inline bool
say_wants_status(const struct core_session *session, enum csta_status status)
{
	return session->statuses && (session->status_filter & UINT32_C(1) << status) == 0;
}

/** How a client knows the far party of a half; "" if it is not known. Names live as long as the step. */
struct str say_far_device(struct ctx *x, const struct core_half *h);

/** How a client knows a BroadWorks user. */
struct str say_user_name(struct ctx *x, struct str user);
/** The same of an address or user id, whichever it is. */
struct str say_party_name(struct ctx *x, struct str party);

/** Local and far state of a half in CSTA's words, as clients were told. */
enum csta_local_state say_local_state(enum core_view view);
enum csta_local_state say_far_state(enum core_view view);

/** What the outboxes hold, as records for a snapshot, and back. */
void say_snapshot(struct say *s, struct buf *out);
int say_restore(struct say *s, const uint8_t *p, size_t n) __attribute__((warn_unused_result));

#define SAY_RECORD_MESSAGE 1000

#endif
