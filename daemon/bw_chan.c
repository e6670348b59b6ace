/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event channels: one per link, all in one channel set.
 *
 *   DOWN -> OPENING -> OPEN -> CLOSING -> DOWN
 *              |         |                 ^
 *              +---------+-----------------+   (the stream ended)
 *
 * Happy path: AddChannel, the Channel document names the id, then events; over HTTP a heartbeat to the same server every
 * period (a CTI connection has its keepalives, bw_cti.c); the grant is renewed when half of it is over.
 * Failure modes: refused or ended stream, heartbeat 401/404, no byte for silence-ms, a Channel terminated event,
 * bytes that are no XML, a grant that ran out: the channel is dropped and opened again after a back-off with jitter, the
 * first time at once. 401: its account decides (bw_auth.c). 403 twice in a row: left alone for auth-hold-s, with an
 * alarm. A set that another has taken: never at once, with an alarm. 503: when the link is not held any more.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"
#include "proto/base/sm.h"
#include "proto/xsi_decode.h"

#include <stdio.h>

#define CHANNEL_OPEN_MS 5000
#define CHANNEL_REFUSED_MS_MIN 60000
#define CHANNEL_DENIALS 2
#define CHANNEL_OVERLAP_MS 2000 /* a byte that is read was sent at most so long ago */
#define CHANNEL_TAKEN_FAILURES 4
#define CHANNEL_NEVER_S 2147483646u /* a grant from here on does not run out */

static const struct sm_state channel_states[] = {
	[CHANNEL_DOWN] = { "down", SM_BIT(CHANNEL_OPENING) },
	[CHANNEL_OPENING] = { "opening",
		SM_BIT(CHANNEL_OPEN) | SM_BIT(CHANNEL_CLOSING) | SM_BIT(CHANNEL_DOWN) },
	[CHANNEL_OPEN] = { "open", SM_BIT(CHANNEL_CLOSING) | SM_BIT(CHANNEL_DOWN) },
	[CHANNEL_CLOSING] = { "closing", SM_BIT(CHANNEL_DOWN) },
};

static const struct sm_table channel_table = { "channel", channel_states, 4 };

static const char *
channel_name(const struct bw *b, const struct bw_channel *c)
{
	return b->x->conf->xsps[c->xsp].name;
}

void
bw_channel_init(struct bw *b, uint32_t xsp)
{
	struct bw_channel *c = &b->channels[xsp];

	*c = (struct bw_channel){ .xsp = xsp,
		.due = b->x->now,
		.expires_at = MONO_NEVER,
		.refresh_due = MONO_NEVER,
		.beat_due = MONO_NEVER };
	xsi_stream_init(&c->in);
}

void
bw_channel_fini(struct bw *b, uint32_t xsp)
{
	xsi_stream_fini(&b->channels[xsp].in);
}

struct bw_channel *
bw_channel_by_stream(struct bw *b, uint64_t stream)
{
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++)
		if (b->channels[i].state != CHANNEL_DOWN && b->channels[i].stream == stream)
			return &b->channels[i];
	return NULL;
}

struct str
bw_channel_set(struct bw *b)
{
	const struct conf *conf = b->x->conf;

	if (conf->set_mode == CONF_SET_STABLE)
		return str_of(conf->channel_set);
	snprintf(b->set_name, sizeof(b->set_name), "%s-%llx", conf->channel_set,
		(unsigned long long)b->x->model.epoch);
	return str_of(b->set_name);
}

/* A grant begins now: when it is renewed, and when it ends. */
static void
channel_granted(struct bw *b, struct bw_channel *c)
{
	int64_t life_ms;

	c->refresh_due = c->expires_at = MONO_NEVER;
	if (c->expires_s >= CHANNEL_NEVER_S)
		return;
	life_ms = (int64_t)c->expires_s * 1000;
	c->expires_at = mono_add_ms(b->x->now, life_ms);
	c->refresh_due =
		mono_add_ms(b->x->now, life_ms / 100 * (int64_t)b->x->conf->refresh_percent);
}

