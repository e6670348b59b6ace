/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the pure parts of cstaclient: framing, reader, writer, validation, rules, requests,
 * silence, options. The deliberately wrong input is the point: the client has to catch it.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cstaclient/cc_doc.h"
#include "tests/cstaclient/cc_frame.h"
#include "tests/cstaclient/cc_gap.h"
#include "tests/cstaclient/cc_hist.h"
#include "tests/cstaclient/cc_make.h"
#include "tests/cstaclient/cc_opts.h"
#include "tests/cstaclient/cc_rand.h"
#include "tests/cstaclient/cc_requests.h"
#include "tests/cstaclient/cc_text.h"
#include "tests/cstaclient/cc_valid.h"

#define NS CC_NS_CSTA "ed6"
#define SHARED "../shared/csta"

/* --- framing --- */

struct frames {
	int count;
	unsigned id[4];
	char text[4][32];
};

static int
keep_frame(unsigned id, const char *xml, size_t n, void *arg)
{
	struct frames *f = arg;

	f->id[f->count] = id;
	memcpy(f->text[f->count], xml, n);
	f->text[f->count][n] = '\0';
	f->count++;
	return 0;
}

static struct cc_frame_in frame_in;

static int
feed(const void *p, size_t n, struct frames *f, char *why)
{
	return cc_frame_feed(&frame_in, p, n, keep_frame, f, why, CC_WHY_MAX);
}

START_TEST(frame_is_exact)
{
	unsigned char out[CC_FRAME_MAX];

	ck_assert_uint_eq(cc_frame_put(out, 42, "<a/>", 4), 12);
	ck_assert_mem_eq(out,
		"\0\0\0\x0c"
		"0042<a/>",
		12);
	ck_assert_uint_eq(cc_frame_put(out, 10000, "<a/>", 4), 0);
	ck_assert_uint_eq(cc_frame_put(out, 1, "", 0), 0);
	ck_assert_uint_eq(cc_frame_put(out, 1, "x", CC_FRAME_MAX - 7), 0);
}
END_TEST

START_TEST(frame_reads_any_pieces)
{
	static const char two[] = "\0\0\0\x0c"
				  "0042<a/>\0\0\0\x0c"
				  "9999<b/>";

	for (size_t step = 1; step < sizeof(two); step++) {
		struct frames f = { 0 };
		char why[CC_WHY_MAX];

		cc_frame_reset(&frame_in);
		for (size_t i = 0; i < sizeof(two) - 1; i += step) {
			size_t left = sizeof(two) - 1 - i;

			ck_assert_int_eq(feed(two + i, left < step ? left : step, &f, why), 0);
		}
		ck_assert_int_eq(f.count, 2);
		ck_assert_uint_eq(f.id[0], 42);
		ck_assert_uint_eq(f.id[1], 9999);
		ck_assert_str_eq(f.text[0], "<a/>");
		ck_assert_str_eq(f.text[1], "<b/>");
	}
}
END_TEST

START_TEST(frame_refuses_nonsense)
{
	static const char *const bad[] = { "\1\0\0\x0c"
					   "0042<a/>",
		"\0\0\0\x08"
		"0042",
		"\0\0\0\x0c"
		"00x2<a/>" };

	for (size_t i = 0; i < 3; i++) {
		struct frames f = { 0 };
		char why[CC_WHY_MAX] = "";

		cc_frame_reset(&frame_in);
		ck_assert_int_eq(feed(bad[i], i == 1 ? 8 : 12, &f, why), -1);
		ck_assert_str_ne(why, "");
		ck_assert_int_eq(f.count, 0);
	}
}
END_TEST

/* --- reader --- */

static int
read_doc(const char *xml, struct cc_msg *m, char *why)
{
	bool is_valid;

	return cc_doc_read(xml, strlen(xml), NS, NULL, m, &is_valid, why);
}

#define DELIVERED(local) \
	"<DeliveredEvent xmlns='" NS "'><monitorCrossRefID> 17\n</monitorCrossRefID>" \
	"<connection><deviceID>2002</deviceID><callID>5001</callID></connection>" \
	"<alertingDevice><deviceIdentifier>2002</deviceIdentifier></alertingDevice>" \
	"<localConnectionInfo>" local "</localConnectionInfo><cause>newCall</cause>" \
	"<extensions><security><messageSequenceNumber>12</messageSequenceNumber></security>" \
	"</extensions></DeliveredEvent>"

