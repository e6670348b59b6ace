/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out: a segment for each of the first messages of a connection, and turns for those with much to be told.
 */
#include "daemon/sess.h"
#include "proto/base/limits.h"
#include "tests/unit/node_world.h"

#include <stdio.h>

static struct world w;

#define WINDOW 1048576 /* bytes that a client's TCP may have without acknowledging them */
#define ASK "<RequestSystemStatus/>"
#define ANSWER(invoke) invoke " RequestSystemStatusResponse{systemStatus=normal}\n"

static void
setup(void)
{
	world_init(&w, 2, "");
	world_start(&w);
}

/* One frame, and nothing of what it leads to but the step itself. */
static void
send_at_once(unsigned client, unsigned invoke, const char *body)
{
	struct buf frame;

	buf_init(&frame, 65536);
	ck_assert_int_eq(csta_frame_put(&frame, invoke, str_of(body)), 0);
	world_send_bytes(&w, client, frame.p, frame.n);
	buf_fini(&frame);
}

/* A client that speaks before it has the greeting: each message waits for the acknowledgement of the one before. */
START_TEST(test_pace_by_acknowledgement)
{
	unsigned c;

	setup();
	c = world_connect(&w);
	send_at_once(c, 1, ASK);
	world_heard(&w, c, W_STATUS("9001", "normal"));
	world_run(&w, 1);
	world_heard(&w, c, ANSWER("0001"));
	world_run(&w, 1);
	world_heard(&w, c, W_STATUS("9002", "normal"));
	/* it is associated: no pace any more */
	world_run(&w, 1);
	send_at_once(c, 2, ASK);
	send_at_once(c, 3, ASK);
	world_heard(&w, c, ANSWER("0002") ANSWER("0003"));
	world_fini(&w);
}
END_TEST

/* One whose acknowledgements do not come waits 50 ms for each. */
START_TEST(test_pace_by_time)
{
	unsigned c;

	setup();
	c = world_connect(&w);
	world_run(&w, 5);
	world_heard(&w, c, W_STATUS("9001", "normal"));
	w.clients[c].reads = false;
	send_at_once(c, 1, ASK);
	world_heard(&w, c, ANSWER("0001"));
	send_at_once(c, 2, ASK);
	world_run(&w, 49);
	world_heard(&w, c, "");
	world_run(&w, 1);
	world_heard(&w, c, W_STATUS("9002", "normal"));
	world_run(&w, 49);
	world_heard(&w, c, "");
	world_run(&w, 1);
	world_heard(&w, c, ANSWER("0002"));
	send_at_once(c, 3, ASK);
	world_heard(&w, c, ANSWER("0003"));
	world_fini(&w);
}
END_TEST

/* A connection that ends is told everything first, whatever the pace. */
START_TEST(test_pace_and_the_end)
{
	unsigned c;

	setup();
	c = world_connect(&w);
	world_start_session(&w, c, 1, "demo", "");
	world_take(&w, c);
	w.clients[c].reads = false;
	world_run(&w, 122000);
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "ApplicationSessionTerminated"));
	ck_assert(!w.clients[c].open);
	world_fini(&w);
}
END_TEST

/* An answer that takes its time does not keep the status back for more than a second. */
START_TEST(test_status_does_not_wait_for_ever)
{
	unsigned c;

	setup();
	world_rule(&w, "POST", "E/user/2001", 0, -1, "");
	c = world_connect(&w);
	world_run(&w, 5);
	world_take(&w, c);
	send_at_once(c, 1,
		"<MonitorStart><monitorObject><deviceObject>2001</deviceObject></monitorObject></MonitorStart>");
	world_run(&w, 999);
	world_heard(&w, c, "");
	world_run(&w, 1);
	world_heard(&w, c, W_STATUS("9002", "normal"));
	/* and it is not said a second time */
	world_run(&w, 10000);
	ck_assert_ptr_null(strstr(world_take(&w, c), "SystemStatus{systemStatus=normal}"));
	world_fini(&w);
}
END_TEST

/* 2001 is held and retrieved. */
static void
many_events(unsigned count)
{
	world_call(&w, "2001", "CallReceivedEvent", "a", "a:1", "Terminator", "Alerting", "2002");
	world_call(&w, "2001", "CallAnsweredEvent", "a", "a:1", "Terminator", "Active", "2002");
	for (unsigned i = 0; i < count; i++)
		world_call(&w, "2001", i % 2 ? "CallRetrievedEvent" : "CallHeldEvent", "a", "a:1",
			"Terminator", i % 2 ? "Active" : "Held", "2002");
}

