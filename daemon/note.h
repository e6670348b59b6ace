/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notes: what one node asks the other for an operator, over the ring and beside replication. A question fits into one
 * frame, its answer comes in parts of LIMIT_NOTE_BYTES, in order; both are texts to which nothing here gives a meaning.
 *
 * A frame: magic, flags, sender, receiver, id, part, parts, body, checksum (docs/ha-protocol.md, notes). A node that takes
 * notes says so in its health text; one that does not is never sent any.
 */
#ifndef TANDEM_DAEMON_NOTE_H
#define TANDEM_DAEMON_NOTE_H

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/mono.h"

#include <stdbool.h>
#include <stdint.h>

#define NOTE_WAIT_MS 3000 /* for the whole answer */

struct note {
	bool answer;
	uint32_t from, to; /* nodes */
	uint64_t id;       /* chosen by who asks */
	uint32_t part, parts;
	struct str body; /* borrowed */
};

/** True if these bytes claim to be a note. */
bool note_is(struct str bytes);
/** Appends the frame. */
void note_put(struct buf *out, const struct note *n);
/** Reads a frame; `n` is written on success alone and borrows. E_MALFORMED, E_CHECKSUM. */
int note_get(struct str bytes, struct note *n, struct err *e) __attribute__((warn_unused_result));

/* Questions of this node that are not answered yet. */
struct notes {
	struct notes_ask {
		uint64_t id; /* 0 = free */
		uint32_t node;
		uint32_t next; /* part */
		struct mono due;
		struct buf answer;
	} asks[LIMIT_NOTES];
	unsigned count;
};

/** Notes a question to a node. 0; E_STATE: LIMIT_NOTES wait already. */
int notes_ask(struct notes *s, uint64_t id, uint32_t node, struct mono now, struct err *e)
	__attribute__((warn_unused_result));
/**
 * A part of an answer. The question if that is complete: its `answer` is to be read, then notes_over(). NULL: more is to come,
 * or nobody asked this, or a part is missing (the question will be too late).
 */
struct notes_ask *notes_part(struct notes *s, const struct note *n);
/** One that was not answered in time; NULL. To be told, then notes_over(). */
struct notes_ask *notes_late(struct notes *s, struct mono now);
/** The question is dealt with. */
void notes_over(struct notes *s, struct notes_ask *a);
/** When the next one is too late; MONO_NEVER. */
struct mono notes_deadline(const struct notes *s);
void notes_fini(struct notes *s);

#endif
