/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim: two production nodes and their world in simulated time.
 *
 *   sim --seed N [--seeds M] [--seconds S] [--faults a,b|none|all] [--features] [--point NAME] [--trace] [--hash] [--quiet]
 *
 * Runs the seeds N .. N+M-1. Exit 0 and one line of totals, or 1 at the first seed that breaks an invariant, with seed, invariant, the
 * last lines of its trace and the command that replays it.
 */
#include "proto/base/mem.h"
#include "tests/sim/sim_arbiter.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_fault.h"
#include "tests/sim/sim_live.h"
#include "tests/sim/sim_node.h"
#include "tests/sim/sim_observer.h"
#include "tests/sim/sim_ring.h"
#include "tests/sim/sim_south.h"
#include "tests/sim/sim_tcp.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct main_options {
	struct sim_options sim;
	uint64_t seeds;
	bool hashes;
	bool each;
	const char *faults;
};

static void
main_usage(FILE *to)
{
	fprintf(to,
		"usage: sim --seed N [--seeds M] [--seconds S] [--faults LIST|none|all] [--point NAME] [--trace] [--features] [--hash] [--each] [--quiet]\n"
		"  --seconds  virtual seconds with faults (0: drawn by the seed)\n"
		"  --faults   names the kinds that are all on; all: the seed draws; none. Kinds:\n");
#define XX(name, text) fprintf(to, "               %-12s %s\n", #name, text);
	SIM_FAULTS(XX)
#undef XX
	fprintf(to, "  --point    the only one that the fault of this name draws. Points:\n");
#define XX(id, name, kind, frame, method, path) fprintf(to, "               %s\n", name);
	SIM_POINTS(XX)
#undef XX
	fprintf(to,
		"  --features transfers, conferences, queues, agents, hoteling whatever the seed says\n"
		"  --hash     prints seed and trace hash of each seed\n"
		"  --each     goes on after a broken seed, and prints one line for each\n");
}

static bool
main_faults(const char *list, struct sim_options *o)
{
	struct str rest = str_of(list), one;

	o->faults_allowed = 0;
	if (strcmp(list, "all") == 0) {
		o->faults_allowed = UINT32_MAX;
		return true;
	}
	o->faults_forced = true;
	if (strcmp(list, "none") == 0)
		return true;
	while (rest.n > 0) {
		int i = 0;

		one = str_cut(rest, ',', &rest);
		while (i < SIM_FAULT_COUNT && !str_is(one, sim_world_fault_name((enum sim_fault)i)))
			i++;
		if (i == SIM_FAULT_COUNT) {
			fprintf(stderr, "sim: no fault is called %.*s\n", STR_ARG(one));
			return false;
		}
		o->faults_allowed |= 1u << i;
	}
	return true;
}

static bool
main_point(const char *name, struct sim_options *o)
{
	o->point = sim_point_of_name(str_of(name));
	if (o->point == SIM_POINT_NONE)
		fprintf(stderr, "sim: no point is called %s\n", name);
	return o->point != SIM_POINT_NONE;
}

static bool
main_number(const char *text, uint64_t *out)
{
	if (str_u64(str_of(text), UINT64_MAX, out))
		return true;
	fprintf(stderr, "sim: %s is no number\n", text);
	return false;
}

/* 0: go on; else exit code + 1. */
static int
main_parse(int argc, char **argv, struct main_options *o)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seeds", required_argument, NULL, 'n' },
		{ "seconds", required_argument, NULL, 't' },
		{ "ticks", required_argument, NULL, 't' },
		{ "faults", required_argument, NULL, 'f' },
		{ "point", required_argument, NULL, 'p' },
		{ "trace", no_argument, NULL, 'T' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "hash", no_argument, NULL, 'h' },
		{ "each", no_argument, NULL, 'e' },
		{ "features", no_argument, NULL, 'F' },
		{ "help", no_argument, NULL, '?' },
		{ NULL, 0, NULL, 0 },
	};
	uint64_t number = 0;
	bool good = true;
	int c;

	while (good && (c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 's':
			good = main_number(optarg, &o->sim.seed);
			break;
		case 'n':
			good = main_number(optarg, &o->seeds);
			break;
		case 't':
			good = main_number(optarg, &number);
			o->sim.seconds = (int64_t)number;
			break;
		case 'f':
			good = main_faults(optarg, &o->sim);
			o->faults = optarg;
			break;
		case 'p':
			good = main_point(optarg, &o->sim);
			break;
		case 'T':
			o->sim.trace = true;
			break;
		case 'q':
			o->sim.quiet = true;
			break;
		case 'h':
			o->hashes = true;
			break;
		case 'F':
			o->sim.features = true;
			break;
		case 'e':
			o->each = true;
			break;
		default:
			main_usage(stdout);
			return 1;
		}
	}
	if (good && optind == argc)
		return 0;
	main_usage(stderr);
	return 3;
}

