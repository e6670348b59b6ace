/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open questions about links and requests, each over its range: late acknowledgements, limits of BroadWorks, the
 * direction of priorities, redirects, errors, rates and back-off, heartbeats, a farm that answers 404. In virtual time.
 */
#include "tests/unit/open_case.h"

#include <stdio.h>
#include <stdlib.h>

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define NS "xmlns=\"http://schema.broadsoft.com/xsi\""
#define ERROR_INFO(code) \
	DECLARATION "<ErrorInfo " NS "><summary>x</summary><summaryEnglish>x</summaryEnglish>" \
		    "<errorCode>" code "</errorCode></ErrorInfo>"
#define ON_HOOK "<xsi:hookStatus>On-Hook</xsi:hookStatus>"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct world w;
static unsigned client;

static void setup(unsigned xsps, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
setup(unsigned xsps, const char *fmt, ...)
{
	char settings[512];
	va_list ap;

	va_start(ap, fmt);
	ck_assert_int_lt(vsnprintf(settings, sizeof(settings), fmt, ap), (int)sizeof(settings));
	va_end(ap);
	client = open_case_quiet(&w, xsps, settings);
}

static uint32_t
channels_open(void)
{
	struct node_counts c;

	node_get_counts(w.node, w.now, &c);
	return c.channels_open;
}

static void
make_call(unsigned invoke)
{
	world_send(&w, client, invoke,
		"<MakeCall><callingDevice>2001</callingDevice>"
		"<calledDirectoryNumber>2002</calledDirectoryNumber></MakeCall>");
}

static void
snapshot_device(void)
{
	world_send(&w, client, 70,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
}

/* --- O5, O7: acknowledgements ------------------------------------------------------------------------------ */

/* Sent at once, whatever BroadWorks waits; those that had to wait for longer than the threshold raise the alarm. */
START_TEST(test_ack_delay)
{
	static const int delays_ms[] = { 100, 1000, 5000, 20000, 60000, 0 };
	static const int alarms_ms[] = { 10, 500, 3000, 30000, 600000 };
	int delay_ms = delays_ms[_i];

	for (size_t i = 0; i < COUNT(alarms_ms); i++) {
		uint64_t acks;

		setup(1, "acks-in-flight = 1\nhttp-timeout-ms = 120000\nack-delay-alarm-ms = %d\n",
			alarms_ms[i]);
		acks = w.acks;
		world_rule(&w, "POST", "eventresponse", delay_ms ? 200 : 0, 1, "");
		world_rule_last(&w)->delay_ms = delay_ms;
		world_event(&w, "2001", "HookStatusEvent", ON_HOOK);
		world_run(&w, 1);
		ck_assert_uint_eq(w.acks, acks + 1);
		world_event(&w, "2001", "HookStatusEvent", ON_HOOK);
		world_run(&w, (delay_ms ? delay_ms : 120000) - 50);
		ck_assert_uint_eq(w.acks, acks + 1);
		world_run(&w, 100);
		ck_assert_uint_eq(w.acks, acks + 2);
		ck_assert_uint_eq(world_logged(&w, 37541, "") > 0,
			(delay_ms ? delay_ms : 120000) - 50 > alarms_ms[i]);
		ck_assert(open_case_works(&w, client, "2001"));
		world_fini(&w);
	}
}
END_TEST

/* So many at a time as the setting says, and all of them in the end, also when BroadWorks sends no more than so many. */
START_TEST(test_acks_in_flight)
{
	static const unsigned windows[] = { 1, 2, 16, 1024 };
	static const unsigned limits[] = { 1, 2, 7, 60 };
	unsigned window = windows[_i];

	for (size_t i = 0; i < COUNT(limits); i++) {
		uint64_t base;
		unsigned sent = 0;

		setup(1, "acks-in-flight = %u\n", window);
		base = w.acks;
		world_rule(&w, "POST", "eventresponse", 200, -1, "");
		world_rule_last(&w)->delay_ms = 50;
		for (; sent < limits[i]; sent++)
			world_event(&w, "2001", "HookStatusEvent", ON_HOOK);
		world_run(&w, 40);
		ck_assert_uint_eq(w.acks - base, window < limits[i] ? window : limits[i]);
		for (int round = 0; round < 5000 && (sent < 60 || w.acks - base < 60); round++) {
			for (; sent < 60 && sent - (w.acks - base) < limits[i]; sent++)
				world_event(&w, "2001", "HookStatusEvent", ON_HOOK);
			world_run(&w, 2);
		}
		ck_assert_uint_eq(w.acks - base, 60);
		ck_assert_uint_eq(world_asked_count(&w, "PUT E/sub"), 0);
		world_fini(&w);
	}
}
END_TEST

/* --- O8: limits of channels and subscriptions -------------------------------------------------------------- */

static const unsigned refusals[] = { 403, 409, 500, 503 };

/* The set takes one channel only: the second link does not storm, the first goes on; the limit is lifted. */
START_TEST(test_channel_limit)
{
	unsigned refusal = refusals[_i];

	world_init(&w, 2, "audit-s = 86400\nauth-hold-s = 900\n");
	w.quiet_acks = true;
	w.xsps[1].mode = WORLD_REFUSES;
	w.xsps[1].refusal = refusal;
	world_step(&w, &(struct node_event){ .kind = NODE_EV_START });
	world_run(&w, 2000);
	client = world_session(&w);
	world_monitor(&w, client, "2001");
	open_case_run(&w, client, 1800000);
	ck_assert_uint_eq(channels_open(), 1);
	ck_assert_uint_eq(w.xsps[0].opens, 1);
	ck_assert_uint_ge(w.xsps[1].opens, 2);
	ck_assert_msg(w.xsps[1].opens <= 100, "%u opens", w.xsps[1].opens);
	ck_assert(open_case_works(&w, client, "2001"));
	w.xsps[1].mode = WORLD_UP;
	open_case_run(&w, client, 1300000);
	ck_assert_uint_eq(channels_open(), 2);
	world_fini(&w);
}
END_TEST

/* No subscription more: the others stay, the asks grow rarer, and the device is served when there is room. */
START_TEST(test_subscription_limit)
{
	unsigned refusal = refusals[_i];
	unsigned asks;

	setup(1, "%s", "");
	world_rule(&w, "POST", "E/user/2002", refusal, -1, ERROR_INFO("100003"));
	world_send(
		&w, client, 9, "<MonitorStart><monitorObject>2002</monitorObject></MonitorStart>");
	open_case_run(&w, client, 1200000);
	asks = world_asked_count(&w, "POST E/user/2002");
	ck_assert_uint_ge(asks, 1);
	ck_assert_msg(asks <= 60, "%u asks", asks);
	ck_assert(open_case_works(&w, client, "2001"));
	world_rules_clear(&w);
	world_send(
		&w, client, 10, "<MonitorStart><monitorObject>2002</monitorObject></MonitorStart>");
	open_case_run(&w, client, 120000);
	world_send(
		&w, client, 11, "<MonitorStart><monitorObject>2002</monitorObject></MonitorStart>");
	world_run(&w, 1000);
	world_take(&w, client);
	world_call(&w, "2002", "CallReceivedEvent", "l", "9:1", "Terminator", "Alerting", "2050");
	ck_assert_uint_ge(open_case_heard(&w, client, "DeliveredEvent"), 1);
	world_fini(&w);
}
END_TEST

/* --- O9: which end of the priorities is first -------------------------------------------------------------- */

START_TEST(test_priority_order)
{
	static const struct {
		const char *order;
		const char *first; /* NULL: all of them */
	} cases[] = { { "low-first", "xsp1 " }, { "high-first", "xsp3 " }, { "ignored", NULL } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		char settings[512];

		snprintf(settings, sizeof(settings),
			"priority-order = %s\n[link a]\nhost = 127.0.0.1\npriority = 1\n"
			"[link b]\nhost = 127.0.0.2\npriority = 2\n[link c]\nhost = 127.0.0.3\npriority = 1000000\n",
			cases[i].order);
		world_init(&w, 0, settings);
		w.xsp_count = 3;
		w.quiet_acks = true;
		world_start(&w);
		client = world_session(&w);
		world_forget_asked(&w);
		for (unsigned k = 0; k < 30; k++) {
			char device[16], line[64];

			snprintf(device, sizeof(device), "%u", 2100 + k);
			world_monitor(&w, client, device);
			snprintf(line, sizeof(line), "%sPOST E/user",
				cases[i].first ? cases[i].first : "");
			ck_assert_uint_eq(world_asked_count(&w, line), k + 1);
		}
		for (unsigned x = 1; x <= 3 && cases[i].first == NULL; x++) {
			char line[64];

			snprintf(line, sizeof(line), "xsp%u POST E/user", x);
			ck_assert_uint_eq(world_asked_count(&w, line), 10);
		}
		world_fini(&w);
	}
}
END_TEST

/* --- O10: redirects ---------------------------------------------------------------------------------------- */

#define EVENTS "/com.broadsoft.xsi-events/v2.0"
#define ACTIONS "/com.broadsoft.xsi-actions/v2.0"

/* Kinds of requests: how one is caused, what it looks like, and where it is sent on to. */
static const struct kind {
	const char *name, *method, *part, *path;
} kinds[] = {
	{ "subscribe", "POST", "E/user/2003", EVENTS "/user/2003@demo.example" },
	{ "update", "PUT", "E/subscription/", EVENTS "/subscription/s1-2001" },
	{ "ack", "POST", "eventresponse", EVENTS "/channel/eventresponse" },
	{ "heartbeat", "PUT", "/heartbeat", EVENTS "/channel/c1/heartbeat" },
	{ "call", "POST", "/calls/new", ACTIONS "/user/2001@demo.example/calls/new?address=2002" },
};

static void
cause(const struct kind *k)
{
	if (strcmp(k->name, "subscribe") == 0)
		world_send(&w, client, 5,
			"<MonitorStart><monitorObject>2003</monitorObject></MonitorStart>");
	else if (strcmp(k->name, "update") == 0)
		snapshot_device();
	else if (strcmp(k->name, "ack") == 0)
		world_event(&w, "2001", "HookStatusEvent", ON_HOOK);
	else if (strcmp(k->name, "call") == 0)
		make_call(6);
	world_run(&w, strcmp(k->name, "heartbeat") == 0 ? 17000 : 300);
}

static unsigned
asked_of(const struct kind *k, uint64_t acks)
{
	if (strcmp(k->name, "ack") == 0)
		return (unsigned)(w.acks - acks);
	return world_asked_count(&w, k->part);
}

/* So many hops as the setting allows are followed, for every kind, to another port, with method and body. */
START_TEST(test_redirects)
{
	static const unsigned maxima[] = { 1, 3, 10 };
	static const unsigned hops[] = { 1, 2, 5, 12 };
	const struct kind *k = &kinds[_i];

	for (size_t i = 0; i < COUNT(maxima) * COUNT(hops); i++) {
		unsigned max = maxima[i % COUNT(maxima)],
			 hop = hops[i / COUNT(maxima) % COUNT(hops)];
		bool remember = i % 2 == 0;
		unsigned want = hop <= max ? hop : max;
		char location[256];
		uint64_t acks;

		setup(1, "redirect-hops-max = %u\nredirect-remember = %s\nredirect-hosts = any\n",
			max, remember ? "yes" : "no");
		w.quiet_acks = strcmp(k->name, "heartbeat") != 0;
		snprintf(location, sizeof(location), "http://127.0.0.9:8081%s", k->path);
		world_rule(&w, k->method, k->part, 302, (int)(hop <= max ? hop : max + 1), "");
		world_rule_last(&w)->location = location;
		world_forget_asked(&w);
		acks = w.acks;
		cause(k);
		ck_assert_msg(asked_of(k, acks) >= want + 1, "%s: %u of %u hops, %u followed",
			k->name, hop, max, asked_of(k, acks));
		ck_assert_uint_le(asked_of(k, acks), want + 4);
		world_rules_clear(&w);
		open_case_run(&w, client, 60000);
		ck_assert_uint_eq(channels_open(), 1);
		ck_assert(open_case_works(&w, client, "2001"));
		world_fini(&w);
	}
}
END_TEST

START_TEST(test_redirects_off)
{
	setup(1, "follow-redirects = no\n");
	for (size_t i = 0; i < COUNT(kinds); i++) {
		uint64_t acks;

		world_rule(&w, kinds[i].method, kinds[i].part, 302, 1, "");
		world_rule_last(&w)->location = kinds[i].path;
		world_forget_asked(&w);
		acks = w.acks;
		cause(&kinds[i]);
		ck_assert_msg(
			w.acks == acks || asked_of(&kinds[i], acks) <= 3, "%s", kinds[i].name);
		world_rules_clear(&w);
	}
	open_case_run(&w, client, 120000);
	ck_assert_uint_eq(channels_open(), 1);
	ck_assert(open_case_works(&w, client, "2001"));
	world_fini(&w);
}
END_TEST

/* --- O11: errors ------------------------------------------------------------------------------------------- */

/* Any status with any body for any kind of request: no loss, no crash, well again by itself. */
START_TEST(test_errors)
{
	static const unsigned statuses[] = { 400, 401, 403, 404, 405, 409, 412, 413, 429, 499, 500,
		501, 502, 503, 504, 599 };
	static const char *const bodies[] = { "", ERROR_INFO("110862"), ERROR_INFO("110842"),
		ERROR_INFO("2147483647"), ERROR_INFO("-1"),
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><ErrorInfo " NS
		"><summary>\xe4\xf6\xfc</summary><summaryEnglish>\xdf</summaryEnglish>"
		"<errorCode>1</errorCode></ErrorInfo>",
		"<html><body>Error</body></html>", "no XML \xff\xfe", "<ErrorInfo" };
	const struct kind *k = &kinds[_i];

	setup(2, "auth-hold-s = 60\n");
	for (size_t i = 0; i < COUNT(statuses); i++) {
		for (size_t body = 0; body < COUNT(bodies); body++) {
			world_rule(&w, k->method, k->part, statuses[i], 1, bodies[body]);
			cause(k);
			world_rules_clear(&w);
			open_case_run(&w, client, 10000);
		}
		open_case_run(&w, client, 150000);
		ck_assert_msg(channels_open() == 2, "%s answered %u: %u channels", k->name,
			statuses[i], channels_open());
		ck_assert_msg(open_case_works(&w, client, "2001"), "%s answered %u", k->name,
			statuses[i]);
	}
	world_fini(&w);
}
END_TEST

/* --- O12: rates, back-off, Retry-After --------------------------------------------------------------------- */

START_TEST(test_rates)
{
	static const unsigned rates[] = { 0, 1, 20, 1000, 100000 };
	unsigned rate = rates[_i], asked;
	char settings[256];

	snprintf(settings, sizeof(settings),
		"request-rate = %u\nrequest-burst = 1\nupdate-rate = 100000\n"
		"update-in-flight = 64\nhttp-timeout-ms = 120000\n",
		rate);
	world_init(&w, 1, settings);
	w.quiet_acks = true;
	world_start(&w);
	world_run(&w, 5000);
	client = world_session(&w);
	world_forget_asked(&w);
	for (unsigned i = 0; i < 40; i++)
		world_send(&w, client, i,
			"<MonitorStart><monitorObject>%u</monitorObject></MonitorStart>", 2100 + i);
	/* each send takes 20 ms */
	asked = world_asked_count(&w, "POST E/user/");
	if (rate > 0 && rate <= 20)
		ck_assert_uint_le(asked, 1 + rate);
	else
		ck_assert_uint_eq(asked, 40);
	open_case_run(&w, client, 100000);
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user/"), 40);
	world_fini(&w);
}
END_TEST

/* Held for as long as BroadWorks says, at least, and not for ever; without a word by back-off. */
START_TEST(test_retry_after)
{
	static const unsigned values_s[] = { 0, 1, 10, 60, 3600, 4000000 };
	unsigned value_s = values_s[_i];

	setup(1, "%s", "");
	world_rule(&w, "POST", "E/user/2002", 503, 1, "");
	world_rule_last(&w)->retry_after_s = value_s;
	world_send(
		&w, client, 9, "<MonitorStart><monitorObject>2002</monitorObject></MonitorStart>");
	if (value_s > 1 && value_s <= 60) {
		open_case_run(&w, client, value_s * 1000 - 500);
		ck_assert_uint_eq(world_asked_count(&w, "POST E/user/2002"), 1);
	}
	ck_assert_uint_eq(channels_open(), 1);
	open_case_run(&w, client, value_s > 60 ? 7200000 : 120000);
	world_send(
		&w, client, 10, "<MonitorStart><monitorObject>2002</monitorObject></MonitorStart>");
	world_run(&w, 1000);
	ck_assert_uint_ge(world_asked_count(&w, "POST E/user/2002"), 2);
	ck_assert(open_case_works(&w, client, "2001"));
	world_fini(&w);
}
END_TEST

/* Opens of a channel that fail: base, factor, maximum and jitter of the time between them. */
START_TEST(test_backoff)
{
	static const struct {
		int base_ms, percent, max_ms, jitter;
	} cases[] = { { 10, 100, 10, 0 }, { 500, 200, 30000, 25 }, { 1000, 100, 60000, 0 },
		{ 10, 1000, 3600000, 100 }, { 60000, 1000, 3600000, 0 }, { 100, 150, 2000, 100 } };
	int base_ms = cases[_i].base_ms, max_ms = cases[_i].max_ms, jitter = cases[_i].jitter;
	int64_t expected_ms = base_ms, passed_ms;
	unsigned opens;

	setup(2,
		"retry-ms = %d\nretry-percent = %d\nretry-ms-max = %d\nretry-jitter-percent = %d\n",
		base_ms, cases[_i].percent, max_ms, jitter);
	w.xsps[0].mode = WORLD_DOWN;
	world_stream_ends(&w, 0);
	world_run(&w, 1);
	opens = w.xsps[0].opens; /* the one that is made at once may come first */
	for (int n = 0; n < 6; n++) {
		int64_t step_ms = expected_ms / 40 > 1 ? expected_ms / 40 : 1;

		for (passed_ms = 0; w.xsps[0].opens == opens && passed_ms < 10000000;
			passed_ms += step_ms)
			world_run(&w, step_ms);
		opens = w.xsps[0].opens;
		/* not before its time by the jitter, and never later than the maximum with it */
		ck_assert_int_le(
			passed_ms, (int64_t)max_ms * (100 + jitter) / 100 + 3 * step_ms + 3);
		if (n >= 2)
			ck_assert_int_ge(
				passed_ms + 3 * step_ms + 3, expected_ms * (100 - jitter) / 100);
		if (n >= 1)
			expected_ms = expected_ms * cases[_i].percent / 100;
		expected_ms = expected_ms < max_ms ? expected_ms : max_ms;
	}
	w.xsps[0].mode = WORLD_UP;
	open_case_run(&w, client, 7300000);
	ck_assert_uint_eq(channels_open(), 2);
	world_fini(&w);
}
END_TEST

/* --- O22: heartbeats --------------------------------------------------------------------------------------- */

/* The period, and what is known of the server's patience. */
START_TEST(test_heartbeat_period)
{
	static const struct {
		int period_ms, timeout_ms, expected_ms;
	} cases[] = { { 1000, 0, 1000 }, { 15000, 0, 15000 }, { 590000, 0, 590000 },
		{ 15000, 2000, 1000 }, { 15000, 30000, 15000 }, { 15000, 600000, 15000 },
		{ 500000, 600000, 300000 }, { 2000, 3000, 1500 } };
	int expected_ms = cases[_i].expected_ms;
	unsigned beats;

	setup(1, "heartbeat-ms = %d\nevent-timeout-ms = %d\nsilence-ms = 600000\n",
		cases[_i].period_ms, cases[_i].timeout_ms);
	w.quiet_acks = false;
	world_forget_asked(&w);
	open_case_run(&w, client, (int64_t)expected_ms * 20);
	beats = world_asked_count(&w, "/heartbeat");
	ck_assert_msg(beats >= 17 && beats <= 23, "%u beats", beats);
	ck_assert_uint_eq(w.xsps[0].opens, 1);
	world_fini(&w);
}
END_TEST

/* 200 without a document, for an hour: with the setting that says so the channel stays. */
START_TEST(test_heartbeat_without_document)
{
	setup(1, "heartbeat-document = %s\n", _i ? "no" : "yes");
	w.xsps[0].mode = WORLD_UP;
	world_rule(&w, "PUT", "/heartbeat", 200, -1, "");
	open_case_run(&w, client, 3600000);
	if (_i)
		ck_assert_uint_eq(w.xsps[0].opens, 1);
	else
		ck_assert_uint_ge(w.xsps[0].opens, 50);
	ck_assert(open_case_works(&w, client, "2001"));
	/* a server that says nothing at all is found with either */
	world_rules_clear(&w);
	world_rule(&w, "PUT", "/heartbeat", 0, -1, "");
	world_forget_asked(&w);
	world_run(&w, 70000);
	ck_assert_uint_ge(world_asked_count(&w, "xsp1 open"), 1);
	world_fini(&w);
}
END_TEST

/* The document without 200: whatever but 401, 403 and 404 is said of it, the stream lives. */
START_TEST(test_heartbeat_document_without_200)
{
	static const unsigned statuses[] = { 400, 409, 500, 503, 599, 0 };

	setup(1, "%s", "");
	world_rule(&w, "PUT", "/heartbeat", statuses[_i], -1, "");
	for (int i = 0; i < 60; i++) {
		world_document(&w, 0, DECLARATION "<ChannelHeartBeat " NS "/>");
		open_case_run(&w, client, 15000);
	}
	ck_assert_uint_eq(w.xsps[0].opens, 1);
	ck_assert(open_case_works(&w, client, "2001"));
	world_fini(&w);
}
END_TEST

/* The stream ends with a word and without one, early and late. */
START_TEST(test_stream_closed)
{
	static const int after_ms[] = { 2000, 30000, 600000 };

	for (int told = 0; told < 2; told++) {
		setup(2, "%s", "");
		open_case_run(&w, client, after_ms[_i]);
		if (told)
			world_document(&w, 0,
				DECLARATION
				"<xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\" "
				"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\" "
				"xsi1:type=\"xsi:ChannelTerminatedEvent\"><xsi:channelId>c1</xsi:channelId>"
				"<xsi:reason>NonResponsiveChannel</xsi:reason></xsi:Event>");
		else
			world_stream_ends(&w, 0);
		world_run(&w, 3000);
		ck_assert_uint_eq(channels_open(), 2);
		ck_assert(open_case_works(&w, client, "2001"));
		world_fini(&w);
	}
}
END_TEST

/* --- O28: 404 in a farm ------------------------------------------------------------------------------------ */

/* So many links are asked as the setting says before a user is taken for unknown; one link that agrees is enough. */
START_TEST(test_farm_subscribe)
{
	unsigned tries = (unsigned)_i;

	for (unsigned wrong = 0; wrong <= 3; wrong++) {
		setup(3, "wrong-xsp-tries = %u\n", tries);
		world_rule(&w, "POST", "E/user/2002", 404, (int)wrong, "");
		world_forget_asked(&w);
		world_send(&w, client, 9,
			"<MonitorStart><monitorObject>2002</monitorObject></MonitorStart>");
		world_run(&w, 500);
		ck_assert_msg((strstr(world_take(&w, client), "MonitorStartResponse") != NULL) ==
				(wrong <= tries && wrong <= 2),
			"%u of 3 links do not know it, %u tries", wrong, tries);
		if (wrong <= tries && wrong <= 2)
			ck_assert(open_case_works(&w, client, "2002"));
		ck_assert_uint_le(world_asked_count(&w, "POST E/user/2002"), tries + 1);
		world_fini(&w);
	}
}
END_TEST

/* An update, heartbeat or ack that one node does not know, for a while until they agree: no subscription is made anew by
 * the first, the channel by the second, nothing is lost by the third. */
START_TEST(test_farm_other_kinds)
{
	const struct kind *k = &kinds[_i + 1];

	setup(2, "%s", "");
	world_rule(&w, k->method, k->part, 404, 1, "");
	world_forget_asked(&w);
	cause(k);
	world_rules_clear(&w);
	open_case_run(&w, client, 60000);
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user"), 0);
	ck_assert_uint_eq(channels_open(), 2);
	ck_assert(open_case_works(&w, client, "2001"));
	/* for five minutes by both nodes: no storm */
	world_rule(&w, k->method, k->part, 404, -1, "");
	world_forget_asked(&w);
	cause(k);
	open_case_run(&w, client, 300000);
	ck_assert_msg(world_asked_count(&w, "open") + world_asked_count(&w, "POST E/user") <= 60,
		"%u opens", world_asked_count(&w, "open"));
	world_rules_clear(&w);
	open_case_run(&w, client, 60000);
	ck_assert_uint_eq(channels_open(), 2);
	ck_assert(open_case_works(&w, client, "2001"));
	world_fini(&w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("open_links");
	TCase *t = tcase_create("open_links");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_ack_delay, 0, 6);
	tcase_add_loop_test(t, test_acks_in_flight, 0, 4);
	tcase_add_loop_test(t, test_channel_limit, 0, 4);
	tcase_add_loop_test(t, test_subscription_limit, 0, 4);
	tcase_add_test(t, test_priority_order);
	tcase_add_loop_test(t, test_redirects, 0, (int)COUNT(kinds));
	tcase_add_test(t, test_redirects_off);
	tcase_add_loop_test(t, test_errors, 0, (int)COUNT(kinds));
	tcase_add_loop_test(t, test_rates, 0, 5);
	tcase_add_loop_test(t, test_retry_after, 0, 6);
	tcase_add_loop_test(t, test_backoff, 0, 6);
	tcase_add_loop_test(t, test_heartbeat_period, 0, 8);
	tcase_add_loop_test(t, test_heartbeat_document_without_200, 0, 6);
	tcase_add_loop_test(t, test_stream_closed, 0, 3);
	tcase_add_loop_test(t, test_heartbeat_without_document, 0, 2);
	tcase_add_loop_test(t, test_farm_subscribe, 0, 4);
	tcase_add_loop_test(t, test_farm_other_kinds, 0, 3);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