/* By the XSP of an open channel: that of the dead one may not even hear us. */
static void
channels_drop_stale(struct bw *b)
{
	for (uint32_t i = 0; i < b->x->conf->xsp_count && b->channels_open > 0; i++) {
		struct bw_channel *c = &b->channels[i];

		if (c->stale[0] == '\0' || c->stale_asked)
			continue;
		c->stale_asked = true;
		b->deletes++;
		bw_request_send(b, BW_REQ_DELETE_CHANNEL, bw_pick_xsp(b, XSI_OP_none),
			&(struct xsi_request){
				.op = XSI_OP_channel_delete, .args = { str_of(c->stale) } },
			NULL)
			->request = i + 1;
	}
}

void
bw_channel_stale_done(struct bw *b, const struct bw_request *r, uint64_t status)
{
	struct bw_channel *c = &b->channels[r->request - 1];

	if (!str_is(r->q->args[0], c->stale))
		return; /* another one has died meanwhile */
	c->stale_asked = false;
	if (status != 0)
		c->stale[0] = '\0'; /* else when a channel opens */
}

void
bw_channel_stale(struct bw *b, struct bw_channel *c)
{
	(void)b;
	memcpy(c->stale, c->id, sizeof(c->stale));
	c->stale_asked = false;
}

/* Spread to the early side only: the period may be all the patience that the server has, or silence-ms. */
static struct mono
channel_next_beat(struct bw *b)
{
	return mono_add_ms(
		b->x->now, rng_jitter_ms(&b->x->rng, conf_heartbeat_ms(b->x->conf) * 95 / 100, 5));
}

static void
channel_enter_open(struct bw *b, struct bw_channel *c)
{
	b->channels_open++;
	c->opened_at = b->x->now;
	c->refused = c->unauthorised = false;
	c->denials = 0;
	c->beat_due = bw_link_is_cti(b, c->xsp) ? MONO_NEVER : channel_next_beat(b);
	channel_granted(b, c);
	bw_link_note(b, c->xsp, "event channel open");
	log_emit(b->x->log, M_CHANNEL_OPEN, "xsp=%s channel=%s", channel_name(b, c), c->id);
	ctx_history(b->x, "channel-up", "\"xsp\":%u,\"open\":%u", c->xsp, b->channels_open);
}

/*
 * Was another channel open all the time that this one was not? BroadWorks may have ended both long before we read of it,
 * one end at a time, and opened a new one in between; an event of that moment has no successor that would show a gap. Sure
 * is only a channel that was open some time before the last byte of this one.
 */
static bool
channel_is_covered(const struct bw *b, const struct bw_channel *c)
{
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++) {
		const struct bw_channel *other = &b->channels[i];

		if (other->state == CHANNEL_OPEN &&
			mono_due(mono_add_ms(other->opened_at, CHANNEL_OVERLAP_MS), c->heard))
			return true;
	}
	return false;
}

static void
channel_leave_open(struct bw *b, struct bw_channel *c)
{
	b->channels_open--;
	/* a channel that opens and ends at once goes on counting, or its XSP would be flooded with opens */
	if (mono_due(mono_add_ms(c->opened_at, b->x->conf->link_recovery_ms), b->x->now))
		c->failures = 0;
	bw_ack_drop_xsp(b, c->xsp);
	c->id[0] = '\0';
}

static int64_t
channel_backoff_ms(struct bw *b, const struct bw_channel *c)
{
	const struct conf *conf = b->x->conf;
	int64_t ms = conf->retry_ms;

	for (uint32_t i = 0; i < c->failures && ms < conf->retry_ms_max; i++)
		ms = ms * (int64_t)conf->retry_percent / 100;
	if (ms > conf->retry_ms_max)
		ms = conf->retry_ms_max;
	if (c->refused)
		ms = conf->auth_hold_s * 1000 > CHANNEL_REFUSED_MS_MIN ? conf->auth_hold_s * 1000 :
									 CHANNEL_REFUSED_MS_MIN;
	return rng_jitter_ms(&b->x->rng, ms, conf->retry_jitter_percent);
}

