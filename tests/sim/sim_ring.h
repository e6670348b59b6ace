/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corosync as two nodes see it: rings, the agreed order of CPG messages and membership changes, quorum.
 *
 * Modelled: self delivery; one order per ring; what a dying or departing node had ordered may have reached one side
 * only; nothing at all is delivered from a loss until the new ring (token + consensus), messages sent meanwhile are
 * held; who left hears on until he closes the connection; a merge tells NODEUP with the old pids and no word of what was
 * missed; a lost library connection. tests/lab/test_ring.sh compares all of this with a real corosync.
 */
#ifndef TANDEM_SIM_RING_H
#define TANDEM_SIM_RING_H

#include "tests/sim/sim_world.h"

#define RING_TOKEN_US (1000 * SIM_MS)
#define RING_CONSENSUS_US (200 * SIM_MS)

void sim_ring_init(struct sim *s);
void sim_ring_fini(struct sim *s);

/* corosync on a host */
void sim_ring_daemon_starts(struct sim *s, unsigned node);
/** corosync dies, alone or with its host: the peer learns it after token + consensus, a process that lives at once. */
void sim_ring_daemon_dies(struct sim *s, unsigned node, bool with_host);
void sim_ring_split(struct sim *s);
void sim_ring_merge(struct sim *s);
bool sim_ring_is_split(const struct sim *s);
bool sim_ring_daemon_up(const struct sim *s, unsigned node);
/** True when both daemons are up and in one ring, and no change is under way. */
bool sim_ring_is_whole(const struct sim *s);

/* the process */
/** Connects to corosync and joins the group (the adapter's start). */
void sim_ring_connect(struct sim *s, unsigned node);
/** The process died. */
void sim_ring_process_gone(struct sim *s, unsigned node);
/** The library's connection breaks; the adapter connects again after a while. */
void sim_ring_disconnect(struct sim *s, unsigned node);
/** Leaves the group; the process is told so, and stays connected. */
void sim_ring_leave(struct sim *s, unsigned node);
/** The process ends in order: it leaves and is gone. Before sim_node_kill(). */
void sim_ring_end(struct sim *s, unsigned node);
void sim_ring_mcast(struct sim *s, unsigned node, struct str bytes);
/** corosync takes no messages for so long; the adapter keeps them in order, and loses them with the connection. */
void sim_ring_hold(struct sim *s, unsigned node, int64_t us);
/** Leaves and, when that came round, connects again and joins: RING_UP follows. */
void sim_ring_rejoin(struct sim *s, unsigned node);

#endif
