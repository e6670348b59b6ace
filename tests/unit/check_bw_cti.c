/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CTI transport: one connection with requests, events, acknowledgements and keepalives, and the ways to lose it.
 * The whole node runs; the XSP is this test: it reads what the node writes and says what it is told to say.
 */
#include "daemon/bw.h"
#include "proto/base/rng.h"
#include "proto/cti_decode.h"
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define XSP "xmlns:xsp=\"http://schema.broadsoft.com/XspXMLInterface\""
#define NS "xmlns=\"http://schema.broadsoft.com/xsi\""
#define PEERS 2

static struct world w;
static unsigned client;
static enum cti_framing framing;

static struct {
	uint64_t conn; /* 0: none */
	bool open;
	unsigned opened, closed;
	struct cti_frames in;
	bool in_use;
	unsigned keepalives, answers; /* from the node */
	char channel[16];
} peers[PEERS];

static bool glued, accepts, answers, gives_channels, answers_keepalives;
static unsigned channels, refusal;
static struct buf seen; /* "xsp1 AddChannelRequest", "xsp1 ack 7 e1" ... */
static struct buf raw;  /* all bytes of the node */
static struct xml *reader;

/* While `glued`, what is said goes out with what is said next. */
static void
say(unsigned i, const char *document)
{
	static struct buf b;

	if (b.max == 0)
		buf_init(&b, 100000);
	cti_frame_put(&b, framing, true, str_of(document));
	if (glued)
		return;
	world_event_later(&w, 1,
		&(struct node_event){
			.kind = NODE_EV_SOUTH_DATA, .id = peers[i].conn, .bytes = buf_as_str(&b) });
	buf_fini(&b);
	b = (struct buf){ 0 };
}

static void
respond(unsigned i, struct str request, unsigned status, const char *payload)
{
	char text[2048];

	snprintf(text, sizeof(text),
		"<xsp:response version=\"17.0\" " XSP
		"><requestId>%.*s</requestId><sessionId>s</sessionId>"
		"<statusCode>%u</statusCode><reason>r\xc3\xa4</reason><xsp:payload>%s</xsp:payload></xsp:response>",
		STR_ARG(request), status, payload);
	say(i, text);
}

static void
answer(unsigned i, const struct cti_msg *m)
{
	char text[512] = "";
	struct str user = STR_NONE, name, value;
	uint32_t at = 0;

	while (cti_param_next(reader, m, &at, &name, &value))
		user = value;
	if (str_is(m->element, "AddChannelRequest")) {
		if (!gives_channels)
			return;
		snprintf(peers[i].channel, sizeof(peers[i].channel), "c%u", ++channels);
		snprintf(text, sizeof(text),
			"<Channel " NS
			"><channelId>%s</channelId><expires>3600</expires></Channel>",
			peers[i].channel);
		respond(i, m->request_id, refusal ? refusal : 200, refusal ? "" : text);
		return;
	}
	if (str_is(m->element, "GetChannelSetRequest")) {
		respond(i, m->request_id, 403, "");
		return;
	}
	if (str_is(m->element, "AddUserSubscriptionRequest"))
		snprintf(text, sizeof(text),
			"<Subscription " NS
			"><subscriptionId>s-%.4s</subscriptionId><expires>7200</expires>"
			"</Subscription>",
			user.n > 3 ? user.p : "none");
	if (str_is(m->element, "DialRequest"))
		snprintf(text, sizeof(text),
			"<CallStartInfo " NS "><callId>d:0</callId><externalTrackingId>77:1"
			"</externalTrackingId></CallStartInfo>");
	respond(i, m->request_id, 200, text);
}

