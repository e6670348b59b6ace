/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrong events and hostile documents, on demand.
 *
 * Happy path: no rule fits, the document goes to its channel unchanged.
 * Failure modes: a delayed document whose channel is gone is dropped; the event then comes again
 * because nobody acknowledges it.
 */
#include "tests/bwsim/bws_garble.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_journal.h"
#include "tests/bwsim/bws_stream.h"

#include <stdlib.h>
#include <string.h>

#define ENDLESS_PART 65536
#define ENDLESS_MS 2

/* Bytes that are written later, or a document that goes on and on. */
struct bws_garble_late {
	TAILQ_ENTRY(bws_garble_late) link;
	struct bws *w;
	char channel[BWS_UUID_LEN + 1];
	struct bws_buf doc;
	int64_t parts; /* still to come */
	bool wrong;    /* on purpose */
	struct bws_timer timer;
};

static const char *const texts[] = {
#define X(name, text) text,
	BWS_GARBLE_LIST(X)
#undef X
};

void
bws_garble_init(struct bws *w)
{
	TAILQ_INIT(&w->garble.rules);
	TAILQ_INIT(&w->garble.late);
}

static void
drop_rule(struct bws *w, struct bws_garble_rule *rule)
{
	TAILQ_REMOVE(&w->garble.rules, rule, link);
	free(rule->type);
	free(rule);
}

bool
bws_garble_add(struct bws *w, const char *what, const char *type, const struct bws_xsp *xsp,
	int64_t count, int64_t ms)
{
	struct bws_garble_rule *rule;
	unsigned i;

	for (i = 0; i < BWS_GARBLE_COUNT; i++)
		if (strcmp(texts[i], what) == 0)
			break;
	if (i == BWS_GARBLE_COUNT || count < 1)
		return false;
	rule = bws_util_calloc(1, sizeof(*rule));
	rule->what = (enum bws_garble_what)i;
	rule->type = bws_util_strdup(type);
	rule->xsp = xsp;
	rule->count = count;
	rule->ms = ms;
	TAILQ_INSERT_TAIL(&w->garble.rules, rule, link);
	return true;
}

static void
push(struct bws *w, struct bws_chan *c, const struct bws_buf *doc, bool wrong)
{
	if (wrong)
		w->validate.off++;
	if (c->stream)
		bws_stream_push(c->stream, doc->p, doc->n);
	if (wrong)
		w->validate.off--;
}

static void
drop_late(struct bws_garble_late *l)
{
	TAILQ_REMOVE(&l->w->garble.late, l, link);
	bws_timer_stop(&l->w->timers, &l->timer);
	bws_buf_free(&l->doc);
	free(l);
}

static void
on_late(void *arg)
{
	struct bws_garble_late *l = arg;
	struct bws_chan *c = bws_chan_find(l->w, l->channel);

	if (c)
		push(l->w, c, &l->doc, l->wrong);
	if (c && --l->parts > 0)
		bws_timer_in_ms(&l->w->timers, &l->timer, ENDLESS_MS);
	else
		drop_late(l);
}

static struct bws_garble_late *
push_later(struct bws *w, const struct bws_chan *c, const struct bws_buf *doc, int64_t ms)
{
	struct bws_garble_late *l = bws_util_calloc(1, sizeof(*l));

	l->w = w;
	l->parts = 1;
	memcpy(l->channel, c->id, sizeof(l->channel));
	bws_buf_add(&l->doc, doc->p, doc->n);
	l->wrong = w->validate.off > 0;
	bws_timer_init(&l->timer, on_late, l);
	TAILQ_INSERT_TAIL(&w->garble.late, l, link);
	bws_timer_in_ms(&w->timers, &l->timer, ms);
	return l;
}

/* Copies @doc with the text between the first @begin and the following @end replaced. Returns false
 * when there is no such text. */
