/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Status: see stat.h. Nothing can fail here but memory; what is not known of the other node is
 * null.
 */
#include "daemon/stat.h"

#include "daemon/conf.h"
#include "daemon/ctl_json.h"
#include "proto/base/check.h"
#include "proto/csta_codec.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct str
stat_health(struct str health, const char *key)
{
	struct str rest = health;

	while (rest.n > 0) {
		struct str value;
		struct str pair = str_cut(rest, ' ', &rest);
		struct str name = str_cut(pair, '=', &value);

		if (str_is(name, key) && name.n < pair.n)
			return value;
	}
	return STR_NONE;
}

/* The name came over the wire: what is not plain is not shown. */
static const char *
copy_name(struct str name, char *text, size_t size)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~')
			return "the other node";
	return name.n > 0 && str_copy(text, size, name) ? text : "the other node";
}

/* --- could it take over? ---------------------------------------------------------------------- */

/* Seen from the active. */
static const char *
active_objection(const struct ha_view *v, char *text, size_t size)
{
	const struct ha_peer_view *p = &v->peer;

	if (!p->known)
		return "there is no standby; crm_mon -1 -r -f shows why the other node has none";
	if (p->role == HA_STANDBY && p->config_differs)
		return "the configurations of the two nodes differ";
	if (p->role == HA_STANDBY && v->digest_offset != 0 && !v->digest_equal)
		return "the states of the two nodes differ";
	if (p->role == HA_STANDBY && p->in_step)
		return NULL;
	if (p->role == HA_STANDBY)
		snprintf(text, size, "the standby is %" PRIu64 " deltas behind", p->behind);
	else
		snprintf(text, size, "the other node is %s", ha_role_name(p->role));
	return text;
}

/* Seen from the standby. */
static const char *
standby_objection(const struct ha_view *v)
{
	if (!v->peer.known)
		return "the other node is not there, and this one is not active; see crm_mon -1 -r -f";
	if (v->peer.role != HA_ACTIVE)
		return "no node is active";
	if (v->peer.config_differs)
		return "the configurations of the two nodes differ";
	if (v->digest_offset != 0 && !v->digest_equal)
		return "the states of the two nodes differ";
	return NULL;
}

bool
stat_ready(const struct stat_input *in, char *text, size_t size)
{
	const struct ha_view *v = in->view;
	char why[96], peer[64];
	const char *objection;

	if (!in->clustered)
		objection = "this node runs without a cluster";
	else if (v->role == HA_ACTIVE)
		objection = active_objection(v, why, sizeof(why));
	else if (v->role == HA_STANDBY)
		objection = standby_objection(v);
	else {
		if (v->awaits != 0)
			snprintf(why, sizeof(why),
				"this node waits for node %" PRIu32 ", on whose host the state is",
				v->awaits);
		else
			snprintf(why, sizeof(why), "this node is %s", ha_role_name(v->role));
		objection = why;
	}
	if (objection != NULL) {
		snprintf(text, size, "NOT READY: %s", objection);
		return false;
	}
	snprintf(text, size, "READY: %s can take over: in step, configuration equal, fencing %s",
		v->role == HA_ACTIVE ?
			copy_name(stat_health(v->peer.health, "name"), peer, sizeof(peer)) :
			in->node_name,
		in->fencing ? "on" : "off");
	return true;
}

bool
stat_ready_but_config(const struct stat_input *in)
{
	struct ha_view view = *in->view;
	struct stat_input as_if = *in;
	char text[200];

	view.peer.config_differs = false;
	as_if.view = &view;
	return stat_ready(&as_if, text, sizeof(text));
}

/* --- health ----------------------------------------------------------------------------------- */

/* A node that has just begun, or has just become active, has its time to get everything up. */
static bool
has_settled(const struct stat_input *in)
{
	return in->counts->uptime_s >= STAT_SETTLE_S &&
		(in->takeover->at_wall_us == 0 ||
			in->wall_us - in->takeover->at_wall_us >= STAT_SETTLE_S * INT64_C(1000000));
}

