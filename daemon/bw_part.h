/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the BroadWorks room (bw.c, bw_chan.c, bw_subs.c, bw_device.c, bw_order.c, bw_event.c, bw_req.c) need of each other. */
#ifndef TANDEM_DAEMON_BW_PART_H
#define TANDEM_DAEMON_BW_PART_H

#include "daemon/bw.h"

/* bw_req.c */
/** Sends a request to an XSP, over the transport of its link; `q` is copied. Returns its notes. */
struct bw_request *bw_request_send(struct bw *b, enum bw_request_kind kind, uint32_t xsp,
	const struct xsi_request *q, const char *device);
/** What a status means. */
enum bw_result bw_result_of(uint64_t status);
/** The same with the exceptions of the configuration (`error =`). */
enum bw_result bw_result_of_status(struct bw *b, uint64_t status);
/** The XSP to be asked next for this (XSI_OP_none: for anything): those that carry it with an open channel, first those that answer; by priority, shared by weight. */
uint32_t bw_pick_xsp(struct bw *b, enum xsi_op op);
void bw_requests_drop(struct bw *b);
/** A request is over for good: its owner is told, and it is freed. */
void bw_request_over(struct bw *b, struct bw_request *r, const struct bw_answer *a);

/* bw_ack.c */
void bw_ack_event(struct bw *b, uint32_t xsp, struct str event_id, int status);
void bw_ack_drop_xsp(struct bw *b, uint32_t xsp);
void bw_ack_done(struct bw *b, const struct bw_request *r);
void bw_acks_pump(struct bw *b);

/* bw_call.c */
void bw_call_done(struct bw *b, const struct bw_request *r, struct str body);
void bw_calls_pump(struct bw *b);
/** BroadWorks has told of the conference that a client makes, or there will be none: what was to be told with it is told now. */
void bw_conferred(struct bw *b, struct core_device *d);
void bw_calls_drop(struct bw *b);
struct mono bw_calls_deadline(const struct bw *b);

/* bw_app.c: the application controller */
void bw_app_activate(struct bw *b);
void bw_app_tick(struct bw *b);
struct mono bw_app_deadline(const struct bw *b);
void bw_app_done(struct bw *b, const struct bw_request *r, struct str body);

/* bw_chan.c */
void bw_channel_init(struct bw *b, uint32_t xsp);
void bw_channel_fini(struct bw *b, uint32_t xsp);
/** Due work of all channels: open, beat, refresh, silence. */
void bw_channels_tick(struct bw *b);
struct mono bw_channels_deadline(const struct bw *b);
/** Drops the channel, to be opened again after the back-off. */
void bw_channel_lose(struct bw *b, struct bw_channel *c, enum meter_loss cause, const char *why);
struct bw_channel *bw_channel_by_stream(struct bw *b, uint64_t stream);
void bw_beat_done(struct bw *b, const struct bw_request *r, uint64_t status);
/** Puts the body of AddChannel for it into b->body. */
void bw_channel_body(struct bw *b, const struct bw_channel *c);
/** We give it up; the server may go on sending events into nowhere, so it is deleted as soon as that can be asked. */
void bw_channel_stale(struct bw *b, struct bw_channel *c);
/** A delete that bw_channel_stale() led to is over, perhaps without an answer. */
void bw_channel_stale_done(struct bw *b, const struct bw_request *r, uint64_t status);
/** BroadWorks ended it, with this reason. */
void bw_channel_terminated(struct bw *b, struct bw_channel *c, struct str reason);
void bw_refresh_done(struct bw *b, const struct bw_request *r, struct str body);
/** What a channel waits for may be there: all that are blocked look again. */
void bw_channels_unblock(struct bw *b);
/** Name of the channel set. Valid until the next call. */
struct str bw_channel_set(struct bw *b);
void bw_change_channel(struct bw *b, struct bw_channel *c, enum bw_channel_state to);

/* bw_cti.c */
/** Off the lists of the connection. */
void bw_cti_forget(struct bw *b, struct bw_request *r);

/* bw_subs.c */
void bw_subs_tick(struct bw *b);
void bw_subs_pump(struct bw *b);
struct mono bw_subs_deadline(const struct bw *b);
void bw_subs_http_done(
	struct bw *b, const struct bw_request *r, uint64_t status, struct str why, struct str body);
