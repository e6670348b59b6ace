/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of hashed passwords: see htpass.h.
 *
 * Failure: one bad line makes the whole file bad. Half a file would lock out users whose lines are good, and nobody would
 * know why.
 */
#include "daemon/htpass.h"

#include "proto/base/limits.h"
#include "proto/base/mem.h"

#include <string.h>

#define SHA512_ROUNDS_MIN 5000 /* what crypt(3) does if nothing is said */
#define SHA512_ROUNDS_MAX 500000
#define SHA512_SALT 16
#define SHA512_HASH 86
#define YESCRYPT_SALT 86
#define YESCRYPT_HASH 43

static bool
is_crypt64(struct str s, size_t min, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
			    s.p[i]) == NULL)
			return false;
	return s.n >= min && s.n <= max;
}

static bool
cut_prefix(struct str *s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s->n < n || memcmp(s->p, prefix, n) != 0)
		return false;
	*s = (struct str){ s->p + n, s->n - n };
	return true;
}

static const char *
sha512_fault(struct str rest)
{
	struct str salt, number = rest;
	uint64_t rounds = SHA512_ROUNDS_MIN;

	if (cut_prefix(&number, "rounds=") &&
		!str_u64(str_cut(number, '$', &rest), UINT64_MAX, &rounds))
		return "the rounds of the hash are no number";
	if (rounds < SHA512_ROUNDS_MIN || rounds > SHA512_ROUNDS_MAX)
		return "allowed: a hash of 5000 to 500000 rounds";
	salt = str_cut(rest, '$', &rest);
	if (!is_crypt64(salt, 1, SHA512_SALT) || !is_crypt64(rest, SHA512_HASH, SHA512_HASH))
		return "the hash is not whole";
	return NULL;
}

/* Of the parameters the second letter is the cost: 7 to C are 4 to 128 MB, the costs 3 to 8 of mkpasswd. */
static const char *
yescrypt_fault(struct str rest)
{
	struct str parameters = str_cut(rest, '$', &rest), salt;

	if (parameters.n != 3 || parameters.p[0] != 'j' || parameters.p[2] != 'T' ||
		strchr("789ABC", parameters.p[1]) == NULL)
		return "allowed: yescrypt of the costs 3 to 8";
	salt = str_cut(rest, '$', &rest);
	if (!is_crypt64(salt, 1, YESCRYPT_SALT) || !is_crypt64(rest, YESCRYPT_HASH, YESCRYPT_HASH))
		return "the hash is not whole";
	return NULL;
}

static const char *
hash_fault(struct str hash)
{
	if (cut_prefix(&hash, "$6$"))
		return sha512_fault(hash);
	if (cut_prefix(&hash, "$y$"))
		return yescrypt_fault(hash);
	return "allowed: a hash of sha512crypt ($6$) or yescrypt ($y$)";
}

/* As words of `user` in the configuration are. */
static const char *
user_fault(struct str user)
{
	if (user.n == 0 || user.n >= LIMIT_SESSION_USER || user.p[0] == '@' ||
		memchr(user.p, ',', user.n) != NULL || !str_eq(str_trim(user), user))
		return "allowed: USER:HASH, and no ',' in USER";
	for (size_t i = 0; i < user.n; i++)
		if ((unsigned char)user.p[i] < ' ' || user.p[i] == 127)
			return "allowed: USER without control characters";
	return NULL;
}

/* Makes two texts of the line. NULL, or what is wrong with it. */
static const char *
line_add(struct htpass *h, char *line)
{
	char *colon = strchr(line, ':');
	struct str user = { line, colon != NULL ? (size_t)(colon - line) : 0 };
	const char *fault = user_fault(user);

	if (fault == NULL)
		fault = hash_fault(str_of(colon + 1));
	if (fault == NULL && htpass_find(h, user) != NULL)
		fault = "a line above has this user, too";
	if (fault == NULL && h->count == LIMIT_LOGIN_LINES)
		fault = "too many users";
	if (fault != NULL)
		return fault;
	*colon = '\0';
	h->lines[h->count++] = (struct htpass_line){ line, colon + 1 };
	return NULL;
}

static int
lines_add(struct htpass *h, const char *file, struct err *e)
{
	char *at = h->text, *end;

	for (unsigned number = 1; *at != '\0'; number++, at = end) {
		const char *fault = NULL;
		size_t n = strcspn(at, "\n");

		end = at + n + (at[n] == '\n');
		at[n] = '\0';
		if (n > 0 && at[n - 1] == '\r')
			at[n - 1] = '\0';
		if (at[0] != '\0' && at[0] != '#')
			fault = line_add(h, at);
		if (fault != NULL)
			return err_set(e, E_CONFIG, "%s:%u: %s", file, number, fault);
	}
	return 0;
}

int
htpass_parse(struct htpass *h, const char *file, const char *text, struct err *e)
{
	struct htpass fresh = { .text_n = strlen(text) };
	int result;

	fresh.text = mem_strndup(text, fresh.text_n);
	fresh.lines = mem_alloc(LIMIT_LOGIN_LINES * sizeof(fresh.lines[0]));
	result = lines_add(&fresh, file, e);
	if (result != 0) {
		htpass_fini(&fresh);
		return result;
	}
	htpass_fini(h);
	*h = fresh;
	return 0;
}

void
htpass_fini(struct htpass *h)
{
	if (h->text != NULL)
		explicit_bzero(h->text, h->text_n);
	mem_free(h->text);
	mem_free(h->lines);
	*h = (struct htpass){ .lines = NULL };
}

const char *
htpass_find(const struct htpass *h, struct str user)
{
	for (size_t i = 0; i < h->count; i++)
		if (str_is(user, h->lines[i].user))
			return h->lines[i].hash;
	return NULL;
}