/* --- one seed ---------------------------------------------------------------------------------------------- */

static void
main_build(struct sim *s)
{
	sim_fault_draw(s);
	sim_observer_init(s);
	for (unsigned i = 0; i < SIM_NODES; i++)
		sim_node_init(s, i);
	sim_ring_init(s);
	sim_tcp_init(s);
	sim_south_init(s);
	sim_arbiter_init(s);
	s->client_count = 1 + (unsigned)sim_world_rand(s, SIM_RNG_CLIENT, SIM_CLIENTS_MAX);
	for (unsigned i = 0; i < s->client_count; i++)
		sim_client_init(s, i);
	sim_fault_begin(s);
}

static void
main_take_down(struct sim *s)
{
	for (unsigned i = 0; i < s->client_count; i++)
		sim_client_fini(s, i);
	sim_arbiter_fini(s);
	sim_south_fini(s);
	sim_tcp_fini(s);
	sim_ring_fini(s);
	for (unsigned i = 0; i < SIM_NODES; i++)
		sim_node_fini(s, i);
	sim_observer_fini(s);
	sim_world_fini(s);
}

static void
main_run_seed(struct sim *s, const struct sim_options *opt)
{
	uint64_t live = mem_live();
	int64_t seconds = opt->seconds;

	sim_world_init(s, opt);
	main_build(s);
	if (seconds == 0)
		seconds = 40 + (int64_t)(opt->seed * 7 % 61);
	sim_world_run(s, seconds * SIM_S);
	if (!s->failed) {
		sim_fault_end(s);
		sim_live_run(s);
	}
	s->totals.virtual_us = s->now_us;
	main_take_down(s);
	if (!s->failed && mem_live() != live)
		sim_world_fail(s, "BOUNDED", "%" PRIu64 " allocations were not given back",
			mem_live() - live);
}

static void
main_faults_text(const struct sim *s, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (int i = 0; i < SIM_FAULT_COUNT && n < size; i++)
		if (s->faults & 1u << i)
			n += (size_t)snprintf(out + n, size - n, "%s%s", n ? "," : "",
				sim_world_fault_name((enum sim_fault)i));
}

/* Once more, this time writing down what happens. */
static void
main_tell(const struct main_options *o, const struct sim *broken, const char *program)
{
	struct sim_options opt = broken->opt;
	struct sim *s = malloc(sizeof(*s));
	char faults[256], seconds[40] = "";

	main_faults_text(broken, faults, sizeof(faults));
	if (opt.seconds > 0)
		snprintf(seconds, sizeof(seconds), " --seconds %" PRId64, opt.seconds);
	printf("seed %" PRIu64 " breaks %s: %s\nfaults: %s\n", opt.seed, broken->invariant,
		broken->what, faults);
	if (!o->sim.trace && s != NULL) {
		opt.trace = opt.quiet = true;
		main_run_seed(s, &opt);
		for (uint64_t i = s->line_count > SIM_TRACE_LINES ?
				s->line_count - SIM_TRACE_LINES :
				0;
			i < s->line_count; i++)
			printf("%s\n", s->lines[i % SIM_TRACE_LINES]);
		if (s->hash != broken->hash)
			printf("the second run was not the same: it is not deterministic\n");
	}
	free(s);
	printf("replay: %s --seed %" PRIu64 "%s%s%s%s%s%s --trace\n", program, opt.seed, seconds,
		o->faults ? " --faults " : "", o->faults ? o->faults : "",
		opt.point ? " --point " : "",
		opt.point ? sim_point_name((enum sim_point)opt.point) : "",
		opt.features ? " --features" : "");
}

