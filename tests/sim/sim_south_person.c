/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agents and the services of a user: see sim_south.h.
 *
 * Agents change their state by themselves and on request. Forwarding and the association of a hoteling guest change on
 * request alone, so that at rest whoever asked can be held to both or neither.
 */
#include "proto/base/buf.h"
#include "tests/sim/sim_south.h"

#include <inttypes.h>
#include <stdio.h>

static void person_load(struct sim *s, const struct sim_event *ev);

static const char *const person_states[] = { "Sign-Out", "Unavailable", "Available", "Wrap-Up",
	"Sign-In" };

static uint64_t
person_rand(struct sim *s, uint64_t n)
{
	return sim_world_rand(s, SIM_RNG_FEATURE, n);
}

static void
person_later(struct sim *s)
{
	sim_world_at(s, sim_world_range(s, SIM_RNG_FEATURE, 300 * SIM_MS, 4 * SIM_S), person_load,
		0, 0, 0);
}

void
south_person_begin(struct sim *s)
{
	for (unsigned i = 0; i < s->south->user_count; i++)
		s->south->users[i].agent = (enum south_agent)person_rand(s, 3);
	person_later(s);
}

/* --- agents ------------------------------------------------------------------------------------------------ */

static void
person_put_agent(const struct sim *s, const struct south_user *u, const char *name, struct buf *out)
{
	buf_printf(out,
		"<xsi:%s><xsi:state>%s</xsi:state><xsi:stateTimestamp><xsi:value>%" PRId64
		"</xsi:value></xsi:stateTimestamp></xsi:%s>",
		name, person_states[u->agent], s->now_us / SIM_MS, name);
}

static void
person_agent(struct sim *s, unsigned user, enum south_agent state)
{
	struct south_user *u = &s->south->users[user];
	struct buf content;

	if (u->agent == state)
		return;
	u->agent = state;
	sim_world_trace(s, "broadworks: agent %s is %s", u->extension, person_states[state]);
	buf_init(&content, 1024);
	person_put_agent(s, u, "agentStateInfo", &content);
	south_event_emit(s, user, "Call Center Agent", "AgentStateEvent", buf_as_str(&content));
	buf_fini(&content);
}

static void
person_agent_snapshot(struct sim *s, struct south_sub *sub)
{
	const struct south_user *u = &s->south->users[sub->user];
	struct buf content;

	buf_init(&content, 2048);
	buf_cstr(&content,
		"<xsi:joinData><xsi:joinInfos><xsi:joinInfo><xsi:acdUserId>2900@demo.example"
		"</xsi:acdUserId><xsi:joined/></xsi:joinInfo></xsi:joinInfos></xsi:joinData>");
	person_put_agent(s, u, "stateInfo", &content);
	south_event_new(s, sub, "AgentSubscriptionEvent", buf_as_str(&content));
	buf_fini(&content);
}

/* --- services ---------------------------------------------------------------------------------------------- */

static void
person_put_forwarding(const struct south_user *u, struct buf *out)
{
	buf_printf(out, "<xsi:info><xsi:active>%s</xsi:active>",
		u->forward_to[0] != '\0' ? "true" : "false");
	if (u->forward_to[0] != '\0')
		buf_printf(out, "<xsi:forwardToPhoneNumber>%s</xsi:forwardToPhoneNumber>",
			u->forward_to);
	buf_cstr(out, "</xsi:info>");
}

static void
person_put_hoteling(const struct south_user *u, struct buf *out)
{
	buf_cstr(out, "<xsi:info>");
	if (u->host[0] != '\0')
		buf_printf(out, "<xsi:hostUserId>%s</xsi:hostUserId>", u->host);
	buf_cstr(out, "</xsi:info>");
}

static void
person_put_messages(const struct south_user *u, struct buf *out)
{
	buf_printf(out,
		"<xsi:messageSummary><xsi:newMessages>%u</xsi:newMessages></xsi:messageSummary>",
		u->messages);
}

