/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop: see io_loop.h.
 *
 * Failure: an epoch that is on no disk ends the process at once, with the actions behind it not
 * performed: the other node takes over, this one does not speak in an epoch that it may forget. A full
 * disk is no such failure (io_state.h).
 * Late steps and timers are logged (37901), at most one line a second.
 */
#include "daemon/io_loop.h"

#include "daemon/io_cert_watch.h"
#include "daemon/io_copy.h"
#include "daemon/io_ctl.h"
#include "daemon/io_dns.h"
#include "daemon/io_exec.h"
#include "daemon/io_http.h"
#include "daemon/io_log.h"
#include "daemon/io_login.h"
#include "daemon/io_notify.h"
#include "daemon/io_nudge.h"
#include "daemon/io_reload.h"
#include "daemon/io_ring.h"
#include "daemon/io_secret.h"
#include "daemon/io_south.h"
#include "daemon/io_state.h"
#include "daemon/io_tcp.h"
#include "daemon/io_web.h"
#include "proto/base/check.h"
#include "proto/base/mem.h"

#include <inttypes.h>
#include <signal.h>
#include <sys/random.h>
#include <utlist.h>

#define LOOP_STOP_MS 5000
#define LOOP_STEP_MS_MAX 50
#define LOOP_LATE_MS_MAX 100
#define LOOP_SOLO_ID 1

/* A copy of an event that came while the node was being served. */
struct queued {
	struct node_event ev;
	struct ha_confchg confchg;
	struct queued *prev, *next;
};

struct io_loop {
	uv_loop_t uv;
	const struct conf *conf;
	const struct log *log;
	struct io_sink sink;
	struct node *node;
	struct node_out *out;
	struct io_tcp *tcp;
	struct io_nudge *nudge;
	struct io_http *http;
	struct io_south *south;
	struct io_secret *secret;
	struct io_login *login;
	struct io_dns *dns;
	struct io_ring *ring; /* NULL: alone */
	struct io_ctl *ctl;
	struct io_exec *exec;
	struct io_notify *notify;
	struct io_web *web; /* NULL: no status page */
	struct io_state *state;
	struct io_copy *copy;
	struct io_cert_watch *certs;
	uv_timer_t deadline, stop_timer;
	uv_signal_t signals[3];
	struct mono armed; /* when the deadline timer should fire */
	bool busy, closed;
	bool stopping, stopped, fatal;
	uint64_t late_told_ms;
	struct meter_loop meter;
	struct queued *queue;
	struct ha_member last_left; /* the process that Pacemaker may have to be told of */
};

static const int loop_signals[] = { SIGTERM, SIGINT, SIGHUP };

/* --- time ------------------------------------------------------------------------------------- */

static struct mono
now_mono(void)
{
	return (struct mono){ (int64_t)(uv_hrtime() / 1000) };
}

static int64_t
now_wall_us(void)
{
	uv_timeval64_t t = { 0 };

	uv_gettimeofday(&t);
	return t.tv_sec * 1000000 + t.tv_usec;
}

static void on_event(const struct node_event *ev, void *arg);

static void
tell_late(struct io_loop *l, const char *what, int64_t ms)
{
	uint64_t now_ms = uv_hrtime() / 1000000;

	if (l->late_told_ms != 0 && now_ms - l->late_told_ms < 1000)
		return;
	l->late_told_ms = now_ms;
	log_emit(l->log, M_LOOP_LATE, "%s %" PRId64 " ms", what, ms);
}

/* --- actions ---------------------------------------------------------------------------------- */

static void
tell_failed(struct io_loop *l, uint32_t node_id)
{
	const char *name = l->ring ? io_ring_node_name(l->ring, node_id) : NULL;
	uint32_t pid = l->last_left.node_id == node_id ? l->last_left.pid : 0;

	if (l->ring != NULL && node_id == io_ring_node_id(l->ring))
		return; /* some other process of this very node: no failure of the resource here */
	if (name == NULL)
		log_emit(l->log, M_PACEMAKER_TOLD,
			"not told: corosync's nodelist has no name for node %" PRIu32, node_id);
	else
		io_exec_tell_failed(l->exec, name, node_id, pid);
}

static void
tell_clean(struct io_loop *l, uint32_t node_id)
{
	const char *name = l->ring ? io_ring_node_name(l->ring, node_id) : NULL;

	if (name != NULL)
		io_exec_tell_clean(l->exec, name);
}

static void
multicast(struct io_loop *l, struct str bytes)
{
	if (l->ring == NULL)
		return;
	io_ring_mcast(l->ring, bytes);
	l->meter.ring_full = io_ring_full(l->ring);
}

