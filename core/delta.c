/* SPDX-License-Identifier: Apache-2.0 */
/* Encoders and decoders made from the field lists: see delta.h. */
#include "core/delta.h"

#include "proto/base/err.h"

#define DELTA_WRITE_str(v) buf_lstr(b, v)
#define DELTA_WRITE_u8(v) buf_u8(b, v)
#define DELTA_WRITE_u32(v) buf_u32(b, v)
#define DELTA_WRITE_u64(v) buf_u64(b, v)
#define DELTA_READ_str rd_lstr
#define DELTA_READ_u8 rd_u8
#define DELTA_READ_u32 rd_u32
#define DELTA_READ_u64 rd_u64
#define DELTA_PUT(type, name) DELTA_WRITE_##type(d->name);
#define DELTA_GET(type, name) d->name = DELTA_READ_##type(&r);

#define XX(name) \
	void delta_put_##name(struct buf *b, const struct delta_##name *d) \
	{ \
		FIELDS_##name(DELTA_PUT) \
	} \
	int delta_get_##name(const uint8_t *p, size_t n, struct delta_##name *d) \
	{ \
		struct rd r = rd_of(p, n); \
		FIELDS_##name(DELTA_GET) return rd_done(&r) ? E_OK : E_MALFORMED; \
	}
CORE_DELTAS(XX)
CORE_RECORDS(XX)
#undef XX

const char *
delta_name(uint16_t kind)
{
	static const char *const names[] = { "none",
#define XX(name) #name,
		CORE_DELTAS(XX) CORE_RECORDS(XX)
#undef XX
	};

	return kind < DELTA_count ? names[kind] : "?";
}
