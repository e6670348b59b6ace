/* SPDX-License-Identifier: Apache-2.0 */
/* Time, actions and clients of the scripted world: see node_world.h. BroadWorks: node_world_bw.c. */
#include "tests/unit/node_world.h"

#include "proto/base/mem.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLD_TEXT_BYTES (64u * 1024 * 1024)
#define WORLD_SAME_TIME_STEPS 50000 /* more steps at one instant are a node that never rests */

struct world_due {
	TAILQ_ENTRY(world_due) link;
	struct mono due;
	struct node_event ev; /* its texts are its own */
};

static void
world_log(int number, enum log_level level, const char *text, void *arg)
{
	struct world *w = arg;

	(void)level;
	if (getenv("WORLD_TRACE") != NULL)
		fprintf(stderr, "%8lld %d %s\n", (long long)(w->now.us / 1000), number, text);
	buf_printf(&w->logs, "%d %s\n", number, text);
}

static void
world_trace(const struct world *w, const char *who, const char *what)
{
	if (getenv("WORLD_TRACE") != NULL)
		fprintf(stderr, "%8lld %s %s\n", (long long)(w->now.us / 1000), who, what);
}

static void
world_configure(struct world *w, unsigned xsps, const char *settings)
{
	struct err e = { 0 };
	struct buf text;

	buf_init(&text, 65536);
	buf_cstr(&text, "[node]\nname = n1\ncluster = none\nstate-dir = /tmp\n");
	if (strstr(settings, "\nuser =") == NULL)
		buf_cstr(&text, "[csta]\nuser = demo\npassword = demo\n");
	/* whoever does not log in comes from the address of the clients here */
	if (strstr(settings, "\nuser =") == NULL && strstr(settings, "[application") == NULL)
		buf_cstr(&text, "[application world]\naddresses = 10.77.0.0/16\n");
	buf_cstr(&text,
		"[broadworks]\nuser = admin@demo.example\npassword = secret\ndefault-domain = demo.example\n");
	for (unsigned i = 0; i < xsps; i++)
		buf_printf(&text, "xsp = 127.0.0.%u:8080\n", i + 1);
	if (strstr(settings, "package") == NULL)
		buf_cstr(&text, "user-packages = Advanced Call\npackage-list = no\n");
	if (strstr(settings, "leak-check-s") == NULL)
		buf_cstr(&text, "leak-check-s = 0\n");
	if (strstr(settings, "device-kind") == NULL)
		buf_cstr(&text, "device-kind = configured\n");
	buf_cstr(&text, settings);
	buf_char(&text, '\0');
	ck_assert(!text.overflow);
	if (conf_parse(&w->conf, "world", (const char *)text.p, &e) != E_OK)
		ck_abort_msg("%s", e.text);
	buf_fini(&text);
}

void
world_init(struct world *w, unsigned xsps, const char *settings)
{
	ck_assert_uint_le(xsps, WORLD_XSPS);
	memset(w, 0, sizeof(*w));
	w->log = (struct log){ world_log, w };
	w->now.us = 1000000000;
	w->xsp_count = xsps;
	w->snapshots = true;
	w->snapshot_ms = 1;
	w->expires_s = 7200;
	w->list_max = 1000;
	TAILQ_INIT(&w->rules);
	TAILQ_INIT(&w->due);
	buf_init(&w->logs, WORLD_TEXT_BYTES);
	buf_init(&w->history, WORLD_TEXT_BYTES);
	buf_init(&w->asked, WORLD_TEXT_BYTES);
	buf_init(&w->bodies, WORLD_TEXT_BYTES);
	buf_init(&w->targets, WORLD_TEXT_BYTES);
	world_configure(w, xsps, settings);
	w->out = node_out_new();
	w->node = node_new(&w->conf, 1, 0, 4711, &w->log);
}

static void
world_due_free(struct world *w, struct world_due *d)
{
	TAILQ_REMOVE(&w->due, d, link);
	mem_free((void *)(uintptr_t)d->ev.bytes.p);
	mem_free((void *)(uintptr_t)d->ev.text.p);
	mem_free((void *)(uintptr_t)d->ev.text2.p);
	mem_free(d);
}

void
world_fini(struct world *w)
{
	node_free(w->node);
	node_out_free(w->out);
	while (!TAILQ_EMPTY(&w->due))
		world_due_free(w, TAILQ_FIRST(&w->due));
	for (unsigned i = 1; i <= w->client_count; i++) {
		csta_stream_fini(&w->clients[i].in);
		buf_fini(&w->clients[i].heard);
		buf_fini(&w->clients[i].raw);
	}
	world_bw_fini(w);
	buf_fini(&w->logs);
	buf_fini(&w->history);
	buf_fini(&w->asked);
	buf_fini(&w->bodies);
	buf_fini(&w->targets);
}

