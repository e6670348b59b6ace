/* SPDX-License-Identifier: Apache-2.0 */
/* Counting: which bucket, the sum, and what is out of range. */
#include "daemon/meter.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(buckets)
{
	struct meter_hist h = { .count = 0 };

	meter_add(&h, 0);
	meter_add(&h, -5);
	meter_add(&h, 100);
	ck_assert_uint_eq(h.of_bound[0], 3);
	meter_add(&h, 101);
	ck_assert_uint_eq(h.of_bound[1], 1);
	meter_add(&h, 10000000);
	ck_assert_uint_eq(h.of_bound[METER_BOUNDS - 1], 1);
	meter_add(&h, 10000001);
	ck_assert_uint_eq(h.of_bound[METER_BOUNDS], 1);
	ck_assert_uint_eq(h.count, 6);
	ck_assert_int_eq(h.sum_us, 100 + 101 + 10000000 + 10000001);
	for (int i = 1; i < METER_BOUNDS; i++)
		ck_assert_int_lt(meter_bounds_us[i - 1], meter_bounds_us[i]);
}
END_TEST

START_TEST(takeovers)
{
	struct meter_hist h = { .count = 0 };

	for (int i = 1; i < METER_TAKEOVER_BOUNDS; i++)
		ck_assert_int_lt(meter_takeover_bounds_us[i - 1], meter_takeover_bounds_us[i]);
	meter_add_takeover(&h, 90000);
	meter_add_takeover(&h, 40000000);
	ck_assert_uint_eq(h.of_bound[0], 1);
	ck_assert_uint_eq(h.of_bound[METER_TAKEOVER_BOUNDS], 1);
	ck_assert_uint_eq(h.count, 2);
}
END_TEST

START_TEST(requests)
{
	static struct meter m;
	static struct meter_asks a;

	meter_ask(&a, CSTA_MonitorStart, 7, 1000);
	meter_ask(&a, CSTA_MonitorStart, 8, 2000);
	meter_ask(&a, (enum csta_request_kind)METER_REQUESTS, 9, 2000);
	meter_ask(&a, (enum csta_request_kind) - 1, 9, 2000);
	meter_answer(&m, &a, 8, 4000, false);
	meter_answer(&m, &a, 8, 5000, true); /* it had its answer */
	meter_answer(&m, &a, 9, 5000, true);
	ck_assert_uint_eq(m.good[CSTA_MonitorStart], 0);
	ck_assert_uint_eq(m.errors[CSTA_MonitorStart], 1);
	ck_assert_int_eq(m.request[CSTA_MonitorStart].sum_us, 2000);
	/* an invoke ID comes again: the newest request of it is meant */
	meter_ask(&a, CSTA_MonitorStop, 7, 6000);
	meter_answer(&m, &a, 7, 6500, true);
	ck_assert_uint_eq(m.good[CSTA_MonitorStop], 1);
	meter_answer(&m, &a, 7, 6500, true);
	ck_assert_uint_eq(m.good[CSTA_MonitorStart], 1);
	ck_assert_str_eq(csta_request_name(CSTA_MonitorStart), "MonitorStart");
}
END_TEST

/* More of them under way than are remembered: the oldest are not counted, and nothing is written elsewhere. */
START_TEST(many_requests)
{
	static struct meter m;
	static struct meter_asks a;

	for (uint32_t i = 0; i < 3 * METER_ASKED; i++)
		meter_ask(&a, CSTA_MonitorStart, i, 0);
	for (uint32_t i = 0; i < 3 * METER_ASKED; i++)
		meter_answer(&m, &a, i, 10, true);
	ck_assert_uint_eq(m.good[CSTA_MonitorStart], METER_ASKED);
}
END_TEST

