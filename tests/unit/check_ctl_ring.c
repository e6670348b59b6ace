/* SPDX-License-Identifier: Apache-2.0 */
/* The last messages: order, slices, what is lost, and a daemon that was started anew. */
#include "daemon/ctl_ring.h"

#include <check.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static struct ctl_ring ring;

static void
add(int count)
{
	for (int i = 0; i < count; i++) {
		char text[32];

		snprintf(text, sizeof(text), "line %d", (int)ctl_ring_last(&ring) + 1);
		ctl_ring_add(&ring,
			&(struct ctl_ring_line){ .t_us = 1000, .number = 37402, .level = 2 }, text);
	}
}

static json_t *
ask(uint64_t after, uint32_t rows)
{
	struct buf out;
	json_t *root;

	buf_init(&out, 128 * 1024 - 1024);
	ctl_ring_answer(&ring, after, rows, false, &out);
	ck_assert(!out.overflow);
	root = json_loadb((const char *)out.p, out.n, 0, NULL);
	ck_assert_ptr_nonnull(root);
	buf_fini(&out);
	return root;
}

static void
expect(uint64_t after, uint32_t rows, int first, size_t count, int lost)
{
	json_t *root = ask(after, rows);
	json_t *list = json_object_get(root, "rows");

	ck_assert_uint_eq(json_array_size(list), count);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "lost")), lost);
	ck_assert_int_eq(
		json_integer_value(json_object_get(root, "last")), (int)ctl_ring_last(&ring));
	if (count > 0)
		ck_assert_int_eq(
			json_integer_value(json_object_get(json_array_get(list, 0), "n")), first);
	json_decref(root);
}

START_TEST(slices)
{
	memset(&ring, 0, sizeof(ring));
	expect(0, 100, 0, 0, 0);
	add(3);
	expect(0, 100, 1, 3, 0);
	expect(0, 2, 1, 2, 0);
	expect(2, 100, 3, 1, 0);
	expect(3, 100, 0, 0, 0);
	/* numbers of another life */
	expect(500, 100, 1, 3, 0);
	add(CTL_RING_LINES);
	expect(0, 100, 4, 100, 3);
	expect(3, 100, 4, 100, 0);
	expect(ctl_ring_last(&ring) - 1, 100, (int)ctl_ring_last(&ring), 1, 0);
}
END_TEST

START_TEST(masked)
{
	struct buf out;

	memset(&ring, 0, sizeof(ring));
	ctl_ring_add(&ring, &(struct ctl_ring_line){ .number = 37205, .level = 2 }, "device=2001");
	ctl_ring_add(&ring, &(struct ctl_ring_line){ .number = 1, .level = 2 }, "device=2001");
	buf_init(&out, 4096);
	ctl_ring_answer(&ring, 0, 10, true, &out);
	buf_char(&out, '\0');
	ck_assert_ptr_null(strstr((char *)out.p, "2001"));
	ck_assert_ptr_nonnull(strstr((char *)out.p, "a call party was out of step"));
	buf_fini(&out);
}
END_TEST

/* One writes as fast as it can, one reads: no line that is read is a mixture of two. */
static void *
write_lines(void *arg)
{
	atomic_bool *stop = arg;
	char text[200];

	for (int i = 0; !atomic_load(stop); i++) {
		memset(text, 'a' + i % 26, sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		ctl_ring_add(&ring, &(struct ctl_ring_line){ .number = i % 26, .level = 2 }, text);
	}
	return NULL;
}

START_TEST(read_while_written)
{
	atomic_bool stop = false;
	struct ctl_ring_line line;
	unsigned read = 0;
	pthread_t writer;

	memset(&ring, 0, sizeof(ring));
	ck_assert_int_eq(pthread_create(&writer, NULL, write_lines, &stop), 0);
	while (ctl_ring_last(&ring) < 20 * CTL_RING_LINES) {
		uint64_t last = ctl_ring_last(&ring);

		/* the oldest there is: the one that is about to be replaced */
		for (uint64_t n = last > CTL_RING_LINES ? last - CTL_RING_LINES + 1 : 1; n <= last;
			n += 97) {
			if (!ctl_ring_read(&ring, n, &line))
				continue;
			read++;
			ck_assert_int_eq(line.text[0], 'a' + line.number);
			ck_assert_int_eq(line.text[198], 'a' + line.number);
			ck_assert_uint_eq(strspn(line.text, (char[]){ line.text[0], '\0' }), 199);
		}
	}
	atomic_store(&stop, true);
	pthread_join(writer, NULL);
	ck_assert_uint_gt(read, 0);
	ck_assert(!ctl_ring_read(&ring, 0, &line));
	ck_assert(!ctl_ring_read(&ring, ctl_ring_last(&ring) + 1, &line));
}
END_TEST

/* Whatever a client sent: the answer is JSON, and not longer than a message may be. */
START_TEST(odd_texts)
{
	char longest[2000];
	json_t *root, *row;

	memset(&ring, 0, sizeof(ring));
	memset(longest, '"', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (int i = 0; i < 200; i++)
		ctl_ring_add(&ring, &(struct ctl_ring_line){ .number = 37205 }, longest);
	ctl_ring_add(&ring, &(struct ctl_ring_line){ .number = 37205 }, "a\xc3\nb");
	json_decref(ask(0, 100));
	root = ask(200, 100);
	row = json_array_get(json_object_get(root, "rows"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(row, "text")), "a??b");
	ck_assert_int_eq(json_integer_value(json_object_get(row, "message")), 37205);
	ck_assert_str_eq(json_string_value(json_object_get(row, "level")), "alarm");
	json_decref(root);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ctl_ring");
	TCase *t = tcase_create("ctl_ring");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, slices);
	tcase_add_test(t, masked);
	tcase_add_test(t, read_while_written);
	tcase_add_test(t, odd_texts);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
