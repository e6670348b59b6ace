/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handing snapshots from one thread to another, without a lock and without waiting on either side: three places, of which
 * the writer owns one, the reader one, and the third has the newest that was published, until the reader takes it.
 *
 * One writer, one reader. A snapshot that the reader holds is never written.
 */
#ifndef TANDEM_DAEMON_HTTP_SWAP_H
#define TANDEM_DAEMON_HTTP_SWAP_H

#include "daemon/http_snap.h"

#include <stdatomic.h>

struct http_swap {
	struct http_snap *places[3];
	atomic_uint
		middle; /* index of the third place; and a bit, while the reader has not had it */
	unsigned back;  /* the writer's */
	unsigned front; /* the reader's */
};

/** Three empty snapshots (at_us = 0). */
void http_swap_init(struct http_swap *w);
/** Neither thread uses it any more. */
void http_swap_fini(struct http_swap *w);

/** The writer's place, to be filled. What is in it is of some time ago. */
struct http_snap *http_swap_back(struct http_swap *w);
/** Hands the writer's place over; it has another one now. */
void http_swap_publish(struct http_swap *w);
/** The newest snapshot that was published, as it will be until the reader calls this again. */
const struct http_snap *http_swap_take(struct http_swap *w);

#endif
