/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of the configuration by kind: checked and stored, described, printed. See conf_row.h.
 */
#include "daemon/conf_row.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const word_lists[][8] = {
	[KIND_EDITION] = { "ed3", "ed4", "ed5", "ed6" },
	[KIND_CAUSE] = { "switchingFunctionTerminated", "normalClearing", "networkOutOfOrder" },
	[KIND_YESNO] = { "yes", "no" },
	[KIND_CLUSTER] = { "corosync", "none" },
	[KIND_REPLICATE] = { "confirmed", "async" },
	[KIND_DISCOVERY] = { "list", "srv" },
	[KIND_TRANSPORT] = { "http", "cti" },
	[KIND_AUTH] = { "basic", "bearer-file", "bearer-helper", "cert", "sip" },
	[KIND_PRIORITY_ORDER] = { "low-first", "high-first", "ignored" },
	[KIND_SET_MODE] = { "stable", "per-epoch" },
	[KIND_REDIRECT_HOSTS] = { "links", "any" },
	[KIND_PACKAGE_LIST] = { "auto", "yes", "no" },
	[KIND_SUBSCRIBE] = { "device", "group", "enterprise", "service-provider", "system" },
	[KIND_DEVICE_KINDS] = { "auto", "configured" },
	[KIND_RESTART] = { "subscribe", "snapshot", "any" },
	[KIND_CTI_FRAMING] = { "bare", "lf", "crlf", "nul", "length" },
	[KIND_CTI_CREDENTIALS] = { "credentials", "sso", "authorization" },
	[KIND_CTI_SESSION] = { "connection", "request" },
	[KIND_CTI_URI] = { "literal", "escaped", "substituted" },
	[KIND_CTI_KEEPALIVE] = { "both", "answer" },
	[KIND_CTI_PERIOD_UNIT] = { "s", "ms" },
	[KIND_DEVICES_AS] = { "short", "number", "user" },
	[KIND_DISPOSITION] = { "post", "put" },
	[KIND_FRAMING] = { "annex-j", "nul" },
	[KIND_CLIENT_CERT] = { "none", "optional", "required" },
	[KIND_TLS_MIN] = { "1.2", "1.3" },
	[KIND_LOG_LEVEL] = { "alarm", "warning", "notice", "debug" },
	[KIND_LOG_FORM] = { "text", "json" },
};

static char *
text_member(void *base, const struct conf_row *row)
{
	return (char *)base + row->offset;
}

static const char *
text_member_of(const void *base, const struct conf_row *row)
{
	return (const char *)base + row->offset;
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

/* The INI reader cuts longer ones. */
#define SECTION_NAME_CHARS_MAX 40

bool
conf_is_section_name(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++)
		if (!is_name_char(name[i]))
			return false;
	return n > 0 && n <= SECTION_NAME_CHARS_MAX;
}

/* True if each character may stand in a value of this kind. */
static bool
characters_fit(enum conf_kind kind, const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 127)
			return false;
		if (kind == KIND_NAME && !is_name_char(*p))
			return false;
		if (kind == KIND_CONTEXT && !is_name_char(*p) && *p != '/' && *p != '~')
			return false;
	}
	return true;
}

bool
conf_is_address(const char *value)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, value, bytes) == 1 || inet_pton(AF_INET6, value, bytes) == 1;
}

bool
conf_is_host(struct str host, bool bracketed)
{
	char address[64];

	if (bracketed)
		return str_copy(address, sizeof(address), host) && conf_is_address(address);
	for (size_t i = 0; i < host.n; i++)
		if (!is_name_char(host.p[i]) || host.p[i] == '_')
			return false;
	return host.n > 0;
}

bool
conf_split_host_port(struct str s, struct str *host, uint16_t *port)
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

/* http://host:port, with nothing behind it. */
static bool
is_proxy(const char *value)
{
	size_t n = strlen("http://");
	struct str host, rest = str_of(strncmp(value, "http://", n) == 0 ? value + n : value);
	uint16_t port = 0;

	return conf_split_host_port(rest, &host, &port) && port != 0 &&
		conf_is_host(host, rest.p[0] == '[');
}

static bool
text_fits(const struct conf_row *row, const char *value)
{
	size_t n = strlen(value);

	if (n == 0)
		return row->min == 0;
	if (row->kind == KIND_ADDRESS)
		return conf_is_address(value);
	if (row->kind == KIND_FILE)
		return value[0] == '/';
	if (row->kind == KIND_CONTEXT)
		return value[0] == '/' && value[n - 1] != '/' && strstr(value, "//") == NULL;
	if (row->kind == KIND_PROXY)
		return is_proxy(value);
	if (row->kind == KIND_HOST)
		return conf_is_host(str_of(value), strchr(value, ':') != NULL);
	return true;
}

static bool
set_text(void *base, const struct conf_row *row, const char *value)
{
	if (strlen(value) >= row->size || !characters_fit(row->kind, value) ||
		!text_fits(row, value))
		return false;
	return str_copy(text_member(base, row), row->size, str_of(value));
}

static bool
set_word(void *base, const struct conf_row *row, const char *value)
{
	const char *const *words = word_lists[row->kind];
	bool first;
	int at = 0;

	while (words[at] != NULL && strcmp(words[at], value) != 0)
		at++;
	if (words[at] == NULL)
		return false;
	first = at == 0;
	if (row->kind <= KIND_CAUSE)
		return str_copy(text_member(base, row), row->size, str_of(value));
	if (row->kind <= KIND_REPLICATE)
		memcpy(text_member(base, row), &first, sizeof(first));
	else
		memcpy(text_member(base, row), &at, sizeof(at));
	return true;
}

