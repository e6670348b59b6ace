/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event channels: opening, heartbeats, refresh, the ways to lose one, back-off. The whole node runs; BroadWorks is the
 * scripted one.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define SET_OF_TWO \
	DECLARATION \
	"<ChannelSet xmlns=\"http://schema.broadsoft.com/xsi\"><channel><channelId>f-77</channelId>" \
	"<channelSetId>tandem</channelSetId><expires>3599</expires></channel><channel><channelId>f 78/x</channelId>" \
	"<channelSetId>tandem</channelSetId><expires>10</expires></channel></ChannelSet>"

static void
start_quietly(int64_t ms)
{
	world_step(&w, &(struct node_event){ .kind = NODE_EV_START });
	world_run(&w, ms);
}

static void
setup(unsigned xsps, const char *settings)
{
	world_init(&w, xsps, settings);
	world_start(&w);
}

static struct node_counts
counts(void)
{
	struct node_counts c;

	node_get_counts(w.node, w.now, &c);
	return c;
}

/* What the dead node left in the set is deleted before our own channels are opened, one on each XSP. */
START_TEST(test_activation)
{
	world_init(&w, 3, "channel-set = tandem\napplication-id = app\nchannel-expires-s = 3600\n");
	world_rule(&w, "GET", "E/channelset/tandem", 200, 1, SET_OF_TWO);
	start_quietly(20);
	ck_assert_ptr_nonnull(strstr((buf_char(&w.bodies, '\0'), (const char *)w.bodies.p),
		DECLARATION
		"<Channel xmlns=\"http://schema.broadsoft.com/xsi\"><channelSetId>tandem</channelSetId>"
		"<priority>1</priority><weight>50</weight><expires>3600</expires><applicationId>app</applicationId>"
		"</Channel>"));
	world_asked(&w,
		"xsp1 GET E/channelset/tandem\nxsp1 DELETE E/channel/f-77\n"
		"xsp1 DELETE E/channel/f%2078%2Fx\nxsp1 open\nxsp2 open\nxsp3 open\n");
	ck_assert_uint_eq(counts().channels_open, 3);
	ck_assert_uint_eq(world_logged(&w, 37501, ""), 3);
	world_fini(&w);
}
END_TEST

/* The XSP that answered is the one that deletes. */
START_TEST(test_activation_first_xsp_down)
{
	world_init(&w, 2, "");
	w.xsps[0].mode = WORLD_DOWN;
	world_rule(&w, "GET", "E/channelset/tandem", 200, -1, SET_OF_TWO);
	start_quietly(20);
	ck_assert_uint_eq(world_asked_count(&w, "xsp2 GET E/channelset"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "xsp2 DELETE E/channel/f-77"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "xsp2 DELETE E/channel/f%2078%2Fx"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "xsp1 DELETE"), 0);
	ck_assert_uint_eq(counts().channels_open, 1);
	world_fini(&w);
}
END_TEST

/* One that cannot say what there is does not know that there is nothing: the next is asked. */
START_TEST(test_activation_first_xsp_at_a_loss)
{
	static const unsigned refusals[] = { 503, 500, 502, 302 };

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		world_init(&w, 2, "");
		world_rule(&w, "GET", "E/channelset/tandem", refusals[i], 1, "");
		world_rule(&w, "GET", "E/channelset/tandem", 200, -1, SET_OF_TWO);
		start_quietly(40);
		ck_assert_uint_eq(world_asked_count(&w, "xsp2 GET E/channelset"), 1);
		ck_assert_uint_eq(world_asked_count(&w, "xsp2 DELETE E/channel/f-77"), 1);
		world_run(&w, 2000);
		ck_assert_uint_eq(counts().channels_open, 2);
		world_fini(&w);
	}
}
END_TEST

/* An XSP that takes connections and says nothing delays the others by a second, not more. */
START_TEST(test_activation_first_xsp_silent)
{
	world_init(&w, 2, "");
	w.xsps[0].mode = WORLD_SILENT;
	world_rule(&w, "GET", "E/channelset/tandem", 200, -1, SET_OF_TWO);
	start_quietly(1200);
	ck_assert_uint_eq(world_asked_count(&w, "xsp2 DELETE E/channel/f-77"), 1);
	ck_assert_uint_eq(counts().channels_open, 1);
	world_fini(&w);
}
END_TEST

