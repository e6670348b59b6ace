/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deltas and records: the replicated words of the connector, as field lists.
 *
 * One list makes the structure, its encoder and its bounds-checked decoder. A delta is one change, applied
 * by the same function on both nodes. A record (R_...) is the whole of one object: snapshots are made of
 * records, and the state's digest is the sum of their hashes. Texts in decoded structures are borrowed.
 * Field order is the wire order; a new field goes to the end and raises CORE_DELTA_VERSION. Version 2 has
 * subscriptions as objects of their own and kinds of devices; version 3 has filters and types of monitors, version 4 the reason
 * of a merge and states that are told later, version 5 the number of a session up to which its owners agree. None of them was ever
 * released, so nothing reads the older ones.
 */
#ifndef TANDEM_CORE_DELTA_H
#define TANDEM_CORE_DELTA_H

#include "proto/base/buf.h"

#include <stdint.h>

#define CORE_DELTA_VERSION 5

/* clang-format off */

/* a takeover: the new owner of the state says so; requests of the old one end, connections are gone.
 * owner: its node id, eight bits of it: two nodes that never met may both use an epoch, see core_next_id() */
#define FIELDS_epoch(F) F(u64, epoch) F(u8, owner)
/* what the system as a whole is: an enum core_status */
#define FIELDS_status(F) F(u8, status)
/* kind: an enum core_device_kind */
#define FIELDS_dev_add(F) F(str, device) F(str, user) F(u8, kind)
#define FIELDS_dev_kind(F) F(str, device) F(u8, kind)
#define FIELDS_dev_drop(F) F(str, device)
/* a subscription of a device or of a scope (the other is ""); packages: CORE_PACKAGE_BIT()s */
#define FIELDS_sub_set(F) F(str, device) F(str, scope) F(u32, packages) F(str, subscription)
/* the number of the last event that was taken in */
#define FIELDS_sub_seq(F) F(str, subscription) F(u32, sequence)
#define FIELDS_sub_drop(F) F(str, subscription)
/* service: an enum core_service */
#define FIELDS_dev_service(F) F(str, device) F(u8, service)
#define FIELDS_call_new(F) F(str, tracking) F(u64, id)
#define FIELDS_call_drop(F) F(u64, id)
/* one party as BroadWorks describes it; id = CSTA call id; how: an enum core_how, why another far party or call;
 * outside: the far party is in the network; later: it is told with what happens next */
#define FIELDS_half_set(F) \
	F(str, device) F(str, call) F(str, tracking) F(u64, id) F(u8, personality) F(u8, state) F(u8, failed) \
	F(u8, end) F(str, remote) F(str, remote_user) F(u8, how) F(u8, recording) F(str, via) F(u8, outside) F(u8, later)
/* the party is gone; end: an enum core_end, local: we released; to: where the call went, "" = nowhere;
 * other: with CORE_END_TRANSFERRED the call it was joined with, 0 = none */
#define FIELDS_half_gone(F) F(str, device) F(str, call) F(u8, end) F(u8, local) F(str, to) F(u64, other)
/* what a party is in its device's conference: an enum core_conference */
#define FIELDS_half_conference(F) F(str, device) F(str, call) F(u8, conference)
/* a passing fact about a party; note: an enum core_note */
#define FIELDS_half_note(F) F(str, device) F(str, call) F(u8, note) F(u32, number) F(str, text) F(str, text2) F(str, text3)
/* all parties of one call become parties of another; how: an enum core_how, CONFERENCED: a conference of `device`, else its party
 * was taken over by the one of the other call */
#define FIELDS_call_merge(F) F(u64, from) F(u64, into) F(str, device) F(u8, how)
/* state: an enum core_agent_state; code: why it is not ready, "" = not said */
#define FIELDS_agent_set(F) F(str, device) F(u8, state) F(str, code)
/* the agent serves a call center (user id), or does not any more */
#define FIELDS_agent_join(F) F(str, device) F(str, center) F(u8, joined)
/* feature: an enum core_feature_kind */
#define FIELDS_feature_set(F) F(str, device) F(u8, feature) F(u8, on) F(u32, number) F(str, text)
/* an operation of several steps; kind and step are the service's own numbers */
#define FIELDS_journal_set(F) \
	F(u64, id) F(u8, kind) F(u8, step) F(u64, session) F(u32, invoke) F(str, device) F(str, text)
