/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session is still to be told: a bounded queue of messages in order, kept until the client has them.
 *
 * Events and statuses are put in by say.c on both nodes, from the same deltas, with the same serials; answers
 * to requests are put in by the active alone and die with the connection. A message leaves when its offset is
 * confirmed, and is forgotten when the client's TCP acknowledged it; on a takeover what is left is what the
 * client may not have. An event that a request under way may have caused is held back by the active, and with it all
 * events behind it, so that the answer stands in front: the order of events never changes.
 */
#ifndef TANDEM_DAEMON_OUTBOX_H
#define TANDEM_DAEMON_OUTBOX_H

#include "proto/base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

enum outbox_kind {
	OUTBOX_EVENT,
	OUTBOX_STATUS, /* or another request of ours: a segment of a snapshot */
	OUTBOX_ANSWER,
	OUTBOX_REQUEST, /* of the server, said like an event: it is not lost with a connection */
	OUTBOX_LAST = OUTBOX_REQUEST,
};

/*
 * A request under way whose answer must stand before the events that it causes. What they are about: any of these, 0 =
 * nothing. Whoever made the hold says when it is over, be it that there will be no answer.
 */
struct outbox_hold {
	TAILQ_ENTRY(outbox_hold) link;
	uint64_t id; /* 1, 2, 3... in this outbox */
	uint64_t device, other_device, call;
};

struct outbox_message {
	TAILQ_ENTRY(outbox_message) link;
	enum outbox_kind kind;
	uint64_t
		serial; /* events and statuses said on both nodes: 1, 2, 3...; the active's own messages: 0 */
	uint64_t number;       /* messageSequenceNumber of an event, else 0 */
	uint64_t offset;       /* leaves when this offset is confirmed */
	uint64_t end_pos;      /* byte position behind it in the connection's output, once sent */
	uint32_t invoke;       /* answers */
	uint64_t device, call; /* what an event is about, where there are holds; else 0 */
	uint64_t
		hold; /* it waits for those holds up to this one that are about the same; 0 = for none */
	uint8_t event; /* what an event is, by enum csta_event_kind; as far as is known, else the number of kinds. For figures */
	int64_t said_us; /* when it was said first, as far as that is worth measuring; else 0 */
	bool sent;
	bool acked; /* the client's TCP has it; kept in case the client itself never read it */
	size_t n;
	uint8_t body[];
};

struct outbox {
	uint64_t session;
	uint32_t app; /* of the session: see meter_app() */
	TAILQ_HEAD(outbox_list, outbox_message) list;
	struct outbox_message *cursor; /* next to be sent; NULL: all sent */
	TAILQ_HEAD(outbox_holds, outbox_hold) holds;
	uint64_t last_hold;
	size_t count;
	size_t bytes;
	size_t keep;  /* events to be kept although they are acknowledged: numbered sessions */
	size_t acked; /* kept so */
	bool lost;    /* messages had to be dropped: the session is told messagesLost */
	bool pending; /* in the list of outboxes to be pumped (say.h) */
	bool overflow;
};

/** Does it leave under an invoke ID of the server's own? */
static inline bool
outbox_is_request(const struct outbox_message *msg)
{
	return msg->kind == OUTBOX_STATUS || msg->kind == OUTBOX_REQUEST;
}

/** A device as holds and messages name it: an address, compared and never followed. */
static inline uint64_t
outbox_device(const void *device)
{
	return (uint64_t)(uintptr_t)device;
}

struct outbox *outbox_new(uint64_t session);
void outbox_free(struct outbox *b);

/** Appends; the body is copied. Beyond the limits nothing is kept and `overflow` is set: the session's connection must go. */
void outbox_push(struct outbox *b, const struct outbox_message *head, struct str body);

/** As outbox_push, in front of everything that waits. */
void outbox_push_front(struct outbox *b, const struct outbox_message *head, struct str body);

/** Appends, but in front of the first message that is held: what an answer says must not depend on those. */
void outbox_push_ahead(struct outbox *b, const struct outbox_message *head, struct str body);

/** From here on events that are about what `what` names stay until outbox_release(). Returns the id of the hold. */
uint64_t outbox_hold(struct outbox *b, const struct outbox_hold *what);
/** The hold is over; one that is not there any more is ignored. */
void outbox_release(struct outbox *b, uint64_t hold);

/** The next message that may leave (offset <= released, not held), or NULL. The caller sends it and calls outbox_sent(). */
struct outbox_message *outbox_peek(const struct outbox *b, uint64_t released);
void outbox_sent(struct outbox *b, uint64_t end_pos);

/** The client's TCP has `pos` bytes: what lies before is done, but for the last `keep` events. Returns the highest serial done, 0 if none. */
uint64_t outbox_acked(struct outbox *b, uint64_t pos);

/** Forgets messages with serials up to `serial` that were not sent by this node (standby), or were sent. */
void outbox_trim_serial(struct outbox *b, uint64_t serial);

/**
 * A new connection: answers and statuses of the old one are dropped, everything left will be sent again.
 * `numbered`: the client has events up to `last_number`, those are dropped too. Returns false if events the
 * client lacks are not here any more.
 */
bool outbox_resume(struct outbox *b, bool numbered, uint64_t last_number, uint64_t said_number);

/** A new epoch: what was said in older ones needs no confirmation any more. */
void outbox_confirm_all(struct outbox *b);

/** The connection is gone: the active's own messages and all holds die, nothing is sent until outbox_resume(). */
void outbox_detach(struct outbox *b);

#endif
