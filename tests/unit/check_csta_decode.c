/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CSTA decoder on the documents of tests/wire/csta: each NAME.xml, written after the manner
 * of a real client or a deviation of one, has a NAME.expect with what must come out, one field a
 * line. Besides: every prefix of every document, one reader for all of them, names and editions.
 *
 * Run from the top of the tree.
 */
#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"
#include "proto/csta_decode.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/wire/csta"
#define CASES_MIN 80

static struct dirent **cases;
static int case_count;

static int
is_case(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 4 && strcmp(entry->d_name + n - 4, ".xml") == 0;
}

/* The file NAME with its ".xml" replaced; empty and false if it cannot be read. */
static bool
load(const char *name, const char *suffix, struct buf *b)
{
	char path[512];
	uint8_t chunk[4096];
	size_t n;
	FILE *in;

	snprintf(path, sizeof(path), FOLDER "/%.*s%s", (int)strlen(name) - 4, name, suffix);
	buf_init(b, 1 << 20);
	in = fopen(path, "rb");
	if (in == NULL)
		return false;
	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		buf_put(b, chunk, n);
	fclose(in);
	return !b->overflow;
}

/* --- the request as text --- */

static void
show_text(struct buf *b, const char *key, struct str value)
{
	if (value.n > 0)
		buf_printf(b, "%s=%.*s\n", key, STR_ARG(value));
}

static void
show_number(struct buf *b, const char *key, uint64_t value)
{
	if (value != 0)
		buf_printf(b, "%s=%llu\n", key, (unsigned long long)value);
}

static void
show_flag(struct buf *b, const char *key, bool value)
{
	if (value)
		buf_printf(b, "%s\n", key);
}

static void
show_events(struct buf *b, uint64_t bits)
{
	const char *before = "filter=";

	for (unsigned kind = 0; kind < CSTA_EVENT_COUNT; kind++) {
		const char *name = csta_event_name((enum csta_event_kind)kind);

		if ((bits & UINT64_C(1) << kind) == 0)
			continue;
		buf_printf(b, "%s%.*s", before, (int)(strlen(name) - strlen("Event")), name);
		before = ",";
	}
	if (bits != 0)
		buf_char(b, '\n');
}

static void
show_statuses(struct buf *b, uint32_t bits)
{
	const char *before = "status_filter=";

	for (unsigned s = 0; s <= CSTA_STATUS_overloadRelieved; s++) {
		if ((bits & 1u << s) == 0)
			continue;
		buf_printf(b, "%s%s", before, csta_status_name((enum csta_status)s));
		before = ",";
	}
	if (bits != 0)
		buf_char(b, '\n');
}

static void
show_session(struct buf *b, const struct csta_request *r)
{
	show_text(b, "session_id", r->session_id);
	show_text(b, "user", r->user);
	show_text(b, "password", r->password);
	show_number(b, "cleanup_delay_s", r->cleanup_delay_s);
	show_number(b, "duration_s", r->duration_s);
	show_flag(b, "numbered", r->numbered);
	show_number(b, "last_number", r->last_number);
	show_flag(b, "versions_given", r->versions_given);
	if (r->wanted != CSTA_ED_NONE)
		buf_printf(b, "wanted=%s\n", csta_edition_name(r->wanted));
}

static void
show_features(struct buf *b, const struct csta_request *r)
{
	static const char *const flags[] = { NULL, "off", "on" };

	show_number(b, "called_count", r->called_count);
	show_text(b, "held_call_id", r->held.call_id);
	show_text(b, "held_device_id", r->held.device_id);
	show_text(b, "account", r->account);
	if (r->on != CSTA_FLAG_NONE)
		buf_printf(b, "on=%s\n", flags[r->on]);
	if (r->forwarding != CSTA_FORWARD_NONE)
		buf_printf(b, "forwarding=%s\n",
			r->forwarding == CSTA_FORWARDING_COUNT ?
				"?" :
				csta_forwarding_name(r->forwarding));
	show_number(b, "ring_count", r->ring_count);
	if (r->agent_wish != CSTA_WISH_NONE)
		buf_printf(b, "agent_wish=%s\n",
			r->agent_wish == CSTA_AGENT_WISH_COUNT ?
				"?" :
				csta_agent_wish_name(r->agent_wish));
	show_text(b, "agent_id", r->agent_id);
	show_text(b, "agent_password", r->agent_password);
	show_text(b, "group", r->group);
	show_text(b, "reason", r->reason);
}

