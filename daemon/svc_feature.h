/* SPDX-License-Identifier: Apache-2.0 */
/* Services on a user that are no calls: agent state, forwarding, do not disturb, message waiting. */
#ifndef TANDEM_DAEMON_SVC_FEATURE_H
#define TANDEM_DAEMON_SVC_FEATURE_H

#include "daemon/svc_job.h"

/** SetAgentState and GetAgentState. */
void svc_feature_agent(const struct svc_in *in);
/** SetForwarding and GetForwarding. */
void svc_feature_forwarding(const struct svc_in *in);
/** SetDoNotDisturb and GetDoNotDisturb. */
void svc_feature_do_not_disturb(const struct svc_in *in);
/** SetMessageWaitingIndicator and GetMessageWaitingIndicator. */
void svc_feature_message_waiting(const struct svc_in *in);

#endif
