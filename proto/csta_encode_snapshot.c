/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots of devices and calls, whole or in segments: see csta_encode.h.
 *
 * A list that one message cannot hold goes out in segments: the answer names a cross reference, each segment of the list
 * carries it.
 *
 * The state of a two-party call has a name of its own for 15 pairs of connection states; every
 * other pair is written as the two states, the asked device's first.
 */
#include "proto/base/limits.h"
#include "proto/base/xmlw.h"
#include "proto/csta_encode.h"
#include "proto/csta_encode_part.h"
#include "proto/csta_frame.h"

#include <stdio.h>

#define STATE_COUNT (CSTA_LOCAL_fail + 1)

/* [far][local]: in the pairs of simpleCallState the second word is the asked device. NULL = no name. */
static const char *const simple_states[STATE_COUNT][STATE_COUNT] = {
	[CSTA_LOCAL_null][CSTA_LOCAL_null] = "callNull",
	[CSTA_LOCAL_null][CSTA_LOCAL_initiated] = "callPending",
	[CSTA_LOCAL_null][CSTA_LOCAL_connected] = "callOriginated",
	[CSTA_LOCAL_alerting][CSTA_LOCAL_connected] = "callDelivered",
	[CSTA_LOCAL_alerting][CSTA_LOCAL_hold] = "callDeliveredHeld",
	[CSTA_LOCAL_connected][CSTA_LOCAL_alerting] = "callReceived",
	[CSTA_LOCAL_connected][CSTA_LOCAL_connected] = "callEstablished",
	[CSTA_LOCAL_connected][CSTA_LOCAL_hold] = "callEstablishedHeld",
	[CSTA_LOCAL_hold][CSTA_LOCAL_alerting] = "callReceivedOnHold",
	[CSTA_LOCAL_hold][CSTA_LOCAL_connected] = "callEstablishedOnHold",
	[CSTA_LOCAL_queued][CSTA_LOCAL_connected] = "callQueued",
	[CSTA_LOCAL_queued][CSTA_LOCAL_hold] = "callQueuedHeld",
	[CSTA_LOCAL_fail][CSTA_LOCAL_connected] = "callFailed",
	[CSTA_LOCAL_fail][CSTA_LOCAL_hold] = "callFailedHeld",
	[CSTA_LOCAL_fail][CSTA_LOCAL_null] = "callBlocked",
};

static void
snapshot_state(struct buf *b, enum csta_local_state local, enum csta_local_state far)
{
	const char *local_name = csta_local_name(local);
	const char *far_name = csta_local_name(far);
	const char *simple = simple_states[far][local];

	xmlw_open(b, "localCallState");
	if (simple != NULL) {
		xmlw_element_z(b, "simpleCallState", simple);
	} else {
		xmlw_open(b, "compoundCallState");
		xmlw_element_z(b, "localConnectionState", local_name);
		xmlw_element_z(b, "localConnectionState", far_name);
		xmlw_close(b, "compoundCallState");
	}
	xmlw_close(b, "localCallState");
}

static void
device_entry(struct buf *b, const void *items, size_t i)
{
	const struct csta_snapshot_item *item = (const struct csta_snapshot_item *)items + i;

	xmlw_open(b, "snapshotDeviceResponseInfo");
	csta_encode_part_connection(b, "connectionIdentifier", item->call_id, item->device);
	csta_encode_part_party(b, "endpointDevice", item->endpoint);
	snapshot_state(b, item->local, item->far);
	xmlw_close(b, "snapshotDeviceResponseInfo");
}

static void
call_entry(struct buf *b, const void *items, size_t i)
{
	const struct csta_call_party *party = (const struct csta_call_party *)items + i;

	xmlw_open(b, "snapshotCallResponseInfo");
	csta_encode_part_party(b, "deviceOnCall", party->device);
	if (party->connection.call_id != 0)
		csta_encode_part_ref(b, "callIdentifier", &party->connection);
	xmlw_element_z(b, "localConnectionInfo", csta_local_name(party->local));
	xmlw_close(b, "snapshotCallResponseInfo");
}

