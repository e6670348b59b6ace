/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error codes and an error with a text and a place.
 *
 * Functions return 0 or a positive E_ code. Where a person must understand the failure they also fill a
 * struct err: the first error wins, callers wrap it with context from the outside.
 */
#ifndef TANDEM_BASE_ERR_H
#define TANDEM_BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

#define ERR_CODES(XX) \
	XX(OK, "no error") \
	XX(MALFORMED, "malformed") \
	XX(LIMIT, "over a limit") \
	XX(VERSION, "version not supported") \
	XX(CHECKSUM, "checksum differs") \
	XX(STALE, "of an older epoch") \
	XX(GAP, "a part is missing") \
	XX(UNKNOWN, "not known") \
	XX(STATE, "not possible in this state") \
	XX(CONFIG, "configuration error") \
	XX(REFUSED, "refused") \
	XX(AGAIN, "try again") \
	XX(IO, "input/output error") \
	XX(TIMEOUT, "no answer in time")

enum err_code {
#define XX(name, text) E_##name,
	ERR_CODES(XX)
#undef XX
};

struct err {
	int code;       /* enum err_code */
	uint32_t line;  /* 0 = none */
	char text[240]; /* a sentence without a full stop */
};

/** The text of a code; never NULL. */
const char *err_name(int code);

/** Sets code and text unless an error is set already. Returns the code that counts. `e` may be NULL. */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** Puts "context: " in front of the text. Returns the code. */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** No error. */
void err_clear(struct err *e);

#endif
