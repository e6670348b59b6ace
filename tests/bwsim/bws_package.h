/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_PACKAGE_H
#define TANDEM_TESTS_BWSIM_BWS_PACKAGE_H

#include <stdbool.h>
#include <stdint.h>

/* Kinds of targets that a package can be subscribed for. */
#define BWS_FIT_USER 1u        /* a person */
#define BWS_FIT_QUEUE 2u       /* a call center */
#define BWS_FIT_ROUTE_POINT 4u /* a route point */
#define BWS_FIT_SUB_ID 8u      /* a bridge or a room, named by a sub-id */
#define BWS_FIT_ANY (BWS_FIT_USER | BWS_FIT_QUEUE | BWS_FIT_ROUTE_POINT)

/* The event packages of the schema, in its order: name, text, kinds of targets that fit. */
#define BWS_PACKAGE_LIST(X) \
	X(ADVANCED_CALL, "Advanced Call", BWS_FIT_USER) \
	X(BASIC_CALL, "Basic Call", BWS_FIT_USER) \
	X(BROADWORKS_ANYWHERE, "BroadWorks Anywhere", BWS_FIT_USER) \
	X(AGENT, "Call Center Agent", BWS_FIT_USER) \
	X(AGENT_MONITORING, "Call Center Agent Monitoring", BWS_FIT_USER) \
	X(QUEUE_CONFIGURATION, "Call Center Configuration", BWS_FIT_QUEUE) \
	X(QUEUE_MONITORING, "Call Center Monitoring", BWS_FIT_QUEUE) \
	X(QUEUE, "Call Center Queue", BWS_FIT_QUEUE) \
	X(FORWARDING_ALWAYS, "Call Forwarding Always", BWS_FIT_USER) \
	X(FORWARDING_ALWAYS_SECONDARY, "Call Forwarding Always Secondary", BWS_FIT_USER) \
	X(FORWARDING_BUSY, "Call Forwarding Busy", BWS_FIT_USER) \
	X(FORWARDING_NO_ANSWER, "Call Forwarding No Answer", BWS_FIT_USER) \
	X(CALL_PARK, "Call Park", BWS_FIT_USER) \
	X(CALL_RECORDING, "Call Recording", 0u) \
	X(CALL_TRANSFER, "Call Transfer", BWS_FIT_USER) \
	X(CALL_WAITING, "Call Waiting", BWS_FIT_USER) \
	X(COLLABORATE_ROOM, "Collaborate Room", BWS_FIT_SUB_ID) \
	X(COMMPILOT_EXPRESS, "CommPilot Express", BWS_FIT_USER) \
	X(DO_NOT_DISTURB, "Do Not Disturb", BWS_FIT_USER) \
	X(FLEXIBLE_SEATING_GUEST, "Flexible Seating Guest", BWS_FIT_USER) \
	X(HOTELING_GUEST, "Hoteling Guest", BWS_FIT_USER) \
	X(LAST_NUMBER_REDIAL, "Last Number Redial", BWS_FIT_USER) \
	X(MEET_ME_CONFERENCE, "Meet Me Conference", BWS_FIT_SUB_ID) \
	X(MUSIC_ON_HOLD, "Music On Hold", BWS_FIT_USER) \
	X(N_WAY_CALL, "N-Way Call", BWS_FIT_USER) \
	X(PERSONAL_ASSISTANT, "Personal Assistant", BWS_FIT_USER) \
	X(PUSH_NOTIFICATION, "Push Notification Registration", BWS_FIT_USER) \
	X(REMOTE_OFFICE, "Remote Office", BWS_FIT_USER) \
	X(ROUTE_POINT, "Route Point Queue", BWS_FIT_ROUTE_POINT) \
	X(SECURITY_CLASSIFICATION, "Security Classification", BWS_FIT_USER) \
	X(SEQUENTIAL_RING, "Sequential Ring", BWS_FIT_USER) \
	X(SILENT_ALERTING, "Silent Alerting", BWS_FIT_USER) \
	X(SIMULTANEOUS_RING, "Simultaneous Ring Personal", BWS_FIT_USER) \
	X(STANDARD_CALL, "Standard Call", BWS_FIT_USER) \
	X(THIRD_PARTY_VOICE_MAIL, "Third-Party Voice Mail Support", BWS_FIT_USER) \
	X(THREE_WAY_CALL, "Three-Way Call", BWS_FIT_USER) \
	X(MESSAGE_SUMMARY, "Voice Mail Message Summary", BWS_FIT_ANY) \
	X(VOICE_MESSAGING, "Voice Messaging", BWS_FIT_USER)

enum bws_package {
#define X(name, text, fits) BWS_PACKAGE_##name,
	BWS_PACKAGE_LIST(X)
#undef X
	BWS_PACKAGE_COUNT
};

/* A set of packages, one bit each. */
#define BWS_PACKAGE_BIT(p) (UINT64_C(1) << (p))

#define BWS_PACKAGES_CALL \
	(BWS_PACKAGE_BIT(BWS_PACKAGE_BASIC_CALL) | BWS_PACKAGE_BIT(BWS_PACKAGE_STANDARD_CALL) | \
		BWS_PACKAGE_BIT(BWS_PACKAGE_ADVANCED_CALL))

/* Package of that name; BWS_PACKAGE_COUNT when the schema has none. */
enum bws_package bws_package_find(const char *name);

const char *bws_package_text(enum bws_package p);

/* BWS_FIT_* bits of the package. */
unsigned bws_package_fits(enum bws_package p);

/* What a user's subscription gets when an AS failover is detected. */
enum bws_package_resync {
	BWS_RESYNC_PLAIN, /* the ordinary snapshot, without having been asked for */
	BWS_RESYNC_EVENT, /* the snapshot as ...ResyncEvent where the schema has one */
	BWS_RESYNC_NONE
};

/*
 * Reads the knob resync_packages, "PACKAGE=plain|resync|none" separated by semicolons, for one
 * package. What it does not name follows the knob resync_event; call centers and route points get
 * nothing by default.
 */
enum bws_package_resync bws_package_resync(
	const char *overrides, int64_t resync_event, enum bws_package p);

#endif
