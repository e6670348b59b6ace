/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What calls a device has, found out with requests: for devices that are told of by the subscription of a scope, which
 * brings no snapshot.
 *
 * Happy path: a user: the list of its calls, then each call, then its conference if one of them is in it; put together they
 * are the snapshot that a subscription would have brought, and are compared as such. A queue or a route point: one
 * request brings all.
 * Failure modes: an event of the device came in meanwhile: what was read may be older than it, so all is asked again, and
 * after some times given up for a while. A call that is gone when it is asked for (404): left out. Any other failure is
 * that of the ask (bw_subs.c).
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"
#include "proto/xsi_decode.h"

#define SCAN_AGAIN_MAX 5

struct bw_scan {
	uint32_t events; /* of the device, when it was begun */
	uint32_t count, next;
	bool conference; /* to be asked for */
	bool asked_conference;
	char ids[LIMIT_HALVES_PER_DEVICE][LIMIT_CALL_ID];
	struct buf calls; /* <call>...</call> of each */
	struct buf conferences;
};

void
bw_scan_drop(struct bw_device *bd)
{
	if (bd->scan == NULL)
		return;
	buf_fini(&bd->scan->calls);
	buf_fini(&bd->scan->conferences);
	mem_free(bd->scan);
	bd->scan = NULL;
}

static uint64_t
scan_request(struct bw *b, struct bw_device *bd, enum xsi_op op, const char *call)
{
	struct xsi_request q = { .op = op, .args = { str_of(bd->device->user), str_of(call) } };

	return bw_request_send(b, BW_REQ_SCAN, bw_pick_xsp(b, XSI_OP_none), &q, bd->device->id)->id;
}

uint64_t
bw_scan_begin(struct bw *b, struct bw_device *bd)
{
	bw_scan_drop(bd);
	bd->scan = mem_zalloc(sizeof(*bd->scan));
	bd->scan->events = bd->events;
	buf_init(&bd->scan->calls, LIMIT_XML_DOC_BYTES - 4096);
	buf_init(&bd->scan->conferences, 8192);
	return scan_request(b, bd,
		bd->kind == CORE_KIND_queue               ? XSI_OP_acd_list :
			bd->kind == CORE_KIND_route_point ? XSI_OP_rp_list :
							    XSI_OP_call_list,
		"");
}

/*
 * A reply as an element of a snapshot: the root <Call ...>...</Call> becomes <call ...>...</call>, with its
 * prefix and its attributes, the namespaces among them. False if it is not as expected.
 */
static bool
scan_take_root(struct str body, const char *from, const char *to, struct buf *out)
{
	const char *p = body.p, *end = body.p + body.n, *name, *close;
	size_t n = strlen(from);

	while (p < end && !(p[0] == '<' && p + 1 < end && p[1] != '?' && p[1] != '!'))
		p++;
	for (name = p + 1; name < end && *name != ':' && *name != '>' && *name != ' '; name++)
		;
	name = name < end && *name == ':' ? name + 1 : p + 1;
	while (end > p && end[-1] != '>')
		end--;
	close = end - 1 - n;
	if (p + n + 1 >= end || name + n >= close || memcmp(name, from, n) != 0 ||
		memcmp(close, from, n) != 0)
		return false;
	buf_put(out, p, (size_t)(name - p));
	buf_cstr(out, to);
	buf_put(out, name + n, (size_t)(close - name - n));
	buf_cstr(out, to);
	buf_char(out, '>');
	return !out->overflow;
}

