/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_VIRTUAL_H
#define TANDEM_TESTS_BWSIM_BWS_VIRTUAL_H

#include <stdbool.h>
#include <stdint.h>

struct bws;

/*
 * Virtual time (option --virtual): the clocks stand still and jump on demand. Every timer runs at
 * its own time and in order, nothing waits for the wall clock, so that a day takes seconds and the
 * same seed and the same requests give the same journal.
 */

/*
 * Moves the clock by @ms (at least 0) and runs every timer due until then. With @stop_on_output it
 * halts at the first moment at which a document was written to a stream: a client that has to
 * acknowledge can do so before time goes on. Returns the milliseconds that passed.
 */
int64_t bws_virtual_advance(struct bws *w, int64_t ms, bool stop_on_output);

#endif
