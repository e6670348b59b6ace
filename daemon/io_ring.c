/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring: see io_ring.h.
 *
 *        start/retry            error or hang-up
 *   DOWN ------------> UP ------------------------> BREAKING (RING_DOWN; both poll handles close)
 *    ^                                                 |
 *    +-------------------------------------------------+  handles closed: disconnect, 100 ms, again
 *
 * Dispatching is bounded: at most 64 messages, then the rest of the loop has its turn. Sending
 * never waits: what corosync has no room for is queued and tried again after 1 ms, with a dispatch
 * in between; a queue that grows too long is a ring that does not work, and is broken off. An error
 * inside a handler is only noted, and acted upon when corosync's library has returned.
 */
#include "daemon/io_ring.h"

#include "ha/link_cpg.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#define RING_BATCH 64
#define RING_RETRY_MS 100
#define RING_RESEND_MS 1
#define RING_REJOIN_MS 5        /* period of the steps of leaving and joining again */
#define RING_REJOIN_MS_MAX 2000 /* then it counts as a lost ring */
#define RING_LATE_MS 100
#define RING_QUEUE_BYTES_MAX ((size_t)LIMIT_LOG_BYTES)

enum ring_state {
	RING_DOWN,
	RING_UP,
	RING_BREAKING
};

struct frame {
	struct frame *prev, *next;
	size_t n;
	char bytes[];
};

struct io_ring {
	struct io_sink sink;
	struct link_cpg *link;
	enum ring_state state;
	bool dispatching, broken, started, closing, told_away;
	bool rejoining; /* from the order until the new connection */
	bool own_left;  /* our leave has come round the ring */
	uint64_t rejoin_until_ms;
	int open_polls;
	uv_poll_t poll, quorum_poll;
	uv_timer_t retry, resend, again, rejoin;
	struct frame *queue;
	size_t queue_bytes;
	uint64_t full; /* times that corosync had no room */
};

static void on_retry(uv_timer_t *timer);
static void start_resending(struct io_ring *r);

/* --- handlers of the link --------------------------------------------------------------------- */

static void
on_deliver(uint32_t node_id, uint32_t pid, struct str bytes, void *arg)
{
	struct io_ring *r = arg;

	if (r->state == RING_UP && !r->closing)
		io_emit(&r->sink,
			&(struct node_event){ .kind = NODE_EV_DELIVER,
				.from_node = node_id,
				.number = pid,
				.bytes = bytes });
}

static void
on_confchg(const struct ha_confchg *c, void *arg)
{
	struct io_ring *r = arg;

	for (size_t i = 0; i < c->left_count; i++)
		if (c->left[i].node_id == link_cpg_node_id(r->link) &&
			c->left[i].pid == (uint32_t)getpid())
			r->own_left = true;
	if (r->state == RING_UP && !r->closing)
		io_emit(&r->sink, &(struct node_event){ .kind = NODE_EV_CONFCHG, .confchg = c });
}

static void
on_quorum(bool quorate, void *arg)
{
	struct io_ring *r = arg;

	if (r->state == RING_UP && !r->closing)
		io_emit(&r->sink, &(struct node_event){ .kind = NODE_EV_QUORUM, .flag = quorate });
}

/* --- breaking off ----------------------------------------------------------------------------- */

static void
drop_queue(struct io_ring *r)
{
	struct frame *f, *next;

	DL_FOREACH_SAFE(r->queue, f, next) {
		DL_DELETE(r->queue, f);
		mem_free(f);
	}
	r->queue_bytes = 0;
	uv_timer_stop(&r->resend);
}

/* Both poll handles are closed: now the descriptors may be. */
static void
on_poll_closed(uv_handle_t *h)
{
	struct io_ring *r = h->data;

	if (--r->open_polls > 0)
		return;
	link_cpg_disconnect(r->link);
	r->state = RING_DOWN;
	if (!r->closing)
		uv_timer_start(&r->retry, on_retry, r->rejoining ? RING_REJOIN_MS : RING_RETRY_MS,
			r->rejoining ? RING_REJOIN_MS : RING_RETRY_MS);
}

