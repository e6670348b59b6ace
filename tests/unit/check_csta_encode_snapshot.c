/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots as the encoder writes them: exact texts, all pairs of states, whole or in segments that are never too long. */
#include "proto/base/limits.h"
#include "proto/csta_encode.h"
#include "proto/csta_frame.h"
#include "proto/xml.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IN_ED6(root, inner) \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>" \
	"<" root " xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed6\">" inner \
	"</" root ">"

/* Compares and empties. */
static void
expect(struct buf *b, const char *expected)
{
	ck_assert(!b->overflow);
	ck_assert_msg(str_is(buf_as_str(b), expected), "\n--- expected\n%s\n--- written\n%.*s",
		expected, STR_ARG(buf_as_str(b)));
	buf_reset(b);
}

#define SNAPSHOT(items) \
	IN_ED6("SnapshotDeviceResponse", \
		"<crossRefIDorSnapshotData><snapshotData>" items \
		"</snapshotData></crossRefIDorSnapshotData>")

START_TEST(test_snapshot)
{
	static const struct csta_snapshot_item items[] = {
		{ 5001, { "2001", 4 }, { "tel:+15559001234", 16 }, CSTA_LOCAL_hold,
			CSTA_LOCAL_connected },
		{ 5002, { "2001", 4 }, { "", 0 }, CSTA_LOCAL_alerting, CSTA_LOCAL_null },
	};
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	ck_assert(csta_put_snapshot_device_response(&b, CSTA_ED6, NULL, 0));
	expect(&b, SNAPSHOT(""));
	ck_assert(csta_put_snapshot_device_response(&b, CSTA_ED6, items, 2));
	expect(&b,
		SNAPSHOT("<snapshotDeviceResponseInfo><connectionIdentifier>"
			 "<callID>5001</callID><deviceID>2001</deviceID></connectionIdentifier>"
			 "<endpointDevice><deviceIdentifier>tel:+15559001234</deviceIdentifier>"
			 "</endpointDevice><localCallState><simpleCallState>callEstablishedHeld"
			 "</simpleCallState></localCallState></snapshotDeviceResponseInfo>"
			 "<snapshotDeviceResponseInfo><connectionIdentifier>"
			 "<callID>5002</callID><deviceID>2001</deviceID></connectionIdentifier>"
			 "<endpointDevice><notKnown/></endpointDevice><localCallState>"
			 "<compoundCallState><localConnectionState>alerting"
			 "</localConnectionState><localConnectionState>null"
			 "</localConnectionState></compoundCallState></localCallState>"
			 "</snapshotDeviceResponseInfo>"));
	buf_fini(&b);
}
END_TEST

/* simpleCallState, row by row: the far party's state first, the asked device's second. */
static const struct {
	const char *name;
	enum csta_local_state far;
	enum csta_local_state local;
} pairs[] = {
	{ "callNull", CSTA_LOCAL_null, CSTA_LOCAL_null },
	{ "callPending", CSTA_LOCAL_null, CSTA_LOCAL_initiated },
	{ "callOriginated", CSTA_LOCAL_null, CSTA_LOCAL_connected },
	{ "callDelivered", CSTA_LOCAL_alerting, CSTA_LOCAL_connected },
	{ "callDeliveredHeld", CSTA_LOCAL_alerting, CSTA_LOCAL_hold },
	{ "callReceived", CSTA_LOCAL_connected, CSTA_LOCAL_alerting },
	{ "callEstablished", CSTA_LOCAL_connected, CSTA_LOCAL_connected },
	{ "callEstablishedHeld", CSTA_LOCAL_connected, CSTA_LOCAL_hold },
	{ "callReceivedOnHold", CSTA_LOCAL_hold, CSTA_LOCAL_alerting },
	{ "callEstablishedOnHold", CSTA_LOCAL_hold, CSTA_LOCAL_connected },
	{ "callQueued", CSTA_LOCAL_queued, CSTA_LOCAL_connected },
	{ "callQueuedHeld", CSTA_LOCAL_queued, CSTA_LOCAL_hold },
	{ "callFailed", CSTA_LOCAL_fail, CSTA_LOCAL_connected },
	{ "callFailedHeld", CSTA_LOCAL_fail, CSTA_LOCAL_hold },
	{ "callBlocked", CSTA_LOCAL_fail, CSTA_LOCAL_null },
};

static const char *
pair_name(enum csta_local_state far, enum csta_local_state local)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (pairs[i].far == far && pairs[i].local == local)
			return pairs[i].name;
	return NULL;
}

