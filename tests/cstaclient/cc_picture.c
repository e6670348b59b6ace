/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture of calls a client builds from events, and the judgement of each event.
 *
 * Happy path: MonitorStart, one snapshot as the base, then every event moves the local connection
 * of its device along the table in cc_rules.c.
 * Failure modes, each counted with a sentence: a move the table does not have (the picture follows
 * the server all the same, so that one fault is not counted again and again), an event that tells
 * again what it told before, a call that comes back after its end, OutOfService and BackInService
 * that do not alternate, calls that move while their device is out of service other than right
 * before it comes back.
 * What cannot be judged is not counted: moves before the base was taken, the first event after a
 * snapshot that says what the snapshot said, a service pause that was cut by a reconnection.
 */
#include "tests/cstaclient/cc_picture.h"

#include <stdlib.h>
#include <string.h>

#include "tests/cstaclient/cc_text.h"

int
cc_picture_init(struct cc_picture *p, size_t session, struct cc_account *account,
	const char *const *names, size_t count)
{
	memset(p, 0, sizeof(*p));
	p->session = session;
	p->account = account;
	p->devices = calloc(count, sizeof(*p->devices));
	if (p->devices == NULL)
		return -1;
	for (; p->device_count < count; p->device_count++) {
		struct cc_device *d = &p->devices[p->device_count];

		cc_text_copy(d->name, sizeof(d->name), names[p->device_count]);
		d->is_in_service = true;
		cc_person_clear(&d->person);
		d->calls = calloc(CC_CALLS_MAX, sizeof(*d->calls));
		d->ended = calloc(CC_ENDED_MAX, sizeof(*d->ended));
		if (d->calls == NULL || d->ended == NULL) {
			p->device_count++;
			cc_picture_fini(p);
			return -1;
		}
	}
	return 0;
}

void
cc_picture_fini(struct cc_picture *p)
{
	for (size_t i = 0; i < p->device_count; i++) {
		free(p->devices[i].calls);
		free(p->devices[i].ended);
		cc_picture_drop_parts(&p->devices[i]);
	}
	free(p->devices);
	p->devices = NULL;
	p->device_count = 0;
}

void
cc_picture_clear(struct cc_picture *p)
{
	for (size_t i = 0; i < p->device_count; i++) {
		struct cc_device *d = &p->devices[i];

		d->xref[0] = '\0';
		cc_picture_drop_parts(d);
		d->is_based = false;
		d->is_pending = false;
		d->is_busy = false;
		d->is_in_service = true;
		d->retry_us = 0;
		d->call_count = 0;
		d->ended_count = 0;
		d->out_call_count = 0;
		cc_person_clear(&d->person);
	}
}

struct cc_device *
cc_picture_by_xref(struct cc_picture *p, const char *xref)
{
	for (size_t i = 0; i < p->device_count && xref[0] != '\0'; i++)
		if (strcmp(p->devices[i].xref, xref) == 0)
			return &p->devices[i];
	return NULL;
}

struct cc_call *
cc_picture_call(struct cc_device *d, const char *call_id)
{
	for (size_t i = 0; i < d->call_count; i++)
		if (strcmp(d->calls[i].id, call_id) == 0)
			return &d->calls[i];
	return NULL;
}

static bool
is_ended(const struct cc_device *d, const char *call_id, bool for_good)
{
	size_t n = d->ended_count < CC_ENDED_MAX ? d->ended_count : CC_ENDED_MAX;

	for (size_t i = 0; i < n; i++)
		if (strcmp(d->ended[i], call_id) == 0 && !(for_good && d->lives_on[i]))
			return true;
	return false;
}

/* A call that was diverted lives on, and the device may come back into it: who has parked it can retrieve it himself. */
static void
end_call(struct cc_device *d, struct cc_call *call, bool lives_on)
{
	cc_text_copy(d->ended[d->ended_count % CC_ENDED_MAX], CC_ID_MAX, call->id);
	d->lives_on[d->ended_count % CC_ENDED_MAX] = lives_on;
	d->ended_count++;
	d->call_count--;
	*call = d->calls[d->call_count];
}

static struct cc_call *
add_call(struct cc_picture *p, struct cc_device *d, const char *call_id, int64_t now_us)
{
	struct cc_call *call;

	if (d->call_count == CC_CALLS_MAX) {
		cc_account_problem(p->account, now_us,
			"session %zu device %s has more than %d calls", p->session, d->name,
			CC_CALLS_MAX);
		return NULL;
	}
	call = &d->calls[d->call_count++];
	memset(call, 0, sizeof(*call));
	cc_text_copy(call->id, sizeof(call->id), call_id);
	call->last_root = CC_ROOT_NONE;
	return call;
}

