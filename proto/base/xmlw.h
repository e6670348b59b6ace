/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing XML into a bounded buffer: declaration, elements, escaped text. Non-ASCII characters are
 * written as character references, so that every decoder is served; characters XML forbids become
 * U+FFFD. Overflow of the buffer is asked once at the end (buf.overflow).
 */
#ifndef TANDEM_BASE_XMLW_H
#define TANDEM_BASE_XMLW_H

#include "proto/base/buf.h"

/** `<?xml version="1.0" encoding="UTF-8"?>` */
void xmlw_declaration(struct buf *b);
/** `<name>` ; names are literals of ours, never input. */
void xmlw_open(struct buf *b, const char *name);
/** `<name xmlns="ns">` */
void xmlw_open_ns(struct buf *b, const char *name, const char *ns);
void xmlw_close(struct buf *b, const char *name);
/** `<name/>` */
void xmlw_empty(struct buf *b, const char *name);
/** Escaped text. Invalid UTF-8 bytes become U+FFFD. */
void xmlw_text(struct buf *b, struct str s);
/** `<name>escaped</name>` */
void xmlw_element(struct buf *b, const char *name, struct str s);
void xmlw_element_z(struct buf *b, const char *name, const char *z);
void xmlw_element_u64(struct buf *b, const char *name, uint64_t v);

#endif