/* exactly so many bytes, so that a read beyond them is found */
static struct str
world_copy(struct str s)
{
	char *copy = mem_alloc(s.n > 0 ? s.n : 1);

	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	return (struct str){ copy, s.n };
}

void
world_later(struct world *w, int64_t ms, enum node_event_kind kind, uint64_t id, uint64_t number,
	struct str bytes, struct str text)
{
	world_event_later(w, ms,
		&(struct node_event){
			.kind = kind, .id = id, .number = number, .bytes = bytes, .text = text });
}

void
world_event_later(struct world *w, int64_t ms, const struct node_event *ev)
{
	struct world_due *d = mem_zalloc(sizeof(*d)), *at;

	d->due = mono_add_ms(w->now, ms);
	d->ev = *ev;
	d->ev.bytes = world_copy(ev->bytes);
	d->ev.text = world_copy(ev->text);
	d->ev.text2 = world_copy(ev->text2);
	TAILQ_FOREACH_REVERSE(at, &w->due, world_dues, link)
		if (at->due.us <= d->due.us)
			break;
	if (at == NULL)
		TAILQ_INSERT_HEAD(&w->due, d, link);
	else
		TAILQ_INSERT_AFTER(&w->due, at, d, link);
}

/* what is heard, as one line */

static struct str
line_text(struct str *xml)
{
	struct str text = { xml->p, 0 };

	while (text.n < xml->n && xml->p[text.n] != '<')
		text.n++;
	xml->p += text.n;
	xml->n -= text.n;
	return text;
}

/* The next tag without its brackets. */
static struct str
line_tag(struct str *xml)
{
	struct str tag;

	ck_assert(xml->n > 0 && xml->p[0] == '<');
	tag = (struct str){ xml->p + 1, 0 };
	while (tag.n + 1 < xml->n && tag.p[tag.n] != '>')
		tag.n++;
	ck_assert(tag.n + 1 < xml->n);
	xml->p += tag.n + 2;
	xml->n -= tag.n + 2;
	return tag;
}

static void
line_put_value(struct world *w, struct buf *b, struct str text)
{
	uint64_t v;

	if (!str_u64(text, UINT64_MAX, &v) || v >> 32 == 0) {
		buf_str(b, text);
		return;
	}
	/* an id of the node's: its upper half is one and the same as long as the node is */
	if (w->id_high == 0)
		w->id_high = v >> 32;
	ck_assert_uint_eq(v >> 32, w->id_high);
	buf_printf(b, "#%u", (unsigned)v);
}

static void
line_element(struct world *w, struct buf *b, struct str tag, struct str *xml)
{
	bool empty = tag.n > 0 && tag.p[tag.n - 1] == '/';
	struct str text, next;
	bool first = true;

	if (empty)
		tag.n--;
	buf_str(b, str_trim(str_cut(tag, ' ', NULL)));
	if (empty)
		return;
	text = str_trim(line_text(xml));
	if (text.n > 0) {
		buf_char(b, '=');
		line_put_value(w, b, text);
	}
	for (next = line_tag(xml); next.n == 0 || next.p[0] != '/'; next = line_tag(xml)) {
		buf_char(b, first ? '{' : ' ');
		first = false;
		line_element(w, b, next, xml);
		line_text(xml);
	}
	if (!first)
		buf_char(b, '}');
}

static void
world_frame(struct world *w, unsigned client, const struct csta_frame *f)
{
	struct world_client *c = &w->clients[client];
	struct str xml = f->body, tag;
	size_t from = c->heard.n;

	buf_printf(&c->raw, "%04u %.*s\n", (unsigned)f->invoke, STR_ARG(f->body));
	buf_printf(&c->heard, "%04u ", (unsigned)f->invoke);
	tag = line_tag(&xml);
	ck_assert(tag.n > 0 && tag.p[0] == '?');
	line_text(&xml);
	line_element(w, &c->heard, line_tag(&xml), &xml);
	buf_cstr(&c->heard, "\n");
	c->frames++;
	if (getenv("WORLD_TRACE") != NULL)
		fprintf(stderr, "%8lld client%u < %.*s", (long long)(w->now.us / 1000), client,
			(int)(c->heard.n - from), (const char *)c->heard.p + from);
}

