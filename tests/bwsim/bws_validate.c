/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schema validation with libxml2, in process.
 *
 * Happy path: one schema (Xsi, CTI and envelope together), one validation context, each document
 * parsed and validated.
 * Failure modes: the schema cannot be read (start-up fails); a complaint is a count and a fact.
 */
#include "tests/bwsim/bws_validate.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_journal.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <string.h>

static void
on_complaint(void *arg, const xmlError *e)
{
	struct bws_validate *v = arg;
	char *c;

	if (*v->why)
		return;
	snprintf(v->why, sizeof(v->why), "%s", e && e->message ? e->message : "?");
	for (c = v->why; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			*c = ' ';
}

/* The signature of libxml2's callback differs by a const between releases. */
static void
on_complaint_any(void *arg, xmlErrorPtr e)
{
	on_complaint(arg, e);
}

int
bws_validate_open(struct bws *w, const char *dir, char *err, size_t err_len)
{
	struct bws_validate *v = &w->validate;
	char path[512];
	xmlSchemaParserCtxt *parser;

	snprintf(path, sizeof(path), "%s/xsd-cti/CTISchema/CTISchema.xsd", dir);
	parser = xmlSchemaNewParserCtxt(path);
	if (parser)
		v->schema = xmlSchemaParse(parser);
	xmlSchemaFreeParserCtxt(parser);
	if (v->schema)
		v->valid = xmlSchemaNewValidCtxt(v->schema);
	if (!v->valid) {
		snprintf(err, err_len, "%s: no schema", path);
		return -1;
	}
	xmlSchemaSetValidStructuredErrors(v->valid, (xmlStructuredErrorFunc)on_complaint_any, v);
	return 0;
}

static bool
is_valid(struct bws_validate *v, const char *doc, size_t len)
{
	xmlDoc *xml = xmlReadMemory(doc, (int)len, NULL, NULL,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	bool ok;

	v->why[0] = '\0';
	if (!xml) {
		snprintf(v->why, sizeof(v->why), "not well-formed");
		return false;
	}
	ok = xmlSchemaValidateDoc(v->valid, xml) == 0;
	xmlFreeDoc(xml);
	return ok;
}

/* %param% is not legal in xs:anyURI although the schema's own text writes it. */
static void
mask_uri(struct bws_buf *b)
{
	char *p = b->p ? memmem(b->p, b->n, "uri>", 4) : NULL;

	for (; p && *p && *p != '<'; p++)
		if (*p == '%')
			*p = '_';
}

static void
check(struct bws *w, const char *what, const char *doc, size_t len, bool sent)
{
	struct bws_validate *v = &w->validate;
	struct bws_buf copy = { 0 };

	bws_buf_add(&copy, doc, len);
	if (!sent)
		mask_uri(&copy);
	if (!is_valid(v, copy.p, copy.n)) {
		if (sent)
			w->stats.schema_sent_wrong++;
		else
			w->stats.schema_received_wrong++;
		bws_journal_fact(w, "schema", "{s:s,s:s,s:s,s:s#}", "what", what, "dir",
			sent ? "sent" : "received", "why", v->why, "doc", copy.p,
			(int)(copy.n > 2000 ? 2000 : copy.n));
	}
	bws_buf_free(&copy);
}

void
bws_validate_sent(struct bws *w, const char *what, const char *doc, size_t len)
{
	if (w->validate.valid && !w->validate.off && len)
		check(w, what, doc, len, true);
}

void
bws_validate_received(struct bws *w, const char *what, const char *doc, size_t len)
{
	if (w->validate.valid && len)
		check(w, what, doc, len, false);
}

void
bws_validate_fini(struct bws *w)
{
	xmlSchemaFreeValidCtxt(w->validate.valid);
	xmlSchemaFree(w->validate.schema);
	memset(&w->validate, 0, sizeof(w->validate));
}
