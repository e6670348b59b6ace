/* SPDX-License-Identifier: Apache-2.0 */
/* The status as JSON, and what "could take over now" depends on. */
#include "daemon/stat.h"

#include "daemon/conf.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static struct ha_view view;
static struct node_counts counts;
static struct node_takeover takeover;
static struct stat_input input;

/* An active with a standby in step. */
static void
setup(void)
{
	memset(&view, 0, sizeof(view));
	memset(&counts, 0, sizeof(counts));
	memset(&takeover, 0, sizeof(takeover));
	view.role = HA_ACTIVE;
	view.epoch = 8;
	view.offset = 184223;
	view.gate_open = view.quorate = view.digest_equal = true;
	view.digest_offset = 184200;
	view.peer.known = view.peer.in_step = true;
	view.peer.role = HA_STANDBY;
	view.peer.epoch = 8;
	view.peer.health = STR(
		"name=n1 calls=3 monitors=50 clients=4 sessions=5 channels=2/2 devices=50 out=0 up=12 "
		"conf=1a2b3c4d desync=0");
	counts.calls = 4;
	counts.channels_open = 2;
	counts.channels_want = 3;
	counts.desynchronised = 6;
	counts.early_refused = 7;
	counts.uptime_s = 77;
	input = (struct stat_input){ .clustered = true,
		.fencing = true,
		.node_name = "n2",
		.wall_us = 1795310575201000,
		.view = &view,
		.counts = &counts,
		.takeover = &takeover,
		.digest = 0x7f3a91c2,
		.serving = true };
}

