/* SPDX-License-Identifier: Apache-2.0 */
/* Notes: see note.h. */
#include "daemon/note.h"

#include "ha/ha_frame.h"

#include <string.h>

static const char note_magic[8] = { 'T', 'N', 'D', 'M', 'n', 'o', 't', '1' };

bool
note_is(struct str bytes)
{
	return bytes.n >= sizeof(note_magic) &&
		memcmp(bytes.p, note_magic, sizeof(note_magic)) == 0;
}

void
note_put(struct buf *out, const struct note *n)
{
	size_t begin = out->n;

	buf_put(out, note_magic, sizeof(note_magic));
	buf_u8(out, n->answer);
	buf_u32(out, n->from);
	buf_u32(out, n->to);
	buf_u64(out, n->id);
	buf_u32(out, n->part);
	buf_u32(out, n->parts);
	buf_lstr(out, n->body);
	buf_u64(out, ha_frame_sum(out->p + begin, out->n - begin));
}

int
note_get(struct str bytes, struct note *n, struct err *e)
{
	struct rd r = rd_of(bytes.p, bytes.n);
	struct note read;

	(void)rd_raw(&r, sizeof(note_magic));
	read.answer = rd_u8(&r) != 0;
	read.from = rd_u32(&r);
	read.to = rd_u32(&r);
	read.id = rd_u64(&r);
	read.part = rd_u32(&r);
	read.parts = rd_u32(&r);
	read.body = rd_lstr(&r);
	if (r.bad || bytes.n - r.off != 8 || read.parts == 0 || read.part >= read.parts ||
		read.parts > LIMIT_NOTE_PARTS || read.body.n > LIMIT_NOTE_BYTES)
		return err_set(e, E_MALFORMED, "a note that is none");
	if (rd_u64(&r) != ha_frame_sum(bytes.p, bytes.n - 8))
		return err_set(e, E_CHECKSUM, "a note with a wrong checksum");
	*n = read;
	return 0;
}

/* --- questions -------------------------------------------------------------------------------- */

int
notes_ask(struct notes *s, uint64_t id, uint32_t node, struct mono now, struct err *e)
{
	for (unsigned i = 0; i < LIMIT_NOTES; i++) {
		struct notes_ask *a = &s->asks[i];

		if (a->id != 0)
			continue;
		*a = (struct notes_ask){
			.id = id, .node = node, .due = mono_add_ms(now, NOTE_WAIT_MS)
		};
		buf_init(&a->answer, LIMIT_NOTE_BYTES * LIMIT_NOTE_PARTS);
		s->count++;
		return 0;
	}
	return err_set(e, E_STATE, "%d questions to the other node wait already", LIMIT_NOTES);
}

struct notes_ask *
notes_part(struct notes *s, const struct note *n)
{
	for (unsigned i = 0; s->count > 0 && i < LIMIT_NOTES; i++) {
		struct notes_ask *a = &s->asks[i];

		if (a->id == 0 || a->id != n->id || a->node != n->from || a->next != n->part)
			continue;
		buf_str(&a->answer, n->body);
		a->next++;
		return a->next == n->parts ? a : NULL;
	}
	return NULL;
}

struct notes_ask *
notes_late(struct notes *s, struct mono now)
{
	for (unsigned i = 0; s->count > 0 && i < LIMIT_NOTES; i++)
		if (s->asks[i].id != 0 && mono_due(s->asks[i].due, now))
			return &s->asks[i];
	return NULL;
}

void
notes_over(struct notes *s, struct notes_ask *a)
{
	buf_fini(&a->answer);
	a->id = 0;
	s->count--;
}

struct mono
notes_deadline(const struct notes *s)
{
	struct mono due = MONO_NEVER;

	for (unsigned i = 0; s->count > 0 && i < LIMIT_NOTES; i++)
		if (s->asks[i].id != 0)
			due = mono_min(due, s->asks[i].due);
	return due;
}

void
notes_fini(struct notes *s)
{
	for (unsigned i = 0; i < LIMIT_NOTES; i++)
		if (s->asks[i].id != 0)
			notes_over(s, &s->asks[i]);
}
