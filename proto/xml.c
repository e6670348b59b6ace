/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The XML reader over libxml2's SAX2 push parser: see xml.h.
 *
 * Happy path: xml_read() lets xml_input.h check the raw bytes (limits, DOCTYPE, encoding) and feeds
 * the whole document at once to a kept parser context. The handlers append to two flat arrays
 * (nodes, attributes) and to a text arena; offsets, not pointers, since all three may move while
 * they grow. All of it is kept for the next document.
 *
 * Text: character data of the open elements forms a stack. A child opens where its parent's text
 * stands, and takes its own text off again when it closes, into the arena. So the pieces of a
 * parent around its children come out joined, each byte moved twice at most.
 *
 * Nodes are in document order, so that a first child is the node behind its parent. Names and
 * namespaces stay where libxml2 interned them. Its dictionary lives as long as the
 * context and would grow for ever under a sender that invents names, so the context is given up
 * when the dictionary has grown too large. It is given up after every refused document too: the
 * state of a parser that was stopped half-way is not worth trusting.
 *
 * Failure: E_LIMIT and E_MALFORMED with line and text; the first error counts. Nothing is ever
 * printed.
 */
#include "proto/xml.h"

#include "proto/base/buf.h"
#include "proto/base/check.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"
#include "proto/xml_input.h"

#include <libxml/SAX2.h>
#include <libxml/globals.h>
#include <libxml/parser.h>

/* All names of CSTA and Xsi together are about 40 KiB. */
#define DICTIONARY_BYTES_MAX (64 * 1024)
/* Of one document; LIMIT_XML_ATTRIBUTES is for one element. */
#define ATTRIBUTES_MAX 4096
/* Declarations in scope at one place: libxml2 searches them one by one for each prefix. */
#define NAMESPACES_MAX 64
/* So many bytes of a document buy one complaint about a namespace. */
#define COMPLAINT_BYTES 32
/* All text and all values of a document; ISO-8859-1 may double. */
#define ARENA_BYTES_MAX (2 * LIMIT_XML_DOC_BYTES)

/*
 * Small, since a hostile document may have LIMIT_XML_NODES of them. The sizes fit: a name and a
 * value are no longer than twice LIMIT_XML_TAG_BYTES (ISO-8859-1 doubles them), and the counts have
 * limits below 65,535.
 */
struct xml_node {
	const char *name;
	const char *ns;
	uint32_t text_at;
	uint32_t text_bytes;
	uint16_t name_bytes;
	uint16_t ns_bytes;
	uint16_t next; /* sibling, 0 if none: the root is nobody's sibling */
	uint16_t attributes_at;
	uint8_t attribute_count;
	bool has_child; /* the node behind this one */
};

struct xml_attr {
	const char *name;
	uint32_t value_at;
	uint16_t value_bytes;
	uint16_t name_bytes;
};

_Static_assert(2 * LIMIT_XML_TAG_BYTES <= UINT16_MAX && LIMIT_XML_NODES <= UINT16_MAX &&
		ATTRIBUTES_MAX <= UINT16_MAX && LIMIT_XML_ATTRIBUTES <= UINT8_MAX,
	"struct xml_node is too small for the limits");

struct xml_open {
	uint32_t node;
	uint32_t last; /* child so far, 0 if none */
	size_t text_at;
	uint32_t namespaces; /* declared here */
};

struct xml {
	xmlParserCtxtPtr parser; /* NULL: made by the next read */
	struct xml_node *nodes;
	uint32_t node_count;
	uint32_t node_size;
	struct xml_attr *attributes;
	uint32_t attribute_count;
	uint32_t attribute_size;
	struct buf arena;      /* finished texts, attribute values */
	struct buf text;       /* stack of the texts of open elements */
	struct buf transcoded; /* the document in UTF-8 if it came as ISO-8859-1 */
	struct xml_open open[LIMIT_XML_DEPTH];
	uint32_t depth;
	uint32_t namespaces;     /* in scope */
	uint32_t complaints;     /* of libxml2 that are no errors for us */
	uint32_t complaints_max; /* for this document */
	struct err failure;      /* of the document being read */
};

static void
xml_fail(struct xml *x, int code, int line, const char *text)
{
	if (x->failure.code != E_OK)
		return;
	err_set(&x->failure, code, "%s", text);
	x->failure.line = line > 0 ? (uint32_t)line : 0;
}

/* --- handlers ---------------------------------------------------------------------------- */

