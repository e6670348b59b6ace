/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event channels: see sim_south.h. A channel is a stream to one process, on one XSP, in one set.
 *
 * Happy path: opened by a POST, the Channel document is its first, events and heartbeats follow, bytes cut at
 * random places.
 * Failure modes: no heartbeat for 30 s; deleted (ChannelTerminatedEvent first); the XSP dies; the process dies, which
 * BroadWorks notices soon, or not at all when the host died with it.
 */
#include "proto/base/buf.h"
#include "tests/sim/sim_node.h"
#include "tests/sim/sim_south.h"

#include <inttypes.h>
#include <stdio.h>

#define CHAN_TIMEOUT_US (30 * SIM_S)
#define CHAN_SWEEP_US SIM_S

static void
chan_closed(struct sim *s, const struct sim_event *ev)
{
	sim_node_input(s, (unsigned)ev->a, ev->b,
		&(struct node_event){ .kind = NODE_EV_STREAM_CLOSED, .id = ev->c });
}

struct south_channel *
south_chan_find(struct sim *s, struct str id)
{
	for (unsigned i = 0; i < SOUTH_CHANNELS_MAX; i++)
		if (s->south->channels[i].used && str_is(id, s->south->channels[i].id))
			return &s->south->channels[i];
	return NULL;
}

struct south_channel *
south_chan_pick(struct sim *s, const char *set, uint64_t except)
{
	struct sim_south *w = s->south;
	struct south_channel *spare = NULL;

	for (unsigned i = 0; i < SOUTH_CHANNELS_MAX; i++) {
		unsigned at = (w->next_channel + i) % SOUTH_CHANNELS_MAX;
		struct south_channel *c = &w->channels[at];

		if (!c->used || strcmp(c->set, set) != 0)
			continue;
		if (c->serial == except) {
			spare = c;
			continue;
		}
		if (except == 0 || sim_world_chance(s, SIM_RNG_SOUTH, 70))
			w->next_channel = at + 1;
		return c;
	}
	return spare;
}

static void
chan_bytes(struct sim *s, const struct sim_event *ev)
{
	sim_node_input(s, (unsigned)ev->a, ev->b,
		&(struct node_event){ .kind = NODE_EV_STREAM_DATA,
			.id = ev->c,
			.bytes = { (const char *)ev->p, ev->n } });
}

void
south_chan_write(struct sim *s, struct south_channel *c, struct str bytes)
{
	int64_t at = s->now_us + sim_world_range(s, SIM_RNG_SOUTH, 300, 12000);

	if (c->dead_end || s->south->xsp_silent[c->xsp])
		return;
	while (bytes.n > 0) {
		size_t n = bytes.n;

		if (sim_world_chance(s, SIM_RNG_SOUTH, 20))
			n = 1 + (size_t)sim_world_rand(s, SIM_RNG_SOUTH, n);
		if (at < c->last_us)
			at = c->last_us;
		sim_world_at_bytes(s, at - s->now_us, chan_bytes, c->node, c->instance, c->stream,
			(struct str){ bytes.p, n });
		c->last_us = at;
		at += sim_world_range(s, SIM_RNG_SOUTH, 0, 2000);
		bytes = (struct str){ bytes.p + n, bytes.n - n };
	}
}

void
south_chan_close(struct sim *s, struct south_channel *c, const char *reason)
{
	int64_t at = s->now_us + sim_world_range(s, SIM_RNG_SOUTH, 200, 3000);
	struct buf doc;

	if (reason != NULL) {
		buf_init(&doc, 2048);
		buf_printf(&doc,
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?><xsi:Event xsi1:type=\"xsi:ChannelTerminatedEvent\" "
			"xmlns:xsi=\"http://schema.broadsoft.com/xsi\" "
			"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\"><xsi:channelId>%s</xsi:channelId>"
			"<xsi:reason>%s</xsi:reason></xsi:Event>",
			c->id, reason);
		south_chan_write(s, c, buf_as_str(&doc));
		buf_fini(&doc);
	}
	sim_world_trace(s, "broadworks: channel %s of %s ends: %s", c->id,
		sim_node_name(s, c->node), reason ? reason : "");
	c->used = false;
	if (!c->dead_end)
		sim_world_at(s, (at < c->last_us ? c->last_us : at) - s->now_us, chan_closed,
			c->node, c->instance, c->stream);
	south_event_channel_gone(s, c->serial);
}

