/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration: see conf.h; the keys are a table in conf_keys.h.
 *
 * Happy path: the INI reader hands over section, key and value; the row of the key checks the value
 * and stores it; at the end what belongs together is compared. The first error wins and names its
 * place: "file:line: [section] key: what is wrong; allowed: ...".
 */
#include "daemon/conf.h"

#include "daemon/conf_keys.h"
#include "proto/base/check.h"
#include "proto/base/str.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <ini.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#define CONF_TEXT_BYTES_MAX 65536
#define CONF_KEY_COUNT (sizeof(conf_rows) / sizeof(conf_rows[0]))

enum conf_kind {
	CONF_TEXT,
	CONF_NAME,
	CONF_ADDRESS,
	CONF_FILE,
	CONF_YESNO,
	CONF_CLUSTER,
	CONF_REPLICATE,
	CONF_EDITION,
	CONF_CAUSE,
	CONF_I64,
	CONF_U32,
	CONF_LISTEN,
	CONF_XSP
};

enum conf_place {
	CONF_SHARED,
	CONF_LOCAL,
	CONF_SECRET
};

struct conf_row {
	const char *section, *key;
	enum conf_kind kind;
	size_t offset, size;
	int64_t min, max;
	const char *initial;
	enum conf_place place;
};

static const struct conf_row conf_rows[] = {
#define XX(section, key, kind, member, min, max, initial, place) \
	{ section, key, CONF_##kind, offsetof(struct conf, member), \
		sizeof(((struct conf *)NULL)->member), min, max, initial, CONF_##place },
	CONF_KEYS(XX)
#undef XX
};

struct conf_parser {
	struct conf *c;
	const char *file;
	const char *next; /* text not read yet */
	uint32_t line;
	bool given[CONF_KEY_COUNT];
	struct err *e;
};

/* --- values ----------------------------------------------------------------------------------- */

static char *
text_member(struct conf *c, const struct conf_row *row)
{
	return (char *)c + row->offset;
}

static const char *
text_member_of(const struct conf *c, const struct conf_row *row)
{
	return (const char *)c + row->offset;
}

static bool
is_letter(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static bool
is_name_char(char ch)
{
	return is_letter(ch) || (ch >= '0' && ch <= '9') || strchr("-._", ch) != NULL;
}

/* True if each character may stand in a value of this kind. */
static bool
characters_fit(enum conf_kind kind, const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 127)
			return false;
		if (kind == CONF_NAME && !is_name_char(*p))
			return false;
	}
	return true;
}

static bool
is_address(const char *value)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, value, bytes) == 1 || inet_pton(AF_INET6, value, bytes) == 1;
}

static bool
set_text(struct conf *c, const struct conf_row *row, const char *value)
{
	if ((row->min > 0 && value[0] == '\0') || strlen(value) >= row->size)
		return false;
	if (!characters_fit(row->kind, value))
		return false;
	if (row->kind == CONF_ADDRESS && value[0] != '\0' && !is_address(value))
		return false;
	if (row->kind == CONF_FILE && value[0] != '\0' && value[0] != '/')
		return false;
	return str_copy(text_member(c, row), row->size, str_of(value));
}

/* The words of a choice that is stored as a bool: the first one means true. */
static const char *const *
choice_words(enum conf_kind kind)
{
	static const char *const yes_no[] = { "yes", "no" };
	static const char *const cluster[] = { "corosync", "none" };
	static const char *const replicate[] = { "confirmed", "async" };

	if (kind == CONF_CLUSTER)
		return cluster;
	return kind == CONF_REPLICATE ? replicate : yes_no;
}

static bool
set_choice(struct conf *c, const struct conf_row *row, const char *value)
{
	const char *const *words = choice_words(row->kind);
	bool first = strcmp(value, words[0]) == 0;

	if (!first && strcmp(value, words[1]) != 0)
		return false;
	memcpy((char *)c + row->offset, &first, sizeof(first));
	return true;
}

/* Words that a text may be, closed by NULL. */
static const char *const *
set_words(enum conf_kind kind)
{
	static const char *const editions[] = { "ed3", "ed4", "ed5", "ed6", NULL };
	static const char *const causes[] = { "switchingFunctionTerminated", "normalClearing",
		"networkOutOfOrder", NULL };

	return kind == CONF_EDITION ? editions : causes;
}

static bool
set_word(struct conf *c, const struct conf_row *row, const char *value)
{
	for (const char *const *word = set_words(row->kind); *word != NULL; word++)
		if (strcmp(value, *word) == 0)
			return str_copy(text_member(c, row), row->size, str_of(value));
	return false;
}

static bool
set_number(struct conf *c, const struct conf_row *row, const char *value)
{
	uint64_t v;
	int64_t wide;
	uint32_t narrow;

	if (!str_u64(str_of(value), (uint64_t)row->max, &v) || (int64_t)v < row->min)
		return false;
	wide = (int64_t)v;
	narrow = (uint32_t)v;
	if (row->kind == CONF_I64)
		memcpy((char *)c + row->offset, &wide, sizeof(wide));
	else
		memcpy((char *)c + row->offset, &narrow, sizeof(narrow));
	return true;
}

