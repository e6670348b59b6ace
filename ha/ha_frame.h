/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frames of the ring: docs/ha-protocol.md 3 and 12.
 *
 * Field lists by X-macro make the structs, the writer and the reader. The reader checks every bound and the
 * checksum before a field is believed; texts and bytes it yields are borrowed from the input.
 */
#ifndef TANDEM_HA_HA_FRAME_H
#define TANDEM_HA_HA_FRAME_H

#include "proto/base/buf.h"
#include "proto/base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define HA_WIRE_VERSION 2
#define HA_WIRE_VERSION_MIN 1
/* Features that the reader must understand; none is defined yet. */
#define HA_FEATURES_MUST 0xffff0000u
/* No real epoch or offset comes near it. */
#define HA_NUMBER_MAX ((uint64_t)1 << 62)

#define HA_FRAME_TYPES(XX) \
	XX(BEAT, 1, "beat") \
	XX(HELLO, 2, "hello") \
	XX(DELTAS, 3, "deltas") \
	XX(ACK, 4, "ack") \
	XX(SYNC_REQ, 5, "sync-req") \
	XX(SNAP_BEGIN, 6, "snap-begin") \
	XX(SNAP_SLICE, 7, "snap-slice") \
	XX(SNAP_END, 8, "snap-end") \
	XX(CLAIM, 9, "claim") \
	XX(LEAVING, 10, "leaving")

enum ha_frame_type {
#define XX(name, number, text) HA_FRAME_##name = number,
	HA_FRAME_TYPES(XX)
#undef XX
};

/* Field kinds: u8 u32 u64; v2u64 (from wire version 2 on, else 0); text (u16 length); rest (all that is left). */
#define HA_FIELDS_BEAT(XX) \
	XX(u64, nonce) \
	XX(u64, asked_us) \
	XX(u64, seen) \
	XX(u64, digest) \
	XX(u64, config_hash) \
	XX(u32, step_node) \
	XX(u32, drop_node) \
	XX(u8, role) \
	XX(text, health)
#define HA_FIELDS_DELTAS(XX) \
	XX(u64, sync) \
	XX(u32, count) \
	XX(v2u64, digest) \
	XX(rest, body)
#define HA_FIELDS_ACK(XX) XX(u64, digest)
#define HA_FIELDS_SYNC_REQ(XX) \
	XX(u64, sync) \
	XX(u64, digest) \
	XX(u8, full_wanted)
#define HA_FIELDS_SNAP_BEGIN(XX) \
	XX(u64, sync) \
	XX(u64, from) \
	XX(u64, total) \
	XX(u8, partial)
#define HA_FIELDS_SNAP_SLICE(XX) \
	XX(u64, sync) \
	XX(u64, at) \
	XX(rest, body)
#define HA_FIELDS_SNAP_END(XX) \
	XX(u64, sync) \
	XX(u64, total) \
	XX(u64, sum) \
	XX(u64, digest)
#define HA_FIELDS_CLAIM(XX) \
	XX(u64, nonce) \
	XX(u64, asked_us) \
	XX(u64, base_epoch) \
	XX(u64, base_offset) \
	XX(u64, base_digest)
#define HA_FIELDS_LEAVING(XX) XX(u64, digest)

#define HA_C_u8 uint8_t
#define HA_C_u32 uint32_t
#define HA_C_u64 uint64_t
#define HA_C_v2u64 uint64_t
#define HA_C_text struct str
#define HA_C_rest struct str
#define XX(kind, name) HA_C_##kind name;
struct ha_frame_beat {
	HA_FIELDS_BEAT(XX)
};
struct ha_frame_deltas {
	HA_FIELDS_DELTAS(XX)
};
struct ha_frame_ack {
	HA_FIELDS_ACK(XX)
};
struct ha_frame_sync_req {
	HA_FIELDS_SYNC_REQ(XX)
};
struct ha_frame_snap_begin {
	HA_FIELDS_SNAP_BEGIN(XX)
};
struct ha_frame_snap_slice {
	HA_FIELDS_SNAP_SLICE(XX)
};
struct ha_frame_snap_end {
	HA_FIELDS_SNAP_END(XX)
};
struct ha_frame_claim {
	HA_FIELDS_CLAIM(XX)
};
struct ha_frame_leaving {
	HA_FIELDS_LEAVING(XX)
};
#undef XX

struct ha_frame {
	uint8_t version;
	uint8_t speaks;
	enum ha_frame_type type;
	uint32_t features;
	uint32_t sender;
	uint32_t to; /* 0 = all */
	uint64_t epoch, offset;
	union {
		struct ha_frame_beat beat; /* HELLO too */
		struct ha_frame_deltas deltas;
		struct ha_frame_ack ack;
		struct ha_frame_sync_req sync_req;
		struct ha_frame_snap_begin snap_begin;
		struct ha_frame_snap_slice snap_slice;
		struct ha_frame_snap_end snap_end;
		struct ha_frame_claim claim;
		struct ha_frame_leaving leaving;
	} u;
};

/* One delta inside the body of a DELTAS frame. */
struct ha_frame_delta {
	uint16_t kind, version;
	struct str bytes; /* borrowed */
};

/** Appends the frame to `out`; out->overflow tells of a lack of room. */
void ha_frame_encode(const struct ha_frame *f, struct buf *out);

/**
 * Reads one frame; texts in `*f` borrow from `p`. Written only on success. E_MALFORMED, E_LIMIT, E_CHECKSUM, or E_VERSION
 * for a wire version or a feature that is not ours; `e` says it in a sentence.
 */
int ha_frame_decode(const uint8_t *p, size_t n, struct ha_frame *f, struct err *e);

/** Appends one delta to the body of a DELTAS frame. */
void ha_frame_put_delta(
	struct buf *body, uint16_t kind, uint16_t version, const uint8_t *p, size_t n);
/** Takes the next delta off a body; false at its end or when it is broken (r->bad). */
bool ha_frame_next_delta(struct rd *r, struct ha_frame_delta *d);

/** The checksum of the protocol. */
uint64_t ha_frame_sum(const void *p, size_t n);

/** The same of bytes that come in parts. Owned by the caller until ha_sum_end(), which returns the sum and frees it; NULL: 0. */
struct ha_sum *ha_sum_begin(void);
void ha_sum_add(struct ha_sum *s, const void *p, size_t n);
uint64_t ha_sum_end(struct ha_sum *s);
/** "beat" ...; "?" for another number. */
const char *ha_frame_type_name(int type);

#endif
