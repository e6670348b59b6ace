/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_ACCOUNT_H
#define TANDEM_TESTS_BWSIM_BWS_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

struct bws;
struct bws_user;

/* Who may log in: administrators (may do everything for every user) and, with a password knob,
 * the users themselves (only for themselves). */
struct bws_account {
	char *login;
	char *password;
};

struct bws_accounts {
	struct bws_account *list;
	size_t count;
};

/* Adds the administrator "login:password". Returns 0, or -1 when there is no colon. */
int bws_account_add(struct bws *w, const char *text);

/* True when the pair is right. */
bool bws_account_check(const struct bws *w, const char *login, const char *password);

/* Changes the password of an administrator. Returns -1 when there is no such login. */
int bws_account_set_password(struct bws *w, const char *login, const char *password);

/* True when @login may act for @user. */
bool bws_account_may(const struct bws *w, const char *login, const struct bws_user *user);

/* True when @login is an administrator: he may watch groups, enterprises and everybody. */
bool bws_account_is_admin(const struct bws *w, const char *login);

void bws_account_fini(struct bws *w);

#endif
