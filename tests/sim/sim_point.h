/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named crash points: where in a plan a process dies.
 *
 * Within a step nothing leaves a process, so a death differs from another one only by the actions that were performed before it.
 * A point is therefore a kind of action, and the process dies right before it or right after it.
 */
#ifndef TANDEM_SIM_POINT_H
#define TANDEM_SIM_POINT_H

#include "daemon/act.h"
#include "proto/base/str.h"

#include <stdbool.h>

/* XX(identifier, name, kind of action, type of frame or 0, method or NULL, a part of the path or NULL) */
#define SIM_POINTS(XX) \
	XX(EPOCH, "epoch", NODE_ACT_SAVE_EPOCH, 0, NULL, NULL) \
	XX(COPY, "copy", NODE_ACT_COPY, 0, NULL, NULL) \
	XX(CLAIM, "claim", NODE_ACT_MCAST, HA_FRAME_CLAIM, NULL, NULL) \
	XX(LEAVING, "leaving", NODE_ACT_MCAST, HA_FRAME_LEAVING, NULL, NULL) \
	XX(HELLO, "hello", NODE_ACT_MCAST, HA_FRAME_HELLO, NULL, NULL) \
	XX(DELTAS, "deltas", NODE_ACT_MCAST, HA_FRAME_DELTAS, NULL, NULL) \
	XX(ACK, "ack", NODE_ACT_MCAST, HA_FRAME_ACK, NULL, NULL) \
	XX(SYNC_REQ, "sync-req", NODE_ACT_MCAST, HA_FRAME_SYNC_REQ, NULL, NULL) \
	XX(SNAP_BEGIN, "snap-begin", NODE_ACT_MCAST, HA_FRAME_SNAP_BEGIN, NULL, NULL) \
	XX(SNAP_SLICE, "snap-slice", NODE_ACT_MCAST, HA_FRAME_SNAP_SLICE, NULL, NULL) \
	XX(SNAP_END, "snap-end", NODE_ACT_MCAST, HA_FRAME_SNAP_END, NULL, NULL) \
	XX(LISTEN, "listen", NODE_ACT_LISTEN, 0, NULL, NULL) \
	XX(CLIENT, "client-send", NODE_ACT_CLIENT_SEND, 0, NULL, NULL) \
	XX(HOLD, "client-hold", NODE_ACT_CLIENT_HOLD, 0, NULL, NULL) \
	XX(NUDGE, "nudge", NODE_ACT_NUDGE, 0, NULL, NULL) \
	XX(STREAM, "stream-open", NODE_ACT_STREAM_OPEN, 0, NULL, NULL) \
	XX(CHANNELS, "channel-list", NODE_ACT_HTTP, 0, "GET", "/channelset/") \
	XX(CHANNEL_END, "channel-delete", NODE_ACT_HTTP, 0, "DELETE", "/channel/") \
	XX(SUBSCRIBE, "subscribe", NODE_ACT_HTTP, 0, "POST", "xsi-events/v2.0/user/") \
	XX(UPDATE, "update", NODE_ACT_HTTP, 0, "PUT", "/subscription/") \
	XX(EVENT_ACK, "event-ack", NODE_ACT_HTTP, 0, "POST", "/eventresponse") \
	XX(COMMAND, "command", NODE_ACT_HTTP, 0, NULL, "xsi-actions/") \
	XX(TELL, "tell-failed", NODE_ACT_TELL_FAILED, 0, NULL, NULL) \
	XX(STOPPED, "stopped", NODE_ACT_STOPPED, 0, NULL, NULL)

enum sim_point {
	SIM_POINT_NONE,
#define XX(id, name, kind, frame, method, path) SIM_POINT_##id,
	SIM_POINTS(XX)
#undef XX
	SIM_POINT_COUNT
};

/** "claim"; "none" for SIM_POINT_NONE. */
const char *sim_point_name(enum sim_point p);
/** SIM_POINT_NONE if none is called so. */
enum sim_point sim_point_of_name(struct str name);
/** The action is of that point. */
bool sim_point_is(enum sim_point p, const struct node_action *a);

#endif
