/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP towards BroadWorks: see io_http.h.
 *
 * Happy path of a request: io_http_request() -> libcurl -> body gathered -> message "done" ->
 * HTTP_DONE. Of a stream: the same, but what arrives is handed on after each run of libcurl, and
 * the end is STREAM_CLOSED. A long answer is handed on like a stream, as HTTP_DATA, and ends like a request. Failures (no connection, time-out, too large, refused) are ends like
 * any other, with status 0 or the status of the answer and a text. libcurl sends a request a second
 * time when a kept connection ends before the first byte of an answer. What is not a GET might then
 * be executed twice: the second attempt is stopped before it is sent.
 */
#include "daemon/io_http.h"

#include "daemon/io_curl.h"
#include "proto/base/limits.h"
#include "proto/base/map.h"
#include "proto/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <utlist.h>

#define HTTP_STREAM_BYTES_MAX (8 * 1024 * 1024) /* of one run of libcurl */
#define HTTP_PIECE_BYTES \
	2048 /* libcurl reads a hundred of these in one go, so a turn has 200 kB of a long answer */
#define HTTP_IDLE_S_MAX 3 /* an XSP drops an idle connection after 4 s (its Keep-Alive header) */
#define HTTP_URL_BYTES_MAX 4096
#define HTTP_LOCATION_BYTES 2049 /* what is longer is no place we go to */
#define HTTP_AUTHORIZATION_BYTES 16384

struct transfer {
	struct io_http *h;
	CURL *easy;
	uint64_t id;
	bool is_stream;
	bool is_get;
	bool in_pieces; /* the answer is handed on while it comes, if it is a 2xx */
	bool too_large;
	bool dirty;       /* one with bytes to hand on */
	bool barred;      /* not to be sent: see bar_account() */
	uint64_t account; /* hash of what it authorises itself with; 0: nothing */
	unsigned attempts;
	uint64_t bytes; /* of the answer so far */
	struct buf body;
	struct curl_slist *headers;
	char location[HTTP_LOCATION_BYTES];
	char why[CURL_ERROR_SIZE];
	struct transfer *prev, *next; /* of its kind */
	struct transfer *dirty_prev, *dirty_next;
	UT_hash_handle hh; /* streams by id */
};

struct io_http {
	struct io_sink sink;
	const struct conf *conf;
	CURLSH *shares[LIMIT_XSPS];
	struct io_curl *request_curl, *stream_curl;
	struct transfer *requests;
	struct transfer *barred;  /* those that are not sent any more, to be answered */
	struct transfer *streams; /* map */
	struct transfer *dirty;
	size_t request_count;
	bool closing;
};

/* --- callbacks of libcurl --------------------------------------------------------------------- */

/* What is handed on costs no memory; all else is kept whole. */
static bool
may_grow(const struct transfer *x, bool hands_on)
{
	if (x->is_stream)
		return true;
	return x->bytes <= (hands_on ? (uint64_t)LIMIT_LIST_BYTES : x->h->conf->reply_bytes_max);
}

static size_t
on_body(char *p, size_t size, size_t count, void *arg)
{
	struct transfer *x = arg;
	size_t n = size * count;
	long status = 0;
	bool hands_on;

	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	if (x->is_stream && status != 200)
		return n; /* the text of a refusal: the status says enough */
	hands_on = x->is_stream || (x->in_pieces && status / 100 == 2);
	x->bytes += n;
	buf_put(&x->body, p, n);
	if (x->body.overflow || !may_grow(x, hands_on)) {
		x->too_large = true;
		return 0;
	}
	if (hands_on && !x->dirty) {
		x->dirty = true;
		DL_APPEND2(x->h->dirty, x, dirty_prev, dirty_next);
	}
	return n;
}

/* Where a redirect leads: as the server wrote it, since libcurl would already make a whole URL of it. */
static size_t
on_header(char *p, size_t size, size_t count, void *arg)
{
	static const char name[] = "location:";
	struct transfer *x = arg;
	struct str line = { p, size * count };

	if (line.n >= 5 && memcmp(p, "HTTP/", 5) == 0)
		x->location[0] = '\0'; /* of an answer before this one, as "100 Continue" */
	if (line.n < sizeof(name) || strncasecmp(p, name, sizeof(name) - 1) != 0)
		return line.n;
	line = str_trim((struct str){ p + sizeof(name) - 1, line.n - (sizeof(name) - 1) });
	if (!str_copy(x->location, sizeof(x->location), line))
		x->location[0] = '\0';
	return size * count;
}

