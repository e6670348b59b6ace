/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page: see http_page.h. All text from outside passes put_text(), which leaves nothing that a browser would take for
 * more than text. Nothing can fail here but memory.
 */
#include "daemon/http_page.h"

#include "daemon/http_asset.h"
#include "daemon/http_timeline.h"
#include "proto/base/check.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PAGE_ROWS 20
#define PAGE_HISTORY 8

static void
put_text(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '<' || *text == '>' || *text == '&' || *text == '"' || *text == '\'')
			buf_printf(out, "&#%d;", *text);
		else
			buf_char(out, *text >= ' ' && *text <= '~' ? *text : '?');
	}
}

static void
put_cell(struct buf *out, const char *classes, const char *text)
{
	buf_printf(out, "<td class=\"%s\">", classes);
	put_text(out, text);
	buf_cstr(out, "</td>");
}

static void
put_number(struct buf *out, const char *classes, int64_t number)
{
	if (number < 0)
		buf_printf(out, "<td class=\"r %s\">-</td>", classes);
	else
		buf_printf(out, "<td class=\"r %s\">%" PRId64 "</td>", classes, number);
}

static void
put_time(struct buf *out, int64_t t_us)
{
	time_t s = (time_t)(t_us / 1000000);
	struct tm utc;
	char text[32];

	if (gmtime_r(&s, &utc) == NULL ||
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &utc) == 0)
		snprintf(text, sizeof(text), "-");
	buf_printf(out, "%s.%03d UTC", text, (int)(t_us % 1000000 / 1000));
}

/* --- the head ------------------------------------------------------------------------------------- */

static void
put_head(const struct http_snap *s, const struct http_now *now, struct buf *out)
{
	struct stat_input in = http_snap_stat(s);
	char text[200];
	bool ready = stat_ready(&in, text, sizeof(text));
	bool still = now->turn_age_us < 0 || now->turn_age_us > 2000000;

	buf_printf(out, "<div><p class=\"big %s\">", s->serving && !still ? "g" : "d");
	put_text(out, s->node_name);
	buf_cstr(out, " is ");
	put_text(out, stat_role(s->view.role));
	buf_cstr(out, ", ");
	put_text(out, stat_state(&in));
	buf_printf(out, "</p><p class=\"big %s\">", ready ? "g" : s->clustered ? "b" : "d");
	put_text(out, text);
	buf_printf(out, "</p><p class=\"d\">epoch %" PRIu64 " &middot; ", s->view.epoch);
	if (s->clustered)
		buf_printf(out, "quorum %s &middot; fencing %s &middot; ",
			s->view.quorate ? "yes" : "no", s->fencing ? "on" : "off");
	put_time(out, s->wall_us);
	buf_cstr(out, "</p>");
	if (still)
		buf_cstr(out,
			"<p class=\"big b\">The main loop stands still: what is shown is old.</p>");
	if (s->view.peer.known && s->view.peer.config_differs)
		buf_cstr(out, "<p class=\"o\">The configurations of the two nodes differ.</p>");
	if (s->view.unconfirmed)
		buf_cstr(out,
			"<p class=\"o\">Effects leave without the confirmation of the standby.</p>");
	if (s->loop.state.why[0] != '\0') {
		buf_cstr(out, "<p class=\"b\">");
		put_text(out, s->loop.state.why);
		buf_cstr(out, "</p>");
	}
	buf_cstr(out, "</div>");
}

/* --- the nodes ------------------------------------------------------------------------------------ */

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "-";
}

static int64_t
number_of(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	return json_is_integer(v) ? (int64_t)json_integer_value(v) : -1;
}

static void
put_node(const json_t *node, struct buf *out)
{
	const json_t *channels = json_object_get(node, "channels");
	int64_t up = number_of(node, "uptime_s");
	char text[48];

	buf_cstr(out, "<tr>");
	put_cell(out, "", text_of(node, "name"));
	put_cell(out, strcmp(text_of(node, "role"), "active") == 0 ? "g" : "",
		text_of(node, "role"));
	put_cell(out, "", text_of(node, "state"));
	put_number(out, "", number_of(node, "behind"));
	put_number(out, "", number_of(node, "calls"));
	put_number(out, "w", number_of(node, "monitors"));
	put_number(out, "", number_of(node, "clients"));
	put_number(out, "w", number_of(node, "sessions"));
	snprintf(text, sizeof(text), "-");
	if (number_of(channels, "want") >= 0)
		snprintf(text, sizeof(text), "%" PRId64 "/%" PRId64, number_of(channels, "open"),
			number_of(channels, "want"));
	put_cell(out, "r", text);
	snprintf(text, sizeof(text), "-");
	if (up >= 0)
		snprintf(text, sizeof(text), "%" PRId64 " d %02d:%02d:%02d", up / 86400,
			(int)(up % 86400 / 3600), (int)(up % 3600 / 60), (int)(up % 60));
	put_cell(out, "r w", text);
	buf_cstr(out, "</tr>");
}

