/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What events say about the calls in the queue of a call center or at a route point: see bw_event.c.
 *
 * A waiting call is a party of its device in the state queued. It leaves to an agent (distributed), to elsewhere (diverted), or
 * for good. A call that was kept out of the queue is told as what it was: it arrived, and was diverted. That goes beyond
 * reference-connector.md 4, which has the Diverted event alone: no client could know what was diverted.
 */
#include "daemon/bw_cause.h"
#include "daemon/bw_part.h"

#include "core/core_mutation.h"
#include "proto/base/check.h"
#include "proto/xsi_decode.h"

static struct core_party
acd_party(const struct xsi_entry *entry, enum core_state state)
{
	return (struct core_party){
		.bw_call = entry->call_id,
		.tracking = entry->tracking_id,
		.personality = CORE_TERMINATOR,
		.state = state,
		.remote = entry->remote.address,
		.remote_user = entry->remote.user,
	};
}

static void
acd_set(struct bw *b, struct core_device *d, const struct core_party *p)
{
	if (!core_decide_party(&b->x->model, &b->x->em, d, p, b->x->log))
		bw_ask(b, d, true);
}

static void
acd_gone(struct bw *b, struct core_device *d, const struct xsi_entry *entry, enum core_end end,
	struct str to)
{
	struct core_party p = acd_party(entry, CORE_GONE);

	p.end = end;
	p.to = to;
	acd_set(b, d, &p);
}

/* --- each event -------------------------------------------------------------------------- */

static void
acd_added(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	struct core_party p = acd_party(&ev->entry, CORE_QUEUED);

	p.via = ev->redirected.count == 0    ? STR_NONE :
		ev->redirected.by.user.n > 0 ? ev->redirected.by.user :
					       ev->redirected.by.address;
	bw_note_server(b, ev->entry.tracking_id);
	acd_set(b, d, &p);
}

static void
acd_arrived(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	struct core_party p = acd_party(&ev->entry, CORE_ALERTING);

	bw_note_server(b, ev->entry.tracking_id);
	acd_set(b, d, &p);
}

static void
acd_note(struct bw *b, struct core_device *d, const struct xsi_event *ev, enum core_note note)
{
	const struct core_half *h = core_half_by_bw(d, ev->entry.call_id);

	if (h == NULL || h->state != CORE_QUEUED) {
		acd_added(b, d, ev); /* that it entered the queue was missed */
		bw_ask(b, d, true);
	}
	core_decide_note(
		&b->x->em, d, ev->entry.call_id, note, ev->position, STR_NONE, STR_NONE, STR_NONE);
}

static void
acd_offered(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	acd_note(b, d, ev, CORE_NOTE_OFFERED);
}

static void
acd_moved(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	acd_note(b, d, ev, CORE_NOTE_POSITION);
}

static void
acd_distributed(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	acd_gone(b, d, &ev->entry, CORE_END_DISTRIBUTED, ev->entry.answering_user);
}

static void
acd_diverted(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	acd_gone(b, d, &ev->entry, CORE_END_DIVERTED, ev->redirect.address);
}

static void
acd_overflowed(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	acd_gone(b, d, &ev->entry, bw_cause_of_overflow(ev->overflow), ev->redirect.address);
}

static void
acd_abandoned(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	acd_gone(b, d, &ev->entry, CORE_END_ABANDONED, STR_NONE);
}

static void
acd_released(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	acd_gone(b, d, &ev->entry, CORE_END_NORMAL, STR_NONE);
}

/* No agent is left who could take it. */
static void
acd_stranded(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	acd_gone(b, d, &ev->entry, CORE_END_NO_AGENTS, STR_NONE);
}

static void
acd_failed(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	acd_gone(b, d, &ev->entry, CORE_END_FAILED, STR_NONE);
}

/* The agent did not answer: the call waits again, or is sent elsewhere. */
static void
acd_bounced(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	const struct core_half *h = core_half_by_bw(d, ev->entry.call_id);

	if (ev->redirect.present) {
		acd_gone(b, d, &ev->entry, CORE_END_RECALLED, ev->redirect.address);
		return;
	}
	acd_offered(b, d, ev);
	if (h != NULL && h->dialogue != NULL && h->dialogue->state == CORE_ROUTE_SELECTED)
		CORE_EMIT(&b->x->em, route_set, .id = h->dialogue->id, .state = CORE_ROUTE_ASKED);
}

static enum core_how
acd_how(enum xsi_update update)
{
	switch (update) {
	case XSI_UPDATE_TRANSFERRED:
		return CORE_HOW_TRANSFERRED;
	case XSI_UPDATE_PICKED_UP:
		return CORE_HOW_PICKED_UP;
	case XSI_UPDATE_BARGED_IN:
		return CORE_HOW_BARGED_IN;
	case XSI_UPDATE_MONITORED:
		return CORE_HOW_MONITORED;
	case XSI_UPDATE_FORWARDED:
		return CORE_HOW_FORWARDED;
	case XSI_UPDATE_PARK_RETRIEVED:
		return CORE_HOW_PARK_RETRIEVED;
	case XSI_UPDATE_NONE:
	case XSI_UPDATE_UNKNOWN:
		break;
	}
	return CORE_HOW_NONE;
}

