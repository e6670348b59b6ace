/* SPDX-License-Identifier: Apache-2.0 */
/* The control channel's language: see ctl.h. */
#include "daemon/ctl.h"

#include "daemon/ctl_json.h"
#include "proto/base/check.h"

#include <stdio.h>
#include <string.h>

static bool
find_verb(const char *text, enum ctl_verb *verb)
{
	static const char *const names[] = {
#define XX(name, word, level) word,
		CTL_VERBS(XX)
#undef XX
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], text) == 0) {
			*verb = (enum ctl_verb)i;
			return true;
		}
	return false;
}

static bool
find_level(const char *text, enum log_level *level)
{
	for (int i = LOG_ALARM; i <= LOG_DEBUG; i++)
		if (strcmp(log_level_name((enum log_level)i), text) == 0) {
			*level = (enum log_level)i;
			return true;
		}
	return false;
}

/* A number of `root`, `initial` if it is not there. */
static int
read_number(json_t *root, const char *key, json_int_t initial, json_int_t min, json_int_t max,
	json_int_t *out, struct err *e)
{
	json_t *given = json_object_get(root, key);
	json_int_t n = given != NULL ? json_integer_value(given) : initial;

	if (n < min || n > max)
		return err_set(e, E_MALFORMED, "%s: allowed: %lld to %lld", key, (long long)min,
			(long long)max);
	*out = n;
	return 0;
}

/* A text of `root`; "" if it is not there. */
static int
read_text(json_t *root, const char *key, char *out, size_t size, struct err *e)
{
	const char *text = json_string_value(json_object_get(root, key));

	if (!str_copy(out, size, str_of(text)))
		return err_set(e, E_MALFORMED, "%s: allowed: %zu characters", key, size - 1);
	return 0;
}

/* Where the slice before ended. */
static int
read_after(json_t *after, struct ctl_list_query *q, struct err *e)
{
	json_t *keys = json_object_get(after, "keys");
	json_int_t skip = 0;

	if (json_array_size(keys) > CTL_LIST_KEYS)
		return err_set(e, E_MALFORMED, "after: allowed: %d keys", CTL_LIST_KEYS);
	if (read_number(after, "skip", 0, 0, UINT32_MAX, &skip, e) != 0)
		return e->code;
	for (size_t i = 0; i < json_array_size(keys); i++) {
		const char *key = json_string_value(json_array_get(keys, i));

		if (key == NULL || !str_copy(q->keys[i], sizeof(q->keys[i]), str_of(key)))
			return err_set(e, E_MALFORMED, "after: not a key");
		q->key_count++;
	}
	q->skip = (uint32_t)skip;
	return 0;
}

static int
read_list(json_t *root, struct ctl_list_query *q, struct err *e)
{
	const char *what = json_string_value(json_object_get(root, "what"));
	json_int_t rows = 0, older = 0;

	if (what == NULL || !ctl_list_find(what, &q->kind))
		return err_set(e, E_MALFORMED,
			"what: allowed: calls, stuck, monitors, sessions, users, channels");
	if (read_number(root, "rows", LIMIT_CTL_ROWS, 1, LIMIT_CTL_ROWS, &rows, e) != 0 ||
		read_number(root, "older", 0, 0, UINT32_MAX, &older, e) != 0 ||
		read_text(root, "match", q->match, sizeof(q->match), e) != 0 ||
		read_text(root, "state", q->state, sizeof(q->state), e) != 0)
		return e->code;
	q->rows_max = (uint32_t)rows;
	q->older_s = (uint32_t)older;
	return read_after(json_object_get(root, "after"), q, e);
}

static int
read_events(json_t *root, struct ctl_request *r, struct err *e)
{
	json_int_t rows = 0, after = 0;

	if (read_number(root, "rows", LIMIT_CTL_ROWS, 1, LIMIT_CTL_ROWS, &rows, e) != 0 ||
		read_number(root, "after", 0, 0, INT64_MAX, &after, e) != 0)
		return e->code;
	r->rows = (uint32_t)rows;
	r->after = (uint64_t)after;
	return 0;
}

/* What the verb wants to know besides. */
static int
read_members(json_t *root, struct ctl_request *r, struct err *e)
{
	const char *level = json_string_value(json_object_get(root, "level"));
	json_int_t lines = 0;

	json_int_t seconds = 0;
	const char *salt = json_string_value(json_object_get(root, "salt"));

	if (read_number(root, "lines", 20, 1, CTL_HISTORY_LINES_MAX, &lines, e) != 0 ||
		read_number(root, "seconds", 0, 0, CTL_SECONDS_MAX, &seconds, e) != 0 ||
		read_text(root, "node", r->node, sizeof(r->node), e) != 0)
		return e->code;
	if (salt != NULL && !str_u64(str_of(salt), UINT64_MAX, &r->salt))
		return err_set(e, E_MALFORMED, "salt: not a number");
	r->seconds = (uint32_t)seconds;
	r->lines = (uint32_t)lines;
	if (r->verb == CTL_LOGLEVEL && (level == NULL || !find_level(level, &r->level)))
		return err_set(e, E_MALFORMED, "level: allowed: alarm, warning, notice, debug");
	if (r->verb == CTL_LOGLEVEL)
		return read_text(root, "subsystem", r->subsystem, sizeof(r->subsystem), e);
	if (r->verb == CTL_RESYNC)
		return read_text(root, "device", r->device, sizeof(r->device), e);
	if (r->verb == CTL_TRACE && read_text(root, "object", r->object, sizeof(r->object), e) != 0)
		return e->code;
	if (r->verb == CTL_TRACE && r->object[0] == '\0')
		return err_set(
			e, E_MALFORMED, "object: a device, user, call or session is missing");
	if (r->verb == CTL_EVENTS || r->verb == CTL_TRACE)
		return read_events(root, r, e);
	return r->verb == CTL_LIST ? read_list(root, &r->list, e) : 0;
}

