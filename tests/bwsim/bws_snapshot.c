/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshot events, one for each package.
 *
 * Happy path: what is known of the target is written once and raised on the subscription.
 * Failure modes: a package without a snapshot event (Call Park) or whose thing does not exist gives
 * none.
 */
#include "tests/bwsim/bws_snapshot.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_acd_doc.h"
#include "tests/bwsim/bws_agent.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_route_point.h"
#include "tests/bwsim/bws_service.h"

/* Writes the inner XML of a snapshot and returns the type of its event. */
typedef const char *(*snapshot_fn)(struct bws_buf *b, const struct bws_user *u, bool resync);

static const char *
calls(struct bws_buf *b, const struct bws_user *u, bool resync)
{
	bws_doc_snapshot(b, u);
	return resync ? "CallSubscriptionResyncEvent" : "CallSubscriptionEvent";
}

static const char *
messages(struct bws_buf *b, const struct bws_user *u, bool resync)
{
	(void)resync;
	bws_service_messages_data(b, u);
	return "VoiceMailMessageSummaryEvent";
}

static const char *
push_registrations(struct bws_buf *b, const struct bws_user *u, bool resync)
{
	(void)u;
	(void)resync;
	bws_buf_str(b, "<xsi:pushNotificationRegistrations/>");
	return "PushNotificationRegistrationEvent";
}

static const char *
bridge(struct bws_buf *b, const struct bws_user *u, bool resync)
{
	(void)b;
	(void)u;
	return resync ? "MeetMeConferenceSubscriptionResyncEvent" :
			"MeetMeConferenceSubscriptionEvent";
}

static const char *
room(struct bws_buf *b, const struct bws_user *u, bool resync)
{
	(void)b;
	(void)u;
	return resync ? "CollaborateRoomSubscriptionResyncEvent" :
			"CollaborateRoomSubscriptionEvent";
}

static const char *
agent(struct bws_buf *b, const struct bws_user *u, bool resync)
{
	(void)resync;
	bws_agent_subscription_data(b, u);
	return "AgentSubscriptionEvent";
}

static const char *
agent_figures(struct bws_buf *b, const struct bws_user *u, bool resync)
{
	(void)resync;
	bws_agent_monitoring_data(b, u);
	return "CallCenterAgentMonitoringSubscriptionEvent";
}

/* A wide subscription asks for things that its users are not. */
static const char *
queue(struct bws_buf *b, const struct bws_user *u, bool resync)
{
	if (!u->acd)
		return NULL;
	bws_acd_doc_entries(b, "xsi:", u);
	return resync ? "ACDSubscriptionResyncEvent" : "ACDSubscriptionEvent";
}

static const char *
queue_figures(struct bws_buf *b, const struct bws_user *u, bool resync)
{
	(void)resync;
	if (!u->acd)
		return NULL;
	bws_acd_doc_monitoring(b, u);
	return "CallCenterMonitoringEvent";
}

static const char *
queue_configuration(struct bws_buf *b, const struct bws_user *u, bool resync)
{
	(void)resync;
	if (!u->acd)
		return NULL;
	bws_acd_doc_configuration(b, u);
	return "ACDConfigurationSubscriptionEvent";
}

static const char *
route_point(struct bws_buf *b, const struct bws_user *u, bool resync)
{
	if (!u->route_point)
		return NULL;
	bws_route_point_entries(b, "xsi:", u);
	return resync ? "RoutePointSubscriptionResyncEvent" : "RoutePointSubscriptionEvent";
}

/* What is not listed is told by a service, or has no snapshot. */
static const snapshot_fn snapshots[BWS_PACKAGE_COUNT] = {
	[BWS_PACKAGE_AGENT] = agent,
	[BWS_PACKAGE_AGENT_MONITORING] = agent_figures,
	[BWS_PACKAGE_QUEUE] = queue,
	[BWS_PACKAGE_QUEUE_MONITORING] = queue_figures,
	[BWS_PACKAGE_QUEUE_CONFIGURATION] = queue_configuration,
	[BWS_PACKAGE_ROUTE_POINT] = route_point,
	[BWS_PACKAGE_BASIC_CALL] = calls,
	[BWS_PACKAGE_STANDARD_CALL] = calls,
	[BWS_PACKAGE_ADVANCED_CALL] = calls,
	[BWS_PACKAGE_MESSAGE_SUMMARY] = messages,
	[BWS_PACKAGE_PUSH_NOTIFICATION] = push_registrations,
	[BWS_PACKAGE_MEET_ME_CONFERENCE] = bridge,
	[BWS_PACKAGE_COLLABORATE_ROOM] = room,
};

/* Returns the type of the event, NULL when there is none. */
static const char *
write_snapshot(struct bws_buf *b, const struct bws_user *u, enum bws_package p, bool resync)
{
	enum bws_service s;

	if (snapshots[p])
		return snapshots[p](b, u, resync);
	s = bws_service_of_package(p);
	if (s == BWS_SERVICE_COUNT)
		return NULL;
	bws_service_data(b, u, s);
	return bws_service_event(s);
}

static void
raise_for(struct bws_sub *s, struct bws_user *u, uint64_t packages, bool resync)
{
	bool calls_told = false;
	unsigned p;

	for (p = 0; p < BWS_PACKAGE_COUNT; p++) {
		uint64_t bit = BWS_PACKAGE_BIT(p);
		struct bws_buf data = { 0 };
		const char *type;

		if (!(packages & bit) || (calls_told && (bit & BWS_PACKAGES_CALL)))
			continue;
		calls_told = calls_told || (bit & BWS_PACKAGES_CALL);
		type = write_snapshot(&data, u, (enum bws_package)p, resync);
		if (type)
			bws_deliver_raise(s->w, s, u, type, bws_buf_text(&data));
		bws_buf_free(&data);
	}
}

void
bws_snapshot_raise(struct bws_sub *s, uint64_t packages, bool resync)
{
	size_t i;

	if (s->user) {
		raise_for(s, s->user, packages, resync);
		return;
	}
	for (i = 0; i < s->w->users.count; i++)
		if (bws_sub_covers(s, s->w->users.list[i]))
			raise_for(s, s->w->users.list[i], packages, resync);
}