/* Cuts "host:port" or "[address]:port"; the port may be absent, and is then left alone. */
static bool
split_host_port(struct str s, struct str *host, uint16_t *port)
{
	struct str rest = STR_NONE;
	uint64_t v;

	if (s.n > 0 && s.p[0] == '[') {
		*host = str_cut((struct str){ s.p + 1, s.n - 1 }, ']', &rest);
		if (host->n + 2 > s.n || (rest.n > 0 && rest.p[0] != ':'))
			return false;
		if (rest.n > 0)
			rest = (struct str){ rest.p + 1, rest.n - 1 };
		else if (host->n + 2 != s.n)
			return false;
	} else {
		*host = str_cut(s, ':', &rest);
		if (rest.n == 0 && host->n != s.n)
			return false;
	}
	if (host->n == 0)
		return false;
	if (rest.n == 0)
		return s.p[s.n - 1] != ':';
	if (!str_u64(rest, 65535, &v) || v == 0)
		return false;
	*port = (uint16_t)v;
	return true;
}

static bool
set_listen(struct conf *c, const char *value)
{
	struct str host;
	uint16_t port = 0;
	char address[sizeof(c->listen_address)];

	if (!split_host_port(str_of(value), &host, &port) || port == 0)
		return false;
	if (!str_copy(address, sizeof(address), host) || !is_address(address))
		return false;
	memcpy(c->listen_address, address, sizeof(address));
	c->listen_port = port;
	return true;
}

static bool
starts_with(const char *value, const char *prefix)
{
	return strncmp(value, prefix, strlen(prefix)) == 0;
}

/*
 * A URL's authority and nothing else: no user, no path, nothing that curl would read differently
 * from us.
 */
static bool
is_host(struct str host, bool bracketed)
{
	char address[64];

	if (bracketed)
		return str_copy(address, sizeof(address), host) && is_address(address);
	for (size_t i = 0; i < host.n; i++)
		if (!is_name_char(host.p[i]) || host.p[i] == '_')
			return false;
	return true;
}

static bool
set_xsp(struct conf *c, const char *value)
{
	struct conf_xsp *x = &c->xsps[c->xsp_count];
	const char *scheme = starts_with(value, "https://") ? "https://" : "http://";
	const char *authority = starts_with(value, scheme) ? value + strlen(scheme) : value;
	struct str host;
	uint16_t port = 0;
	size_t n = strlen(authority);

	if (n > 0 && authority[n - 1] == '/' && authority != value)
		n--;
	if (!split_host_port((struct str){ authority, n }, &host, &port))
		return false;
	if (!is_host(host, authority[0] == '[') || n >= sizeof(x->name))
		return false;
	snprintf(x->name, sizeof(x->name), "%.*s", (int)n, authority);
	snprintf(x->base_url, sizeof(x->base_url), "%s%.*s", scheme, (int)n, authority);
	c->xsp_count++;
	return true;
}

static bool
set_value(struct conf *c, const struct conf_row *row, const char *value)
{
	switch (row->kind) {
	case CONF_TEXT:
	case CONF_NAME:
	case CONF_ADDRESS:
	case CONF_FILE:
		return set_text(c, row, value);
	case CONF_YESNO:
	case CONF_CLUSTER:
	case CONF_REPLICATE:
		return set_choice(c, row, value);
	case CONF_EDITION:
	case CONF_CAUSE:
		return set_word(c, row, value);
	case CONF_I64:
	case CONF_U32:
		return set_number(c, row, value);
	case CONF_LISTEN:
		return set_listen(c, value);
	case CONF_XSP:
		return set_xsp(c, value);
	}
	return false;
}

