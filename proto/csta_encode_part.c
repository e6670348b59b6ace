/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces that several CSTA documents share: see csta_encode_part.h. */
#include "proto/csta_encode_part.h"

#include "proto/base/xmlw.h"

void
csta_encode_part_open(struct buf *b, enum csta_edition ed, const char *root)
{
	xmlw_declaration(b);
	xmlw_open_ns(b, root, csta_namespace(ed));
}

void
csta_encode_part_connection(struct buf *b, const char *name, uint64_t call_id, struct str device)
{
	xmlw_open(b, name);
	xmlw_element_u64(b, "callID", call_id);
	if (device.n > 0)
		xmlw_element(b, "deviceID", device);
	xmlw_close(b, name);
}

void
csta_encode_part_party(struct buf *b, const char *name, struct str device)
{
	xmlw_open(b, name);
	if (device.n > 0)
		xmlw_element(b, "deviceIdentifier", device);
	else
		xmlw_empty(b, "notKnown");
	xmlw_close(b, name);
}
