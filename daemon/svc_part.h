/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces that the files of the services share: a request on its way, refusals, the parties that it names. */
#ifndef TANDEM_DAEMON_SVC_PART_H
#define TANDEM_DAEMON_SVC_PART_H

#include "daemon/svc.h"

/* A request that is being looked at. */
struct svc_in {
	struct svc *v;
	struct core_session *session;
	uint32_t invoke;
	const struct csta_request *q;
};

/** Answers with this error. */
void svc_refuse(const struct svc_in *in, enum csta_error error);
/** Answers with an empty root of this name. */
void svc_answer_empty(const struct svc_in *in, const char *root);
/** Answers with what is in v->body. */
void svc_answer(const struct svc_in *in);
/** The same, ahead of events that are held back: it says nothing about calls or monitors. */
void svc_answer_ahead(const struct svc_in *in);
enum csta_edition svc_edition(const struct core_session *session);
/** One more request of a session is under way, or one less. The session may be gone. */
void svc_under_way(struct svc *v, uint64_t session_id, int change);

/** A serviceCrossRefID for segments: never that of another owner of the state. */
uint64_t svc_cross_ref(struct svc *v);

/** The request is answered when the device is subscribed or confirmed, or refused after this time. */
struct svc_wait *svc_wait(
	const struct svc_in *in, enum svc_wait_kind kind, const struct core_device *d, int64_t ms);

/** The device is known and in service, and BroadWorks can be reached. False: refused. */
bool svc_allowed(const struct svc_in *in, const struct core_device *d);
/** The device of the request (q->device), allowed and of this kind; NULL: refused. */
struct core_device *svc_own_device(const struct svc_in *in, enum core_device_kind kind);
/**
 * The party a connection ID names, on an allowed device. A device without a call id names its only connection. NULL:
 * refused, with `nothing` if the device has no call at all.
 */
struct core_half *svc_half(
	const struct svc_in *in, const struct csta_connection *c, enum csta_error nothing);

/** Is it a text that can be an address? */
bool svc_is_address(struct str device);

/** The text of a private datum of the request with one of two names; "" if there is none. */
struct str svc_private(const struct csta_request *q, const char *name, const char *other);

/**
 * A party as clients know it. That may be more than BroadWorks says: who was transferred and hears the new party ring is
 * called alerting there, and was told connected.
 */
static inline enum core_view
svc_view(const struct core_half *h)
{
	return h->told != VIEW_none ? h->told : core_half_view(h);
}

/** The call it is in. Clients may know it in another one still: svc_told_call(). */
static inline uint64_t
svc_call_of(const struct core_half *h)
{
	return h->track->call->id;
}

/** The call of a party as clients know it: when two calls have become one, an event is still to tell them so. */
static inline uint64_t
svc_told_call(const struct core_half *h)
{
	return h->told != VIEW_none ? h->told_call : h->track->call->id;
}

/** Does it speak for its connection, as clients know that? */
static inline bool
svc_leads(const struct core_half *h)
{
	return h->told != VIEW_none ? core_half_leader(h) == NULL : core_half_leads(h);
}

#endif
