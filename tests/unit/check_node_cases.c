/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cases of tests/wire/node: exact bytes between clients, a node and BroadWorks, as conversations in files.
 *
 * A case is a text file NAME.case, read line by line; '#' begins a comment. What the node says must be expected by the
 * next lines, all of it, in its order, before anything new happens. "#7" is the node's seventh id; "\x41" is a byte.
 *
 *   conf LINE            a line of configuration ([broadworks] first); before everything else
 *   xsps N               so many XSPs (1); before everything else
 *   start                the node starts
 *   include NAME         the lines of NAME.inc
 *   connect N            client N connects (each N once)
 *   N> 0001 BODY         client N sends a frame;  N>> BYTES  bytes as they are;  N> hangup
 *   N< 0001 BODY         client N gets exactly this frame;  N< closed
 *   open xsp1            the node opens a channel there;  close xsp1
 *   open= BODY           its exact body
 *   bw1> DOCUMENT        a document on the channel of XSP 1;  bw1> end
 *   http xsp1 PUT PATH   the node asks this
 *   http= BODY           with exactly this body
 *   http< 200 BODY       the answer to the oldest request that has none
 *   +250                 milliseconds pass
 *   log 37603 TEXT       a line of the log with this number has contained the text
 */
#include "proto/base/mem.h"
#include "tests/unit/node_world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLDER "tests/wire/node"
#define CASES_MAX 200
#define ASKED_MAX 64

static struct world w;
static char *names[CASES_MAX];
static size_t name_count;

/* What the node asked by hand: requests and channels, in order; matched ones wait for their answer. */
static struct asked {
	enum node_action_kind kind;
	uint64_t id;
	uint32_t xsp;
	char *method, *path, *body;
	bool matched, answered;
} asked[ASKED_MAX];
static size_t asked_count;

static struct run {
	const char *name;
	int line;
	struct buf conf;
	unsigned xsps;
	bool made;
	unsigned client[10];
} run;

static void
on_action(struct world *world, const struct node_action *a)
{
	struct asked *q = &asked[asked_count++];

	(void)world;
	ck_assert_uint_le(asked_count, ASKED_MAX);
	*q = (struct asked){ .kind = a->kind, .id = a->id, .xsp = a->xsp };
	q->method = mem_strndup(a->method ? a->method : "", a->method ? strlen(a->method) : 0);
	q->path = mem_strndup(a->path.p, a->path.n);
	q->body = mem_strndup(a->bytes.p, a->bytes.n);
	if (a->kind == NODE_ACT_STREAM_OPEN)
		w.xsps[a->xsp].stream = a->id;
	for (uint32_t i = 0; i < w.xsp_count; i++)
		if (a->kind == NODE_ACT_STREAM_CLOSE && w.xsps[i].stream == a->id)
			q->xsp = i;
}

#define WHERE "%s:%d: "

/* The next thing the node asked and nobody expected yet. */
static struct asked *
next_asked(void)
{
	for (size_t i = 0; i < asked_count; i++)
		if (!asked[i].matched)
			return &asked[i];
	return NULL;
}

/* All that was said so far has been expected. */
static void
nothing_left(void)
{
	const struct asked *q = next_asked();

	if (q != NULL)
		ck_abort_msg(WHERE "not expected: xsp%u %s %s %s", run.name, run.line, q->xsp + 1,
			q->method, q->path, q->body);
	for (unsigned i = 1; i <= w.client_count; i++) {
		struct buf *raw = &w.clients[i].raw;

		buf_char(raw, '\0');
		ck_assert_msg(raw->n == 1, WHERE "not expected: %s", run.name, run.line,
			(const char *)raw->p);
		raw->n = 0;
	}
}

static void
make_world(void)
{
	if (run.made)
		return;
	run.made = true;
	buf_char(&run.conf, '\0');
	world_init(&w, run.xsps ? run.xsps : 1, (const char *)run.conf.p);
	w.by_hand = on_action;
}

/* ids and \x escapes */
static void
unescape(struct buf *out, const char *text)
{
	struct buf ids;

	buf_init(&ids, 1 << 20);
	world_put_ids(&w, &ids, text);
	buf_char(&ids, '\0');
	for (const char *p = (const char *)ids.p; *p != '\0'; p++) {
		unsigned byte;

		if (p[0] == '\\' && p[1] == 'x' && sscanf(p + 2, "%2x", &byte) == 1) {
			buf_u8(out, (uint8_t)byte);
			p += 3;
		} else {
			buf_char(out, *p);
		}
	}
	buf_fini(&ids);
}

