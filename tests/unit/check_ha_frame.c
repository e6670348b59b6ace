/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of the ring: every type both ways, every byte damaged, every length cut. */
#include "ha/ha.h"
#include "ha/ha_frame.h"

#include "proto/base/limits.h"
#include "proto/base/mem.h"
#include "proto/base/rng.h"

#include <check.h>
#include <stdlib.h>

static struct ha_frame
example(enum ha_frame_type type, uint8_t version, struct buf *body)
{
	struct ha_frame f = { .version = version,
		.speaks = 2,
		.type = type,
		.sender = 1,
		.to = 2,
		.epoch = 7,
		.offset = 1234567890123 };

	ha_frame_put_delta(body, 3, 1, (const uint8_t *)"abc", 3);
	ha_frame_put_delta(body, 4, 2, NULL, 0);
	switch (type) {
	case HA_FRAME_BEAT:
	case HA_FRAME_HELLO:
		f.u.beat = (struct ha_frame_beat){ 1, 2, 9, 4, 5, 6, 7, HA_STANDBY,
			STR("{\"channels\":4}") };
		break;
	case HA_FRAME_DELTAS:
		f.u.deltas = (struct ha_frame_deltas){
			.sync = 0, .count = 2, .digest = 77, .body = buf_as_str(body)
		};
		break;
	case HA_FRAME_ACK:
		f.u.ack.digest = 5;
		break;
	case HA_FRAME_SYNC_REQ:
		f.u.sync_req = (struct ha_frame_sync_req){ 11, 12, 1 };
		break;
	case HA_FRAME_SNAP_BEGIN:
		f.u.snap_begin = (struct ha_frame_snap_begin){ 11, 12, 13, 1 };
		break;
	case HA_FRAME_SNAP_SLICE:
		f.u.snap_slice = (struct ha_frame_snap_slice){ 11, 12, STR("slice") };
		break;
	case HA_FRAME_SNAP_END:
		f.u.snap_end = (struct ha_frame_snap_end){ 11, 12, 13, 14 };
		break;
	case HA_FRAME_CLAIM:
		f.u.claim = (struct ha_frame_claim){ 1, 2, 3, 4, 5 };
		break;
	case HA_FRAME_LEAVING:
		f.u.leaving.digest = 9;
		break;
	}
	return f;
}

/* Writes, reads, writes again: the bytes must be the same. */
START_TEST(each_type_both_ways)
{
	enum ha_frame_type type = (enum ha_frame_type)_i;

	for (uint8_t version = HA_WIRE_VERSION_MIN; version <= HA_WIRE_VERSION; version++) {
		struct buf body, one, two;
		struct ha_frame f, g;
		struct err e = { 0 };

		buf_init(&body, 1000);
		buf_init(&one, 1000);
		buf_init(&two, 1000);
		f = example(type, version, &body);
		ha_frame_encode(&f, &one);
		ck_assert_msg(ha_frame_decode(one.p, one.n, &g, &e) == 0, "%s: %s",
			ha_frame_type_name(_i), e.text);
		ck_assert_int_eq(g.type, f.type);
		ck_assert_uint_eq(g.epoch, 7);
		ck_assert_uint_eq(g.offset, 1234567890123);
		ck_assert_uint_eq(g.sender, 1);
		ck_assert_uint_eq(g.to, 2);
		ha_frame_encode(&g, &two);
		ck_assert_uint_eq(one.n, two.n);
		ck_assert_mem_eq(one.p, two.p, one.n);
		buf_fini(&body);
		buf_fini(&one);
		buf_fini(&two);
	}
}
END_TEST

START_TEST(each_damage_is_seen)
{
	struct buf body, b;
	struct ha_frame f, g;

	buf_init(&body, 1000);
	buf_init(&b, 1000);
	f = example((enum ha_frame_type)_i, 2, &body);
	ha_frame_encode(&f, &b);
	for (size_t i = 0; i < b.n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			b.p[i] ^= (uint8_t)(1 << bit);
			ck_assert_int_ne(ha_frame_decode(b.p, b.n, &g, NULL), 0);
			b.p[i] ^= (uint8_t)(1 << bit);
		}
	}
	for (size_t n = 0; n < b.n; n++) {
		uint8_t *cut = mem_alloc(n); /* so that a read past the end is seen */

		if (n > 0)
			memcpy(cut, b.p, n);
		ck_assert_int_ne(ha_frame_decode(cut, n, &g, NULL), 0);
		mem_free(cut);
	}
	ck_assert_int_eq(ha_frame_decode(b.p, b.n, &g, NULL), 0);
	buf_fini(&body);
	buf_fini(&b);
}
END_TEST

