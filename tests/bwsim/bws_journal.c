/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The truth journal: one JSON object a line, one line a fact, flushed per line.
 *
 * Failure modes: a write error (full disk) ends the journal with one line on stderr; the
 * simulation goes on. A fact whose format does not fit is a bug and ends the program.
 */
#include "tests/bwsim/bws_journal.h"

#include "tests/bwsim/bws.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int
bws_journal_open(struct bws *w, const char *path)
{
	w->journal = fopen(path, "we");
	return w->journal ? 0 : -1;
}

static void
write_line(struct bws *w, json_t *fact)
{
	if (json_dumpf(fact, w->journal, JSON_COMPACT) < 0 || fputc('\n', w->journal) == EOF ||
		fflush(w->journal) == EOF) {
		fprintf(stderr, "bwsim: journal: %s; no further facts\n", strerror(errno));
		bws_journal_close(w);
	}
}

void
bws_journal_fact(struct bws *w, const char *ev, const char *fmt, ...)
{
	json_error_t why;
	json_t *fact, *more;
	va_list ap;

	if (!w->journal)
		return;
	va_start(ap, fmt);
	more = json_vpack_ex(&why, 0, fmt, ap);
	va_end(ap);
	fact = json_pack("{s:I,s:s}", "t_us", (long long)bws_util_wall_us(), "ev", ev);
	if (!more || !fact || json_object_update(fact, more) < 0) {
		fprintf(stderr, "bwsim: journal fact '%s': %s\n", ev, more ? "memory" : why.text);
		abort();
	}
	write_line(w, fact);
	json_decref(more);
	json_decref(fact);
}

void
bws_journal_close(struct bws *w)
{
	if (w->journal)
		fclose(w->journal);
	w->journal = NULL;
}
