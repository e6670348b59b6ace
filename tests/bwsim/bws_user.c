/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users and their numbers.
 *
 * Happy path: ranges from the command line become users; addresses that somebody dials are
 * resolved to a user or to an outside number.
 * Failure modes: a range that makes no sense is refused at start; an address that is no address
 * or leads nowhere is told apart so that the caller gets the right error.
 */
#include "tests/bwsim/bws_user.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_acd.h"
#include "tests/bwsim/bws_agent.h"
#include "tests/bwsim/bws_route_point.h"

#include <ctype.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#define DN_PREFIX "15550"
#define EXT_DIGITS_MAX 9
#define OUTSIDE_DIGITS_MIN 7
#define OUTSIDE_DIGITS_MAX 20

struct key {
	const char *text;
	struct bws_user *user;
};

static int
compare_keys(const void *a, const void *b)
{
	const struct key *x = a;
	const struct key *y = b;

	return strcmp(x->text, y->text);
}

static void
index_user(void **tree, const char *text, struct bws_user *u)
{
	struct key *k = bws_util_calloc(1, sizeof(*k));
	struct key **at;

	k->text = text;
	k->user = u;
	at = tsearch(k, tree, compare_keys);
	if (!at || *at != k)
		free(k);
}

static struct bws_user *
look_up(void *const *tree, const char *text)
{
	struct key wanted = { text, NULL };
	struct key **at = tfind(&wanted, tree, compare_keys);

	return at ? (*at)->user : NULL;
}

static struct bws_user *
new_user(struct bws *w, const char *ext, const char *domain, const char *title)
{
	struct bws_users *us = &w->users;
	struct bws_user *u = bws_util_calloc(1, sizeof(*u));
	struct bws_buf b = { 0 };

	u->w = w;
	TAILQ_INIT(&u->halves);
	TAILQ_INIT(&u->detached);
	TAILQ_INIT(&u->subs);
	TAILQ_INIT(&u->entries);
	u->ext = bws_util_strdup(ext);
	bws_buf_fmt(&b, "%s@%s", ext, domain);
	u->id = b.p;
	u->group = strchr(u->id, '@') + 1;
	memset(&b, 0, sizeof(b));
	bws_buf_fmt(&b, "tel:+" DN_PREFIX "%s", ext);
	u->dn = b.p;
	memset(&b, 0, sizeof(b));
	bws_buf_fmt(&b, "%s %s", title, ext);
	u->name = b.p;
	bws_as_user_init(w, u);
	index_user(&us->by_id, u->id, u);
	index_user(&us->by_ext, u->ext, u);
	return u;
}

static void
add_user(struct bws *w, const char *ext, const char *domain)
{
	struct bws_users *us = &w->users;

	us->list = bws_util_realloc(us->list, (us->count + 1) * sizeof(struct bws_user *));
	us->list[us->count++] = new_user(w, ext, domain, "User");
}

struct bws_user *
bws_user_add_virtual(struct bws *w, const char *id, enum bws_user_kind kind)
{
	struct bws_users *us = &w->users;
	size_t digits = strspn(id, "0123456789");
	char ext[EXT_DIGITS_MAX + 1];
	struct bws_user *u;

	if (!digits || digits > EXT_DIGITS_MAX || id[digits] != '@' || !id[digits + 1])
		return NULL;
	memcpy(ext, id, digits);
	ext[digits] = '\0';
	if (look_up(&us->by_ext, ext))
		return NULL;
	u = new_user(w, ext, id + digits + 1, kind == BWS_USER_QUEUE ? "Queue" : "Route Point");
	u->kind = kind;
	us->virtuals =
		bws_util_realloc(us->virtuals, (us->virtual_count + 1) * sizeof(struct bws_user *));
	us->virtuals[us->virtual_count++] = u;
	return u;
}

int
bws_user_add_range(struct bws *w, const char *range)
{
	char *end;
	const char *at = strchr(range, '@');
	unsigned long first, last, n;
	char ext[32];
	int digits;

	if (!at || !at[1] || !isdigit((unsigned char)range[0]))
		return -1;
	first = last = strtoul(range, &end, 10);
	digits = (int)(end - range);
	if (*end == '-') {
		if (!isdigit((unsigned char)end[1]))
			return -1;
		last = strtoul(end + 1, &end, 10);
	}
	if (end != at || last < first || last - first >= 200000 || digits > EXT_DIGITS_MAX)
		return -1;
	for (n = first; n <= last; n++) {
		snprintf(ext, sizeof(ext), "%0*lu", digits, n);
		if (look_up(&w->users.by_ext, ext))
			return -1;
		add_user(w, ext, at + 1);
	}
	return 0;
}

struct bws_user *
bws_user_by_id(const struct bws *w, const char *id)
{
	return look_up(&w->users.by_id, id);
}

struct bws_user *
bws_user_by_any(const struct bws *w, const char *text)
{
	struct bws_user *u = bws_user_by_id(w, text);

	return u ? u : look_up(&w->users.by_ext, text);
}

/* Copies the digits of a number without visual separators; returns their count or -1. */
static int
only_digits(const char *s, char *out, size_t room)
{
	size_t n = 0;

	for (; *s && *s != ';'; s++) {
		if (isdigit((unsigned char)*s) && n + 1 < room)
			out[n++] = *s;
		else if (!strchr("-.() ", *s))
			return -1;
	}
	out[n] = '\0';
	return (int)n;
}

enum bws_address_kind
bws_user_resolve(
	const struct bws *w, const char *address, struct bws_user **user, char *uri, size_t uri_len)
{
	char digits[40];
	int n;

	address += strspn(address, " ");
	if (strncasecmp(address, "tel:", 4) == 0 || strncasecmp(address, "sip:", 4) == 0)
		address += 4;
	if (strchr(address, '@')) {
		*user = bws_user_by_id(w, address);
		return *user ? BWS_ADDRESS_USER : BWS_ADDRESS_UNKNOWN;
	}
	address += strspn(address, " +");
	n = only_digits(address, digits, sizeof(digits));
	if (n <= 0)
		return BWS_ADDRESS_BAD;
	*user = look_up(&w->users.by_ext, digits);
	if (!*user && strncmp(digits, DN_PREFIX, strlen(DN_PREFIX)) == 0)
		*user = look_up(&w->users.by_ext, digits + strlen(DN_PREFIX));
	if (*user)
		return BWS_ADDRESS_USER;
	if (n < OUTSIDE_DIGITS_MIN || n > OUTSIDE_DIGITS_MAX ||
		strncmp(digits, DN_PREFIX, strlen(DN_PREFIX)) == 0)
		return BWS_ADDRESS_UNKNOWN;
	snprintf(uri, uri_len, "tel:+%s", digits);
	return BWS_ADDRESS_OUTSIDE;
}

static void
free_user(struct bws_user *u)
{
	bws_timer_stop(&u->w->timers, &u->registration);
	bws_agent_free(u);
	bws_acd_free(u);
	bws_route_point_free(u);
	free(u->id);
	free(u->ext);
	free(u->dn);
	free(u->name);
	free(u);
}

void
bws_user_fini(struct bws *w)
{
	size_t i;

	for (i = 0; i < w->users.count; i++)
		free_user(w->users.list[i]);
	for (i = 0; i < w->users.virtual_count; i++)
		free_user(w->users.virtuals[i]);
	free(w->users.list);
	free(w->users.virtuals);
	tdestroy(w->users.by_id, free);
	tdestroy(w->users.by_ext, free);
}
