/* SPDX-License-Identifier: Apache-2.0 */
/* What can be seen of a node from outside: see node.h. Reads alone: nothing here changes a node. */
#include "daemon/node_part.h"

#include "daemon/ctl_list.h"
#include "daemon/ctl_trace.h"
#include "daemon/outbox.h"

#include <stdio.h>
#include <string.h>

bool
node_is_serving(const struct node *n)
{
	return ctx_is_active(&n->x) && ha_gate_open(n->x.ha) && n->listening;
}

enum ha_role
node_role(const struct node *n)
{
	return ha_role(n->x.ha);
}

int32_t
node_score(const struct node *n)
{
	return ha_score(n->x.ha);
}

const char *
node_refusal(const struct node *n)
{
	return n->refusal.text;
}

void
node_get_view(const struct node *n, struct mono now, struct ha_view *v)
{
	ha_get_view(n->x.ha, now, v);
}

static int64_t
view_refresh_due_us(const struct node *n, struct mono now)
{
	struct mono due = timers_deadline(&n->bw.renewals);

	if (due.us == MONO_NEVER.us)
		return -1;
	return due.us > now.us ? due.us - now.us : 0;
}

void
node_get_counts(const struct node *n, struct mono now, struct node_counts *c)
{
	const struct core_model *m = &n->x.model;

	*c = (struct node_counts){
		.calls = m->calls_up,
		.monitors = HASH_CNT(by_id, m->monitors),
		.device_monitors = m->monitors_of[CORE_MONITOR_DEVICE],
		.call_monitors = m->monitors_of[CORE_MONITOR_CALL],
		.sessions = HASH_CNT(by_id, m->sessions),
		.clients = sess_client_count(&n->sess),
		.channels_open = n->bw.channels_open,
		.channels_want = n->x.conf->xsp_count,
		.devices = HASH_CNT(by_id, m->devices),
		.devices_out = m->devices_out,
		.subscriptions = HASH_CNT(by_id, m->subs),
		.refresh_due_us = view_refresh_due_us(n, now),
		.queue_bytes = n->svc.queue_bytes,
		.desynchronised = n->x.desynchronised,
		.early_refused = n->x.early_refused,
		.malformed = n->x.malformed,
		.uptime_s = mono_ms_between(n->started, now) / 1000,
		.overload = load_level_name(n->svc.load.level),
		.overloads = n->svc.load.overloads,
	};
	memcpy(c->subscribed, m->subscribed, sizeof(c->subscribed));
}

uint32_t
node_get_links(const struct node *n, struct node_link *links)
{
	for (uint32_t i = 0; i < n->x.conf->xsp_count; i++)
		bw_link_view(&n->bw, i, &links[i]);
	return n->x.conf->xsp_count;
}

void
node_list(const struct node *n, const struct ctl_list_query *q, struct buf *out)
{
	ctl_list(&n->x, &n->bw, q, out);
}

void
node_trace(
	const struct node *n, struct str object, uint64_t after, uint32_t rows_max, struct buf *out)
{
	ctl_trace(&n->x.traces, object, after, rows_max, n->x.conf->log_mask != 0, out);
}

void
node_get_takeover(const struct node *n, struct node_takeover *t)
{
	*t = n->takeover;
}

static void
view_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from != NULL ? from : "");
}

uint32_t
node_get_sessions(const struct node *n, struct node_session *rows, uint32_t max)
{
	const struct core_session *s = n->x.model.sessions;

	for (uint32_t i = 0; s != NULL && i < max; s = s->by_id.next, i++) {
		const struct outbox *box = s->box;

		rows[i] = (struct node_session){
			.id = s->id,
			.attached = s->attached,
			.kept = s->kept,
			.monitors = s->monitor_count,
			.waiting_messages = box != NULL ? box->count - box->acked : 0,
			.waiting_bytes = box != NULL ? box->bytes : 0,
		};
		view_text(rows[i].user, sizeof(rows[i].user), s->user);
		view_text(rows[i].peer, sizeof(rows[i].peer), s->peer);
	}
	return HASH_CNT(by_id, n->x.model.sessions);
}

uint32_t
node_get_monitors(const struct node *n, struct node_monitor *rows, uint32_t max)
{
	const struct core_monitor *m = n->x.model.monitors;

	for (uint32_t i = 0; m != NULL && i < max; m = m->by_id.next, i++) {
		rows[i] = (struct node_monitor){
			.id = m->id,
			.session = m->session->id,
			.calls = m->type == CORE_MONITOR_CALL,
			.in_service = m->device == NULL || m->device->service == CORE_SERVICE_IN,
		};
		view_text(rows[i].device, sizeof(rows[i].device),
			m->device != NULL ? m->device->id : "");
	}
	return HASH_CNT(by_id, n->x.model.monitors);
}

