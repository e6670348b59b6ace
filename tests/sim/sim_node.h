/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One host with (at most) one process of the production node: its clock, its disk, its pauses, and the actions
 * of its steps. A host outlives its processes; a process has an instance number that is never used again.
 */
#ifndef TANDEM_SIM_NODE_H
#define TANDEM_SIM_NODE_H

#include "daemon/node.h"
#include "tests/sim/sim_point.h"
#include "tests/sim/sim_world.h"

struct sim_node_input;

struct sim_node {
	unsigned index; /* 0, 1 */
	uint32_t id;    /* corosync's: 1, 2 */
	bool host_up;
	struct node *node; /* NULL: no process */
	uint64_t instance;
	uint32_t pid;
	struct conf conf;
	struct log log;
	struct node_out *out;
	uint64_t epoch_disk;
	bool disk_full; /* the next epoch cannot be written */
	/* sim_copy.h */
	struct {
		struct buf file, next;
		bool full;    /* nothing can be written, as long as this process lives */
		uint64_t era; /* another one when the file is gone for good */
		bool undone;  /* the process before ended over it, or before it came to it */
	} copy;
	int64_t wall_offset_us;
	int64_t clock_offset_us;
	int64_t drift_ppm;
	struct mono clock; /* last told; never goes back */
	bool paused;
	uint64_t pause_count;
	int64_t paused_at_us, paused_total_us;
	struct sim_node_input *inbox, **inbox_end; /* what came while paused */
	bool listening;
	unsigned crash_in;    /* 0: not armed; else dies after this many actions */
	enum sim_point point; /* the next process that comes there dies; NONE: not armed */
	bool point_before;    /* else right after it */
	uint64_t tick_order;  /* of the tick event that counts */
	struct mono tick_due;
	int64_t storm_since_us;
	unsigned storm_count;
	int64_t started_us;
	bool stopped; /* said STOPPED */
};

void sim_node_init(struct sim *s, unsigned index);
void sim_node_fini(struct sim *s, unsigned index);

/** Starts a process on a host that is up. */
void sim_node_start(struct sim *s, unsigned index);
/** kill -9, or the whole host; nothing if there is no process. `silent`: its connections are not closed. */
void sim_node_kill(struct sim *s, unsigned index, bool silent, const char *why);
/** SIGSTOP and, after `us`, SIGCONT. */
void sim_node_pause(struct sim *s, unsigned index, int64_t us);

/** Hands an event to the process `instance`, at once or when it runs again; dropped if that process is gone. */
void sim_node_input(struct sim *s, unsigned index, uint64_t instance, const struct node_event *ev);

/** The process as it looks now; all zero if there is none. */
void sim_node_view(struct sim *s, unsigned index, struct ha_view *v);
/** The node's clock. */
struct mono sim_node_clock(const struct sim *s, const struct sim_node *n);
/** "n1:3", for the trace. Overwritten by the fourth call after it. */
const char *sim_node_name(const struct sim *s, unsigned index);

#endif
