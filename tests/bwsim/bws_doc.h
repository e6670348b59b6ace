/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_DOC_H
#define TANDEM_TESTS_BWSIM_BWS_DOC_H

#include <stdint.h>

struct bws_buf;
struct bws_chan;
struct bws_conference;
struct bws_event;
struct bws_half;
struct bws_req;
struct bws_set;
struct bws_sub;
struct bws_user;

/*
 * All documents the simulator writes, each valid against the Xsi schema. Stream documents follow
 * the byte forms real clients rely on: declaration first, one line, a line feed only after the
 * declaration of the Channel reply, prefixes "xsi:" and "xsi1:" in events.
 * Functions without "data" in their name write a whole document.
 */

/* Declaration and start tag of a reply whose root is @root. */
void bws_doc_begin(struct bws_buf *b, const char *root);

/* Content of a PartyInformation that names a group member; @x is the prefix of elements. */
void bws_doc_user_party(struct bws_buf *b, const char *x, const struct bws_user *u);

/* First document of a stream, and reply to a refresh. */
void bws_doc_channel_reply(struct bws_buf *b, const struct bws_chan *c);

void bws_doc_channel_set(struct bws_buf *b, const struct bws_set *set);

void bws_doc_heartbeat(struct bws_buf *b);

void bws_doc_channel_terminated(struct bws_buf *b, const struct bws_chan *c, const char *reason);

/* SubscriptionEvent envelope around ev->data, for delivery on @c; NULL = to the HTTP contact. */
void bws_doc_event(struct bws_buf *b, const struct bws_event *ev, const struct bws_chan *c);

/* Inner XML of the eventData of a call event. */
void bws_doc_call_data(struct bws_buf *b, const struct bws_half *h);

/* Inner XML of CallSubscriptionEvent. */
void bws_doc_snapshot(struct bws_buf *b, const struct bws_user *u);

/* Inner XML of the eventData of a conference event. */
void bws_doc_conference_data(struct bws_buf *b, const struct bws_conference *conf);

/* Reply to GET of the conference. */
void bws_doc_conference(struct bws_buf *b, const struct bws_conference *conf);

/* Inner XML of CallParkedAgainstEvent; @parked NULL = nobody is parked. */
void bws_doc_parked_data(struct bws_buf *b, const struct bws_half *parked);

/* Reply to subscribe and refresh: id and granted seconds. */
void bws_doc_subscription_grant(struct bws_buf *b, const struct bws_sub *s, int64_t expires);

/* Subscription in full, alone or in a SubscriptionList. */
void bws_doc_subscription(struct bws_buf *b, const struct bws_sub *s);

void bws_doc_subscription_list_begin(struct bws_buf *b);

void bws_doc_subscription_list_add(struct bws_buf *b, const struct bws_sub *s);

void bws_doc_subscription_list_end(struct bws_buf *b);

void bws_doc_calls(struct bws_buf *b, const struct bws_user *u);

void bws_doc_call(struct bws_buf *b, const struct bws_half *h);

void bws_doc_call_start(struct bws_buf *b, const struct bws_half *h);

void bws_doc_hook_status(struct bws_buf *b, const struct bws_user *u);

void bws_doc_versions(struct bws_buf *b);

void bws_doc_error(struct bws_buf *b, const char *charset, int code, const char *text);

#endif
