/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections of clients: the first status, bytes that are no CSTA, many requests at once, readers that do not read, a node
 * that stops. Association and resume are in check_node_north.c.
 */
#include "proto/base/limits.h"
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;

#define POS(invoke, id) \
	invoke " StartApplicationSessionPosResponse{sessionID=#" id \
	       " actualProtocolVersion=http://www.ecma-international.org/standards/ecma-323/csta/ed6" \
	       " actualSessionDuration=60}\n"

static void
setup(const char *settings)
{
	world_init(&w, 2, settings);
	world_start(&w);
}

START_TEST(test_status_at_once)
{
	unsigned c;

	setup("");
	c = world_connect(&w);
	world_heard(&w, c, W_STATUS("9001", "normal"));
	/* and nothing more, however long the client is silent */
	world_run(&w, 600000);
	world_heard(&w, c, "");
	ck_assert(w.clients[c].open);
	world_fini(&w);
}
END_TEST

/* Each listener has an edition of its own for clients that have not said one. */
START_TEST(test_edition_of_the_listener)
{
	unsigned c;

	setup("[csta]\ndefault-edition = ed4\n[listener new]\nport = 2040\ndefault-edition = ed6\n"
	      "[listener same]\nport = 2041\n");
	for (uint32_t listener = 0; listener < 3; listener++) {
		c = world_connect_over(&w, listener, "10.77.0.100:4000");
		world_settle(&w);
		buf_char(&w.clients[c].raw, '\0');
		ck_assert_ptr_nonnull(strstr(
			(const char *)w.clients[c].raw.p, listener == 1 ? "csta/ed6" : "csta/ed4"));
	}
	world_fini(&w);
}
END_TEST

#define NUL_LISTENER "[listener n]\nport = 2040\nframing = nul\n"
#define MONITOR(device) \
	"<MonitorStart><monitorObject><deviceObject>" device \
	"</deviceObject></monitorObject></MonitorStart>"

/*
 * Without invoke IDs: the answers come in the order of the requests, the status of the association behind the first,
 * although the second request is answered at once and the first one asks BroadWorks. The world numbers what it hears.
 */
START_TEST(test_answers_without_invoke_ids)
{
	static const char requests[] =
		MONITOR("2001") "\0<RequestSystemStatus/>\0<not xml\0" MONITOR("2002");
	unsigned c;

	setup(NUL_LISTENER);
	c = world_connect_over(&w, 1, "10.77.0.100:4000");
	world_settle(&w);
	world_heard(&w, c, "0001 SystemStatus{systemStatus=normal}\n");
	world_send_bytes(&w, c, requests, sizeof(requests));
	world_run(&w, 500);
	world_heard(&w, c,
		"0002 MonitorStartResponse{monitorCrossRefID=#2 monitorExistingCalls=true}\n"
		"0003 SystemStatus{systemStatus=normal}\n"
		"0004 RequestSystemStatusResponse{systemStatus=normal}\n"
		"0005 CSTAErrorCode{operation=generic}\n"
		"0006 MonitorStartResponse{monitorCrossRefID=#3 monitorExistingCalls=true}\n");
	/* what is no document ends the connection */
	world_send_bytes(&w, c, "hello", 5);
	world_settle(&w);
	world_heard(&w, c, "closed\n");
	ck_assert_uint_eq(world_logged(&w, 37603, "a document does not begin with '<'"), 1);
	world_fini(&w);
}
END_TEST

/* What waits for an answer is not read on: TCP holds the client back. */
START_TEST(test_who_waits_for_an_answer_is_not_read)
{
	static const char requests[] = MONITOR("2001") "\0<RequestSystemStatus/>";
	unsigned c;

	setup(NUL_LISTENER);
	c = world_connect_over(&w, 1, "10.77.0.100:4000");
	world_settle(&w);
	world_send_bytes(&w, c, requests, sizeof(requests));
	ck_assert(w.clients[c].paused);
	world_run(&w, 500);
	ck_assert(!w.clients[c].paused);
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "RequestSystemStatusResponse"));
	/* one alone holds nobody back */
	world_send_bytes(&w, c, MONITOR("2002"), sizeof(MONITOR("2002")));
	ck_assert(!w.clients[c].paused);
	world_fini(&w);
}
END_TEST

