/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BroadWorks side as a whole: activation, reach, doubt (see bw.h).
 *
 *   OFF -> LISTING -> CLEANING -> RUNNING -> OFF
 *
 * LISTING asks what channels the set has: none can be ours yet, so they belonged to the node that was active before, and
 * would go on drawing events into a dead connection. CLEANING deletes them; what was not acknowledged on them
 * comes again on ours. Both phases are bounded in time: an XSP that does not answer delays nothing for long.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"
#include "proto/base/limits.h"

#define BW_PHASE_MS 1000
#define BW_REACH_DAMP_MS 500
#define BW_UNCOVERED_DAMP_MS 200      /* ends that belong together are read in that time */
#define BW_UNCOVERED_DAMP_MS_MAX 1000 /* a link that flaps does not put the asking off for longer */
#define BW_FIRST_REACH_MS 5000
#define BW_DOUBT_MS 5000
#define BW_EMPTY_DOUBT_MS 15000
#define BW_EMPTY_DOUBTS_MAX 5 /* 15 s, 30 s ... 8 min */
#define BW_SUSPECT_MS 1000
#define BW_LEFT_MS 3000
#define BW_SERVER_QUIET_MS 60000
#define BW_SERVERS (sizeof(((struct bw *)0)->servers) / sizeof(((struct bw *)0)->servers[0]))

void
bw_init(struct bw *b, struct ctx *x, const struct bw_hooks *hooks)
{
	*b = (struct bw){ .x = x,
		.hooks = *hooks,
		.contexts = { x->conf->context_async, x->conf->context_events,
			x->conf->context_actions },
		.reach_due = MONO_NEVER,
		.uncovered_due = MONO_NEVER,
		.left_due = MONO_NEVER,
		.doubt_due = MONO_NEVER,
		.look_due = MONO_NEVER };
	for (uint32_t i = 0; i < BW_QUEUE_COUNT; i++)
		TAILQ_INIT(&b->queues[i]);
	TAILQ_INIT(&b->gaps);
	bw_leaks_init(b);
	for (uint32_t i = 0; i < LIMIT_XSPS; i++)
		TAILQ_INIT(&b->acks[i].waiting);
	TAILQ_INIT(&b->calls);
	TAILQ_INIT(&b->made);
	buf_init(&b->path, 4096);
	buf_init(&b->body, LIMIT_HTTP_BODY_BYTES);
	bw_links_init(b);
	b->doc = mem_zalloc(sizeof(*b->doc));
	b->parties = mem_zalloc(LIMIT_ENTRIES_PER_DEVICE * sizeof(b->parties[0]));
}

static void
bw_drop_notes(struct bw *b)
{
	struct core_device *d;

	for (d = b->x->model.devices; d != NULL; d = d->by_id.next)
		bw_device_gone(b, d);
	REQUIRE(b->unconfirmed == 0 && b->asks_out == 0 && b->notes == 0);
}

void
bw_fini(struct bw *b)
{
	if (b->phase != BW_OFF)
		bw_deactivate(b);
	bw_drop_notes(b);
	timers_fini(&b->timers);
	timers_fini(&b->renewals);
	bw_links_fini(b);
	buf_fini(&b->path);
	buf_fini(&b->body);
	mem_free(b->doc);
	mem_free(b->parties);
}

static void
bw_list_set(struct bw *b)
{
	bw_request_send(b, BW_REQ_LIST_SET, b->list_tries++,
		&(struct xsi_request){
			.op = XSI_OP_channel_set_get, .args = { bw_channel_set(b) } },
		NULL);
	b->phase_due = mono_add_ms(b->x->now, BW_PHASE_MS);
}

