/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the values in xsi_msg.h, as the schema spells them. */
#include "proto/xsi_msg.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const state_names[] = {
	[XSI_STATE_NONE] = "none",
	[XSI_ALERTING] = "Alerting",
	[XSI_ACTIVE] = "Active",
	[XSI_HELD] = "Held",
	[XSI_REMOTE_HELD] = "Remote Held",
	[XSI_DETACHED] = "Detached",
	[XSI_RELEASED] = "Released",
	[XSI_IDLE] = "Idle",
};

static const char *const personality_names[] = {
	[XSI_PERSONALITY_NONE] = "none",
	[XSI_ORIGINATOR] = "Originator",
	[XSI_TERMINATOR] = "Terminator",
	[XSI_CLICK_TO_DIAL] = "Click-to-Dial",
};

static const char *const agent_names[] = {
	[XSI_AGENT_NONE] = "none",
	[XSI_AGENT_SIGN_IN] = "Sign-In",
	[XSI_AGENT_AVAILABLE] = "Available",
	[XSI_AGENT_UNAVAILABLE] = "Unavailable",
	[XSI_AGENT_WRAP_UP] = "Wrap-Up",
	[XSI_AGENT_SIGN_OUT] = "Sign-Out",
	[XSI_AGENT_UNKNOWN] = "unknown",
};

/* Index of `name`, 0 if it is not in the table: row 0 stands for "not known" and is never found. */
static size_t
xsi_find(const char *const *names, size_t count, struct str name)
{
	for (size_t i = 1; i < count; i++) {
		if (str_is(name, names[i]))
			return i;
	}
	return 0;
}

const char *
xsi_state_name(enum xsi_call_state state)
{
	return state_names[(size_t)state < COUNT(state_names) ? state : XSI_STATE_NONE];
}

const char *
xsi_personality_name(enum xsi_personality personality)
{
	size_t i = (size_t)personality;

	return personality_names[i < COUNT(personality_names) ? i : XSI_PERSONALITY_NONE];
}

const char *
xsi_agent_state_name(enum xsi_agent_state state)
{
	return agent_names[(size_t)state < COUNT(agent_names) ? state : XSI_AGENT_UNKNOWN];
}

enum xsi_call_state
xsi_state_of(struct str name)
{
	return (enum xsi_call_state)xsi_find(state_names, COUNT(state_names), name);
}

enum xsi_personality
xsi_personality_of(struct str name)
{
	return (enum xsi_personality)xsi_find(personality_names, COUNT(personality_names), name);
}

enum xsi_agent_state
xsi_agent_state_of(struct str name)
{
	size_t i = xsi_find(agent_names, COUNT(agent_names) - 1, name);

	return i > 0 || name.n == 0 ? (enum xsi_agent_state)i : XSI_AGENT_UNKNOWN;
}
