/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xsi-Actions: call centers.
 *
 * Happy path: the request is checked against the entry, answered, and works a moment later.
 * Failure modes: 404 unknown call center or call, 400 bad address, position or priority, the knob
 * wrong_state_status when the entry forbids it.
 */
#include "tests/bwsim/bws_acd_api.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_acd.h"
#include "tests/bwsim/bws_acd_doc.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_later.h"
#include "tests/bwsim/bws_parse.h"
#include "tests/bwsim/bws_reply.h"
#include "tests/bwsim/bws_route.h"

#include <stdlib.h>
#include <string.h>

static void
list(struct bws_req *r, const struct bws_user *queue)
{
	r->kind = BWS_KIND_READ_QUEUE;
	bws_doc_begin(&r->reply, "ACDQueue");
	bws_acd_doc_entries(&r->reply, "", queue);
	bws_buf_str(&r->reply, "</ACDQueue>");
	bws_reply_xml(r, 200);
}

static void
do_release(struct bws_entry *e, const struct bws_later_args *args)
{
	(void)args;
	if (!bws_acd_may_control(e))
		bws_acd_release(e);
}

static void
do_transfer(struct bws_entry *e, const struct bws_later_args *args)
{
	if (!bws_acd_may_control(e))
		bws_acd_transfer(e, args->address);
}

static void
transfer(struct bws *w, struct bws_req *r, struct bws_entry *e)
{
	const char *address = bws_req_arg(r, "phoneno");
	struct bws_later_args args = { 0 };

	if (bws_reply_address(w, r, address, args.address, sizeof(args.address)) < 0)
		return;
	bws_later(e, do_transfer, &args);
	bws_reply_empty(r, 200);
}

/* The new place is in the answer: these work at once. */
static void
answer_place(struct bws_req *r, const struct bws_entry *e, const char *wrong)
{
	if (wrong) {
		bws_reply_wrong_state(r, wrong);
		return;
	}
	(void)e;
	bws_reply_empty(r, 200);
}

static void
promote(struct bws_req *r, struct bws_entry *e)
{
	static const char *const names[] = { "priority", NULL };
	char *v[1];
	int priority;

	if (bws_reply_parse(r, "ACDPromote", names, v) < 0)
		return;
	priority = v[0] ? bws_acd_doc_find_priority(v[0]) : -1;
	free(v[0]);
	if (priority < 0)
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "priority: wrong value");
	else
		answer_place(r, e, bws_acd_promote(e, priority));
}

static void
reorder(struct bws_req *r, struct bws_entry *e)
{
	int64_t index;

	if (bws_parse_number(bws_req_arg(r, "index"), 1, 1000000, -1, &index) < 0 || index < 0)
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "index: missing or wrong");
	else
		answer_place(r, e, bws_acd_reorder(e, index));
}

static void
one_call(struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_entry *e)
{
	bool put = strcmp(r->method, "PUT") == 0;
	const char *wrong = bws_acd_may_control(e);

	r->kind = BWS_KIND_QUEUE_CONTROL;
	if (wrong) {
		bws_reply_wrong_state(r, wrong);
	} else if (p->count == 4 && strcmp(r->method, "DELETE") == 0) {
		bws_later(e, do_release, NULL);
		bws_reply_empty(r, 200);
	} else if (p->count == 5 && put && bws_path_is(p, 4, "BlindTransfer")) {
		transfer(w, r, e);
	} else if (p->count == 5 && put && bws_path_is(p, 4, "Promote")) {
		promote(r, e);
	} else if (p->count == 5 && put && bws_path_is(p, 4, "Reorder")) {
		reorder(r, e);
	} else {
		bws_reply_wrong_method(r);
	}
}

void
bws_acd_api_request(struct bws *w, struct bws_req *r, const struct bws_path *p)
{
	struct bws_user *queue =
		bws_reply_virtual(w, r, p->count > 1 ? p->part[1] : "", BWS_USER_QUEUE);
	struct bws_entry *e;

	if (!queue)
		return;
	if (!bws_path_is(p, 2, "calls")) {
		bws_reply_unknown_resource(r);
	} else if (p->count == 3 && strcmp(r->method, "GET") == 0) {
		list(r, queue);
	} else if (p->count == 4 || p->count == 5) {
		e = bws_entry_find(queue, p->part[3]);
		if (e)
			one_call(w, r, p, e);
		else
			bws_reply_error(r, 404, BWS_ERR_UNKNOWN_CALL, "Unknown call");
	} else {
		bws_reply_wrong_method(r);
	}
}
