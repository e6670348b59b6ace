/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults on demand for single requests.
 *
 * Happy path: the tester adds a fault, the next requests that fit its path, method and XSP get
 * its status (or a delay, or a closed connection), and it is used up.
 * Failure modes: a wrong regular expression is refused.
 */
#include "tests/bwsim/bws_fault.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_journal.h"
#include "tests/bwsim/bws_reply.h"

#include <stdlib.h>
#include <string.h>

void
bws_fault_init(struct bws *w)
{
	TAILQ_INIT(&w->faults.list);
}

int
bws_fault_add(struct bws *w, struct bws_fault *f)
{
	if (regcomp(&f->path_re, f->path_text, REG_EXTENDED | REG_NOSUB) != 0)
		return -1;
	TAILQ_INSERT_TAIL(&w->faults.list, f, link);
	return 0;
}

void
bws_fault_free(struct bws_fault *f)
{
	free(f->path_text);
	free(f->method);
	free(f->xsp);
	free(f->location);
	free(f);
}

static void
remove_fault(struct bws *w, struct bws_fault *f)
{
	TAILQ_REMOVE(&w->faults.list, f, link);
	regfree(&f->path_re);
	bws_fault_free(f);
}

static bool
fits(const struct bws_fault *f, const struct bws_req *r)
{
	if (f->method && strcmp(f->method, r->method) != 0)
		return false;
	if (f->xsp && strcmp(f->xsp, bws_xsp_name(r->xsp)) != 0)
		return false;
	return regexec(&f->path_re, r->path, 0, NULL, 0) == 0;
}

bool
bws_fault_apply(struct bws *w, struct bws_req *r)
{
	struct bws_fault *f;
	bool answered;

	TAILQ_FOREACH(f, &w->faults.list, link)
		if (fits(f, r))
			break;
	if (!f)
		return false;
	answered = f->status || f->drop;
	r->delay_ms += f->delay_ms;
	r->drop = f->drop;
	if (f->status == 401)
		bws_reply_challenge(r);
	else if (f->status)
		bws_reply_error(r, f->status, f->error_code, "Fault on demand");
	if (f->status == 503 && w->knobs.retry_after_s >= 0) {
		char text[32];

		snprintf(text, sizeof(text), "%lld", (long long)w->knobs.retry_after_s);
		bws_req_add_header(r, "Retry-After", text);
	}
	if (f->location)
		bws_req_add_header(r, "Location", f->location);
	bws_journal_fact(w, "fault", "{s:s,s:s,s:s,s:i,s:b,s:I}", "xsp", bws_xsp_name(r->xsp),
		"method", r->method, "path", r->path, "status", f->status, "drop", (int)f->drop,
		"delay_ms", (long long)f->delay_ms);
	if (--f->count <= 0)
		remove_fault(w, f);
	return answered;
}

void
bws_fault_clear(struct bws *w)
{
	while (!TAILQ_EMPTY(&w->faults.list))
		remove_fault(w, TAILQ_FIRST(&w->faults.list));
}
