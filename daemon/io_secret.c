/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets: see io_secret.h.
 *
 * A file is read at once: it is local and small. The helper runs beside the loop, one for each link at a time; its
 * output is read to its end, and it is killed when it takes too long.
 */
#include "daemon/io_secret.h"

#include "proto/base/limits.h"
#include "proto/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SECRET_BYTES 4096
#define SECRET_AGAIN_MAX 4 /* orders for a link whose helper runs */

struct helper {
	struct io_secret *s;
	uint32_t xsp;
	uv_process_t process;
	uv_pipe_t output;
	uv_timer_t timer;
	bool running; /* handles not all closed yet */
	bool exited, ended, timed_out;
	int64_t status;
	int open_handles;
	unsigned again; /* orders that came while it ran */
	char text[SECRET_BYTES];
	size_t text_n;
};

struct io_secret {
	struct io_sink sink;
	const struct conf *conf;
	struct helper helpers[LIMIT_XSPS];
	bool closing;
};

static void run(struct helper *h);

static void
tell(struct io_secret *s, uint32_t xsp, struct str secret, const char *why)
{
	if (!s->closing)
		io_emit(&s->sink,
			&(struct node_event){ .kind = NODE_EV_SECRET,
				.number = xsp,
				.flag = why[0] == '\0',
				.bytes = secret,
				.text = str_of(why) });
}

static struct str
first_line(const char *text, size_t n)
{
	struct str all = { text, n };

	return str_trim(str_cut(all, '\n', NULL));
}

/* --- files ------------------------------------------------------------------------------------ */

static void
read_file(struct io_secret *s, uint32_t xsp, const char *path)
{
	char text[SECRET_BYTES], why[64] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got = 0;

	while (fd >= 0 && n < sizeof(text) && (got = read(fd, text + n, sizeof(text) - n)) > 0)
		n += (size_t)got;
	if (fd < 0 || got < 0)
		snprintf(why, sizeof(why), "the file cannot be read: %s", strerror(errno));
	else if (n == sizeof(text))
		snprintf(why, sizeof(why), "the file is too large");
	if (fd >= 0)
		close(fd);
	tell(s, xsp, why[0] != '\0' ? STR_NONE : first_line(text, n), why);
	explicit_bzero(text, sizeof(text));
}

/* --- the helper ------------------------------------------------------------------------------- */

static void
on_handle_closed(uv_handle_t *handle)
{
	struct helper *h = handle->data;

	if (--h->open_handles > 0)
		return;
	h->running = false;
	if (h->again == 0 || h->s->closing)
		return;
	h->again--;
	run(h);
}

static void
close_once(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, on_handle_closed);
}

/* A handle whose spawn failed has no process: 0 would be ourselves, with everybody in our group. */
static void
kill_child(struct helper *h)
{
	if (!h->exited && h->process.pid > 0)
		(void)uv_process_kill(&h->process, SIGKILL);
}

/* The child has ended, and its output too. */
static void
finish(struct helper *h)
{
	const char *why = "";

	uv_timer_stop(&h->timer);
	if (h->timed_out)
		why = "the helper took too long";
	else if (h->status != 0)
		why = "the helper failed";
	else if (h->text_n == sizeof(h->text))
		why = "the helper said too much";
	close_once((uv_handle_t *)&h->process);
	close_once((uv_handle_t *)&h->output);
	tell(h->s, h->xsp, why[0] != '\0' ? STR_NONE : first_line(h->text, h->text_n), why);
	explicit_bzero(h->text, sizeof(h->text));
}

static void
on_timeout(uv_timer_t *timer)
{
	struct helper *h = timer->data;

	h->timed_out = true;
	if (h->exited)
		finish(h); /* a child of the child keeps the output open */
	else
		kill_child(h);
}

static void
on_exit_of_child(uv_process_t *p, int64_t status, int sig)
{
	struct helper *h = p->data;

	h->exited = true;
	h->status = status != 0 ? status : sig;
	if (h->ended || h->timed_out)
		finish(h);
}

static void
on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *b)
{
	struct helper *h = handle->data;

	(void)size;
	*b = uv_buf_init(h->text + h->text_n, (unsigned)(sizeof(h->text) - h->text_n));
}

