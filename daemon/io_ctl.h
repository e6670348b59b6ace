/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control channel: libqb IPC named after [node] control. Root and the user of the daemon may ask
 * everything; members of the groups that the configuration names what the level of their group allows (ctl.h).
 *
 * A question is answered at once; promote and demote are answered when they are done, refused, or
 * after 30 s. A client that hangs holds one connection and nothing else.
 */
#ifndef TANDEM_DAEMON_IO_CTL_H
#define TANDEM_DAEMON_IO_CTL_H

#include "daemon/io_sink.h"
#include "daemon/meter.h"

#define IO_CTL_MESSAGE_ID 1 /* in libqb's headers, both ways */

struct io_ctl_conf {
	const struct conf *conf;
	const char *node_name;
	const struct meter_state *state; /* of state-dir; NULL: nothing is said of it */
};

struct io_ctl;

/**
 * NULL with `e` if the name is taken or libqb fails. Emits PROMOTE and DEMOTE. One of it in a
 * process.
 */
struct io_ctl *io_ctl_new(
	const struct io_sink *sink, const struct io_ctl_conf *conf, struct err *e);
/** The node to ask. Until it is set every question but the version is answered with an error. */
void io_ctl_set_node(struct io_ctl *c, const struct node *node);
/** After each step of the node: answers the orders that are done. */
void io_ctl_check(struct io_ctl *c);
/** The other node asks: answered with TELL, within this step. */
void io_ctl_asked(struct io_ctl *c, uint64_t id, uint32_t from_node, struct str request);
/** The other node's answer to the question `id`, or why there is none. */
void io_ctl_told(struct io_ctl *c, uint64_t id, bool good, struct str text);
void io_ctl_close(struct io_ctl *c);
void io_ctl_free(struct io_ctl *c);

#endif