static void
on_document(struct str document, void *arg)
{
	unsigned i = *(unsigned *)arg;
	struct cti_msg m;
	struct buf payload;
	struct err e = { 0 };

	buf_init(&payload, 100000);
	ck_assert_msg(cti_decode(reader, document, &payload, &m, &e) == E_OK, "%s", e.text);
	if (m.kind == CTI_KEEPALIVE) {
		char text[256];

		peers[i].keepalives++;
		snprintf(text, sizeof(text),
			"<xsp:keepaliveResponse version=\"17.0\" " XSP
			"><requestId>%.*s</requestId></xsp:keepaliveResponse>",
			STR_ARG(m.request_id));
		if (answers_keepalives)
			say(i, text);
	} else if (m.kind == CTI_KEEPALIVE_RESPONSE) {
		peers[i].answers++;
		buf_printf(&seen, "xsp%u keepaliveResponse %.*s\n", i + 1, STR_ARG(m.request_id));
	} else if (m.kind == CTI_EVENT_RESPONSE) {
		buf_printf(&seen, "xsp%u ack %.*s\n", i + 1, STR_ARG(m.request_id));
	} else {
		ck_assert_int_eq(m.kind, CTI_REQUEST);
		buf_printf(&seen, "xsp%u %.*s %.*s\n", i + 1, STR_ARG(m.element),
			STR_ARG(m.credentials_kind));
		if (answers)
			answer(i, &m);
	}
	buf_fini(&payload);
}

static void
end_conn(unsigned i, const char *why)
{
	world_event_later(&w, 1,
		&(struct node_event){
			.kind = NODE_EV_SOUTH_CLOSED, .id = peers[i].conn, .text = str_of(why) });
	peers[i].open = false;
	peers[i].conn = 0;
}

static unsigned
peer_of(uint64_t conn)
{
	unsigned i = 0;

	while (i < PEERS && peers[i].conn != conn)
		i++;
	return i;
}

static void
by_hand(struct world *world, const struct node_action *a)
{
	unsigned i = a->kind == NODE_ACT_SOUTH_OPEN ? a->xsp : peer_of(a->id);
	const char *why = "";

	(void)world;
	if (i == PEERS)
		return;
	if (a->kind == NODE_ACT_SOUTH_OPEN) {
		ck_assert_uint_eq(peers[i].conn, 0);
		ck_assert(str_is(a->text, i == 0 ? "cti://h1:8011" : "ctis://h2:9"));
		peers[i].conn = a->id;
		peers[i].opened++;
		if (peers[i].in_use)
			cti_frames_fini(&peers[i].in);
		cti_frames_init(&peers[i].in, framing);
		peers[i].in_use = true;
		if (accepts) {
			peers[i].open = true;
			world_event_later(&w, 1,
				&(struct node_event){ .kind = NODE_EV_SOUTH_OPEN, .id = a->id });
		}
	} else if (a->kind == NODE_ACT_SOUTH_SEND) {
		ck_assert(peers[i].open);
		buf_str(&raw, a->bytes);
		ck_assert_int_eq(cti_frames_feed(&peers[i].in, (const uint8_t *)a->bytes.p,
					 a->bytes.n, on_document, &i, &why),
			E_OK);
	} else {
		ck_assert_int_eq(a->kind, NODE_ACT_SOUTH_CLOSE);
		peers[i].closed++;
		end_conn(i, "closed");
	}
}

static void
init(const char *settings)
{
	memset(peers, 0, sizeof(peers));
	accepts = answers = gives_channels = answers_keepalives = true;
	channels = refusal = 0;
	framing = strstr(settings, "length") ? CTI_FRAMING_LENGTH :
		strstr(settings, "nul")      ? CTI_FRAMING_NUL :
					       CTI_FRAMING_BARE;
	world_init(&w, 0, settings);
	w.links_by_hand = by_hand;
	reader = xml_new();
	buf_init(&seen, 1 << 20);
	buf_init(&raw, 1 << 22);
}

static void
fini(void)
{
	world_fini(&w);
	for (unsigned i = 0; i < PEERS; i++)
		if (peers[i].in_use)
			cti_frames_fini(&peers[i].in);
	xml_free(reader);
	buf_fini(&seen);
	buf_fini(&raw);
}

static unsigned
count_in(struct buf *b, const char *part)
{
	unsigned n = 0;

	buf_char(b, '\0');
	b->n--;
	for (const char *p = (const char *)b->p; (p = strstr(p, part)) != NULL; p++)
		n++;
	return n;
}

