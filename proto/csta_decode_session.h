/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests of ECMA-354 sessions, part of the CSTA decoder: each reads what it knows below the root
 * into `*out` (cleared before) and leaves the rest alone; texts are borrowed from the reader.
 */
#ifndef TANDEM_PROTO_CSTA_DECODE_SESSION_H
#define TANDEM_PROTO_CSTA_DECODE_SESSION_H

#include "proto/csta_msg.h"
#include "proto/xml.h"

/** StartApplicationSession: login data, versions, duration. */
void csta_decode_session_start(const struct xml *x, uint32_t root, struct csta_request *out);
/** StopApplicationSession: the session. */
void csta_decode_session_stop(const struct xml *x, uint32_t root, struct csta_request *out);
/** ResetApplicationSessionTimer: the session, duration. */
void csta_decode_session_reset(const struct xml *x, uint32_t root, struct csta_request *out);

#endif
