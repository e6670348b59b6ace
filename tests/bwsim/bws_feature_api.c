/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the paths of Xsi-Actions to call features.
 *
 * Happy path: 200, or 201 with CallStartInfo where a call half is made; the effect comes later.
 * Failure modes: 404 unknown call or nothing there, 400 bad parameter, the knob
 * wrong_state_status, 405 wrong method.
 */
#include "tests/bwsim/bws_feature_api.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_actions_api.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_feature.h"
#include "tests/bwsim/bws_parse.h"
#include "tests/bwsim/bws_reply.h"
#include "tests/bwsim/bws_route.h"

#include <string.h>

#define PUT 1u
#define POST 2u
#define DELETE 4u

/* Methods by the place in the path: on the calls, the conference, one of its calls, one call. */
static const struct {
	size_t place;
	const char *word;
	const char *op;
	unsigned methods;
} words[] = {
	{ 3, "CallRetrieve", "CallRetrieve", PUT | POST },
	{ 3, "DirectedCallPickup", "DirectedCallPickup", POST },
	{ 3, "DirectedCallPickupBargeIn", "DirectedCallPickupBargeIn", POST },
	{ 3, "SilentMonitor", "SilentMonitor", POST },
	{ 3, "CoachAgent", "CoachAgent", POST },
	{ 4, "BlindTransfer", "BlindTransfer", PUT },
	{ 4, "VmTransfer", "VmTransfer", PUT },
	{ 4, "MuteTransfer", "MuteTransfer", PUT },
	{ 4, "Reconnect", "Reconnect", PUT },
	{ 4, "TransmitDTMF", "TransmitDTMF", PUT },
	{ 4, "Record", "Record", PUT },
	{ 4, "PauseRecording", "PauseRecording", PUT },
	{ 4, "ResumeRecording", "ResumeRecording", PUT },
	{ 4, "StopRecording", "StopRecording", PUT },
	{ 4, "Park", "Park", PUT },
	{ 4, "GroupCallPark", "GroupCallPark", PUT },
	{ 4, "ClientSessionInfo", "ClientSessionInfo", PUT },
};

static const struct {
	const char *word;
	const char *op;
} conference_words[] = {
	{ "Hold", "ConferenceHold" },
	{ "Talk", "ConferenceTalk" },
	{ "Mute", "ConferenceMute" },
	{ "UnMute", "ConferenceUnMute" },
	{ "BargeIn", "ConferenceBargeIn" },
	{ "SilentMonitor", "ConferenceSilentMonitor" },
	{ "SupervisorCoach", "ConferenceSupervisorCoach" },
};

static unsigned
method_bit(const struct bws_req *r)
{
	if (strcmp(r->method, "PUT") == 0)
		return PUT;
	if (strcmp(r->method, "POST") == 0)
		return POST;
	return strcmp(r->method, "DELETE") == 0 ? DELETE : 0;
}

static void
refuse(struct bws *w, struct bws_req *r, enum bws_refusal why)
{
	const char *text = bws_feature_refusal_text(why);

	switch (why) {
	case BWS_REFUSED_CALL:
		bws_reply_error(r, 404, BWS_ERR_UNKNOWN_CALL, text);
		break;
	case BWS_REFUSED_NOTHING:
		bws_reply_error(r, 404, BWS_ERR_NOTHING, text);
		break;
	case BWS_REFUSED_ADDRESS:
		bws_reply_error(r, 400, BWS_ERR_BAD_ADDRESS, text);
		break;
	case BWS_REFUSED_TEXT:
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, text);
		break;
	case BWS_REFUSED_LIMIT:
		bws_reply_error(r, (int)w->knobs.limit_status, BWS_ERR_LIMIT, text);
		break;
	case BWS_FINE:
	case BWS_REFUSED_STATE:
		bws_reply_error(r, (int)w->knobs.wrong_state_status, BWS_ERR_CALL_STATE, text);
		break;
	}
}

/* Copies @from; false when it is too long. */
static bool
copy(char *to, size_t len, const char *from)
{
	if (!from)
		return true;
	if (strlen(from) >= len)
		return false;
	memcpy(to, from, strlen(from) + 1);
	return true;
}

static void
serve(struct bws *w, struct bws_req *r, struct bws_feature *f)
{
	enum bws_refusal why;
	struct bws_half *h;

	if (!copy(f->address, sizeof(f->address), bws_req_arg(r, "address"))) {
		refuse(w, r, BWS_REFUSED_ADDRESS);
		return;
	}
	why = bws_feature_check(f);
	if (why != BWS_FINE) {
		refuse(w, r, why);
		return;
	}
	if (!(f->op->needs & BWS_STARTS_CALL)) {
		bws_reply_empty(r, 200);
		bws_feature_plan(f);
		return;
	}
	h = bws_feature_start_call(f);
	if (!h) {
		refuse(w, r, BWS_REFUSED_LIMIT);
		return;
	}
	bws_doc_call_start(&r->reply, h);
	bws_reply_xml(r, 201);
	bws_actions_api_location(r, h);
	bws_feature_plan(f);
}

