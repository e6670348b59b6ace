/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traces: see trace.h.
 *
 * A delta names an object if the object's name stands in it as a text of its own: found by the encoding of that text,
 * length first, without decoding. Failure: none; what finds no room pushes out the oldest.
 */
#include "daemon/trace.h"

#include "core/delta.h"
#include "proto/base/buf.h"
#include "proto/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TRACE_NEEDLES 3
#define TRACE_OFFSETS 256 /* of the last deltas that belong to it */
#define TRACE_ANSWERS 32  /* requests whose answers are awaited */

struct needle {
	size_t n;
	uint8_t p[LIMIT_USER_ID + 2];
};

struct trace {
	char object[LIMIT_USER_ID];
	char device[LIMIT_DEVICE_ID]; /* "" = it is no device */
	char tracking[LIMIT_TRACKING_ID];
	uint64_t call, session; /* 0 = it is none */
	struct needle needles[TRACE_NEEDLES];
	unsigned needle_count;
	struct mono until;
	uint64_t offsets[TRACE_OFFSETS];
	uint64_t offset_count, confirmed;
	struct {
		uint64_t session;
		uint32_t invoke;
	} answers[TRACE_ANSWERS];
	uint64_t answer_count;
	uint64_t asked[TRACE_ANSWERS]; /* requests to BroadWorks */
	uint64_t asked_count;
	uint64_t last;
	struct trace_record records[LIMIT_TRACE_RECORDS];
};

const char *
trace_kind_name(enum trace_kind kind)
{
	static const char *const names[] = {
#define XX(name, text) text,
		TRACE_KINDS(XX)
#undef XX
	};

	return names[kind];
}

/* --- what an object is ------------------------------------------------------------------------ */

static void
need_text(struct trace *t, const char *text)
{
	struct needle *needle = &t->needles[t->needle_count];
	size_t n = strlen(text);

	if (n == 0 || n + 2 > sizeof(needle->p) || t->needle_count == TRACE_NEEDLES)
		return;
	needle->p[0] = (uint8_t)n; /* as buf_lstr() writes it */
	needle->p[1] = (uint8_t)(n >> 8);
	memcpy(needle->p + 2, text, n);
	needle->n = n + 2;
	t->needle_count++;
}

static void
need_id(struct trace *t, uint64_t id)
{
	struct needle *needle = &t->needles[t->needle_count++];

	for (unsigned i = 0; i < sizeof(id); i++)
		needle->p[i] = (uint8_t)(id >> (8 * i));
	needle->n = sizeof(id);
}

static bool
is_device(struct trace *t, const struct core_model *m, struct str object)
{
	const struct core_device *d = core_device_by_id(m, object);

	if (d == NULL)
		d = core_device_by_user(m, object);
	if (d == NULL)
		return false;
	(void)str_copy(t->device, sizeof(t->device), str_of(d->id));
	need_text(t, d->id);
	return true;
}

static bool
is_call(struct trace *t, const struct core_model *m, struct str object)
{
	const struct core_call *c = core_call_by_tracking(m, object);
	uint64_t id = 0;

	if (c != NULL) {
		(void)str_copy(t->tracking, sizeof(t->tracking), object);
		need_text(t, t->tracking);
	} else if (str_u64(object, UINT64_MAX, &id)) {
		c = core_call_by_id(m, id);
	}
	if (c == NULL)
		return false;
	t->call = c->id;
	need_id(t, c->id);
	return true;
}

static bool
is_session(struct trace *t, const struct core_model *m, struct str object)
{
	const struct core_session *s;
	char tag[8];

	for (s = m->sessions; s != NULL; s = s->by_id.next) {
		snprintf(tag, sizeof(tag), "%06x", core_session_tag(s->id));
		if (!str_is(object, tag) && !(s->user != NULL && str_is(object, s->user)) &&
			!(s->peer != NULL && str_is(object, s->peer)))
			continue;
		t->session = s->id;
		need_id(t, s->id);
		return true;
	}
	return false;
}

/* --- on and off ------------------------------------------------------------------------------- */

static struct trace *
find(const struct traces *all, struct str object)
{
	for (unsigned i = 0; all->on != 0 && i < LIMIT_TRACES; i++)
		if (all->of[i] != NULL && str_is(object, all->of[i]->object))
			return all->of[i];
	return NULL;
}

