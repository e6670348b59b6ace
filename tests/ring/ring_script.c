/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The script's steps (see tests/ring/script) on tests/sim/sim_ring.c alone: in place of nodes there are recorders, which write
 * down what they are told as tests/ring/ring_member.c does on the real ring; in place of Pacemaker there is nobody.
 *
 * What stands in one step, with "&" between, begins at moments that each seed draws anew: the different things that come of
 * it are what the simulated ring holds possible.
 */
#include "tests/ring/ring_script.h"

#include "daemon/node.h"
#include "proto/base/check.h"
#include "proto/base/mem.h"
#include "tests/ring/ring_text.h"
#include "tests/sim/sim_arbiter.h"
#include "tests/sim/sim_node.h"
#include "tests/sim/sim_ring.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 128
#define STEP_BYTES 160
#define SEEN_BYTES (16 * 1024)
#define TOGETHER_US (5 * SIM_MS)
#define TOGETHER_SLOW_US (2 * SIM_S) /* with a cut, a merge, a corosync that comes or goes */
#define STEP_US (20 * SIM_S)

static const char *const ring_verbs[] = { "join", "leave", "rejoin", "die", "send", "cut", "heal",
	"corosync-dies", "corosync-starts", "off" };

struct ring_play {
	struct sim s;
	struct sim_node nodes[SIM_NODES];
	struct buf seen[SIM_NODES];
	bool leaving[SIM_NODES];    /* and does not come again by itself */
	int64_t last_us[SIM_NODES]; /* of the step's commands: those of one host keep their order */
};

static struct ring_play *play;

/* --- what a node and the arbiter would be ----------------------------------------------------------------------- */

static void
close_connection(struct sim *s, const struct sim_event *ev)
{
	sim_ring_end(s, (unsigned)ev->a);
}

/* A member that heard of its own leave closes the connection. */
static void
after_leave(struct sim *s, unsigned index, const struct ha_confchg *c)
{
	if (!play->leaving[index] || c->left_count == 0 || c->left[0].node_id != index + 1)
		return;
	play->leaving[index] = false;
	sim_world_at(s, 0, close_connection, index, 0, 0);
}

void
sim_node_input(struct sim *s, unsigned index, uint64_t instance, const struct node_event *ev)
{
	struct buf *b = &play->seen[index];

	if (s->nodes[index]->node == NULL || s->nodes[index]->instance != instance ||
		ev->kind == NODE_EV_QUORUM)
		return;
	buf_printf(b, " | ");
	if (ev->kind == NODE_EV_CONFCHG) {
		ring_text_confchg(b, ev->confchg);
		after_leave(s, index, ev->confchg);
	} else if (ev->kind == NODE_EV_DELIVER)
		ring_text_deliver(b, ev->from_node, (uint32_t)ev->number, ev->bytes);
	else
		buf_printf(b, "%s", ev->kind == NODE_EV_RING_UP ? "up" : "down");
}

bool
sim_arbiter_votes(const struct sim *s)
{
	(void)s;
	return false;
}

bool
sim_arbiter_quorate(const struct sim *s, unsigned node)
{
	(void)s;
	(void)node;
	return true;
}

void
sim_arbiter_node_lost(struct sim *s, unsigned lost)
{
	(void)s;
	(void)lost;
}

void
sim_arbiter_node_back(struct sim *s)
{
	(void)s;
}

/* --- a command -------------------------------------------------------------------------------------------------- */

static void
do_join(struct sim *s, unsigned i)
{
	struct sim_node *n = s->nodes[i];

	if (n->node == NULL) {
		n->node = (struct node *)n; /* never looked into */
		n->pid++;
		n->instance++;
	}
	sim_ring_connect(s, i);
}

static void
do_die(struct sim *s, unsigned i)
{
	s->nodes[i]->node = NULL;
	sim_ring_process_gone(s, i);
}

static void
do_command(struct sim *s, const struct sim_event *ev)
{
	const char *verb = ring_verbs[ev->a];
	unsigned i = (unsigned)ev->b;

	if (strcmp(verb, "join") == 0)
		do_join(s, i);
	if (strcmp(verb, "leave") == 0) {
		play->leaving[i] = true;
		sim_ring_leave(s, i);
	}
	if (strcmp(verb, "rejoin") == 0)
		sim_ring_rejoin(s, i);
	if (strcmp(verb, "die") == 0)
		do_die(s, i);
	if (strcmp(verb, "send") == 0)
		sim_ring_mcast(s, i, (struct str){ (const char *)ev->p, ev->n });
	if (strcmp(verb, "cut") == 0)
		sim_ring_split(s);
	if (strcmp(verb, "heal") == 0)
		sim_ring_merge(s);
	if (strcmp(verb, "corosync-dies") == 0)
		sim_ring_daemon_dies(s, i, false);
	if (strcmp(verb, "corosync-starts") == 0)
		sim_ring_daemon_starts(s, i);
	if (strcmp(verb, "off") == 0) {
		sim_ring_daemon_dies(s, i, true);
		do_die(s, i);
	}
}

