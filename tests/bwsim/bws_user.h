/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_USER_H
#define TANDEM_TESTS_BWSIM_BWS_USER_H

#include "tests/bwsim/bws_call.h"
#include "tests/bwsim/bws_entry.h"
#include "tests/bwsim/bws_service.h"
#include "tests/bwsim/bws_timer.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

struct bws;
struct bws_sub;

/* What a user is: a person, or a virtual user that holds calls. */
enum bws_user_kind {
	BWS_USER_PERSON,
	BWS_USER_QUEUE,
	BWS_USER_ROUTE_POINT
};

TAILQ_HEAD(bws_sub_list, bws_sub);

/* A BroadWorks user with one phone, or a virtual one without. The group is named as his domain; all
 * groups are of one enterprise (knob enterprise). */
struct bws_user {
	struct bws *w;
	enum bws_user_kind kind;
	const char *group;      /* part of id */
	char *id;               /* 2001@demo.example */
	char *ext;              /* 2001 */
	char *dn;               /* tel:+155502001 */
	char *name;             /* shown to the other party */
	unsigned as_generation; /* reign of the AS that last saw activity of the user */
	bool off_hook;
	struct bws_half_list halves; /* calls of the user, oldest first */
	size_t half_count;
	struct bws_half_list detached;     /* halves that left their session, newest last */
	struct bws_conference *conference; /* the user is its controller, or NULL */
	struct bws_call *parked;           /* waits against this user, or NULL */
	struct bws_sub_list subs;          /* subscriptions that watch the user */
	struct bws_timer registration;
	struct bws_services services;
	struct bws_agent *agent;             /* NULL = no agent of a call center */
	struct bws_acd *acd;                 /* of a BWS_USER_QUEUE */
	struct bws_route_point *route_point; /* of a BWS_USER_ROUTE_POINT */
	struct bws_entry_list entries;       /* calls that a virtual user holds */
};

struct bws_users {
	struct bws_user **list; /* persons */
	size_t count;
	struct bws_user **virtuals; /* queues, route points */
	size_t virtual_count;
	void *by_id;
	void *by_ext;
};

/* Adds "FIRST-LAST@domain" or "EXT@domain". Returns 0, or -1 when the text makes no sense. */
int bws_user_add_range(struct bws *w, const char *range);

/* Adds a virtual user "EXT@domain". Returns him, or NULL when the text makes no sense or the
 * extension is taken. */
struct bws_user *bws_user_add_virtual(struct bws *w, const char *id, enum bws_user_kind kind);

/* User of that id (exact), or NULL. */
struct bws_user *bws_user_by_id(const struct bws *w, const char *id);

/* User with the extension, or with the id or the extension before the '@'; or NULL. */
struct bws_user *bws_user_by_any(const struct bws *w, const char *text);

/* What a dialled address means. */
enum bws_address_kind {
	BWS_ADDRESS_USER,
	BWS_ADDRESS_OUTSIDE,
	BWS_ADDRESS_UNKNOWN, /* well formed, leads nowhere */
	BWS_ADDRESS_BAD      /* not an address */
};

/*
 * Resolves @address (extension, digits, "tel:", "sip:", user id). @user is set for
 * BWS_ADDRESS_USER; @uri (at least 64 bytes) gets the "tel:" form for an outside number.
 */
enum bws_address_kind bws_user_resolve(const struct bws *w, const char *address,
	struct bws_user **user, char *uri, size_t uri_len);

void bws_user_fini(struct bws *w);

#endif