/* --- opening ----------------------------------------------------------------------------------------------- */

static void
chan_refuse(struct sim *s, unsigned node, uint64_t instance, uint64_t stream, uint64_t status)
{
	sim_node_input(s, node, instance,
		&(struct node_event){ .kind = NODE_EV_STREAM_CLOSED,
			.id = stream,
			.number = status,
			.text = STR("refused") });
}

struct chan_wish {
	unsigned node, xsp;
	uint64_t instance, stream;
};

static void
chan_open(struct sim *s, const struct sim_event *ev)
{
	struct chan_wish wish;
	struct str body = { (const char *)ev->p + sizeof(wish), ev->n - sizeof(wish) };
	struct south_channel *c = NULL;
	char doc[256];

	memcpy(&wish, ev->p, sizeof(wish));
	if (s->nodes[wish.node]->node == NULL || s->nodes[wish.node]->instance != wish.instance)
		return;
	if (!s->south->xsp_up[wish.xsp]) {
		chan_refuse(s, wish.node, wish.instance, wish.stream, 0);
		return;
	}
	if (s->now_us < s->south->storm_until_us) {
		chan_refuse(s, wish.node, wish.instance, wish.stream, 503);
		return;
	}
	for (unsigned i = 0; i < SOUTH_CHANNELS_MAX && c == NULL; i++)
		if (!s->south->channels[i].used)
			c = &s->south->channels[i];
	if (c == NULL) {
		chan_refuse(s, wish.node, wish.instance, wish.stream, 409);
		return;
	}
	*c = (struct south_channel){ .used = true,
		.xsp = wish.xsp,
		.node = wish.node,
		.instance = wish.instance,
		.stream = wish.stream,
		.beaten_us = s->now_us,
		.serial = ++s->south->next_id };
	south_new_id(s, "chan", c->id, sizeof(c->id));
	str_copy(c->set, sizeof(c->set), south_text(body, "channelSetId"));
	snprintf(doc, sizeof(doc),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Channel xmlns=\"http://schema.broadsoft.com/xsi\">"
		"<channelId>%s</channelId><expires>3600</expires></Channel>",
		c->id);
	south_chan_write(s, c, str_of(doc));
	south_event_pump(s);
}

void
sim_south_stream_open(struct sim *s, unsigned node, const struct node_action *a)
{
	struct chan_wish wish = {
		.node = node, .xsp = a->xsp, .instance = s->nodes[node]->instance, .stream = a->id
	};
	struct buf b;

	buf_init(&b, 65536);
	buf_put(&b, &wish, sizeof(wish));
	buf_str(&b, a->bytes);
	if (!s->south->xsp_silent[a->xsp])
		sim_world_at_bytes(s, sim_world_range(s, SIM_RNG_SOUTH, 500, 20000), chan_open, 0,
			0, 0, buf_as_str(&b));
	buf_fini(&b);
}

/* The process has dropped the stream; the XSP notices. */
static void
chan_dropped(struct sim *s, const struct sim_event *ev)
{
	for (unsigned i = 0; i < SOUTH_CHANNELS_MAX; i++) {
		struct south_channel *c = &s->south->channels[i];

		if (!c->used || c->node != ev->a || c->instance != ev->b ||
			(ev->c != 0 && c->stream != ev->c))
			continue;
		c->dead_end = true;
		south_chan_close(s, c, NULL);
	}
}