static uint16_t
xml_length(const char *z)
{
	return (uint16_t)strlen(z); /* a name within a tag */
}

static void
xml_add_attribute(struct xml *x, const xmlChar **raw)
{
	struct xml_attr *a;

	if (x->attribute_count == x->attribute_size) {
		x->attribute_size = x->attribute_size ? 2 * x->attribute_size : 64;
		x->attributes = mem_realloc(x->attributes, x->attribute_size * sizeof(*a));
	}
	a = &x->attributes[x->attribute_count++];
	a->name = (const char *)raw[0];
	a->name_bytes = xml_length(a->name);
	a->value_at = (uint32_t)x->arena.n;
	a->value_bytes = (uint16_t)(raw[4] - raw[3]);
	buf_put(&x->arena, raw[3], a->value_bytes);
}

/* Links the new node behind its elder sibling, or under its parent. */
static void
xml_link(struct xml *x, uint32_t node)
{
	struct xml_open *parent;

	if (x->depth == 0)
		return;
	parent = &x->open[x->depth - 1];
	if (parent->last == 0)
		x->nodes[parent->node].has_child = true;
	else
		x->nodes[parent->last].next = (uint16_t)node;
	parent->last = node;
}

static uint32_t
xml_add_node(struct xml *x, const char *name, const char *ns)
{
	struct xml_node *node;
	struct xml_node *elder = x->node_count ? &x->nodes[x->node_count - 1] : NULL;
	/* most documents have one namespace: its length is known from the node before */
	uint16_t ns_bytes = elder && elder->ns == ns ? elder->ns_bytes : xml_length(ns);

	if (x->node_count == x->node_size) {
		x->node_size = x->node_size ? 2 * x->node_size : 64;
		x->nodes = mem_realloc(x->nodes, x->node_size * sizeof(*node));
	}
	node = &x->nodes[x->node_count];
	*node = (struct xml_node){
		.name = name,
		.ns = ns,
		.attributes_at = (uint16_t)x->attribute_count,
		.name_bytes = xml_length(name),
		.ns_bytes = ns_bytes,
	};
	return x->node_count++;
}

/* May this element be added? */
static bool
xml_within_limits(struct xml *x, uint32_t attribute_count)
{
	int line = xmlSAX2GetLineNumber(x->parser);

	if (x->complaints > x->complaints_max)
		xml_fail(x, E_LIMIT, line, "too many namespace errors");
	if (x->depth == LIMIT_XML_DEPTH)
		xml_fail(x, E_LIMIT, line, "elements nested too deep");
	if (x->node_count == LIMIT_XML_NODES)
		xml_fail(x, E_LIMIT, line, "too many elements");
	if (x->attribute_count + attribute_count > ATTRIBUTES_MAX ||
		attribute_count > LIMIT_XML_ATTRIBUTES)
		xml_fail(x, E_LIMIT, line, "too many attributes");
	if (x->namespaces > NAMESPACES_MAX)
		xml_fail(x, E_LIMIT, line, "too many namespace declarations");
	return x->failure.code == E_OK;
}

static void
xml_on_start(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int namespace_count, const xmlChar **namespaces, int attribute_count, int defaulted_count,
	const xmlChar **attributes)
{
	struct xml *x = arg;
	uint32_t node;

	(void)prefix;
	(void)namespaces;
	(void)defaulted_count;
	x->namespaces += (uint32_t)namespace_count;
	if (!xml_within_limits(x, (uint32_t)attribute_count)) {
		xmlStopParser(x->parser);
		return;
	}
	node = xml_add_node(x, (const char *)name, uri ? (const char *)uri : "");
	xml_link(x, node);
	for (int i = 0; i < attribute_count; i++)
		xml_add_attribute(x, attributes + 5 * i);
	x->nodes[node].attribute_count = (uint8_t)attribute_count;
	x->open[x->depth++] = (struct xml_open){
		.node = node,
		.text_at = x->text.n,
		.namespaces = (uint32_t)namespace_count,
	};
}

static void
xml_on_end(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct xml *x = arg;
	struct xml_open *open;
	struct xml_node *node;

	(void)name;
	(void)prefix;
	(void)uri;
	if (x->failure.code != E_OK || fails(x->depth > 0))
		return;
	open = &x->open[--x->depth];
	node = &x->nodes[open->node];
	node->text_at = (uint32_t)x->arena.n;
	node->text_bytes = (uint32_t)(x->text.n - open->text_at);
	if (node->text_bytes > 0)
		buf_put(&x->arena, x->text.p + open->text_at, node->text_bytes);
	x->text.n = open->text_at;
	x->namespaces -= open->namespaces;
}

