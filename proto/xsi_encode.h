/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request bodies towards BroadWorks, and shorthands for the paths of the requests used most. Where
 * a path comes from is the table of xsi_op.h.
 */
#ifndef TANDEM_PROTO_XSI_ENCODE_H
#define TANDEM_PROTO_XSI_ENCODE_H

#include "proto/xsi_op.h"

#include <stdint.h>

/*
 * Bodies: appended to the buffer, declaration first, in the element order of the schema. An empty
 * `application` is left out. Overflow is asked of the buffer at the end.
 */

/** Channel to open (2.4). `priority` and `weight` are at least 1. */
void xsi_put_channel(struct buf *b, struct str set, uint32_t priority, uint32_t weight,
	uint64_t expires_s, struct str application);
/** Channel with nothing but its new life time. */
void xsi_put_channel_refresh(struct buf *b, uint64_t expires_s);
/** Subscription to a package ("Advanced Call") by way of a channel set (2.3). */
void xsi_put_subscription(struct buf *b, const char *package, uint64_t expires_s, struct str set,
	struct str application);
/** Subscription with nothing but its new life time: brings the snapshot again. */
void xsi_put_subscription_refresh(struct buf *b, uint64_t expires_s);
/**
 * Acknowledgement of an event (2.6). `status` is 200, 400, 404, 481 or 500; anything else is a bug
 * of ours.
 */
void xsi_put_event_response(struct buf *b, struct str event_id, int status);

/* Paths: see xsi_op_path(). */
/** POST with a Channel opens the event stream. */
void xsi_path_channel_open(struct buf *b, const struct xsi_contexts *c);
/** PUT refreshes, DELETE closes. */
void xsi_path_channel(struct buf *b, const struct xsi_contexts *c, struct str channel_id);
/** PUT, to the server that holds the stream. */
void xsi_path_heartbeat(struct buf *b, const struct xsi_contexts *c, struct str channel_id);
/** GET lists the channels of the set. */
void xsi_path_channel_set(struct buf *b, const struct xsi_contexts *c, struct str set);
/** POST with the body of xsi_put_event_response(), to the server that holds the stream. */
void xsi_path_event_response(struct buf *b, const struct xsi_contexts *c);
/** POST with a Subscription subscribes to this user. */
void xsi_path_user_events(struct buf *b, const struct xsi_contexts *c, struct str user);
/** PUT refreshes, GET reads, DELETE unsubscribes. */
void xsi_path_subscription(struct buf *b, const struct xsi_contexts *c, struct str subscription_id);
/** POST makes a call of `user` to `address` (a number or a tel: or sip: URI). */
void xsi_path_dial(
	struct buf *b, const struct xsi_contexts *c, struct str user, struct str address);
/** GET reads a call, DELETE releases it. */
void xsi_path_call(
	struct buf *b, const struct xsi_contexts *c, struct str user, struct str call_id);
/** `verb` = "Talk" or "Hold"; anything else is a bug of ours. */
void xsi_path_call_verb(struct buf *b, const struct xsi_contexts *c, struct str user,
	struct str call_id, const char *verb);

#endif
