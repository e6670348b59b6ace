/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Monitor services: MonitorStart, MonitorStop, ChangeMonitorFilter, GetMonitors. Each request ends in exactly one answer.
 * Monitors that cannot be kept end with a MonitorStop of the server.
 */
#ifndef TANDEM_DAEMON_SVC_MONITOR_H
#define TANDEM_DAEMON_SVC_MONITOR_H

#include "daemon/svc_part.h"

/** MonitorStart: at once on a device that is known, else when its subscription stands (svc_monitor_begin()). */
void svc_monitor_start(const struct svc_in *in);
/** The device of a MonitorStart is subscribed: makes the monitor and answers, or says which limit is in the way. */
void svc_monitor_begin(struct svc *v, struct core_session *session, uint32_t invoke,
	struct core_device *d, const struct svc_monitor_wish *wish);
/** MonitorStop of the session that owns the monitor. */
void svc_monitor_stop(const struct svc_in *in);
/** ChangeMonitorFilter: answered with the filter that is in force. */
void svc_monitor_filter(const struct svc_in *in);
/** GetMonitors (edition 6): the monitors of the session, in several messages if they are many. */
void svc_monitor_list(const struct svc_in *in);
/** BroadWorks does not know the device's user, again: after a while its monitors end. */
void svc_monitor_device_unknown(struct svc *v, struct core_device *d);

#endif
