/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation of received documents against XML schemas, in this process, without network.
 *
 * Happy path: both schemas are loaded once, each document is checked against the one of its
 * namespace. Failure modes: a schema that is absent or broken fails the start with its name; a
 * document that is not valid gives libxml2's first complaint as text.
 */
#include "tests/cstaclient/cc_valid.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cc_valid {
	xmlSchemaPtr csta;
	xmlSchemaPtr appl;
};

struct complaint {
	char *text;
	size_t size;
	size_t count;
};

static void
take_complaint(void *arg, xmlErrorPtr error)
{
	struct complaint *c = arg;

	c->count++;
	if (c->count > 1 || error == NULL || error->message == NULL)
		return;
	(void)snprintf(c->text, c->size, "%s", error->message);
	c->text[strcspn(c->text, "\n")] = '\0';
}

static xmlSchemaPtr
load(const char *path, char *why, size_t why_size)
{
	struct complaint c = { why, why_size, 0 };
	xmlSchemaParserCtxtPtr ctxt;
	xmlSchemaPtr schema;

	if (access(path, R_OK) != 0) {
		(void)snprintf(why, why_size, "cannot read schema %s", path);
		return NULL;
	}
	ctxt = xmlSchemaNewParserCtxt(path);
	if (ctxt == NULL) {
		(void)snprintf(why, why_size, "no memory for schema %s", path);
		return NULL;
	}
	xmlSchemaSetParserStructuredErrors(ctxt, take_complaint, &c);
	schema = xmlSchemaParse(ctxt);
	xmlSchemaFreeParserCtxt(ctxt);
	if (schema == NULL && c.count == 0)
		(void)snprintf(why, why_size, "cannot read schema %s", path);
	return schema;
}

struct cc_valid *
cc_valid_new(const char *dir, const char *edition, char *why, size_t why_size)
{
	struct cc_valid *v = calloc(1, sizeof(*v));
	char path[1024];

	if (v == NULL) {
		(void)snprintf(why, why_size, "out of memory");
		return NULL;
	}
	(void)snprintf(path, sizeof(path), "%s/%s/csta.xsd", dir, edition);
	v->csta = load(path, why, why_size);
	(void)snprintf(path, sizeof(path), "%s/appl_session/appl_session.xsd", dir);
	if (access(path, R_OK) != 0)
		(void)snprintf(path, sizeof(path), "%s/appl_session.xsd", dir);
	if (v->csta != NULL)
		v->appl = load(path, why, why_size);
	if (v->csta == NULL || v->appl == NULL) {
		cc_valid_free(v);
		return NULL;
	}
	return v;
}

void
cc_valid_free(struct cc_valid *v)
{
	if (v == NULL)
		return;
	xmlSchemaFree(v->csta);
	xmlSchemaFree(v->appl);
	free(v);
}

bool
cc_valid_doc(struct cc_valid *v, struct _xmlDoc *doc, bool is_appl, char *why, size_t why_size)
{
	struct complaint c = { why, why_size, 0 };
	xmlSchemaValidCtxtPtr ctxt = xmlSchemaNewValidCtxt(is_appl ? v->appl : v->csta);
	int rc;

	if (ctxt == NULL) {
		(void)snprintf(why, why_size, "out of memory");
		return false;
	}
	xmlSchemaSetValidStructuredErrors(ctxt, take_complaint, &c);
	rc = xmlSchemaValidateDoc(ctxt, doc);
	xmlSchemaFreeValidCtxt(ctxt);
	if (rc != 0 && c.count == 0)
		(void)snprintf(why, why_size, "validation failed with code %d", rc);
	return rc == 0;
}

bool
cc_valid_text(struct cc_valid *v, const char *xml, size_t n, char *why, size_t why_size)
{
	xmlDoc *doc = xmlReadMemory(
		xml, (int)n, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlNode *root = xmlDocGetRootElement(doc);
	bool is_appl;
	bool is_valid;

	if (root == NULL) {
		(void)snprintf(why, why_size, "not well-formed");
		xmlFreeDoc(doc);
		return false;
	}
	is_appl = root->ns != NULL && strstr((const char *)root->ns->href, "ecma-354") != NULL;
	is_valid = cc_valid_doc(v, doc, is_appl, why, why_size);
	xmlFreeDoc(doc);
	return is_valid;
}
