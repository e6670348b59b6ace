/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xsi documents from somebody who wants harm: refused within the limits, in bounded time and
 * memory, with every byte that is not there left unread. All wire files, and the samples of
 * ../shared/xsi where they are, cut at every place and with bytes changed.
 */
#include "proto/base/buf.h"
#include "proto/base/mem.h"
#include "proto/xsi_decode.h"
#include "proto/xsi_stream.h"
#include "tests/unit/xsi_summary.h"

#include <check.h>
#include <glob.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* processor time, with sanitizers, for a document of the largest size */
#define DOCUMENT_MS_MAX 2000
/* the reader's nodes, texts and attributes, and what the document itself takes */
#define DOCUMENT_BYTES_MAX (16u * 1024 * 1024)
#define FLIPS_PER_FILE 200
/* cases for all files: a case is a process, and a new process with sanitizers is slow at first */
#define PARTS 6

static glob_t files;
static struct xml *reader;
static struct xsi_doc *doc;
static struct buf bytes;
static struct buf shown;

static void
setup(void)
{
	reader = xml_new();
	doc = malloc(sizeof(*doc));
	buf_init(&bytes, 16 * 1024 * 1024);
	buf_init(&shown, 4 * 1024 * 1024);
}

static void
teardown(void)
{
	buf_fini(&shown);
	buf_fini(&bytes);
	free(doc);
	xml_free(reader);
}

static const char head[] = "<x:Event xmlns:x='http://schema.broadsoft.com/xsi' "
			   "xmlns:i='http://www.w3.org/2001/XMLSchema-instance' "
			   "i:type='x:SubscriptionEvent'><x:eventID>e</x:eventID>"
			   "<x:sequenceNumber>1</x:sequenceNumber>"
			   "<x:subscriptionId>s</x:subscriptionId>";

/* --- files cut and changed --------------------------------------------------------------- */

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
	return bytes.n > 0;
}

/* A copy of exactly `n` bytes, so that a read behind them is seen; all that came out is looked at. */
static int
try_bytes(const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);
	struct xsi_event salvaged;
	struct err e = { 0 };
	int rc;

	memcpy(copy, p, n);
	rc = xsi_decode(reader, (struct str){ (char *)copy, n }, doc, &e);
	ck_assert_int_eq(rc, e.code);
	buf_reset(&shown);
	if (rc == E_OK) {
		xsi_summary(&shown, reader, doc);
	} else {
		xsi_summary_envelope(&shown, "envelope", &doc->event);
		xsi_salvage((struct str){ (char *)copy, n }, &salvaged);
		xsi_summary_envelope(&shown, "salvaged", &salvaged);
	}
	ck_assert(!shown.overflow && shown.n > 0);
	free(copy);
	return rc;
}

static void
cut_at_every_place_of(const char *path)
{
	size_t end;

	ck_assert(load(path));
	end = buf_as_str(&bytes).n;
	while (end > 0 && strchr(" \t\r\n", bytes.p[end - 1]) != NULL)
		end--;
	/* the last bracket is needed, and so is all before it */
	for (size_t n = 0; n < end; n++)
		ck_assert_msg(try_bytes(bytes.p, n) != E_OK, "%s cut at %zu is taken", path, n);
}

START_TEST(cut_at_every_place)
{
	for (size_t i = (size_t)_i; i < files.gl_pathc; i += PARTS)
		cut_at_every_place_of(files.gl_pathv[i]);
}
END_TEST

/* Numbers as good as any, the same in each run. */
static uint32_t
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void
bytes_changed_of(const char *path, uint32_t seed)
{
	static const uint8_t likely[] = { '<', '>', '&', '"', '\'', '/', ' ', ':', '=', '0', 0x00,
		0x80, 0xc3, 0xff };
	uint32_t state = 2463534242u + seed;

	ck_assert(load(path));
	for (int flip = 0; flip < FLIPS_PER_FILE; flip++) {
		size_t at = next_random(&state) % bytes.n;
		uint8_t before = bytes.p[at];
		uint32_t r = next_random(&state);

		if (flip % 2)
			bytes.p[at] = likely[r % sizeof(likely)];
		else
			bytes.p[at] ^= (uint8_t)(1u << r % 8);
		try_bytes(bytes.p, bytes.n);
		/* changes pile up in a third of the cases */
		if (flip % 3)
			bytes.p[at] = before;
	}
}

