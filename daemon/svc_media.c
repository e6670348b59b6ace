/* SPDX-License-Identifier: Apache-2.0 */
/* Treatments, and the private services of Escape: see svc_media.h. */
#include "daemon/svc_media.h"

#include "daemon/svc_call.h"
#include "daemon/svc_escape.h"
#include "daemon/svc_hotel.h"
#include "daemon/svc_ident.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"
#include "proto/xsi_body.h"

#define PRIVATE_TEXT_MAX 255 /* a digit map, a URL */

/* By message id (reference-connector.md 5). */
static const enum xsi_op treatments[] = {
	XSI_OP_rp_play_busy,
	XSI_OP_rp_play_moh,
	XSI_OP_rp_play_ringback,
	XSI_OP_rp_play_silence,
	XSI_OP_rp_play_treatment,
};

#define TREATMENTS (sizeof(treatments) / sizeof(treatments[0]))

/* Every URL of that name, in order; false: too many, or one that is too long. */
static bool
play_urls(const struct csta_request *q, const char *name, struct str *urls)
{
	size_t count = 0;

	for (size_t i = 0; i < q->private_count; i++) {
		if (!str_is(q->private_items[i].name, name) || q->private_items[i].value.n == 0)
			continue;
		if (count == XSI_PLAY_URLS_MAX || q->private_items[i].value.n > PRIVATE_TEXT_MAX)
			return false;
		urls[count++] = q->private_items[i].value;
	}
	return true;
}

static uint32_t
play_count(const struct csta_request *q)
{
	uint64_t count;

	return str_u64(svc_private(q, "playCount", "playCount"), UINT32_MAX - 1, &count) ?
		(uint32_t)count :
		XSI_UNSET;
}

/* False: a private parameter that is wrong. */
static bool
play_body(const struct csta_request *q, enum xsi_op op, struct xsi_play_body *body)
{
	/* a part of a second is one more */
	uint64_t duration_s = (q->play_ms + 999) / 1000;

	*body = (struct xsi_play_body){ .duration_s =
						q->play_ms > 0 ? (uint32_t)duration_s : XSI_UNSET,
		.fast_busy = str_is(svc_private(q, "busyPattern", "busyPattern"), "fast"),
		.digit_map = svc_private(q, "collectDigits", "digitMap"),
		.play_collect_id = STR_NONE,
		.play_count = play_count(q) };
	for (size_t i = 0; i < XSI_PLAY_URLS_MAX; i++)
		body->audio_urls[i] = body->video_urls[i] = STR_NONE;
	return body->digit_map.n <= PRIVATE_TEXT_MAX &&
		play_urls(q, "audioUrl", body->audio_urls) &&
		play_urls(q, "videoUrl", body->video_urls) &&
		(op != XSI_OP_rp_play_treatment || body->audio_urls[0].n > 0);
}

void
svc_media_play(const struct svc_in *in)
{
	struct core_half *h = svc_half(in, &in->q->connection, CSTA_ERR_noActiveCall);
	struct xsi_play_body body;
	struct svc_job *job;
	uint64_t message;

	if (h == NULL)
		return;
	if (h->device->kind != CORE_KIND_route_point) {
		svc_refuse(in, CSTA_ERR_requestIncompatibleWithDevice);
		return;
	}
	if (!str_u64(in->q->message, TREATMENTS - 1, &message)) {
		svc_refuse(in, CSTA_ERR_invalidMsgID);
		return;
	}
	if (!play_body(in->q, treatments[message], &body)) {
		svc_refuse(in, CSTA_ERR_invalidParameterValue);
		return;
	}
	buf_reset(&in->v->body);
	xsi_body_rp_play(&in->v->body, treatments[message], &body);
	job = svc_job_new(in, h->device);
	svc_job_step(job,
		&(struct xsi_request){ .op = treatments[message],
			.args = { str_of(h->device->user), str_of(h->bw_call) },
			.body = buf_as_str(&in->v->body) });
	svc_job_start(in, job);
}

static void
stop_treatment(const struct svc_in *in, const struct core_half *h)
{
	struct xsi_play_body body = { .duration_s = XSI_UNSET, .play_count = XSI_UNSET };
	struct svc_job *job = svc_job_new(in, h->device);

	body.digit_map = body.play_collect_id = STR_NONE;
	for (size_t i = 0; i < XSI_PLAY_URLS_MAX; i++)
		body.audio_urls[i] = body.video_urls[i] = STR_NONE;
	buf_reset(&in->v->body);
	xsi_body_rp_play(&in->v->body, XSI_OP_rp_play_silence, &body);
	job->call = svc_call_of(h);
	svc_job_step(job,
		&(struct xsi_request){ .op = XSI_OP_rp_play_silence,
			.args = { str_of(h->device->user), str_of(h->bw_call) },
			.body = buf_as_str(&in->v->body) });
	svc_job_start(in, job);
}

