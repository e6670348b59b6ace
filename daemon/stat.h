/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the node says about itself, as JSON: the status, and whether the other node could take over
 * now.
 *
 * The other node's figures are those of its health text: pairs `key=value` with blanks between
 * them.
 */
#ifndef TANDEM_DAEMON_STAT_H
#define TANDEM_DAEMON_STAT_H

#include "daemon/view.h"
#include "ha/ha.h"
#include "proto/base/buf.h"

#define STAT_SETTLE_S 30

struct conf_listener;

struct stat_input {
	bool clustered, fencing; /* as configured */
	const char *node_name;
	int64_t wall_us;
	const struct ha_view *view;
	const struct node_counts *counts;
	const struct node_takeover *takeover;
	const struct node_link *links; /* to BroadWorks */
	uint32_t link_count;
	const struct conf_listener *listeners; /* where clients connect; none: not told */
	uint32_t listener_count;
	const char *edition; /* of listeners that have none of their own */
	uint64_t digest;
	bool serving;
	const char *state_trouble; /* why state-dir cannot be written; NULL or "": it can */
};

/** Appends one JSON object (schema tandemctl/status/1) without an end of line. */
void stat_status(const struct stat_input *in, struct buf *out);

/**
 * Could the standby take over now? `text` gets one sentence that says which node, or why not.
 */
bool stat_ready(const struct stat_input *in, char *text, size_t size);
/** The same if the configurations of the two nodes were equal: is that all that is missing? */
bool stat_ready_but_config(const struct stat_input *in);

/**
 * Does this node do its work as it should? `text` gets what is wrong, or "well". What is wrong with the other node is
 * its own affair. For STAT_SETTLE_S after its start and its activation it is taken for well.
 */
bool stat_healthy(const struct stat_input *in, char *text, size_t size);

#define STAT_CONDITIONS(XX) \
	XX(OK, "ok") \
	XX(NOT_READY, "not-ready")     /* no standby could take over now */ \
	XX(NO_XSP, "no-xsp")           /* no event channel is open */ \
	XX(TWO_ACTIVES, "two-actives") /* 37420 */ \
	XX(DESYNC, "desync")           /* 37320 */ \
	XX(UNJUDGED, "-") /* it has not settled: whatever was told before still holds */

enum stat_condition {
#define XX(name, text) STAT_##name,
	STAT_CONDITIONS(XX)
#undef XX
};

/**
 * The worst of what an operator is alarmed of. What concerns the pair is told by the active alone, so that it is told
 * once; a node that is not active knows of nothing but a state that differs, and of having been active beside another one.
 */
enum stat_condition stat_condition(const struct stat_input *in);
/** Its word, for the resource agent. */
const char *stat_condition_name(enum stat_condition condition);

/** "active", "standby" or "fenced": what an operator calls it. */
const char *stat_role(enum ha_role role);
/** What the node is doing in its role: "serving", "in step", "joining"... */
const char *stat_state(const struct stat_input *in);
/** How many deltas the active is ahead of this node; -1 when that cannot be said. */
int64_t stat_behind(const struct ha_view *v);

/** The value of `key` in a health text; STR_NONE if it is not there. */
struct str stat_health(struct str health, const char *key);

#endif
