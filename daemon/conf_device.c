/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration of devices: of what kind they are, which event packages each kind is subscribed to. See conf.h.
 *
 * A line of [devices] is a list of single devices (2900), ranges of numbers (2900-2949) and patterns ('*' stands for
 * any characters, '?' for one), compared with the device as clients name it and with its BroadWorks user id.
 * What several lines name is a user first, then a queue, then a route point.
 */
#include "daemon/conf_row.h"

#include <stdio.h>
#include <string.h>

#define RANGE_DIGITS_MAX 15

/* --- packages ---------------------------------------------------------------------------------- */

bool
conf_packages_set(void *base, const struct conf_row *row, const char *value)
{
	enum core_device_kind kind = (enum core_device_kind)row->min;
	struct str rest = str_of(value);
	uint32_t packages = 0;

	while (rest.n > 0) {
		struct str word = str_trim(str_cut(rest, ',', &rest));
		enum core_package package;

		if (!core_package_of(word, &package) ||
			(CORE_PACKAGE_BIT(package) & core_packages_of_kind(kind)) == 0)
			return false;
		packages |= CORE_PACKAGE_BIT(package);
	}
	if ((packages & core_package_primary(kind)) == 0)
		return false;
	memcpy((char *)base + row->offset, &packages, sizeof(packages));
	return true;
}

static void
print_packages(uint32_t packages, struct buf *out)
{
	const char *between = "";

	for (uint32_t i = 0; i < CORE_PACKAGE_count; i++) {
		if ((packages & CORE_PACKAGE_BIT(i)) == 0)
			continue;
		buf_printf(out, "%s%s", between, core_package_text((enum core_package)i));
		between = ", ";
	}
}

void
conf_packages_print(const void *base, const struct conf_row *row, struct buf *out)
{
	uint32_t packages;

	memcpy(&packages, (const char *)base + row->offset, sizeof(packages));
	print_packages(packages, out);
}

void
conf_packages_describe(const struct conf_row *row, char *text, size_t size)
{
	struct buf b;

	buf_init(&b, 1024);
	buf_printf(&b, "a list that has ");
	print_packages(core_package_primary((enum core_device_kind)row->min), &b);
	buf_printf(&b, ", of ");
	print_packages(core_packages_of_kind((enum core_device_kind)row->min), &b);
	snprintf(text, size, "%.*s", STR_ARG(buf_as_str(&b)));
	buf_fini(&b);
}

/* --- devices ----------------------------------------------------------------------------------- */

static bool
is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0 && s.n <= RANGE_DIGITS_MAX;
}

static bool
is_range(struct str rule, struct str *low, struct str *high)
{
	*low = str_cut(rule, '-', high);
	return is_digits(*low) && is_digits(*high) && low->n == high->n &&
		memcmp(low->p, high->p, low->n) <= 0;
}

bool
conf_is_device_rule(struct str rule)
{
	for (size_t i = 0; i < rule.n; i++)
		if ((unsigned char)rule.p[i] <= ' ' || rule.p[i] == 127)
			return false;
	return rule.n > 0;
}

bool
conf_devices_set(struct conf *c, const struct conf_row *row, const char *value)
{
	struct str rest = str_of(value);
	uint32_t count = c->device_rule_count;

	do {
		struct str word = str_trim(str_cut(rest, ',', &rest));
		struct conf_device_rule *r = &c->device_rules[count];

		if (count == CONF_DEVICE_RULES || !conf_is_device_rule(word) ||
			!str_copy(r->text, sizeof(r->text), word))
			return false;
		r->kind = (enum core_device_kind)row->min;
		count++;
	} while (rest.n > 0);
	c->device_rule_count = count;
	return true;
}

bool
conf_scope_set(struct conf *c, const char *value)
{
	struct str group, enterprise = str_cut(str_of(value), '/', &group);

	if (enterprise.n == 0 || (group.n > 0 && memchr(group.p, '/', group.n) != NULL) ||
		!str_copy(c->scopes[c->scope_count], sizeof(c->scopes[0]), str_of(value)))
		return false;
	c->scope_count++;
	return true;
}

bool
conf_scopes_fit(const struct conf *c)
{
	for (uint32_t i = 0; i < c->scope_count; i++) {
		const char *slash = strchr(c->scopes[i], '/');
		bool grouped = slash != NULL && slash[1] != '\0';

		if (grouped != (c->subscribe == CONF_SUBSCRIBE_GROUP) || (slash != NULL) != grouped)
			return false;
	}
	return (c->scope_count > 0) ==
		(c->subscribe != CONF_SUBSCRIBE_DEVICE && c->subscribe != CONF_SUBSCRIBE_SYSTEM);
}

void
conf_devices_print(const struct conf *c, const struct conf_row *row, struct buf *out)
{
	for (uint32_t i = 0; i < c->device_rule_count; i++)
		if ((int64_t)c->device_rules[i].kind == row->min)
			buf_printf(out, "%s = %s\n", row->key, c->device_rules[i].text);
}

/* '*' and '?'; the last '*' takes as much as it must: no recursion, so no pattern takes long. */
static bool
matches_pattern(const char *pattern, struct str s)
{
	const char *star = NULL;
	size_t at = 0, taken = 0;

	while (at < s.n) {
		if (*pattern == '*') {
			star = pattern++;
			taken = at;
		} else if (*pattern != '\0' && (*pattern == '?' || *pattern == s.p[at])) {
			pattern++;
			at++;
		} else if (star != NULL) {
			pattern = star + 1;
			at = ++taken;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool
matches(const char *rule, struct str id)
{
	struct str low, high;

	if (is_range(str_of(rule), &low, &high))
		return id.n == low.n && is_digits(id) && memcmp(id.p, low.p, low.n) >= 0 &&
			memcmp(id.p, high.p, high.n) <= 0;
	return matches_pattern(rule, id);
}

bool
conf_device_listed(const char *list, struct str device, struct str user)
{
	struct str rest = str_of(list);
	char rule[sizeof(((struct conf_device_rule *)NULL)->text)];

	while (rest.n > 0)
		if (str_copy(rule, sizeof(rule), str_trim(str_cut(rest, ',', &rest))) &&
			((device.n > 0 && matches(rule, device)) ||
				(user.n > 0 && matches(rule, user))))
			return true;
	return false;
}

bool
conf_device_is_single(const struct conf_device_rule *r)
{
	struct str low, high;

	return strpbrk(r->text, "*?") == NULL && !is_range(str_of(r->text), &low, &high);
}

bool
conf_device_kind(
	const struct conf *c, struct str device, struct str user, enum core_device_kind *kind)
{
	bool found = false;

	*kind = CORE_KIND_user;
	for (uint32_t i = 0; i < c->device_rule_count; i++) {
		const struct conf_device_rule *r = &c->device_rules[i];

		if ((found && r->kind >= *kind) ||
			(!matches(r->text, device) && !matches(r->text, user)))
			continue;
		*kind = r->kind;
		found = true;
	}
	return found;
}