static void
xml_on_text(void *arg, const xmlChar *p, int n)
{
	struct xml *x = arg;

	if (x->failure.code == E_OK && x->depth > 0)
		buf_put(&x->text, p, (size_t)n);
}

/* A DOCTYPE. xmlscan.h refused it already; a second lock on the door that lets entities in. */
static void
xml_on_dtd(void *arg, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
	struct xml *x = arg;

	(void)name;
	(void)external_id;
	(void)system_id;
	xml_fail(x, E_MALFORMED, xmlSAX2GetLineNumber(x->parser),
		"a document type declaration, which is never accepted");
	xmlStopParser(x->parser);
}

/*
 * The text may quote the document: printable ASCII only, since it goes into logs.
 *
 * What is not fatal concerns namespaces: a prefix that is not declared, a URI that is relative. Real
 * senders do so and are understood all the same, but each complaint costs libxml2 as much as ten
 * elements. They are counted here and stopped at the next element: the parser must not be stopped in
 * the middle of a tag, since it still needs its buffers there.
 */
static void
xml_on_error(void *arg, xmlErrorPtr error)
{
	struct xml *x = arg;
	char text[200];
	size_t n = 0;

	if (error->level != XML_ERR_FATAL) {
		x->complaints++;
		return;
	}
	for (const char *p = error->message; p != NULL && *p != '\0' && n < sizeof(text) - 1; p++)
		text[n++] = *p >= ' ' && *p <= '~' ? *p : ' ';
	while (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	xml_fail(x, E_MALFORMED, error->line, n > 0 ? text : "not well-formed");
}

/* --- the reader and its parser context --------------------------------------------------- */

static void
xml_make_parser(struct xml *x)
{
	xmlSAXHandler handlers = {
		.initialized = XML_SAX2_MAGIC,
		.internalSubset = xml_on_dtd,
		.startElementNs = xml_on_start,
		.endElementNs = xml_on_end,
		.characters = xml_on_text,
		.ignorableWhitespace = xml_on_text,
		.cdataBlock = xml_on_text,
		.serror = xml_on_error,
	};

	x->parser = xmlCreatePushParserCtxt(&handlers, x, NULL, 0, NULL);
	REQUIRE(x->parser != NULL);
	/* IGNORE_ENC: what the parser gets is UTF-8, whatever the declaration says. */
	xmlCtxtUseOptions(x->parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
}

static void
xml_drop_parser(struct xml *x)
{
	if (x->parser == NULL)
		return;
	/* an error within the handlers leaves no tree, but libxml2 might have begun one */
	xmlFreeDoc(x->parser->myDoc);
	xmlFreeParserCtxt(x->parser);
	x->parser = NULL;
}

struct xml *
xml_new(void)
{
	struct xml *x = mem_zalloc(sizeof(*x));

	xmlInitParser();
	buf_init(&x->arena, ARENA_BYTES_MAX);
	buf_init(&x->text, ARENA_BYTES_MAX);
	buf_init(&x->transcoded, ARENA_BYTES_MAX);
	return x;
}

void
xml_free(struct xml *x)
{
	if (x == NULL)
		return;
	xml_drop_parser(x);
	buf_fini(&x->transcoded);
	buf_fini(&x->text);
	buf_fini(&x->arena);
	mem_free(x->attributes);
	mem_free(x->nodes);
	mem_free(x);
}

/* --- reading ----------------------------------------------------------------------------- */

static void
xml_parse(struct xml *x, struct str doc)
{
	if (x->parser != NULL && xmlDictGetUsage(x->parser->dict) > DICTIONARY_BYTES_MAX)
		xml_drop_parser(x);
	if (x->parser == NULL)
		xml_make_parser(x);
	xmlCtxtResetPush(x->parser, doc.p, (int)doc.n, NULL, NULL);
	xmlParseChunk(x->parser, NULL, 0, 1);
	if (!x->parser->wellFormed)
		xml_fail(x, E_MALFORMED, 0, "not well-formed");
	if (x->arena.overflow || x->text.overflow)
		xml_fail(x, E_LIMIT, 0, "too much text");
	if (x->failure.code == E_OK && (x->depth > 0 || x->node_count == 0))
		xml_fail(x, E_MALFORMED, 0, "the document is cut short");
}

int
xml_read(struct xml *x, const void *p, size_t n, struct err *e)
{
	struct str doc = STR_NONE;

	x->node_count = 0;
	x->attribute_count = 0;
	x->depth = 0;
	x->namespaces = 0;
	x->complaints = 0;
	x->complaints_max = (uint32_t)(n / COMPLAINT_BYTES) + 16;
	buf_reset(&x->arena);
	buf_reset(&x->text);
	err_clear(&x->failure);

	if (xml_input_prepare((struct str){ p, n }, &x->transcoded, &doc, &x->failure) == E_OK)
		xml_parse(x, doc);
	if (x->failure.code == E_OK)
		return E_OK;
	xml_drop_parser(x);
	x->node_count = 0;
	if (e != NULL && e->code == E_OK)
		*e = x->failure;
	return x->failure.code;
}

/* --- looking ----------------------------------------------------------------------------- */

uint32_t
xml_root(const struct xml *x)
{
	return x->node_count > 0 ? 0 : XML_NONE;
}

static const struct xml_node *
xml_at(const struct xml *x, uint32_t node)
{
	return node < x->node_count ? &x->nodes[node] : NULL;
}

static struct str
xml_piece(const struct xml *x, uint32_t at, uint32_t bytes)
{
	return bytes ? (struct str){ (const char *)x->arena.p + at, bytes } : STR_NONE;
}

struct str
xml_name(const struct xml *x, uint32_t node)
{
	const struct xml_node *at = xml_at(x, node);

	return at ? (struct str){ at->name, at->name_bytes } : STR_NONE;
}

struct str
xml_namespace(const struct xml *x, uint32_t node)
{
	const struct xml_node *at = xml_at(x, node);

	return at ? (struct str){ at->ns, at->ns_bytes } : STR_NONE;
}

struct str
xml_text(const struct xml *x, uint32_t node)
{
	const struct xml_node *at = xml_at(x, node);

	return at ? xml_piece(x, at->text_at, at->text_bytes) : STR_NONE;
}

static const struct xml_attr *
xml_find_attribute(const struct xml *x, uint32_t node, const char *name)
{
	const struct xml_node *at = xml_at(x, node);
	struct str wanted = str_of(name);

	for (uint32_t i = 0; at != NULL && i < at->attribute_count; i++) {
		const struct xml_attr *a = &x->attributes[at->attributes_at + i];

		if (str_eq((struct str){ a->name, a->name_bytes }, wanted))
			return a;
	}
	return NULL;
}

struct str
xml_attribute(const struct xml *x, uint32_t node, const char *name)
{
	const struct xml_attr *a = xml_find_attribute(x, node, name);

	return a ? xml_piece(x, a->value_at, a->value_bytes) : STR_NONE;
}

bool
xml_has_attribute(const struct xml *x, uint32_t node, const char *name)
{
	return xml_find_attribute(x, node, name) != NULL;
}

uint32_t
xml_first(const struct xml *x, uint32_t node)
{
	const struct xml_node *at = xml_at(x, node);

	return at && at->has_child ? node + 1 : XML_NONE;
}

uint32_t
xml_next(const struct xml *x, uint32_t node)
{
	const struct xml_node *at = xml_at(x, node);

	return at && at->next ? at->next : XML_NONE;
}

static uint32_t
xml_find_child(const struct xml *x, uint32_t node, struct str name)
{
	uint32_t child = xml_first(x, node);

	while (child != XML_NONE && !str_eq(xml_name(x, child), name))
		child = xml_next(x, child);
	return child;
}

uint32_t
xml_child(const struct xml *x, uint32_t node, const char *name)
{
	return xml_find_child(x, node, str_of(name));
}

struct str
xml_child_text(const struct xml *x, uint32_t node, const char *name)
{
	return str_trim(xml_text(x, xml_child(x, node, name)));
}

uint32_t
xml_path(const struct xml *x, uint32_t node, const char *path)
{
	struct str rest = str_of(path);

	while (rest.n > 0 && node != XML_NONE) {
		struct str step = str_cut(rest, '/', &rest);

		node = xml_find_child(x, node, step);
	}
	return node;
}

void
xml_library_version(char *out, size_t size)
{
	const long number = strtol(xmlParserVersion, NULL, 10);

	snprintf(out, size, "%ld.%ld.%ld", number / 10000, number / 100 % 100, number % 100);
}
