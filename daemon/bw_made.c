/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that BroadWorks has accepted and that no event has told of yet.
 *
 * A client knows such a call from the answer to its MakeCall. If no event comes (the phone was never picked up and
 * nobody said so, or the application server died), it would be known for ever: after a minute without a party it is dropped.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"

#define BW_MADE_MS 60000

struct bw_made {
	TAILQ_ENTRY(bw_made) link; /* soonest due first: all wait equally long */
	uint64_t call;
	struct mono due;
};

void
bw_made_note(struct bw *b, uint64_t call_id)
{
	const struct core_call *c = core_call_by_id(&b->x->model, call_id);
	struct bw_made *made;

	if (c == NULL || c->halves > 0)
		return;
	made = mem_zalloc(sizeof(*made));
	made->call = call_id;
	made->due = mono_add_ms(b->x->now, BW_MADE_MS);
	TAILQ_INSERT_TAIL(&b->made, made, link);
}

static void
made_free(struct bw *b, struct bw_made *made)
{
	TAILQ_REMOVE(&b->made, made, link);
	mem_free(made);
}

void
bw_made_activate(struct bw *b)
{
	const struct core_call *c;

	for (c = b->x->model.calls; c != NULL; c = c->by_id.next)
		bw_made_note(b, c->id);
}

void
bw_made_drop(struct bw *b)
{
	while (!TAILQ_EMPTY(&b->made))
		made_free(b, TAILQ_FIRST(&b->made));
}

void
bw_made_tick(struct bw *b)
{
	struct bw_made *made;

	while ((made = TAILQ_FIRST(&b->made)) != NULL && mono_due(made->due, b->x->now)) {
		const struct core_call *c = core_call_by_id(&b->x->model, made->call);

		if (c != NULL && c->halves == 0)
			CORE_EMIT(&b->x->em, call_drop, .id = made->call);
		made_free(b, made);
	}
}

struct mono
bw_made_deadline(const struct bw *b)
{
	const struct bw_made *made = TAILQ_FIRST(&b->made);

	return made ? made->due : MONO_NEVER;
}