static void
client_says(unsigned client, const char *text, bool raw)
{
	struct buf body, frame;

	nothing_left();
	if (!raw && strcmp(text, "hangup") == 0) {
		w.clients[client].open = false;
		world_step(&w, &(struct node_event){ .kind = NODE_EV_CLIENT_CLOSED, .id = client });
		return;
	}
	buf_init(&body, 1 << 20);
	buf_init(&frame, 1 << 20);
	unescape(&body, raw ? text : text + 5);
	if (!raw)
		ck_assert_int_eq(csta_frame_put(&frame, (uint32_t)strtoul(text, NULL, 10),
					 buf_as_str(&body)),
			0);
	if (raw)
		world_send_bytes(&w, client, body.p, body.n);
	else
		world_send_bytes(&w, client, frame.p, frame.n);
	buf_fini(&body);
	buf_fini(&frame);
}

static void
client_hears(unsigned client, const char *text)
{
	struct buf *raw = &w.clients[client].raw, expected;
	struct str line;

	/* the first messages of a connection wait for the acknowledgement of the one before */
	if (raw->n == 0)
		world_run(&w, 1);
	line = str_cut(buf_as_str(raw), '\n', NULL);
	buf_init(&expected, 1 << 20);
	world_put_ids(&w, &expected, text);
	ck_assert_msg(str_eq(line, buf_as_str(&expected)), WHERE "expected\n%.*s\nheard\n%.*s",
		run.name, run.line, STR_ARG(buf_as_str(&expected)), STR_ARG(line));
	buf_drop(raw, line.n + 1);
	buf_fini(&expected);
}

static void
expect_asked(enum node_action_kind kind, const char *text)
{
	struct asked *q = next_asked();
	char line[1024];

	ck_assert_msg(q != NULL, WHERE "nothing was asked: %s", run.name, run.line, text);
	if (kind == NODE_ACT_HTTP)
		snprintf(line, sizeof(line), "xsp%u %s %s", q->xsp + 1, q->method, q->path);
	else
		snprintf(line, sizeof(line), "xsp%u", q->xsp + 1);
	ck_assert_msg(q->kind == kind && strcmp(line, text) == 0, WHERE "expected %s, asked %s",
		run.name, run.line, text, line);
	q->matched = true;
	q->answered = kind != NODE_ACT_HTTP;
}

/* The body of what was expected last. */
static void
expect_body(const char *text)
{
	const struct asked *q = NULL;
	struct buf expected;

	for (size_t i = 0; i < asked_count; i++)
		if (asked[i].matched)
			q = &asked[i];
	ck_assert(q != NULL);
	buf_init(&expected, 1 << 20);
	unescape(&expected, text);
	ck_assert_msg(str_eq(str_of(q->body), buf_as_str(&expected)), WHERE "the body is\n%s",
		run.name, run.line, q->body);
	buf_fini(&expected);
}

static void
bw_answers(const char *text)
{
	struct buf body;
	char *rest;
	unsigned long status = strtoul(text, &rest, 10);

	nothing_left();
	for (size_t i = 0; i < asked_count; i++) {
		struct asked *q = &asked[i];

		if (q->answered)
			continue;
		q->answered = true;
		buf_init(&body, 1 << 20);
		unescape(&body, *rest == ' ' ? rest + 1 : rest);
		world_step(&w,
			&(struct node_event){ .kind = NODE_EV_HTTP_DONE,
				.id = q->id,
				.number = status,
				.bytes = buf_as_str(&body) });
		buf_fini(&body);
		return;
	}
	ck_abort_msg(WHERE "there is no request to answer", run.name, run.line);
}

static void
bw_says(uint32_t xsp, const char *text)
{
	struct buf bytes;

	nothing_left();
	ck_assert_uint_lt(xsp, w.xsp_count);
	if (strcmp(text, "end") == 0) {
		world_step(&w,
			&(struct node_event){ .kind = NODE_EV_STREAM_CLOSED,
				.id = w.xsps[xsp].stream,
				.text = STR("end of file") });
		return;
	}
	buf_init(&bytes, 1 << 20);
	unescape(&bytes, text);
	world_step(&w,
		&(struct node_event){ .kind = NODE_EV_STREAM_DATA,
			.id = w.xsps[xsp].stream,
			.bytes = buf_as_str(&bytes) });
	buf_fini(&bytes);
}

static void run_file(const char *name, const char *suffix);

static void
run_log(const char *text)
{
	char *rest;
	int number = (int)strtol(text, &rest, 10);

	ck_assert_msg(world_logged(&w, number, *rest ? rest + 1 : rest) > 0, WHERE "not logged",
		run.name, run.line);
}

/* Directives with a word in front; NULL if the line does not begin with it. */
static const char *
after(const char *line, const char *word)
{
	size_t n = strlen(word);

	return strncmp(line, word, n) == 0 ? line + n : NULL;
}