static uint32_t
channels_open(void)
{
	struct node_counts c;

	node_get_counts(w.node, w.now, &c);
	return c.channels_open;
}

#define ONE "xsp = cti://h1\n"
#define TWO ONE "xsp = ctis://h2:9\n"

static void
setup(const char *settings)
{
	init(settings);
	world_step(&w, &(struct node_event){ .kind = NODE_EV_START });
	world_run(&w, 200);
	client = world_session(&w);
}

static void
event(unsigned i, unsigned request, const char *id, unsigned sequence, const char *data)
{
	char text[4096];

	snprintf(text, sizeof(text),
		"<xsp:event version=\"17.0\" " XSP "><requestId>%u</requestId><xsp:payload>"
		"<xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\" "
		"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\" xsi1:type=\"xsi:SubscriptionEvent\">"
		"<xsi:eventID>%s</xsi:eventID><xsi:sequenceNumber>%u</xsi:sequenceNumber>"
		"<xsi:userId>admin@demo.example</xsi:userId><xsi:externalApplicationId>tandem</xsi:externalApplicationId>"
		"<xsi:subscriptionId>s-2001</xsi:subscriptionId><xsi:channelId>%s</xsi:channelId>"
		"<xsi:targetId>2001@demo.example</xsi:targetId>%s</xsi:Event></xsp:payload></xsp:event>",
		request, id, sequence, peers[i].channel, data);
	say(i, text);
}

#define SNAPSHOT \
	"<xsi:eventData xsi1:type=\"xsi:CallSubscriptionEvent\"><xsi:hookStatus>On-Hook</xsi:hookStatus>" \
	"</xsi:eventData>"

static void
monitor(void)
{
	world_send(&w, client, 5,
		"<MonitorStart xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<monitorObject><deviceObject>2001</deviceObject></monitorObject></MonitorStart>");
	event(0, 70, "e1", 1, SNAPSHOT);
	world_settle(&w);
}

/* Channel, subscription, event, acknowledgement, call: all on one connection of the link. */
START_TEST(test_one_connection_carries_all)
{
	setup(ONE);
	ck_assert_uint_eq(channels_open(), 1);
	ck_assert_uint_eq(peers[0].opened, 1);
	ck_assert_uint_eq(count_in(&seen, "xsp1 AddChannelRequest credentials\n"), 1);
	/* base64 of admin@demo.example:secret */
	ck_assert_uint_ge(
		count_in(&raw, "<credentials>YWRtaW5AZGVtby5leGFtcGxlOnNlY3JldA==</credentials>"),
		2);
	monitor();
	ck_assert_uint_eq(count_in(&seen, "AddUserSubscriptionRequest"), 1);
	ck_assert_uint_eq(count_in(&seen, "xsp1 ack 70\n"), 1);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "MonitorStartResponse"));
	world_send(&w, client, 9,
		"<MakeCall xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<callingDevice>2001</callingDevice><calledDirectoryNumber>2002</calledDirectoryNumber></MakeCall>");
	world_settle(&w);
	ck_assert_uint_eq(count_in(&seen, "DialRequest"), 1);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "0009 MakeCallResponse"));
	ck_assert_uint_eq(peers[0].opened, 1);
	ck_assert_uint_eq(w.asked.n, 0); /* nothing over HTTP */
	fini();
}
END_TEST

