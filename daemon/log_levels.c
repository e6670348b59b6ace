/* SPDX-License-Identifier: Apache-2.0 */
/* Levels of the log by subsystem: see log_levels.h. */
#include "daemon/log_levels.h"

#include <inttypes.h>

static const struct {
	const char *name;
	int first;
} subsystems[] = {
#define XX(name, first) { #name, first },
	LOG_SUBSYSTEMS(XX)
#undef XX
};

void
log_levels_configure(struct log_levels *l, enum log_level level)
{
	l->configured = level;
	for (int i = 0; i < LOG_SUBSYSTEM_count; i++) {
		l->of[i].level = level;
		l->of[i].until_ms = 0;
	}
}

bool
log_levels_set(struct log_levels *l, struct str subsystem, enum log_level level, int64_t until_ms)
{
	bool found = false;

	for (int i = 0; i < LOG_SUBSYSTEM_count; i++) {
		if (subsystem.n > 0 && !str_is(subsystem, subsystems[i].name))
			continue;
		l->of[i].level = level;
		l->of[i].until_ms = until_ms;
		found = true;
	}
	return found;
}

bool
log_levels_pass(const struct log_levels *l, int number, enum log_level level)
{
	for (int i = 0; i < LOG_SUBSYSTEM_count; i++)
		if (number / 100 == subsystems[i].first / 100)
			return level <= l->of[i].level;
	return level <= l->configured;
}

unsigned
log_levels_expire(struct log_levels *l, int64_t now_ms)
{
	unsigned count = 0;

	for (int i = 0; i < LOG_SUBSYSTEM_count; i++) {
		if (l->of[i].until_ms == 0 || l->of[i].until_ms > now_ms)
			continue;
		l->of[i].level = l->configured;
		l->of[i].until_ms = 0;
		count++;
	}
	return count;
}

int64_t
log_levels_next_ms(const struct log_levels *l)
{
	int64_t next = 0;

	for (int i = 0; i < LOG_SUBSYSTEM_count; i++)
		if (l->of[i].until_ms != 0 && (next == 0 || l->of[i].until_ms < next))
			next = l->of[i].until_ms;
	return next;
}

void
log_levels_print(const struct log_levels *l, int64_t now_ms, struct buf *out)
{
	buf_printf(out,
		"{\"ok\":true,\"schema\":\"tandemctl/loglevels/1\",\"configured\":\"%s\",\"rows\":[",
		log_level_name(l->configured));
	for (int i = 0; i < LOG_SUBSYSTEM_count; i++) {
		int64_t left_ms = l->of[i].until_ms - now_ms;

		buf_printf(out,
			"%s{\"subsystem\":\"%s\",\"first\":%d,\"last\":%d,\"level\":\"%s\",\"seconds_left\":",
			i > 0 ? "," : "", subsystems[i].name, subsystems[i].first,
			subsystems[i].first + 99, log_level_name(l->of[i].level));
		if (l->of[i].until_ms == 0)
			buf_cstr(out, "null}");
		else
			buf_printf(out, "%" PRId64 "}", left_ms > 0 ? (left_ms + 999) / 1000 : 0);
	}
	buf_cstr(out, "]}");
}
