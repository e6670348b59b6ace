/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of call features and their way from request to effect.
 *
 * Happy path: checked, answered, done after effect_ms.
 * Failure modes: each refusal of enum bws_refusal; when the call has changed between the answer and
 * the effect, the effect is silently nothing, as in real life.
 */
#include "tests/bwsim/bws_feature.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_call_priv.h"
#include "tests/bwsim/bws_callev.h"
#include "tests/bwsim/bws_conference.h"
#include "tests/bwsim/bws_drive.h"
#include "tests/bwsim/bws_journal.h"
#include "tests/bwsim/bws_park.h"
#include "tests/bwsim/bws_pickup.h"
#include "tests/bwsim/bws_recording.h"
#include "tests/bwsim/bws_transfer.h"

#include <stdlib.h>
#include <string.h>

#define DTMF_DIGITS_MAX 64
#define DTMF_PAUSE_MS 1000

static enum bws_refusal
state_if(bool fine)
{
	return fine ? BWS_FINE : BWS_REFUSED_STATE;
}

/* --- transfers --- */

static enum bws_refusal
check_transfer(const struct bws_feature *f, const struct bws_half *h)
{
	(void)f;
	return state_if(bws_transfer_may(h));
}

static void
run_blind(struct bws_feature *f, struct bws_half *h)
{
	bws_transfer_blind(h, f->address);
}

static void
run_voicemail(struct bws_feature *f, struct bws_half *h)
{
	(void)f;
	bws_transfer_voicemail(h);
}

static enum bws_refusal
check_merge(const struct bws_feature *f, const struct bws_half *h)
{
	const struct bws_half *second = bws_call_find(f->user, f->call_id2);

	if (!second)
		return BWS_REFUSED_CALL;
	return state_if(bws_transfer_may_merge(h, second));
}

static void
run_merge(struct bws_feature *f, struct bws_half *h)
{
	bws_transfer_merge(h, bws_call_find(f->user, f->call_id2));
}

static enum bws_refusal
check_mute_transfer(const struct bws_feature *f, const struct bws_half *h)
{
	(void)f;
	return state_if(bws_transfer_may_mute(h));
}

static void
run_mute_transfer(struct bws_feature *f, struct bws_half *h)
{
	struct bws_half *consult = bws_call_find(f->user, f->call_id2);

	if (consult)
		bws_transfer_mute(h, consult);
}

static enum bws_refusal
check_forward(const struct bws_feature *f, const struct bws_half *h)
{
	(void)f;
	return state_if(bws_call_rings(h) && h->personality == BWS_TERMINATOR && bws_call_peer(h));
}

static void
run_forward(struct bws_feature *f, struct bws_half *h)
{
	bws_transfer_forward(h, f->address, "no-answer");
}

/* --- reconnect --- */

static enum bws_refusal
check_reconnect(const struct bws_feature *f, const struct bws_half *h)
{
	(void)f;
	return state_if(h->state == BWS_STATE_HELD && !h->conference);
}

static struct bws_half *
other_half(const struct bws_user *u, const struct bws_half *but)
{
	struct bws_half *h;

	TAILQ_FOREACH(h, &u->halves, of_user)
		if (h != but)
			return h;
	return NULL;
}

static void
run_reconnect(struct bws_feature *f, struct bws_half *h)
{
	struct bws_half *other;

	while ((other = other_half(f->user, h)))
		bws_call_release(other);
	bws_call_talk(h);
}

/* --- conference --- */

static enum bws_refusal
check_conference_start(const struct bws_feature *f, const struct bws_half *h)
{
	size_t i, j;

	(void)h;
	if (f->id_count < 2 || f->id_count > (size_t)f->w->knobs.conference_max)
		return BWS_REFUSED_TEXT;
	if (f->user->conference)
		return BWS_REFUSED_STATE;
	for (i = 0; i < f->id_count; i++) {
		const struct bws_half *one = bws_call_find(f->user, f->ids[i]);

		for (j = 0; j < i; j++)
			if (strcmp(f->ids[i], f->ids[j]) == 0)
				return BWS_REFUSED_TEXT;
		if (!one)
			return BWS_REFUSED_CALL;
		if (!bws_conference_may_join(one))
			return BWS_REFUSED_STATE;
	}
	return BWS_FINE;
}

