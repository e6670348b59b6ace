/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the open questions (check_open_links.c, check_open_events.c) have in common: a node with one session
 * and one monitored device, and the proof that it works. docs/open-questions.md says which test belongs to which question.
 */
#ifndef TANDEM_TESTS_UNIT_OPEN_CASE_H
#define TANDEM_TESTS_UNIT_OPEN_CASE_H

#include "tests/unit/node_world.h"

/** Starts the world with `xsps` links and these settings, a session, and a monitor on 2001. Returns the client. */
unsigned open_case_start(struct world *w, unsigned xsps, const char *settings);

/** The same without audits, so that whatever is asked has another reason. */
unsigned open_case_quiet(struct world *w, unsigned xsps, const char *settings);

/** How often the word is in what the client heard since the last time. */
unsigned open_case_heard(struct world *w, unsigned client, const char *word);

/** A call comes in and goes: true if the client is told both, each once. */
bool open_case_works(struct world *w, unsigned client, const char *device);

/** Lets a long time pass in which the client keeps its session alive. Empties what it heard. */
void open_case_run(struct world *w, unsigned client, int64_t ms);

#endif