START_TEST(test_an_event_twice_and_one_of_no_use)
{
	setup(ONE);
	monitor();
	event(0, 71, "e1", 1, SNAPSHOT);
	world_settle(&w);
	ck_assert_uint_eq(count_in(&seen, "xsp1 ack 71\n"), 1);
	/* an event that cannot be read is acknowledged all the same, by its envelope */
	event(0, 72, "e2", 2, "<xsi:eventData xsi1:type=\"xsi:Nonsense\"/>");
	world_settle(&w);
	ck_assert_uint_eq(count_in(&seen, "xsp1 ack 72\n"), 1);
	ck_assert_uint_eq(channels_open(), 1);
	/* twice in one piece: one acknowledgement, of the later envelope */
	glued = true;
	event(0, 73, "e3", 3, SNAPSHOT);
	glued = false;
	event(0, 74, "e3", 3, SNAPSHOT);
	world_settle(&w);
	ck_assert_uint_eq(count_in(&seen, "xsp1 ack 73\n"), 0);
	ck_assert_uint_eq(count_in(&seen, "xsp1 ack 74\n"), 1);
	/* documents that mean nothing here */
	say(0, "<html/>");
	say(0,
		"<xsp:response " XSP
		"><requestId>999999</requestId><statusCode>200</statusCode></xsp:response>");
	say(0,
		"<xsp:response " XSP
		"><requestId>x</requestId><statusCode>2</statusCode></xsp:response>");
	say(0, "<xsp:event " XSP "/>");
	say(0, "<xsp:request " XSP "><requestId>1</requestId></xsp:request>");
	world_settle(&w);
	ck_assert_uint_eq(channels_open(), 1);
	fini();
}
END_TEST

/* Each way to write and to show credentials. */
START_TEST(test_spellings)
{
	static const struct {
		const char *settings, *part;
	} cases[] = {
		{ "cti-credentials = sso\n", "<ssoCredentials>" },
		{ "cti-credentials = authorization\n",
			"<authorization>Basic YWRtaW5AZGVtby5leGFtcGxlOnNlY3JldA==</authorization>" },
		{ "auth = sip\nsip-user = s\n", "<authorization>BroadWorksSIP basic=" },
		{ "cti-uri = substituted\n",
			"<uri>/com.broadsoft.xsi-events/v2.0/user/2001@demo.example</uri>" },
		{ "cti-uri = literal\n",
			"<uri>/com.broadsoft.xsi-events/v2.0/user/%userId%</uri>" },
		{ "cti-request-namespace = no\n", "<AddUserSubscriptionRequest" },
		{ "cti-payload-namespace = yes\n", "<xsp:payload>" },
		{ "cti-version = 19.0\n", "version=\"19.0\"" },
		{ "broadworks-version = 22.0\n", "<version>22.0</version>" },
		{ "cti-framing = nul\n", "AddChannelRequest" },
		{ "cti-framing = length\n", "AddChannelRequest" },
		{ "cti-declaration = no\n", "AddChannelRequest" },
		{ "context-events = /xsi-ev/v3\n", "<uri>/xsi-ev/v3/channel</uri>" },
	};
	char settings[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(settings, sizeof(settings), ONE "%s", cases[i].settings);
		setup(settings);
		ck_assert_uint_eq(channels_open(), 1);
		monitor();
		for (size_t k = 0; k < raw.n; k++)
			if (raw.p[k] == 0)
				raw.p[k] = ' ';
		ck_assert_msg(count_in(&raw, cases[i].part) >= 1, "%s: %s is not there", settings,
			cases[i].part);
		ck_assert_msg(
			(count_in(&raw, "<?xml") == 0) == (strstr(settings, "declaration") != NULL),
			"%s", settings);
		fini();
	}
}
END_TEST

/* Fault 21: keepalives of both sides; a dead peer is found when misses exceed the tolerance. */
START_TEST(test_keepalives)
{
	setup(ONE "kpl-interval-s = 10\nkpl-tolerance = 2\naudit-s = 86400\n");
	world_run(&w, 60000);
	ck_assert_uint_ge(peers[0].keepalives, 5);
	ck_assert_uint_le(peers[0].keepalives, 6);
	ck_assert_uint_eq(peers[0].closed, 0);
	ck_assert_uint_ge(count_in(&raw, "<period>10</period>"), 5);
	say(0,
		"<xsp:keepalive version=\"17.0\" " XSP
		"><requestId>k9</requestId><period>5</period></xsp:keepalive>");
	world_settle(&w);
	ck_assert_uint_eq(count_in(&seen, "keepaliveResponse k9"), 1);
	/* nothing comes any more: three keepalives are missed, at 10, 20 and 30 s of silence; at 40 it is over */
	answers_keepalives = answers = false;
	accepts = false;
	world_run(&w, 39000);
	ck_assert_uint_eq(peers[0].closed, 0);
	world_run(&w, 2000);
	ck_assert_uint_eq(peers[0].closed, 1);
	ck_assert_uint_eq(channels_open(), 0);
	ck_assert_uint_eq(world_logged(&w, 37540, "3 keepalives are not answered"), 1);
	/* and comes back by itself; the dead channel is deleted */
	accepts = answers = answers_keepalives = true;
	world_run(&w, 60000);
	ck_assert_uint_eq(channels_open(), 1);
	ck_assert_uint_eq(count_in(&seen, "DeleteChannelRequest"), 1);
	fini();
}
END_TEST

