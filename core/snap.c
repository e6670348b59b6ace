/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots of the model: see snap.h.
 *
 * Happy path: pieces of all lists, the stale ones again, the rest -> whole -> read -> dropped. New objects are
 * at the end of their list and so come last. Failure modes: over the bound (dropped), nobody wants it any more (dropped).
 */
#include "core/snap.h"

#include "core/model.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"

#define SNAP_PIECE_BYTES 16 /* what a piece costs besides its bytes */
#define SNAP_AGAIN_MIN 64   /* stale pieces per step at least: more than become stale meanwhile */

/* --- what a piece of each list is ------------------------------------------------------------- */

struct snap_kind {
	void *(*first)(const struct core_model *m);
	void *(*next)(const void *object);
	struct core_snap_mark *(*mark)(void *object);
	void (*put)(const void *object, struct buf *out);
};

#define SNAP_OBJECT(name, list) \
	static void *name##_first(const struct core_model *m) \
	{ \
		return m->list; \
	} \
	static void *name##_next(const void *object) \
	{ \
		return ((const struct core_##name *)object)->by_id.next; \
	} \
	static struct core_snap_mark *name##_mark(void *object) \
	{ \
		return &((struct core_##name *)object)->piece; \
	} \
	static void name##_put(const void *object, struct buf *out) \
	{ \
		core_put_##name(object, out); \
	}
SNAP_OBJECT(call, calls)
SNAP_OBJECT(device, devices)
SNAP_OBJECT(monitor, monitors)

static struct core_snap_mark *
told_mark(void *call)
{
	return &((struct core_call *)call)->told_piece;
}

static void
told_put(const void *call, struct buf *out)
{
	core_put_told(call, out);
}

static const struct snap_kind kinds[CORE_SNAP_REST] = {
	[CORE_SNAP_CALLS] = { call_first, call_next, call_mark, call_put },
	[CORE_SNAP_DEVICES] = { device_first, device_next, device_mark, device_put },
	[CORE_SNAP_MONITORS] = { monitor_first, monitor_next, monitor_mark, monitor_put },
	[CORE_SNAP_TOLD] = { call_first, call_next, told_mark, told_put },
};

/* --- writing ---------------------------------------------------------------------------------- */

static void
snap_begin(struct core_snap *s)
{
	s->number++;
	s->writing = true;
	buf_init(&s->bytes, LIMIT_SNAPSHOT_BYTES);
}

static void
piece_put(struct core_snap *s, enum core_snap_part part, struct core_snap_piece *p)
{
	p->at = s->bytes.n;
	kinds[part].put(p->object, &s->bytes);
	p->n = (uint32_t)(s->bytes.n - p->at);
	p->stale = false;
	s->size += p->n;
}

static void
piece_new(struct core_snap *s, enum core_snap_part part, void *object)
{
	struct core_snap_list *l = &s->lists[part];

	if (l->count == l->size) {
		l->size = l->size > 0 ? 2 * l->size : 256;
		l->pieces = mem_realloc(l->pieces, l->size * sizeof(*l->pieces));
	}
	*kinds[part].mark(object) = (struct core_snap_mark){ s->number, (uint32_t)l->count };
	l->pieces[l->count] = (struct core_snap_piece){ .object = object };
	piece_put(s, part, &l->pieces[l->count++]);
	l->last = object;
}

/* Returns what that cost. */
static size_t
again_put(struct core_snap *s)
{
	const struct core_snap_again *a = &s->again[--s->again_count];
	struct core_snap_piece *p = &s->lists[a->part].pieces[a->piece];

	if (p->object != NULL)
		piece_put(s, a->part, p);
	return p->n + SNAP_PIECE_BYTES;
}

static void *
snap_next(const struct core_model *m, enum core_snap_part part)
{
	const void *last = m->snap.lists[part].last;

	return last != NULL ? kinds[part].next(last) : kinds[part].first(m);
}

/* Everything is written, and nothing is stale. */
static bool
snap_has_all(const struct core_model *m)
{
	for (enum core_snap_part part = 0; part < CORE_SNAP_REST; part++)
		if (snap_next(m, part) != NULL)
			return false;
	return m->snap.again_count == 0;
}

static void
snap_put_some(struct core_model *m, size_t bytes_max)
{
	struct core_snap *s = &m->snap;
	size_t cost = 0;
	void *object;

	for (int i = 0; s->again_count > 0 && (i < SNAP_AGAIN_MIN || cost < bytes_max); i++)
		cost += again_put(s);
	for (enum core_snap_part part = 0; part < CORE_SNAP_REST; part++) {
		while (cost < bytes_max && (object = snap_next(m, part)) != NULL) {
			piece_new(s, part, object);
			cost += s->lists[part].pieces[s->lists[part].count - 1].n +
				SNAP_PIECE_BYTES;
		}
	}
}

static void
head_put(struct core_model *m, enum core_snap_part part,
	void (*put)(const struct core_model *m, struct buf *out))
{
	struct core_snap *s = &m->snap;
	struct core_snap_piece *head = &s->lists[part].head;

	head->at = s->bytes.n;
	put(m, &s->bytes);
	head->n = (uint32_t)(s->bytes.n - head->at);
	s->size += head->n;
}

/* The head of the model, what monitors need, and what is under way. */
static void
snap_seal(struct core_model *m)
{
	m->snap.writing = false;
	head_put(m, CORE_SNAP_CALLS, core_put_meta);
	head_put(m, CORE_SNAP_MONITORS, core_put_sessions);
	head_put(m, CORE_SNAP_REST, core_put_rest);
}

static int
snap_fits(struct core_model *m, int rv)
{
	if (!m->snap.bytes.overflow)
		return rv;
	core_snap_drop(m);
	return E_LIMIT;
}

int
core_snap_write(struct core_model *m, size_t bytes_max, uint64_t *size)
{
	struct core_snap *s = &m->snap;

	if (!s->writing) {
		core_snap_drop(m);
		snap_begin(s);
	}
	snap_put_some(m, bytes_max);
	if (snap_has_all(m))
		snap_seal(m);
	*size = s->size;
	return snap_fits(m, s->writing ? E_AGAIN : E_OK);
}

int
core_snap_add(
	struct core_model *m, void (*put)(void *arg, struct buf *out), void *arg, uint64_t *size)
{
	struct core_snap *s = &m->snap;
	size_t at = s->bytes.n;

	put(arg, &s->bytes);
	s->lists[CORE_SNAP_REST].head.n += (uint32_t)(s->bytes.n - at);
	s->size += s->bytes.n - at;
	*size = s->size;
	return snap_fits(m, E_OK);
}

void
core_snap_drop(struct core_model *m)
{
	struct core_snap *s = &m->snap;
	uint32_t number = s->number;

	for (int part = 0; part < CORE_SNAP_PARTS; part++)
		mem_free(s->lists[part].pieces);
	mem_free(s->again);
	buf_fini(&s->bytes);
	*s = (struct core_snap){ .number = number };
}

/* --- what happens meanwhile ------------------------------------------------------------------- */

static void
piece_forget(struct core_snap *s, struct core_snap_piece *p)
{
	s->size -= p->n;
	p->n = 0;
}

void
core_snap_changed(struct core_model *m, enum core_snap_part part, const struct core_snap_mark *mark)
{
	struct core_snap *s = &m->snap;
	struct core_snap_piece *p;

	if (!s->writing || mark->snapshot != s->number)
		return;
	p = &s->lists[part].pieces[mark->piece];
	if (p->stale)
		return;
	piece_forget(s, p);
	p->stale = true;
	if (s->again_count == s->again_size) {
		s->again_size = s->again_size > 0 ? 2 * s->again_size : 64;
		s->again = mem_realloc(s->again, s->again_size * sizeof(*s->again));
	}
	s->again[s->again_count++] = (struct core_snap_again){ part, mark->piece };
}

void
core_snap_gone(struct core_model *m, enum core_snap_part part, const struct core_snap_mark *mark,
	const void *object, void *before)
{
	struct core_snap *s = &m->snap;
	struct core_snap_list *l = &s->lists[part];

	if (!s->writing || mark->snapshot != s->number)
		return;
	piece_forget(s, &l->pieces[mark->piece]);
	l->pieces[mark->piece].object = NULL;
	if (l->last == object)
		l->last = before;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The piece that is read now; NULL: that was all. */
static const struct core_snap_piece *
snap_reading(struct core_snap *s)
{
	for (; s->part < CORE_SNAP_PARTS; s->part++) {
		if (!s->head_read)
			return &s->lists[s->part].head;
		if (s->piece < s->lists[s->part].count)
			return &s->lists[s->part].pieces[s->piece];
		s->head_read = false;
		s->piece = 0;
	}
	return NULL;
}

void
core_snap_read(struct core_model *m, size_t bytes_max, struct buf *out)
{
	struct core_snap *s = &m->snap;
	const struct core_snap_piece *p;

	while (bytes_max > 0 && (p = snap_reading(s)) != NULL) {
		size_t n = p->n - s->off < bytes_max ? p->n - s->off : bytes_max;

		buf_put(out, s->bytes.p + p->at + s->off, n);
		bytes_max -= n;
		s->off += n;
		if (s->off < p->n)
			return;
		s->off = 0;
		if (s->head_read)
			s->piece++;
		s->head_read = true;
	}
}
