/* SPDX-License-Identifier: Apache-2.0 */
/* What is true of calls, for those who compare: see sim_south.h. */
#include "tests/sim/sim_south.h"

#include <stdio.h>

static uint64_t
truth_pair(unsigned user, const char *number)
{
	uint64_t hash = user + 1;

	for (; *number != '\0'; number++)
		hash = (hash ^ (unsigned char)*number) * 0x100000001b3u;
	return hash;
}

void
south_calls_part(struct sim *s, struct south_call *c, unsigned k)
{
	struct sim_south *w = s->south;
	int user = c->party[k].user;

	for (unsigned i = 0; i < SOUTH_PARTIES && user >= 0; i++)
		if (i != k && c->party[i].user < 0 && c->party[i].number[0] != '\0')
			w->parted[w->parted_count++ % SOUTH_PARTED_MAX] =
				truth_pair((unsigned)user, c->party[i].number);
}

void
sim_south_each_party(const struct sim *s, const char *extension,
	void (*fn)(const struct south_call *c, const struct south_party *p, void *arg), void *arg)
{
	int user = south_calls_user(s, str_of(extension));

	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++) {
		const struct south_call *c = &s->south->calls[i];

		for (unsigned k = 0; k < SOUTH_PARTIES && c->used; k++)
			if (c->party[k].user == user && user >= 0 &&
				c->party[k].state != SOUTH_NONE)
				fn(c, &c->party[k], arg);
	}
}

static bool
truth_has_number(const struct south_call *c, struct str number)
{
	for (unsigned k = 0; k < 2; k++) {
		struct str outside = str_of(c->party[k].number);

		if (c->party[k].user < 0 && c->party[k].state != SOUTH_NONE && outside.n > 4 &&
			str_eq((struct str){ outside.p + 4, outside.n - 4 }, number))
			return true;
	}
	return false;
}

static bool
truth_parted(const struct sim_south *w, unsigned user, struct str number)
{
	char text[SOUTH_ID];
	uint64_t pair;

	snprintf(text, sizeof(text), "tel:%.*s", STR_ARG(number));
	pair = truth_pair(user, text);
	for (size_t i = 0; i < w->parted_count && i < SOUTH_PARTED_MAX; i++)
		if (w->parted[i] == pair)
			return true;
	return w->parted_count > SOUTH_PARTED_MAX;
}

bool
sim_south_number_lives(const struct sim *s, struct str number, const char *extension)
{
	int user = south_calls_user(s, str_of(extension));

	if (user < 0 || truth_parted(s->south, (unsigned)user, number))
		return false;
	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++) {
		const struct south_call *c = &s->south->calls[i];

		for (unsigned k = 0; k < SOUTH_PARTIES && c->used; k++)
			if (c->party[k].user == user && c->party[k].state != SOUTH_NONE &&
				truth_has_number(c, number))
				return true;
	}
	return false;
}

bool
sim_south_returns(const struct sim *s, const char *extension)
{
	int user = south_calls_user(s, str_of(extension));

	return user >= 0 && s->south->users[user].returns;
}

static void
truth_count_recorded(const struct south_call *c, const struct south_party *p, void *arg)
{
	unsigned *count = arg;

	(void)c;
	*count += p->recording != SOUTH_NOT_RECORDED;
}

bool
sim_south_records_more(const struct sim *s, const char *extension)
{
	unsigned count = 0;

	sim_south_each_party(s, extension, truth_count_recorded, &count);
	return count > 1;
}