static bool
state_is_well(const struct stat_input *in)
{
	return in->state_trouble == NULL || in->state_trouble[0] == '\0';
}

static const char *
complaint(const struct stat_input *in)
{
	const struct ha_view *v = in->view;
	const struct node_counts *c = in->counts;

	if (!has_settled(in))
		return NULL;
	if (v->peer.known && v->peer.config_differs)
		return "the configurations of the two nodes differ";
	if (v->peer.known && v->digest_offset != 0 && !v->digest_equal)
		return "the states of the two nodes differ";
	if (v->role == HA_JOINING || v->role == HA_SYNCING)
		return "not in step yet";
	if (!state_is_well(in))
		return in->state_trouble;
	if (v->role != HA_ACTIVE)
		return NULL;
	if (!v->gate_open)
		return "the gate is shut: nothing is told";
	if (v->unconfirmed)
		return "what clients are told is not confirmed by the standby";
	if (c->channels_want > 0 && c->channels_open == 0)
		return "no event channel is open";
	return c->overload != NULL && strcmp(c->overload, "none") != 0 ? "overloaded" : NULL;
}

bool
stat_healthy(const struct stat_input *in, char *text, size_t size)
{
	const char *why = complaint(in);

	snprintf(text, size, "%s", why != NULL ? why : "well");
	return why == NULL;
}

/* --- condition -------------------------------------------------------------------------------- */

static bool
states_differ(const struct ha_view *v)
{
	return v->states_differed || (v->peer.known && v->digest_offset != 0 && !v->digest_equal);
}

/* What is no alarm before the node has settled. */
static enum stat_condition
active_condition(const struct stat_input *in)
{
	char text[200];

	if (in->view->role != HA_ACTIVE)
		return STAT_OK;
	if (in->counts->channels_want > 0 && in->counts->channels_open == 0)
		return STAT_NO_XSP;
	return in->clustered && !stat_ready(in, text, sizeof(text)) ? STAT_NOT_READY : STAT_OK;
}

enum stat_condition
stat_condition(const struct stat_input *in)
{
	const struct ha_view *v = in->view;
	enum stat_condition condition;

	if (v->two_actives || (v->role == HA_ACTIVE && v->peer.known && v->peer.role == HA_ACTIVE))
		return STAT_TWO_ACTIVES;
	condition = active_condition(in);
	if (condition == STAT_NO_XSP && has_settled(in))
		return STAT_NO_XSP;
	if (states_differ(v))
		return STAT_DESYNC;
	return condition == STAT_OK || has_settled(in) ? condition : STAT_UNJUDGED;
}

const char *
stat_condition_name(enum stat_condition condition)
{
	static const char *const names[] = {
#define XX(name, text) [STAT_##name] = text,
		STAT_CONDITIONS(XX)
#undef XX
	};

	return names[condition];
}

/* --- status ----------------------------------------------------------------------------------- */

static const char *
state_of(enum ha_role role, bool serving, bool in_step, bool gate_open)
{
	switch (role) {
	case HA_INIT:
		return "no ring";
	case HA_JOINING:
		return "joining";
	case HA_SYNCING:
		return "syncing";
	case HA_STANDBY:
		return in_step ? "in step" : "behind";
	case HA_CLAIMING:
		return "claiming";
	case HA_ACTIVE:
		if (serving)
			return "serving";
		return gate_open ? "opening" : "gate shut";
	case HA_DRAINING:
		return "draining";
	case HA_FENCED:
		return "gave up";
	}
	return "?";
}

const char *
stat_state(const struct stat_input *in)
{
	return state_of(in->view->role, in->serving, true, in->view->gate_open);
}

const char *
stat_role(enum ha_role role)
{
	if (role == HA_ACTIVE || role == HA_DRAINING || role == HA_CLAIMING)
		return "active";
	return role == HA_FENCED ? "fenced" : "standby";
}

