/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Telling Pacemaker: see io_exec.h.
 *
 * uv_spawn() forks and executes at once, and libqb's descriptors are close-on-exec: a child that
 * lives on does not keep this node in its process group. Failure to tell costs time only:
 * Pacemaker's monitor finds out too.
 */
#include "daemon/io_exec.h"

#include "proto/base/mem.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXEC_TIMEOUT_MS 10000
#define EXEC_OUTPUT_MS 200 /* how long a child's child may keep the output open */
#define EXEC_OUTPUT_BYTES 512

struct io_exec {
	struct io_sink sink;
	const struct conf *conf;
	uv_process_t process;
	uv_pipe_t output;
	uv_timer_t timer;
	bool running;       /* process or pipe not closed yet */
	bool exited, ended; /* the child; its output */
	bool timed_out, closing;
	int64_t status;
	int signal;
	int open_handles;
	uint64_t begun_ms;
	uint32_t told_node, told_pid;
	char node_name[64];
	const char *verb;    /* of the call that runs */
	char clean_name[64]; /* to be cleaned up next; "" = none */
	char text[EXEC_OUTPUT_BYTES];
	size_t text_n;
	char spill[256];
};

static void run(struct io_exec *x, const char *verb, const char *node_name);

static void
on_handle_closed(uv_handle_t *h)
{
	struct io_exec *x = h->data;
	char name[sizeof(x->clean_name)];

	if (--x->open_handles > 0)
		return;
	x->running = false;
	if (x->clean_name[0] == '\0' || x->closing)
		return;
	memcpy(name, x->clean_name, sizeof(name));
	x->clean_name[0] = '\0';
	run(x, "--cleanup", name);
}

static void
close_once(uv_handle_t *h)
{
	if (!uv_is_closing(h))
		uv_close(h, on_handle_closed);
}

static void
log_result(struct io_exec *x)
{
	for (size_t i = 0; i < x->text_n; i++)
		if ((unsigned char)x->text[i] < ' ')
			x->text[i] = ' ';
	log_emit(x->sink.log, M_PACEMAKER_TOLD,
		"%s %s -r %s -N %s: %s %" PRId64 " after %" PRIu64 " ms%s%.*s",
		x->conf->crm_resource, x->verb, x->conf->resource, x->node_name,
		x->timed_out      ? "no answer, ended by signal" :
			x->signal ? "ended by signal" :
				    "exit",
		x->signal ? (int64_t)x->signal : x->status, uv_now(x->sink.loop) - x->begun_ms,
		x->text_n > 0 ? ": " : "", (int)x->text_n, x->text);
}

/* The child has ended, and its output too (or nobody waits for it any longer). */
static void
finish(struct io_exec *x)
{
	uv_timer_stop(&x->timer);
	log_result(x);
	close_once((uv_handle_t *)&x->process);
	close_once((uv_handle_t *)&x->output);
}

static void
on_timeout(uv_timer_t *timer)
{
	struct io_exec *x = timer->data;

	if (x->exited) {
		finish(x);
		return;
	}
	x->timed_out = true;
	(void)uv_process_kill(&x->process, SIGKILL);
}

static void
on_child_exit(uv_process_t *p, int64_t status, int sig)
{
	struct io_exec *x = p->data;

	x->exited = true;
	x->status = status;
	x->signal = sig;
	if (x->ended)
		finish(x);
	else
		uv_timer_start(&x->timer, on_timeout, EXEC_OUTPUT_MS, 0);
}

static void
on_alloc(uv_handle_t *h, size_t size, uv_buf_t *b)
{
	struct io_exec *x = h->data;

	(void)size;
	if (x->text_n < sizeof(x->text))
		*b = uv_buf_init(x->text + x->text_n, (unsigned)(sizeof(x->text) - x->text_n));
	else
		*b = uv_buf_init(
			x->spill, sizeof(x->spill)); /* read on, or the child would block */
}

static void
on_output(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct io_exec *x = s->data;

	if (n > 0 && b->base != x->spill)
		x->text_n += (size_t)n;
	if (n >= 0)
		return;
	uv_read_stop(s);
	x->ended = true;
	if (x->exited)
		finish(x);
}