/* The device an event is about: that of its connection, else the one named beside it. */
static const char *
event_device(const struct cc_msg *m)
{
	return m->conn.device[0] != '\0' ? m->conn.device : m->subject;
}

static bool
is_own(const struct cc_device *d, const struct cc_msg *m, enum cc_state from, enum cc_state to)
{
	const char *device = event_device(m);

	if (m->root == CC_ROOT_NETWORK_REACHED)
		return false;
	return device[0] == '\0' ? from != to : cc_text_same_device(d->name, device);
}

/* The local state an event leads to when it has no localConnectionInfo. */
static enum cc_state
implied_state(const struct cc_device *d, const struct cc_msg *m, enum cc_state from)
{
	if (m->root == CC_ROOT_CALL_CLEARED)
		return CC_STATE_NULL;
	if (!cc_text_same_device(d->name, event_device(m)))
		return from;
	for (int to = CC_STATE_NULL; to < CC_STATE_UNKNOWN; to++)
		if (cc_rules_allows(m->root, from, (enum cc_state)to, true))
			return (enum cc_state)to;
	return from;
}

static bool
is_far_repeat(const struct cc_call *call, const struct cc_msg *m, enum cc_state to)
{
	const char *device = event_device(m);

	if (device[0] == '\0' || to == CC_STATE_QUEUED) /* offered to one agent after the other */
		return false;
	if (m->root == CC_ROOT_ESTABLISHED)
		return cc_text_same_device(call->answered, device);
	return m->root == CC_ROOT_DELIVERED && to == call->state &&
		cc_text_same_device(call->alerted, device);
}

/* True if the event tells what it told already: nothing in between, or the same answer again. */
static bool
is_repeat(const struct cc_device *d, const struct cc_call *call, const struct cc_msg *m,
	enum cc_state to)
{
	if (call == NULL)
		return to == CC_STATE_NULL && is_ended(d, m->conn.call_id, false);
	if (is_far_repeat(call, m, to))
		return true;
	if (m->root == CC_ROOT_DELIVERED && to == CC_STATE_QUEUED)
		return false;
	return call->last_root == m->root && call->state == to &&
		cc_text_same_device(call->last_device, event_device(m)) &&
		strcmp(call->last_other, m->other) == 0;
}

static void
report_repeat(struct cc_picture *p, const struct cc_device *d, const struct cc_msg *m,
	enum cc_state to, int64_t now_us)
{
	p->account->events_duplicated++;
	cc_account_problem(p->account, now_us,
		"session %zu device %s call %s: %s (%s) tells again what it told before, number %lld",
		p->session, d->name, m->conn.call_id, cc_rules_root_name(m->root),
		cc_rules_state_name(to), (long long)m->number);
}

static void
report_illegal(struct cc_picture *p, const struct cc_device *d, const struct cc_msg *m,
	enum cc_state from, enum cc_state to, int64_t now_us)
{
	p->account->illegal_transitions++;
	cc_account_problem(p->account, now_us,
		"session %zu device %s call %s: %s of %s may not lead from %s to %s%s, number %lld",
		p->session, d->name, m->conn.call_id, cc_rules_root_name(m->root), event_device(m),
		cc_rules_state_name(from), cc_rules_state_name(to),
		is_ended(d, m->conn.call_id, false) ? " (the call had ended)" : "",
		(long long)m->number);
}

/* Counts the event if it is a repetition or an illegal move. */
static void
judge(struct cc_picture *p, const struct cc_device *d, const struct cc_call *call,
	const struct cc_msg *m, enum cc_state to, int64_t now_us)
{
	enum cc_state from = call == NULL ? CC_STATE_NULL : call->state;
	bool is_told = call != NULL && call->last_root == CC_ROOT_NONE && from == to;
	/* a queue may offer its call again, a call may be transferred back: then somebody sent it */
	bool is_back = call == NULL && to != CC_STATE_NULL && is_ended(d, m->conn.call_id, true) &&
		!m->is_redirected;

	if (is_repeat(d, call, m, to)) {
		report_repeat(p, d, m, to, now_us);
		return;
	}
	if ((call == NULL && !d->is_based) || is_told)
		return;
	if (is_back || !cc_rules_allows(m->root, from, to, is_own(d, m, from, to)))
		report_illegal(p, d, m, from, to, now_us);
}