/* While BroadWorks is asked for the first, so many more may wait and no more. */
START_TEST(test_requests_that_wait_are_bounded)
{
	static char many[LIMIT_CSTA_UNREAD_BYTES + 1024];
	size_t n = sizeof(MONITOR("2001")), one = sizeof("<RequestSystemStatus/>");
	unsigned c;

	setup(NUL_LISTENER);
	c = world_connect_over(&w, 1, "10.77.0.100:4000");
	world_settle(&w);
	memcpy(many, MONITOR("2001"), n);
	for (; n + one <= sizeof(many); n += one)
		memcpy(many + n, "<RequestSystemStatus/>", one);
	world_send_bytes(&w, c, many, n);
	world_settle(&w);
	ck_assert(!w.clients[c].open);
	ck_assert_uint_eq(world_logged(&w, 37603, "more bytes came than can wait"), 1);
	world_fini(&w);
}
END_TEST

/* Nothing of BroadWorks answers: clients are taken all the same, and told. */
START_TEST(test_status_without_broadworks)
{
	unsigned c;

	world_init(&w, 2, "");
	w.xsps[0].mode = w.xsps[1].mode = WORLD_DOWN;
	world_start(&w);
	c = world_connect(&w);
	world_heard(&w, c, W_STATUS("9001", "disabled"));
	w.xsps[0].mode = w.xsps[1].mode = WORLD_UP;
	world_run(&w, 60000);
	world_heard(&w, c, "");
	world_send(&w, c, 1, "<RequestSystemStatus/>");
	world_heard(&w, c,
		"0001 RequestSystemStatusResponse{systemStatus=normal}\n" W_STATUS(
			"9002", "normal"));
	world_fini(&w);
}
END_TEST

