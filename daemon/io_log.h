/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: libqb's, with its blackbox. One line a message:
 *   2026-11-22T01:02:03.123456Z n1 37402 notice this node is active ...
 *
 * The blackbox is a ring in memory that takes every message, also those the log leaves out; a crash
 * writes it to STATE-DIR/blackbox.PID (read it with qb-blackbox). One log a process.
 */
#ifndef TANDEM_DAEMON_IO_LOG_H
#define TANDEM_DAEMON_IO_LOG_H

#include "daemon/ctl_ring.h"
#include "proto/base/err.h"
#include "proto/base/log.h"

#include <stdbool.h>

/**
 * Opens the log. `file` "" = stderr. `node` is the name in each line, `state_dir` the place of the
 * blackbox ("" = none, and no signal handlers). 0 or E_IO.
 */
int io_log_open(const char *file, const char *node, const char *state_dir, struct err *e)
	__attribute__((warn_unused_result));
void io_log_close(void);

/**
 * From now on messages go to the journal that listens at `path`, with fields, in the place of lines; the
 * blackbox has them as before. False: there is no journal, and nothing has changed.
 */
bool io_log_to_journal(const char *path);

/** From now on messages go to syslog as well: see io_syslog_open(); "": no more. False: that is no place for them, and nothing has changed. */
bool io_log_to_syslog(const char *to);
/** How many messages syslog did not take, since io_log_open(). */
uint64_t io_log_lost(void);
/** The log interface to hand on; silent before io_log_open(). */
const struct log *io_log_get(void);

/**
 * How lines are written from now on: as JSON objects, with the digits of telephone numbers masked, and at most `rate` lines of one
 * message in ten seconds (0 = no limit; daemon/log_limit.h). io_log_ring() has all of them, masked alike.
 */
void io_log_shape(bool json, bool mask, uint32_t rate);

/** The least important level that is written, of all subsystems: LOG_NOTICE at first. */
void io_log_set_level(enum log_level level);
/** The levels of subsystems, to be shown and changed. */
struct log_levels *io_log_levels(void);

/** The last messages, also those that the log left out. */
const struct ctl_ring *io_log_ring(void);

/** How many messages there were of a level, since io_log_open(); also those that the log left out. */
uint64_t io_log_count(enum log_level level);

/** Writes the blackbox to its file, whose name goes into `path`. 0, E_STATE (there is none), E_IO. */
int io_log_dump_blackbox(char *path, size_t size, struct err *e)
	__attribute__((warn_unused_result));

/** After somebody has moved the file away. */
void io_log_reopen(void);

#endif
