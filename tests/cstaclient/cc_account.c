/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account: counters, the first problems as sentences, silence figures.
 *
 * Happy path: the parts count, the account is asked for as JSON.
 * Failure modes: after the first sentences problems are only counted (all are in the journal).
 */
#include "tests/cstaclient/cc_account.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
cc_account_init(struct cc_account *a, struct cc_journal *journal)
{
	memset(a, 0, sizeof(*a));
	a->journal = journal;
}

/* Texts of the server come into sentences: what is not printable ASCII would break the JSON. */
static void
make_printable(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text >= 0x7f)
			*text = '?';
}

void
cc_account_problem(struct cc_account *a, int64_t now_us, const char *format, ...)
{
	char text[CC_PROBLEM_SIZE];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	make_printable(text);
	if (a->problem_count < CC_PROBLEMS_MAX)
		memcpy(a->problems[a->problem_count], text, sizeof(text));
	a->problem_count++;
	cc_journal_begin(a->journal, now_us, "problem");
	cc_journal_text(a->journal, "text", text);
	cc_journal_end(a->journal);
}

json_t *
cc_account_json(const struct cc_account *a, const struct cc_gap *gap, int64_t now_us)
{
	json_t *out = json_object();
	json_t *list = json_array();

#define X(name) json_object_set_new(out, #name, json_integer((json_int_t)a->name));
	CC_COUNTERS(X)
#undef X
	for (int64_t i = 0; i < a->problem_count && i < CC_PROBLEMS_MAX; i++)
		json_array_append_new(list, json_string(a->problems[i]));
	json_object_set_new(out, "silence_ms", cc_gap_json(gap, now_us));
	json_object_set_new(out, "marks", cc_gap_marks_json(gap, now_us));
	json_object_set_new(out, "delivered_ms", cc_hist_json(&a->delivered));
	json_object_set_new(out, "probed_ms", cc_hist_json(&a->probed));
	json_object_set_new(out, "problems", list);
	return out;
}
