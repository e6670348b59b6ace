/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CTI envelope, both ways.
 *
 * Decoding: every tests/wire/cti/NAME.xml must give the summary in NAME.expect.
 *
 *   ok-*    valid by the schemas (test_xsi_schema.sh holds them to it)
 *   odd-*   another spelling, taken all the same
 *   bad-*   refused
 *
 * `check_cti --update` writes the .expect files anew, to be read before they are kept.
 */
#include "proto/base/limits.h"
#include "proto/base/mem.h"
#include "proto/cti_decode.h"
#include "proto/cti_encode.h"

#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#define CASES "tests/wire/cti/*.xml"
#define XSP " xmlns:xsp=\"http://schema.broadsoft.com/XspXMLInterface\""
#define CTI " xmlns:cti=\"http://schema.broadsoft.com/CTI\""

static glob_t cases;
static struct buf out;
static struct buf carried;
static struct xml *reader;
static struct cti_msg msg;
static struct err error;

static void
setup(void)
{
	buf_init(&out, 1 << 20);
	buf_init(&carried, LIMIT_XML_DOC_BYTES);
	reader = xml_new();
	error = (struct err){ 0 };
}

static void
teardown(void)
{
	xml_free(reader);
	buf_fini(&carried);
	buf_fini(&out);
}

/* --- decoding: the files ----------------------------------------------------------------- */

static void
put(struct buf *b, const char *name, struct str value)
{
	if (value.n > 0)
		buf_printf(b, "%s \"%.*s\"\n", name, STR_ARG(value));
}

static void
put_params(struct buf *b)
{
	struct str name;
	struct str value;
	uint32_t at = 0;

	while (cti_param_next(reader, &msg, &at, &name, &value))
		buf_printf(b, "param %.*s = \"%.*s\"\n", STR_ARG(name), STR_ARG(value));
}

/* What the payload means when it is read alone: names with their namespaces. */
static void
put_payload_tree(struct buf *b, struct xml *x, uint32_t node, int depth)
{
	for (; node != XML_NONE; node = xml_next(x, node)) {
		buf_printf(b, "%*s{%.*s}%.*s", 2 * depth + 2, "", STR_ARG(xml_namespace(x, node)),
			STR_ARG(xml_name(x, node)));
		if (xml_has_attribute(x, node, "type"))
			buf_printf(b, " type=%.*s", STR_ARG(xml_attribute(x, node, "type")));
		if (str_trim(xml_text(x, node)).n > 0)
			buf_printf(b, " \"%.*s\"", STR_ARG(str_trim(xml_text(x, node))));
		buf_char(b, '\n');
		put_payload_tree(b, x, xml_first(x, node), depth + 1);
	}
}

static void
put_payload(struct buf *b)
{
	struct xml *x = xml_new();
	struct err e = { 0 };

	if (msg.payload.n > 0 && xml_read(x, msg.payload.p, msg.payload.n, &e) != E_OK)
		buf_printf(b, "payload is not well-formed: %s\n", e.text);
	else if (msg.payload.n > 0)
		put_payload_tree(b, x, xml_root(x), 0);
	xml_free(x);
}

static int
summarise(struct buf *b, struct str document)
{
	static const char *const kinds[] = { "unknown", "request", "response", "event",
		"eventResponse", "keepalive", "keepaliveResponse" };
	struct err e = { 0 };
	int rc = cti_decode(reader, document, &carried, &msg, &e);

	if (rc != e.code)
		buf_printf(b, "returned %d, but the error says %d\n", rc, e.code);
	if (rc != E_OK)
		buf_printf(b, "%s: %s\n", err_name(rc), e.text);
	buf_printf(b, "kind %s\n", kinds[msg.kind]);
	put(b, "root", msg.kind == CTI_UNKNOWN ? msg.root : STR_NONE);
	put(b, "version", msg.version);
	put(b, "requestId", msg.request_id);
	put(b, "sessionId", msg.session_id);
	if (msg.status > 0)
		buf_printf(b, "status %u\n", msg.status);
	put(b, "reason", msg.reason);
	if (msg.has_period)
		buf_printf(b, "period %u\n", msg.period);
	put(b, "element", msg.element);
	put(b, "uri", msg.uri);
	put(b, "method", msg.method);
	put(b, "application version", msg.application_version);
	put(b, "credentials kind", msg.credentials_kind);
	put(b, "credentials", msg.credentials);
	put_params(b);
	put_payload(b);
	return rc;
}

