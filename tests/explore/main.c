/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explore: the role machine completely. From each of some beginnings every sequence of actions (explore.h) up to a depth is
 * gone through with real engines, depth first; a state that was seen with as many actions left is not gone on from.
 *
 *   explore [--depth N] [--nodes 2|3] [--seen MBYTES]
 *
 * Prints states, transitions and seconds for each beginning. Exit 1 at the first broken invariant, with the actions that lead to it.
 */
#include "tests/explore/explore.h"
#include "tests/explore/explore_mem.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEPTH_MAX 12

struct step {
	enum ex_action action;
	unsigned node;
};

struct search {
	int depth;
	unsigned nodes;
	uint64_t *seen; /* hash with the actions left in its low bits; 0 = free */
	size_t seen_size, seen_count;
	uint64_t states, transitions;
	bool full;
	struct step path[DEPTH_MAX];
	struct explore_saved saved[DEPTH_MAX + 1];
};

/* --- what was seen ----------------------------------------------------------------------------------------------- */

/* True if that state was gone on from with at least `left` actions. */
static bool
was_seen(struct search *s, uint64_t hash, int left)
{
	uint64_t key = hash & ~(uint64_t)15;
	size_t i = (size_t)(hash >> 4) & (s->seen_size - 1);

	key = key == 0 ? 16 : key;
	while (s->seen[i] != 0 && (s->seen[i] & ~(uint64_t)15) != key)
		i = (i + 1) & (s->seen_size - 1);
	if (s->seen[i] != 0 && (int)(s->seen[i] & 15) >= left)
		return true;
	if (s->seen[i] == 0 && s->seen_count * 4 > s->seen_size * 3) {
		s->full = true; /* goes on without remembering: slower, not less complete */
		return false;
	}
	if (s->seen[i] == 0) {
		s->seen_count++;
		s->states++;
	}
	s->seen[i] = key | (uint64_t)left;
	return false;
}

/* --- the search -------------------------------------------------------------------------------------------------- */

static void
tell_path(const struct search *s, int n)
{
	printf("broken: %s\n", ex->broken);
	for (int k = 0; k < n; k++) {
		if (ex_action_of_node(s->path[k].action))
			printf("  %d. node %u %s\n", k + 1, s->path[k].node + 1,
				ex_action_name(s->path[k].action));
		else
			printf("  %d. %s\n", k + 1, ex_action_name(s->path[k].action));
	}
}

static bool go_on(struct search *s, int at);

/* One action from the state that is saved at `at`; false when an invariant broke. */
static bool
try_action(struct search *s, int at, enum ex_action a, unsigned node)
{
	s->path[at] = (struct step){ a, node };
	if (!ex_act(a, node)) {
		explore_mem_load(&s->saved[at]); /* it may have begun */
		return true;
	}
	s->transitions++;
	if (ex->broken[0] != '\0') {
		tell_path(s, at + 1);
		return false;
	}
	if (at + 1 < s->depth && !was_seen(s, ex_hash(), s->depth - at - 1) && !go_on(s, at + 1))
		return false;
	explore_mem_load(&s->saved[at]);
	return true;
}

static bool
go_on(struct search *s, int at)
{
	explore_mem_save(&s->saved[at]);
	for (int a = 0; a < EX_ACTION_COUNT; a++) {
		unsigned nodes = ex_action_of_node((enum ex_action)a) ? s->nodes : 1;

		for (unsigned i = 0; i < nodes; i++)
			if (!try_action(s, at, (enum ex_action)a, i))
				return false;
	}
	return true;
}

/* --- beginnings -------------------------------------------------------------------------------------------------- */

static void
begin_cold(unsigned nodes)
{
	for (unsigned i = 0; i < nodes; i++)
		ex_start(i);
}

static void
begin_heard(unsigned nodes)
{
	begin_cold(nodes);
	ex_wait();
}

static void
begin_in_step(unsigned nodes)
{
	begin_heard(nodes);
	(void)ex_promote(0);
	ex_wait();
	ex_append(0);
	ex_wait();
}

/* The standby's process has died and is there again. */
static void
begin_joining(unsigned nodes)
{
	begin_in_step(nodes);
	ex_gone(1, HA_REASON_PROCDOWN, false);
	ex_settle();
	ex_append(0);
	ex_settle();
	ex_start(1);
}

/* The active has been cut off with a state that the other one, promoted since or not, does not have. */
static void
begin_apart(unsigned nodes)
{
	begin_in_step(nodes);
	ex->quorate_component = 0;
	ex_cut(1, true);
	ex_append(0);
	ex_wait();
}

static const struct {
	const char *name;
	void (*begin)(unsigned nodes);
} beginnings[] = {
	{ "just started", begin_cold },
	{ "all joining", begin_heard },
	{ "standby in step", begin_in_step },
	{ "standby comes back", begin_joining },
	{ "cut", begin_apart },
};

static bool
explore(struct search *s, size_t k, bool fencing)
{
	clock_t from = clock();
	bool good;

	memset(s->seen, 0, s->seen_size * sizeof(s->seen[0]));
	s->seen_count = 0;
	s->states = s->transitions = 0;
	explore_mem_reset();
	ex_world_new(s->nodes, fencing);
	beginnings[k].begin(s->nodes);
	if (ex->broken[0] != '\0') {
		tell_path(s, 0);
		return false;
	}
	good = go_on(s, 0);
	printf("%u nodes, %s, %s, depth %d: %" PRIu64 " states, %" PRIu64
	       " transitions, %.1f s%s\n",
		s->nodes, fencing ? "fencing" : "quorum device", beginnings[k].name, s->depth,
		s->states, s->transitions, (double)(clock() - from) / CLOCKS_PER_SEC,
		s->full ? " (more than is remembered)" : "");
	fflush(stdout);
	return good;
}

/* --- program ----------------------------------------------------------------------------------------------------- */

static int
usage(void)
{
	fprintf(stderr, "usage: explore [--depth 1-%d] [--nodes 2|3] [--seen MBYTES]\n", DEPTH_MAX);
	return 2;
}

static size_t
power_of_two(size_t n)
{
	size_t size = 1024;

	while (2 * size <= n)
		size *= 2;
	return size;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "depth", required_argument, NULL, 'd' },
		{ "nodes", required_argument, NULL, 'n' }, { "seen", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 } };
	static struct search s = { .depth = 5, .nodes = 2 };
	unsigned long mbytes = 256;
	bool good = true;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'd')
			s.depth = atoi(optarg);
		else if (c == 'n')
			s.nodes = (unsigned)atoi(optarg);
		else if (c == 's')
			mbytes = strtoul(optarg, NULL, 10);
		else
			return usage();
	}
	if (s.depth < 1 || s.depth > DEPTH_MAX || s.nodes < 2 || s.nodes > EX_NODES || mbytes == 0)
		return usage();
	s.seen_size = power_of_two(mbytes * (1024 * 1024 / sizeof(s.seen[0])));
	s.seen = calloc(s.seen_size, sizeof(s.seen[0]));
	for (size_t k = 0; good && s.seen && k < 2 * sizeof(beginnings) / sizeof(beginnings[0]);
		k++)
		good = explore(&s, k / 2, k % 2 == 0);
	for (int k = 0; k <= DEPTH_MAX; k++)
		free(s.saved[k].bytes);
	free(s.seen);
	return !good || s.seen == NULL;
}
