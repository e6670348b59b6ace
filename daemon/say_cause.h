/* SPDX-License-Identifier: Apache-2.0 */
/* Why, in the words of the standard: ends of parties into event causes (csta.md 6.3). */
#ifndef TANDEM_DAEMON_SAY_CAUSE_H
#define TANDEM_DAEMON_SAY_CAUSE_H

#include "core/end.h"
#include "proto/csta_msg.h"

/** The cause of Failed, Diverted, ConnectionCleared. That of a comparison (RESYNC) is a setting: see say_call.c. */
enum csta_cause say_cause_of_end(enum core_end end);

#endif
