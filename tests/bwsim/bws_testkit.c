/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tests' side of the simulator.
 *
 * Happy path: start, requests, streams, control, stop.
 * Failure modes: every step that does not work ends the test program (exit 3) with a line that
 * says which; the simulator is then killed by its parent-death signal.
 */
#include "tests/bwsim/bws_testkit.h"

#include "tests/bwsim/bws_ask.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 64
#define WAIT_MS 10000
#define QUIET_MS 150
#define TEST_S 60
#define ADMIN_BASIC "YWRtaW5AZGVtby5leGFtcGxlOnNlY3JldA==" /* admin@demo.example:secret */

static void
die(const char *what)
{
	fprintf(stderr, "testkit: %s: %s\n", what, strerror(errno));
	exit(3);
}

static int64_t
now_ms(void)
{
	return bws_util_mono_us() / 1000;
}

static void
run_program(const struct bws_kit *k, const char *const *knobs, int out)
{
	const char *build = getenv("BUILD");
	char program[300];
	const char *args[ARGS_MAX] = { "bwsim", "--listen", "xsp1=127.0.0.1:0", "--listen",
		"xsp2=127.0.0.1:0", "--users", "2000-2019@demo.example", "--admin",
		"admin@demo.example:secret", "--journal", k->journal_path, "--control",
		k->socket_path };
	size_t n = 13;

	snprintf(program, sizeof(program), "%s/bwsim", build ? build : "build");
	for (; knobs && *knobs && n + 3 < ARGS_MAX; knobs++) {
		if (strncmp(*knobs, "--", 2) != 0)
			args[n++] = "--knob";
		args[n++] = *knobs;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out, STDOUT_FILENO);
	execv(program, (char *const *)(void *)args);
	die(program);
}

static void
read_ready(struct bws_kit *k, int in)
{
	char line[512];
	FILE *f = fdopen(in, "r");

	if (!f || !fgets(line, sizeof(line), f) ||
		sscanf(line, "bwsim ready xsp1=127.0.0.1:%d xsp2=127.0.0.1:%d", &k->ports[0],
			&k->ports[1]) != 2)
		die("the simulator does not start");
	if (strstr(line, " cti:xsp1="))
		k->cti_port = atoi(strrchr(strstr(line, " cti:xsp1="), ':') + 1);
	fclose(f);
}

