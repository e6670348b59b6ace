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
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_journal.h"

#include <string.h>

#define IN_BASIC 1u
#define IN_STANDARD 2u
#define IN_ADVANCED 4u
#define IN_ALL (IN_BASIC | IN_STANDARD | IN_ADVANCED)

static const struct {
	const char *type;
	unsigned packages;
} contents[] = {
	{ "CallOriginatingEvent", IN_ALL },
	{ "CallOriginatedEvent", IN_ALL },
	{ "CallReceivedEvent", IN_ALL },
	{ "CallAnsweredEvent", IN_ALL },
	{ "CallReleasingEvent", IN_ALL },
	{ "CallReleasedEvent", IN_ALL },
	{ "HookStatusEvent", IN_ALL },
	{ "CallHeldEvent", IN_STANDARD | IN_ADVANCED },
	{ "CallRetrievedEvent", IN_STANDARD | IN_ADVANCED },
	{ "CallUpdatedEvent", IN_STANDARD | IN_ADVANCED },
};

static unsigned
packages_with(const char *type)
{
	size_t i;

	for (i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		if (strcmp(contents[i].type, type) == 0)
			return contents[i].packages;
	return IN_ADVANCED;
}

static void
raise_for_user(struct bws_user *u, const char *type, const char *data)
{
	unsigned in = packages_with(type);
	uint64_t packages = 0;

	if (in & IN_BASIC)
		packages |= BWS_PACKAGE_BIT(BWS_PACKAGE_BASIC_CALL);
	if (in & IN_STANDARD)
		packages |= BWS_PACKAGE_BIT(BWS_PACKAGE_STANDARD_CALL);
	if (in & IN_ADVANCED)
		packages |= BWS_PACKAGE_BIT(BWS_PACKAGE_ADVANCED_CALL);
	bws_sub_raise(u, packages, type, data);
}

void
bws_callev_emit(struct bws_half *h, const char *type)
{
	struct bws_buf data = { 0 };

	if (!h->user)
		return;
	bws_journal_fact(h->user->w, "call", "{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "user", h->user->id,
		"call_id", h->id, "tracking_id", h->call->tracking, "personality",
		bws_call_personality_text(h->personality), "from", bws_call_state_text(h->told),
		"to", bws_call_state_text(h->state), "event", type);
	h->told = h->state;
	bws_doc_call_data(&data, h);
	raise_for_user(h->user, type, bws_buf_text(&data));
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
	raise_for_user(u, "HookStatusEvent", data.p);
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
