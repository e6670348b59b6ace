/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long lists in parts: every subscription once whatever the pieces, names and encoding of the whole, what is refused.
 */
#include "proto/xsi_list.h"

#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"
#include "proto/xml.h"
#include "proto/xsi_decode.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD \
	"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<!-- < a > b -->" \
	"<x:SubscriptionList xmlns:x=\"http://schema.broadsoft.com/xsi\" note='a > b'>"
#define TAIL "</x:SubscriptionList>\n"

static struct xsi_list list;
static struct xml *reader;
static struct buf text;
static unsigned parts, seen;
static size_t longest;

static void
setup(void)
{
	xsi_list_init(&list);
	reader = xml_new();
	buf_init(&text, 64 * 1024 * 1024);
	parts = seen = 0;
	longest = 0;
}

static void
teardown(void)
{
	xsi_list_fini(&list);
	xml_free(reader);
	buf_fini(&text);
}

/* Each part is a document, and its subscriptions are the next ones. */
static void
on_part(struct str part, void *arg)
{
	struct xsi_doc *doc = arg;
	struct xsi_subscription s;
	struct err e = { 0 };
	uint32_t at = 0;
	char id[32];

	parts++;
	longest = part.n > longest ? part.n : longest;
	ck_assert_msg(xsi_decode(reader, part, doc, &e) == E_OK, "%s", e.text);
	ck_assert(doc->kind == XSI_DOC_SUBSCRIPTION_LIST || doc->kind == XSI_DOC_SUBSCRIPTION);
	while (xsi_subscription_next(reader, doc, &at, &s)) {
		snprintf(id, sizeof(id), "%u-m\xc3\xbcller", seen++);
		ck_assert_msg(str_is(s.subscription_id, id), "%.*s, not %s",
			STR_ARG(s.subscription_id), id);
	}
}

static void
write_list(unsigned count)
{
	buf_reset(&text);
	buf_cstr(&text, HEAD);
	for (unsigned i = 0; i < count; i++)
		buf_printf(&text,
			"<x:subscription><!-- > --><x:subscriptionId>%u-m\xfcller</x:subscriptionId>"
			"<x:httpContact/><x:targetId><![CDATA[</x>]]>%u</x:targetId>"
			"<x:event>Advanced Call</x:event></x:subscription>\n",
			i, i);
	buf_cstr(&text, TAIL);
	ck_assert(!text.overflow);
}

static int
feed(struct str bytes, size_t step)
{
	struct xsi_doc *doc = mem_zalloc(sizeof(*doc));
	int code = E_OK;

	while (bytes.n > 0 && code == E_OK) {
		size_t n = bytes.n < step ? bytes.n : step;

		code = xsi_list_feed(&list, (struct str){ bytes.p, n }, on_part, doc);
		bytes.p += n;
		bytes.n -= n;
	}
	mem_free(doc);
	return code;
}

static int
feed_text(const char *z)
{
	xsi_list_fini(&list);
	xsi_list_init(&list);
	seen = parts = 0;
	return feed(str_of(z), 7);
}

START_TEST(every_subscription_once)
{
	static const size_t steps[] = { 1, 2, 3, 17, 4096, 16384, SIZE_MAX };

	write_list(700);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		xsi_list_fini(&list);
		xsi_list_init(&list);
		parts = seen = 0;
		ck_assert_int_eq(feed(buf_as_str(&text), steps[i]), E_OK);
		ck_assert(xsi_list_is_whole(&list));
		ck_assert_uint_eq(seen, 700);
		ck_assert_uint_gt(parts, 2);
	}
}
END_TEST

/* What 100,000 users have: parts that are read in a moment, and only one of them is held. */
START_TEST(a_hundred_thousand)
{
	write_list(100000);
	ck_assert_uint_gt(text.n, 20 * LIMIT_XML_DOC_BYTES);
	ck_assert_int_eq(feed(buf_as_str(&text), 16384), E_OK);
	ck_assert(xsi_list_is_whole(&list));
	ck_assert_uint_eq(seen, 100000);
	ck_assert_uint_lt(longest, 40000);
	ck_assert_uint_gt(parts, text.n / 40000);
}
END_TEST

START_TEST(short_ones)
{
	ck_assert_int_eq(feed_text("\xef\xbb\xbf <SubscriptionList/> \n"), E_OK);
	ck_assert(xsi_list_is_whole(&list));
	ck_assert_uint_eq(parts, 1);
	ck_assert_int_eq(feed_text("<SubscriptionList></SubscriptionList>"), E_OK);
	ck_assert(xsi_list_is_whole(&list));
	ck_assert_int_eq(feed_text("<Subscription><subscriptionId>0-m\xc3\xbcller</subscriptionId>"
				   "<event>Do Not Disturb</event></Subscription>"),
		E_OK);
	ck_assert(xsi_list_is_whole(&list));
	ck_assert_uint_eq(seen, 1);
	ck_assert_int_eq(feed_text("<SubscriptionList><subscription>"), E_OK);
	ck_assert(!xsi_list_is_whole(&list));
	ck_assert_int_eq(feed_text(""), E_OK);
	ck_assert(!xsi_list_is_whole(&list));
}
END_TEST

START_TEST(refused_for_good)
{
	ck_assert_int_eq(feed_text("<!DOCTYPE a><SubscriptionList/>"), E_MALFORMED);
	ck_assert_int_eq(feed_text("<SubscriptionList/><SubscriptionList/>"), E_MALFORMED);
	ck_assert(!xsi_list_is_whole(&list));
	ck_assert_int_eq(xsi_list_feed(&list, STR(" "), on_part, NULL), E_MALFORMED);
	ck_assert_int_eq(feed_text("no list"), E_MALFORMED);
	ck_assert_uint_eq(parts, 0);
}
END_TEST

START_TEST(bounded)
{
	/* one child */
	buf_cstr(&text, "<SubscriptionList><subscription>");
	for (unsigned i = 0; i < LIMIT_XML_DOC_BYTES / 16; i++)
		buf_cstr(&text, "<event>a</event>");
	ck_assert_int_eq(feed(buf_as_str(&text), 16384), E_LIMIT);
	ck_assert_uint_le(list.part.n, 2 * LIMIT_XML_DOC_BYTES);
	/* all of it: as if the most had come already */
	xsi_list_fini(&list);
	xsi_list_init(&list);
	list.all_bytes = LIMIT_LIST_BYTES - 20;
	ck_assert_int_eq(feed(STR("<SubscriptionList>"), 7), E_OK);
	ck_assert_int_eq(feed(STR("<event>a</event>"), 7), E_LIMIT);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("xsi_list");
	TCase *t = tcase_create("xsi_list");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, every_subscription_once);
	tcase_add_test(t, a_hundred_thousand);
	tcase_add_test(t, short_ones);
	tcase_add_test(t, refused_for_good);
	tcase_add_test(t, bounded);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