START_TEST(doc_reads_an_event)
{
	struct cc_msg m;
	char why[CC_WHY_MAX];

	ck_assert_int_eq(read_doc(DELIVERED("alerting"), &m, why), 0);
	ck_assert_int_eq(m.root, CC_ROOT_DELIVERED);
	ck_assert_int_eq(m.class, CC_CLASS_CALL);
	ck_assert_str_eq(m.xref, "17");
	ck_assert_str_eq(m.conn.call_id, "5001");
	ck_assert_str_eq(m.conn.device, "2002");
	ck_assert_str_eq(m.subject, "2002");
	ck_assert_int_eq(m.local, CC_STATE_ALERTING);
	ck_assert(m.is_numbered);
	ck_assert_int_eq(m.number, 12);
	cc_doc_fini(&m);
}
END_TEST

#define SNAP_ITEM(call, state) \
	"<snapshotDeviceResponseInfo><connectionIdentifier><callID>" call "</callID>" \
	"<deviceID>2001</deviceID></connectionIdentifier><localCallState>" state \
	"</localCallState></snapshotDeviceResponseInfo>"
#define SIMPLE(word) "<simpleCallState>" word "</simpleCallState>"

START_TEST(doc_reads_a_snapshot)
{
	struct cc_msg m;
	char why[CC_WHY_MAX];

	ck_assert_int_eq(
		read_doc(
			"<SnapshotDeviceResponse xmlns='" NS
			"'><crossRefIDorSnapshotData><snapshotData>" SNAP_ITEM(
				"1", SIMPLE("callReceived")) SNAP_ITEM("2",
				SIMPLE("callEstablishedHeld")) SNAP_ITEM("3",
				"<compoundCallState><localConnectionState>hold"
				"</localConnectionState><localConnectionState>connected"
				"</localConnectionState></compoundCallState>") SNAP_ITEM("4",
				"<unknown/>") "</snapshotData>"
					      "</crossRefIDorSnapshotData></SnapshotDeviceResponse>",
			&m, why),
		0);
	ck_assert_uint_eq(m.snap_count, 4);
	ck_assert_int_eq(m.snap[0].state, CC_STATE_ALERTING);
	ck_assert_int_eq(m.snap[1].state, CC_STATE_HOLD);
	ck_assert_int_eq(m.snap[2].state, CC_STATE_HOLD);
	ck_assert_int_eq(m.snap[3].state, CC_STATE_UNKNOWN);
	ck_assert_str_eq(m.snap[1].conn.call_id, "2");
	cc_doc_fini(&m);
}
END_TEST

START_TEST(doc_reads_answers)
{
	struct cc_msg m;
	char why[CC_WHY_MAX];

	ck_assert_int_eq(read_doc("<CSTAErrorCode xmlns='" NS "'><operation>invalidDeviceID"
				  "</operation></CSTAErrorCode>",
				 &m, why),
		0);
	ck_assert_str_eq(m.error, "operation/invalidDeviceID");
	ck_assert_int_eq(
		read_doc("<p:StartApplicationSessionPosResponse xmlns:p='" CC_NS_APPL
			 "'><p:sessionID>s7</p:sessionID><p:actualSessionDuration>60"
			 "</p:actualSessionDuration></p:StartApplicationSessionPosResponse>",
			&m, why),
		0);
	ck_assert_str_eq(m.session_id, "s7");
	ck_assert_int_eq(m.duration_s, 60);
}
END_TEST

START_TEST(doc_is_strict)
{
	static const char *const bad[] = {
		"<SystemStatus xmlns='" NS "'><systemStatus>normal</systemStatus>",
		"<SystemStatus xmlns='" NS "'/>",
		"<SystemStatus xmlns='" NS "'><systemStatus>normal</systemStatus></SystemStatus>x",
		"<SystemStatus xmlns='" CC_NS_CSTA
		"ed3'><systemStatus>normal</systemStatus></SystemStatus>",
		"<SystemStatus><systemStatus>normal</systemStatus></SystemStatus>",
		"<TransferredEvent xmlns='" NS
		"'><monitorCrossRefID>1</monitorCrossRefID></TransferredEvent>",
		"<!DOCTYPE SystemStatus [<!ENTITY e 'normal'>]><SystemStatus xmlns='" NS
		"'><systemStatus>&e;</systemStatus></SystemStatus>",
		"<DeliveredEvent xmlns='" NS
		"'><monitorCrossRefID>1</monitorCrossRefID></DeliveredEvent>",
		"<BackInServiceEvent xmlns='" NS "'/>",
		DELIVERED("held"),
		"<CSTAErrorCode xmlns='" NS "'/>",
		"<MonitorStartResponse xmlns='" NS "'/>",
		"<StartApplicationSessionPosResponse xmlns='" NS
		"'><sessionID>1</sessionID></StartApplicationSessionPosResponse>",
		"<SnapshotDeviceResponse xmlns='" NS "'/>",
	};
	struct cc_msg m;
	char why[CC_WHY_MAX];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(read_doc(bad[i], &m, why) == -1, "accepted: %s", bad[i]);
		ck_assert_str_ne(why, "");
	}
}
END_TEST