/* actions */

static void
world_client_gets(struct world *w, const struct node_action *a)
{
	struct world_client *c;
	struct csta_frame f;

	ck_assert_uint_ge(a->id, 1);
	ck_assert_uint_le(a->id, w->client_count);
	c = &w->clients[a->id];
	ck_assert_msg(c->open, "sent to a connection that is closed: %.*s", STR_ARG(a->bytes));
	ck_assert_int_eq(csta_stream_feed(&c->in, (const uint8_t *)a->bytes.p, a->bytes.n), 0);
	/* one message, whole, in each write */
	ck_assert_int_eq(csta_stream_next(&c->in, &f), CSTA_FRAME_READY);
	world_frame(w, (unsigned)a->id, &f);
	ck_assert_int_eq(csta_stream_next(&c->in, &f), CSTA_FRAME_MORE);
	c->bytes += a->bytes.n;
	if (c->reads)
		world_later(w, 1, NODE_EV_CLIENT_ACKED, a->id, c->bytes, STR_NONE, STR_NONE);
}

static void
world_client_closed(struct world *w, uint64_t id)
{
	struct world_client *c = &w->clients[id];

	ck_assert(c->open);
	c->open = false;
	buf_cstr(&c->heard, "closed\n");
	buf_cstr(&c->raw, "closed\n");
	world_trace(w, "client", "closed");
	world_later(w, 1, NODE_EV_CLIENT_CLOSED, id, 0, STR_NONE, STR_NONE);
}

static bool
world_is_south(const struct node_action *a)
{
	return a->kind == NODE_ACT_HTTP || a->kind == NODE_ACT_STREAM_OPEN ||
		a->kind == NODE_ACT_STREAM_CLOSE;
}

static void
world_action(struct world *w, const struct node_action *a)
{
	if (w->by_hand != NULL && world_is_south(a)) {
		w->by_hand(w, a);
		return;
	}
	switch (a->kind) {
	case NODE_ACT_SOUTH_OPEN:
	case NODE_ACT_SOUTH_SEND:
	case NODE_ACT_SOUTH_CLOSE:
	case NODE_ACT_SECRET:
	case NODE_ACT_LOGIN:
	case NODE_ACT_RESOLVE:
		ck_assert_ptr_nonnull((void *)(uintptr_t)w->links_by_hand);
		w->links_by_hand(w, a);
		break;
	case NODE_ACT_LISTEN:
		w->listening = a->flag;
		break;
	case NODE_ACT_CLIENT_SEND:
		world_client_gets(w, a);
		break;
	case NODE_ACT_CLIENT_PAUSE:
		w->clients[a->id].paused = a->flag;
		break;
	case NODE_ACT_CLIENT_CLOSE:
		world_client_closed(w, a->id);
		break;
	case NODE_ACT_CLIENT_HOLD:
		w->clients[a->id].held_ms = a->number;
		break;
	case NODE_ACT_HTTP:
		world_bw_http(w, a);
		break;
	case NODE_ACT_STREAM_OPEN:
		world_bw_open(w, a);
		break;
	case NODE_ACT_STREAM_CLOSE:
		world_bw_close(w, a->id);
		break;
	case NODE_ACT_HISTORY:
		buf_printf(&w->history, "%.*s {%.*s}\n", STR_ARG(a->text), STR_ARG(a->bytes));
		break;
	case NODE_ACT_STOPPED:
		w->stopped = true;
		break;
	case NODE_ACT_MCAST:
	case NODE_ACT_COPY:
	case NODE_ACT_REJOIN:
	case NODE_ACT_TELL_FAILED:
	case NODE_ACT_TELL_CLEAN:
		ck_abort_msg("a node alone asks for action %d", (int)a->kind);
	case NODE_ACT_NUDGE: /* it was demoted and promoted */
	case NODE_ACT_SAVE_EPOCH:
	case NODE_ACT_ASKED:
	case NODE_ACT_TOLD:
	case NODE_ACT_SCORE:
		break;
	}
}

void
world_step(struct world *w, const struct node_event *ev)
{
	struct node_event at = *ev;

	at.now = w->now;
	at.wall_us = 1800000000000000 + w->now.us;
	node_out_reset(w->out);
	node_step(w->node, &at, w->out);
	w->steps++;
	for (size_t i = 0; i < node_out_count(w->out); i++) {
		struct node_action a = node_out_at(w->out, i);

		world_action(w, &a);
	}
}

static void
world_give(struct world *w, struct world_due *d)
{
	world_step(w, &d->ev);
	world_due_free(w, d);
}

