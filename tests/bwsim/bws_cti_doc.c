/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CTI envelope.
 *
 * Happy path: a request names URI, method, parameters and body in any of the known spellings
 * (request element and payload with or without namespace, %param% literal or put in already).
 * Failure modes: not well-formed, a DTD, unknown root, a request without uri or method.
 */
#include "tests/bwsim/bws_cti_doc.h"

#include "tests/bwsim/bws.h"

#include <ctype.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

#define XSP_NS "http://schema.broadsoft.com/XspXMLInterface"
#define CTI_NS "http://schema.broadsoft.com/CTI"
#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

enum {
	HAS_CTI_NS = 1,
	HAS_NO_CTI_NS = 2,
	HAS_PAYLOAD_NS = 4,
	HAS_NO_PAYLOAD_NS = 8,
	HAS_TEMPLATE = 16,
	HAS_NO_TEMPLATE = 32,
	HAS_VERSION = 64,
	HAS_NO_VERSION = 128
};

static bool
is_named(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0;
}

static bool
has_ns(const xmlNode *n, const char *ns)
{
	return n->ns && n->ns->href && strcmp((const char *)n->ns->href, ns) == 0;
}

static char *
text_of(const xmlNode *n)
{
	xmlChar *raw = xmlNodeGetContent(n);
	const char *s = raw ? (const char *)raw : "";
	size_t len;
	char *copy;

	s += strspn(s, " \t\r\n");
	copy = bws_util_strdup(s);
	for (len = strlen(copy); len && strchr(" \t\r\n", copy[len - 1]); len--)
		copy[len - 1] = '\0';
	xmlFree(raw);
	return copy;
}

static const xmlNode *
child(const xmlNode *parent, const char *name)
{
	const xmlNode *n;

	for (n = parent->children; n; n = n->next)
		if (is_named(n, name))
			return n;
	return NULL;
}

static const xmlNode *
first_element(const xmlNode *parent)
{
	const xmlNode *n;

	for (n = parent ? parent->children : NULL; n; n = n->next)
		if (n->type == XML_ELEMENT_NODE)
			return n;
	return NULL;
}

static char *
child_text(const xmlNode *parent, const char *name)
{
	const xmlNode *n = child(parent, name);

	return n ? text_of(n) : bws_util_strdup("");
}

static const char *
param_value(const struct bws_cti_msg *m, size_t count, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(m->params[i].name) == len &&
			strncasecmp(m->params[i].name, name, len) == 0)
			return m->params[i].value;
	return NULL;
}

static void
add_param(struct bws_cti_msg *m, char *name, char *value)
{
	if (m->param_count == BWS_CTI_PARAMS_MAX) {
		free(name);
		free(value);
		return;
	}
	m->params[m->param_count].name = name;
	m->params[m->param_count++].value = value;
}

static void
read_params(struct bws_cti_msg *m, const xmlNode *request)
{
	const xmlNode *params = child(request, "params");
	const xmlNode *n;

	for (n = params ? params->children : NULL; n; n = n->next)
		if (n->type == XML_ELEMENT_NODE)
			add_param(m, bws_util_strdup((const char *)n->name), text_of(n));
}

static int
hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/*
 * Adds @n bytes of URI text with parameters and escapes put in. Returns false when a parameter that
 * is not there was named (the part then is empty).
 */