static void
channel_enter_down(struct bw *b, struct bw_channel *c)
{
	int64_t ms = channel_backoff_ms(b, c);

	c->failures++;
	/* the first attempt after a loss is made at once: most losses are of one stream, not of the server; and one
	 * that only waits for its account has not failed */
	c->due = (c->failures == 1 && !c->refused) || c->unauthorised ? b->x->now :
									mono_add_ms(b->x->now, ms);
	c->stream = 0;
	c->blocked = false;
	c->target[0] = '\0';
	bw_channels_unblock(b); /* there is room for one more in the set */
}

void
bw_channels_unblock(struct bw *b)
{
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++)
		b->channels[i].blocked = false;
}

void
bw_change_channel(struct bw *b, struct bw_channel *c, enum bw_channel_state to)
{
	int from = c->state;

	sm_move(&channel_table, &c->state, (int)to);
	if (from == CHANNEL_OPEN)
		channel_leave_open(b, c);
	if (to == CHANNEL_OPEN)
		channel_enter_open(b, c);
	if (to == CHANNEL_DOWN)
		channel_enter_down(b, c);
	if ((from == CHANNEL_OPEN) != (to == CHANNEL_OPEN)) {
		bw_reach_changed(b, to == CHANNEL_OPEN);
		if (from == CHANNEL_OPEN && !channel_is_covered(b, c))
			bw_reach_doubtful(b);
		channels_drop_stale(b);
	}
}

void
bw_channel_body(struct bw *b, const struct bw_channel *c)
{
	const struct conf *conf = b->x->conf;
	const struct conf_xsp *x = &conf->xsps[c->xsp];

	buf_reset(&b->body);
	xsi_put_channel(&b->body, bw_channel_set(b), x->priority ? x->priority : 1,
		x->weight ? x->weight : 50, (uint64_t)conf->channel_expires_s,
		str_of(conf->application_id));
}

/* Room in the set for one more? */
static bool
channel_fits(const struct bw *b)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++)
		count += b->channels[i].state != CHANNEL_DOWN;
	return b->x->conf->channels_max == 0 || count < b->x->conf->channels_max;
}

static void
channel_open(struct bw *b, struct bw_channel *c)
{
	struct mono at = bw_link_open_at(b, c->xsp);

	if (at.us == MONO_NEVER.us || !channel_fits(b)) {
		c->blocked = true;
		return;
	}
	if (!mono_due(at, b->x->now)) {
		c->due = at;
		return;
	}
	c->refused = false;
	c->stream = ctx_new_id(b->x);
	c->heard = b->x->now;
	xsi_stream_fini(&c->in);
	xsi_stream_init(&c->in);
	bw_channel_body(b, c);
	bw_change_channel(b, c, CHANNEL_OPENING);
	bw_link_open(b, c);
}

void
bw_channel_lose(struct bw *b, struct bw_channel *c, enum meter_loss cause, const char *why)
{
	if (c->state != CHANNEL_OPEN && c->state != CHANNEL_OPENING)
		return;
	log_emit(b->x->log, M_CHANNEL_LOST, "xsp=%s channel=%s %s", channel_name(b, c), c->id, why);
	bw_link_note(b, c->xsp, "%s", why);
	bw_link_count_loss(b, c, cause);
	bw_change_channel(b, c, CHANNEL_CLOSING);
	bw_link_close(b, c, why);
}

/* Left alone for long: whoever goes on trying fights, or is locked out. */
static void
channel_refuse(struct bw *b, struct bw_channel *c, const char *why)
{
	c->refused = true;
	bw_link_note(b, c->xsp, "%s", why);
	log_emit(b->x->log, M_NOT_AUTHORISED,
		"xsp=%s event channel: %s; the link is left alone for %lld s", channel_name(b, c),
		why, (long long)b->x->conf->auth_hold_s);
}

