/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_CONN_H
#define TANDEM_TESTS_CSTACLIENT_CC_CONN_H

#include <stdbool.h>
#include <uv.h>

#include "tests/cstaclient/cc_rand.h"
#include "tests/cstaclient/cc_session.h"

#define CC_CONNECT_MS 200  /* an attempt to connect ends after this time */
#define CC_RETRY_MIN_MS 50 /* the next one follows after 50..200 ms */
#define CC_RETRY_MAX_MS 200
#define CC_SEND_QUEUE_MAX 4194304 /* bytes a server may leave unread */

struct cc_attempt;

/* The TCP side of one session: connects, reads, writes, comes back. */
struct cc_conn {
	uv_loop_t *loop;
	struct sockaddr_in address;
	struct cc_session *session; /* borrowed */
	struct cc_rand rand;
	struct cc_attempt *attempt; /* the connection that stands or is being made; or NULL */
	uv_timer_t timer;           /* limit of an attempt, or time to the next one */
	bool is_up;
	bool is_closing;
};

/* The present time in microseconds (CLOCK_REALTIME). */
int64_t cc_conn_now_us(void);

/* Prepares the connection of a session. Returns 0, or -1 for a bad address. */
int cc_conn_init(struct cc_conn *c, uv_loop_t *loop, const char *host, int port,
	struct cc_session *session, uint64_t seed) __attribute__((warn_unused_result));

/* Begins to connect and keeps connected from then on. */
void cc_conn_open(struct cc_conn *c);

/* cc_session_send_fn; the argument is the connection. */
void cc_conn_send(const unsigned char *bytes, size_t n, void *arg);

/* Closes the connection if its session wants that; after every call into the session. */
void cc_conn_settle(struct cc_conn *c);

/* Reads nothing any more, or again; a new connection reads its association at least. */
void cc_conn_turn_deaf(struct cc_conn *c, bool is_deaf);

/* Closes for good; the memory may go when the loop has ended. */
void cc_conn_close(struct cc_conn *c);

#endif
