/* SPDX-License-Identifier: Apache-2.0 */
/* See xsi_summary.h. Enumerations are numbers but for those whose names the product has. */
#include "tests/unit/xsi_summary.h"

#include <inttypes.h>

/* --- values ------------------------------------------------------------------------------ */

static void
put(struct buf *b, const char *name, struct str value)
{
	if (value.n > 0)
		buf_printf(b, " %s=\"%.*s\"", name, STR_ARG(value));
}

static void
put_number(struct buf *b, const char *name, uint64_t value)
{
	if (value > 0)
		buf_printf(b, " %s=%" PRIu64, name, value);
}

static void
put_counter(struct buf *b, const char *name, int64_t value)
{
	if (value >= 0)
		buf_printf(b, " %s=%" PRId64, name, value);
}

static void
put_flag(struct buf *b, const char *name, enum xsi_flag flag)
{
	if (flag != XSI_FLAG_NONE)
		buf_printf(b, " %s=%s", name, flag == XSI_FLAG_ON ? "on" : "off");
}

static void
put_true(struct buf *b, const char *name, bool is)
{
	if (is)
		buf_printf(b, " %s", name);
}

/* --- structures -------------------------------------------------------------------------- */

static const char *
releasing_name(enum xsi_releasing_party party)
{
	switch (party) {
	case XSI_RELEASE_LOCAL:
		return "local";
	case XSI_RELEASE_REMOTE:
		return "remote";
	case XSI_RELEASE_NONE:
		break;
	}
	return "";
}

static void
put_release(struct buf *b, const struct xsi_release *r)
{
	put(b, "cause", r->cause);
	put_number(b, "q850", r->q850);
	put_number(b, "sip", r->sip);
	put(b, "cdr", r->cdr);
}

/* The address alone names the party; more on a line of its own only if there is more. */
static void
put_party(struct buf *b, const struct xsi_party *p)
{
	put(b, "address", p->address);
	put(b, "user", p->user);
	if (!str_eq(p->dn, p->address))
		put(b, "dn", p->dn);
	put(b, "name", p->name);
	put_number(b, "type", p->type);
	put_true(b, "private", p->is_private);
}

static void
put_other_party(struct buf *b, const char *name, const struct xsi_party *p)
{
	if (p->address.n + p->user.n + p->name.n == 0)
		return;
	buf_printf(b, " %s(", name);
	put_party(b, p);
	buf_cstr(b, " )");
}

static void
put_redirects(struct buf *b, const struct xsi_redirected *from, const struct xsi_redirect *to)
{
	if (from->count > 0) {
		put_number(b, "redirections", from->count);
		put_other_party(b, "by", &from->by);
		put_number(b, "why", from->reason);
	}
	if (to->present) {
		buf_cstr(b, " redirect(");
		put(b, "to", to->address);
		put_number(b, "why", to->reason);
		put_number(b, "time", to->time_ms);
		buf_cstr(b, " )");
	}
}

static void
put_acd(struct buf *b, const struct xsi_acd *a)
{
	if (!a->present)
		return;
	buf_cstr(b, " acd(");
	put_true(b, "outgoing", a->is_outgoing);
	put_true(b, "route-point", a->is_route_point);
	put(b, "user", a->user);
	put(b, "name", a->name);
	put(b, "number", a->number);
	put_other_party(b, "calling", &a->calling);
	put_number(b, "calls", a->calls_in_queue);
	put_number(b, "wait", a->wait_s);
	put_number(b, "longest", a->longest_wait_s);
	put(b, "disposition", a->disposition);
	put(b, "then", a->post_call_state);
	buf_cstr(b, " )");
}

