/* SPDX-License-Identifier: Apache-2.0 */
/* Log interface: see log.h. */
#include "proto/base/log.h"

#include <stddef.h>
#include <stdio.h>

struct log_entry {
	int number;
	enum log_level level;
	const char *meaning, *remedy;
};

static const struct log_entry log_entries[] = {
#define LOG_MESSAGE(number, name, level, meaning, remedy) { number, LOG_##level, meaning, remedy },
#include "proto/base/messages.def"
};

static const struct log_entry *
log_find(int number)
{
	for (size_t i = 0; i < sizeof(log_entries) / sizeof(log_entries[0]); i++)
		if (log_entries[i].number == number)
			return &log_entries[i];
	return NULL;
}

void
log_emit(const struct log *log, enum log_id id, const char *fmt, ...)
{
	char text[1000];
	va_list ap;

	if (log == NULL || log->write == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log->write((int)id, log_level_of((int)id), text, log->arg);
}

enum log_level
log_level_of(int number)
{
	const struct log_entry *e = log_find(number);

	return e ? e->level : LOG_NOTICE;
}

const char *
log_level_name(enum log_level level)
{
	static const char *const names[] = {
#define XX(name, text) text,
		LOG_LEVELS(XX)
#undef XX
	};

	return names[level];
}

const char *
log_meaning(int number)
{
	const struct log_entry *e = log_find(number);

	return e ? e->meaning : NULL;
}

const char *
log_remedy(int number)
{
	const struct log_entry *e = log_find(number);

	return e ? e->remedy : NULL;
}