static int
begin(struct traces *all, const struct core_model *m, struct str object, struct mono now,
	struct err *e)
{
	struct trace *t;
	unsigned i = 0;

	while (i < LIMIT_TRACES && all->of[i] != NULL)
		i++;
	if (i == LIMIT_TRACES)
		return err_set(e, E_STATE, "%d traces are on already: wait until one has ended",
			LIMIT_TRACES);
	t = mem_zalloc(sizeof(*t));
	if (!str_copy(t->object, sizeof(t->object), object) ||
		(!is_device(t, m, object) && !is_call(t, m, object) && !is_session(t, m, object))) {
		mem_free(t);
		return err_set(e, E_UNKNOWN,
			"no device, user, call or session of this name is known here: tandemctl users, calls, sessions");
	}
	t->until = mono_add_ms(now, TRACE_LEASE_MS);
	all->of[i] = t;
	all->on |= 1u << i;
	return 0;
}

int
trace_start(struct traces *all, const struct core_model *m, struct str object, struct mono now,
	struct err *e)
{
	struct trace *t = find(all, object);

	if (t == NULL)
		return begin(all, m, object, now, e);
	t->until = mono_add_ms(now, TRACE_LEASE_MS);
	return 0;
}

static void
end(struct traces *all, unsigned i)
{
	mem_free(all->of[i]);
	all->of[i] = NULL;
	all->on &= ~(1u << i);
	all->scope &= ~(1u << i);
}

void
trace_expire(struct traces *all, struct mono now)
{
	for (unsigned i = 0; all->on != 0 && i < LIMIT_TRACES; i++)
		if (all->of[i] != NULL && mono_due(all->of[i]->until, now))
			end(all, i);
}

void
trace_fini(struct traces *all)
{
	for (unsigned i = 0; i < LIMIT_TRACES; i++)
		if (all->of[i] != NULL)
			end(all, i);
}

/* --- records ---------------------------------------------------------------------------------- */

static struct trace_record *
add(const struct trace_at *at, struct trace *t, enum trace_kind kind, uint64_t offset)
{
	struct trace_record *r = &t->records[t->last++ % LIMIT_TRACE_RECORDS];

	*r = (struct trace_record){ .kind = kind, .offset = offset };
	r->t_us = at->all->clock != NULL ? at->all->clock(at->all->arg) : at->wall_us;
	return r;
}

static void
copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from != NULL ? from : "");
}

static void
note_offset(struct trace *t, uint64_t offset)
{
	t->offsets[t->offset_count++ % TRACE_OFFSETS] = offset;
}

static bool
has_offset(const struct trace *t, uint64_t offset)
{
	uint64_t count = t->offset_count < TRACE_OFFSETS ? t->offset_count : TRACE_OFFSETS;

	for (uint64_t i = 0; offset != 0 && i < count; i++)
		if (t->offsets[i] == offset)
			return true;
	return false;
}

/* --- inputs ----------------------------------------------------------------------------------- */

static bool
event_is_of(const struct trace_at *at, const struct trace *t, const struct core_device *d,
	const struct str *trackings, size_t count)
{
	if (t->device[0] != '\0')
		return d != NULL && strcmp(t->device, d->id) == 0;
	for (size_t i = 0; t->call != 0 && i < count; i++) {
		const struct core_call *c = core_call_by_tracking(at->model, trackings[i]);

		if ((c != NULL && c->id == t->call) || str_is(trackings[i], t->tracking))
			return true;
	}
	return false;
}

void
trace_event(const struct trace_at *at, const char *link, const char *name, uint32_t sequence,
	const struct core_device *d, const struct str *trackings, size_t count)
{
	for (unsigned i = 0; i < LIMIT_TRACES; i++) {
		struct trace *t = at->all->of[i];
		struct trace_record *r;

		if (t == NULL || !event_is_of(at, t, d, trackings, count))
			continue;
		at->all->scope |= 1u << i;
		r = add(at, t, TRACE_EVENT, 0);
		copy(r->peer, sizeof(r->peer), link);
		copy(r->name, sizeof(r->name), name);
		snprintf(r->text, sizeof(r->text), "#%" PRIu32 " of %s%s%.*s", sequence,
			d != NULL ? d->id : "nobody", count > 0 ? " call=" : "",
			count > 0 ? (int)trackings[0].n : 0, count > 0 ? trackings[0].p : "");
	}
}

