/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session does with each message of the server.
 *
 * Happy path: read, journal, then by class: an answer ends its request, an event goes to the
 * picture of its device, a request of the server is answered.
 * Failure modes, each a problem: a message that cannot be read or is not valid, an answer that
 * nobody waits for or to another request, an event with a wrong invoke id, an unknown monitor, a
 * hole in the numbers or a number twice (such an event is not applied again), a status that says
 * that kept monitors are gone, a monitor or session that the server ends by itself.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/coverage/spool.h"
#include "tests/cstaclient/cc_session.h"
#include "tests/cstaclient/cc_text.h"

#define PROBLEM(s, ...) cc_account_problem((s)->shared->account, (s)->now_us, __VA_ARGS__)

static void
journal_in(struct cc_session *s, unsigned invoke_id, const struct cc_msg *m, const char *xml,
	size_t n, bool is_readable)
{
	struct cc_journal *j = s->shared->journal;

	cc_journal_begin(j, s->now_us, "in");
	cc_journal_number(j, "s", (int64_t)s->index);
	cc_journal_number(j, "id", invoke_id);
	if (is_readable) {
		const struct cc_device *d = cc_picture_by_xref(&s->picture, m->xref);

		cc_journal_text(j, "name", cc_rules_root_name(m->root));
		cc_journal_text(j, "xref", m->xref);
		cc_journal_text(j, "device", d == NULL ? "" : d->name);
		cc_journal_text(j, "call", m->conn.call_id);
		cc_journal_text(j, "of", m->conn.device);
		cc_journal_text(j, "other", m->other);
		cc_journal_text(j, "local", m->local_info);
		cc_journal_text(j, "cause", m->cause);
		cc_journal_text(j, "status", m->status);
		cc_journal_text(j, "session", m->session_id);
		cc_journal_text(j, "error", m->error);
		if (m->is_numbered)
			cc_journal_number(j, "number", m->number);
		if (m->root == CC_ROOT_SNAPSHOT_RESPONSE)
			cc_journal_number(j, "calls", (int64_t)m->snap_count);
	}
	if (!is_readable || s->shared->opts->is_journal_xml)
		cc_journal_textn(j, "xml", xml, n);
	cc_journal_end(j);
}

static void
append_final(struct cc_session *s, const struct cc_device *d, const struct cc_snap_call *snap,
	size_t count)
{
	json_t *calls = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(calls,
			json_pack("{s:s,s:s,s:s}", "call_id", snap[i].conn.call_id, "device",
				d->name, "state", cc_rules_state_name(snap[i].state)));
	json_array_append_new(
		s->final_list, json_pack("{s:s,s:o}", "device", d->name, "calls", calls));
}

static void
snapshot_complete(struct cc_session *s, struct cc_device *d, const struct cc_snap_call *snap,
	size_t count, bool is_final)
{
	if (!is_final) {
		cc_picture_base(&s->picture, d, snap, count, s->now_us);
		d->is_pending = false;
		s->setup_open--;
	} else if (s->is_final) {
		cc_picture_compare(&s->picture, d, snap, count, s->now_us);
		append_final(s, d, snap, count);
		s->final_done++;
	}
}

static void
take_snapshot(struct cc_session *s, const struct cc_request *r, const struct cc_msg *m)
{
	struct cc_device *d = &s->picture.devices[r->device];
	bool is_final = r->kind == CC_KIND_FINAL_SNAPSHOT;

	if (m->service_xref[0] == '\0') {
		snapshot_complete(s, d, m->snap, m->snap_count, is_final);
		return;
	}
	cc_picture_drop_parts(d);
	cc_text_copy(d->segments, sizeof(d->segments), m->service_xref);
	d->is_final = is_final;
}

static void
take_segment(struct cc_session *s, const struct cc_msg *m)
{
	struct cc_device *d = NULL;

	for (size_t i = 0; i < s->picture.device_count && d == NULL; i++)
		if (strcmp(s->picture.devices[i].segments, m->service_xref) == 0)
			d = &s->picture.devices[i];
	if (d == NULL || m->service_xref[0] == '\0') {
		PROBLEM(s, "session %zu: SnapshotDeviceData for unknown serviceCrossRefID %s",
			s->index, m->service_xref);
		return;
	}
	if (cc_picture_add_part(d, m->snap, m->snap_count) != 0) {
		PROBLEM(s, "session %zu: out of memory", s->index);
		return;
	}
	if (!m->is_last_segment)
		return;
	snapshot_complete(s, d, d->parts, d->part_count, d->is_final);
	cc_picture_drop_parts(d);
}