/* --- writer and validation --- */

static void
check_valid(struct cc_valid *v, struct cc_text *t)
{
	char why[CC_WHY_MAX];

	ck_assert(!t->is_cut);
	ck_assert_msg(cc_valid_text(v, t->p, t->n, why, sizeof(why)), "%s: %s", why, t->p);
}

#define CHECK_MAKE(call) \
	do { \
		cc_text_init(&t, memory, sizeof(memory)); \
		call; \
		check_valid(v, &t); \
	} while (0)

START_TEST(made_documents_are_valid)
{
	static const char *const editions[] = { "ed3", "ed4", "ed5", "ed6" };
	char memory[4096];
	char why[CC_WHY_MAX];
	struct cc_text t;

	if (access(SHARED, R_OK) != 0) {
		(void)puts("skip: " SHARED " with the schemas is not there");
		return;
	}
	for (size_t i = 0; i < 4; i++) {
		char ns[96];
		struct cc_make_start start = { "a&b", "p<", i == 0 ? NULL : "s1", ns, 60, 60, 0 };
		struct cc_valid *v = cc_valid_new(SHARED, editions[i], why, sizeof(why));

		ck_assert_msg(v != NULL, "%s", why);
		(void)snprintf(ns, sizeof(ns), CC_NS_CSTA "%s", editions[i]);
		CHECK_MAKE(cc_make_start_session(&t, &start));
		CHECK_MAKE(cc_make_stop_session(&t, "s1"));
		CHECK_MAKE(cc_make_reset_timer(&t, "s1", 60));
		CHECK_MAKE(cc_make_request_status(&t, ns));
		CHECK_MAKE(cc_make_register(&t, ns));
		CHECK_MAKE(cc_make_monitor_start(&t, ns, "2001"));
		CHECK_MAKE(cc_make_monitor_stop(&t, ns, "7"));
		CHECK_MAKE(cc_make_snapshot(&t, ns, "2001"));
		CHECK_MAKE(cc_make_call(&t, ns, "2001", "tel:+15559123456"));
		CHECK_MAKE(cc_make_connection(&t, ns, "AnswerCall", "callToBeAnswered", "1", "2"));
		CHECK_MAKE(cc_make_connection(&t, ns, "HoldCall", "callToBeHeld", "1", "2"));
		CHECK_MAKE(
			cc_make_connection(&t, ns, "RetrieveCall", "callToBeRetrieved", "1", "2"));
		CHECK_MAKE(cc_make_connection(
			&t, ns, "ClearConnection", "connectionToBeCleared", "1", "2"));
		CHECK_MAKE(cc_make_empty(&t, ns, "SystemStatusResponse"));
		CHECK_MAKE(cc_make_empty(&t, ns, "MonitorStopResponse"));
		CHECK_MAKE(cc_make_status_normal(&t, ns));
		cc_valid_free(v);
	}
}
END_TEST

START_TEST(invalid_document_is_seen)
{
	static const char bad[] =
		"<SystemStatus xmlns='" NS "'><systemStatus>sunny</systemStatus></SystemStatus>";
	char why[CC_WHY_MAX];
	struct cc_valid *v;
	struct cc_msg m;
	bool is_valid;

	ck_assert_ptr_null(cc_valid_new("/nonexistent", "ed6", why, sizeof(why)));
	ck_assert_str_ne(why, "");
	if (access(SHARED, R_OK) != 0) {
		(void)puts("skip: " SHARED " with the schemas is not there");
		return;
	}
	v = cc_valid_new(SHARED, "ed6", why, sizeof(why));
	ck_assert_ptr_nonnull(v);
	ck_assert_int_eq(cc_doc_read(bad, strlen(bad), NS, v, &m, &is_valid, why), 0);
	ck_assert(!is_valid);
	ck_assert_str_ne(why, "");
	cc_doc_fini(&m);
	cc_valid_free(v);
}
END_TEST

