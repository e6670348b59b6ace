/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Xsi decoder against what is not ours: every sample message decodes to what it is known to be,
 * and every type of event that the schema has is known by name. Neither is part of this repository:
 * without ../shared/xsi there is nothing to test.
 */
#include "proto/base/buf.h"
#include "proto/xsi_decode.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define FOLDER "../shared/xsi"
#define TYPES_MAX 1024

static struct xml *reader;
static struct xsi_doc *doc;
static struct buf bytes;

static void
setup(void)
{
	reader = xml_new();
	doc = malloc(sizeof(*doc));
	buf_init(&bytes, 4 * 1024 * 1024);
}

static void
teardown(void)
{
	buf_fini(&bytes);
	free(doc);
	xml_free(reader);
}

static bool
load(const char *path)
{
	char piece[4096];
	size_t n;
	FILE *f = fopen(path, "rb");

	buf_reset(&bytes);
	if (f == NULL)
		return false;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_put(&bytes, piece, n);
	fclose(f);
	return !bytes.overflow && bytes.n > 0;
}

/* --- samples ----------------------------------------------------------------------------- */

static const struct sample {
	const char *name;
	enum xsi_doc_kind kind;
	enum xsi_event_kind event;
} samples[] = {
	{ "almende-v1.0-event-CallSessionEvent-active", XSI_DOC_OLD_EVENT, XSI_EV_CallAnswered },
	{ "chromeext-stream-ChannelHeartBeat", XSI_DOC_HEARTBEAT, XSI_EV_UNKNOWN },
	{ "laravel-broadsoft-broken", XSI_DOC_EVENT, XSI_EV_UNKNOWN },
	{ "laravel-broadsoft-event-AgentStateEvent", XSI_DOC_EVENT, XSI_EV_AgentState },
	{ "laravel-broadsoft-event-CallAnsweredEvent", XSI_DOC_EVENT, XSI_EV_CallAnswered },
	{ "laravel-broadsoft-event-CallCenterMonitoringEvent", XSI_DOC_EVENT,
		XSI_EV_CallCenterMonitoring },
	{ "riis-event-SubscriptionTerminatedEvent-callcenter", XSI_DOC_EVENT,
		XSI_EV_SubscriptionTerminated },
	{ "riis-response-CallCenter-agent-profile", XSI_DOC_CALL_CENTER, XSI_EV_UNKNOWN },
	{ "riis-response-Calls-none", XSI_DOC_CALLS, XSI_EV_UNKNOWN },
	{ "riis-response-Calls-one", XSI_DOC_CALLS, XSI_EV_UNKNOWN },
	{ "riis-response-Subscription", XSI_DOC_SUBSCRIPTION, XSI_EV_UNKNOWN },
};

static void
read_sample(const char *name)
{
	struct err e = { 0 };
	char path[256];

	snprintf(path, sizeof(path), FOLDER "/samples/%s.xml", name);
	ck_assert_msg(load(path), "%s", path);
	ck_assert_msg(
		xsi_decode(reader, buf_as_str(&bytes), doc, &e) == E_OK, "%s: %s", path, e.text);
}

START_TEST(every_sample)
{
	read_sample(samples[_i].name);
	ck_assert_int_eq(doc->kind, samples[_i].kind);
	ck_assert_str_eq(xsi_event_name(doc->event.kind), xsi_event_name(samples[_i].event));
}
END_TEST

/* A sample added later must be added above too, or be a request. */
START_TEST(no_sample_is_forgotten)
{
	DIR *folder = opendir(FOLDER "/samples");
	struct dirent *file;
	unsigned known = 0;

	ck_assert_ptr_nonnull(folder);
	while ((file = readdir(folder)) != NULL) {
		size_t i;

		if (strstr(file->d_name, ".xml") == NULL || strstr(file->d_name, "request") ||
			strstr(file->d_name, "Request"))
			continue;
		for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
			if (strncmp(file->d_name, samples[i].name, strlen(samples[i].name)) == 0)
				break;
		ck_assert_msg(i < sizeof(samples) / sizeof(samples[0]), "%s", file->d_name);
		known++;
	}
	closedir(folder);
	ck_assert_uint_eq(known, sizeof(samples) / sizeof(samples[0]));
}
END_TEST

