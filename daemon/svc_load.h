/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The overload of the active: looked at regularly, logged, and told to the sessions that are registered for the status of the
 * system. Only to those: who just associates takes any status but normal for the end of the service.
 */
#ifndef TANDEM_DAEMON_SVC_LOAD_H
#define TANDEM_DAEMON_SVC_LOAD_H

#include "daemon/svc.h"

/** `lag_ms`: how late the loop came to a step, at worst, since the last look. */
void svc_load_look(struct svc *v, uint64_t lag_ms);
/** This node is not active: nothing waits for clients here. */
void svc_load_rest(struct svc *v);

#endif
