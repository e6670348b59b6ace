/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_FEATURE_H
#define TANDEM_TESTS_BWSIM_BWS_FEATURE_H

#include "tests/bwsim/bws_call.h"
#include "tests/bwsim/bws_timer.h"

#include <stdbool.h>
#include <stddef.h>

struct bws;
struct bws_user;

#define BWS_FEATURE_IDS_MAX 30

/* Why something cannot be done. */
enum bws_refusal {
	BWS_FINE,
	BWS_REFUSED_CALL,    /* no such call */
	BWS_REFUSED_STATE,   /* its state does not allow it */
	BWS_REFUSED_ADDRESS, /* address missing, wrong, or of nobody */
	BWS_REFUSED_TEXT,    /* another parameter missing or wrong */
	BWS_REFUSED_NOTHING, /* nothing there to do it to (conference, ringing or parked call) */
	BWS_REFUSED_LIMIT
};

struct bws_feature_op;

/*
 * A feature of call control asked for by a request or done at the phone: which, by whom, to what.
 * The same check stands before the answer and before the effect, which comes a moment later.
 */
struct bws_feature {
	TAILQ_ENTRY(bws_feature) link;
	struct bws *w;
	const struct bws_feature_op *op;
	struct bws_user *user;
	char call_id[48];
	char call_id2[48];
	char address[64];
	char text[128]; /* digits, disposition code, client information */
	char ids[BWS_FEATURE_IDS_MAX][48];
	size_t id_count;
	bool by_phone;
	unsigned as_generation;
	struct bws_timer timer;
};

/* What an operation needs. */
#define BWS_NEEDS_CALL 1u
#define BWS_NEEDS_CALL2 2u
#define BWS_NEEDS_ADDRESS 4u
#define BWS_NEEDS_CONFERENCE 8u /* of the user */
#define BWS_STARTS_CALL 16u     /* makes a call half: the answer is CallStartInfo */

struct bws_feature_op {
	const char *name; /* as in the path of the request, and in the command "phone" */
	unsigned needs;
	enum bws_refusal (*check)(const struct bws_feature *f, const struct bws_half *h);
	void (*run)(struct bws_feature *f, struct bws_half *h);
};

/* Operation of that name (in any case), or NULL. */
const struct bws_feature_op *bws_feature_find(const char *name);

/* May @f be done now? */
enum bws_refusal bws_feature_check(const struct bws_feature *f);

/* An English sentence about it. */
const char *bws_feature_refusal_text(enum bws_refusal refusal);

/* Does it at once (phone). The caller has checked. */
void bws_feature_run(struct bws_feature *f);

/* Makes the call half an operation with BWS_STARTS_CALL needs; f->call_id (call_id2 where the
 * operation is about a call) becomes its id. NULL when there are too many calls. */
struct bws_half *bws_feature_start_call(struct bws_feature *f);

/* Copies @f; its effect comes after the knob effect_ms, if it can be done then. */
void bws_feature_plan(const struct bws_feature *f);

void bws_feature_fini(struct bws *w);

#endif