static void
remember(struct cc_call *call, const struct cc_msg *m, enum cc_state to)
{
	const char *device = event_device(m);

	call->state = to;
	call->last_root = m->root;
	cc_text_copy(call->last_device, sizeof(call->last_device), device);
	cc_text_copy(call->last_other, sizeof(call->last_other), m->other);
	if (m->root == CC_ROOT_DELIVERED)
		cc_text_copy(call->alerted, sizeof(call->alerted), device);
	if (m->root == CC_ROOT_ESTABLISHED)
		cc_text_copy(call->answered, sizeof(call->answered), device);
	if (m->root != CC_ROOT_CONNECTION_CLEARED && m->root != CC_ROOT_DIVERTED)
		return;
	if (cc_text_same_device(call->alerted, device))
		call->alerted[0] = '\0';
	if (cc_text_same_device(call->answered, device))
		call->answered[0] = '\0';
}

static void
move_connection(struct cc_picture *p, struct cc_device *d, const struct cc_msg *m, int64_t now_us)
{
	struct cc_call *call = cc_picture_call(d, m->conn.call_id);
	enum cc_state to = m->local;

	if (to == CC_STATE_UNKNOWN) {
		if (m->root != CC_ROOT_CALL_CLEARED)
			cc_account_problem(p->account, now_us,
				"session %zu device %s call %s: %s without localConnectionInfo",
				p->session, d->name, m->conn.call_id, cc_rules_root_name(m->root));
		to = implied_state(d, m, call == NULL ? CC_STATE_NULL : call->state);
	}
	judge(p, d, call, m, to, now_us);
	if (to == CC_STATE_NULL) {
		if (call != NULL)
			end_call(d, call, m->root == CC_ROOT_DIVERTED);
		return;
	}
	if (call == NULL) {
		call = add_call(p, d, m->conn.call_id, now_us);
		if (call != NULL) /* seen from its beginning */
			call->media = (struct cc_media){ CC_MEDIA_NONE, CC_MEDIA_NONE };
	}
	if (call != NULL)
		remember(call, m, to);
}

/* The new id of the call of this device after a transfer or conference; the first one if unnamed. */
static const char *
linked_id(const struct cc_device *d, const struct cc_msg *m)
{
	for (size_t i = 0; i < m->link_count; i++)
		if (cc_text_same_device(d->name, m->links[i].to.device))
			return m->links[i].to.call_id;
	return m->link_count > 0 ? m->links[0].to.call_id : m->conn.call_id;
}

/* The same parties were brought together by the event before. */
static bool
is_relink_repeat(const struct cc_call *one, const struct cc_msg *m)
{
	return one != NULL && one->last_root == m->root && m->other[0] != '\0' &&
		one->state == m->local && cc_text_same_device(one->other, m->other) &&
		strcmp(one->second, m->second.call_id) == 0 && strcmp(one->cause, m->cause) == 0;
}

/*
 * Transfer and conference: the old calls of the device end, and unless it left (null) it has its
 * connection in the new call. The change of the id is announced by the event itself.
 */
static void
relink(struct cc_picture *p, struct cc_device *d, const struct cc_msg *m, int64_t now_us)
{
	struct cc_call *one = cc_picture_call(d, m->conn.call_id);
	struct cc_call *two;
	struct cc_call *call;

	if (is_relink_repeat(one, m))
		report_repeat(p, d, m, m->local, now_us);
	if (one == NULL && cc_picture_call(d, m->second.call_id) == NULL && d->is_based)
		report_illegal(p, d, m, CC_STATE_NULL, m->local, now_us);
	if (one != NULL)
		end_call(d, one, false);
	two = cc_picture_call(d, m->second.call_id);
	if (two != NULL)
		end_call(d, two, false);
	if (m->local == CC_STATE_NULL)
		return;
	call = cc_picture_call(d, linked_id(d, m));
	if (call == NULL)
		call = add_call(p, d, linked_id(d, m), now_us);
	if (call == NULL)
		return;
	call->state = m->local == CC_STATE_UNKNOWN ? CC_STATE_CONNECTED : m->local;
	call->last_root = m->root;
	cc_text_copy(call->other, sizeof(call->other), m->other);
	cc_text_copy(call->second, sizeof(call->second), m->second.call_id);
	cc_text_copy(call->cause, sizeof(call->cause), m->cause);
}

static void
report_service(struct cc_picture *p, const struct cc_device *d, const char *what, int64_t now_us)
{
	p->account->oos_is_unpaired++;
	cc_account_problem(
		p->account, now_us, "session %zu device %s: %s", p->session, d->name, what);
}

