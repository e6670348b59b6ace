/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing the CTI envelope: see cti_encode.h.
 *
 * Element names, their order and which of them is qualified are those of the schemas; the prefixes
 * are those of the published examples. The one failure is a full buffer, which the caller asks for
 * at the end.
 */
#include "proto/cti_encode.h"

#include "proto/base/xmlw.h"

#define CTI_NS "http://schema.broadsoft.com/CTI"
#define ENVELOPE_NS "http://schema.broadsoft.com/XspXMLInterface"
#define ENVELOPE_VERSION "20.0"
#define INT_MAX_OF_SCHEMA 2147483647

/* The root's start tag, and the requestId that all have. */
static void
cti_open(struct buf *b, const struct cti_spelling *s, const char *root, bool with_cti,
	struct str request_id)
{
	buf_char(b, '<');
	buf_cstr(b, root);
	buf_cstr(b, " version=\"");
	xmlw_text(b, str_of(s->envelope_version ? s->envelope_version : ENVELOPE_VERSION));
	buf_cstr(b, "\" xmlns:xsp=\"" ENVELOPE_NS "\"");
	if (with_cti)
		buf_cstr(b, " xmlns:cti=\"" CTI_NS "\"");
	buf_char(b, '>');
	xmlw_element(b, "requestId", request_id);
}

static void
cti_put_payload(struct buf *b, const char *name, struct str document)
{
	static const char open[] = "<?xml";

	if (document.n > sizeof(open) && memcmp(document.p, open, sizeof(open) - 1) == 0)
		str_cut(document, '>', &document);
	document = str_trim(document);
	if (document.n == 0) {
		xmlw_empty(b, name);
		return;
	}
	xmlw_open(b, name);
	buf_str(b, document);
	xmlw_close(b, name);
}

/* --- request ----------------------------------------------------------------------------- */

static void
cti_put_base64(struct buf *b, struct str s)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t three = (uint32_t)(uint8_t)s.p[i] << 16;

		if (i + 1 < s.n)
			three |= (uint32_t)(uint8_t)s.p[i + 1] << 8;
		if (i + 2 < s.n)
			three |= (uint8_t)s.p[i + 2];
		buf_char(b, digits[three >> 18]);
		buf_char(b, digits[three >> 12 & 63]);
		buf_char(b, i + 1 < s.n ? digits[three >> 6 & 63] : '=');
		buf_char(b, i + 2 < s.n ? digits[three & 63] : '=');
	}
}

static void
cti_put_credentials(struct buf *b, enum cti_credentials kind, struct str secret)
{
	switch (kind) {
	case CTI_CREDENTIALS_NONE: /* the schema wants one of the three all the same */
		xmlw_element(b, "authorization", STR_NONE);
		return;
	case CTI_CREDENTIALS_BASIC:
		xmlw_open(b, "credentials");
		cti_put_base64(b, secret);
		xmlw_close(b, "credentials");
		return;
	case CTI_CREDENTIALS_SSO:
		xmlw_open(b, "ssoCredentials");
		cti_put_base64(b, secret);
		xmlw_close(b, "ssoCredentials");
		return;
	case CTI_CREDENTIALS_AUTHORIZATION:
		xmlw_element(b, "authorization", secret);
		return;
	}
}

static void
cti_put_uri(struct buf *b, const struct cti_spelling *s, const struct cti_request *q)
{
	struct str rest = s->uri == CTI_URI_SUBSTITUTED ? q->uri : q->uri_template;

	xmlw_open(b, "uri");
	while (s->uri == CTI_URI_ESCAPED && rest.n > 0) {
		struct str piece = str_cut(rest, '%', NULL);

		xmlw_text(b, piece);
		rest.p += piece.n;
		rest.n -= piece.n;
		if (rest.n > 0) {
			buf_cstr(b, "%25");
			rest.p++;
			rest.n--;
		}
	}
	xmlw_text(b, rest);
	xmlw_close(b, "uri");
}

/* Names are of our own tables: they need no escape. */
static void
cti_put_params(struct buf *b, const struct cti_request *q)
{
	xmlw_open(b, "params");
	for (size_t i = 0; i < q->param_count; i++) {
		buf_char(b, '<');
		buf_str(b, q->params[i].name);
		buf_char(b, '>');
		xmlw_text(b, q->params[i].value);
		buf_cstr(b, "</");
		buf_str(b, q->params[i].name);
		buf_char(b, '>');
	}
	xmlw_close(b, "params");
}

static void
cti_put_element_tag(
	struct buf *b, const struct cti_spelling *s, const char *begin, const char *element)
{
	buf_cstr(b, begin);
	if (!s->request_is_plain)
		buf_cstr(b, "cti:");
	buf_cstr(b, element);
	buf_char(b, '>');
}

void
cti_put_request(struct buf *b, const struct cti_spelling *s, const struct cti_request *q)
{
	cti_open(b, s, "xsp:request", !s->request_is_plain, q->request_id);
	xmlw_element(b, "sessionId", q->session_id);
	cti_put_credentials(b, q->credentials, q->secret);
	cti_put_element_tag(b, s, "<", q->element);
	cti_put_uri(b, s, q);
	xmlw_element_z(b, "method", q->method);
	xmlw_element_z(b, "version", s->application_version ? s->application_version : "");
	cti_put_params(b, q);
	cti_put_payload(b, s->payload_is_qualified ? "xsp:payload" : "payload", q->payload);
	cti_put_element_tag(b, s, "</", q->element);
	xmlw_close(b, "xsp:request");
}

/* --- the others -------------------------------------------------------------------------- */

void
cti_put_event_response(
	struct buf *b, const struct cti_spelling *s, struct str request_id, struct str payload)
{
	cti_open(b, s, "xsp:eventResponse", false, request_id);
	cti_put_payload(b, "xsp:payload", payload);
	xmlw_close(b, "xsp:eventResponse");
}

void
cti_put_keepalive(
	struct buf *b, const struct cti_spelling *s, struct str request_id, uint32_t period)
{
	cti_open(b, s, "xsp:keepalive", false, request_id);
	xmlw_element_u64(b, "period", period);
	xmlw_close(b, "xsp:keepalive");
}

void
cti_put_keepalive_response(struct buf *b, const struct cti_spelling *s, struct str request_id)
{
	cti_open(b, s, "xsp:keepaliveResponse", false, request_id);
	xmlw_close(b, "xsp:keepaliveResponse");
}

uint32_t
cti_period_of_ms(int64_t ms, enum cti_period_unit unit)
{
	int64_t period = unit == CTI_PERIOD_S ? ms / 1000 + (ms % 1000 > 0) : ms;

	if (period < 1)
		return 1;
	return period < INT_MAX_OF_SCHEMA ? (uint32_t)period : INT_MAX_OF_SCHEMA;
}

int64_t
cti_period_to_ms(uint32_t period, enum cti_period_unit unit)
{
	return unit == CTI_PERIOD_S ? (int64_t)period * 1000 : period;
}