#define FIELDS_journal_done(F) F(u64, id)
#define FIELDS_session_open(F) \
	F(u64, session) F(str, user) F(u8, edition) F(u8, kept) F(u8, numbered) F(u32, duration_s) \
	F(u32, cleanup_s) F(str, peer) F(str, local)
#define FIELDS_session_attach(F) F(u64, session) F(u8, numbered) F(u64, last_number) F(str, peer) F(str, local)
#define FIELDS_session_detach(F) F(u64, session)
#define FIELDS_session_close(F) F(u64, session)
/* id 0: not registered, as at first; statuses: it is to hear of the system's status, but for these bits of statuses (the
 * codec's numbers) */
#define FIELDS_session_register(F) F(u64, session) F(u64, id) F(u8, statuses) F(u32, status_filter)
/* everything up to this serial of the session's outbox was acknowledged by the client's TCP */
#define FIELDS_session_acked(F) F(u64, session) F(u64, serial)
/* filter: bits of events that are not told (the codec's numbers); type: an enum core_monitor_type; call: its object, 0 = the
 * device is */
/* form: how the client wrote the device, "" = by its id */
#define FIELDS_monitor_start(F) F(u64, monitor) F(u64, session) F(str, device) F(u64, filter) F(u8, type) F(u64, call) \
	F(str, form)
#define FIELDS_monitor_filter(F) F(u64, monitor) F(u64, filter)
/* tell: the client did not ask for it, it is told */
#define FIELDS_monitor_stop(F) F(u64, monitor) F(u8, tell)
/* a request of a client is to be carried out by BroadWorks; kind: the service's own number */
#define FIELDS_request_new(F) F(u64, request) F(u64, session) F(u32, invoke) F(u8, kind) F(str, device)
#define FIELDS_request_done(F) F(u64, request)
/* the session chooses the way of calls that wait at the route point; device "" = at all that nobody else has */
#define FIELDS_route_register(F) F(u64, id) F(u64, session) F(str, device)
#define FIELDS_route_cancel(F) F(u64, id)
/* a dialogue about a waiting call: an enum core_route_state; used: the server wants to hear of it */
#define FIELDS_route_set(F) F(u64, id) F(u8, state) F(u8, used)
/* the client asked for another duration of its session */
#define FIELDS_session_timer(F) F(u64, session) F(u32, duration_s)

/* records */
#define FIELDS_r_meta(F) F(u64, epoch) F(u64, id_counter) F(u8, status) F(u8, owner)
#define FIELDS_r_device(F) F(str, device) F(str, user) F(u8, service) F(u8, kind)
#define FIELDS_r_sub(F) \
	F(str, device) F(str, scope) F(u32, packages) F(str, subscription) F(u32, sequence)
/* joined: two calls became this one, its followers were not told yet */
#define FIELDS_r_call(F) F(u64, id) F(u8, joined)
#define FIELDS_r_track(F) F(str, tracking) F(u64, id)
#define FIELDS_r_half(F) \
	F(str, device) F(str, call) F(str, tracking) F(u8, personality) F(u8, state) F(u8, failed) F(u8, end) F(u8, local) \
	F(u8, gone) F(u8, told) F(str, remote) F(str, remote_user) F(u8, how) F(u8, recording) F(u8, told_recording) \
	F(u8, conference) F(u8, moved) F(u64, told_call) F(u64, other) F(str, told_far) F(str, via) F(str, to) F(u8, outside)
#define FIELDS_r_agent(F) F(str, device) F(u8, state) F(u8, told) F(str, code)
#define FIELDS_r_join(F) F(str, device) F(str, center)
#define FIELDS_r_feature(F) \
	F(str, device) F(u8, feature) F(u8, on) F(u32, number) F(str, text) F(u8, told_on) F(str, told_text)