/* --- the script ------------------------------------------------------------------------------------------------- */

struct ring_steps {
	char text[STEPS_MAX][STEP_BYTES];
	size_t count;
};

static int
read_script(const char *path, struct ring_steps *steps)
{
	FILE *f = fopen(path, "re");
	char line[STEP_BYTES];

	if (f == NULL)
		return 1;
	while (fgets(line, sizeof(line), f) != NULL && steps->count < STEPS_MAX) {
		line[strcspn(line, "#\n")] = '\0';
		for (size_t n = strlen(line); n > 0 && line[n - 1] == ' '; n--)
			line[n - 1] = '\0';
		if (line[0] != '\0')
			memcpy(steps->text[steps->count++], line, sizeof(line));
	}
	fclose(f);
	return steps->count == 0;
}

static int
verb_index(const char *verb)
{
	for (size_t i = 0; i < sizeof(ring_verbs) / sizeof(ring_verbs[0]); i++)
		if (strcmp(ring_verbs[i], verb) == 0)
			return (int)i;
	return -1;
}

/* "VERB [NODE [TEXT]]", to begin within `spread_us`. */
static bool
begin_command(struct sim *s, const char *text, int64_t spread_us)
{
	char verb[32] = "", word[64] = "";
	unsigned node = 1;
	int fields = sscanf(text, "%31s %u %63s", verb, &node, word), index = verb_index(verb);
	int64_t at_us;

	if (fields < 1 || index < 0 || node < 1 || node > SIM_NODES)
		return false;
	at_us = s->now_us + sim_world_range(s, SIM_RNG_FAULT, 0, spread_us);
	if (at_us <= play->last_us[node - 1])
		at_us = play->last_us[node - 1] + 1;
	play->last_us[node - 1] = at_us;
	sim_world_at_bytes(
		s, at_us - s->now_us, do_command, (uint64_t)index, node - 1, 0, str_of(word));
	return true;
}

static bool
play_step(struct sim *s, const char *step)
{
	char text[STEP_BYTES], *rest = text, *command;
	bool slow = strstr(step, "cut") != NULL || strstr(step, "heal") != NULL ||
		strstr(step, "corosync") != NULL;
	bool good = true;

	snprintf(text, sizeof(text), "%s", step);
	while ((command = strsep(&rest, "&")) != NULL)
		good = begin_command(s, command, slow ? TOGETHER_SLOW_US : TOGETHER_US) && good;
	sim_world_run(s, s->now_us + STEP_US);
	return good;
}

static void
begin_seed(uint64_t seed)
{
	struct sim_options opt = { .seed = seed };

	sim_world_init(&play->s, &opt);
	for (unsigned i = 0; i < SIM_NODES; i++) {
		play->nodes[i] =
			(struct sim_node){ .index = i, .id = i + 1, .conf = { .fencing = true } };
		play->s.nodes[i] = &play->nodes[i];
		play->leaving[i] = false;
		play->last_us[i] = 0;
	}
	sim_ring_init(&play->s);
	for (unsigned i = 0; i < SIM_NODES; i++)
		sim_ring_daemon_starts(&play->s, i);
	sim_world_run(&play->s, STEP_US);
}

static bool
play_seed(const struct ring_steps *steps, uint64_t seed)
{
	bool good = true;

	begin_seed(seed);
	for (size_t k = 0; k < steps->count; k++) {
		for (unsigned i = 0; i < SIM_NODES; i++)
			buf_reset(&play->seen[i]);
		good = play_step(&play->s, steps->text[k]) && good;
		printf("%zu\tn1%.*s n2%.*s\n", k + 1, STR_ARG(buf_as_str(&play->seen[0])),
			STR_ARG(buf_as_str(&play->seen[1])));
	}
	sim_ring_fini(&play->s);
	sim_world_fini(&play->s);
	return good;
}

int
ring_script(const char *path, uint64_t seeds)
{
	struct ring_steps *steps = mem_zalloc(sizeof(*steps));
	bool good = read_script(path, steps) == 0;

	play = mem_zalloc(sizeof(*play));
	for (unsigned i = 0; i < SIM_NODES; i++)
		buf_init(&play->seen[i], SEEN_BYTES);
	for (uint64_t seed = 1; good && seed <= seeds; seed++)
		good = play_seed(steps, seed);
	if (!good)
		fprintf(stderr, "%s cannot be read\n", path);
	for (unsigned i = 0; i < SIM_NODES; i++)
		buf_fini(&play->seen[i]);
	mem_free(play);
	mem_free(steps);
	return !good;
}
