/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests of one session, from sending to the one answer each must get.
 *
 * Happy path: add, take.
 * Failure modes: an answer that nobody asked for, a second answer, an answer to a request of an
 * earlier connection: told apart by the fate of each invoke id.
 */
#include "tests/cstaclient/cc_requests.h"

#include <string.h>

enum fate {
	NEVER,
	OPEN,
	ANSWERED,
	OLD
};

static const struct {
	const char *root;
	enum cc_root yes;
	enum cc_root no;
	enum cc_purpose purpose;
} kinds[] = {
#define X(name, root, yes, no, purpose) { root, CC_ROOT_##yes, CC_ROOT_##no, CC_PURPOSE_##purpose },
	CC_KINDS(X)
#undef X
};

const char *
cc_requests_root(enum cc_kind kind)
{
	return kinds[kind].root;
}

enum cc_purpose
cc_requests_purpose(enum cc_kind kind)
{
	return kinds[kind].purpose;
}

bool
cc_requests_fits(enum cc_kind kind, enum cc_root answer)
{
	return kind == CC_KIND_ASK || answer == kinds[kind].yes || answer == kinds[kind].no ||
		answer == CC_ROOT_ERROR_CODE;
}

bool
cc_requests_is_positive(enum cc_kind kind, enum cc_root answer)
{
	return kind == CC_KIND_ASK ? answer != CC_ROOT_ERROR_CODE : answer == kinds[kind].yes;
}

void
cc_requests_init(struct cc_requests *r)
{
	memset(r, 0, sizeof(*r));
}

/* The list is far shorter than the range of ids, so there is always a free one. */
static unsigned
free_id(struct cc_requests *r)
{
	do {
		r->last_id = r->last_id >= CC_REQUEST_ID_MAX ? 1 : r->last_id + 1;
	} while (r->fate[r->last_id] == OPEN);
	return r->last_id;
}

struct cc_request *
cc_requests_add(struct cc_requests *r, enum cc_kind kind, int64_t now_us)
{
	struct cc_request *request;

	if (r->count == CC_REQUESTS_MAX)
		return NULL;
	request = &r->list[r->count++];
	memset(request, 0, sizeof(*request));
	request->id = free_id(r);
	request->kind = kind;
	request->sent_us = now_us;
	r->fate[request->id] = OPEN;
	return request;
}

bool
cc_requests_is_open(const struct cc_requests *r, unsigned id)
{
	return id <= CC_REQUEST_ID_MAX && r->fate[id] == OPEN;
}

enum cc_match
cc_requests_take(struct cc_requests *r, unsigned id, struct cc_request *out)
{
	size_t i = 0;

	if (id > CC_REQUEST_ID_MAX || r->fate[id] == NEVER)
		return CC_MATCH_UNKNOWN;
	if (r->fate[id] == ANSWERED)
		return CC_MATCH_TWICE;
	if (r->fate[id] == OLD)
		return CC_MATCH_OLD;
	while (r->list[i].id != id)
		i++;
	*out = r->list[i];
	r->count--;
	/* the order stays that of sending: the first is the oldest */
	memmove(&r->list[i], &r->list[i + 1], (r->count - i) * sizeof(r->list[0]));
	r->fate[id] = ANSWERED;
	return CC_MATCH_OK;
}

void
cc_requests_abandon(struct cc_requests *r)
{
	r->count = 0;
	for (size_t i = 0; i <= CC_REQUEST_ID_MAX; i++)
		if (r->fate[i] != NEVER)
			r->fate[i] = OLD;
}