static void
main_add(struct sim_totals *sum, const struct sim_totals *t)
{
	sum->steps += t->steps;
	sum->takeovers += t->takeovers;
	sum->events += t->events;
	sum->requests += t->requests;
	sum->resumes += t->resumes;
	sum->south_requests += t->south_requests;
	sum->virtual_us += t->virtual_us;
	sum->lossy += t->lossy;
	sum->copies += t->copies;
	sum->resumed += t->resumed;
	if (t->worst_resync_us > sum->worst_resync_us)
		sum->worst_resync_us = t->worst_resync_us;
	if (t->worst_settle_us > sum->worst_settle_us)
		sum->worst_settle_us = t->worst_settle_us;
}

static volatile uint64_t main_seed;

/* A broken assertion of the product ends the process: at least the seed is told. */
static void
main_abort(int signal_number)
{
	char line[96];
	int n = snprintf(line, sizeof(line), "seed %" PRIu64 " breaks an assertion (see above)\n",
		main_seed);

	if (write(STDOUT_FILENO, line, (size_t)n) < 0)
		_exit(2);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* True if the seed keeps every invariant. */
static bool
main_one(const struct main_options *o, struct sim *s, const char *program)
{
	main_run_seed(s, &o->sim);
	if (o->hashes)
		printf("seed %" PRIu64 " hash %016" PRIx64 "\n", o->sim.seed, s->hash);
	if (s->failed && o->each)
		printf("seed %" PRIu64 " breaks %s: %s\n", o->sim.seed, s->invariant, s->what);
	else if (s->failed)
		main_tell(o, s, program);
	return !s->failed;
}

/* A seed of its own process: whatever becomes of it, the next one runs. */
static bool
main_fork(const struct main_options *o, struct sim *s, const char *program, struct sim_totals *sum)
{
	struct sim_totals t = { 0 };
	int ends[2], status = 0;
	bool told;
	pid_t pid;

	if (pipe(ends) != 0 || (pid = fork()) < 0) {
		perror("sim");
		exit(2);
	}
	if (pid == 0) {
		close(ends[0]);
		exit(main_one(o, s, program) &&
					write(ends[1], &s->totals, sizeof(s->totals)) ==
						sizeof(s->totals) ?
				0 :
				1);
	}
	close(ends[1]);
	told = read(ends[0], &t, sizeof(t)) == sizeof(t);
	close(ends[0]);
	waitpid(pid, &status, 0);
	main_add(sum, &t);
	if (WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) > 1))
		printf("seed %" PRIu64 " breaks the program: %s %d\n", o->sim.seed,
			WIFSIGNALED(status) ? "signal" : "exit code",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return told && status == 0;
}

int
main(int argc, char **argv)
{
	struct main_options o = { .sim = { .seed = 1, .faults_allowed = UINT32_MAX }, .seeds = 1 };
	struct sim *s = malloc(sizeof(*s));
	struct sim_totals sum = { 0 };
	uint64_t broken = 0, first, run = 0;
	int code = main_parse(argc, argv, &o);

	if (code != 0 || s == NULL) {
		free(s);
		return code ? code - 1 : 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGABRT, main_abort);
	first = o.sim.seed;
	for (; run < o.seeds && (broken == 0 || o.each); run++) {
		o.sim.seed = main_seed = first + run;
		if (o.each) {
			broken += !main_fork(&o, s, argv[0], &sum);
			continue;
		}
		broken += !main_one(&o, s, argv[0]);
		main_add(&sum, &s->totals);
	}
	if (!o.sim.quiet || broken > 0)
		printf("%" PRIu64 " seeds, %" PRIu64 " broken, %.2f virtual hours, %" PRIu64
		       " steps, %" PRIu64 " takeovers (%" PRIu64 " lossy, %" PRIu64
		       " from a copy on the host), %" PRIu64 " events, %" PRIu64
		       " requests, %" PRIu64 " resumes, %" PRIu64
		       " requests to BroadWorks, worst resync %.3f s, worst settling %.1f s\n",
			run, broken, (double)sum.virtual_us / 3600 / SIM_S, sum.steps,
			sum.takeovers, sum.lossy, sum.resumed, sum.events, sum.requests,
			sum.resumes, sum.south_requests, (double)sum.worst_resync_us / SIM_S,
			(double)sum.worst_settle_us / SIM_S);
	free(s);
	return broken ? 1 : 0;
}
