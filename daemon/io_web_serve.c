/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread of the status page: see io_web_serve.h.
 *
 * Happy path: the thread waits for libmicrohttpd's epoll descriptor, MHD_run() accepts, reads and calls on_request(), which
 * takes the newest snapshot and queues what http_answer() made of it. All callbacks run in this one thread, so nothing here
 * needs a lock.
 *
 * Failure: whoever breaks HTTP or a limit of size is answered, or cut off, by libmicrohttpd; who is too slow by
 * cut_off_slow(), which shuts the socket down and leaves the rest to libmicrohttpd.
 */
#include "daemon/io_web_serve.h"

#include "daemon/http_route.h"
#include "daemon/io_files.h"
#include "daemon/io_log.h"
#include "proto/base/check.h"
#include "proto/base/mem.h"
#include "proto/xml.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

#define SERVE_BACKLOG 64
#define SERVE_KEPT 12 /* answers */
#define SERVE_KEEP_US 1000000
#define SERVE_NICE 10 /* the loop goes first, where both want the same processor */

struct visitor {
	int fd;
	int64_t since_us; /* of the connection, or the answer before */
	TAILQ_ENTRY(visitor) link;
};

/* An answer to a path without a query, as long as its snapshot is the newest. */
struct kept {
	char path[24]; /* all those that are answered by 200 fit */
	int64_t snap_us, made_us;
	struct MHD_Response *response; /* NULL: free */
};

struct io_web_serve {
	const struct conf *conf;
	struct io_web_shared *shared;
	struct MHD_Daemon *http;
	int wake; /* written when the thread shall end */
	int port;
	int64_t start_wall_us;
	uv_thread_t thread;
	TAILQ_HEAD(, visitor) visitors; /* the one that waits longest first */
	bool left;                      /* one of them, since the last look */
	char libraries[128];
	struct kept kept[SERVE_KEPT];
};

static int64_t
now_us(void)
{
	return (int64_t)(uv_hrtime() / 1000);
}

/* --- what is known at the moment of a question ---------------------------------------------------- */

static int64_t
resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long long pages = -1;

	if (f == NULL)
		return -1;
	if (fscanf(f, "%*s %lld", &pages) != 1)
		pages = -1;
	fclose(f);
	return pages < 0 ? -1 : pages * sysconf(_SC_PAGESIZE);
}

static int64_t
open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int64_t count = 0;

	if (folder == NULL)
		return -1;
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count - 3; /* ".", "..", and the folder itself */
}

static void
look_at_process(struct http_now *now)
{
	struct rusage used;
	struct rlimit files;

	now->cpu_us = now->max_fds = -1;
	if (getrusage(RUSAGE_SELF, &used) == 0)
		now->cpu_us = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * INT64_C(1000000) +
			used.ru_utime.tv_usec + used.ru_stime.tv_usec;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0)
		now->max_fds = (int64_t)files.rlim_cur;
	now->rss_bytes = resident_bytes();
	now->open_fds = open_descriptors();
}

static struct http_now
look(const struct io_web_serve *v)
{
	int64_t turned_us = atomic_load_explicit(&v->shared->turned_us, memory_order_relaxed);
	struct http_now now = {
		.mono_us = now_us(), .start_wall_us = v->start_wall_us, .libraries = v->libraries
	};

	now.turn_age_us = turned_us == 0 ? -1 : now.mono_us - turned_us;
	if (turned_us != 0 && now.turn_age_us < 0)
		now.turn_age_us = 0; /* it turned just between the two looks */
	look_at_process(&now);
	return now;
}

static void
read_history(uint32_t lines, struct buf *out, void *arg)
{
	const struct io_web_serve *v = arg;
	struct err e = { 0 };

	if (io_files_read_history(v->conf->state_dir, lines, out, &e) != 0)
		buf_reset(out); /* a history that cannot be read is shown as none */
}

