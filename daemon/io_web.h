/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The status page, on the side of the loop: takes the snapshots that it is made of, and starts and ends the thread that
 * serves them (io_web_serve.h).
 *
 * The loop never waits for that thread. A place to listen that is not free costs a line in the log and is tried again: the
 * page is not worth the service.
 */
#ifndef TANDEM_DAEMON_IO_WEB_H
#define TANDEM_DAEMON_IO_WEB_H

#include "daemon/io_sink.h"
#include "daemon/meter.h"

struct io_web;

/** `conf` and `meter`, which the loop writes, must outlive it; [http] is enabled. Never NULL. */
struct io_web *io_web_new(
	const struct io_sink *sink, const struct conf *conf, const struct meter_loop *meter);
/** Whom the snapshots are taken of; from now on there are some. */
void io_web_set_node(struct io_web *w, const struct node *node);
/** After each step of the node: a change of its role is published at once. */
void io_web_check(struct io_web *w);
/** The port that it listens on, 0 while it does not. */
int io_web_port(const struct io_web *w);

/** Ends the thread: no answer is sent any more. */
void io_web_close(struct io_web *w);
void io_web_free(struct io_web *w);

#endif