static void
on_output(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
	struct helper *h = stream->data;

	(void)b;
	if (n > 0)
		h->text_n += (size_t)n;
	if (n >= 0 && h->text_n < sizeof(h->text))
		return;
	uv_read_stop(stream);
	h->ended = true;
	if (h->text_n == sizeof(h->text))
		kill_child(h);
	if (h->exited)
		finish(h);
}

static int
spawn(struct helper *h, uv_file out)
{
	const struct conf_xsp *x = &h->s->conf->xsps[h->xsp];
	char program[sizeof(x->token_helper)], name[sizeof(x->name)], user[sizeof(x->user)];
	char *args[] = { program, name, user, NULL };
	uv_stdio_container_t stdio[3] = {
		{ .flags = UV_IGNORE },
		{ .flags = UV_INHERIT_FD, .data.fd = out },
		{ .flags = UV_IGNORE },
	};
	uv_process_options_t options = {
		.exit_cb = on_exit_of_child,
		.file = program,
		.args = args,
		.stdio_count = 3,
		.stdio = stdio,
	};

	memcpy(program, x->token_helper, sizeof(program));
	memcpy(name, x->name, sizeof(name));
	memcpy(user, x->user, sizeof(user));
	return uv_spawn(h->s->sink.loop, &h->process, &options);
}

static int
start(struct helper *h)
{
	uv_file ends[2];
	int result = uv_pipe(ends, UV_NONBLOCK_PIPE, 0);

	if (result != 0)
		return result;
	result = uv_pipe_open(&h->output, ends[0]);
	if (result == 0)
		result = spawn(h, ends[1]);
	else
		close(ends[0]);
	close(ends[1]);
	if (result == 0)
		result = uv_read_start((uv_stream_t *)&h->output, on_alloc, on_output);
	return result;
}

static void
run(struct helper *h)
{
	int result;

	h->text_n = 0;
	h->exited = h->ended = h->timed_out = false;
	h->running = true;
	h->open_handles = 2;
	uv_pipe_init(h->s->sink.loop, &h->output, 0);
	memset(&h->process, 0, sizeof(h->process));
	h->output.data = h->process.data = h;
	result = start(h);
	if (result == 0) {
		uv_timer_start(&h->timer, on_timeout, (uint64_t)h->s->conf->token_timeout_ms, 0);
		return;
	}
	if (h->process.type == UV_PROCESS)
		close_once((uv_handle_t *)&h->process);
	else
		h->open_handles--;
	close_once((uv_handle_t *)&h->output);
	tell(h->s, h->xsp, STR_NONE, "the helper cannot be run");
}

/* --- orders and life -------------------------------------------------------------------------- */

void
io_secret_read(struct io_secret *s, uint32_t xsp)
{
	const struct conf_xsp *x = &s->conf->xsps[xsp];
	struct helper *h = &s->helpers[xsp];

	if (x->auth == CONF_AUTH_BEARER_FILE)
		read_file(s, xsp, x->token_file);
	else if (x->auth != CONF_AUTH_BEARER_HELPER)
		read_file(s, xsp, x->password_file);
	else if (!h->running)
		run(h);
	else if (h->again < SECRET_AGAIN_MAX)
		h->again++;
	else
		tell(s, xsp, STR_NONE, "the helper is asked too often");
}

struct io_secret *
io_secret_new(const struct io_sink *sink, const struct conf *conf)
{
	struct io_secret *s = mem_zalloc(sizeof(*s));

	s->sink = *sink;
	s->conf = conf;
	for (uint32_t i = 0; i < LIMIT_XSPS; i++) {
		s->helpers[i].s = s;
		s->helpers[i].xsp = i;
		uv_timer_init(sink->loop, &s->helpers[i].timer);
		s->helpers[i].timer.data = &s->helpers[i];
	}
	return s;
}

void
io_secret_close(struct io_secret *s)
{
	s->closing = true;
	for (uint32_t i = 0; i < LIMIT_XSPS; i++) {
		struct helper *h = &s->helpers[i];

		uv_close((uv_handle_t *)&h->timer, NULL);
		if (!h->running)
			continue;
		kill_child(h);
		if (h->process.type == UV_PROCESS)
			close_once((uv_handle_t *)&h->process);
		close_once((uv_handle_t *)&h->output);
	}
}

void
io_secret_free(struct io_secret *s)
{
	explicit_bzero(s->helpers, sizeof(s->helpers));
	mem_free(s);
}