START_TEST(bytes_changed)
{
	for (size_t i = (size_t)_i; i < files.gl_pathc; i += PARTS)
		bytes_changed_of(files.gl_pathv[i], (uint32_t)i);
}
END_TEST

/* A piece of the file taken out, or one put in twice. */
static void
pieces_moved_of(const char *path, uint32_t seed)
{
	uint32_t state = 88172645u + seed;
	struct buf other;

	ck_assert(load(path));
	buf_init(&other, 16 * 1024 * 1024);
	for (int i = 0; i < FLIPS_PER_FILE / 4; i++) {
		size_t from = next_random(&state) % bytes.n;
		size_t n = next_random(&state) % (bytes.n - from);
		size_t to = next_random(&state) % bytes.n;

		buf_reset(&other);
		buf_put(&other, bytes.p, to);
		buf_put(&other, bytes.p + from, n);
		buf_put(&other, bytes.p + to, bytes.n - to);
		try_bytes(other.p, other.n);
		buf_reset(&other);
		buf_put(&other, bytes.p, from);
		buf_put(&other, bytes.p + from + n, bytes.n - from - n);
		try_bytes(other.p, other.n);
	}
	buf_fini(&other);
}

START_TEST(pieces_moved)
{
	for (size_t i = (size_t)_i; i < files.gl_pathc; i += PARTS)
		pieces_moved_of(files.gl_pathv[i], (uint32_t)i);
}
END_TEST

/* --- documents made to hurt -------------------------------------------------------------- */

/* There in a build with AddressSanitizer, whose heap does not count for mallinfo2(). */
extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static uint64_t
heap_bytes(void)
{
	if (__sanitizer_get_current_allocated_bytes != NULL)
		return __sanitizer_get_current_allocated_bytes();
	return mallinfo2().uordblks;
}

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Decodes what stands in `bytes` and throws it away; both time and memory are bounded. */
static void
attack(int code)
{
	double best = 1e9;

	ck_assert(!bytes.overflow);
	for (int i = 0; i < 3; i++) {
		uint64_t before = heap_bytes();
		struct err e = { 0 };
		double began = cpu_ms();
		int rc = xsi_decode(reader, buf_as_str(&bytes), doc, &e);
		double took = cpu_ms() - began;

		ck_assert_msg(rc == code, "code %d (%s), expected %d", rc, e.text, code);
		ck_assert_uint_lt(heap_bytes(), before + DOCUMENT_BYTES_MAX);
		best = took < best ? took : best;
	}
	ck_assert_msg(best < DOCUMENT_MS_MAX, "%.1f ms for %zu bytes", best, bytes.n);
	ck_assert_int_eq(xsi_decode(reader, STR("<ChannelHeartBeat/>"), doc, NULL), E_OK);
	buf_reset(&bytes);
}

static void
repeat(const char *z, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_cstr(&bytes, z);
}

START_TEST(ten_megabytes)
{
	buf_cstr(&bytes, head);
	repeat("<x:note>of no importance</x:note>", 10 * 1024 * 1024 / 33);
	buf_cstr(&bytes, "</x:Event>");
	ck_assert_uint_gt(bytes.n, 10u * 1024 * 1024 - 100);
	attack(E_LIMIT);
}
END_TEST

START_TEST(ten_thousand_deep)
{
	buf_cstr(&bytes, head);
	repeat("<x:a>", 10000);
	repeat("</x:a>", 10000);
	buf_cstr(&bytes, "</x:Event>");
	attack(E_LIMIT);
}
END_TEST

