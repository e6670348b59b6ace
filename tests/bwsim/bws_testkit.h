/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_TESTKIT_H
#define TANDEM_TESTS_BWSIM_BWS_TESTKIT_H

#include "tests/bwsim/bws_util.h"

#include <check.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * For the tests of the simulator: starts the program, speaks HTTP to it over plain sockets (so that
 * single bytes, writes and resets can be seen) and asks its control socket. A step that cannot be
 * done ends the test program with one line on stderr: the functions need no error handling.
 */
struct bws_kit {
	pid_t pid;
	char dir[256];
	char socket_path[300];
	char journal_path[300];
	int ports[2]; /* xsp1, xsp2 */
	int cti_port; /* of xsp1, 0 = none */
	int control_fd;
};

/* Starts build/bwsim with two XSPs, users 2000-2019@demo.example and these knobs (NULL terminated);
 * a text that begins with "--" is an option. */
void bws_kit_start(struct bws_kit *k, const char *const *knobs);

/* Ends it with SIGTERM. Returns its exit code, 128 + signal when it was killed. */
int bws_kit_stop(struct bws_kit *k);

/* Sends a control command. Returns the answer line; free() it. */
char *bws_kit_ask(const struct bws_kit *k, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Number of that name in the answer to "stats". */
long long bws_kit_stat(const struct bws_kit *k, const char *name);

/* Waits (10 s at most) until the statistic has at least that value. Returns false otherwise. */
bool bws_kit_wait_stat(const struct bws_kit *k, const char *name, long long least);

/* True when the journal holds a line with all of @words (NULL terminated). */
bool bws_kit_journal_has(const struct bws_kit *k, const char *const *words);

/* A reply. */
struct bws_kit_reply {
	int status; /* 0 = the connection ended without a reply */
	struct bws_buf head;
	struct bws_buf body;
};

/* One request on a connection of its own; login NULL = no credentials, "" = the administrator. */
struct bws_kit_reply bws_kit_http(const struct bws_kit *k, int xsp, const char *login,
	const char *method, const char *path, const char *body);

void bws_kit_reply_free(struct bws_kit_reply *r);

/* The same, as administrator, when only the status matters. */
int bws_kit_status(
	const struct bws_kit *k, int xsp, const char *method, const char *path, const char *body);

/* Connects to an XSP. Returns the descriptor or -1 with errno. */
int bws_kit_connect(const struct bws_kit *k, int xsp);

/* An event channel seen by a client. */
struct bws_kit_stream {
	int fd;
	int xsp;
	struct bws_buf in;
	char head[2048];
	char id[64];
};

/* Opens a channel; @rest goes into the Channel element after channelSetId. */
void bws_kit_open(const struct bws_kit *k, struct bws_kit_stream *s, int xsp, const char *set,
	const char *rest);

/* Ways a stream can answer the wish for a document. */
enum bws_kit_next {
	BWS_KIT_DOC,     /* a chunk */
	BWS_KIT_TIMEOUT, /* nothing came in time */
	BWS_KIT_END,     /* last chunk of the reply */
	BWS_KIT_EOF,     /* closed without last chunk */
	BWS_KIT_RESET
};

/* Next chunk within @ms milliseconds; its payload is written to @doc (emptied first). */
enum bws_kit_next bws_kit_next(struct bws_kit_stream *s, int ms, struct bws_buf *doc);

/* Next document, which must be an event of @type within 5 s. The caller acks and frees @doc. */
void bws_kit_expect(struct bws_kit_stream *s, const char *type, struct bws_buf *doc);

/* The same, acknowledged with 200. */
void bws_kit_take(
	const struct bws_kit *k, struct bws_kit_stream *s, const char *type, struct bws_buf *doc);

void bws_kit_close(struct bws_kit_stream *s);

/* Acks the event in @doc at @xsp. Returns the HTTP status. */
int bws_kit_ack(const struct bws_kit *k, int xsp, const struct bws_buf *doc, int status);

/* Subscribes Advanced Call for a user; writes the subscription id. The snapshot is still to come. */
void bws_kit_subscribe(
	const struct bws_kit *k, int xsp, const char *user, const char *set, char id[64]);

/* Subscribes @target ("user/2001@demo.example", "system"...); @what is the event or the list of packages
 * as XML. Writes the subscription id when that is not NULL. Returns the HTTP status. */
int bws_kit_subscribe_to(const struct bws_kit *k, int xsp, const char *target, const char *what,
	const char *set, char id[64]);

/* Sends a control command that must be done. */
void bws_kit_control(const struct bws_kit *k, const char *command);

/* Option "--schema=..." where the schemas are at hand, "" knob otherwise. */
const char *bws_kit_schema(void);

/* Text of the first element @name (any prefix) in @doc into @out; "" when there is none. */
void bws_kit_field(const struct bws_buf *doc, const char *name, char *out, size_t len);

/* Fails the test unless the first element @name of @doc has exactly this text. */
void bws_kit_assert_field(const struct bws_buf *doc, const char *name, const char *wanted);

/* Fails the test unless @doc contains @text. */
void bws_kit_assert_has(const struct bws_buf *doc, const char *text);

/* Fails the test when anything comes, or the stream ends, within 150 ms; @doc then holds what came. */
void bws_kit_assert_quiet(struct bws_kit_stream *s, struct bws_buf *doc);

/* Runs the tests, each in a process of its own and 60 s at most. Returns what main returns. */
int bws_kit_main(const char *name, const TTest *const tests[], size_t count);

#define BWS_KIT_EVENTS "/com.broadsoft.xsi-events/v2.0"
#define BWS_KIT_ASYNC "/com.broadsoft.async/com.broadsoft.xsi-events/v2.0"
#define BWS_KIT_ACTIONS "/com.broadsoft.xsi-actions/v2.0"
#define BWS_KIT_NS "xmlns=\"http://schema.broadsoft.com/xsi\""

#endif