/* Random bytes under a header and checksum that are right: what the payload reader has to stand. */
START_TEST(random_payloads_do_no_harm)
{
	struct rng r = { 4711 };
	unsigned good = 0;

	for (int round = 0; round < 20000; round++) {
		struct ha_frame g;
		struct buf b;
		size_t n = rng_below(&r, 90);

		buf_init(&b, 1000);
		buf_u32(&b, 0x4d444e54);
		buf_u8(&b, (uint8_t)(1 + rng_below(&r, 2)));
		buf_u8(&b, 2);
		buf_u8(&b, (uint8_t)(1 + rng_below(&r, 10)));
		buf_u8(&b, 0);
		buf_u32(&b, 0);
		buf_u32(&b, 1);
		buf_u32(&b, 0);
		buf_u64(&b, rng_below(&r, 100));
		buf_u64(&b, rng_below(&r, 100));
		buf_u32(&b, (uint32_t)n);
		for (size_t i = 0; i < n; i++)
			buf_u8(&b, (uint8_t)(rng_below(&r, 3) ? 0 : rng_next(&r)));
		buf_u64(&b, ha_frame_sum(b.p, b.n));
		good += ha_frame_decode(b.p, b.n, &g, NULL) == 0;
		buf_fini(&b);
	}
	ck_assert_uint_gt(good, 0);
}
END_TEST

static int
decode_patched(void (*patch)(struct ha_frame *f), struct err *e)
{
	struct buf body, b;
	struct ha_frame f, g;
	int rv;

	buf_init(&body, 1000);
	buf_init(&b, 1000);
	f = example(HA_FRAME_BEAT, 2, &body);
	patch(&f);
	ha_frame_encode(&f, &b);
	rv = ha_frame_decode(b.p, b.n, &g, e);
	buf_fini(&body);
	buf_fini(&b);
	return rv;
}

static void
patch_version(struct ha_frame *f)
{
	f->version = f->speaks = 3;
}

static void
patch_version_0(struct ha_frame *f)
{
	f->version = 0;
}

static void
patch_feature(struct ha_frame *f)
{
	f->features = 0x10000;
}

static void
patch_soft_feature(struct ha_frame *f)
{
	f->features = 0x1;
}

static void
patch_role(struct ha_frame *f)
{
	f->u.beat.role = 99;
}

static void
patch_epoch(struct ha_frame *f)
{
	f->epoch = UINT64_MAX;
}

START_TEST(versions_features_ranges)
{
	struct err e = { 0 };

	ck_assert_int_eq(decode_patched(patch_version, &e), E_VERSION);
	ck_assert_str_eq(e.text, "wire version 3, understood are 1 to 2");
	ck_assert_int_eq(decode_patched(patch_version_0, NULL), E_VERSION);
	ck_assert_int_eq(decode_patched(patch_feature, NULL), E_VERSION);
	ck_assert_int_eq(decode_patched(patch_soft_feature, NULL), 0);
	ck_assert_int_eq(decode_patched(patch_role, NULL), E_MALFORMED);
	ck_assert_int_eq(decode_patched(patch_epoch, NULL), E_MALFORMED);
}
END_TEST

START_TEST(a_count_that_lies_is_refused)
{
	struct buf body, b;
	struct ha_frame f, g;

	buf_init(&body, 1000);
	buf_init(&b, 1000);
	f = example(HA_FRAME_DELTAS, 2, &body);
	f.u.deltas.count = 3;
	ha_frame_encode(&f, &b);
	ck_assert_int_eq(ha_frame_decode(b.p, b.n, &g, NULL), E_MALFORMED);
	buf_reset(&b);
	f.u.deltas.count = 0;
	f.u.deltas.body = STR_NONE;
	ha_frame_encode(&f, &b);
	ck_assert_int_eq(ha_frame_decode(b.p, b.n, &g, NULL), E_MALFORMED);
	buf_fini(&body);
	buf_fini(&b);
}
END_TEST

START_TEST(the_largest_delta_fits_a_frame)
{
	struct buf body, b;
	struct ha_frame f = { .version = 2,
		.speaks = 2,
		.type = HA_FRAME_DELTAS,
		.sender = 1,
		.epoch = 1,
		.offset = 1 },
			g;
	uint8_t *p = mem_zalloc(HA_DELTA_BYTES_MAX);

	buf_init(&body, LIMIT_FRAME_BYTES);
	buf_init(&b, LIMIT_FRAME_BYTES);
	ha_frame_put_delta(&body, 1, 1, p, HA_DELTA_BYTES_MAX);
	f.u.deltas.count = 1;
	f.u.deltas.body = buf_as_str(&body);
	ha_frame_encode(&f, &b);
	ck_assert(!b.overflow);
	ck_assert_int_eq(ha_frame_decode(b.p, b.n, &g, NULL), 0);
	mem_free(p);
	buf_fini(&body);
	buf_fini(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ha_frame");
	TCase *tc = tcase_create("frames");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, each_type_both_ways, HA_FRAME_BEAT, HA_FRAME_LEAVING + 1);
	tcase_add_loop_test(tc, each_damage_is_seen, HA_FRAME_BEAT, HA_FRAME_LEAVING + 1);
	tcase_add_test(tc, random_payloads_do_no_harm);
	tcase_add_test(tc, versions_features_ranges);
	tcase_add_test(tc, a_count_that_lies_is_refused);
	tcase_add_test(tc, the_largest_delta_fits_a_frame);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 && mem_live() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