static void
perform_north(struct io_loop *l, const struct node_action *a)
{
	switch ((int)a->kind) {
	case NODE_ACT_LISTEN:
		if (a->flag)
			io_tcp_listen(l->tcp);
		else
			io_tcp_unlisten(l->tcp);
		break;
	case NODE_ACT_CLIENT_SEND:
		io_tcp_send(l->tcp, a->id, a->bytes);
		break;
	case NODE_ACT_CLIENT_PAUSE:
		io_tcp_pause(l->tcp, a->id, a->flag);
		break;
	case NODE_ACT_CLIENT_CLOSE:
		io_tcp_end(l->tcp, a->id, a->flag);
		break;
	case NODE_ACT_CLIENT_HOLD:
		/* who may not nudge has a peer that may not, either: only the end of the connection tells the client */
		if (io_nudge_is_able(l->nudge))
			io_tcp_hold(l->tcp, a->id, a->number);
		else
			io_tcp_end(l->tcp, a->id, false);
		break;
	}
}

/* What clients and operators ask for. */
static void
perform_asked(struct io_loop *l, const struct node_action *a)
{
	if (a->kind == NODE_ACT_ASKED)
		io_ctl_asked(l->ctl, a->id, a->from_node, a->bytes);
	else if (a->kind == NODE_ACT_TOLD)
		io_ctl_told(l->ctl, a->id, a->flag, a->flag ? a->bytes : a->text);
	else
		perform_north(l, a);
}

/* What outlives the process. */
static void
perform_kept(struct io_loop *l, const struct node_action *a)
{
	if (a->kind == NODE_ACT_SAVE_EPOCH)
		l->fatal = !io_state_keep_epoch(l->state, a->number);
	else if (a->kind == NODE_ACT_HISTORY)
		io_state_tell(l->state, now_wall_us(), a->text, a->bytes);
	else if (!io_copy_do(l->copy, (enum ha_copy_op)a->number, a->id, a->bytes))
		on_event(&(struct node_event){ .kind = NODE_EV_COPY_LOST }, l);
}

static void
perform_one(struct io_loop *l, const struct node_action *a)
{
	const struct io_http_order order = {
		.id = a->id,
		.xsp = a->xsp,
		.method = a->method,
		.base = a->text,
		.path = a->path,
		.body = a->bytes,
		.authorization = a->text2,
		.timeout_ms = a->number,
		.in_pieces = a->flag,
	};

	switch (a->kind) {
	case NODE_ACT_MCAST:
		multicast(l, a->bytes);
		break;
	case NODE_ACT_REJOIN:
		if (l->ring != NULL)
			io_ring_rejoin(l->ring);
		break;
	case NODE_ACT_SAVE_EPOCH:
	case NODE_ACT_COPY:
	case NODE_ACT_HISTORY:
		perform_kept(l, a);
		break;
	case NODE_ACT_LISTEN:
	case NODE_ACT_CLIENT_SEND:
	case NODE_ACT_CLIENT_PAUSE:
	case NODE_ACT_CLIENT_CLOSE:
	case NODE_ACT_CLIENT_HOLD:
	case NODE_ACT_ASKED:
	case NODE_ACT_TOLD:
		perform_asked(l, a);
		break;
	case NODE_ACT_NUDGE:
		io_nudge_send(l->nudge, a->text, a->text2);
		break;
	case NODE_ACT_HTTP:
		io_http_request(l->http, &order);
		break;
	case NODE_ACT_STREAM_OPEN:
		io_http_open_stream(l->http, &order);
		break;
	case NODE_ACT_STREAM_CLOSE:
		io_http_close_stream(l->http, a->id);
		break;
	case NODE_ACT_SOUTH_OPEN:
		io_south_open(l->south, a->id, a->xsp, a->text);
		break;
	case NODE_ACT_SOUTH_SEND:
		io_south_send(l->south, a->id, a->bytes);
		break;
	case NODE_ACT_SOUTH_CLOSE:
		io_south_end(l->south, a->id);
		break;
	case NODE_ACT_SECRET:
		io_secret_read(l->secret, a->xsp);
		break;
	case NODE_ACT_LOGIN:
		io_login_check(l->login, a->id, a->number, a->text, a->text2);
		break;
	case NODE_ACT_RESOLVE:
		io_dns_ask(l->dns, a->id, a->text);
		break;
	case NODE_ACT_TELL_FAILED:
		tell_failed(l, a->from_node);
		break;
	case NODE_ACT_TELL_CLEAN:
		tell_clean(l, a->from_node);
		break;
	case NODE_ACT_SCORE:
		break; /* the agent's next monitor asks for it and publishes it */
	case NODE_ACT_STOPPED:
		l->stopped = true;
		break;
	}
}

