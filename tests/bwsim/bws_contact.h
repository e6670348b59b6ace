/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_CONTACT_H
#define TANDEM_TESTS_BWSIM_BWS_CONTACT_H

#include "tests/bwsim/bws_deliver.h"

#include <stdbool.h>
#include <sys/queue.h>

/*
 * HTTP contacts: the events of a subscription are POSTed to its URI instead of going to a channel.
 * One POST at a time for each contact, in order; 200 is the acknowledgement, everything else (also
 * silence of ack_timeout_ms) means again after redeliver_ms, redeliver_count times, then the event
 * is dropped.
 */
TAILQ_HEAD(bws_contact_list, bws_contact);

struct bws_contacts {
	struct bws_contact_list all;
};

void bws_contact_init(struct bws *w);

/* Can events be POSTed there: [http://]IPV4:PORT/path ("localhost" too). */
bool bws_contact_is_served(const char *uri);

/* Takes over a raised event: writes it for the contact of its subscription and POSTs it. @ev is only
 * read. */
void bws_contact_send(struct bws *w, const struct bws_event *ev);

void bws_contact_fini(struct bws *w);

#endif