/* Another caller waits in the same place. */
static void
acd_updated(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	const struct core_half *h = core_half_by_bw(d, ev->entry.call_id);
	struct core_party p = acd_party(&ev->entry, h ? h->state : CORE_QUEUED);

	p.how = acd_how(ev->update);
	acd_set(b, d, &p);
}

/* Kept out of the queue. */
static void
acd_turned_away(struct bw *b, struct core_device *d, const struct xsi_event *ev, enum core_end why)
{
	if (core_half_by_bw(d, ev->entry.call_id) == NULL)
		acd_arrived(b, d, ev);
	acd_gone(b, d, &ev->entry, why, ev->redirect.address);
}

static void
acd_forwarded(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	acd_turned_away(b, d, ev, CORE_END_FORWARDED_ALWAYS);
}

/* Holiday or night. */
static void
acd_closed(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	acd_turned_away(b, d, ev, CORE_END_CALENDAR);
}

/* A call that the route point makes. */
static void
acd_outgoing(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	bool answered = ev->kind == XSI_EV_RoutePointOutgoingCallAnswered;
	struct core_party p = acd_party(&ev->entry, answered ? CORE_CONNECTED : CORE_ALERTING);

	p.personality = CORE_ORIGINATOR;
	bw_note_server(b, ev->entry.tracking_id);
	acd_set(b, d, &p);
}

/* The route point itself fails or recovers: BroadWorks says no more than that. */
static void
acd_state(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	bool failed = ev->kind == XSI_EV_RoutePointFailed;

	bw_device(b, d)->failed = failed;
	log_emit(b->x->log, M_SUBSCRIPTION, "device=%s the route point has %s", d->id,
		failed ? "failed: its failure policy is in force" : "recovered");
	if (failed)
		core_decide_service(&b->x->em, d, CORE_SERVICE_OUT);
	else
		bw_ask(b, d, true);
	bw_update_status(b);
}

/* --- treatments -------------------------------------------------------------------------- */

/* The numbers of the treatments towards clients, see reference-connector.md 5. */
enum acd_message {
	ACD_BUSY,
	ACD_MOH,
	ACD_RINGBACK,
	ACD_SILENCE,
	ACD_TREATMENT,
};

static struct str
acd_play_end(enum xsi_play_end end)
{
	static const char *const names[] = {
		[XSI_PLAY_NONE] = "",
		[XSI_PLAY_MATCH] = "EOF",
		[XSI_PLAY_NO_MATCH] = "NoMatch",
		[XSI_PLAY_TIMEOUT] = "Timeout",
		[XSI_PLAY_EOF] = "EOF",
		[XSI_PLAY_OUT_OF_QUEUE] = "Stopped-OutOfQueue",
		[XSI_PLAY_NEW_PLAY] = "Stopped-NewPlayCollect",
		[XSI_PLAY_OFFERED] = "Stopped-OfferedWithRingback",
		[XSI_PLAY_ERROR] = "Error",
		[XSI_PLAY_UNKNOWN] = "",
	};

	return str_of(names[end]);
}

static const struct {
	enum xsi_event_kind kind;
	enum acd_message message;
	enum core_note note;
} acd_media[] = {
	{ XSI_EV_RoutePointBusyStarted, ACD_BUSY, CORE_NOTE_PLAY },
	{ XSI_EV_RoutePointBusyCompleted, ACD_BUSY, CORE_NOTE_STOP },
	{ XSI_EV_RoutePointMOHStarted, ACD_MOH, CORE_NOTE_PLAY },
	{ XSI_EV_RoutePointMOHCompleted, ACD_MOH, CORE_NOTE_STOP },
	{ XSI_EV_RoutePointRingbackStarted, ACD_RINGBACK, CORE_NOTE_PLAY },
	{ XSI_EV_RoutePointRingbackCompleted, ACD_RINGBACK, CORE_NOTE_STOP },
	{ XSI_EV_RoutePointSilenceStarted, ACD_SILENCE, CORE_NOTE_PLAY },
	{ XSI_EV_RoutePointSilenceCompleted, ACD_SILENCE, CORE_NOTE_STOP },
	{ XSI_EV_RoutePointTreatmentStarted, ACD_TREATMENT, CORE_NOTE_PLAY },
	{ XSI_EV_RoutePointTreatmentCompleted, ACD_TREATMENT, CORE_NOTE_STOP },
};

static void
acd_play(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	for (size_t i = 0; i < sizeof(acd_media) / sizeof(acd_media[0]); i++)
		if (acd_media[i].kind == ev->kind)
			core_decide_note(&b->x->em, d, ev->entry.call_id, acd_media[i].note,
				acd_media[i].message, acd_play_end(ev->play.end), ev->play.digits,
				ev->play.error);
}