void
bw_activate(struct bw *b)
{
	const struct core_track *track;

	REQUIRE(b->phase == BW_OFF);
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++)
		bw_channel_init(b, i);
	b->phase = BW_LISTING;
	bw_links_activate(b);
	bw_app_activate(b);
	b->ack_alarm_at = b->x->now;
	b->list_tries = 0;
	b->channels_open = 0;
	b->server_count = 0;
	b->lists_accepted = b->lists_refused = false;
	b->tokens_milli =
		b->x->conf->update_rate * 50 + 1000; /* the burst that is allowed, see bw_subs.c */
	b->tokens_at = b->x->now;
	b->doubt_until = b->x->now;
	b->empty_doubt_until = b->x->now;
	b->empty_doubts = 0;
	b->doubted = false;
	b->suspect_until = b->x->now;
	b->left_due = MONO_NEVER;
	b->doubt_due = b->look_due = MONO_NEVER;
	b->held_until = b->x->now;
	b->reach_due = MONO_NEVER;
	b->uncovered_due = MONO_NEVER;
	b->running_at = b->x->now;
	b->resyncing = true;
	b->total = b->since = (struct core_difference){ 0 };
	for (track = b->x->model.tracks; track != NULL; track = track->by_id.next)
		bw_note_server(b, str_of(track->id));
	b->doubt_until = b->x->now;
	bw_made_activate(b);
	b->phase_due = b->x->now; /* the list is asked for when the gate is open: see bw_tick() */
}

void
bw_deactivate(struct bw *b)
{
	if (b->phase == BW_OFF)
		return;
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++) {
		struct bw_channel *c = &b->channels[i];

		if (c->state == CHANNEL_OPEN || c->state == CHANNEL_OPENING)
			bw_link_close(b, c, "not active any more");
		bw_ack_drop_xsp(b, i);
		bw_channel_fini(b, i);
		bw_channel_init(b, i); /* down: what its stream still brings is for nobody */
	}
	b->phase = BW_OFF;
	b->doubt_due = b->look_due = MONO_NEVER;
	b->left_due = MONO_NEVER;
	b->channels_open = 0;
	b->reach_due = MONO_NEVER;
	b->uncovered_due = MONO_NEVER;
	bw_calls_drop(b);
	bw_made_drop(b);
	bw_requests_drop(b);
	bw_links_deactivate(b);
	bw_leaks_drop(b);
	bw_scopes_drop(b);
	bw_drop_notes(b);
}

/* A subscription points at a channel set; one of an earlier epoch is of no use any more. */
static void
bw_leave_set(struct bw *b, struct core_device *d)
{
	struct bw_sub *bs;

	if (b->x->conf->set_mode != CONF_SET_PER_EPOCH)
		return;
	TAILQ_FOREACH(bs, &bw_device(b, d)->subs, of_device) {
		if (bs->sub == NULL)
			continue;
		bw_unsubscribe(b, str_of(bs->sub->id));
		bw_sub_set_id(b, bs, STR_NONE);
	}
}

static void
bw_run(struct bw *b)
{
	struct core_device *d;

	b->phase = BW_RUNNING;
	b->reach_due = mono_add_ms(b->x->now, BW_FIRST_REACH_MS);
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++)
		b->channels[i].due = b->x->now;
	bw_channels_unblock(b);
	bw_scopes_run(b);
	for (d = b->x->model.devices; d != NULL; d = d->by_id.next) {
		bw_leave_set(b, d);
		bw_blame(bw_device(b, d), METER_DESYNC_TAKEOVER);
		bw_ask_all(b, d);
	}
}

bool
bw_is_in_doubt(const struct core_device *d)
{
	const struct bw_device *bd = d->south;
	const struct bw_sub *bs = bd ? bd->primary : NULL;

	return bs != NULL && d->service == CORE_SERVICE_IN &&
		(bs->failures > 0 || bs->gap_due.us != MONO_NEVER.us);
}

void
bw_update_status(struct bw *b)
{
	enum core_status status = CORE_STATUS_NORMAL;

	if (b->phase == BW_OFF || !ctx_is_active(b->x))
		return;
	/* while a loss is damped nothing is said of it; a status that says disabled stays so */
	if (b->channels_open == 0 &&
		(b->reach_due.us == MONO_NEVER.us || b->x->model.status == CORE_STATUS_DISABLED))
		status = CORE_STATUS_DISABLED;
	else if (b->x->model.devices_out > 0)
		status = CORE_STATUS_PARTIAL;
	if (status != b->x->model.status)
		CORE_EMIT(&b->x->em, status, .status = (uint8_t)status);
}

static void
bw_unconfirm(struct bw *b, struct bw_device *bd)
{
	bd->confirmed = false;
	if (bd->counted)
		return;
	bd->counted = true;
	b->unconfirmed++;
}

