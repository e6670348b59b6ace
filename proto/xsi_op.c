/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of requests: see xsi_op.h.
 *
 * The path column is read piece by piece: literal text is copied, a parameter is replaced by its
 * argument, in the way of the transport. Nothing fails but the buffer, which the caller asks for
 * at the end.
 */
#include "proto/xsi_op.h"

#include "proto/base/check.h"

const struct xsi_contexts xsi_default_contexts = {
	.async = "/com.broadsoft.async/com.broadsoft.xsi-events/v2.0",
	.events = "/com.broadsoft.xsi-events/v2.0",
	.actions = "/com.broadsoft.xsi-actions/v2.0",
};

enum xsi_context {
	XSI_async,
	XSI_events,
	XSI_actions
};

struct xsi_row {
	const char *name;
	const char *element;
	const char *method;
	enum xsi_context context;
	const char *path;
	const char *body;
};

static const struct xsi_row rows[] = { [XSI_OP_none] = { "none", "", "", XSI_events, "", "" },
#define XX(name, element, method, context, path, body) \
	[XSI_OP_##name] = { #name, element, #method, XSI_##context, path, body },
	XSI_OPS(XX)
#undef XX
};

static const struct xsi_row *
xsi_row(enum xsi_op op)
{
	REQUIRE((unsigned)op < XSI_OP_count);
	return &rows[op];
}

static const char *
xsi_text_or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

const char *
xsi_op_name(enum xsi_op op)
{
	return xsi_row(op)->name;
}

enum xsi_op
xsi_op_of_name(struct str name)
{
	for (int op = XSI_OP_none + 1; op < XSI_OP_count; op++)
		if (str_is(name, rows[op].name))
			return (enum xsi_op)op;
	return XSI_OP_none;
}

const char *
xsi_op_method(enum xsi_op op)
{
	return xsi_row(op)->method;
}

const char *
xsi_op_method_other(enum xsi_op op)
{
	return op == XSI_OP_disposition_tag || op == XSI_OP_disposition_tag_call ? "PUT" : NULL;
}

const char *
xsi_op_element(enum xsi_op op)
{
	return xsi_text_or_null(xsi_row(op)->element);
}

const char *
xsi_op_body(enum xsi_op op)
{
	return xsi_text_or_null(xsi_row(op)->body);
}

/* --- parameters -------------------------------------------------------------------------- */

static bool
xsi_take_flag(struct str *s, char flag)
{
	if (s->n == 0 || s->p[s->n - 1] != flag)
		return false;
	s->n--;
	return true;
}

/* The text between the braces. */
static struct xsi_param
xsi_param_read(struct str text, bool is_query)
{
	struct xsi_param param = { .is_query = is_query };

	param.is_http_only = xsi_take_flag(&text, '!');
	param.is_optional = xsi_take_flag(&text, '?');
	param.name = str_cut(text, '=', &param.http_name);
	if (param.http_name.n == 0)
		param.http_name = param.name;
	return param;
}

/*
 * The next piece of a path: literal text into `*literal`, or the parameter behind it. A parameter
 * of a query takes the '?' or '&' before it along, since it goes when the parameter goes. False at
 * the end.
 */
static bool
xsi_next_piece(struct str *rest, bool *in_query, struct str *literal, struct xsi_param *param)
{
	if (rest->n == 0)
		return false;
	*literal = str_cut(*rest, '{', NULL);
	*param = (struct xsi_param){ 0 };
	if (literal->n == rest->n) {
		*rest = STR_NONE;
		return true;
	}
	rest->p += literal->n + 1;
	rest->n -= literal->n + 1;
	*in_query = *in_query || xsi_take_flag(literal, '?');
	if (*in_query)
		xsi_take_flag(literal, '&');
	*param = xsi_param_read(str_cut(*rest, '}', rest), *in_query);
	return true;
}

int
xsi_op_param_count(enum xsi_op op)
{
	struct str rest = str_of(xsi_row(op)->path);
	struct str literal;
	struct xsi_param param;
	bool in_query = false;
	int count = 0;

	while (xsi_next_piece(&rest, &in_query, &literal, &param))
		count += param.name.n > 0;
	return count;
}

struct xsi_param
xsi_op_param(enum xsi_op op, int i)
{
	struct str rest = str_of(xsi_row(op)->path);
	struct str literal;
	struct xsi_param param;
	bool in_query = false;

	while (xsi_next_piece(&rest, &in_query, &literal, &param))
		if (param.name.n > 0 && i-- == 0)
			return param;
	check_die("a parameter that the row does not have", __FILE__, __LINE__);
}

/* --- paths ------------------------------------------------------------------------------- */

/* The unreserved characters of RFC 3986. */
static bool
xsi_is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '-' || c == '.' || c == '_' || c == '~';
}

