/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding Xsi documents: every tests/wire/xsi/NAME.xml must give the summary in NAME.expect.
 *
 *   ok-*    valid by the schema (test_xsi_schema.sh holds them to it)
 *   odd-*   not what the schema says, taken all the same: old forms, newer releases
 *   bad-*   refused; the summary ends with what xsi_salvage() finds in the bytes
 *
 * `check_xsi_decode --update` writes the .expect files anew, to be read before they are kept.
 */
#include "proto/base/buf.h"
#include "proto/base/mem.h"
#include "proto/xsi_decode.h"
#include "tests/unit/xsi_summary.h"

#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#define CASES "tests/wire/xsi/*.xml"

static glob_t cases;

/* Returns the decoder's code. */
static int
summarise(struct buf *b, struct xml *reader, struct str document)
{
	struct xsi_doc *d = malloc(sizeof(*d));
	struct err e = { 0 };
	int rc = xsi_decode(reader, document, d, &e);

	if (rc != e.code)
		buf_printf(b, "returned %d, but the error says %d\n", rc, e.code);
	if (rc != E_OK) {
		struct xsi_event salvaged;

		buf_printf(b, "%s: %s\n", err_name(rc), e.text);
		if (d->kind == XSI_DOC_EVENT)
			xsi_summary_envelope(b, "envelope", &d->event);
		xsi_salvage(document, &salvaged);
		xsi_summary_envelope(b, "salvaged", &salvaged);
	} else {
		xsi_summary(b, reader, d);
	}
	free(d);
	return rc;
}

/* --- the cases --------------------------------------------------------------------------- */

/* Leaves the buffer empty, which no case is, if there is no such file. */
static void
read_file(const char *path, struct buf *b)
{
	char piece[4096];
	size_t n;
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		return;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_put(b, piece, n);
	fclose(f);
}

static void
expect_path(char *path, size_t size, const char *document)
{
	size_t stem = strlen(document) - strlen(".xml");

	snprintf(path, size, "%.*s.expect", (int)stem, document);
}

START_TEST(wire_case)
{
	const char *name = cases.gl_pathv[_i];
	const char *base = strrchr(name, '/') + 1;
	struct xml *reader = xml_new();
	struct buf document;
	struct buf expected;
	struct buf got;
	char path[256];
	int rc = E_OK;

	buf_init(&document, 1 << 20);
	buf_init(&expected, 1 << 20);
	buf_init(&got, 1 << 20);
	read_file(name, &document);
	expect_path(path, sizeof(path), name);
	read_file(path, &expected);
	ck_assert_msg(document.n > 0 && expected.n > 0, "%s or %s is missing", name, path);
	/* twice: the first reading leaves nothing behind that changes the second */
	for (int i = 0; i < 2; i++) {
		buf_reset(&got);
		rc = summarise(&got, reader, buf_as_str(&document));
		ck_assert_msg(str_eq(buf_as_str(&got), buf_as_str(&expected)),
			"%s:\n%.*sexpected:\n%.*s", name, STR_ARG(buf_as_str(&got)),
			STR_ARG(buf_as_str(&expected)));
	}
	ck_assert_msg((strncmp(base, "bad-", 4) == 0) == (rc != E_OK), "%s is named wrongly", name);
	buf_fini(&got);
	buf_fini(&expected);
	buf_fini(&document);
	xml_free(reader);
}
END_TEST

/* --- what needs no file ------------------------------------------------------------------ */

static const char envelope_head[] =
	"<Event type='SubscriptionEvent'><eventID>e</eventID><sequenceNumber>1"
	"</sequenceNumber><subscriptionId>s</subscriptionId>";