static void
read_file(const char *path, struct buf *b)
{
	char piece[4096];
	size_t n;
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		return;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_put(b, piece, n);
	fclose(f);
}

static void
expect_path(char *path, size_t size, const char *document)
{
	snprintf(path, size, "%.*s.expect", (int)(strlen(document) - strlen(".xml")), document);
}

START_TEST(wire_case)
{
	const char *name = cases.gl_pathv[_i];
	const char *base = strrchr(name, '/') + 1;
	struct buf document;
	struct buf expected;
	char path[256];
	int rc = E_OK;

	buf_init(&document, 1 << 20);
	buf_init(&expected, 1 << 20);
	read_file(name, &document);
	expect_path(path, sizeof(path), name);
	read_file(path, &expected);
	ck_assert_msg(document.n > 0 && expected.n > 0, "%s or %s is missing", name, path);
	/* twice: the first reading leaves nothing behind that changes the second */
	for (int i = 0; i < 2; i++) {
		buf_reset(&out);
		rc = summarise(&out, buf_as_str(&document));
		ck_assert_msg(str_eq(buf_as_str(&out), buf_as_str(&expected)),
			"%s:\n%.*sexpected:\n%.*s", name, STR_ARG(buf_as_str(&out)),
			STR_ARG(buf_as_str(&expected)));
	}
	ck_assert_msg((strncmp(base, "bad-", 4) == 0) == (rc != E_OK), "%s is named wrongly", name);
	buf_fini(&expected);
	buf_fini(&document);
}
END_TEST

/* --- decoding: what needs no file -------------------------------------------------------- */

static int
decode(struct str document)
{
	err_clear(&error);
	return cti_decode(reader, document, &carried, &msg, &error);
}

static void
assert_payload(const char *document, const char *expected)
{
	ck_assert_msg(decode(str_of(document)) == E_OK, "%s: %s", document, error.text);
	ck_assert_msg(str_is(msg.payload, expected), "%s: %.*s", document, STR_ARG(msg.payload));
}

/* What is around the payload lends it namespaces and the declaration; what is beside does not. */
START_TEST(payload_is_a_document)
{
	assert_payload("<event xmlns='d' xmlns:a=\"A\"><requestId>1</requestId>"
		       "<payload xmlns:b='B'><a:E/></payload></event>",
		"<a:E xmlns='d' xmlns:a=\"A\" xmlns:b='B'/>");
	assert_payload("<event xmlns:a='1' xmlns:b='2'><requestId xmlns:a='x' xmlns:c='3'>1"
		       "</requestId><payload xmlns:a='4'><E xmlns:b='5' xmlns = '6'>t</E>"
		       "</payload></event>",
		"<E xmlns:a='4' xmlns:b='5' xmlns = '6'>t</E>");
	assert_payload("<?xml version='1.0' encoding='ISO-8859-1'?> <event><payload>"
		       "<E>\xe9</E></payload></event>",
		"<?xml version='1.0' encoding='ISO-8859-1'?><E>\xe9</E>");
	assert_payload("<event><payload>\n <!-- <no/> --> <E a='>' b=\"/\"><![CDATA[</E>]]></E> "
		       "</payload></event>",
		"<E a='>' b=\"/\"><![CDATA[</E>]]></E>");
	assert_payload("<event><payload><E><payload><E/></payload></E></payload></event>",
		"<E><payload><E/></payload></E>");
	assert_payload("<event><payload><E/><F/></payload></event>", "<E/>");
	assert_payload("<event><payload><?xml version='1.0'?><E/></payload></event>", "<E/>");
	assert_payload("<response><requestId>1</requestId><statusCode>200</statusCode>"
		       "<payload>nothing</payload></response>",
		"");
}
END_TEST

/* A broken payload costs neither the envelope nor the id that the answer needs. */
START_TEST(a_broken_payload_is_handed_on)
{
	assert_payload("<event><requestId>7</requestId><payload><E>&nope;</F></payload></event>",
		"<E>&nope;</F>");
	ck_assert(str_is(msg.request_id, "7"));
}
END_TEST

