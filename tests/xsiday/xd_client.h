/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_XSIDAY_XD_CLIENT_H
#define TANDEM_TESTS_XSIDAY_XD_CLIENT_H

#include "tests/xsiday/xd_contact.h"
#include "tests/xsiday/xd_control.h"
#include "tests/xsiday/xd_http.h"
#include "tests/xsiday/xd_picture.h"
#include "tests/xsiday/xd_stream.h"

#include <stdbool.h>
#include <stdint.h>

#define XD_HOSTS_MAX 4
#define XD_SUBS_MAX 200
#define XD_PENDING_MAX 64

/* The habits of one real client. */
struct xd_variant {
	const char *name;
	enum xd_reader reader;
	int64_t heartbeat_ms;
	const char *weight;
	int64_t expires_s;     /* asked for, of channel and subscriptions */
	bool one_channel;      /* on the first XSP only */
	bool challenge;        /* credentials only after a 401 */
	bool ack_first;        /* acks before it handles the event */
	bool no_ack_of_end;    /* never acks SubscriptionTerminatedEvent */
	bool wrong_refresh;    /* refreshes its channel at channel/<id>/<id> */
	bool async_delete;     /* deletes its channel at the async URL */
	bool subscription_uri; /* POSTs to .../user/<id>/subscription, with the ignored elements */
	int64_t again_ms;      /* subscribes anew this often, 0 = never... */
	bool reconnects;       /* ...on a new connection */
	bool contact;          /* no channel: events are POSTed to it */
	bool acts;             /* controls calls */
};

struct xd_channel {
	struct xd_client *client;
	struct xd_host *host;
	struct xd_stream stream;
	char id[64];
	bool open;
	bool terminated; /* ChannelTerminatedEvent has come */
	char reason[40];
	int64_t next_heartbeat_ms;
	int64_t refresh_ms;
	int heartbeats_due; /* documents that must come */
};

struct xd_pending {
	long seq;
	char *doc;
};

struct xd_sub {
	char id[64];
	char user[80];
	const char *package;
	long seq; /* last applied */
	int64_t refresh_ms;
	int64_t snapshot_until_ms; /* a snapshot must come until then, 0 = none is due */
	bool ended;                /* we or the duplicate rule ended it */
	bool terminated;           /* its last event has come */
	struct xd_pending pending[XD_PENDING_MAX];
	size_t pending_count;
	struct xd_picture picture;
};

struct xd_client {
	const struct xd_variant *variant;
	struct xd_control control;
	struct xd_host hosts[XD_HOSTS_MAX];
	size_t host_count;
	struct xd_channel channels[XD_HOSTS_MAX];
	struct xd_contact contact;
	struct xd_sub *subs[XD_SUBS_MAX];
	size_t sub_count;
	char set[64];
	char owner[80];
	int64_t start_ms, now_ms; /* wall clock of the simulator */
	int64_t documents_queued; /* as the simulator says */
	int64_t documents_read;
	int64_t reopened;
	int64_t events, heartbeats, refreshes, requests, snapshots;
};

/* Opens the channels of the variant. */
void xd_client_connect(struct xd_client *c);

/* Closes the connections without a word and opens channels of the same set. */
void xd_client_reconnect(struct xd_client *c);

/* Subscribes @package of @user; a snapshot must follow if @snapshot. */
struct xd_sub *xd_client_subscribe(
	struct xd_client *c, const char *user, const char *package, bool snapshot);

/* Lets @ms pass: heartbeats, refreshes, acks, all checks. */
void xd_client_live(struct xd_client *c, int64_t ms);

/* Ends the subscriptions and channels and checks that they end. */
void xd_client_leave(struct xd_client *c);

/* The client's host for requests that are not bound to a stream. */
struct xd_host *xd_client_host(struct xd_client *c);

/* Subscription of @package of @user that lives, or NULL. */
struct xd_sub *xd_client_sub(struct xd_client *c, const char *user, const char *package);

void xd_client_free(struct xd_client *c);

#endif