static bool
view_party_state(const struct core_half *h, enum node_party_state *state)
{
	switch (core_half_view(h)) {
	case VIEW_none:
		return false;
	case VIEW_initiated:
	case VIEW_originated:
	case VIEW_dialed:
		*state = NODE_PARTY_INITIATED;
		return true;
	case VIEW_ringing:
		*state = NODE_PARTY_ALERTING;
		return true;
	case VIEW_connected:
		*state = NODE_PARTY_CONNECTED;
		return true;
	case VIEW_held:
	case VIEW_far_held:
		*state = NODE_PARTY_HELD;
		return true;
	case VIEW_failed:
		*state = NODE_PARTY_FAILED;
		return true;
	case VIEW_queued:
		*state = NODE_PARTY_QUEUED;
		return true;
	}
	return false;
}

static void
view_party(const struct core_half *h, struct node_parties *p, struct node_doubt *rows, uint32_t max)
{
	enum node_party_state state;

	if (h->gone || !view_party_state(h, &state))
		return;
	p->of_state[state]++;
	if (h->device->service == CORE_SERVICE_IN)
		return;
	if (p->doubts < max) {
		rows[p->doubts] = (struct node_doubt){ .call = h->track->call->id, .state = state };
		view_text(rows[p->doubts].device, sizeof(rows[p->doubts].device), h->device->id);
	}
	p->doubts++;
}

/* Of how many of its parties does BroadWorks still have to say whether they are there? */
static uint32_t
view_stuck(const struct node *n, const struct core_call *c)
{
	const struct core_track *t;
	const struct core_half *h;
	uint32_t stuck = 0;

	TAILQ_FOREACH(t, &c->tracks, of_call)
		TAILQ_FOREACH(h, &t->halves, of_track)
			stuck += !h->gone && ctl_list_is_stuck(&n->x, &n->bw, h->device);
	return stuck;
}

void
node_get_parties(
	const struct node *n, struct node_parties *p, struct node_doubt *rows, uint32_t max)
{
	const struct core_call *c;
	const struct core_track *t;
	const struct core_half *h;

	*p = (struct node_parties){ .doubts = 0 };
	for (c = n->x.model.calls; c != NULL; c = c->by_id.next) {
		uint32_t stuck = view_stuck(n, c);

		p->stuck += stuck;
		p->calls_stuck += stuck > 0;
		TAILQ_FOREACH(t, &c->tracks, of_call)
			TAILQ_FOREACH(h, &t->halves, of_track)
				view_party(h, p, rows, max);
	}
}

uint64_t
node_applied(const struct node *n)
{
	return ha_applied(n->x.ha);
}

void
node_get_meter(const struct node *n, struct meter *m)
{
	*m = n->x.meter;
}

uint64_t
node_digest(const struct node *n)
{
	return n->x.model.digest;
}

static const char *
node_state_name(const struct core_half *h)
{
	switch (core_half_view(h)) {
	case VIEW_initiated:
	case VIEW_originated:
	case VIEW_dialed:
	case VIEW_ringing:
		return "Alerting";
	case VIEW_connected:
		return "Active";
	case VIEW_held:
		return "Held";
	case VIEW_far_held:
		return "Remote Held";
	case VIEW_failed:
		return "Failed";
	case VIEW_queued:
		return "Queued";
	case VIEW_none:
		break;
	}
	return "Gone";
}

void
node_each_half(const struct node *n,
	void (*fn)(struct str device, struct str bw_call, uint64_t call_id, const char *state,
		void *arg),
	void *arg)
{
	const struct core_device *d;
	const struct core_half *h;

	for (d = n->x.model.devices; d != NULL; d = d->by_id.next)
		TAILQ_FOREACH(h, &d->halves, of_device)
			if (!h->gone)
				fn(str_of(d->id), str_of(h->bw_call), h->track->call->id,
					node_state_name(h), arg);
}

unsigned
node_journal_count(const struct node *n)
{
	return HASH_CNT(by_id, n->x.model.journals);
}

bool
node_is_in_doubt(const struct node *n)
{
	const struct core_device *d = n->x.model.devices;

	while (d != NULL && !bw_is_in_doubt(d))
		d = d->by_id.next;
	return d != NULL || n->bw.doubt_due.us != MONO_NEVER.us ||
		n->bw.look_due.us != MONO_NEVER.us;
}
