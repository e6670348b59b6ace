/* SPDX-License-Identifier: Apache-2.0 */
/* What the Xsi decoder made of a document, as text: every field that is not absent. For tests. */
#ifndef TANDEM_TESTS_XSI_SUMMARY_H
#define TANDEM_TESTS_XSI_SUMMARY_H

#include "proto/base/buf.h"
#include "proto/xsi_decode.h"

/** Appends lines about a decoded document; `reader` must still hold it. */
void xsi_summary(struct buf *b, const struct xml *reader, const struct xsi_doc *d);
/** Appends one line about an envelope. */
void xsi_summary_envelope(struct buf *b, const char *name, const struct xsi_event *e);

#endif
