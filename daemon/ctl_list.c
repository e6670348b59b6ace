/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listings: see ctl_list.h. Each kind has a way to find a thing by its name, the next one of a thing, its name, and
 * its rows. Nothing here changes anything; texts of others are shown as ASCII.
 */
#include "daemon/ctl_list.h"

#include "daemon/bw_part.h"
#include "daemon/ctl_json.h"
#include "daemon/outbox.h"
#include "proto/base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A slice under way. */
struct slice {
	const struct ctx *x;
	const struct bw *b;
	const struct ctl_list_query *q;
	json_t *rows;
	uint32_t count, visited;
	uint32_t skip; /* parties of the thing under way that were told, or are to be skipped */
	bool full;
	char keys[CTL_LIST_KEYS][LIMIT_DEVICE_ID]; /* the last one first */
	uint32_t key_count;
};

/* How one kind of list is walked. */
struct walk {
	const void *(*first)(const struct ctx *x);
	const void *(*find)(const struct ctx *x, const char *key);
	const void *(*next)(const void *thing);
	void (*key)(const void *thing, char *text);
	void (*rows)(struct slice *s, const void *thing);
};

/* --- rows ------------------------------------------------------------------------------------- */

/* Ids are text: readers of JSON may lose digits of large numbers. */
static void
put_id(json_t *row, const char *key, uint64_t id)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, id);
	json_object_set_new(row, key, json_string(text));
}

static void
put_tag(json_t *row, const char *key, uint64_t session)
{
	char text[8];

	snprintf(text, sizeof(text), "%06x", core_session_tag(session));
	json_object_set_new(row, key, json_string(text));
}