static void
close_polls(struct io_ring *r)
{
	r->state = RING_BREAKING;
	uv_timer_stop(&r->again);
	uv_timer_stop(&r->rejoin);
	uv_poll_stop(&r->poll);
	uv_poll_stop(&r->quorum_poll);
	uv_close((uv_handle_t *)&r->poll, on_poll_closed);
	uv_close((uv_handle_t *)&r->quorum_poll, on_poll_closed);
}

static void
break_off(struct io_ring *r, const char *why)
{
	r->broken = true;
	if (r->dispatching || r->state != RING_UP)
		return;
	log_emit(r->sink.log, M_CLUSTER_LINK, "the connection to corosync is lost: %s", why);
	r->rejoining = false;
	drop_queue(r);
	close_polls(r);
	if (!r->closing)
		io_emit(&r->sink, &(struct node_event){ .kind = NODE_EV_RING_DOWN });
}

/* --- receiving -------------------------------------------------------------------------------- */

static void on_again(uv_timer_t *timer);

static void
dispatch(struct io_ring *r)
{
	int result;

	if (r->state != RING_UP || r->dispatching)
		return;
	r->dispatching = true;
	result = link_cpg_dispatch(r->link, RING_BATCH);
	r->dispatching = false;
	if (r->broken || (result != 0 && result != E_AGAIN))
		break_off(r, "the group");
	else if (result == E_AGAIN)
		uv_timer_start(&r->again, on_again, 0, 0);
}

static void
on_again(uv_timer_t *timer)
{
	dispatch(timer->data);
}

static void
on_cpg(uv_poll_t *poll, int status, int events)
{
	struct io_ring *r = poll->data;

	dispatch(r);
	/* what corosync had sent before it died is read; then the hang-up counts */
	if (r->state == RING_UP && (status < 0 || (events & UV_DISCONNECT)))
		break_off(r, "it hung up");
}

static void
on_quorum_ready(uv_poll_t *poll, int status, int events)
{
	struct io_ring *r = poll->data;
	int result = 0;

	if (r->state != RING_UP)
		return;
	r->dispatching = true;
	if (status >= 0 && (events & UV_READABLE))
		result = link_cpg_dispatch_quorum(r->link);
	r->dispatching = false;
	if (result != 0 || r->broken || status < 0 || (events & UV_DISCONNECT))
		break_off(r, "quorum");
}

/* --- connecting ------------------------------------------------------------------------------- */

static bool
watch(struct io_ring *r)
{
	int events = UV_READABLE | UV_DISCONNECT;

	if (uv_poll_init(r->sink.loop, &r->poll, link_cpg_fd(r->link)) != 0)
		return false;
	r->poll.data = r;
	r->open_polls = 1;
	if (uv_poll_init(r->sink.loop, &r->quorum_poll, link_cpg_quorum_fd(r->link)) != 0) {
		uv_close((uv_handle_t *)&r->poll, on_poll_closed);
		return false;
	}
	r->quorum_poll.data = r;
	r->open_polls = 2;
	uv_poll_start(&r->poll, events, on_cpg);
	uv_poll_start(&r->quorum_poll, events, on_quorum_ready);
	return true;
}

static void
go_up(struct io_ring *r)
{
	r->broken = false;
	if (!watch(r)) {
		r->state = RING_BREAKING;
		log_emit(r->sink.log, M_CLUSTER_LINK,
			"the connection to corosync cannot be watched");
		if (r->open_polls == 0) {
			link_cpg_disconnect(r->link);
			r->state = RING_DOWN;
			uv_timer_start(&r->retry, on_retry, RING_RETRY_MS, RING_RETRY_MS);
		}
		return;
	}
	r->state = RING_UP;
	r->told_away = false;
	log_emit(r->sink.log, M_CLUSTER_LINK, "connected to corosync as node %" PRIu32,
		link_cpg_node_id(r->link));
	/* after a leave of our own as well: the node took the membership change that said so for the loss of the ring */
	r->rejoining = false;
	io_emit(&r->sink,
		&(struct node_event){ .kind = NODE_EV_RING_UP, .number = (uint64_t)getpid() });
	/* what came before the descriptors were watched */
	uv_timer_start(&r->again, on_again, 0, 0);
}

