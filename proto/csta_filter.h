/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flags of a monitor filter and the events that they name, in the groups and the order of the schema. Events without a
 * flag (Private) cannot be filtered; flags of events that we never send are not here.
 */
#ifndef TANDEM_PROTO_CSTA_FILTER_H
#define TANDEM_PROTO_CSTA_FILTER_H

#include "proto/csta_msg.h"

struct csta_filter_flag {
	const char *group;
	const char *name;
	enum csta_event_kind event;
};

#define CSTA_FILTER_FLAGS 29

extern const struct csta_filter_flag csta_filter_flags[CSTA_FILTER_FLAGS];

/** The events that a monitor filter can name, as bits 1 << CSTA_EV_x. */
uint64_t csta_filter_all(void);
/** 1 << CSTA_EV_x of the event that a flag names; 0 if we never send it. */
uint64_t csta_filter_bit(struct str flag);

#endif
