/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page: who serves, whether the other node could take over, channels, sessions, calls in doubt, the last takeover. It is
 * whole without its script; with it, it renews itself each second from http_page_part() and draws what /v1/status says.
 */
#ifndef TANDEM_DAEMON_HTTP_PAGE_H
#define TANDEM_DAEMON_HTTP_PAGE_H

#include "daemon/http_snap.h"

/** Appends the document. `history`: lines of the history, oldest first. */
void http_page(
	const struct http_snap *s, const struct http_now *now, struct str history, struct buf *out);
/** Appends the part of it that changes. */
void http_page_part(
	const struct http_snap *s, const struct http_now *now, struct str history, struct buf *out);

#endif
