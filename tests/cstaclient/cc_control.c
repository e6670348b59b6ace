/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control socket: one JSON object a line in, one out.
 *
 * Happy path: a peer sends a command, the reply follows at once or when the work is done; further
 * commands of the same peer wait until then.
 * Failure modes: a line that is not a JSON object or too long is answered with an error (a line
 * that is too long ends the peer); a peer that goes away takes its pending replies with it.
 */
#include "tests/cstaclient/cc_control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct cc_control_peer {
	uv_pipe_t pipe;
	struct cc_control *control;
	uint64_t ticket; /* of the command that is being worked on; 0 = none */
	bool is_eof;     /* it sends no more, but may still wait for replies */
	size_t used;
	char buf[CC_CONTROL_LINE_MAX];
};

struct reply {
	uv_write_t request;
	struct cc_control_peer *peer;
	char *text;
};

static void
peer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
close_peer(struct cc_control_peer *p)
{
	if (uv_is_closing((uv_handle_t *)&p->pipe))
		return;
	for (size_t i = 0; i < CC_CONTROL_PEERS_MAX; i++)
		if (p->control->peers[i] == p)
			p->control->peers[i] = NULL;
	uv_close((uv_handle_t *)&p->pipe, peer_closed);
}

/* A peer that has sent its last command goes when its last reply is out. */
static void
leave_if_done(struct cc_control_peer *p)
{
	if (p->is_eof && p->ticket == 0 &&
		uv_stream_get_write_queue_size((uv_stream_t *)&p->pipe) == 0)
		close_peer(p);
}

static void
reply_written(uv_write_t *request, int status)
{
	struct reply *r = request->data;
	struct cc_control_peer *p = r->peer;

	free(r->text);
	free(r);
	if (status != UV_ECANCELED)
		leave_if_done(p);
}

/* The reply as one line of text, in memory of its own; NULL without memory. */
static char *
reply_line(json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	char *line = NULL;

	if (text != NULL && asprintf(&line, "%s\n", text) < 0)
		line = NULL;
	free(text);
	return line;
}

static void
write_reply(struct cc_control_peer *p, json_t *json)
{
	struct reply *r = calloc(1, sizeof(*r));
	char *line = reply_line(json);
	uv_buf_t buf;

	json_decref(json);
	if (r == NULL || line == NULL) {
		free(r);
		free(line);
		close_peer(p);
		return;
	}
	r->peer = p;
	r->text = line;
	r->request.data = r;
	buf = uv_buf_init(line, (unsigned)strlen(line));
	if (uv_write(&r->request, (uv_stream_t *)&p->pipe, &buf, 1, reply_written) != 0) {
		free(line);
		free(r);
		close_peer(p);
	}
}

static json_t *
error_reply(const char *text)
{
	return json_pack("{s:b,s:s}", "ok", 0, "error", text);
}

static void
run_line(struct cc_control_peer *p, const char *line, size_t n)
{
	json_error_t error;
	json_t *command = json_loadb(line, n, 0, &error);
	json_t *reply;

	if (!json_is_object(command)) {
		json_decref(command);
		write_reply(p, error_reply("not a JSON object"));
		return;
	}
	p->ticket = ++p->control->last_ticket;
	reply = p->control->fn(command, p->ticket, p->control->arg);
	json_decref(command);
	if (reply == NULL)
		return;
	p->ticket = 0;
	write_reply(p, reply);
}

/* Works on the lines that are complete, until one has to wait for its reply. */
static void
run_lines(struct cc_control_peer *p)
{
	char *end;

	while (p->ticket == 0 && !uv_is_closing((uv_handle_t *)&p->pipe) &&
		(end = memchr(p->buf, '\n', p->used)) != NULL) {
		size_t n = (size_t)(end - p->buf);

		if (n > 0)
			run_line(p, p->buf, n);
		p->used -= n + 1;
		memmove(p->buf, end + 1, p->used);
	}
}

static void
give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct cc_control_peer *p = handle->data;

	(void)suggested;
	*buf = uv_buf_init(p->buf + p->used, (unsigned)(sizeof(p->buf) - p->used));
}

static void
bytes_came(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct cc_control_peer *p = stream->data;

	(void)buf;
	if (n == UV_EOF) {
		(void)uv_read_stop(stream);
		p->is_eof = true;
		leave_if_done(p);
		return;
	}
	if (n < 0) {
		close_peer(p);
		return;
	}
	p->used += (size_t)n;
	run_lines(p);
	if (p->used == sizeof(p->buf) && !uv_is_closing((uv_handle_t *)&p->pipe))
		close_peer(p);
}

static void
peer_came(uv_stream_t *server, int status)
{
	struct cc_control *c = server->data;
	struct cc_control_peer *p;
	size_t slot = 0;

	p = status == 0 ? calloc(1, sizeof(*p)) : NULL;
	if (p == NULL)
		return;
	p->control = c;
	(void)uv_pipe_init(server->loop, &p->pipe, 0);
	p->pipe.data = p;
	while (slot < CC_CONTROL_PEERS_MAX && c->peers[slot] != NULL)
		slot++;
	if (slot < CC_CONTROL_PEERS_MAX)
		c->peers[slot] = p;
	if (uv_accept(server, (uv_stream_t *)&p->pipe) != 0 || slot == CC_CONTROL_PEERS_MAX ||
		uv_read_start((uv_stream_t *)&p->pipe, give_buffer, bytes_came) != 0)
		close_peer(p);
}

static void
remove_old(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);
}

int
cc_control_open(
	struct cc_control *c, uv_loop_t *loop, const char *path, cc_control_fn fn, void *arg)
{
	int rc;

	memset(c, 0, sizeof(*c));
	c->fn = fn;
	c->arg = arg;
	c->path = path;
	remove_old(path);
	(void)uv_pipe_init(loop, &c->pipe, 0);
	c->pipe.data = c;
	c->is_open = true;
	rc = uv_pipe_bind(&c->pipe, path);
	if (rc == 0)
		rc = uv_listen((uv_stream_t *)&c->pipe, 8, peer_came);
	return rc;
}

void
cc_control_reply(struct cc_control *c, uint64_t ticket, json_t *reply)
{
	for (size_t i = 0; i < CC_CONTROL_PEERS_MAX; i++) {
		struct cc_control_peer *p = c->peers[i];

		if (p == NULL || p->ticket != ticket)
			continue;
		p->ticket = 0;
		write_reply(p, reply);
		run_lines(p);
		return;
	}
	json_decref(reply);
}

bool
cc_control_is_idle(const struct cc_control *c)
{
	for (size_t i = 0; i < CC_CONTROL_PEERS_MAX; i++)
		if (c->peers[i] != NULL &&
			uv_stream_get_write_queue_size((const uv_stream_t *)&c->peers[i]->pipe) !=
				0)
			return false;
	return true;
}

void
cc_control_close(struct cc_control *c)
{
	if (!c->is_open)
		return;
	c->is_open = false;
	for (size_t i = 0; i < CC_CONTROL_PEERS_MAX; i++)
		if (c->peers[i] != NULL)
			close_peer(c->peers[i]);
	uv_close((uv_handle_t *)&c->pipe, NULL);
	remove_old(c->path);
}