static void
refuse_setup(struct cc_session *s, const struct cc_request *r, const struct cc_msg *m)
{
	struct cc_device *d = &s->picture.devices[r->device];

	if (r->kind == CC_KIND_FINAL_SNAPSHOT) {
		s->final_failed++;
		json_array_append_new(s->final_list,
			json_pack("{s:s,s:s}", "device", d->name, "error", m->error));
	} else {
		d->is_pending = false;
		d->retry_us = s->now_us + CC_RETRY_US;
		s->setup_open--;
	}
	/* a device that is out of service is a state of the world, not a fault of the server */
	if (strstr(m->error, "OutOfService") == NULL)
		PROBLEM(s, "session %zu device %s: %s refused: %s", s->index, d->name,
			cc_requests_root(r->kind), m->error);
}

static void
take_monitor(struct cc_session *s, const struct cc_request *r, const struct cc_msg *m)
{
	struct cc_device *d = &s->picture.devices[r->device];
	const struct cc_device *other = cc_picture_by_xref(&s->picture, m->xref);
	char *end;

	if (strtoll(m->xref, &end, 10) <= 0 || *end != '\0')
		PROBLEM(s, "session %zu: monitorCrossRefID %s is not a positive decimal number",
			s->index, m->xref);
	if (other != NULL && other != d)
		PROBLEM(s, "session %zu: monitorCrossRefID %s names %s and %s", s->index, m->xref,
			other->name, d->name);
	cc_text_copy(d->xref, sizeof(d->xref), m->xref);
	d->is_pending = false;
	s->setup_open--;
	s->shared->account->monitors++;
}

/* A resume that brought another session: everything the client had is gone. */
static void
refuse_resume(struct cc_session *s, const char *what)
{
	s->shared->account->resume_refused++;
	PROBLEM(s, "session %zu: resume of %s refused: %s", s->index, s->session_id, what);
	cc_session_start_over(s);
}

static void
take_start(struct cc_session *s, const struct cc_msg *m)
{
	if (s->session_id[0] != '\0' && strcmp(s->session_id, m->session_id) != 0) {
		s->shared->account->ids_changed++;
		refuse_resume(s, "another sessionID was given");
	} else if (s->session_id[0] != '\0') {
		s->shared->account->resumes++;
	}
	cc_text_copy(s->session_id, sizeof(s->session_id), m->session_id);
	s->duration_us = m->duration_s * 1000000;
	s->is_agreed = true;
	cc_session_associated(s);
}

static void
refuse_start(struct cc_session *s, const struct cc_msg *m)
{
	if (strcmp(m->error, "serverResourcesBusy") == 0) {
		s->shared->account->busy_answers++;
		cc_session_give_up(s, true, "serverResourcesBusy");
		return;
	}
	if (s->session_id[0] != '\0') {
		refuse_resume(s, m->error);
	} else {
		PROBLEM(s, "session %zu: StartApplicationSession refused: %s", s->index, m->error);
		s->is_refused = strcmp(m->error, "invalidApplicationInfo") == 0;
	}
	cc_session_give_up(s, true, "StartApplicationSession refused");
}

/* A plain client goes on step by step: status, registration, monitors. */
static void
take_status(struct cc_session *s)
{
	s->is_agreed = true;
	if (s->phase == CC_PHASE_ASSOCIATING)
		(void)cc_session_request(s, CC_KIND_REGISTER, SIZE_MAX, "", "");
}

static void
take_reset(struct cc_session *s, const struct cc_msg *m)
{
	if (m->duration_s > 0)
		s->duration_us = m->duration_s * 1000000;
}

static void
end_load(struct cc_session *s, const struct cc_request *r, const struct cc_msg *m)
{
	struct cc_account *a = s->shared->account;
	struct cc_device *d = &s->picture.devices[r->device];
	struct cc_call *call = cc_picture_call(d, r->call_id);

	a->requests_in_flight--;
	a->requests_answered++;
	a->requests_failed += !cc_requests_is_positive(r->kind, m->root);
	if (r->kind == CC_KIND_MAKE)
		d->is_busy = false;
	else if (call != NULL)
		call->is_busy = false;
}

