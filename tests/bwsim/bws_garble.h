/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_GARBLE_H
#define TANDEM_TESTS_BWSIM_BWS_GARBLE_H

#include "tests/bwsim/bws_timer.h"
#include "tests/bwsim/bws_util.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct bws;
struct bws_chan;
struct bws_event;
struct bws_xsp;

/* Things that happen to events on their way to the client, and documents nobody should send. */
#define BWS_GARBLE_LIST(X) \
	X(HIDE, "hide")                     /* not written: comes again when its ack is overdue */ \
	X(LOSE, "lose")                     /* not written, and forgotten: a gap for ever */ \
	X(DUPLICATE, "duplicate")           /* written twice */ \
	X(DUPLICATE_ID, "duplicate-new-id") /* the second time with another eventID */ \
	X(DELAY, "delay")                   /* written "ms" later, others overtake it */ \
	X(WRONG_VALUE, "wrong-value")       /* a value outside its type */ \
	X(WRONG_TYPE, "wrong-type")         /* another event type than its content */

enum bws_garble_what {
#define X(name, text) BWS_GARBLE_##name,
	BWS_GARBLE_LIST(X)
#undef X
	BWS_GARBLE_COUNT
};

/* What happens to the next @count events that fit. */
struct bws_garble_rule {
	TAILQ_ENTRY(bws_garble_rule) link;
	enum bws_garble_what what;
	int64_t count;
	int64_t ms;
	char *type;                /* only events of this type, NULL = any */
	const struct bws_xsp *xsp; /* only on its channels, NULL = any */
};

struct bws_garble {
	TAILQ_HEAD(, bws_garble_rule) rules;
	TAILQ_HEAD(, bws_garble_late) late;
};

void bws_garble_init(struct bws *w);

/* Adds a rule; "type" may be NULL. Returns false when @what is unknown. */
bool bws_garble_add(struct bws *w, const char *what, const char *type, const struct bws_xsp *xsp,
	int64_t count, int64_t ms);

/* Writes the document of an event to its channel, as the rules say. Returns true when the event
 * shall be forgotten. */
bool bws_garble_send(
	struct bws *w, const struct bws_event *ev, struct bws_chan *c, const struct bws_buf *doc);

/*
 * Pushes a document of that kind to the channels of @xsp (all when NULL): "v1" (an event of the old
 * schema), "deep", "huge", "dtd", "junk" (no XML), "endless" (a document that does not end),
 * "late" (a ChannelHeartBeat nobody asked for). Returns the number of channels, -1 for an unknown
 * kind.
 */
int bws_garble_push(struct bws *w, const char *kind, const struct bws_xsp *xsp, int64_t size);

void bws_garble_fini(struct bws *w);

#endif