/* `out` is the end of a pipe that both streams of the child write to. */
static int
spawn(struct io_exec *x, uv_file out)
{
	char program[sizeof(x->conf->crm_resource)], resource[sizeof(x->conf->resource)];
	char verb[16], dash_r[] = "-r", dash_n[] = "-N";
	char *args[] = { program, verb, dash_r, resource, dash_n, x->node_name, NULL };
	uv_stdio_container_t stdio[3] = {
		{ .flags = UV_IGNORE },
		{ .flags = UV_INHERIT_FD, .data.fd = out },
		{ .flags = UV_INHERIT_FD, .data.fd = out },
	};
	uv_process_options_t options = {
		.exit_cb = on_child_exit,
		.file = program,
		.args = args,
		.stdio_count = 3,
		.stdio = stdio,
	};

	snprintf(program, sizeof(program), "%s", x->conf->crm_resource);
	snprintf(verb, sizeof(verb), "%s", x->verb);
	snprintf(resource, sizeof(resource), "%s", x->conf->resource);
	return uv_spawn(x->sink.loop, &x->process, &options);
}

static int
start(struct io_exec *x)
{
	uv_file ends[2];
	int result = uv_pipe(ends, UV_NONBLOCK_PIPE, 0);

	if (result != 0)
		return result;
	result = uv_pipe_open(&x->output, ends[0]);
	if (result == 0)
		result = spawn(x, ends[1]);
	else
		close(ends[0]);
	close(ends[1]);
	if (result == 0)
		result = uv_read_start((uv_stream_t *)&x->output, on_alloc, on_output);
	return result;
}

static void
run(struct io_exec *x, const char *verb, const char *node_name)
{
	int result;

	snprintf(x->node_name, sizeof(x->node_name), "%s", node_name);
	x->verb = verb;
	x->text_n = 0;
	x->timed_out = x->exited = x->ended = false;
	x->begun_ms = uv_now(x->sink.loop);
	x->running = true;
	x->open_handles = 2;
	uv_pipe_init(x->sink.loop, &x->output, 0);
	/* so that it can be closed also when uv_spawn() never came to it */
	memset(&x->process, 0, sizeof(x->process));
	x->output.data = x;
	x->process.data = x;
	result = start(x);
	if (result == 0) {
		uv_timer_start(&x->timer, on_timeout, EXEC_TIMEOUT_MS, 0);
		return;
	}
	log_emit(x->sink.log, M_PACEMAKER_TOLD, "%s cannot be run: %s", x->conf->crm_resource,
		uv_strerror(result));
	if (x->process.type == UV_PROCESS)
		close_once((uv_handle_t *)&x->process);
	else
		x->open_handles--;
	close_once((uv_handle_t *)&x->output);
}

void
io_exec_tell_failed(struct io_exec *x, const char *node_name, uint32_t node_id, uint32_t pid)
{
	if (!x->conf->tell_pacemaker || x->closing ||
		(x->told_node == node_id && x->told_pid == pid))
		return;
	if (x->running) {
		log_emit(x->sink.log, M_PACEMAKER_TOLD,
			"not told of node %s: the call before is still running", node_name);
		return;
	}
	x->told_node = node_id;
	x->told_pid = pid;
	run(x, "--fail", node_name);
}

void
io_exec_tell_clean(struct io_exec *x, const char *node_name)
{
	if (!x->conf->tell_pacemaker || x->closing)
		return;
	if (x->running)
		snprintf(x->clean_name, sizeof(x->clean_name), "%s", node_name);
	else
		run(x, "--cleanup", node_name);
}

struct io_exec *
io_exec_new(const struct io_sink *sink, const struct conf *conf)
{
	struct io_exec *x = mem_zalloc(sizeof(*x));

	x->sink = *sink;
	x->conf = conf;
	uv_timer_init(sink->loop, &x->timer);
	x->timer.data = x;
	return x;
}

void
io_exec_close(struct io_exec *x)
{
	x->closing = true;
	if (x->running) {
		/* the call is left to finish by itself: Pacemaker should hear of the failure */
		close_once((uv_handle_t *)&x->process);
		close_once((uv_handle_t *)&x->output);
	}
	uv_close((uv_handle_t *)&x->timer, NULL);
}

void
io_exec_free(struct io_exec *x)
{
	mem_free(x);
}
