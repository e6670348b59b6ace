/* SPDX-License-Identifier: Apache-2.0 */
/* Heap of events, generators, hash, trace: see sim_world.h. */
#include "tests/sim/sim_world.h"

#include "proto/base/check.h"
#include "proto/base/mem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool
world_before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->sequence < b->sequence;
}

static void
world_up(struct sim *s, size_t i)
{
	struct sim_event e = s->heap[i];

	while (i > 0 && world_before(&e, &s->heap[(i - 1) / 2])) {
		s->heap[i] = s->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	s->heap[i] = e;
}

static void
world_down(struct sim *s)
{
	struct sim_event e = s->heap[--s->heap_n];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < s->heap_n) {
		if (child + 1 < s->heap_n && world_before(&s->heap[child + 1], &s->heap[child]))
			child++;
		if (!world_before(&s->heap[child], &e))
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	s->heap[i] = e;
}

void
sim_world_init(struct sim *s, const struct sim_options *opt)
{
	struct rng seeder = { opt->seed * 0x9e3779b97f4a7c15u + 0x7a4d };

	*s = (struct sim){ .opt = *opt, .hash = opt->seed };
	for (int i = 0; i < SIM_RNG_COUNT; i++)
		s->rng[i].s = rng_next(&seeder);
}

void
sim_world_fini(struct sim *s)
{
	for (size_t i = 0; i < s->heap_n; i++)
		mem_free(s->heap[i].p);
	mem_free(s->heap);
}

static void
world_push(struct sim *s, const struct sim_event *ev)
{
	if (s->heap_n == s->heap_size) {
		s->heap_size = s->heap_size ? 2 * s->heap_size : 1024;
		s->heap = mem_realloc(s->heap, s->heap_size * sizeof(s->heap[0]));
	}
	s->heap[s->heap_n] = *ev;
	world_up(s, s->heap_n++);
}

void
sim_world_at_bytes(struct sim *s, int64_t delay_us, sim_event_fn fn, uint64_t a, uint64_t b,
	uint64_t c, struct str bytes)
{
	struct sim_event ev = { .at_us = s->now_us + (delay_us > 0 ? delay_us : 0),
		.sequence = s->sequence++,
		.fn = fn,
		.a = a,
		.b = b,
		.c = c };

	if (bytes.n > 0) {
		ev.p = mem_alloc(bytes.n);
		ev.n = bytes.n;
		memcpy(ev.p, bytes.p, bytes.n);
	}
	world_push(s, &ev);
}

void
sim_world_at(struct sim *s, int64_t delay_us, sim_event_fn fn, uint64_t a, uint64_t b, uint64_t c)
{
	sim_world_at_bytes(s, delay_us, fn, a, b, c, STR_NONE);
}

void
sim_world_run(struct sim *s, int64_t until_us)
{
	while (!s->failed && s->heap_n > 0 && s->heap[0].at_us <= until_us) {
		struct sim_event ev = s->heap[0];

		world_down(s);
		REQUIRE(ev.at_us >= s->now_us);
		s->now_us = ev.at_us;
		ev.fn(s, &ev);
		mem_free(ev.p);
	}
	if (!s->failed && s->now_us < until_us)
		s->now_us = until_us;
}

uint64_t
sim_world_rand(struct sim *s, enum sim_rng which, uint64_t n)
{
	return rng_below(&s->rng[which], n);
}

int64_t
sim_world_range(struct sim *s, enum sim_rng which, int64_t low, int64_t high)
{
	return low + (int64_t)rng_below(&s->rng[which], (uint64_t)(high - low + 1));
}

bool
sim_world_chance(struct sim *s, enum sim_rng which, unsigned percent)
{
	return rng_below(&s->rng[which], 100) < percent;
}

void
sim_world_hash(struct sim *s, uint64_t v)
{
	uint64_t h = (s->hash ^ v) * 0x9fb21c651e98df25u;

	s->hash = h ^ (h >> 32);
}

void
sim_world_hash_bytes(struct sim *s, struct str bytes)
{
	uint64_t h = 0xcbf29ce484222325u ^ bytes.n;
	uint64_t word;
	size_t i = 0;

	for (; i + 8 <= bytes.n; i += 8) {
		memcpy(&word, bytes.p + i, 8);
		h = (h ^ word) * 0x9fb21c651e98df25u;
		h ^= h >> 29;
	}
	for (; i < bytes.n; i++)
		h = (h ^ (uint8_t)bytes.p[i]) * 0x100000001b3u;
	sim_world_hash(s, h);
}

void
sim_world_trace(struct sim *s, const char *fmt, ...)
{
	char *line;
	va_list ap;
	int n;

	if (!s->opt.trace)
		return;
	line = s->lines[s->line_count++ % SIM_TRACE_LINES];
	n = snprintf(line, sizeof(s->lines[0]), "%10.6f ", (double)s->now_us / SIM_S);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(s->lines[0]) - (size_t)n, fmt, ap);
	va_end(ap);
	if (!s->opt.quiet)
		printf("%s\n", line);
}

void
sim_world_fail(struct sim *s, const char *invariant, const char *fmt, ...)
{
	va_list ap;

	if (s->failed)
		return;
	s->failed = true;
	snprintf(s->invariant, sizeof(s->invariant), "%s", invariant);
	va_start(ap, fmt);
	vsnprintf(s->what, sizeof(s->what), fmt, ap);
	va_end(ap);
	sim_world_trace(s, "BROKEN %s: %s", s->invariant, s->what);
}

const char *
sim_world_fault_name(enum sim_fault f)
{
	static const char *const names[] = {
#define XX(name, text) #name,
		SIM_FAULTS(XX)
#undef XX
	};

	return names[f];
}
