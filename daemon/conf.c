/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration: see conf.h; the keys are a table in conf_keys.h.
 *
 * Happy path: the INI reader hands over section, key and value; the row of the key checks the value
 * and stores it; at the end what belongs together is compared. The first error wins and names its
 * place: "file:line: [section] key: what is wrong; allowed: ...".
 */
#include "daemon/conf_keys.h"
#include "daemon/conf_row.h"
#include "proto/base/check.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#define CONF_TEXT_BYTES_MAX 262144
#define CONF_KEY_COUNT (sizeof(conf_rows) / sizeof(conf_rows[0]))

static const struct conf_row conf_rows[] = {
#define XX(section, key, kind, member, min, max, initial, place) \
	CONF_ROW(struct conf, section, key, kind, member, min, max, initial, place),
	CONF_KEYS(XX)
#undef XX
};

const char *const conf_error_words[] = { "done", "not-found", "forbidden", "conflict", "overload",
	"unreachable", "failed", NULL };

struct conf_parser {
	struct conf *c;
	const char *file;
	const char *next; /* text not read yet */
	uint32_t line;
	bool given[CONF_KEY_COUNT];
	struct conf_links links;
	struct conf_listens listens;
	struct conf_apps apps;
	struct err *e;
};

/* --- values of several members ----------------------------------------------------------------- */

/* CODE WORD */
static bool
set_error(struct conf *c, const char *value)
{
	struct str word;
	struct str code = str_trim(str_cut(str_of(value), ' ', &word));
	uint64_t number;
	uint32_t at = 0;

	word = str_trim(word);
	while (conf_error_words[at] != NULL && !str_is(word, conf_error_words[at]))
		at++;
	if (conf_error_words[at] == NULL || !str_u64(code, UINT32_MAX, &number) || number == 0)
		return false;
	c->errors[c->error_count++] = (struct conf_error){ (uint32_t)number, at };
	return true;
}

static bool
set_value(struct conf *c, const struct conf_row *row, const char *value)
{
	if (row->kind == KIND_LISTEN)
		return conf_listen_set(c, value);
	if (row->kind == KIND_XSP)
		return conf_link_of_url(c, value);
	if (row->kind == KIND_SRV)
		return conf_srv_set(c, value);
	if (row->kind == KIND_ERROR)
		return set_error(c, value);
	if (row->kind == KIND_DEVICES)
		return conf_devices_set(c, row, value);
	if (row->kind == KIND_NUMBERS)
		return conf_numbers_set(c, row, value);
	if (row->kind == KIND_SCOPE)
		return conf_scope_set(c, value);
	return conf_value_set(c, row, value);
}

/* True if there is one more place for a key that may be given several times. */
static bool
has_room(const struct conf *c, enum conf_kind kind)
{
	if (kind == KIND_XSP)
		return c->xsp_count < LIMIT_XSPS;
	if (kind == KIND_SRV)
		return c->srv_count < CONF_SRV_NAMES;
	if (kind == KIND_SCOPE)
		return c->scope_count < CONF_SCOPES;
	if (kind == KIND_DEVICES)
		return c->device_rule_count < CONF_DEVICE_RULES;
	if (kind == KIND_NUMBERS)
		return c->number_rule_count < CONF_NUMBER_RULES;
	return c->error_count < CONF_ERRORS;
}

/* --- parsing ---------------------------------------------------------------------------------- */

static int
refuse(struct conf_parser *ps, const char *section, const char *key, const char *what,
	const char *allowed)
{
	if (ps->e->code == E_OK)
		ps->e->line = ps->line;
	err_set(ps->e, E_CONFIG, "%s:%u: [%s] %s: %s; allowed: %s", ps->file, ps->line, section,
		key, what, allowed);
	return 0;
}

static bool
section_exists(const char *section)
{
	for (size_t i = 0; i < CONF_KEY_COUNT; i++)
		if (strcmp(conf_rows[i].section, section) == 0)
			return true;
	return false;
}

static size_t
find_row(const struct conf_row *rows, size_t count, const char *section, const char *key)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(rows[i].section, section) == 0 && strcmp(rows[i].key, key) == 0)
			break;
	return i;
}

/* Names that users of other connectors know, and what they are called here. */
static const char *
familiar_name(const char *key)
{
	static const char *const names[][2] = { { "hostname", "host" },
		{ "channel-set-name", "channel-set" }, { "application-name", "application-id" },
		{ "channel-expire-tout", "channel-expires-s" },
		{ "subscription-expire-tout", "subscription-expires-s" },
		{ "kpl-interval", "kpl-interval-s" }, { "link-recovery-tout", "link-recovery-ms" },
		{ "password-path", "password-file" }, { "local-port", "listen" } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], key) == 0)
			return names[i][1];
	return NULL;
}