static void
show_media(struct buf *b, const struct csta_request *r)
{
	show_text(b, "digits", r->digits);
	show_flag(b, "pulses", r->pulses);
	show_text(b, "message", r->message);
	show_number(b, "play_ms", r->play_ms);
	show_flag(b, "silent", r->silent);
	for (size_t i = 0; i < r->private_count; i++)
		buf_printf(b, "private %.*s=%.*s\n", STR_ARG(r->private_items[i].name),
			STR_ARG(r->private_items[i].value));
}

static void
show(struct buf *b, const struct csta_request *r)
{
	buf_printf(b, "kind=%s\n", csta_request_name(r->kind));
	buf_printf(b, "edition=%s\n", csta_edition_name(r->edition));
	show_text(b, "root", r->root);
	show_text(b, "device", r->device);
	show_flag(b, "call_object", r->call_object);
	show_flag(b, "call_type", r->call_type);
	show_flag(b, "filter_given", r->filter_given);
	show_events(b, r->filter);
	show_flag(b, "filter_inverted", r->filter_inverted);
	show_flag(b, "media_given", r->media_given);
	show_flag(b, "media_voice", r->media_voice);
	show_text(b, "called", r->called);
	show_text(b, "call_id", r->connection.call_id);
	show_text(b, "device_id", r->connection.device_id);
	show_text(b, "cross_ref", r->cross_ref);
	show_text(b, "register_id", r->register_id);
	show_flag(b, "wants_status", r->wants_status);
	show_statuses(b, r->status_filter);
	show_text(b, "status", r->status);
	show_features(b, r);
	show_media(b, r);
	show_session(b, r);
}

static void
show_result(struct buf *b, int rv, const struct csta_request *r, const struct err *e)
{
	buf_reset(b);
	if (rv == 0) {
		show(b, r);
		return;
	}
	ck_assert_int_eq(e->code, rv);
	ck_assert_int_gt((int)strlen(e->text), 0);
	ck_assert_int_eq(r->kind, CSTA_UNKNOWN);
	buf_printf(b, "error=%s\n", err_name(rv));
}

/* --- tests --- */

static void
check_case(struct xml *reader, const char *name)
{
	struct csta_request request;
	struct err e = { 0 };
	struct buf document;
	struct buf expected;
	struct buf shown;
	int rv;

	ck_assert_msg(load(name, ".xml", &document), "%s cannot be read", name);
	ck_assert_msg(load(name, ".expect", &expected), "%s has no .expect", name);
	rv = csta_decode(reader, buf_as_str(&document), &request, &e);
	buf_init(&shown, 1 << 20);
	show_result(&shown, rv, &request, &e);
	ck_assert_msg(str_eq(buf_as_str(&shown), buf_as_str(&expected)),
		"%s: %s\n--- expected\n%.*s--- decoded\n%.*s", name, e.text,
		STR_ARG(buf_as_str(&expected)), STR_ARG(buf_as_str(&shown)));
	buf_fini(&shown);
	buf_fini(&expected);
	buf_fini(&document);
}

START_TEST(test_document)
{
	struct xml *reader = xml_new();

	check_case(reader, cases[_i]->d_name);
	xml_free(reader);
}
END_TEST

/* One reader for all, in both orders: nothing of a document is left in the next. */
START_TEST(test_one_reader)
{
	struct xml *reader = xml_new();

	for (int i = 0; i < case_count; i++)
		check_case(reader, cases[i]->d_name);
	for (int i = case_count; i-- > 0;)
		check_case(reader, cases[i]->d_name);
	xml_free(reader);
}
END_TEST

/* A heap copy of exactly `n` bytes, so that a read beyond them is found. */
static int
decode_copy(struct xml *reader, const uint8_t *p, size_t n, struct csta_request *request)
{
	char *copy = mem_alloc(n ? n : 1);
	struct err e = { 0 };
	int rv;

	if (n > 0)
		memcpy(copy, p, n);
	rv = csta_decode(reader, (struct str){ copy, n }, request, &e);
	mem_free(copy);
	return rv;
}

