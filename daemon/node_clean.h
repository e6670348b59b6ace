/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When Pacemaker is told that a failure of the peer is dealt with.
 *
 * The failed instance is banned from its node (migration-threshold), which makes the takeover one
 * straight transition. When the clients are back it may come again, at once: redundancy must not
 * wait for the failure-timeout. A Pacemaker that is slow may note the same death a second time after
 * that, by its monitor; so a peer that does not come back is cleaned up after again, a few times. A node
 * that fails again and again stays banned.
 *
 * Pure: the caller tells what happens, and does what it is told.
 */
#ifndef TANDEM_DAEMON_NODE_CLEAN_H
#define TANDEM_DAEMON_NODE_CLEAN_H

#include "proto/base/mono.h"

#include <stdbool.h>
#include <stdint.h>

#define NODE_CLEAN_MS 2000        /* without any client: that long after the death */
#define NODE_CLEAN_SOONEST_MS 500 /* Pacemaker works at the takeover until then */
#define NODE_CLEAN_AGAIN_MS 5000  /* a start takes a second or two */
#define NODE_CLEAN_TRIES 3        /* for one death */
#define NODE_CLEAN_FREE_MS 600000
#define NODE_CLEANS_MAX 5 /* within NODE_CLEAN_FREE_MS, of whatever deaths */

struct node_clean {
	uint32_t node_id; /* the peer whose process died, until that is dealt with; 0: none */
	struct mono died;
	struct mono told; /* the last time, of `tries` */
	uint32_t tries;
	uint32_t count; /* since `count_since` */
	struct mono count_since;
};

/** The process of that node died. */
void node_clean_died(struct node_clean *c, uint32_t node_id, struct mono now);

/**
 * To be called in every step of an active node that has finished its takeover, and of one that waits for the peer to come back by itself
 * (then with `has_clients`). `has_clients`: some
 * client is back; `is_back`: the peer is in the group again. Returns the node for which Pacemaker is
 * to be told now, or 0.
 */
uint32_t node_clean_step(struct node_clean *c, struct mono now, bool has_clients, bool is_back)
	__attribute__((warn_unused_result));

#endif
