/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole model as records, written down a bit at a time while the model goes on changing.
 *
 * The records of an object and of what hangs on it make one piece: a call with its tracks; a device with its subscriptions,
 * parties, agent and features; a monitor; what the followers of a call are and were told. Pieces are written in the order of the
 * model's lists. One whose object has changed since is written again, in its place; one whose object is freed is left
 * out. With the last piece the snapshot is whole: the model of that moment, in the order in which core_restore_record()
 * wants it, and it changes no more. A step costs what it writes, whatever the size of the model: nobody waits for the rest.
 */
#ifndef TANDEM_CORE_SNAP_H
#define TANDEM_CORE_SNAP_H

#include "proto/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct core_model;

/* In the order of the snapshot: each needs those before it. */
enum core_snap_part {
	CORE_SNAP_CALLS,
	CORE_SNAP_DEVICES,
	CORE_SNAP_MONITORS,
	CORE_SNAP_TOLD, /* parties as followers were told, and the followers */
	CORE_SNAP_REST, /* what is little: no pieces, written with the last piece of the others */
	CORE_SNAP_PARTS
};

/* An object's note of its piece; nothing unless `snapshot` is the number of the one that is being written. */
struct core_snap_mark {
	uint32_t snapshot, piece;
};

struct core_snap_piece {
	void *object; /* NULL: freed */
	size_t at;    /* in the bytes */
	uint32_t n;   /* 0: none, or to be written again */
	bool stale;
};

struct core_snap_list {
	struct core_snap_piece *pieces;
	size_t count, size;
	void *last;                  /* object whose piece was written last; NULL: none yet */
	struct core_snap_piece head; /* records that stand before the pieces */
};

struct core_snap {
	bool writing;
	uint32_t number;
	struct core_snap_list lists[CORE_SNAP_PARTS];
	struct core_snap_again {
		enum core_snap_part part;
		uint32_t piece;
	} * again; /* pieces that are stale */
	size_t again_count, again_size;
	struct buf bytes; /* all pieces, in the order of writing, stale ones too */
	uint64_t size;    /* of those that count */
	/* the next to be read */
	enum core_snap_part part;
	bool head_read;
	size_t piece, off;
};

/**
 * Writes about `bytes_max` more, from the beginning if nothing is being written. E_OK: the snapshot is whole, `*size` bytes, to be
 * read with core_snap_read(); E_AGAIN: to be called again; E_LIMIT: over LIMIT_SNAPSHOT_BYTES, and dropped.
 */
int core_snap_write(struct core_model *m, size_t bytes_max, uint64_t *size)
	__attribute__((warn_unused_result));
/** Of a snapshot that is whole: puts the caller's own records behind the model's. `*size` grows; errors as above. */
int core_snap_add(struct core_model *m, void (*put)(void *arg, struct buf *out), void *arg,
	uint64_t *size) __attribute__((warn_unused_result));
/** Of a snapshot that is whole: appends the next `bytes_max` bytes at most to `out`. */
void core_snap_read(struct core_model *m, size_t bytes_max, struct buf *out);
/** Ends it, whole or not; nothing if there is none. */
void core_snap_drop(struct core_model *m);

/** For the files of this folder. A record of the object's piece is another one now. */
void core_snap_changed(
	struct core_model *m, enum core_snap_part part, const struct core_snap_mark *mark);
/** The object is about to be freed; `before`: the one before it in its list of the model. */
void core_snap_gone(struct core_model *m, enum core_snap_part part,
	const struct core_snap_mark *mark, const void *object, void *before);

#endif
