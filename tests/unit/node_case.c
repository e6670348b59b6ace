/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations in files, played line by line: see node_case.h. */
#include "tests/unit/node_case.h"

#include "proto/base/mem.h"
#include "tests/unit/node_world.h"

#include <ctype.h>
#include <stdlib.h>

#define NAMESPACE "http://www.ecma-international.org/standards/ecma-323/csta/"
#define ASKED_MAX 64
#define LETS_MAX 40
#define LINE_BYTES (1u << 20)

static struct world w;
/* {NAME} and what it stands for */
static struct let {
	char name[32];
	char *text;
} lets[LETS_MAX];
static size_t let_count;

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
	unsigned depth;
	enum csta_edition edition;
	FILE *record; /* or NULL */
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
		ck_assert_msg(raw->n == 1, WHERE "not expected: %.2000s", run.name, run.line,
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

static void
let(const char *name, size_t n, const char *text)
{
	struct let *l = &lets[let_count++];

	ck_assert_uint_le(let_count, LETS_MAX);
	ck_assert(str_copy(l->name, sizeof(l->name), (struct str){ name, n }));
	l->text = mem_strndup(text, strlen(text));
}

/* The latest text of this name. */
static const char *
let_text(struct str name)
{
	for (size_t i = let_count; i-- > 0;)
		if (str_eq(name, str_of(lets[i].name)))
			return lets[i].text;
	return NULL;
}

/* Replaces each {NAME}; a text may have further ones. */
static void
put_lets(struct buf *out, const char *text, unsigned depth)
{
	ck_assert_uint_lt(depth, 8);
	for (const char *p = text; *p != '\0'; p++) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;
		const char *found =
			end ? let_text((struct str){ p + 1, (size_t)(end - p - 1) }) : NULL;

		if (found == NULL) {
			buf_char(out, *p);
			continue;
		}
		put_lets(out, found, depth + 1);
		p = end;
	}
}

/* names and ids */
static void
expand(struct buf *out, const char *text)
{
	struct buf named;

	buf_init(&named, LINE_BYTES);
	put_lets(&named, text, 0);
	buf_char(&named, '\0');
	world_put_ids(&w, out, (const char *)named.p);
	ck_assert(!named.overflow && !out->overflow);
	buf_fini(&named);
}