/* Names the operation; wrong method: an answer and false. */
static bool
begin(struct bws_req *r, struct bws_feature *f, const char *op, unsigned methods)
{
	f->op = bws_feature_find(op);
	if (f->op && (methods & method_bit(r)))
		return true;
	bws_reply_error(r, 405, BWS_ERR_METHOD, "Method not allowed");
	return false;
}

static void
take_text(const struct bws_req *r, struct bws_feature *f)
{
	const char *text =
		bws_req_arg(r, strcmp(f->op->name, "TransmitDTMF") == 0 ? "playdtmf" : "info");

	if (!text && strcmp(f->op->name, "TransmitDTMF") == 0)
		text = bws_req_arg(r, "PlayDTMF");
	if (!copy(f->text, sizeof(f->text), text))
		f->text[0] = '\0'; /* refused as missing */
}

static void
start_conference(struct bws *w, struct bws_req *r, struct bws_feature *f)
{
	char err[120];

	if (bws_parse_texts(r->body.p, r->body.n, "Conference", "callId", f->ids[0],
		    sizeof(f->ids[0]), BWS_FEATURE_IDS_MAX, &f->id_count, err, sizeof(err)) < 0) {
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, err);
		return;
	}
	if (begin(r, f, "ConferenceStart", POST))
		serve(w, r, f);
}

static void
whole_conference(struct bws *w, struct bws_req *r, struct bws_feature *f)
{
	if (strcmp(r->method, "POST") == 0) {
		start_conference(w, r, f);
	} else if (strcmp(r->method, "GET") == 0 && f->user->conference) {
		bws_doc_conference(&r->reply, f->user->conference);
		bws_reply_xml(r, 200);
	} else if (strcmp(r->method, "GET") == 0) {
		refuse(w, r, BWS_REFUSED_NOTHING);
	} else if (begin(r, f, "ConferenceRelease", DELETE)) {
		serve(w, r, f);
	}
}

static void
conference_word(struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_feature *f)
{
	const char *op = "ConferenceAdd";
	size_t i;

	for (i = 0; i < sizeof(conference_words) / sizeof(conference_words[0]); i++)
		if (bws_path_is(p, 4, conference_words[i].word))
			op = conference_words[i].op;
	if (strcmp(op, "ConferenceAdd") == 0)
		copy(f->call_id, sizeof(f->call_id), p->part[4]);
	if (begin(r, f, op, PUT))
		serve(w, r, f);
}

static bool
conference_request(
	struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_feature *f)
{
	if (p->count == 4) {
		whole_conference(w, r, f);
	} else if (p->count == 5) {
		conference_word(w, r, p, f);
	} else if (p->count == 6 &&
		(bws_path_is(p, 5, "Mute") || bws_path_is(p, 5, "UnMute") ||
			bws_path_is(p, 5, "Deaf") || bws_path_is(p, 5, "UnDeaf"))) {
		copy(f->call_id, sizeof(f->call_id), p->part[4]);
		if (begin(r, f, p->part[5], PUT))
			serve(w, r, f);
	} else {
		return false;
	}
	return true;
}

static void
consult_transfer(struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_feature *f)
{
	copy(f->call_id, sizeof(f->call_id), p->part[3]);
	copy(f->call_id2, sizeof(f->call_id2), p->part[5]);
	if (begin(r, f, "ConsultTransfer", PUT))
		serve(w, r, f);
}

/* DispositionCode/<code>, of the call @call_id or of the user's first call. */
static void
disposition(struct bws *w, struct bws_req *r, struct bws_feature *f, const char *call_id,
	const char *code)
{
	static const unsigned methods[] = { PUT | POST, PUT, POST };
	const struct bws_half *first = TAILQ_FIRST(&f->user->halves);

	if (!call_id && first)
		call_id = first->id;
	copy(f->call_id, sizeof(f->call_id), call_id);
	copy(f->text, sizeof(f->text), code);
	if (begin(r, f, "DispositionCode", methods[w->knobs.disposition_method]))
		serve(w, r, f);
}

static bool
word_request(struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_feature *f)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (p->count != words[i].place + 1 ||
			!bws_path_is(p, words[i].place, words[i].word))
			continue;
		if (words[i].place == 4)
			copy(f->call_id, sizeof(f->call_id), p->part[3]);
		if (begin(r, f, words[i].op, words[i].methods)) {
			take_text(r, f);
			serve(w, r, f);
		}
		return true;
	}
	return false;
}

bool
bws_feature_api_request(
	struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_user *u)
{
	struct bws_feature f = { .w = w, .user = u };

	r->kind = BWS_KIND_FEATURE;
	if (bws_path_is(p, 3, "Conference") && conference_request(w, r, p, &f))
		return true;
	if (p->count == 6 && bws_path_is(p, 4, "ConsultTransfer")) {
		consult_transfer(w, r, p, &f);
		return true;
	}
	if (p->count == 6 && bws_path_is(p, 4, "DispositionCode")) {
		disposition(w, r, &f, p->part[3], p->part[5]);
		return true;
	}
	if (p->count == 5 && bws_path_is(p, 3, "DispositionCode")) {
		disposition(w, r, &f, NULL, p->part[4]);
		return true;
	}
	if (word_request(w, r, p, &f))
		return true;
	r->kind = BWS_KIND_OTHER;
	return false;
}
