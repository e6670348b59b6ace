/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the CTI envelope: see cti_decode.h.
 *
 * Happy path: cti_split.h cuts out what the envelope carries; the rest, now small, goes through the
 * XML reader; the fields are picked by local name.
 *
 * Failure: a document that is too long, that does not nest or is not well-formed, a field that is
 * missing or too long. What could be read is left in the message, so that an answer with a broken
 * payload still finds its request.
 */
#include "proto/cti_decode.h"

#include "proto/base/limits.h"
#include "proto/cti_split.h"

static const struct {
	const char *root;
	enum cti_kind kind;
} kinds[] = {
	{ "event", CTI_EVENT },
	{ "response", CTI_RESPONSE },
	{ "keepalive", CTI_KEEPALIVE },
	{ "keepaliveResponse", CTI_KEEPALIVE_RESPONSE },
	{ "request", CTI_REQUEST },
	{ "eventResponse", CTI_EVENT_RESPONSE },
};

static enum cti_kind
cti_kind_of(struct str root)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_is(root, kinds[i].root))
			return kinds[i].kind;
	return CTI_UNKNOWN;
}

/* The first error counts for the person who reads `e`, this one for the caller. */
static int
cti_fail(struct err *e, int code, const char *why)
{
	err_set(e, code, "%s", why);
	return code;
}

/* --- fields ------------------------------------------------------------------------------ */

static int
cti_read_id(const struct xml *x, const char *name, struct str *out, struct err *e)
{
	struct str text = xml_child_text(x, xml_root(x), name);

	if (text.n >= LIMIT_BW_ID)
		return cti_fail(e, E_LIMIT, "a requestId or sessionId that is too long");
	*out = text;
	return E_OK;
}

static int
cti_read_response(const struct xml *x, struct cti_msg *m, struct err *e)
{
	uint64_t status = 0;
	struct str text = xml_child_text(x, xml_root(x), "statusCode");

	if (m->request_id.n == 0)
		return cti_fail(e, E_MALFORMED, "a response without requestId");
	if (!str_u64(text, 999, &status) || status < 100)
		return cti_fail(e, E_MALFORMED, "a response without a status");
	m->status = (uint32_t)status;
	m->reason = xml_child_text(x, xml_root(x), "reason");
	return E_OK;
}

static void
cti_read_keepalive(const struct xml *x, struct cti_msg *m)
{
	uint64_t period = 0;

	m->has_period = str_u64(xml_child_text(x, xml_root(x), "period"), INT32_MAX, &period);
	m->period = (uint32_t)period;
}

/* The request element is the child that has children, whatever its name. */
static int
cti_read_request(const struct xml *x, struct cti_msg *m, struct err *e)
{
	static const char *const secrets[] = { "credentials", "ssoCredentials", "authorization" };
	uint32_t root = xml_root(x);
	uint32_t at = xml_first(x, root);

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		uint32_t node = xml_child(x, root, secrets[i]);

		if (node == XML_NONE)
			continue;
		m->credentials_kind = str_of(secrets[i]);
		m->credentials = str_trim(xml_text(x, node));
	}
	while (at != XML_NONE && xml_first(x, at) == XML_NONE)
		at = xml_next(x, at);
	if (at == XML_NONE)
		return cti_fail(e, E_MALFORMED, "a request without a request element");
	m->element = xml_name(x, at);
	m->uri = xml_child_text(x, at, "uri");
	m->method = xml_child_text(x, at, "method");
	m->application_version = xml_child_text(x, at, "version");
	m->params = xml_first(x, xml_child(x, at, "params"));
	return E_OK;
}

static int
cti_read_kind(const struct xml *x, struct cti_msg *m, struct err *e)
{
	switch (m->kind) {
	case CTI_RESPONSE:
		return cti_read_response(x, m, e);
	case CTI_EVENT:
		return m->payload.n > 0 ? E_OK :
					  cti_fail(e, E_MALFORMED, "an event without payload");
	case CTI_KEEPALIVE:
		cti_read_keepalive(x, m);
		return E_OK;
	case CTI_REQUEST:
		return cti_read_request(x, m, e);
	case CTI_EVENT_RESPONSE:
	case CTI_KEEPALIVE_RESPONSE:
	case CTI_UNKNOWN:
		break;
	}
	return E_OK;
}

/* --- the document ------------------------------------------------------------------------ */

/* Reads the document without its hole. */
static int
cti_read_envelope(struct xml *reader, struct str before, struct str after, struct err *e)
{
	struct buf joined;
	int code;

	if (after.n == 0)
		return xml_read(reader, before.p, before.n, e);
	buf_init(&joined, LIMIT_XML_DOC_BYTES);
	buf_str(&joined, before);
	buf_str(&joined, after);
	code = xml_read(reader, joined.p, joined.n, e);
	buf_fini(&joined);
	return code;
}

int
cti_decode(struct xml *reader, struct str document, struct buf *payload, struct cti_msg *out,
	struct err *e)
{
	struct str before = STR_NONE;
	struct str after = STR_NONE;
	uint32_t root;
	int code;

	*out = (struct cti_msg){ .params = XML_NONE };
	buf_reset(payload);
	if (document.n > LIMIT_XML_DOC_BYTES)
		return cti_fail(e, E_LIMIT, "a document that is too long");
	code = cti_split(document, &before, &after, payload, e);
	if (code == E_OK)
		code = cti_read_envelope(reader, before, after, e);
	if (code != E_OK)
		return code;
	root = xml_root(reader);
	out->root = xml_name(reader, root);
	out->kind = cti_kind_of(out->root);
	out->version = xml_attribute(reader, root, "version");
	out->payload = buf_as_str(payload);
	code = cti_read_id(reader, "requestId", &out->request_id, e);
	if (code == E_OK)
		code = cti_read_id(reader, "sessionId", &out->session_id, e);
	return code == E_OK ? cti_read_kind(reader, out, e) : code;
}

bool
cti_param_next(const struct xml *reader, const struct cti_msg *m, uint32_t *at, struct str *name,
	struct str *value)
{
	uint32_t node = *at == 0 ? m->params : xml_next(reader, *at);

	if (node == XML_NONE)
		return false;
	*at = node;
	*name = xml_name(reader, node);
	*value = str_trim(xml_text(reader, node));
	return true;
}
