/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading of request bodies, with libxml2's tree; the only file that sees libxml2.
 *
 * Happy path: parse, check the root, copy the texts of the wanted children.
 * Failure modes: empty or broken XML, a DTD (never needed, refused), another root or namespace:
 * -1 and a sentence for the ErrorInfo. The size is limited by the HTTP side.
 */
#include "tests/bwsim/bws_parse.h"

#include "tests/bwsim/bws_util.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS "http://schema.broadsoft.com/xsi"

static int
in_namespace(const xmlNode *node)
{
	return node->ns && node->ns->href && strcmp((const char *)node->ns->href, NS) == 0;
}

static char *
trimmed_text(const xmlNode *node)
{
	xmlChar *content = xmlNodeGetContent(node);
	const char *s = content ? (const char *)content : "";
	char *copy;
	size_t n;

	s += strspn(s, " \t\r\n");
	n = strlen(s);
	while (n && strchr(" \t\r\n", s[n - 1]))
		n--;
	copy = bws_util_calloc(1, n + 1);
	memcpy(copy, s, n);
	xmlFree(content);
	return copy;
}

static void
take_child(const xmlNode *node, const char *const *names, char **values)
{
	size_t i;

	for (i = 0; names[i]; i++) {
		if (values[i] || strcmp(names[i], (const char *)node->name) != 0)
			continue;
		values[i] = trimmed_text(node);
		return;
	}
}

/* The parsed body when its root is as wanted; free with xmlFreeDoc(). */
static xmlDoc *
parse_root(const char *body, size_t len, const char *root, char *err, size_t err_len)
{
	xmlDoc *doc = len ? xmlReadMemory(body, (int)len, "request", NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING) :
			    NULL;
	const xmlNode *top = doc ? xmlDocGetRootElement(doc) : NULL;

	if (!top)
		snprintf(err, err_len, "the body is not well-formed XML");
	else if (doc->intSubset)
		snprintf(err, err_len, "a document type is not allowed");
	else if (strcmp((const char *)top->name, root) != 0 || !in_namespace(top))
		snprintf(err, err_len, "the root element is not %s of the Xsi namespace", root);
	else
		return doc;
	xmlFreeDoc(doc);
	return NULL;
}

/* The node after @node in the order of the document, under @top. */
static const xmlNode *
following(const xmlNode *node, const xmlNode *top)
{
	if (node->children)
		return node->children;
	while (node != top && !node->next)
		node = node->parent;
	return node == top ? NULL : node->next;
}

int
bws_parse_texts(const char *body, size_t len, const char *root, const char *name, char *out,
	size_t each, size_t max, size_t *count, char *err, size_t err_len)
{
	xmlDoc *doc = parse_root(body, len, root, err, err_len);
	const xmlNode *top = doc ? xmlDocGetRootElement(doc) : NULL;
	const xmlNode *node;
	int rv = doc ? 0 : -1;

	*count = 0;
	for (node = top; node && rv == 0; node = following(node, top)) {
		char *text;

		if (node->type != XML_ELEMENT_NODE || strcmp((const char *)node->name, name) != 0)
			continue;
		text = trimmed_text(node);
		if (*count == max || strlen(text) >= each) {
			snprintf(err, err_len, "too many or too long: %s", name);
			rv = -1;
		} else {
			memcpy(out + (*count)++ * each, text, strlen(text) + 1);
		}
		free(text);
	}
	xmlFreeDoc(doc);
	return rv;
}

int
bws_parse_fields(const char *body, size_t len, const char *root, const char *const *names,
	char **values, char *err, size_t err_len)
{
	const xmlNode *node;
	xmlDoc *doc;
	size_t i;

	for (i = 0; names[i]; i++)
		values[i] = NULL;
	doc = parse_root(body, len, root, err, err_len);
	if (!doc)
		return -1;
	for (node = xmlDocGetRootElement(doc)->children; node; node = node->next)
		if (node->type == XML_ELEMENT_NODE && in_namespace(node))
			take_child(node, names, values);
	xmlFreeDoc(doc);
	return 0;
}

static const xmlNode *
child_named(const xmlNode *node, const char *name)
{
	const xmlNode *n;

	for (n = node ? node->children : NULL; n; n = n->next)
		if (n->type == XML_ELEMENT_NODE && in_namespace(n) &&
			strcmp((const char *)n->name, name) == 0)
			return n;
	return NULL;
}

int
bws_parse_list(const char *body, size_t len, const char *parent, const char *child, size_t max,
	char ***texts, size_t *count)
{
	xmlDoc *doc = len ? xmlReadMemory(body, (int)len, "request", NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING) :
			    NULL;
	const xmlNode *node = doc ? child_named(xmlDocGetRootElement(doc), parent) : NULL;
	char **list = bws_util_calloc(max + 1, sizeof(*list));
	size_t n = 0;

	for (node = node ? node->children : NULL; node && n <= max; node = node->next)
		if (node->type == XML_ELEMENT_NODE && in_namespace(node) &&
			strcmp((const char *)node->name, child) == 0 && n++ < max)
			list[n - 1] = trimmed_text(node);
	*texts = list;
	*count = n > max ? max : n;
	xmlFreeDoc(doc);
	if (doc && n <= max)
		return 0;
	while (*count)
		free(list[--*count]);
	free(list);
	*texts = NULL;
	return -1;
}

char *
bws_parse_text(const char *body, size_t len, const char *root)
{
	xmlDoc *doc = len ? xmlReadMemory(body, (int)len, "request", NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING) :
			    NULL;
	const xmlNode *top = doc ? xmlDocGetRootElement(doc) : NULL;
	char *text = NULL;

	if (top && in_namespace(top) && strcmp((const char *)top->name, root) == 0)
		text = trimmed_text(top);
	xmlFreeDoc(doc);
	return text;
}

int
bws_parse_number(const char *text, int64_t low, int64_t high, int64_t absent, int64_t *out)
{
	char *end = NULL;
	long long n;

	if (!text) {
		*out = absent;
		return 0;
	}
	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno || end == text || *end || n < low || n > high)
		return -1;
	*out = n;
	return 0;
}
