/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of adapters: a loop, a sink that keeps every event, and waiting with a deadline. One
 * test program includes it once. What a test waits for and does not get is a failed assertion,
 * never a hang.
 */
#ifndef TANDEM_TESTS_ADAPTER_RECORDER_H
#define TANDEM_TESTS_ADAPTER_RECORDER_H

#include "daemon/io_sink.h"
#include "proto/base/mem.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define RECORDER_MS 10000

struct recorded {
	enum node_event_kind kind;
	uint64_t id, number;
	uint32_t retry_after_s;
	bool flag;
	char *bytes, *text, *text2;
	size_t bytes_n;
};

struct recorder {
	uv_loop_t loop;
	struct io_sink sink;
	struct log log;
	struct recorded events[4096];
	size_t count;
	char log_text[16384];
	size_t log_n;
	uv_timer_t tick;
	void (*hook)(const struct node_event *ev, void *arg); /* called for each event */
	void *hook_arg;
};

static inline void
recorder_emit(const struct node_event *ev, void *arg)
{
	struct recorder *r = arg;
	struct recorded *e = &r->events[r->count];

	ck_assert_uint_lt(r->count, sizeof(r->events) / sizeof(r->events[0]));
	e->kind = ev->kind;
	e->id = ev->id;
	e->number = ev->number;
	e->bytes = mem_strndup(ev->bytes.p, ev->bytes.n);
	e->bytes_n = ev->bytes.n;
	e->text = mem_strndup(ev->text.p, ev->text.n);
	e->text2 = mem_strndup(ev->text2.p, ev->text2.n);
	e->retry_after_s = ev->retry_after_s;
	e->flag = ev->flag;
	r->count++;
	if (r->hook != NULL)
		r->hook(ev, r->hook_arg);
}

static inline void
recorder_log(int number, enum log_level level, const char *text, void *arg)
{
	struct recorder *r = arg;

	r->log_n += (size_t)snprintf(r->log_text + r->log_n, sizeof(r->log_text) - r->log_n,
		"%d %s %s\n", number, log_level_name(level), text);
	ck_assert_uint_lt(r->log_n, sizeof(r->log_text));
}

static inline void
recorder_wake(uv_timer_t *timer)
{
	(void)timer;
}

static inline struct recorder *
recorder_new(void)
{
	struct recorder *r = mem_zalloc(sizeof(*r));

	ck_assert_int_eq(uv_loop_init(&r->loop), 0);
	r->log = (struct log){ recorder_log, r };
	r->sink = (struct io_sink){ &r->loop, recorder_emit, r, &r->log };
	uv_timer_init(&r->loop, &r->tick);
	uv_timer_start(&r->tick, recorder_wake, 5, 5);
	return r;
}

/* Runs the loop until `condition` holds; `arg` is handed to it. */
static inline void
recorder_run_until(struct recorder *r, bool (*condition)(struct recorder *r, void *arg), void *arg)
{
	uint64_t until = uv_hrtime() + (uint64_t)RECORDER_MS * 1000000;

	while (!condition(r, arg)) {
		ck_assert_msg(uv_hrtime() < until, "not within %d ms", RECORDER_MS);
		uv_run(&r->loop, UV_RUN_ONCE);
	}
}

static inline void
recorder_run_ms(struct recorder *r, uint64_t ms)
{
	uint64_t until = uv_hrtime() + ms * 1000000;

	while (uv_hrtime() < until)
		uv_run(&r->loop, UV_RUN_ONCE);
}

static inline size_t
recorder_count(const struct recorder *r, enum node_event_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		if (r->events[i].kind == kind)
			n++;
	return n;
}

/* The n-th event of a kind, from 0. */
static inline const struct recorded *
recorder_find(const struct recorder *r, enum node_event_kind kind, size_t n)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->events[i].kind == kind && n-- == 0)
			return &r->events[i];
	ck_abort_msg("there is no such event");
	return NULL;
}

struct recorder_wish {
	enum node_event_kind kind;
	size_t count;
};

static inline bool
recorder_has(struct recorder *r, void *arg)
{
	const struct recorder_wish *w = arg;

	return recorder_count(r, w->kind) >= w->count;
}

static inline void
recorder_await(struct recorder *r, enum node_event_kind kind, size_t count)
{
	struct recorder_wish w = { kind, count };

	recorder_run_until(r, recorder_has, &w);
}

/* After the adapters were closed: everything must go. */
static inline void
recorder_finish(struct recorder *r)
{
	uv_close((uv_handle_t *)&r->tick, NULL);
	uv_run(&r->loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&r->loop), 0);
}

static inline void
recorder_free(struct recorder *r)
{
	for (size_t i = 0; i < r->count; i++) {
		mem_free(r->events[i].bytes);
		mem_free(r->events[i].text);
		mem_free(r->events[i].text2);
	}
	mem_free(r);
}

#endif
