/* SPDX-License-Identifier: Apache-2.0 */
/* What tandemctl shows of listings, of the history's takeovers, and tells monitoring systems. */
#include "daemon/tandemctl_phases.h"
#include "daemon/tandemctl_rows.h"
#include "daemon/tandemctl_verdict.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static char shown[32768];

static void
keep(struct buf *b)
{
	ck_assert(!b->overflow);
	memcpy(shown, b->p, b->n);
	shown[b->n] = '\0';
	buf_fini(b);
}

static void
is_shown(const char *part)
{
	ck_assert_msg(strstr(shown, part) != NULL, "\"%s\" is not in:\n%s", part, shown);
}

static void
show_rows(struct tandemctl_rows *r, const char *json)
{
	json_t *rows = json_loads(json, 0, NULL);
	struct buf b;

	ck_assert_ptr_nonnull(rows);
	buf_init(&b, sizeof(shown) - 1);
	tandemctl_rows(r, rows, &b);
	tandemctl_rows_end(r, &b);
	keep(&b);
	json_decref(rows);
}

START_TEST(listings)
{
	struct tandemctl_rows r = { .kind = CTL_LIST_CALLS };

	show_rows(&r,
		"[{\"tracking\":\"2291:1\",\"device\":\"agent07\",\"call\":\"7\",\"state\":\"connected\","
		"\"with\":\"+15550100123\",\"age_s\":3723,\"older\":true,\"service\":\"in\",\"server\":\"as1\"},{\"device\":7}]");
	is_shown(
		" Call    Device   CSTA callID  State      With                Age  Service  Server\n");
	is_shown(
		" 2291:1  agent07  7            connected  +15550100123  >01:02:03  in       as1\n");
	is_shown(" -       7        -            -          -                     -  -        -\n");
	/* the second slice has the columns of the first, and no head */
	show_rows(&r, "[{\"tracking\":\"1\"}]");
	ck_assert_ptr_null(strstr(shown, "Call"));
	r = (struct tandemctl_rows){ .kind = CTL_LIST_SESSIONS, .tsv = true };
	show_rows(&r, "[{\"session\":\"9\",\"kept\":true,\"waiting\":3}]");
	is_shown(
		"session\tuser\tpeer\tstate\tkept\tmonitors\trequests\twaiting\twaiting_bytes\tevents\n");
	is_shown("9\t-\t-\t-\tyes\t-\t-\t3\t-\t-\n");
	for (int kind = 0; kind <= CTL_LIST_CHANNELS; kind++) {
		r = (struct tandemctl_rows){ .kind = (enum ctl_list_kind)kind };
		show_rows(&r, "[]");
		ck_assert_str_ne(shown, "");
		show_rows(&r, "[{},7,null]");
	}
	r = (struct tandemctl_rows){ .kind = CTL_LIST_STUCK, .explain = true };
	show_rows(&r,
		"[{\"device\":\"a\",\"why\":\"no event channel is open\",\"failures\":2,\"monitors\":1}]");
	is_shown(
		"        no event channel is open; asked without success 2 times; monitors that wait for it: 1\n");
	is_shown(" 1 calls wait to be confirmed");
}
END_TEST

/* --- takeovers -------------------------------------------------------------------------------- */

static const char lines[] =
	"[{\"t_us\":1000000,\"ev\":\"listening\",\"host\":\"n2\",\"epoch\":1},"
	"{\"t_us\":5000000,\"ev\":\"peer-lost\",\"host\":\"n2\",\"node\":1,\"reason\":\"nodedown\"},"
	"{\"t_us\":5340000,\"ev\":\"promote-asked\",\"host\":\"n2\",\"role\":\"standby\"},"
	"{\"t_us\":5350000,\"ev\":\"role\",\"from\":\"standby\",\"to\":\"claiming\"},"
	"{\"t_us\":5360000,\"ev\":\"active\",\"host\":\"n2\",\"epoch\":9,\"calls\":214},"
	"{\"t_us\":5361000,\"ev\":\"listening\",\"epoch\":9},"
	"{\"t_us\":5950000,\"ev\":\"channel-up\",\"xsp\":0,\"open\":1},"
	"{\"t_us\":5960000,\"ev\":\"channel-up\",\"xsp\":1,\"open\":2},"
	"{\"t_us\":6340000,\"ev\":\"resync-done\",\"kept\":205,\"cleared\":6,\"learned\":9},"
	"{\"t_us\":9340000,\"ev\":\"resync-done\",\"kept\":1,\"cleared\":1,\"learned\":1},"
	"{\"t_us\":10000000,\"ev\":\"demote-asked\"},"
	"{\"t_us\":10100000,\"ev\":\"listening\"},"
	"{\"t_us\":499000000,\"ev\":\"peer-lost\",\"node\":1,\"reason\":\"leave\"},"
	"{\"t_us\":499500000,\"ev\":\"role\",\"from\":\"offline\",\"to\":\"joining\"},"
	"{\"t_us\":500000000,\"ev\":\"promote-asked\",\"host\":\"n2\"},7,{}]";