static bool
replace(struct bws_buf *out, const struct bws_buf *doc, const char *begin, const char *end,
	const char *text)
{
	const char *from = strstr(doc->p, begin);
	const char *to = from ? strstr(from + strlen(begin), end) : NULL;

	if (!to)
		return false;
	from += strlen(begin);
	bws_buf_add(out, doc->p, (size_t)(from - doc->p));
	bws_buf_str(out, text);
	bws_buf_str(out, to);
	return true;
}

static void
wrong_type(struct bws_buf *out, const struct bws_buf *doc, const char *type)
{
	const char *other =
		strcmp(type, "HookStatusEvent") == 0 ? "xsi:CallHeldEvent" : "xsi:HookStatusEvent";

	if (!replace(out, doc, "<xsi:eventData xsi1:type=\"", "\"", other))
		bws_buf_add(out, doc->p, doc->n);
}

static void
wrong_value(struct bws_buf *out, const struct bws_buf *doc, const char *type)
{
	if (!replace(out, doc, "<xsi:state>", "</xsi:state>", "Nonsense") &&
		!replace(out, doc, "<xsi:hookStatus>", "</xsi:hookStatus>", "Nonsense"))
		wrong_type(out, doc, type);
}

static void
push_second(struct bws *w, struct bws_chan *c, const struct bws_buf *doc, bool new_id)
{
	struct bws_buf out = { 0 };
	char id[BWS_UUID_LEN + 1];

	bws_rand_uuid(&w->rand_id, id);
	if (!new_id || !replace(&out, doc, "<xsi:eventID>", "</xsi:eventID>", id))
		bws_buf_add(&out, doc->p, doc->n);
	push(w, c, &out, false);
	bws_buf_free(&out);
}

static bool
apply(struct bws *w, const struct bws_garble_rule *rule, const struct bws_event *ev,
	struct bws_chan *c, const struct bws_buf *doc)
{
	struct bws_buf out = { 0 };

	switch (rule->what) {
	case BWS_GARBLE_HIDE:
		break;
	case BWS_GARBLE_LOSE:
		return true;
	case BWS_GARBLE_DUPLICATE:
	case BWS_GARBLE_DUPLICATE_ID:
		push(w, c, doc, false);
		push_second(w, c, doc, rule->what == BWS_GARBLE_DUPLICATE_ID);
		break;
	case BWS_GARBLE_DELAY:
		push_later(w, c, doc, rule->ms);
		break;
	case BWS_GARBLE_WRONG_VALUE:
		wrong_value(&out, doc, ev->type);
		push(w, c, &out, true);
		break;
	case BWS_GARBLE_WRONG_TYPE:
		wrong_type(&out, doc, ev->type);
		push(w, c, &out, true);
		break;
	case BWS_GARBLE_COUNT:
		break;
	}
	bws_buf_free(&out);
	return false;
}

bool
bws_garble_send(
	struct bws *w, const struct bws_event *ev, struct bws_chan *c, const struct bws_buf *doc)
{
	struct bws_garble_rule *rule;
	bool forget;

	TAILQ_FOREACH(rule, &w->garble.rules, link)
		if ((!rule->type || strcmp(rule->type, ev->type) == 0) &&
			(!rule->xsp || rule->xsp == c->xsp))
			break;
	if (!rule) {
		push(w, c, doc, false);
		return false;
	}
	w->stats.garbled++;
	bws_journal_fact(w, "garble", "{s:s,s:s,s:s,s:I}", "what", texts[rule->what], "event_id",
		ev->id, "subscription", ev->sub->id, "seq", (long long)ev->seq);
	forget = apply(w, rule, ev, c, doc);
	if (--rule->count == 0)
		drop_rule(w, rule);
	return forget;
}

/* --- documents that nobody should send --- */

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define EVENT \
	"<xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\" " \
	"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\" " \
	"xsi1:type=\"xsi:SubscriptionEvent\">"

