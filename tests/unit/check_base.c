/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ground floor: errors, texts, buffers and readers, the hash map, state tables, the heap, the
 * generator.
 */
#include "proto/base/buf.h"
#include "proto/base/check.h"
#include "proto/base/err.h"
#include "proto/base/map.h"
#include "proto/base/mem.h"
#include "proto/base/rng.h"
#include "proto/base/sm.h"
#include "proto/base/str.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* --- err --------------------------------------------------------------------------------- */

START_TEST(err_first_wins)
{
	struct err e;

	err_clear(&e);
	ck_assert_int_eq(e.code, E_OK);
	ck_assert_int_eq(err_set(&e, E_LIMIT, "%d over %s", 7, "five"), E_LIMIT);
	ck_assert_str_eq(e.text, "7 over five");
	ck_assert_int_eq(err_set(&e, E_IO, "later"), E_LIMIT);
	ck_assert_str_eq(e.text, "7 over five");
	ck_assert_int_eq(err_wrap(&e, "line %d", 3), E_LIMIT);
	ck_assert_str_eq(e.text, "line 3: 7 over five");
	err_clear(&e);
	ck_assert_str_eq(e.text, "");
	ck_assert_int_eq(err_set(NULL, E_IO, "nobody listens"), E_IO);
}
END_TEST

START_TEST(err_long_texts_are_cut)
{
	struct err e;
	char text[2 * sizeof(e.text)];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_clear(&e);
	err_set(&e, E_IO, "%s", text);
	ck_assert_uint_eq(strlen(e.text), sizeof(e.text) - 1);
	err_wrap(&e, "context");
	ck_assert_uint_eq(strlen(e.text), sizeof(e.text) - 1);
	ck_assert_mem_eq(e.text, "context: xx", 11);
	err_wrap(&e, "%s", text);
	ck_assert_uint_eq(strlen(e.text), sizeof(e.text) - 1);
}
END_TEST

START_TEST(err_names)
{
	ck_assert_str_eq(err_name(E_OK), "no error");
	ck_assert_str_eq(err_name(E_MALFORMED), "malformed");
	ck_assert_str_eq(err_name(E_TIMEOUT), "no answer in time");
	ck_assert_str_eq(err_name(-1), "unknown error");
	ck_assert_str_eq(err_name(E_TIMEOUT + 1), "unknown error");
}
END_TEST

/* --- str --------------------------------------------------------------------------------- */

START_TEST(str_comparing)
{
	ck_assert(str_eq(STR(""), STR_NONE));
	ck_assert(str_eq((struct str){ NULL, 0 }, STR("")));
	ck_assert(str_eq(STR("ab"), str_of("ab")));
	ck_assert(!str_eq(STR("ab"), STR("abc")));
	ck_assert(!str_eq(STR("ab"), STR("aB")));
	ck_assert(str_is(STR("ab"), "ab"));
	ck_assert(!str_is(STR("ab"), "a"));
	ck_assert_uint_eq(str_of(NULL).n, 0);
	ck_assert_int_eq(str_cmp(STR("a"), STR("a")), 0);
	ck_assert_int_lt(str_cmp(STR("a"), STR("b")), 0);
	ck_assert_int_gt(str_cmp(STR("b"), STR("a")), 0);
	ck_assert_int_lt(str_cmp(STR("a"), STR("aa")), 0);
	ck_assert_int_gt(str_cmp(STR("aa"), STR("a")), 0);
	ck_assert_int_lt(str_cmp(STR_NONE, STR("a")), 0);
	ck_assert_int_gt(str_cmp(STR("\xff"), STR("a")), 0);
}
END_TEST

START_TEST(str_trimming)
{
	ck_assert(str_is(str_trim(STR(" \t\r\na b\n ")), "a b"));
	ck_assert(str_is(str_trim(STR("a")), "a"));
	ck_assert_uint_eq(str_trim(STR(" \n ")).n, 0);
	ck_assert_uint_eq(str_trim(STR("")).n, 0);
	ck_assert(str_is(str_trim(STR("\va\v")), "\va\v"));
}
END_TEST

