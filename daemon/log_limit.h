/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a line of the log goes through before it is written: a limit for each message, and numbers made unreadable.
 *
 * A message that comes too often within ten seconds is held back and counted; its next one after that says how many there
 * were. Alarms always pass. Masking takes away the digits of telephone numbers, wherever they stand, but for the last two.
 */
#ifndef TANDEM_DAEMON_LOG_LIMIT_H
#define TANDEM_DAEMON_LOG_LIMIT_H

#include "proto/base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_LIMIT_NUMBERS 128 /* different messages; there are fewer */
#define LOG_LIMIT_WINDOW_US 10000000

struct log_limit {
	uint32_t lines_max; /* of one message in a window; 0 = no limit */
	struct {
		int number;
		int64_t since_us;
		uint32_t lines, held;
	} of[LOG_LIMIT_NUMBERS];
};

/**
 * May this line be written now? `*held`: so many of the same message were held back in the window before, to be told with this
 * one; else 0. A clock that goes back begins a new window.
 */
bool log_limit_pass(
	struct log_limit *l, int number, enum log_level level, int64_t now_us, uint32_t *held);

/**
 * Copies `text`, at most size - 1 bytes, with the digits of telephone numbers replaced by 'x': five digits or more in a row that do
 * not belong to a word, as in "+4930123456", "tel:+15550100123", "(2291555)".
 */
void log_mask_numbers(const char *text, char *out, size_t size);

#endif
