/* SPDX-License-Identifier: Apache-2.0 */
/* The control channel's language: see ctl.h. */
#include "daemon/ctl.h"

#include "proto/base/check.h"

#include <jansson.h>
#include <string.h>

static int
append_to_buf(const char *p, size_t n, void *arg)
{
	buf_put(arg, p, n);
	return 0;
}

static void
answer(struct buf *out, json_t *root)
{
	REQUIRE(root != NULL);
	json_dump_callback(root, append_to_buf, out, JSON_COMPACT);
	json_decref(root);
}

/*
 * Texts may hold pieces of what a client sent, cut anywhere: only ASCII is certain to be valid
 * JSON.
 */
static json_t *
plain_text(const char *text)
{
	char plain[512];
	size_t n = 0;

	for (; text[n] != '\0' && n < sizeof(plain) - 1; n++)
		plain[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
	plain[n] = '\0';
	return json_string(plain);
}

static bool
find_verb(const char *text, enum ctl_verb *verb)
{
	static const char *const names[] = {
#define XX(name, word) word,
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

static int
read_request(json_t *root, struct ctl_request *r, struct err *e)
{
	const char *verb = json_string_value(json_object_get(root, "verb"));
	const char *level = json_string_value(json_object_get(root, "level"));
	json_t *lines = json_object_get(root, "lines");
	struct ctl_request read = { .lines = 20, .level = LOG_NOTICE };

	if (verb == NULL || !find_verb(verb, &read.verb))
		return err_set(e, E_UNKNOWN, "no such verb: %s", verb ? verb : "(none)");
	if (lines != NULL) {
		json_int_t n = json_integer_value(lines);

		if (n < 1 || n > CTL_HISTORY_LINES_MAX)
			return err_set(
				e, E_MALFORMED, "lines: allowed: 1 to %d", CTL_HISTORY_LINES_MAX);
		read.lines = (uint32_t)n;
	}
	if (read.verb == CTL_LOGLEVEL && (level == NULL || !find_level(level, &read.level)))
		return err_set(e, E_MALFORMED, "level: allowed: alarm, warning, notice, debug");
	*r = read;
	return 0;
}

int
ctl_parse(struct str json, struct ctl_request *r, struct err *e)
{
	json_error_t why;
	json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &why);
	int result;

	if (root == NULL)
		return err_set(e, E_MALFORMED, "not JSON: %s", why.text);
	result = read_request(root, r, e);
	json_decref(root);
	return result;
}

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
	answer(out, json_pack("{s:b,s:o}", "ok", 0, "error", plain_text(text)));
}

void
ctl_answer_code(struct buf *out, int code, const char *text)
{
	answer(out, json_pack("{s:b,s:i,s:o}", "ok", 1, "exit", code, "text", plain_text(text)));
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
	answer(out, json_pack("{s:b,s:o}", "ok", 1, "lines", list));
}
