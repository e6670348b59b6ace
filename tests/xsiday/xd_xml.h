/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_XSIDAY_XD_XML_H
#define TANDEM_TESTS_XSIDAY_XD_XML_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

/* Documents read with libxml2 and held against the schema, when there is one. */

/* Loads the schema; one that does not load ends the program (3). */
void xd_xml_schema(const char *path);

/* Parses only, for a document that was validated before. */
xmlDoc *xd_xml_parse(const char *text, size_t len);

/* Parses and validates. What is not well-formed or not valid is a complaint. Free with xmlFreeDoc(). */
xmlDoc *xd_xml_read(const char *text, size_t len);

/* Documents held against the schema so far. */
size_t xd_xml_validated(void);

/* First child element of that name in the Xsi namespace, or NULL. */
const xmlNode *xd_xml_child(const xmlNode *of, const char *name);

/* Next element sibling of the same name, or NULL. */
const xmlNode *xd_xml_next(const xmlNode *node);

/* Text of the first child @name into @out, "" when there is none; returns false then. */
bool xd_xml_text(const xmlNode *of, const char *name, char *out, size_t len);

/* Type of an element without its prefix ("" = none). */
void xd_xml_type(const xmlNode *node, char *out, size_t len);

bool xd_xml_is(const xmlNode *node, const char *name);

void xd_xml_end(void);

#endif