START_TEST(str_cutting)
{
	struct str rest;

	ck_assert(str_is(str_cut(STR("a:b:c"), ':', &rest), "a"));
	ck_assert(str_is(rest, "b:c"));
	ck_assert(str_is(str_cut(rest, ':', &rest), "b"));
	ck_assert(str_is(str_cut(rest, ':', &rest), "c"));
	ck_assert_uint_eq(rest.n, 0);
	ck_assert_uint_eq(str_cut(rest, ':', &rest).n, 0);
	ck_assert(str_is(str_cut(STR("a:"), ':', &rest), "a"));
	ck_assert_uint_eq(rest.n, 0);
	ck_assert_uint_eq(str_cut(STR(":b"), ':', &rest).n, 0);
	ck_assert(str_is(rest, "b"));
	ck_assert(str_is(str_cut(STR("ab"), ':', NULL), "ab"));
}
END_TEST

START_TEST(str_numbers)
{
	uint64_t v = 5;

	ck_assert(str_u64(STR("0"), 10, &v));
	ck_assert_uint_eq(v, 0);
	ck_assert(str_u64(STR("007"), 10, &v));
	ck_assert_uint_eq(v, 7);
	ck_assert(str_u64(STR("10"), 10, &v));
	ck_assert(!str_u64(STR("11"), 10, &v));
	ck_assert(str_u64(STR("18446744073709551615"), UINT64_MAX, &v));
	ck_assert_uint_eq(v, UINT64_MAX);
	ck_assert(!str_u64(STR("18446744073709551616"), UINT64_MAX, &v));
	ck_assert(!str_u64(STR("99999999999999999999"), UINT64_MAX, &v));
	ck_assert(!str_u64(STR("000000000000000000001"), UINT64_MAX, &v));
	ck_assert(!str_u64(STR(""), 10, &v));
	ck_assert(!str_u64(STR("-1"), 10, &v));
	ck_assert(!str_u64(STR("+1"), 10, &v));
	ck_assert(!str_u64(STR(" 1"), 10, &v));
	ck_assert(!str_u64(STR("1x"), 10, &v));
	ck_assert(!str_u64(STR("5"), 4, &v));
	ck_assert(str_u64(STR("0"), 0, &v));
	ck_assert(!str_u64(STR("1"), 0, &v));
	/* what fails leaves the value alone */
	ck_assert_uint_eq(v, 0);
	/* every value around every small bound */
	for (uint64_t max = 0; max < 300; max++) {
		for (uint64_t n = 0; n < 400; n++) {
			char text[24];

			snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
			ck_assert_msg(str_u64(str_of(text), max, &v) == (n <= max), "%s of %llu",
				text, (unsigned long long)max);
		}
	}
}
END_TEST

START_TEST(str_copying)
{
	char small[4];

	ck_assert(str_copy(small, sizeof(small), STR("abc")));
	ck_assert_str_eq(small, "abc");
	ck_assert(!str_copy(small, sizeof(small), STR("abcd")));
	ck_assert_str_eq(small, "");
	ck_assert(str_copy(small, sizeof(small), (struct str){ NULL, 0 }));
	ck_assert_str_eq(small, "");
}
END_TEST

/* --- buf and rd -------------------------------------------------------------------------- */

START_TEST(buf_writing)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	ck_assert_uint_eq(buf_as_str(&b).n, 0);
	ck_assert_ptr_nonnull(buf_as_str(&b).p);
	buf_put(&b, NULL, 0);
	buf_cstr(&b, "ab");
	buf_char(&b, 'c');
	buf_str(&b, STR("de"));
	buf_printf(&b, "%d%s", 12, "!");
	ck_assert(str_is(buf_as_str(&b), "abcde12!"));
	buf_drop(&b, 3);
	ck_assert(str_is(buf_as_str(&b), "de12!"));
	buf_drop(&b, 0);
	buf_drop(&b, 5);
	ck_assert_uint_eq(b.n, 0);
	/* longer than the room on the stack */
	buf_printf(&b, "%0700d", 7);
	ck_assert_uint_eq(b.n, 700);
	ck_assert_int_eq(b.p[699], '7');
	ck_assert(!b.overflow);
	buf_fini(&b);
	ck_assert_uint_eq(b.n, 0);
	buf_cstr(&b, "again");
	ck_assert(str_is(buf_as_str(&b), "again"));
	buf_fini(&b);
}
END_TEST

