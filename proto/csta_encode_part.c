/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces that several CSTA documents share: see csta_encode_part.h. */
#include "proto/csta_encode_part.h"

#include "proto/base/limits.h"
#include "proto/base/xmlw.h"

/* BroadWorks names the not-ready reason there; everything else that has no place is in ours. */
#define BROADWORKS_NAMESPACE "http://schema.broadsoft.com/CSTAPrivateData"
#define PRIVATE_NAMESPACE "urn:tandem:csta-private"

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

void
csta_encode_part_ref(struct buf *b, const char *name, const struct csta_ref *ref)
{
	csta_encode_part_connection(b, name, ref->call_id, ref->device);
}

static void
link_endpoint(struct buf *b, struct str endpoint)
{
	xmlw_open(b, "endpoint");
	if (endpoint.n > 0)
		xmlw_element(b, "deviceID", endpoint);
	else
		xmlw_empty(b, "notKnown");
	xmlw_close(b, "endpoint");
}

void
csta_encode_part_links(struct buf *b, const char *name, const struct csta_link *links, size_t count)
{
	xmlw_open(b, name);
	for (size_t i = 0; i < count; i++) {
		xmlw_open(b, "connectionListItem");
		if (links[i].now.call_id != 0)
			csta_encode_part_ref(b, "newConnection", &links[i].now);
		if (links[i].before.call_id != 0)
			csta_encode_part_ref(b, "oldConnection", &links[i].before);
		link_endpoint(b, links[i].endpoint);
		xmlw_close(b, "connectionListItem");
	}
	xmlw_close(b, name);
}

void
csta_encode_part_hex(struct buf *b, const char *name, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";

	xmlw_open(b, name);
	for (size_t i = 0; i < bytes.n; i++) {
		unsigned byte = (unsigned char)bytes.p[i];

		buf_u8(b, (uint8_t)digits[byte >> 4]);
		buf_u8(b, (uint8_t)digits[byte & 15]);
	}
	xmlw_close(b, name);
}

static void
private_item(struct buf *b, const char *name, const char *ns, struct str value)
{
	xmlw_open_ns(b, name, ns);
	xmlw_text(b, value);
	xmlw_close(b, name);
}

void
csta_encode_part_private(
	struct buf *b, struct str reason, const struct csta_private *items, size_t count)
{
	xmlw_open(b, "privateData");
	xmlw_open(b, "private");
	if (reason.n > 0)
		private_item(b, "AgentNotReadyReasonValue", BROADWORKS_NAMESPACE, reason);
	for (size_t i = 0; i < count; i++)
		private_item(b, items[i].name, PRIVATE_NAMESPACE, items[i].value);
	xmlw_close(b, "private");
	xmlw_close(b, "privateData");
}

/* Room for what stands behind a list: closing tags, and two addresses of LIMIT_ADDRESS, escaped. */
#define LIST_TAIL_BYTES 4096

size_t
csta_encode_part_list(struct buf *b, size_t start, const struct csta_encode_list *l)
{
	size_t i, end;

	for (i = 0; i < l->count; i++) {
		end = b->n;
		l->put(b, l->items, i);
		if (!b->overflow && b->n - start <= LIMIT_CSTA_SEND_BYTES - LIST_TAIL_BYTES)
			continue;
		b->n = end;
		b->overflow = false;
		break;
	}
	return i;
}

static size_t
segment_try(struct buf *b, enum csta_edition ed, const struct csta_encode_segment *form,
	const struct csta_segment *seg, const struct csta_encode_list *l, bool last)
{
	size_t start = b->n, taken;

	csta_encode_part_open(b, ed, form->root);
	xmlw_element_u64(b, "serviceCrossRefID", seg->cross_ref);
	xmlw_element_u64(b, "segmentID", seg->number);
	xmlw_element_z(b, "lastSegment", last ? "true" : "false");
	xmlw_open(b, form->around);
	taken = csta_encode_part_list(b, start, l);
	xmlw_close(b, form->around);
	xmlw_close(b, form->root);
	return taken;
}

/* Whether it is the last one stands before the list: the others are written a second time. */
size_t
csta_encode_part_segment(struct buf *b, enum csta_edition ed,
	const struct csta_encode_segment *form, const struct csta_segment *seg,
	const struct csta_encode_list *l)
{
	size_t start = b->n;
	size_t taken = segment_try(b, ed, form, seg, l, true);

	if (taken == l->count)
		return taken;
	b->n = start;
	return segment_try(b, ed, form, seg, l, false);
}
