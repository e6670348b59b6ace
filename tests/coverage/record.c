/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notes which BroadWorks events a test made the product decode, which requests it made it form, and what it made it say to
 * CSTA clients.
 *
 * Every test program is linked so that calls of xsi_decode(), xsi_op_path(), xsi_op_cti_path() and node_out_add()
 * between two files come through here (ld --wrap). With TANDEM_COVERAGE in the environment a line
 * "event NAME" or "request NAME" is appended to that file, once for each process and name; without
 * it nothing happens. tests/run sets it, tests/coverage/make-table reads it. Messages to clients: see spool.h.
 */
#include "daemon/act.h"
#include "proto/xsi_decode.h"
#include "proto/xsi_op.h"
#include "tests/coverage/spool.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVENTS_MAX 1024
#define FRAME_PREFIX_BYTES 8

int __real_xsi_decode(struct xml *reader, struct str document, struct xsi_doc *out, struct err *e);
void __real_xsi_op_path(struct buf *b, const struct xsi_contexts *c, const struct xsi_request *q);
void __real_xsi_op_cti_path(
	struct buf *b, const struct xsi_contexts *c, const struct xsi_request *q);
/* weak: a test with a list of actions of its own must not get act.c for this alone */
void __real_node_out_add(struct node_out *o, const struct node_action *a) __attribute__((weak));
int __wrap_xsi_decode(struct xml *reader, struct str document, struct xsi_doc *out, struct err *e);
void __wrap_xsi_op_path(struct buf *b, const struct xsi_contexts *c, const struct xsi_request *q);
void __wrap_xsi_op_cti_path(
	struct buf *b, const struct xsi_contexts *c, const struct xsi_request *q);
void __wrap_node_out_add(struct node_out *o, const struct node_action *a);

static void
record(bool *seen, const char *what, const char *name)
{
	const char *path = getenv("TANDEM_COVERAGE");
	char line[128];
	int n;
	int fd;

	if (*seen || path == NULL || path[0] == '\0')
		return;
	*seen = true;
	n = snprintf(line, sizeof(line), "%s %s\n", what, name);
	/* opened each time: a test may fork, or close what it does not know */
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || n < 0 || write(fd, line, (size_t)n) != n) {
		fprintf(stderr, "cannot write %s\n", path);
		abort();
	}
	close(fd);
}

static void
record_event(const struct xsi_doc *d)
{
	static bool seen[EVENTS_MAX];
	static bool heartbeat;
	static bool terminated;
	static bool error;

	if (d->kind == XSI_DOC_EVENT && d->event.kind != XSI_EV_UNKNOWN &&
		(unsigned)d->event.kind < EVENTS_MAX)
		record(&seen[d->event.kind], "event", xsi_event_name(d->event.kind));
	else if (d->kind == XSI_DOC_HEARTBEAT)
		record(&heartbeat, "event", "ChannelHeartBeat");
	else if (d->kind == XSI_DOC_CHANNEL_TERMINATED)
		record(&terminated, "event", "ChannelTerminatedEvent");
	else if (d->kind == XSI_DOC_ERROR_EVENT)
		record(&error, "event", "ErrorEvent");
}

static void
record_request(enum xsi_op op)
{
	static bool seen[XSI_OP_count];

	if (op > XSI_OP_none && op < XSI_OP_count)
		record(&seen[op], "request", xsi_op_name(op));
}

int
__wrap_xsi_decode(struct xml *reader, struct str document, struct xsi_doc *out, struct err *e)
{
	int code = __real_xsi_decode(reader, document, out, e);

	if (code == 0)
		record_event(out);
	return code;
}

void
__wrap_xsi_op_path(struct buf *b, const struct xsi_contexts *c, const struct xsi_request *q)
{
	__real_xsi_op_path(b, c, q);
	if (!b->overflow)
		record_request(q->op);
}

void
__wrap_xsi_op_cti_path(struct buf *b, const struct xsi_contexts *c, const struct xsi_request *q)
{
	__real_xsi_op_cti_path(b, c, q);
	if (!b->overflow)
		record_request(q->op);
}

/* A frame of CSTA: 00 00, its length, four digits, XML. What a test of the list itself puts into it is none. */
static bool
is_frame(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	return s.n > FRAME_PREFIX_BYTES && p[0] == 0 && p[1] == 0 &&
		(size_t)(p[2] << 8 | p[3]) == s.n;
}

/* The XML of what is sent to a client: behind the prefix of a frame, or before the zero byte of a document. */
static void
record_said(struct str s)
{
	if (is_frame(s))
		csta_spool(s.p + FRAME_PREFIX_BYTES, s.n - FRAME_PREFIX_BYTES);
	else if (s.n > 1 && s.p[0] == '<' && s.p[s.n - 1] == '\0')
		csta_spool(s.p, s.n - 1);
}

void
__wrap_node_out_add(struct node_out *o, const struct node_action *a)
{
	if (a->kind == NODE_ACT_CLIENT_SEND)
		record_said(a->bytes);
	__real_node_out_add(o, a);
}