/* What happened while there was no channel is unknown. */
static void
bw_reach_again(struct bw *b)
{
	struct core_device *d;

	b->resyncing = true;
	bw_scopes_ask(b);
	for (d = b->x->model.devices; d != NULL; d = d->by_id.next) {
		bw_unconfirm(b, bw_device(b, d));
		bw_blame(bw_device(b, d), METER_DESYNC_GAP);
		bw_ask_all(b, d);
	}
	bw_update_status(b);
	if (b->unconfirmed == 0)
		bw_all_confirmed(b);
}

void
bw_reach_changed(struct bw *b, bool opened)
{
	if (b->phase != BW_RUNNING)
		return;
	if (b->channels_open == 0) {
		b->uncovered_due = MONO_NEVER;
		b->reach_due = mono_add_ms(b->x->now, BW_REACH_DAMP_MS);
		return;
	}
	if (!opened || b->channels_open > 1)
		return;
	b->reach_due = MONO_NEVER;
	bw_reach_again(b);
}

void
bw_reach_doubtful(struct bw *b)
{
	if (b->phase != BW_RUNNING || b->channels_open == 0)
		return;
	if (b->uncovered_due.us == MONO_NEVER.us)
		b->uncovered_last = mono_add_ms(b->x->now, BW_UNCOVERED_DAMP_MS_MAX);
	b->uncovered_due =
		mono_min(mono_add_ms(b->x->now, BW_UNCOVERED_DAMP_MS), b->uncovered_last);
}

/* Not at once: if the others end as well, what is asked now is lost with them, and asked again when one is open. */
static void
bw_reach_uncovered(struct bw *b)
{
	b->uncovered_due = MONO_NEVER;
	log_emit(b->x->log, M_REACH_DOUBTFUL,
		"those that are left were opened when one ended: every device is asked");
	bw_reach_again(b);
}

static void
bw_out_of_reach(struct bw *b)
{
	struct core_device *d;

	b->reach_due = MONO_NEVER;
	log_emit(b->x->log, M_NO_XSP, "no event channel is open; %u devices are out of service",
		(unsigned)HASH_CNT(by_id, b->x->model.devices));
	for (d = b->x->model.devices; d != NULL; d = d->by_id.next)
		core_decide_service(&b->x->em, d, CORE_SERVICE_OUT);
	bw_update_status(b);
}

/* It must not be lost: it is made up for. What is put off until a time that has passed waits for the doubt under way. */
static void
doubt_put_off(struct bw *b, struct mono due, bool proof)
{
	if (mono_due(due, b->x->now))
		due = mono_add_ms(b->x->now, BW_DOUBT_MS);
	if (b->doubt_due.us == MONO_NEVER.us || (proof && !b->doubt_proof)) {
		b->doubt_due = due;
		b->doubt_proof = proof;
	}
}

void
bw_doubt_all(struct bw *b, const struct core_device *except, bool proof, const char *why)
{
	struct core_device *d;

	if (b->phase != BW_RUNNING || !mono_due(b->doubt_until, b->x->now))
		return;
	if (!proof && (b->doubted || !mono_due(b->empty_doubt_until, b->x->now))) {
		doubt_put_off(b, b->empty_doubt_until, false);
		return;
	}
	b->doubt_until = mono_add_ms(b->x->now, BW_DOUBT_MS);
	b->doubt_due = b->look_due = MONO_NEVER;
	b->doubted = true;
	b->empty_doubt_until = mono_add_ms(b->x->now, BW_EMPTY_DOUBT_MS << b->empty_doubts);
	b->running_at = b->x->now;
	b->resyncing = true;
	b->total = (struct core_difference){ 0 };
	b->x->meter.as_failovers++;
	log_emit(b->x->log, M_AS_FAILOVER, "%s: every device is asked", why);
	ctx_history(b->x, "as-failover", "\"devices\":%u",
		(unsigned)HASH_CNT(by_id, b->x->model.devices));
	bw_scopes_ask(b);
	for (d = b->x->model.devices; d != NULL; d = d->by_id.next) {
		bw_ask_all(b, d);
		if (d == except)
			continue;
		bw_blame(bw_device(b, d), METER_DESYNC_AS_FAILOVER);
		bw_unconfirm(b, bw_device(b, d));
		if (d->half_count > 0)
			core_decide_service(&b->x->em, d, CORE_SERVICE_OUT);
	}
	bw_update_status(b);
}

