/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots for the status page: see io_web.h.
 *
 * Happy path: a timer of the loop says four times a second that the loop turns, and takes a snapshot each second; a change
 * of the role is published with the step that made it. How long a snapshot takes depends on the number of calls alone, as
 * everything else in it is bounded.
 */
#include "daemon/io_web.h"

#include "daemon/io_log.h"
#include "daemon/io_web_serve.h"
#include "proto/base/mem.h"

#include <stdio.h>

#define WEB_TURN_MS 250
#define WEB_TURNS_PER_SNAPSHOT 4
#define WEB_TURNS_PER_TRY 20

struct io_web {
	struct io_sink sink;
	const struct conf *conf;
	const struct meter_loop *meter;
	const struct node *node; /* NULL at first */
	struct io_web_shared shared;
	struct io_web_serve *serve; /* NULL: it cannot listen */
	uv_timer_t turn;
	uint32_t turns;
	bool told;         /* that it cannot listen */
	enum ha_role role; /* as published last */
	bool serving;
};

static int64_t
now_us(void)
{
	return (int64_t)(uv_hrtime() / 1000);
}

static void
take_lists(const struct node *n, struct http_snap *s)
{
	s->link_count = node_get_links(n, s->links);
	s->session_count = node_get_sessions(n, s->sessions, LIMIT_HTTP_SESSIONS);
	s->monitor_count = node_get_monitors(n, s->monitors, LIMIT_HTTP_MONITORS);
	node_get_parties(n, &s->parties, s->doubts, LIMIT_HTTP_DOUBTS);
}

static void
publish(struct io_web *w)
{
	struct http_snap *s = http_swap_back(&w->shared.swap);
	const struct node *n = w->node;
	uv_timeval64_t wall = { 0 };
	struct ha_view view;

	uv_gettimeofday(&wall);
	s->at_us = now_us();
	s->wall_us = wall.tv_sec * 1000000 + wall.tv_usec;
	snprintf(s->node_name, sizeof(s->node_name), "%s", w->conf->node_name);
	s->clustered = w->conf->clustered;
	s->fencing = w->conf->fencing;
	s->show_users = w->conf->http.show_users;
	s->serving = w->serving = node_is_serving(n);
	s->digest = node_digest(n);
	node_get_view(n, (struct mono){ s->at_us }, &view);
	http_snap_set_view(s, &view);
	w->role = view.role;
	node_get_counts(n, (struct mono){ s->at_us }, &s->counts);
	node_get_takeover(n, &s->takeover);
	node_get_meter(n, &s->meter);
	s->loop = *w->meter;
	for (int i = 0; i < 4; i++)
		s->loop.log_messages[i] = io_log_count((enum log_level)i);
	s->loop.log_lost = io_log_lost();
	take_lists(n, s);
	http_swap_publish(&w->shared.swap);
}

static void
try_to_listen(struct io_web *w)
{
	struct err e = { 0 };

	w->serve = io_web_serve_start(w->conf, &w->shared, &e);
	if (w->serve == NULL && !w->told)
		log_emit(w->sink.log, M_STATUS_PAGE, "%s; it is tried again", e.text);
	if (w->serve != NULL)
		log_emit(w->sink.log, M_START, "status page and metrics on %s port %d",
			w->conf->http.address, io_web_serve_port(w->serve));
	w->told = w->serve == NULL;
}

static void
on_turn(uv_timer_t *timer)
{
	struct io_web *w = timer->data;

	atomic_store_explicit(&w->shared.turned_us, now_us(), memory_order_relaxed);
	w->turns++;
	if (w->serve == NULL && w->turns % WEB_TURNS_PER_TRY == 0)
		try_to_listen(w);
	if (w->node != NULL && w->serve != NULL && w->turns % WEB_TURNS_PER_SNAPSHOT == 0)
		publish(w);
}

struct io_web *
io_web_new(const struct io_sink *sink, const struct conf *conf, const struct meter_loop *meter)
{
	struct io_web *w = mem_zalloc(sizeof(*w));

	w->sink = *sink;
	w->conf = conf;
	w->meter = meter;
	http_swap_init(&w->shared.swap);
	atomic_init(&w->shared.turned_us, 0);
	uv_timer_init(sink->loop, &w->turn);
	w->turn.data = w;
	uv_timer_start(&w->turn, on_turn, WEB_TURN_MS, WEB_TURN_MS);
	try_to_listen(w);
	return w;
}

void
io_web_set_node(struct io_web *w, const struct node *node)
{
	w->node = node;
	publish(w);
}

void
io_web_check(struct io_web *w)
{
	if (w->node == NULL)
		return;
	if (node_role(w->node) != w->role || node_is_serving(w->node) != w->serving)
		publish(w);
}

int
io_web_port(const struct io_web *w)
{
	return w->serve != NULL ? io_web_serve_port(w->serve) : 0;
}

void
io_web_close(struct io_web *w)
{
	w->node = NULL;
	if (w->serve != NULL)
		io_web_serve_stop(w->serve);
	w->serve = NULL;
	uv_close((uv_handle_t *)&w->turn, NULL);
}

void
io_web_free(struct io_web *w)
{
	http_swap_fini(&w->shared.swap);
	mem_free(w);
}
