/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal of the client: JSON lines with the instant of each fact.
 *
 * Happy path: lines are collected in the buffer of the C library and flushed by the owner's tick.
 * Failure modes: a write that fails is remembered and reported at the end; the run goes on.
 */
#include "tests/cstaclient/cc_journal.h"

#include <string.h>

int
cc_journal_open(struct cc_journal *j, const char *path)
{
	memset(j, 0, sizeof(*j));
	if (path == NULL)
		return 0;
	j->file = fopen(path, "we");
	return j->file == NULL ? -1 : 0;
}

void
cc_journal_flush(struct cc_journal *j)
{
	if (j->file == NULL || !j->is_dirty)
		return;
	if (fflush(j->file) != 0)
		j->is_failed = true;
	j->is_dirty = false;
}

int
cc_journal_close(struct cc_journal *j)
{
	if (j->file == NULL)
		return 0;
	if (ferror(j->file) != 0 || fclose(j->file) != 0)
		j->is_failed = true;
	j->file = NULL;
	return j->is_failed ? -1 : 0;
}

void
cc_journal_begin(struct cc_journal *j, int64_t t_us, const char *kind)
{
	if (j->file == NULL)
		return;
	j->is_dirty = true;
	(void)fprintf(j->file, "{\"t_us\":%lld,\"ev\":\"%s\"", (long long)t_us, kind);
}

static void
put_escaped(FILE *file, unsigned char c)
{
	if (c == '"' || c == '\\')
		(void)fprintf(file, "\\%c", c);
	else if (c < 0x20)
		(void)fprintf(file, "\\u%04x", c);
	else
		(void)fputc(c, file);
}

void
cc_journal_textn(struct cc_journal *j, const char *key, const char *value, size_t n)
{
	if (j->file == NULL)
		return;
	(void)fprintf(j->file, ",\"%s\":\"", key);
	for (size_t i = 0; i < n; i++)
		put_escaped(j->file, (unsigned char)value[i]);
	(void)fputc('"', j->file);
}

void
cc_journal_text(struct cc_journal *j, const char *key, const char *value)
{
	if (value[0] != '\0')
		cc_journal_textn(j, key, value, strlen(value));
}

void
cc_journal_number(struct cc_journal *j, const char *key, int64_t value)
{
	if (j->file != NULL)
		(void)fprintf(j->file, ",\"%s\":%lld", key, (long long)value);
}

void
cc_journal_end(struct cc_journal *j)
{
	if (j->file != NULL)
		(void)fputs("}\n", j->file);
}