/* Of a node without a cluster. */
static const char alone[] =
	"[{\"t_us\":1000000,\"ev\":\"active\",\"host\":\"n2\",\"epoch\":1,\"calls\":0},"
	"{\"t_us\":1030000,\"ev\":\"channel-up\"}]";

START_TEST(takeovers)
{
	static struct tandemctl_takeover list[TANDEMCTL_TAKEOVERS_MAX];
	json_t *history = json_loads(lines, 0, NULL);
	size_t n = tandemctl_phases(history, list);
	json_t *json;
	struct buf b;

	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(list[0].epoch, 9);
	ck_assert_int_eq(list[0].decide_ms, 340);
	ck_assert_int_eq(list[0].promote_ms, 20);
	ck_assert_int_eq(list[0].door_ms, 21);
	ck_assert_int_eq(list[0].channel_ms, 610);
	ck_assert_int_eq(list[0].resync_ms, 1000);
	ck_assert_int_eq(list[0].kept, 205);
	ck_assert_str_eq(list[0].why, "node 1 lost (nodedown)");
	/* a promote without a loss, or behind one that was made up for, was ordered; what has not come is not known */
	ck_assert_str_eq(list[1].why, "ordered");
	ck_assert_int_eq(list[1].decide_ms, TANDEMCTL_NO_TIME);
	ck_assert_int_eq(list[1].resync_ms, TANDEMCTL_NO_TIME);
	buf_init(&b, sizeof(shown) - 1);
	tandemctl_phases_show(list, n, &b);
	keep(&b);
	is_shown(
		"node 1 lost (nodedown)       0.340     0.020     0.021     0.610     1.000  214 / 205 / 6 / 9\n");
	is_shown(
		"ordered                          -         -         -         -         -  - / - / - / -\n");
	json = tandemctl_phases_json(list, n);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "rows")), 2);
	ck_assert(json_is_null(
		json_object_get(json_array_get(json_object_get(json, "rows"), 1), "resync_ms")));
	json_decref(json);
	buf_init(&b, sizeof(shown) - 1);
	snprintf(list[0].host, sizeof(list[0].host), "<n2>");
	tandemctl_phases_svg(&list[0], &b);
	keep(&b);
	is_shown("Epoch 9: &#60;n2&#62; took over, node 1 lost (nodedown)");
	is_shown(">610 ms<");
	ck_assert_uint_lt(strlen(shown), 6000);
	buf_init(&b, sizeof(shown) - 1);
	tandemctl_phases_svg(&list[1], &b);
	keep(&b);
	is_shown("not known");
	json_decref(history);
}
END_TEST

START_TEST(alone_it_is_asked_by_nobody)
{
	static struct tandemctl_takeover list[TANDEMCTL_TAKEOVERS_MAX];
	json_t *history = json_loads(alone, 0, NULL);

	ck_assert_uint_eq(tandemctl_phases(history, list), 1);
	ck_assert_uint_eq(list[0].epoch, 1);
	ck_assert_int_eq(list[0].promote_ms, 0);
	ck_assert_int_eq(list[0].channel_ms, 30);
	ck_assert_str_eq(list[0].why, "without an order");
	json_decref(history);
}
END_TEST

