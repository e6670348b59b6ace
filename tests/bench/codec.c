/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message costs in the codecs: nanoseconds of the processor for each, and in relation to copying its bytes.
 *
 * Happy path: each message is read or written over and over for a fixed time, three times; the best one counts.
 * Failure modes: a message that its decoder refuses ends the run with code 1.
 */
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/csta_decode.h"
#include "proto/csta_encode.h"
#include "proto/xml.h"
#include "proto/xsi_decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MESSAGE_MAX 65536
#define ROUND_NS 200000000
#define ROUNDS 3
#define BATCH 64

#define ED6 "http://www.ecma-international.org/standards/ecma-323/csta/ed6"

static const char make_call[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><MakeCall xmlns=\"" ED6 "\"><callingDevice>2001"
	"</callingDevice><calledDirectoryNumber>2002</calledDirectoryNumber></MakeCall>";

static const char received[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><xsi:Event xsi1:type=\"xsi:SubscriptionEvent\" "
	"xmlns:xsi=\"http://schema.broadsoft.com/xsi\" "
	"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\"><xsi:eventID>e1</xsi:eventID>"
	"<xsi:sequenceNumber>1</xsi:sequenceNumber><xsi:userId>2001@demo.example</xsi:userId>"
	"<xsi:externalApplicationId>a</xsi:externalApplicationId><xsi:subscriptionId>s</xsi:subscriptionId>"
	"<xsi:channelId>c</xsi:channelId><xsi:targetId>2001@demo.example</xsi:targetId>"
	"<xsi:eventData xsi1:type=\"xsi:CallReceivedEvent\"><xsi:call><xsi:callId>callhalf-1:0</xsi:callId>"
	"<xsi:extTrackingId>1:1</xsi:extTrackingId><xsi:personality>Terminator</xsi:personality>"
	"<xsi:state>Alerting</xsi:state><xsi:remoteParty><xsi:address>tel:+15559000001</xsi:address>"
	"<xsi:callType>Network</xsi:callType></xsi:remoteParty><xsi:startTime>1</xsi:startTime>"
	"</xsi:call></xsi:eventData></xsi:Event>";

struct bench {
	struct xml *reader;
	struct buf out;
	unsigned char copy[MESSAGE_MAX];
};

/* Does it once; returns the bytes of the message, or 0 if it was refused. */
typedef size_t (*bench_fn)(struct bench *b);

static size_t
decode_request(struct bench *b)
{
	struct csta_request request;
	struct err e;

	return csta_decode(b->reader, (struct str){ make_call, sizeof(make_call) - 1 }, &request,
		       &e) == E_OK ?
		sizeof(make_call) - 1 :
		0;
}

static size_t
decode_event(struct bench *b)
{
	struct xsi_doc doc;
	struct err e;

	return xsi_decode(b->reader, (struct str){ received, sizeof(received) - 1 }, &doc, &e) ==
			E_OK ?
		sizeof(received) - 1 :
		0;
}

static size_t
encode_event(struct bench *b)
{
	struct csta_event ev = { .kind = CSTA_EV_Delivered,
		.cross_ref = 9899899617281,
		.call_id = 9899899617342,
		.connection_device = str_of("2001"),
		.subject = str_of("2001"),
		.calling = str_of("+15559000001"),
		.called = str_of("2001"),
		.local = CSTA_LOCAL_alerting,
		.cause = CSTA_CAUSE_newCall,
		.number = 17 };

	buf_reset(&b->out);
	csta_put_event(&b->out, CSTA_ED6, &ev);
	return b->out.n;
}

static size_t
encode_answer(struct bench *b)
{
	buf_reset(&b->out);
	csta_put_empty(&b->out, CSTA_ED6, "AnswerCallResponse");
	return b->out.n;
}

static int64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Nanoseconds of one turn. */
static double
round_ns(struct bench *b, bench_fn fn)
{
	int64_t begin = now_ns(), ns;
	uint64_t turns = 0;

	do {
		for (int i = 0; i < BATCH; i++)
			if (fn(b) == 0) {
				fprintf(stderr, "codec: a message was refused\n");
				exit(1);
			}
		turns += BATCH;
		ns = now_ns() - begin;
	} while (ns < ROUND_NS);
	return (double)ns / (double)turns;
}

static double
best_ns(struct bench *b, bench_fn fn)
{
	double best = round_ns(b, fn);

	for (int i = 1; i < ROUNDS; i++) {
		double ns = round_ns(b, fn);

		best = ns < best ? ns : best;
	}
	return best;
}

/* The message's bytes, one by one, so that the compiler cannot leave it out. */
static size_t
copy_event(struct bench *b)
{
	for (size_t i = 0; i < sizeof(received) - 1; i++)
		((volatile unsigned char *)b->copy)[i] = (unsigned char)received[i];
	return sizeof(received) - 1;
}

int
main(void)
{
	static const struct {
		const char *name;
		bench_fn fn;
	} rows[] = {
		{ "CSTA request read (MakeCall)", decode_request },
		{ "Xsi event read (CallReceivedEvent)", decode_event },
		{ "CSTA event written (DeliveredEvent)", encode_event },
		{ "CSTA answer written (AnswerCallResponse)", encode_answer },
	};
	static struct bench b;
	double byte_ns;

	b.reader = xml_new();
	buf_init(&b.out, MESSAGE_MAX);
	byte_ns = best_ns(&b, copy_event) / (double)(sizeof(received) - 1);
	printf("%-42s %7s %9s %s\n", "message", "bytes", "ns", "of copying its bytes one by one");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t bytes = rows[i].fn(&b);
		double ns = best_ns(&b, rows[i].fn);

		printf("%-42s %7zu %9.0f %.1f\n", rows[i].name, bytes, ns,
			ns / ((double)bytes * byte_ns));
	}
	buf_fini(&b.out);
	xml_free(b.reader);
	return 0;
}
