/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a node counts while it works, for the metrics: nothing is decided by it, and nothing of it is replicated. It counts
 * from the start of the process.
 */
#ifndef TANDEM_DAEMON_METER_H
#define TANDEM_DAEMON_METER_H

#include "proto/csta_msg.h"

#include <stdint.h>

/* how many requests there are */
enum meter_request {
#define XX(name) METER_REQUEST_##name,
	METER_REQUEST_UNKNOWN,
	CSTA_REQUESTS(XX)
#undef XX
	METER_REQUESTS
};

/* Durations in buckets; the bounds are those of meter_bounds_us. */
#define METER_BOUNDS 15

struct meter_hist {
	uint64_t of_bound[METER_BOUNDS + 1]; /* the last one: longer than all bounds */
	uint64_t count;
	int64_t sum_us;
};

struct meter {
	uint64_t xsi_events;     /* that came in, all copies */
	uint64_t xsi_duplicates; /* with a number that was there before */
	uint64_t xsi_early;      /* that had to wait for others */
	uint64_t xsi_gaps;       /* times that events did not come */
	uint64_t xsi_acks;       /* acknowledgements that were sent */
	uint64_t events_sent;    /* to clients, those after a resume included */
	uint64_t activations;
	uint64_t errors;                   /* requests of clients that were answered by an error */
	uint64_t requests[METER_REQUESTS]; /* of clients, by enum csta_request_kind */
	struct meter_hist
		event_wait; /* of an event, from the step that said it to the step that sent it */
};

/* What the loop itself measures. */
struct meter_loop {
	struct meter_hist step; /* one step of the node with its actions */
	struct meter_hist late; /* a timer of the node, after its time */
};

extern const int64_t meter_bounds_us[METER_BOUNDS];

/** Counts a duration; a negative one counts as 0. */
void meter_add(struct meter_hist *h, int64_t us);
/** Counts a request of a client. */
void meter_request(struct meter *m, enum csta_request_kind kind);

#endif