static bool
expand(struct bws_cti_msg *m, size_t count, struct bws_buf *out, const char *s, size_t n)
{
	bool complete = true;
	size_t i;

	bws_buf_add(out, "", 0);
	for (i = 0; i < n; i++) {
		const char *end = s[i] == '%' ? memchr(s + i + 1, '%', n - i - 1) : NULL;
		const char *value = NULL;
		size_t len = end ? (size_t)(end - s) - i - 1 : 0;

		if (end)
			value = param_value(m, count, s + i + 1, len);
		if (value) {
			m->spelling |= HAS_TEMPLATE;
			bws_buf_str(out, value);
			i += len + 1;
		} else if (s[i] == '%' && i + 2 < n && isxdigit((unsigned char)s[i + 1]) &&
			isxdigit((unsigned char)s[i + 2])) {
			char byte = (char)(hex(s[i + 1]) * 16 + hex(s[i + 2]));

			bws_buf_add(out, &byte, 1);
			i += 2;
		} else if (end) {
			m->spelling |= HAS_TEMPLATE;
			complete = false;
			i += len + 1;
		} else {
			bws_buf_add(out, s + i, 1);
		}
	}
	return complete;
}

static void
read_query(struct bws_cti_msg *m, const char *query, size_t params)
{
	while (query && *query) {
		size_t n = strcspn(query, "&");
		size_t name = strcspn(query, "=&");
		struct bws_buf value = { 0 };

		if (name < n && name && expand(m, params, &value, query + name + 1, n - name - 1)) {
			char *copy = strndup(query, name);

			add_param(m, copy, bws_util_strdup(bws_buf_text(&value)));
		}
		bws_buf_free(&value);
		query += n + (query[n] == '&');
	}
}

/* What the URI calls a parameter may differ from its name in params: the URI's own comes first. */
static void
reverse(struct bws_cti_msg *m)
{
	size_t i;

	for (i = 0; i < m->param_count / 2; i++) {
		struct bws_cti_param p = m->params[i];

		m->params[i] = m->params[m->param_count - 1 - i];
		m->params[m->param_count - 1 - i] = p;
	}
}

static void
read_uri(struct bws_cti_msg *m, const xmlNode *request)
{
	char *uri = child_text(request, "uri");
	size_t n = strcspn(uri, "?");
	struct bws_buf path = { 0 };
	size_t params = m->param_count;

	expand(m, params, &path, uri, n);
	m->path = bws_util_strdup(bws_buf_text(&path));
	bws_buf_free(&path);
	if (uri[n])
		read_query(m, uri + n + 1, params);
	if (!params)
		m->spelling |= HAS_TEMPLATE | HAS_NO_TEMPLATE; /* neither can be told */
	else if (!(m->spelling & HAS_TEMPLATE))
		m->spelling |= HAS_NO_TEMPLATE;
	reverse(m);
	free(uri);
}

static void
read_body(struct bws_cti_msg *m, const xmlNode *payload)
{
	static const xmlChar version[] = "1.0";
	const xmlNode *inner = first_element(payload);
	xmlChar *text = NULL;
	xmlDoc *doc;
	xmlNode *copy;
	int len = 0;

	if (payload)
		m->spelling |= has_ns(payload, XSP_NS) ? HAS_PAYLOAD_NS : HAS_NO_PAYLOAD_NS;
	if (!inner)
		return;
	doc = xmlNewDoc(version);
	copy = xmlDocCopyNode((xmlNode *)(uintptr_t)inner, doc, 1);
	if (copy) {
		xmlDocSetRootElement(doc, copy);
		xmlDocDumpMemoryEnc(doc, &text, &len, "UTF-8");
	}
	if (text)
		bws_buf_add(&m->body, text, (size_t)len);
	xmlFree(text);
	xmlFreeDoc(doc);
}

static void
read_login(struct bws_cti_msg *m, const xmlNode *root)
{
	static const struct {
		const char *name;
		enum bws_cti_login kind;
	} kinds[] = {
		{ "credentials", BWS_CTI_LOGIN_CREDENTIALS },
		{ "ssoCredentials", BWS_CTI_LOGIN_SSO },
		{ "authorization", BWS_CTI_LOGIN_AUTHORIZATION },
	};
	size_t i;

	for (i = 0; i < 3; i++) {
		const xmlNode *n = child(root, kinds[i].name);

		if (!n)
			continue;
		m->login_kind = kinds[i].kind;
		m->login = text_of(n);
		return;
	}
	m->login = bws_util_strdup("");
}

