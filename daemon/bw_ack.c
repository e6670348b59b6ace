/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acknowledgements of events: effects, so they wait here until the gate lets their offset out.
 *
 * They go to the XSP that has the stream, so many at a time; over CTI they are answers to the event's envelope and have
 * no answer of their own. Failure: one that is lost is no harm, the event comes again. How long BroadWorks waits is not
 * known, so acknowledgements that are later than ack-delay-alarm-ms are told.
 */
#include "daemon/bw_part.h"

#define ACK_ALARM_MS 60000

void
bw_ack_event(struct bw *b, uint32_t xsp, struct str event_id, int status)
{
	struct bw_ack *a;

	if (event_id.n == 0)
		return;
	/* delivered again while its acknowledgement still waits: a second one would only make the wait longer */
	HASH_FIND(by_event, b->acks[xsp].by_event, event_id.p, event_id.n, a);
	if (a != NULL || b->ack_count >= LIMIT_ACKS_WAITING)
		return; /* at the limit: it will be delivered again */
	a = mem_zalloc(sizeof(*a) + event_id.n + 1);
	a->offset = b->x->offset;
	a->xsp = xsp;
	a->status = status;
	a->since = b->x->now;
	memcpy(a->event_id, event_id.p, event_id.n);
	a->event_id[event_id.n] = '\0';
	TAILQ_INSERT_TAIL(&b->acks[xsp].waiting, a, link);
	HASH_ADD_KEYPTR(by_event, b->acks[xsp].by_event, a->event_id, event_id.n, a);
	b->ack_count++;
}

static void
ack_free(struct bw *b, struct bw_ack *a)
{
	TAILQ_REMOVE(&b->acks[a->xsp].waiting, a, link);
	HASH_DELETE(by_event, b->acks[a->xsp].by_event, a);
	b->ack_count--;
	mem_free(a);
}

/* The channel is gone: what was not acknowledged on it comes again on another. */
void
bw_ack_drop_xsp(struct bw *b, uint32_t xsp)
{
	while (!TAILQ_EMPTY(&b->acks[xsp].waiting))
		ack_free(b, TAILQ_FIRST(&b->acks[xsp].waiting));
}

static void
ack_delay(struct bw *b, const struct bw_ack *a)
{
	int64_t ms = mono_ms_between(a->since, b->x->now);

	if (ms < b->x->conf->ack_delay_alarm_ms)
		return;
	b->acks_late++;
	if (!mono_due(b->ack_alarm_at, b->x->now))
		return;
	b->ack_alarm_at = mono_add_ms(b->x->now, ACK_ALARM_MS);
	log_emit(b->x->log, M_ACK_LATE,
		"xsp=%s an event is acknowledged after %lld ms, %llu late in all",
		b->x->conf->xsps[a->xsp].name, (long long)ms, (unsigned long long)b->acks_late);
}

static void
ack_send(struct bw *b, const struct bw_ack *a)
{
	ack_delay(b, a);
	if (b->x->traces.on != 0) {
		struct trace_at at = ctx_trace_at(b->x, a->offset);

		trace_ack(&at, b->x->conf->xsps[a->xsp].name, a->status, a->offset);
	}
	b->south.of[a->xsp].acks++;
	buf_reset(&b->body);
	xsi_put_event_response(&b->body, str_of(a->event_id), a->status);
	if (bw_link_is_cti(b, a->xsp)) {
		(void)bw_cti_ack(b, a->xsp, str_of(a->event_id), buf_as_str(&b->body));
		return;
	}
	b->acks[a->xsp].out++;
	bw_request_send(b, BW_REQ_ACK, a->xsp,
		&(struct xsi_request){ .op = XSI_OP_event_response, .body = buf_as_str(&b->body) },
		NULL);
}

void
bw_ack_done(struct bw *b, const struct bw_request *r)
{
	b->acks[r->xsp].out--;
}

static void
acks_pump_xsp(struct bw *b, uint32_t xsp)
{
	struct bw_ack *a;

	while ((a = TAILQ_FIRST(&b->acks[xsp].waiting)) != NULL &&
		b->acks[xsp].out < b->x->conf->acks_in_flight && ctx_may_leave(b->x, a->offset)) {
		ack_send(b, a);
		ack_free(b, a);
	}
}

void
bw_acks_pump(struct bw *b)
{
	for (uint32_t xsp = 0; xsp < b->x->conf->xsp_count; xsp++)
		acks_pump_xsp(b, xsp);
}