static bool
set_number(void *base, const struct conf_row *row, const char *value)
{
	uint64_t v;
	int64_t wide;
	uint32_t narrow;
	uint16_t port;

	if (!str_u64(str_of(value), (uint64_t)row->max, &v) || (int64_t)v < row->min)
		return false;
	wide = (int64_t)v;
	narrow = (uint32_t)v;
	port = (uint16_t)v;
	if (row->kind == KIND_I64)
		memcpy(text_member(base, row), &wide, sizeof(wide));
	else if (row->kind == KIND_U32)
		memcpy(text_member(base, row), &narrow, sizeof(narrow));
	else
		memcpy(text_member(base, row), &port, sizeof(port));
	return true;
}

bool
conf_value_set(void *base, const struct conf_row *row, const char *value)
{
	if (row->kind <= KIND_HOST)
		return set_text(base, row, value);
	if (row->kind <= KIND_TLS_MIN)
		return set_word(base, row, value);
	if (row->kind == KIND_PACKAGES)
		return conf_packages_set(base, row, value);
	return row->kind <= KIND_U16 && set_number(base, row, value);
}

static void
describe_words(enum conf_kind kind, char *text, size_t size)
{
	size_t n = 0;

	text[0] = '\0';
	for (const char *const *word = word_lists[kind]; *word != NULL && n < size; word++)
		n += (size_t)snprintf(
			text + n, size - n, "%s%s", *word, word[1] != NULL ? ", " : "");
}

static void
describe_text(const struct conf_row *row, char *text, size_t size)
{
	const char *nothing = row->min > 0 ? "" : ", or nothing";

	if (row->kind == KIND_ADDRESS)
		snprintf(text, size, "an IP address%s", nothing);
	else if (row->kind == KIND_FILE)
		snprintf(text, size, "an absolute path of at most %zu characters%s", row->size - 1,
			nothing);
	else if (row->kind == KIND_CONTEXT)
		snprintf(text, size, "a path as /com.broadsoft.xsi-events/v2.0");
	else if (row->kind == KIND_PROXY)
		snprintf(text, size, "http://HOST:PORT%s", nothing);
	else if (row->kind == KIND_HOST)
		snprintf(text, size, "a name or an IP address");
	else
		snprintf(text, size, "%s of %d to %zu characters",
			row->kind == KIND_TEXT ? "text" : "letters, digits, '-', '.' and '_',",
			row->min > 0 ? 1 : 0, row->size - 1);
}

void
conf_value_describe(const struct conf_row *row, char *text, size_t size)
{
	if (row->kind <= KIND_HOST)
		describe_text(row, text, size);
	else if (row->kind <= KIND_TLS_MIN)
		describe_words(row->kind, text, size);
	else if (row->kind <= KIND_U16)
		snprintf(text, size, "a number from %" PRId64 " to %" PRId64, row->min, row->max);
	else if (row->kind == KIND_PACKAGES)
		conf_packages_describe(row, text, size);
	else if (row->kind >= KIND_USERS)
		conf_list_describe(row, text, size);
	else if (row->kind == KIND_SCOPE)
		snprintf(text, size,
			"ENTERPRISE/GROUP, or ENTERPRISE with subscribe = enterprise or service-provider");
	else if (row->kind == KIND_DEVICES)
		snprintf(text, size, "a list of devices, ranges (2900-2949) and patterns (29*)");
	else if (row->kind == KIND_NUMBERS)
		snprintf(text, size,
			"PATTERN RESULT, each with at most one wild part ('?' and '*'), for instance +4930123* *");
	else if (row->kind == KIND_LISTEN)
		snprintf(text, size, "ADDRESS:PORT, for instance 0.0.0.0:1040, or none");
	else if (row->kind == KIND_XSP)
		snprintf(text, size,
			"HOST:PORT, or a URL of http://, https://, cti:// or ctis:// and HOST:PORT");
	else if (row->kind == KIND_SRV)
		snprintf(text, size,
			"the name of an SRV record that begins with _xsi-client._tcp., _ecsta-cti._tcp. or _ecsta-cti._tls.");
	else
		snprintf(text, size,
			"CODE WORD with one of done, not-found, forbidden, conflict, overload, unreachable, failed");
}

static void
print_number(const void *base, const struct conf_row *row, struct buf *out)
{
	int64_t wide;
	uint32_t narrow;
	uint16_t port;

	if (row->kind == KIND_I64) {
		memcpy(&wide, text_member_of(base, row), sizeof(wide));
	} else if (row->kind == KIND_U32) {
		memcpy(&narrow, text_member_of(base, row), sizeof(narrow));
		wide = narrow;
	} else {
		memcpy(&port, text_member_of(base, row), sizeof(port));
		wide = port;
	}
	buf_printf(out, "%" PRId64, wide);
}

void
conf_value_print(const void *base, const struct conf_row *row, struct buf *out)
{
	bool first;
	int at;

	if (row->kind <= KIND_CAUSE) {
		buf_cstr(out, text_member_of(base, row));
	} else if (row->kind <= KIND_REPLICATE) {
		memcpy(&first, text_member_of(base, row), sizeof(first));
		buf_cstr(out, word_lists[row->kind][first ? 0 : 1]);
	} else if (row->kind <= KIND_TLS_MIN) {
		memcpy(&at, text_member_of(base, row), sizeof(at));
		buf_cstr(out, word_lists[row->kind][at]);
	} else if (row->kind <= KIND_U16) {
		print_number(base, row, out);
	} else if (row->kind == KIND_PACKAGES) {
		conf_packages_print(base, row, out);
	}
}
