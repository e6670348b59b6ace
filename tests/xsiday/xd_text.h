/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_XSIDAY_XD_TEXT_H
#define TANDEM_TESTS_XSIDAY_XD_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* A growing text, NUL terminated once something was added. Zero it to start. */
struct xd_text {
	char *p;
	size_t n;
	size_t room;
};

void xd_text_add(struct xd_text *t, const void *p, size_t n);

void xd_text_fmt(struct xd_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Removes the first @n bytes. */
void xd_text_cut(struct xd_text *t, size_t n);

void xd_text_free(struct xd_text *t);

/* Zeroed memory, never NULL. */
void *xd_alloc(size_t size);

/* Copies text that must fit; one that does not is a complaint. */
void xd_copy(char *to, size_t len, const char *from);

/*
 * What the server did is wrong: prints the virtual time, the sentence and the document (NULL =
 * none) and ends the program with exit code 1.
 */
void xd_complain(const char *document, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* The test itself cannot go on: one line, exit code 3. */
void xd_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Virtual time of the day in ms, for complaints. */
void xd_set_clock(int64_t ms);

#endif