static void
check_pair(struct xml *reader, enum csta_local_state far, enum csta_local_state local)
{
	struct csta_snapshot_item item = { 1, STR("2001"), STR_NONE, local, far };
	const char *name = pair_name(far, local);
	struct buf b;
	uint32_t state;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	ck_assert(csta_put_snapshot_device_response(&b, CSTA_ED6, &item, 1));
	ck_assert_int_eq(xml_read(reader, b.p, b.n, NULL), 0);
	state = xml_path(reader, 0,
		"crossRefIDorSnapshotData/snapshotData/snapshotDeviceResponseInfo/localCallState");
	if (name != NULL) {
		ck_assert(str_is(xml_child_text(reader, state, "simpleCallState"), name));
	} else {
		uint32_t first = xml_path(reader, state, "compoundCallState/localConnectionState");
		uint32_t second = xml_next(reader, first);

		ck_assert(str_is(xml_text(reader, first), csta_local_name(local)));
		ck_assert(str_is(xml_text(reader, second), csta_local_name(far)));
	}
	ck_assert_uint_eq(xml_next(reader, xml_first(reader, state)), XML_NONE);
	buf_fini(&b);
}

START_TEST(test_snapshot_states)
{
	struct xml *reader = xml_new();

	for (int far = CSTA_LOCAL_null; far <= CSTA_LOCAL_fail; far++)
		for (int local = CSTA_LOCAL_null; local <= CSTA_LOCAL_fail; local++)
			check_pair(
				reader, (enum csta_local_state)far, (enum csta_local_state)local);
	xml_free(reader);
}
END_TEST

static char long_device[LIMIT_DEVICE_ID], long_address[LIMIT_ADDRESS];

/* The longest ones that may be, of characters that take six bytes each. */
static void
longest_item(struct csta_snapshot_item *item)
{
	for (size_t i = 0; i + 1 < sizeof(long_device); i += 2)
		memcpy(long_device + i, "\xc3\xa4", 2);
	for (size_t i = 0; i + 1 < sizeof(long_address); i += 2)
		memcpy(long_address + i, "\xc3\xa4", 2);
	item->device = (struct str){ long_device, sizeof(long_device) };
	item->endpoint = (struct str){ long_address, sizeof(long_address) };
}

/* Every connection is in one of the segments, in order, and none of these is too long. */
START_TEST(test_snapshot_segments)
{
	static struct csta_snapshot_item items[LIMIT_ENTRIES_PER_DEVICE];
	struct csta_segment seg = { 77, 0 };
	size_t told = 0, taken, start;
	char first[120];
	struct buf b;

	for (size_t i = 0; i < LIMIT_ENTRIES_PER_DEVICE; i++) {
		items[i] = (struct csta_snapshot_item){ i + 1, STR("2001"), STR("2002"),
			CSTA_LOCAL_connected, CSTA_LOCAL_hold };
		if (_i == 1)
			longest_item(&items[i]);
	}
	buf_init(&b, 1 << 20);
	buf_cstr(&b, "before");
	start = b.n;
	ck_assert(
		!csta_put_snapshot_device_response(&b, CSTA_ED6, items, LIMIT_ENTRIES_PER_DEVICE));
	ck_assert_uint_eq(b.n, start);
	while (told < LIMIT_ENTRIES_PER_DEVICE) {
		seg.number++;
		taken = csta_put_snapshot_device_data(
			&b, CSTA_ED6, &seg, items + told, LIMIT_ENTRIES_PER_DEVICE - told);
		ck_assert_uint_ge(taken, 1);
		ck_assert_uint_le(b.n - start + CSTA_PREFIX_BYTES, LIMIT_CSTA_SEND_BYTES);
		buf_char(&b, '\0');
		snprintf(first, sizeof(first),
			"<snapshotData><snapshotDeviceResponseInfo>"
			"<connectionIdentifier><callID>%zu<",
			told + 1);
		ck_assert_ptr_nonnull(strstr((char *)b.p, first));
		told += taken;
		ck_assert_ptr_nonnull(strstr((char *)b.p,
			told == LIMIT_ENTRIES_PER_DEVICE ? "<lastSegment>true<" :
							   "<lastSegment>false<"));
		b.n = start;
	}
	ck_assert_uint_gt(seg.number, 2);
	buf_fini(&b);
}
END_TEST

