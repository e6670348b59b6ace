/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_JOURNAL_H
#define TANDEM_TESTS_CSTACLIENT_CC_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The journal: JSON lines, one per fact. */
struct cc_journal {
	FILE *file; /* NULL = nothing is written */
	bool is_dirty;
	bool is_failed;
};

/* Opens (and empties) the file; `path` NULL = no journal. Returns 0 or -1 with errno. */
int cc_journal_open(struct cc_journal *j, const char *path) __attribute__((warn_unused_result));

/* Writes out what is buffered; sets is_failed if the disk refused it. */
void cc_journal_flush(struct cc_journal *j);

/* Closes the file. Returns 0, or -1 if any line could not be written. */
int cc_journal_close(struct cc_journal *j);

/* One line: begin with its time (microseconds) and kind, fields, end. */
void cc_journal_begin(struct cc_journal *j, int64_t t_us, const char *kind);
void cc_journal_text(struct cc_journal *j, const char *key, const char *value);
void cc_journal_textn(struct cc_journal *j, const char *key, const char *value, size_t n);
void cc_journal_number(struct cc_journal *j, const char *key, int64_t value);
void cc_journal_end(struct cc_journal *j);

#endif
