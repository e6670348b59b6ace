/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a member of the group is told, as one line of text each: the same words for the real ring and the simulated one.
 *
 *   deliver 2/1 text
 *   confchg members=1/1,2/1 left= joined=2/1:JOIN       sorted by node; node/process
 *   up, down                                            the connection to corosync
 */
#ifndef TANDEM_TESTS_RING_TEXT_H
#define TANDEM_TESTS_RING_TEXT_H

#include "ha/ha.h"

void ring_text_confchg(struct buf *out, const struct ha_confchg *c);
void ring_text_deliver(struct buf *out, uint32_t node_id, uint32_t pid, struct str bytes);

#endif
