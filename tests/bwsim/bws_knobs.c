/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The knob table: defaults, parsing with range check, the help text.
 *
 * Failure modes: unknown name, no number, out of range, unreadable file; each gives a sentence.
 */
#include "tests/bwsim/bws_knobs.h"

#include "tests/bwsim/bws_util.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct knob {
	const char *name;
	size_t offset;
	bool text;
	int64_t low, high, def;
	const char *def_text;
	const char *help;
};

static const struct knob knobs[] = {
#define NUM(name, def, low, high, help) \
	{ #name, offsetof(struct bws_knobs, name), false, low, high, def, NULL, help },
#define STR(name, def, help) { #name, offsetof(struct bws_knobs, name), true, 0, 0, 0, def, help },
	BWS_KNOB_LIST(NUM, STR)
#undef NUM
#undef STR
};

#define KNOB_COUNT (sizeof(knobs) / sizeof(knobs[0]))

static int64_t *
number(struct bws_knobs *k, const struct knob *d)
{
	return (int64_t *)(void *)((char *)k + d->offset);
}

static char **
text(struct bws_knobs *k, const struct knob *d)
{
	return (char **)(void *)((char *)k + d->offset);
}

void
bws_knobs_init(struct bws_knobs *k)
{
	size_t i;

	memset(k, 0, sizeof(*k));
	for (i = 0; i < KNOB_COUNT; i++) {
		if (knobs[i].text)
			*text(k, &knobs[i]) = bws_util_strdup(knobs[i].def_text);
		else
			*number(k, &knobs[i]) = knobs[i].def;
	}
}

void
bws_knobs_fini(struct bws_knobs *k)
{
	size_t i;

	for (i = 0; i < KNOB_COUNT; i++)
		if (knobs[i].text)
			free(*text(k, &knobs[i]));
}

static int
set_number(struct bws_knobs *k, const struct knob *d, const char *value, char *err, size_t err_len)
{
	char *end = NULL;
	long long n;

	errno = 0;
	n = strtoll(value, &end, 10);
	if (errno || end == value || *end) {
		snprintf(err, err_len, "knob %s: '%s' is no number", d->name, value);
		return -1;
	}
	if (n < d->low || n > d->high) {
		snprintf(err, err_len, "knob %s: %lld is outside %lld..%lld", d->name, n,
			(long long)d->low, (long long)d->high);
		return -1;
	}
	*number(k, d) = n;
	return 0;
}

int
bws_knobs_set(struct bws_knobs *k, const char *name, const char *value, char *err, size_t err_len)
{
	size_t i;

	for (i = 0; i < KNOB_COUNT; i++) {
		if (strcmp(knobs[i].name, name) != 0)
			continue;
		if (!knobs[i].text)
			return set_number(k, &knobs[i], value, err, err_len);
		free(*text(k, &knobs[i]));
		*text(k, &knobs[i]) = bws_util_strdup(value);
		return 0;
	}
	snprintf(err, err_len, "unknown knob '%s'", name);
	return -1;
}

int
bws_knobs_assign(struct bws_knobs *k, const char *assignment, char *err, size_t err_len)
{
	char *copy = bws_util_strdup(assignment);
	char *eq = strchr(copy, '=');
	int rv = -1;

	if (!eq || eq == copy) {
		snprintf(err, err_len, "'%s' is not name=value", assignment);
	} else {
		*eq = '\0';
		rv = bws_knobs_set(k, copy, eq + 1, err, err_len);
	}
	free(copy);
	return rv;
}

static char *
trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	n = strcspn(s, "#\r\n");
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	s[n] = '\0';
	return s;
}

int
bws_knobs_load(struct bws_knobs *k, const char *path, char *err, size_t err_len)
{
	char line[512], why[256];
	unsigned number_of_line = 0;
	int rv = 0;
	FILE *f = fopen(path, "re");

	if (!f) {
		snprintf(err, err_len, "%s: %s", path, strerror(errno));
		return -1;
	}
	while (!rv && fgets(line, sizeof(line), f)) {
		char *s = trim(line);

		number_of_line++;
		if (*s && bws_knobs_assign(k, s, why, sizeof(why)) < 0) {
			snprintf(err, err_len, "%s:%u: %s", path, number_of_line, why);
			rv = -1;
		}
	}
	fclose(f);
	return rv;
}

void
bws_knobs_help(FILE *out)
{
	size_t i;

	for (i = 0; i < KNOB_COUNT; i++) {
		const struct knob *d = &knobs[i];

		if (d->text)
			fprintf(out, "%-24s default '%s': %s\n", d->name, d->def_text, d->help);
		else
			fprintf(out, "%-24s default %lld, range %lld..%lld: %s\n", d->name,
				(long long)d->def, (long long)d->low, (long long)d->high, d->help);
	}
}
