/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts into messages: see say.h.
 *
 * The shape of each event is that of a device-type monitor: the connection is
 * that of the party the event is about, localConnectionInfo is the state of the monitored device.
 */
#include "daemon/say_part.h"

#include "daemon/auth.h"
#include "daemon/ident.h"
#include "proto/base/check.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"

#define SAY_KEPT_EVENTS 32 /* of a numbered session, after its TCP has acknowledged them */

void
say_init(struct say *s, struct ctx *x)
{
	*s = (struct say){ .x = x };
	buf_init(&s->body, LIMIT_CSTA_MESSAGE_BYTES);
	say_event_init(s);
}

void
say_fini(struct say *s)
{
	buf_fini(&s->body);
	say_event_fini(s);
	mem_free(s->pending);
}

void
say_mark_pending(struct say *s, struct core_session *session)
{
	struct outbox *box = session->box;

	if (box->pending)
		return;
	if (s->pending_count == s->pending_size) {
		s->pending_size = s->pending_size ? s->pending_size * 2 : 64;
		s->pending = mem_realloc(s->pending, s->pending_size * sizeof(s->pending[0]));
	}
	s->pending[s->pending_count++] = session->id;
	box->pending = true;
}

enum csta_status
say_status(enum core_status status)
{
	switch (status) {
	case CORE_STATUS_NORMAL:
		return CSTA_STATUS_normal;
	case CORE_STATUS_PARTIAL:
		return CSTA_STATUS_partiallyDisabled;
	case CORE_STATUS_DISABLED:
		break;
	}
	return CSTA_STATUS_disabled;
}

/* Most names are the texts themselves, and borrowed. */
static struct str
say_name(struct ctx *x, struct str was, const struct ident *name)
{
	return str_eq(was, ident_str(name)) ? was : ctx_text(x, ident_str(name));
}

struct str
say_user_name(struct ctx *x, struct str user)
{
	const struct core_device *d = core_device_by_user(&x->model, user);
	struct ident name;

	if (d != NULL)
		return str_of(d->id);
	ident_name(x->conf, user, &name);
	return say_name(x, user, &name);
}

struct str
say_party_name(struct ctx *x, struct str party)
{
	const struct core_device *d;
	struct ident name, user;

	if (party.n == 0)
		return party;
	ident_user(x->conf, party, &user);
	d = core_device_by_user(&x->model, ident_str(&user));
	if (d != NULL)
		return str_of(d->id);
	ident_bare(party, &name);
	if (memchr(name.p, '@', name.n) != NULL || ident_user_by_rule(x->conf, party, &name))
		ident_name(x->conf, ident_str(&user), &name);
	else
		ident_shown(x->conf, party, &name);
	return say_name(x, party, &name);
}

struct str
say_far_device(struct ctx *x, const struct core_half *h)
{
	struct str user = str_of(h->remote_user);

	return user.n > 0 ? say_user_name(x, user) : say_party_name(x, str_of(h->remote));
}

enum csta_local_state
say_local_state(enum core_view view)
{
	switch (view) {
	case VIEW_none:
		return CSTA_LOCAL_null;
	case VIEW_initiated:
		return CSTA_LOCAL_initiated;
	case VIEW_ringing:
		return CSTA_LOCAL_alerting;
	case VIEW_held:
		return CSTA_LOCAL_hold;
	case VIEW_queued:
		return CSTA_LOCAL_queued;
	case VIEW_originated:
	case VIEW_dialed:
	case VIEW_connected:
	case VIEW_far_held:
	case VIEW_failed: /* it hears the busy tone: the far connection has failed */
		break;
	}
	return CSTA_LOCAL_connected;
}

enum csta_local_state
say_far_state(enum core_view view)
{
	switch (view) {
	case VIEW_dialed:
		return CSTA_LOCAL_alerting;
	case VIEW_far_held:
		return CSTA_LOCAL_hold;
	case VIEW_ringing:
	case VIEW_connected:
	case VIEW_held:
	case VIEW_queued:
		return CSTA_LOCAL_connected;
	case VIEW_none:
	case VIEW_initiated:
	case VIEW_originated:
		break;
	case VIEW_failed:
		return CSTA_LOCAL_fail;
	}
	return CSTA_LOCAL_null;
}

