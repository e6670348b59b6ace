/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services of users: settings, their events, guest and host.
 *
 * Happy path: a change by a request, by the tester or by another change -> journal -> event for the
 * subscriptions of the service's package.
 * Failure modes: a service that is not assigned, a host that is no host or is taken, forwarding
 * without a number: refused with a sentence, nothing is changed.
 */
#include "tests/bwsim/bws_service.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_journal.h"

#include <string.h>
#include <time.h>

static const struct {
	const char *text;
	const char *event;
	enum bws_package package;
	enum bws_service_form form;
} services[] = {
#define X(name, text, event, package, form) { text, event, BWS_PACKAGE_##package, BWS_FORM_##form },
	BWS_SERVICE_LIST(X)
#undef X
};

enum bws_service
bws_service_find(const char *name)
{
	unsigned s;

	for (s = 0; s < BWS_SERVICE_COUNT; s++)
		if (strcasecmp(services[s].text, name) == 0)
			break;
	return (enum bws_service)s;
}

enum bws_service
bws_service_of_package(enum bws_package p)
{
	unsigned s;

	for (s = 0; s < BWS_SERVICE_COUNT; s++)
		if (services[s].event && services[s].package == p)
			break;
	return (enum bws_service)s;
}

const char *
bws_service_text(enum bws_service s)
{
	return services[s].text;
}

enum bws_service_form
bws_service_form(enum bws_service s)
{
	return services[s].form;
}

const char *
bws_service_event(enum bws_service s)
{
	return services[s].event;
}

const struct bws_service_state *
bws_service_get(const struct bws_user *u, enum bws_service s)
{
	return &u->services.of[s];
}

static void
element(struct bws_buf *b, const char *x, const char *name, const char *value)
{
	bws_buf_fmt(b, "<%s%s>", x, name);
	bws_buf_esc(b, value);
	bws_buf_fmt(b, "</%s%s>", x, name);
}

static void
boolean(struct bws_buf *b, const char *x, const char *name, bool value)
{
	element(b, x, name, value ? "true" : "false");
}

static void
number(struct bws_buf *b, const char *x, const char *name, int value)
{
	bws_buf_fmt(b, "<%s%s>%d</%s%s>", x, name, value, x, name);
}

/* An element that is nil without a value, as far as the schema allows it. */
static void
element_or_nil(struct bws_buf *b, const char *x, const char *name, const char *value)
{
	if (*value)
		element(b, x, name, value);
	else
		bws_buf_fmt(b, "<%s%s xsi1:nil=\"true\"/>", x, name);
}

static void
association_time(struct bws_buf *b, const char *x, const char *name, int64_t ms)
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm;
	char text[40];

	gmtime_r(&s, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	element(b, x, name, text);
}

static void
guest_fields(struct bws_buf *b, const char *x, const struct bws_service_state *st)
{
	boolean(b, x, "enableAssociationLimit", true);
	number(b, x, "associationLimitHours", 12);
	if (!st->partner) {
		bws_buf_fmt(b, "<%shostUserId xsi1:nil=\"true\"/>", x);
		return;
	}
	element(b, x, "hostUserId", st->partner->id);
	element(b, x, "hostLastName", st->partner->ext);
	element(b, x, "hostFirstName", "User");
	association_time(b, x, "hostAssociationDateTime", st->partner_ms);
	boolean(b, x, "hostEnforcesAssociationLimit", true);
	number(b, x, "hostAssociationLimitHours", 24);
}

static void
host_fields(struct bws_buf *b, const char *x, const struct bws_service_state *st)
{
	boolean(b, x, "enforceAssociationLimit", true);
	number(b, x, "associationLimitHours", 24);
	element(b, x, "accessLevel", "Enterprise");
	if (!st->partner)
		return;
	element(b, x, "guestLastName", st->partner->ext);
	element(b, x, "guestFirstName", "User");
	element(b, x, "guestPhoneNumber", st->partner->dn + strlen("tel:"));
	element(b, x, "guestExtension", st->partner->ext);
	association_time(b, x, "guestAssociationDateTime", st->partner_ms);
}

static void
forward_fields(struct bws_buf *b, const char *x, const struct bws_service_state *st,
	enum bws_service_form form)
{
	boolean(b, x, "active", st->active);
	if (*st->number)
		element(b, x, "forwardToPhoneNumber", st->number);
	if (form == BWS_FORM_FORWARD_SPLASH)
		boolean(b, x, "ringSplash", st->ring_splash);
	if (form == BWS_FORM_FORWARD_RINGS)
		number(b, x, "numberOfRings", st->rings ? st->rings : 3);
}

