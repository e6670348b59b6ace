/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time as it comes in with an event: a monotonic instant in a struct of its own, so that instants,
 * durations and wall clock cannot be mixed. Nothing below the adapters reads a clock.
 */
#ifndef TANDEM_BASE_MONO_H
#define TANDEM_BASE_MONO_H

#include <stdbool.h>
#include <stdint.h>

struct mono {
	int64_t us;
};

#define MONO_NEVER ((struct mono){ INT64_MAX })

static inline struct mono
mono_add_ms(struct mono t, int64_t ms)
{
	return (struct mono){ t.us + ms * 1000 };
}

static inline bool
mono_before(struct mono a, struct mono b)
{
	return a.us < b.us;
}

/** True when `t` has come. */
static inline bool
mono_due(struct mono t, struct mono now)
{
	return t.us <= now.us;
}

static inline struct mono
mono_min(struct mono a, struct mono b)
{
	return a.us < b.us ? a : b;
}

/** Milliseconds from `a` to `b`, rounded down. */
static inline int64_t
mono_ms_between(struct mono a, struct mono b)
{
	return (b.us - a.us) / 1000;
}

#endif
