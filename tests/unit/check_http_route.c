/* SPDX-License-Identifier: Apache-2.0 */
/* What is answered to which request: health in all roles, methods, bodies, names, limits. */
#include "daemon/http_route.h"
#include "tests/unit/http_case.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct http_snap s;
static struct http_request q;
static struct http_answer a;
static bool answered;

static void
setup(void)
{
	http_case_fill(&s);
	q = (struct http_request){ .method = "GET", .now = http_case_now() };
}

static void
teardown(void)
{
	if (answered)
		buf_fini(&a.body);
	answered = false;
}

static unsigned
ask(const char *path)
{
	teardown();
	q.path = path;
	http_answer(&s, &q, &a);
	answered = true;
	return a.status;
}

static bool
says(const char *part)
{
	return a.body.n > 0 && memmem(a.body.p, a.body.n, part, strlen(part)) != NULL;
}

static void
expect(const char *path, unsigned status, const char *part)
{
	ck_assert_msg(ask(path) == status, "%s: %u", path, a.status);
	ck_assert_msg(says(part), "%s: %.*s", path, (int)a.body.n, (const char *)a.body.p);
}

static void
be_standby(void)
{
	s.view.role = HA_STANDBY;
	s.serving = false;
	s.counts.channels_open = 0;
	s.view.peer.role = HA_ACTIVE;
	s.view.peer.epoch = s.view.epoch;
	s.view.peer.offset = s.view.offset + 3;
}

START_TEST(an_active)
{
	expect("/active", 200, "\"ok\":true");
	expect("/primary", 200, "\"role\":\"active\"");
	expect("/ready", 200, "serves");
	expect("/readiness", 200, "serves");
	expect("/live", 200, "turns");
	expect("/liveness", 200, "turns");
	expect("/health", 200, "good");
	expect("/standby", 503, "no standby");
	expect("/replica", 503, "no standby");
	s.serving = false;
	expect("/active", 503, "does not serve yet");
	expect("/ready", 503, "does not serve yet");
	s.counts.channels_open = 0;
	expect("/health", 503, "no event channel");
	ck_assert_str_eq(a.type, "application/json");
}
END_TEST

START_TEST(a_standby)
{
	be_standby();
	expect("/active", 503, "not active");
	expect("/standby", 200, "in step");
	expect("/ready", 200, "could take over");
	expect("/health", 200, "good");
	q.behind = "2";
	expect("/standby", 503, "too far behind");
	q.behind = "3";
	expect("/standby", 200, "in step");
	q.digest = "1";
	expect("/standby", 200, "in step");
	s.view.digest_equal = false;
	expect("/standby", 503, "states");
	expect("/ready", 503, "states");
	q.digest = "0";
	expect("/standby", 200, "in step");
	s.view.peer.known = false;
	expect("/standby", 503, "no node is active");
	expect("/ready", 503, "not there");
}
END_TEST

START_TEST(numbers_that_are_none)
{
	be_standby();
	q.behind = "many";
	expect("/standby", 400, "behind");
	q.behind = NULL;
	q.digest = "2";
	expect("/standby", 400, "digest");
	q.lines = "0";
	expect("/v1/history", 400, "lines");
	q.lines = "501";
	expect("/v1/history", 400, "lines");
}
END_TEST

START_TEST(events)
{
	static struct ctl_ring ring;

	expect("/v1/events", 503, "starting");
	q.events = &ring;
	for (int i = 0; i < 3; i++)
		ctl_ring_add(&ring, &(struct ctl_ring_line){ .number = 37402, .level = 2 },
			"user=agent07");
	expect("/v1/events", 200, "\"schema\":\"tandemctl/events/1\"");
	expect("/v1/events", 200, "\"n\":1,");
	ck_assert(!says("agent07"));
	q.since = "2";
	expect("/v1/events", 200, "\"rows\":[{\"n\":3,");
	s.show_users = true;
	expect("/v1/events", 200, "agent07");
	q.since = "0";
	q.lines = "1";
	expect("/v1/events", 200, "\"n\":1,");
	ck_assert(!says("\"n\":2,"));
	q.lines = "501";
	expect("/v1/events", 400, "lines");
	q.lines = NULL;
	q.since = "-1";
	expect("/v1/events", 400, "since");
}
END_TEST

START_TEST(schemas)
{
	expect("/v1/schema", 200, "\"status\"");
	q.name = "events";
	expect("/v1/schema", 200, "\"tandemctl/events/1\"");
	q.name = "../status";
	expect("/v1/schema", 404, "no such schema");
}
END_TEST

