/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a document before the parser sees them: see xml_input.h.
 *
 * Happy path: the scanner walks over the document and what follows it, the blanks around it are cut
 * off, the declaration names the encoding, and the bytes are checked to be UTF-8 or made so.
 *
 * Failure: a limit or a DOCTYPE found by the scanner, no end, a NUL byte, bytes that are not of the
 * encoding, another encoding. UTF-16 and UTF-32 fail as bytes that are not XML or as NUL bytes.
 */
#include "proto/xml_input.h"

#include "proto/base/limits.h"
#include "proto/base/utf8.h"
#include "proto/base/xmlscan.h"

/*
 * A longer declaration is taken for one without an encoding. The search in it looks at some bytes
 * more than once.
 */
#define DECLARATION_BYTES_MAX 256

static void
xml_input_fail(struct err *e, int code, uint32_t line, const char *text)
{
	err_set(e, code, "%s", text);
	e->line = line;
}

static uint32_t
xml_input_line(const void *p, size_t n)
{
	const char *at = p;
	const char *end = at + n;
	uint32_t line = 1;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		line++;
		at++;
	}
	return line;
}

/* Without the blanks and NUL bytes behind it. */
static struct str
xml_input_trim(struct str s)
{
	while (s.n > 0 && (s.p[s.n - 1] == '\0' || strchr(" \t\r\n", s.p[s.n - 1]) != NULL))
		s.n--;
	return s;
}

/*
 * Checks the limits and cuts the blanks around the document off: `*doc` starts with its first '<'.
 */
static int
xml_input_scan(struct str all, struct str *doc, struct err *e)
{
	struct xmlscan scan;
	enum xmlscan_result result;
	size_t used = 0;
	size_t more = 0;

	if (all.n > LIMIT_XML_DOC_BYTES) {
		xml_input_fail(e, E_LIMIT, 0, "a document that is too long");
		return E_LIMIT;
	}
	xmlscan_init(&scan);
	result = xmlscan_feed(&scan, (const uint8_t *)all.p, all.n, &used);
	if (result == XMLSCAN_MORE) {
		xml_input_fail(e, E_MALFORMED, xml_input_line(all.p, used),
			scan.doc_bytes > 0 ? "the document is cut short" : "no document");
	} else if (result == XMLSCAN_DOCUMENT) {
		size_t start = used - (size_t)scan.doc_bytes;

		*doc = xml_input_trim((struct str){ all.p + start, all.n - start });
		/*
		 * Comments and instructions may follow; the parser sees to it that nothing else
		 * does.
		 */
		result = xmlscan_feed(&scan, (const uint8_t *)all.p + used, all.n - used, &more);
	}
	if (result == XMLSCAN_BAD)
		xml_input_fail(e, scan.code, xml_input_line(all.p, used + more), scan.why);
	return e->code;
}

/* The declaration's encoding, "" if it names none. The rest of it is the parser's business. */
static struct str
xml_input_encoding(struct str doc)
{
	static const char open[] = "<?xml";
	struct str declaration = doc;
	struct str value;

	if (doc.n < sizeof(open) || memcmp(doc.p, open, sizeof(open) - 1) != 0)
		return STR_NONE;
	declaration.n = doc.n < DECLARATION_BYTES_MAX ? doc.n : DECLARATION_BYTES_MAX;
	declaration = str_cut(declaration, '>', NULL);
	for (size_t i = 0; i + 8 < declaration.n; i++) {
		if (memcmp(declaration.p + i, "encoding", 8) != 0)
			continue;
		value = str_trim((struct str){ declaration.p + i + 8, declaration.n - i - 8 });
		if (value.n == 0 || value.p[0] != '=')
			continue;
		value = str_trim((struct str){ value.p + 1, value.n - 1 });
		if (value.n > 1 && (value.p[0] == '"' || value.p[0] == '\''))
			return str_cut((struct str){ value.p + 1, value.n - 1 }, value.p[0], NULL);
	}
	return STR_NONE;
}

/* Names of encodings are compared without regard to case (XML 1.0, 4.3.3). */
static bool
xml_input_is(struct str declared, const char *name)
{
	if (declared.n != strlen(name))
		return false;
	for (size_t i = 0; i < declared.n; i++) {
		char c = declared.p[i];

		if ((c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c) != name[i])
			return false;
	}
	return true;
}

static struct str
xml_input_from_latin1(struct str doc, struct buf *transcoded)
{
	char utf8[4];

	buf_reset(transcoded);
	for (size_t i = 0; i < doc.n; i++)
		buf_put(transcoded, utf8, utf8_encode((uint8_t)doc.p[i], utf8));
	return buf_as_str(transcoded);
}

/* Makes `*doc` strict UTF-8 without NUL, or fails. */
static int
xml_input_decode(struct str *doc, struct buf *transcoded, struct err *e)
{
	struct str declared = xml_input_encoding(*doc);
	const char *nul = memchr(doc->p, '\0', doc->n);
	size_t bad_at = 0;

	if (nul != NULL) {
		xml_input_fail(e, E_MALFORMED, xml_input_line(doc->p, (size_t)(nul - doc->p)),
			"a NUL byte");
	} else if (xml_input_is(declared, "ISO-8859-1")) {
		*doc = xml_input_from_latin1(*doc, transcoded);
	} else if (declared.n > 0 && !xml_input_is(declared, "UTF-8") &&
		!xml_input_is(declared, "US-ASCII")) {
		xml_input_fail(e, E_MALFORMED, 1, "an encoding other than UTF-8 and ISO-8859-1");
	} else if (!utf8_is_valid(*doc, &bad_at)) {
		xml_input_fail(
			e, E_MALFORMED, xml_input_line(doc->p, bad_at), "bytes that are not UTF-8");
	}
	return e->code;
}

int
xml_input_prepare(struct str all, struct buf *transcoded, struct str *doc, struct err *e)
{
	int code = xml_input_scan(all, doc, e);

	return code == E_OK ? xml_input_decode(doc, transcoded, e) : code;
}