static void
v1_event(struct bws_buf *b)
{
	bws_buf_str(b,
		DECLARATION
		"<Event xmlns=\"http://schema.broadsoft.com/xsi-events\" "
		"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\">"
		"<sequenceNumber>1</sequenceNumber><subscriberId>2000@demo.example</subscriberId>"
		"<applicationId>old</applicationId>"
		"<subscriptionId>00000000-0000-4000-8000-000000000001</subscriptionId>"
		"<eventData xsi1:type=\"xsi:CallEvent\" "
		"xmlns:xsi=\"http://schema.broadsoft.com/xsi-events\">"
		"<eventName>CallSessionEvent</eventName><call><callId>callhalf-1:0</callId>"
		"<extTrackingId>1:1</extTrackingId><personality>Terminator</personality>"
		"<callState>Active</callState></call></eventData></Event>");
}

static void
deep(struct bws_buf *b, int64_t size)
{
	int64_t i;

	bws_buf_str(b, DECLARATION EVENT);
	for (i = 0; i < size; i++)
		bws_buf_str(b, "<a>");
	for (i = 0; i < size; i++)
		bws_buf_str(b, "</a>");
	bws_buf_str(b, "</xsi:Event>");
}

static void
fill(struct bws_buf *b, int64_t size)
{
	static const char part[] = "<xsi:x>0123456789012345678901234567890123456789012345</xsi:x>";

	while (size > 0) {
		bws_buf_add(b, part, sizeof(part) - 1);
		size -= (int64_t)sizeof(part) - 1;
	}
}

static int
make(struct bws_buf *b, const char *kind, int64_t size)
{
	if (strcmp(kind, "v1") == 0) {
		v1_event(b);
	} else if (strcmp(kind, "deep") == 0) {
		deep(b, size > 0 ? size : 10000);
	} else if (strcmp(kind, "huge") == 0) {
		bws_buf_str(b, DECLARATION EVENT);
		fill(b, size > 0 ? size : 10 << 20);
		bws_buf_str(b, "</xsi:Event>");
	} else if (strcmp(kind, "dtd") == 0) {
		bws_buf_str(b,
			DECLARATION "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c "
				    "\"&b;&b;&b;&b;\">]>" EVENT "&c;</xsi:Event>");
	} else if (strcmp(kind, "junk") == 0) {
		bws_buf_str(b, "HTTP/1.1 200 OK\r\n\r\nthis is no XML & never was");
	} else if (strcmp(kind, "late") == 0) {
		bws_doc_heartbeat(b);
	} else if (strcmp(kind, "endless") == 0) {
		bws_buf_str(b, DECLARATION EVENT);
	} else {
		return -1;
	}
	return 0;
}

static void
go_on(struct bws *w, const struct bws_chan *c, int64_t size)
{
	struct bws_buf part = { 0 };
	struct bws_garble_late *l;

	fill(&part, ENDLESS_PART);
	l = push_later(w, c, &part, ENDLESS_MS);
	l->wrong = true;
	l->parts = (size > 0 ? size : 64 << 20) / ENDLESS_PART + 1;
	bws_buf_free(&part);
}

int
bws_garble_push(struct bws *w, const char *kind, const struct bws_xsp *xsp, int64_t size)
{
	struct bws_buf doc = { 0 };
	struct bws_chan *c;
	int n = 0;

	if (make(&doc, kind, size) < 0)
		return -1;
	TAILQ_FOREACH(c, &w->chans.all, link) {
		if (xsp && c->xsp != xsp)
			continue;
		push(w, c, &doc, true);
		if (strcmp(kind, "endless") == 0)
			go_on(w, c, size);
		n++;
	}
	bws_buf_free(&doc);
	bws_journal_fact(w, "garble", "{s:s,s:i}", "what", kind, "channels", n);
	return n;
}

void
bws_garble_fini(struct bws *w)
{
	while (!TAILQ_EMPTY(&w->garble.rules))
		drop_rule(w, TAILQ_FIRST(&w->garble.rules));
	while (!TAILQ_EMPTY(&w->garble.late))
		drop_late(TAILQ_FIRST(&w->garble.late));
}