void
bw_channel_terminated(struct bw *b, struct bw_channel *c, struct str reason)
{
	bool taken = str_is(reason, "DuplicateChannelSet");

	if (taken)
		log_emit(b->x->log, M_NOT_AUTHORISED,
			"xsp=%s another channel set of this account and application was opened",
			channel_name(b, c));
	bw_channel_lose(b, c, METER_LOSS_TERMINATED, "ended by BroadWorks");
	/*
	 * No fight with another owner of the set: it gets time to see what it did, and so does the operator. After the loss,
	 * which forgets the failures of a channel that was up for long.
	 */
	if (taken)
		c->failures += CHANNEL_TAKEN_FAILURES;
}

static void
channel_document(struct str document, void *arg)
{
	struct {
		struct bw *b;
		struct bw_channel *c;
	} *pair = arg;

	if (pair->c->state == CHANNEL_OPENING || pair->c->state == CHANNEL_OPEN)
		bw_document(pair->b, pair->c, document);
}

void
bw_stream_data(struct bw *b, uint64_t stream, struct str bytes)
{
	struct bw_channel *c = bw_channel_by_stream(b, stream);
	struct {
		struct bw *b;
		struct bw_channel *c;
	} pair = { b, c };
	const char *why = "";

	if (c == NULL || c->state == CHANNEL_CLOSING)
		return;
	c->heard = b->x->now;
	bw_link_stream_alive(b, c);
	if (xsi_stream_feed(&c->in, (const uint8_t *)bytes.p, bytes.n, channel_document, &pair,
		    &why) != E_OK) {
		b->x->malformed++;
		bw_channel_lose(b, c, METER_LOSS_MALFORMED, why);
	}
}

/* What a refused open means: 403 is not taken for good the first time, it has many reasons. */
static void
channel_denied(struct bw *b, struct bw_channel *c, uint64_t status)
{
	if (status != 403 || bw_result_of_status(b, status) != BW_FORBIDDEN)
		return;
	c->denials++;
	if (c->denials >= CHANNEL_DENIALS)
		channel_refuse(b, c, "BroadWorks answers 403 to an event channel");
}

void
bw_stream_closed(struct bw *b, uint64_t stream, const struct bw_answer *a)
{
	struct bw_channel *c = bw_channel_by_stream(b, stream);

	if (c == NULL)
		return;
	if (bw_link_stream_ended(b, c, a))
		return;
	if (c->state != CHANNEL_CLOSING) {
		log_emit(b->x->log, M_CHANNEL_LOST,
			"xsp=%s channel=%s stream ended: status=%llu %.*s", channel_name(b, c),
			c->id, (unsigned long long)a->status, STR_ARG(a->why));
		bw_link_note(b, c->xsp, "stream ended: status %llu %.*s",
			(unsigned long long)a->status, STR_ARG(a->why));
	}
	channel_denied(b, c, a->status);
	bw_change_channel(b, c, CHANNEL_DOWN);
}

void
bw_beat_done(struct bw *b, const struct bw_request *r, uint64_t status)
{
	struct bw_channel *c = &b->channels[r->xsp];

	if (c->state != CHANNEL_OPEN || c->stream != r->request)
		return;
	/* any other failure means nothing: the silence of the stream decides */
	if (status == 404 || status == 401 || status == 403)
		bw_channel_lose(
			b, c, METER_LOSS_HEARTBEAT, "the heartbeat says that the channel is gone");
	else if (status / 100 == 2 && !b->x->conf->heartbeat_document)
		c->heard = b->x->now; /* a server that writes no document into the stream */
}

static void
channel_beat(struct bw *b, struct bw_channel *c)
{
	bw_request_send(b, BW_REQ_BEAT, c->xsp,
		&(struct xsi_request){ .op = XSI_OP_channel_heartbeat, .args = { str_of(c->id) } },
		NULL)
		->request = c->stream;
	c->beat_due = channel_next_beat(b);
}