/* Synchronous: corosync answers in less than a millisecond, unless it is stopped. */
static int
try_connect(struct io_ring *r, struct err *e)
{
	uint64_t begin = uv_hrtime();
	int result = link_cpg_connect(r->link, e);
	uint64_t ms = (uv_hrtime() - begin) / 1000000;

	if (ms > RING_LATE_MS)
		log_emit(r->sink.log, M_LOOP_LATE,
			"corosync took %" PRIu64 " ms to answer a connection", ms);
	return result;
}

static void
rejoin_failed(struct io_ring *r, const char *why)
{
	log_emit(r->sink.log, M_CLUSTER_LINK, "the group was left and cannot be joined again: %s",
		why);
	r->rejoining = false;
	drop_queue(r);
	uv_timer_start(&r->retry, on_retry, RING_RETRY_MS, RING_RETRY_MS);
	io_emit(&r->sink, &(struct node_event){ .kind = NODE_EV_RING_DOWN });
}

static void
on_retry(uv_timer_t *timer)
{
	struct io_ring *r = timer->data;
	struct err e = { 0 };

	if (try_connect(r, &e) == 0) {
		uv_timer_stop(&r->retry);
		go_up(r);
	} else if (r->rejoining && uv_now(r->sink.loop) >= r->rejoin_until_ms) {
		rejoin_failed(r, e.text);
	} else if (!r->told_away && !r->rejoining) {
		r->told_away = true;
		log_emit(r->sink.log, M_CLUSTER_LINK, "%s; trying on", e.text);
	}
}

/* --- sending ---------------------------------------------------------------------------------- */

static void
on_resend(uv_timer_t *timer)
{
	struct io_ring *r = timer->data;

	dispatch(r);
	while (r->state == RING_UP && r->queue != NULL) {
		struct frame *f = r->queue;
		int result = link_cpg_mcast(r->link, (struct str){ f->bytes, f->n });

		if (result == E_AGAIN)
			return;
		DL_DELETE(r->queue, f);
		r->queue_bytes -= f->n;
		mem_free(f);
		if (result != 0)
			break_off(r, "sending");
	}
	if (r->queue == NULL)
		uv_timer_stop(&r->resend);
}

static void
start_resending(struct io_ring *r)
{
	if (r->queue != NULL && !uv_is_active((uv_handle_t *)&r->resend))
		uv_timer_start(&r->resend, on_resend, RING_RESEND_MS, RING_RESEND_MS);
}

static void
queue_frame(struct io_ring *r, struct str bytes)
{
	struct frame *f;

	if (r->queue_bytes + bytes.n > RING_QUEUE_BYTES_MAX) {
		break_off(r, "it takes no messages");
		return;
	}
	f = mem_alloc(sizeof(*f) + bytes.n);
	f->n = bytes.n;
	memcpy(f->bytes, bytes.p, bytes.n);
	DL_APPEND(r->queue, f);
	r->queue_bytes += bytes.n;
	start_resending(r);
}

void
io_ring_mcast(struct io_ring *r, struct str bytes)
{
	int result;

	/* what is said on the way out is of a membership that is over when it could be heard */
	if (r->state != RING_UP || r->broken || r->rejoining)
		return;
	result = r->queue != NULL ? E_AGAIN : link_cpg_mcast(r->link, bytes);
	if (result == E_AGAIN) {
		r->full++;
		queue_frame(r, bytes);
	} else if (result != 0)
		break_off(r, result == E_LIMIT ? "a message is too large" : "sending");
}

uint64_t
io_ring_full(const struct io_ring *r)
{
	return r->full;
}