static int
on_attempt(void *arg, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
	struct transfer *x = arg;

	(void)remote_ip;
	(void)local_ip;
	(void)remote_port;
	(void)local_port;
	return ++x->attempts > 1 && !x->is_get ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* --- transfers -------------------------------------------------------------------------------- */

static void
transfer_free(struct transfer *x)
{
	curl_easy_cleanup(x->easy);
	for (struct curl_slist *h = x->headers; h != NULL; h = h->next)
		explicit_bzero(h->data, strlen(h->data)); /* one of them is a secret */
	curl_slist_free_all(x->headers);
	buf_fini(&x->body);
	mem_free(x);
}

static void
set_method(CURL *easy, const char *method, struct str body)
{
	if (strcmp(method, "GET") == 0) {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
		return;
	}
	if (strcmp(method, "POST") == 0)
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
	else
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
	if (body.n > 0 || strcmp(method, "DELETE") != 0) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body.n > 0 ? body.p : "");
	}
}

static void
add_header(struct transfer *x, const char *line)
{
	struct curl_slist *longer = curl_slist_append(x->headers, line);

	if (longer != NULL)
		x->headers = longer;
}

static void
add_headers(struct transfer *x, struct str authorization)
{
	const struct conf *conf = x->h->conf;
	char line[HTTP_AUTHORIZATION_BYTES];

	add_header(x, "Content-Type: application/xml; charset=UTF-8");
	add_header(x, "Accept: application/xml, text/xml");
	add_header(x, "Expect:");
	if (conf->broadworks_version[0] != '\0') {
		snprintf(line, sizeof(line), "X-BroadWorks-Protocol-Version: %s",
			conf->broadworks_version);
		add_header(x, line);
	}
	if (authorization.n > 0 && authorization.n < sizeof(line) - 32) {
		snprintf(line, sizeof(line), "Authorization: %.*s", STR_ARG(authorization));
		add_header(x, line);
	}
	explicit_bzero(line, sizeof(line));
	curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
}

static void
set_link(CURL *easy, const struct conf_xsp *link)
{
	curl_easy_setopt(easy, CURLOPT_PROXY, link->proxy);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (link->ca_file[0] != '\0')
		curl_easy_setopt(easy, CURLOPT_CAINFO, link->ca_file);
	if (link->cert_file[0] != '\0') {
		curl_easy_setopt(easy, CURLOPT_SSLCERT, link->cert_file);
		curl_easy_setopt(easy, CURLOPT_SSLKEY, link->key_file);
	}
}

/* What holds for every transfer: who we are, and what libcurl must not do by itself. */
static void
set_common(struct transfer *x, uint32_t xsp)
{
	const struct conf *conf = x->h->conf;
	CURL *easy = x->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, x);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, x->why);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_attempt);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, x);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT,
		conf->user_agent[0] != '\0' ? conf->user_agent : "tandem/" TANDEM_VERSION);
	curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
	curl_easy_setopt(easy, CURLOPT_SHARE, x->h->shares[xsp]);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)HTTP_IDLE_S_MAX);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)conf->http_timeout_ms);
	set_link(easy, &conf->xsps[xsp]);
}

static void
set_pace(struct transfer *x, uint64_t ms)
{
	if (x->in_pieces) {
		curl_easy_setopt(x->easy, CURLOPT_BUFFERSIZE, (long)HTTP_PIECE_BYTES);
		curl_easy_setopt(x->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl_easy_setopt(x->easy, CURLOPT_LOW_SPEED_TIME, (long)((ms + 999) / 1000));
		ms = LIMIT_LIST_MS;
	}
	curl_easy_setopt(x->easy, CURLOPT_TIMEOUT_MS, (long)ms);
}

static void
set_stream(CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 15L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 5L);
}

static struct transfer *
transfer_new(struct io_http *h, const struct io_http_order *o, bool is_stream)
{
	struct transfer *x = mem_zalloc(sizeof(*x));
	const char *method = is_stream ? "POST" : o->method;
	struct str base = o->base;
	char url[HTTP_URL_BYTES_MAX];

	x->h = h;
	x->id = o->id;
	x->is_stream = is_stream;
	x->is_get = strcmp(method, "GET") == 0;
	x->in_pieces = o->in_pieces && !is_stream;
	buf_init(&x->body,
		is_stream || x->in_pieces ? HTTP_STREAM_BYTES_MAX : h->conf->reply_bytes_max);
	x->easy = curl_easy_init();
	if (base.n == 0 && o->xsp < h->conf->xsp_count)
		base = str_of(h->conf->xsps[o->xsp].base_url);
	if (x->easy == NULL || o->xsp >= h->conf->xsp_count || base.n + o->path.n >= sizeof(url)) {
		transfer_free(x);
		return NULL;
	}
	snprintf(url, sizeof(url), "%.*s%.*s", STR_ARG(base), STR_ARG(o->path));
	curl_easy_setopt(x->easy, CURLOPT_URL, url);
	set_common(x, o->xsp);
	add_headers(x, o->authorization);
	if (o->authorization.n > 0)
		x->account = map_hash(o->authorization.p, o->authorization.n) | 1;
	set_method(x->easy, method, o->body);
	if (is_stream)
		set_stream(x->easy);
	return x;
}

