/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event channels: one per XSP, all in one channel set.
 *
 *   DOWN -> OPENING -> OPEN -> CLOSING -> DOWN
 *              |         |                 ^
 *              +---------+-----------------+   (the stream ended)
 *
 * Happy path: POST, the Channel document names the id, then events; a heartbeat to the same XSP every period, a
 * refresh at half life.
 * Failure modes: refused or ended stream, heartbeat 401/404, no byte for silence-ms, a Channel terminated event,
 * bytes that are no XML: the channel is dropped and opened again after a back-off with jitter. 401 and 403 stop
 * the attempts for a long while and raise an alarm, so that the account is not locked out.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"
#include "proto/base/sm.h"

#define CHANNEL_REFUSED_MS 60000
#define CHANNEL_OPEN_MS 5000
#define CHANNEL_STABLE_MS 10000 /* one that was open for so long has no bad history */

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

	*c = (struct bw_channel){ .xsp = xsp, .due = b->x->now };
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

struct bw_channel *
bw_channel_by_id(struct bw *b, struct str id)
{
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++)
		if (b->channels[i].state == CHANNEL_OPEN && str_is(id, b->channels[i].id))
			return &b->channels[i];
	return NULL;
}

static void
channel_enter_open(struct bw *b, struct bw_channel *c)
{
	const struct conf *conf = b->x->conf;

	b->channels_open++;
	c->opened_at = b->x->now;
	c->refused = false;
	c->beat_due = mono_add_ms(b->x->now, rng_jitter_ms(&b->x->rng, conf->heartbeat_ms, 10));
	c->refresh_due = mono_add_ms(
		b->x->now, (int64_t)(c->expires_s < 86400 ? c->expires_s : 86400) * 500);
	log_emit(b->x->log, M_CHANNEL_OPEN, "xsp=%s channel=%s", channel_name(b, c), c->id);
	ctx_history(b->x, "channel-up", "\"xsp\":%u,\"open\":%u", c->xsp, b->channels_open);
}

static void
channel_leave_open(struct bw *b, struct bw_channel *c)
{
	b->channels_open--;
	/* a channel that opens and ends at once goes on counting, or its XSP would be flooded with opens */
	if (mono_due(mono_add_ms(c->opened_at, CHANNEL_STABLE_MS), b->x->now))
		c->failures = 0;
	bw_ack_drop_xsp(b, c->xsp);
	c->id[0] = '\0';
}

static void
channel_enter_down(struct bw *b, struct bw_channel *c)
{
	const struct conf *conf = b->x->conf;
	int64_t ms = conf->retry_ms << (c->failures < 8 ? c->failures : 8);

	c->failures++;
	if (c->refused)
		ms = CHANNEL_REFUSED_MS;
	else if (ms > conf->retry_ms_max)
		ms = conf->retry_ms_max;
	/* the first attempt after a loss is made at once: most losses are of one stream, not of the server */
	c->due = c->failures == 1 ? b->x->now :
				    mono_add_ms(b->x->now, rng_jitter_ms(&b->x->rng, ms, 25));
	c->stream = 0;
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
	if ((from == CHANNEL_OPEN) != (to == CHANNEL_OPEN))
		bw_reach_changed(b, to == CHANNEL_OPEN);
}

static void
channel_open(struct bw *b, struct bw_channel *c)
{
	const struct conf *conf = b->x->conf;

	c->stream = ctx_new_id(b->x);
	c->heard = b->x->now;
	xsi_stream_fini(&c->in);
	xsi_stream_init(&c->in);
	buf_reset(&b->body);
	xsi_op_path(&b->path, &b->contexts, &(struct xsi_request){ .op = XSI_OP_channel_add });
	xsi_put_channel(&b->body, str_of(conf->channel_set), 1, 50,
		(uint64_t)conf->channel_expires_s, str_of(conf->application_id));
	bw_change_channel(b, c, CHANNEL_OPENING);
	ctx_act(b->x,
		&(struct node_action){ .kind = NODE_ACT_STREAM_OPEN,
			.id = c->stream,
			.xsp = c->xsp,
			.path = buf_as_str(&b->path),
			.bytes = buf_as_str(&b->body) });
}

