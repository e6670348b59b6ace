/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One node and its adapters on one libuv loop.
 *
 * Every event of an adapter becomes one node_step(), then its actions are performed in order. What
 * adapters raise while actions are performed is queued and stepped afterwards: the node is never
 * entered twice.
 */
#ifndef TANDEM_DAEMON_IO_LOOP_H
#define TANDEM_DAEMON_IO_LOOP_H

#include "daemon/conf.h"
#include "daemon/meter.h"
#include "proto/base/err.h"
#include "proto/base/log.h"

struct io_loop;

/**
 * Reads the epoch, waits up to `corosync_wait_ms` for corosync (unless the node runs alone), opens
 * the control channel. `conf` and `log` must outlive it. NULL with `e` when something is not there.
 */
struct io_loop *io_loop_new(
	const struct conf *conf, const struct log *log, int64_t corosync_wait_ms, struct err *e);

/**
 * Runs until the node has stopped (SIGTERM, SIGINT; at most 5 s after). The exit code: 0 clean, 1
 * not.
 */
int io_loop_run(struct io_loop *l);
/** As SIGTERM does. For tests; from a callback on the loop. */
void io_loop_stop(struct io_loop *l);
/** Port of the first CSTA listener, 0 while there is none. */
int io_loop_port(const struct io_loop *l);

/** What it has measured so far; borrowed. */
const struct meter_loop *io_loop_meter(const struct io_loop *l);

/** Closes what is open and frees everything. */
void io_loop_free(struct io_loop *l);

#endif
