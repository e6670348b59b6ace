/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One CSTA session: association, monitors, snapshots, timers, what is sent.
 *
 * Happy path, mode session: connected -> StartApplicationSession -> positive answer -> MonitorStart
 * and SnapshotDevice of each device -> ready; ResetApplicationSessionTimer at half of the granted
 * duration. After a lost connection the old sessionID and the number of the last event are
 * presented; monitors and picture stay.
 * Happy path, mode plain: connected -> SystemStatus normal of the server -> RequestSystemStatus ->
 * SystemRegister -> monitors and snapshots; after a lost connection all of it again.
 * Failure modes: no SystemStatus in time, no answer to probes: the connection is given up. A refused
 * resume starts a new session. A refused monitor is tried again. Requests in flight when the
 * connection goes are counted as unanswered and never sent again.
 */
#include "tests/cstaclient/cc_session.h"

#include <stdio.h>
#include <string.h>

#include "tests/cstaclient/cc_make.h"
#include "tests/cstaclient/cc_text.h"

#define XML_MAX 4096

int
cc_session_init(struct cc_session *s, size_t index, const struct cc_shared *shared,
	const char *const *devices, size_t device_count, cc_session_send_fn send, void *send_arg)
{
	memset(s, 0, sizeof(*s));
	s->index = index;
	s->shared = shared;
	s->send = send;
	s->send_arg = send_arg;
	cc_requests_init(&s->requests);
	return cc_picture_init(&s->picture, index, shared->account, devices, device_count);
}

void
cc_session_fini(struct cc_session *s)
{
	cc_picture_fini(&s->picture);
	json_decref(s->final_list);
	s->final_list = NULL;
	json_decref(s->ask_reply);
	s->ask_reply = NULL;
}

static void
journal_out(struct cc_session *s, unsigned invoke_id, const char *root,
	const struct cc_request *request, const struct cc_text *xml)
{
	struct cc_journal *j = s->shared->journal;

	cc_journal_begin(j, s->now_us, "out");
	cc_journal_number(j, "s", (int64_t)s->index);
	cc_journal_number(j, "id", invoke_id);
	cc_journal_text(j, "name", root);
	if (request != NULL && request->kind == CC_KIND_PROBE)
		cc_journal_number(j, "probe", 1);
	if (request != NULL && request->device < s->picture.device_count)
		cc_journal_text(j, "device", s->picture.devices[request->device].name);
	if (request != NULL)
		cc_journal_text(j, "call", request->call_id);
	if (s->shared->opts->is_journal_xml)
		cc_journal_text(j, "xml", xml->p);
	cc_journal_end(j);
}

static void
send_xml(struct cc_session *s, unsigned invoke_id, const struct cc_text *xml)
{
	unsigned char frame[XML_MAX + CC_FRAME_PREFIX];
	size_t n = xml->is_cut ? 0 : cc_frame_put(frame, invoke_id, xml->p, xml->n);

	if (n == 0) {
		cc_account_problem(s->shared->account, s->now_us,
			"session %zu: message of %zu bytes is too long to send", s->index, xml->n);
		return;
	}
	s->send(frame, n, s->send_arg);
}

static void
make_start(struct cc_session *s, struct cc_text *xml)
{
	const struct cc_opts *o = s->shared->opts;
	struct cc_make_start start = {
		.user = o->user,
		.password = o->password,
		.session_id = s->session_id[0] == '\0' ? NULL : s->session_id,
		.version = s->shared->ns,
		.cleanup_s = o->cleanup_s,
		.duration_s = o->session_s,
		.last_number = s->last_number,
	};

	cc_make_start_session(xml, &start);
}

static void
make_request(
	struct cc_session *s, const struct cc_request *request, const char *to, struct cc_text *xml)
{
	const char *ns = s->shared->ns;
	const char *root = cc_requests_root(request->kind);
	const char *device = "";