static void
put_call_details(struct buf *b, const struct xsi_call *c)
{
	put(b, "network", c->network_call_id);
	put_redirects(b, &c->redirected, &c->redirect);
	put_number(b, "endpoint", c->endpoint);
	put(b, "at", c->endpoint_address);
	put_number(b, "appearance", c->appearance);
	put_flag(b, "answer", c->allow_answer);
	put_flag(b, "retrieve", c->allow_retrieve);
	put_flag(b, "no-diversion", c->no_diversion);
	put_flag(b, "in-conference", c->in_conference);
	put(b, "alternate", c->alternate);
	put(b, "hunt-group", c->hunt_group);
	put(b, "find-me", c->find_me_user);
	put(b, "executive", c->executive);
	put_number(b, "recall", c->recall);
	put_other_party(b, "recall-from", &c->recall_from);
	put_number(b, "start", c->start_ms);
	put_number(b, "answered", c->answer_ms);
	put_number(b, "held", c->held_ms);
	put_number(b, "held-in-all", c->total_held_ms);
	put_number(b, "detached", c->detached_ms);
	put_number(b, "released", c->release_ms);
	put_acd(b, &c->acd);
	put_number(b, "recording", c->recording);
	put_number(b, "controls", c->recording_controls);
}

static void
put_call(struct buf *b, const char *name, const struct xsi_call *c)
{
	buf_cstr(b, name);
	put(b, "id", c->call_id);
	put(b, "tracking", c->tracking_id);
	buf_printf(b, " personality=%s state=\"%s\"", xsi_personality_name(c->personality),
		xsi_state_name(c->state));
	put_release(b, &c->release);
	put(b, "releasing", str_of(releasing_name(c->releasing)));
	put_party(b, &c->remote);
	put_call_details(b, c);
	buf_char(b, '\n');
}

static void
put_conference(struct buf *b, const struct xsi_conference *c)
{
	if (!c->present)
		return;
	buf_printf(b, "conference state=%d type=%d", (int)c->state, (int)c->type);
	put_true(b, "muted", c->is_muted);
	put(b, "at", c->endpoint_address);
	put_number(b, "appearance", c->appearance);
	put_true(b, "and-more", c->cut);
	for (uint32_t i = 0; i < c->participant_count; i++) {
		put(b, "with", c->participants[i].call_id);
		put_true(b, "muted", c->participants[i].is_muted);
		put_true(b, "deaf", c->participants[i].is_deaf);
	}
	buf_char(b, '\n');
}

static void
put_entry(struct buf *b, const char *name, const struct xsi_entry *e)
{
	buf_cstr(b, name);
	put(b, "id", e->call_id);
	put(b, "tracking", e->tracking_id);
	put_party(b, &e->remote);
	put(b, "queue", e->name);
	put(b, "number", e->number);
	put_number(b, "added", e->add_ms);
	put_number(b, "removed", e->remove_ms);
	put_number(b, "received", e->receive_ms);
	put_number(b, "waited", e->preserved_wait_s);
	put_true(b, "mandatory-entrance", e->is_mandatory_entrance);
	put_true(b, "bounced", e->is_bounced);
	put_true(b, "reordered", e->is_reordered);
	put_true(b, "outgoing", e->is_outgoing);
	put_number(b, "outgoing-answered", e->outgoing_answer_ms);
	put_number(b, "priority", e->priority);
	put(b, "by", e->answering_user);
	put(b, "by-call", e->answering_call);
	put(b, "by-network", e->answering_network_call);
	put(b, "playing", e->play_id);
	put_number(b, "media", e->media);
	buf_char(b, '\n');
}

static void
put_agent(struct buf *b, const struct xsi_agent *a)
{
	if (!a->has_state && !a->has_joins && a->join_count == 0)
		return;
	buf_cstr(b, "agent");
	if (a->has_state)
		buf_printf(b, " state=%s", xsi_agent_state_name(a->state));
	put(b, "code", a->unavailable_code);
	put_number(b, "since", a->state_ms);
	put_number(b, "signed-in", a->sign_in_ms);
	put_number(b, "available", a->total_available_s);
	put_number(b, "wrap-up", a->average_wrap_up_s);
	put(b, "wrap-up-call", a->wrap_up_call);
	put(b, "wrap-up-user", a->wrap_up_user);
	put_true(b, "joins:", a->has_joins);
	put_true(b, "and-more", a->cut);
	for (uint32_t i = 0; i < a->join_count; i++) {
		put(b, a->joins[i].is_joined ? "in" : "out-of", a->joins[i].acd_user);
		put_number(b, "skill", a->joins[i].skill);
	}
	buf_char(b, '\n');
}