static void
take_positive(struct cc_session *s, const struct cc_request *r, const struct cc_msg *m)
{
	switch (r->kind) {
	case CC_KIND_START:
		take_start(s, m);
		break;
	case CC_KIND_STOP:
		s->phase = CC_PHASE_STOPPED;
		break;
	case CC_KIND_RESET:
		take_reset(s, m);
		break;
	case CC_KIND_STATUS:
		take_status(s);
		break;
	case CC_KIND_REGISTER:
		cc_session_associated(s);
		break;
	case CC_KIND_MONITOR:
		take_monitor(s, r, m);
		break;
	case CC_KIND_SNAPSHOT:
	case CC_KIND_FINAL_SNAPSHOT:
		take_snapshot(s, r, m);
		break;
	case CC_KIND_MONITOR_STOP:
	case CC_KIND_PROBE:
	case CC_KIND_MAKE:
	case CC_KIND_ANSWER:
	case CC_KIND_HOLD:
	case CC_KIND_RETRIEVE:
	case CC_KIND_CLEAR:
	case CC_KIND_CONSULT:
	case CC_KIND_ALTERNATE:
	case CC_KIND_RECONNECT:
	case CC_KIND_TRANSFER:
	case CC_KIND_CONFERENCE:
	case CC_KIND_SINGLE_STEP:
	case CC_KIND_DEFLECT:
	case CC_KIND_ASK:
		break;
	}
}

static void
take_negative(struct cc_session *s, const struct cc_request *r, const struct cc_msg *m)
{
	if (cc_requests_purpose(r->kind) == CC_PURPOSE_LOAD ||
		cc_requests_purpose(r->kind) == CC_PURPOSE_ASK)
		return;
	s->shared->account->setup_failed++;
	switch ((int)r->kind) {
	case CC_KIND_START:
		refuse_start(s, m);
		break;
	case CC_KIND_MONITOR:
	case CC_KIND_SNAPSHOT:
	case CC_KIND_FINAL_SNAPSHOT:
		refuse_setup(s, r, m);
		break;
	case CC_KIND_STOP:
		s->phase = CC_PHASE_STOPPED;
		break;
	default:
		PROBLEM(s, "session %zu: %s refused: %s", s->index, cc_requests_root(r->kind),
			m->error);
		if (s->phase == CC_PHASE_ASSOCIATING)
			cc_session_give_up(s, true, "association refused");
		break;
	}
}

static void
report_stray(struct cc_session *s, enum cc_match match, unsigned id, const struct cc_msg *m)
{
	const char *root = cc_rules_root_name(m->root);

	if (match == CC_MATCH_TWICE) {
		s->shared->account->answers_twice++;
		PROBLEM(s, "session %zu: second answer %s to request %04u", s->index, root, id);
	} else if (match == CC_MATCH_OLD) {
		PROBLEM(s, "session %zu: %s answers request %04u of an earlier connection",
			s->index, root, id);
	} else {
		PROBLEM(s, "session %zu: %s with invoke id %04u that was never used", s->index,
			root, id);
	}
}

static void
take_answer(struct cc_session *s, unsigned id, const struct cc_msg *m, const char *xml, size_t n)
{
	struct cc_request r;
	enum cc_match match = cc_requests_take(&s->requests, id, &r);

	if (match != CC_MATCH_OK) {
		report_stray(s, match, id, m);
		return;
	}
	s->last_answer_us = s->now_us;
	if (r.kind == CC_KIND_PROBE && !s->is_deaf)
		cc_hist_add(&s->shared->account->probed, s->now_us - r.sent_us);
	if (!cc_requests_fits(r.kind, m->root)) {
		PROBLEM(s, "session %zu: %s answers %s %04u", s->index, cc_rules_root_name(m->root),
			cc_requests_root(r.kind), id);
		cc_session_give_up(s, true, "wrong answer");
	}
	if (cc_requests_purpose(r.kind) == CC_PURPOSE_LOAD)
		end_load(s, &r, m);
	if (r.kind == CC_KIND_ASK)
		cc_session_asked(s, m, xml, n);
	if (cc_requests_is_positive(r.kind, m->root))
		take_positive(s, &r, m);
	else
		take_negative(s, &r, m);
}