static void
perform(struct io_loop *l)
{
	for (size_t i = 0; i < node_out_count(l->out) && !l->fatal; i++) {
		struct node_action a = node_out_at(l->out, i);

		perform_one(l, &a);
	}
	if (l->fatal || l->stopped)
		uv_stop(&l->uv);
}

/* --- events ----------------------------------------------------------------------------------- */

static void
note_left(struct io_loop *l, const struct node_event *ev)
{
	if (ev->kind == NODE_EV_CONFCHG && ev->confchg->left_count > 0)
		l->last_left = ev->confchg->left[ev->confchg->left_count - 1];
}

static void
step(struct io_loop *l, const struct node_event *borrowed)
{
	struct node_event ev = *borrowed;
	uint64_t applied;
	int64_t us;

	ev.now = now_mono();
	ev.wall_us = now_wall_us();
	note_left(l, &ev);
	node_out_reset(l->out);
	applied = node_applied(l->node);
	node_step(l->node, &ev, l->out);
	if (node_applied(l->node) != applied)
		meter_add(&l->meter.apply, now_mono().us - ev.now.us);
	perform(l);
	us = now_mono().us - ev.now.us;
	meter_add(&l->meter.step, us);
	if (us > LOOP_STEP_MS_MAX * INT64_C(1000))
		tell_late(l, "one step took", us / 1000);
}

static struct str
copy_str(struct str s)
{
	return (struct str){ mem_strndup(s.p, s.n), s.n };
}

static void
free_str(struct str s)
{
	mem_free((void *)(uintptr_t)s.p);
}

static const struct ha_member *
copy_members(const struct ha_member *m, size_t n)
{
	struct ha_member *copy = mem_alloc(n * sizeof(*m));

	for (size_t i = 0; i < n; i++)
		copy[i] = m[i];
	return copy;
}

static void
enqueue(struct io_loop *l, const struct node_event *ev)
{
	struct queued *q = mem_zalloc(sizeof(*q));

	q->ev = *ev;
	q->ev.bytes = copy_str(ev->bytes);
	q->ev.text = copy_str(ev->text);
	q->ev.text2 = copy_str(ev->text2);
	if (ev->confchg != NULL) {
		q->confchg = *ev->confchg;
		q->confchg.members = copy_members(ev->confchg->members, ev->confchg->member_count);
		q->confchg.left = copy_members(ev->confchg->left, ev->confchg->left_count);
		q->confchg.joined = copy_members(ev->confchg->joined, ev->confchg->joined_count);
		q->ev.confchg = &q->confchg;
	}
	DL_APPEND(l->queue, q);
}

static void
free_queued(struct queued *q)
{
	free_str(q->ev.bytes);
	free_str(q->ev.text);
	free_str(q->ev.text2);
	mem_free((void *)(uintptr_t)q->confchg.members);
	mem_free((void *)(uintptr_t)q->confchg.left);
	mem_free((void *)(uintptr_t)q->confchg.joined);
	mem_free(q);
}

static void on_deadline(uv_timer_t *timer);

static void
arm(struct io_loop *l)
{
	struct mono at = node_deadline(l->node);
	int64_t us = at.us - now_mono().us;

	l->armed = at;
	if (at.us == MONO_NEVER.us) {
		uv_timer_stop(&l->deadline);
		return;
	}
	uv_update_time(&l->uv);
	uv_timer_start(&l->deadline, on_deadline, us > 0 ? ((uint64_t)us + 999) / 1000 : 0, 0);
}

static void
on_event(const struct node_event *ev, void *arg)
{
	struct io_loop *l = arg;

	if (l->closed || l->fatal || l->stopped)
		return;
	if (l->busy) {
		enqueue(l, ev);
		return;
	}
	l->busy = true;
	step(l, ev);
	while (l->queue != NULL) {
		struct queued *q = l->queue;

		DL_DELETE(l->queue, q);
		if (!l->fatal && !l->stopped)
			step(l, &q->ev);
		free_queued(q);
	}
	l->busy = false;
	arm(l);
	io_notify_status(l->notify, ha_role_name(node_role(l->node)));
	if (l->ctl != NULL)
		io_ctl_check(l->ctl);
	if (l->web != NULL)
		io_web_check(l->web);
}

static void
on_deadline(uv_timer_t *timer)
{
	struct io_loop *l = timer->data;
	int64_t late_us = now_mono().us - l->armed.us;

	meter_add(&l->meter.late, late_us);
	if (late_us > LOOP_LATE_MS_MAX * INT64_C(1000))
		tell_late(l, "a timer was late by", late_us / 1000);
	on_event(&(struct node_event){ .kind = NODE_EV_TICK }, l);
}