/* Every document cut short at every place: refused, or (blanks cut off) still the same. */
START_TEST(test_cut_short)
{
	struct xml *reader = xml_new();
	struct csta_request request;
	struct buf document;
	size_t refused = 0;

	ck_assert(load(cases[_i]->d_name, ".xml", &document));
	for (size_t n = 0; n < document.n; n++) {
		int rv = decode_copy(reader, document.p, n, &request);

		refused += rv != 0;
		ck_assert(rv != 0 || request.root.n > 0);
		ck_assert(rv == 0 || request.kind == CSTA_UNKNOWN);
	}
	ck_assert_uint_ge(refused + 20, document.n);
	buf_fini(&document);
	xml_free(reader);
}
END_TEST

/* Every document with one byte changed: no crash, no read out of bounds. */
START_TEST(test_one_byte_changed)
{
	static const uint8_t bytes[] = { '<', '>', '&', '"', '/', ' ', 0x00, 0x80, 0xff };
	struct xml *reader = xml_new();
	struct csta_request request;
	struct buf document;
	struct buf shown;

	buf_init(&shown, 1 << 20);
	ck_assert(load(cases[_i]->d_name, ".xml", &document));
	for (size_t at = 0; at < document.n; at++) {
		uint8_t before = document.p[at];

		document.p[at] = bytes[at % sizeof(bytes)];
		if (decode_copy(reader, document.p, document.n, &request) == 0) {
			buf_reset(&shown);
			show(&shown, &request);
		}
		document.p[at] = before;
	}
	buf_fini(&shown);
	buf_fini(&document);
	xml_free(reader);
}
END_TEST

/* The first error counts: a caller may collect several attempts in one struct. */
START_TEST(test_limits)
{
	struct xml *reader = xml_new();
	struct csta_request request;
	struct err e = { 0 };
	struct buf b;

	buf_init(&b, 2 * LIMIT_XML_DOC_BYTES);
	buf_cstr(&b, "<MonitorStart><monitorObject><deviceObject>");
	while (b.n < LIMIT_XML_DOC_BYTES)
		buf_char(&b, '2');
	buf_cstr(&b, "</deviceObject></monitorObject></MonitorStart>");
	ck_assert_int_eq(csta_decode(reader, buf_as_str(&b), &request, &e), E_LIMIT);
	ck_assert_int_eq(e.code, E_LIMIT);

	/* the longest message a frame can carry is a document */
	buf_reset(&b);
	buf_cstr(&b, "<MakeCall><callingDevice>");
	while (b.n < 65527 - strlen("</callingDevice></MakeCall>"))
		buf_char(&b, '2');
	buf_cstr(&b, "</callingDevice></MakeCall>");
	ck_assert_int_eq(csta_decode(reader, buf_as_str(&b), &request, NULL), 0);
	ck_assert_uint_eq(request.device.n,
		65527 - strlen("<MakeCall><callingDevice>") -
			strlen("</callingDevice></MakeCall>"));
	buf_fini(&b);
	xml_free(reader);
}
END_TEST

