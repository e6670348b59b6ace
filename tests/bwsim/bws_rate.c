/* SPDX-License-Identifier: Apache-2.0 */
/* Transaction limits. Happy path: a token is there. Failure mode: 503, with Retry-After or without. */
#include "tests/bwsim/bws_rate.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_reply.h"

#include <stdlib.h>
#include <string.h>

static bool
is_over(struct bws_bucket *b, double rate)
{
	int64_t now = bws_util_mono_us();

	if (rate <= 0)
		return false;
	b->tokens += rate * (double)(now - b->filled_us) / 1e6;
	b->filled_us = now;
	if (b->tokens > rate)
		b->tokens = rate;
	if (b->tokens < 1)
		return true;
	b->tokens -= 1;
	return false;
}

static struct bws_bucket *
bucket_of(struct bws *w, const char *login)
{
	struct bws_rates *r = &w->rates;
	size_t i;

	for (i = 0; i < r->login_count; i++)
		if (strcmp(r->logins[i].login, login) == 0)
			return &r->logins[i];
	r->logins = bws_util_realloc(r->logins, (r->login_count + 1) * sizeof(*r->logins));
	memset(&r->logins[i], 0, sizeof(r->logins[i]));
	r->logins[i].login = bws_util_strdup(login);
	r->login_count++;
	return &r->logins[i];
}

bool
bws_rate_refuse(struct bws *w, struct bws_req *r)
{
	const struct bws_knobs *k = &w->knobs;
	char text[32];
	bool over = is_over(&w->rates.all, (double)k->requests_per_s);

	if (k->user_requests_per_s && r->login)
		over |= is_over(bucket_of(w, r->login), (double)k->user_requests_per_s);
	if (!over)
		return false;
	w->stats.overloads++;
	if (k->overload_ms) {
		r->delay_ms += k->overload_ms;
		return false;
	}
	bws_reply_error(r, 503, BWS_ERR_OVERLOAD, "Overload");
	snprintf(text, sizeof(text), "%lld", (long long)k->retry_after_s);
	if (k->retry_after_s >= 0)
		bws_req_add_header(r, "Retry-After", text);
	return true;
}

void
bws_rate_fini(struct bws *w)
{
	size_t i;

	for (i = 0; i < w->rates.login_count; i++)
		free(w->rates.logins[i].login);
	free(w->rates.logins);
	memset(&w->rates, 0, sizeof(w->rates));
}
