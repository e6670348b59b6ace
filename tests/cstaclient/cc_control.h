/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_CONTROL_H
#define TANDEM_TESTS_CSTACLIENT_CC_CONTROL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define CC_CONTROL_LINE_MAX 65536
#define CC_CONTROL_PEERS_MAX 32

struct cc_control_peer;

/*
 * Takes one command (borrowed). Returns the reply (a new reference), or NULL if it will come later
 * by cc_control_reply with this `ticket`.
 */
typedef json_t *(*cc_control_fn)(const json_t *command, uint64_t ticket, void *arg);

/* The control socket: JSON lines over a Unix stream, one answer per command, in order. */
struct cc_control {
	uv_pipe_t pipe;
	cc_control_fn fn;
	void *arg;
	const char *path; /* borrowed */
	uint64_t last_ticket;
	struct cc_control_peer *peers[CC_CONTROL_PEERS_MAX];
	bool is_open;
};

/* Listens on `path` (an old socket there is removed). Returns 0 or a libuv error. */
int cc_control_open(struct cc_control *c, uv_loop_t *loop, const char *path, cc_control_fn fn,
	void *arg) __attribute__((warn_unused_result));

/* Sends a late reply (takes the reference); a peer that has left is no error. */
void cc_control_reply(struct cc_control *c, uint64_t ticket, json_t *reply);

/* True if no reply waits to be written. */
bool cc_control_is_idle(const struct cc_control *c);

/* Closes the socket and its peers and removes the file. */
void cc_control_close(struct cc_control *c);

#endif
