/* SPDX-License-Identifier: Apache-2.0 */
/* A membership script on the simulated ring: see ring_script.c. */
#ifndef TANDEM_TESTS_RING_SCRIPT_H
#define TANDEM_TESTS_RING_SCRIPT_H

#include <stdint.h>

/**
 * Plays the file `path` with the seeds 1 .. seeds, and prints for each step of each seed what the two members were told:
 * "STEP<TAB>n1 | LINE | LINE n2 | LINE". The exit code: 0, or 1 when the script cannot be read.
 */
int ring_script(const char *path, uint64_t seeds);

#endif
