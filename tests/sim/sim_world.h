/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated world: one heap of events ordered by (time, sequence), seeded generators, a hash over all that
 * happens, and the first broken invariant.
 *
 * Everything is a function of the seed: no clock, no address, no order of a hash table takes part in a
 * decision. Times are microseconds of world time from 0. The parts (cluster ring, arbiter, BroadWorks, client
 * connections, clients, observer) hang off struct sim and speak to each other by events only, so that no node
 * is ever stepped from within a step.
 */
#ifndef TANDEM_SIM_WORLD_H
#define TANDEM_SIM_WORLD_H

#include "proto/base/rng.h"
#include "proto/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_MS 1000
#define SIM_S 1000000
#define SIM_NODES 2
#define SIM_CLIENTS_MAX 4
#define SIM_TRACE_LINES 50

/* Kinds of faults; XX(name, what happens). A seed draws which of them are on. */
#define SIM_FAULTS(XX) \
	XX(crash, "a node's process dies, also between two actions of a step") \
	XX(hostdown, "a node dies without a word") \
	XX(pause, "a process is stopped for a while") \
	XX(drift, "the clocks run at different speeds") \
	XX(split, "the link between the nodes is cut") \
	XX(ringdown, "corosync, or the connection to it, is lost on one node") \
	XX(slowring, "the ring delivers late") \
	XX(switchover, "the operator moves the active role, or restarts a node in order") \
	XX(clients, "clients abort their connections") \
	XX(garbage, "clients and BroadWorks send what cannot be understood") \
	XX(xsp, "an XSP is killed or falls silent") \
	XX(channel, "event channels are dropped") \
	XX(http, "requests and answers are lost, late, or refused with 503") \
	XX(asfail, "the application server fails over and forgets all calls") \
	XX(renumber, "the numbers of all subscriptions begin anew at that failover") \
	XX(nofence, "no fencing: a quorum device decides after a split") \
	XX(amnesia, "BroadWorks loses a subscription now and then") \
	XX(tryagain, "corosync takes no messages for a while") \
	XX(disk, "an epoch cannot be written: the process ends there") \
	XX(wallclock, "the wall clocks are set, forward and back") \
	XX(slowclients, "clients do not read for a while") \
	XX(thirdvote, "a quorum device decides after a split who fences the other") \
	XX(point, "a process dies right before or after a named action, see --point")

enum sim_fault {
#define XX(name, text) SIM_FAULT_##name,
	SIM_FAULTS(XX)
#undef XX
	SIM_FAULT_COUNT
};

/* One generator per part: a change in one of them leaves the draws of the others alone. */
enum sim_rng {
	SIM_RNG_NODE,
	SIM_RNG_RING,
	SIM_RNG_ARBITER,
	SIM_RNG_SOUTH,
	SIM_RNG_TCP,
	SIM_RNG_CLIENT,
	SIM_RNG_FAULT,
	SIM_RNG_FEATURE,
	SIM_RNG_COUNT
};

struct sim;
struct sim_event;
typedef void (*sim_event_fn)(struct sim *s, const struct sim_event *ev);

struct sim_event {
	int64_t at_us;
	uint64_t sequence;
	sim_event_fn fn;
	uint64_t a, b, c;
	uint8_t *p; /* owned by the event; may be NULL */
	size_t n;
};

struct sim_options {
	uint64_t seed;
	int64_t seconds;         /* of the phase with faults; 0 = drawn by the seed */
	uint32_t faults_allowed; /* bit 1 << enum sim_fault */
	bool faults_forced;      /* all that are allowed are on, none is drawn */
	bool trace;
	unsigned point; /* enum sim_point: the only one that processes die at; 0 = any */
	bool features;  /* all that the world has, whatever the seed says */
	bool quiet;
};

struct sim_totals {
	uint64_t steps, takeovers, events, requests, resumes, south_requests;
	int64_t virtual_us;
	int64_t worst_resync_us; /* promote order to all devices in service, in the quiet phase of the seeds */
	int64_t worst_settle_us; /* end of the faults to all is well */
	uint64_t copies;         /* of the state, made on hosts */
	uint64_t
		resumed; /* takeovers by the next process on a host, which had a copy of all that was let out */
	uint64_t lossy; /* takeovers by a node that nobody promised anything for */
};

struct sim_ring;
struct sim_arbiter;
struct sim_south;
struct sim_tcp;
struct sim_client;
struct sim_observer;
struct sim_node;

struct sim {
	struct sim_options opt;
	int64_t now_us;
	uint64_t sequence;
	struct sim_event *heap;
	size_t heap_n, heap_size;
	struct rng rng[SIM_RNG_COUNT];
	uint32_t faults; /* on in this seed */
	bool calm;       /* the faults have stopped: everything must get well */
	uint64_t hash;
	bool failed;
	char invariant[24];
	char what[512];
	char lines[SIM_TRACE_LINES][320];
	uint64_t line_count;
	struct sim_totals totals;

	struct sim_node *nodes[SIM_NODES];
	struct sim_ring *ring;
	struct sim_arbiter *arbiter;
	struct sim_south *south;
	struct sim_tcp *tcp;
	struct sim_client *clients[SIM_CLIENTS_MAX];
	unsigned client_count;
	struct sim_observer *observer;
};

void sim_world_init(struct sim *s, const struct sim_options *opt);
void sim_world_fini(struct sim *s);

/** Calls fn after `delay_us` (at least 0). `bytes` are copied. */
void sim_world_at(
	struct sim *s, int64_t delay_us, sim_event_fn fn, uint64_t a, uint64_t b, uint64_t c);
void sim_world_at_bytes(struct sim *s, int64_t delay_us, sim_event_fn fn, uint64_t a, uint64_t b,
	uint64_t c, struct str bytes);
/** Runs until `until_us` or the first broken invariant. */
void sim_world_run(struct sim *s, int64_t until_us);

/** Uniform in [0, n). */
uint64_t sim_world_rand(struct sim *s, enum sim_rng which, uint64_t n);
/** Uniform in [low, high]. */
int64_t sim_world_range(struct sim *s, enum sim_rng which, int64_t low, int64_t high);
/** True in `percent` of 100 cases. */
bool sim_world_chance(struct sim *s, enum sim_rng which, unsigned percent);
static inline bool
sim_world_has(const struct sim *s, enum sim_fault f)
{
	return (s->faults & (1u << f)) != 0 && !s->calm;
}

/** Folds into the hash of the run. */
void sim_world_hash(struct sim *s, uint64_t v);
void sim_world_hash_bytes(struct sim *s, struct str bytes);

/** A line of the trace; formats nothing unless tracing. */
void sim_world_trace(struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** The first broken invariant ends the run. */
void sim_world_fail(struct sim *s, const char *invariant, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

const char *sim_world_fault_name(enum sim_fault f);

#endif