static void
channel_refresh(struct bw *b, struct bw_channel *c)
{
	int64_t left_ms = mono_ms_between(b->x->now, c->expires_at);

	buf_reset(&b->body);
	xsi_put_channel_refresh(&b->body, (uint64_t)b->x->conf->channel_expires_s);
	/* should it fail: once more when half of the rest is over, and so on */
	c->refresh_due = left_ms > 2000 ? mono_add_ms(b->x->now, left_ms / 2) : MONO_NEVER;
	bw_request_send(b, BW_REQ_REFRESH, c->xsp,
		&(struct xsi_request){ .op = XSI_OP_channel_update,
			.args = { str_of(c->id) },
			.body = buf_as_str(&b->body) },
		NULL)
		->request = c->stream;
}

/* The answer names the new grant; one without it grants what was asked for. */
void
bw_refresh_done(struct bw *b, const struct bw_request *r, struct str body)
{
	struct bw_channel *c = &b->channels[r->xsp];
	struct err e = { 0 };

	if (c->state != CHANNEL_OPEN || c->stream != r->request)
		return;
	if (r->result == BW_NOT_FOUND || r->result == BW_FORBIDDEN) {
		bw_channel_lose(
			b, c, METER_LOSS_REFRESH, "the refresh says that the channel is gone");
		return;
	}
	if (r->result != BW_DONE)
		return;
	c->expires_s = (uint64_t)b->x->conf->channel_expires_s;
	if (body.n > 0 && xsi_decode(b->x->xml, body, b->doc, &e) == E_OK &&
		b->doc->kind == XSI_DOC_CHANNEL && b->doc->channel.expires_s > 0)
		c->expires_s = b->doc->channel.expires_s;
	channel_granted(b, c);
}

/* A CTI connection has its own watch. */
static struct mono
channel_silent_at(const struct bw *b, const struct bw_channel *c)
{
	if (c->state == CHANNEL_OPENING)
		return mono_add_ms(c->heard, CHANNEL_OPEN_MS);
	return bw_link_is_cti(b, c->xsp) ? MONO_NEVER :
					   mono_add_ms(c->heard, b->x->conf->silence_ms);
}

static void
channel_tick_open(struct bw *b, struct bw_channel *c)
{
	if (mono_due(c->beat_due, b->x->now))
		channel_beat(b, c);
	if (mono_due(c->refresh_due, b->x->now))
		channel_refresh(b, c);
	if (mono_due(c->expires_at, b->x->now))
		bw_channel_lose(b, c, METER_LOSS_EXPIRED, "its grant ran out");
}

static void
channel_tick(struct bw *b, struct bw_channel *c)
{
	switch ((enum bw_channel_state)c->state) {
	case CHANNEL_DOWN:
		if (!c->blocked && mono_due(c->due, b->x->now))
			channel_open(b, c);
		break;
	case CHANNEL_OPEN:
		channel_tick_open(b, c);
		if (c->state != CHANNEL_OPEN)
			break;
		/* fall through */
	case CHANNEL_OPENING:
		if (mono_due(channel_silent_at(b, c), b->x->now)) {
			bw_channel_stale(b, c);
			bw_channel_lose(b, c, METER_LOSS_SILENT, "no byte for too long");
		}
		break;
	case CHANNEL_CLOSING:
		break;
	}
}

void
bw_channels_tick(struct bw *b)
{
	if (b->phase != BW_RUNNING)
		return;
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++)
		channel_tick(b, &b->channels[i]);
}

struct mono
bw_channels_deadline(const struct bw *b)
{
	struct mono due = MONO_NEVER;

	if (b->phase != BW_RUNNING)
		return b->phase == BW_OFF ? MONO_NEVER : b->phase_due;
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++) {
		const struct bw_channel *c = &b->channels[i];

		if (c->state == CHANNEL_DOWN && !c->blocked)
			due = mono_min(due, c->due);
		if (c->state == CHANNEL_OPEN)
			due = mono_min(due,
				mono_min(c->expires_at, mono_min(c->beat_due, c->refresh_due)));
		if (c->state == CHANNEL_OPEN || c->state == CHANNEL_OPENING)
			due = mono_min(due, channel_silent_at(b, c));
	}
	return due;
}