START_TEST(what_samples_say)
{
	const struct xsi_event *event = &doc->event;

	read_sample("laravel-broadsoft-event-AgentStateEvent");
	ck_assert_int_eq(event->agent.state, XSI_AGENT_UNAVAILABLE);
	ck_assert(str_is(event->agent.unavailable_code, "1007"));
	ck_assert_uint_eq(event->agent.state_ms, 1505395898803u);
	read_sample("laravel-broadsoft-event-CallCenterMonitoringEvent");
	ck_assert_int_eq(event->monitoring.average_handling_s, 1);
	ck_assert_int_eq(event->monitoring.calls_in_queue, 5);
	ck_assert_int_eq(event->monitoring.agents_unavailable, 9);
	read_sample("riis-response-CallCenter-agent-profile");
	ck_assert_int_eq(event->agent.state, XSI_AGENT_AVAILABLE);
	ck_assert_uint_eq(event->agent.join_count, 2);
	read_sample("riis-response-Calls-one");
	ck_assert_uint_eq(event->call_count, 1);
	ck_assert_int_eq(event->calls[0].in_conference, XSI_FLAG_OFF);
	read_sample("almende-v1.0-event-CallSessionEvent-active");
	ck_assert_int_eq(event->call.state, XSI_ACTIVE);
	ck_assert_uint_eq(event->sequence, 246);
}
END_TEST

/* --- the schema -------------------------------------------------------------------------- */

static struct type {
	char name[96];
	char base[96];
	bool is_abstract;
} types[TYPES_MAX];
static unsigned type_count;

static void
read_types(void)
{
	uint32_t at = xml_first(reader, xml_root(reader));

	for (; at != XML_NONE; at = xml_next(reader, at)) {
		struct type *t = &types[type_count];
		uint32_t base;

		if (!str_is(xml_name(reader, at), "complexType"))
			continue;
		ck_assert_uint_lt(type_count, TYPES_MAX);
		base = xml_path(reader, at, "complexContent/extension");
		ck_assert(str_copy(t->name, sizeof(t->name), xml_attribute(reader, at, "name")));
		ck_assert(str_copy(t->base, sizeof(t->base), xml_attribute(reader, base, "base")));
		t->is_abstract = str_is(xml_attribute(reader, at, "abstract"), "true");
		type_count++;
	}
}

static void
read_schemas(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *file;

	ck_assert_msg(folder != NULL, "%s", path);
	while ((file = readdir(folder)) != NULL) {
		struct err e = { 0 };
		struct stat st;
		char inner[512];

		snprintf(inner, sizeof(inner), "%s/%s", path, file->d_name);
		if (file->d_name[0] == '.' || stat(inner, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			read_schemas(inner);
		else if (strstr(file->d_name, ".xsd") != NULL && load(inner)) {
			ck_assert_msg(xml_read(reader, bytes.p, bytes.n, &e) == E_OK, "%s: %s",
				inner, e.text);
			read_types();
		}
	}
	closedir(folder);
}

static const struct type *
type_of(const char *name)
{
	for (unsigned i = 0; i < type_count; i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

/* The distance to the root of the types is a few steps: 16 are enough, even in a broken schema. */
static bool
is_event_data(const struct type *t)
{
	for (int step = 0; t != NULL && step < 16; step++) {
		if (strcmp(t->base, "EventData") == 0)
			return true;
		t = type_of(t->base);
	}
	return false;
}

START_TEST(every_event_of_the_schema)
{
	static const char *const folders[] = { FOLDER "/xsd-xsi-2020.07",
		FOLDER "/xsd-cti/XSISchema" };
	unsigned events = 0;
	unsigned known = 0;

	type_count = 0;
	read_schemas(folders[_i]);
	for (unsigned i = 0; i < type_count; i++) {
		if (types[i].is_abstract || !is_event_data(&types[i]))
			continue;
		events++;
		ck_assert_msg(xsi_event_of(str_of(types[i].name)) != XSI_EV_UNKNOWN,
			"%s is not known", types[i].name);
	}
	/* and nothing that the schema has not: a name that was spelt as it should be */
	for (int kind = XSI_EV_UNKNOWN + 1;; kind++) {
		const char *name = xsi_event_name((enum xsi_event_kind)kind);

		if (strcmp(name, "unknown") == 0)
			break;
		ck_assert_msg(type_of(name) != NULL, "%s is not in the schema", name);
		known++;
	}
	ck_assert_uint_eq(events, known);
	ck_assert_uint_gt(events, 150);
}
END_TEST

int
main(void)
{
	Suite *suite;
	TCase *tc;
	SRunner *runner;
	struct stat st;
	int failed;

	if (stat(FOLDER "/samples", &st) != 0) {
		printf("skip: %s is not there\n", FOLDER);
		return 77;
	}
	suite = suite_create("xsi_samples");
	tc = tcase_create("xsi_samples");
	runner = srunner_create(suite);
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, every_sample, 0, (int)(sizeof(samples) / sizeof(samples[0])));
	tcase_add_test(tc, no_sample_is_forgotten);
	tcase_add_test(tc, what_samples_say);
	tcase_add_loop_test(tc, every_event_of_the_schema, 0, 2);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
