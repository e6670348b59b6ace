/* SPDX-License-Identifier: Apache-2.0 */
/* core/sub and core/package: subscriptions as replicated objects, kinds of devices, the table of packages. */
#include "core/decide.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "tests/unit/snap_whole.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ADVANCED_CALL CORE_PACKAGE_BIT(CORE_PACKAGE_advanced_call)
#define DO_NOT_DISTURB CORE_PACKAGE_BIT(CORE_PACKAGE_do_not_disturb)
#define QUEUE CORE_PACKAGE_BIT(CORE_PACKAGE_queue)

static struct core_model model;
static struct core_emitter em;
static int last; /* what the last delta came to */

static void
no_say(const struct core_say *say, void *arg)
{
	(void)say;
	(void)arg;
}

static void
apply(uint16_t kind, const uint8_t *p, size_t n, void *arg)
{
	(void)arg;
	last = core_apply(&model, kind, CORE_DELTA_VERSION, p, n);
}

static void
setup(void)
{
	core_init(&model, no_say, NULL, NULL);
	em = (struct core_emitter){ .emit = apply };
	buf_init(&em.buf, 8192);
	CORE_EMIT(&em, dev_add, .device = STR("2001"), .user = STR("2001@x.example"));
	CORE_EMIT(&em, dev_add, .device = STR("2900"), .user = STR("2900@x.example"),
		.kind = CORE_KIND_queue);
	ck_assert_int_eq(last, E_OK);
}

static void
teardown(void)
{
	core_fini(&model); /* checks that the digest of what is left is that of nothing */
	buf_fini(&em.buf);
}

static int
sub_set(const char *device, const char *scope, uint32_t packages, const char *id)
{
	CORE_EMIT(&em, sub_set, .device = str_of(device), .scope = str_of(scope),
		.packages = packages, .subscription = str_of(id));
	return last;
}

static int
sub_drop(const char *id)
{
	CORE_EMIT(&em, sub_drop, .subscription = str_of(id));
	return last;
}

static int
sub_seq(const char *id, uint32_t sequence)
{
	CORE_EMIT(&em, sub_seq, .subscription = str_of(id), .sequence = sequence);
	return last;
}

static struct core_device *
dev(const char *id)
{
	return core_device_by_id(&model, str_of(id));
}

START_TEST(a_device_has_several_subscriptions)
{
	uint64_t before = model.digest;
	struct core_sub *s;

	ck_assert_int_eq(sub_set("2001", "", ADVANCED_CALL, "s1"), E_OK);
	ck_assert_int_eq(sub_set("2001", "", DO_NOT_DISTURB, "s2"), E_OK);
	s = core_sub_by_id(&model, STR("s2"));
	ck_assert_ptr_eq(s->device, dev("2001"));
	ck_assert_ptr_eq(core_device_sub(dev("2001"), DO_NOT_DISTURB), s);
	ck_assert_ptr_eq(
		core_device_sub(dev("2001"), ADVANCED_CALL), core_sub_by_id(&model, STR("s1")));
	ck_assert_ptr_null(core_device_sub(dev("2001"), QUEUE));
	ck_assert_ptr_null(core_device_sub(dev("2900"), QUEUE));
	ck_assert_int_eq(sub_seq("s2", 7), E_OK);
	ck_assert_uint_eq(s->sequence, 7);
	ck_assert_uint_eq(core_sub_by_id(&model, STR("s1"))->sequence, 0);
	ck_assert_int_eq(sub_drop("s1"), E_OK);
	ck_assert_int_eq(sub_drop("s2"), E_OK);
	ck_assert_uint_eq(model.digest, before);
}
END_TEST

START_TEST(an_id_is_of_one_subscription)
{
	char too_long[LIMIT_BW_ID + 1];

	ck_assert_int_eq(sub_set("2001", "", ADVANCED_CALL, "s1"), E_OK);
	ck_assert_int_eq(sub_set("2900", "", QUEUE, "s1"), E_UNKNOWN);
	ck_assert_int_eq(sub_set("2001", "", DO_NOT_DISTURB, "s1"), E_UNKNOWN);
	ck_assert_int_eq(sub_set("2002", "", ADVANCED_CALL, "s2"), E_UNKNOWN);
	ck_assert_int_eq(sub_set("2001", "", 0, "s2"), E_UNKNOWN);
	ck_assert_int_eq(sub_set("2001", "", CORE_PACKAGE_ALL + 1, "s2"), E_UNKNOWN);
	ck_assert_int_eq(sub_set("2001", "", ADVANCED_CALL, ""), E_UNKNOWN);
	ck_assert_int_eq(sub_set("2001", "group:g", ADVANCED_CALL, "s2"), E_UNKNOWN);
	ck_assert_int_eq(sub_set("", "", ADVANCED_CALL, "s2"), E_UNKNOWN);
	memset(too_long, 'x', LIMIT_BW_ID);
	too_long[LIMIT_BW_ID] = '\0';
	ck_assert_int_eq(sub_set("2001", "", ADVANCED_CALL, too_long), E_UNKNOWN);
	ck_assert_int_eq(sub_seq("s2", 1), E_UNKNOWN);
	ck_assert_int_eq(sub_drop("s2"), E_UNKNOWN);
	ck_assert_uint_eq(HASH_CNT(by_id, model.subs), 1);
}
END_TEST