int64_t
stat_behind(const struct ha_view *v)
{
	if (v->role != HA_STANDBY || v->peer.role != HA_ACTIVE || v->peer.epoch != v->epoch ||
		v->peer.offset < v->offset)
		return v->role == HA_STANDBY ? 0 : -1;
	return (int64_t)(v->peer.offset - v->offset);
}

static json_t *
own_node(const struct stat_input *in)
{
	const struct ha_view *v = in->view;
	const struct node_counts *c = in->counts;

	return json_pack("{s:s,s:b,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:{s:I,s:I},s:I}",
		"name", in->node_name, "local", 1, "role", stat_role(v->role), "state",
		stat_state(in), "epoch", (json_int_t)v->epoch, "behind", (json_int_t)stat_behind(v),
		"calls", (json_int_t)c->calls, "monitors", (json_int_t)c->monitors, "clients",
		(json_int_t)c->clients, "sessions", (json_int_t)c->sessions, "devices",
		(json_int_t)c->devices, "devices_out", (json_int_t)c->devices_out, "channels",
		"open", (json_int_t)c->channels_open, "want", (json_int_t)c->channels_want,
		"uptime_s", (json_int_t)c->uptime_s);
}

static void
set_health_number(json_t *node, const char *member, struct str health, const char *key)
{
	uint64_t v;

	if (str_u64(stat_health(health, key), INT64_MAX, &v))
		json_object_set_new(node, member, json_integer((json_int_t)v));
	else
		json_object_set_new(node, member, json_null());
}

static json_t *
channels_of_health(struct str health)
{
	struct str want;
	struct str open = str_cut(stat_health(health, "channels"), '/', &want);
	uint64_t a, b;

	if (!str_u64(open, UINT32_MAX, &a) || !str_u64(want, UINT32_MAX, &b))
		return json_null();
	return json_pack("{s:I,s:I}", "open", (json_int_t)a, "want", (json_int_t)b);
}

static json_t *
peer_node(const struct ha_view *v)
{
	const struct ha_peer_view *p = &v->peer;
	static const char *const same[] = { "calls", "monitors", "clients", "sessions", "devices" };
	char name[64];
	json_t *node;

	if (!p->known)
		return json_pack("{s:s,s:b,s:s,s:s}", "name", "-", "local", 0, "role", "-", "state",
			"absent");
	node = json_pack("{s:s?,s:b,s:s,s:s,s:I,s:I,s:I}", "name",
		copy_name(stat_health(p->health, "name"), name, sizeof(name)), "local", 0, "role",
		stat_role(p->role), "state", state_of(p->role, true, p->in_step, true), "epoch",
		(json_int_t)p->epoch, "behind",
		p->role == HA_STANDBY ? (json_int_t)p->behind : (json_int_t)-1, "beat_age_ms",
		(json_int_t)p->beat_age_ms);
	REQUIRE(node != NULL);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		set_health_number(node, same[i], p->health, same[i]);
	set_health_number(node, "devices_out", p->health, "out");
	set_health_number(node, "uptime_s", p->health, "up");
	json_object_set_new(node, "channels", channels_of_health(p->health));
	return node;
}

static json_t *
takeover_json(const struct node_takeover *t)
{
	if (t->at_wall_us == 0)
		return json_null();
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:b}", "epoch", (json_int_t)t->epoch,
		"t_us", (json_int_t)t->at_wall_us, "promote_ms", (json_int_t)t->promote_ms,
		"channel_ms", (json_int_t)t->channel_ms, "resync_ms", (json_int_t)t->resync_ms,
		"calls_kept", (json_int_t)t->calls_kept, "calls_cleared",
		(json_int_t)t->calls_cleared, "calls_learned", (json_int_t)t->calls_learned, "done",
		t->done ? 1 : 0);
}