/** The ask was sent; its answer or the snapshot is awaited. */
bool bw_ask_is_open(const struct bw_sub *bs);
/** Asks (once more if it is being asked). `urgent`: ahead of those without calls. */
void bw_sub_ask(struct bw *b, struct bw_sub *bs, bool urgent);
/** Events were lost: asks, and a snapshot that is awaited may be among them: it has gap-wait-ms left, once. */
void bw_sub_missed(struct bw *b, struct bw_sub *bs);
/** The snapshot of a primary package was compared just now; `resync`: BroadWorks says that it sent it unasked. */
void bw_sub_compared(struct bw *b, struct bw_sub *bs, bool resync);
/** Something that answers an ask of a secondary package came. */
void bw_sub_answered(struct bw *b, struct bw_sub *bs);
/** BroadWorks has ended it: it is subscribed to anew. */
void bw_sub_ended(struct bw *b, struct bw_sub *bs);
/** It has another id ("" = none): what came under the old one is of no more use. */
void bw_sub_set_id(struct bw *b, struct bw_sub *bs, struct str id);
/** Sets the time of its renewal; it is idle. */
void bw_renew_later(struct bw *b, struct bw_sub *bs);
/** Drops the notes; what the model knows of it stays. */
void bw_sub_free(struct bw *b, struct bw_sub *bs);
/** Tells BroadWorks that the subscription is not wanted any more. */
void bw_unsubscribe(struct bw *b, struct str id);

/* bw_device.c */
struct bw_sub *bw_sub_new(
	struct bw *b, struct bw_device *bd, uint32_t packages, struct core_sub *sub);
/** Its device or scope, for logs. */
const char *bw_sub_owner(const struct bw_sub *bs);
/** Drops the events of unknown subscriptions that wait for an answer. */
void bw_unnamed_drop(struct bw *b, struct bw_device *bd);
/** One that is in no list any more. */
void bw_early_free(struct bw *b, struct bw_early *e);
/** What waits for events before it is given up, and they are not waited for any more. */
void bw_early_forget(struct bw *b, struct bw_sub *bs);
/** What the configuration wants of devices of a kind. */
uint32_t bw_packages_wanted(const struct bw *b, enum core_device_kind kind);
/** Asks all subscriptions of a device. */
void bw_ask_all(struct bw *b, struct core_device *d);
/** The primary subscription was accepted: what else is wanted is subscribed to. */
void bw_device_complete(struct bw *b, struct bw_device *bd);
/** A first subscription was accepted: its kind is known, and whether lists are taken. */
void bw_device_accepted(struct bw *b, struct bw_device *bd);
/** The list was refused: true if its packages are to be tried one by one. */
bool bw_device_split_list(struct bw *b, struct bw_device *bd);
/** Refused as it is: true if another kind of device is to be tried; else `why` is why it was refused as a user. */
bool bw_device_try_next_kind(struct bw *b, struct bw_device *bd, enum bw_result *why);
/** Nobody has monitored it for a while: true if it was given up. */
bool bw_device_linger_over(struct bw *b, struct bw_device *bd);
/** Takes it out of the model. */
void bw_device_drop(struct bw *b, struct bw_device *bd);

/* bw_made.c */
/** A call was made that may have no party yet. */
void bw_made_note(struct bw *b, uint64_t call_id);
/** All calls of the model without a party are waited for. */
void bw_made_activate(struct bw *b);
void bw_made_drop(struct bw *b);
/** Drops those that no event has told of for too long. */
void bw_made_tick(struct bw *b);
struct mono bw_made_deadline(const struct bw *b);

/**
 * Thousandths of a token that `rate` tokens a second have brought since `*at`, at most those of an hour. `*at` moves by the
 * time that these took, so that nothing is lost by looking often.
 */
int64_t bw_gain_milli(struct mono *at, struct mono now, int64_t rate);
/** A token of the rate of asks; false: none is left now. */
bool bw_take_token(struct bw *b);
/** Nothing waits to be asked. */
bool bw_asks_idle(const struct bw *b);

/** An answer to a request of bw_scan.c. */
void bw_subs_scan_done(struct bw *b, const struct bw_request *r, struct str body);

