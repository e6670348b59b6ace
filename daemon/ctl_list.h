/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a node knows, one line a thing, for operators: calls, monitors, sessions, users, channels.
 *
 * There may be hundreds of thousands, and the loop that answers also serves calls: a listing is asked for in
 * slices. A slice visits a bounded number of things and says where the next one begins, by the names of the last
 * ones it has visited: one of these is still there unless all have ended in between, and then the asker is told
 * that the list has a hole. What begins or ends during a listing may be in it or not.
 */
#ifndef TANDEM_DAEMON_CTL_LIST_H
#define TANDEM_DAEMON_CTL_LIST_H

#include "daemon/bw.h"
#include "daemon/ctx.h"

#include <string.h>

#define CTL_LISTS(XX) \
	XX(CALLS, "calls")       /* a line for each party at a device */ \
	XX(STUCK, "stuck")       /* those of calls that BroadWorks has not confirmed */ \
	XX(MONITORS, "monitors") /* of CSTA clients */ \
	XX(SESSIONS, "sessions") /* of CSTA clients */ \
	XX(USERS, "users")       /* what is subscribed to */ \
	XX(CHANNELS, "channels") /* event channels, and the links that carry them */

enum ctl_list_kind {
#define XX(name, word) CTL_LIST_##name,
	CTL_LISTS(XX)
#undef XX
};

/* A party as it is, in the order of enum core_view. */
#define CTL_PARTY_STATES(XX) \
	XX(none, "gone") \
	XX(initiated, "initiated") \
	XX(originated, "originated") \
	XX(dialed, "calling") \
	XX(ringing, "alerting") \
	XX(connected, "connected") \
	XX(held, "held") \
	XX(far_held, "held by the other") \
	XX(failed, "failed") \
	XX(queued, "queued")

#define CTL_LIST_KEYS 4 /* names of the last things visited */

struct ctl_list_query {
	enum ctl_list_kind kind;
	uint32_t rows_max;  /* 1..LIMIT_CTL_ROWS */
	uint32_t skip;      /* parties of the first thing that the slice before has told */
	uint32_t key_count; /* 0: from the beginning */
	char keys[CTL_LIST_KEYS]
		 [LIMIT_DEVICE_ID];  /* where the slice before ended, the last first */
	char match[LIMIT_DEVICE_ID]; /* "" or a part of the device, user or peer */
	uint32_t older_s;            /* calls, stuck: known for so long at least */
	char state[24];              /* "" or the state of a party, the service of a user */
};

/** The word of a kind of list. Here, as tandemctl does not have the model. */
static inline const char *
ctl_list_name(enum ctl_list_kind kind)
{
	static const char *const names[] = {
#define XX(name, word) word,
		CTL_LISTS(XX)
#undef XX
	};

	return names[kind];
}

/** The kind of a word; false: there is none. */
static inline bool
ctl_list_find(const char *word, enum ctl_list_kind *kind)
{
	for (int i = 0; i <= CTL_LIST_CHANNELS; i++)
		if (strcmp(ctl_list_name((enum ctl_list_kind)i), word) == 0) {
			*kind = (enum ctl_list_kind)i;
			return true;
		}
	return false;
}

/** Has BroadWorks not confirmed what calls the device has? Then `stuck` lists them. */
bool ctl_list_is_stuck(const struct ctx *x, const struct bw *b, const struct core_device *d);

/**
 * Appends one JSON object: {"ok":true,"schema":"tandemctl/KIND/1","rows":[...],"next":{"keys":[...],"skip":n}}. No
 * "next": that was all. {"ok":false,"error":...} when nothing is left of what the slice before had visited.
 */
void ctl_list(
	const struct ctx *x, const struct bw *b, const struct ctl_list_query *q, struct buf *out);

#endif
