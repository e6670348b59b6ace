/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of one session: see outbox.h. */
#include "daemon/outbox.h"

#include "proto/base/check.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"

#include <string.h>

#define OUTBOX_RESERVE_MESSAGES 64

struct outbox *
outbox_new(uint64_t session)
{
	struct outbox *b = mem_zalloc(sizeof(*b));

	b->session = session;
	TAILQ_INIT(&b->list);
	TAILQ_INIT(&b->holds);
	return b;
}

static void
outbox_hold_remove(struct outbox *b, struct outbox_hold *h)
{
	TAILQ_REMOVE(&b->holds, h, link);
	mem_free(h);
}

static void
outbox_holds_clear(struct outbox *b)
{
	while (!TAILQ_EMPTY(&b->holds))
		outbox_hold_remove(b, TAILQ_FIRST(&b->holds));
}

uint64_t
outbox_hold(struct outbox *b, const struct outbox_hold *what)
{
	struct outbox_hold *h = mem_alloc(sizeof(*h));

	*h = *what;
	h->id = ++b->last_hold;
	TAILQ_INSERT_TAIL(&b->holds, h, link);
	return h->id;
}

void
outbox_release(struct outbox *b, uint64_t hold)
{
	struct outbox_hold *h;

	TAILQ_FOREACH(h, &b->holds, link) {
		if (h->id != hold)
			continue;
		outbox_hold_remove(b, h);
		return;
	}
}

static bool
outbox_about(const struct outbox_hold *h, const struct outbox_message *msg)
{
	return (msg->device != 0 && (msg->device == h->device || msg->device == h->other_device)) ||
		(msg->call != 0 && msg->call == h->call);
}

/* The last of the holds up to this one that are about what the message is about; 0: none. */
static uint64_t
outbox_held_by(const struct outbox *b, const struct outbox_message *msg, uint64_t up_to)
{
	const struct outbox_hold *h;

	TAILQ_FOREACH_REVERSE(h, &b->holds, outbox_holds, link)
		if (h->id <= up_to && outbox_about(h, msg))
			return h->id;
	return 0;
}

static bool
outbox_is_held(const struct outbox *b, const struct outbox_message *msg)
{
	return msg->hold != 0 && outbox_held_by(b, msg, msg->hold) != 0;
}

static void
outbox_remove(struct outbox *b, struct outbox_message *msg)
{
	if (b->cursor == msg)
		b->cursor = TAILQ_NEXT(msg, link);
	TAILQ_REMOVE(&b->list, msg, link);
	b->count--;
	b->acked -= msg->acked;
	b->bytes -= msg->n;
	mem_free(msg);
}

void
outbox_free(struct outbox *b)
{
	if (b == NULL)
		return;
	while (!TAILQ_EMPTY(&b->list))
		outbox_remove(b, TAILQ_FIRST(&b->list));
	outbox_holds_clear(b);
	mem_free(b);
}

static struct outbox_message *
outbox_make(struct outbox *b, const struct outbox_message *head, struct str body)
{
	struct outbox_message *msg;

	/* a resume needs room for its answer also when what is said has filled the box */
	size_t reserve = head->serial > 0 ? 0 : OUTBOX_RESERVE_MESSAGES;

	if (b->count >= LIMIT_OUTBOX_MESSAGES + reserve ||
		b->bytes + body.n > LIMIT_OUTBOX_BYTES + reserve * LIMIT_CSTA_SEND_BYTES) {
		b->overflow = true;
		b->lost = true;
		return NULL;
	}
	msg = mem_alloc(sizeof(*msg) + body.n);
	*msg = *head;
	msg->n = body.n;
	msg->hold = outbox_held_by(b, msg, b->last_hold);
	memcpy(msg->body, body.p, body.n);
	b->count++;
	b->bytes += body.n;
	return msg;
}

/* In front of one that is still to be sent; NULL: behind all. */
static void
outbox_insert(struct outbox *b, struct outbox_message *msg, struct outbox_message *before)
{
	if (before != NULL)
		TAILQ_INSERT_BEFORE(before, msg, link);
	else
		TAILQ_INSERT_TAIL(&b->list, msg, link);
	if (b->cursor == before)
		b->cursor = msg;
}

void
outbox_push(struct outbox *b, const struct outbox_message *head, struct str body)
{
	struct outbox_message *msg = outbox_make(b, head, body);

	if (msg != NULL)
		outbox_insert(b, msg, NULL);
}

void
outbox_push_front(struct outbox *b, const struct outbox_message *head, struct str body)
{
	struct outbox_message *msg = outbox_make(b, head, body);

	if (msg != NULL)
		outbox_insert(b, msg, b->cursor);
}

