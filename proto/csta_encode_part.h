/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces that several CSTA documents share. For the csta_encode files only.
 *
 * `name` and `root` are literals of ours, `b` takes the text; nothing fails but the room in `b`.
 */
#ifndef TANDEM_PROTO_CSTA_ENCODE_PART_H
#define TANDEM_PROTO_CSTA_ENCODE_PART_H

#include "proto/base/buf.h"
#include "proto/csta_msg.h"

/** Declaration and start tag of the root, in the namespace of the edition. */
void csta_encode_part_open(struct buf *b, enum csta_edition ed, const char *root);
/** A connection ID; without its deviceID if `device` is "" (legal only for Failed). */
void csta_encode_part_connection(
	struct buf *b, const char *name, uint64_t call_id, struct str device);
/** A subject, calling, called or endpoint device: deviceIdentifier, or notKnown if "". */
void csta_encode_part_party(struct buf *b, const char *name, struct str device);

/** As csta_encode_part_connection; its call id is not 0. */
void csta_encode_part_ref(struct buf *b, const char *name, const struct csta_ref *ref);
/** The connections of a transfer or conference as a list, possibly empty. */
void csta_encode_part_links(
	struct buf *b, const char *name, const struct csta_link *links, size_t count);
/** Bytes in hexadecimal. */
void csta_encode_part_hex(struct buf *b, const char *name, struct str bytes);
/**
 * privateData: the not-ready reason in BroadWorks' own element unless it is "", then the items in
 * our namespace.
 */
void csta_encode_part_private(
	struct buf *b, struct str reason, const struct csta_private *items, size_t count);

/* A list, entry by entry. */
struct csta_encode_list {
	void (*put)(struct buf *b, const void *items, size_t i);
	const void *items;
	size_t count;
};

/** As many entries as the message that began at `start` may hold with what stands behind the list; returns how many. */
size_t csta_encode_part_list(struct buf *b, size_t start, const struct csta_encode_list *l);

/* A message that carries one segment of a list: its root and the element around the entries. */
struct csta_encode_segment {
	const char *root, *around;
};

/** The message with as many entries as fit, at least one; returns how many. It is the last one if these are all. */
size_t csta_encode_part_segment(struct buf *b, enum csta_edition ed,
	const struct csta_encode_segment *form, const struct csta_segment *seg,
	const struct csta_encode_list *l);

#endif