/*
 * A client has 3,000 messages to come; another one asks something meanwhile and has its answer with the next step. It does
 * not read: it is given no more than a window of bytes.
 */
START_TEST(test_turns)
{
	uint64_t before;
	unsigned much, other;

	setup();
	much = world_session(&w);
	for (unsigned m = 0; m < 60; m++)
		world_monitor(&w, much, "2001");
	other = world_session(&w);
	world_hang_up(&w, much);
	many_events(48);
	much = world_connect(&w);
	world_run(&w, 5);
	w.clients[much].reads = false;
	world_start_session(&w, much, 5, "demo", "<sessionID>#1</sessionID>");
	world_run(&w, 79);
	before = w.clients[much].frames;
	ck_assert_uint_eq(before, 3);
	/* the pace ends: one step sends a part of it */
	w.now = mono_add_ms(w.now, 1);
	world_step(&w, &(struct node_event){ .kind = NODE_EV_TICK });
	ck_assert_uint_eq(w.clients[much].frames, before + 512);
	send_at_once(other, 9, ASK);
	world_heard(&w, other, ANSWER("0009"));
	ck_assert_uint_le(w.clients[much].frames, before + 1024);
	/* and what its TCP may have unread comes at the same instant: a megabyte; the rest stays here */
	world_run(&w, 0);
	ck_assert_uint_ge(w.clients[much].bytes, WINDOW);
	ck_assert_uint_lt(w.clients[much].bytes, WINDOW + LIMIT_CSTA_SEND_BYTES);
	before = w.clients[much].frames;
	ck_assert_uint_lt(before, 2900);
	many_events(2);
	send_at_once(other, 10, ASK);
	world_heard(&w, other, ANSWER("0010"));
	ck_assert_uint_eq(w.clients[much].frames, before);
	/* as soon as it reads it has all */
	w.clients[much].reads = true;
	world_later(&w, 0, NODE_EV_CLIENT_ACKED, much, w.clients[much].bytes, STR_NONE, STR_NONE);
	world_run(&w, 100);
	ck_assert_uint_ge(w.clients[much].frames, 3000);
	world_fini(&w);
}
END_TEST

/* --- sessions without a node around them, for answers that no service makes ----------------------- */

static struct {
	struct ctx x;
	struct say say;
	struct sess sess;
	struct conf conf;
	struct log log;
	struct ha_out ring;
	size_t answer_bytes;
	unsigned too_long; /* logged */
} bare;

static int
bare_apply(void *arg, uint16_t kind, uint16_t version, const uint8_t *p, size_t n)
{
	(void)arg;
	return core_apply(&bare.x.model, kind, version, p, n);
}

static int
bare_restore(void *arg, const uint8_t *p, size_t n, size_t bytes_max, size_t *at)
{
	(void)arg;
	(void)p;
	(void)n;
	(void)bytes_max;
	(void)at;
	return 0;
}

static uint64_t
bare_digest(void *arg)
{
	(void)arg;
	return bare.x.model.digest;
}

static void
bare_emit(uint16_t kind, const uint8_t *p, size_t n, void *arg)
{
	(void)arg;
	bare.x.offset++;
	ck_assert_uint_eq(
		ha_append(bare.x.ha, bare.x.now, kind, CORE_DELTA_VERSION, p, n), bare.x.offset);
}

static void
bare_log(int number, enum log_level level, const char *text, void *arg)
{
	(void)number;
	(void)level;
	(void)arg;
	bare.too_long += strstr(text, "too long") != NULL;
}

