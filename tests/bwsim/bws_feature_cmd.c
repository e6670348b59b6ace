/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call features at the phone, rare events, and the truth about them.
 *
 * Happy path: the command names user and operation; it is checked like a request and done at once.
 * Failure modes: unknown user, operation or event, nothing that fits: a sentence, nothing changed.
 */
#include "tests/bwsim/bws_feature_cmd.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_call_priv.h"
#include "tests/bwsim/bws_callev.h"
#include "tests/bwsim/bws_conference.h"
#include "tests/bwsim/bws_detach.h"
#include "tests/bwsim/bws_feature.h"
#include "tests/bwsim/bws_recording.h"

#include <string.h>

static const char *
text_of(const json_t *in, const char *name)
{
	return json_string_value(json_object_get(in, name));
}

static bool
copy(const json_t *in, const char *name, char *to, size_t len)
{
	const char *text = text_of(in, name);

	if (!text)
		return true;
	if (strlen(text) >= len)
		return false;
	memcpy(to, text, strlen(text) + 1);
	return true;
}

static struct bws_user *
user_of(const struct bws *w, const json_t *in)
{
	const char *text = text_of(in, "user");

	return text ? bws_user_by_any(w, text) : NULL;
}

static bool
take_members(const json_t *in, struct bws_feature *f)
{
	const json_t *calls = json_object_get(in, "calls");
	const struct bws_half *h;
	size_t i;

	for (i = 0; i < json_array_size(calls); i++) {
		const char *id = json_string_value(json_array_get(calls, i));

		if (!id || i == BWS_FEATURE_IDS_MAX || strlen(id) >= sizeof(f->ids[i]))
			return false;
		memcpy(f->ids[f->id_count++], id, strlen(id) + 1);
	}
	if (calls)
		return true;
	TAILQ_FOREACH(h, &f->user->halves, of_user)
		if (f->id_count < BWS_FEATURE_IDS_MAX && bws_conference_may_join(h))
			memcpy(f->ids[f->id_count++], h->id, sizeof(h->id));
	return true;
}

/* The first call of the user the operation can be done to; for two calls: the first two. */
static enum bws_refusal
find_calls(struct bws_feature *f)
{
	enum bws_refusal why = BWS_REFUSED_CALL;
	const struct bws_half *a, *b;

	TAILQ_FOREACH(a, &f->user->halves, of_user) {
		memcpy(f->call_id, a->id, sizeof(a->id));
		if (!(f->op->needs & BWS_NEEDS_CALL2)) {
			why = bws_feature_check(f);
			if (why == BWS_FINE)
				return why;
			continue;
		}
		TAILQ_FOREACH(b, &f->user->halves, of_user) {
			memcpy(f->call_id2, b->id, sizeof(b->id));
			why = bws_feature_check(f);
			if (why == BWS_FINE)
				return why;
		}
	}
	return why;
}

const char *
bws_feature_cmd_phone(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_feature f = { .w = w, .user = user_of(w, in), .by_phone = true };
	const char *op = text_of(in, "op");
	enum bws_refusal why;

	(void)out;
	f.op = op ? bws_feature_find(op) : NULL;
	if (!f.user || !f.op)
		return "user or op is missing or unknown";
	if (!copy(in, "call_id", f.call_id, sizeof(f.call_id)) ||
		!copy(in, "call_id2", f.call_id2, sizeof(f.call_id2)) ||
		!copy(in, "address", f.address, sizeof(f.address)) ||
		!copy(in, "text", f.text, sizeof(f.text)) || !take_members(in, &f))
		return "a member is too long or wrong";
	if ((f.op->needs & BWS_NEEDS_CALL) && !*f.call_id)
		why = find_calls(&f);
	else
		why = bws_feature_check(&f);
	if (why != BWS_FINE)
		return bws_feature_refusal_text(why);
	if ((f.op->needs & BWS_STARTS_CALL) && (f.op->needs & BWS_NEEDS_CALL) &&
		!bws_feature_start_call(&f))
		return bws_feature_refusal_text(BWS_REFUSED_LIMIT);
	bws_feature_run(&f);
	return NULL;
}

/* A rare event; @h is NULL only where the user needs no call for it. */
typedef const char *(*event_fn)(
	struct bws *w, struct bws_user *u, struct bws_half *h, const json_t *in);

static const char *
event_collecting(struct bws *w, struct bws_user *u, struct bws_half *h, const json_t *in)
{
	const char *digits = text_of(in, "address");
	struct bws_call *c;

	(void)h;
	if (!digits || strlen(digits) >= sizeof(c->dialled))
		return "address is missing or too long";
	c = bws_call_new(w, false);
	if (!c)
		return "too many calls";
	memcpy(c->dialled, digits, strlen(digits) + 1);
	h = bws_call_add_half(c, 0, u, u->dn, BWS_ORIGINATOR);
	bws_call_hold_others(u, h);
	bws_call_set_state(h, BWS_STATE_ACTIVE);
	bws_callev_off_hook(u);
	bws_callev_emit(h, "CallCollectingEvent");
	return NULL;
}

static const char *
event_releasing(struct bws *w, struct bws_user *u, struct bws_half *h, const json_t *in)
{
	static const char *const causes[] = { "Busy", "Forbidden", "Routing Failure",
		"Global Failure", "Request Failure", "Server Failure", "Translation Failure",
		"Temporarily Unavailable", "User Not Found", "Request Timeout", "Dial Tone Timeout",
		"Insufficient Credits" };
	const char *value = text_of(in, "value");
	struct bws_half *peer = bws_call_peer(h);
	size_t i;

	(void)w;
	(void)u;
	for (i = 0; value && i < sizeof(causes) / sizeof(causes[0]); i++) {
		if (strcmp(causes[i], value) != 0)
			continue;
		if (peer) {
			bws_call_tell_released(peer, "remoteRelease");
			bws_call_drop_half(peer);
		}
		bws_call_treat(h, causes[i]);
		return NULL;
	}
	return "value is no release cause";
}

