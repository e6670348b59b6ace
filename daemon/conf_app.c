/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applications of the configuration: see conf_row.h and struct conf_application.
 *
 * Failure: a section that lets everybody in (no login, no address, no certificate), a user with two sections, a word
 * that is none. What a section allows is asked by auth.c.
 */
#include "daemon/conf_keys.h"
#include "daemon/conf_row.h"
#include "proto/base/check.h"
#include "proto/csta_msg.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define IP4_BITS 32
#define IP6_BITS 128

const struct conf_row conf_application_rows[CONF_APPLICATION_KEY_COUNT] = {
#define XX(section, key, kind, member, min, max, initial, place) \
	CONF_ROW(struct conf_application, section, key, kind, member, min, max, initial, place),
	CONF_APPLICATION_KEYS(XX)
#undef XX
};

struct conf_application *
conf_application_named(struct conf *c, const char *name)
{
	struct conf_application *a;

	for (uint32_t i = 0; i < c->application_count; i++)
		if (strcmp(c->applications[i].name, name) == 0)
			return &c->applications[i];
	if (c->application_count == CONF_APPLICATIONS || !conf_is_section_name(name))
		return NULL;
	a = &c->applications[c->application_count++];
	*a = (struct conf_application){ .monitoring_only = false };
	str_copy(a->name, sizeof(a->name), str_of(name));
	return a;
}

/* --- networks ---------------------------------------------------------------------------------- */

struct network {
	unsigned char bytes[16];
	unsigned bits; /* of the address: 32 or 128 */
	unsigned prefix;
};

/* An IPv4 address that is written as IPv6 ("::ffff:10.0.0.1") is one. */
static void
unmap(struct network *n)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (n->bits != IP6_BITS || memcmp(n->bytes, mapped, sizeof(mapped)) != 0 ||
		n->prefix < IP6_BITS - IP4_BITS)
		return;
	memmove(n->bytes, n->bytes + sizeof(mapped), 4);
	n->bits = IP4_BITS;
	n->prefix -= IP6_BITS - IP4_BITS;
}

static bool
read_network(struct str text, struct network *n)
{
	struct str length, address = str_cut(text, '/', &length);
	char z[INET6_ADDRSTRLEN];
	uint64_t prefix;

	if (!str_copy(z, sizeof(z), address))
		return false;
	if (inet_pton(AF_INET, z, n->bytes) == 1)
		n->bits = IP4_BITS;
	else if (inet_pton(AF_INET6, z, n->bytes) == 1)
		n->bits = IP6_BITS;
	else
		return false;
	n->prefix = n->bits;
	if (address.n != text.n) {
		if (!str_u64(length, n->bits, &prefix))
			return false;
		n->prefix = (unsigned)prefix;
	}
	unmap(n);
	return true;
}

static bool
is_in(const struct network *net, const struct network *address)
{
	unsigned whole = net->prefix / 8, rest = net->prefix % 8;

	if (net->bits != address->bits || memcmp(net->bytes, address->bytes, whole) != 0)
		return false;
	return rest == 0 || ((net->bytes[whole] ^ address->bytes[whole]) >> (8 - rest)) == 0;
}

bool
conf_address_listed(const char *list, struct str peer)
{
	struct str rest = str_of(list), host;
	struct network address, net;
	uint16_t port;

	if (!conf_split_host_port(peer, &host, &port) || !read_network(host, &address))
		return false;
	while (rest.n > 0)
		if (read_network(str_trim(str_cut(rest, ',', &rest)), &net) &&
			is_in(&net, &address))
			return true;
	return false;
}

/* --- lists ------------------------------------------------------------------------------------- */

bool
conf_word_listed(const char *list, struct str word)
{
	struct str rest = str_of(list);

	while (rest.n > 0)
		if (str_eq(str_trim(str_cut(rest, ',', &rest)), word))
			return true;
	return false;
}

/* '@' marks what sessions without a user are kept under. */
static bool
is_user(struct str word)
{
	return word.n > 0 && word.n < LIMIT_SESSION_USER && word.p[0] != '@';
}

static bool
is_service(struct str word)
{
	for (unsigned kind = CSTA_UNKNOWN + 1; kind < CSTA_CSTAErrorCode; kind++)
		if (str_is(word, csta_request_name((enum csta_request_kind)kind)))
			return true;
	return false;
}

static bool
word_fits(enum conf_kind kind, struct str word)
{
	struct network net;

	for (size_t i = 0; i < word.n; i++)
		if ((unsigned char)word.p[i] < ' ' || word.p[i] == 127)
			return false;
	switch ((int)kind) {
	case KIND_USERS:
		return is_user(word);
	case KIND_NETWORKS:
		return read_network(word, &net);
	case KIND_PATTERNS:
		return word.n < sizeof(((struct conf_device_rule *)NULL)->text) &&
			conf_is_device_rule(word);
	default:
		return is_service(word);
	}
}