static bool
is_head(const xmlNode *n)
{
	return is_named(n, "requestId") || is_named(n, "sessionId") || is_named(n, "credentials") ||
		is_named(n, "ssoCredentials") || is_named(n, "authorization");
}

static int
read_request(struct bws_cti_msg *m, const xmlNode *root, char *err, size_t err_len)
{
	const xmlNode *n = first_element(root);
	char *version;

	while (n && (n->type != XML_ELEMENT_NODE || is_head(n)))
		n = n->next;
	if (!n) {
		snprintf(err, err_len, "no request element");
		return -1;
	}
	m->name = bws_util_strdup((const char *)n->name);
	m->spelling |= has_ns(n, CTI_NS) ? HAS_CTI_NS : HAS_NO_CTI_NS;
	version = child_text(n, "version");
	m->spelling |= *version ? HAS_VERSION : HAS_NO_VERSION;
	free(version);
	m->method = child_text(n, "method");
	read_login(m, root);
	read_params(m, n);
	read_uri(m, n);
	read_body(m, child(n, "payload"));
	if (*m->method && *m->path == '/')
		return 0;
	snprintf(err, err_len, "%s: no method or no uri", m->name);
	return -1;
}

static int
read_root(struct bws_cti_msg *m, const xmlNode *root, char *err, size_t err_len)
{
	if (!has_ns(root, XSP_NS)) {
		snprintf(err, err_len, "the root is not of the CTI envelope");
		return -1;
	}
	m->request_id = child_text(root, "requestId");
	m->session_id = child_text(root, "sessionId");
	if (is_named(root, "request"))
		return read_request(m, root, err, err_len);
	if (is_named(root, "eventResponse")) {
		m->kind = BWS_CTI_EVENT_RESPONSE;
		read_body(m, child(root, "payload"));
		return 0;
	}
	if (is_named(root, "keepalive")) {
		m->kind = BWS_CTI_KEEPALIVE;
		return 0;
	}
	if (is_named(root, "keepaliveResponse")) {
		m->kind = BWS_CTI_KEEPALIVE_RESPONSE;
		return 0;
	}
	snprintf(err, err_len, "unknown message '%s'", (const char *)root->name);
	return -1;
}

