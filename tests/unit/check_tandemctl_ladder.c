/* SPDX-License-Identifier: Apache-2.0 */
/* The ladder of a trace: which arrow goes where, how long it took, and what has no room. */
#include "daemon/tandemctl_ladder.h"

#include <check.h>
#include <string.h>

static struct tandemctl_ladder ladder;

static void
expect(const char *json, const char *line)
{
	json_t *row = json_loads(json, 0, NULL);
	struct buf out;

	ck_assert_ptr_nonnull(row);
	buf_init(&out, 4096);
	tandemctl_ladder_row(&ladder, row, &out);
	buf_put(&out, "", 1);
	ck_assert_str_eq((const char *)out.p, line);
	buf_fini(&out);
	json_decref(row);
}

#define ROW(t, what, offset, peer, name, text) \
	"{\"n\":1,\"t_us\":" t ",\"what\":\"" what "\",\"offset\":" offset ",\"peer\":\"" peer \
	"\",\"name\":\"" name "\",\"text\":\"" text "\"}"

START_TEST(the_way_of_an_event)
{
	ladder = (struct tandemctl_ladder){ .ascii = true, .active = "n2", .standby = "n1" };
	expect(ROW("12004123", "event", "0", "xsp1", "CallReceivedEvent", "#42 of 2000 call=7:1"),
		" 00:00:12.004123  |----CallReceived #42---->|                         |                         |  xsp1\n");
	expect(ROW("12004200", "delta", "184", "", "half_set", ""),
		" 00:00:12.004200  |                         |------half_set #184----->|                         |\n");
	expect(ROW("12004510", "confirmed", "184", "", "ack", ""),
		" 00:00:12.004510  |                         |<-------ack #184---------|                         |  0.310 ms\n");
	expect(ROW("12004743", "sent", "184", "10.0.0.1:5", "DeliveredEvent", "invoke=9999"),
		" 00:00:12.004743  |                         |------------------DeliveredEvent------------------>|  0.620 ms  10.0.0.1:5\n");
	expect(ROW("12005123", "acknowledged", "184", "xsp1", "200 EventResponse", ""),
		" 00:00:12.005123  |<---200 EventResponse----|                         |                         |  1.000 ms  xsp1\n");
}
END_TEST

START_TEST(without_a_standby)
{
	struct buf out;

	ladder = (struct tandemctl_ladder){ .ascii = true, .active = "n2" };
	expect(ROW("1", "confirmed", "7", "", "not awaited", ""),
		" 00:00:00.000001  |                         |                         |                         |  no confirmation is awaited\n");
	buf_init(&out, 1024);
	tandemctl_ladder_head(&ladder, &out);
	ck_assert_ptr_nonnull(memmem(out.p, out.n, "(no standby)", 12));
	buf_fini(&out);
}
END_TEST

START_TEST(a_long_label_is_cut)
{
	ladder = (struct tandemctl_ladder){ .ascii = false };
	expect(ROW("1", "asked", "7", "xsp1", "a-name-that-is-far-longer-than-its-arrow", ""),
		" 00:00:00.000001  │◀─a-name-that-is-far-lo──│                         │                         │  xsp1\n");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tandemctl_ladder");
	TCase *t = tcase_create("tandemctl_ladder");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, the_way_of_an_event);
	tcase_add_test(t, without_a_standby);
	tcase_add_test(t, a_long_label_is_cut);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
