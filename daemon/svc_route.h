/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routeing services: a client registers as the routeing server of a route point and chooses the way of its calls.
 *
 * RouteRegister and RouteRegisterCancel are answered; RouteSelect, RouteReject and RouteEnd are only when they are wrong
 * (ECMA-269, routeing services): what comes of them the server is told by RouteUsed, RouteEnd or ReRoute.
 */
#ifndef TANDEM_DAEMON_SVC_ROUTE_H
#define TANDEM_DAEMON_SVC_ROUTE_H

#include "daemon/svc_job.h"

void svc_route_register(const struct svc_in *in);
/** The device of a RouteRegister is subscribed, or is known for long. */
void svc_route_begin(
	struct svc *v, struct core_session *session, uint32_t invoke, struct core_device *d);
void svc_route_cancel(const struct svc_in *in);
/** RouteSelect, RouteReject. */
void svc_route_select(const struct svc_in *in);
void svc_route_end(const struct svc_in *in);

#endif