/* --- results ---------------------------------------------------------------------------------- */

static void
emit_end(struct io_http *h, const struct node_event *end)
{
	if (!h->closing)
		io_emit(&h->sink, end);
}

static void
emit_failed(struct io_http *h, bool is_stream, uint64_t id, const char *why)
{
	emit_end(h,
		&(struct node_event){ .kind = is_stream ? NODE_EV_STREAM_CLOSED : NODE_EV_HTTP_DONE,
			.id = id,
			.text = str_of(why) });
}

/* Takes the transfer off every list and out of libcurl; it stays to be read, then freed. */
static void
detach(struct transfer *x)
{
	struct io_http *h = x->h;

	curl_multi_remove_handle(
		io_curl_multi(x->is_stream ? h->stream_curl : h->request_curl), x->easy);
	if (x->dirty)
		DL_DELETE2(h->dirty, x, dirty_prev, dirty_next);
	x->dirty = false;
	if (x->is_stream) {
		HASH_DEL(h->streams, x);
	} else {
		if (x->barred)
			DL_DELETE(h->barred, x);
		else
			DL_DELETE(h->requests, x);
		h->request_count--;
	}
}

static const char *
reason(const struct transfer *x, CURLcode result)
{
	if (x->too_large)
		return "more bytes than allowed";
	if (x->barred)
		return "not sent: the account was refused a moment ago";
	if (result == CURLE_ABORTED_BY_CALLBACK)
		return "the connection ended before an answer came; not sent again";
	if (result == CURLE_OK)
		return x->is_stream ? "ended by the server" : "";
	return x->why[0] != '\0' ? x->why : curl_easy_strerror(result);
}

static uint32_t
retry_after_s(CURL *easy)
{
	curl_off_t s = 0;

	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &s);
	return s <= 0 ? 0 : s < 86400 ? (uint32_t)s : 86400;
}

/*
 * BroadWorks locks an account that is refused too often. What waits for a connection with the words that were refused just
 * now is not sent any more, and counts as refused like the one that went.
 */
static void
bar_account(struct io_http *h, uint64_t account)
{
	struct transfer *x, *next;

	DL_FOREACH_SAFE(h->requests, x, next) {
		if (account == 0 || x->account != account || x->attempts > 0)
			continue;
		DL_DELETE(h->requests, x);
		x->barred = true;
		DL_APPEND(h->barred, x);
	}
}

static void
finish(struct transfer *x, CURLcode result)
{
	struct io_http *h = x->h;
	long status = 0;

	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	detach(x);
	if (x->is_stream)
		status = status == 200 ? 0 : status;
	else if (result != CURLE_OK)
		status = x->barred ? 401 : 0;
	if (status == 401 && !x->barred)
		bar_account(h, x->account);
	emit_end(h,
		&(struct node_event){
			.kind = x->is_stream ? NODE_EV_STREAM_CLOSED : NODE_EV_HTTP_DONE,
			.id = x->id,
			.number = (uint64_t)status,
			.bytes = status != 0 && !x->is_stream ? buf_as_str(&x->body) : STR_NONE,
			.text = str_of(reason(x, result)),
			.text2 = str_of(x->location),
			.retry_after_s = retry_after_s(x->easy) });
	transfer_free(x);
}

/* The bytes are moved out first: while the node reads them it may close this very stream. */
static void
hand_on(struct io_http *h)
{
	while (h->dirty != NULL) {
		struct transfer *x = h->dirty;
		struct buf bytes = x->body;
		uint64_t id = x->id;
		bool is_stream = x->is_stream;

		x->dirty = false;
		DL_DELETE2(h->dirty, x, dirty_prev, dirty_next);
		buf_init(&x->body, HTTP_STREAM_BYTES_MAX);
		io_emit(&h->sink,
			&(struct node_event){
				.kind = is_stream ? NODE_EV_STREAM_DATA : NODE_EV_HTTP_DATA,
				.id = id,
				.bytes = buf_as_str(&bytes) });
		buf_fini(&bytes);
	}
}

