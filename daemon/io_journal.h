/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal of systemd, spoken to in its own protocol: a message there has fields, and an explanation
 * by its MESSAGE_ID (`journalctl -x`, deploy/systemd/tandemd.catalog).
 */
#ifndef TANDEM_DAEMON_IO_JOURNAL_H
#define TANDEM_DAEMON_IO_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

/* MESSAGE_ID: this, and the number of the message as four hexadecimal digits. Never to be changed. */
#define IO_JOURNAL_ID_BASE "c7a1d3f5b8e24c6f9a0e5d2b7c41"

#define IO_JOURNAL_SOCKET "/run/systemd/journal/socket"

/** True if stderr is a stream of the journal: the manager says so by JOURNAL_STREAM. */
bool io_journal_is_stderr(void);
/** A socket to the journal that listens at `path`; -1: there is none. */
int io_journal_open(const char *path);
/**
 * Sends a message. `priority` as syslog has it, `bytes` of `text` of any kind. False: it was not taken;
 * the journal does not wait, so neither do we.
 */
bool io_journal_send(
	int fd, int number, int priority, const char *node, const char *text, size_t bytes);

#endif