/* As tandemctl shows them: from the same object. */
static void
put_nodes(const struct http_snap *s, struct buf *out)
{
	struct stat_input in = http_snap_stat(s);
	struct buf text;
	json_t *status, *node;
	size_t i;

	buf_init(&text, LIMIT_HTTP_ANSWER_BYTES);
	stat_status(&in, &text);
	status = json_loadb((const char *)text.p, text.n, 0, NULL);
	buf_fini(&text);
	REQUIRE(status != NULL);
	buf_cstr(out,
		"<section><h2>Nodes</h2><table><tr><th>Node</th><th>Role</th><th>State</th>"
		"<th class=\"r\">Behind</th><th class=\"r\">Calls</th><th class=\"r w\">Monitors</th>"
		"<th class=\"r\">Clients</th><th class=\"r w\">Sessions</th><th class=\"r\">Channels</th>"
		"<th class=\"r w\">Up</th></tr>");
	json_array_foreach(json_object_get(status, "nodes"), i, node)
		put_node(node, out);
	buf_printf(out,
		"</table><p class=\"d\">%" PRIu64
		" call parties out of step since start (37205) &middot; %" PRIu64
		" messages not understood &middot; state digest %.8s%s</p></section>",
		s->counts.desynchronised, s->counts.malformed,
		text_of(json_object_get(status, "digest"), "value"),
		s->view.digest_offset == 0   ? "" :
			s->view.digest_equal ? ", equal on both nodes" :
					       ", <b class=\"b\">DIFFERS</b>");
	json_decref(status);
}

/* --- lists ---------------------------------------------------------------------------------------- */

static void
put_links(const struct http_snap *s, struct buf *out)
{
	buf_cstr(out,
		"<section><h2>Channels to BroadWorks</h2><table><tr><th>Link</th><th class=\"w\">Address</th>"
		"<th>State</th><th class=\"r\">Requests</th><th class=\"r\">Failed</th><th class=\"r\">Lost</th>"
		"<th class=\"w\">Last reason</th></tr>");
	for (uint32_t i = 0; i < s->link_count; i++) {
		const struct node_link *l = &s->links[i];
		bool idle = strcmp(l->state, "idle") == 0;

		buf_cstr(out, "<tr>");
		put_cell(out, "", l->name);
		put_cell(out, "w", l->url);
		put_cell(out, idle ? "d" : http_link_is_up(l) ? "g" : "b", l->state);
		put_number(out, "", (int64_t)l->requests);
		put_number(out, "", (int64_t)l->failures);
		put_number(out, "", (int64_t)l->losses);
		put_cell(out, "d w", l->reason);
		buf_cstr(out, "</tr>");
	}
	buf_cstr(out, "</table></section>");
}

/* Says how many of a list are not shown. */
static void
put_rest(struct buf *out, uint32_t total)
{
	if (total > PAGE_ROWS)
		buf_printf(out, "<p class=\"d\">and %u more</p>", total - PAGE_ROWS);
}

static void
put_masked(const struct http_snap *s, struct buf *out, const char *classes, const char *text)
{
	char shown[LIMIT_DEVICE_ID];

	http_masked(s, text, shown, sizeof(shown));
	put_cell(out, classes, shown[0] != '\0' ? shown : "-");
}

static void
put_sessions(const struct http_snap *s, struct buf *out)
{
	buf_printf(out,
		"<section><h2>Sessions: %u</h2><table><tr><th>User</th><th class=\"w\">From</th><th>Connection</th>"
		"<th class=\"r\">Monitors</th><th class=\"r\">Waiting</th></tr>",
		s->session_count);
	for (uint32_t i = 0; i < http_rows(s->session_count, PAGE_ROWS); i++) {
		const struct node_session *r = &s->sessions[i];

		buf_cstr(out, "<tr>");
		put_masked(s, out, "", r->user);
		put_masked(s, out, "w", r->peer);
		put_cell(out, r->attached ? "g" : "o", r->attached ? "yes" : "gone, kept");
		put_number(out, "", r->monitors);
		put_number(out, "", (int64_t)r->waiting_messages);
		buf_cstr(out, "</tr>");
	}
	buf_cstr(out, "</table>");
	put_rest(out, s->session_count);
	buf_cstr(out, "</section>");
}

/* Calls nobody can vouch for now: those that get stuck are among them. */
static void
put_doubts(const struct http_snap *s, struct buf *out)
{
	buf_printf(out, "<section><h2>Calls in doubt: <span class=\"%s\">%u</span></h2>",
		s->parties.doubts > 0 ? "b" : "g", s->parties.doubts);
	if (s->parties.doubts == 0) {
		buf_cstr(out,
			"<p class=\"d\">Every known call is at a device that BroadWorks has confirmed.</p></section>");
		return;
	}
	buf_cstr(out, "<table><tr><th>Device</th><th>Call</th><th>State</th></tr>");
	for (uint32_t i = 0; i < http_rows(s->parties.doubts, PAGE_ROWS); i++) {
		buf_cstr(out, "<tr>");
		put_masked(s, out, "", s->doubts[i].device);
		buf_printf(out, "<td>%" PRIu64 "</td>", s->doubts[i].call);
		put_cell(out, "", http_party_state(s->doubts[i].state));
		buf_cstr(out, "</tr>");
	}
	buf_cstr(out, "</table>");
	put_rest(out, s->parties.doubts);
	buf_cstr(out, "</section>");
}