/* The snapshot that a subscription would have brought. */
static bool
scan_compare_user(struct bw *b, struct bw_device *bd)
{
	const struct bw_scan *s = bd->scan;
	struct err e = { 0 };
	struct buf doc;
	bool good;

	buf_init(&doc, LIMIT_XML_DOC_BYTES);
	buf_cstr(&doc,
		"<xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\" "
		"xmlns:t=\"http://www.w3.org/2001/XMLSchema-instance\" t:type=\"xsi:SubscriptionEvent\">"
		"<xsi:eventID>scan</xsi:eventID><xsi:sequenceNumber>1</xsi:sequenceNumber>"
		"<xsi:userId>scan</xsi:userId><xsi:externalApplicationId>scan</xsi:externalApplicationId>"
		"<xsi:subscriptionId>scan</xsi:subscriptionId><xsi:channelId>scan</xsi:channelId>"
		"<xsi:eventData t:type=\"xsi:CallSubscriptionEvent\">");
	if (s->calls.n > 0)
		buf_cstr(&doc, "<xsi:calls>");
	buf_str(&doc, buf_as_str(&s->calls));
	if (s->calls.n > 0)
		buf_cstr(&doc, "</xsi:calls>");
	buf_str(&doc, buf_as_str(&s->conferences));
	buf_cstr(&doc, "</xsi:eventData></xsi:Event>");
	good = !doc.overflow && xsi_decode(b->x->xml, buf_as_str(&doc), b->doc, &e) == E_OK &&
		b->doc->kind == XSI_DOC_EVENT;
	if (good)
		bw_event_take(b, bd, &b->doc->event);
	buf_fini(&doc);
	return good;
}

static void
scan_take_list(struct bw_scan *s, const struct xsi_event *ev)
{
	for (uint32_t i = 0; i < ev->call_count; i++) {
		if (!str_copy(s->ids[s->count], sizeof(s->ids[0]), ev->calls[i].call_id))
			continue;
		s->count++;
		if (ev->calls[i].in_conference == XSI_FLAG_ON)
			s->conference = true;
		/* older servers do not say */
		if (ev->calls[i].in_conference == XSI_FLAG_NONE && s->count > 1)
			s->conference = true;
	}
}

/* One answer into what is known; the text is that of the answer, b->doc its content. */
static bool
scan_take(struct bw *b, struct bw_device *bd, const struct bw_request *r, struct str body)
{
	struct bw_scan *s = bd->scan;
	struct err e = { 0 };

	/* a call that ended, a conference that did, meanwhile */
	if (r->result == BW_NOT_FOUND &&
		(r->op == XSI_OP_call_get || r->op == XSI_OP_conference_get))
		return true;
	if (r->result != BW_DONE || xsi_decode(b->x->xml, body, b->doc, &e) != E_OK)
		return false;
	if (r->op == XSI_OP_call_get)
		return b->doc->kind == XSI_DOC_CALL &&
			scan_take_root(body, "Call", "call", &s->calls);
	if (r->op == XSI_OP_conference_get)
		return b->doc->kind == XSI_DOC_CONFERENCE &&
			scan_take_root(body, "Conference", "conference", &s->conferences);
	if (r->op == XSI_OP_call_list && b->doc->kind == XSI_DOC_CALLS &&
		!b->doc->event.calls_cut) {
		scan_take_list(s, &b->doc->event);
		return true;
	}
	return r->op != XSI_OP_call_list && b->doc->kind == XSI_DOC_QUEUE;
}

/* All is here, and nothing happened meanwhile. A queue's answer is still in b->doc. */
static bool
scan_compare(struct bw *b, struct bw_device *bd)
{
	if (bd->kind == CORE_KIND_user)
		return scan_compare_user(b, bd);
	b->doc->event.kind = bd->kind == CORE_KIND_queue ? XSI_EV_ACDSubscription :
							   XSI_EV_RoutePointSubscription;
	bw_event_take(b, bd, &b->doc->event);
	return true;
}

enum bw_scan_end
bw_scan_answered(struct bw *b, struct bw_device *bd, const struct bw_request *r, struct str body,
	uint64_t *next)
{
	struct bw_scan *s = bd->scan;

	if (s == NULL || !scan_take(b, bd, r, body))
		return BW_SCAN_FAILED;
	if (s->events != bd->events) {
		if (++bd->scans_again > SCAN_AGAIN_MAX) {
			bd->scans_again = 0;
			return BW_SCAN_FAILED;
		}
		return BW_SCAN_AGAIN;
	}
	if (s->next < s->count) {
		*next = scan_request(b, bd, XSI_OP_call_get, s->ids[s->next++]);
		return BW_SCAN_GOES_ON;
	}
	if (s->conference && !s->asked_conference) {
		s->asked_conference = true;
		*next = scan_request(b, bd, XSI_OP_conference_get, "");
		return BW_SCAN_GOES_ON;
	}
	bd->scans_again = 0;
	return scan_compare(b, bd) ? BW_SCAN_DONE : BW_SCAN_FAILED;
}