void
bw_doubt_later(struct bw *b)
{
	if (!mono_due(b->doubt_until, b->x->now))
		doubt_put_off(b, b->doubt_until, true);
}

void
bw_look_later(struct bw *b)
{
	if (b->look_due.us == MONO_NEVER.us)
		b->look_due = mono_add_ms(b->x->now, BW_DOUBT_MS);
}

static void
look(struct bw *b)
{
	struct core_device *d;

	b->look_due = MONO_NEVER;
	if (b->phase != BW_RUNNING)
		return;
	bw_scopes_ask(b);
	for (d = b->x->model.devices; d != NULL; d = d->by_id.next) {
		bw_blame(bw_device(b, d), METER_DESYNC_AS_FAILOVER);
		bw_ask_all(b, d);
	}
}

static void
doubt_make_up(struct bw *b)
{
	b->doubt_due = MONO_NEVER;
	bw_doubt_all(b, NULL, b->doubt_proof,
		b->doubt_proof ? "calls were forgotten after the last ask" :
				 "a sign of a failover came soon after the last ask");
}

void
bw_note_server(struct bw *b, struct str tracking)
{
	struct str server = core_tracking_server(tracking);
	uint32_t at = 0;
	bool fresh;

	if (server.n == 0 || server.n >= sizeof(b->servers[0].id))
		return;
	while (at < b->server_count && !str_is(server, b->servers[at].id))
		at++;
	fresh = at == b->server_count;
	if (fresh && at == BW_SERVERS) {
		at = 0;
		for (uint32_t i = 1; i < BW_SERVERS; i++)
			if (mono_before(b->servers[i].seen, b->servers[at].seen))
				at = i;
	} else if (fresh) {
		b->server_count++;
	}
	if (!fresh && !mono_due(mono_add_ms(b->servers[at].seen, BW_SERVER_QUIET_MS), b->x->now)) {
		b->servers[at].seen = b->x->now;
		return;
	}
	str_copy(b->servers[at].id, sizeof(b->servers[at].id), server);
	b->servers[at].seen = b->x->now;
	if (b->server_count > 1)
		bw_doubt_all(b, NULL, true, "calls are made on another application server");
}

static bool
bw_has_call_of(const struct core_device *d, struct str server)
{
	const struct core_half *h;

	TAILQ_FOREACH(h, &d->halves, of_device)
		if (!h->gone && str_eq(core_tracking_server(str_of(h->track->id)), server))
			return true;
	return false;
}

/*
 * The device makes its calls on another server than before. That is normal where users are spread over two servers;
 * but if the old one is dead, its calls are: the devices that have some are asked, quietly. If one of them
 * has lost a call, everything is in doubt (event_snapshot()).
 */
static void
bw_suspect_server(struct bw *b, struct str server)
{
	struct core_device *d;

	if (!mono_due(b->suspect_until, b->x->now))
		return;
	b->suspect_until = mono_add_ms(b->x->now, BW_SUSPECT_MS);
	for (d = b->x->model.devices; d != NULL; d = d->by_id.next) {
		if (!bw_has_call_of(d, server))
			continue;
		bw_device(b, d)->suspect = true;
		bw_blame(bw_device(b, d), METER_DESYNC_AS_FAILOVER);
		bw_ask(b, d, true);
	}
}

void
bw_note_device_server(struct bw *b, struct bw_device *bd, struct str tracking)
{
	struct str server = core_tracking_server(tracking);
	char old[sizeof(bd->server)];

	if (server.n == 0 || server.n >= sizeof(bd->server) || str_is(server, bd->server))
		return;
	memcpy(old, bd->server, sizeof(old));
	str_copy(bd->server, sizeof(bd->server), server);
	bd->counted_at = meter_server_move(&b->x->meter, bd->counted_at, bd->server);
	if (old[0] == '\0')
		return;
	bw_suspect_server(b, str_of(old));
	if (b->left_due.us != MONO_NEVER.us)
		return;
	memcpy(b->left_server, old, sizeof(old));
	b->left_at = b->x->now;
	b->left_due = mono_add_ms(b->x->now, BW_LEFT_MS);
}