START_TEST(buf_bound)
{
	struct buf b;

	buf_init(&b, 8);
	buf_cstr(&b, "12345678");
	ck_assert(!b.overflow);
	buf_char(&b, '9');
	ck_assert(b.overflow);
	ck_assert_uint_eq(b.n, 8);
	buf_reset(&b);
	ck_assert(!b.overflow);
	/* what does not fit is swallowed whole, and so is all that follows */
	buf_cstr(&b, "1234567");
	buf_u16(&b, 1);
	buf_char(&b, 'x');
	ck_assert(b.overflow);
	ck_assert(str_is(buf_as_str(&b), "1234567"));
	buf_patch_u32(&b, 100, 1);
	buf_reset(&b);
	buf_put(&b, "x", SIZE_MAX);
	ck_assert(b.overflow);
	buf_fini(&b);
	buf_init(&b, 0);
	buf_char(&b, 'x');
	ck_assert(b.overflow);
	ck_assert_ptr_null(b.p);
	buf_fini(&b);
}
END_TEST

START_TEST(buf_round_trip)
{
	struct buf b;
	struct rd r;

	buf_init(&b, 1000);
	buf_u8(&b, 0xfe);
	buf_u16(&b, 0xfedc);
	buf_u32(&b, 0xfedcba98);
	buf_u64(&b, 0xfedcba9876543210);
	buf_lstr(&b, STR("text"));
	buf_lstr(&b, STR(""));
	buf_put(&b, "raw", 3);
	ck_assert_mem_eq(b.p, "\xfe\xdc\xfe\x98\xba\xdc\xfe", 7);
	buf_patch_u32(&b, 3, 0x01020304);
	r = rd_of(b.p, b.n);
	ck_assert_uint_eq(rd_u8(&r), 0xfe);
	ck_assert_uint_eq(rd_u16(&r), 0xfedc);
	ck_assert_uint_eq(rd_u32(&r), 0x01020304);
	ck_assert_uint_eq(rd_u64(&r), 0xfedcba9876543210);
	ck_assert(str_is(rd_lstr(&r), "text"));
	ck_assert_uint_eq(rd_lstr(&r).n, 0);
	ck_assert(!rd_done(&r));
	ck_assert_mem_eq(rd_raw(&r, 3), "raw", 3);
	ck_assert(rd_done(&r));
	ck_assert_uint_eq(rd_u8(&r), 0);
	ck_assert(r.bad);
	ck_assert(!rd_done(&r));
	buf_fini(&b);
}
END_TEST

/* Every prefix of a record turns the reader bad and yields zeros from there on. */
START_TEST(rd_every_cut)
{
	struct buf b;

	buf_init(&b, 1000);
	buf_u32(&b, 1);
	buf_lstr(&b, STR("text"));
	buf_u64(&b, 2);
	for (size_t n = 0; n <= b.n; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		struct rd r = rd_of(copy, n);

		memcpy(copy, b.p, n);
		ck_assert_uint_eq(rd_u32(&r), n >= 4 ? 1 : 0);
		ck_assert_uint_eq(rd_lstr(&r).n, n >= 10 ? 4 : 0);
		ck_assert_uint_eq(rd_u64(&r), n == b.n ? 2 : 0);
		ck_assert_int_eq(rd_done(&r), n == b.n);
		ck_assert_ptr_null(rd_raw(&r, 1));
		free(copy);
	}
	buf_fini(&b);
}
END_TEST

START_TEST(buf_long_lstr)
{
	struct buf b;
	char *text = malloc(65536);

	memset(text, 'x', 65536);
	buf_init(&b, 1 << 20);
	buf_lstr(&b, (struct str){ text, 65535 });
	ck_assert(!b.overflow);
	ck_assert_uint_eq(b.n, 65537);
	buf_lstr(&b, (struct str){ text, 65536 });
	ck_assert(b.overflow);
	ck_assert_uint_eq(b.n, 65537);
	buf_fini(&b);
	free(text);
}
END_TEST

START_TEST(buf_drop_too_much)
{
	struct buf b;

	buf_init(&b, 10);
	buf_drop(&b, 1);
}
END_TEST

/* --- map --------------------------------------------------------------------------------- */

struct entry {
	char key[16];
	int value;
	UT_hash_handle by_key;
};

