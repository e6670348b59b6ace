/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Status services: what a session hears of the status of the system, and its question for it.
 *
 * A session that never registered hears of every change, as clients expect who only associate; one that is registered for
 * system status hears of those that its filter leaves, one registered for anything else of none. A session has one
 * registration: a new one takes the place of the old, which is aborted. Registrations are part of the replicated session.
 */
#ifndef TANDEM_DAEMON_SVC_STATUS_H
#define TANDEM_DAEMON_SVC_STATUS_H

#include "daemon/svc_part.h"

/* The services: RequestSystemStatus, SystemStatus of the client, SystemRegister, SystemRegisterCancel, ChangeSysStatFilter. */
void svc_status_ask(const struct svc_in *in);
void svc_status_told(const struct svc_in *in);
void svc_status_register(const struct svc_in *in);
void svc_status_cancel(const struct svc_in *in);
void svc_status_filter(const struct svc_in *in);

#endif