static void
run_conference_start(struct bws_feature *f, struct bws_half *h)
{
	struct bws_half *halves[BWS_FEATURE_IDS_MAX];
	size_t i;

	(void)h;
	for (i = 0; i < f->id_count; i++)
		halves[i] = bws_call_find(f->user, f->ids[i]);
	bws_conference_start(f->user, halves, f->id_count, NULL);
}

static enum bws_refusal
check_conference_add(const struct bws_feature *f, const struct bws_half *h)
{
	if (f->user->conference->count >= (size_t)f->w->knobs.conference_max)
		return BWS_REFUSED_LIMIT;
	return state_if(bws_conference_may_join(h));
}

static void
run_conference_add(struct bws_feature *f, struct bws_half *h)
{
	bws_conference_add(f->user->conference, h);
}

static enum bws_refusal
check_conference_active(const struct bws_feature *f, const struct bws_half *h)
{
	(void)h;
	return state_if(!f->user->conference->held);
}

static void
run_conference_hold(struct bws_feature *f, struct bws_half *h)
{
	(void)h;
	bws_conference_hold(f->user->conference);
}

static enum bws_refusal
check_conference_held(const struct bws_feature *f, const struct bws_half *h)
{
	(void)h;
	return state_if(f->user->conference->held);
}

static void
run_conference_talk(struct bws_feature *f, struct bws_half *h)
{
	(void)h;
	bws_conference_retrieve(f->user->conference);
}

static void
run_conference_release(struct bws_feature *f, struct bws_half *h)
{
	(void)h;
	bws_conference_release(f->user->conference);
}

static enum bws_refusal
check_conference_unmuted(const struct bws_feature *f, const struct bws_half *h)
{
	(void)h;
	return state_if(!f->user->conference->muted);
}

static enum bws_refusal
check_conference_muted(const struct bws_feature *f, const struct bws_half *h)
{
	(void)h;
	return state_if(f->user->conference->muted);
}

static void
run_conference_mute(struct bws_feature *f, struct bws_half *h)
{
	(void)h;
	bws_conference_mute(f->user->conference, true);
}

static void
run_conference_unmute(struct bws_feature *f, struct bws_half *h)
{
	(void)h;
	bws_conference_mute(f->user->conference, false);
}

/* Only a conference of a barge-in or of monitoring has a type to change. */
static enum bws_refusal
check_conference_type(const struct bws_feature *f, const struct bws_half *h)
{
	(void)h;
	return state_if(f->user->conference->type != NULL);
}

static void
run_type_barge(struct bws_feature *f, struct bws_half *h)
{
	(void)h;
	bws_conference_change_type(f->user->conference, BWS_CONFERENCE_BARGE_IN);
}

static void
run_type_monitor(struct bws_feature *f, struct bws_half *h)
{
	(void)h;
	bws_conference_change_type(f->user->conference, BWS_CONFERENCE_MONITOR);
}

static void
run_type_coach(struct bws_feature *f, struct bws_half *h)
{
	(void)h;
	bws_conference_change_type(f->user->conference, BWS_CONFERENCE_COACH);
}

static enum bws_refusal
check_call_unmuted(const struct bws_feature *f, const struct bws_half *h)
{
	return state_if(h->conference == f->user->conference && !h->muted);
}

static enum bws_refusal
check_call_muted(const struct bws_feature *f, const struct bws_half *h)
{
	return state_if(h->conference == f->user->conference && h->muted);
}

static enum bws_refusal
check_call_hears(const struct bws_feature *f, const struct bws_half *h)
{
	return state_if(h->conference == f->user->conference && !h->deaf);
}

static enum bws_refusal
check_call_deaf(const struct bws_feature *f, const struct bws_half *h)
{
	return state_if(h->conference == f->user->conference && h->deaf);
}

