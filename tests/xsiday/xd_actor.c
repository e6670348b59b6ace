/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call control by Xsi-Actions.
 *
 * Happy path: a call is chosen, a request that its state allows is sent, the answer must be 200 or
 * 201 because time stands still, the effect must be seen within EFFECT_MS.
 * Failure: another answer, or no effect: a complaint. Phones act too: an effect that they overtook
 * is counted, and too many of them are a complaint at the end of the day.
 */
#include "tests/xsiday/xd_actor.h"

#include "tests/xsiday/xd_text.h"
#include "tests/xsiday/xd_xml.h"

#include <string.h>

#define EFFECT_MS 10

uint64_t
xd_actor_random(struct xd_actor *a, uint64_t below)
{
	a->seed ^= a->seed << 13;
	a->seed ^= a->seed >> 7;
	a->seed ^= a->seed << 17;
	return (a->seed >> 11) % below;
}

void
xd_actor_user(const struct xd_actor *a, size_t i, char *out, size_t len)
{
	snprintf(out, len, "%u@%s", a->first_ext + (unsigned)i, a->domain);
}

/* A request on the calls of @s; the status must be @want. */
static struct xd_reply
ask(struct xd_actor *a, const struct xd_sub *s, const char *method, const char *rest,
	const char *body, long want)
{
	struct xd_reply r;
	char path[400];

	snprintf(path, sizeof(path), XD_ACTIONS "/user/%s/calls%s", s->user, rest);
	r = xd_http(xd_client_host(a->client), method, path, body);
	a->actions++;
	if (r.status != want)
		xd_complain(r.body.p, "%s %s answered %ld, not %ld", method, path, r.status, want);
	if (r.body.n)
		xmlFreeDoc(xd_xml_read(r.body.p, r.body.n));
	return r;
}

static void
tell(struct xd_actor *a, const struct xd_sub *s, const char *method, const char *rest,
	const char *body, long want)
{
	struct xd_reply r = ask(a, s, method, rest, body, want);

	xd_reply_free(&r);
}

/* The call must be in @state now, or gone (NULL). */
static void
check_effect(
	struct xd_actor *a, struct xd_sub *s, const char *id, unsigned before, const char *state)
{
	const struct xd_call *c;

	xd_client_live(a->client, EFFECT_MS);
	c = xd_picture_find(&s->picture, id);
	if (state ? c && strcmp(c->state, state) == 0 : !c)
		return;
	if (c && c->changes == before)
		xd_complain(NULL, "%s: %s is %s still, not %s", s->user, id, c->state,
			state ? state : "gone");
	a->overtaken++;
}

/* PUT .../<id>/@word, or DELETE without a word. */
static void
control(struct xd_actor *a, struct xd_sub *s, const struct xd_call *c, const char *word,
	const char *state)
{
	unsigned before = c->changes;
	char rest[200], id[64];

	xd_copy(id, sizeof(id), c->id);
	snprintf(rest, sizeof(rest), "/%s%s%s", id, *word && *word != '?' ? "/" : "", word);
	tell(a, s, *word && *word != '?' ? "PUT" : "DELETE", rest, NULL, 200);
	check_effect(a, s, id, before, state);
}

static void
other_number(struct xd_actor *a, char *out, size_t len)
{
	if (xd_actor_random(a, 4) == 0)
		snprintf(out, len, "1555900%04u", (unsigned)xd_actor_random(a, 10000));
	else
		snprintf(
			out, len, "%u", a->first_ext + (unsigned)xd_actor_random(a, a->user_count));
}

/* A request whose answer is CallStartInfo; the call must show up. */
static void
start_call(struct xd_actor *a, struct xd_sub *s, const char *rest)
{
	struct xd_reply r = ask(a, s, "POST", rest, NULL, 201);
	xmlDoc *doc = xd_xml_read(r.body.p, r.body.n);
	char id[64];

	xd_xml_text(xmlDocGetRootElement(doc), "callId", id, sizeof(id));
	xmlFreeDoc(doc);
	xd_reply_free(&r);
	xd_client_live(a->client, EFFECT_MS);
	if (!xd_picture_find(&s->picture, id))
		xd_complain(NULL, "%s: %s never came", s->user, id);
}

static void
dial(struct xd_actor *a, struct xd_sub *s)
{
	char number[40], rest[100];

	other_number(a, number, sizeof(number));
	snprintf(rest, sizeof(rest), "/new?address=%s", number);
	start_call(a, s, rest);
}