/* --- stopping --------------------------------------------------------------------------------- */

static void
on_stop_timeout(uv_timer_t *timer)
{
	struct io_loop *l = timer->data;

	log_emit(l->log, M_START, "not everything could be closed in %d s, ending anyway",
		LOOP_STOP_MS / 1000);
	uv_stop(&l->uv);
}

void
io_loop_stop(struct io_loop *l)
{
	if (l->stopping)
		return;
	l->stopping = true;
	log_emit(l->log, M_START, "stopping");
	io_notify_stopping(l->notify);
	uv_timer_start(&l->stop_timer, on_stop_timeout, LOOP_STOP_MS, 0);
	on_event(&(struct node_event){ .kind = NODE_EV_STOP }, l);
}

static void
on_signal(uv_signal_t *signal_handle, int signum)
{
	struct io_loop *l = signal_handle->data;

	if (signum == SIGHUP) {
		io_log_reopen();
		io_reload_now(l->conf, l->log);
		io_tcp_load_keys(l->tcp);
		io_login_reload(l->login);
		io_cert_watch_look(l->certs);
	} else {
		io_loop_stop(l);
	}
}

/* --- life ------------------------------------------------------------------------------------- */

static void
init_handles(struct io_loop *l)
{
	uv_timer_init(&l->uv, &l->deadline);
	uv_timer_init(&l->uv, &l->stop_timer);
	l->deadline.data = l->stop_timer.data = l;
	for (size_t i = 0; i < sizeof(loop_signals) / sizeof(loop_signals[0]); i++) {
		uv_signal_init(&l->uv, &l->signals[i]);
		l->signals[i].data = l;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN); /* nothing to open anew yet: no reason to die */
}

/* Not before the loop runs: while it waits for corosync a SIGTERM shall end the process. */
static void
catch_signals(struct io_loop *l)
{
	for (size_t i = 0; i < sizeof(loop_signals) / sizeof(loop_signals[0]); i++)
		uv_signal_start(&l->signals[i], on_signal, loop_signals[i]);
}

/* Of the kernel: what it has told before says nothing of what comes. */
static uint64_t
draw_secret(void *arg)
{
	uint64_t v = 0;

	(void)arg;
	REQUIRE(getrandom(&v, sizeof(v), 0) == sizeof(v));
	return v;
}

static int64_t
read_clock(void *arg)
{
	(void)arg;
	return now_wall_us();
}

static int
open_adapters(struct io_loop *l, uint64_t epoch, int64_t corosync_wait_ms, struct err *e)
{
	struct io_ctl_conf ctl = {
		.conf = l->conf, .node_name = l->conf->node_name, .state = &l->meter.state
	};
	uint64_t seed = 0;

	(void)!getrandom(&seed, sizeof(seed), 0);
	/* first of all: a second daemon must end before it is seen in the group */
	l->ctl = io_ctl_new(&l->sink, &ctl, e);
	if (l->ctl == NULL)
		return e->code;
	if (l->conf->clustered) {
		l->ring = io_ring_new(&l->sink, l->conf->group, corosync_wait_ms, e);
		if (l->ring == NULL)
			return e->code;
	}
	l->http = io_http_new(&l->sink, l->conf, e);
	if (l->http == NULL)
		return e->code;
	l->dns = io_dns_new(&l->sink, l->conf, e);
	if (e->code != 0)
		return e->code;
	l->south = io_south_new(&l->sink, l->conf);
	l->secret = io_secret_new(&l->sink, l->conf);
	l->login = io_login_new(&l->sink, l->conf);
	l->tcp = io_tcp_new(&l->sink, l->conf);
	l->nudge = io_nudge_new(&l->sink);
	l->certs = io_cert_watch_new(&l->sink, l->conf, &l->meter.certs);
	l->exec = io_exec_new(&l->sink, l->conf);
	l->node = node_new(
		l->conf, l->ring ? io_ring_node_id(l->ring) : LOOP_SOLO_ID, epoch, seed, l->log);
	node_set_secret(l->node, draw_secret, NULL);
	node_set_clock(l->node, read_clock, NULL);
	l->out = node_out_new();
	io_ctl_set_node(l->ctl, l->node);
	if (l->conf->http.enabled) {
		l->web = io_web_new(&l->sink, l->conf, &l->meter);
		io_web_set_node(l->web, l->node);
	}
	return 0;
}

