/* SPDX-License-Identifier: Apache-2.0 */
/* Listings of a node: what is in a row, slices, and what changes between two slices. */
#include "daemon/ctl_list.h"
#include "tests/unit/node_world.h"

#include <jansson.h>
#include <stdio.h>

static struct world w;

static json_t *
list(const struct ctl_list_query *q)
{
	struct buf out;
	json_t *root;

	buf_init(&out, 128 * 1024 - 1024);
	node_list(w.node, q, &out);
	ck_assert(!out.overflow);
	root = json_loadb((const char *)out.p, out.n, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(root);
	buf_fini(&out);
	return root;
}

static json_t *
rows(json_t *root)
{
	ck_assert(json_is_true(json_object_get(root, "ok")));
	return json_object_get(root, "rows");
}

static const char *
text(json_t *root, size_t row, const char *key)
{
	const char *t = json_string_value(json_object_get(json_array_get(rows(root), row), key));

	ck_assert_msg(t != NULL, "row %zu has no %s", row, key);
	return t;
}

static size_t
count(enum ctl_list_kind kind, const char *match, const char *state)
{
	struct ctl_list_query q = { .kind = kind, .rows_max = LIMIT_CTL_ROWS };
	json_t *root;
	size_t n;

	snprintf(q.match, sizeof(q.match), "%s", match);
	snprintf(q.state, sizeof(q.state), "%s", state);
	root = list(&q);
	n = json_array_size(rows(root));
	json_decref(root);
	return n;
}

START_TEST(test_rows)
{
	struct ctl_list_query q = { .kind = CTL_LIST_CALLS, .rows_max = LIMIT_CTL_ROWS };
	json_t *root;

	(void)world_begin_call(&w, "Terminator", "Active");
	root = list(&q);
	ck_assert_uint_eq(json_array_size(rows(root)), 1);
	ck_assert_str_eq(json_string_value(json_object_get(root, "schema")), "tandemctl/calls/1");
	ck_assert_ptr_null(json_object_get(root, "next"));
	ck_assert_str_eq(text(root, 0, "device"), "2001");
	ck_assert_str_eq(text(root, 0, "state"), "connected");
	ck_assert_str_eq(text(root, 0, "service"), "in");
	json_decref(root);
	ck_assert_uint_eq(count(CTL_LIST_CALLS, "2001", "connected"), 1);
	ck_assert_uint_eq(count(CTL_LIST_CALLS, "2002", ""), 0);
	ck_assert_uint_eq(count(CTL_LIST_CALLS, "", "held"), 0);
	ck_assert_uint_eq(count(CTL_LIST_STUCK, "", ""), 0);
	ck_assert_uint_eq(count(CTL_LIST_MONITORS, "", ""), 1);
	ck_assert_uint_eq(count(CTL_LIST_SESSIONS, "", "connected"), 1);
	ck_assert_uint_eq(count(CTL_LIST_SESSIONS, "", "away"), 0);
	ck_assert_uint_eq(count(CTL_LIST_USERS, "", "in"), 1);
	q.kind = CTL_LIST_CHANNELS;
	root = list(&q);
	ck_assert_uint_ge(json_array_size(rows(root)), 1);
	ck_assert_str_eq(text(root, 0, "state"), "open");
	json_decref(root);
	world_fini(&w);
}
END_TEST

/* All channels are gone: the call may be over, and it is said why that is not known. */
START_TEST(test_stuck)
{
	struct ctl_list_query q = { .kind = CTL_LIST_STUCK, .rows_max = LIMIT_CTL_ROWS };
	uint64_t stream;
	json_t *root;

	(void)world_begin_call(&w, "Terminator", "Active");
	stream = w.xsps[0].stream;
	w.xsps[0].stream = 0;
	w.xsps[0].open = false;
	world_step(&w,
		&(struct node_event){
			.kind = NODE_EV_STREAM_CLOSED, .id = stream, .text = STR("end of file") });
	root = list(&q);
	ck_assert_uint_eq(json_array_size(rows(root)), 1);
	ck_assert_str_eq(text(root, 0, "device"), "2001");
	ck_assert_str_eq(text(root, 0, "why"), "no event channel is open");
	json_decref(root);
	world_fini(&w);
}
END_TEST

/* Takes the place where the slice ended. */
static void
go_on(struct ctl_list_query *q, json_t *root)
{
	json_t *next = json_object_get(root, "next");
	json_t *keys = json_object_get(next, "keys");

	q->key_count = (uint32_t)json_array_size(keys);
	q->skip = (uint32_t)json_integer_value(json_object_get(next, "skip"));
	for (uint32_t i = 0; i < q->key_count; i++)
		snprintf(q->keys[i], sizeof(q->keys[i]), "%s",
			json_string_value(json_array_get(keys, i)));
}

/* Slices of one row bring every row once, also where one device has more than a slice holds. */
START_TEST(test_slices)
{
	struct ctl_list_query q = { .kind = CTL_LIST_CALLS, .rows_max = 1 };
	char seen[512] = "", name[16], call[64];
	unsigned c = world_begin(&w, 1, "");
	json_t *root;

	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "200%u", (unsigned)i % 10);
		world_monitor(&w, c, name);
		for (int k = 0; k < (i == 1 ? 3 : 1); k++) {
			snprintf(call, sizeof(call), "c%d-%d", i, k);
			world_call(&w, name, "CallReceivedEvent", call, call, "Terminator",
				"Alerting", "tel:+15559000001");
		}
	}
	world_settle(&w);
	ck_assert_uint_eq(count(CTL_LIST_CALLS, "", ""), 6);
	for (int slices = 0; slices < 10; slices++) {
		root = list(&q);
		ck_assert_uint_le(json_array_size(rows(root)), 1);
		for (size_t i = 0; i < json_array_size(rows(root)); i++) {
			ck_assert_ptr_null(strstr(seen, text(root, i, "tracking")));
			strcat(strcat(seen, text(root, i, "tracking")), " ");
		}
		go_on(&q, root);
		json_decref(root);
		if (q.key_count == 0)
			break;
	}
	ck_assert_uint_eq(strlen(seen), 6 * strlen("c0-0 "));
	world_fini(&w);
}
END_TEST