START_TEST(all_cuts_of_a_document_are_refused)
{
	static const char text[] = "<?xml version='1.0'?><xsp:event" XSP
				   "><requestId>1</requestId><!-- > --><xsp:payload>"
				   "<E a='x'>t</E></xsp:payload></xsp:event>";

	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		char *copy = malloc(n + 1); /* of exactly this size, for ASan */

		memcpy(copy, text, n);
		ck_assert_msg(decode((struct str){ copy, n }) == E_MALFORMED, "%zu", n);
		free(copy);
	}
	ck_assert_int_eq(decode(STR(text)), E_OK);
}
END_TEST

static void
put_times(struct buf *b, const char *z, int times)
{
	while (times-- > 0)
		buf_cstr(b, z);
}

START_TEST(limits)
{
	char id[LIMIT_BW_ID + 1];

	memset(id, 'x', sizeof(id));
	for (int over = 0; over < 2; over++) {
		buf_reset(&out);
		buf_printf(&out,
			"<keepaliveResponse><requestId>%.*s</requestId>"
			"</keepaliveResponse>",
			LIMIT_BW_ID - 1 + over, id);
		ck_assert_int_eq(decode(buf_as_str(&out)), over ? E_LIMIT : E_OK);
	}
	for (int count = 32; count < 34; count++) {
		buf_reset(&out);
		buf_cstr(&out, "<event");
		for (int i = 0; i < count; i++)
			buf_printf(&out, " xmlns:n%d='x'", i);
		buf_cstr(&out, "><payload><E/></payload></event>");
		ck_assert_int_eq(decode(buf_as_str(&out)), count > 32 ? E_LIMIT : E_OK);
	}
	/* namespaces declared anew make the payload longer than what it came in: to a limit */
	buf_reset(&out);
	buf_cstr(&out, "<event xmlns='");
	put_times(&out, "n", 4000);
	buf_cstr(&out, "'><payload><E>");
	put_times(&out, "t", 61400);
	buf_cstr(&out, "</E></payload></event>");
	ck_assert_int_eq(decode(buf_as_str(&out)), E_OK);
}
END_TEST

START_TEST(hostile_documents)
{
	static const char *const doctypes[] = {
		"<!DOCTYPE event [<!ENTITY a \"b\">]><event><payload><E>&a;</E></payload></event>",
		"<event><!DOCTYPE x><payload><E/></payload></event>",
		"<event><payload><!DOCTYPE x><E/></payload></event>",
	};

	for (size_t i = 0; i < sizeof(doctypes) / sizeof(doctypes[0]); i++)
		ck_assert_msg(decode(str_of(doctypes[i])) == E_MALFORMED, "%zu", i);
	/* 10 MB at once */
	buf_fini(&out);
	buf_init(&out, 11 << 20);
	buf_cstr(&out, "<event><payload><E>");
	put_times(&out, "0123456789", 1 << 20);
	ck_assert_int_eq(decode(buf_as_str(&out)), E_LIMIT);
	/* as deep as fits: outside the payload the reader refuses it, inside its own reader does */
	buf_reset(&out);
	put_times(&out, "<a>", 10000);
	ck_assert_int_eq(decode(buf_as_str(&out)), E_MALFORMED);
	put_times(&out, "</a>", 8000);
	ck_assert_int_eq(decode(buf_as_str(&out)), E_MALFORMED);
	buf_reset(&out);
	put_times(&out, "<a>", 9000);
	put_times(&out, "</a>", 9000);
	ck_assert_int_eq(decode(buf_as_str(&out)), E_LIMIT);
	buf_reset(&out);
	buf_cstr(&out, "<event><payload>");
	put_times(&out, "<a>", 9000);
	put_times(&out, "</a>", 9000);
	buf_cstr(&out, "</payload></event>");
	ck_assert_int_eq(decode(buf_as_str(&out)), E_OK);
	ck_assert_int_eq(xml_read(reader, msg.payload.p, msg.payload.n, NULL), E_LIMIT);
	/* one long tag: namespaces are looked for in it again and again */
	buf_reset(&out);
	buf_cstr(&out, "<event><payload><E");
	put_times(&out, " a='b'", 2000);
	buf_cstr(&out, "/></payload></event>");
	ck_assert_int_eq(decode(buf_as_str(&out)), E_LIMIT);
	ck_assert_int_eq(decode(STR("</event>")), E_MALFORMED);
	ck_assert_int_eq(decode(STR("<event/></event>")), E_MALFORMED);
	ck_assert_int_eq(decode(STR("<event></a></event>")), E_MALFORMED);
	ck_assert_int_eq(decode(STR("<event><payload></event></payload>")), E_MALFORMED);
	ck_assert_int_eq(decode(STR("<><//></>")), E_MALFORMED);
	ck_assert_int_eq(decode(STR("")), E_MALFORMED);
}
END_TEST