START_TEST(test_snapshot_segment)
{
	static const struct csta_snapshot_item item = { 5001, { "2001", 4 }, { "", 0 },
		CSTA_LOCAL_alerting, CSTA_LOCAL_connected };
	static const struct csta_segment seg = { 77, 3 };
	static const struct csta_call_party party = { { 5001, { "2001", 4 } }, { "2001", 4 },
		CSTA_LOCAL_hold };
	static const struct csta_call_ends ends = { { "2001", 4 }, { "", 0 } };
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	csta_put_snapshot_device_reference(&b, CSTA_ED6, 77);
	expect(&b,
		IN_ED6("SnapshotDeviceResponse",
			"<crossRefIDorSnapshotData><serviceCrossRefID>77</serviceCrossRefID>"
			"</crossRefIDorSnapshotData>"));
	ck_assert_uint_eq(csta_put_snapshot_device_data(&b, CSTA_ED6, &seg, &item, 1), 1);
	expect(&b,
		IN_ED6("SnapshotDeviceData",
			"<serviceCrossRefID>77</serviceCrossRefID><segmentID>3</segmentID>"
			"<lastSegment>true</lastSegment><snapshotData><snapshotDeviceResponseInfo>"
			"<connectionIdentifier><callID>5001</callID><deviceID>2001</deviceID>"
			"</connectionIdentifier><endpointDevice><notKnown/></endpointDevice>"
			"<localCallState><simpleCallState>callReceived</simpleCallState>"
			"</localCallState></snapshotDeviceResponseInfo></snapshotData>"));
	csta_put_snapshot_call_reference(&b, CSTA_ED6, 77, &ends);
	expect(&b,
		IN_ED6("SnapshotCallResponse",
			"<crossRefIDorSnapshotData><serviceCrossRefID>77</serviceCrossRefID>"
			"</crossRefIDorSnapshotData><callingDevice><deviceIdentifier>2001"
			"</deviceIdentifier></callingDevice>"));
	ck_assert_uint_eq(csta_put_snapshot_call_data(&b, CSTA_ED6, &seg, &party, 1), 1);
	expect(&b,
		IN_ED6("SnapshotCallData",
			"<serviceCrossRefID>77</serviceCrossRefID><segmentID>3</segmentID>"
			"<lastSegment>true</lastSegment><snapshotData><snapshotCallResponseInfo>"
			"<deviceOnCall><deviceIdentifier>2001</deviceIdentifier></deviceOnCall>"
			"<callIdentifier><callID>5001</callID><deviceID>2001</deviceID>"
			"</callIdentifier><localConnectionInfo>hold</localConnectionInfo>"
			"</snapshotCallResponseInfo></snapshotData>"));
	buf_fini(&b);
}
END_TEST

/* The parties that are told, and what is said of how many are not. */
static size_t
told_and_left_out(struct buf *b)
{
	const char *at, *left_out;
	size_t told = 0;

	buf_char(b, '\0');
	for (at = (const char *)b->p; (at = strstr(at, "<snapshotCallResponseInfo>")) != NULL; at++)
		told++;
	left_out = strstr((const char *)b->p, "partiesLeftOut");
	ck_assert_ptr_nonnull(left_out);
	return told + strtoul(strchr(left_out, '>') + 1, NULL, 10);
}

/* A call of many parties: segments in edition 3; later schemas have none, there it is cut. */
START_TEST(test_snapshot_call_size)
{
	static struct csta_call_party parties[LIMIT_PARTIES_PER_CALL];
	static const struct csta_call_ends ends = { { "2001", 4 }, { "2002", 4 } };
	const struct csta_segment seg = { 77, 1 };
	struct buf b;

	for (size_t i = 0; i < LIMIT_PARTIES_PER_CALL; i++)
		parties[i] = (struct csta_call_party){ { i + 1, STR("2001") }, STR("2001"),
			CSTA_LOCAL_connected };
	buf_init(&b, LIMIT_CSTA_MESSAGE_BYTES);
	ck_assert(!csta_put_snapshot_call_response(
		&b, CSTA_ED3, parties, LIMIT_PARTIES_PER_CALL, &ends));
	ck_assert_uint_eq(b.n, 0);
	ck_assert_uint_gt(
		csta_put_snapshot_call_data(&b, CSTA_ED3, &seg, parties, LIMIT_PARTIES_PER_CALL),
		100);
	ck_assert_uint_le(b.n + CSTA_PREFIX_BYTES, LIMIT_CSTA_SEND_BYTES);
	buf_reset(&b);
	ck_assert(csta_put_snapshot_call_response(
		&b, CSTA_ED4, parties, LIMIT_PARTIES_PER_CALL, &ends));
	ck_assert_uint_le(b.n + CSTA_PREFIX_BYTES, LIMIT_CSTA_SEND_BYTES);
	ck_assert_uint_eq(told_and_left_out(&b), LIMIT_PARTIES_PER_CALL);
	buf_reset(&b);
	ck_assert(csta_put_snapshot_call_response(&b, CSTA_ED4, parties, 3, &ends));
	buf_char(&b, '\0');
	ck_assert_ptr_null(strstr((char *)b.p, "extensions"));
	buf_fini(&b);
}
END_TEST

/* What overflowed before stays so. */
START_TEST(test_snapshot_overflowed)
{
	struct csta_snapshot_item item = { 1, STR("2001"), STR("2002"), CSTA_LOCAL_connected,
		CSTA_LOCAL_connected };
	struct buf b;

	buf_init(&b, 10);
	buf_cstr(&b, "more than there is room for");
	ck_assert(csta_put_snapshot_device_response(&b, CSTA_ED6, &item, 1));
	ck_assert(b.overflow);
	buf_fini(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("csta_encode_snapshot");
	TCase *tc = tcase_create("csta_encode_snapshot");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, test_snapshot);
	tcase_add_test(tc, test_snapshot_states);
	tcase_add_loop_test(tc, test_snapshot_segments, 0, 2);
	tcase_add_test(tc, test_snapshot_segment);
	tcase_add_test(tc, test_snapshot_call_size);
	tcase_add_test(tc, test_snapshot_overflowed);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