static bool
is_of_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		c == '.' || c == '_' || c == '-';
}

/* Does the word stand in the body, not as a part of a longer one? */
static bool
names(struct str body, const char *word)
{
	size_t n = strlen(word);
	const char *p = body.p, *end_of = body.p + body.n;

	while (n > 0 && (p = memmem(p, (size_t)(end_of - p), word, n)) != NULL) {
		if ((p == body.p || !is_of_word(p[-1])) && (p + n == end_of || !is_of_word(p[n])))
			return true;
		p++;
	}
	return false;
}

static bool
request_is_of(const struct trace *t, const struct core_session *session, struct str body)
{
	char call[24];

	if (t->session != 0)
		return session != NULL && session->id == t->session;
	snprintf(call, sizeof(call), "%" PRIu64, t->call);
	return names(body, t->call != 0 ? call : t->device);
}

void
trace_request(const struct trace_at *at, const struct core_session *session, const char *peer,
	uint32_t invoke, const char *name, struct str body)
{
	for (unsigned i = 0; i < LIMIT_TRACES; i++) {
		struct trace *t = at->all->of[i];
		struct trace_record *r;

		if (t == NULL || !request_is_of(t, session, body))
			continue;
		at->all->scope |= 1u << i;
		t->answers[t->answer_count % TRACE_ANSWERS].session =
			session != NULL ? session->id : 0;
		t->answers[t->answer_count++ % TRACE_ANSWERS].invoke = invoke;
		r = add(at, t, TRACE_REQUEST, 0);
		copy(r->peer, sizeof(r->peer), peer);
		copy(r->name, sizeof(r->name), name);
		snprintf(r->text, sizeof(r->text), "invoke=%" PRIu32, invoke);
	}
}

void
trace_end(struct traces *all)
{
	all->scope = 0;
}

/* --- deltas ----------------------------------------------------------------------------------- */

static bool
delta_names(const struct trace *t, const uint8_t *p, size_t n)
{
	for (unsigned i = 0; i < t->needle_count; i++)
		if (memmem(p, n, t->needles[i].p, t->needles[i].n) != NULL)
			return true;
	return false;
}

void
trace_delta(const struct trace_at *at, uint16_t kind, const uint8_t *p, size_t n, bool here)
{
	for (unsigned i = 0; i < LIMIT_TRACES; i++) {
		struct trace *t = at->all->of[i];
		struct trace_record *r;

		if (t != NULL && kind == DELTA_epoch)
			t->offset_count = t->confirmed = 0; /* they are counted anew */
		if (t == NULL || ((at->all->scope & (1u << i)) == 0 && !delta_names(t, p, n)))
			continue;
		note_offset(t, at->offset);
		r = add(at, t, here ? TRACE_DELTA : TRACE_APPLIED, at->offset);
		copy(r->name, sizeof(r->name), delta_name(kind));
	}
}

/* The last of its deltas that may leave now. */
static uint64_t
newest_released(const struct trace *t, uint64_t released)
{
	uint64_t count = t->offset_count < TRACE_OFFSETS ? t->offset_count : TRACE_OFFSETS;
	uint64_t newest = 0;

	for (uint64_t i = 0; i < count; i++)
		if (t->offsets[i] <= released && t->offsets[i] > newest)
			newest = t->offsets[i];
	return newest;
}

void
trace_released(const struct trace_at *at, uint64_t released, bool alone)
{
	for (unsigned i = 0; i < LIMIT_TRACES; i++) {
		struct trace *t = at->all->of[i];
		uint64_t newest = t != NULL ? newest_released(t, released) : 0;
		struct trace_record *r;

		if (t == NULL || newest <= t->confirmed)
			continue;
		t->confirmed = newest;
		r = add(at, t, TRACE_CONFIRMED, newest);
		copy(r->name, sizeof(r->name), alone ? "not awaited" : "ack");
	}
}

/* --- what leaves ------------------------------------------------------------------------------ */

static bool
answers(const struct trace *t, uint64_t session, uint32_t invoke)
{
	uint64_t count = t->answer_count < TRACE_ANSWERS ? t->answer_count : TRACE_ANSWERS;

	for (uint64_t i = 0; i < count; i++)
		if (t->answers[i].session == session && t->answers[i].invoke == invoke)
			return true;
	return false;
}