/* Messages said on both nodes: numbered in the replicated session. `about`: what an event is about. */
static void
say_queue(struct say *s, struct core_session *session, enum outbox_kind kind,
	enum csta_event_kind event, const struct outbox_hold *about)
{
	struct outbox_message head = { .kind = kind,
		.event = (uint8_t)event,
		.serial = ++session->last_serial,
		.offset = s->x->offset };

	if (kind == OUTBOX_EVENT)
		head.number = session->last_number; /* say_event.c has taken it */
	if (ctx_is_active(s->x) && session->attached)
		head.said_us = s->x->now.us;
	head.device = about->device;
	head.call = about->call;
	REQUIRE(!s->body.overflow);
	((struct outbox *)session->box)->keep = session->numbered ? SAY_KEPT_EVENTS : 0;
	outbox_push(session->box, &head, buf_as_str(&s->body));
	core_hash_session(&s->x->model, session);
	say_mark_pending(s, session);
}

void
say_replicated(struct say *s, struct core_session *session, enum outbox_kind kind)
{
	say_queue(s, session, kind, CSTA_EVENT_COUNT, &(struct outbox_hold){ .id = 0 });
}

void
say_replicated_event(struct say *s, const struct core_monitor *mon, const struct csta_event *ev)
{
	say_queue(s, mon->session, OUTBOX_EVENT, ev->kind,
		&(struct outbox_hold){ .device = outbox_device(mon->device), .call = ev->call_id });
}

static struct csta_event
say_service_event(const struct core_device *d, enum csta_event_kind kind)
{
	return (struct csta_event){
		.kind = kind,
		.subject = str_of(d->id),
		.cause = kind == CSTA_EV_OutOfService ? CSTA_CAUSE_networkOutOfOrder :
							CSTA_CAUSE_normal,
	};
}

static void
say_service(struct say *s, const struct core_device *d, enum csta_event_kind kind)
{
	struct csta_event ev = say_service_event(d, kind);

	say_event_all(s, d, false, &ev);
}

static void
say_monitor_out(struct say *s, const struct core_monitor *mon)
{
	struct csta_event ev = say_service_event(mon->device, CSTA_EV_OutOfService);

	say_event_one(s, mon, &ev);
}

static void
say_monitor_ended(struct say *s, const struct core_monitor *mon)
{
	buf_reset(&s->body);
	csta_put_monitor_stop(&s->body, (enum csta_edition)mon->session->edition, mon->id);
	say_replicated(s, mon->session, OUTBOX_REQUEST);
}

static void
say_status_change(struct say *s, enum core_status status)
{
	struct core_session *session;

	for (session = s->x->model.sessions; session != NULL; session = session->by_id.next) {
		if (!say_wants_status(session, say_status(status)))
			continue;
		buf_reset(&s->body);
		csta_put_system_status(&s->body, (enum csta_edition)session->edition,
			say_status(status), session->register_id);
		say_replicated(s, session, OUTBOX_STATUS);
	}
}

static void
say_session_closed(struct say *s, struct core_session *session)
{
	for (size_t i = 0; i < s->pending_count; i++) {
		if (s->pending[i] != session->id)
			continue;
		s->pending[i] = s->pending[--s->pending_count];
		break;
	}
	outbox_free(session->box);
	session->box = NULL;
}

static void
say_session_opened(struct say *s, struct core_session *session)
{
	const struct conf_application *app = NULL;
	struct outbox *box = outbox_new(session->id);

	(void)auth_application(s->x->conf, session->user, &app);
	box->app = meter_app(&s->x->meter, app != NULL ? app->name : "");
	session->box = box;
}

static void
say_count_call(struct say *s, const struct core_half *last)
{
	bool resync = last->end == CORE_END_RESYNC;

	if (ctx_is_active(s->x))
		s->x->meter.calls_ended[resync ? METER_END_RESYNC : METER_END_NORMAL]++;
}