/* Somebody of the group whose phone rings, as his extension; false = nobody. */
static bool
find_ringing(struct xd_actor *a, const struct xd_sub *but, char *ext, size_t len)
{
	struct xd_client *c = a->client;
	size_t i, k;

	for (i = 0; i < c->sub_count; i++) {
		const struct xd_sub *s = c->subs[i];

		if (s->picture.level != XD_ADVANCED || strcmp(s->user, but->user) == 0)
			continue;
		for (k = 0; k < s->picture.count; k++) {
			const struct xd_call *call = &s->picture.calls[k];

			if (!call->rings || call->acd ||
				strcmp(call->personality, "Terminator") != 0)
				continue;
			snprintf(ext, len, "%.*s", (int)strcspn(s->user, "@"), s->user);
			return true;
		}
	}
	return false;
}

static void
act_idle(struct xd_actor *a, struct xd_sub *s)
{
	char ext[40], rest[100];

	if (xd_actor_random(a, 2) && find_ringing(a, s, ext, sizeof(ext))) {
		snprintf(rest, sizeof(rest), "/DirectedCallPickup?address=%s", ext);
		start_call(a, s, rest);
		return;
	}
	dial(a, s);
}

static void
act_ringing(struct xd_actor *a, struct xd_sub *s, const struct xd_call *c)
{
	char number[40], word[80];

	/* A call that a call center offers can be answered only. */
	switch (c->acd ? 3 : xd_actor_random(a, 4)) {
	case 0:
		other_number(a, number, sizeof(number));
		snprintf(word, sizeof(word), "BlindTransfer?address=%s", number);
		control(a, s, c, word, NULL);
		break;
	case 1:
		control(a, s, c, "?decline=true&declineReason=Busy", NULL);
		break;
	default:
		control(a, s, c, "Talk", "Active");
		break;
	}
}

static void
send_digits(struct xd_actor *a, struct xd_sub *s, const struct xd_call *c)
{
	char rest[200], id[64];
	unsigned before = c->changes;

	xd_copy(id, sizeof(id), c->id);
	snprintf(rest, sizeof(rest), "/%s/TransmitDTMF?playdtmf=12%%2334", id);
	tell(a, s, "PUT", rest, NULL, 200);
	xd_client_live(a->client, EFFECT_MS);
	c = xd_picture_find(&s->picture, id);
	if (!c || c->changes != before)
		return;
	/* One at a time; and an active call cannot be answered. */
	tell(a, s, "PUT", rest, NULL, 409);
	snprintf(rest, sizeof(rest), "/%s/Talk", id);
	tell(a, s, "PUT", rest, NULL, 409);
}

static void
record(struct xd_actor *a, struct xd_sub *s, const struct xd_call *c)
{
	if (strcmp(c->controls, "record") == 0)
		control(a, s, c, "Record", "Active");
	else if (strcmp(c->controls, "pause-stop") == 0)
		control(a, s, c, xd_actor_random(a, 2) ? "PauseRecording" : "StopRecording",
			"Active");
	else if (strcmp(c->controls, "resume-stop") == 0)
		control(a, s, c, "ResumeRecording", "Active");
}

static void
act_active(struct xd_actor *a, struct xd_sub *s, const struct xd_call *c)
{
	char number[40], word[80];

	switch (xd_actor_random(a, 8)) {
	case 0:
		control(a, s, c, "", NULL);
		break;
	case 1:
		other_number(a, number, sizeof(number));
		snprintf(word, sizeof(word), "BlindTransfer?address=%s", number);
		control(a, s, c, word, NULL);
		break;
	case 2:
		control(a, s, c, "GroupCallPark", NULL);
		break;
	case 3:
		record(a, s, c);
		break;
	case 4:
		send_digits(a, s, c);
		break;
	case 5:
		dial(a, s); /* a consultation, once the phone has been lifted */
		break;
	default:
		control(a, s, c, "Hold", "Held");
		break;
	}
}

static bool
is_answered(const struct xd_call *c)
{
	return strcmp(c->state, "Active") == 0 || strcmp(c->state, "Held") == 0;
}

/* Another answered call that is in no conference. */
static const struct xd_call *
second_call(const struct xd_sub *s, const struct xd_call *but)
{
	size_t i;

	for (i = 0; i < s->picture.count; i++) {
		const struct xd_call *c = &s->picture.calls[i];

		if (c != but && is_answered(c) && !xd_picture_is_member(&s->picture, c->id))
			return c;
	}
	return NULL;
}

static void
act_two_calls(
	struct xd_actor *a, struct xd_sub *s, const struct xd_call *c, const struct xd_call *other)
{
	char rest[200], body[600], id[64], id2[64];

	xd_copy(id, sizeof(id), c->id);
	xd_copy(id2, sizeof(id2), other->id);
	if (*s->picture.conference || xd_actor_random(a, 2)) {
		snprintf(rest, sizeof(rest), "/%s/ConsultTransfer/%s", id, id2);
		tell(a, s, "PUT", rest, NULL, 200);
		check_effect(a, s, id, c->changes, NULL);
		check_effect(a, s, id2, 0, NULL);
		return;
	}
	snprintf(body, sizeof(body),
		XD_DECLARATION "<Conference " XD_NS "><conferenceParticipantList>"
			       "<conferenceParticipant><callId>%s</callId></conferenceParticipant>"
			       "<conferenceParticipant><callId>%s</callId></conferenceParticipant>"
			       "</conferenceParticipantList></Conference>",
		id, id2);
	tell(a, s, "POST", "/Conference", body, 200);
	xd_client_live(a->client, EFFECT_MS);
	if (!xd_picture_is_member(&s->picture, id) && xd_picture_find(&s->picture, id) &&
		xd_picture_find(&s->picture, id2))
		xd_complain(NULL, "%s: no conference", s->user);
}