void
world_run(struct world *w, int64_t ms)
{
	struct mono end = mono_add_ms(w->now, ms);
	unsigned same_time = 0;

	for (;;) {
		struct world_due *d = TAILQ_FIRST(&w->due);
		struct mono next = node_deadline(w->node);

		if (d != NULL)
			next = mono_min(next, d->due);
		if (end.us < next.us)
			break;
		if (w->now.us < next.us) {
			w->now = next;
			same_time = 0;
		}
		if (++same_time > WORLD_SAME_TIME_STEPS)
			ck_abort_msg("the node never rests");
		if (d != NULL && d->due.us <= w->now.us)
			world_give(w, d);
		else
			world_step(w, &(struct node_event){ .kind = NODE_EV_TICK });
	}
	w->now = end;
}

void
world_settle(struct world *w)
{
	world_run(w, 20);
}

void
world_start(struct world *w)
{
	world_step(w, &(struct node_event){ .kind = NODE_EV_START });
	world_settle(w);
	ck_assert(w->listening);
	ck_assert(node_is_serving(w->node));
	world_forget_asked(w);
}

/* clients */

static unsigned
world_connect_as(struct world *w, uint32_t listener, const char *peer, const char *local)
{
	unsigned id = ++w->client_count;
	struct world_client *c = &w->clients[id];

	ck_assert_uint_lt(id, WORLD_CLIENTS);
	c->open = true;
	c->reads = true;
	csta_stream_init(&c->in, csta_codecs[w->conf.listeners[listener].framing]);
	buf_init(&c->heard, WORLD_TEXT_BYTES);
	buf_init(&c->raw, WORLD_TEXT_BYTES);
	world_step(w,
		&(struct node_event){ .kind = NODE_EV_CLIENT_OPEN,
			.id = id,
			.number = listener,
			.text = str_of(peer),
			.text2 = str_of(local) });
	return id;
}

unsigned
world_connect_over(struct world *w, uint32_t listener, const char *peer)
{
	return world_connect_as(w, listener, peer, "10.77.0.50:1040");
}

unsigned
world_connect_to(struct world *w, const char *local)
{
	return world_connect_as(w, 0, "10.77.0.100:50000", local);
}

unsigned
world_connect_from(struct world *w, const char *peer)
{
	return world_connect_over(w, 0, peer);
}

unsigned
world_connect(struct world *w)
{
	char peer[64];

	snprintf(peer, sizeof(peer), "10.77.0.100:%u", 40000 + w->client_count);
	return world_connect_from(w, peer);
}

void
world_send_bytes(struct world *w, unsigned client, const void *p, size_t n)
{
	char *copy = mem_alloc(n ? n : 1);

	memcpy(copy, p, n);
	world_step(w,
		&(struct node_event){
			.kind = NODE_EV_CLIENT_DATA, .id = client, .bytes = { copy, n } });
	mem_free(copy);
}

void
world_put_ids(const struct world *w, struct buf *b, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		char *end;
		unsigned long long low;

		if (*p != '#' || p[1] < '0' || p[1] > '9' || (p > text && p[-1] == '&')) {
			buf_char(b, *p);
			continue;
		}
		low = strtoull(p + 1, &end, 10);
		buf_printf(b, "%llu", ((unsigned long long)w->id_high << 32) + low);
		p = end - 1;
	}
}

void
world_send(struct world *w, unsigned client, unsigned invoke, const char *fmt, ...)
{
	struct buf body, frame;
	va_list ap;
	char text[4096];

	va_start(ap, fmt);
	ck_assert_int_lt(vsnprintf(text, sizeof(text), fmt, ap), (int)sizeof(text));
	va_end(ap);
	world_trace(w, "client > ", text);
	buf_init(&body, 65536);
	buf_init(&frame, 65536);
	world_put_ids(w, &body, text);
	ck_assert_int_eq(csta_frame_put(&frame, invoke, buf_as_str(&body)), 0);
	world_send_bytes(w, client, frame.p, frame.n);
	buf_fini(&body);
	buf_fini(&frame);
	world_settle(w);
}

void
world_hang_up(struct world *w, unsigned client)
{
	ck_assert(w->clients[client].open);
	w->clients[client].open = false;
	world_later(w, 0, NODE_EV_CLIENT_CLOSED, client, 0, STR_NONE, STR_NONE);
	world_settle(w);
}

