/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts for people that stand in a file and are part of the program: what each key of the configuration is for
 * (docs/man/conf-keys.txt). tandem.conf(5) is made of the same file.
 */
#ifndef TANDEM_DAEMON_TANDEMCTL_TEXTS_H
#define TANDEM_DAEMON_TANDEMCTL_TEXTS_H

#include "proto/base/buf.h"

/** Appends the text of an entry "NAME: text" in a section ("" = the file has none); false: there is none. */
bool tandemctl_text(const char *file, const char *section, const char *name, struct buf *out);

/** The file, as it is. */
const char *tandemctl_keys_text(void);

#endif