/* --- requests ------------------------------------------------------------------------------------- */

static bool
has_body(struct MHD_Connection *c)
{
	const char *length = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Length");

	return (length != NULL && strcmp(length, "0") != 0) ||
		MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Transfer-Encoding") != NULL;
}

static const char *
of_query(struct MHD_Connection *c, const char *key)
{
	return MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, key);
}

/*
 * Who asks often has the same answer until there is something new: it is made once for each snapshot. Health is not kept,
 * it depends on the moment.
 */
static bool
may_keep(const struct http_request *q)
{
	return !q->has_body && q->behind == NULL && q->digest == NULL && q->lines == NULL &&
		q->since == NULL && q->name == NULL &&
		(strcmp(q->method, "GET") == 0 || strcmp(q->method, "HEAD") == 0) &&
		(strncmp(q->path, "/v1/", 4) == 0 || strcmp(q->path, "/metrics") == 0 ||
			strcmp(q->path, "/part") == 0 || strcmp(q->path, "/") == 0);
}

/* NULL: has to be made. */
static struct MHD_Response *
find_kept(struct io_web_serve *v, const char *path, int64_t snap_us)
{
	int64_t now = now_us();

	for (size_t i = 0; i < SERVE_KEPT; i++) {
		struct kept *k = &v->kept[i];

		if (k->response != NULL && strcmp(k->path, path) == 0 && k->snap_us == snap_us &&
			now - k->made_us < SERVE_KEEP_US)
			return k->response;
	}
	return NULL;
}

/* Takes the response; it has the place of the one before of this path, or of the oldest. */
static void
keep(struct io_web_serve *v, const char *path, int64_t snap_us, struct MHD_Response *response)
{
	struct kept *k = &v->kept[0];

	for (size_t i = 0; i < SERVE_KEPT; i++) {
		if (strcmp(v->kept[i].path, path) == 0) {
			k = &v->kept[i];
			break;
		}
		if (v->kept[i].made_us < k->made_us)
			k = &v->kept[i];
	}
	if (k->response != NULL)
		MHD_destroy_response(k->response);
	snprintf(k->path, sizeof(k->path), "%s", path);
	k->snap_us = snap_us;
	k->made_us = now_us();
	k->response = response;
}

static void
drop_kept(struct io_web_serve *v)
{
	for (size_t i = 0; i < SERVE_KEPT; i++)
		if (v->kept[i].response != NULL)
			MHD_destroy_response(v->kept[i].response);
}

/* Takes the body of the answer; NULL without memory. */
static struct MHD_Response *
make_response(struct http_answer *a)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer_with_free_callback(a->body.n, a->body.p, mem_free);

	if (response == NULL) {
		buf_fini(&a->body);
		return NULL;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
	if (a->allow != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, a->allow);
	for (const struct http_header *h = http_headers; h->name != NULL; h++)
		MHD_add_response_header(response, h->name, h->value);
	return response;
}

static enum MHD_Result
answer(struct io_web_serve *v, struct MHD_Connection *c, struct http_request *q)
{
	const struct http_snap *s = http_swap_take(&v->shared->swap);
	bool may = may_keep(q);
	struct MHD_Response *response = may ? find_kept(v, q->path, s->at_us) : NULL;
	struct http_answer a;
	enum MHD_Result result;

	if (response != NULL)
		return MHD_queue_response(c, MHD_HTTP_OK, response);
	q->now = look(v);
	http_answer(s, q, &a);
	response = make_response(&a);
	if (response == NULL)
		return MHD_NO;
	result = MHD_queue_response(c, a.status, response);
	if (may && a.status == MHD_HTTP_OK)
		keep(v, q->path, s->at_us, response);
	else
		MHD_destroy_response(response);
	return result;
}

/*
 * Comes twice for each request: when its headers are there, and when all of it is. A body is not waited for: the answer to
 * the first call ends the connection.
 */
