/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_DELIVER_H
#define TANDEM_TESTS_BWSIM_BWS_DELIVER_H

#include "tests/bwsim/bws_timer.h"
#include "tests/bwsim/bws_util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct bws;
struct bws_chan;
struct bws_set;
struct bws_sub;
struct bws_user;
struct bws_xsp;

TAILQ_HEAD(bws_event_list, bws_event);

/*
 * An event from its raising to its acknowledgement.
 *
 *	chan set		sent on that channel, the timer waits for the ack
 *	chan NULL, resend true	the timer waits until the next delivery
 *	chan NULL, resend false	no channel, or the channel has no room: kept until one has; the
 *				timer ends it
 */
struct bws_event {
	TAILQ_ENTRY(bws_event) link;
	struct bws *w;
	char id[BWS_UUID_LEN + 1];
	struct bws_sub *sub;
	const struct bws_user *about; /* NULL = of a wide subscription itself */
	uint32_t seq;
	char *type;
	char *data; /* inner XML of eventData */
	struct bws_chan *chan;
	const struct bws_chan *last; /* channel of the last delivery, only compared */
	unsigned xsp_mask;           /* XSPs that ever held it */
	int64_t attempts;
	bool resend;
	bool wrong; /* on purpose: not held against the schema, whenever it is written */
	struct bws_timer timer;
};

struct bws_deliver {
	struct bws_event_list pending; /* oldest first */
	size_t count;
	void *by_id;
	const struct bws_xsp *elsewhere; /* snapshots being raised now avoid it */
};

void bws_deliver_init(struct bws *w);

/* Raises an event of @type with the inner XML @data on a subscription and delivers it. @about is the
 * user it is about; NULL only for what concerns a wide subscription itself. */
void bws_deliver_raise(struct bws *w, struct bws_sub *sub, const struct bws_user *about,
	const char *type, const char *data);

enum bws_ack_result {
	BWS_ACK_KNOWN,
	BWS_ACK_UNKNOWN,  /* no such event is waiting for an ack */
	BWS_ACK_WRONG_XSP /* another XSP holds the stream */
};

/* Handles an EventResponse that came in at @xsp (status codes as of the schema). */
enum bws_ack_result bws_deliver_ack(
	struct bws *w, const struct bws_xsp *xsp, const char *event_id, int64_t status);

/* The channels tell when they come and go. */
void bws_deliver_chan_opened(struct bws *w, struct bws_chan *c);

void bws_deliver_chan_ended(struct bws *w, struct bws_chan *c);

/* Drops everything that is not acknowledged. Returns how many events. */
size_t bws_deliver_forget(struct bws *w, const char *why);

void bws_deliver_fini(struct bws *w);

#endif