START_TEST(test_bad_prefix)
{
	static const char bad[] = "GET / HTTP/1.1\r\n";
	char both[128] = "\0\0\0\x1f"
			 "0005<SystemStatusResponse/>";
	size_t n = 31;
	unsigned c;

	setup("");
	c = world_session(&w);
	world_send_bytes(&w, c, bad, sizeof(bad) - 1);
	world_settle(&w);
	world_heard(&w, c, "closed\n");
	/* one line, with the bytes */
	ck_assert_uint_eq(world_logged(&w, 37603, ""), 1);
	ck_assert_uint_eq(world_logged(&w, 37603, "47 45 54 20 2f 20"), 1);
	/* the session is kept */
	c = world_connect(&w);
	world_take(&w, c);
	world_start_session(&w, c, 5, "demo", "<sessionID>#1</sessionID>");
	world_heard(&w, c, POS("0005", "1") W_STATUS("9002", "normal"));
	/* behind a good message, in one segment: the bytes shown are the wrong ones */
	memcpy(both + n, "HELO you", 8);
	world_send_bytes(&w, c, both, n + 8);
	world_settle(&w);
	world_heard(&w, c, "closed\n");
	ck_assert_uint_eq(world_logged(&w, 37603, ""), 2);
	ck_assert_uint_eq(world_logged(&w, 37603, "48 45 4c 4f 20 79 6f 75"), 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_malformed_xml)
{
	unsigned c;

	setup("");
	c = world_connect(&w);
	world_take(&w, c);
	/* before and after an association */
	world_send(&w, c, 12, "<MonitorStart><monitorObject></MonitorStart>");
	world_heard(&w, c, W_ERROR("0012", "operation", "generic"));
	world_start_session(&w, c, 13, "demo", "");
	world_take(&w, c);
	world_send(&w, c, 14, "not xml at all");
	world_heard(&w, c, W_ERROR("0014", "operation", "generic"));
	world_send(&w, c, 15, "<a>&bomb;</a>");
	world_heard(&w, c, W_ERROR("0015", "operation", "generic"));
	world_send(&w, c, 16, "<RequestSystemStatus/>");
	world_heard(&w, c, "0016 RequestSystemStatusResponse{systemStatus=normal}\n");
	ck_assert(w.clients[c].open);
	ck_assert_uint_eq(world_logged(&w, 37603, ""), 3);
	world_fini(&w);
}
END_TEST

/* The invoke ID of events is answered like any other, and told once for each connection. */
START_TEST(test_invoke_9999)
{
	unsigned c;

	setup("");
	c = world_session(&w);
	for (int i = 0; i < 3; i++) {
		world_send(&w, c, 9999, "<RequestSystemStatus/>");
		world_heard(&w, c, "9999 RequestSystemStatusResponse{systemStatus=normal}\n");
	}
	ck_assert_uint_eq(world_logged(&w, 37604, "client=10.77.0.100:"), 1);
	c = world_session(&w);
	world_send(&w, c, 9999, "<keepalive />");
	world_send(&w, c, 9999, "<What/>");
	world_heard(&w, c, W_ERROR("9999", "operation", "serviceNotSupported"));
	ck_assert_uint_eq(world_logged(&w, 37604, ""), 2);
	world_fini(&w);
}
END_TEST

START_TEST(test_ten_in_one_segment)
{
	struct buf bytes, expected;
	unsigned c;

	setup("");
	c = world_session(&w);
	buf_init(&bytes, 65536);
	buf_init(&expected, 65536);
	for (uint32_t i = 0; i < 10; i++) {
		ck_assert_int_eq(csta_frame_put(&bytes, 100 + i, STR("<RequestSystemStatus/>")), 0);
		buf_printf(&expected, "%04u RequestSystemStatusResponse{systemStatus=normal}\n",
			100 + i);
	}
	buf_char(&expected, '\0');
	world_send_bytes(&w, c, bytes.p, bytes.n);
	world_heard(&w, c, (const char *)expected.p);
	/* the same in pieces of every size, prefixes cut everywhere */
	for (size_t piece = 1; piece < 40; piece++) {
		for (size_t off = 0; off < bytes.n; off += piece)
			world_send_bytes(&w, c, bytes.p + off,
				bytes.n - off < piece ? bytes.n - off : piece);
		world_heard(&w, c, (const char *)expected.p);
	}
	buf_fini(&bytes);
	buf_fini(&expected);
	world_fini(&w);
}
END_TEST

/* Far more in one read than a message may be long. */
START_TEST(test_thousands_in_one_read)
{
	struct buf bytes;
	unsigned c;

	setup("");
	c = world_session(&w);
	buf_init(&bytes, 1 << 20);
	for (uint32_t i = 0; i < 8000; i++)
		ck_assert_int_eq(csta_frame_put(&bytes, i, STR("<RequestSystemStatus/>")), 0);
	world_send_bytes(&w, c, bytes.p, bytes.n);
	world_settle(&w);
	ck_assert_uint_eq(w.clients[c].frames, 3 + 8000);
	buf_fini(&bytes);
	world_fini(&w);
}
END_TEST

static void
flood(unsigned client, unsigned count)
{
	struct buf bytes;

	buf_init(&bytes, 1 << 20);
	for (uint32_t i = 0; i < count; i++)
		ck_assert_int_eq(csta_frame_put(&bytes, i, STR("<RequestSystemStatus/>")), 0);
	world_send_bytes(&w, client, bytes.p, bytes.n);
	buf_fini(&bytes);
}

/* Who sends 2,000 requests at once has them served in turns; the one request of another client is served between two of them. */
START_TEST(test_flood_delays_nobody)
{
	uint64_t served;
	unsigned a, b;

	setup("");
	a = world_session(&w);
	b = world_session(&w);
	flood(a, 2000);
	served = w.clients[a].frames;
	ck_assert_uint_le(served, 3 + 80);
	ck_assert(w.clients[a].paused);
	flood(b, 1);
	world_heard(&w, b, "0000 RequestSystemStatusResponse{systemStatus=normal}\n");
	ck_assert_uint_le(w.clients[a].frames, served + 64);
	ck_assert(!w.clients[b].paused);
	/* nothing is lost, and no time passes */
	world_run(&w, 0);
	ck_assert_uint_eq(w.clients[a].frames, 3 + 2000);
	ck_assert(!w.clients[a].paused);
	world_fini(&w);
}
END_TEST

/* Ten of them get on equally, and leave room for one that asks little. */
START_TEST(test_many_floods)
{
	unsigned c[10], other;
	uint64_t low, high;

	setup("");
	other = world_session(&w);
	for (unsigned i = 0; i < 10; i++) {
		c[i] = world_session(&w);
		w.clients[c[i]].frames = 0;
	}
	for (unsigned i = 0; i < 10; i++)
		flood(c[i], 1000);
	for (unsigned step = 0; step < 20; step++) {
		flood(other, 1);
		world_heard(&w, other, "0000 RequestSystemStatusResponse{systemStatus=normal}\n");
	}
	low = high = w.clients[c[0]].frames;
	for (unsigned i = 1; i < 10; i++) {
		low = w.clients[c[i]].frames < low ? w.clients[c[i]].frames : low;
		high = w.clients[c[i]].frames > high ? w.clients[c[i]].frames : high;
	}
	ck_assert_uint_lt(high, 1000);
	ck_assert_msg(high - low <= 128, "%u and %u", (unsigned)low, (unsigned)high);
	world_run(&w, 0);
	for (unsigned i = 0; i < 10; i++)
		ck_assert_uint_eq(w.clients[c[i]].frames, 1000);
	world_fini(&w);
}
END_TEST

/* One that ends, or is closed, while it waits for its turn. */
START_TEST(test_flood_and_end)
{
	unsigned a, b;

	setup("");
	a = world_session(&w);
	flood(a, 2000);
	w.clients[a].open = false;
	world_step(&w, &(struct node_event){ .kind = NODE_EV_CLIENT_CLOSED, .id = a });
	b = world_session(&w);
	flood(b, 1000);
	world_send_bytes(&w, b, "GET /", 5);
	ck_assert(w.clients[b].open);
	world_run(&w, 0);
	/* but for the turn that met the bad bytes */
	ck_assert_uint_ge(w.clients[b].frames, 3 + 1000 - 16);
	ck_assert(!w.clients[b].open);
	world_fini(&w);
}
END_TEST

/* Hold and retrieve until `count` events were made. */
static void
many_events(unsigned count)
{
	world_call(&w, "2001", "CallReceivedEvent", "a", "a:1", "Terminator", "Alerting", "2002");
	world_call(&w, "2001", "CallAnsweredEvent", "a", "a:1", "Terminator", "Active", "2002");
	for (unsigned i = 0; i < count; i++)
		world_call(&w, "2001", i % 2 ? "CallRetrievedEvent" : "CallHeldEvent", "a", "a:1",
			"Terminator", i % 2 ? "Active" : "Held", "2002");
}

START_TEST(test_slow_reader)
{
	unsigned slow, other;
	const char *heard;

	setup("");
	slow = world_session(&w);
	for (unsigned i = 0; i < 60; i++)
		world_monitor(&w, slow, "2001");
	other = world_session(&w);
	world_monitor(&w, other, "2001");
	w.clients[slow].reads = false;
	many_events(LIMIT_OUTBOX_MESSAGES / 60 + 2);
	ck_assert_uint_eq(world_logged(&w, 37605, ""), 1);
	ck_assert(!w.clients[slow].open);
	ck_assert(w.clients[other].open);
	/* its session is kept; what it can be given is given, and it is told that something is missing */
	slow = world_connect(&w);
	world_take(&w, slow);
	world_start_session(&w, slow, 5, "demo",
		"<sessionID>#1</sessionID>"
		"<lastMessageSequenceNumber>0</lastMessageSequenceNumber>");
	heard = world_take(&w, slow);
	ck_assert_msg(strncmp(heard, POS("0005", "1") W_STATUS("9002", "messagesLost"),
			      strlen(POS("0005", "1") W_STATUS("9002", "messagesLost"))) == 0,
		"%.300s", heard);
	world_fini(&w);
}
END_TEST

/* A client that asks and asks and never reads: its answers do not fill the memory. */
START_TEST(test_flood_without_reading)
{
	struct buf bytes;
	unsigned c;

	setup("");
	c = world_session(&w);
	w.clients[c].reads = false;
	buf_init(&bytes, 1 << 20);
	for (uint32_t i = 0; i < 2000; i++)
		ck_assert_int_eq(csta_frame_put(&bytes, i, STR("<RequestSystemStatus/>")), 0);
	for (int i = 0; i < 40 && w.clients[c].open; i++)
		world_send_bytes(&w, c, bytes.p, bytes.n);
	ck_assert_msg(
		!w.clients[c].open, "%llu answers wait", (unsigned long long)w.clients[c].frames);
	ck_assert_uint_eq(world_logged(&w, 37605, ""), 1);
	world_settle(&w);
	buf_fini(&bytes);
	world_fini(&w);
}
END_TEST

START_TEST(test_not_active)
{
	unsigned c, late;

	setup("");
	c = world_session(&w);
	world_step(&w, &(struct node_event){ .kind = NODE_EV_STOP });
	ck_assert(w.stopped);
	ck_assert(!w.listening);
	world_heard(&w, c, "closed\n");
	late = world_connect(&w);
	world_heard(&w, late, "closed\n");
	world_settle(&w);
	world_fini(&w);
}
END_TEST

/* By order the other node takes the address: who uses it is told when it has moved, everybody else at once. */
START_TEST(test_connections_stand_still_while_the_address_moves)
{
	unsigned virtual, own;

	setup("[csta]\nvirtual-address = 10.77.0.50\n");
	virtual = world_session(&w);
	own = world_connect_to(&w, "10.77.0.1:1040");
	world_take(&w, own);
	world_step(&w, &(struct node_event){ .kind = NODE_EV_DEMOTE });
	world_heard(&w, virtual, "");
	ck_assert(w.clients[virtual].open);
	ck_assert_uint_eq(w.clients[virtual].held_ms, 3000);
	world_heard(&w, own, "closed\n");
	world_send(&w, virtual, 7, "<RequestSystemStatus/>");
	world_settle(&w);
	world_heard(&w, virtual, "");
	world_fini(&w);
}
END_TEST

/* Without a virtual address, or with one that only begins like it, nobody else would tell them. */
START_TEST(test_connections_end_where_no_address_moves)
{
	static const char *const settings[] = { "", "[csta]\nvirtual-address = 10.77.0.5\n" };
	unsigned c;

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		setup(settings[i]);
		c = world_session(&w);
		world_step(&w, &(struct node_event){ .kind = NODE_EV_DEMOTE });
		world_heard(&w, c, "closed\n");
		world_fini(&w);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_status_at_once,
		test_edition_of_the_listener,
		test_answers_without_invoke_ids,
		test_requests_that_wait_are_bounded,
		test_who_waits_for_an_answer_is_not_read,
		test_status_without_broadworks,
		test_bad_prefix,
		test_malformed_xml,
		test_invoke_9999,
		test_ten_in_one_segment,
		test_thousands_in_one_read,
		test_flood_delays_nobody,
		test_many_floods,
		test_flood_and_end,
		test_slow_reader,
		test_flood_without_reading,
		test_not_active,
		test_connections_stand_still_while_the_address_moves,
		test_connections_end_where_no_address_moves,
	};

	return world_main("sess", tests, sizeof(tests) / sizeof(tests[0]));
}
