/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_TEXT_H
#define TANDEM_TESTS_CSTACLIENT_CC_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A bounded text under construction in memory of the caller; always terminated. */
struct cc_text {
	char *p;
	size_t n;
	size_t size;
	bool is_cut; /* something did not fit */
};

/* Starts an empty text in `p` of `size` bytes (at least 1). */
void cc_text_init(struct cc_text *t, char *p, size_t size);

/* Appends formatted text; what does not fit sets is_cut. */
void cc_text_add(struct cc_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends `s` as XML character data: markup escaped, non-ASCII bytes copied. */
void cc_text_xml(struct cc_text *t, const char *s);

/* Copies `s` into `to` of `size` bytes, cut if need be, always terminated. */
void cc_text_copy(char *to, size_t size, const char *s);

/*
 * The device number inside a device ID: without "tel:" or "sip:" and without "@domain". Vendors
 * and directions write the same device in different forms.
 */
void cc_text_device(char *to, size_t size, const char *id);

/* True if both device IDs name the same device (see cc_text_device). */
bool cc_text_same_device(const char *a, const char *b);

#endif