static enum MHD_Result
on_request(void *arg, struct MHD_Connection *c, const char *path, const char *method,
	const char *version, const char *body, size_t *body_bytes, void **seen)
{
	struct io_web_serve *v = arg;
	struct http_request q = { .method = method,
		.path = path,
		.has_body = has_body(c),
		.read_history = read_history,
		.events = io_log_ring(),
		.arg = v };

	(void)version;
	(void)body;
	(void)body_bytes;
	if (*seen == NULL && !q.has_body) {
		*seen = v;
		return MHD_YES;
	}
	q.behind = of_query(c, "behind");
	q.digest = of_query(c, "digest");
	q.lines = of_query(c, "lines");
	q.since = of_query(c, "since");
	q.name = of_query(c, "name");
	return answer(v, c, &q);
}

/* --- connections ---------------------------------------------------------------------------------- */

static void
on_connection(void *arg, struct MHD_Connection *c, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	struct io_web_serve *v = arg;
	const union MHD_ConnectionInfo *info;
	struct visitor *w = *context;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (w != NULL)
			TAILQ_REMOVE(&v->visitors, w, link);
		mem_free(w);
		v->left = true;
		*context = NULL;
		return;
	}
	info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	w = mem_zalloc(sizeof(*w));
	w->fd = info != NULL ? info->connect_fd : -1;
	w->since_us = now_us();
	TAILQ_INSERT_TAIL(&v->visitors, w, link);
	*context = w;
}

/* An answer was given: the time for the next one begins. */
static void
on_completed(void *arg, struct MHD_Connection *c, void **seen, enum MHD_RequestTerminationCode how)
{
	struct io_web_serve *v = arg;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct visitor *w = info != NULL ? info->socket_context : NULL;

	(void)how;
	*seen = NULL;
	if (w == NULL)
		return;
	TAILQ_REMOVE(&v->visitors, w, link);
	w->since_us = now_us();
	TAILQ_INSERT_TAIL(&v->visitors, w, link);
}

/* Returns in how many milliseconds the next one is due, -1 = none. */
static int
cut_off_slow(struct io_web_serve *v)
{
	int64_t limit_us = v->conf->http.request_ms * 1000, now = now_us();
	struct visitor *w;

	while ((w = TAILQ_FIRST(&v->visitors)) != NULL && now - w->since_us >= limit_us) {
		if (w->fd >= 0)
			shutdown(w->fd, SHUT_RDWR);
		/* libmicrohttpd sees the end and closes it; until then it is nobody's turn */
		w->since_us = now;
		TAILQ_REMOVE(&v->visitors, w, link);
		TAILQ_INSERT_TAIL(&v->visitors, w, link);
	}
	return w == NULL ? -1 : (int)((limit_us - (now - w->since_us)) / 1000 + 1);
}

/* --- the thread ----------------------------------------------------------------------------------- */

static int
sooner_ms(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

static int
mhd_timeout_ms(struct MHD_Daemon *http)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(http, &ms) != MHD_YES)
		return -1;
	return ms > 60000 ? 60000 : (int)ms;
}

static void
serve(void *arg)
{
	struct io_web_serve *v = arg;
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(v->http, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fds[2] = { { .fd = v->wake, .events = POLLIN }, { .events = POLLIN } };

	REQUIRE(info != NULL);
	fds[1].fd = info->epoll_fd;
	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), SERVE_NICE);
	while (fds[0].revents == 0) {
		int ms = sooner_ms(cut_off_slow(v), mhd_timeout_ms(v->http));

		if (poll(fds, 2, ms) < 0)
			fds[0].revents = 0;
		v->left = false;
		MHD_run(v->http);
		/* when one has left, whoever waits for his place is accepted by the next run, not by this one */
		if (v->left)
			MHD_run(v->http);
	}
}

/* Signals are the loop's. */
static int
start_thread(struct io_web_serve *v)
{
	sigset_t all, before;
	int result;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	result = uv_thread_create(&v->thread, serve, v);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return result;
}