static bool
is_orphan(struct cc_session *s, const char *xref)
{
	for (size_t i = 0; i < s->orphan_count; i++)
		if (strcmp(s->orphans[i], xref) == 0)
			return true;
	return false;
}

/*
 * An event of a monitor that nobody knows. The answer to a MonitorStart can be lost with its
 * connection: so many unknown monitors are expected after it, and are stopped.
 */
static void
take_unknown(struct cc_session *s, const struct cc_msg *m)
{
	if (is_orphan(s, m->xref))
		return;
	if (s->orphan_count < s->orphans_expected && s->orphan_count < CC_ORPHANS_MAX) {
		cc_text_copy(s->orphans[s->orphan_count++], CC_ID_MAX, m->xref);
		(void)cc_session_request(s, CC_KIND_MONITOR_STOP, SIZE_MAX, "", m->xref);
		return;
	}
	s->shared->account->unknown_crossrefs++;
	s->shared->account->ids_changed += s->connections > 1 && s->session_id[0] != '\0';
	PROBLEM(s, "session %zu: %s with unknown monitorCrossRefID %s", s->index,
		cc_rules_root_name(m->root), m->xref);
}

/* Checks the number of an event; false if it was there before. */
static bool
take_number(struct cc_session *s, const struct cc_msg *m)
{
	struct cc_account *a = s->shared->account;

	if (s->shared->opts->is_plain)
		return true;
	if (!m->is_numbered) {
		PROBLEM(s, "session %zu: %s without messageSequenceNumber", s->index,
			cc_rules_root_name(m->root));
		return true;
	}
	if (m->number <= s->last_number) {
		a->events_duplicated++;
		PROBLEM(s, "session %zu: event number %lld after %lld", s->index,
			(long long)m->number, (long long)s->last_number);
		return false;
	}
	if (m->number > s->last_number + 1) {
		a->events_lost += m->number - s->last_number - 1;
		PROBLEM(s, "session %zu: event number %lld after %lld: a hole", s->index,
			(long long)m->number, (long long)s->last_number);
	}
	s->last_number = m->number;
	return true;
}

/*
 * A simulator that is told so gives callers from outside the present time as number (see bwsim, stamp_callers). Its
 * clock is ours; what is older than a minute is somebody's number.
 */
static void
measure_delivered(struct cc_session *s, const struct cc_msg *m)
{
	const char *digits = m->calling + (m->calling[0] == '+');
	int64_t t_us = strlen(digits) == 16 ? strtoll(digits, NULL, 10) : 0;

	if (!s->is_deaf && t_us > s->now_us - 60000000 && t_us <= s->now_us)
		cc_hist_add(&s->shared->account->delivered, s->now_us - t_us);
}

static void
take_event(struct cc_session *s, unsigned id, const struct cc_msg *m)
{
	struct cc_device *d = cc_picture_by_xref(&s->picture, m->xref);

	s->shared->account->events++;
	if (m->root == CC_ROOT_DELIVERED)
		measure_delivered(s, m);
	if (id != CC_FRAME_ID_EVENT)
		PROBLEM(s, "session %zu: %s with invoke id %04u instead of 9999", s->index,
			cc_rules_root_name(m->root), id);
	if (s->phase == CC_PHASE_ASSOCIATING)
		PROBLEM(s, "session %zu: %s before the association stands", s->index,
			cc_rules_root_name(m->root));
	if (!take_number(s, m))
		return;
	if (d == NULL)
		take_unknown(s, m);
	else
		cc_picture_event(&s->picture, d, m, s->now_us);
}

static bool
has_monitors(const struct cc_picture *p)
{
	for (size_t i = 0; i < p->device_count; i++)
		if (p->devices[i].xref[0] != '\0')
			return true;
	return false;
}