/* A delete that is not answered does not hold the channels up for ever. */
START_TEST(test_activation_delete_unanswered)
{
	world_init(&w, 2, "http-timeout-ms = 2000\n");
	world_rule(&w, "GET", "E/channelset/tandem", 200, -1, SET_OF_TWO);
	world_rule(&w, "DELETE", "E/channel/", 0, -1, "");
	start_quietly(2100);
	ck_assert_uint_eq(counts().channels_open, 2);
	world_fini(&w);
}
END_TEST

START_TEST(test_activation_odd_lists)
{
	static const struct {
		unsigned status;
		const char *body;
	} lists[] = { { 403, "" }, { 404, "" }, { 500, "oops" }, { 200, "" }, { 200, "not xml" },
		{ 200, DECLARATION "<ChannelSet xmlns=\"http://schema.broadsoft.com/xsi\"/>" },
		{ 200, DECLARATION "<Channel xmlns=\"http://schema.broadsoft.com/xsi\"/>" } };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		world_init(&w, 1, "");
		world_rule(&w, "GET", "E/channelset/", lists[i].status, -1, lists[i].body);
		start_quietly(20);
		world_asked(&w, "xsp1 GET E/channelset/tandem\nxsp1 open\n");
		ck_assert_uint_eq(counts().channels_open, 1);
		world_fini(&w);
	}
}
END_TEST

