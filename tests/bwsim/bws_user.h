/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_USER_H
#define TANDEM_TESTS_BWSIM_BWS_USER_H

#include "tests/bwsim/bws_timer.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

struct bws;
struct bws_half;
struct bws_sub;

TAILQ_HEAD(bws_half_list, bws_half);
TAILQ_HEAD(bws_user_sub_list, bws_sub);

/* A BroadWorks user with one phone. All users are of one group. */
struct bws_user {
	struct bws *w;
	char *id;               /* 2001@demo.example */
	char *ext;              /* 2001 */
	char *dn;               /* tel:+155502001 */
	char *name;             /* shown to the other party */
	unsigned as_generation; /* reign of the AS that last saw activity of the user */
	bool off_hook;
	struct bws_half_list halves; /* calls of the user, oldest first */
	size_t half_count;
	struct bws_user_sub_list subs; /* subscriptions that watch the user */
	struct bws_timer registration;
};

struct bws_users {
	struct bws_user **list;
	size_t count;
	void *by_id;
	void *by_ext;
};

/* Adds "FIRST-LAST@domain" or "EXT@domain". Returns 0, or -1 when the text makes no sense. */
int bws_user_add_range(struct bws *w, const char *range);

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