/* bw_scan.c */
enum bw_scan_end {
	BW_SCAN_GOES_ON, /* another request was sent */
	BW_SCAN_DONE,    /* compared */
	BW_SCAN_AGAIN,   /* something happened meanwhile */
	BW_SCAN_FAILED,
};
/** Begins to read what calls the device has; returns the id of the request. */
uint64_t bw_scan_begin(struct bw *b, struct bw_device *bd);
/** An answer came; `next` is set when it goes on. */
enum bw_scan_end bw_scan_answered(struct bw *b, struct bw_device *bd, const struct bw_request *r,
	struct str body, uint64_t *next);
void bw_scan_drop(struct bw_device *bd);

/* bw_scope.c */
/** Devices are told of by subscriptions of scopes. */
bool bw_has_scopes(const struct bw *b);
/** Makes the notes on scopes, from the model and the configuration, and asks. */
void bw_scopes_run(struct bw *b);
void bw_scopes_drop(struct bw *b);
void bw_scopes_ask(struct bw *b);
/** All that tell of calls have an id, or were refused. */
bool bw_scopes_ready(const struct bw *b);
struct bw_sub *bw_scope_sub_of_request(const struct bw *b, const struct bw_request *r);
/** The subscribe for it, without a body. */
struct xsi_request bw_scope_request(const struct bw *b, const struct bw_sub *bs);
/** Events of it are lost: of which device is not known. */
void bw_scope_missed(struct bw *b, const struct bw_sub *bs);
/** It could not be asked for a while: its devices are out of service. */
void bw_scope_failed(struct bw *b, const struct bw_sub *bs);

/* bw_leak.c */
void bw_leaks_init(struct bw *b);
/** Forgets what was found. */
void bw_leaks_drop(struct bw *b);
/** Everything is confirmed: what is held that we do not know? */
void bw_leaks_look_soon(struct bw *b);
/** The list is asked for, maybe for a second time: what came of it is forgotten. */
void bw_leaks_anew(struct bw *b);
/** A piece of the list; bw_leaks_listed() has the rest of it, or all. */
void bw_leaks_piece(struct bw *b, const struct bw_request *r, struct str bytes);
void bw_leaks_listed(struct bw *b, const struct bw_request *r, struct str body);
void bw_leaks_deleted(struct bw *b, const struct bw_request *r);
void bw_leaks_pump(struct bw *b);
struct mono bw_leaks_deadline(const struct bw *b);

/* bw_event.c */
/** What an event says about its device; the texts of `ev` may be gone afterwards. */
void bw_event_take(struct bw *b, struct bw_device *bd, const struct xsi_event *ev);
/** Counts what a comparison of a device found. */
void bw_event_compared(struct bw *b, struct bw_device *bd, const struct core_difference *diff);
/** Why the device is about to be compared: for the count of what is found then. */
void bw_blame(struct bw_device *bd, enum meter_desync why);

/* bw_acd.c */
/** An event of a queue or route point; a snapshot is read from b->doc. */
void bw_acd_take(struct bw *b, struct bw_device *bd, const struct xsi_event *ev);

/* bw_person.c */
/** An event about an agent or a service of a user. */
void bw_person_take(struct bw *b, struct core_device *d, const struct xsi_event *ev);

/* bw_order.c */
/** One document of a stream. */
void bw_document(struct bw *b, struct bw_channel *c, struct str document);
/** The answer to a subscribe is here (or will not come): what waited for it is taken or refused. */
void bw_unnamed_take(struct bw *b, struct bw_device *bd);
/** A missing event did not come: go on without it and ask. */
void bw_gap_over(struct bw *b, struct bw_sub *bs);

/* bw.c */
/** The system's status from channels and devices; told when it changes. */
void bw_update_status(struct bw *b);
/** A channel was opened or lost; channels_open says how many there are now. */
void bw_reach_changed(struct bw *b, bool opened);
/**
 * A channel ended, and it may be that there was none for a moment before those that are open now: all is asked when the ends that
 * belong together were read, within a second from the first of them however many follow.
 */
void bw_reach_doubtful(struct bw *b);
/** A server id was seen in a tracking id. */
void bw_note_server(struct bw *b, struct str tracking);
/** A new call of a device: made on another server than its last one? */
void bw_note_device_server(struct bw *b, struct bw_device *bd, struct str tracking);
/** All devices are confirmed. */
void bw_all_confirmed(struct bw *b);

#endif
