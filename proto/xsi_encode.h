/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of the requests that keep channels and subscriptions alive. All others are in xsi_body.h.
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
/** Subscription with nothing but its new life time: brings the snapshot again. */
void xsi_put_subscription_refresh(struct buf *b, uint64_t expires_s);
/**
 * Acknowledgement of an event (2.6). `status` is 200, 400, 404, 481 or 500; anything else is a bug
 * of ours.
 */
void xsi_put_event_response(struct buf *b, struct str event_id, int status);

#endif