static void
leave_service(struct cc_picture *p, struct cc_device *d, int64_t now_us)
{
	if (!d->is_in_service) {
		report_service(p, d, "OutOfService while out of service", now_us);
		return;
	}
	d->is_in_service = false;
	d->out_call_count = 0;
	d->out_connection = p->connection;
}

/* The call events of the pause must have come right before its end. */
static void
check_pause(struct cc_picture *p, const struct cc_device *d, int64_t now_us)
{
	size_t early = 0;

	for (size_t i = 0; i < d->out_call_count && i < CC_OUT_CALLS_MAX; i++)
		early += d->out_calls_us[i] < now_us - CC_BEFORE_BACK_US;
	if (early == 0 || d->out_connection != p->connection)
		return;
	p->account->calls_inside_oos += (int64_t)early;
	report_service(
		p, d, "call events while out of service, not right before BackInService", now_us);
}

static void
enter_service(struct cc_picture *p, struct cc_device *d, int64_t now_us)
{
	if (d->is_in_service) {
		report_service(p, d, "BackInService without OutOfService before", now_us);
		return;
	}
	check_pause(p, d, now_us);
	d->is_in_service = true;
}

static void
note_call_while_out(struct cc_device *d, int64_t now_us)
{
	if (d->is_in_service)
		return;
	if (d->out_call_count < CC_OUT_CALLS_MAX)
		d->out_calls_us[d->out_call_count] = now_us;
	d->out_call_count++;
}

static void
take_verdict(struct cc_picture *p, const struct cc_device *d, const struct cc_msg *m,
	enum cc_verdict verdict, int64_t now_us)
{
	if (verdict == CC_VERDICT_OK)
		return;
	if (verdict == CC_VERDICT_REPEAT)
		p->account->events_duplicated++;
	else
		p->account->illegal_transitions++;
	cc_account_problem(p->account, now_us,
		"session %zu device %s: %s (call \"%s\", message \"%s\") %s, number %lld",
		p->session, d->name, cc_rules_root_name(m->root), m->conn.call_id, m->message,
		verdict == CC_VERDICT_REPEAT ? "tells again what it told before" :
					       "does not fit what was told before",
		(long long)m->number);
}

/* News of a call that does not move it: the device must be in that call. */
static void
take_call_news(struct cc_picture *p, struct cc_device *d, const struct cc_msg *m, int64_t now_us)
{
	struct cc_call *call = cc_picture_call(d, m->conn.call_id);

	if (m->conn.call_id[0] == '\0' || (call == NULL && !d->is_based))
		return;
	take_verdict(p, d, m, call == NULL ? CC_VERDICT_ILLEGAL : cc_person_media(&call->media, m),
		now_us);
}

void
cc_picture_event(struct cc_picture *p, struct cc_device *d, const struct cc_msg *m, int64_t now_us)
{
	if (m->root == CC_ROOT_OUT_OF_SERVICE)
		leave_service(p, d, now_us);
	else if (m->root == CC_ROOT_BACK_IN_SERVICE)
		enter_service(p, d, now_us);
	if (cc_person_is_of_call(m->root))
		take_call_news(p, d, m, now_us);
	else if (m->class == CC_CLASS_FEATURE)
		take_verdict(p, d, m, cc_person_take(&d->person, m), now_us);
	if (m->class != CC_CLASS_CALL)
		return;
	note_call_while_out(d, now_us);
	if (m->root == CC_ROOT_TRANSFERED || m->root == CC_ROOT_CONFERENCED)
		relink(p, d, m, now_us);
	else
		move_connection(p, d, m, now_us);
}

int
cc_picture_add_part(struct cc_device *d, const struct cc_snap_call *snap, size_t count)
{
	struct cc_snap_call *parts;

	if (count == 0)
		return 0;
	parts = realloc(d->parts, (d->part_count + count) * sizeof(*parts));
	if (parts == NULL)
		return -1;
	memcpy(parts + d->part_count, snap, count * sizeof(*parts));
	d->parts = parts;
	d->part_count += count;
	return 0;
}

void
cc_picture_drop_parts(struct cc_device *d)
{
	free(d->parts);
	d->parts = NULL;
	d->part_count = 0;
	d->segments[0] = '\0';
}

static const struct cc_snap_call *
snap_find(const struct cc_snap_call *snap, size_t count, const char *call_id)
{
	for (size_t i = 0; i < count; i++)
		if (snap[i].state != CC_STATE_NULL && strcmp(snap[i].conn.call_id, call_id) == 0)
			return &snap[i];
	return NULL;
}