bool
conf_list_add(void *base, const struct conf_row *row, const char *value)
{
	char *list = (char *)base + row->offset;
	size_t n = strlen(list);
	struct str rest = str_of(value);

	if (rest.n == 0)
		return true;
	while (rest.n > 0)
		if (!word_fits(row->kind, str_trim(str_cut(rest, ',', &rest))))
			return false;
	if (n + strlen(value) + sizeof(", ") > row->size)
		return false;
	snprintf(list + n, row->size - n, "%s%s", n > 0 ? ", " : "", value);
	return true;
}

void
conf_list_describe(const struct conf_row *row, char *text, size_t size)
{
	const char *what = row->kind == KIND_USERS ?
		"a list of names that do not begin with '@'" :
		row->kind == KIND_NETWORKS ?
		"a list of addresses and networks (10.0.0.0/8)" :
		row->kind == KIND_PATTERNS ?
		"a list of devices, ranges (2900-2949) and patterns (29*)" :
		"a list of CSTA requests, for instance MonitorStart";

	snprintf(text, size, "%s, up to %zu characters in all", what, row->size - 1);
}

/* --- what belongs together --------------------------------------------------------------------- */

/* The first user of the section that another one before it has, too. */
static bool
users_are_its_own(const struct conf *c, uint32_t at)
{
	struct str rest = str_of(c->applications[at].users), user;

	while (rest.n > 0) {
		user = str_trim(str_cut(rest, ',', &rest));
		if (str_is(user, c->csta_user))
			return false;
		for (uint32_t i = 0; i < at; i++)
			if (conf_word_listed(c->applications[i].users, user))
				return false;
	}
	return true;
}

static int
check_application(const struct conf *c, uint32_t at, const char *file, struct err *e)
{
	const struct conf_application *a = &c->applications[at];
	unsigned secrets = (a->password[0] != '\0') + (a->password_file[0] != '\0') +
		(a->login_file[0] != '\0');
	const struct {
		bool ok;
		const char *text;
	} rules[] = {
		{ secrets <= 1,
			"password: given together with password-file or login-file; allowed: one of them" },
		{ secrets == 0 || a->users[0] != '\0',
			"user: missing; allowed: a name when there is a password" },
		{ secrets > 0 || a->addresses[0] != '\0' || a->certificate[0] != '\0',
			"password: missing; allowed: user and password, or else addresses or a certificate" },
		{ users_are_its_own(c, at),
			"user: another section has it, too; allowed: names of its own" },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!rules[i].ok)
			return err_set(e, E_CONFIG, "%s: [application %s] %s", file, a->name,
				rules[i].text);
	return 0;
}

int
conf_applications_check(const struct conf *c, const char *file, struct err *e)
{
	int result = 0;

	for (uint32_t i = 0; i < c->application_count && result == 0; i++)
		result = check_application(c, i, file, e);
	return result;
}

/* --- printing ---------------------------------------------------------------------------------- */

/* A line for each word: no line is longer than the reader takes. */
static void
print_list(const struct conf_row *row, const char *list, struct buf *out)
{
	struct str rest = str_of(list);

	while (rest.n > 0) {
		struct str word = str_trim(str_cut(rest, ',', &rest));

		buf_printf(out, "%s = %.*s\n", row->key, STR_ARG(word));
	}
}

static void
print_key(const struct conf_application *a, const struct conf_row *row, bool secrets,
	bool shared_only, struct buf *out)
{
	bool from_file = a->password_file[0] != '\0' && !shared_only;

	if (shared_only && row->place == CONF_LOCAL)
		return;
	if (row->kind >= KIND_USERS) {
		print_list(row, (const char *)a + row->offset, out);
	} else if (row->place == CONF_SECRET && (!secrets || from_file)) {
		if (a->password[0] != '\0')
			buf_printf(out, "# %s = (not shown)\n", row->key);
	} else {
		buf_printf(out, "%s = ", row->key);
		conf_value_print(a, row, out);
		buf_char(out, '\n');
	}
}

void
conf_applications_print(const struct conf *c, bool secrets, bool shared_only, struct buf *out)
{
	for (uint32_t n = 0; n < c->application_count; n++) {
		buf_printf(out, "\n[application %s]\n", c->applications[n].name);
		for (size_t i = 0; i < CONF_APPLICATION_KEY_COUNT; i++)
			print_key(&c->applications[n], &conf_application_rows[i], secrets,
				shared_only, out);
	}
}
