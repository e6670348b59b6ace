/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An arena in place of the heap: all that the engines and their world consist of lies in it, so that a state is saved and taken
 * up again by copying. It defines the functions of proto/base/mem.h.
 */
#ifndef TANDEM_TESTS_EXPLORE_MEM_H
#define TANDEM_TESTS_EXPLORE_MEM_H

#include <stddef.h>

struct explore_saved {
	void *bytes; /* of the real heap */
	size_t n, size;
};

/** An empty arena. */
void explore_mem_reset(void);
/** Copies the arena into `s`, whose memory is used again. */
void explore_mem_save(struct explore_saved *s);
void explore_mem_load(const struct explore_saved *s);

#endif