	if (request->device < s->picture.device_count)
		device = s->picture.devices[request->device].name;
	switch (request->kind) {
	case CC_KIND_START:
		make_start(s, xml);
		break;
	case CC_KIND_STOP:
		cc_make_stop_session(xml, s->session_id);
		break;
	case CC_KIND_RESET:
		cc_make_reset_timer(xml, s->session_id, s->shared->opts->session_s);
		break;
	case CC_KIND_STATUS:
	case CC_KIND_PROBE:
		cc_make_request_status(xml, ns);
		break;
	case CC_KIND_REGISTER:
		cc_make_register(xml, ns);
		break;
	case CC_KIND_MONITOR:
		cc_make_monitor_start(xml, ns, device);
		break;
	case CC_KIND_MONITOR_STOP:
		cc_make_monitor_stop(xml, ns, to);
		break;
	case CC_KIND_SNAPSHOT:
	case CC_KIND_FINAL_SNAPSHOT:
		cc_make_snapshot(xml, ns, device);
		break;
	case CC_KIND_MAKE:
		cc_make_call(xml, ns, device, to);
		break;
	case CC_KIND_ANSWER:
		cc_make_connection(xml, ns, root, "callToBeAnswered", request->call_id, device);
		break;
	case CC_KIND_HOLD:
		cc_make_connection(xml, ns, root, "callToBeHeld", request->call_id, device);
		break;
	case CC_KIND_RETRIEVE:
		cc_make_connection(xml, ns, root, "callToBeRetrieved", request->call_id, device);
		break;
	case CC_KIND_CLEAR:
		cc_make_connection(
			xml, ns, root, "connectionToBeCleared", request->call_id, device);
		break;
	case CC_KIND_ALTERNATE:
	case CC_KIND_RECONNECT:
	case CC_KIND_TRANSFER:
	case CC_KIND_CONFERENCE:
		cc_make_two(xml, ns, root, request->call_id, to, device);
		break;
	case CC_KIND_CONSULT:
	case CC_KIND_SINGLE_STEP:
	case CC_KIND_DEFLECT:
		cc_make_away(xml, ns, root, request->call_id, device, to);
		break;
	case CC_KIND_ASK: /* see cc_session_ask() */
		break;
	}
}

static void
count_request(struct cc_account *a, enum cc_kind kind)
{
	switch (cc_requests_purpose(kind)) {
	case CC_PURPOSE_SETUP:
		a->setup_requests++;
		break;
	case CC_PURPOSE_PROBE:
		a->probes++;
		break;
	case CC_PURPOSE_LOAD:
		a->requests++;
		a->requests_in_flight++;
		break;
	case CC_PURPOSE_ASK:
		break;
	}
}

struct cc_request *
cc_session_request(
	struct cc_session *s, enum cc_kind kind, size_t device, const char *call_id, const char *to)
{
	struct cc_request *request = cc_requests_add(&s->requests, kind, s->now_us);
	char memory[XML_MAX];
	struct cc_text xml;

	if (request == NULL)
		return NULL;
	request->device = device;
	cc_text_copy(request->call_id, sizeof(request->call_id), call_id);
	cc_text_init(&xml, memory, sizeof(memory));
	make_request(s, request, to, &xml);
	count_request(s->shared->account, kind);
	journal_out(s, request->id, cc_requests_root(kind), request, &xml);
	send_xml(s, request->id, &xml);
	return request;
}

bool
cc_session_ask(struct cc_session *s, const char *root, const char *inner, int64_t now_us)
{
	struct cc_request *request;
	char memory[XML_MAX];
	struct cc_text xml;

	s->now_us = now_us;
	cc_text_init(&xml, memory, sizeof(memory));
	cc_make_any(&xml, s->shared->ns, root, inner);
	if (s->phase != CC_PHASE_READY || s->is_asking || s->wants_close || xml.is_cut)
		return false;
	request = cc_requests_add(&s->requests, CC_KIND_ASK, now_us);
	if (request == NULL)
		return false;
	request->device = SIZE_MAX;
	s->is_asking = true;
	journal_out(s, request->id, root, request, &xml);
	send_xml(s, request->id, &xml);
	return true;
}

json_t *
cc_session_take_ask(struct cc_session *s)
{
	json_t *reply = s->ask_reply;

	s->ask_reply = NULL;
	if (reply != NULL)
		s->is_asking = false;
	return reply;
}