static void
put_service(struct buf *b, const struct xsi_service *v)
{
	buf_cstr(b, "service");
	put_true(b, "unassigned", v->is_unassigned);
	put_true(b, "info", v->has_info);
	put_flag(b, "active", v->active);
	put(b, "address", v->address);
	put_number(b, "rings", v->rings);
	put_flag(b, "splash", v->ring_splash);
	put_true(b, "associated", v->is_associated);
	put(b, "host", v->host_user);
	put(b, "last", v->host_last_name);
	put(b, "first", v->host_first_name);
	put(b, "guest", v->guest_number);
	put(b, "since", v->associated_at);
	put_flag(b, "limit", v->limit_enabled);
	put_number(b, "hours", v->limit_hours);
	put_flag(b, "host-limit", v->host_limit_enabled);
	put_number(b, "host-hours", v->host_limit_hours);
	put(b, "device", v->device_name);
	buf_char(b, '\n');
}

static void
put_monitoring(struct buf *b, const struct xsi_monitoring *m)
{
	buf_cstr(b, "monitoring");
	put_counter(b, "handling", m->average_handling_s);
	put_counter(b, "expected", m->expected_wait_s);
	put_counter(b, "answer", m->average_answer_s);
	put_counter(b, "longest", m->longest_wait_s);
	put_counter(b, "calls", m->calls_in_queue);
	put_counter(b, "assigned", m->agents_assigned);
	put_counter(b, "staffed", m->agents_staffed);
	put_counter(b, "idle", m->agents_idle);
	put_counter(b, "unavailable", m->agents_unavailable);
	put_counter(b, "acd", m->average_acd_call_s);
	put_counter(b, "acd-outgoing", m->average_acd_outgoing_s);
	put(b, "alert", m->alert);
	put_counter(b, "alert-time", m->alert_ms);
	buf_char(b, '\n');
}

static void
put_play(struct buf *b, const struct xsi_play *p)
{
	if (!p->present)
		return;
	buf_printf(b, "play end=%d", (int)p->end);
	put(b, "id", p->id);
	put(b, "digits", p->digits);
	put(b, "error", p->error);
	buf_char(b, '\n');
}

/* What stands beside an entry. */
static void
put_queue(struct buf *b, const struct xsi_event *e)
{
	put_entry(b, "entry", &e->entry);
	buf_cstr(b, "queue");
	put_number(b, "position", e->position);
	put_redirects(b, &e->redirected, &e->redirect);
	put_number(b, "overflow", e->overflow);
	put_number(b, "update", e->update);
	put_number(b, "treatment-end", e->treatment_end);
	put_number(b, "reason", e->reason);
	put_number(b, "cpd", e->cpd);
	put_true(b, "treatment", e->is_treatment_started);
	put_true(b, "entrance-playing", e->is_entrance_playing);
	put_release(b, &e->release);
	buf_char(b, '\n');
	put_play(b, &e->play);
}

static void
put_config(struct buf *b, const struct xsi_queue_config *c)
{
	buf_cstr(b, "config");
	put_flag(b, "forwarding", c->forced_forwarding);
	put_flag(b, "holiday", c->holiday);
	put_flag(b, "night", c->night);
	put_flag(b, "night-forced", c->night_forced);
	buf_char(b, '\n');
}

static void
put_messages(struct buf *b, const struct xsi_messages *m)
{
	buf_printf(b, "messages new=%u old=%u urgent=%u old-urgent=%u\n", m->new_count,
		m->old_count, m->new_urgent_count, m->old_urgent_count);
}

static void
put_entries(struct buf *b, const struct xml *reader, const struct xsi_doc *d)
{
	struct xsi_entry entry;
	uint32_t at = 0;

	buf_printf(b, "entries %u\n", d->entry_count);
	while (xsi_entry_next(reader, d, &at, &entry))
		put_entry(b, "  entry", &entry);
}

/* --- events ------------------------------------------------------------------------------ */

