/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Syslog as RFC 5424 has it, over a datagram socket: that of this machine ("/dev/log", or any path), or UDP (RFC 5426).
 *
 *   <29>1 2026-11-22T01:02:03.123456Z n1 tandemd 4711 37402 [tandem@32473 msg="37402" level="notice" node="n1"] text
 *
 * A message is sent without waiting. What is not taken is lost and counted; a socket that is gone is looked for again, at most
 * once a second.
 */
#ifndef TANDEM_DAEMON_IO_SYSLOG_H
#define TANDEM_DAEMON_IO_SYSLOG_H

#include "proto/base/buf.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>

/* What receivers should take (RFC 5424, 6.1); a longer text is cut. */
#define IO_SYSLOG_BYTES_MAX 2048
/* Of the structured data: the number that RFC 5612 keeps for examples, as nobody has one for Tandem. */
#define IO_SYSLOG_ENTERPRISE "32473"

struct io_syslog {
	struct sockaddr_storage to;
	socklen_t to_bytes;
	int fd; /* -1 = to be opened */
	int64_t opened_s;
	uint64_t lost;
};

struct io_syslog_message {
	const struct timespec *now;
	int number;   /* enum log_id */
	int severity; /* as syslog has it, 0 to 7 */
	const char *level;
	const char *node;
	const char *text;
};

/** Where to: a path, or "ADDRESS:PORT" ("[ADDRESS]:PORT" with IPv6; no names). False: that is neither. Nothing is sent yet. */
bool io_syslog_open(struct io_syslog *s, const char *to);
void io_syslog_close(struct io_syslog *s);
/** Sends it, or counts it as lost. */
void io_syslog_send(struct io_syslog *s, const struct io_syslog_message *m);
/** Appends the message as it is sent. `out` has room for IO_SYSLOG_BYTES_MAX; what is more is cut. */
void io_syslog_put(struct buf *out, const struct io_syslog_message *m);

#endif