/* --- snapshots --------------------------------------------------------------------------- */

/* What waits in the queue, at this place of the stream. */
static void
acd_snapshot(struct bw *b, struct bw_device *bd)
{
	struct core_difference diff;
	struct xsi_entry entry;
	size_t count = 0;
	uint32_t at = 0;

	while (count < LIMIT_ENTRIES_PER_DEVICE && xsi_entry_next(b->x->xml, b->doc, &at, &entry)) {
		const struct core_half *h = core_half_by_bw(bd->device, entry.call_id);
		bool outgoing = entry.is_outgoing && h != NULL;

		b->parties[count] = acd_party(&entry, outgoing ? h->state : CORE_QUEUED);
		if (outgoing)
			b->parties[count].personality = h->personality;
		bw_note_server(b, entry.tracking_id);
		count++;
	}
	if (CORE_MUTATED_QUEUE)
		return;
	core_decide_snapshot(&b->x->model, &b->x->em, bd->device, b->parties, count,
		b->doc->entry_count <= LIMIT_ENTRIES_PER_DEVICE, b->x->log, &diff);
	bw_event_compared(b, bd, &diff);
}

/* Treatments that end, whispers and VoiceXML say nothing that clients could use. */
static const struct {
	enum xsi_event_kind kind;
	void (*take)(struct bw *b, struct core_device *d, const struct xsi_event *ev);
} acd_events[] = {
	{ XSI_EV_ACDCallAdded, acd_added },
	{ XSI_EV_ACDCallOfferedToAgent, acd_offered },
	{ XSI_EV_ACDCallAnsweredByAgent, acd_distributed },
	{ XSI_EV_ACDCallBounced, acd_bounced },
	{ XSI_EV_ACDCallAbandoned, acd_abandoned },
	{ XSI_EV_ACDCallReleased, acd_released },
	{ XSI_EV_ACDCallEscaped, acd_released },
	{ XSI_EV_ACDCallStranded, acd_stranded },
	{ XSI_EV_ACDCallStrandedUnavailable, acd_stranded },
	{ XSI_EV_ACDCallTransferred, acd_diverted },
	{ XSI_EV_ACDCallOverflowed, acd_overflowed },
	{ XSI_EV_ACDCallPromoted, acd_moved },
	{ XSI_EV_ACDCallReordered, acd_moved },
	{ XSI_EV_ACDCallUpdated, acd_updated },
	{ XSI_EV_ACDCallForwarded, acd_forwarded },
	{ XSI_EV_ACDHolidayPolicyApplied, acd_closed },
	{ XSI_EV_ACDNightPolicyApplied, acd_closed },
	{ XSI_EV_RoutePointNewCall, acd_arrived },
	{ XSI_EV_RoutePointCallAdded, acd_added },
	{ XSI_EV_RoutePointCallOfferedToAgent, acd_offered },
	{ XSI_EV_RoutePointCallAnsweredByAgent, acd_distributed },
	{ XSI_EV_RoutePointCallBounced, acd_bounced },
	{ XSI_EV_RoutePointCallAbandoned, acd_abandoned },
	{ XSI_EV_RoutePointCallReleased, acd_released },
	{ XSI_EV_RoutePointCallFailed, acd_failed },
	{ XSI_EV_RoutePointCallTransferred, acd_diverted },
	{ XSI_EV_RoutePointCallOverflowed, acd_overflowed },
	{ XSI_EV_RoutePointCallUpdated, acd_updated },
	{ XSI_EV_RoutePointCallForwarded, acd_forwarded },
	{ XSI_EV_RoutePointCallRejected, acd_released },
	{ XSI_EV_RoutePointHolidayPolicyApplied, acd_closed },
	{ XSI_EV_RoutePointNightPolicyApplied, acd_closed },
	{ XSI_EV_RoutePointOutgoingCallOriginated, acd_outgoing },
	{ XSI_EV_RoutePointOutgoingCallAnswered, acd_outgoing },
	{ XSI_EV_RoutePointFailed, acd_state },
	{ XSI_EV_RoutePointRecovered, acd_state },
};

void
bw_acd_take(struct bw *b, struct bw_device *bd, const struct xsi_event *ev)
{
	enum xsi_event_class class = xsi_event_class_of(ev->kind);

	if (class == XSI_CLASS_QUEUE_SNAPSHOT || class == XSI_CLASS_ROUTE_SNAPSHOT) {
		acd_snapshot(b, bd);
		return;
	}
	if (class == XSI_CLASS_MEDIA) {
		acd_play(b, bd->device, ev);
		return;
	}
	for (size_t i = 0; i < sizeof(acd_events) / sizeof(acd_events[0]); i++)
		if (acd_events[i].kind == ev->kind)
			acd_events[i].take(b, bd->device, ev);
}
