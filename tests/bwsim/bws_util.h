/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_UTIL_H
#define TANDEM_TESTS_BWSIM_BWS_UTIL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Small tools of the simulator: memory, clocks, random numbers, a growing text.
 *
 * The simulator is a test program: when memory runs out it prints one line and ends (exit 70).
 */

/* Zeroed memory for @count objects of @size bytes; never NULL. The caller frees it with free(). */
void *bws_util_calloc(size_t count, size_t size);

/* Resized memory (never NULL). */
void *bws_util_realloc(void *p, size_t size);

/* Copy of @s (NULL gives NULL). The caller frees it. */
char *bws_util_strdup(const char *s);

/* Wall clock in microseconds since 1970: time stamps of journals and call times. */
int64_t bws_util_wall_us(void);

/* Monotonic clock in microseconds: timers. */
int64_t bws_util_mono_us(void);

/* From now on both clocks stand still, at a fixed date, and move by bws_util_clock_set() only. */
void bws_util_clock_virtual(void);

/* True after bws_util_clock_virtual(). */
int bws_util_clock_is_virtual(void);

/* Moves the virtual monotonic clock (and the wall clock with it) forward to @mono_us. */
void bws_util_clock_set(int64_t mono_us);

/* Both strings equal; NULL equals only NULL. */
int bws_util_same(const char *a, const char *b);

/* Resets a TCP connection (RST to the peer) without closing the descriptor. */
void bws_util_reset_socket(int fd);

/* A seeded generator (splitmix64). Equal seeds give equal sequences. */
struct bws_rand {
	uint64_t state;
};

void bws_rand_seed(struct bws_rand *r, uint64_t seed);

/* Next 64 random bits. */
uint64_t bws_rand_next(struct bws_rand *r);

/* Uniform integer in [lo, hi]; hi < lo gives lo. */
int64_t bws_rand_range(struct bws_rand *r, int64_t lo, int64_t hi);

/* Uniform number in [0, 1). */
double bws_rand_unit(struct bws_rand *r);

/* Waiting time in microseconds of a Poisson process with @per_second events, at most an hour. */
int64_t bws_rand_poisson_us(struct bws_rand *r, double per_second);

#define BWS_UUID_LEN 36

/* Writes a random UUID (version 4) of 36 characters and a NUL to @out. */
void bws_rand_uuid(struct bws_rand *r, char out[BWS_UUID_LEN + 1]);

/* A growing text; always NUL terminated once something was added. Zero it to start. */
struct bws_buf {
	char *p;
	size_t n;
	size_t room;
};

void bws_buf_add(struct bws_buf *b, const void *p, size_t n);

void bws_buf_str(struct bws_buf *b, const char *s);

void bws_buf_fmt(struct bws_buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));

/* Adds @s with the five XML characters escaped. */
void bws_buf_esc(struct bws_buf *b, const char *s);

/* Removes the first @n bytes. */
void bws_buf_cut(struct bws_buf *b, size_t n);

/* Text of the buffer, "" when empty. Belongs to the buffer. */
const char *bws_buf_text(const struct bws_buf *b);

/* Frees the memory and zeroes the buffer. */
void bws_buf_free(struct bws_buf *b);

#endif
