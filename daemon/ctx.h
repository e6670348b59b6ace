/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rooms of a node share during a step: the time, the state, the log of deltas, the actions.
 *
 * Everything that changes replicated state goes through ctx.em (see CORE_EMIT): logged, applied, told. The offset
 * of the delta being applied tags what is said because of it, and the gate lets it out when that offset is
 * confirmed.
 */
#ifndef TANDEM_DAEMON_CTX_H
#define TANDEM_DAEMON_CTX_H

#include "core/decide.h"
#include "core/model.h"
#include "daemon/act.h"
#include "daemon/conf.h"
#include "daemon/meter.h"
#include "daemon/trace.h"
#include "ha/ha.h"
#include "proto/base/rng.h"
#include "proto/xml.h"

/* A text that was made during a step. */
struct ctx_text {
	struct ctx_text *next;
	char p[];
};

/* Numbers that nobody guesses. */
struct ctx_secret {
	uint64_t (*draw)(void *arg); /* NULL: ids of sessions are counted as all others are */
	void *arg;
};

struct ctx {
	const struct conf *conf;
	const struct log *log;
	struct core_model model;
	struct core_emitter em;
	struct ha *ha;
	struct rng rng;
	struct ctx_secret secret;
	struct xml *xml;
	struct node_out *out; /* of the step under way */
	struct mono now;
	int64_t wall_us;
	uint64_t offset;        /* of the last delta of ours, or of the one being applied */
	uint64_t next_id;       /* of HTTP requests and streams */
	uint64_t early_refused; /* events that came too early and found no room */
	uint64_t malformed;     /* frames and documents that were skipped */
	uint64_t desynchronised;
	struct meter meter;
	struct traces traces;   /* for operators: see trace.h */
	struct ctx_text *texts; /* made during the step: see ctx_text() */
};

/** Where the trace of an input or an effect stands: this moment, after the delta with this offset. */
struct trace_at ctx_trace_at(struct ctx *x, uint64_t offset);

/** Active, and the epoch is confirmed: decisions may be made. */
bool ctx_is_active(const struct ctx *x);

/** True if effects of deltas up to `offset` may leave now. */
bool ctx_may_leave(const struct ctx *x, uint64_t offset);

/** A fresh id for an HTTP request or a stream. */
uint64_t ctx_new_id(struct ctx *x);

void ctx_act(struct ctx *x, const struct node_action *a);

/** Keeps a text until the step is over: names are borrowed, but some have to be made. */
struct str ctx_text(struct ctx *x, struct str text);
/** The step is over. */
void ctx_texts_drop(struct ctx *x);

/** A line of the history: `what` is a word, `members` further JSON members without braces ("" = none). */
void ctx_history(struct ctx *x, const char *what, const char *members_fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
