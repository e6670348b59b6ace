/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots from thread to thread: see http_swap.h. */
#include "daemon/http_swap.h"

#include "proto/base/mem.h"

#define SWAP_NEW 4u
#define SWAP_INDEX 3u

void
http_swap_init(struct http_swap *w)
{
	for (size_t i = 0; i < 3; i++)
		w->places[i] = mem_zalloc(sizeof(*w->places[i]));
	w->back = 0;
	w->front = 1;
	atomic_init(&w->middle, 2);
}

void
http_swap_fini(struct http_swap *w)
{
	for (size_t i = 0; i < 3; i++)
		mem_free(w->places[i]);
}

struct http_snap *
http_swap_back(struct http_swap *w)
{
	return w->places[w->back];
}

void
http_swap_publish(struct http_swap *w)
{
	/* releases what was written into the place, and acquires what the reader has done with the other */
	w->back = atomic_exchange_explicit(&w->middle, w->back | SWAP_NEW, memory_order_acq_rel) &
		SWAP_INDEX;
}

const struct http_snap *
http_swap_take(struct http_swap *w)
{
	if (atomic_load_explicit(&w->middle, memory_order_relaxed) & SWAP_NEW)
		w->front = atomic_exchange_explicit(&w->middle, w->front, memory_order_acq_rel) &
			SWAP_INDEX;
	return w->places[w->front];
}
