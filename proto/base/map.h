/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash map of the house: uthash, with a keyed hash, since the keys come off the wire.
 *
 * Chosen because a record may sit in several maps without an allocation of its own, because walking goes
 * in order of insertion (the simulator needs the same order in every run) and because it is one header
 * that every distribution carries. Include this file, never <uthash.h>.
 */
#ifndef TANDEM_BASE_MAP_H
#define TANDEM_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

/** Keyed hash of `n` bytes. */
uint32_t map_hash(const void *p, size_t n);

/** Sets the key once, before the first map is filled. The simulator leaves it at 0. */
void map_seed(uint64_t seed);

#define HASH_FUNCTION(keyptr, keylen, hashv) ((hashv) = map_hash((keyptr), (keylen)))
#define uthash_fatal(msg) check_die(msg, __FILE__, __LINE__)
#define uthash_malloc(size) mem_alloc(size)
#define uthash_free(p, size) mem_free(p)

#include "proto/base/check.h"
#include "proto/base/mem.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#include <uthash.h>
#pragma GCC diagnostic pop

#endif
