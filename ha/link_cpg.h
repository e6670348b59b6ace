/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection to corosync: one process group (CPG), quorum, and the names of the nodes. No event
 * loop in here: the owner watches the two descriptors and calls link_cpg_dispatch().
 *
 * Calls that corosync answers synchronously (connect, leave) block while corosync itself is
 * stopped. After E_IO from any call the connection is lost: stop watching, then
 * link_cpg_disconnect() (in this order: it closes the descriptors), and connect again. Never
 * disconnect from inside a handler.
 */
#ifndef TANDEM_HA_LINK_CPG_H
#define TANDEM_HA_LINK_CPG_H

#include "ha/ha.h"

#define LINK_CPG_NODES_MAX 16

struct link_cpg_handlers {
	void (*deliver)(uint32_t node_id, uint32_t pid, struct str bytes, void *arg);
	void (*confchg)(const struct ha_confchg *c, void *arg);
	void (*quorum)(bool quorate, void *arg);
	void *arg;
};

struct link_cpg;

/** `group` is copied. Not connected yet. */
struct link_cpg *link_cpg_new(const char *group, const struct link_cpg_handlers *handlers);
/** Disconnects if need be. */
void link_cpg_free(struct link_cpg *l);

/**
 * Connects, asks for the own id and the names, tracks quorum, joins the group. 0, E_AGAIN (corosync
 * is starting or away), E_REFUSED (no permission: uidgid.d), E_IO. Anything but 0 leaves it
 * disconnected.
 */
int link_cpg_connect(struct link_cpg *l, struct err *e) __attribute__((warn_unused_result));
void link_cpg_disconnect(struct link_cpg *l);

/** Descriptors to watch for input and hang-up. */
int link_cpg_fd(const struct link_cpg *l);
int link_cpg_quorum_fd(const struct link_cpg *l);

/**
 * Calls the handlers for at most `messages_max` messages. 0: nothing is left; E_AGAIN: call again
 * soon; E_IO.
 */
int link_cpg_dispatch(struct link_cpg *l, unsigned messages_max)
	__attribute__((warn_unused_result));
int link_cpg_dispatch_quorum(struct link_cpg *l) __attribute__((warn_unused_result));

/**
 * 0; E_AGAIN: dispatch, wait a millisecond, send the same again; E_LIMIT: too large to be atomic;
 * E_IO.
 */
int link_cpg_mcast(struct link_cpg *l, struct str bytes) __attribute__((warn_unused_result));

/**
 * Leaves the group; the membership change that says so still comes. To join again, connect anew. 0,
 * E_AGAIN (it is under way), E_IO.
 */
int link_cpg_leave(struct link_cpg *l) __attribute__((warn_unused_result));

/** Own id of the last connection, 0 before the first. */
uint32_t link_cpg_node_id(const struct link_cpg *l);
/** The name in corosync's nodelist; NULL if there is none. */
const char *link_cpg_node_name(const struct link_cpg *l, uint32_t node_id);

#endif
