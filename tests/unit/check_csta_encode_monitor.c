/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to monitor services, and events made for many monitors at once: exact texts. Schemas: test_csta_schema.sh. */
#include "proto/base/limits.h"
#include "proto/csta_encode.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define NS "http://www.ecma-international.org/standards/ecma-323/csta/"
#define IN_ED6(root, inner) DECLARATION "<" root " xmlns=\"" NS "ed6\">" inner "</" root ">"
#define XREF "<monitorCrossRefID>1001</monitorCrossRefID>"
#define EVENT_BIT(name) (UINT64_C(1) << CSTA_EV_##name)

static void
expect(struct buf *b, const char *expected)
{
	ck_assert(!b->overflow);
	ck_assert_msg(str_is(buf_as_str(b), expected), "\n--- expected\n%s\n--- written\n%.*s",
		expected, STR_ARG(buf_as_str(b)));
	buf_reset(b);
}

START_TEST(test_monitor_started)
{
	uint64_t filter = EVENT_BIT(Transfered) | EVENT_BIT(Delivered) | EVENT_BIT(OutOfService);
	struct csta_monitor_started m = { .cross_ref = 1001, .existing_calls = true };
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	csta_put_monitor_start_response(&b, CSTA_ED6, &m);
	expect(&b,
		IN_ED6("MonitorStartResponse",
			XREF "<monitorExistingCalls>true</monitorExistingCalls>"));
	m = (struct csta_monitor_started){
		.cross_ref = 1001, .filter = &filter, .media_voice = true
	};
	csta_put_monitor_start_response(&b, CSTA_ED6, &m);
	expect(&b,
		IN_ED6("MonitorStartResponse",
			XREF
			"<actualMonitorFilter><callcontrol><delivered>true</delivered>"
			"<transferred>true</transferred></callcontrol><maintenance>"
			"<outOfService>true</outOfService></maintenance></actualMonitorFilter>"
			"<actualMonitorMediaClass><voice>true</voice></actualMonitorMediaClass>"
			"<monitorExistingCalls>false</monitorExistingCalls>"));
	filter = 0;
	csta_put_change_monitor_filter_response(&b, CSTA_ED6, filter);
	expect(&b, IN_ED6("ChangeMonitorFilterResponse", "<actualFilterList></actualFilterList>"));
	csta_put_monitor_stop(&b, CSTA_ED6, 1001);
	expect(&b, IN_ED6("MonitorStop", XREF));
	buf_fini(&b);
}
END_TEST

START_TEST(test_monitor_list)
{
	struct csta_monitor_entry items[] = { { 1001, STR("2001") }, { 1002, STR_NONE } };
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
#define LIST \
	"<monitorList><monitorListEntry>" XREF "<monitorObject>2001</monitorObject>" \
	"</monitorListEntry><monitorListEntry><monitorCrossRefID>1002</monitorCrossRefID>" \
	"</monitorListEntry></monitorList>"
	csta_put_get_monitors_response(&b, CSTA_ED6, items, 2);
	expect(&b,
		IN_ED6("GetMonitorsResponse",
			"<crossRefIDorRegistrationData>" LIST "</crossRefIDorRegistrationData>"));
	csta_put_get_monitors_later(&b, CSTA_ED6, 7);
	expect(&b,
		IN_ED6("GetMonitorsResponse",
			"<crossRefIDorRegistrationData><serviceCrossRefID>7</serviceCrossRefID>"
			"</crossRefIDorRegistrationData>"));
	csta_put_monitor_info(&b, CSTA_ED6, 7, 2, true, items, 2);
	expect(&b,
		IN_ED6("MonitorInfo",
			"<serviceCrossRefID>7</serviceCrossRefID><segmentID>2</segmentID>"
			"<lastSegment>true</lastSegment>" LIST));
	buf_fini(&b);
}
END_TEST

/* Cut and joined, every event is what it is when it is written in one go. */
START_TEST(test_cut_and_joined)
{
	static const uint64_t numbers[] = { 0, 1, 9, 10, UINT64_MAX };
	struct buf whole, text, joined;
	struct csta_event_cut cut;

	buf_init(&whole, LIMIT_CSTA_SEND_BYTES);
	buf_init(&text, LIMIT_CSTA_SEND_BYTES);
	buf_init(&joined, LIMIT_CSTA_SEND_BYTES);
	for (int kind = 0; kind < CSTA_EVENT_COUNT; kind++) {
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
			struct csta_event ev = { .kind = (enum csta_event_kind)kind,
				.cross_ref = numbers[i] + 3,
				.call_id = 5,
				.connection_device = STR("2001"),
				.subject = STR("2001"),
				.reason = i % 2 ? STR("why") : STR_NONE,
				.number = numbers[i] };

			buf_reset(&whole);
			buf_reset(&text);
			buf_reset(&joined);
			csta_put_event(&whole, CSTA_ED4, &ev);
			csta_put_event_cut(&text, CSTA_ED4, &ev, &cut);
			csta_put_event_joined(
				&joined, buf_as_str(&text), &cut, ev.cross_ref, ev.number);
			ck_assert_msg(str_eq(buf_as_str(&joined), buf_as_str(&whole)), "%.*s\n%.*s",
				STR_ARG(buf_as_str(&joined)), STR_ARG(buf_as_str(&whole)));
		}
	}
	buf_fini(&whole);
	buf_fini(&text);
	buf_fini(&joined);
}
END_TEST

/* What is true of one device alone is no news for a monitor of a call. */
START_TEST(test_call_type)
{
	struct csta_event ev = { .kind = CSTA_EV_Held,
		.cross_ref = 1001,
		.call_id = 5,
		.connection_device = STR("2001"),
		.subject = STR("2001"),
		.call_type = true };
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	csta_put_event(&b, CSTA_ED6, &ev);
	expect(&b,
		IN_ED6("HeldEvent",
			XREF
			"<heldConnection><callID>5</callID><deviceID>2001</deviceID>"
			"</heldConnection><holdingDevice><deviceIdentifier>2001</deviceIdentifier>"
			"</holdingDevice><cause>normal</cause>"));
	buf_fini(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("csta_encode_monitor");
	TCase *tc = tcase_create("csta_encode_monitor");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, test_monitor_started);
	tcase_add_test(tc, test_monitor_list);
	tcase_add_test(tc, test_cut_and_joined);
	tcase_add_test(tc, test_call_type);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
