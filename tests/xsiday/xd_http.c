/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests with libcurl, one after the other.
 *
 * Failure: a transfer that does not end in a reply is a complaint about the server.
 */
#include "tests/xsiday/xd_http.h"

#include <string.h>

#define TIMEOUT_S 30L

void
xd_http_open(struct xd_host *h, const char *base, const char *login, bool challenge)
{
	xd_copy(h->base, sizeof(h->base), base);
	xd_copy(h->login, sizeof(h->login), login);
	h->challenge = challenge;
	h->easy = curl_easy_init();
	h->cookies = curl_share_init();
	if (!h->easy || !h->cookies)
		xd_die("libcurl does not start");
	curl_share_setopt(h->cookies, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
}

void
xd_http_close(struct xd_host *h)
{
	curl_easy_cleanup(h->easy);
	curl_share_cleanup(h->cookies);
}

void
xd_http_prepare(struct xd_host *h, CURL *easy, const char *method, const char *path,
	const char *body, struct curl_slist *headers)
{
	char url[1000];

	snprintf(url, sizeof(url), "%s%s", h->base, path);
	curl_easy_reset(easy);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(easy, CURLOPT_USERPWD, h->login);
	curl_easy_setopt(
		easy, CURLOPT_HTTPAUTH, h->challenge ? (long)CURLAUTH_ANY : (long)CURLAUTH_BASIC);
	curl_easy_setopt(easy, CURLOPT_SHARE, h->cookies);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTREDIR, (long)CURL_REDIR_POST_ALL);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	if (!body)
		return;
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body);
}

static size_t
on_body(char *p, size_t size, size_t count, void *arg)
{
	xd_text_add(arg, p, size * count);
	return size * count;
}

static size_t
on_header(char *p, size_t size, size_t count, void *arg)
{
	struct xd_reply *r = arg;

	if (size * count > 12 && strncmp(p, "HTTP/1.1 401", 12) == 0) {
		r->challenges++;
		r->body.n = 0;
	}
	return size * count;
}

struct xd_reply
xd_http(struct xd_host *h, const char *method, const char *path, const char *body)
{
	struct curl_slist *headers =
		curl_slist_append(NULL, "Content-Type: application/xml; charset=UTF-8");
	struct xd_reply r = { 0 };
	char *type = NULL;
	CURLcode code;

	xd_http_prepare(h, h->easy, method, path, body, headers);
	curl_easy_setopt(h->easy, CURLOPT_TIMEOUT, TIMEOUT_S);
	curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, &r.body);
	curl_easy_setopt(h->easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(h->easy, CURLOPT_HEADERDATA, &r);
	code = curl_easy_perform(h->easy);
	if (code != CURLE_OK)
		xd_complain(r.body.p, "%s %s: %s", method, path, curl_easy_strerror(code));
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &r.status);
	curl_easy_getinfo(h->easy, CURLINFO_CONTENT_TYPE, &type);
	if (type)
		xd_copy(r.content_type, sizeof(r.content_type), type);
	if (!r.body.p)
		xd_text_add(&r.body, "", 0);
	curl_slist_free_all(headers);
	return r;
}

void
xd_reply_free(struct xd_reply *r)
{
	xd_text_free(&r->body);
}
