/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notes between the two nodes of a pair (note.h): a question of this node's operator out, its answer in; the other
 * node's question in, our answer out.
 *
 * Failure modes: nobody is there, or it is of a version that takes no notes: told at once. No answer, or a part of it is
 * missing: told when NOTE_WAIT_MS are over. An answer that nobody waits for is dropped.
 */
#include "daemon/node_part.h"

#include "daemon/stat.h"

static void
told(struct node *n, uint64_t id, bool good, struct str text)
{
	struct node_action a = { .kind = NODE_ACT_TOLD, .id = id, .flag = good };

	if (good)
		a.bytes = text;
	else
		a.text = text;
	ctx_act(&n->x, &a);
}

static void
note_send(struct node *n, const struct note *note)
{
	struct buf frame;

	buf_init(&frame, LIMIT_NOTE_BYTES + 256);
	note_put(&frame, note);
	if (!frame.overflow)
		ctx_act(&n->x,
			&(struct node_action){
				.kind = NODE_ACT_MCAST, .bytes = buf_as_str(&frame) });
	buf_fini(&frame);
}

void
node_note_ask(struct node *n, uint64_t id, struct str text)
{
	struct err e = { 0 };
	struct ha_view v;

	ha_get_view(n->x.ha, n->x.now, &v);
	if (!v.peer.known)
		err_set(&e, E_STATE, "the other node is not there");
	else if (!str_is(stat_health(v.peer.health, "notes"), "1"))
		err_set(&e, E_STATE, "the other node's version takes no questions");
	else if (text.n > LIMIT_NOTE_BYTES)
		err_set(&e, E_LIMIT, "the question is too long");
	else if (notes_ask(&n->notes, id, v.peer.node_id, n->x.now, &e) == 0)
		note_send(n,
			&(struct note){ .from = n->node_id,
				.to = v.peer.node_id,
				.id = id,
				.parts = 1,
				.body = text });
	if (e.code != 0)
		told(n, id, false, str_of(e.text));
}

void
node_note_tell(struct node *n, uint64_t id, uint32_t to, struct str text)
{
	struct note note = { .answer = true, .from = n->node_id, .to = to, .id = id };

	note.parts = (uint32_t)((text.n + LIMIT_NOTE_BYTES - 1) / LIMIT_NOTE_BYTES);
	if (note.parts > LIMIT_NOTE_PARTS)
		return; /* the asker is told that it is too late */
	for (note.part = 0; note.part < note.parts; note.part++) {
		size_t at = (size_t)note.part * LIMIT_NOTE_BYTES;
		size_t left = text.n - at;

		note.body = (struct str){ text.p + at,
			left < LIMIT_NOTE_BYTES ? left : LIMIT_NOTE_BYTES };
		note_send(n, &note);
	}
}

bool
node_note_deliver(struct node *n, uint32_t from, struct str bytes)
{
	struct notes_ask *a;
	struct note note;
	struct err e = { 0 };

	if (!note_is(bytes))
		return false;
	if (from == n->node_id)
		return true;
	if (note_get(bytes, &note, &e) != 0) {
		n->x.malformed++;
		log_emit(n->x.log, M_FRAME_REFUSED, "a note of node %u is refused: %s",
			(unsigned)from, e.text);
		return true;
	}
	if (note.to != n->node_id || note.from != from)
		return true;
	if (!note.answer) {
		ctx_act(&n->x,
			&(struct node_action){ .kind = NODE_ACT_ASKED,
				.id = note.id,
				.from_node = from,
				.bytes = note.body });
		return true;
	}
	a = notes_part(&n->notes, &note);
	if (a != NULL) {
		told(n, a->id, true, buf_as_str(&a->answer));
		notes_over(&n->notes, a);
	}
	return true;
}

void
node_note_tick(struct node *n)
{
	struct notes_ask *a;

	while ((a = notes_late(&n->notes, n->x.now)) != NULL) {
		told(n, a->id, false, str_of("the other node did not answer in time"));
		notes_over(&n->notes, a);
	}
}