START_TEST(map_many_entries)
{
	struct entry *all = NULL;
	struct entry *e;
	struct entry *next;
	uint64_t live = mem_live();
	int expected = 0;

	for (int i = 0; i < 5000; i++) {
		e = mem_zalloc(sizeof(*e));
		snprintf(e->key, sizeof(e->key), "key-%d", i);
		e->value = i;
		HASH_ADD(by_key, all, key[0], (unsigned)strlen(e->key), e);
	}
	ck_assert_uint_eq(HASH_CNT(by_key, all), 5000);
	HASH_FIND(by_key, all, "key-4711", 8, e);
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(e->value, 4711);
	HASH_FIND(by_key, all, "key-5000", 8, e);
	ck_assert_ptr_null(e);
	/* in order of insertion, and entries may go while it is walked */
	HASH_ITER(by_key, all, e, next) {
		ck_assert_int_eq(e->value, expected++);
		HASH_DELETE(by_key, all, e);
		mem_free(e);
	}
	ck_assert_int_eq(expected, 5000);
	ck_assert_uint_eq(mem_live(), live);
}
END_TEST

START_TEST(map_key)
{
	uint32_t plain = map_hash("abc", 3);

	ck_assert_uint_eq(map_hash("abc", 3), plain);
	ck_assert_uint_ne(map_hash("abd", 3), plain);
	map_seed(1);
	ck_assert_uint_ne(map_hash("abc", 3), plain);
	map_seed(0);
	ck_assert_uint_eq(map_hash("abc", 3), plain);
	(void)map_hash("", 0);
}
END_TEST

/* --- sm ---------------------------------------------------------------------------------- */

enum {
	LAMP_OFF,
	LAMP_ON,
	LAMP_BROKEN
};

static const struct sm_state lamp_states[] = {
	[LAMP_OFF] = { "off", SM_BIT(LAMP_ON) },
	[LAMP_ON] = { "on", SM_BIT(LAMP_OFF) | SM_BIT(LAMP_BROKEN) },
	[LAMP_BROKEN] = { "broken", 0 },
};
static const struct sm_table lamp = { "lamp", lamp_states, 3 };

START_TEST(sm_edges)
{
	int state = LAMP_OFF;

	ck_assert(sm_allows(&lamp, LAMP_OFF, LAMP_ON));
	ck_assert(!sm_allows(&lamp, LAMP_OFF, LAMP_OFF));
	ck_assert(!sm_allows(&lamp, LAMP_OFF, LAMP_BROKEN));
	ck_assert(!sm_allows(&lamp, LAMP_BROKEN, LAMP_OFF));
	ck_assert(!sm_allows(&lamp, -1, LAMP_ON));
	ck_assert(!sm_allows(&lamp, LAMP_ON, 3));
	ck_assert(!sm_allows(&lamp, 3, LAMP_ON));
	sm_move(&lamp, &state, LAMP_ON);
	sm_move(&lamp, &state, LAMP_BROKEN);
	ck_assert_str_eq(sm_name(&lamp, state), "broken");
	ck_assert_str_eq(sm_name(&lamp, 3), "?");
	ck_assert_str_eq(sm_name(&lamp, -1), "?");
}
END_TEST

START_TEST(sm_wrong_edge)
{
	int state = LAMP_OFF;

	sm_move(&lamp, &state, LAMP_BROKEN);
}
END_TEST

/* --- mem and check ----------------------------------------------------------------------- */

START_TEST(mem_counts)
{
	uint64_t live = mem_live();
	char *a = mem_alloc(0);
	char *b = mem_zalloc(100);
	char *c = mem_strndup("abcdef", 3);

	ck_assert_uint_eq(mem_live(), live + 3);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(b[i], 0);
	ck_assert_str_eq(c, "abc");
	b = mem_realloc(b, 1000);
	ck_assert_uint_eq(mem_live(), live + 3);
	a = mem_realloc(a, 0);
	mem_free(a);
	mem_free(b);
	mem_free(c);
	mem_free(NULL);
	a = mem_realloc(NULL, 10);
	ck_assert_uint_eq(mem_live(), live + 1);
	mem_free(a);
	ck_assert_uint_eq(mem_live(), live);
}
END_TEST

/* The trap kills at the allocation it was set to: the second one here. */
START_TEST(mem_trap)
{
	void *first;

	mem_fail_at(2);
	first = mem_alloc(1);
	mem_free(first);
	first = mem_alloc(1);
	mem_free(first);
}
END_TEST