static json_t *
links_json(const struct stat_input *in)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < in->link_count; i++) {
		const struct node_link *l = &in->links[i];
		json_t *link = json_pack("{s:o,s:s,s:o,s:s,s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}",
			"name", ctl_json_plain(l->name), "transport", l->transport, "url",
			ctl_json_plain(l->url), "state", l->state, "reason",
			ctl_json_plain(l->reason), "requests", (json_int_t)l->requests, "failures",
			(json_int_t)l->failures, "refusals", (json_int_t)l->refusals, "overloads",
			(json_int_t)l->overloads, "redirects", (json_int_t)l->redirects, "opens",
			(json_int_t)l->opens, "losses", (json_int_t)l->losses, "queued",
			(json_int_t)l->queued);

		REQUIRE(link != NULL);
		json_array_append_new(list, link);
	}
	return list;
}

/* Where clients connect, as it is configured. */
static json_t *
listeners_json(const struct stat_input *in)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < in->listener_count; i++) {
		const struct conf_listener *l = &in->listeners[i];
		json_t *one;

		if (l->address[0] == '\0')
			continue;
		one = json_pack("{s:s,s:s,s:I,s:b,s:s,s:s}", "name", l->name, "address", l->address,
			"port", (json_int_t)l->port, "tls", l->tls ? 1 : 0, "framing",
			csta_codecs[l->framing]->name, "edition",
			l->default_edition[0] != '\0' ? l->default_edition : in->edition);
		REQUIRE(one != NULL);
		json_array_append_new(list, one);
	}
	return list;
}

void
stat_status(const struct stat_input *in, struct buf *out)
{
	const struct ha_view *v = in->view;
	char digest[24], ready_text[200];
	bool ready = stat_ready(in, ready_text, sizeof(ready_text));
	json_t *nodes = json_array();
	json_t *root;

	json_array_append_new(nodes, own_node(in));
	if (in->clustered)
		json_array_append_new(nodes, peer_node(v));
	snprintf(digest, sizeof(digest), "%016" PRIx64, in->digest);
	root = json_pack(
		"{s:s,s:b,s:I,s:s,s:I,s:b,s:b,s:b,s:b,s:b,s:{s:b,s:I,s:s},s:o,s:o,s:b,s:s,s:b,s:I,s:I,s:I,s:s}",
		"schema", "tandemctl/status/1", "ok", 1, "t_us", (json_int_t)in->wall_us, "node",
		in->node_name, "epoch", (json_int_t)v->epoch, "clustered", in->clustered ? 1 : 0,
		"quorate", v->quorate ? 1 : 0, "fencing", in->fencing ? 1 : 0, "degraded",
		v->degraded ? 1 : 0, "unconfirmed", v->unconfirmed ? 1 : 0, "digest", "equal",
		v->digest_equal ? 1 : 0, "offset", (json_int_t)v->digest_offset, "value", digest,
		"nodes", nodes, "last_takeover", takeover_json(in->takeover), "ready",
		ready ? 1 : 0, "ready_text", ready_text, "config_differs",
		v->peer.known && v->peer.config_differs ? 1 : 0, "desync_total",
		(json_int_t)in->counts->desynchronised, "malformed_total",
		(json_int_t)in->counts->malformed, "early_refused_total",
		(json_int_t)in->counts->early_refused, "source", "daemon");
	REQUIRE(root != NULL);
	json_object_set_new(root, "ready_but_config", json_boolean(stat_ready_but_config(in)));
	json_object_set_new(root, "copied", json_boolean(v->copied));
	json_object_set_new(root, "overload",
		json_string(in->counts->overload != NULL ? in->counts->overload : "none"));
	json_object_set_new(
		root, "overloads_total", json_integer((json_int_t)in->counts->overloads));
	json_object_set_new(root, "state_dir",
		json_pack("{s:b,s:o}", "ok", state_is_well(in) ? 1 : 0, "text",
			ctl_json_plain(state_is_well(in) ? "well" : in->state_trouble)));
	json_object_set_new(root, "links", links_json(in));
	json_object_set_new(root, "listeners", listeners_json(in));
	ctl_json_put(out, root);
}
