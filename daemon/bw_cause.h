/* SPDX-License-Identifier: Apache-2.0 */
/* Why, in the words of BroadWorks: release causes and redirect reasons into ends of parties. */
#ifndef TANDEM_DAEMON_BW_CAUSE_H
#define TANDEM_DAEMON_BW_CAUSE_H

#include "core/end.h"
#include "proto/xsi_msg.h"

/**
 * Why a call failed or was released: what the network said (q850Cause, then sipStatus) where that is one of the codes that say
 * something, else BroadWorks' own word; CORE_END_NORMAL without any.
 */
enum core_end bw_cause_of_release(const struct xsi_release *release);

/** Why a device redirected a call that it had not answered; CORE_END_DIVERTED: for no reason that has a name. */
enum core_end bw_cause_of_redirect(const struct xsi_redirect *redirect);

/** Why a queue sent a call elsewhere. */
enum core_end bw_cause_of_overflow(enum xsi_overflow overflow);

#endif
