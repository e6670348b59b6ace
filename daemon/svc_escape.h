/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private services: requests of BroadWorks that CSTA has no service for, reached through Escape.
 *
 * The private datum `serviceID` is the request's name in xsi_op.h. `deviceID` is the device it is about; `callID` a call
 * of that device (without it the only one), `participant` one of the other parties of its conference. Further parameters
 * and what is answered: docs/csta-services.md.
 */
#ifndef TANDEM_DAEMON_SVC_ESCAPE_H
#define TANDEM_DAEMON_SVC_ESCAPE_H

#include "daemon/svc_job.h"

/** Escape with a serviceID that is a name; privateDataNotSupported if it is none of these. */
void svc_escape(const struct svc_in *in);

#endif