/* the same and \x escapes */
static void
unescape(struct buf *out, const char *text)
{
	struct buf ids;

	buf_init(&ids, LINE_BYTES);
	expand(&ids, text);
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
	buf_init(&body, LINE_BYTES);
	buf_init(&frame, LINE_BYTES);
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

#define SHOWN_BYTES 600

/* A line must be the expected one: shows both, long ones from shortly before where they differ. */
static void
same_line(struct str line, struct str expected)
{
	size_t at = 0;

	if (str_eq(line, expected))
		return;
	while (at < line.n && at < expected.n && line.p[at] == expected.p[at])
		at++;
	at = at > SHOWN_BYTES / 3 && line.n + expected.n > SHOWN_BYTES ? at - SHOWN_BYTES / 3 : 0;
	ck_abort_msg(WHERE "from byte %zu on expected\n%.*s\nheard\n%.*s", run.name, run.line, at,
		(int)(expected.n - at < SHOWN_BYTES ? expected.n - at : SHOWN_BYTES),
		expected.p + at, (int)(line.n - at < SHOWN_BYTES ? line.n - at : SHOWN_BYTES),
		line.p + at);
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
	buf_init(&expected, LINE_BYTES);
	expand(&expected, text);
	same_line(line, buf_as_str(&expected));
	buf_drop(raw, line.n + 1);
	buf_fini(&expected);
}

static void
expect_asked(enum node_action_kind kind, const char *text)
{
	struct asked *q = next_asked();
	struct buf expected;
	char line[1024];

	ck_assert_msg(q != NULL, WHERE "nothing was asked: %s", run.name, run.line, text);
	if (kind == NODE_ACT_HTTP)
		snprintf(line, sizeof(line), "xsp%u %s %s", q->xsp + 1, q->method, q->path);
	else
		snprintf(line, sizeof(line), "xsp%u", q->xsp + 1);
	buf_init(&expected, LINE_BYTES);
	expand(&expected, text);
	ck_assert_msg(q->kind == kind && str_eq(str_of(line), buf_as_str(&expected)),
		WHERE "expected %.*s, asked %s", run.name, run.line, STR_ARG(buf_as_str(&expected)),
		line);
	buf_fini(&expected);
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
	buf_init(&expected, LINE_BYTES);
	unescape(&expected, text);
	ck_assert_msg(str_eq(str_of(q->body), buf_as_str(&expected)), WHERE "the body is\n%s",
		run.name, run.line, q->body);
	buf_fini(&expected);
}

static void
bw_answer(struct asked *q, unsigned long status, const char *text)
{
	struct buf body;

	q->matched = q->answered = true;
	buf_init(&body, LINE_BYTES);
	unescape(&body, text);
	world_step(&w,
		&(struct node_event){ .kind = NODE_EV_HTTP_DONE,
			.id = q->id,
			.number = status,
			.bytes = buf_as_str(&body) });
	buf_fini(&body);
}

static void
bw_answers(const char *text)
{
	char *rest;
	unsigned long status = strtoul(text, &rest, 10);

	nothing_left();
	for (size_t i = 0; i < asked_count; i++)
		if (!asked[i].answered) {
			bw_answer(&asked[i], status, *rest == ' ' ? rest + 1 : rest);
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
	buf_init(&bytes, LINE_BYTES);
	unescape(&bytes, text);
	world_step(&w,
		&(struct node_event){ .kind = NODE_EV_STREAM_DATA,
			.id = w.xsps[xsp].stream,
			.bytes = buf_as_str(&bytes) });
	buf_fini(&bytes);
}

/* The acknowledgement of an event must have been asked for, among other things; it is taken. */
static void
bw_takes_ack(const char *event_id)
{
	char part[128];

	snprintf(part, sizeof(part), "<eventID>%s</eventID><statusCode>200</statusCode>", event_id);
	for (size_t i = 0; i < asked_count; i++)
		if (!asked[i].matched && strstr(asked[i].body, part) != NULL) {
			bw_answer(&asked[i], 200, "");
			return;
		}
	ck_abort_msg(WHERE "%s was not acknowledged", run.name, run.line, event_id);
}

static void
bw_event(const char *text)
{
	char subscription[24], user[24], type[64], id[48];
	struct buf document;
	unsigned number;
	int data = 0;

	ck_assert_msg(sscanf(text, "%23s %u %23s %63s %n", subscription, &number, user, type,
			      &data) == 4 &&
			data > 0,
		WHERE "not understood: %s", run.name, run.line, text);
	snprintf(id, sizeof(id), "e-%s-%u", subscription, number);
	buf_init(&document, LINE_BYTES);
	buf_printf(&document,
		"{xml}<xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\" "
		"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\" xsi1:type=\"xsi:SubscriptionEvent\">"
		"<xsi:eventID>%s</xsi:eventID><xsi:sequenceNumber>%u</xsi:sequenceNumber>"
		"<xsi:userId>admin@demo.example</xsi:userId><xsi:externalApplicationId>tandem</xsi:externalApplicationId>"
		"<xsi:subscriptionId>%s</xsi:subscriptionId><xsi:channelId>c1</xsi:channelId>"
		"<xsi:targetId>%s@demo.example</xsi:targetId><xsi:eventData xsi1:type=\"xsi:%s\">%s</xsi:eventData></xsi:Event>",
		id, number, subscription, user, type, text + data);
	buf_char(&document, '\0');
	bw_says(0, (const char *)document.p);
	bw_takes_ack(id);
	buf_fini(&document);
}

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

/* "[ed3 ed4] LINE": the line if this is one of its editions, else "". */
static const char *
of_edition(const char *line)
{
	const char *end = line[0] == '[' ? strstr(line, "] ") : NULL;
	const char *found = end ? strstr(line, csta_edition_name(run.edition)) : NULL;

	if (end == NULL)
		return line;
	return found != NULL && found < end ? end + 2 : "";
}

static void
run_let(const char *text)
{
	const char *end = strchr(text, ' ');

	ck_assert_msg(end != NULL, WHERE "let NAME TEXT", run.name, run.line);
	let(text, (size_t)(end - text), end + 1);
}

/* What may come before there is a world; false if the line says something else. */
static bool
run_setting(const char *line)
{
	const char *rest;

	if ((rest = after(line, "conf ")) != NULL)
		buf_printf(&run.conf, "%s\n", rest);
	else if ((rest = after(line, "xsps ")) != NULL)
		run.xsps = (unsigned)strtoul(rest, NULL, 10);
	else if ((rest = after(line, "let ")) != NULL)
		run_let(rest);
	else if ((rest = after(line, "include ")) != NULL)
		node_case_file(rest, "inc");
	else
		return false;
	return true;
}

void
node_case_line(const char *line)
{
	const char *rest;

	line = of_edition(line);
	if (line[0] == '\0' || line[0] == '#' || run_setting(line))
		return;
	make_world();
	if (run_client_line(line))
		return;
	if (strcmp(line, "start") == 0)
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
	else if ((rest = after(line, "event ")) != NULL)
		bw_event(rest);
	else if ((rest = after(line, "log ")) != NULL)
		run_log(rest);
	else
		ck_abort_msg(WHERE "not understood: %s", run.name, run.line, line);
}

/* recording */

/* Writes a line with {names} and #ids in place of what they stand for. */
static void
record_text(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		bool is_number =
			isdigit((unsigned char)*p) && (p == text || !isalnum((unsigned char)p[-1]));
		char *end;
		unsigned long long v = is_number ? strtoull(p, &end, 10) : 0;
		size_t i = 0;

		while (i < let_count && strncmp(p, lets[i].text, strlen(lets[i].text)) != 0)
			i++;
		if (i < let_count) {
			fprintf(run.record, "{%s}", lets[i].name);
			p += strlen(lets[i].text) - 1;
		} else if (v >> 32 != 0 && v >> 32 == w.id_high) {
			fprintf(run.record, "#%u", (unsigned)v);
			p = end - 1;
		} else {
			putc(*p, run.record);
		}
	}
	putc('\n', run.record);
}

static void
record_asked(struct asked *q)
{
	fprintf(run.record, "%s xsp%u",
		q->kind == NODE_ACT_HTTP                ? "http" :
			q->kind == NODE_ACT_STREAM_OPEN ? "open" :
							  "close",
		q->xsp + 1);
	if (q->kind == NODE_ACT_HTTP) {
		fprintf(run.record, " %s ", q->method);
		record_text(q->path);
	} else {
		putc('\n', run.record);
	}
	if (q->body[0] != '\0') {
		fprintf(run.record, "%s= ", q->kind == NODE_ACT_HTTP ? "http" : "open");
		record_text(q->body);
	}
	q->matched = true;
	q->answered = q->kind != NODE_ACT_HTTP;
}

/* Writes all that the node has said in place of what should have been expected. */
static void
record_said(void)
{
	for (size_t i = 0; i < asked_count; i++)
		if (!asked[i].matched)
			record_asked(&asked[i]);
	for (unsigned i = 1; i <= w.client_count; i++) {
		struct buf *raw = &w.clients[i].raw;
		struct str rest = buf_as_str(raw), line;

		while (rest.n > 0) {
			char *text;

			line = str_cut(rest, '\n', &rest);
			text = mem_strndup(line.p, line.n);
			fprintf(run.record, "%u< ", i);
			record_text(text);
			mem_free(text);
		}
		raw->n = 0;
	}
}

/* True if the line says what is to be expected. */
static bool
is_expectation(const char *line)
{
	return (isdigit((unsigned char)line[0]) && line[1] == '<') || after(line, "http=") ||
		after(line, "open=") || after(line, "http ") || after(line, "open ") ||
		after(line, "close ");
}

static void
record_line(const char *line)
{
	const char *end = line[0] == '[' ? strstr(line, "] ") : NULL;

	if (is_expectation(end ? end + 2 : line))
		return;
	fprintf(run.record, "%s\n", line);
	node_case_line(line);
	if (run.made) {
		world_run(&w, 1); /* as for client_hears() */
		record_said();
	}
}

void
node_case_file(const char *name, const char *suffix)
{
	struct run outer = run;
	char path[512], *line = NULL;
	size_t size = 0;
	ssize_t n;
	FILE *f;

	snprintf(path, sizeof(path), NODE_CASE_FOLDER "/%s.%s", name, suffix);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s cannot be read", path);
	run.name = path;
	run.line = 0;
	run.depth++;
	while ((n = getline(&line, &size, f)) > 0) {
		run.line++;
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (run.record != NULL && run.depth == 1)
			record_line(line);
		else
			node_case_line(line);
	}
	free(line);
	fclose(f);
	run.name = outer.name;
	run.line = outer.line;
	run.depth = outer.depth;
}

void
node_case_record(FILE *to)
{
	run.record = to;
}

void
node_case_begin(const char *name, enum csta_edition edition)
{
	char url[200], ns[220];

	run = (struct run){ .name = name, .edition = edition };
	snprintf(url, sizeof(url), NAMESPACE "%s", csta_edition_name(edition));
	snprintf(ns, sizeof(ns), "xmlns=\"%s\"", url);
	let("xml", 3, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	let("354", 3,
		"xmlns=\"http://www.ecma-international.org/standards/ecma-354/appl_session\"");
	let("ns", 2, ns);
	let("url", 3, url);
	buf_init(&run.conf, 65536);
}

void
node_case_end(void)
{
	ck_assert(run.made);
	world_run(&w, 1); /* as for client_hears() */
	nothing_left();
	for (size_t i = 0; i < asked_count; i++) {
		mem_free(asked[i].method);
		mem_free(asked[i].path);
		mem_free(asked[i].body);
	}
	asked_count = 0;
	while (let_count > 0)
		mem_free(lets[--let_count].text);
	world_fini(&w);
	buf_fini(&run.conf);
}
