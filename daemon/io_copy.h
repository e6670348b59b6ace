/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that holds the state on this host while no standby does: what ha/ makes of it (HA_ACT_COPY) is written as it
 * comes. It is for the next process on this host, not for the time after a boot: what the kernel took is enough,
 * nothing is synchronised.
 *
 * Files in copy-dir: CONTROL.copy, with ".next" the one that will take its place, with ".read" one that is being taken up: a process
 * that ends over it leaves that name behind, and the next one begins without.
 */
#ifndef TANDEM_DAEMON_IO_COPY_H
#define TANDEM_DAEMON_IO_COPY_H

#include "daemon/io_sink.h"

/* A state and the deltas behind it; more than this is no file of ours. */
#define IO_COPY_BYTES_MAX (4 * (size_t)LIMIT_SNAPSHOT_BYTES)

struct io_copy;

/** `conf` must outlive it. Never NULL. Does nothing where conf->copy_dir is "". */
struct io_copy *io_copy_new(const struct io_sink *sink, const struct conf *conf);
/**
 * What an earlier process left since the host was booted, appended to `out`; nothing if there is none, or if it cannot be read (then the
 * log says why). Only while no other daemon runs with this control name. The file has another name until HA_COPY_GO_ON.
 */
void io_copy_take(struct io_copy *c, struct buf *out);
/** Performs NODE_ACT_COPY. False: the file is lost, and removed; it is in the log (37912, once until it can be written again). */
bool io_copy_do(struct io_copy *c, enum ha_copy_op op, uint64_t number, struct str bytes)
	__attribute__((warn_unused_result));
/** The files stay. */
void io_copy_free(struct io_copy *c);

#endif