static json_t *
status(void)
{
	struct buf out;
	json_t *root;

	buf_init(&out, 65536);
	stat_status(&input, &out);
	ck_assert(!out.overflow);
	root = json_loadb((const char *)out.p, out.n, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(root);
	buf_fini(&out);
	return root;
}

static json_int_t
number(const json_t *root, const char *key)
{
	ck_assert_msg(json_is_integer(json_object_get(root, key)), "%s is no number", key);
	return json_integer_value(json_object_get(root, key));
}

static const char *
text(const json_t *root, const char *key)
{
	ck_assert_msg(json_is_string(json_object_get(root, key)), "%s is no text", key);
	return json_string_value(json_object_get(root, key));
}

static void
expect_ready(bool ready, const char *part)
{
	char said[200];

	ck_assert_int_eq(stat_ready(&input, said, sizeof(said)), ready);
	ck_assert_msg(strstr(said, part) != NULL, "\"%s\" is not in \"%s\"", part, said);
}

START_TEST(status_of_an_active)
{
	static const struct conf_listener listeners[] = {
		{ .name = "csta", .address = "0.0.0.0", .port = 1040 },
		{ .name = "closed" },
		{ .name = "wallboards",
			.address = "::1",
			.port = 5061,
			.tls = true,
			.framing = CONF_FRAMING_NUL,
			.default_edition = "ed6" },
	};
	static const struct node_link links[] = {
		{ .name = "east", .url = "http://h:80", .transport = "http", .state = "open" },
		{ .name = "west",
			.url = "ctis://h:8012",
			.transport = "cti",
			.state = "refused",
			.reason = "BroadWorks answers 401 again",
			.refusals = 3 }
	};
	json_t *link;
	json_t *root, *own, *peer;

	takeover = (struct node_takeover){ .epoch = 8,
		.at_wall_us = 5,
		.promote_ms = 19,
		.channel_ms = 310,
		.resync_ms = 390,
		.calls_kept = 3,
		.calls_cleared = 2,
		.calls_learned = 1,
		.done = true };
	input.listeners = listeners;
	input.listener_count = 3;
	input.edition = "ed3";
	input.links = links;
	input.link_count = 2;
	root = status();
	link = json_array_get(json_object_get(root, "links"), 1);
	ck_assert_str_eq(text(link, "name"), "west");
	ck_assert_str_eq(text(link, "state"), "refused");
	ck_assert_str_eq(text(link, "reason"), "BroadWorks answers 401 again");
	ck_assert_int_eq(number(link, "refusals"), 3);
	/* one that is not opened is none */
	ck_assert_uint_eq(json_array_size(json_object_get(root, "listeners")), 2);
	ck_assert_str_eq(
		text(json_array_get(json_object_get(root, "listeners"), 0), "edition"), "ed3");
	link = json_array_get(json_object_get(root, "listeners"), 1);
	ck_assert_str_eq(text(link, "name"), "wallboards");
	ck_assert_str_eq(text(link, "address"), "::1");
	ck_assert_int_eq(number(link, "port"), 5061);
	ck_assert(json_is_true(json_object_get(link, "tls")));
	ck_assert_str_eq(text(link, "framing"), "nul");
	ck_assert_str_eq(text(link, "edition"), "ed6");
	own = json_array_get(json_object_get(root, "nodes"), 0);
	peer = json_array_get(json_object_get(root, "nodes"), 1);
	ck_assert_str_eq(text(root, "schema"), "tandemctl/status/1");
	ck_assert_int_eq(number(root, "epoch"), 8);
	ck_assert_int_eq(number(root, "desync_total"), 6);
	ck_assert_int_eq(number(root, "early_refused_total"), 7);
	ck_assert_str_eq(text(json_object_get(root, "digest"), "value"), "000000007f3a91c2");
	ck_assert(json_is_true(json_object_get(root, "ready")));
	ck_assert_str_eq(text(own, "name"), "n2");
	ck_assert_str_eq(text(own, "role"), "active");
	ck_assert_str_eq(text(own, "state"), "serving");
	ck_assert_int_eq(number(own, "calls"), 4);
	ck_assert_int_eq(number(own, "behind"), -1);
	ck_assert_int_eq(number(json_object_get(own, "channels"), "want"), 3);
	ck_assert_str_eq(text(peer, "name"), "n1");
	ck_assert_str_eq(text(peer, "state"), "in step");
	ck_assert_int_eq(number(peer, "calls"), 3);
	ck_assert_int_eq(number(peer, "sessions"), 5);
	ck_assert_int_eq(number(peer, "uptime_s"), 12);
	ck_assert_int_eq(number(json_object_get(peer, "channels"), "open"), 2);
	ck_assert_int_eq(number(json_object_get(root, "last_takeover"), "calls_cleared"), 2);
	json_decref(root);
}
END_TEST

START_TEST(unknown_peer_and_lone_node)
{
	json_t *root, *nodes;

	view.peer.known = false;
	root = status();
	nodes = json_object_get(root, "nodes");
	ck_assert_str_eq(text(json_array_get(nodes, 1), "state"), "absent");
	ck_assert(json_is_null(json_object_get(root, "last_takeover")));
	json_decref(root);
	input.clustered = false;
	root = status();
	ck_assert_uint_eq(json_array_size(json_object_get(root, "nodes")), 1);
	json_decref(root);
	expect_ready(false, "without a cluster");
}
END_TEST

START_TEST(ready_seen_from_the_active)
{
	expect_ready(true, "READY: n1 can take over");
	view.peer.in_step = false;
	view.peer.behind = 1843;
	expect_ready(false, "1843 deltas behind");
	view.peer.in_step = true;
	view.digest_equal = false;
	expect_ready(false, "states of the two nodes differ");
	view.digest_offset = 0; /* not compared yet */
	expect_ready(true, "READY");
	view.peer.config_differs = true;
	expect_ready(false, "configurations");
	view.peer.role = HA_SYNCING;
	expect_ready(false, "is syncing");
	view.peer.known = false;
	expect_ready(false, "no standby; crm_mon -1 -r -f shows why");
}
END_TEST

/* What else is wrong shows behind a configuration that differs. */
START_TEST(ready_but_for_the_configuration)
{
	ck_assert(stat_ready_but_config(&input));
	view.peer.config_differs = true;
	expect_ready(false, "configurations");
	ck_assert(stat_ready_but_config(&input));
	ck_assert(view.peer.config_differs);
	view.peer.in_step = false;
	expect_ready(false, "configurations");
	ck_assert(!stat_ready_but_config(&input));
	view.role = HA_STANDBY;
	view.peer.role = HA_ACTIVE;
	expect_ready(false, "configurations");
	ck_assert(stat_ready_but_config(&input));
	view.digest_equal = false;
	ck_assert(!stat_ready_but_config(&input));
}
END_TEST

START_TEST(ready_seen_from_the_standby)
{
	view.role = HA_STANDBY;
	view.peer.role = HA_ACTIVE;
	expect_ready(true, "READY: n2 can take over");
	view.peer.known = false;
	expect_ready(false, "not there");
	view.peer.known = true;
	view.peer.role = HA_STANDBY;
	expect_ready(false, "no node is active");
	view.role = HA_FENCED;
	expect_ready(false, "this node is fenced");
}
END_TEST

static void
expect_healthy(bool healthy, const char *part)
{
	char said[200];

	ck_assert_int_eq(stat_healthy(&input, said, sizeof(said)), healthy);
	ck_assert_msg(strstr(said, part) != NULL, "\"%s\" is not in \"%s\"", part, said);
}

static void
expect_condition(const char *word)
{
	ck_assert_str_eq(stat_condition_name(stat_condition(&input)), word);
}

START_TEST(conditions_of_an_active)
{
	expect_condition("ok");
	view.peer.known = false;
	expect_condition("not-ready");
	counts.uptime_s = STAT_SETTLE_S - 1;
	expect_condition("-"); /* a standby may be on its way */
	input.clustered = false;
	expect_condition("ok");
	counts.uptime_s = STAT_SETTLE_S;
	counts.channels_open = 0;
	expect_condition("no-xsp");
	takeover.at_wall_us = input.wall_us - 1;
	expect_condition("-"); /* nor has who has just become active all of its channels */
	view.states_differed = true;
	expect_condition("desync");
	view.two_actives = true;
	expect_condition("two-actives");
}
END_TEST

START_TEST(conditions_worst_first)
{
	view.digest_equal = false; /* a standby of another state is not ready either */
	expect_condition("desync");
	counts.channels_open = 0;
	expect_condition("no-xsp");
	view.peer.role = HA_ACTIVE;
	expect_condition("two-actives");
}
END_TEST

/* A word of it in the middle of a takeover would make Pacemaker calculate it again. */
START_TEST(conditions_of_a_standby)
{
	view.role = HA_STANDBY;
	view.peer.role = HA_ACTIVE;
	counts.channels_open = 0;
	view.peer.config_differs = true;
	expect_condition("ok");
	view.peer.known = false;
	expect_condition("ok");
	view.states_differed = true;
	expect_condition("desync");
	view.two_actives = true;
	expect_condition("two-actives");
}
END_TEST

/* What an operator reads of the file on the host: on the node that writes it, and on the one that waits for it. */
START_TEST(the_copy_on_the_host)
{
	char text[200];

	view.role = HA_JOINING;
	view.awaits = 2;
	ck_assert(!stat_ready(&input, text, sizeof(text)));
	ck_assert_str_eq(text, "NOT READY: this node waits for node 2, on whose host the state is");
	view.awaits = 0;
	ck_assert(!stat_ready(&input, text, sizeof(text)));
	ck_assert_str_eq(text, "NOT READY: this node is joining");
}
END_TEST

START_TEST(healthy_or_degraded)
{
	expect_healthy(true, "well");
	view.peer.known = false; /* that is the other node's trouble */
	expect_healthy(true, "well");
	counts.overload = "none";
	expect_healthy(true, "well");
	input.state_trouble = "cannot write in /s: No space left on device";
	expect_healthy(false, "No space left");
	input.state_trouble = "";
	expect_healthy(true, "well");
	counts.overload = "imminent";
	expect_healthy(false, "overloaded");
	counts.channels_open = 0;
	expect_healthy(false, "no event channel");
	view.role = HA_STANDBY; /* has none, and needs none */
	expect_healthy(true, "well");
	view.role = HA_ACTIVE;
	view.unconfirmed = true;
	expect_healthy(false, "not confirmed");
	view.gate_open = false;
	expect_healthy(false, "gate is shut");
	view.role = HA_SYNCING;
	expect_healthy(false, "not in step");
	counts.uptime_s = 29; /* it has only just begun */
	expect_healthy(true, "well");
	counts.uptime_s = 30;
	expect_healthy(false, "not in step");
	takeover.at_wall_us = input.wall_us - 29999999; /* only just active */
	expect_healthy(true, "well");
	takeover.at_wall_us--;
	expect_healthy(false, "not in step");
	view.peer.known = true;
	view.digest_equal = false;
	expect_healthy(false, "states of the two nodes differ");
	view.peer.config_differs = true;
	expect_healthy(false, "configurations");
}
END_TEST

START_TEST(behind_of_a_standby)
{
	json_t *root;

	view.role = HA_STANDBY;
	view.peer.role = HA_ACTIVE;
	view.offset = 100;
	view.peer.offset = 130;
	root = status();
	ck_assert_int_eq(number(json_array_get(json_object_get(root, "nodes"), 0), "behind"), 30);
	json_decref(root);
}
END_TEST

START_TEST(health_texts)
{
	struct str h = STR("a=1 ab=2  channels=2/2 empty= x y=1=2");

	ck_assert(str_is(stat_health(h, "a"), "1"));
	ck_assert(str_is(stat_health(h, "ab"), "2"));
	ck_assert(str_is(stat_health(h, "empty"), ""));
	ck_assert(str_is(stat_health(h, "y"), "1=2"));
	ck_assert_uint_eq(stat_health(h, "x").n, 0);
	ck_assert_uint_eq(stat_health(h, "b").n, 0);
	ck_assert_uint_eq(stat_health(STR_NONE, "a").n, 0);
}
END_TEST

/* The text comes over the ring: whatever is in it, the status stays JSON. */
START_TEST(hostile_health_texts)
{
	static const char *const texts[] = { "", "=", " ", "name=\xff\xfe calls=1", "name=\x01",
		"name=a\"b calls=-1", "calls=99999999999999999999 up=x channels=1/",
		"channels=/ name=", "channels=1", "name=\xc3" };
	char filler[400];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *root;

		view.peer.health = str_of(texts[i]);
		root = status();
		ck_assert_ptr_nonnull(json_array_get(json_object_get(root, "nodes"), 1));
		json_decref(root);
	}
	memset(filler, 'n', sizeof(filler));
	memcpy(filler, "name=", 5);
	view.peer.health = (struct str){ filler, sizeof(filler) };
	json_decref(status());
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("stat");
	TCase *t = tcase_create("stat");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, status_of_an_active);
	tcase_add_test(t, unknown_peer_and_lone_node);
	tcase_add_test(t, ready_seen_from_the_active);
	tcase_add_test(t, ready_seen_from_the_standby);
	tcase_add_test(t, ready_but_for_the_configuration);
	tcase_add_test(t, the_copy_on_the_host);
	tcase_add_test(t, healthy_or_degraded);
	tcase_add_test(t, conditions_of_an_active);
	tcase_add_test(t, conditions_worst_first);
	tcase_add_test(t, conditions_of_a_standby);
	tcase_add_test(t, behind_of_a_standby);
	tcase_add_test(t, health_texts);
	tcase_add_test(t, hostile_health_texts);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