/* Bytes exchanged at every place: any answer but a crash or an endless loop. */
START_TEST(spoilt_bytes)
{
	static const char spoil[] = "<>/\"'&!?-= \0\xff";
	static const char text[] =
		"<xsp:response" XSP " version=\"17.0\"><requestId>1</requestId><sessionId>s"
		"</sessionId><statusCode>200</statusCode><reason>OK</reason><xsp:payload>"
		"<Channel xmlns=\"http://schema.broadsoft.com/xsi\"><channelId>c</channelId>"
		"</Channel></xsp:payload></xsp:response>";
	char copy[sizeof(text)];

	for (size_t at = 0; at < sizeof(text) - 1; at++) {
		for (size_t i = 0; i < sizeof(spoil) - 1; i++) {
			int rc;

			memcpy(copy, text, sizeof(text));
			copy[at] = spoil[i];
			rc = decode((struct str){ copy, sizeof(text) - 1 });
			ck_assert(rc == error.code);
			ck_assert(rc == E_OK || rc == E_MALFORMED || rc == E_LIMIT);
		}
	}
}
END_TEST

/* An error that was there before is not overwritten, and none is needed. */
START_TEST(the_error_is_optional)
{
	err_set(&error, E_IO, "the first one");
	ck_assert_int_eq(
		cti_decode(reader, STR("<response/>"), &carried, &msg, &error), E_MALFORMED);
	ck_assert_int_eq(error.code, E_IO);
	ck_assert_int_eq(cti_decode(reader, STR("<response/>"), &carried, &msg, NULL), E_MALFORMED);
	ck_assert_int_eq(msg.kind, CTI_RESPONSE);
	ck_assert_int_eq(cti_decode(reader, STR("<event"), &carried, &msg, NULL), E_MALFORMED);
	ck_assert_int_eq(msg.kind, CTI_UNKNOWN);
}
END_TEST

/* --- encoding ---------------------------------------------------------------------------- */

static const struct cti_param dial_params[] = {
	{ { "subscriberid", 12 }, { "a@b", 3 } },
	{ { "address", 7 }, { "<&>", 3 } },
};

static const struct cti_request dial = {
	.request_id = { "9", 1 },
	.session_id = { "s<1>", 4 },
	.credentials = CTI_CREDENTIALS_BASIC,
	.secret = { "user:pass", 9 },
	.element = "DialRequest",
	.method = "POST",
	.uri_template = { "/x/user/%subscriberid%/calls/new?%address%&%clid%", 49 },
	.uri = { "/x/user/a@b/calls/new?address=%3C%26%3E", 39 },
	.params = dial_params,
	.param_count = 2,
};

static void
assert_request(const struct cti_spelling *s, const struct cti_request *q, const char *expected)
{
	buf_reset(&out);
	cti_put_request(&out, s, q);
	ck_assert(!out.overflow);
	ck_assert_msg(str_is(buf_as_str(&out), expected), "got %.*s", STR_ARG(buf_as_str(&out)));
}

START_TEST(a_request_as_in_the_schema)
{
	assert_request(&(struct cti_spelling){ 0 }, &dial,
		"<xsp:request version=\"20.0\"" XSP CTI "><requestId>9</requestId>"
		"<sessionId>s&lt;1&gt;</sessionId><credentials>dXNlcjpwYXNz</credentials>"
		"<cti:DialRequest><uri>/x/user/%subscriberid%/calls/new?%address%&amp;%clid%</uri>"
		"<method>POST</method><version></version><params><subscriberid>a@b</subscriberid>"
		"<address>&lt;&amp;&gt;</address></params><payload/></cti:DialRequest>"
		"</xsp:request>");
}
END_TEST

