/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets of accounts that are not in the configuration: token file, password file, token helper.
 *
 * The helper is a program of the operator: `token-helper LINK USER`; the first line that it prints is the token, and
 * it exits with 0 within token-timeout-ms. No shell is between. SECRET comes exactly once for each order, none after
 * io_secret_close(). What was read is wiped here when it was handed on, and appears in no log.
 */
#ifndef TANDEM_DAEMON_IO_SECRET_H
#define TANDEM_DAEMON_IO_SECRET_H

#include "daemon/io_sink.h"

struct io_secret;

/** `conf` must outlive it. */
struct io_secret *io_secret_new(const struct io_sink *sink, const struct conf *conf);
void io_secret_read(struct io_secret *s, uint32_t xsp);
void io_secret_close(struct io_secret *s);
void io_secret_free(struct io_secret *s);

#endif
