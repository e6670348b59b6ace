/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists of a snapshot as JSON, one object each, with the id of its schema. Users, numbers and addresses of clients are
 * shown as the snapshot says (http_masked()). Identifiers are texts: they do not fit into the numbers of JavaScript.
 */
#ifndef TANDEM_DAEMON_HTTP_JSON_H
#define TANDEM_DAEMON_HTTP_JSON_H

#include "daemon/http_snap.h"

/** tandemctl/channels/1: the links to BroadWorks and their event channels. */
void http_json_channels(const struct http_snap *s, struct buf *out);
/** tandemctl/sessions/1: `total`, and the first LIMIT_HTTP_SESSIONS of them. */
void http_json_sessions(const struct http_snap *s, struct buf *out);
/** tandemctl/monitors/1: `total`, and the first LIMIT_HTTP_MONITORS of them. */
void http_json_monitors(const struct http_snap *s, struct buf *out);
/** tandemctl/calls/1: how many calls, how many parties in which state, which of them are in doubt. */
void http_json_calls(const struct http_snap *s, struct buf *out);
/** tandemctl/history/1 from lines of JSON, oldest first; lines that are none are left out. */
void http_json_history(const struct http_snap *s, struct str lines, struct buf *out);
/** tandem/health/1: the answer of a health check; `text` is one sentence. */
void http_json_health(const struct http_snap *s, bool ok, const char *text, struct buf *out);

#endif
