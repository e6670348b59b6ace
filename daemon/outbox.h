/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session is still to be told: a bounded queue of messages in order, kept until the client has them.
 *
 * Events and statuses are put in by say.c on both nodes, from the same deltas, with the same serials; answers
 * to requests are put in by the active alone and die with the connection. A message leaves when its offset is
 * confirmed, and is forgotten when the client's TCP acknowledged it; on a takeover what is left is what the
 * client may not have.
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

struct outbox_message {
	TAILQ_ENTRY(outbox_message) link;
	enum outbox_kind kind;
	uint64_t
		serial; /* events and statuses said on both nodes: 1, 2, 3...; the active's own messages: 0 */
	uint64_t number;  /* messageSequenceNumber of an event, else 0 */
	uint64_t offset;  /* leaves when this offset is confirmed */
	uint64_t end_pos; /* byte position behind it in the connection's output, once sent */
	uint32_t invoke;  /* answers */
	bool sent;
	bool acked; /* the client's TCP has it; kept in case the client itself never read it */
	size_t n;
	uint8_t body[];
};

struct outbox {
	uint64_t session;
	TAILQ_HEAD(outbox_list, outbox_message) list;
	struct outbox_message *cursor; /* next to be sent; NULL: all sent */
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

struct outbox *outbox_new(uint64_t session);
void outbox_free(struct outbox *b);

/** Appends; the body is copied. Beyond the limits nothing is kept and `overflow` is set: the session's connection must go. */
void outbox_push(struct outbox *b, const struct outbox_message *head, struct str body);

/** As outbox_push, in front of everything that waits. */
void outbox_push_front(struct outbox *b, const struct outbox_message *head, struct str body);

/** The next message that may leave (offset <= released), or NULL. The caller sends it and calls outbox_sent(). */
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

/** The connection is gone: the active's own messages die, nothing is sent until outbox_resume(). */
void outbox_detach(struct outbox *b);

#endif