START_TEST(a_request_as_in_the_example)
{
	const struct cti_spelling s = { .request_is_plain = true,
		.payload_is_qualified = true,
		.uri = CTI_URI_SUBSTITUTED,
		.envelope_version = "17.0",
		.application_version = "22.0" };
	struct cti_request q = dial;

	q.payload = STR("<?xml version=\"1.0\"?>\n<Conference xmlns=\"x\"/>\n");
	q.credentials = CTI_CREDENTIALS_AUTHORIZATION;
	q.secret = STR("Bearer a<b");
	assert_request(&s, &q,
		"<xsp:request version=\"17.0\"" XSP "><requestId>9</requestId>"
		"<sessionId>s&lt;1&gt;</sessionId><authorization>Bearer a&lt;b</authorization>"
		"<DialRequest><uri>/x/user/a@b/calls/new?address=%3C%26%3E</uri>"
		"<method>POST</method><version>22.0</version><params>"
		"<subscriberid>a@b</subscriberid><address>&lt;&amp;&gt;</address></params>"
		"<xsp:payload><Conference xmlns=\"x\"/></xsp:payload></DialRequest>"
		"</xsp:request>");
}
END_TEST

START_TEST(credentials)
{
	static const struct {
		const char *secret;
		const char *encoded;
	} all[] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xff\xfe\xfd>>?", "//79Pj4/" },
	};
	const struct cti_spelling s = { 0 };
	struct cti_request q = dial;

	q.credentials = CTI_CREDENTIALS_SSO;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		buf_reset(&out);
		q.secret = str_of(all[i].secret);
		cti_put_request(&out, &s, &q);
		ck_assert_int_eq(decode(buf_as_str(&out)), E_OK);
		ck_assert(str_is(msg.credentials, all[i].encoded));
		ck_assert(str_is(msg.credentials_kind, "ssoCredentials"));
	}
	q.credentials = CTI_CREDENTIALS_NONE;
	buf_reset(&out);
	cti_put_request(&out, &s, &q);
	ck_assert_int_eq(decode(buf_as_str(&out)), E_OK);
	ck_assert(str_is(msg.credentials_kind, "authorization") && msg.credentials.n == 0);
}
END_TEST

/* What is sent in any spelling is read back the same. */
START_TEST(every_spelling_comes_back)
{
	struct cti_request q = dial;

	for (int i = 0; i < 2 * 2 * 3 * 2 * 2; i++) {
		const struct cti_spelling s = {
			.request_is_plain = i & 1,
			.payload_is_qualified = i >> 1 & 1,
			.envelope_version = i >> 2 & 1 ? "17.0" : NULL,
			.application_version = i >> 3 & 1 ? "20.0" : NULL,
			.uri = (enum cti_uri)(i >> 4),
		};
		static const char *const uris[] = {
			"/x/user/%subscriberid%/calls/new?%address%&%clid%",
			"/x/user/%25subscriberid%25/calls/new?%25address%25&%25clid%25",
			"/x/user/a@b/calls/new?address=%3C%26%3E",
		};
		struct str name;
		struct str value;
		uint32_t at = 0;

		q.payload = i % 3 ? STR("<a xmlns='b'>c</a>") : STR("");
		buf_reset(&out);
		cti_put_request(&out, &s, &q);
		ck_assert_msg(decode(buf_as_str(&out)) == E_OK, "%s", error.text);
		ck_assert_int_eq(msg.kind, CTI_REQUEST);
		ck_assert(str_is(msg.element, "DialRequest"));
		ck_assert(str_is(msg.version, i >> 2 & 1 ? "17.0" : "20.0"));
		ck_assert(str_is(msg.application_version, i >> 3 & 1 ? "20.0" : ""));
		ck_assert(str_is(msg.uri, uris[s.uri]));
		ck_assert(str_is(msg.session_id, "s<1>"));
		ck_assert_int_eq(msg.payload.n > 0, i % 3 != 0);
		for (int k = 0; k < 2; k++) {
			ck_assert(cti_param_next(reader, &msg, &at, &name, &value));
			ck_assert(str_eq(name, dial_params[k].name));
			ck_assert(str_eq(value, dial_params[k].value));
		}
		ck_assert(!cti_param_next(reader, &msg, &at, &name, &value));
	}
}
END_TEST