/* Settings of services that have no "active". */
static void
plain_fields(struct bws_buf *b, const char *x, const struct bws_service_state *st,
	enum bws_service_form form)
{
	if (form == BWS_FORM_TRANSFER) {
		boolean(b, x, "recallActive", st->active);
		number(b, x, "recallNumberOfRings", st->rings ? st->rings : 4);
		boolean(b, x, "busyCampOnActive", false);
		number(b, x, "busyCampOnSeconds", 120);
	} else if (form == BWS_FORM_ANYWHERE) {
		boolean(b, x, "alertAllLocationsForClickToDialCalls", st->active);
		boolean(b, x, "alertAllLocationsForGroupPagingCalls", false);
	} else if (form == BWS_FORM_SEQUENTIAL) {
		boolean(b, x, "ringBaseLocationFirst", st->active);
		number(b, x, "baseLocationNumberOfRings", st->rings ? st->rings : 2);
		boolean(b, x, "continueIfBaseLocationIsBusy", true);
		boolean(b, x, "callerMayStopSearch", false);
	} else if (form == BWS_FORM_LEVEL) {
		element_or_nil(b, x, "overrideLevel", st->word);
	} else if (form == BWS_FORM_PROFILE) {
		element_or_nil(b, x, "profile", st->word);
	}
}

void
bws_service_fields(struct bws_buf *b, const char *x, const struct bws_user *u, enum bws_service s)
{
	const struct bws_service_state *st = &u->services.of[s];
	enum bws_service_form form = services[s].form;

	switch (form) {
	case BWS_FORM_FORWARD:
	case BWS_FORM_FORWARD_SPLASH:
	case BWS_FORM_FORWARD_RINGS:
		forward_fields(b, x, st, form);
		return;
	case BWS_FORM_TRANSFER:
	case BWS_FORM_ANYWHERE:
	case BWS_FORM_SEQUENTIAL:
	case BWS_FORM_LEVEL:
	case BWS_FORM_PROFILE:
		plain_fields(b, x, st, form);
		return;
	case BWS_FORM_NONE:
		return;
	case BWS_FORM_ACTIVE:
	case BWS_FORM_SPLASH:
	case BWS_FORM_OFFICE:
	case BWS_FORM_GUEST:
	case BWS_FORM_HOST:
	case BWS_FORM_RING:
	case BWS_FORM_PRESENCE:
		break;
	}
	boolean(b, x, "active", st->active);
	if (form == BWS_FORM_SPLASH)
		boolean(b, x, "ringSplash", st->ring_splash);
	else if (form == BWS_FORM_OFFICE)
		element_or_nil(b, x, "remoteOfficeNumber", st->number);
	else if (form == BWS_FORM_GUEST)
		guest_fields(b, x, st);
	else if (form == BWS_FORM_HOST)
		host_fields(b, x, st);
	else if (form == BWS_FORM_RING)
		element(b, x, "incomingCalls", *st->word ? st->word : "Do not Ring if on a Call");
	else if (form == BWS_FORM_PRESENCE)
		element(b, x, "presence", *st->word ? st->word : "None");
}

void
bws_service_data(struct bws_buf *b, const struct bws_user *u, enum bws_service s)
{
	if (u->services.of[s].unassigned) {
		bws_buf_str(b, "<xsi:unassigned/>");
	} else if (services[s].form != BWS_FORM_NONE) {
		bws_buf_str(b, "<xsi:info>");
		bws_service_fields(b, "xsi:", u, s);
		bws_buf_str(b, "</xsi:info>");
	}
}

static bool
same_state(const struct bws_service_state *a, const struct bws_service_state *b)
{
	return a->unassigned == b->unassigned && a->active == b->active &&
		a->ring_splash == b->ring_splash && a->rings == b->rings &&
		strcmp(a->number, b->number) == 0 && strcmp(a->word, b->word) == 0 &&
		a->partner == b->partner;
}

static void
store(struct bws_user *u, enum bws_service s, const struct bws_service_state *to)
{
	struct bws_service_state *st = &u->services.of[s];
	bool changed = !same_state(st, to);
	struct bws_buf data = { 0 };

	*st = *to;
	if (!changed && !u->w->knobs.service_event_always)
		return;
	bws_journal_fact(u->w, "service", "{s:s,s:s,s:b,s:b,s:s,s:s?}", "user", u->id, "service",
		services[s].text, "assigned", (int)!st->unassigned, "active", (int)st->active,
		"number", st->number, "partner", st->partner ? st->partner->id : NULL);
	if (!services[s].event)
		return;
	bws_service_data(&data, u, s);
	bws_sub_raise(
		u, BWS_PACKAGE_BIT(services[s].package), services[s].event, bws_buf_text(&data));
	bws_buf_free(&data);
}