/* Names the keys of the section, as many as a message holds. */
static int
refuse_unknown(struct conf_parser *ps, const char *section, const char *key,
	const struct conf_row *rows, size_t count, const char *prefix)
{
	const char *here = familiar_name(key);
	char keys[160] = "";
	size_t n = 0;

	if (here != NULL && find_row(rows, count, prefix, here) < count)
		return refuse(ps, section, key, "is called otherwise here", here);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].section, prefix) != 0)
			continue;
		if (n + strlen(rows[i].key) + 8 > sizeof(keys)) {
			snprintf(keys + n, sizeof(keys) - n, ", ...");
			break;
		}
		n += (size_t)snprintf(
			keys + n, sizeof(keys) - n, "%s%s", n > 0 ? ", " : "", rows[i].key);
	}
	return refuse(ps, section, key, "there is no such key", keys);
}

/* A key of a section with a NAME, whose values are in `base` and which has said `given` so far. */
static int
take_named_pair(struct conf_parser *ps, const struct conf_row *rows, size_t count, void *base,
	bool *given, const char *section, const char *key, const char *value)
{
	size_t at = find_row(rows, count, rows[0].section, key);
	char allowed[160];

	if (at == count)
		return refuse_unknown(ps, section, key, rows, count, rows[0].section);
	if (given[at] && rows[at].kind < KIND_USERS)
		return refuse(ps, section, key, "given twice", "once");
	given[at] = true;
	conf_value_describe(&rows[at], allowed, sizeof(allowed));
	if (rows[at].kind >= KIND_USERS ? !conf_list_add(base, &rows[at], value) :
					  !conf_value_set(base, &rows[at], value))
		return refuse(ps, section, key, "not a possible value", allowed);
	return 1;
}

static int
take_link_pair(struct conf_parser *ps, const char *section, const char *key, const char *value)
{
	struct conf_xsp *x = conf_link_named(ps->c, section + strlen("link "));

	if (x == NULL && ps->c->xsp_count == LIMIT_XSPS)
		return refuse(ps, section, key, "too many links", "16 of them");
	if (x == NULL)
		return refuse(ps, section, key, "not a name for a link",
			"1 to 40 letters, digits, '-', '.' and '_'");
	return take_named_pair(ps, conf_link_rows, CONF_LINK_KEY_COUNT, x,
		ps->links.given[x - ps->c->xsps], section, key, value);
}

static int
take_listener_pair(struct conf_parser *ps, const char *section, const char *key, const char *value)
{
	struct conf_listener *l = conf_listener_named(ps->c, section + strlen("listener "));

	if (l == NULL && ps->c->listener_count == LIMIT_LISTENERS)
		return refuse(ps, section, key, "too many listeners", "8 of them");
	if (l == NULL)
		return refuse(ps, section, key, "not a name for a listener",
			"1 to 40 letters, digits, '-', '.' and '_'");
	return take_named_pair(ps, conf_listener_rows, CONF_LISTENER_KEY_COUNT, l,
		ps->listens.given[l - ps->c->listeners], section, key, value);
}

static int
take_application_pair(
	struct conf_parser *ps, const char *section, const char *key, const char *value)
{
	struct conf_application *a =
		conf_application_named(ps->c, section + strlen("application "));

	if (a == NULL && ps->c->application_count == CONF_APPLICATIONS)
		return refuse(ps, section, key, "too many applications", "32 of them");
	if (a == NULL)
		return refuse(ps, section, key, "not a name for an application",
			"1 to 40 letters, digits, '-', '.' and '_'");
	return take_named_pair(ps, conf_application_rows, CONF_APPLICATION_KEY_COUNT, a,
		ps->apps.given[a - ps->c->applications], section, key, value);
}

static int
take_pair(void *arg, const char *section, const char *key, const char *value)
{
	struct conf_parser *ps = arg;
	size_t at = find_row(conf_rows, CONF_KEY_COUNT, section, key);
	char allowed[160];

	if (strncmp(section, "link ", 5) == 0)
		return take_link_pair(ps, section, key, value);
	if (strncmp(section, "listener ", 9) == 0)
		return take_listener_pair(ps, section, key, value);
	if (strncmp(section, "application ", 12) == 0)
		return take_application_pair(ps, section, key, value);
	if (at == CONF_KEY_COUNT && !section_exists(section))
		return refuse(ps, section, key, "there is no such section", CONF_SECTIONS);
	if (at == CONF_KEY_COUNT)
		return refuse_unknown(ps, section, key, conf_rows, CONF_KEY_COUNT, section);
	conf_value_describe(&conf_rows[at], allowed, sizeof(allowed));
	if (conf_rows[at].kind >= KIND_XSP) {
		if (!has_room(ps->c, conf_rows[at].kind))
			return refuse(ps, section, key, "too many", "fewer of them");
	} else if (ps->given[at]) {
		return refuse(ps, section, key, "given twice", "once");
	}
	ps->given[at] = true;
	if (!set_value(ps->c, &conf_rows[at], value))
		return refuse(ps, section, key, "not a possible value", allowed);
	return 1;
}

