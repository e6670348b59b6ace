/* SPDX-License-Identifier: Apache-2.0 */
/* The last takeover out of the history, and its picture. */
#include "daemon/http_timeline.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define S INT64_C(1000000)

static struct http_timeline t;
static struct buf out;

static void
setup(void)
{
	buf_init(&out, 65536);
}

static void
teardown(void)
{
	buf_fini(&out);
}

static const char *
drawn(void)
{
	buf_reset(&out);
	http_timeline_svg(&t, &out);
	buf_char(&out, '\0');
	ck_assert(!out.overflow);
	return (const char *)out.p;
}

#define LOST "{\"t_us\":100000000,\"ev\":\"peer-lost\",\"node\":1,\"reason\":\"nodedown\"}\n"
#define ASKED "{\"t_us\":101500000,\"ev\":\"promote-asked\",\"role\":\"standby\"}\n"
#define ACTIVE "{\"t_us\":101520000,\"ev\":\"active\",\"epoch\":16,\"calls\":3}\n"
#define LISTENING "{\"t_us\":101521000,\"ev\":\"listening\",\"epoch\":16}\n"
#define CHANNEL "{\"t_us\":101650000,\"ev\":\"channel-up\",\"xsp\":0}\n"
#define CHANNEL_2 "{\"t_us\":101700000,\"ev\":\"channel-up\",\"xsp\":1}\n"
#define DONE "{\"t_us\":102100000,\"ev\":\"takeover\",\"epoch\":16}\n"
#define ALL LOST ASKED ACTIVE LISTENING CHANNEL CHANNEL_2 DONE

START_TEST(all_phases)
{
	ck_assert(http_timeline_read(&t, STR(ALL)));
	ck_assert_uint_eq(t.epoch, 16);
	ck_assert_str_eq(t.reason, "nodedown");
	ck_assert_int_eq(t.lost_us, 100 * S);
	ck_assert_int_eq(t.asked_us, 101500000);
	ck_assert_int_eq(t.active_us, 101520000);
	ck_assert_int_eq(t.listening_us, 101521000);
	ck_assert_int_eq(t.channel_us, 101650000); /* the first one */
	ck_assert_int_eq(t.done_us, 102100000);
	ck_assert_int_eq(http_timeline_start(&t), 100 * S);
	ck_assert_int_eq(http_timeline_end(&t), 102100000);
	ck_assert_ptr_nonnull(strstr(drawn(), ">1500 ms<"));
	ck_assert_ptr_nonnull(strstr(drawn(), ">450 ms<"));
}
END_TEST

START_TEST(nothing_to_tell)
{
	ck_assert(!http_timeline_read(&t, STR("")));
	ck_assert(!http_timeline_read(&t, STR(LOST ASKED "no JSON\n[]\n3\n{}\n")));
	ck_assert(!http_timeline_read(&t, STR(LISTENING DONE)));
}
END_TEST

/* A switchover: nobody was lost. And the last one counts, with what is its own. */
START_TEST(the_last_one)
{
	ck_assert(http_timeline_read(&t,
		STR(ALL "{\"t_us\":900000000,\"ev\":\"promote-asked\"}\n"
			"{\"t_us\":900010000,\"ev\":\"active\",\"epoch\":32}\n")));
	ck_assert_uint_eq(t.epoch, 32);
	ck_assert_int_eq(t.lost_us, 0);
	ck_assert_str_eq(t.reason, "");
	ck_assert_int_eq(t.channel_us, 0);
	ck_assert_int_eq(http_timeline_end(&t) - http_timeline_start(&t), 10000);
	drawn();
}
END_TEST

/* A node that was lost an hour ago, or before this one was a standby again, has nothing to do with it; nor does a clock that was set back. */
START_TEST(what_does_not_belong_to_it)
{
	ck_assert(http_timeline_read(&t,
		STR(LOST "{\"t_us\":100500000,\"ev\":\"role\",\"to\":\"standby\"}\n"
			 "{\"t_us\":101000000,\"ev\":\"active\",\"epoch\":16}\n")));
	ck_assert_int_eq(t.lost_us, 0);
	ck_assert(http_timeline_read(
		&t, STR(LOST "{\"t_us\":3700000000,\"ev\":\"active\",\"epoch\":16}\n")));
	ck_assert_int_eq(t.lost_us, 0);
	ck_assert(http_timeline_read(&t, STR(ASKED "{\"t_us\":5000000,\"ev\":\"active\"}\n")));
	ck_assert_int_eq(t.asked_us, 0);
	ck_assert_int_eq(http_timeline_end(&t), http_timeline_start(&t));
	drawn();
}
END_TEST

START_TEST(hostile_lines)
{
	ck_assert(http_timeline_read(&t,
		STR("{\"t_us\":\"x\",\"ev\":7}\n{\"ev\":\"peer-lost\",\"t_us\":1,\"reason\":"
		    "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}\n"
		    "{\"ev\":\"active\",\"t_us\":9223372036854775807}\n"
		    "{\"ev\":\"takeover\",\"t_us\":-9223372036854775807}\n")));
	drawn();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_timeline");
	TCase *tc = tcase_create("http_timeline");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, all_phases);
	tcase_add_test(tc, nothing_to_tell);
	tcase_add_test(tc, the_last_one);
	tcase_add_test(tc, what_does_not_belong_to_it);
	tcase_add_test(tc, hostile_lines);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