static int
read_request(json_t *root, struct ctl_request *r, struct err *e)
{
	const char *verb = json_string_value(json_object_get(root, "verb"));
	struct ctl_request read = { .level = LOG_NOTICE };

	if (verb == NULL || !find_verb(verb, &read.verb))
		return err_set(e, E_UNKNOWN, "no such verb: %s", verb ? verb : "(none)");
	if (read_members(root, &read, e) != 0)
		return e->code;
	*r = read;
	return 0;
}

int
ctl_parse(struct str json, struct ctl_request *r, struct err *e)
{
	struct err local = { 0 };
	json_error_t why;
	json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &why);
	int result;

	if (root == NULL)
		return err_set(e, E_MALFORMED, "not JSON: %s", why.text);
	result = read_request(root, r, e != NULL ? e : &local);
	json_decref(root);
	return result;
}

/* --- rights ----------------------------------------------------------------------------------- */

enum ctl_level
ctl_level_of(enum ctl_verb verb)
{
	static const enum ctl_level levels[] = {
#define XX(name, word, level) CTL_LEVEL_##level,
		CTL_VERBS(XX)
#undef XX
	};

	return levels[verb];
}

const char *
ctl_level_name(enum ctl_level level)
{
	static const char *const names[] = {
#define XX(name, text) text,
		CTL_LEVELS(XX)
#undef XX
	};

	return names[level];
}

static bool
is_member(uint32_t gid, const uint32_t *gids, size_t count)
{
	for (size_t i = 0; gid != CTL_NO_GROUP && i < count; i++)
		if (gids[i] == gid)
			return true;
	return false;
}

enum ctl_level
ctl_level_for(const struct ctl_rights *r, uint32_t uid, const uint32_t *gids, size_t gid_count)
{
	if (uid == 0 || uid == r->daemon_uid)
		return CTL_LEVEL_ADMIN;
	for (int level = CTL_LEVEL_ADMIN; level > CTL_LEVEL_NONE; level--)
		if (is_member(r->gid[level], gids, gid_count))
			return (enum ctl_level)level;
	return CTL_LEVEL_NONE;
}

/* --- orders ----------------------------------------------------------------------------------- */

enum ctl_verdict
ctl_promote_verdict(enum ha_role role, bool serving, const char *refusal)
{
	if (role == HA_ACTIVE && serving)
		return CTL_DONE;
	if (refusal[0] != '\0' || role == HA_FENCED)
		return CTL_FAILED;
	return CTL_WAIT;
}

enum ctl_verdict
ctl_demote_verdict(enum ha_role role, const char *refusal)
{
	if (role != HA_ACTIVE && role != HA_DRAINING && role != HA_CLAIMING)
		return CTL_DONE;
	return refusal[0] != '\0' ? CTL_FAILED : CTL_WAIT;
}

enum ctl_ocf
ctl_monitor_code(enum ha_role role)
{
	if (role == HA_FENCED)
		return CTL_OCF_GENERIC;
	return role == HA_ACTIVE ? CTL_OCF_PROMOTED : CTL_OCF_SUCCESS;
}

enum ctl_ocf
ctl_health_code(enum ha_role role, bool healthy)
{
	enum ctl_ocf code = ctl_monitor_code(role);

	if (healthy || code == CTL_OCF_GENERIC)
		return code;
	return code == CTL_OCF_PROMOTED ? CTL_OCF_DEGRADED_PROMOTED : CTL_OCF_DEGRADED;
}

void
ctl_answer_error(struct buf *out, const char *text)
{
	ctl_json_put(out, json_pack("{s:b,s:o}", "ok", 0, "error", ctl_json_plain(text)));
}

void
ctl_answer_denied(struct buf *out, enum ctl_verb verb, enum ctl_level has)
{
	char text[160];

	snprintf(text, sizeof(text),
		"not permitted: this needs the level %s, and yours is %s (see %s-group of the configuration)",
		ctl_level_name(ctl_level_of(verb)), ctl_level_name(has),
		ctl_level_name(ctl_level_of(verb)));
	ctl_json_put(out, json_pack("{s:b,s:b,s:s}", "ok", 0, "denied", 1, "error", text));
}

void
ctl_answer_code(struct buf *out, int code, const char *text)
{
	ctl_json_put(out,
		json_pack("{s:b,s:i,s:o}", "ok", 1, "exit", code, "text", ctl_json_plain(text)));
}

void
ctl_answer_lines(struct buf *out, struct str lines)
{
	json_t *list = json_array();

	while (lines.n > 0) {
		struct str line = str_cut(lines, '\n', &lines);
		json_t *entry = json_loadb(line.p, line.n, 0, NULL);

		if (entry != NULL)
			json_array_append_new(list, entry);
	}
	ctl_json_put(out, json_pack("{s:b,s:o}", "ok", 1, "lines", list));
}
