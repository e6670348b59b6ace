/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log interface. The messages are in proto/base/messages.def.
 *
 * A message has a number, a level by audience and a text of its own. 37205 keeps the meaning that
 * operators know: one call party was out of step with BroadWorks. The sink is a pointer: the program
 * writes to its log, a test to a trace. Secrets never go into a message.
 */
#ifndef TANDEM_BASE_LOG_H
#define TANDEM_BASE_LOG_H

#include <stdarg.h>

#define LOG_LEVELS(XX) \
	XX(ALARM, "alarm") XX(WARNING, "warning") XX(NOTICE, "notice") XX(DEBUG, "debug")

enum log_level {
#define XX(name, text) LOG_##name,
	LOG_LEVELS(XX)
#undef XX
};

enum log_id {
#define LOG_MESSAGE(number, name, level, meaning, remedy) M_##name = (number),
#include "proto/base/messages.def"
};

/** Gets a formatted line; `number` is an enum log_id. */
typedef void (*log_write_fn)(int number, enum log_level level, const char *text, void *arg);

struct log {
	log_write_fn write; /* NULL: silent */
	void *arg;
};

/** Formats and hands on. `log` may be NULL. Text is cut at 1,000 bytes. */
void log_emit(const struct log *log, enum log_id id, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** Level of a message; LOG_NOTICE for an unknown number. */
enum log_level log_level_of(int number);
/** "alarm" ... "debug". */
const char *log_level_name(enum log_level level);
/** What the message means to an operator; NULL if there is no such number. */
const char *log_meaning(int number);
/** What to do about it; NULL as above. */
const char *log_remedy(int number);

#endif
