/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What outlives the process, in state-dir: the epoch and the history; and what becomes of it when the disk is full.
 *
 * A node goes on with a full disk. The epoch has its place from the start (io_files_reserve_epoch); lines of the history wait
 * in memory, the newest LIMIT_STATE_HELD of them, until there is room. Every five seconds it is looked whether there is: so
 * the alarm (37910) comes before anything is to be written, and 37911 says when it is over.
 */
#ifndef TANDEM_DAEMON_IO_STATE_H
#define TANDEM_DAEMON_IO_STATE_H

#include "daemon/io_sink.h"
#include "daemon/meter.h"

struct io_state;

/** `conf` and `meter`, which is written, must outlive it. Never NULL. */
struct io_state *io_state_new(
	const struct io_sink *sink, const struct conf *conf, struct meter_state *meter);
/** Makes the folder, reads the epoch (0 = none yet) and makes sure that one can be kept. 0 or E_IO, E_MALFORMED. */
int io_state_open(struct io_state *s, uint64_t *epoch, struct err *e)
	__attribute__((warn_unused_result));
/** False: it is not on the disk, and the node must not act on it; why is in the log. */
bool io_state_keep_epoch(struct io_state *s, uint64_t epoch) __attribute__((warn_unused_result));
/** A line of the history: at once, or when there is room. As io_files_append_history(). */
void io_state_tell(struct io_state *s, int64_t wall_us, struct str word, struct str members);
/** Looks whether there is room, and writes what waits: the timer's work. */
void io_state_look(struct io_state *s);

void io_state_close(struct io_state *s);
void io_state_free(struct io_state *s);

#endif