/* The answer up to the end of the list; if that is too long: cut and what is left out, or false and nothing written. */
static bool
whole_put(struct buf *b, enum csta_edition ed, const char *root, const struct csta_encode_list *l,
	size_t *left_out)
{
	size_t start = b->n, taken;

	csta_encode_part_open(b, ed, root);
	xmlw_open(b, "crossRefIDorSnapshotData");
	xmlw_open(b, "snapshotData");
	taken = csta_encode_part_list(b, start, l);
	if (taken < l->count && left_out == NULL) {
		b->n = start;
		return false;
	}
	if (left_out != NULL)
		*left_out = l->count - taken;
	xmlw_close(b, "snapshotData");
	xmlw_close(b, "crossRefIDorSnapshotData");
	return true;
}

bool
csta_put_snapshot_device_response(
	struct buf *b, enum csta_edition ed, const struct csta_snapshot_item *items, size_t count)
{
	const struct csta_encode_list l = { device_entry, items, count };

	if (b->overflow)
		return true;
	if (!whole_put(b, ed, "SnapshotDeviceResponse", &l, NULL))
		return false;
	xmlw_close(b, "SnapshotDeviceResponse");
	return true;
}

static void
call_ends(struct buf *b, const struct csta_call_ends *ends)
{
	if (ends->calling.n > 0)
		csta_encode_part_party(b, "callingDevice", ends->calling);
	if (ends->called.n > 0)
		csta_encode_part_party(b, "calledDevice", ends->called);
}

/* The schema has no place for it: private data. */
static void
call_left_out(struct buf *b, size_t left_out)
{
	char text[24];
	struct csta_private item = { .name = "partiesLeftOut" };

	if (left_out == 0)
		return;
	snprintf(text, sizeof(text), "%zu", left_out);
	item.value = str_of(text);
	xmlw_open(b, "extensions");
	csta_encode_part_private(b, STR_NONE, &item, 1);
	xmlw_close(b, "extensions");
}

/* Has SnapshotCallData a cross reference and an end in this edition? From 4 on it is a bare list. */
static bool
call_has_segments(enum csta_edition ed)
{
	return ed <= CSTA_ED3;
}

bool
csta_put_snapshot_call_response(struct buf *b, enum csta_edition ed,
	const struct csta_call_party *parties, size_t count, const struct csta_call_ends *ends)
{
	const struct csta_encode_list l = { call_entry, parties, count };
	size_t left_out = 0;

	if (b->overflow)
		return true;
	if (!whole_put(b, ed, "SnapshotCallResponse", &l, call_has_segments(ed) ? NULL : &left_out))
		return false;
	call_ends(b, ends);
	call_left_out(b, left_out);
	xmlw_close(b, "SnapshotCallResponse");
	return true;
}

static void
reference_put(struct buf *b, enum csta_edition ed, const char *root, uint64_t cross_ref)
{
	csta_encode_part_open(b, ed, root);
	xmlw_open(b, "crossRefIDorSnapshotData");
	xmlw_element_u64(b, "serviceCrossRefID", cross_ref);
	xmlw_close(b, "crossRefIDorSnapshotData");
}

void
csta_put_snapshot_device_reference(struct buf *b, enum csta_edition ed, uint64_t cross_ref)
{
	reference_put(b, ed, "SnapshotDeviceResponse", cross_ref);
	xmlw_close(b, "SnapshotDeviceResponse");
}

void
csta_put_snapshot_call_reference(
	struct buf *b, enum csta_edition ed, uint64_t cross_ref, const struct csta_call_ends *ends)
{
	reference_put(b, ed, "SnapshotCallResponse", cross_ref);
	call_ends(b, ends);
	xmlw_close(b, "SnapshotCallResponse");
}

size_t
csta_put_snapshot_device_data(struct buf *b, enum csta_edition ed, const struct csta_segment *seg,
	const struct csta_snapshot_item *items, size_t count)
{
	static const struct csta_encode_segment form = { "SnapshotDeviceData", "snapshotData" };
	const struct csta_encode_list l = { device_entry, items, count };

	return b->overflow ? count : csta_encode_part_segment(b, ed, &form, seg, &l);
}

size_t
csta_put_snapshot_call_data(struct buf *b, enum csta_edition ed, const struct csta_segment *seg,
	const struct csta_call_party *parties, size_t count)
{
	static const struct csta_encode_segment form = { "SnapshotCallData", "snapshotData" };
	const struct csta_encode_list l = { call_entry, parties, count };

	return b->overflow ? count : csta_encode_part_segment(b, ed, &form, seg, &l);
}
