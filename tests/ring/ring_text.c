/* SPDX-License-Identifier: Apache-2.0 */
/* Callbacks as text: see ring_text.h. */
#include "tests/ring/ring_text.h"

#include "proto/base/limits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX 16

static const char *
reason_name(enum ha_reason reason)
{
	switch (reason) {
	case HA_REASON_JOIN:
		return "JOIN";
	case HA_REASON_LEAVE:
		return "LEAVE";
	case HA_REASON_NODEDOWN:
		return "NODEDOWN";
	case HA_REASON_NODEUP:
		return "NODEUP";
	case HA_REASON_PROCDOWN:
		return "PROCDOWN";
	case HA_REASON_UNKNOWN:
		break;
	}
	return "UNKNOWN";
}

static int
by_node(const void *a, const void *b)
{
	const struct ha_member *x = a, *y = b;

	return x->node_id != y->node_id ? (x->node_id > y->node_id) - (x->node_id < y->node_id) :
					  (x->pid > y->pid) - (x->pid < y->pid);
}

/* The order within a list means nothing: nobody may rely on it. */
static void
put_list(struct buf *out, const char *name, const struct ha_member *list, size_t n, bool reasons)
{
	struct ha_member sorted[LIST_MAX];

	n = n < LIST_MAX ? n : LIST_MAX;
	if (n > 0)
		memcpy(sorted, list, n * sizeof(sorted[0]));
	qsort(sorted, n, sizeof(sorted[0]), by_node);
	buf_printf(out, " %s=", name);
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "%s%" PRIu32 "/%" PRIu32, i > 0 ? "," : "", sorted[i].node_id,
			sorted[i].pid);
		if (reasons)
			buf_printf(out, ":%s", reason_name(sorted[i].reason));
	}
}

void
ring_text_confchg(struct buf *out, const struct ha_confchg *c)
{
	buf_printf(out, "confchg");
	put_list(out, "members", c->members, c->member_count, false);
	put_list(out, "left", c->left, c->left_count, true);
	put_list(out, "joined", c->joined, c->joined_count, true);
}

void
ring_text_deliver(struct buf *out, uint32_t node_id, uint32_t pid, struct str bytes)
{
	buf_printf(out, "deliver %" PRIu32 "/%" PRIu32 " %.*s", node_id, pid, STR_ARG(bytes));
}
