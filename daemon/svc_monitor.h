/* SPDX-License-Identifier: Apache-2.0 */
/* Monitor services: MonitorStart and MonitorStop of a client. Each request ends in exactly one answer. */
#ifndef TANDEM_DAEMON_SVC_MONITOR_H
#define TANDEM_DAEMON_SVC_MONITOR_H

#include "daemon/svc_part.h"

/** MonitorStart: at once on a device that is known, else when its subscription stands (svc_monitor_begin()). */
void svc_monitor_start(const struct svc_in *in);
/** The device of a MonitorStart is subscribed: makes the monitor and answers, or says which limit is in the way. */
void svc_monitor_begin(
	struct svc *v, struct core_session *session, uint32_t invoke, struct core_device *d);
/** MonitorStop of the session that owns the monitor. */
void svc_monitor_stop(const struct svc_in *in);

#endif
