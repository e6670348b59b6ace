/* SPDX-License-Identifier: Apache-2.0 */
/* See node_pair.h. */
#include "tests/unit/node_pair.h"

#include "daemon/note.h"
#include "proto/base/mem.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

void
node_pair_init(struct node_pair *p, void (*perform)(unsigned i, const struct node_action *a))
{
	memset(p, 0, sizeof(*p));
	p->now = (struct mono){ 1000000 };
	p->out = node_out_new();
	p->perform = perform;
	for (unsigned i = 0; i < 2; i++) {
		struct err e = { 0 };
		char text[300];

		snprintf(text, sizeof(text),
			"[node]\nname = n%u\ncluster = corosync\nstate-dir = /nowhere\n[csta]\nuser = demo\npassword = demo\n"
			"[broadworks]\nxsp = 10.0.0.1:80\nuser = admin@demo.example\npassword = secret\n"
			"default-domain = demo.example\n",
			i + 1);
		ck_assert_msg(conf_parse(&p->confs[i], "test", text, &e) == 0, "%s", e.text);
		p->pids[i] = 100 * (i + 1);
	}
}

void
node_pair_fini(struct node_pair *p)
{
	node_pair_lose_frames(p);
	for (unsigned i = 0; i < 2; i++) {
		node_free(p->nodes[i]);
		p->nodes[i] = NULL;
	}
	node_out_free(p->out);
}

void
node_pair_step(struct node_pair *p, unsigned i, struct node_event ev)
{
	ev.now = p->now;
	ev.wall_us = p->now.us;
	node_out_reset(p->out);
	node_step(p->nodes[i], &ev, p->out);
	for (size_t k = 0; k < node_out_count(p->out); k++) {
		struct node_action a = node_out_at(p->out, k);

		if (a.kind != NODE_ACT_MCAST) {
			p->perform(i, &a);
		} else if (!p->notes_lost || !note_is(a.bytes)) {
			ck_assert_uint_lt(p->frame_count, NODE_PAIR_FRAMES);
			p->frames[p->frame_count++] = (struct node_pair_frame){ i,
				mem_strndup(a.bytes.p, a.bytes.n), a.bytes.n };
		}
	}
}

bool
node_pair_hand_over_one(struct node_pair *p)
{
	struct node_pair_frame f = p->frames[0];

	if (p->frame_count == 0)
		return false;
	p->frame_count--;
	memmove(p->frames, p->frames + 1, p->frame_count * sizeof(f));
	for (unsigned i = 0; i < 2; i++)
		if (p->nodes[i] != NULL)
			node_pair_step(p, i,
				(struct node_event){ .kind = NODE_EV_DELIVER,
					.from_node = f.from + 1,
					.number = p->pids[f.from],
					.bytes = { f.p, f.n } });
	mem_free(f.p);
	return true;
}

void
node_pair_hand_over(struct node_pair *p)
{
	while (node_pair_hand_over_one(p))
		;
}

void
node_pair_lose_frames(struct node_pair *p)
{
	for (unsigned k = 0; k < p->frame_count; k++)
		mem_free(p->frames[k].p);
	p->frame_count = 0;
}

void
node_pair_run(struct node_pair *p, int64_t ms)
{
	for (int64_t at = 0; at < ms; at += 20) {
		p->now = mono_add_ms(p->now, 20);
		for (unsigned i = 0; i < 2; i++)
			if (p->nodes[i] != NULL)
				node_pair_step(p, i, (struct node_event){ .kind = NODE_EV_TICK });
		node_pair_hand_over(p);
	}
}

void
node_pair_tell_members(struct node_pair *p, unsigned left)
{
	struct ha_member members[2],
		gone = { left + 1, left < 2 ? p->pids[left] : 0, HA_REASON_PROCDOWN };
	struct ha_confchg change = { .members = members, .left = &gone, .left_count = left < 2 };

	for (unsigned i = 0; i < 2; i++)
		if (p->nodes[i] != NULL)
			members[change.member_count++] =
				(struct ha_member){ i + 1, p->pids[i], HA_REASON_JOIN };
	for (unsigned i = 0; i < 2; i++)
		if (p->nodes[i] != NULL)
			node_pair_step(p, i,
				(struct node_event){ .kind = NODE_EV_CONFCHG, .confchg = &change });
}
