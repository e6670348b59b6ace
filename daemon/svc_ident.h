/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which device a client means: in requests it may write a device in any form of ident.h.
 *
 * Every service finds its devices here, none by the text of the client.
 */
#ifndef TANDEM_DAEMON_SVC_IDENT_H
#define TANDEM_DAEMON_SVC_IDENT_H

#include "daemon/ident.h"
#include "daemon/svc_part.h"

/** The device that is known; NULL. */
struct core_device *svc_find(const struct svc *v, struct str text);

/** The device of the request (q->device), subscribed or about to be; NULL: refused. */
struct core_device *svc_device(const struct svc_in *in);

/** BroadWorks' user id of who is meant, known or not. */
void svc_user(const struct svc *v, struct str text, struct ident *user);

/** What BroadWorks takes as an address for what a client dials or calls a device. Lives as long as the step. */
struct str svc_address(const struct svc *v, struct str text);

/** Does the client mean the party that it is told about under this name? */
bool svc_means(const struct svc *v, struct str text, struct str name);

/** The device as the request writes it, for the answer; its id where the request has another one. */
struct str svc_asked(const struct svc_in *in, const struct core_device *d);
/** The same, to be kept; "" where that is the id. */
void svc_asked_form(
	const struct svc_in *in, const struct core_device *d, char form[LIMIT_DEVICE_ID]);

#endif
