/* SPDX-License-Identifier: Apache-2.0 */
/* Rewriting by patterns: see rewrite.h. */
#include "proto/base/rewrite.h"

/* A pattern taken apart: what stands before its wild part, how long that is, what stands after it. */
struct rewrite_parts {
	struct str before, after;
	size_t least;
	bool is_wild, is_open; /* has a wild part; of any length from `least` on */
};

static struct rewrite_parts
rewrite_parts(struct str pattern)
{
	struct rewrite_parts parts = { .before = STR_NONE };
	size_t at = 0, end;

	while (at < pattern.n && pattern.p[at] != '?' && pattern.p[at] != '*')
		at++;
	parts.before = (struct str){ pattern.p, at };
	for (end = at; end < pattern.n && pattern.p[end] == '?'; end++)
		parts.least++;
	parts.is_open = end < pattern.n && pattern.p[end] == '*';
	end += parts.is_open;
	parts.is_wild = end > at;
	parts.after = (struct str){ pattern.p + end, pattern.n - end };
	return parts;
}

static bool
parts_fit(const struct rewrite_parts *parts, size_t wild)
{
	return parts->is_open ? wild >= parts->least : wild == parts->least;
}

bool
rewrite_is_wild(struct str pattern)
{
	return rewrite_parts(pattern).is_wild;
}

bool
rewrite_is_pattern(struct str pattern)
{
	return pattern.n > 0 && !rewrite_is_wild(rewrite_parts(pattern).after);
}

/* Does the text match, and what does the wild part stand for? */
static bool
rewrite_match(const struct rewrite_parts *from, struct str text, struct str *wild)
{
	size_t fixed = from->before.n + from->after.n;

	if (text.n < fixed || !parts_fit(from, text.n - fixed))
		return false;
	*wild = (struct str){ text.p + from->before.n, text.n - fixed };
	return memcmp(text.p, from->before.p, from->before.n) == 0 &&
		memcmp(wild->p + wild->n, from->after.p, from->after.n) == 0;
}

bool
rewrite_text(struct str from, struct str to, struct str text, char *out, size_t out_size, size_t *n)
{
	struct rewrite_parts source = rewrite_parts(from), target = rewrite_parts(to);
	struct str wild;
	size_t length;

	if (text.n == 0 || !rewrite_match(&source, text, &wild))
		return false;
	if (target.is_wild && (!source.is_wild || !parts_fit(&target, wild.n)))
		return false;
	if (!target.is_wild)
		wild.n = 0;
	length = target.before.n + wild.n + target.after.n;
	if (length == 0 || length > out_size)
		return false;
	memcpy(out, target.before.p, target.before.n);
	memcpy(out + target.before.n, wild.p, wild.n);
	memcpy(out + target.before.n + wild.n, target.after.p, target.after.n);
	*n = length;
	return true;
}
