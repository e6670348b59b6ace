/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user's calls as the events tell them.
 *
 * Happy path: each event changes one call; a snapshot finds nothing to correct.
 * Failure: anything that does not fit is a complaint.
 */
#include "tests/xsiday/xd_picture.h"

#include "tests/xsiday/xd_text.h"
#include "tests/xsiday/xd_xml.h"

#include <string.h>

/* What an event may do. States: list, "=" = as before. */
static const struct rule {
	const char *type;
	const char *states;
	bool creates;
	bool retracks;
} rules[] = {
	{ "CallOriginatingEvent", "Alerting", true, false },
	{ "CallOriginatedEvent", "Alerting", true, false },
	{ "CallCollectingEvent", "Active", true, false },
	{ "CallReceivedEvent", "Alerting", true, false },
	{ "CallAnsweredEvent", "Active", false, false },
	{ "CallReleasingEvent", "Alerting|Active|Held|Remote Held", false, false },
	{ "CallReleasedEvent", "Released", false, false },
	{ "CallHeldEvent", "Held|Remote Held", false, false },
	{ "CallRetrievedEvent", "Active", false, false },
	{ "CallTransferredEvent", "Alerting|Active|Held", false, true },
	{ "CallForwardedEvent", "Alerting", false, false },
	{ "CallPickedUpEvent", "Alerting", false, true },
	{ "CallParkRetrievedEvent", "Alerting", false, true },
	{ "CallBargedInEvent", "Active|Held", false, true },
	{ "CallMonitoredEvent", "Active", false, true },
	{ "CallUpdatedEvent", "=", false, false },
	{ "CallRecordingStartingEvent", "=", false, false },
	{ "CallRecordingStartedEvent", "=", false, false },
	{ "CallRecordingPausedEvent", "=", false, false },
	{ "CallRecordingResumedEvent", "=", false, false },
	{ "CallRecordingStoppedEvent", "=", false, false },
	{ "CallSecurityClassificationUpdatedEvent", "=", false, false },
	{ "CallClientSessionInfoUpdatedEvent", "=", false, false },
	{ "PlayMusicOnHoldFailureEvent", "=", false, false },
	{ "CallDetachedEvent", "Detached", false, false },
	{ "CallRedirectedEvent", "Detached", false, false },
};

/* Where a call can go from a state; a released one is gone. */
static const struct {
	const char *from;
	const char *to;
} changes[] = {
	{ "Alerting", "Alerting|Active|Released|Detached" },
	{ "Active", "Active|Alerting|Held|Remote Held|Released|Detached" },
	{ "Held", "Held|Active|Alerting|Released|Detached" },
	{ "Remote Held", "Remote Held|Active|Held|Alerting|Released|Detached" },
	{ "Detached", "Released" },
};

static bool
in_list(const char *list, const char *word)
{
	size_t n = strlen(word);
	const char *p = list;

	while ((p = strstr(p, word))) {
		bool begins = p == list || p[-1] == '|';

		if (begins && (p[n] == '\0' || p[n] == '|'))
			return true;
		p += n;
	}
	return false;
}

static struct xd_call *
find_any(struct xd_picture *p, const char *id)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (strcmp(p->calls[i].id, id) == 0)
			return &p->calls[i];
	return NULL;
}

struct xd_call *
xd_picture_find(struct xd_picture *p, const char *id)
{
	struct xd_call *c = find_any(p, id);

	return c && !c->detached ? c : NULL;
}

bool
xd_picture_is_member(const struct xd_picture *p, const char *id)
{
	size_t i;

	for (i = 0; i < p->member_count; i++)
		if (strcmp(p->members[i], id) == 0)
			return true;
	return false;
}

size_t
xd_picture_live(const struct xd_picture *p)
{
	size_t n = 0, i;

	for (i = 0; i < p->count; i++)
		n += !p->calls[i].detached;
	return n;
}