/* The name of the first element that is no declaration. */
static void
root_name(struct str body, char *name, size_t size)
{
	size_t at = 0, n = 0;

	while (at + 1 < body.n && (body.p[at] != '<' || !is_of_word(body.p[at + 1])))
		at++;
	for (at++; at < body.n && n + 1 < size && (is_of_word(body.p[at]) || body.p[at] == ':');
		at++)
		name[n++] = body.p[at];
	name[n] = '\0';
}

static bool
sent_is_of(const struct trace *t, uint64_t session, uint32_t invoke, bool answer, uint64_t offset)
{
	if (t->session != 0)
		return session == t->session;
	return answer ? answers(t, session, invoke) : has_offset(t, offset);
}

void
trace_sent(const struct trace_at *at, uint64_t session, const char *peer, uint32_t invoke,
	bool answer, uint64_t offset, struct str body)
{
	for (unsigned i = 0; i < LIMIT_TRACES; i++) {
		struct trace *t = at->all->of[i];
		struct trace_record *r;

		if (t == NULL || !sent_is_of(t, session, invoke, answer, offset))
			continue;
		r = add(at, t, TRACE_SENT, offset);
		copy(r->peer, sizeof(r->peer), peer);
		root_name(body, r->name, sizeof(r->name));
		snprintf(r->text, sizeof(r->text), "invoke=%" PRIu32 " session=%06x", invoke,
			core_session_tag(session));
	}
}

void
trace_ack(const struct trace_at *at, const char *link, int status, uint64_t offset)
{
	for (unsigned i = 0; i < LIMIT_TRACES; i++) {
		struct trace *t = at->all->of[i];
		struct trace_record *r;

		if (t == NULL || !has_offset(t, offset))
			continue;
		r = add(at, t, TRACE_ACK, offset);
		copy(r->peer, sizeof(r->peer), link);
		snprintf(r->name, sizeof(r->name), "%d EventResponse", status);
	}
}

/* Whom a request is about is known by its device, and for a call or a client by the delta that it rests on. */
static bool
asked_is_of(const struct trace *t, const char *device, uint64_t offset)
{
	return has_offset(t, offset) ||
		(t->device[0] != '\0' && strcmp(t->device, device != NULL ? device : "") == 0);
}

void
trace_asked(const struct trace_at *at, const char *link, const char *name, const char *device,
	uint64_t request)
{
	for (unsigned i = 0; i < LIMIT_TRACES; i++) {
		struct trace *t = at->all->of[i];
		struct trace_record *r;

		if (t == NULL || !asked_is_of(t, device, at->offset))
			continue;
		t->asked[t->asked_count++ % TRACE_ANSWERS] = request;
		r = add(at, t, TRACE_ASKED, at->offset);
		copy(r->peer, sizeof(r->peer), link);
		copy(r->name, sizeof(r->name), name);
		copy(r->text, sizeof(r->text), device);
	}
}

static bool
was_asked(const struct trace *t, uint64_t request)
{
	for (uint64_t i = 0; i < TRACE_ANSWERS && i < t->asked_count; i++)
		if (t->asked[i] == request)
			return true;
	return false;
}

void
trace_answered(
	const struct trace_at *at, const char *link, const char *name, uint64_t request, bool done)
{
	for (unsigned i = 0; i < LIMIT_TRACES; i++) {
		struct trace *t = at->all->of[i];
		struct trace_record *r;

		if (t == NULL || !was_asked(t, request))
			continue;
		r = add(at, t, TRACE_ANSWERED, 0);
		copy(r->peer, sizeof(r->peer), link);
		copy(r->name, sizeof(r->name), name);
		copy(r->text, sizeof(r->text), done ? "done" : "not done");
	}
}

/* --- reading ---------------------------------------------------------------------------------- */

bool
trace_look(const struct traces *all, struct str object, struct trace_view *v)
{
	const struct trace *t = find(all, object);

	if (t == NULL)
		return false;
	v->last = t->last;
	v->oldest = t->last > LIMIT_TRACE_RECORDS ? t->last - LIMIT_TRACE_RECORDS + 1 : 1;
	return true;
}

const struct trace_record *
trace_record(const struct traces *all, struct str object, uint64_t n)
{
	const struct trace *t = find(all, object);

	return t != NULL ? &t->records[(n - 1) % LIMIT_TRACE_RECORDS] : NULL;
}
