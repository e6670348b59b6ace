/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts for people that stand in one file each and are part of the program: what to do about each message (docs/man/messages.txt),
 * what each key of the configuration is for (docs/man/conf-keys.txt). The man pages are made of the same files.
 */
#ifndef TANDEM_DAEMON_TANDEMCTL_TEXTS_H
#define TANDEM_DAEMON_TANDEMCTL_TEXTS_H

#include "proto/base/buf.h"

/** Appends the text of an entry "NAME: text" in a section ("" = the file has none); false: there is none. */
bool tandemctl_text(const char *file, const char *section, const char *name, struct buf *out);

/** The files, as they are. */
const char *tandemctl_messages_text(void);
const char *tandemctl_keys_text(void);

#endif
