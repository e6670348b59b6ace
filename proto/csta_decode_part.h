/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of the CSTA decoder that its files share. For the csta_decode files only. */
#ifndef TANDEM_PROTO_CSTA_DECODE_PART_H
#define TANDEM_PROTO_CSTA_DECODE_PART_H

#include "proto/csta_msg.h"
#include "proto/xml.h"

/** True if the text of the element is an XML Schema boolean that is true. */
bool csta_decode_part_is_true(const struct xml *x, uint32_t node);
/** First element of this local name anywhere below `node` (document order); XML_NONE if none is. */
uint32_t csta_decode_part_below(const struct xml *x, uint32_t node, const char *name);
/** A device ID: the text of the element, or of a wrapper inside it; "" if XML_NONE. */
struct str csta_decode_part_device(const struct xml *x, uint32_t node);
/** As above, of the child with this name. */
struct str csta_decode_part_device_in(const struct xml *x, uint32_t node, const char *name);
/** A connection ID: its parts in any order. */
struct csta_connection csta_decode_part_connection(const struct xml *x, uint32_t node);

#endif
