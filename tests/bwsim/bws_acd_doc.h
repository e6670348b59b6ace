/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_ACD_DOC_H
#define TANDEM_TESTS_BWSIM_BWS_ACD_DOC_H

#include <stdbool.h>

struct bws_buf;
struct bws_entry;
struct bws_user;

/* Priorities as the schema writes them, and back (-1 = none). */
const char *bws_acd_doc_priority(int priority);

int bws_acd_doc_find_priority(const char *text);

/* queueEntry element with prefix @x. */
void bws_acd_doc_entry(struct bws_buf *b, const char *x, const struct bws_entry *e);

/* queueEntries element, nothing when there are none. */
void bws_acd_doc_entries(struct bws_buf *b, const char *x, const struct bws_user *queue);

/* callId .. remoteParty of an event about a call that never was in the queue. */
void bws_acd_doc_stranger(struct bws_buf *b, const struct bws_entry *e);

/* redirections element when somebody sent the call here, else nothing. */
void bws_acd_doc_redirections(struct bws_buf *b, const struct bws_entry *e);

/* Inner XML of ACDConfigurationSubscriptionEvent and of CallCenterMonitoringEvent. */
void bws_acd_doc_configuration(struct bws_buf *b, const struct bws_user *queue);

void bws_acd_doc_monitoring(struct bws_buf *b, const struct bws_user *queue);

#endif
