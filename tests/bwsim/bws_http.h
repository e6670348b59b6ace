/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_HTTP_H
#define TANDEM_TESTS_BWSIM_BWS_HTTP_H

#include "tests/bwsim/bws_stats.h"
#include "tests/bwsim/bws_timer.h"
#include "tests/bwsim/bws_util.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct bws;
struct bws_cti_conn;
struct bws_cti_param;
struct bws_stream;
struct bws_xsp;
struct MHD_Connection;

#define BWS_XSP_MAX 16
#define BWS_REQ_HEADERS_MAX 12
#define BWS_REQ_BODY_MAX 65536u

/* What an XSP does: serve, refuse (dead), or accept and never answer. */
enum bws_xsp_state {
	BWS_XSP_DEAD,
	BWS_XSP_UP,
	BWS_XSP_SILENT
};

struct bws_req_header {
	char *name;
	char *value;
};

/* One HTTP request, from its first header to the end of its reply. */
struct bws_req {
	TAILQ_ENTRY(bws_req) link;
	struct bws *w;
	struct bws_xsp *xsp;
	struct MHD_Connection *conn;        /* NULL over CTI */
	struct bws_cti_conn *cti;           /* NULL over HTTP */
	const struct bws_cti_param *params; /* over CTI: what HTTP has in its query */
	size_t param_count;
	char *authorization; /* text of an Authorization header, or NULL */
	char *identity;      /* login of a verified client certificate, or NULL */
	bool first;          /* the first request of its connection */
	char *method;
	char *path;  /* decoded, without query; bytes outside ASCII are replaced */
	char *login; /* set by bws_auth_request() */
	struct bws_buf body;
	bool body_too_long;

	/* the reply, filled by the handlers; stream set: the reply is that stream */
	int status;
	char *content_type;
	struct bws_buf reply;
	struct bws_req_header headers[BWS_REQ_HEADERS_MAX];
	size_t header_count;
	struct bws_stream *stream;
	bool drop; /* close the connection instead of answering */

	/* for the journal */
	enum bws_kind kind;
	char *about; /* user id or NULL */

	int64_t delay_ms;
	struct bws_timer delay;
	bool received;
	bool waiting; /* suspended until the delay is over */
};

TAILQ_HEAD(bws_req_list, bws_req);

struct bws_http {
	struct bws_xsp *xsps[BWS_XSP_MAX];
	size_t count;
	unsigned rounds; /* runs of the servers still to be made before sleeping */
};

/* Adds an XSP "name=address:port" (IPv4, port 0 = any free one) and starts it. Returns 0, or -1
 * with a sentence in @err. */
int bws_http_add(struct bws *w, const char *spec, char *err, size_t err_len);

/* XSP of that name or NULL. */
struct bws_xsp *bws_http_find(struct bws *w, const char *name);

const char *bws_xsp_name(const struct bws_xsp *xsp);

/* Number of the XSP, 0 .. BWS_XSP_MAX - 1. */
unsigned bws_xsp_index(const struct bws_xsp *xsp);

enum bws_xsp_state bws_xsp_state(const struct bws_xsp *xsp);

/* Writes "name=address:port" with the real port. */
void bws_xsp_describe(const struct bws_xsp *xsp, char *out, size_t len);

/* Resets every connection (RST) and refuses new ones. The channels must have been ended before. */
void bws_xsp_kill(struct bws_xsp *xsp);

/* Accepts, but never answers nor sends. */
void bws_xsp_silence(struct bws_xsp *xsp);

/* Serves (again). Returns 0 or -1 with a sentence in @err. */
int bws_xsp_start(struct bws_xsp *xsp, char *err, size_t err_len);

/* Something was done that the servers may have to go on with: run them a few times. */
void bws_http_busy(struct bws *w);

/* Lets all servers work off what is ready. Call it before sleeping. */
void bws_http_run(struct bws *w);

/* Milliseconds until the servers want to run again, -1 = only when a descriptor is ready. */
int bws_http_timeout_ms(struct bws *w);

void bws_http_fini(struct bws *w);

/* Query parameter of a request, or NULL. Belongs to the request. */
const char *bws_req_arg(const struct bws_req *r, const char *name);

/* Adds the query parameters of a request, but not "hop", as "&name=value". */
void bws_req_add_query(const struct bws_req *r, struct bws_buf *b);

/* Request header, or NULL. */
const char *bws_req_header_value(const struct bws_req *r, const char *name);

/* Adds a header to the reply; more than BWS_REQ_HEADERS_MAX are left out. */
void bws_req_add_header(struct bws_req *r, const char *name, const char *value);

/* Frees what a request holds, not the request itself. */
void bws_req_clear(struct bws_req *r);

struct bws *bws_xsp_world(const struct bws_xsp *xsp);

/* Address of the plain HTTP port. */
const struct sockaddr_in *bws_xsp_address(const struct bws_xsp *xsp);

/* Names the user the request is about (journal). */
void bws_req_set_about(struct bws_req *r, const char *user_id);

#endif
