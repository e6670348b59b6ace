/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links of the configuration: see conf_row.h and struct conf_xsp.
 *
 * A link is made of a URL, of a section [link NAME] or of an SRV name; at the end each takes what it did not say
 * from [broadworks], and one with several channels is put into the list as often.
 */
#include "daemon/conf_row.h"

#include "daemon/conf_keys.h"
#include "proto/base/check.h"

#include <stdio.h>
#include <string.h>

#define CTI_PORT 8011
#define CTI_TLS_PORT 8012

const struct conf_row conf_link_rows[CONF_LINK_KEY_COUNT] = {
#define XX(section, key, kind, member, min, max, initial, place) \
	CONF_ROW(struct conf_xsp, section, key, kind, member, min, max, initial, place),
	CONF_LINK_KEYS(XX)
#undef XX
};

static void
make_base_url(struct conf_xsp *x)
{
	bool v6 = strchr(x->host, ':') != NULL;
	const char *scheme =
		x->transport == CONF_CTI ? (x->tls ? "ctis" : "cti") : (x->tls ? "https" : "http");
	char port[8] = "";

	if (x->port != 0)
		snprintf(port, sizeof(port), ":%u", x->port);
	snprintf(x->base_url, sizeof(x->base_url), v6 ? "%s://[%s]%s" : "%s://%s%s", scheme,
		x->host, port);
}

bool
conf_link_of_url(struct conf *c, const char *value)
{
	static const struct {
		const char *scheme;
		int transport;
		bool tls;
	} schemes[] = { { "http://", CONF_HTTP, false }, { "https://", CONF_HTTP, true },
		{ "cti://", CONF_CTI, false }, { "ctis://", CONF_CTI, true },
		{ "", CONF_HTTP, false } };
	struct conf_xsp *x = &c->xsps[c->xsp_count];
	const char *authority;
	struct str host;
	size_t at = 0, n;

	while (strncmp(value, schemes[at].scheme, strlen(schemes[at].scheme)) != 0)
		at++;
	authority = value + strlen(schemes[at].scheme);
	*x = (struct conf_xsp){
		.transport = schemes[at].transport, .tls = schemes[at].tls, .is_url = true
	};
	n = strlen(authority);
	if (n > 0 && authority[n - 1] == '/' && authority != value)
		n--;
	if (!conf_split_host_port((struct str){ authority, n }, &host, &x->port))
		return false;
	if (!conf_is_host(host, authority[0] == '[') || !str_copy(x->host, sizeof(x->host), host) ||
		!str_copy(x->name, sizeof(x->name), (struct str){ authority, n }))
		return false;
	c->xsp_count++;
	return true;
}

struct conf_xsp *
conf_link_named(struct conf *c, const char *name)
{
	struct conf_xsp *x;

	for (uint32_t i = 0; i < c->xsp_count; i++)
		if (!c->xsps[i].is_url && strcmp(c->xsps[i].name, name) == 0)
			return &c->xsps[i];
	if (c->xsp_count == LIMIT_XSPS || !conf_is_section_name(name))
		return NULL;
	x = &c->xsps[c->xsp_count++];
	*x = (struct conf_xsp){ .transport = CONF_HTTP };
	str_copy(x->name, sizeof(x->name), str_of(name));
	return x;
}

bool
conf_srv_set(struct conf *c, const char *value)
{
	static const struct {
		const char *prefix;
		int transport;
		bool tls;
	} kinds[] = { { "_xsi-client._tcp.", CONF_HTTP, true },
		{ "_ecsta-cti._tcp.", CONF_CTI, false }, { "_ecsta-cti._tls.", CONF_CTI, true } };
	struct conf_srv *s = &c->srv[c->srv_count];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i].prefix);

		if (strncmp(value, kinds[i].prefix, n) != 0 || strlen(value) >= sizeof(s->name) ||
			!conf_is_host(str_of(value + n), false))
			continue;
		*s = (struct conf_srv){ .transport = kinds[i].transport, .tls = kinds[i].tls };
		str_copy(s->name, sizeof(s->name), str_of(value));
		c->srv_count++;
		return true;
	}
	return false;
}

static size_t
row_at(const char *key)
{
	for (size_t i = 0; i < CONF_LINK_KEY_COUNT; i++)
		if (strcmp(conf_link_rows[i].key, key) == 0)
			return i;
	REQUIRE(false);
	return 0;
}

static bool
is_given(const struct conf_links *given, uint32_t link, const char *key)
{
	return given->given[link][row_at(key)];
}