const char *
world_take(struct world *w, unsigned client)
{
	struct buf *heard = &w->clients[client].heard;

	buf_char(heard, '\0');
	ck_assert(!heard->overflow);
	heard->n = 0;
	return (const char *)heard->p;
}

void
world_heard(struct world *w, unsigned client, const char *lines)
{
	ck_assert_str_eq(world_take(w, client), lines);
}

void
world_start_session(
	struct world *w, unsigned client, unsigned invoke, const char *password, const char *login)
{
	world_send(w, client, invoke,
		"<StartApplicationSession xmlns=\"http://www.ecma-international.org/standards/ecma-354/appl_session\">"
		"<applicationInfo><applicationID>test</applicationID><applicationSpecificInfo><SessionLoginInfo>"
		"<userName>demo</userName><password>%s</password>%s</SessionLoginInfo></applicationSpecificInfo>"
		"</applicationInfo><requestedProtocolVersions><protocolVersion>"
		"http://www.ecma-international.org/standards/ecma-323/csta/ed6</protocolVersion>"
		"</requestedProtocolVersions><requestedSessionDuration>60</requestedSessionDuration>"
		"</StartApplicationSession>",
		password, login);
}

unsigned
world_session(struct world *w)
{
	unsigned client = world_connect(w);

	world_start_session(
		w, client, 1, "demo", "<lastMessageSequenceNumber>0</lastMessageSequenceNumber>");
	ck_assert_ptr_nonnull(strstr(world_take(w, client), "StartApplicationSessionPosResponse"));
	return client;
}

unsigned
world_begin(struct world *w, unsigned xsps, const char *settings)
{
	unsigned client;

	world_init(w, xsps, settings);
	w->quiet_acks = true;
	world_start(w);
	client = world_connect(w);
	world_settle(w);
	world_start_session(w, client, 1, "demo", "");
	world_take(w, client);
	return client;
}

unsigned
world_begin_call(struct world *w, const char *personality, const char *state)
{
	unsigned client = world_begin(w, 1, "");

	world_monitor(w, client, "2001");
	world_call(w, "2001", "CallReceivedEvent", "a:0", "7:1", personality, "Alerting", "2002");
	if (strcmp(state, "Alerting") != 0)
		world_call(w, "2001", "CallAnsweredEvent", "a:0", "7:1", personality, "Active",
			"2002");
	if (strcmp(state, "Held") == 0 || strcmp(state, "Remote Held") == 0)
		world_call(w, "2001", "CallHeldEvent", "a:0", "7:1", personality, state, "2002");
	world_run(w, 5000);
	world_take(w, client);
	world_forget_asked(w);
	return client;
}

unsigned
world_monitor(struct world *w, unsigned client, const char *device)
{
	const char *heard, *ref;

	world_take(w, client);
	world_send(w, client, 77,
		"<MonitorStart><monitorObject><deviceObject>%s</deviceObject></monitorObject></MonitorStart>",
		device);
	heard = world_take(w, client);
	ref = strstr(heard, "0077 MonitorStartResponse{monitorCrossRefID=#");
	ck_assert_msg(ref != NULL, "no monitor on %s: %s", device, heard);
	return (unsigned)strtoul(strchr(ref, '#') + 1, NULL, 10);
}

/* what was logged and asked */

static unsigned
world_count(const struct buf *b, const char *start, const char *part)
{
	struct str rest = buf_as_str(b), line;
	unsigned count = 0;

	while (rest.n > 0) {
		char *copy;

		line = str_cut(rest, '\n', &rest);
		copy = mem_strndup(line.p, line.n);
		count += strncmp(copy, start, strlen(start)) == 0 && strstr(copy, part) != NULL;
		mem_free(copy);
	}
	return count;
}

unsigned
world_logged(const struct world *w, int number, const char *text)
{
	char start[16];

	snprintf(start, sizeof(start), "%d ", number);
	return world_count(&w->logs, start, text);
}

unsigned
world_history(const struct world *w, const char *word)
{
	return world_count(&w->history, word, "");
}

unsigned
world_asked_count(const struct world *w, const char *word)
{
	return world_count(&w->asked, "", word);
}

void
world_forget_asked(struct world *w)
{
	buf_reset(&w->asked);
	buf_reset(&w->bodies);
}

void
world_asked(struct world *w, const char *lines)
{
	buf_char(&w->asked, '\0');
	ck_assert_str_eq((const char *)w->asked.p, lines);
	world_forget_asked(w);
}

int
world_main(const char *name, const TTest *const tests[], size_t count)
{
	Suite *suite = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	for (size_t i = 0; i < count; i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