/* More takeovers than there is room for: the newest stay. */
START_TEST(many_takeovers)
{
	static struct tandemctl_takeover list[TANDEMCTL_TAKEOVERS_MAX];
	json_t *history = json_array();
	size_t n;

	for (int i = 1; i <= TANDEMCTL_TAKEOVERS_MAX + 5; i++) {
		json_array_append_new(history,
			json_pack(
				"{s:I,s:s}", "t_us", (json_int_t)i * 1000, "ev", "promote-asked"));
		json_array_append_new(history,
			json_pack("{s:I,s:s,s:i}", "t_us", (json_int_t)i * 1000, "ev", "active",
				"epoch", i));
	}
	n = tandemctl_phases(history, list);
	ck_assert_uint_eq(n, TANDEMCTL_TAKEOVERS_MAX);
	ck_assert_uint_eq(list[0].epoch, 6);
	ck_assert_uint_eq(list[n - 1].epoch, TANDEMCTL_TAKEOVERS_MAX + 5);
	json_decref(history);
}
END_TEST

/* --- monitoring ------------------------------------------------------------------------------- */

static enum tandemctl_nagios
verdict(const char *active, const char *standby, bool ready)
{
	struct tandemctl_limits limits = { 500, 5000 };
	enum tandemctl_nagios code;
	json_t *status;
	struct buf b;

	snprintf(shown, sizeof(shown),
		"{\"clustered\":true,\"ready\":%s,\"ready_text\":\"NOT READY: x\",\"nodes\":[%s%s%s]}",
		ready ? "true" : "false", active, *active && *standby ? "," : "", standby);
	status = json_loads(shown, 0, NULL);
	ck_assert_ptr_nonnull(status);
	buf_init(&b, sizeof(shown) - 1);
	code = tandemctl_verdict(status, &limits, &b);
	keep(&b);
	json_decref(status);
	return code;
}

#define ACTIVE(state, channels) \
	"{\"name\":\"n2\",\"role\":\"active\",\"state\":\"" state \
	"\",\"calls\":214,\"clients\":2,\"devices_out\":1,\"channels\":{\"open\":" channels \
	",\"want\":2}}"
#define STANDBY(behind) \
	"{\"name\":\"n1\",\"role\":\"standby\",\"state\":\"in step\",\"behind\":" behind "}"

START_TEST(monitoring)
{
	ck_assert_int_eq(verdict(ACTIVE("serving", "2"), STANDBY("0"), true), TANDEMCTL_OK);
	ck_assert_str_eq(shown,
		"TANDEM OK - n2 active, n1 in step, 214 calls | calls=214 behind=0;500;5000 clients=2 "
		"unconfirmed=1 channels=2;2:;1:\n");
	ck_assert_int_eq(verdict(ACTIVE("serving", "1"), STANDBY("0"), true), TANDEMCTL_WARNING);
	ck_assert_int_eq(verdict(ACTIVE("serving", "2"), STANDBY("500"), true), TANDEMCTL_WARNING);
	is_shown("WARNING - the standby is 500 deltas behind, n2 active");
	ck_assert_int_eq(verdict(ACTIVE("serving", "2"), "", false), TANDEMCTL_WARNING);
	is_shown("WARNING - NOT READY: x, n2 active, standby absent");
	ck_assert_int_eq(
		verdict(ACTIVE("serving", "2"), STANDBY("5000"), true), TANDEMCTL_CRITICAL);
	ck_assert_int_eq(verdict(ACTIVE("serving", "0"), STANDBY("0"), true), TANDEMCTL_CRITICAL);
	ck_assert_int_eq(verdict(ACTIVE("gate shut", "2"), STANDBY("0"), true), TANDEMCTL_CRITICAL);
	is_shown("CRITICAL - n2 is active and gate shut,");
	ck_assert_int_eq(verdict("", STANDBY("0"), false), TANDEMCTL_CRITICAL);
	is_shown("CRITICAL - no node is active, none active");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tandemctl_rows");
	TCase *t = tcase_create("tandemctl_rows");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, listings);
	tcase_add_test(t, takeovers);
	tcase_add_test(t, alone_it_is_asked_by_nobody);
	tcase_add_test(t, many_takeovers);
	tcase_add_test(t, monitoring);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
