/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_PARSE_H
#define TANDEM_TESTS_BWSIM_BWS_PARSE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads a flat request document of the Xsi namespace: root element @root with children of which
 * @names (NULL terminated) are wanted. values[i] gets the trimmed text of the first child
 * names[i], or NULL; the caller frees each. Children that are not wanted are ignored, as a real
 * server does. Returns 0, or -1 with a sentence in @err: not well-formed, a DTD, wrong root or
 * namespace (then all values are NULL).
 */
int bws_parse_fields(const char *body, size_t len, const char *root, const char *const *names,
	char **values, char *err, size_t err_len);

/*
 * Texts of all children @child of the first child @parent of the root of @body, into a new array
 * of @*count texts (at most @max; more of them is an error). The caller frees each and the array.
 * Returns 0, or -1 when the body is not well-formed or there are too many.
 */
int bws_parse_list(const char *body, size_t len, const char *parent, const char *child, size_t max,
	char ***texts, size_t *count);

/*
 * Texts of all elements @name anywhere under @root, as @count strings of at most @each - 1 bytes
 * at @out, @out + @each... Returns 0, or -1 with a sentence in @err: as above, or more than @max, or
 * too long.
 */
int bws_parse_texts(const char *body, size_t len, const char *root, const char *name, char *out,
	size_t each, size_t max, size_t *count, char *err, size_t err_len);

/* Text of the root element @root, trimmed; NULL when the body is not that. The caller frees it. */
char *bws_parse_text(const char *body, size_t len, const char *root);

/*
 * Number in [@low, @high] from @text. NULL text gives @absent. Returns 0, or -1 when it is no such
 * number.
 */
int bws_parse_number(const char *text, int64_t low, int64_t high, int64_t absent, int64_t *out);

#endif
