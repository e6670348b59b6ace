/* SPDX-License-Identifier: Apache-2.0 */
/* Lists as JSON: see http_json.h. Nothing can fail here but memory. */
#include "daemon/http_json.h"

#include "core/model.h"
#include "daemon/ctl_json.h"
#include "proto/base/check.h"

#include <inttypes.h>
#include <stdio.h>

/* An object that says of what and of when it is; takes `list`. */
static json_t *
answer(const struct http_snap *s, const char *schema, uint32_t total, const char *name,
	json_t *list)
{
	return json_pack("{s:s,s:b,s:I,s:s,s:I,s:o}", "schema", schema, "ok", 1, "t_us",
		(json_int_t)s->wall_us, "node", s->node_name, "total", (json_int_t)total, name,
		list);
}

static void
add(json_t *list, json_t *row)
{
	REQUIRE(row != NULL);
	json_array_append_new(list, row);
}

static json_t *
masked(const struct http_snap *s, const char *text)
{
	char shown[LIMIT_DEVICE_ID];

	http_masked(s, text, shown, sizeof(shown));
	return json_string(shown);
}

/* What is not of users, but may be cut anywhere. */
static json_t *
plain(const char *text)
{
	char ascii[192];

	http_plain(text, ascii, sizeof(ascii));
	return json_string(ascii);
}

static json_t *
id_text(uint64_t id)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, id);
	return json_string(text);
}

static json_t *
tag_text(uint64_t session)
{
	char text[8];

	snprintf(text, sizeof(text), "%06x", core_session_tag(session));
	return json_string(text);
}

void
http_json_channels(const struct http_snap *s, struct buf *out)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < s->link_count; i++) {
		const struct node_link *l = &s->links[i];

		add(list,
			json_pack("{s:o,s:s,s:o,s:s,s:b,s:I,s:I,s:I,s:I,s:I}", "name",
				plain(l->name), "transport", l->transport, "url", plain(l->url),
				"state", l->state, "up", http_link_is_up(l) ? 1 : 0, "opens",
				(json_int_t)l->opens, "losses", (json_int_t)l->losses, "requests",
				(json_int_t)l->requests, "failures", (json_int_t)l->failures,
				"queued", (json_int_t)l->queued));
	}
	ctl_json_put(out, answer(s, "tandemctl/channels/1", s->link_count, "channels", list));
}

void
http_json_sessions(const struct http_snap *s, struct buf *out)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < http_rows(s->session_count, LIMIT_HTTP_SESSIONS); i++) {
		const struct node_session *r = &s->sessions[i];

		add(list,
			json_pack("{s:o,s:o,s:o,s:b,s:b,s:I,s:I,s:I}", "id", tag_text(r->id),
				"user", masked(s, r->user), "peer", masked(s, r->peer), "connected",
				r->attached ? 1 : 0, "kept", r->kept ? 1 : 0, "monitors",
				(json_int_t)r->monitors, "waiting_messages",
				(json_int_t)r->waiting_messages, "waiting_bytes",
				(json_int_t)r->waiting_bytes));
	}
	ctl_json_put(out, answer(s, "tandemctl/sessions/1", s->session_count, "sessions", list));
}

void
http_json_monitors(const struct http_snap *s, struct buf *out)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < http_rows(s->monitor_count, LIMIT_HTTP_MONITORS); i++) {
		const struct node_monitor *r = &s->monitors[i];

		add(list,
			json_pack("{s:o,s:o,s:o,s:s,s:b}", "id", id_text(r->id), "session",
				tag_text(r->session), "device",
				r->device[0] != '\0' ? masked(s, r->device) : json_null(), "type",
				r->calls ? "call" : "device", "in_service", r->in_service ? 1 : 0));
	}
	ctl_json_put(out, answer(s, "tandemctl/monitors/1", s->monitor_count, "monitors", list));
}

void
http_json_calls(const struct http_snap *s, struct buf *out)
{
	json_t *list = json_array(), *states = json_object(), *root;

	for (enum node_party_state i = 0; i < NODE_PARTY_COUNT; i++)
		json_object_set_new(states, http_party_state(i),
			json_integer((json_int_t)s->parties.of_state[i]));
	for (uint32_t i = 0; i < http_rows(s->parties.doubts, LIMIT_HTTP_DOUBTS); i++)
		add(list,
			json_pack("{s:o,s:o,s:s}", "device", masked(s, s->doubts[i].device), "call",
				id_text(s->doubts[i].call), "state",
				http_party_state(s->doubts[i].state)));
	root = answer(s, "tandemctl/calls/1", s->counts.calls, "in_doubt", list);
	REQUIRE(root != NULL);
	json_object_set_new(root, "in_doubt_total", json_integer((json_int_t)s->parties.doubts));
	json_object_set_new(root, "parties", states);
	ctl_json_put(out, root);
}

void
http_json_history(const struct http_snap *s, struct str lines, struct buf *out)
{
	json_t *list = json_array();

	while (lines.n > 0) {
		struct str line = str_cut(lines, '\n', &lines);
		json_t *entry = json_loadb(line.p, line.n, 0, NULL);

		if (json_is_object(entry))
			json_array_append_new(list, entry);
		else
			json_decref(entry);
	}
	ctl_json_put(out,
		answer(s, "tandemctl/history/1", (uint32_t)json_array_size(list), "lines", list));
}

void
http_json_health(const struct http_snap *s, bool ok, const char *text, struct buf *out)
{
	struct stat_input in = http_snap_stat(s);

	ctl_json_put(out,
		json_pack("{s:s,s:b,s:s,s:s,s:s,s:I,s:s}", "schema", "tandem/health/1", "ok",
			ok ? 1 : 0, "node", s->node_name, "role",
			s->at_us != 0 ? stat_role(s->view.role) : "starting", "state",
			s->at_us != 0 ? stat_state(&in) : "starting", "epoch",
			(json_int_t)s->view.epoch, "text", text));
}