START_TEST(billion_laughs)
{
	buf_cstr(&bytes, "<!DOCTYPE Event [<!ENTITY e0 'ha'>");
	for (int i = 1; i < 10; i++)
		buf_printf(&bytes, "<!ENTITY e%d '&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;'>", i,
			i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	buf_cstr(&bytes, "]><Event><eventID>&e9;</eventID></Event>");
	attack(E_MALFORMED);
}
END_TEST

START_TEST(a_file_of_ours)
{
	buf_cstr(&bytes,
		"<!DOCTYPE Event [<!ENTITY f SYSTEM 'file:///etc/hostname'>]>"
		"<Event><eventID>&f;</eventID></Event>");
	attack(E_MALFORMED);
}
END_TEST

/* As much of everything as the limits let through: what is taken must be cheap, too. */
START_TEST(the_most_of_everything)
{
	buf_cstr(&bytes, head);
	buf_cstr(&bytes, "<x:eventData i:type='x:CallSubscriptionEvent'><x:calls>");
	repeat("<x:call><x:callId>c</x:callId><x:extTrackingId>t</x:extTrackingId>"
	       "<x:state>Active</x:state></x:call>",
		4000);
	buf_cstr(&bytes, "</x:calls></x:eventData></x:Event>");
	attack(E_OK);
	buf_cstr(&bytes, head);
	repeat("<u:a/>", LIMIT_XML_NODES - 10); /* each a complaint about the prefix */
	buf_cstr(&bytes, "</x:Event>");
	attack(E_LIMIT);
	buf_cstr(&bytes, head);
	for (int i = 0; i < 10000; i++)
		buf_printf(&bytes, "<name-%d/>", i);
	buf_cstr(&bytes, "</x:Event>");
	attack(E_MALFORMED);
	buf_cstr(&bytes, "<SubscriptionList>");
	for (int i = 0; i < 7000; i++)
		buf_cstr(&bytes, "<subscription><subscriptionId>s</subscriptionId></subscription>");
	buf_cstr(&bytes, "</SubscriptionList>");
	attack(E_OK);
	buf_cstr(&bytes, head);
	buf_cstr(&bytes, "<x:targetId>");
	while (bytes.n < LIMIT_XML_DOC_BYTES - 100)
		buf_cstr(&bytes, "&#x74;");
	buf_cstr(&bytes, "</x:targetId></x:Event>");
	attack(E_MALFORMED);
}
END_TEST

/* The largest queue that the model holds, with long names: taken whole. */
START_TEST(the_largest_queue)
{
	struct xsi_entry entry;
	struct err e = { 0 };
	uint32_t at = 0;
	uint32_t count = 0;

	buf_cstr(&bytes, head);
	buf_cstr(&bytes, "<x:eventData i:type='x:ACDSubscriptionEvent'><x:queueEntries>");
	for (int i = 0; i < LIMIT_ENTRIES_PER_DEVICE; i++)
		buf_printf(&bytes,
			"<x:queueEntry><x:callId>callhalf-%d:0</x:callId>"
			"<x:extTrackingId>%08d-39ab-4f52-93fb-0123456789ab</x:extTrackingId>"
			"<x:remoteParty><x:name>Somebody Who Has Been Waiting</x:name>"
			"<x:address countryCode='46'>tel:+4655512345678</x:address>"
			"<x:userId>0123456789@1234567890.eu.bcld.example.com</x:userId>"
			"<x:userDN>tel:+4655512345678;ext=12345678</x:userDN>"
			"<x:callType>Enterprise</x:callType></x:remoteParty>"
			"<x:addTime>1795000000000</x:addTime><x:bounced></x:bounced>"
			"<x:preservedWaitTime>44</x:preservedWaitTime>"
			"<x:acdName>Help Desk of the Company</x:acdName>"
			"<x:acdNumber>tel:+155502700</x:acdNumber>"
			"<x:acdPriority>1-High</x:acdPriority>"
			"<x:addTimeInPriorityBucket>1795000000000</x:addTimeInPriorityBucket>"
			"</x:queueEntry>",
			i, i);
	buf_cstr(&bytes, "</x:queueEntries></x:eventData></x:Event>");
	ck_assert_msg(xsi_decode(reader, buf_as_str(&bytes), doc, &e) == E_OK, "%s", e.text);
	ck_assert_uint_eq(doc->entry_count, LIMIT_ENTRIES_PER_DEVICE);
	while (xsi_entry_next(reader, doc, &at, &entry)) {
		char id[32];

		snprintf(id, sizeof(id), "callhalf-%u:0", count++);
		ck_assert(str_is(entry.call_id, id));
		ck_assert_int_eq(entry.priority, XSI_PRIORITY_HIGH);
		ck_assert(entry.is_bounced);
	}
	ck_assert_uint_eq(count, LIMIT_ENTRIES_PER_DEVICE);
	ck_assert(!xsi_entry_next(reader, doc, &at, &entry));
	attack(E_OK);
}
END_TEST

/* --- a stream that does not end ---------------------------------------------------------- */

static void
on_document(struct str document, void *arg)
{
	(void)document;
	++*(int *)arg;
}

/* Feeds a head once and then `piece` for ever; the stream must give up, and not grow until then. */
static int
feed_for_ever(const char *begin, const char *piece)
{
	struct xsi_stream stream;
	const char *why = NULL;
	uint64_t before = heap_bytes();
	uint64_t fed = 0;
	int documents = 0;
	int rc;

	xsi_stream_init(&stream);
	rc = xsi_stream_feed(
		&stream, (const uint8_t *)begin, strlen(begin), on_document, &documents, &why);
	while (rc == E_OK && fed < 4u * LIMIT_XML_DOC_BYTES) {
		rc = xsi_stream_feed(&stream, (const uint8_t *)piece, strlen(piece), on_document,
			&documents, &why);
		fed += strlen(piece);
		ck_assert_uint_le(stream.docs.doc.size, LIMIT_XML_DOC_BYTES);
	}
	ck_assert(rc == E_OK || why != NULL);
	ck_assert_uint_le(heap_bytes(), before + 2u * LIMIT_XML_DOC_BYTES);
	ck_assert_int_eq(documents, 0);
	xsi_stream_fini(&stream);
	ck_assert_uint_le(heap_bytes(), before + 4096);
	return rc;
}

START_TEST(a_stream_without_end)
{
	ck_assert_int_eq(feed_for_ever(head, "<x:note>never mind</x:note>"), E_LIMIT);
	ck_assert_int_eq(feed_for_ever("<Event><eventID>", "text without end "), E_LIMIT);
	ck_assert_int_eq(feed_for_ever("<Event>", "<Event>"), E_LIMIT);
	ck_assert_int_eq(feed_for_ever("<Event ", "a='1' "), E_LIMIT);
	ck_assert_int_eq(feed_for_ever("<", "Event"), E_LIMIT);
	ck_assert_int_eq(feed_for_ever("<Event><!--", "no comment "), E_LIMIT);
	ck_assert_int_eq(feed_for_ever("<Event><![CDATA[", "]] > "), E_LIMIT);
	ck_assert_int_eq(feed_for_ever("<?xml version='1.0'?><?p", "rocess this "), E_LIMIT);
	ck_assert_int_eq(feed_for_ever("<!DOCTYPE Event [", "<!ENTITY a 'b'>"), E_MALFORMED);
}
END_TEST

START_TEST(all_memory_goes_back)
{
	uint64_t live = mem_live();
	struct xml *own = xml_new();

	buf_cstr(&bytes, head);
	repeat("<x:note>of no importance</x:note>", 10000);
	buf_cstr(&bytes, "</x:Event>");
	live += 1; /* bytes */
	ck_assert_int_ne(xsi_decode(own, buf_as_str(&bytes), doc, NULL), E_OK);
	xml_free(own);
	ck_assert_uint_eq(mem_live(), live);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("xsi_hostile");
	TCase *tc = tcase_create("xsi_hostile");
	SRunner *runner = srunner_create(suite);
	int failed;

	if (glob("tests/wire/xsi/*.xml", 0, NULL, &files) != 0) {
		fprintf(stderr, "no wire files here; run from the top of the tree\n");
		return EXIT_FAILURE;
	}
	if (glob("../shared/xsi/samples/*.xml", GLOB_APPEND, NULL, &files) != 0)
		printf("skip: the samples of ../shared/xsi are not there\n");
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, cut_at_every_place, 0, PARTS);
	tcase_add_loop_test(tc, bytes_changed, 0, PARTS);
	tcase_add_loop_test(tc, pieces_moved, 0, PARTS);
	tcase_add_test(tc, ten_megabytes);
	tcase_add_test(tc, ten_thousand_deep);
	tcase_add_test(tc, billion_laughs);
	tcase_add_test(tc, a_file_of_ours);
	tcase_add_test(tc, the_most_of_everything);
	tcase_add_test(tc, the_largest_queue);
	tcase_add_test(tc, a_stream_without_end);
	tcase_add_test(tc, all_memory_goes_back);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	globfree(&files);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
