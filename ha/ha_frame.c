/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames: see ha_frame.h.
 *
 * Failure modes: too short or too long, other magic, other version, a feature that must be understood, a checksum
 * that differs, a payload that ends early or late, a value out of range. Each is an error with a sentence.
 */
#include "ha/ha_frame.h"

#include "ha/ha.h"
#include "proto/base/check.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"

#include <xxhash.h>

#define MAGIC 0x4d444e54u /* "TNDM" */
#define HEADER_BYTES 40
#define LENGTH_AT 36
#define SUM_BYTES 8

uint64_t
ha_frame_sum(const void *p, size_t n)
{
	return n == 0 ? 0 : XXH3_64bits(p, n);
}

struct ha_sum {
	XXH3_state_t *state; /* wants an alignment that only its own maker knows */
	bool any;
};

struct ha_sum *
ha_sum_begin(void)
{
	struct ha_sum *s = mem_zalloc(sizeof(*s));

	s->state = XXH3_createState();
	REQUIRE(s->state != NULL);
	XXH3_64bits_reset(s->state);
	return s;
}

void
ha_sum_add(struct ha_sum *s, const void *p, size_t n)
{
	if (n == 0)
		return;
	XXH3_64bits_update(s->state, p, n);
	s->any = true;
}

uint64_t
ha_sum_end(struct ha_sum *s)
{
	uint64_t sum;

	if (s == NULL)
		return 0;
	sum = s->any ? XXH3_64bits_digest(s->state) : 0;
	XXH3_freeState(s->state);
	mem_free(s);
	return sum;
}

const char *
ha_frame_type_name(int type)
{
	switch (type) {
#define XX(name, number, text) \
	case number: \
		return text;
		HA_FRAME_TYPES(XX)
#undef XX
	default:
		return "?";
	}
}

/* Writers and readers of the field kinds. */
#define PUT_u8(v) buf_u8(out, v)
#define PUT_u32(v) buf_u32(out, v)
#define PUT_u64(v) buf_u64(out, v)
#define PUT_v2u64(v) \
	do { \
		if (f->version >= 2) \
			buf_u64(out, v); \
	} while (0)
#define PUT_text(v) buf_lstr(out, v)
#define PUT_rest(v) buf_str(out, v)

static void
put_payload(const struct ha_frame *f, struct buf *out)
{
#define XX(kind, name) PUT_##kind(s->name);
#define PUT(what, member) \
	do { \
		const struct ha_frame_##member *s = &f->u.member; \
		HA_FIELDS_##what(XX) \
	} while (0)
	switch (f->type) {
	case HA_FRAME_BEAT:
	case HA_FRAME_HELLO:
		PUT(BEAT, beat);
		break;
	case HA_FRAME_DELTAS:
		PUT(DELTAS, deltas);
		break;
	case HA_FRAME_ACK:
		PUT(ACK, ack);
		break;
	case HA_FRAME_SYNC_REQ:
		PUT(SYNC_REQ, sync_req);
		break;
	case HA_FRAME_SNAP_BEGIN:
		PUT(SNAP_BEGIN, snap_begin);
		break;
	case HA_FRAME_SNAP_SLICE:
		PUT(SNAP_SLICE, snap_slice);
		break;
	case HA_FRAME_SNAP_END:
		PUT(SNAP_END, snap_end);
		break;
	case HA_FRAME_CLAIM:
		PUT(CLAIM, claim);
		break;
	case HA_FRAME_LEAVING:
		PUT(LEAVING, leaving);
		break;
	}
#undef PUT
#undef XX
}

void
ha_frame_encode(const struct ha_frame *f, struct buf *out)
{
	size_t start = out->n, payload_at;

	buf_u32(out, MAGIC);
	buf_u8(out, f->version);
	buf_u8(out, f->speaks);
	buf_u8(out, (uint8_t)f->type);
	buf_u8(out, 0);
	buf_u32(out, f->features);
	buf_u32(out, f->sender);
	buf_u32(out, f->to);
	buf_u64(out, f->epoch);
	buf_u64(out, f->offset);
	buf_u32(out, 0);
	payload_at = out->n;
	put_payload(f, out);
	if (out->overflow)
		return;
	buf_patch_u32(out, start + LENGTH_AT, (uint32_t)(out->n - payload_at));
	buf_u64(out, ha_frame_sum(out->p + start, out->n - start));
}

static struct str
rd_rest(struct rd *r)
{
	size_t n = r->bad ? 0 : r->n - r->off;
	const uint8_t *p = rd_raw(r, n);

	return p == NULL ? STR_NONE : (struct str){ (const char *)p, n };
}

#define GET_u8 rd_u8(r)
#define GET_u32 rd_u32(r)
#define GET_u64 rd_u64(r)
#define GET_v2u64 (f->version >= 2 ? rd_u64(r) : 0)
#define GET_text rd_lstr(r)
#define GET_rest rd_rest(r)

static bool
get_payload(struct ha_frame *f, struct rd *r)
{
#define XX(kind, name) s->name = GET_##kind;
#define GET(what, member) \
	do { \
		struct ha_frame_##member *s = &f->u.member; \
		HA_FIELDS_##what(XX) \
	} while (0)
	switch (f->type) {
	case HA_FRAME_BEAT:
	case HA_FRAME_HELLO:
		GET(BEAT, beat);
		break;
	case HA_FRAME_DELTAS:
		GET(DELTAS, deltas);
		break;
	case HA_FRAME_ACK:
		GET(ACK, ack);
		break;
	case HA_FRAME_SYNC_REQ:
		GET(SYNC_REQ, sync_req);
		break;
	case HA_FRAME_SNAP_BEGIN:
		GET(SNAP_BEGIN, snap_begin);
		break;
	case HA_FRAME_SNAP_SLICE:
		GET(SNAP_SLICE, snap_slice);
		break;
	case HA_FRAME_SNAP_END:
		GET(SNAP_END, snap_end);
		break;
	case HA_FRAME_CLAIM:
		GET(CLAIM, claim);
		break;
	case HA_FRAME_LEAVING:
		GET(LEAVING, leaving);
		break;
	}
#undef GET
#undef XX
	return rd_done(r);
}