#define FIELDS_r_journal(F) \
	F(u64, id) F(u8, kind) F(u8, step) F(u64, session) F(u32, invoke) F(str, device) F(str, text)
#define FIELDS_r_session(F) \
	F(u64, session) F(str, user) F(u8, edition) F(u8, kept) F(u8, numbered) F(u8, attached) F(u32, duration_s) \
	F(u32, cleanup_s) F(u64, register_id) F(u64, last_number) F(u64, last_serial) F(u64, acked_serial) F(str, peer) F(str, local) \
	F(u8, statuses) F(u32, status_filter) F(u64, common_number)
#define FIELDS_r_monitor(F) \
	F(u64, monitor) F(u64, session) F(str, device) F(u8, fresh) F(u64, filter) F(u8, type) F(u8, of_call) \
	F(str, form)
/* the monitor hears of this call wherever it goes */
#define FIELDS_r_follow(F) F(u64, monitor) F(u64, call)
/* what the followers of a call were told of a party; state: the codec's number */
#define FIELDS_r_party(F) F(u64, call) F(str, device) F(u8, state)
#define FIELDS_r_request(F) F(u64, request) F(u64, session) F(u32, invoke) F(u8, kind) F(str, device)
#define FIELDS_r_registration(F) F(u64, id) F(u64, session) F(str, device)
#define FIELDS_r_dialogue(F) \
	F(u64, id) F(u64, registration) F(str, device) F(str, call) F(u8, state) F(u8, used) F(u8, tries)

/* clang-format on */

/* clang-format off */
#define CORE_DELTAS(XX) \
	XX(epoch) XX(status) \
	XX(dev_add) XX(dev_drop) XX(dev_kind) XX(dev_service) \
	XX(sub_set) XX(sub_seq) XX(sub_drop) \
	XX(call_new) XX(call_drop) XX(call_merge) \
	XX(half_set) XX(half_gone) XX(half_conference) XX(half_note) \
	XX(agent_set) XX(agent_join) XX(feature_set) \
	XX(session_open) XX(session_attach) XX(session_detach) XX(session_close) XX(session_register) XX(session_acked) \
	XX(monitor_start) XX(monitor_filter) XX(monitor_stop) \
	XX(request_new) XX(request_done) \
	XX(journal_set) XX(journal_done) \
	XX(route_register) XX(route_cancel) XX(route_set) \
	XX(session_timer)

#define CORE_RECORDS(XX) \
	XX(r_meta) XX(r_device) XX(r_sub) XX(r_call) XX(r_track) XX(r_half) XX(r_agent) XX(r_join) XX(r_feature) \
	XX(r_session) XX(r_monitor) XX(r_follow) XX(r_party) XX(r_request) XX(r_journal) \
	XX(r_registration) XX(r_dialogue)
/* clang-format on */

enum core_delta_kind {
	DELTA_none,
#define XX(name) DELTA_##name,
	CORE_DELTAS(XX)
	CORE_RECORDS(XX)
#undef XX
		DELTA_count
};

#define DELTA_TYPE_str struct str
#define DELTA_TYPE_u8 uint8_t
#define DELTA_TYPE_u32 uint32_t
#define DELTA_TYPE_u64 uint64_t
#define DELTA_FIELD(type, name) DELTA_TYPE_##type name;
#define XX(name) \
	struct delta_##name { \
		FIELDS_##name(DELTA_FIELD) \
	};
CORE_DELTAS(XX)
CORE_RECORDS(XX)
#undef XX
#undef DELTA_FIELD

#define XX(name) \
	/** Appends the fields. */ \
	void delta_put_##name(struct buf *b, const struct delta_##name *d); \
	/** Reads exactly these fields; 0 or E_MALFORMED. Texts are borrowed from the reader's bytes. */ \
	int delta_get_##name(const uint8_t *p, size_t n, struct delta_##name *d) \
		__attribute__((warn_unused_result));
CORE_DELTAS(XX)
CORE_RECORDS(XX)
#undef XX

/** "half_set" ...; "?" for an unknown kind. */
const char *delta_name(uint16_t kind);

#endif
