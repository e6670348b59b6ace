/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a change of a call half to the events of the subscriptions that see it.
 *
 * Happy path: the call is written once, each subscription of the user whose package contains the
 * event gets it under its own sequence number; one journal fact per change.
 * Failure modes: none here; delivery has its own.
 */
#include "tests/bwsim/bws_callev.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_detach.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_entry.h"
#include "tests/bwsim/bws_journal.h"

#include <string.h>

#define FROM_STANDARD (BWS_IN_STANDARD | BWS_IN_ADVANCED)

static const struct {
	const char *type;
	unsigned packages;
} contents[] = {
	{ "CallOriginatingEvent", BWS_IN_ALL },
	{ "CallOriginatedEvent", BWS_IN_ALL },
	{ "CallCollectingEvent", BWS_IN_ALL },
	{ "CallReceivedEvent", BWS_IN_ALL },
	{ "CallAnsweredEvent", BWS_IN_ALL },
	{ "CallReleasingEvent", BWS_IN_ALL },
	{ "CallReleasedEvent", BWS_IN_ALL },
	{ "HookStatusEvent", BWS_IN_ALL },
	{ "CallHeldEvent", FROM_STANDARD },
	{ "CallRetrievedEvent", FROM_STANDARD },
	{ "CallTransferredEvent", FROM_STANDARD },
	{ "CallForwardedEvent", FROM_STANDARD },
	{ "CallPickedUpEvent", FROM_STANDARD },
	{ "CallParkRetrievedEvent", FROM_STANDARD },
	{ "CallBargedInEvent", FROM_STANDARD },
	{ "CallMonitoredEvent", FROM_STANDARD },
	{ "CallUpdatedEvent", FROM_STANDARD },
	{ "CallRecordingStartingEvent", FROM_STANDARD },
	{ "CallRecordingStartedEvent", FROM_STANDARD },
	{ "CallRecordingPausedEvent", FROM_STANDARD },
	{ "CallRecordingResumedEvent", FROM_STANDARD },
	{ "CallRecordingStoppedEvent", FROM_STANDARD },
	{ "ConferenceStartedEvent", FROM_STANDARD },
	{ "ConferenceHeldEvent", FROM_STANDARD },
	{ "ConferenceRetrievedEvent", FROM_STANDARD },
	{ "ConferenceReleasedEvent", FROM_STANDARD },
	{ "ConferenceUpdatedEvent", FROM_STANDARD },
	{ "ConferenceMutedEvent", FROM_STANDARD },
	{ "ConferenceUnmutedEvent", FROM_STANDARD },
	{ "ConferenceCallMutedEvent", FROM_STANDARD },
	{ "ConferenceCallUnMutedEvent", FROM_STANDARD },
	{ "ConferenceCallMadeDeafEvent", FROM_STANDARD },
	{ "ConferenceCallMadeUnDeafEvent", FROM_STANDARD },
	{ "CallSecurityClassificationUpdatedEvent", FROM_STANDARD },
	{ "CallClientSessionInfoUpdatedEvent", FROM_STANDARD },
	{ "PlayMusicOnHoldFailureEvent", FROM_STANDARD },
	{ "CallRedirectedEvent", BWS_IN_ADVANCED },
	{ "CallDetachedEvent", BWS_IN_ADVANCED },
};

static unsigned
packages_with(const char *type)
{
	size_t i;

	for (i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		if (strcmp(contents[i].type, type) == 0)
			return contents[i].packages;
	return BWS_IN_ADVANCED;
}

static void
raise_to(struct bws_user *u, const char *type, const char *data, unsigned packages)
{
	unsigned in = packages_with(type) & packages;
	uint64_t bits = 0;

	if (in & BWS_IN_BASIC)
		bits |= BWS_PACKAGE_BIT(BWS_PACKAGE_BASIC_CALL);
	if (in & BWS_IN_STANDARD)
		bits |= BWS_PACKAGE_BIT(BWS_PACKAGE_STANDARD_CALL);
	if (in & BWS_IN_ADVANCED)
		bits |= BWS_PACKAGE_BIT(BWS_PACKAGE_ADVANCED_CALL);
	bws_sub_raise(u, bits, type, data);
}

void
bws_callev_raise(struct bws_user *u, const char *type, const char *data)
{
	raise_to(u, type, data, BWS_IN_ALL);
}

static void
write_journal(struct bws_half *h, const char *type)
{
	bws_journal_fact(h->user->w, "call", "{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "user", h->user->id,
		"call_id", h->id, "tracking_id", bws_detach_tracking(h), "personality",
		bws_call_personality_text(h->personality), "from", bws_call_state_text(h->told),
		"to", bws_call_state_text(h->state), "event", type);
	h->told = h->state;
}

void
bws_callev_emit_to(struct bws_half *h, const char *type, const char *more, unsigned packages)
{
	struct bws_buf data = { 0 };

	if (!h->user)
		return;
	if (packages & BWS_IN_ADVANCED)
		write_journal(h, type); /* the others are told another view of the same change */
	bws_doc_call_data(&data, h);
	bws_buf_str(&data, more);
	raise_to(h->user, type, bws_buf_text(&data), packages);
	bws_buf_free(&data);
	if (h->entry && (packages & BWS_IN_ADVANCED))
		bws_entry_seen(h, type);
}

void
bws_callev_emit(struct bws_half *h, const char *type)
{
	bws_callev_emit_to(h, type, "", BWS_IN_ALL);
}

void
bws_callev_emit_calls(struct bws_half *const *halves, size_t count, const char *type)
{
	struct bws_buf data = { 0 };
	size_t i;

	bws_buf_str(&data, "<xsi:calls>");
	for (i = 0; i < count; i++) {
		write_journal(halves[i], type);
		bws_doc_call_data(&data, halves[i]);
	}
	bws_buf_str(&data, "</xsi:calls>");
	raise_to(halves[0]->user, type, bws_buf_text(&data), BWS_IN_ALL);
	bws_buf_free(&data);
}

static void
set_hook(struct bws_user *u, bool off)
{
	const char *text = off ? "Off-Hook" : "On-Hook";
	struct bws_buf data = { 0 };

	if (u->off_hook == off)
		return;
	u->off_hook = off;
	bws_journal_fact(u->w, "hook", "{s:s,s:s}", "user", u->id, "hook", text);
	if (!u->w->knobs.hook_status)
		return;
	bws_buf_fmt(&data, "<xsi:hookStatus>%s</xsi:hookStatus>", text);
	bws_callev_raise(u, "HookStatusEvent", data.p);
	bws_buf_free(&data);
}

void
bws_callev_off_hook(struct bws_user *u)
{
	set_hook(u, true);
}

void
bws_callev_hook(struct bws_user *u)
{
	struct bws_half *h;

	TAILQ_FOREACH(h, &u->halves, of_user)
		if (h->state != BWS_STATE_ALERTING || h->personality == BWS_ORIGINATOR)
			return;
	set_hook(u, false);
}