void
ha_frame_put_delta(struct buf *body, uint16_t kind, uint16_t version, const uint8_t *p, size_t n)
{
	buf_u16(body, kind);
	buf_u16(body, version);
	buf_u32(body, (uint32_t)n);
	buf_put(body, p, n);
}

bool
ha_frame_next_delta(struct rd *r, struct ha_frame_delta *d)
{
	const uint8_t *p;
	uint32_t n;

	if (r->bad || r->off == r->n)
		return false;
	d->kind = rd_u16(r);
	d->version = rd_u16(r);
	n = rd_u32(r);
	p = rd_raw(r, n);
	if (r->bad)
		return false;
	d->bytes = (struct str){ (const char *)p, n };
	return true;
}

/* The body of a batch holds exactly `count` deltas. */
static bool
deltas_fit(const struct ha_frame_deltas *b)
{
	struct rd r = rd_of(b->body.p, b->body.n);
	struct ha_frame_delta d;
	uint32_t count = 0;

	while (ha_frame_next_delta(&r, &d))
		count++;
	return !r.bad && count == b->count && count > 0;
}

/* Values that the engine would have to distrust everywhere else. */
static const char *
out_of_range(const struct ha_frame *f)
{
	if (f->epoch > HA_NUMBER_MAX || f->offset > HA_NUMBER_MAX)
		return "an epoch or offset out of range";
	if (f->type == HA_FRAME_BEAT || f->type == HA_FRAME_HELLO) {
		if (f->u.beat.role > HA_FENCED)
			return "an unknown role";
		if (f->u.beat.seen > HA_NUMBER_MAX)
			return "an epoch out of range";
	}
	if (f->type == HA_FRAME_DELTAS && !deltas_fit(&f->u.deltas))
		return "a batch whose deltas do not fit";
	if (f->type == HA_FRAME_DELTAS && f->offset == 0)
		return "a batch at offset 0";
	if (f->type == HA_FRAME_SNAP_BEGIN && f->u.snap_begin.total > LIMIT_SNAPSHOT_BYTES)
		return "a snapshot over the limit";
	return NULL;
}

static int
get_header(struct rd *r, struct ha_frame *f, uint32_t *length, struct err *e)
{
	uint8_t type;

	if (r->n < HEADER_BYTES + SUM_BYTES)
		return err_set(e, E_MALFORMED, "a frame of %zu bytes is too short", r->n);
	if (r->n > LIMIT_FRAME_BYTES)
		return err_set(e, E_LIMIT, "a frame of %zu bytes is too long", r->n);
	if (rd_u32(r) != MAGIC)
		return err_set(e, E_MALFORMED, "the frame is none of ours");
	f->version = rd_u8(r);
	f->speaks = rd_u8(r);
	type = rd_u8(r);
	(void)rd_u8(r);
	f->features = rd_u32(r);
	f->sender = rd_u32(r);
	f->to = rd_u32(r);
	f->epoch = rd_u64(r);
	f->offset = rd_u64(r);
	*length = rd_u32(r);
	if (f->version < HA_WIRE_VERSION_MIN || f->version > HA_WIRE_VERSION)
		return err_set(e, E_VERSION, "wire version %u, understood are %u to %u", f->version,
			HA_WIRE_VERSION_MIN, HA_WIRE_VERSION);
	if ((f->features & HA_FEATURES_MUST) != 0)
		return err_set(e, E_VERSION, "feature bits %08x are not understood", f->features);
	if (type < HA_FRAME_BEAT || type > HA_FRAME_LEAVING)
		return err_set(e, E_MALFORMED, "unknown frame type %u", type);
	f->type = (enum ha_frame_type)type;
	return 0;
}

int
ha_frame_decode(const uint8_t *p, size_t n, struct ha_frame *f, struct err *e)
{
	struct rd r = rd_of(p, n), sum, payload;
	struct ha_frame got = { 0 };
	uint32_t length = 0;
	const char *why;
	int rv = get_header(&r, &got, &length, e);

	if (rv != 0)
		return rv;
	if (length != n - HEADER_BYTES - SUM_BYTES)
		return err_set(e, E_MALFORMED, "the length %u does not fit a frame of %zu bytes",
			length, n);
	sum = rd_of(p + n - SUM_BYTES, SUM_BYTES);
	if (rd_u64(&sum) != ha_frame_sum(p, n - SUM_BYTES))
		return err_set(e, E_CHECKSUM, "the checksum differs");
	if (got.speaks < got.version)
		return err_set(e, E_MALFORMED, "a sender that does not speak its own version");
	payload = rd_of(p + HEADER_BYTES, length);
	if (!get_payload(&got, &payload))
		return err_set(e, E_MALFORMED, "a %s frame with a wrong payload",
			ha_frame_type_name(got.type));
	why = out_of_range(&got);
	if (why != NULL)
		return err_set(
			e, E_MALFORMED, "a %s frame with %s", ha_frame_type_name(got.type), why);
	*f = got;
	return 0;
}
