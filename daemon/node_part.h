/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a node (node.c, node_view.c) need of each other. */
#ifndef TANDEM_DAEMON_NODE_PART_H
#define TANDEM_DAEMON_NODE_PART_H

#include "daemon/bw.h"
#include "daemon/node.h"
#include "daemon/node_clean.h"
#include "daemon/node_phases.h"
#include "daemon/note.h"
#include "daemon/sess.h"
#include "daemon/svc_load.h"

struct node {
	struct ctx x;
	struct say say;
	struct sess sess;
	struct svc svc;
	struct bw bw;
	struct ha_out ring; /* what ha asks for */
	struct err refusal;
	struct mono started;
	struct mono health_due;
	struct mono promised; /* the deadline that was told last */
	uint64_t lag_ms;      /* how late a step came, at worst, since the last look at the load */
	struct mono
		quiet_due; /* devices not confirmed by then are told out of service; MONO_NEVER: done */
	bool listening;
	bool moves; /* the active role goes to the other node by order */
	bool stopping;
	bool stopped;
	bool was_active;
	uint8_t owner; /* of what this node makes as the active: its node id */
	struct node_takeover takeover;
	struct node_phases phases;
	enum meter_reason reason; /* of the next activation, as far as is known */
	struct node_clean clean;
	uint32_t node_id;
	struct notes notes; /* questions to the other node: node_note.c */
};

/* node_peer.c */

/** Takes up the state that an earlier process left on this host; with a bad one the node begins with nothing. */
void node_load_copy(struct node *n, struct str copy);
/** The process of the other node died: Pacemaker is told. */
void node_peer_died(struct node *n, uint32_t node_id, bool was_active);
/** Pacemaker is told when that is dealt with. */
void node_peer_tick(struct node *n);

/* node_note.c */

/** A question of an operator for the other node. */
void node_note_ask(struct node *n, uint64_t id, struct str text);
/** The answer to a question of the other node. */
void node_note_tell(struct node *n, uint64_t id, uint32_t to, struct str text);
/** True if what the ring delivered was a note: it is dealt with. */
bool node_note_deliver(struct node *n, uint32_t from, struct str bytes);
/** Questions that were not answered in time. */
void node_note_tick(struct node *n);

#endif
