/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State folder: see io_state.h.
 *
 * Happy path: each line is written at once. Failure: what cannot be written is told once (37910) and held; a look that finds
 * room writes all that is held, in order, and tells 37911. What is more than the limits loses its oldest lines, which is
 * told with 37911. An epoch that is on no disk at all is the caller's affair.
 */
#include "daemon/io_state.h"

#include "daemon/io_files.h"
#include "proto/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <utlist.h>

#define STATE_LOOK_MS 5000

struct held {
	int64_t wall_us;
	char *word, *members;
	size_t bytes;
	struct held *prev, *next;
};

struct io_state {
	struct io_sink sink;
	const struct conf *conf;
	struct meter_state *meter;
	uv_timer_t look;
	struct held *held; /* the oldest first */
	size_t held_bytes;
	uint32_t dropped; /* since it was well */
};

/* --- what is told --------------------------------------------------------------------------------- */

static void
tell_trouble(struct io_state *s, const struct err *e)
{
	if (s->meter->why[0] == '\0') {
		s->meter->failures++;
		log_emit(s->sink.log, M_STATE_UNWRITTEN, "%s", e->text);
	}
	snprintf(s->meter->why, sizeof(s->meter->why), "%s", e->text);
}

static void
tell_well(struct io_state *s)
{
	if (s->meter->why[0] == '\0')
		return;
	s->meter->why[0] = '\0';
	log_emit(s->sink.log, M_STATE_WRITTEN, "%s; lines of the history lost: %" PRIu32,
		s->conf->state_dir, s->dropped);
	s->dropped = 0;
}

/* --- lines that wait ------------------------------------------------------------------------------- */

static void
drop_first(struct io_state *s)
{
	struct held *h = s->held;

	DL_DELETE(s->held, h);
	s->held_bytes -= h->bytes;
	s->meter->held--;
	mem_free(h->word);
	mem_free(h->members);
	mem_free(h);
}

static void
hold(struct io_state *s, int64_t wall_us, struct str word, struct str members)
{
	struct held *h = mem_zalloc(sizeof(*h));

	*h = (struct held){ .wall_us = wall_us,
		.word = mem_strndup(word.p, word.n),
		.members = mem_strndup(members.p, members.n),
		.bytes = word.n + members.n };
	DL_APPEND(s->held, h);
	s->held_bytes += h->bytes;
	s->meter->held++;
	while (s->held != NULL &&
		(s->meter->held > LIMIT_STATE_HELD || s->held_bytes > LIMIT_STATE_HELD_BYTES)) {
		drop_first(s);
		s->dropped++;
	}
}

static bool
write_held(struct io_state *s, struct err *e)
{
	while (s->held != NULL) {
		const struct held *h = s->held;

		if (io_files_append_history(s->conf->state_dir, h->wall_us, s->conf->node_name,
			    str_of(h->word), str_of(h->members), e) != 0)
			return false;
		drop_first(s);
	}
	return true;
}

void
io_state_look(struct io_state *s)
{
	struct err e = { 0 };

	if (io_files_has_room(s->conf->state_dir, &e) && write_held(s, &e))
		tell_well(s);
	else
		tell_trouble(s, &e);
}

static void
on_look(uv_timer_t *timer)
{
	io_state_look(timer->data);
}

/* --- life ------------------------------------------------------------------------------------------ */

struct io_state *
io_state_new(const struct io_sink *sink, const struct conf *conf, struct meter_state *meter)
{
	struct io_state *s = mem_zalloc(sizeof(*s));

	s->sink = *sink;
	s->conf = conf;
	s->meter = meter;
	uv_timer_init(sink->loop, &s->look);
	s->look.data = s;
	return s;
}

int
io_state_open(struct io_state *s, uint64_t *epoch, struct err *e)
{
	const char *dir = s->conf->state_dir;

	if (io_files_prepare(dir, e) != 0 || io_files_load_epoch(dir, epoch, e) != 0 ||
		io_files_reserve_epoch(dir, e) != 0)
		return e->code;
	io_state_look(s);
	uv_timer_start(&s->look, on_look, STATE_LOOK_MS, STATE_LOOK_MS);
	return 0;
}

bool
io_state_keep_epoch(struct io_state *s, uint64_t epoch)
{
	struct err e = { 0 };
	bool tight = false;

	if (io_files_save_epoch(s->conf->state_dir, epoch, &tight, &e) != 0) {
		log_emit(s->sink.log, M_STATE_UNWRITTEN,
			"ending, because the epoch %" PRIu64 " cannot be kept: %s", epoch, e.text);
		return false;
	}
	if (tight)
		tell_trouble(s, &e);
	return true;
}

void
io_state_tell(struct io_state *s, int64_t wall_us, struct str word, struct str members)
{
	struct err e = { 0 };

	if (write_held(s, &e) &&
		io_files_append_history(
			s->conf->state_dir, wall_us, s->conf->node_name, word, members, &e) == 0)
		return;
	hold(s, wall_us, word, members);
	tell_trouble(s, &e);
}

void
io_state_close(struct io_state *s)
{
	uv_close((uv_handle_t *)&s->look, NULL);
}

void
io_state_free(struct io_state *s)
{
	while (s->held != NULL)
		drop_first(s);
	mem_free(s);
}