static void
run_call_mute(struct bws_feature *f, struct bws_half *h)
{
	(void)f;
	bws_conference_mute_call(h, true);
}

static void
run_call_unmute(struct bws_feature *f, struct bws_half *h)
{
	(void)f;
	bws_conference_mute_call(h, false);
}

static void
run_call_deaf(struct bws_feature *f, struct bws_half *h)
{
	(void)f;
	bws_conference_deafen_call(h, true);
}

static void
run_call_undeaf(struct bws_feature *f, struct bws_half *h)
{
	(void)f;
	bws_conference_deafen_call(h, false);
}

/* --- DTMF --- */

static enum bws_refusal
check_dtmf(const struct bws_feature *f, const struct bws_half *h)
{
	size_t n = strlen(f->text);

	if (!n || n > DTMF_DIGITS_MAX || strspn(f->text, "0123456789*#ABCDabcd,") != n)
		return BWS_REFUSED_TEXT;
	return state_if(h->state == BWS_STATE_ACTIVE && h->dtmf_until_us <= bws_util_mono_us());
}

static void
run_dtmf(struct bws_feature *f, struct bws_half *h)
{
	int64_t ms = 0;
	const char *c;

	for (c = f->text; *c; c++)
		ms += *c == ',' ? DTMF_PAUSE_MS : f->w->knobs.dtmf_ms;
	h->dtmf_until_us = bws_util_mono_us() + ms * 1000;
	bws_journal_fact(f->w, "dtmf", "{s:s,s:s,s:s}", "user", f->user->id, "call_id", h->id,
		"digits", f->text);
}

/* --- recording --- */

static enum bws_refusal
check_record(const struct bws_feature *f, const struct bws_half *h)
{
	(void)f;
	return state_if(bws_recording_may(h, BWS_RECORD));
}

static void
run_record(struct bws_feature *f, struct bws_half *h)
{
	(void)f;
	bws_recording_apply(h, BWS_RECORD);
}

static enum bws_refusal
check_record_pause(const struct bws_feature *f, const struct bws_half *h)
{
	(void)f;
	return state_if(bws_recording_may(h, BWS_RECORD_PAUSE));
}

static void
run_record_pause(struct bws_feature *f, struct bws_half *h)
{
	(void)f;
	bws_recording_apply(h, BWS_RECORD_PAUSE);
}

static enum bws_refusal
check_record_resume(const struct bws_feature *f, const struct bws_half *h)
{
	(void)f;
	return state_if(bws_recording_may(h, BWS_RECORD_RESUME));
}

static void
run_record_resume(struct bws_feature *f, struct bws_half *h)
{
	(void)f;
	bws_recording_apply(h, BWS_RECORD_RESUME);
}

static enum bws_refusal
check_record_stop(const struct bws_feature *f, const struct bws_half *h)
{
	(void)f;
	return state_if(bws_recording_may(h, BWS_RECORD_STOP));
}

static void
run_record_stop(struct bws_feature *f, struct bws_half *h)
{
	(void)f;
	bws_recording_apply(h, BWS_RECORD_STOP);
}

/* --- park, pick-up, barge-in --- */

static struct bws_user *
addressed_user(const struct bws_feature *f)
{
	struct bws_user *u = NULL;
	char uri[64];

	if (!*f->address)
		return f->user;
	if (bws_user_resolve(f->w, f->address, &u, uri, sizeof(uri)) != BWS_ADDRESS_USER)
		return NULL;
	return u;
}

static enum bws_refusal
check_park(const struct bws_feature *f, const struct bws_half *h)
{
	const struct bws_user *on = addressed_user(f);

	if (!on)
		return BWS_REFUSED_ADDRESS;
	return state_if(bws_park_may(h) && bws_park_is_free(on));
}

static void
run_park(struct bws_feature *f, struct bws_half *h)
{
	bws_park(h, addressed_user(f), false);
}

static enum bws_refusal
check_group_park(const struct bws_feature *f, const struct bws_half *h)
{
	return state_if(bws_park_may(h) && bws_park_hunt(f->w, f->user));
}