START_TEST(the_other_documents)
{
	const struct cti_spelling s = { .envelope_version = "17.0" };

	cti_put_event_response(&out, &s, STR("77"), STR("<?xml version='1.0'?><R xmlns=\"x\"/>"));
	ck_assert(str_is(buf_as_str(&out),
		"<xsp:eventResponse version=\"17.0\"" XSP
		"><requestId>77</requestId><xsp:payload><R xmlns=\"x\"/>"
		"</xsp:payload></xsp:eventResponse>"));
	buf_reset(&out);
	cti_put_keepalive(&out, &s, STR("k1"), 30);
	ck_assert(str_is(buf_as_str(&out),
		"<xsp:keepalive version=\"17.0\"" XSP
		"><requestId>k1</requestId><period>30</period>"
		"</xsp:keepalive>"));
	buf_reset(&out);
	cti_put_keepalive_response(&out, &s, STR("<k>"));
	ck_assert(str_is(buf_as_str(&out),
		"<xsp:keepaliveResponse version=\"17.0\"" XSP "><requestId>&lt;k&gt;</requestId>"
		"</xsp:keepaliveResponse>"));
}
END_TEST

START_TEST(periods)
{
	ck_assert_uint_eq(cti_period_of_ms(30000, CTI_PERIOD_S), 30);
	ck_assert_uint_eq(cti_period_of_ms(30001, CTI_PERIOD_S), 31);
	ck_assert_uint_eq(cti_period_of_ms(30000, CTI_PERIOD_MS), 30000);
	ck_assert_uint_eq(cti_period_of_ms(0, CTI_PERIOD_S), 1);
	ck_assert_uint_eq(cti_period_of_ms(-5, CTI_PERIOD_MS), 1);
	ck_assert_uint_eq(cti_period_of_ms(INT64_MAX, CTI_PERIOD_S), INT32_MAX);
	ck_assert_uint_eq(cti_period_of_ms(INT64_MAX, CTI_PERIOD_MS), INT32_MAX);
	ck_assert_int_eq(cti_period_to_ms(30, CTI_PERIOD_S), 30000);
	ck_assert_int_eq(cti_period_to_ms(30, CTI_PERIOD_MS), 30);
	ck_assert_int_eq(cti_period_to_ms(INT32_MAX, CTI_PERIOD_S), 2147483647000);
}
END_TEST

START_TEST(a_full_buffer)
{
	struct buf small;

	buf_init(&small, 400);
	cti_put_request(&small, &(struct cti_spelling){ 0 }, &dial);
	ck_assert(small.overflow);
	buf_fini(&small);
}
END_TEST

/* --- main -------------------------------------------------------------------------------- */

static int
update(void)
{
	setup();
	for (size_t i = 0; i < cases.gl_pathc; i++) {
		struct buf document;
		char path[256];
		FILE *f;

		buf_init(&document, 1 << 20);
		read_file(cases.gl_pathv[i], &document);
		buf_reset(&out);
		summarise(&out, buf_as_str(&document));
		expect_path(path, sizeof(path), cases.gl_pathv[i]);
		f = fopen(path, "wb");
		if (f == NULL || fwrite(out.p, 1, out.n, f) != out.n || fclose(f) != 0)
			return EXIT_FAILURE;
		buf_fini(&document);
	}
	teardown();
	return EXIT_SUCCESS;
}

static Suite *
cti_suite(void)
{
	Suite *suite = suite_create("cti");
	TCase *tc = tcase_create("cti");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, wire_case, 0, (int)cases.gl_pathc);
	tcase_add_test(tc, payload_is_a_document);
	tcase_add_test(tc, a_broken_payload_is_handed_on);
	tcase_add_test(tc, all_cuts_of_a_document_are_refused);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, hostile_documents);
	tcase_add_test(tc, spoilt_bytes);
	tcase_add_test(tc, the_error_is_optional);
	tcase_add_test(tc, a_request_as_in_the_schema);
	tcase_add_test(tc, a_request_as_in_the_example);
	tcase_add_test(tc, credentials);
	tcase_add_test(tc, every_spelling_comes_back);
	tcase_add_test(tc, the_other_documents);
	tcase_add_test(tc, periods);
	tcase_add_test(tc, a_full_buffer);
	return suite;
}

int
main(int argc, char **argv)
{
	SRunner *runner;
	int failed;

	if (glob(CASES, 0, NULL, &cases) != 0) {
		fprintf(stderr, "%s: no files; run from the top folder\n", CASES);
		return EXIT_FAILURE;
	}
	if (argc == 2 && strcmp(argv[1], "--update") == 0)
		return update();
	runner = srunner_create(cti_suite());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	globfree(&cases);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