/* --- rules --- */

START_TEST(rules_hold)
{
	ck_assert(cc_rules_allows(
		CC_ROOT_SERVICE_INITIATED, CC_STATE_NULL, CC_STATE_INITIATED, true));
	ck_assert(
		cc_rules_allows(CC_ROOT_ORIGINATED, CC_STATE_INITIATED, CC_STATE_CONNECTED, true));
	ck_assert(cc_rules_allows(
		CC_ROOT_ESTABLISHED, CC_STATE_CONNECTED, CC_STATE_CONNECTED, false));
	ck_assert(cc_rules_allows(CC_ROOT_HELD, CC_STATE_HOLD, CC_STATE_HOLD, false));
	ck_assert(!cc_rules_allows(CC_ROOT_ESTABLISHED, CC_STATE_NULL, CC_STATE_CONNECTED, true));
	ck_assert(!cc_rules_allows(CC_ROOT_ORIGINATED, CC_STATE_NULL, CC_STATE_CONNECTED, true));
	ck_assert(!cc_rules_allows(CC_ROOT_HELD, CC_STATE_CONNECTED, CC_STATE_HOLD, false));
	ck_assert(!cc_rules_allows(CC_ROOT_HELD, CC_STATE_CONNECTED, CC_STATE_CONNECTED, true));
	ck_assert(!cc_rules_allows(CC_ROOT_HELD, CC_STATE_ALERTING, CC_STATE_HOLD, true));
	ck_assert(!cc_rules_allows(CC_ROOT_RETRIEVED, CC_STATE_ALERTING, CC_STATE_CONNECTED, true));
	ck_assert(!cc_rules_allows(CC_ROOT_DELIVERED, CC_STATE_CONNECTED, CC_STATE_ALERTING, true));
	ck_assert(!cc_rules_allows(CC_ROOT_CONNECTION_CLEARED, CC_STATE_NULL, CC_STATE_NULL, true));
	for (int s = CC_STATE_INITIATED; s < CC_STATE_UNKNOWN; s++)
		ck_assert(cc_rules_allows(
			CC_ROOT_CONNECTION_CLEARED, (enum cc_state)s, CC_STATE_NULL, true));
}
END_TEST

/* --- requests --- */

START_TEST(requests_tell_answers_apart)
{
	static struct cc_requests r;
	struct cc_request out;
	unsigned id;

	cc_requests_init(&r);
	id = cc_requests_add(&r, CC_KIND_MAKE, 5)->id;
	ck_assert(cc_requests_is_open(&r, id));
	ck_assert_int_eq(cc_requests_take(&r, id + 1, &out), CC_MATCH_UNKNOWN);
	ck_assert_int_eq(cc_requests_take(&r, 9999, &out), CC_MATCH_UNKNOWN);
	ck_assert_int_eq(cc_requests_take(&r, id, &out), CC_MATCH_OK);
	ck_assert_int_eq(out.kind, CC_KIND_MAKE);
	ck_assert_int_eq(cc_requests_take(&r, id, &out), CC_MATCH_TWICE);
	id = cc_requests_add(&r, CC_KIND_HOLD, 6)->id;
	cc_requests_abandon(&r);
	ck_assert_uint_eq(r.count, 0);
	ck_assert_int_eq(cc_requests_take(&r, id, &out), CC_MATCH_OLD);
	for (int i = 0; i < CC_REQUESTS_MAX; i++)
		ck_assert_ptr_nonnull(cc_requests_add(&r, CC_KIND_PROBE, 7));
	ck_assert_ptr_null(cc_requests_add(&r, CC_KIND_PROBE, 7));
}
END_TEST

START_TEST(requests_ids_wrap_around_open_ones)
{
	static struct cc_requests r;
	struct cc_request out;
	unsigned open_id;

	cc_requests_init(&r);
	open_id = cc_requests_add(&r, CC_KIND_MAKE, 0)->id;
	for (int i = 0; i < 2 * CC_REQUEST_ID_MAX; i++) {
		unsigned id = cc_requests_add(&r, CC_KIND_PROBE, 0)->id;

		ck_assert(id != open_id && id >= 1 && id <= CC_REQUEST_ID_MAX);
		ck_assert_int_eq(cc_requests_take(&r, id, &out), CC_MATCH_OK);
	}
	ck_assert_int_eq(cc_requests_take(&r, open_id, &out), CC_MATCH_OK);
}
END_TEST