static void
take_text(char *mine, size_t size, const char *theirs)
{
	str_copy(mine, size, str_of(theirs));
}

/* A section that names credentials of its own names all of them: a user of its own and a password of another do not mix. */
static void
complete_auth(const struct conf *c, const struct conf_links *given, uint32_t i, struct conf_xsp *x)
{
	x->own_password = is_given(given, i, "password") || is_given(given, i, "password-file");
	if (!is_given(given, i, "auth"))
		x->auth = c->auth;
	if (!is_given(given, i, "user"))
		take_text(x->user, sizeof(x->user), c->bw_user);
	if (!is_given(given, i, "sip-user"))
		take_text(x->sip_user, sizeof(x->sip_user), c->sip_user);
	if (!is_given(given, i, "token-file"))
		take_text(x->token_file, sizeof(x->token_file), c->token_file);
	if (!is_given(given, i, "token-helper"))
		take_text(x->token_helper, sizeof(x->token_helper), c->token_helper);
	if (!x->own_password)
		take_text(x->password_file, sizeof(x->password_file), c->bw_password_file);
}

static void
complete(const struct conf *c, const struct conf_links *given, uint32_t i, struct conf_xsp *x)
{
	complete_auth(c, given, i, x);
	if (!is_given(given, i, "priority"))
		x->priority = c->channel_priority;
	if (!is_given(given, i, "weight"))
		x->weight = c->channel_weight;
	if (!is_given(given, i, "kpl-interval-s"))
		x->kpl_interval_s = c->kpl_interval_s;
	if (!is_given(given, i, "kpl-tolerance"))
		x->kpl_tolerance = c->kpl_tolerance;
	if (!is_given(given, i, "proxy"))
		take_text(x->proxy, sizeof(x->proxy), c->proxy);
	if (!is_given(given, i, "ca-file"))
		take_text(x->ca_file, sizeof(x->ca_file), c->ca_file);
	if (!is_given(given, i, "cert-file"))
		take_text(x->cert_file, sizeof(x->cert_file), c->cert_file);
	if (!is_given(given, i, "key-file"))
		take_text(x->key_file, sizeof(x->key_file), c->key_file);
	if (x->transport == CONF_CTI && x->port == 0)
		x->port = x->tls ? CTI_TLS_PORT : CTI_PORT;
	if (x->srv == 0)
		make_base_url(x);
}

static int
check_link(const struct conf *c, const struct conf_xsp *x, const char *file, struct err *e)
{
	const struct {
		bool ok;
		const char *text;
	} rules[] = {
		{ x->host[0] != '\0' || x->srv > 0,
			"host: missing; allowed: a name or an address" },
		{ x->user[0] != '\0' || (x->auth != CONF_AUTH_BASIC && x->auth != CONF_AUTH_SIP),
			"user: missing; allowed: the account of this connector" },
		{ x->password[0] == '\0' || x->password_file[0] == '\0',
			"password: given together with password-file; allowed: one of them" },
		{ x->auth != CONF_AUTH_BEARER_FILE || x->token_file[0] != '\0',
			"token-file: missing; allowed: a file when auth = bearer-file" },
		{ x->auth != CONF_AUTH_BEARER_HELPER || x->token_helper[0] != '\0',
			"token-helper: missing; allowed: a program when auth = bearer-helper" },
		{ x->auth != CONF_AUTH_CERT || (x->cert_file[0] != '\0' && x->tls),
			"cert-file: missing; allowed: a certificate, and tls = yes, when auth = cert" },
		{ (x->cert_file[0] == '\0') == (x->key_file[0] == '\0'),
			"key-file: cert-file and key-file belong together; allowed: both or none" },
		{ x->auth != CONF_AUTH_SIP || x->sip_user[0] != '\0',
			"sip-user: missing; allowed: a SIP user name when auth = sip" },
	};

	(void)c;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!rules[i].ok)
			return err_set(e, E_CONFIG, "%s: [%s%s] %s", file,
				x->is_url || x->srv ? "broadworks" : "link ",
				x->is_url || x->srv ? "" : x->name, rules[i].text);
	return 0;
}

/* Links of SRV names: places that get their hosts later. */
static bool
add_srv_links(struct conf *c)
{
	if (c->discovery != CONF_DISCOVERY_SRV)
		return true;
	for (uint32_t s = 0; s < c->srv_count; s++) {
		for (uint32_t i = 0; i < c->srv_links_max; i++) {
			struct conf_xsp *x = &c->xsps[c->xsp_count];

			if (c->xsp_count == LIMIT_XSPS)
				return false;
			*x = (struct conf_xsp){
				.transport = c->srv[s].transport, .tls = c->srv[s].tls, .srv = s + 1
			};
			snprintf(x->name, sizeof(x->name), "srv%u-%u", s + 1, i + 1);
			c->xsp_count++;
		}
	}
	return true;
}