static void
act_held(struct xd_actor *a, struct xd_sub *s, const struct xd_call *c)
{
	const struct xd_call *other = second_call(s, c);

	if (other)
		act_two_calls(a, s, c, other);
	else if (xd_actor_random(a, 3) == 0)
		dial(a, s);
	else
		control(a, s, c, xd_actor_random(a, 2) ? "Talk" : "Reconnect", "Active");
}

static void
act_conference(struct xd_actor *a, struct xd_sub *s)
{
	bool held = strcmp(s->picture.conference, "Held") == 0;
	char rest[200];

	tell(a, s, "GET", "/Conference", NULL, 200);
	switch (xd_actor_random(a, 5)) {
	case 0:
		tell(a, s, "DELETE", "/Conference", NULL, 200);
		xd_client_live(a->client, EFFECT_MS);
		if (*s->picture.conference)
			xd_complain(NULL, "%s: the conference does not end", s->user);
		break;
	case 1:
		snprintf(rest, sizeof(rest), "/Conference/%s/Mute", s->picture.members[0]);
		tell(a, s, "PUT", rest, NULL, 200);
		xd_client_live(a->client, EFFECT_MS);
		snprintf(rest, sizeof(rest), "/Conference/%s/UnMute", s->picture.members[0]);
		if (s->picture.member_count && strstr(rest, s->picture.members[0]))
			tell(a, s, "PUT", rest, NULL, 200);
		break;
	default:
		tell(a, s, "PUT", held ? "/Conference/Talk" : "/Conference/Hold", NULL, 200);
		break;
	}
	xd_client_live(a->client, EFFECT_MS);
}

/* What GET says must be what the events have said. */
static void
act_read(struct xd_actor *a, struct xd_sub *s)
{
	struct xd_reply r = ask(a, s, "GET", "", NULL, 200);
	size_t count = 0, i;
	const char *at = r.body.p;
	char rest[100], wanted[100];

	for (; (at = strstr(at, "<callId>")); at++)
		count++;
	if (count != xd_picture_live(&s->picture))
		xd_complain(
			r.body.p, "%s: we know %zu calls", s->user, xd_picture_live(&s->picture));
	xd_reply_free(&r);
	for (i = 0; i < s->picture.count; i++) {
		const struct xd_call *c = &s->picture.calls[i];

		snprintf(rest, sizeof(rest), "/%s%s", c->id,
			c->detached ? "?allowDetached=true" : "");
		snprintf(wanted, sizeof(wanted), "<state>%s</state>", c->state);
		r = ask(a, s, "GET", rest, NULL, 200);
		if (!strstr(r.body.p, wanted))
			xd_complain(r.body.p, "%s: we know %s as %s", s->user, c->id, c->state);
		xd_reply_free(&r);
	}
	r = ask(a, s, "GET", "/HookStatus", NULL, 200);
	if (!strstr(r.body.p, s->picture.hook))
		xd_complain(r.body.p, "%s: we know the hook as %s", s->user, s->picture.hook);
	xd_reply_free(&r);
}

static const struct xd_call *
any_call(struct xd_actor *a, const struct xd_sub *s)
{
	size_t n = (size_t)xd_actor_random(a, s->picture.count ? s->picture.count : 1);
	size_t i;

	for (i = 0; i < s->picture.count; i++) {
		const struct xd_call *c = &s->picture.calls[(n + i) % s->picture.count];

		if (!c->detached)
			return c;
	}
	return NULL;
}

void
xd_actor_act(struct xd_actor *a)
{
	const struct xd_call *c;
	struct xd_sub *s;
	char user[100];

	xd_actor_user(a, (size_t)xd_actor_random(a, a->user_count), user, sizeof(user));
	s = xd_client_sub(a->client, user, "Advanced Call");
	if (!s || !s->picture.known)
		return;
	if (xd_actor_random(a, 8) == 0)
		act_read(a, s);
	c = any_call(a, s);
	if (!c)
		act_idle(a, s);
	else if (*s->picture.conference)
		act_conference(a, s);
	else if (c->rings && strcmp(c->personality, "Terminator") == 0)
		act_ringing(a, s, c);
	else if (strcmp(c->state, "Active") == 0)
		act_active(a, s, c);
	else if (strcmp(c->state, "Held") == 0)
		act_held(a, s, c);
}