void
cc_session_asked(struct cc_session *s, const struct cc_msg *m, const char *xml, size_t n)
{
	json_decref(s->ask_reply);
	s->ask_reply =
		json_pack("{s:b,s:s,s:s,s:s,s:s%}", "ok", 1, "answer", cc_rules_root_name(m->root),
			"error", m->error, "call_id", m->conn.call_id, "xml", xml, (size_t)n);
	if (s->ask_reply == NULL) /* not UTF-8 */
		s->ask_reply = json_pack("{s:b,s:s}", "ok", 0, "error", "unreadable answer");
}

void
cc_session_answer(struct cc_session *s, unsigned invoke_id, const char *root)
{
	char memory[XML_MAX];
	struct cc_text xml;

	cc_text_init(&xml, memory, sizeof(memory));
	if (strcmp(root, "RequestSystemStatusResponse") == 0)
		cc_make_status_normal(&xml, s->shared->ns);
	else
		cc_make_empty(&xml, s->shared->ns, root);
	journal_out(s, invoke_id, root, NULL, &xml);
	send_xml(s, invoke_id, &xml);
}

void
cc_session_give_up(struct cc_session *s, bool wants_delay, const char *why)
{
	if (s->wants_close)
		return;
	s->wants_close = true;
	s->wants_delay = wants_delay;
	cc_text_copy(s->close_why, sizeof(s->close_why), why);
}

/* The server does not know this session any more (or never did): nothing of it is left. */
void
cc_session_start_over(struct cc_session *s)
{
	for (size_t i = 0; i < s->picture.device_count; i++)
		s->shared->account->monitors -= s->picture.devices[i].xref[0] != '\0';
	cc_picture_clear(&s->picture);
	s->session_id[0] = '\0';
	s->last_number = 0;
	s->orphans_expected = 0;
	s->orphan_count = 0;
	s->setup_open = 0;
}

void
cc_session_connected(struct cc_session *s, int64_t now_us)
{
	s->now_us = now_us;
	s->connections++;
	s->picture.connection = s->connections;
	if (s->connections > 1)
		s->shared->account->reconnects++;
	cc_frame_reset(&s->in);
	s->phase = CC_PHASE_ASSOCIATING;
	s->connected_us = now_us;
	s->last_answer_us = now_us;
	s->wants_close = false;
	s->wants_delay = false;
	s->is_normal = false;
	s->is_agreed = false;
	s->setup_open = 0;
	s->setup_cursor = 0;
	cc_journal_begin(s->shared->journal, now_us, "connected");
	cc_journal_number(s->shared->journal, "s", (int64_t)s->index);
	cc_journal_end(s->shared->journal);
	if (s->shared->opts->is_plain)
		cc_session_start_over(s);
	else
		(void)cc_session_request(s, CC_KIND_START, SIZE_MAX, "", "");
}

static void
count_abandoned(struct cc_session *s, const struct cc_request *request)
{
	struct cc_account *a = s->shared->account;

	switch (cc_requests_purpose(request->kind)) {
	case CC_PURPOSE_SETUP:
		a->setup_unanswered++;
		break;
	case CC_PURPOSE_PROBE:
		a->probes_unanswered++;
		break;
	case CC_PURPOSE_LOAD:
		a->requests_unanswered++;
		a->requests_in_flight--;
		break;
	case CC_PURPOSE_ASK:
		json_decref(s->ask_reply);
		s->ask_reply = json_pack("{s:b,s:s}", "ok", 0, "error", "connection lost");
		break;
	}
	if (request->kind == CC_KIND_MONITOR)
		s->orphans_expected++;
	if (request->kind == CC_KIND_FINAL_SNAPSHOT) {
		s->final_failed++;
		json_array_append_new(s->final_list,
			json_pack("{s:s,s:s}", "device", s->picture.devices[request->device].name,
				"error", "connection lost"));
	}
}

static void
release_marks(struct cc_picture *p)
{
	for (size_t i = 0; i < p->device_count; i++) {
		struct cc_device *d = &p->devices[i];

		d->is_busy = false;
		d->is_pending = false;
		cc_picture_drop_parts(d);
		for (size_t k = 0; k < d->call_count; k++)
			d->calls[k].is_busy = false;
	}
}

