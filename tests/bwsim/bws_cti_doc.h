/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_CTI_DOC_H
#define TANDEM_TESTS_BWSIM_BWS_CTI_DOC_H

#include "tests/bwsim/bws_util.h"

#include <stdbool.h>
#include <stddef.h>

struct bws;

/* Documents of the CTI envelope, read and written. */

enum bws_cti_kind {
	BWS_CTI_REQUEST,
	BWS_CTI_EVENT_RESPONSE,
	BWS_CTI_KEEPALIVE,
	BWS_CTI_KEEPALIVE_RESPONSE
};

enum bws_cti_login {
	BWS_CTI_LOGIN_NONE,
	BWS_CTI_LOGIN_CREDENTIALS,
	BWS_CTI_LOGIN_SSO,
	BWS_CTI_LOGIN_AUTHORIZATION
};

#define BWS_CTI_PARAMS_MAX 24

struct bws_cti_param {
	char *name;
	char *value;
};

/* A document of a client; texts are "" when absent. */
struct bws_cti_msg {
	enum bws_cti_kind kind;
	char *request_id;
	char *session_id;
	enum bws_cti_login login_kind;
	char *login; /* text of the credentials, as sent */
	char *name;  /* local name of the request element */
	char *method;
	char *path;          /* decoded, params put in, without query */
	struct bws_buf body; /* the innermost payload as a document of its own */
	struct bws_cti_param params[BWS_CTI_PARAMS_MAX]; /* of the query and of params */
	size_t param_count;
	unsigned spelling; /* how it was written: bits of the knob cti_accept */
};

/* Reads @doc. Returns 0 (free with bws_cti_msg_free()) or -1 with a sentence in @err. */
int bws_cti_doc_read(struct bws_cti_msg *m, const char *doc, size_t len, char *err, size_t err_len);

/* False for a request in one of the other spellings, which the schema does not know. */
bool bws_cti_doc_is_schema_form(const struct bws_cti_msg *m);

void bws_cti_msg_free(struct bws_cti_msg *m);

/* Writes a response around the @len bytes at @payload (a document, its declaration is left out). */
void bws_cti_doc_response(const struct bws *w, struct bws_buf *b, const struct bws_cti_msg *m,
	int status, const char *payload, size_t len);

void bws_cti_doc_event(
	const struct bws *w, struct bws_buf *b, unsigned serial, const char *payload, size_t len);

void bws_cti_doc_keepalive(const struct bws *w, struct bws_buf *b, unsigned serial);

void bws_cti_doc_keepalive_response(const struct bws *w, struct bws_buf *b, const char *request_id);

#endif
