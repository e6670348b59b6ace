/* SPDX-License-Identifier: Apache-2.0 */
/* Monitor services, part of the CSTA decoder. For csta_decode.c only; cannot fail. */
#ifndef TANDEM_PROTO_CSTA_DECODE_MONITOR_H
#define TANDEM_PROTO_CSTA_DECODE_MONITOR_H

#include "proto/csta_msg.h"
#include "proto/xml.h"

/** MonitorStart: object, type, filter, media classes. `out` is cleared and has its kind. */
void csta_decode_monitor_start(const struct xml *x, uint32_t root, struct csta_request *out);
/** MonitorStop: the cross reference. */
void csta_decode_monitor_stop(const struct xml *x, uint32_t root, struct csta_request *out);
/** ChangeMonitorFilter: the cross reference and the filter. */
void csta_decode_monitor_filter(const struct xml *x, uint32_t root, struct csta_request *out);

#endif