void
sim_south_stream_close(struct sim *s, unsigned node, uint64_t stream)
{
	uint64_t instance = s->nodes[node]->instance;

	for (unsigned i = 0; i < SOUTH_CHANNELS_MAX; i++) {
		struct south_channel *c = &s->south->channels[i];

		if (c->used && c->node == node && c->instance == instance && c->stream == stream)
			c->dead_end = true;
	}
	sim_world_at(
		s, sim_world_range(s, SIM_RNG_SOUTH, 50, 500), chan_closed, node, instance, stream);
	sim_world_at(s, sim_world_range(s, SIM_RNG_SOUTH, 1000, 40000), chan_dropped, node,
		instance, stream);
}

void
sim_south_node_died(struct sim *s, unsigned node, uint64_t instance, bool silent)
{
	for (unsigned i = 0; i < SOUTH_CHANNELS_MAX; i++) {
		struct south_channel *c = &s->south->channels[i];

		if (c->used && c->node == node && c->instance == instance)
			c->dead_end = true;
	}
	if (!silent)
		sim_world_at(s, sim_world_range(s, SIM_RNG_SOUTH, 500, 30000), chan_dropped, node,
			instance, 0);
}

/* --- faults ------------------------------------------------------------------------------------------------ */

void
sim_south_xsp_kill(struct sim *s, unsigned xsp)
{
	bool silent = sim_world_chance(s, SIM_RNG_SOUTH, 30);

	sim_world_trace(s, "broadworks: xsp%u %s", xsp + 1, silent ? "falls silent" : "dies");
	if (silent) {
		s->south->xsp_silent[xsp] = true;
		return;
	}
	s->south->xsp_up[xsp] = false;
	for (unsigned i = 0; i < SOUTH_CHANNELS_MAX; i++)
		if (s->south->channels[i].used && s->south->channels[i].xsp == xsp)
			south_chan_close(s, &s->south->channels[i], NULL);
}

void
sim_south_xsp_start(struct sim *s, unsigned xsp)
{
	s->south->xsp_up[xsp] = true;
	s->south->xsp_silent[xsp] = false;
	sim_world_trace(s, "broadworks: xsp%u is well", xsp + 1);
}

void
sim_south_channel_drop(struct sim *s)
{
	struct south_channel *c = &s->south->channels[sim_world_rand(s, SIM_RNG_SOUTH, 4)];

	if (c->used)
		south_chan_close(s, c,
			sim_world_chance(s, SIM_RNG_SOUTH, 30) ? "NonResponsiveChannel" : NULL);
}

/* Bytes that are no event, on a living stream; what follows them is in order again. */
void
sim_south_garbage(struct sim *s)
{
	static const char *const texts[] = {
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\"></xsi:Event>",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Unknown xmlns=\"http://schema.broadsoft.com/xsi\"><a>1</a></Unknown>",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><xsi:Event xsi1:type=\"xsi:SubscriptionEvent\" "
		"xmlns:xsi=\"http://schema.broadsoft.com/xsi\" xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\">"
		"<xsi:eventID>none</xsi:eventID><xsi:sequenceNumber>x</xsi:sequenceNumber></xsi:Event>",
		"<?xml version=\"1.0\"?><ChannelHeartBeat xmlns=\"http://schema.broadsoft.com/xsi\"/>",
		"\n  \n",
	};

	for (unsigned i = 0; i < SOUTH_CHANNELS_MAX; i++) {
		struct south_channel *c = &s->south->channels[i];

		if (c->used && sim_world_chance(s, SIM_RNG_SOUTH, 50))
			south_chan_write(s, c,
				str_of(texts[sim_world_rand(
					s, SIM_RNG_SOUTH, sizeof(texts) / sizeof(texts[0]))]));
	}
}

static void
chan_sweep(struct sim *s, const struct sim_event *ev)
{
	(void)ev;
	sim_world_at(s, CHAN_SWEEP_US, chan_sweep, 0, 0, 0);
	for (unsigned i = 0; i < SOUTH_CHANNELS_MAX; i++)
		if (s->south->channels[i].used &&
			s->now_us - s->south->channels[i].beaten_us > CHAN_TIMEOUT_US)
			south_chan_close(s, &s->south->channels[i], NULL);
}

void
south_chan_begin(struct sim *s)
{
	sim_world_at(s, CHAN_SWEEP_US, chan_sweep, 0, 0, 0);
}
