/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration of numbers: [numbers], see conf.h and docs/device-identities.md.
 *
 * A rule is a pattern and what becomes of it (proto/base/rewrite.h). The first rule of its use that fits is taken, so the
 * order in the file counts. Two wrong rules that are told at once: no pattern, a wild part out of nothing.
 */
#include "daemon/conf_row.h"

#include "proto/base/rewrite.h"

#include <string.h>

static bool
number_characters_fit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 127)
			return false;
	return true;
}

/* PATTERN RESULT */
bool
conf_numbers_set(struct conf *c, const struct conf_row *row, const char *value)
{
	struct conf_number_rule *r = &c->number_rules[c->number_rule_count];
	struct str to, from = str_trim(str_cut(str_of(value), ' ', &to));

	to = str_trim(to);
	if (!rewrite_is_pattern(from) || !rewrite_is_pattern(to) || !number_characters_fit(from) ||
		!number_characters_fit(to) || (rewrite_is_wild(to) && !rewrite_is_wild(from)) ||
		!str_copy(r->from, sizeof(r->from), from) || !str_copy(r->to, sizeof(r->to), to))
		return false;
	r->use = (enum conf_number_use)row->min;
	c->number_rule_count++;
	return true;
}

void
conf_numbers_print(const struct conf *c, const struct conf_row *row, struct buf *out)
{
	for (uint32_t i = 0; i < c->number_rule_count; i++)
		if ((int64_t)c->number_rules[i].use == row->min)
			buf_printf(out, "%s = %s %s\n", row->key, c->number_rules[i].from,
				c->number_rules[i].to);
}

static bool
is_digits(const char *s)
{
	return s[strspn(s, "0123456789")] == '\0';
}

bool
conf_numbers_fit(const struct conf *c)
{
	return is_digits(c->country_code) && is_digits(c->national_prefix) &&
		is_digits(c->international_prefix) &&
		(c->country_code[0] == '\0' || c->international_prefix[0] != '\0');
}
