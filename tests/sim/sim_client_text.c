/* SPDX-License-Identifier: Apache-2.0 */
/* The client's own reading of CSTA documents, by plain text: see sim_client.h. Elements are not prefixed. */
#include "tests/sim/sim_client.h"

#include <stdlib.h>

static bool
text_ends_name(char c)
{
	return c == '>' || c == ' ' || c == '/' || c == '\t' || c == '\n';
}

struct str
client_root(struct str body)
{
	for (size_t i = 0; i + 1 < body.n; i++) {
		size_t n = 0;

		if (body.p[i] != '<' || body.p[i + 1] == '?' || body.p[i + 1] == '!')
			continue;
		while (i + 1 + n < body.n && !text_ends_name(body.p[i + 1 + n]))
			n++;
		return (struct str){ body.p + i + 1, n };
	}
	return STR_NONE;
}

/* Where the content of the n-th element begins; NULL. */
static const char *
text_find(struct str body, const char *name, unsigned n)
{
	size_t len = strlen(name);
	const char *end = body.p + body.n, *p = body.p;

	while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		p++;
		if ((size_t)(end - p) <= len)
			return NULL;
		if (memcmp(p, name, len) != 0 || !text_ends_name(p[len]))
			continue;
		if (n-- > 0)
			continue;
		p = memchr(p, '>', (size_t)(end - p));
		return p != NULL && p[-1] != '/' ? p + 1 : NULL;
	}
	return NULL;
}

struct str
client_part(struct str body, const char *name, unsigned n)
{
	const char *p = text_find(body, name, n), *end = body.p + body.n, *q;
	size_t len = strlen(name);

	for (q = p; q != NULL && (q = memchr(q, '<', (size_t)(end - q))) != NULL; q++)
		if ((size_t)(end - q) > len + 2 && q[1] == '/' && memcmp(q + 2, name, len) == 0 &&
			q[len + 2] == '>')
			return (struct str){ p, (size_t)(q - p) };
	return STR_NONE;
}

struct str
client_text(struct str body, const char *name)
{
	const char *p = text_find(body, name, 0), *q;

	q = p ? memchr(p, '<', (size_t)(body.p + body.n - p)) : NULL;
	return q != NULL ? (struct str){ p, (size_t)(q - p) } : STR_NONE;
}

uint64_t
client_number(struct str body, const char *name)
{
	uint64_t n = 0;

	return str_u64(client_text(body, name), UINT64_MAX, &n) ? n : 0;
}
