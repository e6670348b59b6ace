/* SPDX-License-Identifier: Apache-2.0 */
/* What an application believes of agents and services: see sim_client.h. */
#include "tests/sim/sim_client.h"

void
client_forget_person(struct client_device *d)
{
	d->do_not_disturb = d->forwarding = d->messages = d->hoteling = 0;
	d->agent = CA_UNKNOWN;
}

static bool
person_agent(struct sim *s, struct sim_client *c, struct client_device *d, struct str root)
{
	static const struct {
		const char *event;
		enum client_agent state;
	} events[] = {
		{ "AgentLoggedOnEvent", CA_ON },
		{ "AgentLoggedOffEvent", CA_OFF },
		{ "AgentNotReadyEvent", CA_NOT_READY },
		{ "AgentReadyEvent", CA_READY },
		{ "AgentWorkingAfterCallEvent", CA_AFTER_CALL },
	};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (!str_is(root, events[i].event))
			continue;
		if (c->strict && events[i].state == CA_ON && d->agent > CA_OFF)
			sim_world_fail(
				s, "LEGAL", "client %u: agent %s logs on twice", c->index, d->id);
		if (c->strict && d->agent == CA_OFF && events[i].state > CA_ON)
			sim_world_fail(s, "LEGAL", "client %u: %.*s of %s, who is logged off",
				c->index, STR_ARG(root), d->id);
		d->agent = c->strict ? events[i].state : CA_UNKNOWN;
		return true;
	}
	return false;
}

static int
person_flag(struct str value)
{
	return str_is(value, "true") ? 2 : 1;
}

bool
client_person_event(struct sim *s, struct sim_client *c, struct client_device *d, struct str root,
	struct str body)
{
	if (person_agent(s, c, d, root))
		return true;
	if (str_is(root, "ForwardingEvent")) {
		d->forwarding = person_flag(client_text(body, "forwardStatus"));
		str_copy(d->forward_to, sizeof(d->forward_to), client_text(body, "forwardTo"));
	} else if (str_is(root, "MessageWaitingEvent")) {
		d->messages = person_flag(client_text(body, "messageWaitingOn"));
	} else if (str_is(root, "PrivateEvent")) {
		d->hoteling = person_flag(client_text(body, "guestAssociated"));
		str_copy(d->host, sizeof(d->host), client_text(body, "host"));
	} else {
		return false;
	}
	if (!c->strict)
		d->forwarding = d->messages = d->hoteling = 0;
	return true;
}
