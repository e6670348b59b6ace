/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSTA services of an associated session: what is asked is checked against the model, done (by a delta, or by BroadWorks), and
 * answered exactly once. A MonitorStart is answered by svc_monitor_start() in svc_monitor.c.
 */
#ifndef TANDEM_DAEMON_SVC_H
#define TANDEM_DAEMON_SVC_H

#include "daemon/bw.h"
#include "daemon/load.h"
#include "daemon/sess.h"

enum svc_wait_kind {
	SVC_WAIT_MONITOR,
	SVC_WAIT_SNAPSHOT,
	SVC_WAIT_ROUTE, /* RouteRegister */
	SVC_WAITS,
};

/* What a MonitorStart asks for besides its device. */
struct svc_monitor_wish {
	enum core_monitor_type type;
	uint64_t
		filter; /* events that are not to be told, whatever the sense of the client's filter */
	bool filter_given, filter_inverted;
	bool media_given;
	char form[LIMIT_DEVICE_ID]; /* how the client wrote the device; "" = by its id */
};

/* A request that waits for a device: for its subscription, or for a comparison with BroadWorks. */
struct svc_wait {
	TAILQ_ENTRY(svc_wait) by_due;
	TAILQ_ENTRY(svc_wait) of_device;
	struct svc_queue *queue;
	enum svc_wait_kind kind;
	uint64_t session;
	uint64_t conn; /* it is answered on this connection or not at all */
	uint32_t invoke;
	struct mono due;
	struct svc_monitor_wish wish; /* SVC_WAIT_MONITOR; of SVC_WAIT_SNAPSHOT the form */
};

/* All that wait for one device. */
struct svc_queue {
	char *device;
	TAILQ_HEAD(, svc_wait) waits;
	UT_hash_handle by_device;
};

TAILQ_HEAD(svc_waits, svc_wait);

struct svc {
	struct ctx *x;
	struct sess *sess;
	struct bw *bw;
	struct svc_waits waits[SVC_WAITS]; /* by kind, soonest due first: each kind has one delay */
	struct svc_queue *queues;
	struct svc_job *jobs;                 /* requests that BroadWorks carries out, by id */
	TAILQ_HEAD(svc_holds, svc_job) holds; /* those that events wait for, soonest over first */
	struct svc_hotel *hotels;             /* notes of journalled operations, by id */
	TAILQ_HEAD(svc_listings, svc_listing) listings; /* of devices, being told */
	uint32_t listing_count;
	struct load load;
	uint64_t queue_bytes; /* that waited for clients at the last look at the load */
	uint32_t cross_refs;  /* of lists told in segments */
	struct buf body;
};

void svc_init(struct svc *v, struct ctx *x, struct sess *sess, struct bw *bw);
void svc_fini(struct svc *v);
/** This node became active: operations of several steps go on where the journal stands. */
void svc_activate(struct svc *v);
/** Requests that wait end without an answer (their connections are gone). */
void svc_deactivate(struct svc *v);

/** Is there a service of this kind? What the capabilities are made of. */
bool svc_has(enum csta_request_kind kind);

/** sess_service_fn; arg = struct svc. */
void svc_request(struct sess *s, struct core_session *session, uint32_t invoke,
	const struct csta_request *q, void *arg);

/* bw_hooks; arg = struct svc */
void svc_device_subscribed(struct core_device *d, void *arg);
void svc_device_refused(struct core_device *d, enum bw_result why, void *arg);
void svc_device_confirmed(struct core_device *d, void *arg);
void svc_request_over(uint64_t request, enum bw_result result, uint64_t call_id, void *arg);

void svc_tick(struct svc *v);
struct mono svc_deadline(const struct svc *v);

#endif
