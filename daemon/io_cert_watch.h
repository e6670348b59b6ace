/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running daemon looks at its certificates: at its start, with each SIGHUP and twice a day. One that expires soon is a
 * warning each time (37805), one that has expired or cannot be read an alarm (37806).
 *
 * Files are read on libuv's threads; the loop has the result only.
 */
#ifndef TANDEM_DAEMON_IO_CERT_WATCH_H
#define TANDEM_DAEMON_IO_CERT_WATCH_H

#include "daemon/io_sink.h"
#include "daemon/meter.h"

struct io_cert_watch;

/** `conf` and `meter`, which is written, must outlive it. Never NULL. */
struct io_cert_watch *io_cert_watch_new(
	const struct io_sink *sink, const struct conf *conf, struct meter_certs *meter);
/** Looks now; while it is looking, nothing. */
void io_cert_watch_look(struct io_cert_watch *w);
void io_cert_watch_close(struct io_cert_watch *w);
void io_cert_watch_free(struct io_cert_watch *w);

#endif
