/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_CTI_H
#define TANDEM_TESTS_BWSIM_BWS_CTI_H

#include "tests/bwsim/bws_timer.h"
#include "tests/bwsim/bws_util.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

struct bws;
struct bws_cti_conn;
struct bws_req;
struct bws_stream;
struct bws_watch;
struct bws_xsp;

/*
 * The CTI interface: XML documents over TCP that carry the requests, responses and events of the
 * HTTP interface. Requests go to the same handlers; a channel lives as long as the connection that
 * opened it.
 */

TAILQ_HEAD(bws_cti_conn_list, bws_cti_conn);

struct bws_cti_server {
	struct bws *w;
	struct bws_xsp *xsp;
	struct sockaddr_in addr;
	int fd; /* -1 = not listening */
	struct bws_cti_conn_list conns;
	struct bws_watch *watch;
};

#define BWS_CTI_SERVERS_MAX 16

struct bws_cti {
	struct bws_cti_server *servers[BWS_CTI_SERVERS_MAX];
	size_t count;
	unsigned serial; /* requestId of events and keepalives */
};

/* Adds the CTI server "XSP=address:port" of a known XSP and starts it. Returns 0, or -1 with a
 * sentence in @err. */
int bws_cti_add(struct bws *w, const char *spec, char *err, size_t err_len);

/* Writes "cti:name=address:port". */
void bws_cti_describe(const struct bws_cti_server *s, char *out, size_t len);

/* The XSP changes its state: its CTI server follows. */
void bws_cti_xsp_started(struct bws_xsp *xsp);

void bws_cti_xsp_silent(struct bws_xsp *xsp);

void bws_cti_xsp_killed(struct bws_xsp *xsp);

/* For bws_stream: the stream lives on that connection. */
void bws_cti_attach(struct bws_cti_conn *c, struct bws_stream *s);

void bws_cti_detach(struct bws_cti_conn *c, struct bws_stream *s);

/* Sends a stream document as an event. Returns false when the queue is full. */
bool bws_cti_push(struct bws_cti_conn *c, const char *doc, size_t len);

/* Closes the connection soon (never from inside this call). */
void bws_cti_drop(struct bws_cti_conn *c);

/* Resets (@hard) or just stops serving (half open) every connection of an XSP, all when NULL.
 * Returns how many. */
size_t bws_cti_break(struct bws *w, const struct bws_xsp *xsp, bool hard);

void bws_cti_fini(struct bws *w);

#endif
