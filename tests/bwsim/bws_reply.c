/* SPDX-License-Identifier: Apache-2.0 */
/* The few forms of a reply. No failure modes. */
#include "tests/bwsim/bws_reply.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_parse.h"

#include <stdlib.h>

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

void
bws_reply_error(struct bws_req *r, int status, int code, const char *text)
{
	struct bws_buf type = { 0 };

	r->status = status;
	bws_buf_free(&r->reply);
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
