/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moving the active role by hand, through Pacemaker: it stays the only one who says who is active.
 *
 * switchover is for two healthy nodes and is refused if anything would be lost; in the middle of a rolling change of the configuration it
 * must be told that the configurations differ (tandemctl_rolling.h). failover moves whatever the standby holds, and must be told to
 * accept the loss. Both show the nodes before and after, and leave no constraint behind.
 */
#ifndef TANDEM_DAEMON_TANDEMCTL_MOVE_H
#define TANDEM_DAEMON_TANDEMCTL_MOVE_H

#include "daemon/tandemctl.h"

/* What a standby must be for the role to be moved to it. */
enum tandemctl_move_to {
	TANDEMCTL_TO_READY,
	TANDEMCTL_TO_IN_STEP,
	TANDEMCTL_TO_ANY
};

struct tandemctl_plan {
	char from[64], to[64];
	char text[320]; /* what will happen, or why not */
};

/**
 * May the role be moved, judging by a status? `to` NULL: to the other node. `must_be` IN_STEP: its configuration may differ. 0, or
 * TANDEMCTL_REFUSED with the reason in p->text.
 */
int tandemctl_plan_move(const json_t *status, const char *to, enum tandemctl_move_to must_be,
	struct tandemctl_plan *p);
/** Is `node` active now, and, if it is this one, does it serve? */
bool tandemctl_is_moved(const json_t *status, const char *node);

/** The id of the clone that a resource of a CIB is in; without one, or without the resource, "RESOURCE-clone". */
void tandemctl_clone_of(const char *cib, const char *resource, char *id, size_t size);

/**
 * A ban by hand, without a date on which it ends, that keeps the resource or its promoted role off `node`: what to do about it goes
 * into `text`. `clone` is the id of the clone. False: there is none, and `text` is as it was.
 */
bool tandemctl_is_banned(const char *cib, const char *resource, const char *clone, const char *node,
	char *text, size_t size);

/** tandemctl_clone_of() the CIB of this cluster. */
const char *tandemctl_clone_id(const struct conf *c);
/** Runs crm_resource with these words, closed by NULL; its exit code, and its words are told if that is not 0. */
int tandemctl_crm_resource(const struct conf *c, const char *const words[]);
/** Tells `text` and asks whether it is meant, unless --yes was said. */
bool tandemctl_is_agreed(const struct tandemctl_call *c, const char *text);

int tandemctl_switchover(const struct tandemctl_call *c);
int tandemctl_failover(const struct tandemctl_call *c);
/** `test-failover MODE`: a rehearsal with its account. */
int tandemctl_rehearse(const struct tandemctl_call *c);

#endif
