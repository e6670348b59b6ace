/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: configuration and passwords in, epoch and history out.
 *
 * The epoch must be on disk before the node acts on it, so it is written whole (temporary file,
 * fsync, rename, fsync of the folder), and on a full disk over the old one. The history is one JSON object a line, each appended by one
 * write; at 1 MB it moves to history.jsonl.1 and a new one begins.
 */
#ifndef TANDEM_DAEMON_IO_FILES_H
#define TANDEM_DAEMON_IO_FILES_H

#include "daemon/conf.h"
#include "daemon/htpass.h"

#define IO_HISTORY_BYTES_MAX (1024 * 1024)

/**
 * Reads and parses `file`, without the password files: for those who may read the one and not the
 * others.
 */
int io_files_read_conf(struct conf *c, const char *file, struct err *e)
	__attribute__((warn_unused_result));

/**
 * A file of hashed passwords. It has to be a plain one of root or of our own user, and others must not read it nor the group
 * write it. 0, E_IO or E_CONFIG; `users` is as before then.
 */
int io_files_read_logins(const char *path, struct htpass *users, struct err *e)
	__attribute__((warn_unused_result));

/** As io_files_read_conf, then the password files that it names; login-files are tried, not kept. 0 or E_CONFIG. */
int io_files_load_conf(struct conf *c, const char *file, struct err *e)
	__attribute__((warn_unused_result));

/** Makes the state folder if it is not there. 0 or E_IO. */
int io_files_prepare(const char *state_dir, struct err *e) __attribute__((warn_unused_result));

/**
 * The epoch on disk, 0 if there never was one. E_MALFORMED: the file is not ours; E_IO: cannot be
 * read.
 */
int io_files_load_epoch(const char *state_dir, uint64_t *epoch, struct err *e)
	__attribute__((warn_unused_result));
/**
 * The epoch must not become less. `tight`: there was no room for a new file, it stands over the old one; `e` says why. 0 or
 * E_IO.
 */
int io_files_save_epoch(const char *state_dir, uint64_t epoch, bool *tight, struct err *e)
	__attribute__((warn_unused_result));
/** Takes the place on the disk that an epoch needs, if none was saved yet. 0 or E_IO. */
int io_files_reserve_epoch(const char *state_dir, struct err *e)
	__attribute__((warn_unused_result));
/** Is there room for a little more? If not, `e` says why, and what to do. */
bool io_files_has_room(const char *state_dir, struct err *e) __attribute__((warn_unused_result));

/**
 * Appends one line {"t_us":..,"ev":"word","host":..,members}. `members` has no braces and may be
 * "". 0 or E_IO.
 */
int io_files_append_history(const char *state_dir, int64_t t_us, const char *node, struct str word,
	struct str members, struct err *e) __attribute__((warn_unused_result));

/**
 * The last `lines_max` lines of the history, oldest first, as many as `out` may hold. 0 (also when
 * there is no history yet) or E_IO.
 */
int io_files_read_history(const char *state_dir, uint32_t lines_max, struct buf *out, struct err *e)
	__attribute__((warn_unused_result));

#endif