/* --- leaving and joining again ---------------------------------------------------------------- */

/*
 * A join on the same connection is refused as being there already, long after the leave has come
 * round: so the leave is followed by a new connection.
 */
static void
on_left(uv_timer_t *timer)
{
	struct io_ring *r = timer->data;

	dispatch(r);
	if (r->state == RING_UP && (r->own_left || uv_now(r->sink.loop) >= r->rejoin_until_ms))
		close_polls(r);
}

/* From a timer, since the order may come while a handler runs. */
static void
on_leave(uv_timer_t *timer)
{
	struct io_ring *r = timer->data;

	if (r->state != RING_UP)
		return;
	r->own_left = false;
	if (link_cpg_leave(r->link) == E_IO)
		break_off(r, "leaving");
	else
		uv_timer_start(&r->rejoin, on_left, RING_REJOIN_MS, RING_REJOIN_MS);
}

void
io_ring_rejoin(struct io_ring *r)
{
	if (r->state != RING_UP || r->rejoining)
		return;
	drop_queue(r);
	r->rejoining = true;
	r->rejoin_until_ms = uv_now(r->sink.loop) + RING_REJOIN_MS_MAX;
	uv_timer_start(&r->rejoin, on_leave, 0, 0);
}

/* --- life ------------------------------------------------------------------------------------- */

/* Before the loop runs, so sleeping is allowed. */
static int
await_corosync(struct io_ring *r, int64_t wait_ms, struct err *e)
{
	uint64_t begin = uv_hrtime();
	int result;

	for (;;) {
		struct err last = { 0 };

		result = try_connect(r, &last);
		if (result == 0)
			return 0;
		if (result != E_AGAIN || (int64_t)((uv_hrtime() - begin) / 1000000) >= wait_ms)
			return err_set(e, result, "%s", last.text);
		if (!r->told_away)
			log_emit(r->sink.log, M_CLUSTER_LINK,
				"%s; waiting up to %" PRId64 " s for it", last.text,
				wait_ms / 1000);
		r->told_away = true;
		uv_sleep(RING_RETRY_MS);
	}
}

struct io_ring *
io_ring_new(const struct io_sink *sink, const char *group, int64_t wait_ms, struct err *e)
{
	struct io_ring *r = mem_zalloc(sizeof(*r));
	struct link_cpg_handlers handlers = { on_deliver, on_confchg, on_quorum, r };

	r->sink = *sink;
	r->link = link_cpg_new(group, &handlers);
	if (await_corosync(r, wait_ms, e) != 0) {
		link_cpg_free(r->link);
		mem_free(r);
		return NULL;
	}
	uv_timer_init(sink->loop, &r->retry);
	uv_timer_init(sink->loop, &r->resend);
	uv_timer_init(sink->loop, &r->again);
	uv_timer_init(sink->loop, &r->rejoin);
	r->retry.data = r->resend.data = r->again.data = r->rejoin.data = r;
	return r;
}

void
io_ring_start(struct io_ring *r)
{
	if (r->started)
		return;
	r->started = true;
	go_up(r);
}

uint32_t
io_ring_node_id(const struct io_ring *r)
{
	return link_cpg_node_id(r->link);
}

const char *
io_ring_node_name(const struct io_ring *r, uint32_t node_id)
{
	return link_cpg_node_name(r->link, node_id);
}

void
io_ring_close(struct io_ring *r)
{
	r->closing = true;
	if (r->state == RING_UP) {
		/* told as a leave: an end without it looks like a crash to the other node */
		(void)!link_cpg_leave(r->link);
		close_polls(r);
	}
	drop_queue(r);
	uv_close((uv_handle_t *)&r->retry, NULL);
	uv_close((uv_handle_t *)&r->resend, NULL);
	uv_close((uv_handle_t *)&r->again, NULL);
	uv_close((uv_handle_t *)&r->rejoin, NULL);
}

void
io_ring_free(struct io_ring *r)
{
	link_cpg_free(r->link);
	mem_free(r);
}