/* Every kind of event by name: known, there is an example of it, and only some may hold a call. */
START_TEST(every_kind_of_event)
{
	static const char *const names[] = {
#define XX(name, class) #name "Event",
		XSI_EVENTS(XX)
#undef XX
#define XX(name, type, class) type,
			XSI_EVENTS_ODD(XX)
#undef XX
	};
	struct xml *reader = xml_new();
	struct xsi_doc *d = malloc(sizeof(*d));
	enum xsi_event_class class;
	char path[256];
	struct buf b;

	buf_init(&b, 65536);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_reset(&b);
		snprintf(path, sizeof(path), "tests/wire/xsi/ok-ev-%.*s.xml",
			(int)(strlen(names[i]) - strlen("Event")), names[i]);
		read_file(path, &b);
		ck_assert_msg(xsi_decode(reader, buf_as_str(&b), d, NULL) == E_OK, "%s", path);
		ck_assert_str_eq(xsi_event_name(d->event.kind), names[i]);
		ck_assert_int_eq(xsi_event_of(str_of(names[i])), d->event.kind);
		ck_assert_int_eq(d->event.kind, i + 1);
		class = xsi_event_class_of(d->event.kind);
		buf_reset(&b);
		buf_printf(&b,
			"%s<eventData type='x:%s'><call><callId>c</callId>"
			"<extTrackingId>t</extTrackingId><state>Active</state></call>"
			"</eventData></Event>",
			envelope_head, names[i]);
		ck_assert_msg((xsi_decode(reader, buf_as_str(&b), d, NULL) == E_OK) ==
				(class == XSI_CLASS_CALL || class == XSI_CLASS_CALLS),
			"%s with a call", names[i]);
	}
	buf_fini(&b);
	free(d);
	xml_free(reader);
}
END_TEST

START_TEST(names)
{
	for (int i = XSI_ALERTING; i <= XSI_IDLE; i++)
		ck_assert_int_eq(xsi_state_of(str_of(xsi_state_name((enum xsi_call_state)i))), i);
	for (int i = XSI_ORIGINATOR; i <= XSI_CLICK_TO_DIAL; i++) {
		struct str name = str_of(xsi_personality_name((enum xsi_personality)i));

		ck_assert_int_eq(xsi_personality_of(name), i);
	}
	ck_assert_int_eq(xsi_state_of(STR("none")), XSI_STATE_NONE);
	ck_assert_int_eq(xsi_state_of(STR("")), XSI_STATE_NONE);
	ck_assert_int_eq(xsi_state_of(STR("active")), XSI_STATE_NONE);
	ck_assert_int_eq(xsi_personality_of(STR("none")), XSI_PERSONALITY_NONE);
	ck_assert_int_eq(xsi_event_of(STR("unknown")), XSI_EV_UNKNOWN);
	ck_assert_int_eq(xsi_event_of(STR("ACDCallStrandedTreatmentCompletedEvent")),
		XSI_EV_ACDCallStrandedTreatementCompleted);
	ck_assert_int_eq(xsi_event_of(STR("ACDCallStrandedUnavailableTreatmentCompletedEvent")),
		XSI_EV_ACDCallStrandedUnavailableTreatementCompleted);
	ck_assert_int_eq(xsi_event_of(STR("CallPicked-UpEvent")), XSI_EV_CallPickedUp);
	ck_assert_int_eq(xsi_event_class_of(XSI_EV_UNKNOWN), XSI_CLASS_OTHER);
	ck_assert_int_eq(xsi_event_class_of((enum xsi_event_kind)999), XSI_CLASS_OTHER);
	for (int i = XSI_AGENT_SIGN_IN; i <= XSI_AGENT_SIGN_OUT; i++) {
		struct str name = str_of(xsi_agent_state_name((enum xsi_agent_state)i));

		ck_assert_int_eq(xsi_agent_state_of(name), i);
	}
	ck_assert_int_eq(xsi_agent_state_of(STR("unknown")), XSI_AGENT_UNKNOWN);
	ck_assert_int_eq(xsi_agent_state_of(STR("none")), XSI_AGENT_UNKNOWN);
	ck_assert_int_eq(xsi_agent_state_of(STR("")), XSI_AGENT_NONE);
	ck_assert_str_eq(xsi_event_name((enum xsi_event_kind)999), "unknown");
	ck_assert_str_eq(xsi_state_name((enum xsi_call_state)999), "none");
	ck_assert_str_eq(xsi_personality_name((enum xsi_personality)999), "none");
}
END_TEST

/* An error that was there before is not overwritten, and none is needed. */
START_TEST(the_error_is_optional)
{
	struct xml *reader = xml_new();
	struct xsi_doc *d = malloc(sizeof(*d));
	struct err e = { 0 };

	err_set(&e, E_IO, "the first one");
	ck_assert_int_eq(xsi_decode(reader, STR("<Channel/>"), d, &e), E_MALFORMED);
	ck_assert_int_eq(e.code, E_IO);
	ck_assert_int_eq(xsi_decode(reader, STR("<Channel/>"), d, NULL), E_MALFORMED);
	ck_assert_int_eq(xsi_decode(reader, STR("<Channel"), d, NULL), E_MALFORMED);
	ck_assert_int_eq(d->kind, XSI_DOC_UNKNOWN);
	free(d);
	xml_free(reader);
}
END_TEST