static void
run_group_park(struct bws_feature *f, struct bws_half *h)
{
	bws_park(h, bws_park_hunt(f->w, f->user), true);
}

static enum bws_refusal
check_retrieve(const struct bws_feature *f, const struct bws_half *h)
{
	const struct bws_user *on = addressed_user(f);

	(void)h;
	if (!on)
		return BWS_REFUSED_ADDRESS;
	return on->parked ? BWS_FINE : BWS_REFUSED_NOTHING;
}

static enum bws_refusal
check_pickup(const struct bws_feature *f, const struct bws_half *h)
{
	const struct bws_user *from = addressed_user(f);

	(void)h;
	if (!from || from == f->user)
		return BWS_REFUSED_ADDRESS;
	return bws_pickup_ringing(from) ? BWS_FINE : BWS_REFUSED_NOTHING;
}

static enum bws_refusal
check_come_in(const struct bws_feature *f, const struct bws_half *h)
{
	const struct bws_user *to = addressed_user(f);

	(void)h;
	if (!to || to == f->user)
		return BWS_REFUSED_ADDRESS;
	if (f->user->conference)
		return BWS_REFUSED_STATE;
	return bws_pickup_talking(to) ? BWS_FINE : BWS_REFUSED_NOTHING;
}

static void
start_at_phone(struct bws_feature *f, enum bws_purpose purpose)
{
	const struct bws_user *to = addressed_user(f);

	bws_call_originate_for(f->w, f->user, to->ext, purpose);
}

/* By request the half exists already and its phone rings; at the phone it is made now. */
static void
run_start(struct bws_feature *f, enum bws_purpose purpose)
{
	struct bws_half *h = bws_call_find(f->user, f->call_id);

	if (f->by_phone)
		start_at_phone(f, purpose);
	else if (h)
		bws_call_dial_start(h);
}

static void
run_retrieve(struct bws_feature *f, struct bws_half *h)
{
	(void)h;
	run_start(f, BWS_PURPOSE_RETRIEVE);
}

static void
run_pickup(struct bws_feature *f, struct bws_half *h)
{
	(void)h;
	run_start(f, BWS_PURPOSE_PICKUP);
}

static void
run_barge(struct bws_feature *f, struct bws_half *h)
{
	(void)h;
	run_start(f, BWS_PURPOSE_BARGE);
}

static void
run_monitor(struct bws_feature *f, struct bws_half *h)
{
	(void)h;
	run_start(f, BWS_PURPOSE_MONITOR);
}

static void
run_coach(struct bws_feature *f, struct bws_half *h)
{
	(void)h;
	run_start(f, BWS_PURPOSE_COACH);
}

/* --- notes on a call --- */

static enum bws_refusal
check_disposition(const struct bws_feature *f, const struct bws_half *h)
{
	size_t n = strlen(f->text);

	(void)h;
	return n && n < sizeof(h->disposition) ? BWS_FINE : BWS_REFUSED_TEXT;
}

static void
run_disposition(struct bws_feature *f, struct bws_half *h)
{
	struct bws_buf data = { 0 };

	memcpy(h->disposition, f->text, strlen(f->text) + 1); /* checked above */
	bws_journal_fact(f->w, "disposition", "{s:s,s:s,s:s}", "user", f->user->id, "call_id",
		h->id, "code", f->text);
	bws_buf_str(&data, "<xsi:dispositionCode>");
	bws_buf_esc(&data, f->text);
	bws_buf_fmt(&data, "</xsi:dispositionCode><xsi:callId>%s</xsi:callId>", h->id);
	bws_sub_raise(f->user, BWS_PACKAGE_BIT(BWS_PACKAGE_AGENT), "AgentDispositionCodeAddedEvent",
		data.p);
	bws_buf_free(&data);
}

static enum bws_refusal
check_client_info(const struct bws_feature *f, const struct bws_half *h)
{
	size_t n = strlen(f->text);

	(void)h;
	return n && n < sizeof(h->client_info) ? BWS_FINE : BWS_REFUSED_TEXT;
}