/* Lines of one client: "1> ...", "1>> ...", "1< ...". */
static bool
run_client_line(const char *line)
{
	unsigned client = (unsigned)(line[0] - '0');

	if (client < 1 || client > 9 || (line[1] != '<' && line[1] != '>'))
		return false;
	ck_assert_msg(client <= w.client_count, WHERE "no such client", run.name, run.line);
	if (after(line + 1, ">> "))
		client_says(client, line + 4, true);
	else if (after(line + 1, "> "))
		client_says(client, line + 3, false);
	else
		client_hears(client, line + 3);
	return true;
}

static void
run_connect(const char *text)
{
	nothing_left();
	ck_assert_uint_eq(world_connect(&w), strtoul(text, NULL, 10));
}

static void
run_line(const char *line)
{
	const char *rest;

	if (line[0] == '\0' || line[0] == '#')
		return;
	if ((rest = after(line, "conf ")) != NULL) {
		buf_printf(&run.conf, "%s\n", rest);
		return;
	}
	if ((rest = after(line, "xsps ")) != NULL) {
		run.xsps = (unsigned)strtoul(rest, NULL, 10);
		return;
	}
	make_world();
	if (run_client_line(line))
		return;
	if ((rest = after(line, "include ")) != NULL)
		run_file(rest, "inc");
	else if (strcmp(line, "start") == 0)
		world_step(&w, &(struct node_event){ .kind = NODE_EV_START });
	else if ((rest = after(line, "connect ")) != NULL)
		run_connect(rest);
	else if ((rest = after(line, "http= ")) != NULL || (rest = after(line, "open= ")) != NULL)
		expect_body(rest);
	else if ((rest = after(line, "http< ")) != NULL)
		bw_answers(rest);
	else if ((rest = after(line, "http ")) != NULL)
		expect_asked(NODE_ACT_HTTP, rest);
	else if ((rest = after(line, "open ")) != NULL)
		expect_asked(NODE_ACT_STREAM_OPEN, rest);
	else if ((rest = after(line, "close ")) != NULL)
		expect_asked(NODE_ACT_STREAM_CLOSE, rest);
	else if (strncmp(line, "bw", 2) == 0 && strncmp(line + 3, "> ", 2) == 0)
		bw_says((uint32_t)(line[2] - '1'), line + 5);
	else if (line[0] == '+')
		nothing_left(), world_run(&w, strtol(line + 1, NULL, 10));
	else if ((rest = after(line, "log ")) != NULL)
		run_log(rest);
	else
		ck_abort_msg(WHERE "not understood: %s", run.name, run.line, line);
}

static void
run_file(const char *name, const char *suffix)
{
	struct run outer = run;
	char path[512], *line = NULL;
	size_t size = 0;
	ssize_t n;
	FILE *f;

	snprintf(path, sizeof(path), FOLDER "/%s.%s", name, suffix);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s cannot be read", path);
	run.name = path;
	run.line = 0;
	while ((n = getline(&line, &size, f)) > 0) {
		run.line++;
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		run_line(line);
	}
	free(line);
	fclose(f);
	run.name = outer.name;
	run.line = outer.line;
}

START_TEST(test_case)
{
	run = (struct run){ .name = names[_i] };
	buf_init(&run.conf, 65536);
	run_file(names[_i], "case");
	ck_assert(run.made);
	nothing_left();
	for (size_t i = 0; i < asked_count; i++) {
		mem_free(asked[i].method);
		mem_free(asked[i].path);
		mem_free(asked[i].body);
	}
	asked_count = 0;
	world_fini(&w);
	buf_fini(&run.conf);
}
END_TEST

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
find_cases(void)
{
	DIR *dir = opendir(FOLDER);
	const struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		const char *dot = strrchr(e->d_name, '.');

		if (dot != NULL && strcmp(dot, ".case") == 0 && name_count < CASES_MAX)
			names[name_count++] = mem_strndup(e->d_name, (size_t)(dot - e->d_name));
	}
	if (dir != NULL)
		closedir(dir);
	qsort(names, name_count, sizeof(names[0]), compare_names);
}

START_TEST(test_found)
{
	ck_assert_uint_ge(name_count, 10);
	for (size_t i = 0; i < name_count; i++)
		printf("%zu %s\n", i, names[i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("node_cases");
	TCase *tc = tcase_create("node_cases");
	SRunner *runner = srunner_create(suite);
	int failed;

	find_cases();
	tcase_add_test(tc, test_found);
	tcase_add_loop_test(tc, test_case, 0, (int)name_count);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	for (size_t i = 0; i < name_count; i++)
		mem_free(names[i]);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