/* --- life ----------------------------------------------------------------------------------------- */

static int
listen_error(const struct conf *conf, int fd, struct err *e)
{
	int error = errno;

	if (fd >= 0)
		close(fd);
	err_set(e, E_IO, "the status page cannot listen on %s port %u: %s", conf->http.address,
		(unsigned)conf->http.port, strerror(error));
	return -1;
}

/* The descriptor, or -1 with `e`. */
static int
listen_on(const struct conf *conf, int *port, struct err *e)
{
	struct sockaddr_storage at = { 0 };
	socklen_t n = sizeof(at);
	int fd, on = 1;

	if (uv_ip4_addr(conf->http.address, conf->http.port, (struct sockaddr_in *)&at) != 0 &&
		uv_ip6_addr(conf->http.address, conf->http.port, (struct sockaddr_in6 *)&at) != 0) {
		errno = EINVAL;
		return listen_error(conf, -1, e);
	}
	n = at.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		bind(fd, (struct sockaddr *)&at, n) != 0 || listen(fd, SERVE_BACKLOG) != 0 ||
		getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		return listen_error(conf, fd, e);
	*port = ntohs(at.ss_family == AF_INET ? ((struct sockaddr_in *)&at)->sin_port :
						((struct sockaddr_in6 *)&at)->sin6_port);
	return fd;
}

static struct MHD_Daemon *
start_http(struct io_web_serve *v, int fd)
{
	const struct conf_http *c = &v->conf->http;

	return MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, v,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)c->connections_max, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		(unsigned)c->per_address_max, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)(c->request_ms / 1000 + 1), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)LIMIT_HTTP_REQUEST_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, v, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, v, MHD_OPTION_END);
}

/* corosync does not say its version to its clients: it is that of the headers. */
static void
put_libraries(struct io_web_serve *v)
{
	char xml[16];

	xml_library_version(xml, sizeof(xml));
	snprintf(v->libraries, sizeof(v->libraries),
		"libuv=\"%s\",libmicrohttpd=\"%s\",libxml2=\"%s\",corosync=\"" TANDEM_COROSYNC "\"",
		uv_version_string(), MHD_get_version(), xml);
}

struct io_web_serve *
io_web_serve_start(const struct conf *conf, struct io_web_shared *shared, struct err *e)
{
	struct io_web_serve *v;
	uv_timeval64_t wall = { 0 };
	int port = 0, fd = listen_on(conf, &port, e);

	if (fd < 0)
		return NULL;
	v = mem_zalloc(sizeof(*v));
	v->conf = conf;
	v->shared = shared;
	v->port = port;
	TAILQ_INIT(&v->visitors);
	uv_gettimeofday(&wall);
	v->start_wall_us = wall.tv_sec * 1000000 + wall.tv_usec;
	put_libraries(v);
	v->wake = eventfd(0, EFD_CLOEXEC);
	v->http = v->wake >= 0 ? start_http(v, fd) : NULL;
	if (v->http == NULL)
		close(fd);
	else if (start_thread(v) == 0)
		return v;
	if (v->http != NULL)
		MHD_stop_daemon(v->http);
	if (v->wake >= 0)
		close(v->wake);
	mem_free(v);
	err_set(e, E_IO, "the thread of the status page cannot be started");
	return NULL;
}

int
io_web_serve_port(const struct io_web_serve *v)
{
	return v->port;
}

void
io_web_serve_stop(struct io_web_serve *v)
{
	uint64_t one = 1;

	/* an eventfd takes it whatever happens: its counter is at 0 */
	REQUIRE(write(v->wake, &one, sizeof(one)) == (ssize_t)sizeof(one));
	uv_thread_join(&v->thread);
	drop_kept(v);
	MHD_stop_daemon(v->http);
	close(v->wake);
	mem_free(v);
}
