/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every adapter needs: where to hand an event on, where to log, on which loop to run.
 *
 * An adapter fills kind and the fields of its kind; the loop adds the time. The event is only
 * borrowed: the loop steps the node at once, or copies it when the node is just being served. So a
 * call of io_emit() may come back into the same adapter with an action: an adapter emits only where
 * its own state is in order.
 *
 * Every adapter lives so: io_x_new(), ..., io_x_close() (asynchronous: no event comes from it any
 * more, its handles begin to close), the loop runs until no handle is left, io_x_free().
 */
#ifndef TANDEM_DAEMON_IO_SINK_H
#define TANDEM_DAEMON_IO_SINK_H

#include "daemon/node.h"

#include <uv.h>

typedef void (*io_emit_fn)(const struct node_event *ev, void *arg);

struct io_sink {
	uv_loop_t *loop;
	io_emit_fn emit;
	void *arg;
	const struct log *log; /* may be NULL */
};

static inline void
io_emit(const struct io_sink *sink, const struct node_event *ev)
{
	sink->emit(ev, sink->arg);
}

#endif
