/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_STATS_H
#define TANDEM_TESTS_BWSIM_BWS_STATS_H

#include <stddef.h>
#include <stdint.h>

/* Kinds of requests, as they stand in the journal and in the statistics. */
#define BWS_KIND_LIST(X) \
	X(OPEN, "open-channel") \
	X(HEARTBEAT, "heartbeat") \
	X(REFRESH, "refresh-channel") \
	X(DELETE_CHANNEL, "delete-channel") \
	X(LIST_SET, "list-set") \
	X(ACK, "ack") \
	X(SUBSCRIBE, "subscribe") \
	X(LIST_SUBSCRIPTIONS, "list-subscriptions") \
	X(READ_SUBSCRIPTION, "read-subscription") \
	X(PUT_SUBSCRIPTION, "put-subscription") \
	X(UNSUBSCRIBE, "unsubscribe") \
	X(VERSIONS, "versions") \
	X(DIAL, "dial") \
	X(TALK, "talk") \
	X(HOLD, "hold") \
	X(RELEASE, "release") \
	X(LIST_CALLS, "list-calls") \
	X(READ_CALL, "read-call") \
	X(HOOK_STATUS, "hook-status") \
	X(FEATURE, "feature") \
	X(READ_SERVICE, "read-service") \
	X(SET_SERVICE, "set-service") \
	X(READ_AGENT, "read-agent") \
	X(SET_AGENT, "set-agent") \
	X(READ_QUEUE, "read-queue") \
	X(QUEUE_CONTROL, "queue-control") \
	X(ROUTE_POINT_CONTROL, "route-point-control") \
	X(CONTROLLER, "controller") \
	X(OTHER, "other")

enum bws_kind {
#define X(name, text) BWS_KIND_##name,
	BWS_KIND_LIST(X)
#undef X
	BWS_KIND_COUNT
};

struct bws_stats {
	uint64_t requests[BWS_KIND_COUNT];
	uint64_t requests_failed;
	uint64_t channels_opened;
	uint64_t channels_closed;
	uint64_t events_raised;
	uint64_t events_sent;
	uint64_t events_dropped;
	uint64_t redeliveries;
	uint64_t acks;
	uint64_t acks_unknown;
	uint64_t ack_timeouts;
	uint64_t puts;
	uint64_t snapshots;
	uint64_t documents;         /* queued for streams */
	uint64_t stream_inputs;     /* bytes of clients on connections of streams */
	uint64_t documents_refused; /* the stream's queue was full */
	uint64_t calls_made;
	uint64_t calls_ended;
	uint64_t calls_lost;
	uint64_t load_skipped;
	size_t events_kept_peak;

	/* transports and log-in */
	uint64_t cti_connections;
	uint64_t cti_bad_documents;
	uint64_t cti_keepalives_sent;
	uint64_t cti_keepalives_received;
	uint64_t cti_keepalives_answered;
	uint64_t tls_handshakes;
	uint64_t challenges; /* requests answered 401, or refused for a locked account */
	uint64_t auth_failures;
	uint64_t auth_failures_row; /* most failures in a row of one account */
	uint64_t accounts_locked;
	uint64_t overloads;
	uint64_t garbled;
	uint64_t redirects;
	uint64_t schema_sent_wrong;
	uint64_t schema_received_wrong;
};

/* Text of a kind. */
const char *bws_stats_kind_text(enum bws_kind kind);

#endif