static void
take_system_status(struct cc_session *s, unsigned id, const struct cc_msg *m)
{
	bool is_cold = strcmp(m->status, "enabled") == 0 || strcmp(m->status, "initializing") == 0;

	cc_session_answer(s, id, "SystemStatusResponse");
	if (is_cold && has_monitors(&s->picture))
		PROBLEM(s, "session %zu: SystemStatus %s while monitors are kept", s->index,
			m->status);
	if (strcmp(m->status, "messagesLost") == 0)
		s->shared->account->status_messages_lost++;
	if (s->phase == CC_PHASE_ASSOCIATING && s->shared->opts->is_plain && !s->is_normal &&
		strcmp(m->status, "normal") == 0) {
		s->is_normal = true;
		(void)cc_session_request(s, CC_KIND_STATUS, SIZE_MAX, "", "");
	}
}

static void
take_monitor_stop(struct cc_session *s, unsigned id, const struct cc_msg *m)
{
	struct cc_device *d = cc_picture_by_xref(&s->picture, m->xref);

	cc_session_answer(s, id, "MonitorStopResponse");
	PROBLEM(s, "session %zu device %s: the server ended monitor %s", s->index,
		d == NULL ? "?" : d->name, m->xref);
	if (d == NULL)
		return;
	d->xref[0] = '\0';
	s->shared->account->monitors--;
}

static void
check_request_id(struct cc_session *s, unsigned id, const struct cc_msg *m)
{
	if (m->root == CC_ROOT_SNAPSHOT_DEVICE_DATA || m->root == CC_ROOT_SESSION_TERMINATED)
		return;
	if ((id != 0 && id <= CC_REQUEST_ID_MAX) || id == CC_FRAME_ID_EVENT)
		PROBLEM(s, "session %zu: %s of the server has invoke id %04u%s", s->index,
			cc_rules_root_name(m->root), id,
			cc_requests_is_open(&s->requests, id) ? ", which is outstanding" : "");
}

static void
take_request(struct cc_session *s, unsigned id, const struct cc_msg *m)
{
	check_request_id(s, id, m);
	switch ((int)m->root) {
	case CC_ROOT_SYSTEM_STATUS:
		take_system_status(s, id, m);
		break;
	case CC_ROOT_REQUEST_SYSTEM_STATUS:
		cc_session_answer(s, id, "RequestSystemStatusResponse");
		break;
	case CC_ROOT_MONITOR_STOP:
		take_monitor_stop(s, id, m);
		break;
	case CC_ROOT_SNAPSHOT_DEVICE_DATA:
		take_segment(s, m);
		break;
	case CC_ROOT_SESSION_TERMINATED:
		PROBLEM(s, "session %zu: the server ended session %s: %s", s->index, s->session_id,
			m->error);
		cc_session_start_over(s);
		cc_session_give_up(s, true, "session ended by the server");
		break;
	default:
		PROBLEM(s, "session %zu: the server sent %s", s->index,
			cc_rules_root_name(m->root));
		break;
	}
}

static void
take_message(struct cc_session *s, unsigned id, const struct cc_msg *m, const char *xml, size_t n)
{
	switch (m->class) {
	case CC_CLASS_CALL:
	case CC_CLASS_FEATURE:
		take_event(s, id, m);
		break;
	case CC_CLASS_REQUEST:
		take_request(s, id, m);
		break;
	case CC_CLASS_ANSWER:
		take_answer(s, id, m, xml, n);
		break;
	case CC_CLASS_NONE:
		break;
	}
}

int
cc_session_take(unsigned id, const char *xml, size_t n, void *arg)
{
	struct cc_session *s = arg;
	struct cc_msg m;
	char why[CC_WHY_MAX];
	bool is_valid;
	int rc;

	csta_spool(xml, n);
	cc_gap_arrival(s->shared->gap, s->index, s->now_us);
	rc = cc_doc_read(
		xml, n, s->is_agreed ? s->shared->ns : NULL, s->shared->valid, &m, &is_valid, why);
	journal_in(s, id, &m, xml, n, rc == 0);
	if (rc != 0) {
		PROBLEM(s, "session %zu: message %04u: %s", s->index, id, why);
		return 0;
	}
	if (!is_valid) {
		s->shared->account->invalid++;
		PROBLEM(s, "session %zu: %s is not valid: %s", s->index, cc_rules_root_name(m.root),
			why);
	}
	take_message(s, id, &m, xml, n);
	cc_doc_fini(&m);
	/* the owner closes: what is still in the buffer of this connection is not read any more */
	return s->wants_close ? 1 : 0;
}
