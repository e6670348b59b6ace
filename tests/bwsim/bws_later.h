/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_LATER_H
#define TANDEM_TESTS_BWSIM_BWS_LATER_H

#include "tests/bwsim/bws_entry.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct bws;

TAILQ_HEAD(bws_later_list, bws_later);

/* What an answered request on a held call will do. */
struct bws_later_args {
	char address[64];
	char text[128];
	char id[40];
	int64_t n;
	int what;
	bool flag;
	struct bws_user *agent;
	struct bws_acd_info info;
};

typedef void (*bws_later_fn)(struct bws_entry *e, const struct bws_later_args *args);

/* Calls @fn for the entry after the knob effect_ms, unless the call has left the queue or the AS has
 * died until then. */
void bws_later(struct bws_entry *e, bws_later_fn fn, const struct bws_later_args *args);

void bws_later_init(struct bws *w);

void bws_later_fini(struct bws *w);

#endif
