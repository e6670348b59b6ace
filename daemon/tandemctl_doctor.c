/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks: see tandemctl_doctor.h. Each is a function that fills text and remedy of its finding; the table at the end gives
 * them their ids and titles. XML and the lists of programs are only searched.
 */
#include "daemon/tandemctl_doctor_part.h"

#include "daemon/io_cert.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOCTOR_FREE_MB_WARN 200
#define DOCTOR_FREE_MB_FAIL 20

void
tandemctl_say(struct tandemctl_finding *f, enum tandemctl_finding_level level, const char *fmt, ...)
{
	va_list ap;

	f->level = level;
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

void
tandemctl_advise(struct tandemctl_finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->remedy, sizeof(f->remedy), fmt, ap);
	va_end(ap);
}

const char *
tandemctl_fact(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

const char *
tandemctl_needed(
	const json_t *facts, const char *key, const char *what, struct tandemctl_finding *f)
{
	const char *text = json_string_value(json_object_get(facts, key));

	if (text == NULL)
		tandemctl_say(f, TANDEMCTL_SKIP, "%s", what);
	return text;
}

static const json_t *
status_of(const json_t *facts, struct tandemctl_finding *f)
{
	const json_t *status = json_object_get(facts, "status");

	if (!json_is_object(status)) {
		tandemctl_say(f, TANDEMCTL_SKIP, "the daemon does not say");
		return NULL;
	}
	return status;
}

/* --- configuration and daemon ------------------------------------------------------------------- */

static void
check_conf(const json_t *facts, struct tandemctl_finding *f)
{
	const char *why = tandemctl_fact(facts, "conf_error");

	if (why[0] == '\0') {
		tandemctl_say(f, TANDEMCTL_PASS, "is read and fits together");
		return;
	}
	tandemctl_say(f, TANDEMCTL_FAIL, "%s", why);
	tandemctl_advise(f, "correct that line; tandemctl config check tells whether it is good");
}

static void
check_daemon(const json_t *facts, struct tandemctl_finding *f)
{
	if (json_is_object(json_object_get(facts, "status"))) {
		tandemctl_say(f, TANDEMCTL_PASS, "answers");
		return;
	}
	tandemctl_say(f, TANDEMCTL_FAIL, "%s", tandemctl_fact(facts, "status_error"));
	tandemctl_advise(
		f, "crm_mon -1 -r -f shows why it does not run; the end of its log says the rest");
}

static void
check_version(const json_t *facts, struct tandemctl_finding *f)
{
	const char *daemon =
		tandemctl_needed(facts, "version", "the daemon does not say its version", f);

	if (daemon == NULL)
		return;
	if (strcmp(daemon, tandemctl_fact(facts, "own_version")) == 0) {
		tandemctl_say(f, TANDEMCTL_PASS, "%s, as tandemctl", daemon);
		return;
	}
	tandemctl_say(f, TANDEMCTL_WARN, "the daemon is %s, tandemctl %s", daemon,
		tandemctl_fact(facts, "own_version"));
	tandemctl_advise(f,
		"the daemon was not started anew after an update: switch over, then restart the standby");
}

static void
check_secrets(const json_t *facts, struct tandemctl_finding *f)
{
	const json_t *list = json_object_get(facts, "secrets");
	const json_t *s;
	size_t i;

	tandemctl_say(f, TANDEMCTL_PASS, "no secret is readable for everybody");
	json_array_foreach(list, i, s) {
		const char *file = tandemctl_fact(s, "file");

		if (json_is_true(json_object_get(s, "missing"))) {
			tandemctl_say(f, TANDEMCTL_FAIL, "%s cannot be read", file);
			tandemctl_advise(f,
				"make it: one line, owner root, group of the daemon's user, mode 0640");
			return;
		}
		if ((json_integer_value(json_object_get(s, "mode")) & 07) != 0) {
			tandemctl_say(f, TANDEMCTL_FAIL, "%s is readable for everybody (mode %04o)",
				file, (unsigned)json_integer_value(json_object_get(s, "mode")));
			tandemctl_advise(f, "chmod o-rwx %s", file);
			return;
		}
	}
}

static void
check_certificates(const json_t *facts, struct tandemctl_finding *f)
{
	const json_t *list = json_object_get(facts, "certificates");
	const json_t *c;
	size_t i;

	if (json_array_size(list) == 0) {
		tandemctl_say(f, TANDEMCTL_SKIP, "none is configured");
		return;
	}
	tandemctl_say(
		f, TANDEMCTL_PASS, "%zu, valid for two weeks and longer", json_array_size(list));
	json_array_foreach(list, i, c) {
		const char *state = tandemctl_fact(c, "state");

		if (strcmp(state, "good") == 0)
			continue;
		if (strcmp(state, "soon") != 0) {
			tandemctl_say(f, TANDEMCTL_FAIL, "%s", tandemctl_fact(c, "text"));
			tandemctl_advise(f, "%s", IO_CERT_REMEDY);
			return;
		}
		if (f->level == TANDEMCTL_PASS) {
			tandemctl_say(f, TANDEMCTL_WARN, "%s", tandemctl_fact(c, "text"));
			tandemctl_advise(f, "%s", IO_CERT_REMEDY);
		}
	}
}

static void
check_state(const json_t *facts, struct tandemctl_finding *f)
{
	const json_t *s = json_object_get(facts, "state");
	int64_t mb = (int64_t)json_integer_value(json_object_get(s, "free_mb"));

	if (!json_is_object(s)) {
		tandemctl_say(f, TANDEMCTL_SKIP, "not looked at");
	} else if (!json_is_true(json_object_get(s, "writable"))) {
		tandemctl_say(f, TANDEMCTL_FAIL, "%s is not there or not writable",
			tandemctl_fact(s, "path"));
		tandemctl_advise(f,
			"make it, owned by the user of the daemon: without it no promotion is possible");
	} else if (mb < DOCTOR_FREE_MB_WARN) {
		tandemctl_say(f, mb < DOCTOR_FREE_MB_FAIL ? TANDEMCTL_FAIL : TANDEMCTL_WARN,
			"%" PRId64 " MB are free at %s", mb, tandemctl_fact(s, "path"));
		tandemctl_advise(f,
			"make room: without it the history waits in memory, and is lost when the daemon ends");
	} else {
		tandemctl_say(f, TANDEMCTL_PASS, "%s, %" PRId64 " MB free",
			tandemctl_fact(s, "path"), mb);
	}
}

static void
check_clock(const json_t *facts, struct tandemctl_finding *f)
{
	const json_t *known = json_object_get(facts, "clock_synchronised");

	if (known == NULL)
		tandemctl_say(f, TANDEMCTL_SKIP, "not looked at");
	else if (json_is_true(known))
		tandemctl_say(f, TANDEMCTL_PASS, "the kernel's clock is synchronised");
	else {
		tandemctl_say(f, TANDEMCTL_WARN,
			"the kernel's clock is not synchronised: timelines of two nodes blur");
		tandemctl_advise(f, "run chrony or systemd-timesyncd on both nodes");
	}
}

/* --- the pair ----------------------------------------------------------------------------------- */

static void
check_ready(const json_t *facts, struct tandemctl_finding *f)
{
	const json_t *status = status_of(facts, f);

	if (status == NULL)
		return;
	tandemctl_say(f,
		json_is_true(json_object_get(status, "ready")) ? TANDEMCTL_PASS : TANDEMCTL_FAIL,
		"%s", tandemctl_fact(status, "ready_text"));
	if (f->level == TANDEMCTL_FAIL)
		tandemctl_advise(f, "tandemctl status on the other node, and the findings below");
}

static void
check_equal_conf(const json_t *facts, struct tandemctl_finding *f)
{
	const json_t *status = status_of(facts, f);

	if (status == NULL)
		return;
	if (!json_is_true(json_object_get(status, "config_differs"))) {
		tandemctl_say(f, TANDEMCTL_PASS, "equal, as far as both nodes are there");
		return;
	}
	tandemctl_say(f, TANDEMCTL_FAIL, "differs between the nodes");
	tandemctl_advise(f,
		"tandemctl config show on both nodes, compared; copy tandem.conf, restart the standby");
}

static void
check_digest(const json_t *facts, struct tandemctl_finding *f)
{
	const json_t *status = status_of(facts, f);
	const json_t *digest = json_object_get(status, "digest");

	if (status == NULL)
		return;
	if (json_integer_value(json_object_get(digest, "offset")) == 0)
		tandemctl_say(f, TANDEMCTL_SKIP, "was not compared yet");
	else if (json_is_true(json_object_get(digest, "equal")))
		tandemctl_say(f, TANDEMCTL_PASS, "is the same on both nodes");
	else {
		tandemctl_say(f, TANDEMCTL_FAIL, "is not the same on both nodes");
		tandemctl_advise(f,
			"the standby is synchronised anew by itself; if it stays: tandemctl explain 37320");
	}
}

static void
check_load(const json_t *facts, struct tandemctl_finding *f)
{
	const json_t *status = status_of(facts, f);
	const char *overload = tandemctl_fact(status, "overload");

	if (status == NULL)
		return;
	if (overload[0] == '\0' || strcmp(overload, "none") == 0) {
		tandemctl_say(f, TANDEMCTL_PASS, "is borne");
		return;
	}
	tandemctl_say(f, TANDEMCTL_WARN, "overload is %s", overload);
	tandemctl_advise(
		f, "tandemctl explain 37620; tandemctl sessions shows for whom messages wait");
}

/* --- BroadWorks --------------------------------------------------------------------------------- */

static void
check_xsps(const json_t *facts, struct tandemctl_finding *f)
{
	const json_t *list = json_object_get(facts, "xsps"), *x;
	size_t i;

	if (json_array_size(list) == 0) {
		tandemctl_say(f, TANDEMCTL_SKIP, "none has an address in tandem.conf");
		return;
	}
	tandemctl_say(
		f, TANDEMCTL_PASS, "%zu take connections from this node", json_array_size(list));
	json_array_foreach(list, i, x) {
		if (!json_is_string(json_object_get(x, "error")))
			continue;
		tandemctl_say(f, TANDEMCTL_FAIL, "%s: %s", tandemctl_fact(x, "name"),
			tandemctl_fact(x, "error"));
		tandemctl_advise(f, "firewall, name and port of %s; try it from both nodes",
			tandemctl_fact(x, "name"));
		return;
	}
}

static const json_t *
local_node(const json_t *status)
{
	const json_t *nodes = json_object_get(status, "nodes"), *node;
	size_t i;

	json_array_foreach(nodes, i, node)
		if (json_is_true(json_object_get(node, "local")))
			return node;
	return NULL;
}

static void
check_channels(const json_t *facts, struct tandemctl_finding *f)
{
	const json_t *status = status_of(facts, f);
	const json_t *node = local_node(status), *channels = json_object_get(node, "channels");
	int open = (int)json_integer_value(json_object_get(channels, "open"));
	int want = (int)json_integer_value(json_object_get(channels, "want"));

	if (status == NULL)
		return;
	if (strcmp(tandemctl_fact(node, "role"), "active") != 0) {
		tandemctl_say(f, TANDEMCTL_SKIP, "this node is not active and has none");
	} else if (open == want) {
		tandemctl_say(f, TANDEMCTL_PASS, "%d of %d are open", open, want);
	} else {
		tandemctl_say(f, open == 0 ? TANDEMCTL_FAIL : TANDEMCTL_WARN, "%d of %d are open",
			open, want);
		tandemctl_advise(f, "tandemctl channels shows the last reason of each");
	}
}

static void
check_account(const json_t *facts, struct tandemctl_finding *f)
{
	const json_t *status = status_of(facts, f);
	const json_t *links = json_object_get(status, "links"), *link;
	size_t i;

	if (status == NULL)
		return;
	tandemctl_say(f, TANDEMCTL_PASS, "is not refused");
	json_array_foreach(links, i, link) {
		if (strcmp(tandemctl_fact(link, "state"), "refused") != 0)
			continue;
		tandemctl_say(f, TANDEMCTL_FAIL, "is refused by %s: %s",
			tandemctl_fact(link, "name"), tandemctl_fact(link, "reason"));
		tandemctl_advise(f,
			"user and password of [broadworks]; then send SIGHUP or wait for auth-hold-s");
		return;
	}
}

/* --- all of them -------------------------------------------------------------------------------- */

/* `cluster`: makes no sense for a node alone. */
static const struct {
	const char *id, *title;
	bool cluster;
	check_fn fn;
} checks[] = {
	{ "D01", "configuration", false, check_conf },
	{ "D02", "tandemd", false, check_daemon },
	{ "D03", "version", false, check_version },
	{ "D04", "takeover now", true, check_ready },
	{ "D05", "configurations of the nodes", true, check_equal_conf },
	{ "D06", "state", true, check_digest },
	{ "D10", "corosync nodes", true, tandemctl_check_nodes },
	{ "D11", "votes", true, tandemctl_check_votes },
	{ "D12", "ring links", true, tandemctl_check_links },
	{ "D13", "ring times", true, tandemctl_check_token },
	{ "D14", "ring encryption", true, tandemctl_check_crypto },
	{ "D15", "quorum", true, tandemctl_check_quorum },
	{ "D20", "fencing", true, tandemctl_check_fencing },
	{ "D21", "priority-fencing-delay", true, tandemctl_check_fencing_delay },
	{ "D22", "resource", true, tandemctl_check_resource },
	{ "D23", "monitors of Pacemaker", true, tandemctl_check_monitors },
	{ "D24", "migration-threshold", true, tandemctl_check_threshold },
	{ "D25", "constraints", true, tandemctl_check_bans },
	{ "D26", "maintenance", true, tandemctl_check_managed },
	{ "D27", "virtual address", true, tandemctl_check_address },
	{ "D28", "failures", true, tandemctl_check_failures },
	{ "D29", "pace of Pacemaker", true, tandemctl_check_pace },
	{ "D30", "XSPs", false, check_xsps },
	{ "D31", "event channels", false, check_channels },
	{ "D32", "BroadWorks account", false, check_account },
	{ "D40", "secrets", false, check_secrets },
	{ "D41", "certificates", false, check_certificates },
	{ "D42", "state folder", false, check_state },
	{ "D43", "clock", false, check_clock },
	{ "D44", "load", false, check_load },
};

#define CHECKS (sizeof(checks) / sizeof(checks[0]))
_Static_assert(CHECKS <= TANDEMCTL_FINDINGS_MAX, "room for all findings");

size_t
tandemctl_doctor(const json_t *facts, struct tandemctl_finding *list)
{
	bool clustered = json_is_true(json_object_get(facts, "clustered"));

	for (size_t i = 0; i < CHECKS; i++) {
		struct tandemctl_finding *f = &list[i];

		*f = (struct tandemctl_finding){ .id = checks[i].id, .title = checks[i].title };
		if (checks[i].cluster && !clustered)
			tandemctl_say(f, TANDEMCTL_SKIP, "this node is without a cluster");
		else
			checks[i].fn(facts, f);
		if (f->level == TANDEMCTL_PASS || f->level == TANDEMCTL_SKIP)
			f->remedy[0] = '\0';
	}
	return CHECKS;
}

static const char *
sign(const struct tandemctl_finding *f, const struct tandemctl_look *look)
{
	static const char *const plain[] = { "ok", "! ", "X ", "- " };
	static const char *const signs[] = { "\xe2\x9c\x93", "!", "\xe2\x9c\x97", "-" };
	static const char *const coloured[] = { "\033[32m\xe2\x9c\x93\033[0m", "\033[33m!\033[0m",
		"\033[31m\xe2\x9c\x97\033[0m", "-" };

	if (look->ascii)
		return plain[f->level];
	return look->colour ? coloured[f->level] : signs[f->level];
}

void
tandemctl_doctor_show(const struct tandemctl_finding *list, size_t count,
	const struct tandemctl_look *look, struct buf *out)
{
	unsigned levels[4] = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct tandemctl_finding *f = &list[i];

		levels[f->level]++;
		buf_printf(out, " %s %s %s: %s\n", sign(f, look), f->id, f->title, f->text);
		if (f->remedy[0] != '\0')
			buf_printf(out, "        %s %s\n", look->ascii ? "->" : "\xe2\x86\x92",
				f->remedy);
	}
	buf_printf(out, " %u good, %u warnings, %u failures, %u not looked at\n",
		levels[TANDEMCTL_PASS], levels[TANDEMCTL_WARN], levels[TANDEMCTL_FAIL],
		levels[TANDEMCTL_SKIP]);
}

json_t *
tandemctl_doctor_json(const struct tandemctl_finding *list, size_t count)
{
	static const char *const levels[] = { "pass", "warning", "failure", "skipped" };
	json_t *rows = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct tandemctl_finding *f = &list[i];
		json_t *text = json_string(f->text);

		if (text == NULL) /* what a file or program said is not UTF-8 */
			text = json_string("(not readable)");
		json_array_append_new(rows,
			json_pack("{s:s,s:s,s:s,s:o,s:s}", "id", f->id, "title", f->title, "level",
				levels[f->level], "text", text, "remedy", f->remedy));
	}
	return json_pack("{s:s,s:o,s:i}", "schema", "tandemctl/doctor/1", "rows", rows, "exit",
		tandemctl_doctor_exit(list, count));
}

int
tandemctl_doctor_exit(const struct tandemctl_finding *list, size_t count)
{
	int worst = 0;

	for (size_t i = 0; i < count; i++) {
		if (list[i].level == TANDEMCTL_FAIL)
			worst = 2;
		if (list[i].level == TANDEMCTL_WARN && worst < 1)
			worst = 1;
	}
	return worst;
}