void
cc_session_lost(struct cc_session *s, const char *why, int64_t now_us)
{
	s->now_us = now_us;
	cc_journal_begin(s->shared->journal, now_us, "lost");
	cc_journal_number(s->shared->journal, "s", (int64_t)s->index);
	cc_journal_text(s->shared->journal, "why", why);
	cc_journal_number(s->shared->journal, "open", (int64_t)s->requests.count);
	cc_journal_end(s->shared->journal);
	for (size_t i = 0; i < s->requests.count; i++)
		count_abandoned(s, &s->requests.list[i]);
	cc_requests_abandon(&s->requests);
	release_marks(&s->picture);
	s->wants_close = false;
	s->phase = s->phase >= CC_PHASE_STOPPING ? CC_PHASE_STOPPED : CC_PHASE_DOWN;
}

void
cc_session_bytes(struct cc_session *s, const void *p, size_t n, int64_t now_us)
{
	char why[CC_WHY_MAX] = "";
	char sentence[CC_WHY_MAX + 32];

	s->now_us = now_us;
	if (s->wants_close)
		return;
	if (cc_frame_feed(&s->in, p, n, cc_session_take, s, why, sizeof(why)) != -1)
		return;
	cc_account_problem(s->shared->account, now_us, "session %zu: framing: %s", s->index, why);
	(void)snprintf(sentence, sizeof(sentence), "framing: %s", why);
	cc_session_give_up(s, true, sentence);
}

/* What a device still needs; false if nothing, or not now. */
static bool
next_step(struct cc_session *s, size_t index, enum cc_kind *kind)
{
	const struct cc_device *d = &s->picture.devices[index];

	if (d->is_pending || s->now_us < d->retry_us || (d->xref[0] != '\0' && d->is_based))
		return false;
	*kind = d->xref[0] == '\0' ? CC_KIND_MONITOR : CC_KIND_SNAPSHOT;
	return true;
}

static bool
is_set_up(const struct cc_picture *p)
{
	for (size_t i = 0; i < p->device_count; i++)
		if (p->devices[i].xref[0] == '\0' || !p->devices[i].is_based)
			return false;
	return true;
}

/* Sends what the devices need, some at a time; the cursor goes round so that each gets its turn. */
static void
pump_setup(struct cc_session *s)
{
	size_t count = s->picture.device_count;
	enum cc_kind kind;

	for (size_t seen = 0; seen < count && s->setup_open < CC_SETUP_WINDOW; seen++) {
		size_t index = s->setup_cursor;

		if (next_step(s, index, &kind)) {
			if (cc_session_request(s, kind, index, "", "") == NULL)
				return;
			s->picture.devices[index].is_pending = true;
			s->setup_open++;
		}
		s->setup_cursor = (index + 1) % count;
	}
	if (s->setup_open == 0 && is_set_up(&s->picture)) {
		s->phase = CC_PHASE_READY;
		s->was_ready = true;
	}
}

static void
pump_final(struct cc_session *s)
{
	while (s->is_final && s->final_next < s->picture.device_count &&
		s->final_next - s->final_done - s->final_failed < CC_SETUP_WINDOW) {
		if (cc_session_request(s, CC_KIND_FINAL_SNAPSHOT, s->final_next, "", "") == NULL)
			return;
		s->final_next++;
	}
}

void
cc_session_associated(struct cc_session *s)
{
	int64_t now_us = s->now_us;

	s->phase = CC_PHASE_SETTING_UP;
	/* not all sessions at once */
	s->next_probe_us = now_us +
		s->shared->opts->probe_ms * 1000 * (int64_t)s->index /
			(int64_t)(s->shared->opts->sessions + 1);
	s->next_keepalive_us = now_us + s->shared->opts->keepalive_s * 1000000;
	s->next_reset_us = now_us + s->duration_us / 2;
	pump_setup(s);
}

static void
report_late(struct cc_session *s, struct cc_request *request)
{
	if (request->is_late || s->now_us - request->sent_us < CC_REQUEST_LATE_US)
		return;
	request->is_late = true;
	cc_account_problem(s->shared->account, s->now_us,
		"session %zu: no answer to %s %04u after 7 s on a live connection", s->index,
		cc_requests_root(request->kind), request->id);
}

/* Requests that a server answers at once by itself, so that silence means it is gone. */
static bool
is_vital(enum cc_kind kind)
{
	return kind == CC_KIND_PROBE || kind == CC_KIND_START || kind == CC_KIND_STATUS ||
		kind == CC_KIND_RESET || kind == CC_KIND_REGISTER;
}