START_TEST(test_keepalives_answered_only)
{
	setup(ONE
		"cti-keepalive = answer\nsilence-ms = 60000\naudit-s = 86400\nkpl-interval-s = 1\n");
	world_run(&w, 50000);
	ck_assert_uint_eq(peers[0].keepalives, 0);
	ck_assert_uint_eq(channels_open(), 1);
	world_run(&w, 12000);
	ck_assert_uint_eq(peers[0].closed, 1);
	fini();
}
END_TEST

START_TEST(test_period_in_milliseconds_and_of_the_link)
{
	setup("cti-period-unit = ms\n[link a]\nhost = h1\ntransport = cti\nkpl-interval-s = 3\n");
	world_run(&w, 10000);
	ck_assert_uint_ge(count_in(&raw, "<period>3000</period>"), 3);
	fini();
}
END_TEST

/* The connection ends: what was asked on it is over, the channel is made anew; the other link goes on. */
START_TEST(test_connection_ends)
{
	setup(TWO);
	ck_assert_uint_eq(channels_open(), 2);
	monitor();
	(void)world_take(&w, client);
	answers = false;
	world_send(&w, client, 9,
		"<MakeCall xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<callingDevice>2001</callingDevice><calledDirectoryNumber>2002</calledDirectoryNumber></MakeCall>");
	answers = true;
	end_conn(0, "reset");
	end_conn(1, "reset");
	world_run(&w, 200);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "0009 CSTAErrorCode{systemResource"));
	world_run(&w, 2000);
	ck_assert_uint_eq(channels_open(), 2);
	ck_assert_uint_eq(peers[0].opened, 2);
	ck_assert_uint_eq(count_in(&seen, "DialRequest"), 1);
	fini();
}
END_TEST

START_TEST(test_no_answer_in_time)
{
	setup(ONE "http-timeout-ms = 2000\n");
	monitor();
	(void)world_take(&w, client);
	answers = false;
	world_send(&w, client, 9,
		"<MakeCall xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<callingDevice>2001</callingDevice><calledDirectoryNumber>2002</calledDirectoryNumber></MakeCall>");
	world_run(&w, 1900);
	ck_assert_str_eq(world_take(&w, client), "");
	world_run(&w, 200);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "networkOutOfService"));
	ck_assert_uint_eq(channels_open(), 1);
	fini();
}
END_TEST

/* A connection that is not made, a channel that is not granted, a channel that is refused: no storm. */
START_TEST(test_not_to_be_had)
{
	init(ONE);
	accepts = false;
	world_step(&w, &(struct node_event){ .kind = NODE_EV_START });
	world_run(&w, 120000);
	ck_assert_uint_ge(peers[0].opened, 4);
	ck_assert_uint_le(peers[0].opened, 16);
	fini();
	init(ONE);
	gives_channels = false;
	world_step(&w, &(struct node_event){ .kind = NODE_EV_START });
	world_run(&w, 120000);
	ck_assert_uint_le(count_in(&seen, "AddChannel"), 16);
	gives_channels = true;
	world_run(&w, 60000);
	ck_assert_uint_eq(channels_open(), 1);
	fini();
	init(ONE "auth-hold-s = 600\n");
	refusal = 401;
	world_step(&w, &(struct node_event){ .kind = NODE_EV_START });
	world_run(&w, 300000);
	ck_assert_uint_eq(count_in(&seen, "AddChannel"), 2);
	ck_assert_uint_ge(world_logged(&w, 37520, ""), 1);
	fini();
}
END_TEST

