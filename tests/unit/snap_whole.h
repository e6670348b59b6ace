/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot in one go, and back. */
#ifndef TANDEM_TESTS_SNAP_WHOLE_H
#define TANDEM_TESTS_SNAP_WHOLE_H

#include "core/model.h"
#include "proto/base/err.h"

#include <check.h>

__attribute__((unused)) static void
snap_whole(struct core_model *m, struct buf *out)
{
	uint64_t size = 0;

	ck_assert_int_eq(core_snap_write(m, SIZE_MAX, &size), E_OK);
	core_snap_read(m, SIZE_MAX, out);
	ck_assert_uint_eq(out->n, size);
	core_snap_drop(m);
}

__attribute__((unused)) static void
snap_restore(struct core_model *m, const struct buf *in)
{
	struct rd r = rd_of(in->p, in->n);

	while (r.off < r.n) {
		uint16_t kind = rd_u16(&r);
		uint32_t n = rd_u32(&r);

		ck_assert_int_eq(core_restore_record(m, kind, rd_raw(&r, n), n), E_OK);
	}
	ck_assert(!r.bad);
}

#endif
