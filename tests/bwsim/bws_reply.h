/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_REPLY_H
#define TANDEM_TESTS_BWSIM_BWS_REPLY_H

#include "tests/bwsim/bws_user.h"

#include <stddef.h>

struct bws;
struct bws_req;
struct bws_user;

/*
 * Error codes of ErrorInfo. The first two were seen from real servers; the catalogue is not
 * public, the others are our own.
 */
#define BWS_ERR_UNKNOWN_SET 110842
#define BWS_ERR_UNKNOWN_SUBSCRIPTION 110862
#define BWS_ERR_UNKNOWN_CHANNEL 110841
#define BWS_ERR_BAD_REQUEST 100001
#define BWS_ERR_BAD_PACKAGE 100002
#define BWS_ERR_LIMIT 100003
#define BWS_ERR_OVERLOAD 100004
#define BWS_ERR_AS_DOWN 100005
#define BWS_ERR_OUT_OF_SCOPE 100006
#define BWS_ERR_UNKNOWN_RESOURCE 100007
#define BWS_ERR_METHOD 100008
#define BWS_ERR_UNKNOWN_CALL 100009
#define BWS_ERR_CALL_STATE 100010
#define BWS_ERR_UNKNOWN_USER 100011
#define BWS_ERR_BAD_ADDRESS 100012
#define BWS_ERR_NOTHING 100013

/* A reply without a body. */
void bws_reply_empty(struct bws_req *r, int status);

/* A reply whose body the caller has written to r->reply; sets the Content-Type. */
void bws_reply_xml(struct bws_req *r, int status);

/* ErrorInfo with a code and an English sentence. */
void bws_reply_error(struct bws_req *r, int status, int code, const char *text);

/* 405. */
void bws_reply_wrong_method(struct bws_req *r);

/* 404 for a URI that nobody knows. */
void bws_reply_unknown_resource(struct bws_req *r);

/* Reads the body as bws_parse_fields() does; answers 400 and returns -1 when it is wrong. */
int bws_reply_parse(struct bws_req *r, const char *root, const char *const *names, char **values);

/* The knob wrong_state_status with a sentence. */
void bws_reply_wrong_state(struct bws_req *r, const char *text);

/* Copies @address when it is one that can be dialled; answers 400 and returns -1 otherwise (NULL is
 * none). */
int bws_reply_address(struct bws *w, struct bws_req *r, const char *address, char *out, size_t len);

/* The virtual user of that id and kind for whom the login may act; answers 404, 403 or 500 and returns
 * NULL otherwise. */
struct bws_user *bws_reply_virtual(
	struct bws *w, struct bws_req *r, const char *id, enum bws_user_kind kind);

/* 401 with the Basic challenge. */
void bws_reply_challenge(struct bws_req *r);

#endif