/* Sessions, one by one: each once, and nothing in an answer resumes one of them. */
START_TEST(test_sessions_are_secret)
{
	struct ctl_list_query q = { .kind = CTL_LIST_SESSIONS, .rows_max = 1 };
	unsigned rows_seen = 0;
	json_t *root;

	(void)world_begin(&w, 1, "");
	(void)world_session(&w);
	(void)world_session(&w);
	for (int slices = 0; slices < 10; slices++) {
		root = list(&q);
		rows_seen += (unsigned)json_array_size(rows(root));
		ck_assert_uint_eq(strlen(text(root, 0, "session")), 6);
		go_on(&q, root);
		json_decref(root);
		if (q.key_count == 0)
			break;
		ck_assert_uint_eq(strlen(q.keys[0]), 16);
	}
	ck_assert_uint_eq(rows_seen, count(CTL_LIST_SESSIONS, "", ""));
	ck_assert_uint_eq(rows_seen, 3);
	world_fini(&w);
}
END_TEST

/* What a slice ended with is gone: one of those before it will do; none of them left is said, not hidden. */
START_TEST(test_the_list_changes)
{
	struct ctl_list_query q = { .kind = CTL_LIST_USERS, .rows_max = 1, .key_count = 2 };
	unsigned c = world_begin(&w, 1, "");
	json_t *root;

	world_monitor(&w, c, "2001");
	world_monitor(&w, c, "2002");
	strcpy(q.keys[0], "2009");
	strcpy(q.keys[1], "2001");
	root = list(&q);
	ck_assert_str_eq(text(root, 0, "device"), "2002");
	json_decref(root);
	strcpy(q.keys[1], "2008");
	root = list(&q);
	ck_assert(json_is_false(json_object_get(root, "ok")));
	ck_assert_ptr_nonnull(
		strstr(json_string_value(json_object_get(root, "error")), "ask again"));
	json_decref(root);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_rows, test_stuck, test_slices, test_sessions_are_secret,
		test_the_list_changes };

	return world_main("ctl_list", tests, sizeof(tests) / sizeof(tests[0]));
}
