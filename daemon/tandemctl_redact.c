/* SPDX-License-Identifier: Apache-2.0 */
/* Taking secrets and numbers out: see tandemctl_redact.h. */
#include "daemon/tandemctl_redact.h"

#include "daemon/conf_every.h"
#include "daemon/log_limit.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SECRETS_BYTES_MAX 65536
#define SECRET_LETTERS_MIN 3 /* a shorter one is no secret, and stands in every other word */

/* --- secrets ---------------------------------------------------------------------------------- */

static bool
is_secret(struct str section, struct str key)
{
	struct str name, kind = str_cut(section, ' ', &name);

	for (size_t i = 0; i < CONF_EVERY_COUNT; i++)
		if (conf_every_row[i].place == CONF_SECRET &&
			str_is(kind, conf_every_row[i].section) &&
			str_is(key, conf_every_row[i].key))
			return true;
	return false;
}

static void
add(struct tandemctl_secrets *s, struct str text)
{
	if (text.n < SECRET_LETTERS_MIN)
		return;
	buf_str(&s->texts, text);
	buf_put(&s->texts, "", 1);
}

void
tandemctl_secrets_init(struct tandemctl_secrets *s, const struct conf *c)
{
	struct str rest, section = STR_NONE;
	struct buf print;

	buf_init(&s->texts, SECRETS_BYTES_MAX);
	buf_init(&print, 262144);
	conf_print(c, true, &print);
	rest = buf_as_str(&print);
	while (rest.n > 0) {
		struct str line = str_cut(rest, '\n', &rest), value;
		struct str key = str_trim(str_cut(line, '=', &value));

		if (line.n > 2 && line.p[0] == '[')
			section = (struct str){ line.p + 1, line.n - 2 };
		else if (key.n < line.n && is_secret(section, key))
			add(s, str_trim(value));
	}
	buf_fini(&print);
}

void
tandemctl_secrets_fini(struct tandemctl_secrets *s)
{
	buf_fini(&s->texts);
}

static void
cross_out(uint8_t *p, size_t n, const char *secret)
{
	size_t length = strlen(secret);
	uint8_t *at = p;

	while ((at = memmem(at, n - (size_t)(at - p), secret, length)) != NULL) {
		memset(at, 'x', length);
		at += length;
	}
}

void
tandemctl_redact(const struct tandemctl_secrets *s, struct str bytes, struct buf *out)
{
	size_t begin = out->n;

	buf_str(out, bytes);
	for (size_t at = 0; !out->overflow && bytes.n > 0 && at < s->texts.n;
		at += strlen((const char *)s->texts.p + at) + 1)
		cross_out(out->p + begin, out->n - begin, (const char *)s->texts.p + at);
}

/* --- the CIB ---------------------------------------------------------------------------------- */

static bool
speaks_of_secrets(struct str name)
{
	static const char *const words[] = { "pass", "secret", "token", "key", "credential",
		"auth" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (size_t at = 0; at + strlen(words[i]) <= name.n; at++)
			if (strncasecmp(name.p + at, words[i], strlen(words[i])) == 0)
				return true;
	return false;
}

/* The value of an attribute between these places; n 0: it is not there. */
static struct str
attribute(const char *from, const char *to, const char *pattern)
{
	const char *at = memmem(from, (size_t)(to - from), pattern, strlen(pattern));
	const char *end;

	if (at == NULL)
		return STR_NONE;
	at += strlen(pattern);
	end = memchr(at, '"', (size_t)(to - at));
	return (struct str){ at, end != NULL ? (size_t)(end - at) : 0 };
}

void
tandemctl_redact_cib(const struct tandemctl_secrets *s, struct str cib, struct buf *out)
{
	size_t begin = out->n;
	const char *at, *end, *tag_end;

	tandemctl_redact(s, cib, out);
	if (out->overflow || cib.n == 0)
		return;
	at = (const char *)out->p + begin;
	end = at + cib.n;
	while ((at = memmem(at, (size_t)(end - at), "<nvpair ", 8)) != NULL) {
		struct str value;

		tag_end = memchr(at, '>', (size_t)(end - at));
		if (tag_end == NULL)
			return;
		value = attribute(at, tag_end, " value=\"");
		if (value.n > 0 && speaks_of_secrets(attribute(at, tag_end, " name=\"")))
			memset((void *)(uintptr_t)value.p, 'x', value.n);
		at = tag_end;
	}
}

/* --- numbers ---------------------------------------------------------------------------------- */

static json_t *
masked(const json_t *text)
{
	size_t n = json_string_length(text);
	char *shown = malloc(n + 1);
	json_t *v;

	if (shown == NULL)
		return json_string("");
	log_mask_numbers(json_string_value(text), shown, n + 1);
	v = json_string(shown);
	free(shown);
	return v;
}

/* Ids are no telephone numbers, and who helps needs them. */
static bool
is_id(const char *key)
{
	static const char *const keys[] = { "call", "monitor", "session", "schema", "version",
		"value" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

void
tandemctl_mask_json(json_t *root)
{
	const char *key;
	json_t *v;
	void *next;
	size_t i;

	json_object_foreach_safe(root, next, key, v)
	{
		if (json_is_string(v) && !is_id(key))
			json_object_set_new(root, key, masked(v));
		else
			tandemctl_mask_json(v);
	}
	json_array_foreach(root, i, v) {
		if (json_is_string(v))
			json_array_set_new(root, i, masked(v));
		else
			tandemctl_mask_json(v);
	}
}

/* Texts that are ended by NULs: of each the length stays as it is. */
void
tandemctl_mask_text(struct str text, struct buf *out)
{
	char *plain = malloc(text.n + 1), *shown = malloc(text.n + 1);

	if (plain != NULL && shown != NULL) {
		memcpy(plain, text.p, text.n);
		plain[text.n] = '\0';
		for (size_t at = 0; at <= text.n; at += strlen(plain + at) + 1)
			log_mask_numbers(plain + at, shown + at, text.n + 1 - at);
		buf_put(out, shown, text.n);
	}
	free(plain);
	free(shown);
}
