/* SPDX-License-Identifier: Apache-2.0 */
/* Call control, media and feature services. For csta_decode.c only; cannot fail. */
#ifndef TANDEM_PROTO_CSTA_DECODE_CALL_H
#define TANDEM_PROTO_CSTA_DECODE_CALL_H

#include "proto/csta_msg.h"
#include "proto/xml.h"

/** A service on one or two connections. `out` is cleared and has its kind. */
void csta_decode_call(const struct xml *x, uint32_t root, struct csta_request *out);
/** A service on a device: agent state, forwarding, do not disturb, message waiting. */
void csta_decode_feature(const struct xml *x, uint32_t root, struct csta_request *out);
/** Leaves of the message's private data, whatever the message is. */
void csta_decode_private(const struct xml *x, uint32_t root, struct csta_request *out);

#endif
