/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SnapshotDeviceResponse: see csta_encode.h.
 *
 * The state of a two-party call has a name of its own for 15 pairs of connection states; every
 * other pair is written as the two states, the asked device's first.
 */
#include "proto/base/limits.h"
#include "proto/base/xmlw.h"
#include "proto/csta_encode.h"
#include "proto/csta_encode_part.h"
#include "proto/csta_frame.h"

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
snapshot_item(struct buf *b, const struct csta_snapshot_item *item, bool with_endpoint)
{
	xmlw_open(b, "snapshotDeviceResponseInfo");
	csta_encode_part_connection(b, "connectionIdentifier", item->call_id, item->device);
	if (with_endpoint)
		csta_encode_part_party(b, "endpointDevice", item->endpoint);
	snapshot_state(b, item->local, item->far);
	xmlw_close(b, "snapshotDeviceResponseInfo");
}

static void
snapshot_put(struct buf *b, enum csta_edition ed, const struct csta_snapshot_item *items,
	size_t count, bool with_endpoint)
{
	csta_encode_part_open(b, ed, "SnapshotDeviceResponse");
	xmlw_open(b, "crossRefIDorSnapshotData");
	xmlw_open(b, "snapshotData");
	for (size_t i = 0; i < count; i++)
		snapshot_item(b, &items[i], with_endpoint);
	xmlw_close(b, "snapshotData");
	xmlw_close(b, "crossRefIDorSnapshotData");
	xmlw_close(b, "SnapshotDeviceResponse");
}

void
csta_put_snapshot_device_response(
	struct buf *b, enum csta_edition ed, const struct csta_snapshot_item *items, size_t count)
{
	size_t start = b->n;

	if (b->overflow)
		return;
	snapshot_put(b, ed, items, count, true);
	if (!b->overflow && b->n - start <= LIMIT_CSTA_SEND_BYTES - CSTA_PREFIX_BYTES)
		return;
	/* The far parties are optional, the connections and their states are not. */
	b->n = start;
	b->overflow = false;
	snapshot_put(b, ed, items, count, false);
}
