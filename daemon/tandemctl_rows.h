/* SPDX-License-Identifier: Apache-2.0 */
/* Listings for people: a head, then rows as they come, in columns that the first rows decide. No input or output. */
#ifndef TANDEM_DAEMON_TANDEMCTL_ROWS_H
#define TANDEM_DAEMON_TANDEMCTL_ROWS_H

#include "daemon/ctl_list.h"
#include "proto/base/buf.h"

#include <jansson.h>

#define TANDEMCTL_COLUMNS 16

struct tandemctl_rows {
	enum ctl_list_kind kind;
	bool tsv;     /* tabs between values, nothing aligned */
	bool explain; /* stuck: a second line says why */
	bool begun;
	size_t widths[TANDEMCTL_COLUMNS];
	uint64_t count; /* rows so far */
};

/** Appends the rows of a slice, before the first ones the head. */
void tandemctl_rows(struct tandemctl_rows *r, const json_t *rows, struct buf *out);
/** Appends what stands under the last row. */
void tandemctl_rows_end(const struct tandemctl_rows *r, struct buf *out);

#endif
