/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading one XML document: libxml2's SAX2 push interface into a flat array of nodes.
 *
 * The only file that sees libxml2. No DTD, no entities but the five of XML and character
 * references, no network, limits of limits.h checked on the raw bytes first (xmlscan.h). A reader
 * is kept and used again, so that in the steady state a document costs no allocation. Text and
 * names are borrowed from the reader and die with the next xml_read().
 *
 * Encodings: UTF-8 and ISO-8859-1 as declared (others refused); text is UTF-8 always. A leading
 * byte order mark is skipped. Namespaces: the node keeps the local name and the namespace URI;
 * callers mostly match by local name, since real senders are careless with namespaces.
 */
#ifndef TANDEM_PROTO_XML_H
#define TANDEM_PROTO_XML_H

#include "proto/base/err.h"
#include "proto/base/str.h"

#include <stdint.h>

#define XML_NONE UINT32_MAX

struct xml;

/** A reader. */
struct xml *xml_new(void);
void xml_free(struct xml *x);

/**
 * Reads a whole document of `n` bytes. 0 or E_MALFORMED, E_LIMIT with `e` filled (line, text). On
 * failure the reader holds no nodes but can be used again.
 */
int xml_read(struct xml *x, const void *p, size_t n, struct err *e)
	__attribute__((warn_unused_result));

/** Index of the root element (0), or XML_NONE after a failed read. */
uint32_t xml_root(const struct xml *x);
/** Local name and namespace URI ("" if none) of a node. */
struct str xml_name(const struct xml *x, uint32_t node);
struct str xml_namespace(const struct xml *x, uint32_t node);
/** Character data directly inside the element (all pieces joined), untrimmed. XML_NONE gives "". */
struct str xml_text(const struct xml *x, uint32_t node);
/** Value of the attribute with this local name ("type" finds xsi:type); "" if absent. */
struct str xml_attribute(const struct xml *x, uint32_t node, const char *name);
bool xml_has_attribute(const struct xml *x, uint32_t node, const char *name);
/** First child element, next sibling element; XML_NONE at the end. */
uint32_t xml_first(const struct xml *x, uint32_t node);
uint32_t xml_next(const struct xml *x, uint32_t node);
/** First child with this local name; XML_NONE if there is none, or if `node` is XML_NONE. */
uint32_t xml_child(const struct xml *x, uint32_t node, const char *name);
/** Trimmed text of that child; "" if absent. */
struct str xml_child_text(const struct xml *x, uint32_t node, const char *name);
/** Descends along a path of local names "a/b/c"; XML_NONE if a step is missing. */
uint32_t xml_path(const struct xml *x, uint32_t node, const char *path);

/** Writes the version of the libxml2 that runs into `out` of `size` bytes: "2.9.14" of its number 20914; 16 bytes hold any. */
void xml_library_version(char *out, size_t size);

#endif
