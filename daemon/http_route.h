/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is answered to an HTTP request of the status page. Pure: the request and a snapshot in, the answer out. It only
 * reads: there is no request that changes anything.
 *
 *   /active /standby /ready /live /health   200 or 503, for load balancers and watchdogs
 *   /metrics                                for Prometheus
 *   /v1/...                                 JSON
 *   /                                       the page
 *
 * Names that Patroni's users know answer as well: /primary, /replica, /liveness, /readiness.
 *
 * A loop that stands still serves nobody, whatever it has published: every health answer is 503 then.
 */
#ifndef TANDEM_DAEMON_HTTP_ROUTE_H
#define TANDEM_DAEMON_HTTP_ROUTE_H

#include "daemon/ctl_ring.h"
#include "daemon/http_snap.h"

#define HTTP_STILL_US 2000000 /* a loop that has not turned for so long stands still */
#define HTTP_BEHIND_MAX 500   /* deltas, for /standby without ?behind= */

struct http_request {
	const char *method, *path;
	bool has_body;
	const char *behind, *digest, *lines, *since, *name; /* of the query; NULL: not given */
	struct http_now now;
	const struct ctl_ring *events; /* the last messages of the log; may be NULL */
	/* The last `n` lines of the history, to `out`; may be NULL: there is none. */
	void (*read_history)(uint32_t n, struct buf *out, void *arg);
	void *arg;
};

struct http_header {
	const char *name, *value;
};

struct http_answer {
	unsigned status;
	const char *type;
	const char *allow; /* of 405; else NULL */
	struct buf body;   /* the caller gives it back with buf_fini() */
};

/** Answers. `a` is written whole. Status 200, 400, 404, 405, 500 or 503. */
void http_answer(const struct http_snap *s, const struct http_request *q, struct http_answer *a);

/** Headers of every answer: closed by one without a name. */
extern const struct http_header http_headers[];

#endif
