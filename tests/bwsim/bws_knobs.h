/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_KNOBS_H
#define TANDEM_TESTS_BWSIM_BWS_KNOBS_H

#include "tests/bwsim/bws_knobs_acd.h"
#include "tests/bwsim/bws_knobs_wire.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The knobs: everything about BroadWorks that is open or worth turning in a test.
 * NUM(name, default, lowest, highest, text) and STR(name, default, text). The command line, the
 * configuration file, the control command "knob" and --help-knobs all read this one table.
 */
#define BWS_KNOB_LIST(NUM, STR) \
	NUM(expires_min, 3600, 1, 2147483647, "least expires granted, s") \
	NUM(expires_max, 86400, 1, 2147483647, "policy maximum of expires, s") \
	NUM(expires_second_ms, 1000, 1, 1000, "real ms per second of expires (shorter in tests)") \
	NUM(event_timeout_ms, 30000, 100, 600000, "stream ends without heartbeat for this long") \
	NUM(event_timeout_tells, 0, 0, 1, "1: ChannelTerminatedEvent on heartbeat loss") \
	NUM(heartbeat_doc, 1, 0, 1, "1: ChannelHeartBeat document after a heartbeat") \
	NUM(ack_timeout_ms, 5000, 0, 60000, "un-acked event counts as lost; 0 never") \
	NUM(redeliver_count, 3, 0, 10, "deliveries of one event after the first") \
	NUM(redeliver_ms, 1000, 0, 60000, "wait before a further delivery") \
	NUM(redeliver_growth, 1, 1, 10, "factor on redeliver_ms for each further delivery") \
	NUM(redeliver_new_id, 0, 0, 1, "1: a further delivery has a new eventID") \
	NUM(redeliver_same_channel, 0, 0, 1, "1: not the next channel but the same") \
	NUM(nonresponsive_close, 1, 0, 1, "1: close the set when deliveries are used up") \
	NUM(keep_ms, 0, 0, 300000, "events raised while the set has no channel are kept") \
	NUM(unacked_keep_ms, 20000, 0, 300000, "un-acked events of an ended channel are kept") \
	NUM(chan_loss_resend, 1, 0, 1, "1: resend un-acked events at once when a channel ends") \
	NUM(spread, 0, 0, 1, "channel drawn 0: per event, 1: per subscription") \
	NUM(priority_order, 0, 0, 2, "preferred channel priority 0: low, 1: high, 2: ignored") \
	NUM(chan_queue_bytes_max, 1048576, 1024, 67108864, "bytes waiting for one stream") \
	NUM(events_kept_max, 200000, 10, 10000000, "un-acked and kept events of all sets") \
	NUM(outstanding_max, 0, 0, 1000000, "un-acked events per channel; 0 unlimited") \
	NUM(channels_per_set_max, 0, 0, 1000, "0 unlimited") \
	NUM(subscriptions_max, 0, 0, 10000000, "0 unlimited") \
	NUM(limit_status, 403, 400, 599, "HTTP status when a limit is hit") \
	NUM(requests_per_s, 0, 0, 1000000, "requests served per second, 0 unlimited; else 503") \
	NUM(ack_unknown_status, 200, 200, 599, "answer to an ack of an unknown eventID") \
	NUM(ack_status, 200, 200, 599, "answer to every accepted ack") \
	NUM(wrong_state_status, 409, 400, 599, "call control in the wrong state") \
	NUM(snapshot_ms, 2, -1, 5000, "snapshot after the reply; -1: before it") \
	NUM(effect_ms, 2, 0, 5000, "effect of call control after the reply") \
	NUM(reply_ms_min, 0, 0, 60000, "least delay of a reply") \
	NUM(reply_ms_max, 0, 0, 60000, "greatest delay of a reply") \
	NUM(read_list, 0, 0, 1, "1: read subscription answers with a SubscriptionList") \
	NUM(type_first, 0, 0, 1, "1: xsi1:type before the namespaces in xsi:Event") \
	NUM(uuid_tracking, 0, 0, 1, "1: extTrackingId is a UUID") \
	NUM(hook_status, 1, 0, 1, "0: HookStatusEvent is never sent (old release)") \
	NUM(resync_event, 0, 0, 2, "after AS failover 0: plain snapshot, 1: resync, 2: none") \
	NUM(seq_failover, 0, 0, 3, \
		"numbers over AS failover 0: go on, 1: from 1, 2: jump, 3: wrap") \
	NUM(as_unacked_lost, 1, 0, 1, "1: un-acked events die with the AS") \
	NUM(as_outage_ms, 0, 0, 600000, "requests get 500 for this long after an AS failover") \
	NUM(as_own_counters, 0, 0, 1, "1: both AS count calls from 1 (call ids may repeat)") \
	NUM(reg_percent, 50, 0, 100, "share of users that register soon after an AS failover") \
	NUM(reg_ms_min, 500, 0, 600000, "earliest such registration") \
	NUM(reg_ms_max, 8000, 0, 600000, "latest such registration") \
	NUM(chunk_bytes, 0, 0, 65536, "cut stream documents into chunks of this size; 0 whole") \
	NUM(chunk_glue, 0, 0, 1, "1: several waiting documents in one chunk") \
	NUM(ctd_answer_ms_min, 200, 0, 60000, "own phone answers the click-to-dial leg, earliest") \
	NUM(ctd_answer_ms_max, 800, 0, 60000, "own phone answers the click-to-dial leg, latest") \
	NUM(ctd_answer_percent, 100, 0, 100, "click-to-dial legs answered by the phone") \
	NUM(dial_auto, 1, 0, 1, "1: calls made by requests are driven on by the phones") \
	NUM(stamp_callers, 0, 0, 1, \
		"1: a caller from outside has the present time, in microseconds, as number") \
	NUM(answer_percent, 90, 0, 100, "driven calls that are answered") \
	NUM(no_answer_ms, 20000, 100, 600000, "ringing without answer ends after this") \
	NUM(treatment_ms, 1500, 0, 60000, "busy or error tone before CallReleased") \
	NUM(updated_events, 1, 0, 1, "1: CallUpdated when the remote party is known") \
	NUM(remote_hold, 1, 0, 1, "1: hold and retrieve are seen by the other group member") \
	NUM(call_waiting, 0, 0, 1, "1: a busy user is alerted all the same") \
	NUM(stop_alerting_only, 1, 0, 1, \
		"1: release of an alerting call keeps the caller ringing") \
	NUM(detached_released, 1, 0, 1, \
		"1: CallReleased (Advanced) of a detached half, at the end") \
	NUM(recording, 1, 0, 1, "1: users may record their calls") \
	NUM(dtmf_ms, 200, 1, 10000, "length of one DTMF digit with its pause") \
	NUM(conference_max, 15, 2, 30, "calls in one conference (N-Way)") \
	NUM(disposition_method, 0, 0, 2, \
		"disposition code is taken by 0: PUT and POST, 1: PUT, 2: POST") \
	NUM(park_recall_ms, 0, 0, 3600000, "a parked call goes back to who parked it; 0 never") \
	NUM(calls_max, 100000, 1, 1000000, "calls at the same time") \
	STR(content_type, "application/xml;charset=UTF-8", "Content-Type of replies") \
	STR(stream_content_type, "text/xml;charset=UTF-8", "Content-Type of the stream") \
	STR(error_charset, "ISO-8859-1", "charset of error bodies") \
	STR(realm, "BroadWorks", "realm of the Basic challenge") \
	STR(voice_portal, "tel:+15559990000", "where VmTransfer leads to") \
	STR(user_password, "", "password of all users, empty: only administrators log in") \
	BWS_KNOB_ACD_LIST(NUM, STR) \
	BWS_KNOB_WIRE_LIST(NUM, STR)

struct bws_knobs {
#define NUM(name, def, low, high, text) int64_t name;
#define STR(name, def, text) char *name;
	BWS_KNOB_LIST(NUM, STR)
#undef NUM
#undef STR
};

/* Sets every knob to its default. Free with bws_knobs_fini(). */
void bws_knobs_init(struct bws_knobs *k);

void bws_knobs_fini(struct bws_knobs *k);

/* Sets @name to @value. Returns 0, or -1 with a sentence in @err (unknown name, bad range). */
int bws_knobs_set(
	struct bws_knobs *k, const char *name, const char *value, char *err, size_t err_len);

/* Sets one "name=value". Same errors. */
int bws_knobs_assign(struct bws_knobs *k, const char *text, char *err, size_t err_len);

/* Reads lines "name=value"; '#' starts a comment. Same errors, with the line number. */
int bws_knobs_load(struct bws_knobs *k, const char *path, char *err, size_t err_len);

/* Prints name, default, range and text of every knob. */
void bws_knobs_help(FILE *out);

#endif