/* One line for the INI reader, as fgets() would. */
static char *
next_line(char *line, int size, void *arg)
{
	struct conf_parser *ps = arg;
	size_t n = strcspn(ps->next, "\n");

	if (*ps->next == '\0')
		return NULL;
	ps->line++;
	if (n + 2 > (size_t)size) {
		if (ps->e->code == E_OK)
			ps->e->line = ps->line;
		err_set(ps->e, E_CONFIG, "%s:%u: the line is too long; allowed: %d characters",
			ps->file, ps->line, size - 2);
		n = (size_t)size - 2;
	}
	memcpy(line, ps->next, n);
	line[n] = '\0';
	ps->next += strcspn(ps->next, "\n");
	if (*ps->next == '\n')
		ps->next++;
	return line;
}

static int
check_together(const struct conf *c, const char *file, struct err *e)
{
	const struct {
		bool ok;
		const char *text;
	} rules[] = {
		{ c->xsp_count > 0 || c->discovery == CONF_DISCOVERY_SRV,
			"[broadworks] xsp: missing; allowed: at least one HOST:PORT, or a [link NAME]" },
		{ (c->srv_count > 0) == (c->discovery == CONF_DISCOVERY_SRV),
			"[broadworks] srv-name: allowed: at least one with discovery = srv, none without" },
		{ c->bw_password[0] == '\0' || c->bw_password_file[0] == '\0',
			"[broadworks] password: given together with password-file; allowed: one of them" },
		{ c->csta_password[0] == '\0' || c->csta_password_file[0] == '\0',
			"[csta] password: given together with password-file; allowed: one of them" },
		{ c->csta_user[0] != '\0' ||
				(c->csta_password[0] == '\0' && c->csta_password_file[0] == '\0'),
			"[csta] user: missing; allowed: a name when there is a password" },
		{ c->csta_user[0] == '\0' || c->csta_password[0] != '\0' ||
				c->csta_password_file[0] != '\0',
			"[csta] password: missing; allowed: password or password-file when there is a user" },
		{ conf_scopes_fit(c),
			"[broadworks] scope: allowed: ENTERPRISE/GROUP with subscribe = group, ENTERPRISE with subscribe = enterprise or service-provider, none with device and system" },
		{ conf_numbers_fit(c),
			"[numbers] country-code, national-prefix, international-prefix: allowed: digits; an international-prefix where there is a country-code" },
		{ c->lease_ms >= 3 * c->beat_ms,
			"[node] lease-ms: too short; allowed: three times beat-ms or more" },
		{ c->stall_ms < c->lease_ms,
			"[node] stall-ms: too long; allowed: less than lease-ms" },
		{ c->retry_ms <= c->retry_ms_max,
			"[broadworks] retry-ms: too long; allowed: up to retry-ms-max" },
		{ c->heartbeat_ms < c->silence_ms,
			"[broadworks] silence-ms: too short; allowed: more than heartbeat-ms" },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!rules[i].ok)
			return err_set(e, E_CONFIG, "%s: %s", file, rules[i].text);
	return 0;
}

void
conf_defaults(struct conf *c)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < CONF_KEY_COUNT; i++)
		if (conf_rows[i].kind < KIND_XSP)
			REQUIRE(set_value(c, &conf_rows[i], conf_rows[i].initial));
}

int
conf_parse(struct conf *c, const char *file, const char *text, struct err *e)
{
	struct err local = { 0 };
	struct conf_parser ps = { .c = c, .file = file, .next = text, .e = &local };
	int line;

	conf_defaults(c);
	line = ini_parse_stream(next_line, &ps, take_pair, &ps);
	if (line != 0 && local.code == E_OK) {
		local.line = line > 0 ? (uint32_t)line : 0;
		err_set(&local, E_CONFIG,
			"%s:%d: not understood; allowed: [section], key = value, # comment", file,
			line);
	}
	if (local.code == E_OK)
		check_together(c, file, &local);
	if (local.code == E_OK)
		(void)conf_listeners_complete(c, &ps.listens, file, &local);
	if (local.code == E_OK)
		(void)conf_applications_check(c, file, &local);
	if (local.code == E_OK && conf_links_complete(c, &ps.links, file, &local) == E_OK)
		return 0;
	err_set(e, local.code, "%s", local.text);
	if (e != NULL && e->line == 0)
		e->line = local.line;
	return local.code;
}