void
xsi_summary_envelope(struct buf *b, const char *name, const struct xsi_event *e)
{
	buf_printf(b, "%s sequence=%u", name, e->sequence);
	put(b, "id", e->event_id);
	put(b, "subscription", e->subscription_id);
	put(b, "channel", e->channel_id);
	put(b, "owner", e->owner);
	put(b, "target", e->target);
	put(b, "target-sub", e->target_sub);
	put(b, "application", e->application);
	put(b, "contact", e->contact);
	put(b, "shared", e->shared);
	buf_char(b, '\n');
}

static void
put_calls(struct buf *b, const struct xsi_event *e)
{
	buf_printf(b, "calls %u%s\n", e->call_count, e->calls_cut ? " and more" : "");
	for (uint32_t i = 0; i < e->call_count; i++)
		put_call(b, "  call", &e->calls[i]);
}

static void
put_hook(struct buf *b, enum xsi_hook hook)
{
	if (hook != XSI_HOOK_NONE)
		buf_printf(b, "hook %s\n", hook == XSI_OFF_HOOK ? "off" : "on");
}

static void
put_rest(struct buf *b, const struct xsi_event *e)
{
	if (e->disposition.n > 0)
		buf_printf(b, "disposition \"%.*s\" of \"%.*s\"\n", STR_ARG(e->disposition),
			STR_ARG(e->call.call_id));
	if (e->parked.address.n + e->parked.user.n > 0) {
		buf_cstr(b, "parked");
		put_party(b, &e->parked);
		buf_char(b, '\n');
	}
}

static void
put_event(struct buf *b, const struct xml *reader, const struct xsi_doc *d)
{
	const struct xsi_event *e = &d->event;
	enum xsi_event_class class = xsi_event_class_of(e->kind);

	xsi_summary_envelope(b, "event", e);
	buf_printf(b, "type %.*s kind %s class %d\n", STR_ARG(e->type), xsi_event_name(e->kind),
		(int)class);
	if (e->call.tracking_id.n > 0)
		put_call(b, "call", &e->call);
	if (class == XSI_CLASS_CALLS || class == XSI_CLASS_CALL_SNAPSHOT)
		put_calls(b, e);
	put_conference(b, &e->conference);
	put_hook(b, e->hook);
	put_agent(b, &e->agent);
	if (e->entry.call_id.n > 0)
		put_queue(b, e);
	else if (e->reason != XSI_REASON_NONE)
		buf_printf(b, "reason %d\n", (int)e->reason);
	if (class == XSI_CLASS_QUEUE_SNAPSHOT || class == XSI_CLASS_ROUTE_SNAPSHOT)
		put_entries(b, reader, d);
	if (class == XSI_CLASS_QUEUE_CONFIG)
		put_config(b, &e->queue_config);
	if (class == XSI_CLASS_SERVICE)
		put_service(b, &e->service);
	if (class == XSI_CLASS_MESSAGE_WAITING)
		put_messages(b, &e->messages);
	if (class == XSI_CLASS_MONITORING)
		put_monitoring(b, &e->monitoring);
	put_rest(b, e);
}

/* --- documents --------------------------------------------------------------------------- */

static void
put_channel(struct buf *b, const struct xsi_channel *c)
{
	buf_cstr(b, "channel");
	put(b, "id", c->channel_id);
	put(b, "set", c->channel_set);
	put(b, "application", c->application);
	put_number(b, "priority", c->priority);
	put_number(b, "weight", c->weight);
	buf_printf(b, " expires_s=%" PRIu64 "\n", c->expires_s);
}

static void
put_subscriptions(struct buf *b, const struct xml *reader, const struct xsi_doc *d)
{
	struct xsi_subscription one;
	uint32_t at = 0;

	buf_cstr(b, d->kind == XSI_DOC_SUBSCRIPTION ? "subscription" : "subscription list");
	put(b, "id", d->subscription_id);
	buf_printf(b, " expires_s=%" PRIu64 "\n", d->subscription_expires_s);
	while (xsi_subscription_next(reader, d, &at, &one)) {
		buf_cstr(b, " ");
		put(b, "id", one.subscription_id);
		put(b, "owner", one.owner);
		put(b, "target-type", one.target_type);
		put(b, "target", one.target);
		put(b, "target-sub", one.target_sub);
		put(b, "set", one.channel_set);
		put(b, "contact", one.contact);
		put(b, "application", one.application);
		put_number(b, "expires_s", one.expires_s);
		for (uint32_t i = 0; i < one.package_count; i++)
			put(b, "package", one.packages[i]);
		put_true(b, "and-more", one.cut);
		buf_char(b, '\n');
	}
}

