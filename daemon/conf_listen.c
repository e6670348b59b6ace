/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listeners of the configuration: see conf_row.h and struct conf_listener.
 *
 * The first is `listen` of [csta]; each section [listener NAME] is one more. What a section does not say has a default
 * of its own, or is that of [csta]. Failure: two of them at one place, certificates that are missing or of no use.
 */
#include "daemon/conf_keys.h"
#include "daemon/conf_row.h"
#include "proto/base/check.h"

#include <stdio.h>
#include <string.h>

const struct conf_row conf_listener_rows[CONF_LISTENER_KEY_COUNT] = {
#define XX(section, key, kind, member, min, max, initial, place) \
	CONF_ROW(struct conf_listener, section, key, kind, member, min, max, initial, place),
	CONF_LISTENER_KEYS(XX)
#undef XX
};

bool
conf_listen_set(struct conf *c, const char *value)
{
	struct conf_listener *l = &c->listeners[0];
	struct str host;
	uint16_t port = 0;
	char address[sizeof(l->address)];

	if (c->listener_count == 0)
		c->listener_count = 1;
	str_copy(l->name, sizeof(l->name), STR("csta"));
	if (strcmp(value, "none") == 0) {
		l->address[0] = '\0';
		l->port = 0;
		return true;
	}
	if (!conf_split_host_port(str_of(value), &host, &port) || port == 0 ||
		!str_copy(address, sizeof(address), host) || !conf_is_address(address))
		return false;
	memcpy(l->address, address, sizeof(address));
	l->port = port;
	return true;
}

void
conf_listen_print(const struct conf *c, struct buf *out)
{
	const struct conf_listener *l = &c->listeners[0];

	if (l->address[0] == '\0')
		buf_cstr(out, "none");
	else
		buf_printf(out, strchr(l->address, ':') ? "[%s]:%u" : "%s:%u", l->address,
			(unsigned)l->port);
}

struct conf_listener *
conf_listener_named(struct conf *c, const char *name)
{
	struct conf_listener *l;

	for (uint32_t i = 1; i < c->listener_count; i++)
		if (strcmp(c->listeners[i].name, name) == 0)
			return &c->listeners[i];
	if (c->listener_count == LIMIT_LISTENERS || !conf_is_section_name(name))
		return NULL;
	l = &c->listeners[c->listener_count++];
	memset(l, 0, sizeof(*l));
	str_copy(l->name, sizeof(l->name), str_of(name));
	for (size_t i = 0; i < CONF_LISTENER_KEY_COUNT; i++)
		if (conf_listener_rows[i].initial[0] != '\0')
			REQUIRE(conf_value_set(
				l, &conf_listener_rows[i], conf_listener_rows[i].initial));
	return l;
}

static bool
is_given(const struct conf_listens *given, uint32_t listener, const char *key)
{
	for (size_t i = 0; i < CONF_LISTENER_KEY_COUNT; i++)
		if (strcmp(conf_listener_rows[i].key, key) == 0)
			return given->given[listener][i];
	REQUIRE(false);
	return false;
}

static bool
is_any(const char *address)
{
	return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

/* True if both cannot be opened at the same time. */
static bool
same_place(const struct conf_listener *a, const struct conf_listener *b)
{
	if (a->address[0] == '\0' || b->address[0] == '\0' || a->port != b->port)
		return false;
	return strcmp(a->address, b->address) == 0 || is_any(a->address) || is_any(b->address);
}

static bool
is_free(const struct conf *c, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++)
		if (same_place(&c->listeners[i], &c->listeners[at]))
			return false;
	return true;
}

static int
check_listener(const struct conf *c, uint32_t at, const char *file, struct err *e)
{
	const struct conf_listener *l = &c->listeners[at];
	bool has_tls_key = l->cert_file[0] != '\0' || l->key_file[0] != '\0' ||
		l->ca_file[0] != '\0' || l->client_cert != CONF_CLIENT_CERT_NONE;
	const struct {
		bool ok;
		const char *text;
	} rules[] = {
		{ l->port != 0, "port: missing; allowed: a number from 1 to 65535" },
		{ is_free(c, at), "port: another listener has it; allowed: one of its own" },
		{ !l->tls || (l->cert_file[0] != '\0' && l->key_file[0] != '\0'),
			"cert-file: missing; allowed: cert-file and key-file when tls = yes" },
		{ l->tls || !has_tls_key,
			"tls: no; allowed: yes when there is a certificate, a key, a ca-file or client-certificate" },
		{ l->client_cert == CONF_CLIENT_CERT_NONE || l->ca_file[0] != '\0',
			"ca-file: missing; allowed: a file when clients show certificates" },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!rules[i].ok)
			return err_set(
				e, E_CONFIG, "%s: [listener %s] %s", file, l->name, rules[i].text);
	return 0;
}

int
conf_listeners_complete(
	struct conf *c, const struct conf_listens *given, const char *file, struct err *e)
{
	int result = 0;

	for (uint32_t i = 1; i < c->listener_count && result == 0; i++) {
		struct conf_listener *l = &c->listeners[i];

		if (!is_given(given, i, "keepalive-s"))
			l->keepalive_s = c->listeners[0].keepalive_s;
		if (!is_given(given, i, "user-timeout-ms"))
			l->user_timeout_ms = c->listeners[0].user_timeout_ms;
		result = check_listener(c, i, file, e);
	}
	if (result == 0 && c->listener_count == 1 && c->listeners[0].address[0] == '\0')
		result = err_set(e, E_CONFIG,
			"%s: [csta] listen: none; allowed: ADDRESS:PORT, or a [listener NAME]",
			file);
	return result;
}

static bool
is_printed(const struct conf_listener *l, const struct conf_row *row, bool shared_only)
{
	if (shared_only && row->place == CONF_LOCAL)
		return false;
	/* nothing is not a possible value for it */
	return strcmp(row->key, "default-edition") != 0 || l->default_edition[0] != '\0';
}

void
conf_listeners_print(const struct conf *c, bool shared_only, struct buf *out)
{
	for (uint32_t n = 1; n < c->listener_count; n++) {
		const struct conf_listener *l = &c->listeners[n];

		buf_printf(out, "\n[listener %s]\n", l->name);
		for (size_t i = 0; i < CONF_LISTENER_KEY_COUNT; i++) {
			const struct conf_row *row = &conf_listener_rows[i];

			if (!is_printed(l, row, shared_only))
				continue;
			buf_printf(out, "%s = ", row->key);
			conf_value_print(l, row, out);
			buf_char(out, '\n');
		}
	}
}