void
outbox_push_ahead(struct outbox *b, const struct outbox_message *head, struct str body)
{
	struct outbox_message *msg = outbox_make(b, head, body), *held = NULL;

	if (msg == NULL)
		return;
	if (!TAILQ_EMPTY(&b->holds))
		held = b->cursor;
	while (held != NULL && !outbox_is_held(b, held))
		held = TAILQ_NEXT(held, link);
	outbox_insert(b, msg, held);
}

struct outbox_message *
outbox_peek(const struct outbox *b, uint64_t released)
{
	struct outbox_message *msg = b->cursor;

	return msg != NULL && msg->offset <= released && !outbox_is_held(b, msg) ? msg : NULL;
}

void
outbox_sent(struct outbox *b, uint64_t end_pos)
{
	struct outbox_message *msg = b->cursor;

	REQUIRE(msg != NULL);
	msg->sent = true;
	msg->end_pos = end_pos;
	b->cursor = TAILQ_NEXT(msg, link);
}

/*
 * The client's TCP has the message. An event of a numbered session stays for a while: a client that dies with unread
 * bytes, or whose connection is reset, presents an older number when it comes back.
 */
static void
outbox_done(struct outbox *b, struct outbox_message *msg)
{
	if (b->keep == 0 || msg->kind != OUTBOX_EVENT) {
		outbox_remove(b, msg);
		return;
	}
	b->acked += !msg->acked;
	msg->acked = true;
}

/* The oldest of the kept ones stand in front. */
static void
outbox_drop_kept(struct outbox *b, size_t keep)
{
	struct outbox_message *msg;

	while (b->acked > keep && (msg = TAILQ_FIRST(&b->list)) != NULL && msg->acked)
		outbox_remove(b, msg);
}

uint64_t
outbox_acked(struct outbox *b, uint64_t pos)
{
	struct outbox_message *msg, *next;
	uint64_t serial = 0;

	for (msg = TAILQ_FIRST(&b->list); msg != NULL; msg = next) {
		next = TAILQ_NEXT(msg, link);
		if (msg->acked)
			continue;
		if (!msg->sent || msg->end_pos > pos)
			break;
		if (msg->serial > serial)
			serial = msg->serial;
		outbox_done(b, msg);
	}
	outbox_drop_kept(b, b->keep);
	return serial;
}

void
outbox_trim_serial(struct outbox *b, uint64_t serial)
{
	struct outbox_message *msg, *next;

	for (msg = TAILQ_FIRST(&b->list); msg != NULL; msg = next) {
		next = TAILQ_NEXT(msg, link);
		if (msg->serial > serial)
			break;
		if (msg->serial > 0)
			outbox_done(b, msg);
	}
	outbox_drop_kept(b, b->keep);
}

/* True if the client, who has events up to `last`, can be given all up to `said`. */
static bool
outbox_has_all(const struct outbox *b, uint64_t last, uint64_t said)
{
	const struct outbox_message *msg;

	if (b->lost || last > said)
		return false;
	TAILQ_FOREACH(msg, &b->list, link)
		if (msg->kind == OUTBOX_EVENT && msg->number > last)
			return msg->number == last + 1;
	return last == said;
}

/* Has the client got it, or is it of no use on another connection? */
static bool
outbox_is_done(const struct outbox_message *msg, bool numbered, uint64_t last_number)
{
	if (msg->kind == OUTBOX_REQUEST)
		return msg->acked;
	return msg->kind != OUTBOX_EVENT || (numbered ? msg->number <= last_number : msg->acked);
}

bool
outbox_resume(struct outbox *b, bool numbered, uint64_t last_number, uint64_t said_number)
{
	bool complete = numbered ? outbox_has_all(b, last_number, said_number) : !b->lost;
	struct outbox_message *msg, *next;

	for (msg = TAILQ_FIRST(&b->list); msg != NULL; msg = next) {
		next = TAILQ_NEXT(msg, link);
		if (outbox_is_done(msg, numbered, last_number)) {
			outbox_remove(b, msg);
			continue;
		}
		msg->sent = msg->acked = false;
		msg->said_us = 0; /* how long the client was away is no delay of ours */
	}
	b->acked = 0;
	/* something is missing anyway, and is said to be: room for what comes */
	while (b->lost && b->count > LIMIT_OUTBOX_MESSAGES / 2)
		outbox_remove(b, TAILQ_FIRST(&b->list));
	b->cursor = TAILQ_FIRST(&b->list);
	b->lost = false;
	b->overflow = false;
	outbox_holds_clear(b);
	return complete;
}

void
outbox_detach(struct outbox *b)
{
	struct outbox_message *msg, *next;

	for (msg = TAILQ_FIRST(&b->list); msg != NULL; msg = next) {
		next = TAILQ_NEXT(msg, link);
		if (msg->serial == 0)
			outbox_remove(b, msg);
	}
	outbox_holds_clear(b);
}

void
outbox_confirm_all(struct outbox *b)
{
	struct outbox_message *msg;

	TAILQ_FOREACH(msg, &b->list, link)
		msg->offset = 0;
}
