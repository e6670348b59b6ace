/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values and small structures of Xsi documents: see xsi_decode_part.h.
 *
 * Failure modes: only the functions that return a code refuse anything. All others take a value
 * that is too long, no number, or not known as absent or unknown: nothing that the call model can
 * do without may cost a document.
 */
#include "proto/xsi_decode_part.h"

#include "proto/base/utf8.h"

/* --- values ------------------------------------------------------------------------------ */

int
xsi_part_refuse(const struct xsi_source *s, const char *element, const char *what)
{
	return err_set(s->err, E_MALFORMED, "%s %s", element, what);
}

struct str
xsi_part_text(const struct xml *x, uint32_t node, const char *name, size_t size)
{
	struct str text = xml_child_text(x, node, name);

	return text.n < size ? text : STR_NONE;
}

int
xsi_part_optional(
	const struct xsi_source *s, uint32_t node, const char *name, size_t size, struct str *out)
{
	struct str text = xml_child_text(s->xml, node, name);

	*out = text.n < size ? text : STR_NONE;
	return text.n < size ? E_OK : xsi_part_refuse(s, name, "is too long");
}

int
xsi_part_mandatory(
	const struct xsi_source *s, uint32_t node, const char *name, size_t size, struct str *out)
{
	int code = xsi_part_optional(s, node, name, size, out);

	if (code == E_OK && out->n == 0)
		return xsi_part_refuse(s, name, "is missing");
	return code;
}

int
xsi_part_expires(const struct xsi_source *s, uint32_t node, uint64_t *out)
{
	struct str text = xml_child_text(s->xml, node, "expires");

	*out = 0;
	if (text.n > 0 && !str_u64(text, INT64_MAX, out))
		return xsi_part_refuse(s, "expires", "is not a number");
	return E_OK;
}

struct str
xsi_part_type(const struct xml *x, uint32_t node)
{
	struct str rest;
	struct str first = str_cut(str_trim(xml_attribute(x, node, "type")), ':', &rest);

	return rest.n > 0 ? rest : first;
}

struct str
xsi_part_shorten(struct str s, size_t size)
{
	size_t n = 0;

	if (s.n < size)
		return s;
	while (n < s.n) {
		uint32_t character;
		size_t step = utf8_decode((struct str){ s.p + n, s.n - n }, &character);

		if (n + step >= size)
			break;
		n += step;
	}
	return (struct str){ s.p, n };
}

bool
xsi_part_number(const struct xml *x, uint32_t node, const char *name, uint64_t *out)
{
	uint32_t at = xml_child(x, node, name);
	uint32_t value = xml_child(x, at, "value");

	return str_u64(str_trim(xml_text(x, value == XML_NONE ? at : value)), INT64_MAX, out);
}

uint64_t
xsi_part_u64(const struct xml *x, uint32_t node, const char *name)
{
	uint64_t number = 0;

	return xsi_part_number(x, node, name, &number) ? number : 0;
}

uint32_t
xsi_part_u32(const struct xml *x, uint32_t node, const char *name)
{
	uint64_t number = xsi_part_u64(x, node, name);

	return number <= UINT32_MAX ? (uint32_t)number : 0;
}

enum xsi_flag
xsi_part_flag(const struct xml *x, uint32_t node, const char *name)
{
	uint32_t at = xml_child(x, node, name);
	struct str text = str_trim(xml_text(x, at));

	if (at == XML_NONE)
		return XSI_FLAG_NONE;
	return str_is(text, "false") || str_is(text, "0") ? XSI_FLAG_OFF : XSI_FLAG_ON;
}

bool
xsi_part_is_on(const struct xml *x, uint32_t node, const char *name)
{
	return xsi_part_flag(x, node, name) == XSI_FLAG_ON;
}

uint32_t
xsi_part_choice(const struct xml *x, uint32_t node, const char *name, struct xsi_names names)
{
	struct str text = xml_child_text(x, node, name);

	if (text.n == 0)
		return 0;
	for (uint32_t i = 1; i < names.count; i++)
		if (str_is(text, names.names[i]))
			return i;
	return names.count;
}

/* --- structures -------------------------------------------------------------------------- */

#define XX(name, text) [XSI_CALL_TYPE_##name] = (text),
static const char *const call_types[] = { XSI_CALL_TYPES(XX) };
#undef XX

#define XX(name, text) [XSI_REDIRECT_##name] = (text),
static const char *const redirect_reasons[] = { XSI_REDIRECT_REASONS(XX) };
#undef XX

void
xsi_part_party(const struct xml *x, uint32_t party, struct xsi_party *out)
{
	out->dn = xsi_part_text(x, party, "userDN", LIMIT_ADDRESS);
	out->address = xsi_part_text(x, party, "address", LIMIT_ADDRESS);
	if (out->address.n == 0)
		out->address = out->dn;
	out->user = xsi_part_text(x, party, "userId", LIMIT_USER_ID);
	out->name = xsi_part_shorten(xml_child_text(x, party, "name"), LIMIT_ADDRESS);
	out->type =
		(enum xsi_call_type)xsi_part_choice(x, party, "callType", XSI_NAMES(call_types));
	out->is_private = xsi_part_is_on(x, party, "privacy");
}

void
xsi_part_redirect(const struct xml *x, uint32_t node, struct xsi_redirect *out)
{
	uint32_t redirect = xml_child(x, node, "redirect");

	out->present = redirect != XML_NONE;
	out->address = xsi_part_text(x, redirect, "address", LIMIT_ADDRESS);
	out->reason = (enum xsi_redirect_reason)xsi_part_choice(
		x, redirect, "reason", XSI_NAMES(redirect_reasons));
	out->time_ms = xsi_part_u64(x, redirect, "redirectTime");
}

/* The list begins with the most recent one. */
void
xsi_part_redirected(const struct xml *x, uint32_t node, struct xsi_redirected *out)
{
	uint32_t list = xml_child(x, node, "redirections");
	uint32_t first = xml_child(x, list, "redirection");

	out->count = 0;
	for (uint32_t at = first; at != XML_NONE; at = xml_next(x, at))
		out->count += str_is(xml_name(x, at), "redirection");
	xsi_part_party(x, xml_child(x, first, "party"), &out->by);
	out->reason = (enum xsi_redirect_reason)xsi_part_choice(
		x, first, "reason", XSI_NAMES(redirect_reasons));
}

void
xsi_part_release(const struct xml *x, uint32_t cause, struct xsi_release *out)
{
	struct str text = xml_child_text(x, cause, "internalReleaseCause");

	if (text.n == 0)
		text = str_trim(xml_text(x, cause));
	out->cause = xsi_part_shorten(text, LIMIT_ADDRESS);
	out->cdr = xsi_part_text(x, cause, "cdrTerminationCause", LIMIT_ADDRESS);
	out->q850 = xsi_part_u32(x, cause, "q850Cause");
	out->sip = xsi_part_u32(x, cause, "sipStatus");
}

void
xsi_part_clear(struct xsi_event *out)
{
	memset(out, 0, offsetof(struct xsi_event, agent));
	memset(&out->agent, 0, offsetof(struct xsi_agent, joins));
	memset(&out->conference, 0, offsetof(struct xsi_conference, participants));
}