static void
read_call(const xmlNode *node, struct xd_call *c)
{
	memset(c, 0, sizeof(*c));
	xd_xml_text(node, "callId", c->id, sizeof(c->id));
	xd_xml_text(node, "extTrackingId", c->tracking, sizeof(c->tracking));
	xd_xml_text(node, "personality", c->personality, sizeof(c->personality));
	xd_xml_text(node, "state", c->state, sizeof(c->state));
	xd_xml_text(node, "allowedRecordingControls", c->controls, sizeof(c->controls));
	c->rings = xd_xml_child(node, "allowAnswer") != NULL;
	c->acd = xd_xml_child(node, "acdCallInfo") != NULL;
	c->detached = strcmp(c->state, "Detached") == 0;
}

static void
check_change(const struct xd_picture *p, const struct rule *r, const struct xd_call *old,
	const struct xd_call *now, const char *doc)
{
	size_t i;

	/* A Basic Call subscription is not told of holds and transfers. */
	if (p->level == XD_BASIC)
		return;
	if (strcmp(r->states, "=") == 0 && strcmp(old->state, now->state) != 0)
		xd_complain(doc, "%s changes the state from %s", r->type, old->state);
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (strcmp(changes[i].from, old->state) == 0 && !in_list(changes[i].to, now->state))
			xd_complain(doc, "%s: from %s to %s", r->type, old->state, now->state);
	if (!r->retracks && strcmp(old->tracking, now->tracking) != 0)
		xd_complain(doc, "%s: the tracking id was %s", r->type, old->tracking);
}

static void
apply_call(struct xd_picture *p, const struct rule *r, const xmlNode *node, const char *doc)
{
	struct xd_call now;
	struct xd_call *old;

	read_call(node, &now);
	if (*r->states != '=' && !in_list(r->states, now.state))
		xd_complain(doc, "%s with state %s", r->type, now.state);
	old = find_any(p, now.id);
	if (!old && !r->creates)
		xd_complain(doc, "%s of a call that is not known", r->type);
	if (old) {
		check_change(p, r, old, &now, doc);
		now.changes = old->changes + 1;
		*old = now;
	} else {
		if (p->count == XD_CALLS_MAX)
			xd_complain(doc, "more than %d calls", XD_CALLS_MAX);
		old = &p->calls[p->count++];
		*old = now;
	}
	if (strcmp(now.state, "Released") == 0) {
		p->count--;
		memmove(old, old + 1, (size_t)(p->calls + p->count - old) * sizeof(*old));
	}
}

static void
read_conference(struct xd_picture *p, const xmlNode *node)
{
	const xmlNode *one = xd_xml_child(
		xd_xml_child(node, "conferenceParticipantList"), "conferenceParticipant");

	p->conference[0] = '\0';
	p->member_count = 0;
	if (!node)
		return;
	xd_xml_text(node, "state", p->conference, sizeof(p->conference));
	if (strcmp(p->conference, "Released") == 0) {
		p->conference[0] = '\0';
		return;
	}
	for (; one && p->member_count < XD_CALLS_MAX; one = xd_xml_next(one))
		xd_xml_text(one, "callId", p->members[p->member_count++], sizeof(p->members[0]));
}

static void
apply_conference(struct xd_picture *p, const char *type, const xmlNode *node, const char *doc)
{
	bool had = *p->conference != '\0';
	size_t i;

	if (had == (strcmp(type, "ConferenceStartedEvent") == 0))
		xd_complain(doc, "%s, and there was %s conference", type, had ? "a" : "no");
	read_conference(p, node);
	for (i = 0; i < p->member_count; i++)
		if (!xd_picture_find(p, p->members[i]))
			xd_complain(doc, "participant %s is not known", p->members[i]);
	if ((strcmp(type, "ConferenceReleasedEvent") == 0) != (*p->conference == '\0'))
		xd_complain(doc, "%s with the wrong state", type);
}