/* --- silence --- */

START_TEST(gap_finds_the_silence)
{
	struct cc_gap g;

	ck_assert_int_eq(cc_gap_init(&g, 2), 0);
	for (int64_t t = 0; t <= 1000000; t += 100000)
		cc_gap_arrival(&g, 0, t);
	cc_gap_arrival(&g, 0, 1700000);
	ck_assert_int_eq(cc_gap_add_mark(&g, "late", 1050000), 0);
	ck_assert_int_eq(cc_gap_silence_us(&g, 0, 0, 1750000), 700000);
	/* a gap that begins after the mark counts too, and the last one is open */
	cc_gap_arrival(&g, 0, 1800000);
	ck_assert_int_eq(cc_gap_silence_us(&g, 0, 0, 4800000), 3000000);
	cc_gap_arrival(&g, 0, 1900000);
	cc_gap_arrival(&g, 0, 12000000);
	ck_assert_int_eq(cc_gap_silence_us(&g, 0, 0, 12000000), 10100000);
	/* but not one that begins 10 s after it */
	cc_gap_arrival(&g, 0, 40000000);
	ck_assert_int_eq(cc_gap_silence_us(&g, 0, 0, 40000000), 10100000);
	ck_assert_int_eq(cc_gap_silence_us(&g, 0, 1, 40000000), 0);
	cc_gap_fini(&g);
}
END_TEST

START_TEST(gap_gives_figures)
{
	struct cc_gap g;
	json_t *json;
	json_t *marks;
	double p50 = -1;
	double max = -1;

	ck_assert_int_eq(cc_gap_init(&g, 3), 0);
	for (size_t s = 0; s < 3; s++) {
		cc_gap_arrival(&g, s, 0);
		cc_gap_arrival(&g, s, 1000000 * (int64_t)(s + 1));
	}
	ck_assert_int_eq(cc_gap_add_mark(&g, "fault", 500000), 0);
	json = cc_gap_json(&g, 3000000);
	marks = cc_gap_marks_json(&g, 3000000);
	ck_assert_int_eq(json_unpack(json, "{s:F,s:F}", "p50", &p50, "max", &max), 0);
	ck_assert_double_eq_tol(p50, 2000, 0.1);
	ck_assert_double_eq_tol(max, 3000, 0.1);
	ck_assert_uint_eq(json_array_size(marks), 1);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "per_session")), 3);
	json_decref(json);
	json_decref(marks);
	cc_gap_fini(&g);
}
END_TEST

START_TEST(random_gaps_have_their_mean)
{
	struct cc_rand r;
	int64_t sum_us = 0;

	cc_rand_seed(&r, 1);
	for (int i = 0; i < 20000; i++)
		sum_us += cc_rand_gap_us(&r, 10);
	ck_assert_int_gt(sum_us / 20000, 96000);
	ck_assert_int_lt(sum_us / 20000, 104000);
}
END_TEST

/* --- options --- */

static int
parse(struct cc_opts *o, const char *const *args, char *why)
{
	char *argv[16];
	int argc = 0;
	int rc;

	argv[argc++] = strdup("cstaclient");
	for (; *args != NULL; args++)
		argv[argc++] = strdup(*args);
	argv[argc] = NULL;
	rc = cc_opts_parse(o, argc, argv, why, CC_WHY_MAX);
	while (argc > 0)
		free(argv[--argc]);
	return rc;
}

START_TEST(options_are_read)
{
	const char *const args[] = { "--server", "10.77.0.50:1040", "--devices", "0098-0101,7",
		"--sessions", "2", "--mode", "plain", "--rate", "2.5", NULL };
	struct cc_opts o;
	char why[CC_WHY_MAX] = "";

	ck_assert_msg(parse(&o, args, why) == 0, "%s", why);
	ck_assert_str_eq(o.host, "10.77.0.50");
	ck_assert_int_eq(o.port, 1040);
	ck_assert_uint_eq(o.device_count, 5);
	ck_assert_str_eq(o.devices[0], "0098");
	ck_assert_str_eq(o.devices[3], "0101");
	ck_assert_str_eq(o.devices[4], "7");
	ck_assert(o.is_plain);
	ck_assert_double_eq_tol(o.rate, 2.5, 0.001);
	cc_opts_fini(&o);
}
END_TEST

