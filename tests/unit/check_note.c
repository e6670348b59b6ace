/* SPDX-License-Identifier: Apache-2.0 */
/* Notes: frames there and back, broken ones, answers in parts, questions that nobody answers. */
#include "daemon/note.h"

#include <check.h>
#include <string.h>

static struct buf frame;
static struct notes notes;

static const struct note *
put(const struct note *n)
{
	buf_fini(&frame);
	buf_init(&frame, 65536);
	note_put(&frame, n);
	ck_assert(!frame.overflow);
	return n;
}

START_TEST(there_and_back)
{
	struct note n,
		sent = { .answer = true,
			.from = 1,
			.to = 2,
			.id = 77,
			.part = 1,
			.parts = 3,
			.body = str_of("hello") };
	struct err e = { 0 };

	put(&sent);
	ck_assert(note_is(buf_as_str(&frame)));
	ck_assert_int_eq(note_get(buf_as_str(&frame), &n, &e), 0);
	ck_assert(
		n.answer && n.from == 1 && n.to == 2 && n.id == 77 && n.part == 1 && n.parts == 3);
	ck_assert(str_is(n.body, "hello"));
	buf_fini(&frame);
}
END_TEST

START_TEST(broken)
{
	struct note n;
	struct err e = { 0 };

	put(&(struct note){ .from = 1, .to = 2, .id = 77, .parts = 1, .body = str_of("hello") });
	for (size_t i = 0; i < frame.n; i++) {
		frame.p[i] ^= 0x40;
		ck_assert(
			!note_is(buf_as_str(&frame)) || note_get(buf_as_str(&frame), &n, &e) != 0);
		frame.p[i] ^= 0x40;
		ck_assert(i < 8 || note_get((struct str){ (const char *)frame.p, i }, &n, &e) != 0);
	}
	/* parts that cannot be */
	err_clear(&e);
	put(&(struct note){ .id = 7, .part = 1, .parts = 1 });
	ck_assert_int_eq(note_get(buf_as_str(&frame), &n, &e), E_MALFORMED);
	put(&(struct note){ .id = 7, .parts = LIMIT_NOTE_PARTS + 1 });
	ck_assert_int_eq(note_get(buf_as_str(&frame), &n, &e), E_MALFORMED);
	buf_fini(&frame);
}
END_TEST

START_TEST(an_answer_in_parts)
{
	struct note n = { .answer = true, .from = 2, .id = 5, .parts = 2, .body = str_of("ab") };
	struct mono now = { 1000 };
	struct notes_ask *a;
	struct err e = { 0 };

	ck_assert_int_eq(notes_ask(&notes, 5, 2, now, &e), 0);
	n.from = 3;
	ck_assert_ptr_null(notes_part(&notes, &n)); /* who was not asked */
	n.from = 2;
	ck_assert_ptr_null(notes_part(&notes, &n));
	ck_assert_ptr_null(notes_part(&notes, &n)); /* the first part once more */
	n.part = 1;
	n.body = str_of("cd");
	a = notes_part(&notes, &n);
	ck_assert_ptr_nonnull(a);
	ck_assert(str_is(buf_as_str(&a->answer), "abcd"));
	notes_over(&notes, a);
	ck_assert_ptr_null(notes_part(&notes, &n));
	ck_assert_int_eq(notes_deadline(&notes).us, MONO_NEVER.us);
}
END_TEST

START_TEST(nobody_answers)
{
	struct mono now = { 1000 };
	struct notes_ask *a;
	struct err e = { 0 };

	for (uint64_t i = 1; i <= LIMIT_NOTES; i++)
		ck_assert_int_eq(notes_ask(&notes, i, 2, now, &e), 0);
	ck_assert_int_eq(notes_ask(&notes, 99, 2, now, &e), E_STATE);
	ck_assert_ptr_null(notes_late(&notes, now));
	now = mono_add_ms(now, NOTE_WAIT_MS);
	ck_assert_int_eq(notes_deadline(&notes).us, now.us);
	a = notes_late(&notes, now);
	ck_assert_ptr_nonnull(a);
	notes_over(&notes, a);
	ck_assert_int_eq(notes_ask(&notes, 99, 2, now, &e), 0);
	notes_fini(&notes);
	ck_assert_uint_eq(notes.count, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("note");
	TCase *t = tcase_create("note");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, there_and_back);
	tcase_add_test(t, broken);
	tcase_add_test(t, an_answer_in_parts);
	tcase_add_test(t, nobody_answers);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
