/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capability services: what the server can do, and which devices there are.
 *
 * What it can do is what svc.c has a function for, and the events of the codec. The devices are those that are known, and
 * single ones of the configuration; they follow the answer in segments, at the pace at which the client reads: a list of
 * 200,000 would not fit into an outbox.
 */
#ifndef TANDEM_DAEMON_SVC_CAPS_H
#define TANDEM_DAEMON_SVC_CAPS_H

#include "daemon/svc_part.h"

/* The services. */
void svc_caps_switch(const struct svc_in *in);
void svc_caps_features(const struct svc_in *in);
void svc_caps_devices(const struct svc_in *in);

/** Lists that are being told go on as far as there is room. */
void svc_caps_tick(struct svc *v);
/** They end: their connections are gone. */
void svc_caps_drop(struct svc *v);

#endif
