/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of devices: see ident.h.
 *
 * First what is around the name is taken off: white space, <>, the scheme and what its form allows behind the name. Then the
 * rules of [numbers] are asked, with what is left as it is and as an international number. What no rule knows is a user id,
 * or becomes one. Texts from the wire end up here: whatever they are, the result is a text that fits, or none.
 */
#include "daemon/ident.h"

#include "proto/base/rewrite.h"

#include <string.h>

#define NUMBER_DIGITS_MIN \
	7 /* what is shorter is an extension or a service, whatever it begins with */

void
ident_set(struct ident *out, struct str text)
{
	out->n = text.n <= sizeof(out->p) ? text.n : 0;
	memmove(out->p, text.p, out->n);
}

static void
ident_join(struct ident *out, struct str one, struct str two)
{
	out->n = one.n + two.n <= sizeof(out->p) ? one.n + two.n : 0;
	if (out->n == 0)
		return;
	memmove(out->p, one.p, one.n);
	memcpy(out->p + one.n, two.p, two.n);
}

static char
lower(char ch)
{
	return ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
}

static bool
has_prefix(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s.n < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(s.p[i]) != prefix[i])
			return false;
	return true;
}

static struct str
without_first(struct str s, size_t n)
{
	return (struct str){ s.p + n, s.n - n };
}

static bool
is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

/* Something to dial: digits, * and #, perhaps a + before them. */
static bool
is_number(struct str s)
{
	size_t at = s.n > 0 && s.p[0] == '+' ? 1 : 0;

	for (size_t i = at; i < s.n; i++)
		if (!is_digit(s.p[i]) && s.p[i] != '*' && s.p[i] != '#')
			return false;
	return s.n > at;
}

static bool
is_ip_address(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]) && s.p[i] != '.')
			return false;
	return s.n > 0;
}

/* --- what is around a name --------------------------------------------------------------- */