static void
run_client_info(struct bws_feature *f, struct bws_half *h)
{
	memcpy(h->client_info, f->text, strlen(f->text) + 1); /* checked above */
	bws_callev_emit(h, "CallClientSessionInfoUpdatedEvent");
}

#define CALL BWS_NEEDS_CALL
#define ADDRESS BWS_NEEDS_ADDRESS
#define CONFERENCE BWS_NEEDS_CONFERENCE
#define STARTS BWS_STARTS_CALL

static const struct bws_feature_op ops[] = {
	{ "BlindTransfer", CALL | ADDRESS, check_transfer, run_blind },
	{ "VmTransfer", CALL, check_transfer, run_voicemail },
	{ "ConsultTransfer", CALL | BWS_NEEDS_CALL2, check_merge, run_merge },
	{ "MuteTransfer", CALL | ADDRESS | STARTS, check_mute_transfer, run_mute_transfer },
	{ "Forward", CALL | ADDRESS, check_forward, run_forward },
	{ "Reconnect", CALL, check_reconnect, run_reconnect },
	{ "ConferenceStart", 0, check_conference_start, run_conference_start },
	{ "ConferenceAdd", CALL | CONFERENCE, check_conference_add, run_conference_add },
	{ "ConferenceHold", CONFERENCE, check_conference_active, run_conference_hold },
	{ "ConferenceTalk", CONFERENCE, check_conference_held, run_conference_talk },
	{ "ConferenceRelease", CONFERENCE, NULL, run_conference_release },
	{ "ConferenceMute", CONFERENCE, check_conference_unmuted, run_conference_mute },
	{ "ConferenceUnMute", CONFERENCE, check_conference_muted, run_conference_unmute },
	{ "ConferenceBargeIn", CONFERENCE, check_conference_type, run_type_barge },
	{ "ConferenceSilentMonitor", CONFERENCE, check_conference_type, run_type_monitor },
	{ "ConferenceSupervisorCoach", CONFERENCE, check_conference_type, run_type_coach },
	{ "Mute", CALL | CONFERENCE, check_call_unmuted, run_call_mute },
	{ "UnMute", CALL | CONFERENCE, check_call_muted, run_call_unmute },
	{ "Deaf", CALL | CONFERENCE, check_call_hears, run_call_deaf },
	{ "UnDeaf", CALL | CONFERENCE, check_call_deaf, run_call_undeaf },
	{ "TransmitDTMF", CALL, check_dtmf, run_dtmf },
	{ "Record", CALL, check_record, run_record },
	{ "PauseRecording", CALL, check_record_pause, run_record_pause },
	{ "ResumeRecording", CALL, check_record_resume, run_record_resume },
	{ "StopRecording", CALL, check_record_stop, run_record_stop },
	{ "Park", CALL, check_park, run_park },
	{ "GroupCallPark", CALL, check_group_park, run_group_park },
	{ "CallRetrieve", STARTS, check_retrieve, run_retrieve },
	{ "DirectedCallPickup", ADDRESS | STARTS, check_pickup, run_pickup },
	{ "DirectedCallPickupBargeIn", ADDRESS | STARTS, check_come_in, run_barge },
	{ "SilentMonitor", ADDRESS | STARTS, check_come_in, run_monitor },
	{ "CoachAgent", ADDRESS | STARTS, check_come_in, run_coach },
	{ "DispositionCode", CALL, check_disposition, run_disposition },
	{ "ClientSessionInfo", CALL, check_client_info, run_client_info },
};

const struct bws_feature_op *
bws_feature_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strcasecmp(ops[i].name, name) == 0)
			return &ops[i];
	return NULL;
}

static bool
is_address(const struct bws_feature *f)
{
	struct bws_user *u;
	char uri[64];

	return *f->address &&
		bws_user_resolve(f->w, f->address, &u, uri, sizeof(uri)) != BWS_ADDRESS_BAD;
}