static void
collect(struct io_http *h, struct io_curl *c)
{
	CURLMsg *m;
	int left;

	while (!h->closing && (m = curl_multi_info_read(io_curl_multi(c), &left)) != NULL) {
		char *x = NULL;
		CURLcode result = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &x);
		finish((struct transfer *)(void *)x, result);
	}
	while (h->barred != NULL)
		finish(h->barred, CURLE_ABORTED_BY_CALLBACK);
}

static void
on_ran(void *arg)
{
	struct io_http *h = arg;

	if (h->closing)
		return;
	hand_on(h);
	collect(h, h->stream_curl);
	collect(h, h->request_curl);
}

/* --- orders ----------------------------------------------------------------------------------- */

void
io_http_request(struct io_http *h, const struct io_http_order *o)
{
	struct transfer *x;

	if (h->request_count >= IO_HTTP_REQUESTS_MAX) {
		emit_failed(h, false, o->id, "too many requests");
		return;
	}
	x = transfer_new(h, o, false);
	if (x == NULL) {
		emit_failed(h, false, o->id, "no such XSP, or the path is too long");
		return;
	}
	set_pace(x, o->timeout_ms);
	DL_APPEND(h->requests, x);
	h->request_count++;
	if (curl_multi_add_handle(io_curl_multi(h->request_curl), x->easy) != CURLM_OK)
		finish(x, CURLE_FAILED_INIT);
}

static struct transfer *
find_stream(struct io_http *h, uint64_t id)
{
	struct transfer *x;

	HASH_FIND(hh, h->streams, &id, sizeof(id), x);
	return x;
}

void
io_http_open_stream(struct io_http *h, const struct io_http_order *o)
{
	struct transfer *x = find_stream(h, o->id) ? NULL : transfer_new(h, o, true);

	if (x == NULL) {
		emit_failed(
			h, true, o->id, "no such XSP, the path is too long, or the id is in use");
		return;
	}
	HASH_ADD(hh, h->streams, id, sizeof(x->id), x);
	if (curl_multi_add_handle(io_curl_multi(h->stream_curl), x->easy) != CURLM_OK)
		finish(x, CURLE_FAILED_INIT);
}

void
io_http_close_stream(struct io_http *h, uint64_t id)
{
	struct transfer *x = find_stream(h, id);

	if (x == NULL)
		return;
	detach(x);
	transfer_free(x);
	emit_failed(h, true, id, "closed by us");
}

/* --- life ------------------------------------------------------------------------------------- */

static bool
make_shares(struct io_http *h)
{
	for (uint32_t i = 0; i < h->conf->xsp_count; i++) {
		h->shares[i] = curl_share_init();
		if (h->shares[i] == NULL)
			return false;
		curl_share_setopt(h->shares[i], CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
		curl_share_setopt(h->shares[i], CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	}
	return true;
}

struct io_http *
io_http_new(const struct io_sink *sink, const struct conf *conf, struct err *e)
{
	struct io_http *h;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		err_set(e, E_IO, "libcurl cannot start");
		return NULL;
	}
	h = mem_zalloc(sizeof(*h));
	h->sink = *sink;
	h->conf = conf;
	h->request_curl = io_curl_new(sink->loop, on_ran, h);
	h->stream_curl = io_curl_new(sink->loop, on_ran, h);
	if (h->request_curl == NULL || h->stream_curl == NULL || !make_shares(h)) {
		err_set(e, E_IO, "libcurl has no memory");
		io_http_close(h);
		io_http_free(h);
		return NULL;
	}
	curl_multi_setopt(io_curl_multi(h->request_curl), CURLMOPT_MAX_HOST_CONNECTIONS,
		(long)conf->connections_max);
	curl_multi_setopt(io_curl_multi(h->request_curl), CURLMOPT_MAXCONNECTS,
		(long)(conf->connections_max * conf->xsp_count));
	return h;
}

void
io_http_close(struct io_http *h)
{
	struct transfer *x, *next;

	h->closing = true;
	DL_CONCAT(h->requests, h->barred);
	h->barred = NULL;
	DL_FOREACH_SAFE(h->requests, x, next) {
		x->barred = false;
		detach(x);
		transfer_free(x);
	}
	HASH_ITER(hh, h->streams, x, next) {
		detach(x);
		transfer_free(x);
	}
	if (h->request_curl != NULL)
		io_curl_close(h->request_curl);
	if (h->stream_curl != NULL)
		io_curl_close(h->stream_curl);
}

void
io_http_free(struct io_http *h)
{
	for (size_t i = 0; i < LIMIT_XSPS; i++)
		if (h->shares[i] != NULL)
			curl_share_cleanup(h->shares[i]);
	mem_free(h);
	curl_global_cleanup();
}