int
bws_cti_doc_read(struct bws_cti_msg *m, const char *doc, size_t len, char *err, size_t err_len)
{
	xmlDoc *xml = xmlReadMemory(doc, (int)len, NULL, NULL,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	const xmlNode *root;
	int rv = -1;

	memset(m, 0, sizeof(*m));
	if (!xml) {
		snprintf(err, err_len, "not well-formed");
		return -1;
	}
	root = xmlDocGetRootElement(xml);
	if (xml->intSubset || !root)
		snprintf(err, err_len, "a document type is not allowed");
	else
		rv = read_root(m, root, err, err_len);
	xmlFreeDoc(xml);
	if (rv < 0)
		bws_cti_msg_free(m);
	return rv;
}

bool
bws_cti_doc_is_schema_form(const struct bws_cti_msg *m)
{
	return m->kind != BWS_CTI_REQUEST || !(m->spelling & (HAS_NO_CTI_NS | HAS_PAYLOAD_NS));
}

void
bws_cti_msg_free(struct bws_cti_msg *m)
{
	size_t i;

	free(m->request_id);
	free(m->session_id);
	free(m->login);
	free(m->name);
	free(m->method);
	free(m->path);
	bws_buf_free(&m->body);
	for (i = 0; i < m->param_count; i++) {
		free(m->params[i].name);
		free(m->params[i].value);
	}
	memset(m, 0, sizeof(*m));
}

/* Begins <prefix:name>, or <name xmlns=...> when the prefix is empty. */
static void
open_root(const struct bws *w, struct bws_buf *b, const char *name)
{
	const char *prefix = w->knobs.cti_prefix;

	if (w->knobs.cti_declaration)
		bws_buf_str(b, DECLARATION);
	if (*prefix)
		bws_buf_fmt(b, "<%s:%s", prefix, name);
	else
		bws_buf_fmt(b, "<%s", name);
	if (*w->knobs.cti_version)
		bws_buf_fmt(b, " version=\"%s\"", w->knobs.cti_version);
	if (*prefix)
		bws_buf_fmt(b, " xmlns:%s=\"" XSP_NS "\">", prefix);
	else
		bws_buf_str(b, " xmlns=\"" XSP_NS "\">");
}

static void
close_root(const struct bws *w, struct bws_buf *b, const char *name)
{
	const char *prefix = w->knobs.cti_prefix;

	bws_buf_fmt(b, "</%s%s%s>", prefix, *prefix ? ":" : "", name);
}

/* The parts of the envelope belong to no namespace. */
static void
part(const struct bws *w, struct bws_buf *b, const char *name, const char *value)
{
	bws_buf_fmt(b, "<%s%s>", name, *w->knobs.cti_prefix ? "" : " xmlns=\"\"");
	bws_buf_esc(b, value);
	bws_buf_fmt(b, "</%s>", name);
}

static void
number(const struct bws *w, struct bws_buf *b, const char *name, long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", value);
	part(w, b, name, text);
}

static void
payload(const struct bws *w, struct bws_buf *b, const char *doc, size_t len)
{
	const char *prefix = w->knobs.cti_prefix;
	bool plain = !w->knobs.cti_payload_ns || !*prefix;
	const char *end = len ? memmem(doc, len, "?>", 2) : NULL;

	if (end && strncmp(doc, "<?xml", 5) == 0) {
		len -= (size_t)(end + 2 - doc);
		doc = end + 2;
	}
	while (len && (*doc == '\n' || *doc == '\r')) {
		doc++;
		len--;
	}
	if (plain)
		bws_buf_fmt(b, "<payload%s>",
			!*prefix && !w->knobs.cti_payload_ns ? " xmlns=\"\"" : "");
	else
		bws_buf_fmt(b, "<%s:payload>", prefix);
	if (len && *doc == '<')
		bws_buf_add(b, doc, len);
	if (plain)
		bws_buf_str(b, "</payload>");
	else
		bws_buf_fmt(b, "</%s:payload>", prefix);
}

static const char *
reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 201:
		return "Created";
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 503:
		return "Service Unavailable";
	default:
		return status < 400 ? "Done" : "Failed";
	}
}

void
bws_cti_doc_response(const struct bws *w, struct bws_buf *b, const struct bws_cti_msg *m,
	int status, const char *doc, size_t len)
{
	open_root(w, b, "response");
	part(w, b, "requestId", m->request_id);
	part(w, b, "sessionId", m->session_id);
	number(w, b, "statusCode", status);
	part(w, b, "reason", reason(status));
	payload(w, b, doc, len);
	close_root(w, b, "response");
}

void
bws_cti_doc_event(
	const struct bws *w, struct bws_buf *b, unsigned serial, const char *doc, size_t len)
{
	open_root(w, b, "event");
	number(w, b, "requestId", serial);
	payload(w, b, doc, len);
	close_root(w, b, "event");
}

void
bws_cti_doc_keepalive(const struct bws *w, struct bws_buf *b, unsigned serial)
{
	int64_t ms = w->knobs.cti_keepalive_ms;

	open_root(w, b, "keepalive");
	number(w, b, "requestId", serial);
	number(w, b, "period", w->knobs.cti_keepalive_unit ? ms : (ms + 999) / 1000);
	close_root(w, b, "keepalive");
}

void
bws_cti_doc_keepalive_response(const struct bws *w, struct bws_buf *b, const char *request_id)
{
	open_root(w, b, "keepaliveResponse");
	part(w, b, "requestId", request_id);
	close_root(w, b, "keepaliveResponse");
}