/* The service: an answer of this many bytes, filled with blanks between its elements. */
static void
bare_service(struct sess *s, struct core_session *session, uint32_t invoke,
	const struct csta_request *q, void *arg)
{
	static const char end[] =
		"<systemStatus>normal</systemStatus></RequestSystemStatusResponse>";
	struct buf body;

	(void)q;
	(void)arg;
	buf_init(&body, 1 << 20);
	buf_cstr(&body,
		"<RequestSystemStatusResponse xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">");
	while (body.n + sizeof(end) - 1 < bare.answer_bytes)
		buf_char(&body, ' ');
	buf_cstr(&body, end);
	sess_answer(s, session, invoke, buf_as_str(&body));
	buf_fini(&body);
}

static void
bare_init(void)
{
	struct ha_fsm fsm = { .apply = bare_apply, .restore = bare_restore, .digest = bare_digest };
	struct ha_conf ha = { .node_id = 1, .solo = true, .beat_ms = 250, .lease_ms = 4000 };

	memset(&bare, 0, sizeof(bare));
	bare.log = (struct log){ bare_log, NULL };
	conf_defaults(&bare.conf);
	bare.x.conf = &bare.conf;
	bare.x.log = &bare.log;
	bare.x.now.us = 1000000000;
	bare.x.xml = xml_new();
	bare.x.out = node_out_new();
	bare.x.em = (struct core_emitter){ .emit = bare_emit };
	buf_init(&bare.x.em.buf, 8192);
	say_init(&bare.say, &bare.x);
	core_init(&bare.x.model, say_fact, NULL, &bare.say);
	sess_init(&bare.sess, &bare.x, &bare.say, bare_service, NULL);
	ha_out_init(&bare.ring);
	bare.x.ha = ha_new(&ha, &fsm, 7, &bare.log);
	ha_start(bare.x.ha, bare.x.now, &bare.ring);
	ck_assert(ctx_is_active(&bare.x));
	sess_activate(&bare.sess);
}

static void
bare_fini(void)
{
	core_fini(&bare.x.model);
	sess_fini(&bare.sess);
	say_fini(&bare.say);
	ha_free(bare.x.ha);
	ha_out_fini(&bare.ring);
	xml_free(bare.x.xml);
	buf_fini(&bare.x.em.buf);
	node_out_free(bare.x.out);
}

/* What a request is answered with. */
static struct str
bare_answer(uint32_t invoke)
{
	struct buf frame;

	buf_init(&frame, 65535);
	ck_assert_int_eq(csta_frame_put(&frame, invoke, STR(ASK)), 0);
	node_out_reset(bare.x.out);
	sess_conn_data(&bare.sess, 1, buf_as_str(&frame));
	ha_flush(bare.x.ha, bare.x.now, &bare.ring);
	sess_pump(&bare.sess);
	buf_fini(&frame);
	ck_assert_uint_ge(node_out_count(bare.x.out), 1);
	return node_out_at(bare.x.out, 0).bytes;
}

/* The longest answer that a frame holds is sent; of a longer one the client learns that it is none. */
START_TEST(test_answer_too_long)
{
	static const char error[] =
		"0007<?xml version=\"1.0\" encoding=\"UTF-8\"?><CSTAErrorCode "
		"xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<operation>generic</operation></CSTAErrorCode>";
	struct str sent;

	bare_init();
	sess_conn_open(&bare.sess, 1,
		&(struct sess_origin){ .peer = STR("10.0.0.1:5"),
			.local = STR("10.0.0.2:1040"),
			.names = STR("") });
	bare.answer_bytes = 10;
	for (uint32_t i = 1; i < 4; i++) {
		(void)bare_answer(i);
		sess_conn_acked(&bare.sess, 1, UINT64_MAX);
		sess_pump(&bare.sess);
		sess_conn_acked(&bare.sess, 1, UINT64_MAX);
	}
	bare.answer_bytes = LIMIT_CSTA_MESSAGE_BYTES - CSTA_PREFIX_BYTES;
	sent = bare_answer(6);
	ck_assert_uint_eq(sent.n, LIMIT_CSTA_MESSAGE_BYTES);
	ck_assert_uint_eq(bare.too_long, 0);
	bare.answer_bytes++;
	sent = bare_answer(7);
	ck_assert_uint_eq(sent.n, sizeof(error) - 1 + 4);
	ck_assert_mem_eq(sent.p + 4, error, sizeof(error) - 1);
	ck_assert_uint_eq(bare.too_long, 1);
	bare_fini();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_pace_by_acknowledgement,
		test_pace_by_time,
		test_pace_and_the_end,
		test_status_does_not_wait_for_ever,
		test_turns,
		test_answer_too_long,
	};

	return world_main("sess_out", tests, sizeof(tests) / sizeof(tests[0]));
}
