/* SPDX-License-Identifier: Apache-2.0 */
/* The few forms of a reply. No failure modes. */
#include "tests/bwsim/bws_reply.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_parse.h"

#include <stdlib.h>
#include <string.h>

static void
set_type(struct bws_req *r, const char *type)
{
	free(r->content_type);
	r->content_type = bws_util_strdup(type);
}

void
bws_reply_empty(struct bws_req *r, int status)
{
	r->status = status;
}

void
bws_reply_xml(struct bws_req *r, int status)
{
	r->status = status;
	set_type(r, r->w->knobs.content_type);
}

/* What is no ErrorInfo. */
static void
odd_error(struct bws_req *r, int64_t form)
{
	if (form == 1)
		return;
	bws_buf_str(&r->reply,
		form == 2 ? "<html><body><h1>Error</h1><p>Sorry.<br></body></html>" :
			    "<?xml version=\"1.0\"?><ErrorInfo><summary>cut of");
	set_type(r, form == 2 ? "text/html" : "application/xml");
}

void
bws_reply_error(struct bws_req *r, int status, int code, const char *text)
{
	const struct bws_knobs *k = &r->w->knobs;
	struct bws_buf type = { 0 };

	if (status == 403 &&
		(code == BWS_ERR_UNKNOWN_SET || code == BWS_ERR_UNKNOWN_SUBSCRIPTION ||
			code == BWS_ERR_UNKNOWN_CHANNEL))
		status = (int)k->unknown_status;
	if (code == BWS_ERR_LIMIT)
		code = (int)k->limit_code;
	r->status = status;
	bws_buf_free(&r->reply);
	if (k->error_body) {
		odd_error(r, k->error_body);
		return;
	}
	if (k->error_latin)
		text = "Fehler: unzul\xe4ssig";
	bws_doc_error(&r->reply, r->w->knobs.error_charset, code, text);
	bws_buf_fmt(&type, "application/xml;charset=%s", r->w->knobs.error_charset);
	set_type(r, type.p);
	bws_buf_free(&type);
}

void
bws_reply_challenge(struct bws_req *r)
{
	struct bws_buf value = { 0 };

	r->status = 401;
	bws_buf_fmt(&value, "Basic realm=\"%s\"", r->w->knobs.realm);
	bws_req_add_header(r, "WWW-Authenticate", value.p);
	bws_buf_free(&value);
}

void
bws_reply_wrong_method(struct bws_req *r)
{
	bws_reply_error(r, 405, BWS_ERR_METHOD, "Method not allowed");
}

void
bws_reply_unknown_resource(struct bws_req *r)
{
	bws_reply_error(r, 404, BWS_ERR_UNKNOWN_RESOURCE, "Unknown resource");
}

int
bws_reply_parse(struct bws_req *r, const char *root, const char *const *names, char **values)
{
	char err[160];

	if (bws_parse_fields(
		    bws_buf_text(&r->body), r->body.n, root, names, values, err, sizeof(err)) == 0)
		return 0;
	bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, err);
	return -1;
}

void
bws_reply_wrong_state(struct bws_req *r, const char *text)
{
	bws_reply_error(r, (int)r->w->knobs.wrong_state_status, BWS_ERR_CALL_STATE, text);
}

int
bws_reply_address(struct bws *w, struct bws_req *r, const char *address, char *out, size_t len)
{
	struct bws_user *u = NULL;
	char uri[64];

	if (!address || !*address || strlen(address) >= len ||
		bws_user_resolve(w, address, &u, uri, sizeof(uri)) == BWS_ADDRESS_BAD) {
		bws_reply_error(r, 400, BWS_ERR_BAD_ADDRESS, "address: missing or wrong");
		return -1;
	}
	snprintf(out, len, "%s", address);
	return 0;
}

struct bws_user *
bws_reply_virtual(struct bws *w, struct bws_req *r, const char *id, enum bws_user_kind kind)
{
	struct bws_user *u = bws_user_by_id(w, id);

	bws_req_set_about(r, id);
	if (bws_as_is_down(w))
		bws_reply_error(r, 500, BWS_ERR_AS_DOWN, "The application server does not answer");
	else if (!u || u->kind != kind)
		bws_reply_error(r, 404, BWS_ERR_UNKNOWN_USER, "Unknown user");
	else if (!bws_account_may(w, r->login, u))
		bws_reply_error(r, 403, BWS_ERR_OUT_OF_SCOPE, "The user is out of scope");
	else
		return u;
	return NULL;
}