/* Several channels to one XSP are several links to it. */
static bool
add_channels(struct conf *c)
{
	uint32_t count = c->xsp_count;

	for (uint32_t i = 0; i < count; i++)
		c->xsps[i].primary = i;
	for (uint32_t n = 1; n < c->channels_per_xsp; n++) {
		for (uint32_t i = 0; i < count; i++) {
			struct conf_xsp *x = &c->xsps[c->xsp_count];
			size_t at;

			if (c->xsp_count == LIMIT_XSPS)
				return false;
			*x = c->xsps[i];
			at = strlen(x->name);
			snprintf(x->name + at, sizeof(x->name) - at, "#%u", n + 1);
			c->xsp_count++;
		}
	}
	return true;
}

int
conf_links_complete(struct conf *c, const struct conf_links *given, const char *file, struct err *e)
{
	int result = 0;

	if (!add_srv_links(c))
		return err_set(e, E_CONFIG,
			"%s: [broadworks] srv-links-max: too many links; allowed: %d in all", file,
			LIMIT_XSPS);
	for (uint32_t i = 0; i < c->xsp_count && result == 0; i++) {
		if (is_given(given, i, "proxy") && c->xsps[i].proxy[0] != '\0' &&
			c->xsps[i].transport == CONF_CTI)
			return err_set(e, E_CONFIG,
				"%s: [link %s] proxy: it is for HTTP alone; allowed: none with transport = cti",
				file, c->xsps[i].name);
		complete(c, given, i, &c->xsps[i]);
		result = check_link(c, &c->xsps[i], file, e);
	}
	if (result == 0 && !add_channels(c))
		result = err_set(e, E_CONFIG,
			"%s: [broadworks] channels-per-xsp: too many channels; allowed: %d in all",
			file, LIMIT_XSPS);
	return result;
}

void
conf_links_print_lines(const struct conf *c, enum conf_kind kind, const char *key, struct buf *out)
{
	if (kind == KIND_SRV)
		for (uint32_t i = 0; i < c->srv_count; i++)
			buf_printf(out, "%s = %s\n", key, c->srv[i].name);
	else
		for (uint32_t i = 0; i < c->xsp_count; i++)
			if (c->xsps[i].is_url && c->xsps[i].primary == i)
				buf_printf(out, "%s = %s\n", key, c->xsps[i].base_url);
}

static bool
is_printed(const struct conf_xsp *x, const struct conf_row *row, bool secrets, bool shared_only)
{
	if (shared_only && row->place == CONF_LOCAL)
		return false;
	if (row->place == CONF_SECRET)
		return x->own_password && (shared_only || (secrets && x->password_file[0] == '\0'));
	/* nothing is not a possible value for these, and the file of [broadworks] is not this link's */
	if (strcmp(row->key, "port") == 0)
		return x->port != 0;
	return strcmp(row->key, "password-file") != 0 || x->own_password;
}

static void
print_section(const struct conf_xsp *x, bool secrets, bool shared_only, struct buf *out)
{
	buf_printf(out, "\n[link %s]\n", x->name);
	for (size_t i = 0; i < CONF_LINK_KEY_COUNT; i++) {
		const struct conf_row *row = &conf_link_rows[i];

		if (!is_printed(x, row, secrets, shared_only)) {
			if (row->place == CONF_SECRET && x->password[0] != '\0')
				buf_printf(out, "# %s = (not shown)\n", row->key);
			continue;
		}
		buf_printf(out, "%s = ", row->key);
		conf_value_print(x, row, out);
		buf_char(out, '\n');
	}
}

void
conf_links_print(const struct conf *c, bool secrets, bool shared_only, struct buf *out)
{
	for (uint32_t i = 0; i < c->xsp_count; i++)
		if (!c->xsps[i].is_url && c->xsps[i].srv == 0 && c->xsps[i].primary == i)
			print_section(&c->xsps[i], secrets, shared_only, out);
}

const char *
conf_link_password(const struct conf *c, uint32_t xsp)
{
	const struct conf_xsp *x = &c->xsps[xsp];

	return x->own_password ? x->password : c->bw_password;
}

int64_t
conf_heartbeat_ms(const struct conf *c)
{
	int64_t half = c->event_timeout_ms / 2;

	return half > 0 && half < c->heartbeat_ms ? half : c->heartbeat_ms;
}