/* Nothing of BroadWorks answers: the operator gets the alarm, and the first XSP that comes back is used. */
START_TEST(test_all_down_from_the_start)
{
	world_init(&w, 2, "");
	w.xsps[0].mode = w.xsps[1].mode = WORLD_DOWN;
	start_quietly(60000);
	ck_assert(w.listening);
	ck_assert_uint_ge(w.xsps[0].opens, 3);
	ck_assert_uint_le(w.xsps[0].opens, 12);
	ck_assert_uint_eq(world_logged(&w, 37510, ""), 1);
	w.xsps[1].mode = WORLD_UP;
	world_run(&w, 40000);
	ck_assert_uint_eq(counts().channels_open, 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_heartbeats)
{
	setup(2, "heartbeat-ms = 10000\n");
	world_run(&w, 100000);
	/* to the XSP that has the stream, each about ten times */
	ck_assert_uint_ge(world_asked_count(&w, "xsp1 PUT E/channel/c1/heartbeat"), 9);
	ck_assert_uint_le(world_asked_count(&w, "xsp1 PUT E/channel/c1/heartbeat"), 11);
	ck_assert_uint_ge(world_asked_count(&w, "xsp2 PUT E/channel/c2/heartbeat"), 9);
	ck_assert_uint_le(world_asked_count(&w, "xsp2 PUT E/channel/c2/heartbeat"), 11);
	ck_assert_uint_eq(world_asked_count(&w, ""),
		world_asked_count(&w, "c1/heartbeat") + world_asked_count(&w, "c2/heartbeat"));
	ck_assert_uint_eq(counts().channels_open, 2);
	world_fini(&w);
}
END_TEST

START_TEST(test_heartbeat_refused)
{
	static const unsigned statuses[] = { 403, 404 };

	for (size_t i = 0; i < 2; i++) {
		setup(2, "");
		world_rule(&w, "PUT", "c1/heartbeat", statuses[i], 1, "");
		world_run(&w, 17000);
		ck_assert_uint_eq(world_asked_count(&w, "xsp1 close"), 1);
		ck_assert_uint_eq(world_asked_count(&w, "xsp1 open"), 1);
		ck_assert_uint_eq(world_asked_count(&w, "xsp2 open"), 0);
		ck_assert_uint_eq(counts().channels_open, 2);
		world_fini(&w);
	}
}
END_TEST

/* Heartbeats that fail in another way mean nothing as long as the stream lives. */
START_TEST(test_heartbeat_overload)
{
	setup(1, "");
	world_rule(&w, "PUT", "/heartbeat", 503, -1, "");
	for (int i = 0; i < 30; i++) {
		world_run(&w, 10000);
		world_document(&w, 0,
			DECLARATION
			"<ChannelHeartBeat xmlns=\"http://schema.broadsoft.com/xsi\"/>");
	}
	ck_assert_uint_eq(w.xsps[0].opens, 1);
	world_fini(&w);
}
END_TEST

/* The answer to a heartbeat of a channel that ended meanwhile says nothing of its successor. */
START_TEST(test_heartbeat_late)
{
	setup(1, "");
	world_rule(&w, "PUT", "c1/heartbeat", 404, 1, "");
	world_rule_last(&w)->delay_ms = 3000;
	while (world_asked_count(&w, "c1/heartbeat") == 0)
		world_run(&w, 100);
	world_stream_ends(&w, 0);
	world_run(&w, 5000);
	ck_assert_uint_eq(w.xsps[0].opens, 2);
	ck_assert_uint_eq(world_asked_count(&w, "close"), 0);
	world_fini(&w);
}
END_TEST

/* A stream that ends is opened again at once; while that fails, less and less often. */
START_TEST(test_stream_ends)
{
	setup(2, "retry-ms = 500\nretry-ms-max = 8000\n");
	world_stream_ends(&w, 0);
	world_run(&w, 10);
	ck_assert_uint_eq(w.xsps[0].opens, 2);
	ck_assert_uint_eq(counts().channels_open, 2);
	world_run(&w, 60000);
	w.xsps[0].mode = WORLD_DOWN;
	world_stream_ends(&w, 0);
	world_run(&w, 100);
	ck_assert_uint_eq(w.xsps[0].opens, 3);
	world_run(&w, 15000); /* at 1, 3, 7 and 15 seconds or so */
	ck_assert_uint_ge(w.xsps[0].opens, 6);
	ck_assert_uint_le(w.xsps[0].opens, 8);
	world_run(&w, 80000); /* not less often than retry-ms-max says */
	ck_assert_uint_ge(w.xsps[0].opens, 6 + 7);
	ck_assert_uint_le(w.xsps[0].opens, 8 + 14);
	w.xsps[0].mode = WORLD_UP;
	world_run(&w, 11000);
	ck_assert_uint_eq(counts().channels_open, 2);
	world_fini(&w);
}
END_TEST

/* A channel that opens and ends at once, again and again, is no reason for a storm. */
START_TEST(test_stream_flaps)
{
	setup(1, "");
	for (int i = 0; i < 600; i++) {
		if (w.xsps[0].stream != 0 && w.xsps[0].open)
			world_stream_ends(&w, 0);
		world_run(&w, 100);
	}
	ck_assert_msg(w.xsps[0].opens < 30, "%u channels opened in a minute", w.xsps[0].opens);
	ck_assert_uint_ge(w.xsps[0].opens, 3);
	world_run(&w, 40000);
	ck_assert_uint_eq(counts().channels_open, 1);
	world_fini(&w);
}
END_TEST

/* A refused account is not tried again and again, so that it is not locked. */
START_TEST(test_open_refused)
{
	for (unsigned status = 401; status <= 403; status += 2) {
		world_init(&w, 2, "auth-hold-s = 60\n");
		w.xsps[0].mode = WORLD_REFUSES;
		w.xsps[0].refusal = status;
		start_quietly(600000);
		ck_assert_uint_ge(w.xsps[0].opens, 8);
		ck_assert_uint_le(w.xsps[0].opens, 14);
		ck_assert_uint_ge(world_logged(&w, 37520, "127.0.0.1:8080"), 1);
		ck_assert_uint_eq(w.xsps[1].opens, 1);
		w.xsps[0].mode = WORLD_UP;
		world_run(&w, 80000);
		ck_assert_uint_eq(counts().channels_open, 2);
		world_fini(&w);
	}
}
END_TEST

START_TEST(test_open_overloaded)
{
	world_init(&w, 1, "");
	w.xsps[0].mode = WORLD_REFUSES;
	w.xsps[0].refusal = 503;
	start_quietly(10000);
	ck_assert_uint_ge(w.xsps[0].opens, 3);
	ck_assert_uint_le(w.xsps[0].opens, 7);
	ck_assert_uint_eq(world_logged(&w, 37520, ""), 0);
	w.xsps[0].mode = WORLD_UP;
	world_run(&w, 20000);
	ck_assert_uint_eq(counts().channels_open, 1);
	world_fini(&w);
}
END_TEST

/* A stream without a byte for silence-ms is given up. */
START_TEST(test_silent_stream)
{
	setup(2, "silence-ms = 20000\nheartbeat-ms = 15000\nhttp-timeout-ms = 3000\n");
	w.xsps[0].mode = WORLD_SILENT;
	world_run(&w, 19000);
	ck_assert_uint_eq(world_asked_count(&w, "xsp1 close"), 0);
	world_run(&w, 1100);
	ck_assert_uint_eq(world_asked_count(&w, "xsp1 close"), 1);
	ck_assert_uint_eq(world_logged(&w, 37502, "no byte for too long"), 1);
	ck_assert_uint_eq(counts().channels_open, 1);
	/* an opening that is not answered is given up sooner, and tried again later */
	world_run(&w, 60000);
	ck_assert_uint_ge(w.xsps[0].opens, 4);
	ck_assert_uint_le(w.xsps[0].opens, 12);
	w.xsps[0].mode = WORLD_UP;
	world_run(&w, 60000);
	ck_assert_uint_eq(counts().channels_open, 2);
	world_fini(&w);
}
END_TEST

START_TEST(test_refresh)
{
	setup(1, "channel-expires-s = 3600\naudit-s = 80000\nsubscription-expires-s = 86400\n");
	w.quiet_acks = true;
	world_run(&w, 1799000);
	world_asked(&w, "");
	world_run(&w, 2000);
	ck_assert_ptr_nonnull(strstr((buf_char(&w.bodies, '\0'), (const char *)w.bodies.p),
		"<Channel "
		"xmlns=\"http://schema.broadsoft.com/xsi\"><expires>3600</expires></Channel>"));
	world_asked(&w, "xsp1 PUT E/channel/c1\n");
	world_run(&w, 1800000);
	world_asked(&w, "xsp1 PUT E/channel/c1\n");
	ck_assert_uint_eq(w.xsps[0].opens, 1);
	world_fini(&w);
}
END_TEST

static void
terminate(uint32_t xsp, const char *reason)
{
	char text[1024];

	snprintf(text, sizeof(text),
		DECLARATION
		"<xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\" "
		"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\" xsi1:type=\"xsi:ChannelTerminatedEvent\">"
		"<xsi:channelId>%s</xsi:channelId><xsi:reason>%s</xsi:reason></xsi:Event>",
		w.xsps[xsp].channel, reason);
	world_document(&w, xsp, text);
}

/* Opened again at once, unless somebody else has a right to the set: no fight with another owner. */
START_TEST(test_terminated)
{
	static const char *const reasons[] = { "UserDeleted", "NonResponsiveChannel",
		"ExplicitDelete", "Expired", "UnknownChannel", "DuplicateChannelSet" };

	for (size_t i = 0; i < 6; i++) {
		setup(2, "");
		terminate(0, reasons[i]);
		world_run(&w, 50);
		world_asked(&w, i == 5 ? "xsp1 close\n" : "xsp1 close\nxsp1 open\n");
		ck_assert_uint_eq(world_logged(&w, 37503, reasons[i]), 1);
		ck_assert_uint_eq(counts().channels_open, i == 5 ? 1 : 2);
		world_run(&w, 5000);
		ck_assert_uint_eq(w.xsps[0].opens, i == 5 ? 1 : 2);
		world_run(&w, 20000);
		ck_assert_uint_eq(counts().channels_open, 2);
		world_fini(&w);
	}
}
END_TEST

/*
 * Both channels end at about the same time: BroadWorks had none for a moment, though one end is read after the other and one
 * of them is open again meanwhile. What happened then is asked for, and clients hear nothing of it. One end alone, or one
 * long after the other, needs no question.
 */
START_TEST(test_ends_that_overlap)
{
	setup(2, "");
	world_monitor(&w, world_session(&w), "2001");
	world_run(&w, 60000);
	world_forget_asked(&w);
	terminate(0, "Expired");
	world_run(&w, 50);
	ck_assert_uint_eq(counts().channels_open, 2);
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription/"), 0);
	terminate(1, "Expired");
	world_run(&w, 250);
	ck_assert_uint_eq(counts().channels_open, 2);
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription/"), 1);
	ck_assert_uint_eq(world_logged(&w, 37504, ""), 1);
	ck_assert_uint_eq(world_logged(&w, 37510, ""), 0);
	world_run(&w, 60000);
	world_forget_asked(&w);
	terminate(1, "Expired");
	world_run(&w, 5000);
	terminate(0, "Expired");
	world_run(&w, 5000);
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription/"), 0);
	world_fini(&w);
}
END_TEST

/* Channels that end again and again, each within the damping time of the one before: what happened is asked for all the same. */
START_TEST(test_ends_without_end)
{
	setup(2, "retry-ms = 10\nretry-ms-max = 10\nretry-jitter-percent = 0\n");
	world_monitor(&w, world_session(&w), "2001");
	world_run(&w, 60000);
	world_forget_asked(&w);
	for (uint32_t i = 0; i < 16; i++) {
		terminate(i % 2, "Expired");
		world_run(&w, 100);
		ck_assert_uint_eq(counts().channels_open, 2);
		if (i < 10)
			ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription/"), 0);
	}
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription/"), 1);
	world_fini(&w);
}
END_TEST

/* A channel that was up for long is not opened at once either: that would be the first blow of a fight. */
START_TEST(test_terminated_after_long)
{
	setup(2, "");
	world_run(&w, 60000);
	world_forget_asked(&w);
	terminate(0, "DuplicateChannelSet");
	world_run(&w, 5000);
	ck_assert_uint_eq(w.xsps[0].opens, 1);
	world_run(&w, 20000);
	ck_assert_uint_eq(counts().channels_open, 2);
	world_fini(&w);
}
END_TEST

/* Two owners of the set that terminate each other: the second time, and every time, we wait long. */
START_TEST(test_terminated_again_and_again)
{
	setup(1, "");
	for (int i = 0; i < 600; i++) {
		if (w.xsps[0].open)
			terminate(0, "DuplicateChannelSet");
		world_run(&w, 100);
	}
	ck_assert_uint_le(w.xsps[0].opens, 12);
	world_fini(&w);
}
END_TEST

START_TEST(test_garbage_on_the_stream)
{
	setup(1, "");
	world_document(&w, 0, "this is not XML");
	world_run(&w, 50);
	ck_assert_uint_eq(w.xsps[0].opens, 2);
	ck_assert_uint_eq(counts().channels_open, 1);
	ck_assert_uint_eq(counts().malformed, 1);
	world_fini(&w);
}
END_TEST

/* An answer that is no channel: given up in time, not taken for an open one. */
START_TEST(test_no_channel_document)
{
	world_init(&w, 1, "");
	w.xsps[0].mode = WORLD_SILENT;
	start_quietly(3000); /* the listing of the set is given up first */
	ck_assert_uint_eq(w.xsps[0].opens, 1);
	world_document(&w, 0, DECLARATION "<html><body>Welcome</body></html>");
	world_document(&w, 0,
		DECLARATION
		"<Channel xmlns=\"http://schema.broadsoft.com/xsi\"><expires>3600</expires></Channel>");
	world_run(&w, 100);
	ck_assert_uint_eq(counts().channels_open, 0);
	world_run(&w, 10000);
	ck_assert_uint_ge(w.xsps[0].opens, 2);
	world_fini(&w);
}
END_TEST

/* One channel of two is lost: nothing is told to clients, nothing is asked of BroadWorks, events come over the other. */
START_TEST(test_one_of_two)
{
	unsigned c;

	setup(2, "");
	world_run(&w, 5000);
	w.quiet_acks = true;
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_call(&w, "2001", "CallReceivedEvent", "a", "a:1", "Terminator", "Alerting", "2002");
	world_take(&w, c);
	world_forget_asked(&w);
	w.xsps[0].mode = WORLD_DOWN;
	world_stream_ends(&w, 0);
	world_settle(&w);
	world_call(&w, "2001", "CallAnsweredEvent", "a", "a:1", "Terminator", "Active", "2002");
	world_heard(&w, c, W_ESTABLISHED("2", "3", "2001", "2002", "2001", W_NUM("2")));
	world_run(&w, 400);
	w.xsps[0].mode = WORLD_UP;
	world_run(&w, 10000);
	ck_assert_uint_eq(counts().channels_open, 2);
	world_heard(&w, c, "");
	ck_assert_uint_eq(world_asked_count(&w, "E/subscription/"), 0);
	ck_assert_uint_eq(world_asked_count(&w, "E/user/"), 0);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_activation,
		test_activation_first_xsp_down,
		test_activation_first_xsp_at_a_loss,
		test_activation_first_xsp_silent,
		test_activation_delete_unanswered,
		test_activation_odd_lists,
		test_all_down_from_the_start,
		test_heartbeats,
		test_heartbeat_refused,
		test_heartbeat_overload,
		test_heartbeat_late,
		test_stream_ends,
		test_stream_flaps,
		test_open_refused,
		test_open_overloaded,
		test_silent_stream,
		test_refresh,
		test_terminated,
		test_terminated_after_long,
		test_ends_that_overlap,
		test_ends_without_end,
		test_terminated_again_and_again,
		test_garbage_on_the_stream,
		test_no_channel_document,
		test_one_of_two,
	};

	return world_main("bw_chan", tests, sizeof(tests) / sizeof(tests[0]));
}