/* Where a URI begins: after its scheme; 0: it is none. */
static size_t
scheme_length(struct str s)
{
	static const char *const schemes[] = { "tel:", "sip:", "sips:" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (has_prefix(s, schemes[i]))
			return strlen(schemes[i]);
	return 0;
}

/* What stands in <>: of "Anna" <sip:...>, and of N<3021>;noa=nk. Elsewhere they are characters as others. */
static struct str
inside_brackets(struct str s)
{
	struct str inside, before = str_trim(str_cut(s, '<', &inside));

	if (scheme_length(s) > 0 || memchr(s.p, '<', s.n) == NULL)
		return s;
	inside = str_trim(str_cut(inside, '>', NULL));
	return before.n == 0 || str_is(before, "N") || scheme_length(inside) > 0 ? inside : s;
}

/* %2B49 */
static void
unescape(struct ident *t)
{
	size_t to = 0;

	for (size_t at = 0; at < t->n; at++) {
		unsigned value = 0, digits = 0;

		for (; t->p[at] == '%' && digits < 2 && at + digits + 1 < t->n; digits++) {
			char ch = lower(t->p[at + digits + 1]);

			if (!is_digit(ch) && (ch < 'a' || ch > 'f'))
				break;
			value = value * 16 + (unsigned)(is_digit(ch) ? ch - '0' : ch - 'a' + 10);
		}
		/* no control characters come in this way */
		if (digits == 2 && value > ' ' && value < 127) {
			t->p[to++] = (char)value;
			at += 2;
		} else {
			t->p[to++] = t->p[at];
		}
	}
	t->n = to;
}

/* +49 (30) 123-2001 */
static void
drop_separators(struct ident *t)
{
	size_t to = 0;

	for (size_t at = 0; at < t->n; at++)
		if (memchr(" -.()/", t->p[at], 6) == NULL)
			t->p[to++] = t->p[at];
	t->n = to;
}

/* sip:user[;parameters][:password]@host[:port][;parameters][?headers]; a number is a number wherever it is. */
static void
bare_sip(struct str s, struct ident *out)
{
	struct str host, user = str_cut(str_cut(s, '?', NULL), '@', &host);
	bool is_phone;
	struct str rest;

	if (memchr(s.p, '@', s.n) == NULL) { /* sip:host is nobody */
		ident_set(out, str_cut(str_cut(user, ';', NULL), ':', NULL));
		return;
	}
	user = str_cut(str_cut(user, ';', NULL), ':', NULL);
	host = str_cut(host, ';', &rest);
	is_phone =
		(rest.n > 0 && has_prefix(rest, "user=phone")) || user.n == 0 || user.p[0] == '+';
	host = str_cut(host, ':', NULL);
	ident_set(out, user);
	unescape(out);
	is_phone = is_phone || is_ip_address(host) || (out->n > 0 && out->p[0] == '+');
	if (is_phone && is_number(ident_str(out)))
		return;
	ident_join(out, ident_str(out), STR("@"));
	ident_join(out, ident_str(out), host);
}

static void
bare_tel(struct str s, struct ident *out)
{
	ident_set(out, str_cut(s, ';', NULL));
	unescape(out);
	drop_separators(out);
}

/* No scheme: a user id, a number, or one of these with things of a vendor behind it. */
static void
bare_plain(struct str s, struct ident *out)
{
	ident_set(out, str_trim(str_cut(str_cut(s, ';', NULL), ':', NULL)));
	if (out->n > 0 && out->p[0] == '+')
		drop_separators(out);
}

void
ident_bare(struct str text, struct ident *out)
{
	struct str s = inside_brackets(str_trim(text));
	struct str rest = without_first(s, scheme_length(s));

	if (rest.n == s.n)
		bare_plain(s, out);
	else if (has_prefix(s, "tel:"))
		bare_tel(rest, out);
	else
		bare_sip(rest, out);
}

/* --- numbers and users ------------------------------------------------------------------- */

/* As an international number, if the configuration says how; else as it is. */
static void
ident_international(const struct conf *c, struct str number, struct ident *out)
{
	size_t international = strlen(c->international_prefix);
	size_t national = strlen(c->national_prefix);

	ident_set(out, number);
	if (c->country_code[0] == '\0' || number.n < NUMBER_DIGITS_MIN || !is_number(number) ||
		number.p[0] == '+')
		return;
	if (has_prefix(number, c->international_prefix)) {
		ident_join(out, STR("+"), without_first(number, international));
	} else if (national > 0 && has_prefix(number, c->national_prefix)) {
		ident_join(out, STR("+"), str_of(c->country_code));
		ident_join(out, ident_str(out), without_first(number, national));
	}
}

/* The first rule of that use that fits. */
static bool
rule_of(const struct conf *c, enum conf_number_use use, struct str text, struct ident *out)
{
	for (uint32_t i = 0; i < c->number_rule_count; i++) {
		const struct conf_number_rule *r = &c->number_rules[i];

		if (r->use == use &&
			rewrite_text(str_of(r->from), str_of(r->to), text, out->p, sizeof(out->p),
				&out->n))
			return true;
	}
	return false;
}

static bool
has_domain(struct str s)
{
	return memchr(s.p, '@', s.n) != NULL;
}

static bool
is_default_domain(const struct conf *c, struct str domain)
{
	if (domain.n == 0 || domain.n != strlen(c->default_domain))
		return false;
	for (size_t i = 0; i < domain.n; i++)
		if (lower(domain.p[i]) != lower(c->default_domain[i]))
			return false;
	return true;
}

/* A user id without a domain has the default one, and that is spelt as it is configured. Nothing is known of others. */
static void
add_domain(const struct conf *c, struct ident *user)
{
	struct str domain, name = str_cut(ident_str(user), '@', &domain);

	if (user->n == 0 || c->default_domain[0] == '\0' ||
		(has_domain(ident_str(user)) && !is_default_domain(c, domain)))
		return;
	ident_join(user, name, STR("@"));
	ident_join(user, ident_str(user), str_of(c->default_domain));
}

/* The number in sip:2001@DEFAULT: nobody says for certain whether it is that of a user id. */
static struct str
number_of_uri(const struct conf *c, struct str text, struct str bare)
{
	struct str domain, number = str_cut(bare, '@', &domain);

	if (scheme_length(inside_brackets(str_trim(text))) > 0 && is_number(number) &&
		is_default_domain(c, domain))
		return number;
	return bare;
}

static bool
user_by_rule(const struct conf *c, struct str number, struct ident *out)
{
	struct ident international;

	ident_international(c, number, &international);
	if (!rule_of(c, CONF_NUMBER_USER, number, out) &&
		!rule_of(c, CONF_NUMBER_USER, ident_str(&international), out))
		return false;
	add_domain(c, out);
	return true;
}

bool
ident_user_by_rule(const struct conf *c, struct str text, struct ident *out)
{
	struct ident bare;

	ident_bare(text, &bare);
	return user_by_rule(c, number_of_uri(c, text, ident_str(&bare)), out);
}

void
ident_user(const struct conf *c, struct str text, struct ident *out)
{
	struct ident bare;

	if (ident_user_by_rule(c, text, out))
		return;
	ident_bare(text, &bare);
	ident_international(c, ident_str(&bare), out);
	add_domain(c, out);
	if (out->n >= LIMIT_USER_ID)
		out->n = 0;
}

/* --- names ------------------------------------------------------------------------------- */

/* A number of the user: of a rule for him alone, or with `any` of every rule. */
static bool
number_of_user(const struct conf *c, struct str user, bool any, struct ident *out)
{
	for (uint32_t i = 0; i < c->number_rule_count; i++) {
		const struct conf_number_rule *r = &c->number_rules[i];
		struct ident of_rule;

		if (r->use != CONF_NUMBER_USER || (!any && rewrite_is_wild(str_of(r->from))))
			continue;
		ident_set(&of_rule, str_of(r->to));
		add_domain(c, &of_rule);
		if (rewrite_is_wild(str_of(r->from)) == rewrite_is_wild(str_of(r->to)) &&
			rewrite_text(ident_str(&of_rule), str_of(r->from), user, out->p,
				sizeof(out->p), &out->n))
			return true;
	}
	return false;
}

static bool
is_of_user(const struct conf *c, const struct ident *name, struct str user)
{
	struct ident back;

	ident_user(c, ident_str(name), &back);
	return name->n > 0 && str_eq(ident_str(&back), user);
}

void
ident_name(const struct conf *c, struct str user, struct ident *out)
{
	struct str domain, name = str_cut(user, '@', &domain);
	bool any = c->devices_as == CONF_AS_NUMBER;

	if (c->devices_as != CONF_AS_USER) {
		if (number_of_user(c, user, any, out) && is_of_user(c, out, user))
			return;
		ident_set(out, is_default_domain(c, domain) ? name : user);
		if (is_of_user(c, out, user))
			return;
	}
	ident_set(out, user);
}

void
ident_dialled(const struct conf *c, struct str text, struct ident *out)
{
	struct str uri = inside_brackets(str_trim(text));
	struct ident bare;

	ident_bare(text, &bare);
	if (rule_of(c, CONF_NUMBER_DIAL, ident_str(&bare), out))
		return;
	ident_set(out, scheme_length(uri) > 0 ? uri : ident_str(&bare));
}

void
ident_shown(const struct conf *c, struct str address, struct ident *out)
{
	struct ident bare;

	ident_bare(address, &bare);
	if (!rule_of(c, CONF_NUMBER_SHOW, ident_str(&bare), out))
		*out = bare;
}
