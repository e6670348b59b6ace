/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One voice?
 *
 * The nodes' histories say who became active when; the listeners on the wires of the clients and of
 * BroadWorks say which node sent new bytes when (account_listen.c). All hosts are one machine with one
 * clock. A stretch of bytes is right when its node was the last to become active before it began, and
 * no other became active before it ended.
 *
 * Failure modes: without histories or without a listener's notes nothing of this is known.
 */
#include "tests/lab/account_compute.h"
#include "tests/lab/account_load.h"

#include <string.h>

/* The node that last became active at or before `t_us`; -1: none did. */
static int
active_at(const struct account_run *r, int64_t t_us)
{
	int64_t best_us = 0;
	int best = -1;

	for (int node = 0; node < ACCOUNT_NODES; node++) {
		const json_t *line;
		size_t i;

		json_array_foreach(r->history[node], i, line) {
			int64_t at_us = account_load_int(line, "t_us", 0);

			if (account_load_is(line, "ev", "active") && at_us <= t_us &&
				at_us > best_us) {
				best_us = at_us;
				best = node;
			}
		}
	}
	return best;
}

/* The first time after `t_us` that a node other than `node` became active; -1: never. */
static int64_t
next_other(const struct account_run *r, int node, int64_t t_us)
{
	int64_t best_us = -1;
	const json_t *line;
	size_t i;

	json_array_foreach(r->history[1 - node], i, line) {
		int64_t at_us = account_load_int(line, "t_us", 0);

		if (account_load_is(line, "ev", "active") && at_us > t_us &&
			(best_us < 0 || at_us < best_us))
			best_us = at_us;
	}
	return best_us;
}

/* The node that was hit, or what ran on it, went on as the active one after a while. */
static bool
is_active_again(const struct account_run *r)
{
	return next_other(r, 1 - r->hit, r->fault_us) > 0;
}

static void
count_takeovers(struct account_run *r)
{
	int64_t at_us = r->first_us;
	int node = r->first_hit;
	int n = 0;

	while ((at_us = next_other(r, node, at_us)) > 0) {
		node = 1 - node;
		n++;
	}
	account_figure_set(r, FIGURE_takeovers, n);
	r->is_takeover = next_other(r, r->hit, r->fault_us) > 0;
	r->is_asked = r->is_takeover || is_active_again(r) || r->expect == EXPECT_SOUTH ||
		r->expect == EXPECT_TAKEOVER || r->expect == EXPECT_PLANNED;
}

static int
node_of(const json_t *line)
{
	return account_load_is(line, "node", "n1")  ? 0 :
		account_load_is(line, "node", "n2") ? 1 :
						      -1;
}

/* What is wrong in the notes of one wire; -1 when they are not whole. */
static int
count_wrong(struct account_run *r, const char *wire, const json_t *voices)
{
	bool is_ended = false;
	const json_t *line;
	int wrong = 0;
	size_t i;

	json_array_foreach(voices, i, line) {
		int64_t from_us = account_load_int(line, "from_us", 0);
		int64_t to_us = account_load_int(line, "to_us", 0);
		int node = node_of(line);
		int64_t other_us;

		if (account_load_is(line, "ev", "end"))
			is_ended = account_load_int(line, "dropped", -1) == 0;
		if (!account_load_is(line, "ev", "voice") || node < 0)
			continue;
		other_us = next_other(r, node, from_us);
		if (active_at(r, from_us) == node && (other_us < 0 || other_us > to_us))
			continue;
		account_problem(r,
			"n%d spoke to %s from %.3f to %.3f ms and was not the active one", node + 1,
			wire, account_ms(r, from_us), account_ms(r, to_us));
		wrong++;
	}
	return is_ended ? wrong : -1;
}

void
account_voices(struct account_run *r)
{
	static const char *const wires[ACCOUNT_WIRES] = { "clients", "BroadWorks" };
	int wrong = 0;

	if (r->history[0] == NULL || r->history[1] == NULL)
		return;
	count_takeovers(r);
	for (int i = 0; i < ACCOUNT_WIRES; i++) {
		int n = r->voices[i] != NULL ? count_wrong(r, wires[i], r->voices[i]) : -1;

		if (n < 0) {
			account_problem(r, "the notes of the wire of %s are not whole", wires[i]);
			return;
		}
		wrong += n;
	}
	account_figure_set(r, FIGURE_two_voices, wrong);
}
