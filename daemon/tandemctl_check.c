/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tandemctl check`: one line for monitoring systems, with performance data, and their exit codes: 0 OK, 1 WARNING,
 * 2 CRITICAL, 3 UNKNOWN. It says the worst thing first.
 */
#include "daemon/tandemctl_verdict.h"

#include "daemon/tandemctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int64_t
number_of(const json_t *object, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(object, key));
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "-";
}

static const json_t *
node_with(const json_t *status, const char *key, const char *value)
{
	const json_t *nodes = json_object_get(status, "nodes");
	const json_t *node;
	size_t i;

	json_array_foreach(nodes, i, node)
		if (strcmp(text_of(node, key), value) == 0)
			return node;
	return NULL;
}

/* Why it is not OK; `code` is what it was, or becomes worse. */
static const char *
complaint(const json_t *status, const json_t *active, int64_t behind,
	const struct tandemctl_limits *limits, enum tandemctl_nagios *code, char *text, size_t size)
{
	const json_t *channels = json_object_get(active, "channels");

	*code = TANDEMCTL_CRITICAL;
	if (active == NULL)
		return "no node is active";
	if (strcmp(text_of(active, "state"), "serving") != 0) {
		snprintf(text, size, "%s is active and %s", text_of(active, "name"),
			text_of(active, "state"));
		return text;
	}
	if (json_is_integer(json_object_get(channels, "open")) && number_of(channels, "open") == 0)
		return "no event channel to BroadWorks is open";
	snprintf(text, size, "the standby is %" PRId64 " deltas behind", behind);
	if (behind >= (int64_t)limits->critical)
		return text;
	*code = TANDEMCTL_WARNING;
	if (behind >= (int64_t)limits->warning)
		return text;
	if (json_is_true(json_object_get(status, "clustered")) &&
		!json_is_true(json_object_get(status, "ready")))
		return text_of(status, "ready_text");
	if (number_of(channels, "open") < number_of(channels, "want"))
		return "not every event channel is open";
	if (json_is_false(json_object_get(json_object_get(status, "state_dir"), "ok")))
		return text_of(json_object_get(status, "state_dir"), "text");
	*code = TANDEMCTL_OK;
	return NULL;
}

/* The channels: a warning when one is missing, critical when all are. */
static void
put_channels(const json_t *active, struct buf *out)
{
	const json_t *channels = json_object_get(active, "channels");

	buf_printf(out, " channels=%" PRId64 ";%" PRId64 ":;1:", number_of(channels, "open"),
		number_of(channels, "want"));
}

enum tandemctl_nagios
tandemctl_verdict(const json_t *status, const struct tandemctl_limits *limits, struct buf *out)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	const json_t *active = node_with(status, "role", "active");
	const json_t *standby = node_with(status, "role", "standby");
	int64_t behind = standby != NULL ? number_of(standby, "behind") : 0;
	enum tandemctl_nagios code;
	char text[128];
	const char *why;

	if (behind < 0)
		behind = 0;
	why = complaint(status, active, behind, limits, &code, text, sizeof(text));
	buf_printf(out, "TANDEM %s - ", words[code]);
	if (why != NULL)
		buf_printf(out, "%s, ", why);
	buf_printf(out,
		"%s active, %s %s, %" PRId64 " calls | calls=%" PRId64 " behind=%" PRId64
		";%" PRIu64 ";%" PRIu64 " clients=%" PRId64 " unconfirmed=%" PRId64,
		active != NULL ? text_of(active, "name") : "none",
		standby != NULL ? text_of(standby, "name") : "standby",
		standby != NULL ? text_of(standby, "state") : "absent", number_of(active, "calls"),
		number_of(active, "calls"), behind, limits->warning, limits->critical,
		number_of(active, "clients"), number_of(active, "devices_out"));
	put_channels(active, out);
	buf_char(out, '\n');
	return code;
}

int
tandemctl_check(const struct tandemctl_call *c)
{
	struct tandemctl_limits limits = { c->warning, c->critical };
	struct err e = { 0 };
	json_t *status = tandemctl_ask_verb(c, "status", TANDEMCTL_ASK_MS, &e);
	enum tandemctl_nagios code;
	struct buf out;

	if (status == NULL) {
		printf("TANDEM %s - %s%s\n", tandemctl_is_dead(&e) ? "CRITICAL" : "UNKNOWN", e.text,
			tandemctl_is_dead(&e) ? "; tandemctl status says what is known without it" :
						"");
		return tandemctl_is_dead(&e) ? TANDEMCTL_CRITICAL : TANDEMCTL_UNKNOWN;
	}
	buf_init(&out, 4096);
	code = tandemctl_verdict(status, &limits, &out);
	tandemctl_print(&out);
	json_decref(status);
	return (int)code;
}
