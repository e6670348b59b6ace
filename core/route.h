/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routeing: who chooses the way of calls that wait at route points, and what he was asked (ECMA-269, routeing services).
 *
 * Replicated, part of the model (model.h). A registration makes a session the routeing server of a route point, or of
 * all that have none of their own. A dialogue is about one waiting call: it begins with RouteRequest when the call is
 * told as waiting, and ends with the call at the latest. It is opened by the delta that lets the call wait, on both
 * nodes alike, so that no call waits unasked after a takeover and none is asked about twice.
 *
 *   ASKED -> SELECTED     RouteSelect: BroadWorks is told where to
 *   SELECTED -> ASKED     that failed, or its outcome is not known after a takeover: ReRoute
 *   any -> ENDED          RouteEnd, RouteReject: the call is BroadWorks' business again
 */
#ifndef TANDEM_CORE_ROUTE_H
#define TANDEM_CORE_ROUTE_H

#include "core/delta.h"
#include "proto/base/map.h"

#include <sys/queue.h>

struct core_device;
struct core_half;
struct core_model;
struct core_session;

enum core_route_state {
	CORE_ROUTE_ASKED,
	CORE_ROUTE_SELECTED,
	CORE_ROUTE_ENDED,
	CORE_ROUTE_LAST = CORE_ROUTE_ENDED,
};

/* What the routeing server is told. */
enum core_route_word {
	CORE_ROUTE_REQUEST,
	CORE_ROUTE_AGAIN,    /* the way that was chosen failed */
	CORE_ROUTE_USED,     /* the call went there */
	CORE_ROUTE_OVER,     /* the dialogue is over: the call went */
	CORE_ROUTE_LOST,     /* the same: the call is no more */
	CORE_ROUTE_GIVEN_UP, /* the same: too many ways failed */
	CORE_ROUTE_ABORTED,  /* the registration is over: its route point is no more */
};

struct core_registration {
	uint64_t id; /* routeRegisterReqID */
	struct core_session *session;
	char *device; /* "" = every route point that has no registration of its own */
	uint64_t hash;
	TAILQ_HEAD(, core_dialogue) dialogues;
	TAILQ_ENTRY(core_registration) of_session;
	UT_hash_handle by_id, by_device;
};

struct core_dialogue {
	uint64_t id; /* crossRefIdentifier */
	struct core_registration *registration;
	struct core_half *half;
	enum core_route_state state;
	bool used;     /* RouteUsed is wanted */
	uint8_t tries; /* ways that failed */
	uint64_t hash;
	TAILQ_ENTRY(core_dialogue) of_registration;
	UT_hash_handle by_id;
};

struct core_registration *core_registration_by_id(const struct core_model *m, uint64_t id);
/** That of exactly this device; "" = the one for all; NULL. */
struct core_registration *core_registration_of(const struct core_model *m, struct str device);
struct core_dialogue *core_dialogue_by_id(const struct core_model *m, uint64_t id);

/* used by the files of this folder */
struct core_registration *core_registration_new(
	struct core_model *m, const struct delta_r_registration *r, struct core_session *s);
/** Its dialogues end unsaid: their session is gone, or has asked for it. */
void core_registration_free(struct core_model *m, struct core_registration *r);
void core_dialogue_free(struct core_model *m, struct core_dialogue *d);
/** A party has been told as it is: if it waits at a route point, its routeing server is asked. */
void core_route_waiting(struct core_model *m, struct core_half *h);
/** A party is about to be freed: the server of its dialogue, if it has one, hears where the call went. */
void core_route_gone(struct core_model *m, struct core_half *h);
/** A takeover: whether BroadWorks was told of the ways that were chosen is not known. */
void core_route_epoch(struct core_model *m);
/** A device goes: its registration is aborted. */
void core_route_device_gone(struct core_model *m, const struct core_device *d);
void core_put_routes(const struct core_model *m, struct buf *out);
int apply_route_register(struct core_model *m, const struct delta_route_register *x);
int apply_route_cancel(struct core_model *m, const struct delta_route_cancel *x);
int apply_route_set(struct core_model *m, const struct delta_route_set *x);
int restore_r_registration(struct core_model *m, const struct delta_r_registration *r);
int restore_r_dialogue(struct core_model *m, const struct delta_r_dialogue *r);

#endif