static void
check_answers(struct cc_session *s)
{
	int64_t dead_us = s->shared->opts->dead_ms * 1000;
	bool is_silent = s->now_us - s->last_answer_us >= dead_us;

	for (size_t i = 0; i < s->requests.count; i++) {
		struct cc_request *request = &s->requests.list[i];

		report_late(s, request);
		if (is_silent && is_vital(request->kind) && s->now_us - request->sent_us >= dead_us)
			cc_session_give_up(s, false, "no answers");
	}
}

static void
send_timed(struct cc_session *s)
{
	const struct cc_opts *o = s->shared->opts;

	if (o->probe_ms > 0 && s->now_us >= s->next_probe_us) {
		(void)cc_session_request(s, CC_KIND_PROBE, SIZE_MAX, "", "");
		s->next_probe_us = s->now_us + o->probe_ms * 1000;
	}
	if (o->is_plain && o->keepalive_s > 0 && s->now_us >= s->next_keepalive_us) {
		(void)cc_session_request(s, CC_KIND_STATUS, SIZE_MAX, "", "");
		s->next_keepalive_us = s->now_us + o->keepalive_s * 1000000;
	}
	if (!o->is_plain && s->duration_us > 0 && s->now_us >= s->next_reset_us) {
		(void)cc_session_request(s, CC_KIND_RESET, SIZE_MAX, "", "");
		s->next_reset_us = s->now_us + s->duration_us / 2;
	}
}

void
cc_session_tick(struct cc_session *s, int64_t now_us)
{
	s->now_us = now_us;
	if (s->phase == CC_PHASE_DOWN || s->phase == CC_PHASE_STOPPED || s->wants_close ||
		s->is_deaf)
		return;
	if (s->phase == CC_PHASE_ASSOCIATING && s->shared->opts->is_plain && !s->is_normal &&
		now_us - s->connected_us >= CC_STATUS_WAIT_US) {
		cc_account_problem(s->shared->account, now_us,
			"session %zu: SystemStatus normal did not come within 2 s", s->index);
		cc_session_give_up(s, true, "no SystemStatus normal");
		return;
	}
	check_answers(s);
	if (s->phase == CC_PHASE_SETTING_UP)
		pump_setup(s);
	if (s->phase == CC_PHASE_SETTING_UP || s->phase == CC_PHASE_READY)
		send_timed(s);
	if (s->phase == CC_PHASE_READY)
		pump_final(s);
}

void
cc_session_act(struct cc_session *s, const struct cc_action *action, int64_t now_us)
{
	struct cc_device *d = &s->picture.devices[action->device];
	struct cc_call *call = cc_picture_call(d, action->call_id);

	s->now_us = now_us;
	if (cc_session_request(s, action->kind, action->device, action->call_id, action->to) ==
		NULL)
		return;
	if (call != NULL)
		call->is_busy = true;
	else
		d->is_busy = true;
}

void
cc_session_stop(struct cc_session *s, int64_t now_us)
{
	s->now_us = now_us;
	if (s->phase == CC_PHASE_DOWN || s->phase >= CC_PHASE_STOPPING)
		s->phase = CC_PHASE_STOPPED;
	else if (s->session_id[0] != '\0' &&
		cc_session_request(s, CC_KIND_STOP, SIZE_MAX, "", "") != NULL)
		s->phase = CC_PHASE_STOPPING;
	else
		s->phase = CC_PHASE_STOPPED;
}

void
cc_session_begin_final(struct cc_session *s)
{
	json_decref(s->final_list);
	s->final_list = json_array();
	s->is_final = true;
	s->final_next = 0;
	s->final_done = 0;
	s->final_failed = 0;
}

bool
cc_session_is_final_done(const struct cc_session *s)
{
	return s->is_final && s->final_done + s->final_failed == s->picture.device_count;
}

json_t *
cc_session_take_final(struct cc_session *s)
{
	json_t *list = s->final_list;

	s->final_list = NULL;
	s->is_final = false;
	return list;
}

size_t
cc_session_in_flight(const struct cc_session *s)
{
	size_t count = 0;

	for (size_t i = 0; i < s->requests.count; i++)
		count += cc_requests_purpose(s->requests.list[i].kind) == CC_PURPOSE_LOAD;
	return count;
}