void
bws_kit_start(struct bws_kit *k, const char *const *knobs)
{
	const char *tmp = getenv("TMPDIR");
	int pipe_fds[2];

	memset(k, 0, sizeof(*k));
	snprintf(k->dir, sizeof(k->dir), "%s/bwsim.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(k->dir) || pipe(pipe_fds) < 0)
		die("temporary folder");
	snprintf(k->socket_path, sizeof(k->socket_path), "%s/ctl", k->dir);
	snprintf(k->journal_path, sizeof(k->journal_path), "%s/journal", k->dir);
	k->pid = fork();
	if (k->pid < 0)
		die("fork");
	if (k->pid == 0)
		run_program(k, knobs, pipe_fds[1]);
	close(pipe_fds[1]);
	read_ready(k, pipe_fds[0]);
	k->control_fd = bws_ask_connect(k->socket_path);
	if (k->control_fd < 0)
		die("control socket");
}

int
bws_kit_stop(struct bws_kit *k)
{
	int status = 0;

	close(k->control_fd);
	kill(k->pid, SIGTERM);
	if (waitpid(k->pid, &status, 0) < 0)
		die("waitpid");
	unlink(k->journal_path);
	unlink(k->socket_path);
	rmdir(k->dir);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

char *
bws_kit_ask(const struct bws_kit *k, const char *fmt, ...)
{
	struct bws_buf out = { 0 };
	char command[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (bws_ask_line(k->control_fd, command, &out) < 0)
		die(command);
	return out.p;
}

long long
bws_kit_stat(const struct bws_kit *k, const char *name)
{
	char *answer = bws_kit_ask(k, "{\"cmd\":\"stats\"}");
	char key[64];
	const char *at;
	long long n;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = strstr(answer, key);
	if (!at)
		die(name);
	n = strtoll(at + strlen(key), NULL, 10);
	free(answer);
	return n;
}

bool
bws_kit_wait_stat(const struct bws_kit *k, const char *name, long long least)
{
	int64_t end = now_ms() + WAIT_MS;

	while (bws_kit_stat(k, name) < least) {
		if (now_ms() > end)
			return false;
		poll(NULL, 0, 5);
	}
	return true;
}

bool
bws_kit_journal_has(const struct bws_kit *k, const char *const *words)
{
	char line[4096];
	bool found = false;
	FILE *f = fopen(k->journal_path, "re");

	if (!f)
		die("journal");
	while (!found && fgets(line, sizeof(line), f)) {
		const char *const *word;

		found = true;
		for (word = words; *word; word++)
			if (!strstr(line, *word))
				found = false;
	}
	fclose(f);
	return found;
}

int
bws_kit_connect(const struct bws_kit *k, int xsp)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	addr.sin_port = htons((uint16_t)k->ports[xsp]);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		fd = -1;
	}
	return fd;
}

static void
send_request(int fd, const char *login, const char *method, const char *path, const char *body,
	bool keep)
{
	struct bws_buf b = { 0 };
	size_t done = 0;

	bws_buf_fmt(&b, "%s %s HTTP/1.1\r\nHost: localhost\r\n", method, path);
	if (login)
		bws_buf_fmt(&b, "Authorization: Basic %s\r\n", *login ? login : ADMIN_BASIC);
	if (!keep)
		bws_buf_str(&b, "Connection: close\r\n");
	bws_buf_fmt(&b, "Content-Length: %zu\r\n\r\n", body ? strlen(body) : 0);
	if (body)
		bws_buf_str(&b, body);
	while (done < b.n) {
		ssize_t n = send(fd, b.p + done, b.n - done, MSG_NOSIGNAL);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	bws_buf_free(&b);
}

/* Reads more within @ms. Returns bytes, 0 = end, -1 = reset, -2 = nothing came. */
static int
read_more(int fd, int64_t end_ms, struct bws_buf *in)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char part[65536];
	int64_t left = end_ms - now_ms();
	ssize_t n;

	if (left < 0)
		left = 0;
	if (poll(&p, 1, (int)left) <= 0)
		return -2;
	n = recv(fd, part, sizeof(part), 0);
	if (n > 0)
		bws_buf_add(in, part, (size_t)n);
	return (int)(n < 0 ? -1 : n);
}

struct bws_kit_reply
bws_kit_http(const struct bws_kit *k, int xsp, const char *login, const char *method,
	const char *path, const char *body)
{
	struct bws_kit_reply r = { 0 };
	const char *blank;
	int fd = bws_kit_connect(k, xsp);
	int64_t end = now_ms() + WAIT_MS;

	if (fd < 0)
		return r;
	send_request(fd, login, method, path, body, false);
	while (read_more(fd, end, &r.head) > 0)
		continue;
	close(fd);
	blank = strstr(bws_buf_text(&r.head), "\r\n\r\n");
	if (!blank || sscanf(r.head.p, "HTTP/1.1 %d", &r.status) != 1)
		return r;
	bws_buf_str(&r.body, blank + 4);
	r.head.n = (size_t)(blank + 4 - r.head.p);
	r.head.p[r.head.n] = '\0';
	return r;
}

void
bws_kit_reply_free(struct bws_kit_reply *r)
{
	bws_buf_free(&r->head);
	bws_buf_free(&r->body);
}

int
bws_kit_status(
	const struct bws_kit *k, int xsp, const char *method, const char *path, const char *body)
{
	struct bws_kit_reply r = bws_kit_http(k, xsp, "", method, path, body);
	int status = r.status;

	bws_kit_reply_free(&r);
	return status;
}

void
bws_kit_open(const struct bws_kit *k, struct bws_kit_stream *s, int xsp, const char *set,
	const char *rest)
{
	struct bws_buf doc = { 0 };
	char body[512];
	const char *blank = NULL;
	int64_t end = now_ms() + WAIT_MS;

	memset(s, 0, sizeof(*s));
	s->xsp = xsp;
	s->fd = bws_kit_connect(k, xsp);
	if (s->fd < 0)
		die("connect");
	snprintf(body, sizeof(body),
		"<Channel " BWS_KIT_NS "><channelSetId>%s</channelSetId>%s</Channel>", set, rest);
	send_request(s->fd, "", "POST", BWS_KIT_ASYNC "/channel", body, true);
	while (!blank && read_more(s->fd, end, &s->in) > 0)
		blank = strstr(s->in.p, "\r\n\r\n");
	if (!blank || strncmp(s->in.p, "HTTP/1.1 200", 12) != 0)
		die("channel");
	snprintf(s->head, sizeof(s->head), "%.*s", (int)(blank + 4 - s->in.p), s->in.p);
	bws_buf_cut(&s->in, (size_t)(blank + 4 - s->in.p));
	if (bws_kit_next(s, WAIT_MS, &doc) != BWS_KIT_DOC)
		die("channel document");
	bws_kit_field(&doc, "channelId", s->id, sizeof(s->id));
	bws_buf_free(&doc);
}

/* Takes a whole chunk out of the input. Returns 1 = taken, 0 = not whole yet, 2 = last chunk. */
static int
take_chunk(struct bws_kit_stream *s, struct bws_buf *doc)
{
	const char *text = bws_buf_text(&s->in);
	const char *line_end = strstr(text, "\r\n");
	size_t len, start;

	if (!line_end)
		return 0;
	len = strtoul(text, NULL, 16);
	start = (size_t)(line_end - text) + 2;
	if (s->in.n < start + len + 2)
		return 0;
	if (!len)
		return 2;
	bws_buf_add(doc, s->in.p + start, len);
	bws_buf_cut(&s->in, start + len + 2);
	return 1;
}

enum bws_kit_next
bws_kit_next(struct bws_kit_stream *s, int ms, struct bws_buf *doc)
{
	int64_t end = now_ms() + ms;

	doc->n = 0;
	for (;;) {
		int taken = take_chunk(s, doc);
		int n;

		if (taken)
			return taken == 1 ? BWS_KIT_DOC : BWS_KIT_END;
		n = read_more(s->fd, end, &s->in);
		if (n == -2)
			return BWS_KIT_TIMEOUT;
		if (n <= 0)
			return n ? BWS_KIT_RESET : BWS_KIT_EOF;
	}
}

void
bws_kit_expect(struct bws_kit_stream *s, const char *type, struct bws_buf *doc)
{
	char wanted[80];
	enum bws_kit_next next = bws_kit_next(s, 5000, doc);

	snprintf(wanted, sizeof(wanted), "xsi1:type=\"xsi:%s\"", type);
	if (next == BWS_KIT_DOC && strstr(doc->p, wanted))
		return;
	fprintf(stderr, "testkit: wanted %s on xsp%d, got (%d) %s\n", type, s->xsp + 1, (int)next,
		bws_buf_text(doc));
	exit(3);
}

void
bws_kit_take(
	const struct bws_kit *k, struct bws_kit_stream *s, const char *type, struct bws_buf *doc)
{
	bws_kit_expect(s, type, doc);
	if (bws_kit_ack(k, s->xsp, doc, 200) != 200)
		die("ack");
}

void
bws_kit_close(struct bws_kit_stream *s)
{
	close(s->fd);
	bws_buf_free(&s->in);
}

int
bws_kit_ack(const struct bws_kit *k, int xsp, const struct bws_buf *doc, int status)
{
	char id[64], body[300];

	bws_kit_field(doc, "eventID", id, sizeof(id));
	snprintf(body, sizeof(body),
		"<EventResponse " BWS_KIT_NS "><eventID>%s</eventID><statusCode>%d</statusCode>"
		"<reason>OK</reason></EventResponse>",
		id, status);
	return bws_kit_status(k, xsp, "POST", BWS_KIT_EVENTS "/channel/eventresponse", body);
}

void
bws_kit_subscribe(const struct bws_kit *k, int xsp, const char *user, const char *set, char id[64])
{
	struct bws_kit_reply r;
	char path[160], body[400];

	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/user/%s@demo.example", user);
	snprintf(body, sizeof(body),
		"<Subscription " BWS_KIT_NS "><event>Advanced Call</event><expires>3600</expires>"
		"<channelSetId>%s</channelSetId><applicationId>app</applicationId></Subscription>",
		set);
	r = bws_kit_http(k, xsp, "", "POST", path, body);
	if (r.status != 200)
		die("subscribe");
	bws_kit_field(&r.body, "subscriptionId", id, 64);
	bws_kit_reply_free(&r);
}

void
bws_kit_field(const struct bws_buf *doc, const char *name, char *out, size_t len)
{
	const char *p = bws_buf_text(doc);
	size_t n = strlen(name);

	*out = '\0';
	while ((p = strstr(p, name))) {
		if ((p[-1] == '<' || p[-1] == ':') && p[n] == '>') {
			p += n + 1;
			snprintf(out, len, "%.*s", (int)strcspn(p, "<"), p);
			return;
		}
		p += n;
	}
}

int
bws_kit_subscribe_to(const struct bws_kit *k, int xsp, const char *target, const char *what,
	const char *set, char id[64])
{
	struct bws_kit_reply r;
	char path[200], body[1200];
	int status;

	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/%s", target);
	snprintf(body, sizeof(body),
		"<Subscription " BWS_KIT_NS ">%s<channelSetId>%s</channelSetId></Subscription>",
		what, set);
	r = bws_kit_http(k, xsp, "", "POST", path, body);
	status = r.status;
	if (id)
		bws_kit_field(&r.body, "subscriptionId", id, 64);
	bws_kit_reply_free(&r);
	return status;
}

void
bws_kit_control(const struct bws_kit *k, const char *command)
{
	char *answer = bws_kit_ask(k, "%s", command);

	if (strncmp(answer, "{\"ok\":true", 10) != 0) {
		fprintf(stderr, "testkit: %s: %s\n", command, answer);
		exit(3);
	}
	free(answer);
}

const char *
bws_kit_schema(void)
{
	return access("../shared/xsi", R_OK) == 0 ? "--schema=../shared/xsi" : "snapshot_ms=2";
}

void
bws_kit_assert_field(const struct bws_buf *doc, const char *name, const char *wanted)
{
	char text[200];

	bws_kit_field(doc, name, text, sizeof(text));
	ck_assert_msg(strcmp(text, wanted) == 0, "%s is '%s', not '%s': %s", name, text, wanted,
		bws_buf_text(doc));
}

void
bws_kit_assert_has(const struct bws_buf *doc, const char *text)
{
	ck_assert_msg(
		strstr(bws_buf_text(doc), text) != NULL, "no %s in %s", text, bws_buf_text(doc));
}

void
bws_kit_assert_quiet(struct bws_kit_stream *s, struct bws_buf *doc)
{
	ck_assert_msg(bws_kit_next(s, QUIET_MS, doc) == BWS_KIT_TIMEOUT, "not expected: %s",
		bws_buf_text(doc));
}

int
bws_kit_main(const char *name, const TTest *const tests[], size_t count)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, TEST_S);
	for (size_t i = 0; i < count; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