START_TEST(test_bytes_that_are_no_documents)
{
	setup(ONE);
	world_event_later(&w, 1,
		&(struct node_event){ .kind = NODE_EV_SOUTH_DATA,
			.id = peers[0].conn,
			.bytes = STR("this is no XML at all") });
	world_run(&w, 2000);
	ck_assert_uint_eq(peers[0].closed, 1);
	ck_assert_uint_eq(channels_open(), 1);
	ck_assert_uint_eq(peers[0].opened, 2);
	fini();
}
END_TEST

/* A document cut at every byte is one document. */
START_TEST(test_documents_in_pieces)
{
	static const char document[] = DECLARATION "<xsp:keepalive version=\"17.0\" " XSP
						   "><requestId>k1</requestId></xsp:keepalive>\r\n";

	setup(ONE);
	for (size_t i = 0; i + 1 < sizeof(document); i++)
		world_step(&w,
			&(struct node_event){ .kind = NODE_EV_SOUTH_DATA,
				.id = peers[0].conn,
				.bytes = { &document[i], 1 } });
	ck_assert_uint_eq(count_in(&seen, "keepaliveResponse k1"), 1);
	fini();
}
END_TEST

/* Every byte is hostile: damaged documents cost a connection at worst, and the link comes back. */
START_TEST(test_damaged_documents)
{
	static const char *const documents[] = {
		"<xsp:event version=\"17.0\" " XSP "><requestId>70</requestId><xsp:payload>"
		"<xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\" "
		"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\" xsi1:type=\"xsi:SubscriptionEvent\">"
		"<xsi:eventID>e5</xsi:eventID><xsi:sequenceNumber>2</xsi:sequenceNumber><xsi:subscriptionId>s-2001"
		"</xsi:subscriptionId></xsi:Event></xsp:payload></xsp:event>",
		"<xsp:response version=\"17.0\" " XSP
		"><requestId>1</requestId><sessionId>s</sessionId>"
		"<statusCode>200</statusCode><reason>OK</reason><xsp:payload/></xsp:response>",
		"<xsp:keepalive version=\"17.0\" " XSP
		"><requestId>k</requestId><period>10</period></xsp:keepalive>",
	};
	struct rng rng = { 4711 };
	char text[2048];

	setup(ONE "retry-ms-max = 500\n");
	monitor();
	for (int i = 0; i < 3000; i++) {
		const char *document = documents[rng_below(&rng, 3)];
		size_t n = strlen(document);

		memcpy(text, document, n);
		for (uint64_t k = rng_below(&rng, 3) + 1; k > 0; k--)
			text[rng_below(&rng, n)] = (char)rng_below(&rng, 256);
		if (rng_below(&rng, 10) == 0)
			n = rng_below(&rng, n);
		world_event_later(&w, 1,
			&(struct node_event){ .kind = NODE_EV_SOUTH_DATA,
				.id = peers[0].conn,
				.bytes = { text, n } });
		world_run(&w, 20);
	}
	world_run(&w, 120000);
	ck_assert_uint_eq(channels_open(), 1);
	ck_assert_uint_gt(peers[0].opened, 10);
	fini();
}
END_TEST

/* No secret in what people read. */
START_TEST(test_no_secret_is_told)
{
	setup(ONE);
	end_conn(0, "reset");
	world_run(&w, 1000);
	ck_assert_uint_eq(count_in(&w.logs, "YWRtaW5A"), 0);
	ck_assert_uint_eq(count_in(&w.logs, "secret"), 0);
	fini();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_one_connection_carries_all,
		test_an_event_twice_and_one_of_no_use,
		test_spellings,
		test_keepalives,
		test_keepalives_answered_only,
		test_period_in_milliseconds_and_of_the_link,
		test_connection_ends,
		test_no_answer_in_time,
		test_not_to_be_had,
		test_bytes_that_are_no_documents,
		test_documents_in_pieces,
		test_damaged_documents,
		test_no_secret_is_told,
	};

	return world_main("bw_cti", tests, sizeof(tests) / sizeof(tests[0]));
}
