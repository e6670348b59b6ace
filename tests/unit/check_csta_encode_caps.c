/* SPDX-License-Identifier: Apache-2.0 */
/* Capability exchange as the encoder writes it: what is there follows from the requests that the server has. */
#include "proto/base/limits.h"
#include "proto/csta_encode.h"
#include "proto/csta_frame.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct buf b;

static bool
has_all(enum csta_request_kind kind)
{
	(void)kind;
	return true;
}

static bool
has_none(enum csta_request_kind kind)
{
	(void)kind;
	return false;
}

static bool
has_make_call(enum csta_request_kind kind)
{
	return kind == CSTA_MakeCall;
}

/* GetCSTAFeaturesResponse, or the capabilities, as text until the next one. */
static const char *
caps(enum csta_edition ed, bool (*has)(enum csta_request_kind kind), bool features)
{
	const struct csta_caps c = { has, STR("site<1>") };

	buf_reset(&b);
	if (features)
		csta_put_csta_features_response(&b, ed, &c);
	else
		csta_put_switching_function_caps_response(&b, ed, &c);
	ck_assert(!b.overflow);
	ck_assert_uint_le(b.n + CSTA_PREFIX_BYTES, LIMIT_CSTA_SEND_BYTES);
	buf_char(&b, '\0');
	return (const char *)b.p;
}

/* A service is told if there is one, a list if anything is in it; the two answers name one list differently. */
START_TEST(test_services)
{
	for (int features = 0; features <= 1; features++) {
		const char *text = caps(CSTA_ED6, has_make_call, features);

		ck_assert_ptr_nonnull(
			strstr(text, "<callControlServList><makeCall/></callControlServList>"));
		ck_assert_ptr_null(strstr(text, "monitoringServList"));
		text = caps(CSTA_ED6, has_none, features);
		ck_assert_ptr_null(strstr(text, "makeCall"));
		ck_assert_ptr_null(strstr(text, "ServList"));
		text = caps(CSTA_ED6, has_all, features);
		ck_assert_ptr_nonnull(strstr(text, "<monitorStart/><monitorStop/><getMonitors/>"));
		ck_assert_ptr_nonnull(
			strstr(text, features ? "<systemStatServList>" : "<systemServList>"));
		ck_assert_ptr_null(
			strstr(text, features ? "<systemServList>" : "<systemStatServList>"));
	}
}
END_TEST

/* Every event that the codec can write is in one of the lists, under a name that begins like it. */
START_TEST(test_events)
{
	static const struct {
		enum csta_event_kind kind;
		const char *element;
	} others[] = {
		{ CSTA_EV_Transfered, "<transferred/>" },
		{ CSTA_EV_NetworkReached, "<netwReached/>" },
		{ CSTA_EV_Stop, "<stopEvent/>" },
		{ CSTA_EV_Private, "<privateEvent/>" },
	};
	const char *text = strstr(caps(CSTA_ED3, has_none, true), "<supportedEvents>");

	ck_assert_ptr_nonnull(text);
	for (unsigned kind = 0; kind < CSTA_EVENT_COUNT; kind++) {
		const char *name = csta_event_name((enum csta_event_kind)kind);
		char element[64];

		snprintf(element, sizeof(element), "<%c%.*s/>", name[0] | 0x20,
			(int)(strlen(name + 1) - strlen("Event")), name + 1);
		for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			if (others[i].kind == (enum csta_event_kind)kind)
				snprintf(element, sizeof(element), "%s", others[i].element);
		ck_assert_msg(strstr(text, element) != NULL, "%s is not told", name);
	}
}
END_TEST

/* Segments of a call's snapshot exist in edition 3 alone, GetMonitors in edition 6. */
START_TEST(test_editions)
{
	ck_assert_ptr_nonnull(strstr(caps(CSTA_ED3, has_all, true), "<snapshotCallData/>"));
	ck_assert_ptr_null(strstr(caps(CSTA_ED4, has_all, true), "<snapshotCallData/>"));
	ck_assert_ptr_null(strstr(caps(CSTA_ED5, has_all, false), "<getMonitors/>"));
}
END_TEST

START_TEST(test_switch)
{
	const char *text = caps(CSTA_ED6, has_none, false);

	ck_assert_ptr_nonnull(strstr(text,
		"<switchingSubDomainName>site&lt;1&gt;</switchingSubDomainName>"
		"<manufacturerName>Tandem</manufacturerName>"
		"<ignoreUnsupportedParameters>ignoreParameters</ignoreUnsupportedParameters>"));
	ck_assert_ptr_nonnull(strstr(text, "<connectionView>fixed</connectionView><servEvtsList>"));
}
END_TEST

START_TEST(test_devices)
{
	static const struct csta_segment seg = { 77, 2 };
	static struct csta_device devices[3000];
	size_t taken;

	buf_reset(&b);
	csta_put_switching_function_devices_response(&b, CSTA_ED6, 77);
	ck_assert_uint_eq(csta_put_switching_function_devices(&b, CSTA_ED6, &seg, devices, 0), 0);
	buf_char(&b, '\0');
	ck_assert_ptr_nonnull(
		strstr((char *)b.p, "<serviceCrossRefID>77</serviceCrossRefID></Get"));
	ck_assert_ptr_nonnull(strstr((char *)b.p,
		"<segmentID>2</segmentID><lastSegment>true</lastSegment><deviceList></deviceList>"));
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		devices[i] = (struct csta_device){ STR("2001"), (enum csta_category)(i % 3) };
	buf_reset(&b);
	taken = csta_put_switching_function_devices(&b, CSTA_ED6, &seg, devices, 3000);
	ck_assert_uint_gt(taken, 100);
	ck_assert_uint_lt(taken, 3000);
	ck_assert_uint_le(b.n + CSTA_PREFIX_BYTES, LIMIT_CSTA_SEND_BYTES);
	buf_char(&b, '\0');
	ck_assert_ptr_nonnull(strstr((char *)b.p,
		"<lastSegment>false</lastSegment><deviceList><device><deviceID>2001</deviceID>"
		"<deviceCategory>station</deviceCategory></device><device><deviceID>2001</deviceID>"
		"<deviceCategory>acd</deviceCategory></device><device><deviceID>2001</deviceID>"
		"<deviceCategory>routeingDevice</deviceCategory></device>"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("csta_encode_caps");
	TCase *tc = tcase_create("csta_encode_caps");
	SRunner *runner = srunner_create(suite);
	int failed;

	buf_init(&b, LIMIT_CSTA_MESSAGE_BYTES);
	tcase_add_test(tc, test_services);
	tcase_add_test(tc, test_events);
	tcase_add_test(tc, test_editions);
	tcase_add_test(tc, test_switch);
	tcase_add_test(tc, test_devices);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	buf_fini(&b);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