static const struct {
	const char *package, *event;
	void (*put)(const struct south_user *u, struct buf *out);
} person_services[] = {
	{ "Call Forwarding Always", "CallForwardingAlwaysEvent", person_put_forwarding },
	{ "Hoteling Guest", "HotelingGuestEvent", person_put_hoteling },
	{ "Voice Mail Message Summary", "VoiceMailMessageSummaryEvent", person_put_messages },
};

#define SERVICES (sizeof(person_services) / sizeof(person_services[0]))

static void
person_tell(struct sim *s, unsigned user, size_t service)
{
	struct buf content;

	buf_init(&content, 1024);
	person_services[service].put(&s->south->users[user], &content);
	sim_world_trace(s, "broadworks: %s %s", s->south->users[user].extension,
		person_services[service].event);
	south_event_emit(s, user, person_services[service].package, person_services[service].event,
		buf_as_str(&content));
	buf_fini(&content);
}

void
south_person_snapshots(struct sim *s, struct south_sub *sub)
{
	if (!sim_south_has_acd(s))
		return; /* as before: not every package has a snapshot */
	if (south_event_has(sub, "Call Center Agent"))
		person_agent_snapshot(s, sub);
	for (size_t i = 0; i < SERVICES; i++) {
		struct buf content;

		if (!south_event_has(sub, person_services[i].package))
			continue;
		buf_init(&content, 1024);
		person_services[i].put(&s->south->users[sub->user], &content);
		south_event_new(s, sub, person_services[i].event, buf_as_str(&content));
		buf_fini(&content);
	}
}

/* --- requests ---------------------------------------------------------------------------------------------- */

static int
person_put_state(struct sim *s, unsigned user, struct str body)
{
	struct str state = south_text(body, "agentACDState");

	for (unsigned i = 0; i < sizeof(person_states) / sizeof(person_states[0]); i++) {
		if (!str_is(state, person_states[i]))
			continue;
		person_agent(s, user, i == SOUTH_SIGN_IN ? SOUTH_UNAVAILABLE : (enum south_agent)i);
		return 200;
	}
	return 400;
}

static int
person_set_forwarding(struct sim *s, unsigned user, struct str body)
{
	struct south_user *u = &s->south->users[user];
	struct str to = south_text(body, "forwardToPhoneNumber");

	if (!str_is(south_text(body, "active"), "true"))
		to = STR_NONE;
	else if (to.n == 0)
		return 400;
	if (str_is(to, u->forward_to))
		return 200;
	str_copy(u->forward_to, sizeof(u->forward_to), to);
	person_tell(s, user, 0);
	return 200;
}

static int
person_set_hoteling(struct sim *s, unsigned user, struct str body)
{
	struct south_user *u = &s->south->users[user];
	struct str host = south_text(body, "hostUserId");

	if (!str_is(south_text(body, "active"), "true"))
		host = STR_NONE;
	else if (host.n == 0 || person_rand(s, 100) < 15)
		return 400; /* he may not */
	if (str_is(host, u->host))
		return 200;
	str_copy(u->host, sizeof(u->host), host);
	person_tell(s, user, 1);
	return 200;
}

int
south_person_put(struct sim *s, unsigned user, struct str service, struct str body)
{
	if (str_is(service, "callcenter"))
		return person_put_state(s, user, body);
	if (str_is(service, "CallForwardingAlways"))
		return person_set_forwarding(s, user, body);
	if (str_is(service, "HotelingGuest"))
		return person_set_hoteling(s, user, body);
	return 404;
}

static void
person_load(struct sim *s, const struct sim_event *ev)
{
	unsigned user = (unsigned)person_rand(s, s->south->user_count);
	uint64_t dice = person_rand(s, 100);

	(void)ev;
	if (s->south->frozen)
		return;
	person_later(s);
	if (dice < 75) {
		person_agent(s, user,
			dice < 35         ? SOUTH_AVAILABLE :
				dice < 50 ? SOUTH_UNAVAILABLE :
				dice < 65 ? SOUTH_WRAP_UP :
					    SOUTH_SIGNED_OUT);
		return;
	}
	s->south->users[user].messages = (unsigned)person_rand(s, 3);
	person_tell(s, user, 2);
}
