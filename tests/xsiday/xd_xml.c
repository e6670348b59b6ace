/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents with libxml2.
 *
 * Failure: a document that cannot be read or is not valid is a complaint.
 */
#include "tests/xsiday/xd_xml.h"

#include "tests/xsiday/xd_text.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NS "http://schema.broadsoft.com/xsi"
#define NS_INSTANCE "http://www.w3.org/2001/XMLSchema-instance"

static xmlSchema *schema;
static xmlSchemaValidCtxt *validator;
static size_t validated;
static char first_error[400];

static void on_error(void *arg, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
on_error(void *arg, const char *fmt, ...)
{
	va_list ap;

	(void)arg;
	if (*first_error)
		return;
	va_start(ap, fmt);
	vsnprintf(first_error, sizeof(first_error), fmt, ap);
	va_end(ap);
}

void
xd_xml_schema(const char *path)
{
	xmlSchemaParserCtxt *ctxt = xmlSchemaNewParserCtxt(path);

	schema = ctxt ? xmlSchemaParse(ctxt) : NULL;
	xmlSchemaFreeParserCtxt(ctxt);
	validator = schema ? xmlSchemaNewValidCtxt(schema) : NULL;
	if (!validator)
		xd_die("%s: no schema", path);
	xmlSchemaSetValidErrors(validator, on_error, on_error, NULL);
}

xmlDoc *
xd_xml_parse(const char *text, size_t len)
{
	xmlDoc *doc = xmlReadMemory(text, (int)len, "document", NULL,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);

	if (!doc)
		xd_complain(text, "not well-formed");
	return doc;
}

xmlDoc *
xd_xml_read(const char *text, size_t len)
{
	xmlDoc *doc = xd_xml_parse(text, len);

	first_error[0] = '\0';
	if (validator && xmlSchemaValidateDoc(validator, doc) != 0)
		xd_complain(text, "not valid: %s", first_error);
	validated += validator != NULL;
	return doc;
}

size_t
xd_xml_validated(void)
{
	return validated;
}

bool
xd_xml_is(const xmlNode *node, const char *name)
{
	return node && node->type == XML_ELEMENT_NODE && node->ns && node->ns->href &&
		strcmp((const char *)node->ns->href, NS) == 0 &&
		strcmp((const char *)node->name, name) == 0;
}

const xmlNode *
xd_xml_child(const xmlNode *of, const char *name)
{
	const xmlNode *node = of ? of->children : NULL;

	while (node && !xd_xml_is(node, name))
		node = node->next;
	return node;
}

const xmlNode *
xd_xml_next(const xmlNode *node)
{
	const char *name = (const char *)node->name;

	node = node->next;
	while (node && !xd_xml_is(node, name))
		node = node->next;
	return node;
}

bool
xd_xml_text(const xmlNode *of, const char *name, char *out, size_t len)
{
	const xmlNode *node = xd_xml_child(of, name);
	xmlChar *content = node ? xmlNodeGetContent(node) : NULL;

	*out = '\0';
	if (content)
		xd_copy(out, len, (const char *)content);
	xmlFree(content);
	return node != NULL;
}

void
xd_xml_type(const xmlNode *node, char *out, size_t len)
{
	static const xmlChar name[] = "type", instance[] = NS_INSTANCE;
	xmlChar *type = xmlGetNsProp(node, name, instance);
	const char *colon = type ? strchr((const char *)type, ':') : NULL;

	*out = '\0';
	if (type)
		xd_copy(out, len, colon ? colon + 1 : (const char *)type);
	xmlFree(type);
}

void
xd_xml_end(void)
{
	xmlSchemaFreeValidCtxt(validator);
	xmlSchemaFree(schema);
	validator = NULL;
	schema = NULL;
	xmlCleanupParser();
}