START_TEST(mem_trap_switched_off)
{
	void *p;

	mem_fail_at(1);
	mem_fail_at(0);
	p = mem_alloc(1);
	mem_free(p);
}
END_TEST

START_TEST(check_fails)
{
	ck_assert(!fails(1 + 1 == 2));
	ck_assert(fails(1 + 1 == 3));
	REQUIRE(1 + 1 == 2);
}
END_TEST

START_TEST(check_require)
{
	REQUIRE(1 + 1 == 3);
}
END_TEST

/* --- rng --------------------------------------------------------------------------------- */

START_TEST(rng_is_repeatable)
{
	struct rng a = { 42 };
	struct rng b = { 42 };
	struct rng c = { 43 };
	int equal = 0;

	for (int i = 0; i < 1000; i++) {
		uint64_t v = rng_next(&a);

		ck_assert_uint_eq(v, rng_next(&b));
		equal += v == rng_next(&c);
	}
	ck_assert_int_eq(equal, 0);
}
END_TEST

START_TEST(rng_ranges)
{
	struct rng r = { 7 };
	int seen[10] = { 0 };
	int64_t low = INT64_MAX;
	int64_t high = 0;

	for (int i = 0; i < 10000; i++) {
		int64_t ms = rng_jitter_ms(&r, 1000, 20);

		ck_assert_int_ge(ms, 800);
		ck_assert_int_le(ms, 1200);
		low = ms < low ? ms : low;
		high = ms > high ? ms : high;
		seen[rng_below(&r, 10)]++;
	}
	ck_assert_int_lt(low, 810);
	ck_assert_int_gt(high, 1190);
	for (int i = 0; i < 10; i++) {
		ck_assert_int_gt(seen[i], 800);
		ck_assert_int_lt(seen[i], 1200);
	}
	ck_assert_int_eq(rng_jitter_ms(&r, 1000, 0), 1000);
	ck_assert_int_eq(rng_jitter_ms(&r, 0, 50), 0);
	ck_assert_int_eq(rng_jitter_ms(&r, 3, 20), 3);
	ck_assert_uint_eq(rng_below(&r, 1), 0);
}
END_TEST

/* --- all of them ------------------------------------------------------------------------- */

static TCase *
case_of(Suite *suite, const char *name)
{
	TCase *tc = tcase_create(name);

	suite_add_tcase(suite, tc);
	return tc;
}

static void
add_texts(Suite *suite)
{
	TCase *tc = case_of(suite, "err");

	tcase_add_test(tc, err_first_wins);
	tcase_add_test(tc, err_long_texts_are_cut);
	tcase_add_test(tc, err_names);
	tc = case_of(suite, "str");
	tcase_add_test(tc, str_comparing);
	tcase_add_test(tc, str_trimming);
	tcase_add_test(tc, str_cutting);
	tcase_add_test(tc, str_numbers);
	tcase_add_test(tc, str_copying);
}

static void
add_buffers(Suite *suite)
{
	TCase *tc = case_of(suite, "buf");

	tcase_add_test(tc, buf_writing);
	tcase_add_test(tc, buf_bound);
	tcase_add_test(tc, buf_round_trip);
	tcase_add_test(tc, rd_every_cut);
	tcase_add_test(tc, buf_long_lstr);
	tcase_add_test_raise_signal(tc, buf_drop_too_much, SIGABRT);
}

static void
add_machines(Suite *suite)
{
	TCase *tc = case_of(suite, "map");

	tcase_add_test(tc, map_many_entries);
	tcase_add_test(tc, map_key);
	tc = case_of(suite, "sm");
	tcase_add_test(tc, sm_edges);
	tcase_add_test_raise_signal(tc, sm_wrong_edge, SIGABRT);
	tc = case_of(suite, "mem");
	tcase_add_test(tc, mem_counts);
	tcase_add_test_raise_signal(tc, mem_trap, SIGABRT);
	tcase_add_test(tc, mem_trap_switched_off);
	tcase_add_test(tc, check_fails);
	tcase_add_test_raise_signal(tc, check_require, SIGABRT);
	tc = case_of(suite, "rng");
	tcase_add_test(tc, rng_is_repeatable);
	tcase_add_test(tc, rng_ranges);
}

int
main(void)
{
	Suite *suite = suite_create("base");
	SRunner *runner = srunner_create(suite);
	int failed;

	add_texts(suite);
	add_buffers(suite);
	add_machines(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