/* --- printing --------------------------------------------------------------------------------- */

static void
print_errors(const struct conf *c, const char *key, struct buf *out)
{
	for (uint32_t i = 0; i < c->error_count; i++)
		buf_printf(out, "%s = %u %s\n", key, c->errors[i].code,
			conf_error_words[c->errors[i].action]);
}

/* A password that came from a file is not printed: the file is. */
static bool
is_from_file(const struct conf *c, const struct conf_row *row)
{
	return row->place == CONF_SECRET &&
		(strcmp(row->section, "csta") == 0 ? c->csta_password_file :
						     c->bw_password_file)[0] != '\0';
}

static void
print_row(const struct conf *c, const struct conf_row *row, bool secrets, struct buf *out)
{
	if (row->kind == KIND_ERROR) {
		print_errors(c, row->key, out);
		return;
	}
	if (row->kind == KIND_SCOPE) {
		for (uint32_t i = 0; i < c->scope_count; i++)
			buf_printf(out, "%s = %s\n", row->key, c->scopes[i]);
		return;
	}
	if (row->kind == KIND_DEVICES) {
		conf_devices_print(c, row, out);
		return;
	}
	if (row->kind == KIND_NUMBERS) {
		conf_numbers_print(c, row, out);
		return;
	}
	if (row->kind >= KIND_XSP) {
		conf_links_print_lines(c, row->kind, row->key, out);
		return;
	}
	if (row->place == CONF_SECRET && (!secrets || is_from_file(c, row))) {
		if (((const char *)c)[row->offset] != '\0')
			buf_printf(out, "# %s = (not shown)\n", row->key);
		return;
	}
	buf_printf(out, "%s = ", row->key);
	if (row->kind == KIND_LISTEN)
		conf_listen_print(c, out);
	else
		conf_value_print(c, row, out);
	buf_char(out, '\n');
}

void
conf_print(const struct conf *c, bool secrets, struct buf *out)
{
	const char *section = "";

	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		if (strcmp(section, conf_rows[i].section) != 0) {
			buf_printf(out, "%s[%s]\n", section[0] ? "\n" : "", conf_rows[i].section);
			section = conf_rows[i].section;
		}
		print_row(c, &conf_rows[i], secrets, out);
	}
	conf_listeners_print(c, false, out);
	conf_applications_print(c, secrets, false, out);
	conf_links_print(c, secrets, false, out);
}

bool
conf_is_live(const char *section, const char *key)
{
	static const char *const keys[] = { "log-level", "log-form", "log-mask-numbers", "log-rate",
		"log-syslog" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(section, "node") == 0 && strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* What is printed of one row, or (row NULL) of the sections with names. */
static void
print_part(const struct conf *c, const struct conf_row *row, struct buf *out)
{
	buf_reset(out);
	if (row != NULL) {
		print_row(c, row, true, out);
		return;
	}
	conf_listeners_print(c, false, out);
	conf_applications_print(c, true, false, out);
	conf_links_print(c, true, false, out);
}

uint32_t
conf_changed(const struct conf *now, const struct conf *then, struct buf *names)
{
	struct buf a, b;
	uint32_t count = 0;

	buf_init(&a, CONF_TEXT_BYTES_MAX);
	buf_init(&b, CONF_TEXT_BYTES_MAX);
	for (size_t i = 0; i <= CONF_KEY_COUNT; i++) {
		const struct conf_row *row = i < CONF_KEY_COUNT ? &conf_rows[i] : NULL;

		if (row != NULL && conf_is_live(row->section, row->key))
			continue;
		print_part(now, row, &a);
		print_part(then, row, &b);
		if (str_eq(buf_as_str(&a), buf_as_str(&b)))
			continue;
		count++;
		if (row != NULL)
			buf_printf(names, "%s[%s] %s", names->n > 0 ? ", " : "", row->section,
				row->key);
		else
			buf_printf(names, "%ssections with names", names->n > 0 ? ", " : "");
	}
	buf_fini(&a);
	buf_fini(&b);
	return count;
}

uint64_t
conf_hash(const struct conf *c)
{
	struct buf text;
	uint64_t hash;

	buf_init(&text, CONF_TEXT_BYTES_MAX);
	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		const struct conf_row *row = &conf_rows[i];

		if (row->place == CONF_LOCAL)
			continue;
		if (row->place == CONF_SECRET)
			buf_printf(&text, "%s = %s\n", row->key, (const char *)c + row->offset);
		else
			print_row(c, row, true, &text);
	}
	conf_listeners_print(c, true, &text);
	conf_applications_print(c, true, true, &text);
	conf_links_print(c, true, true, &text);
	hash = XXH3_64bits(text.p, text.n);
	buf_fini(&text);
	return hash;
}
