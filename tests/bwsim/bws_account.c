/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Administrators and user log-in.
 *
 * Failure modes: none; a wrong password is an answer.
 */
#include "tests/bwsim/bws_account.h"

#include "tests/bwsim/bws.h"

#include <stdlib.h>
#include <string.h>

int
bws_account_add(struct bws *w, const char *text)
{
	struct bws_accounts *as = &w->accounts;
	const char *colon = strchr(text, ':');
	struct bws_account *a;

	if (!colon || colon == text)
		return -1;
	as->list = bws_util_realloc(as->list, (as->count + 1) * sizeof(*as->list));
	a = &as->list[as->count++];
	a->login = bws_util_strdup(text);
	a->login[colon - text] = '\0';
	a->password = bws_util_strdup(colon + 1);
	return 0;
}

static const struct bws_account *
find_admin(const struct bws *w, const char *login)
{
	size_t i;

	for (i = 0; i < w->accounts.count; i++)
		if (strcmp(w->accounts.list[i].login, login) == 0)
			return &w->accounts.list[i];
	return NULL;
}

bool
bws_account_check(const struct bws *w, const char *login, const char *password)
{
	const struct bws_account *admin;

	if (!login || !password)
		return false;
	admin = find_admin(w, login);
	if (admin)
		return strcmp(admin->password, password) == 0;
	if (!*w->knobs.user_password || !bws_user_by_id(w, login))
		return false;
	return strcmp(w->knobs.user_password, password) == 0;
}

int
bws_account_set_password(struct bws *w, const char *login, const char *password)
{
	size_t i;

	for (i = 0; i < w->accounts.count; i++) {
		struct bws_account *a = &w->accounts.list[i];

		if (strcmp(a->login, login) != 0)
			continue;
		free(a->password);
		a->password = bws_util_strdup(password);
		return 0;
	}
	return -1;
}

bool
bws_account_may(const struct bws *w, const char *login, const struct bws_user *user)
{
	return find_admin(w, login) || strcmp(login, user->id) == 0;
}

bool
bws_account_is_admin(const struct bws *w, const char *login)
{
	return find_admin(w, login) != NULL;
}

void
bws_account_fini(struct bws *w)
{
	size_t i;

	for (i = 0; i < w->accounts.count; i++) {
		free(w->accounts.list[i].login);
		free(w->accounts.list[i].password);
	}
	free(w->accounts.list);
}