/* The other side of an association follows. */
static void
set_partner(struct bws_user *host, struct bws_user *guest, int64_t ms)
{
	struct bws_service_state st = host->services.of[BWS_SERVICE_HOST];

	st.partner = guest;
	st.partner_ms = ms;
	store(host, BWS_SERVICE_HOST, &st);
}

static const char *
set_guest(struct bws_user *u, enum bws_service s, struct bws_service_state *to)
{
	struct bws_user *old = u->services.of[s].partner;
	const struct bws_service_state *host;

	if (!to->active)
		to->partner = NULL;
	if (to->partner == old) {
		to->partner_ms = u->services.of[s].partner_ms;
		return NULL;
	}
	if (to->partner) {
		host = &to->partner->services.of[BWS_SERVICE_HOST];
		if (to->partner == u || host->unassigned || !host->active)
			return "the host is no hoteling host";
		if (host->partner)
			return "the host has a guest";
	}
	to->partner_ms = bws_util_wall_us() / 1000;
	if (old)
		set_partner(old, NULL, 0);
	if (to->partner)
		set_partner(to->partner, u, to->partner_ms);
	return NULL;
}

/* A host that is given up sends its guest away. */
static void
end_host(const struct bws_user *u, struct bws_service_state *to)
{
	struct bws_user *guest = u->services.of[BWS_SERVICE_HOST].partner;
	static const enum bws_service kinds[] = { BWS_SERVICE_GUEST, BWS_SERVICE_SEATING };
	size_t i;

	if (to->active && !to->unassigned && to->partner == guest)
		return;
	to->partner = NULL;
	for (i = 0; guest && i < 2; i++) {
		struct bws_service_state st = guest->services.of[kinds[i]];

		if (st.partner != u)
			continue;
		st.partner = NULL;
		store(guest, kinds[i], &st);
	}
}

const char *
bws_service_set(struct bws_user *u, enum bws_service s, const struct bws_service_state *to)
{
	struct bws_service_state next = *to;
	const char *wrong = NULL;

	switch (services[s].form) {
	case BWS_FORM_FORWARD:
	case BWS_FORM_FORWARD_SPLASH:
	case BWS_FORM_FORWARD_RINGS:
		if (next.active && !*next.number)
			return "there is no number to forward to";
		break;
	case BWS_FORM_OFFICE:
		if (next.active && !*next.number)
			return "there is no remote office number";
		break;
	case BWS_FORM_GUEST:
		wrong = set_guest(u, s, &next);
		break;
	case BWS_FORM_HOST:
		end_host(u, &next);
		break;
	case BWS_FORM_ACTIVE:
	case BWS_FORM_SPLASH:
	case BWS_FORM_RING:
	case BWS_FORM_PRESENCE:
	case BWS_FORM_TRANSFER:
	case BWS_FORM_ANYWHERE:
	case BWS_FORM_SEQUENTIAL:
	case BWS_FORM_LEVEL:
	case BWS_FORM_PROFILE:
	case BWS_FORM_NONE:
		break;
	}
	if (!wrong)
		store(u, s, &next);
	return wrong;
}

void
bws_service_messages_data(struct bws_buf *b, const struct bws_user *u)
{
	static const char *const names[] = { "newMessages", "oldMessages", "newUrgentMessages",
		"oldUrgentMessages" };
	size_t i;

	bws_buf_str(b, "<xsi:messageSummary>");
	for (i = 0; i < 4; i++)
		if (u->services.messages[i] > 0)
			number(b, "xsi:", names[i], u->services.messages[i]);
	bws_buf_str(b, "</xsi:messageSummary>");
}

void
bws_service_set_messages(struct bws_user *u, const int messages[4])
{
	struct bws_buf data = { 0 };

	memcpy(u->services.messages, messages, sizeof(u->services.messages));
	bws_journal_fact(u->w, "messages", "{s:s,s:i,s:i}", "user", u->id, "new", messages[0],
		"old", messages[1]);
	bws_service_messages_data(&data, u);
	bws_sub_raise(u, BWS_PACKAGE_BIT(BWS_PACKAGE_MESSAGE_SUMMARY),
		"VoiceMailMessageSummaryEvent", bws_buf_text(&data));
	bws_buf_free(&data);
}
