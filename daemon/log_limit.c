/* SPDX-License-Identifier: Apache-2.0 */
/* Limits and masks of log lines: see log_limit.h. */
#include "daemon/log_limit.h"

#include <string.h>

#define MASK_DIGITS_MIN 5
#define MASK_DIGITS_SHOWN 2

bool
log_limit_pass(
	struct log_limit *l, int number, enum log_level level, int64_t now_us, uint32_t *held)
{
	size_t i = 0;

	*held = 0;
	if (l->lines_max == 0 || level == LOG_ALARM)
		return true;
	while (i < LOG_LIMIT_NUMBERS - 1 && l->of[i].number != 0 && l->of[i].number != number)
		i++;
	if (l->of[i].number != number || now_us < l->of[i].since_us ||
		now_us - l->of[i].since_us >= LOG_LIMIT_WINDOW_US) {
		*held = l->of[i].number == number ? l->of[i].held : 0;
		l->of[i].number = number;
		l->of[i].since_us = now_us;
		l->of[i].lines = l->of[i].held = 0;
	}
	if (l->of[i].lines < l->lines_max) {
		l->of[i].lines++;
		return true;
	}
	l->of[i].held++;
	return false;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Identifiers like "callhalf-12345:0", "#184223", "epoch=7" and times are no telephone numbers. */
static bool
may_precede(char before, char before_that)
{
	if (before == ':') /* "tel:", "sip:"; an address has digits there */
		return (before_that | 0x20) >= 'a' && (before_that | 0x20) <= 'z';
	return before == '\0' || strchr(" +(\"'<,;/[", before) != NULL;
}

void
log_mask_numbers(const char *text, char *out, size_t size)
{
	size_t n = 0;
	char before = '\0', before_that = '\0';

	while (text[0] != '\0' && n < size - 1) {
		size_t digits = 0;

		while (is_digit(text[digits]))
			digits++;
		if (digits < MASK_DIGITS_MIN || !may_precede(before, before_that)) {
			digits = digits > 0 ? digits : 1;
			for (size_t i = 0; i < digits && n < size - 1; i++)
				out[n++] = text[i];
		} else {
			for (size_t i = 0; i < digits && n < size - 1; i++)
				out[n++] = i + MASK_DIGITS_SHOWN < digits ? 'x' : text[i];
		}
		before_that = digits > 1 ? text[digits - 2] : before;
		before = text[digits - 1];
		text += digits;
	}
	out[n] = '\0';
}
