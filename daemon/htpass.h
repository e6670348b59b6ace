/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of hashed passwords: a line USER:HASH for each user, the HASH as crypt(3) makes it.
 *
 * Two methods are good enough: sha512crypt ("$6$") and yescrypt ("$y$"). What is weaker is refused, and what would cost a
 * thread seconds or hundreds of megabytes is, too. Empty lines and those that begin with '#' say nothing.
 */
#ifndef TANDEM_DAEMON_HTPASS_H
#define TANDEM_DAEMON_HTPASS_H

#include "proto/base/err.h"
#include "proto/base/str.h"

struct htpass_line {
	const char *user, *hash; /* in htpass.text */
};

/* All zero: no lines. */
struct htpass {
	struct htpass_line *lines;
	size_t count;
	char *text; /* owned, wiped when it goes */
	size_t text_n;
};

/** Reads a whole file; `file` is its name for messages. E_CONFIG with "FILE:LINE: ..." in `e`, and `h` is as before. */
int htpass_parse(struct htpass *h, const char *file, const char *text, struct err *e);
void htpass_fini(struct htpass *h);

/** The hash of the user; NULL: there is no such user. */
const char *htpass_find(const struct htpass *h, struct str user);

#endif
