/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What routeing servers are told: see say.h and core/route.h.
 *
 * Requests without an answer, said on both nodes like events: whoever comes back after a takeover finds each once.
 */
#include "daemon/say_part.h"

#include "proto/csta_encode.h"

static struct csta_route
route_of(const struct say *s, const struct core_dialogue *d)
{
	const struct core_half *h = d->half;

	return (struct csta_route){ .cross_ref = d->id,
		.register_id = d->registration->id,
		.call_id = h->track->call->id,
		.device = str_of(h->device->id),
		.calling = say_far_device(s->x, h),
		.called = str_of(h->device->id) };
}

static void
route_put(struct say *s, enum csta_edition ed, const struct core_say *f)
{
	struct csta_route route = route_of(s, f->dialogue);

	switch (f->route) {
	case CORE_ROUTE_REQUEST:
		csta_put_route_request(&s->body, ed, &route);
		break;
	case CORE_ROUTE_AGAIN:
		csta_put_route_again(&s->body, ed, &route);
		break;
	case CORE_ROUTE_USED:
		route.called = say_party_name(s->x, str_of(f->dialogue->half->to));
		csta_put_route_used(&s->body, ed, &route);
		break;
	case CORE_ROUTE_LOST:
		csta_put_route_end(&s->body, ed, &route, CSTA_ERR_noActiveCall);
		break;
	case CORE_ROUTE_GIVEN_UP:
		csta_put_route_end(&s->body, ed, &route, CSTA_ERR_performanceLimitExceeded);
		break;
	case CORE_ROUTE_OVER:
	case CORE_ROUTE_ABORTED: /* is about no dialogue */
		csta_put_route_end(&s->body, ed, &route, CSTA_NO_ERROR);
		break;
	}
}

void
say_route(struct say *s, const struct core_say *f)
{
	enum csta_edition ed = (enum csta_edition)f->session->edition;

	buf_reset(&s->body);
	if (f->route == CORE_ROUTE_ABORTED)
		csta_put_route_register_abort(&s->body, ed, f->registration->id);
	else
		route_put(s, ed, f);
	say_replicated(s, f->session, OUTBOX_REQUEST);
}