/* What is allowed for a key, for messages. */
static void
describe(const struct conf_row *row, char *text, size_t size)
{
	const char *const *words;

	switch (row->kind) {
	case CONF_TEXT:
	case CONF_NAME:
		snprintf(text, size, "%s of %d to %zu characters",
			row->kind == CONF_TEXT ? "text" : "letters, digits, '-', '.' and '_',",
			row->min > 0 ? 1 : 0, row->size - 1);
		break;
	case CONF_ADDRESS:
		snprintf(text, size, "an IP address, or nothing");
		break;
	case CONF_FILE:
		snprintf(text, size, "an absolute path of at most %zu characters%s", row->size - 1,
			row->min > 0 ? "" : ", or nothing");
		break;
	case CONF_YESNO:
	case CONF_CLUSTER:
	case CONF_REPLICATE:
		words = choice_words(row->kind);
		snprintf(text, size, "%s, %s", words[0], words[1]);
		break;
	case CONF_EDITION:
	case CONF_CAUSE:
		words = set_words(row->kind);
		text[0] = '\0';
		for (size_t n = 0; *words != NULL && n < size; words++)
			n += (size_t)snprintf(
				text + n, size - n, "%s%s", *words, words[1] != NULL ? ", " : "");
		break;
	case CONF_I64:
	case CONF_U32:
		snprintf(text, size, "a number from %" PRId64 " to %" PRId64, row->min, row->max);
		break;
	case CONF_LISTEN:
		snprintf(text, size, "ADDRESS:PORT, for instance 0.0.0.0:1040");
		break;
	case CONF_XSP:
		snprintf(text, size, "HOST:PORT, http://HOST:PORT or https://HOST:PORT");
		break;
	}
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

/* Names the keys of the section, as many as a message holds. */
static int
refuse_unknown(struct conf_parser *ps, const char *section, const char *key)
{
	char keys[160] = "";
	size_t n = 0;

	if (!section_exists(section))
		return refuse(ps, section, key, "there is no such section", CONF_SECTIONS);
	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		const struct conf_row *row = &conf_rows[i];

		if (strcmp(row->section, section) != 0)
			continue;
		if (n + strlen(row->key) + 8 > sizeof(keys)) {
			snprintf(keys + n, sizeof(keys) - n, ", ...");
			break;
		}
		n += (size_t)snprintf(
			keys + n, sizeof(keys) - n, "%s%s", n > 0 ? ", " : "", row->key);
	}
	return refuse(ps, section, key, "there is no such key", keys);
}

static size_t
find_row(const char *section, const char *key)
{
	size_t i;

	for (i = 0; i < CONF_KEY_COUNT; i++)
		if (strcmp(conf_rows[i].section, section) == 0 &&
			strcmp(conf_rows[i].key, key) == 0)
			break;
	return i;
}

static int
take_pair(void *arg, const char *section, const char *key, const char *value)
{
	struct conf_parser *ps = arg;
	size_t at = find_row(section, key);
	char allowed[128];

	if (at == CONF_KEY_COUNT)
		return refuse_unknown(ps, section, key);
	describe(&conf_rows[at], allowed, sizeof(allowed));
	if (conf_rows[at].kind == CONF_XSP) {
		if (ps->c->xsp_count == LIMIT_XSPS)
			return refuse(ps, section, key, "too many", "16 of them");
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
		{ c->xsp_count > 0, "[broadworks] xsp: missing; allowed: at least one HOST:PORT" },
		{ c->bw_user[0] != '\0',
			"[broadworks] user: missing; allowed: the account of this connector" },
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
		if (conf_rows[i].kind != CONF_XSP)
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
		return 0;
	err_set(e, local.code, "%s", local.text);
	if (e != NULL && e->line == 0)
		e->line = local.line;
	return local.code;
}

/* --- printing --------------------------------------------------------------------------------- */

static void
print_number(const struct conf *c, const struct conf_row *row, struct buf *out)
{
	int64_t wide;
	uint32_t narrow;

	if (row->kind == CONF_I64) {
		memcpy(&wide, (const char *)c + row->offset, sizeof(wide));
	} else {
		memcpy(&narrow, (const char *)c + row->offset, sizeof(narrow));
		wide = narrow;
	}
	buf_printf(out, "%" PRId64, wide);
}

static void
print_value(const struct conf *c, const struct conf_row *row, struct buf *out)
{
	bool first;

	switch (row->kind) {
	case CONF_TEXT:
	case CONF_NAME:
	case CONF_ADDRESS:
	case CONF_FILE:
	case CONF_CAUSE:
	case CONF_EDITION:
		buf_cstr(out, text_member_of(c, row));
		break;
	case CONF_YESNO:
	case CONF_CLUSTER:
	case CONF_REPLICATE:
		memcpy(&first, (const char *)c + row->offset, sizeof(first));
		buf_cstr(out, choice_words(row->kind)[first ? 0 : 1]);
		break;
	case CONF_I64:
	case CONF_U32:
		print_number(c, row, out);
		break;
	case CONF_LISTEN:
		buf_printf(out, strchr(c->listen_address, ':') ? "[%s]:%u" : "%s:%u",
			c->listen_address, (unsigned)c->listen_port);
		break;
	case CONF_XSP:
		break; /* printed by print_row(), one line each */
	}
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
	if (row->kind == CONF_XSP) {
		for (uint32_t i = 0; i < c->xsp_count; i++)
			buf_printf(out, "%s = %s\n", row->key, c->xsps[i].base_url);
		return;
	}
	if (row->place == CONF_SECRET && (!secrets || is_from_file(c, row))) {
		if (text_member_of(c, row)[0] != '\0')
			buf_printf(out, "# %s = (not shown)\n", row->key);
		return;
	}
	buf_printf(out, "%s = ", row->key);
	print_value(c, row, out);
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
			buf_printf(&text, "%s = %s\n", row->key, text_member_of(c, row));
		else
			print_row(c, row, true, &text);
	}
	hash = XXH3_64bits(text.p, text.n);
	buf_fini(&text);
	return hash;
}
