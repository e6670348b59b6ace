/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_JOURNAL_H
#define TANDEM_TESTS_BWSIM_BWS_JOURNAL_H

struct bws;

/* Opens the journal file (JSON lines, made new). Returns 0 or -1 with errno. */
int bws_journal_open(struct bws *w, const char *path);

/*
 * Writes one fact: {"t_us":now,"ev":@ev, ...}. @fmt and the rest are as of json_pack() and make
 * an object, for example "{s:s,s:i}". Flushed at once. Without a journal nothing happens.
 */
void bws_journal_fact(struct bws *w, const char *ev, const char *fmt, ...);

void bws_journal_close(struct bws *w);

#endif