START_TEST(a_node_in_trouble)
{
	s.view.quorate = false;
	expect("/health", 503, "quorum");
	s.clustered = false;
	expect("/health", 200, "good");
	s.view.role = HA_FENCED;
	expect("/health", 503, "gave up");
	expect("/ready", 503, "no standby");
	s.view.role = HA_INIT;
	expect("/health", 503, "not in its cluster");
}
END_TEST

/* Whatever was published: who does not turn does not serve. */
START_TEST(a_loop_that_stands_still)
{
	static const char *const checks[] = { "/active", "/standby", "/ready", "/live", "/health" };

	q.now.turn_age_us = HTTP_STILL_US + 1;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		expect(checks[i], 503, "stands still");
	q.now.turn_age_us = HTTP_STILL_US;
	expect("/active", 200, "serves");
	expect("/live", 200, "turns");
}
END_TEST

START_TEST(before_the_first_snapshot)
{
	static const char *const checks[] = { "/active", "/standby", "/ready", "/live", "/health",
		"/v1/status", "/v1/calls" };

	memset(&s, 0, sizeof(s));
	q.now.turn_age_us = -1;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		expect(checks[i], 503, "starting");
	expect("/metrics", 200, "process_open_fds 42");
	ck_assert(!says("tandem_role"));
}
END_TEST

START_TEST(metrics_and_json)
{
	expect("/metrics", 200, "tandem_role{role=\"active\"} 1");
	ck_assert_ptr_nonnull(strstr(a.type, "version=0.0.4"));
	expect("/v1/status", 200, "\"schema\":\"tandemctl/status/1\"");
	expect("/v1/channels", 200, "tandemctl/channels/1");
	expect("/v1/sessions", 200, "tandemctl/sessions/1");
	expect("/v1/monitors", 200, "tandemctl/monitors/1");
	expect("/v1/calls", 200, "tandemctl/calls/1");
	expect("/v1/history", 200, "tandemctl/history/1");
	expect("/", 200, "<!doctype html>");
	ck_assert_ptr_nonnull(strstr(a.type, "text/html"));
	expect("/part", 200, "<section>");
	ck_assert(!says("<html"));
}
END_TEST

static void
give_history(uint32_t n, struct buf *out, void *arg)
{
	*(uint32_t *)arg = n;
	buf_cstr(out, "{\"ev\":\"role\"}\n");
}

START_TEST(history)
{
	uint32_t lines = 0;

	q.read_history = give_history;
	q.arg = &lines;
	expect("/v1/history", 200, "\"ev\":\"role\"");
	ck_assert_uint_eq(lines, 50);
	q.lines = "7";
	expect("/v1/history", 200, "\"ev\":\"role\"");
	ck_assert_uint_eq(lines, 7);
}
END_TEST

START_TEST(methods_bodies_and_names)
{
	static const char *const methods[] = { "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE",
		"CONNECT", "get", "" };

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		q.method = methods[i];
		expect("/v1/status", 405, "GET and HEAD");
		ck_assert_str_eq(a.allow, "GET, HEAD");
	}
	q.method = "HEAD";
	expect("/v1/status", 200, "schema");
	q.has_body = true;
	expect("/v1/status", 400, "no body");
	q.has_body = false;
	expect("/v1", 404, "nothing of this name");
	expect("/Active", 404, "nothing of this name");
	expect("/active/", 404, "nothing of this name");
	expect("/../etc/passwd", 404, "nothing of this name");
	expect("", 404, "nothing of this name");
}
END_TEST

START_TEST(headers)
{
	bool sniff = false, cached = true, policy = false;

	for (const struct http_header *h = http_headers; h->name != NULL; h++) {
		sniff |= strcmp(h->name, "X-Content-Type-Options") == 0;
		policy |= strcmp(h->name, "Content-Security-Policy") == 0;
		if (strcmp(h->name, "Cache-Control") == 0)
			cached = strcmp(h->value, "no-store") != 0;
	}
	ck_assert(sniff && policy);
	ck_assert(!cached);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_route");
	TCase *t = tcase_create("http_route");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_active);
	tcase_add_test(t, a_standby);
	tcase_add_test(t, numbers_that_are_none);
	tcase_add_test(t, events);
	tcase_add_test(t, schemas);
	tcase_add_test(t, a_node_in_trouble);
	tcase_add_test(t, a_loop_that_stands_still);
	tcase_add_test(t, before_the_first_snapshot);
	tcase_add_test(t, metrics_and_json);
	tcase_add_test(t, history);
	tcase_add_test(t, methods_bodies_and_names);
	tcase_add_test(t, headers);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
