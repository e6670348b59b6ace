/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private services: see svc_escape.h.
 *
 * One row of a table is one request. Happy path: the row is found by its name, the device and the call are looked up in
 * the model, the request is formed and sent as a job of one step, the answer of BroadWorks becomes private data.
 * Failure: what is wrong with the parameters is said at once, what BroadWorks refuses as for every other job.
 */
#include "daemon/svc_escape.h"

#include "daemon/svc_ident.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"
#include "proto/xsi_body.h"
#include "proto/xsi_decode.h"

#define ESCAPE_TEXT_MAX 255 /* a URL */
#define ESCAPE_NUMBER 24    /* digits of a number and a NUL */

enum escape_object {
	ESCAPE_NOTHING,     /* BroadWorks as a whole; the device only says who asks */
	ESCAPE_DEVICE,      /* deviceID */
	ESCAPE_CONFERENCE,  /* that of deviceID */
	ESCAPE_CALL,        /* callID of deviceID */
	ESCAPE_PARTICIPANT, /* of the conference of deviceID */
};

/* Completes the request: arguments behind device and call, a body in v->body. False: a parameter is missing or wrong. */
typedef bool (*escape_form_fn)(const struct svc_in *in, struct xsi_request *q);

struct escape_row {
	enum xsi_op op;
	enum core_device_kind kind; /* of the device; CORE_KIND_count: any */
	enum escape_object object;
	escape_form_fn form; /* NULL: nothing to add */
	enum xsi_doc_kind
		answer; /* that BroadWorks must give; XSI_DOC_UNKNOWN: none is looked at */
	svc_put_fn put;
};

/* --- answers --- */

static void
put_done(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	(void)job;
	csta_put_escape_response(&v->body, ed, NULL, 0);
}

static void
put_one(struct svc *v, enum csta_edition ed, const char *name, struct str value)
{
	struct csta_private item = { name, value };

	csta_put_escape_response(&v->body, ed, &item, 1);
}

static void
put_versions(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	struct csta_private items[] = { { "version", v->bw->doc->version },
		{ "eventVersion", v->bw->doc->event_version } };

	(void)job;
	csta_put_escape_response(&v->body, ed, items, 2);
}

static void
put_hook(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	static const char *const states[] = {
		[XSI_HOOK_NONE] = "unknown",
		[XSI_ON_HOOK] = "onHook",
		[XSI_OFF_HOOK] = "offHook",
	};

	(void)job;
	put_one(v, ed, "hookStatus", str_of(states[v->bw->doc->event.hook]));
}

static void
put_guest(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	const struct xsi_service *service = &v->bw->doc->event.service;
	bool is_guest = service->active == XSI_FLAG_ON && service->is_associated;
	struct csta_private items[] = {
		{ "guestAssociated", is_guest ? STR("true") : STR("false") },
		{ "host", say_user_name(v->x, service->host_user) },
	};

	(void)job;
	csta_put_escape_response(&v->body, ed, items, is_guest && items[1].value.n > 0 ? 2 : 1);
}

static void
put_route_state(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	(void)job;
	put_one(v, ed, "state", v->bw->doc->is_up ? STR("normal") : STR("failed"));
}

static struct str
number_text(char *text, uint64_t number)
{
	struct buf b;

	buf_init(&b, ESCAPE_NUMBER);
	buf_printf(&b, "%llu", (unsigned long long)number);
	str_copy(text, ESCAPE_NUMBER, buf_as_str(&b));
	buf_fini(&b);
	return str_of(text);
}

/* How many calls wait, and which, in their order. One that is not known says that the device is out of step. */
static void
put_queue(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	static const char *const name = "callID";
	struct core_device *d = core_device_by_id(&v->x->model, str_of(job->device));
	char texts[LIMIT_ENTRIES_PER_DEVICE + 1][ESCAPE_NUMBER];
	struct csta_private items[LIMIT_ENTRIES_PER_DEVICE + 1];
	const struct xsi_doc *doc = v->bw->doc;
	struct xsi_entry entry;
	size_t count = 1;
	bool unknown = false;
	uint32_t at = 0;

	items[0] = (struct csta_private){ "count", number_text(texts[0], doc->entry_count) };
	while (d != NULL && count <= LIMIT_ENTRIES_PER_DEVICE &&
		xsi_entry_next(v->x->xml, doc, &at, &entry)) {
		const struct core_half *h = core_half_by_bw(d, entry.call_id);

		if (h != NULL && !h->gone) {
			items[count] = (struct csta_private){ name,
				number_text(texts[count], svc_call_of(h)) };
			count++;
		} else {
			unknown = true;
		}
	}
	if (unknown)
		bw_ask(v->bw, d, true);
	csta_put_escape_response(&v->body, ed, items, count);
}