struct io_loop *
io_loop_new(const struct conf *conf, const struct log *log, int64_t corosync_wait_ms, struct err *e)
{
	struct io_loop *l = mem_zalloc(sizeof(*l));
	uint64_t epoch = 0;

	l->conf = conf;
	l->log = log;
	REQUIRE(uv_loop_init(&l->uv) == 0);
	l->sink = (struct io_sink){ .loop = &l->uv, .emit = on_event, .arg = l, .log = log };
	init_handles(l);
	l->notify = io_notify_new(&l->uv);
	l->state = io_state_new(&l->sink, conf, &l->meter.state);
	l->copy = io_copy_new(&l->sink, conf);
	if (io_state_open(l->state, &epoch, e) == 0 &&
		open_adapters(l, epoch, corosync_wait_ms, e) == 0)
		return l;
	io_loop_free(l);
	return NULL;
}

/* With what the process before left, should it have died while no standby was in step. */
static void
start(struct io_loop *l)
{
	struct buf copy;

	buf_init(&copy, IO_COPY_BYTES_MAX);
	if (l->ring != NULL)
		io_copy_take(l->copy, &copy);
	on_event(&(struct node_event){ .kind = NODE_EV_START, .bytes = buf_as_str(&copy) }, l);
	buf_fini(&copy);
}

int
io_loop_run(struct io_loop *l)
{
	catch_signals(l);
	log_emit(l->log, M_START, "started as %s, version " TANDEM_VERSION, l->conf->node_name);
	start(l);
	if (l->ring != NULL)
		io_ring_start(l->ring);
	io_notify_ready(l->notify);
	if (!l->fatal && !l->stopped)
		uv_run(&l->uv, UV_RUN_DEFAULT);
	log_emit(l->log, M_START, "ended");
	return l->stopped && !l->fatal ? 0 : 1;
}

int
io_loop_port(const struct io_loop *l)
{
	return io_tcp_port(l->tcp, 0);
}

static void
close_all(struct io_loop *l)
{
	l->closed = true;
	uv_close((uv_handle_t *)&l->deadline, NULL);
	uv_close((uv_handle_t *)&l->stop_timer, NULL);
	for (size_t i = 0; i < sizeof(loop_signals) / sizeof(loop_signals[0]); i++)
		uv_close((uv_handle_t *)&l->signals[i], NULL);
	io_notify_close(l->notify);
	io_state_close(l->state);
	if (l->web != NULL)
		io_web_close(l->web);
	if (l->ctl != NULL)
		io_ctl_close(l->ctl);
	if (l->exec != NULL)
		io_exec_close(l->exec);
	if (l->certs != NULL)
		io_cert_watch_close(l->certs);
	if (l->nudge != NULL)
		io_nudge_close(l->nudge);
	if (l->tcp != NULL)
		io_tcp_close(l->tcp);
	if (l->http != NULL)
		io_http_close(l->http);
	if (l->south != NULL)
		io_south_close(l->south);
	if (l->secret != NULL)
		io_secret_close(l->secret);
	if (l->login != NULL)
		io_login_close(l->login);
	if (l->dns != NULL)
		io_dns_close(l->dns);
	if (l->ring != NULL)
		io_ring_close(l->ring);
	/* a stop that came before the run ends the first of these at once */
	while (uv_run(&l->uv, UV_RUN_DEFAULT) != 0)
		;
	REQUIRE(uv_loop_close(&l->uv) == 0);
}

const struct meter_loop *
io_loop_meter(const struct io_loop *l)
{
	return &l->meter;
}

void
io_loop_free(struct io_loop *l)
{
	close_all(l);
	io_notify_free(l->notify);
	io_state_free(l->state);
	io_copy_free(l->copy);
	if (l->web != NULL)
		io_web_free(l->web);
	if (l->ctl != NULL)
		io_ctl_free(l->ctl);
	if (l->exec != NULL)
		io_exec_free(l->exec);
	if (l->certs != NULL)
		io_cert_watch_free(l->certs);
	if (l->nudge != NULL)
		io_nudge_free(l->nudge);
	if (l->tcp != NULL)
		io_tcp_free(l->tcp);
	if (l->http != NULL)
		io_http_free(l->http);
	if (l->south != NULL)
		io_south_free(l->south);
	if (l->secret != NULL)
		io_secret_free(l->secret);
	if (l->login != NULL)
		io_login_free(l->login);
	if (l->dns != NULL)
		io_dns_free(l->dns);
	if (l->ring != NULL)
		io_ring_free(l->ring);
	if (l->node != NULL)
		node_free(l->node);
	if (l->out != NULL)
		node_out_free(l->out);
	mem_free(l);
}
