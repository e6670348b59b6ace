/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an Xsi document to a struct xsi_doc: local names, unknown parts skipped, old and new forms.
 */
#ifndef TANDEM_PROTO_XSI_DECODE_H
#define TANDEM_PROTO_XSI_DECODE_H

#include "proto/xml.h"
#include "proto/xsi_msg.h"

/**
 * Decodes one document. 0 with `*out` filled (texts borrowed from the reader until its next read),
 * or E_MALFORMED, E_LIMIT with `e` filled.
 *
 * With E_MALFORMED on an event whose envelope could be read, out->event.event_id, sequence,
 * subscription_id, channel_id, owner and target are filled all the same ("" and 0 otherwise), so
 * that the caller can acknowledge it with 400 and ask for the device.
 *
 * Mandatory per event: eventID, subscriptionId, sequenceNumber >= 1, eventData with a type; where
 * calls are carried: callId, extTrackingId and a known state; callId and extTrackingId of a queue
 * entry; the state of an agent or a hook where the event is about it. An event of another class
 * must not hold a call. Identifiers must fit limits.h with a NUL. All else may be absent: texts are
 * "", numbers 0, enumerations _NONE, and _UNKNOWN where the value is none of ours.
 *
 * A type that this version does not know is no failure: kind XSI_EV_UNKNOWN. A well-formed document
 * of another kind is XSI_DOC_UNKNOWN. Namespaces are not looked at, but for the one of the old v1.0
 * events: those are XSI_DOC_OLD_EVENT, never refused, and a CallSessionEvent has the kind that its
 * state makes of it, with the call, the owner and the subscription (there may be no event_id).
 */
int xsi_decode(struct xml *reader, struct str document, struct xsi_doc *out, struct err *e)
	__attribute__((warn_unused_result));

/**
 * The next queue entry of a document with doc->entry_count > 0 into `*out`; false behind the last.
 * `*at` begins with 0. `reader` must still hold the document. There is no limit but that of the
 * document, and nothing can fail: xsi_decode() has seen them all.
 */
bool xsi_entry_next(
	const struct xml *reader, const struct xsi_doc *doc, uint32_t *at, struct xsi_entry *out);

/**
 * The same for the subscriptions of a Subscription or a SubscriptionList. One without an id, or
 * with one that is too long, is passed over and not counted in doc->subscription_count.
 */
bool xsi_subscription_next(const struct xml *reader, const struct xsi_doc *doc, uint32_t *at,
	struct xsi_subscription *out);

/**
 * The envelope of an event that is cut short or not XML: searches the raw bytes for the first
 * eventID, sequenceNumber, subscriptionId, channelId, userId or clientId, and targetId elements, with any
 * prefix; what is not found is "" or 0. Texts are borrowed from `document` and not unescaped: a
 * text that holds a reference counts as not found. The search ends where eventData begins, since
 * that has elements of these names.
 */
void xsi_salvage(struct str document, struct xsi_event *out);

#endif