/* --- the past ------------------------------------------------------------------------------------- */

static void
put_takeover(const struct http_snap *s, struct str history, struct buf *out)
{
	struct http_timeline t;

	buf_cstr(out, "<section><h2>Last takeover to this node</h2>");
	if (!http_timeline_read(&t, history)) {
		buf_cstr(out, "<p class=\"d\">none in the history</p></section>");
		return;
	}
	buf_cstr(out, "<p>");
	put_time(out, t.active_us);
	buf_printf(out, ", epoch %" PRIu64, t.epoch);
	if (t.reason[0] != '\0') {
		buf_cstr(out, ", the other node: ");
		put_text(out, t.reason);
	}
	buf_printf(out, ", %" PRId64 " ms in all%s",
		(http_timeline_end(&t) - http_timeline_start(&t)) / 1000,
		t.done_us == 0 ? " so far" : "");
	if (s->takeover.at_wall_us != 0 && s->takeover.epoch == t.epoch)
		buf_printf(out, "; calls kept %u, cleared %u, learned %u", s->takeover.calls_kept,
			s->takeover.calls_cleared, s->takeover.calls_learned);
	buf_cstr(out, "</p>");
	http_timeline_svg(&t, out);
	buf_cstr(out, "</section>");
}

static void
put_event(const json_t *line, struct buf *out)
{
	static const char *const members[] = { "from", "to", "reason", "role", "epoch", "xsp",
		"devices" };
	const json_t *v;
	char text[24];

	buf_cstr(out, "<tr><td class=\"d\">");
	put_time(out, json_integer_value(json_object_get(line, "t_us")));
	buf_cstr(out, "</td>");
	put_cell(out, "", text_of(line, "ev"));
	buf_cstr(out, "<td class=\"w\">");
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		v = json_object_get(line, members[i]);
		if (v == NULL)
			continue;
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(v));
		buf_printf(out, "%s ", members[i]);
		put_text(out, json_is_string(v) ? json_string_value(v) : text);
		buf_char(out, ' ');
	}
	buf_cstr(out, "</td></tr>");
}

/* The last lines, the newest one first. */
static void
put_history(struct str history, struct buf *out)
{
	buf_cstr(out, "<section><h2>History</h2><table>");
	for (int rows = 0; history.n > 0 && rows < PAGE_HISTORY; rows++) {
		size_t at = history.n - 1;
		json_t *line;

		while (at > 0 && history.p[at - 1] != '\n')
			at--;
		line = json_loadb(history.p + at, history.n - at, 0, NULL);
		if (json_is_object(line))
			put_event(line, out);
		json_decref(line);
		history.n = at;
	}
	buf_cstr(out, "</table></section>");
}

/* --- all of it ------------------------------------------------------------------------------------ */

void
http_page_part(
	const struct http_snap *s, const struct http_now *now, struct str history, struct buf *out)
{
	if (s->at_us == 0) {
		buf_cstr(out, "<p class=\"big d\">The node is starting.</p>");
		return;
	}
	put_head(s, now, out);
	put_nodes(s, out);
	put_links(s, out);
	put_doubts(s, out);
	put_takeover(s, history, out);
	put_sessions(s, out);
	put_history(history, out);
}

void
http_page(
	const struct http_snap *s, const struct http_now *now, struct str history, struct buf *out)
{
	buf_cstr(out,
		"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
		"<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript><title>Tandem ");
	put_text(out, s->node_name);
	buf_printf(out, "</title><style>%s</style></head><body><h1>Tandem</h1>", http_css);
	buf_cstr(out,
		"<p id=\"stale\">This node does not answer any more: what is shown is old.</p>"
		"<div class=\"two\" id=\"live\" hidden>"
		"<section><h2>Calls: <span id=\"callsv\">-</span></h2>"
		"<svg class=\"sp\" viewBox=\"0 0 300 52\" preserveAspectRatio=\"none\"><polyline id=\"calls\"/></svg></section>"
		"<section><h2>Requests to BroadWorks a second: <span id=\"asksv\">-</span></h2>"
		"<svg class=\"sp\" viewBox=\"0 0 300 52\" preserveAspectRatio=\"none\"><polyline id=\"asks\"/></svg></section>"
		"</div><main id=\"part\">");
	http_page_part(s, now, history, out);
	buf_printf(out,
		"</main><p class=\"d\"><a href=\"/metrics\">metrics</a> &middot; <a href=\"/v1/status\">status</a> &middot; "
		"<a href=\"/v1/sessions\">sessions</a> &middot; <a href=\"/v1/monitors\">monitors</a> &middot; "
		"<a href=\"/v1/calls\">calls</a> &middot; <a href=\"/v1/history\">history</a> &middot; tandemd " TANDEM_VERSION
		"</p><script>%s</script></body></html>",
		http_js);
}