void
bw_channel_lose(struct bw *b, struct bw_channel *c, const char *why)
{
	if (c->state != CHANNEL_OPEN && c->state != CHANNEL_OPENING)
		return;
	log_emit(b->x->log, M_CHANNEL_LOST, "xsp=%s channel=%s %s", channel_name(b, c), c->id, why);
	bw_change_channel(b, c, CHANNEL_CLOSING);
	ctx_act(b->x, &(struct node_action){ .kind = NODE_ACT_STREAM_CLOSE, .id = c->stream });
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
	c->doubtful = false;
	if (xsi_stream_feed(&c->in, (const uint8_t *)bytes.p, bytes.n, channel_document, &pair,
		    &why) != E_OK) {
		b->x->malformed++;
		bw_channel_lose(b, c, why);
	}
}

void
bw_stream_closed(struct bw *b, uint64_t stream, uint64_t status, struct str why)
{
	struct bw_channel *c = bw_channel_by_stream(b, stream);

	if (c == NULL)
		return;
	if (c->state != CHANNEL_CLOSING)
		log_emit(b->x->log, M_CHANNEL_LOST,
			"xsp=%s channel=%s stream ended: status=%llu %.*s", channel_name(b, c),
			c->id, (unsigned long long)status, STR_ARG(why));
	c->refused = status == 401 || status == 403;
	if (c->refused)
		log_emit(b->x->log, M_NOT_AUTHORISED,
			"xsp=%s answers %llu to an event channel; check [broadworks] user and password",
			channel_name(b, c), (unsigned long long)status);
	bw_change_channel(b, c, CHANNEL_DOWN);
}

void
bw_beat_done(struct bw *b, const struct bw_request *r, uint64_t status)
{
	struct bw_channel *c = &b->channels[r->xsp];

	if (c->state != CHANNEL_OPEN || c->stream != r->request)
		return;
	if (status == 404 || status == 401 || status == 403)
		bw_channel_lose(b, c, "the heartbeat says that the channel is gone");
	/* any other failure: the silence of the stream decides */
}

static void
channel_beat(struct bw *b, struct bw_channel *c)
{
	bw_request_send(b, BW_REQ_BEAT, c->xsp,
		&(struct xsi_request){ .op = XSI_OP_channel_heartbeat, .args = { str_of(c->id) } },
		NULL)
		->request = c->stream;
	c->beat_due =
		mono_add_ms(b->x->now, rng_jitter_ms(&b->x->rng, b->x->conf->heartbeat_ms, 10));
}

static void
channel_refresh(struct bw *b, struct bw_channel *c)
{
	buf_reset(&b->body);
	xsi_put_channel_refresh(&b->body, (uint64_t)b->x->conf->channel_expires_s);
	bw_request_send(b, BW_REQ_REFRESH, c->xsp,
		&(struct xsi_request){ .op = XSI_OP_channel_update,
			.args = { str_of(c->id) },
			.body = buf_as_str(&b->body) },
		NULL);
	c->refresh_due = mono_add_ms(
		b->x->now, (int64_t)(c->expires_s < 86400 ? c->expires_s : 86400) * 500);
}

static struct mono
channel_silent_at(const struct bw *b, const struct bw_channel *c)
{
	return mono_add_ms(
		c->heard, c->state == CHANNEL_OPENING ? CHANNEL_OPEN_MS : b->x->conf->silence_ms);
}

static void
channel_tick(struct bw *b, struct bw_channel *c)
{
	switch ((enum bw_channel_state)c->state) {
	case CHANNEL_DOWN:
		if (mono_due(c->due, b->x->now))
			channel_open(b, c);
		break;
	case CHANNEL_OPEN:
		if (mono_due(c->beat_due, b->x->now))
			channel_beat(b, c);
		if (mono_due(c->refresh_due, b->x->now))
			channel_refresh(b, c);
		/* fall through */
	case CHANNEL_OPENING:
		if (mono_due(channel_silent_at(b, c), b->x->now))
			bw_channel_lose(b, c, "no byte for too long");
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

		if (c->state == CHANNEL_DOWN)
			due = mono_min(due, c->due);
		if (c->state == CHANNEL_OPEN)
			due = mono_min(due, mono_min(c->beat_due, c->refresh_due));
		if (c->state == CHANNEL_OPEN || c->state == CHANNEL_OPENING)
			due = mono_min(due, channel_silent_at(b, c));
	}
	return due;
}