enum bws_refusal
bws_feature_check(const struct bws_feature *f)
{
	unsigned needs = f->op->needs;
	const struct bws_half *h = NULL;

	if (needs & BWS_NEEDS_CALL) {
		h = bws_call_find(f->user, f->call_id);
		if (!h)
			return BWS_REFUSED_CALL;
		if (h->entry)
			return BWS_REFUSED_STATE; /* it belongs to a queue */
	}
	if ((needs & BWS_NEEDS_CONFERENCE) && !f->user->conference)
		return BWS_REFUSED_NOTHING;
	if (((needs & BWS_NEEDS_ADDRESS) || *f->address) && !is_address(f))
		return BWS_REFUSED_ADDRESS;
	return f->op->check ? f->op->check(f, h) : BWS_FINE;
}

const char *
bws_feature_refusal_text(enum bws_refusal refusal)
{
	static const char *const texts[] = { "", "Unknown call",
		"The state of the call does not allow this", "address: missing or wrong",
		"A parameter is missing or wrong", "There is nothing to do it to",
		"Too many calls" };

	return texts[refusal];
}

void
bws_feature_run(struct bws_feature *f)
{
	f->op->run(f, bws_call_find(f->user, f->call_id));
}

/* The consultation of a mute transfer is dialled by the system: no phone has to be answered. */
static enum bws_purpose
purpose_of(const struct bws_feature_op *op)
{
	if (op->run == run_pickup)
		return BWS_PURPOSE_PICKUP;
	if (op->run == run_retrieve)
		return BWS_PURPOSE_RETRIEVE;
	if (op->run == run_barge)
		return BWS_PURPOSE_BARGE;
	if (op->run == run_monitor)
		return BWS_PURPOSE_MONITOR;
	return op->run == run_coach ? BWS_PURPOSE_COACH : BWS_PURPOSE_CALL;
}

struct bws_half *
bws_feature_start_call(struct bws_feature *f)
{
	bool about_call = (f->op->needs & BWS_NEEDS_CALL) != 0;
	const struct bws_user *to = about_call ? NULL : addressed_user(f);
	char *id = about_call ? f->call_id2 : f->call_id;
	struct bws_half *h = bws_call_dial(f->w, f->user, to ? to->ext : f->address);

	if (!h)
		return NULL;
	h->call->purpose = purpose_of(f->op);
	if (about_call)
		h->personality = BWS_ORIGINATOR;
	memcpy(id, h->id, sizeof(f->call_id));
	return h;
}

static void
free_feature(struct bws_feature *f)
{
	bws_timer_stop(&f->w->timers, &f->timer);
	TAILQ_REMOVE(&f->w->calls.features, f, link);
	free(f);
}

/* A half that was promised in an answer and cannot be used must not stay. */
static void
drop_started(struct bws_feature *f)
{
	bool about_call = (f->op->needs & BWS_NEEDS_CALL) != 0;
	struct bws_half *h = NULL;

	if (f->op->needs & BWS_STARTS_CALL)
		h = bws_call_find(f->user, about_call ? f->call_id2 : f->call_id);
	if (h && h->told == BWS_STATE_NONE)
		bws_call_release_remote(h);
}

static void
on_effect(void *arg)
{
	struct bws_feature *f = arg;

	if (f->as_generation == f->w->as.generation) {
		if (bws_feature_check(f) == BWS_FINE)
			bws_feature_run(f);
		else
			drop_started(f);
	}
	free_feature(f);
}

void
bws_feature_plan(const struct bws_feature *f)
{
	struct bws_feature *copy = bws_util_calloc(1, sizeof(*copy));

	*copy = *f;
	copy->as_generation = f->w->as.generation;
	bws_timer_init(&copy->timer, on_effect, copy);
	TAILQ_INSERT_TAIL(&f->w->calls.features, copy, link);
	bws_timer_in_ms(&f->w->timers, &copy->timer, f->w->knobs.effect_ms);
}

void
bws_feature_fini(struct bws *w)
{
	while (!TAILQ_EMPTY(&w->calls.features))
		free_feature(TAILQ_FIRST(&w->calls.features));
}