/* An event that is over a limit of XML tells it by its code. */
START_TEST(over_a_limit)
{
	struct xml *reader = xml_new();
	struct xsi_doc *d = malloc(sizeof(*d));
	struct buf b;
	struct err e = { 0 };

	buf_init(&b, 1 << 20);
	buf_cstr(&b, envelope_head);
	for (int i = 0; i < LIMIT_XML_NODES; i++)
		buf_cstr(&b, "<x/>");
	buf_cstr(&b, "</Event>");
	ck_assert_int_eq(xsi_decode(reader, buf_as_str(&b), d, &e), E_LIMIT);
	ck_assert_int_eq(e.code, E_LIMIT);
	buf_fini(&b);
	free(d);
	xml_free(reader);
}
END_TEST

/* Every prefix of an event: refused, and the salvage never reads beyond it nor invents anything. */
START_TEST(salvage_of_every_cut)
{
	static const char whole[] =
		"<x:Event><x:eventID>abc</x:eventID><x:sequenceNumber>17</x:sequenceNumber>"
		"<x:userId>u</x:userId><x:subscriptionId>sub</x:subscriptionId>"
		"<x:targetId>t@demo.example</x:targetId><x:eventData";
	struct xsi_event out;

	for (size_t n = 0; n <= sizeof(whole) - 1; n++) {
		char *copy = malloc(n ? n : 1);

		memcpy(copy, whole, n);
		xsi_salvage((struct str){ copy, n }, &out);
		ck_assert(out.event_id.n == 0 || str_is(out.event_id, "abc"));
		ck_assert(out.sequence == 0 || out.sequence == 17);
		ck_assert(out.subscription_id.n == 0 || str_is(out.subscription_id, "sub"));
		ck_assert(out.target.n == 0 || str_is(out.target, "t@demo.example"));
		ck_assert(out.target.n == 0 || out.subscription_id.n > 0);
		free(copy);
	}
	xsi_salvage(str_of(whole), &out);
	ck_assert(str_is(out.event_id, "abc"));
	ck_assert(str_is(out.target, "t@demo.example"));
	ck_assert(str_is(out.owner, "u"));
	ck_assert_uint_eq(out.sequence, 17);
}
END_TEST

START_TEST(memory_goes_back)
{
	uint64_t live = mem_live();
	struct xml *reader = xml_new();
	struct xsi_doc *d = malloc(sizeof(*d));

	ck_assert_int_eq(xsi_decode(reader, STR("<ChannelHeartBeat/>"), d, NULL), E_OK);
	ck_assert_int_eq(d->kind, XSI_DOC_HEARTBEAT);
	xml_free(reader);
	free(d);
	ck_assert_uint_eq(mem_live(), live);
}
END_TEST

static int
update(void)
{
	struct xml *reader = xml_new();
	struct buf document;
	struct buf got;

	buf_init(&document, 1 << 20);
	buf_init(&got, 1 << 20);
	for (size_t i = 0; i < cases.gl_pathc; i++) {
		char path[256];
		FILE *f;

		buf_reset(&document);
		buf_reset(&got);
		read_file(cases.gl_pathv[i], &document);
		summarise(&got, reader, buf_as_str(&document));
		expect_path(path, sizeof(path), cases.gl_pathv[i]);
		f = fopen(path, "wb");
		if (f == NULL || fwrite(got.p, 1, got.n, f) != got.n || fclose(f) != 0)
			return EXIT_FAILURE;
	}
	buf_fini(&got);
	buf_fini(&document);
	xml_free(reader);
	return EXIT_SUCCESS;
}

static int
run(void)
{
	Suite *suite = suite_create("xsi_decode");
	TCase *tc = tcase_create("xsi_decode");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, wire_case, 0, (int)cases.gl_pathc);
	tcase_add_test(tc, every_kind_of_event);
	tcase_add_test(tc, names);
	tcase_add_test(tc, the_error_is_optional);
	tcase_add_test(tc, over_a_limit);
	tcase_add_test(tc, salvage_of_every_cut);
	tcase_add_test(tc, memory_goes_back);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	int rc;

	if (glob(CASES, 0, NULL, &cases) != 0) {
		fprintf(stderr, "no %s here; run from the top of the tree\n", CASES);
		return EXIT_FAILURE;
	}
	rc = argc > 1 && strcmp(argv[1], "--update") == 0 ? update() : run();
	globfree(&cases);
	return rc;
}