START_TEST(a_scope_has_subscriptions_too)
{
	struct core_sub *s;

	ck_assert_int_eq(sub_set("", "group:ent/g1", ADVANCED_CALL, "g1"), E_OK);
	ck_assert_int_eq(sub_set("", "group:ent/g2", ADVANCED_CALL | DO_NOT_DISTURB, "g2"), E_OK);
	s = core_scope_sub(&model, STR("group:ent/g2"), DO_NOT_DISTURB);
	ck_assert_ptr_eq(s, core_sub_by_id(&model, STR("g2")));
	ck_assert_ptr_null(s->device);
	ck_assert_ptr_null(core_scope_sub(&model, STR("group:ent/g1"), DO_NOT_DISTURB));
	ck_assert_int_eq(sub_drop("g1"), E_OK);
	ck_assert_ptr_null(core_scope_sub(&model, STR("group:ent/g1"), ADVANCED_CALL));
}
END_TEST

START_TEST(subscriptions_go_with_their_device)
{
	sub_set("2001", "", ADVANCED_CALL, "s1");
	sub_set("2001", "", DO_NOT_DISTURB, "s2");
	sub_set("", "group:g", DO_NOT_DISTURB, "s3");
	CORE_EMIT(&em, dev_drop, .device = STR("2001"));
	ck_assert_int_eq(last, E_OK);
	ck_assert_uint_eq(HASH_CNT(by_id, model.subs), 1);
	ck_assert_int_eq(sub_set("2900", "", QUEUE, "s1"), E_OK);
}
END_TEST

START_TEST(the_kind_of_a_device_can_change)
{
	uint64_t before = model.digest;

	ck_assert_int_eq(dev("2900")->kind, CORE_KIND_queue);
	CORE_EMIT(&em, dev_kind, .device = STR("2001"), .kind = CORE_KIND_route_point);
	ck_assert_int_eq(last, E_OK);
	ck_assert_int_eq(dev("2001")->kind, CORE_KIND_route_point);
	ck_assert(model.digest != before);
	CORE_EMIT(&em, dev_kind, .device = STR("2001"), .kind = CORE_KIND_count);
	ck_assert_int_eq(last, E_UNKNOWN);
	CORE_EMIT(&em, dev_kind, .device = STR("2002"), .kind = CORE_KIND_user);
	ck_assert_int_eq(last, E_UNKNOWN);
	CORE_EMIT(&em, dev_add, .device = STR("3"), .user = STR("3"), .kind = CORE_KIND_count);
	ck_assert_int_eq(last, E_UNKNOWN);
	CORE_EMIT(&em, dev_kind, .device = STR("2001"), .kind = CORE_KIND_user);
	ck_assert_uint_eq(model.digest, before);
}
END_TEST

START_TEST(a_snapshot_keeps_them)
{
	struct core_model other;
	struct buf out;
	struct rd r;

	sub_set("2001", "", ADVANCED_CALL | DO_NOT_DISTURB, "s1");
	sub_seq("s1", 4711);
	sub_set("", "enterprise:e", QUEUE, "s2");
	buf_init(&out, 1 << 16);
	snap_whole(&model, &out);
	core_init(&other, no_say, NULL, NULL);
	r = rd_of(out.p, out.n);
	while (r.off < r.n) {
		uint16_t kind = rd_u16(&r);
		uint32_t n = rd_u32(&r);
		const uint8_t *p = rd_raw(&r, n);

		ck_assert_int_eq(core_restore_record(&other, kind, p, n), E_OK);
		if (kind == DELTA_r_sub)
			ck_assert_int_eq(core_restore_record(&other, kind, p, n), E_MALFORMED);
	}
	ck_assert_uint_eq(other.digest, model.digest);
	ck_assert_uint_eq(core_sub_by_id(&other, STR("s1"))->sequence, 4711);
	ck_assert_int_eq(core_device_by_id(&other, STR("2900"))->kind, CORE_KIND_queue);
	core_fini(&other);
	buf_fini(&out);
}
END_TEST

START_TEST(the_table_of_packages)
{
	enum core_package p;
	uint32_t seen = 0;

	for (uint32_t i = 0; i < CORE_PACKAGE_count; i++) {
		ck_assert(core_package_of(str_of(core_package_text((enum core_package)i)), &p));
		ck_assert_uint_eq(p, i);
	}
	ck_assert(!core_package_of(STR("advanced call"), &p));
	ck_assert(!core_package_of(STR_NONE, &p));
	for (uint32_t k = 0; k < CORE_KIND_count; k++) {
		uint32_t all = core_packages_of_kind((enum core_device_kind)k);
		uint32_t usual = core_packages_usual((enum core_device_kind)k);
		uint32_t primary = core_package_primary((enum core_device_kind)k);

		ck_assert_msg(primary != 0 && (primary & (primary - 1)) == 0,
			"one primary package for %s", core_kind_name((enum core_device_kind)k));
		ck_assert_uint_eq(usual & ~all, 0);
		ck_assert_uint_eq(primary & ~usual, 0);
		ck_assert_uint_eq(all & seen, 0);
		seen |= all;
	}
	ck_assert_uint_eq(seen, CORE_PACKAGE_ALL);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sub");
	SRunner *sr = srunner_create(s);
	TCase *tc = tcase_create("sub");
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_device_has_several_subscriptions);
	tcase_add_test(tc, an_id_is_of_one_subscription);
	tcase_add_test(tc, a_scope_has_subscriptions_too);
	tcase_add_test(tc, subscriptions_go_with_their_device);
	tcase_add_test(tc, the_kind_of_a_device_can_change);
	tcase_add_test(tc, a_snapshot_keeps_them);
	tcase_add_test(tc, the_table_of_packages);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