static const char *
event_updated(struct bws *w, struct bws_user *u, struct bws_half *h, const json_t *in)
{
	const char *address = text_of(in, "address");
	struct bws_half *peer = bws_call_peer(h);
	struct bws_user *other;
	char uri[64];

	(void)u;
	if (address && (!peer || peer->user))
		return "the far party is not an outside one";
	if (address &&
		bws_user_resolve(w, address, &other, uri, sizeof(uri)) != BWS_ADDRESS_OUTSIDE)
		return "address is no outside number";
	if (address)
		memcpy(peer->address, uri, sizeof(uri));
	bws_callev_emit(h, "CallUpdatedEvent");
	return NULL;
}

static const char *
event_security(struct bws *w, struct bws_user *u, struct bws_half *h, const json_t *in)
{
	(void)w;
	(void)u;
	if (!text_of(in, "value") || !copy(in, "value", h->security, sizeof(h->security)))
		return "value is missing or too long";
	bws_callev_emit(h, "CallSecurityClassificationUpdatedEvent");
	return NULL;
}

static const char *
event_client_info(struct bws *w, struct bws_user *u, struct bws_half *h, const json_t *in)
{
	(void)w;
	(void)u;
	if (!text_of(in, "value") || !copy(in, "value", h->client_info, sizeof(h->client_info)))
		return "value is missing or too long";
	bws_callev_emit(h, "CallClientSessionInfoUpdatedEvent");
	return NULL;
}

static const char *
event_music(struct bws *w, struct bws_user *u, struct bws_half *h, const json_t *in)
{
	(void)w;
	(void)u;
	(void)in;
	bws_callev_emit(h, "PlayMusicOnHoldFailureEvent");
	return NULL;
}

static const char *
event_recording_failed(struct bws *w, struct bws_user *u, struct bws_half *h, const json_t *in)
{
	(void)w;
	(void)u;
	(void)in;
	if (!bws_recording_may(h, BWS_RECORD_STOP))
		return "nothing is recorded";
	bws_recording_fail(h);
	return NULL;
}

/* The call goes on without the user (and ends at once when nobody is left). */
static const char *
event_detached(struct bws *w, struct bws_user *u, struct bws_half *h, const json_t *in)
{
	struct bws_half *peer = bws_call_peer(h);

	(void)w;
	(void)u;
	(void)in;
	if (!peer || h->conference)
		return "the call cannot go on without the user";
	bws_detach(h);
	return NULL;
}

static const struct {
	const char *type;
	event_fn run;
	bool needs_call;
} events[] = {
	{ "CallCollectingEvent", event_collecting, false },
	{ "CallReleasingEvent", event_releasing, true },
	{ "CallUpdatedEvent", event_updated, true },
	{ "CallSecurityClassificationUpdatedEvent", event_security, true },
	{ "CallClientSessionInfoUpdatedEvent", event_client_info, true },
	{ "PlayMusicOnHoldFailureEvent", event_music, true },
	{ "CallRecordingStoppedEvent", event_recording_failed, true },
	{ "CallDetachedEvent", event_detached, true },
};

const char *
bws_feature_cmd_event(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_user *u = user_of(w, in);
	const char *type = text_of(in, "event");
	const char *id = text_of(in, "call_id");
	struct bws_half *h;
	size_t i;

	(void)out;
	if (!u || !type)
		return "user or event is missing or unknown";
	h = id ? bws_call_find(u, id) : TAILQ_FIRST(&u->halves);
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (strcmp(events[i].type, type) != 0)
			continue;
		if (events[i].needs_call && !h)
			return "no such call";
		return events[i].run(w, u, h, in);
	}
	return "this event cannot be made";
}

static json_t *
conference_truth(const struct bws_conference *conf)
{
	json_t *calls = json_array();
	const struct bws_half *h;

	TAILQ_FOREACH(h, &conf->user->halves, of_user)
		if (h->conference == conf)
			json_array_append_new(calls, json_string(h->id));
	return json_pack("{s:s,s:s,s:s?,s:o}", "user", conf->user->id, "state",
		bws_conference_state_text(conf), "type", conf->type, "calls", calls);
}

void
bws_feature_cmd_truth(const struct bws *w, json_t *out)
{
	json_t *conferences = json_array();
	json_t *parked = json_array();
	json_t *detached = json_array();
	const struct bws_half *h;
	size_t i;

	for (i = 0; i < w->users.count; i++) {
		const struct bws_user *u = w->users.list[i];

		if (u->conference)
			json_array_append_new(conferences, conference_truth(u->conference));
		if (u->parked)
			json_array_append_new(parked,
				json_pack("{s:s,s:s}", "user", u->id, "tracking_id",
					u->parked->tracking));
		TAILQ_FOREACH(h, &u->detached, of_user)
			json_array_append_new(detached,
				json_pack("{s:s,s:s,s:s}", "user", u->id, "call_id", h->id,
					"tracking_id", bws_detach_tracking(h)));
	}
	json_object_set_new(out, "conferences", conferences);
	json_object_set_new(out, "parked", parked);
	json_object_set_new(out, "detached", detached);
}