START_TEST(options_are_checked)
{
	const char *const bad[][5] = {
		{ "--server", "10.77.0.50:1040", NULL },
		{ "--server", "nowhere", "--devices", "1", NULL },
		{ "--devices", "5-3", NULL },
		{ "--devices", "x", NULL },
		{ "--devices", "1-99999999", NULL },
		{ "--mode", "both", NULL },
		{ "--edition", "ed7", NULL },
		{ "--rate", "-1", NULL },
		{ "--rate", "nan", NULL },
		{ "--sessions", "0", NULL },
		{ "--frobnicate", NULL },
		{ "--server", NULL },
		{ "extra", NULL },
	};
	const char *const many[] = { "--server", "1.2.3.4:5", "--devices", "1", "--sessions", "2",
		NULL };
	struct cc_opts o;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char why[CC_WHY_MAX] = "";

		ck_assert_msg(parse(&o, bad[i], why) == -1, "accepted: case %zu", i);
		ck_assert_str_ne(why, "");
		cc_opts_fini(&o);
	}
	ck_assert_int_eq(parse(&o, many, (char[CC_WHY_MAX]){ "" }), -1);
	cc_opts_fini(&o);
}
END_TEST

static TCase *
case_codec(void)
{
	TCase *c = tcase_create("codec");

	tcase_add_test(c, frame_is_exact);
	tcase_add_test(c, frame_reads_any_pieces);
	tcase_add_test(c, frame_refuses_nonsense);
	tcase_add_test(c, doc_reads_an_event);
	tcase_add_test(c, doc_reads_a_snapshot);
	tcase_add_test(c, doc_reads_answers);
	tcase_add_test(c, doc_is_strict);
	tcase_add_test(c, made_documents_are_valid);
	tcase_add_test(c, invalid_document_is_seen);
	tcase_add_test(c, rules_hold);
	return c;
}

START_TEST(durations_have_percentiles)
{
	struct cc_hist h = { .count = 0 };
	json_t *json;

	ck_assert_int_eq(cc_hist_at_us(&h, 500), 0);
	for (int64_t us = 1; us <= 10000; us++)
		cc_hist_add(&h, us);
	ck_assert_int_ge(cc_hist_at_us(&h, 500), 5000);
	ck_assert_int_le(cc_hist_at_us(&h, 500), 5000 + 5000 / 32 + 1);
	ck_assert_int_ge(cc_hist_at_us(&h, 990), 9900);
	ck_assert_int_le(cc_hist_at_us(&h, 990), 10000);
	ck_assert_int_eq(cc_hist_at_us(&h, 1000), 10000);
	json = cc_hist_json(&h);
	ck_assert_int_eq(json_integer_value(json_object_get(json, "count")), 10000);
	ck_assert(json_real_value(json_object_get(json, "max")) == 10.0);
	json_decref(json);
}
END_TEST

START_TEST(durations_out_of_range)
{
	struct cc_hist h = { .count = 0 };

	cc_hist_add(&h, -5);
	ck_assert_int_eq(cc_hist_at_us(&h, 1000), 0);
	for (int64_t us = 1; us > 0 && us < INT64_MAX / 3; us *= 3) {
		struct cc_hist one = { .count = 0 };

		cc_hist_add(&one, us);
		ck_assert_int_le(cc_hist_at_us(&one, 500), us);
		cc_hist_add(&h, us);
	}
	ck_assert_int_gt(h.max_us, INT64_C(1) << 60);
	cc_hist_merge(&h, &h);
	ck_assert_int_eq(h.count, 2 * 40);
}
END_TEST

static TCase *
case_rest(void)
{
	TCase *c = tcase_create("rest");

	tcase_add_test(c, requests_tell_answers_apart);
	tcase_add_test(c, requests_ids_wrap_around_open_ones);
	tcase_add_test(c, gap_finds_the_silence);
	tcase_add_test(c, gap_gives_figures);
	tcase_add_test(c, durations_have_percentiles);
	tcase_add_test(c, durations_out_of_range);
	tcase_add_test(c, random_gaps_have_their_mean);
	tcase_add_test(c, options_are_read);
	tcase_add_test(c, options_are_checked);
	return c;
}

int
main(void)
{
	Suite *suite = suite_create("cc_parts");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, case_codec());
	suite_add_tcase(suite, case_rest());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