/* Names keep their place; what has none, no room or too long a name is one of the others. */
START_TEST(applications)
{
	static struct meter m;
	char name[80];

	ck_assert_uint_eq(meter_app(&m, ""), METER_APP_OTHER);
	ck_assert_uint_eq(meter_app(&m, "desk"), 1);
	ck_assert_uint_eq(meter_app(&m, "wall"), 2);
	ck_assert_uint_eq(meter_app(&m, "desk"), 1);
	for (unsigned i = 3; i < METER_APPS; i++) {
		snprintf(name, sizeof(name), "app%u", i);
		ck_assert_uint_eq(meter_app(&m, name), i);
	}
	ck_assert_uint_eq(meter_app(&m, "one more"), METER_APP_OTHER);
	ck_assert_uint_eq(meter_app(&m, "wall"), 2);
	memset(&m, 0, sizeof(m));
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ck_assert_uint_eq(meter_app(&m, name), METER_APP_OTHER);
	ck_assert_str_eq(m.apps[1].name, "");
}
END_TEST

START_TEST(codes)
{
	ck_assert_int_eq(meter_code(0), METER_CODE_NONE);
	ck_assert_int_eq(meter_code(204), METER_CODE_2XX);
	ck_assert_int_eq(meter_code(302), METER_CODE_3XX);
	ck_assert_int_eq(meter_code(401), METER_CODE_401);
	ck_assert_int_eq(meter_code(409), METER_CODE_4XX);
	ck_assert_int_eq(meter_code(503), METER_CODE_503);
	ck_assert_int_eq(meter_code(500), METER_CODE_5XX);
	ck_assert_int_eq(meter_code(99999), METER_CODE_NONE);
}
END_TEST

static uint32_t
on_server(const struct meter *m, const char *id)
{
	for (uint32_t i = METER_SERVER_OTHER + 1; i < METER_SERVERS; i++)
		if (strcmp(m->servers[i].id, id) == 0)
			return m->servers[i].devices;
	return 0;
}

/* Eight servers have names, the ninth is one of the others; it gets the place of one that nobody is left on. */
START_TEST(servers)
{
	static struct meter m;
	uint32_t at[9] = { 0 };
	char id[40];

	m.servers[METER_SERVER_UNKNOWN].devices = 10;
	for (unsigned i = 0; i < 9; i++) {
		snprintf(id, sizeof(id), "s%u", i);
		at[i] = meter_server_move(&m, at[i], id);
	}
	ck_assert_uint_eq(m.servers[METER_SERVER_UNKNOWN].devices, 1);
	ck_assert_uint_eq(m.servers[METER_SERVER_OTHER].devices, 1);
	ck_assert_uint_eq(on_server(&m, "s0"), 1);
	ck_assert_uint_eq(on_server(&m, "s8"), 0);
	at[8] = meter_server_move(&m, at[8], "s0");
	at[1] = meter_server_move(&m, at[1], "s0");
	ck_assert_uint_eq(on_server(&m, "s0"), 3);
	ck_assert_uint_eq(on_server(&m, "s1"), 0);
	ck_assert_uint_eq(m.servers[METER_SERVER_OTHER].devices, 0);
	at[8] = meter_server_move(&m, at[8], "s8");
	ck_assert_uint_eq(on_server(&m, "s8"), 1);
	ck_assert_uint_eq(on_server(&m, "s0"), 2);
	/* the only device of its server: it stays where it is; a name that is too long has no place */
	ck_assert_uint_eq(meter_server_move(&m, at[2], "s2"), at[2]);
	memset(id, 'x', sizeof(id) - 1);
	at[8] = meter_server_move(&m, at[8], id);
	ck_assert_uint_eq(at[8], METER_SERVER_OTHER);
	ck_assert_uint_eq(meter_server_move(&m, at[8], ""), METER_SERVER_UNKNOWN);
	ck_assert_uint_eq(m.servers[METER_SERVER_UNKNOWN].devices, 2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("meter");
	TCase *t = tcase_create("meter");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_test(t, buckets);
	tcase_add_test(t, takeovers);
	tcase_add_test(t, requests);
	tcase_add_test(t, many_requests);
	tcase_add_test(t, applications);
	tcase_add_test(t, codes);
	tcase_add_test(t, servers);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