static const char *
conference_state(enum xsi_conference_state state)
{
	static const char *const states[] = {
		[XSI_CONFERENCE_NONE] = "unknown",
		[XSI_CONFERENCE_ACTIVE] = "active",
		[XSI_CONFERENCE_HELD] = "held",
		[XSI_CONFERENCE_RELEASED] = "released",
		[XSI_CONFERENCE_UNKNOWN] = "unknown",
	};

	return states[state];
}

/* Its state, and each participant; those that are muted or deaf are named once more as such. */
static void
put_conference(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	const struct core_device *d = core_device_by_id(&v->x->model, str_of(job->device));
	const struct xsi_conference *c = &v->bw->doc->event.conference;
	struct csta_private items[1 + 3 * LIMIT_PARTICIPANTS];
	size_t count = 0;

	items[count++] = (struct csta_private){ "state", str_of(conference_state(c->state)) };
	for (uint32_t i = 0; d != NULL && i < c->participant_count; i++) {
		const struct core_half *h = core_half_by_bw(d, c->participants[i].call_id);
		struct str who = h != NULL ? say_far_device(v->x, h) : STR_NONE;

		if (who.n == 0)
			continue;
		items[count++] = (struct csta_private){ "participant", who };
		if (c->participants[i].is_muted)
			items[count++] = (struct csta_private){ "muted", who };
		if (c->participants[i].is_deaf)
			items[count++] = (struct csta_private){ "deaf", who };
	}
	csta_put_escape_response(&v->body, ed, items, count);
}

/* --- parameters --- */

/* 0-Highest to 3-Lowest. */
static bool
form_promote(const struct svc_in *in, struct xsi_request *q)
{
	uint64_t priority;

	if (!str_u64(svc_private(in->q, "priority", "priority"), 3, &priority))
		return false;
	xsi_body_acd_promote(&in->v->body, (uint32_t)priority);
	q->body = buf_as_str(&in->v->body);
	return true;
}

/* 1 is the next call that an agent gets. */
static bool
form_reorder(const struct svc_in *in, struct xsi_request *q)
{
	uint64_t position;

	q->args[2] = svc_private(in->q, "position", "position");
	return str_u64(q->args[2], UINT32_MAX, &position) && position > 0;
}

static bool
form_voicexml(const struct svc_in *in, struct xsi_request *q)
{
	struct str id = svc_private(in->q, "voiceXmlID", "voiceXmlId");
	struct str url = svc_private(in->q, "scriptUrl", "scriptURL");

	if (id.n == 0 || id.n > ESCAPE_TEXT_MAX || url.n > ESCAPE_TEXT_MAX)
		return false;
	xsi_body_rp_connect_vxml(&in->v->body, id, url);
	q->body = buf_as_str(&in->v->body);
	return true;
}

static bool
form_route_state(const struct svc_in *in, struct xsi_request *q)
{
	struct str state = svc_private(in->q, "state", "state");

	if (!str_is(state, "failed") && !str_is(state, "normal"))
		return false;
	xsi_body_rp_state(&in->v->body, str_is(state, "failed"));
	q->body = buf_as_str(&in->v->body);
	return true;
}

/* --- the table --- */

#define ANY_KIND CORE_KIND_count
#define CALL_OF(kind) CORE_KIND_##kind, ESCAPE_CALL
#define PARTICIPANT CORE_KIND_user, ESCAPE_PARTICIPANT, NULL, XSI_DOC_UNKNOWN, put_done

static const struct escape_row rows[] = {
	{ XSI_OP_versions_get, ANY_KIND, ESCAPE_NOTHING, NULL, XSI_DOC_VERSIONS, put_versions },
	{ XSI_OP_hook_status_get, CORE_KIND_user, ESCAPE_DEVICE, NULL, XSI_DOC_HOOK, put_hook },
	{ XSI_OP_hoteling_guest_get, CORE_KIND_user, ESCAPE_DEVICE, NULL, XSI_DOC_SERVICE,
		put_guest },
	{ XSI_OP_conference_get, CORE_KIND_user, ESCAPE_CONFERENCE, NULL, XSI_DOC_CONFERENCE,
		put_conference },
	{ XSI_OP_conference_mute, PARTICIPANT },
	{ XSI_OP_conference_unmute, PARTICIPANT },
	{ XSI_OP_conference_deaf, PARTICIPANT },
	{ XSI_OP_conference_undeaf, PARTICIPANT },
	{ XSI_OP_acd_list, CORE_KIND_queue, ESCAPE_DEVICE, NULL, XSI_DOC_QUEUE, put_queue },
	{ XSI_OP_acd_promote, CALL_OF(queue), form_promote, XSI_DOC_UNKNOWN, put_done },
	{ XSI_OP_acd_reorder, CALL_OF(queue), form_reorder, XSI_DOC_UNKNOWN, put_done },
	{ XSI_OP_rp_list, CORE_KIND_route_point, ESCAPE_DEVICE, NULL, XSI_DOC_QUEUE, put_queue },
	{ XSI_OP_rp_admit, CALL_OF(route_point), NULL, XSI_DOC_UNKNOWN, put_done },
	{ XSI_OP_rp_reject, CALL_OF(route_point), NULL, XSI_DOC_UNKNOWN, put_done },
	{ XSI_OP_rp_bounce, CALL_OF(route_point), NULL, XSI_DOC_UNKNOWN, put_done },
	{ XSI_OP_rp_fail, CALL_OF(route_point), NULL, XSI_DOC_UNKNOWN, put_done },
	{ XSI_OP_rp_connect_vxml, CALL_OF(route_point), form_voicexml, XSI_DOC_UNKNOWN, put_done },
	{ XSI_OP_rp_state_get, CORE_KIND_route_point, ESCAPE_DEVICE, NULL, XSI_DOC_ROUTE_STATE,
		put_route_state },
	{ XSI_OP_rp_state_set, CORE_KIND_route_point, ESCAPE_DEVICE, form_route_state,
		XSI_DOC_UNKNOWN, put_done },
};