/* Pieces of what BroadWorks and clients sent: only ASCII is certain to be valid JSON. */
static void
put_text(json_t *row, const char *key, const char *text)
{
	char plain[LIMIT_BW_ID];
	size_t n = 0;

	for (; text != NULL && text[n] != '\0' && n < sizeof(plain) - 1; n++)
		plain[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
	plain[n] = '\0';
	json_object_set_new(row, key, json_string(plain));
}

static void
put_number(json_t *row, const char *key, int64_t number)
{
	json_object_set_new(row, key, json_integer((json_int_t)number));
}

static void
put_flag(json_t *row, const char *key, bool flag)
{
	json_object_set_new(row, key, json_boolean(flag));
}

/* Two texts that the asker may have meant. */
static bool
matches(const struct slice *s, const char *one, const char *two)
{
	const char *part = s->q->match;

	return part[0] == '\0' || (one != NULL && strstr(one, part) != NULL) ||
		(two != NULL && strstr(two, part) != NULL);
}

static void
take(struct slice *s, json_t *row)
{
	json_array_append_new(s->rows, row);
	s->count++;
	if (s->count >= s->q->rows_max)
		s->full = true;
}

/* --- calls ------------------------------------------------------------------------------------ */

static const char *
party_state(const struct core_half *h)
{
	static const char *const names[] = {
#define XX(name, text) [VIEW_##name] = text,
		CTL_PARTY_STATES(XX)
#undef XX
	};

	return names[core_half_view(h)];
}

static const char *
service_name(enum core_service service)
{
	static const char *const names[] = { "new", "in", "out" };

	return names[service];
}

/* Why BroadWorks has not said lately that the calls of a device are as they are here. */
static const char *
doubt_of(const struct ctx *x, const struct bw *b, const struct core_device *d)
{
	static const char *const asks[] = {
		"BroadWorks is to be asked",
		"waits for its turn to be asked",
		"BroadWorks is being asked",
		"BroadWorks has answered, its snapshot is awaited",
		"BroadWorks did not answer, it will be asked again",
	};
	const struct bw_device *bd = d->south;

	if (!ctx_is_active(x))
		return "";
	if (b->channels_open == 0)
		return "no event channel is open";
	if (bd == NULL || bd->primary == NULL)
		return "there is no subscription for it";
	if (bd->failed)
		return "the route point says that it has failed";
	if (bd->suspect)
		return "BroadWorks did not know a call of it";
	return bd->confirmed ? "" : asks[bd->primary->state];
}

bool
ctl_list_is_stuck(const struct ctx *x, const struct bw *b, const struct core_device *d)
{
	return d->service != CORE_SERVICE_IN || (ctx_is_active(x) && doubt_of(x, b, d)[0] != '\0');
}

/* How long this node knows the call. */
static int64_t
age_s(const struct slice *s, const struct core_call *c)
{
	int64_t us = s->x->wall_us - c->since_us;

	return us > 0 ? us / 1000000 : 0;
}

static void
call_row(struct slice *s, const struct core_device *d, const struct core_half *h)
{
	const struct bw_device *bd = d->south;
	json_t *row = json_object();

	put_text(row, "device", d->id);
	put_id(row, "call", h->track->call->id);
	put_text(row, "tracking", h->track->id);
	put_text(row, "state", party_state(h));
	put_text(row, "with", h->remote[0] != '\0' ? h->remote : h->remote_user);
	put_text(row, "service", service_name(d->service));
	put_text(row, "server", bd != NULL ? bd->server : "");
	put_number(row, "age_s", age_s(s, h->track->call));
	put_flag(row, "older", h->track->call->restored);
	if (s->q->kind == CTL_LIST_STUCK) {
		const struct bw_sub *ask = bd != NULL ? bd->primary : NULL;

		put_text(row, "why", doubt_of(s->x, s->b, d));
		put_number(row, "failures", ask != NULL ? ask->failures : 0);
		put_number(row, "monitors", d->monitor_count);
	}
	take(s, row);
}

static void
call_rows(struct slice *s, const void *thing)
{
	const struct core_device *d = thing;
	const struct core_half *h;
	uint32_t skip = s->skip;

	s->skip = 0;
	if (!matches(s, d->id, d->user) ||
		(s->q->kind == CTL_LIST_STUCK && !ctl_list_is_stuck(s->x, s->b, d)))
		return;
	TAILQ_FOREACH(h, &d->halves, of_device) {
		if (s->full)
			return; /* s->skip says how far */
		s->skip++;
		if (s->skip <= skip || h->gone)
			continue;
		if ((s->q->state[0] == '\0' || strcmp(s->q->state, party_state(h)) == 0) &&
			age_s(s, h->track->call) >= s->q->older_s)
			call_row(s, d, h);
	}
	s->skip = 0;
}

/* --- users ------------------------------------------------------------------------------------ */

static const void *
device_first(const struct ctx *x)
{
	return x->model.devices;
}

static const void *
device_find(const struct ctx *x, const char *key)
{
	return core_device_by_id(&x->model, str_of(key));
}

static const void *
device_next(const void *thing)
{
	return ((const struct core_device *)thing)->by_id.next;
}

static void
device_key(const void *thing, char *text)
{
	(void)str_copy(text, LIMIT_DEVICE_ID, str_of(((const struct core_device *)thing)->id));
}

static uint32_t
packages_of(const struct core_device *d)
{
	const struct core_sub *sub;
	uint32_t count = 0;

	TAILQ_FOREACH(sub, &d->subs, link)
		count += (uint32_t)__builtin_popcount(sub->packages);
	return count;
}

static void
user_row(struct slice *s, const void *thing)
{
	static const char *const agents[] = { "signed out", "not ready", "ready", "after call" };
	const struct core_device *d = thing;
	const struct bw_device *bd = d->south;
	json_t *row;

	if (!matches(s, d->id, d->user) ||
		(s->q->state[0] != '\0' && strcmp(s->q->state, service_name(d->service)) != 0))
		return;
	row = json_object();
	put_text(row, "device", d->id);
	put_text(row, "user", d->user);
	put_text(row, "kind", core_kind_name(d->kind));
	put_text(row, "service", service_name(d->service));
	put_number(row, "calls", d->half_count);
	put_number(row, "monitors", d->monitor_count);
	put_number(row, "packages", packages_of(d));
	put_text(row, "agent", d->agent != NULL ? agents[d->agent->state] : "");
	put_text(row, "server", bd != NULL ? bd->server : "");
	put_text(row, "why", doubt_of(s->x, s->b, d));
	take(s, row);
}

/* --- monitors and sessions -------------------------------------------------------------------- */

static const void *
monitor_first(const struct ctx *x)
{
	return x->model.monitors;
}

static const void *
monitor_find(const struct ctx *x, const char *key)
{
	uint64_t id;

	return str_u64(str_of(key), UINT64_MAX, &id) ? core_monitor_by_id(&x->model, id) : NULL;
}

static const void *
monitor_next(const void *thing)
{
	return ((const struct core_monitor *)thing)->by_id.next;
}

static void
monitor_key(const void *thing, char *text)
{
	snprintf(text, LIMIT_DEVICE_ID, "%" PRIu64, ((const struct core_monitor *)thing)->id);
}

static void
monitor_row(struct slice *s, const void *thing)
{
	const struct core_monitor *m = thing;
	const char *device = m->device != NULL ? m->device->id : "";
	json_t *row;

	if (!matches(s, device, m->session->user))
		return;
	row = json_object();
	put_id(row, "monitor", m->id);
	put_tag(row, "session", m->session->id);
	put_text(row, "user", m->session->user);
	put_text(row, "type", m->type == CORE_MONITOR_CALL ? "call" : "device");
	put_text(row, "device", device);
	put_text(row, "service", m->device != NULL ? service_name(m->device->service) : "");
	put_flag(row, "filtered", m->filter != 0);
	take(s, row);
}

static const void *
session_first(const struct ctx *x)
{
	return x->model.sessions;
}

/* An id would let its reader resume the session: where a slice ended is told by a keyed hash of it. */
static void
session_mark(uint64_t id, char *text)
{
	const uint64_t twice[2] = { id, ~id };

	snprintf(text, LIMIT_DEVICE_ID, "%08" PRIx32 "%08" PRIx32, map_hash(&id, sizeof(id)),
		map_hash(twice, sizeof(twice)));
}

static const void *
session_find(const struct ctx *x, const char *key)
{
	const struct core_session *s;
	char mark[LIMIT_DEVICE_ID];

	for (s = x->model.sessions; s != NULL; s = s->by_id.next) {
		session_mark(s->id, mark);
		if (strcmp(mark, key) == 0)
			return s;
	}
	return NULL;
}

static const void *
session_next(const void *thing)
{
	return ((const struct core_session *)thing)->by_id.next;
}

static void
session_key(const void *thing, char *text)
{
	session_mark(((const struct core_session *)thing)->id, text);
}

static void
session_row(struct slice *s, const void *thing)
{
	const struct core_session *c = thing;
	const struct outbox *box = c->box;
	json_t *row;

	if (!matches(s, c->user, c->peer) ||
		(s->q->state[0] != '\0' &&
			strcmp(s->q->state, c->attached ? "connected" : "away") != 0))
		return;
	row = json_object();
	put_tag(row, "session", c->id);
	put_text(row, "user", c->user);
	put_text(row, "peer", c->peer);
	put_text(row, "state", c->attached ? "connected" : "away");
	put_flag(row, "kept", c->kept);
	put_flag(row, "numbered", c->numbered);
	put_number(row, "duration_s", c->duration_s);
	put_number(row, "monitors", c->monitor_count);
	put_number(row, "requests", c->under_way);
	put_number(row, "waiting", box != NULL ? (int64_t)(box->count - box->acked) : 0);
	put_number(row, "waiting_bytes", box != NULL ? (int64_t)box->bytes : 0);
	put_number(row, "events", (int64_t)c->last_number);
	take(s, row);
}

/* --- channels --------------------------------------------------------------------------------- */

static void
channel_row(struct slice *s, uint32_t i)
{
	static const char *const states[] = { "down", "opening", "open", "closing" };
	const struct bw_channel *c = &s->b->channels[i];
	struct node_link link;
	json_t *row = json_object();

	bw_link_view(s->b, i, &link);
	put_text(row, "link", link.name);
	put_text(row, "url", link.url);
	put_text(row, "link_state", link.state);
	put_text(row, "state", ctx_is_active(s->x) ? states[c->state] : "idle");
	put_text(row, "channel", c->state == CHANNEL_OPEN ? c->id : "");
	put_number(row, "open_s",
		c->state == CHANNEL_OPEN ? mono_ms_between(c->opened_at, s->x->now) / 1000 : 0);
	put_number(row, "heard_ms",
		c->state == CHANNEL_OPEN ? mono_ms_between(c->heard, s->x->now) : 0);
	put_number(row, "expires_s", c->state == CHANNEL_OPEN ? (int64_t)c->expires_s : 0);
	put_number(row, "opens", (int64_t)link.opens);
	put_number(row, "losses", (int64_t)link.losses);
	put_number(row, "requests", (int64_t)link.requests);
	put_number(row, "failures", (int64_t)link.failures);
	put_number(row, "queued", link.queued);
	put_text(row, "reason", link.reason);
	take(s, row);
}

/* --- slices ----------------------------------------------------------------------------------- */

static const struct walk device_calls = { device_first, device_find, device_next, device_key,
	call_rows };
static const struct walk devices = { device_first, device_find, device_next, device_key, user_row };
static const struct walk monitors = { monitor_first, monitor_find, monitor_next, monitor_key,
	monitor_row };
static const struct walk sessions = { session_first, session_find, session_next, session_key,
	session_row };

static void
note_visit(struct slice *s, const struct walk *w, const void *thing)
{
	s->visited++;
	memmove(s->keys[1], s->keys[0], sizeof(s->keys) - sizeof(s->keys[0]));
	w->key(thing, s->keys[0]);
	if (s->key_count < CTL_LIST_KEYS)
		s->key_count++;
}

/* Where the slice begins. False: nothing is left of what the one before had visited. */
static bool
find_start(struct slice *s, const struct walk *w, const void **thing)
{
	*thing = s->q->key_count == 0 ? w->first(s->x) : NULL;
	for (uint32_t i = 0; i < s->q->key_count; i++) {
		const void *found = w->find(s->x, s->q->keys[i]);

		if (found == NULL)
			continue;
		s->skip = i == 0 ? s->q->skip : 0;
		*thing = s->skip > 0 ? found : w->next(found);
		return true;
	}
	return s->q->key_count == 0;
}

/* True if there is more. */
static bool
walk(struct slice *s, const struct walk *w, const void *thing)
{
	while (thing != NULL) {
		w->rows(s, thing);
		note_visit(s, w, thing);
		if (s->skip > 0)
			return true;
		thing = w->next(thing);
		if (s->full || s->visited >= LIMIT_CTL_VISITS)
			return thing != NULL;
	}
	return false;
}

static const struct walk *
walk_of(enum ctl_list_kind kind)
{
	switch (kind) {
	case CTL_LIST_CALLS:
	case CTL_LIST_STUCK:
		return &device_calls;
	case CTL_LIST_MONITORS:
		return &monitors;
	case CTL_LIST_SESSIONS:
		return &sessions;
	case CTL_LIST_USERS:
		return &devices;
	case CTL_LIST_CHANNELS:
		break;
	}
	return NULL;
}

static json_t *
next_of(const struct slice *s)
{
	json_t *keys = json_array();

	for (uint32_t i = 0; i < s->key_count; i++)
		json_array_append_new(keys, json_string(s->keys[i]));
	return json_pack("{s:o,s:I}", "keys", keys, "skip", (json_int_t)s->skip);
}

static void
answer(const struct slice *s, bool found, bool more, struct buf *out)
{
	char schema[48];
	json_t *root;

	snprintf(schema, sizeof(schema), "tandemctl/%s/1", ctl_list_name(s->q->kind));
	if (!found)
		root = json_pack("{s:b,s:s}", "ok", 0, "error",
			"the list changed too much while it was told; ask again");
	else
		root = json_pack("{s:b,s:s,s:O}", "ok", 1, "schema", schema, "rows", s->rows);
	REQUIRE(root != NULL);
	if (found && more)
		json_object_set_new(root, "next", next_of(s));
	ctl_json_put(out, root);
}

void
ctl_list(const struct ctx *x, const struct bw *b, const struct ctl_list_query *q, struct buf *out)
{
	struct slice s = { .x = x, .b = b, .q = q, .rows = json_array() };
	const struct walk *w = walk_of(q->kind);
	const void *thing = NULL;
	bool found = true, more = false;

	if (w == NULL)
		for (uint32_t i = 0; i < x->conf->xsp_count; i++)
			channel_row(&s, i);
	else {
		found = find_start(&s, w, &thing);
		more = found && walk(&s, w, thing);
	}
	answer(&s, found, more, out);
	json_decref(s.rows);
}