static void
compare_calls(struct xd_picture *p, const struct xd_picture *now, const char *doc)
{
	size_t i;

	if (xd_picture_live(p) != now->count)
		xd_complain(doc, "the snapshot has %zu calls, we know %zu", now->count,
			xd_picture_live(p));
	for (i = 0; i < now->count; i++) {
		const struct xd_call *theirs = &now->calls[i];
		const struct xd_call *ours = xd_picture_find(p, theirs->id);

		if (!ours)
			xd_complain(doc, "we do not know %s", theirs->id);
		if (p->level == XD_BASIC)
			continue;
		if (strcmp(ours->state, theirs->state) != 0 ||
			strcmp(ours->tracking, theirs->tracking) != 0 ||
			strcmp(ours->personality, theirs->personality) != 0)
			xd_complain(doc, "we know %s as %s, %s, %s", ours->id, ours->tracking,
				ours->personality, ours->state);
	}
}

static void
compare_conference(const struct xd_picture *p, const struct xd_picture *now, const char *doc)
{
	size_t i;

	if (p->level == XD_BASIC)
		return;
	if (strcmp(p->conference, now->conference) != 0 || p->member_count != now->member_count)
		xd_complain(doc, "our conference is '%s' with %zu calls", p->conference,
			p->member_count);
	for (i = 0; i < now->member_count; i++)
		if (!xd_picture_is_member(p, now->members[i]))
			xd_complain(doc, "%s is not in our conference", now->members[i]);
}

static void
apply_snapshot(struct xd_picture *p, const xmlNode *data, const char *doc)
{
	const xmlNode *one = xd_xml_child(xd_xml_child(data, "calls"), "call");
	struct xd_picture now = { .level = p->level, .known = true };

	for (; one; one = xd_xml_next(one)) {
		if (now.count == XD_CALLS_MAX)
			xd_complain(doc, "more than %d calls", XD_CALLS_MAX);
		read_call(one, &now.calls[now.count++]);
	}
	read_conference(&now, xd_xml_child(data, "conference"));
	xd_xml_text(data, "hookStatus", now.hook, sizeof(now.hook));
	if (!p->known) {
		*p = now;
		return;
	}
	compare_calls(p, &now, doc);
	compare_conference(p, &now, doc);
	if (strcmp(p->hook, now.hook) != 0)
		xd_complain(doc, "we know the hook as %s", p->hook);
}

static bool
apply_by_rule(struct xd_picture *p, const char *type, const xmlNode *data, const char *doc)
{
	const xmlNode *one;
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strcmp(rules[i].type, type) != 0)
			continue;
		one = xd_xml_child(data, "call");
		if (!one)
			one = xd_xml_child(xd_xml_child(data, "calls"), "call");
		if (!one)
			xd_complain(doc, "%s without a call", type);
		for (; one; one = xd_xml_next(one))
			apply_call(p, &rules[i], one, doc);
		return true;
	}
	return false;
}

/* Which events the package must not have. */
static void
check_package(const struct xd_picture *p, const char *type, const char *doc)
{
	static const char *const basic =
		"CallOriginatingEvent|CallOriginatedEvent|CallCollectingEvent|"
		"CallReceivedEvent|CallAnsweredEvent|CallReleasingEvent|"
		"CallReleasedEvent|HookStatusEvent";

	if (p->level == XD_BASIC && !in_list(basic, type))
		xd_complain(doc, "%s is not in Basic Call", type);
	if (p->level == XD_STANDARD && in_list("CallRedirectedEvent|CallDetachedEvent", type))
		xd_complain(doc, "%s is not in Standard Call", type);
}

void
xd_picture_apply(struct xd_picture *p, const char *type, const xmlNode *data, const char *doc)
{
	if (strcmp(type, "CallSubscriptionEvent") == 0) {
		apply_snapshot(p, data, doc);
		return;
	}
	if (!p->known)
		xd_complain(doc, "%s before the first snapshot", type);
	check_package(p, type, doc);
	if (strcmp(type, "HookStatusEvent") == 0)
		xd_xml_text(data, "hookStatus", p->hook, sizeof(p->hook));
	else if (xd_xml_child(data, "conference"))
		apply_conference(p, type, xd_xml_child(data, "conference"), doc);
	else if (!apply_by_rule(p, type, data, doc))
		xd_complain(doc, "%s does not belong to a call package", type);
}