START_TEST(test_edition_of_namespace)
{
	static const struct {
		const char *ns;
		enum csta_edition ed;
	} rows[] = {
		{ "http://www.ecma-international.org/standards/ecma-323/csta/ed3", CSTA_ED3 },
		{ "http://www.ecma-international.org/standards/ecma-323/csta/ed3/priv7", CSTA_ED3 },
		{ "http://www.ecma-international.org/standards/ecma-323/csta/ed4", CSTA_ED4 },
		{ "http://www.ecma-international.org/standards/ecma-323/csta/ed5", CSTA_ED5 },
		{ "http://www.ecma-international.org/standards/ecma-323/csta/ed6", CSTA_ED6 },
		{ "http://www.ecma.ch/standards/ecma-323/csta/ed2", CSTA_ED3 },
		{ "http://www.ecma.ch/standards/ecma-323/csta/ed1", CSTA_ED3 },
		{ "csta/ed6", CSTA_ED6 },
		{ "csta/x/csta/ed6", CSTA_ED6 },
		{ "csta/ed", CSTA_ED_NONE },
		{ "csta/e", CSTA_ED_NONE },
		{ "csta/", CSTA_ED_NONE },
		{ "csta/ed0", CSTA_ED_NONE },
		{ "csta/ed7", CSTA_ED_NONE },
		{ "csta/ed33", CSTA_ED_NONE },
		{ "csta/ed6x", CSTA_ED_NONE },
		{ "csta/ed99999999999999999999999999", CSTA_ED_NONE },
		{ "ed6", CSTA_ED_NONE },
		{ "http://schemas.example/ed6", CSTA_ED_NONE },
		{ "http://www.ecma-international.org/standards/ecma-354/appl_session",
			CSTA_ED_NONE },
		{ "", CSTA_ED_NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(csta_edition_of_namespace(str_of(rows[i].ns)) == rows[i].ed, "%s",
			rows[i].ns);
	for (int ed = CSTA_ED3; ed <= CSTA_ED6; ed++)
		ck_assert_int_eq(
			csta_edition_of_namespace(str_of(csta_namespace((enum csta_edition)ed))),
			ed);
	ck_assert_str_eq(csta_namespace(CSTA_ED_NONE), csta_namespace(CSTA_ED3));
}
END_TEST

START_TEST(test_edition_of_version)
{
	static const struct {
		const char *version;
		enum csta_edition ed;
	} rows[] = {
		{ "http://www.ecma-international.org/standards/ecma-323/csta/ed5", CSTA_ED5 },
		{ "http://www.ecma-international.org/standards/ecma-323/csta/ed3/priv5", CSTA_ED3 },
		{ "ed6", CSTA_ED6 },
		{ "ED4", CSTA_ED4 },
		{ "CSTA-Ed1", CSTA_ED3 },
		{ "csta_ed4.1", CSTA_ED4 },
		{ "coded4", CSTA_ED_NONE },
		{ "ed7", CSTA_ED_NONE },
		{ "ed", CSTA_ED_NONE },
		{ "e", CSTA_ED_NONE },
		{ "3.1", CSTA_ED_NONE },
		{ "", CSTA_ED_NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(csta_edition_of_version(str_of(rows[i].version)) == rows[i].ed, "%s",
			rows[i].version);
}
END_TEST

START_TEST(test_names)
{
	ck_assert_str_eq(csta_request_name(CSTA_UNKNOWN), "UNKNOWN");
	ck_assert_str_eq(
		csta_request_name(CSTA_StartApplicationSession), "StartApplicationSession");
	ck_assert_str_eq(csta_request_name(CSTA_keepalive), "keepalive");
	ck_assert_str_eq(csta_event_name(CSTA_EV_BackInService), "BackInServiceEvent");
	ck_assert_str_eq(csta_status_name(CSTA_STATUS_overloadRelieved), "overloadRelieved");
	ck_assert_str_eq(csta_local_name(CSTA_LOCAL_null), "null");
	ck_assert_str_eq(csta_local_name(CSTA_LOCAL_fail), "fail");
	ck_assert_str_eq(csta_cause_name(CSTA_CAUSE_timeout), "timeout");
	ck_assert_str_eq(csta_error_name(CSTA_NO_ERROR), "");
	ck_assert_str_eq(csta_error_name(CSTA_ERR_unspecified), "unspecified");
	ck_assert_str_eq(csta_error_category(CSTA_ERR_unspecified), "");
	ck_assert_str_eq(csta_error_name(CSTA_ERR_generic), "generic");
	ck_assert_str_eq(csta_error_category(CSTA_ERR_generic), "operation");
	ck_assert_str_eq(
		csta_error_category(CSTA_ERR_deviceOutOfService), "systemResourceAvailibility");
	ck_assert_str_eq(
		csta_error_name(CSTA_ERR_performanceLimitExceeded), "performanceLimitExceeded");
	ck_assert_str_eq(csta_edition_name(CSTA_ED_NONE), "none");
	ck_assert_str_eq(csta_edition_name(CSTA_ED6), "ed6");
}
END_TEST

static Suite *
decode_suite(void)
{
	Suite *suite = suite_create("csta_decode");
	TCase *tc = tcase_create("csta_decode");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_document, 0, case_count);
	tcase_add_test(tc, test_one_reader);
	tcase_add_loop_test(tc, test_cut_short, 0, case_count);
	tcase_add_loop_test(tc, test_one_byte_changed, 0, case_count);
	tcase_add_test(tc, test_limits);
	tcase_add_test(tc, test_edition_of_namespace);
	tcase_add_test(tc, test_edition_of_version);
	tcase_add_test(tc, test_names);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(void)
{
	SRunner *runner;
	int failed;

	case_count = scandir(FOLDER, &cases, is_case, alphasort);
	if (case_count < CASES_MIN) {
		fprintf(stderr, "%d documents in " FOLDER ", expected at least %d\n", case_count,
			CASES_MIN);
		return EXIT_FAILURE;
	}
	runner = srunner_create(decode_suite());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	for (int i = 0; i < case_count; i++)
		free(cases[i]);
	free(cases);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