/* Where users are spread over two servers the one that was left goes on making calls; a dead one does not. */
static void
bw_left_server_check(struct bw *b)
{
	b->left_due = MONO_NEVER;
	for (uint32_t i = 0; i < b->server_count; i++)
		if (strcmp(b->servers[i].id, b->left_server) == 0 &&
			mono_before(b->left_at, b->servers[i].seen))
			return;
	bw_doubt_all(b, NULL, false, "the server of earlier calls has gone quiet");
}

void
bw_all_confirmed(struct bw *b)
{
	if (!b->resyncing || b->phase != BW_RUNNING || b->channels_open == 0)
		return;
	b->resyncing = false;
	/* users that move to another server one by one are each told of; once all are right that is no news any more */
	if (b->total.cleared + b->total.changed + b->total.learned > 0)
		b->empty_doubts = 0;
	else if (b->doubted && b->empty_doubts < BW_EMPTY_DOUBTS_MAX)
		b->empty_doubts++;
	b->doubted = false;
	bw_leaks_look_soon(b);
	log_emit(b->x->log, M_TAKEOVER_DONE,
		"every device is confirmed: calls kept=%u cleared=%u learned=%u changed=%u in %lld ms",
		b->total.kept, b->total.cleared, b->total.learned, b->total.changed,
		(long long)mono_ms_between(b->running_at, b->x->now));
	ctx_history(b->x, "resync-done",
		"\"kept\":%u,\"cleared\":%u,\"learned\":%u,\"changed\":%u,\"devices\":%u",
		b->total.kept, b->total.cleared, b->total.learned, b->total.changed,
		(unsigned)HASH_CNT(by_id, b->x->model.devices));
}

void
bw_tick(struct bw *b)
{
	/* every request, stream and heartbeat is an effect */
	if (!ctx_may_leave(b->x, 0))
		return;
	bw_links_tick(b);
	if (b->phase == BW_LISTING && mono_due(b->phase_due, b->x->now)) {
		if (b->list_tries == 0 && bw_srv_is_pending(b))
			b->phase_due =
				mono_add_ms(b->x->now, BW_PHASE_MS); /* the answer ends the wait */
		else if (b->list_tries < b->x->conf->xsp_count)
			bw_list_set(b);
		else
			bw_run(b);
	}
	if (b->phase == BW_CLEANING && (b->deletes == 0 || mono_due(b->phase_due, b->x->now)))
		bw_run(b);
	if (mono_due(b->uncovered_due, b->x->now) && b->uncovered_due.us != MONO_NEVER.us)
		bw_reach_uncovered(b);
	if (mono_due(b->reach_due, b->x->now) && b->reach_due.us != MONO_NEVER.us)
		bw_out_of_reach(b);
	if (b->phase == BW_RUNNING && mono_due(b->left_due, b->x->now))
		bw_left_server_check(b);
	if (mono_due(b->doubt_due, b->x->now))
		doubt_make_up(b);
	if (mono_due(b->look_due, b->x->now))
		look(b);
	bw_channels_tick(b);
	bw_app_tick(b);
	bw_subs_tick(b);
	bw_made_tick(b);
}

void
bw_pump(struct bw *b)
{
	if (!ctx_may_leave(b->x, 0))
		return;
	if (b->phase == BW_CLEANING && b->deletes == 0) {
		bw_run(b);
		bw_channels_tick(b);
	}
	bw_acks_pump(b);
	bw_calls_pump(b);
	bw_subs_pump(b);
	bw_leaks_pump(b);
	bw_links_pump(b);
}

struct mono
bw_deadline(const struct bw *b)
{
	if (!ctx_may_leave(b->x, 0))
		return MONO_NEVER; /* what opens the gate wakes the node */
	return mono_min(
		mono_min(bw_made_deadline(b),
			mono_min(mono_min(b->reach_due, b->uncovered_due),
				mono_min(b->left_due, mono_min(b->doubt_due, b->look_due)))),
		mono_min(mono_min(bw_channels_deadline(b), bw_subs_deadline(b)),
			mono_min(mono_min(bw_links_deadline(b), bw_calls_deadline(b)),
				mono_min(bw_app_deadline(b), bw_leaks_deadline(b)))));
}