void
say_fact(const struct core_say *f, void *arg)
{
	struct say *s = arg;

	switch (f->kind) {
	case SAY_STEP:
		say_step(s, f);
		break;
	case SAY_MOVED:
		say_moved(s, f);
		break;
	case SAY_RECORD:
		say_record(s, f);
		break;
	case SAY_NOTE:
		say_note(s, f);
		break;
	case SAY_AGENT:
		say_agent(s, f);
		break;
	case SAY_JOINED:
		say_joined(s, f);
		break;
	case SAY_FEATURE:
		say_feature(s, f);
		break;
	case SAY_OUT:
		say_service(s, f->device, CSTA_EV_OutOfService);
		break;
	case SAY_IN:
		say_service(s, f->device, CSTA_EV_BackInService);
		break;
	case SAY_STATUS:
		say_status_change(s, f->status);
		break;
	case SAY_SESSION_OPENED:
		say_session_opened(s, f->session);
		break;
	case SAY_SESSION_CLOSED:
		say_session_closed(s, f->session);
		break;
	case SAY_SESSION_ACKED:
		outbox_trim_serial(f->session->box, f->session->acked_serial);
		break;
	case SAY_ROUTE:
		say_route(s, f);
		break;
	case SAY_MONITOR_OUT:
		say_monitor_out(s, f->monitor);
		break;
	case SAY_MONITOR_ENDED:
		say_monitor_ended(s, f->monitor);
		break;
	case SAY_FOLLOWED:
		say_followed(s, f->call);
		break;
	case SAY_CALL_ENDED:
		say_call_ended(s, f);
		break;
	case SAY_CALL_OVER:
		say_count_call(s, f->half);
		break;
	}
}

void
say_own(struct say *s, struct core_session *session, enum outbox_kind kind, uint32_t invoke,
	struct str body)
{
	struct outbox_message head = { .kind = kind, .offset = s->x->offset, .invoke = invoke };

	outbox_push(session->box, &head, body);
	say_mark_pending(s, session);
}

void
say_own_ahead(struct say *s, struct core_session *session, enum outbox_kind kind, uint32_t invoke,
	struct str body)
{
	struct outbox_message head = { .kind = kind, .offset = s->x->offset, .invoke = invoke };

	outbox_push_ahead(session->box, &head, body);
	say_mark_pending(s, session);
}

void
say_own_with_next(struct say *s, struct core_session *session, enum outbox_kind kind,
	uint32_t invoke, struct str body)
{
	struct outbox_message head = { .kind = kind, .offset = s->x->offset + 1, .invoke = invoke };

	outbox_push(session->box, &head, body);
	say_mark_pending(s, session);
}

void
say_own_first(struct say *s, struct core_session *session, enum outbox_kind kind, uint32_t invoke,
	struct str body)
{
	struct outbox_message head = { .kind = kind, .offset = s->x->offset, .invoke = invoke };

	outbox_push_front(session->box, &head, body);
	say_mark_pending(s, session);
}

void
say_snapshot(struct say *s, struct buf *out)
{
	const struct core_session *session;
	const struct outbox_message *msg;

	for (session = s->x->model.sessions; session != NULL; session = session->by_id.next) {
		const struct outbox *box = session->box;

		TAILQ_FOREACH(msg, &box->list, link) {
			if (msg->serial == 0 || msg->acked)
				continue;
			buf_u16(out, SAY_RECORD_MESSAGE);
			buf_u32(out, (uint32_t)(8 + 8 + 8 + 1 + 2 + msg->n));
			buf_u64(out, session->id);
			buf_u64(out, msg->serial);
			buf_u64(out, msg->number);
			buf_u8(out, (uint8_t)msg->kind);
			buf_lstr(out, (struct str){ (const char *)msg->body, msg->n });
		}
	}
}

int
say_restore(struct say *s, const uint8_t *p, size_t n)
{
	struct rd r = rd_of(p, n);
	struct outbox_message head = { .event = CSTA_EVENT_COUNT };
	struct core_session *session;
	struct str body;
	uint64_t id;
	uint8_t kind;

	id = rd_u64(&r);
	head.serial = rd_u64(&r);
	head.number = rd_u64(&r);
	kind = rd_u8(&r);
	body = rd_lstr(&r);
	session = core_session_by_id(&s->x->model, id);
	if (!rd_done(&r) || session == NULL || kind > OUTBOX_LAST)
		return E_MALFORMED;
	head.kind = (enum outbox_kind)kind;
	outbox_push(session->box, &head, body);
	return E_OK;
}
