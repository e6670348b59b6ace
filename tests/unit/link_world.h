/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world for tests of links: the secrets that files and helpers give and the questions to the DNS are in the hand of the
 * test, what was sent where can be counted.
 */
#ifndef TANDEM_TESTS_UNIT_LINK_WORLD_H
#define TANDEM_TESTS_UNIT_LINK_WORLD_H

#include "tests/unit/node_world.h"

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
/* base64 of admin@demo.example:secret */
#define BASIC "Basic YWRtaW5AZGVtby5leGFtcGxlOnNlY3JldA=="

extern struct world w;
extern unsigned client; /* of setup() */

/* What the node asked of files, programs and the DNS. */
extern unsigned secrets_asked;
extern const char *secret; /* NULL: cannot be read */
extern uint64_t query;     /* the last one */
extern unsigned queries;

/** A world that has not started. */
void init(unsigned xsps, const char *settings);
/** Starts it, whether channels open or not. */
void start_quietly(int64_t ms);
/** Starts it, with a client that has a session. */
void setup(unsigned xsps, const char *settings);
/** What is in the buffer, with a NUL behind it. */
const char *text_of(struct buf *b);
/** How many of the lines of w.targets have this in them. */
unsigned targets(const char *part);
struct node_link link_at(unsigned i);
uint32_t channels_open(void);
/** Answers the next `times` requests with 302. */
void redirect(const char *method, const char *part, int times, const char *location);

#endif