static const struct escape_row *
row_of(enum xsi_op op)
{
	for (size_t i = 0; op != XSI_OP_none && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].op == op)
			return &rows[i];
	return NULL;
}

static bool
escape_take(struct svc_job *job, unsigned step, const struct xsi_doc *doc)
{
	return doc->kind == row_of(job->steps[step]->op)->answer;
}

/* --- what it is about --- */

/* The call id may be left out: a user controls one conference. */
static struct core_half *
half_of_conference(const struct svc_in *in, const struct core_device *d, struct str far)
{
	struct str call = svc_private(in->q, "callID", "callId");
	struct core_half *h;
	uint64_t id = 0;

	if (call.n > 0 && !str_u64(call, UINT64_MAX, &id))
		return NULL;
	TAILQ_FOREACH(h, &d->halves, of_device)
		if (!h->gone && h->conference != CORE_CONFERENCE_NONE &&
			(id == 0 || svc_call_of(h) == id) &&
			(far.n == 0 || svc_means(in->v, far, say_far_device(in->v->x, h))))
			return h;
	return NULL;
}

static struct core_half *
participant(const struct svc_in *in, const struct core_device *d)
{
	struct str far = svc_private(in->q, "participant", "participant");
	struct core_half *h = half_of_conference(in, d, STR_NONE);

	if (h == NULL) {
		svc_refuse(in, CSTA_ERR_requestIncompatibleWithConnection);
		return NULL;
	}
	h = far.n > 0 ? half_of_conference(in, d, far) : NULL;
	if (h == NULL)
		svc_refuse(in, CSTA_ERR_invalidConnectionID);
	return h;
}

/* The first arguments of the request; false: refused. */
static bool
escape_object(const struct svc_in *in, const struct escape_row *row, const struct core_device *d,
	struct xsi_request *q)
{
	struct csta_connection c = { svc_private(in->q, "callID", "callId"), str_of(d->id) };
	const struct core_half *h;

	if (row->object == ESCAPE_NOTHING)
		return true;
	q->args[0] = str_of(d->user);
	if (row->object == ESCAPE_DEVICE)
		return true;
	if (row->object == ESCAPE_CONFERENCE) {
		if (half_of_conference(in, d, STR_NONE) != NULL)
			return true;
		svc_refuse(in, CSTA_ERR_requestIncompatibleWithConnection);
		return false;
	}
	h = row->object == ESCAPE_CALL ? svc_half(in, &c, CSTA_ERR_noActiveCall) :
					 participant(in, d);
	if (h == NULL)
		return false;
	q->args[1] = str_of(h->bw_call);
	return true;
}

static struct core_device *
escape_device(const struct svc_in *in, const struct escape_row *row)
{
	struct str id = svc_private(in->q, "deviceID", "device");
	struct core_device *d = svc_find(in->v, id);

	if (!svc_allowed(in, d))
		return NULL;
	if (row->kind == ANY_KIND || d->kind == row->kind)
		return d;
	svc_refuse(in, CSTA_ERR_requestIncompatibleWithDevice);
	return NULL;
}

void
svc_escape(const struct svc_in *in)
{
	const struct escape_row *row =
		row_of(xsi_op_of_name(svc_private(in->q, "serviceID", "serviceId")));
	struct core_device *d;
	struct xsi_request q;
	struct svc_job *job;

	if (row == NULL) {
		svc_refuse(in, CSTA_ERR_privateDataNotSupported);
		return;
	}
	d = escape_device(in, row);
	if (d == NULL)
		return;
	q = (struct xsi_request){ .op = row->op };
	if (!escape_object(in, row, d, &q))
		return;
	buf_reset(&in->v->body);
	if (row->form != NULL && !row->form(in, &q)) {
		svc_refuse(in, CSTA_ERR_invalidParameterValue);
		return;
	}
	job = svc_job_new(in, d);
	job->put = row->put;
	job->take = row->answer != XSI_DOC_UNKNOWN ? escape_take : NULL;
	svc_job_step(job, &q);
	svc_job_start(in, job);
}
