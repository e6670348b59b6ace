/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only door to the heap for everything below the adapters.
 *
 * An allocation never returns NULL: every size that comes from a wire is bounded by limits.h before it
 * gets here, so running dry means that the machine is out of memory, and a connector without memory
 * must hand over to its peer instead of limping. A test can make the n-th allocation fail and see the
 * process die cleanly.
 */
#ifndef TANDEM_BASE_MEM_H
#define TANDEM_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

/** Uninitialised memory of `size` bytes (size 0 gives a unique pointer). Owner: the caller. */
void *mem_alloc(size_t size) __attribute__((returns_nonnull, warn_unused_result));

/** As mem_alloc, zeroed. */
void *mem_zalloc(size_t size) __attribute__((returns_nonnull, warn_unused_result));

/** Grows or shrinks `p` (may be NULL). The old pointer is gone. */
void *mem_realloc(void *p, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/** Copy of `n` bytes with a NUL behind them. */
char *mem_strndup(const char *p, size_t n) __attribute__((returns_nonnull, warn_unused_result));

/** Gives memory back; NULL is allowed. */
void mem_free(void *p);

/** Number of live allocations: a test compares it before and after. */
uint64_t mem_live(void);

/** Tests only: the n-th allocation from now dies (1 = the next); 0 switches the trap off. */
void mem_fail_at(uint64_t n);

#endif
