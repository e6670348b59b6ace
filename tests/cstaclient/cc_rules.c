/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of CSTA and the table of legal connection transitions.
 *
 *   null --ServiceInitiated--> initiated --Originated--> connected
 *   null --Delivered--> alerting --Established--> connected
 *   connected --Held--> hold --Retrieved--> connected
 *   any --Failed--> fail          any --ConnectionCleared--> null
 *   alerting --Queued--> queued --Delivered--> queued (offered to an agent)
 *   alerting, queued, connected --Diverted--> null
 *
 * An event that tells of the far party (Delivered to the caller, Established to the caller, Held by
 * the other side, ...) leaves the local state as it is. The table is written down here from the
 * diagram above and shared with nothing else, so that it can contradict the server.
 *
 * Happy path: look up. Failure modes: an unknown name gives the NONE or UNKNOWN value.
 */
#include "tests/cstaclient/cc_rules.h"

#include <stddef.h>
#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(name) (1u << CC_STATE_##name)
#define LIVE (BIT(INITIATED) | BIT(ALERTING) | BIT(CONNECTED) | BIT(HOLD) | BIT(QUEUED) | BIT(FAIL))

static const char *const state_names[] = {
#define X(name, text) text,
	CC_STATES(X)
#undef X
};

static const struct {
	const char *name;
	enum cc_class class;
} roots[] = {
#define X(name, text, class) { text, CC_CLASS_##class },
	CC_ROOTS(X)
#undef X
};

static const struct {
	const char *name;
	enum cc_state local;
} simple_states[] = {
	{ "callNull", CC_STATE_NULL },
	{ "callPending", CC_STATE_INITIATED },
	{ "callOriginated", CC_STATE_CONNECTED },
	{ "callDelivered", CC_STATE_CONNECTED },
	{ "callDeliveredHeld", CC_STATE_HOLD },
	{ "callReceived", CC_STATE_ALERTING },
	{ "callEstablished", CC_STATE_CONNECTED },
	{ "callEstablishedHeld", CC_STATE_HOLD },
	{ "callReceivedOnHold", CC_STATE_ALERTING },
	{ "callEstablishedOnHold", CC_STATE_CONNECTED },
	{ "callQueued", CC_STATE_CONNECTED },
	{ "callQueuedHeld", CC_STATE_HOLD },
	{ "callFailed", CC_STATE_FAIL },
	{ "callFailedHeld", CC_STATE_HOLD },
	{ "callBlocked", CC_STATE_FAIL },
};

enum party {
	OWN,
	FAR,
	EITHER
};

/* A transition of the local state. */
static const struct {
	enum cc_root root;
	unsigned from;
	enum cc_state to;
	enum party party;
} moves[] = {
	{ CC_ROOT_SERVICE_INITIATED, BIT(NULL), CC_STATE_INITIATED, OWN },
	{ CC_ROOT_ORIGINATED, BIT(INITIATED), CC_STATE_CONNECTED, OWN },
	{ CC_ROOT_DELIVERED, BIT(NULL) | BIT(QUEUED), CC_STATE_ALERTING, OWN },
	{ CC_ROOT_DELIVERED, BIT(QUEUED), CC_STATE_QUEUED, EITHER },
	{ CC_ROOT_ESTABLISHED, BIT(ALERTING) | BIT(QUEUED), CC_STATE_CONNECTED, OWN },
	{ CC_ROOT_HELD, BIT(CONNECTED), CC_STATE_HOLD, OWN },
	{ CC_ROOT_RETRIEVED, BIT(HOLD), CC_STATE_CONNECTED, OWN },
	{ CC_ROOT_DIVERTED, BIT(ALERTING) | BIT(QUEUED) | BIT(CONNECTED), CC_STATE_NULL, OWN },
	{ CC_ROOT_CONNECTION_CLEARED, LIVE, CC_STATE_NULL, EITHER },
	{ CC_ROOT_CALL_CLEARED, LIVE, CC_STATE_NULL, EITHER },
	{ CC_ROOT_FAILED, BIT(NULL) | (LIVE & ~BIT(FAIL)), CC_STATE_FAIL, EITHER },
	{ CC_ROOT_QUEUED, BIT(ALERTING), CC_STATE_QUEUED, OWN },
};

/* Events about the far party that leave the local state alone, and the states they fit. */
static const struct {
	enum cc_root root;
	unsigned in;
} far_news[] = {
	{ CC_ROOT_DELIVERED, BIT(CONNECTED) | BIT(HOLD) },
	{ CC_ROOT_ESTABLISHED, BIT(CONNECTED) | BIT(HOLD) },
	{ CC_ROOT_HELD, BIT(CONNECTED) | BIT(HOLD) },
	{ CC_ROOT_RETRIEVED, BIT(CONNECTED) | BIT(HOLD) },
	{ CC_ROOT_DIVERTED, BIT(CONNECTED) | BIT(HOLD) },
	{ CC_ROOT_CONNECTION_CLEARED, LIVE },
	{ CC_ROOT_FAILED, BIT(CONNECTED) | BIT(HOLD) },
	{ CC_ROOT_QUEUED, BIT(CONNECTED) | BIT(HOLD) },
	{ CC_ROOT_NETWORK_REACHED, BIT(CONNECTED) | BIT(HOLD) },
};

const char *
cc_rules_state_name(enum cc_state state)
{
	return state_names[state];
}

enum cc_state
cc_rules_state(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(state_names); i++)
		if (strcmp(state_names[i], text) == 0)
			return (enum cc_state)i;
	return CC_STATE_UNKNOWN;
}

const char *
cc_rules_root_name(enum cc_root root)
{
	return root < CC_ROOT_NONE ? roots[root].name : "?";
}

enum cc_root
cc_rules_root(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(roots); i++)
		if (strcmp(roots[i].name, name) == 0)
			return (enum cc_root)i;
	return CC_ROOT_NONE;
}

enum cc_class
cc_rules_class(enum cc_root root)
{
	return root < CC_ROOT_NONE ? roots[root].class : CC_CLASS_NONE;
}

enum cc_state
cc_rules_simple(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(simple_states); i++)
		if (strcmp(simple_states[i].name, name) == 0)
			return simple_states[i].local;
	return CC_STATE_UNKNOWN;
}

static bool
is_move(enum cc_root root, enum cc_state from, enum cc_state to, bool is_own)
{
	for (size_t i = 0; i < ARRAY_LEN(moves); i++)
		if (moves[i].root == root && moves[i].to == to &&
			(moves[i].from & (1u << from)) != 0 && (moves[i].party == EITHER || is_own))
			return true;
	return false;
}

static bool
is_far_news(enum cc_root root, enum cc_state state)
{
	for (size_t i = 0; i < ARRAY_LEN(far_news); i++)
		if (far_news[i].root == root && (far_news[i].in & (1u << state)) != 0)
			return true;
	return false;
}

bool
cc_rules_allows(enum cc_root root, enum cc_state from, enum cc_state to, bool is_own)
{
	if (is_move(root, from, to, is_own))
		return true;
	return from == to && !is_own && is_far_news(root, from);
}