static void
put_channels(struct buf *b, const struct xsi_doc *d)
{
	buf_printf(b, "channel set of %u\n", d->channel_count);
	for (uint32_t i = 0; i < d->channel_count; i++)
		put_channel(b, &d->channels[i]);
}

static void
put_reply(struct buf *b, const struct xml *reader, const struct xsi_doc *d)
{
	const struct xsi_event *e = &d->event;

	if (d->kind == XSI_DOC_CALLS)
		put_calls(b, e);
	if (d->kind == XSI_DOC_CALL)
		put_call(b, "the call", &e->call);
	if (d->kind == XSI_DOC_CONFERENCE)
		put_conference(b, &e->conference);
	if (d->kind == XSI_DOC_HOOK)
		put_hook(b, e->hook);
	if (d->kind == XSI_DOC_CALL_CENTER)
		put_agent(b, &e->agent);
	if (d->kind == XSI_DOC_MESSAGES)
		put_messages(b, &e->messages);
	if (d->kind == XSI_DOC_QUEUE)
		put_entries(b, reader, d);
	if (d->kind == XSI_DOC_PLAY)
		put_play(b, &e->play);
	if (d->kind == XSI_DOC_SERVICE) {
		buf_printf(b, "%.*s kind %s ", STR_ARG(e->type), xsi_event_name(e->kind));
		put_service(b, &e->service);
	}
}

void
xsi_summary(struct buf *b, const struct xml *reader, const struct xsi_doc *d)
{
	size_t before = b->n;

	if (d->kind == XSI_DOC_EVENT || d->kind == XSI_DOC_OLD_EVENT) {
		buf_cstr(b, d->kind == XSI_DOC_OLD_EVENT ? "old " : "");
		put_event(b, reader, d);
	}
	if (d->kind == XSI_DOC_UNKNOWN)
		buf_cstr(b, "unknown\n");
	if (d->kind == XSI_DOC_HEARTBEAT)
		buf_cstr(b, "heartbeat\n");
	if (d->kind == XSI_DOC_CHANNEL_SET)
		put_channels(b, d);
	if (d->kind == XSI_DOC_CHANNEL_TERMINATED) {
		buf_cstr(b, "terminated");
		put(b, "reason", d->reason);
		buf_cstr(b, " ");
	}
	if (d->kind == XSI_DOC_CHANNEL || d->kind == XSI_DOC_CHANNEL_TERMINATED)
		put_channel(b, &d->channel);
	if (d->kind == XSI_DOC_SUBSCRIPTION || d->kind == XSI_DOC_SUBSCRIPTION_LIST)
		put_subscriptions(b, reader, d);
	if (d->kind == XSI_DOC_CALL_START) {
		buf_cstr(b, "call start");
		put(b, "id", d->call_id);
		put(b, "tracking", d->tracking_id);
		buf_char(b, '\n');
	}
	if (d->kind == XSI_DOC_ERROR || d->kind == XSI_DOC_ERROR_EVENT) {
		buf_printf(b, "error %" PRIu64, d->error_code);
		put(b, "reason", d->reason);
		buf_char(b, '\n');
	}
	if (d->kind == XSI_DOC_CONTROLLER || d->kind == XSI_DOC_ROUTE_STATE)
		buf_printf(b, "%s\n", d->is_up ? "up" : "down");
	if (d->kind == XSI_DOC_VERSIONS) {
		buf_cstr(b, "versions");
		put(b, "commands", d->version);
		put(b, "events", d->event_version);
		buf_char(b, '\n');
	}
	put_reply(b, reader, d);
	if (b->n == before)
		buf_printf(b, "nothing of kind %d\n", (int)d->kind);
}