void
cc_picture_base(struct cc_picture *p, struct cc_device *d, const struct cc_snap_call *snap,
	size_t count, int64_t now_us)
{
	for (size_t i = d->call_count; i > 0; i--)
		if (snap_find(snap, count, d->calls[i - 1].id) == NULL)
			end_call(d, &d->calls[i - 1], false);
	for (size_t i = 0; i < count; i++) {
		struct cc_call *call = cc_picture_call(d, snap[i].conn.call_id);

		if (snap[i].state == CC_STATE_NULL)
			continue;
		if (call == NULL)
			call = add_call(p, d, snap[i].conn.call_id, now_us);
		if (call == NULL || call->state == snap[i].state)
			continue;
		call->state = snap[i].state;
		call->last_root = CC_ROOT_NONE;
	}
	d->is_based = true;
}

/* A snapshot cannot tell "connected to a failed party" from "failed"; unknown fits everything. */
static bool
is_same_state(enum cc_state a, enum cc_state b)
{
	bool is_a_failed = a == CC_STATE_FAIL && b == CC_STATE_CONNECTED;
	bool is_b_failed = b == CC_STATE_FAIL && a == CC_STATE_CONNECTED;

	return a == b || a == CC_STATE_UNKNOWN || b == CC_STATE_UNKNOWN || is_a_failed ||
		is_b_failed;
}

static void
report_difference(struct cc_picture *p, const struct cc_device *d, const char *call_id,
	enum cc_state ours, enum cc_state theirs, int64_t now_us)
{
	p->account->snapshot_differences++;
	cc_account_problem(p->account, now_us,
		"session %zu device %s call %s: picture %s, snapshot %s", p->session, d->name,
		call_id, cc_rules_state_name(ours), cc_rules_state_name(theirs));
}

/* A call the picture does not have, in the state of one that the snapshot does not have. */
static bool
is_renamed(const struct cc_device *d, const struct cc_snap_call *snap, size_t count,
	const struct cc_snap_call *unknown)
{
	for (size_t i = 0; i < d->call_count; i++)
		if (snap_find(snap, count, d->calls[i].id) == NULL &&
			is_same_state(d->calls[i].state, unknown->state))
			return true;
	return false;
}

static void
compare_unknown(struct cc_picture *p, struct cc_device *d, const struct cc_snap_call *snap,
	size_t count, const struct cc_snap_call *item, int64_t now_us)
{
	if (item->state == CC_STATE_NULL || cc_picture_call(d, item->conn.call_id) != NULL)
		return;
	if (is_renamed(d, snap, count, item)) {
		p->account->ids_changed++;
		cc_account_problem(p->account, now_us,
			"session %zu device %s: snapshot has call %s where the picture has another id",
			p->session, d->name, item->conn.call_id);
		return;
	}
	report_difference(p, d, item->conn.call_id, CC_STATE_NULL, item->state, now_us);
}

void
cc_picture_compare(struct cc_picture *p, struct cc_device *d, const struct cc_snap_call *snap,
	size_t count, int64_t now_us)
{
	for (size_t i = 0; i < d->call_count; i++) {
		const struct cc_snap_call *item = snap_find(snap, count, d->calls[i].id);

		if (item == NULL)
			report_difference(
				p, d, d->calls[i].id, d->calls[i].state, CC_STATE_NULL, now_us);
		else if (!is_same_state(d->calls[i].state, item->state))
			report_difference(
				p, d, d->calls[i].id, d->calls[i].state, item->state, now_us);
	}
	for (size_t i = 0; i < count; i++)
		compare_unknown(p, d, snap, count, &snap[i], now_us);
}

void
cc_picture_json(const struct cc_picture *p, json_t *list)
{
	for (size_t i = 0; i < p->device_count; i++) {
		const struct cc_device *d = &p->devices[i];
		json_t *calls = json_array();

		for (size_t k = 0; k < d->call_count; k++)
			json_array_append_new(calls,
				json_pack("{s:s,s:s,s:s}", "call_id", d->calls[k].id, "device",
					d->name, "state", cc_rules_state_name(d->calls[k].state)));
		json_array_append_new(list,
			json_pack("{s:s,s:b,s:b,s:i,s:o}", "device", d->name, "in_service",
				(int)d->is_in_service, "monitored", (int)(d->xref[0] != '\0'),
				"session", (int)p->session, "calls", calls));
	}
}
