/* SPDX-License-Identifier: Apache-2.0 */
/* Call control services: each is checked against the model and becomes a job for BroadWorks. */
#ifndef TANDEM_DAEMON_SVC_CALL_H
#define TANDEM_DAEMON_SVC_CALL_H

#include "daemon/svc_job.h"

/** AnswerCall, HoldCall, RetrieveCall, ClearConnection, ClearCall, GenerateDigits, recording: one connection, one step. */
void svc_call_one(const struct svc_in *in);
/** The same, answered by `put` (NULL: an empty root named after the service). */
void svc_call_one_as(const struct svc_in *in, svc_put_fn put);
/** MakeCall and ConsultationCall. */
void svc_call_make(const struct svc_in *in);
void svc_call_consult(const struct svc_in *in);
/** AlternateCall, ReconnectCall, TransferCall, ConferenceCall: a held and an active connection of one device. */
void svc_call_two(const struct svc_in *in);
/** SingleStepTransferCall, DeflectCall, ParkCall: to another place. */
void svc_call_away(const struct svc_in *in);
/** The step that gives a call of a route point to whom the request names (q->called). */
void svc_call_route_step(const struct svc_in *in, struct svc_job *job, const struct core_half *h);
/** DirectedPickupCall and GroupPickupCall. */
void svc_call_pickup(const struct svc_in *in);
/** IntrudeCall: the supervisor of a monitored call changes his part in it. */
void svc_call_intrude(const struct svc_in *in);

#endif
