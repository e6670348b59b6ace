/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_CONTROLLER_H
#define TANDEM_TESTS_BWSIM_BWS_CONTROLLER_H

#include "tests/bwsim/bws_timer.h"

#include <stdbool.h>
#include <stddef.h>

struct bws;

/* An application outside that routes the calls of the route points; it is tied to a channel set. */
struct bws_controller {
	char *id;
	char *set_id;
	bool ready;
};

struct bws_controllers {
	struct bws_controller *list;
	size_t count;
	bool alive; /* one of them was ready when last looked at */
	struct bws_timer check;
	struct bws_timer failure; /* none is ready for a while */
};

void bws_controller_init(struct bws *w);

/* Adds "ID=CHANNELSET". Returns 0, or -1 when the text makes no sense. While there is one and none is
 * ready, the route points fail (knobs rp_failure_ms, rp_recovers). */
int bws_controller_add(struct bws *w, const char *text);

struct bws_controller *bws_controller_find(const struct bws *w, const char *id);

/* Sets the state. Returns false when "ready" is refused: its set has no channel. */
bool bws_controller_set(struct bws *w, struct bws_controller *c, bool ready);

void bws_controller_fini(struct bws *w);

#endif
