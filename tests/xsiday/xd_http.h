/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_XSIDAY_XD_HTTP_H
#define TANDEM_TESTS_XSIDAY_XD_HTTP_H

#include "tests/xsiday/xd_text.h"

#include <curl/curl.h>
#include <stdbool.h>

#define XD_EVENTS "/com.broadsoft.xsi-events/v2.0"
#define XD_ASYNC "/com.broadsoft.async/com.broadsoft.xsi-events/v2.0"
#define XD_ACTIONS "/com.broadsoft.xsi-actions/v2.0"
#define XD_NS "xmlns=\"http://schema.broadsoft.com/xsi\""
#define XD_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

/* One XSP and the session with it: a connection, cookies, credentials. */
struct xd_host {
	char base[200]; /* http://address:port */
	char login[200];
	bool challenge; /* credentials only after a 401 */
	CURL *easy;
	CURLSH *cookies; /* shared with the stream of the host */
};

struct xd_reply {
	long status;
	struct xd_text body;
	char content_type[128];
	long challenges; /* 401 answers on the way */
};

void xd_http_open(struct xd_host *h, const char *base, const char *login, bool challenge);

void xd_http_close(struct xd_host *h);

/* A request; @body NULL = none. A reply always comes or the program complains. Free the reply. */
struct xd_reply xd_http(struct xd_host *h, const char *method, const char *path, const char *body);

void xd_reply_free(struct xd_reply *r);

/* Sets what every transfer to @h has in common: address, credentials, cookies. */
void xd_http_prepare(struct xd_host *h, CURL *easy, const char *method, const char *path,
	const char *body, struct curl_slist *headers);

#endif
