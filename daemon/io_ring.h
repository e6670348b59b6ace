/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring on the loop: connects to corosync and keeps connecting (each 100 ms), sends in order,
 * delivers.
 *
 * Emits RING_UP after each connection, RING_DOWN once after each loss, and CONFCHG, DELIVER,
 * QUORUM.
 */
#ifndef TANDEM_DAEMON_IO_RING_H
#define TANDEM_DAEMON_IO_RING_H

#include "daemon/io_sink.h"

struct io_ring;

/**
 * Waits up to `wait_ms` for corosync. NULL with `e` if it is not there or refuses. Emits nothing
 * yet.
 */
struct io_ring *io_ring_new(
	const struct io_sink *sink, const char *group, int64_t wait_ms, struct err *e);
/** Begins to emit: first RING_UP. */
void io_ring_start(struct io_ring *r);
/** Id of this node in corosync. */
uint32_t io_ring_node_id(const struct io_ring *r);
/** Name of a node; NULL if corosync's nodelist has none. Borrowed until the next connection. */
const char *io_ring_node_name(const struct io_ring *r, uint32_t node_id);

/**
 * In order, again and again while corosync has no room. Without a connection the bytes are dropped.
 */
void io_ring_mcast(struct io_ring *r, struct str bytes);
/** How often corosync had no room. */
uint64_t io_ring_full(const struct io_ring *r);
/** Leaves and joins again, then RING_UP comes; what is not sent yet, or sent meanwhile, is dropped. */
void io_ring_rejoin(struct io_ring *r);

void io_ring_close(struct io_ring *r);
void io_ring_free(struct io_ring *r);

#endif