/* BroadWorks ends a treatment when another one begins, and in no other way: the caller hears silence. */
void
svc_media_stop(const struct svc_in *in)
{
	const struct csta_connection *c = &in->q->connection;
	const struct core_device *d = core_device_by_id(&in->v->x->model, c->device_id);
	const struct core_half *h;
	uint64_t message;

	if (d == NULL || d->kind != CORE_KIND_route_point) {
		svc_call_one(in);
		return;
	}
	if (in->q->message.n > 0 && !str_u64(in->q->message, TREATMENTS - 1, &message)) {
		svc_refuse(in, CSTA_ERR_invalidMsgID);
		return;
	}
	h = svc_half(in, c, CSTA_ERR_noActiveCall);
	if (h != NULL)
		stop_treatment(in, h);
}

/* --- Escape --- */

enum escape_service {
	ESCAPE_ASSOCIATE = 1,
	ESCAPE_CANCEL = 2,
	ESCAPE_ACCOUNT = 501,
	ESCAPE_RECORD = 3013,
	ESCAPE_STOP = 3014,
	ESCAPE_SUSPEND = 3015,
	ESCAPE_RESUME = 3016,
};

static void
put_escape(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	(void)job;
	csta_put_escape_response(&v->body, ed, NULL, 0);
}

static void
escape_hoteling(const struct svc_in *in, bool associate)
{
	struct str guest = svc_private(in->q, "device", "thisDN");
	struct str host = svc_private(in->q, "HOST_DN", "hostDN");
	const struct core_device *d = svc_find(in->v, guest);

	/* who cancels need not say where he sits */
	if (host.n == 0 && !associate && d != NULL && d->features != NULL)
		host = say_user_name(in->v->x, str_of(d->features[CORE_FEATURE_HOTELING].text));
	if (associate)
		svc_hotel_take(in, host, guest);
	else
		svc_hotel_leave(in, host, guest);
}

static struct csta_connection
escape_connection(const struct csta_request *q)
{
	struct str device = svc_private(q, "deviceID", "device");

	return (struct csta_connection){ .call_id = svc_private(q, "callID", "callId"),
		.device_id = device.n > 0 ? device : svc_private(q, "thisDN", "thisDN") };
}

/* With a call id that call, without the one the user had last. */
static void
escape_account(const struct svc_in *in)
{
	struct csta_connection c = escape_connection(in->q);
	struct core_device *d = svc_find(in->v, c.device_id);
	struct str code = svc_private(in->q, "accountCode", "accountCode");
	struct core_half *h = NULL;
	struct svc_job *job;

	if (code.n == 0 || code.n >= LIMIT_ADDRESS) {
		svc_refuse(in, CSTA_ERR_invalidAccountCode);
		return;
	}
	if (c.call_id.n > 0) {
		h = svc_half(in, &c, CSTA_ERR_invalidConnectionID);
		if (h == NULL)
			return;
	} else if (!svc_allowed(in, d)) {
		return;
	}
	job = svc_job_new(in, d);
	job->put = put_escape;
	if (h != NULL)
		svc_job_step(job,
			&(struct xsi_request){ .op = XSI_OP_disposition_tag_call,
				.args = { str_of(d->user), str_of(h->bw_call), code } });
	else
		svc_job_step(job,
			&(struct xsi_request){
				.op = XSI_OP_disposition_tag, .args = { str_of(d->user), code } });
	svc_job_start(in, job);
}

/* As the service of its own, but for the root of the answer. */
static void
escape_recording(const struct svc_in *in, enum csta_request_kind service)
{
	struct csta_request q = *in->q;
	struct svc_in as = *in;

	q.kind = service;
	q.connection = escape_connection(in->q);
	as.q = &q;
	svc_call_one_as(&as, put_escape);
}

static uint64_t
escape_service(const struct csta_request *q)
{
	struct str association =
		svc_private(q, "guestAssociatedExtension", "guestAssociatedExtension");
	uint64_t service;

	if (str_u64(svc_private(q, "serviceID", "serviceId"), UINT32_MAX, &service))
		return service;
	if (str_is(association, "true") || str_is(association, "1"))
		return ESCAPE_ASSOCIATE;
	return association.n > 0 ? ESCAPE_CANCEL : 0;
}

void
svc_media_escape(const struct svc_in *in)
{
	switch (escape_service(in->q)) {
	case ESCAPE_ASSOCIATE:
		escape_hoteling(in, true);
		break;
	case ESCAPE_CANCEL:
		escape_hoteling(in, false);
		break;
	case ESCAPE_ACCOUNT:
		escape_account(in);
		break;
	case ESCAPE_RECORD:
		escape_recording(in, CSTA_RecordMessage);
		break;
	case ESCAPE_STOP:
		escape_recording(in, CSTA_Stop);
		break;
	case ESCAPE_SUSPEND:
		escape_recording(in, CSTA_Suspend);
		break;
	case ESCAPE_RESUME:
		escape_recording(in, CSTA_Resume);
		break;
	default:
		svc_escape(in); /* a name, or nothing that we know */
	}
}
