/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A case of tests/wire/node: exact bytes between clients, a node and BroadWorks, as conversations in files.
 *
 * A case is a text file NAME.case, read line by line; '#' begins a comment. What the node says must be expected by the
 * next lines, all of it, in its order, before anything new happens. "#7" is the node's seventh id; "\x41" is a byte.
 *
 *   conf LINE            a line of configuration ([broadworks] first); before everything else
 *   xsps N               so many XSPs (1); before everything else
 *   start                the node starts
 *   include NAME         the lines of NAME.inc
 *   connect N            client N connects (each N once)
 *   N> 0001 BODY         client N sends a frame;  N>> BYTES  bytes as they are;  N> hangup
 *   N< 0001 BODY         client N gets exactly this frame;  N< closed
 *   open xsp1            the node opens a channel there;  close xsp1
 *   open= BODY           its exact body
 *   bw1> DOCUMENT        a document on the channel of XSP 1;  bw1> end
 *   http xsp1 PUT PATH   the node asks this
 *   http= BODY           with exactly this body
 *   http< 200 BODY       the answer to the oldest request that has none
 *   +250                 milliseconds pass
 *   log 37603 TEXT       a line of the log with this number has contained the text
 *   let NAME TEXT        {NAME} is the text from here on
 *   event S N U T DATA   event N of subscription S about user U, of type T, on channel c1 of XSP 1; it is acknowledged
 *   [ed6] LINE           a line for these editions alone: [ed3 ed4]
 *
 * {xml} is the declaration, {354} the namespace of sessions as attribute. A case that has {ns}, the namespace of an edition
 * as attribute, or {url}, the same by itself, is played in editions 3 to 6. The file of a service has its name and
 * shows its answer and a refusal (tests/coverage/README.md).
 */
#ifndef TANDEM_TESTS_UNIT_NODE_CASE_H
#define TANDEM_TESTS_UNIT_NODE_CASE_H

#include "proto/csta_msg.h"

#include <stdio.h>

#define NODE_CASE_FOLDER "tests/wire/node"

/** A new conversation in this edition; `name` is that of complaints. */
void node_case_begin(const char *name, enum csta_edition edition);
/**
 * Nothing is expected in the files that follow: their lines are written here, with what the node said in place of what was
 * to be expected. Included files count as ever.
 */
void node_case_record(FILE *to);
/** Plays NODE_CASE_FOLDER/name.suffix. */
void node_case_file(const char *name, const char *suffix);
/** Plays one line. */
void node_case_line(const char *line);
/** Everything that was said must have been expected. */
void node_case_end(void);

#endif