/* Percent-encodes all but the unreserved characters and those of `literal`. */
static void
xsi_path_encode(struct buf *b, struct str s, const char *literal)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		uint8_t byte = (uint8_t)c;
		char code[3] = { '%', digits[byte >> 4], digits[byte & 15] };

		if (xsi_is_unreserved(c) || (c != '\0' && strchr(literal, c) != NULL))
			buf_char(b, c);
		else
			buf_put(b, code, sizeof(code));
	}
}

/* One identifier. The real clients leave '@' and ':' as they are, and RFC 3986 allows it. */
static void
xsi_path_segment(struct buf *b, struct str id)
{
	/* "." and ".." would be taken for steps in the path, by us or by a proxy */
	if (str_is(id, "."))
		buf_cstr(b, "%2E");
	else if (str_is(id, ".."))
		buf_cstr(b, "%2E%2E");
	else
		xsi_path_encode(b, id, "@:");
}

enum xsi_form {
	XSI_FORM_HTTP,
	XSI_FORM_CTI,
	XSI_FORM_TEMPLATE
};

static const char *
xsi_context(const struct xsi_contexts *c, enum xsi_context context, enum xsi_form form)
{
	if (context == XSI_actions)
		return c->actions;
	return context == XSI_async && form == XSI_FORM_HTTP ? c->async : c->events;
}

static void
xsi_put_template(struct buf *b, const struct xsi_param *param, char *separator)
{
	if (param->is_query) {
		buf_char(b, *separator);
		*separator = '&';
	}
	buf_char(b, '%');
	buf_str(b, param->name);
	buf_char(b, '%');
}

static void
xsi_put_argument(struct buf *b, const struct xsi_param *param, struct str arg, char *separator)
{
	if (arg.n == 0 && !param->is_optional)
		b->overflow = true;
	if (!param->is_query) {
		xsi_path_segment(b, arg);
	} else if (arg.n > 0) {
		buf_char(b, *separator);
		*separator = '&';
		buf_str(b, param->http_name);
		buf_char(b, '=');
		xsi_path_encode(b, arg, "");
	}
}

static void
xsi_put_uri(struct buf *b, const struct xsi_contexts *c, enum xsi_op op, const struct str *args,
	enum xsi_form form)
{
	const struct xsi_row *row = xsi_row(op);
	struct str rest = str_of(row->path);
	struct str literal;
	struct xsi_param param;
	bool in_query = false;
	char separator = '?';

	buf_reset(b);
	buf_cstr(b, xsi_context(c, row->context, form));
	for (int i = 0; xsi_next_piece(&rest, &in_query, &literal, &param);) {
		buf_str(b, literal);
		if (param.name.n == 0)
			continue;
		if (form == XSI_FORM_HTTP || !param.is_http_only) {
			if (form == XSI_FORM_TEMPLATE)
				xsi_put_template(b, &param, &separator);
			else
				xsi_put_argument(b, &param, args[i], &separator);
		}
		i++;
	}
	/* a NUL behind the text that does not count; the front of a path would name another thing */
	buf_char(b, '\0');
	b->n = b->overflow ? 0 : b->n - 1;
}

void
xsi_op_path(struct buf *b, const struct xsi_contexts *c, const struct xsi_request *q)
{
	xsi_put_uri(b, c, q->op, q->args, XSI_FORM_HTTP);
}

void
xsi_op_cti_path(struct buf *b, const struct xsi_contexts *c, const struct xsi_request *q)
{
	xsi_put_uri(b, c, q->op, q->args, XSI_FORM_CTI);
}

void
xsi_op_uri(struct buf *b, const struct xsi_contexts *c, enum xsi_op op)
{
	xsi_put_uri(b, c, op, NULL, XSI_FORM_TEMPLATE);
}
