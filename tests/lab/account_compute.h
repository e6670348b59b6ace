/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_LAB_ACCOUNT_COMPUTE_H
#define TANDEM_TESTS_LAB_ACCOUNT_COMPUTE_H

#include "tests/lab/account_run.h"

#include <stdio.h>

/*
 * Who was active when: the takeovers, whether this is one, and whether only the active one spoke.
 * Before the others.
 */
void account_voices(struct account_run *r);

/* Instants of the takeover, from the histories, BroadWorks' journal and the clients' arrivals. */
void account_phases(struct account_run *r);

/* What BroadWorks' journal says: calls kept, cleared, learned; updates; requests executed twice. */
void account_south(struct account_run *r);

/* What the clients say: their account, and their picture compared with the truth. */
void account_north(struct account_run *r);

/*
 * Compares a picture with a truth from files and prints the differences, a line each, to `out`.
 * Returns their number, devices out of service included, or -1 when a file cannot be read.
 */
int account_match(const char *picture_path, const char *truth_path, FILE *out);

/* Number of call halves that BroadWorks knew at an instant, or -1 when its journal is not there. */
int64_t account_halves_at(const struct account_run *r, int64_t t_us);

/* Number of connections that the clients' events amounted to at an instant, or -1 without journal. */
int64_t account_model_at(const struct account_run *r, int64_t t_us);

#endif
