/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots that are written while the model changes: core/snap.c. */
#include "core/snap.h"

#include "proto/base/limits.h"
#include "proto/base/rng.h"
#include "tests/unit/check_core_case.h"
#include "tests/unit/snap_whole.h"

#define DEVICES 12

/* What a run has seen: the test is worth nothing without any of it. */
static struct {
	int whole, steps, stale, gone, followed;
} seen;

static struct rng rng;

static unsigned
draw(unsigned n)
{
	return (unsigned)rng_below(&rng, n);
}

static struct core_device *
some_device(void)
{
	char id[16];

	snprintf(id, sizeof(id), "%u", 2000 + draw(DEVICES));
	return core_device_by_id(&active.model, str_of(id));
}

/* --- one change of the model ------------------------------------------------------------------ */

static void
change_device(void)
{
	struct core_device *d = some_device();
	char id[16], user[32];

	if (d != NULL && draw(4) == 0) {
		CORE_EMIT(&em, dev_drop, .device = str_of(d->id));
	} else if (d != NULL) {
		core_decide_service(&em, d, draw(2) ? CORE_SERVICE_IN : CORE_SERVICE_OUT);
	} else {
		snprintf(id, sizeof(id), "%u", 2000 + draw(DEVICES));
		snprintf(user, sizeof(user), "%s@x.example", id);
		if (core_device_by_id(&active.model, str_of(id)) == NULL)
			CORE_EMIT(&em, dev_add, .device = str_of(id), .user = str_of(user));
	}
}

static void
change_call(void)
{
	static const enum core_state states[] = { CORE_ALERTING, CORE_CONNECTED, CORE_HELD,
		CORE_GONE, CORE_GONE };
	struct core_device *d = some_device();
	char call[16], tracking[16];

	if (d == NULL)
		return;
	snprintf(call, sizeof(call), "h%u", draw(3));
	snprintf(tracking, sizeof(tracking), "%u:1", draw(9));
	(void)event_of(d,
		party(call, tracking, draw(2) ? CORE_ORIGINATOR : CORE_TERMINATOR,
			states[draw(5)]));
}

static void
merge_calls(void)
{
	struct core_call *from = active.model.calls, *into = from ? from->by_id.next : NULL;
	struct core_device *d = some_device();

	if (into == NULL || d == NULL || draw(4) != 0)
		return;
	CORE_EMIT(&em, call_merge, .from = from->id, .into = into->id, .device = str_of(d->id),
		.how = CORE_HOW_CONFERENCED);
}

static void
change_person(void)
{
	struct core_device *d = some_device();

	if (d == NULL)
		return;
	if (draw(3) == 0)
		core_decide_agent(
			&em, d, draw(2) ? CORE_AGENT_READY : CORE_AGENT_NOT_READY, STR("x"));
	else if (draw(2))
		core_decide_join(&em, d, draw(2) ? STR("q1@x") : STR("q2@x"), draw(2));
	else
		core_decide_feature(&em, d, CORE_FEATURE_FORWARD_BUSY, draw(2), draw(9), STR("5"));
}

static void
change_sub(void)
{
	struct core_device *d = some_device();
	char id[16];
	struct core_sub *s;

	snprintf(id, sizeof(id), "s%u", draw(2 * DEVICES));
	s = core_sub_by_id(&active.model, str_of(id));
	if (s == NULL && d != NULL)
		CORE_EMIT(&em, sub_set, .device = str_of(d->id), .packages = 1,
			.subscription = str_of(id));
	else if (s != NULL && draw(2))
		CORE_EMIT(&em, sub_seq, .subscription = str_of(id), .sequence = draw(1000));
	else if (s != NULL)
		CORE_EMIT(&em, sub_drop, .subscription = str_of(id));
}

static void
start_monitor(void)
{
	struct core_device *d = some_device();

	if (d == NULL || active.model.sessions == NULL ||
		HASH_CNT(by_id, active.model.monitors) > 20)
		return;
	CORE_EMIT(&em, monitor_start, .monitor = core_next_id(&active.model),
		.session = active.model.sessions->id, .device = str_of(d->id), .filter = draw(9),
		.type = draw(2) ? CORE_MONITOR_CALL : CORE_MONITOR_DEVICE, .form = STR("tel:1"));
}

static void
change_monitor(void)
{
	struct core_monitor *mon = active.model.monitors;

	for (unsigned i = draw(20); i > 0 && mon != NULL && mon->by_id.next != NULL; i--)
		mon = mon->by_id.next;
	if (mon == NULL || draw(2))
		start_monitor();
	else if (draw(2))
		CORE_EMIT(&em, monitor_filter, .monitor = mon->id, .filter = draw(99));
	else
		CORE_EMIT(&em, monitor_stop, .monitor = mon->id);
}

static void
change_session(void)
{
	if (active.model.sessions == NULL || draw(8) == 0)
		CORE_EMIT(&em, session_open, .session = core_next_id(&active.model),
			.user = STR("u"), .edition = 4, .kept = 1);
	else if (draw(30) == 0)
		CORE_EMIT(&em, session_close, .session = active.model.sessions->id);
	else
		CORE_EMIT(&em, session_register, .session = active.model.sessions->id,
			.id = core_next_id(&active.model), .status_filter = draw(99));
}

static void
change(void)
{
	static void (*const changes[])(void) = { change_device, change_call, change_call,
		change_call, merge_calls, change_person, change_sub, change_monitor,
		change_session };
	const struct core_call *c;

	changes[draw(sizeof(changes) / sizeof(changes[0]))]();
	for (c = active.model.calls; c != NULL; c = c->by_id.next)
		seen.followed += c->follow_count > 0;
}

/* --- the tests -------------------------------------------------------------------------------- */

/* As bytes: the digest knows nothing of the order of things, which is part of what both nodes share. */
static void
must_be_the_same(struct core_model *m, const struct buf *want)
{
	struct buf have;

	buf_init(&have, 1 << 20);
	snap_whole(m, &have);
	ck_assert_uint_eq(have.n, want->n);
	ck_assert_mem_eq(have.p, want->p, want->n);
	buf_fini(&have);
}

static void
read_in_parts(struct buf *out, uint64_t size)
{
	while (out->n < size) {
		size_t had = out->n;

		core_snap_read(&active.model, 1 + draw(99), out);
		ck_assert_uint_gt(out->n, had);
	}
	core_snap_read(&active.model, SIZE_MAX, out);
	ck_assert_uint_eq(out->n, size);
}

static void
check_whole(uint64_t size)
{
	struct side third = { 0 };
	struct buf out;

	buf_init(&out, 1 << 20);
	read_in_parts(&out, size);
	core_snap_drop(&active.model);
	must_be_the_same(&active.model, &out);
	core_init(&third.model, side_say, NULL, &third);
	snap_restore(&third.model, &out);
	ck_assert_uint_eq(third.model.digest, active.model.digest);
	must_be_the_same(&third.model, &out);
	core_fini(&third.model);
	buf_fini(&out);
	seen.whole++;
}

static void
look(void)
{
	const struct core_snap *s = &active.model.snap;

	seen.stale += s->again_count > 0;
	for (int part = 0; s->writing && part < CORE_SNAP_REST; part++)
		for (size_t i = 0; i < s->lists[part].count; i++)
			seen.gone += s->lists[part].pieces[i].object == NULL;
}

/* Changes of all kinds between the steps; each snapshot is the model of the moment in which it became whole. */
START_TEST(changes_meanwhile)
{
	uint64_t size = 0;
	int rv;

	rng.s = (uint64_t)_i + 1;
	memset(&seen, 0, sizeof(seen));
	for (int i = 0; i < 3000; i++) {
		active.said[0] = standby.said[0] = '\0';
		change();
		look();
		if (draw(3) != 0)
			continue;
		rv = core_snap_write(&active.model, 1 + draw(600), &size);
		seen.steps++;
		ck_assert(rv == E_AGAIN || rv == E_OK);
		if (rv == E_OK)
			check_whole(size);
	}
	ck_assert_int_gt(seen.whole, 5);
	ck_assert_int_gt(seen.steps, 5 * seen.whole);
	ck_assert_int_gt(seen.stale, 20);
	ck_assert_int_gt(seen.gone, 20);
	ck_assert_int_gt(seen.followed, 20);
}
END_TEST

/* What is whole changes no more, and one that is dropped half way leaves nothing behind. */
START_TEST(whole_and_dropped)
{
	struct buf before, out;
	uint64_t size = 0;

	rng.s = 7;
	for (int i = 0; i < 200; i++)
		change();
	buf_init(&before, 1 << 20);
	buf_init(&out, 1 << 20);
	ck_assert_int_eq(core_snap_write(&active.model, 1, &size), E_AGAIN);
	core_snap_drop(&active.model);
	core_snap_drop(&active.model);
	snap_whole(&active.model, &before);
	ck_assert_int_eq(core_snap_write(&active.model, SIZE_MAX, &size), E_OK);
	for (int i = 0; i < 200; i++)
		change();
	read_in_parts(&out, size);
	ck_assert_uint_eq(out.n, before.n);
	ck_assert_mem_eq(out.p, before.p, before.n);
	ck_assert_int_eq(core_snap_write(&active.model, 1, &size), E_AGAIN); /* the next one */
	buf_fini(&before);
	buf_fini(&out);
}
END_TEST

static void
put_too_much(void *arg, struct buf *out)
{
	(void)arg;
	out->overflow = true;
}

static void
put_a_word(void *arg, struct buf *out)
{
	buf_cstr(out, arg);
}

START_TEST(records_of_the_caller)
{
	uint64_t size = 0, more = 0;
	char word[] = "word";
	struct buf out;

	buf_init(&out, 1 << 20);
	ck_assert_int_eq(core_snap_write(&active.model, SIZE_MAX, &size), E_OK);
	ck_assert_int_eq(core_snap_add(&active.model, put_a_word, word, &more), E_OK);
	ck_assert_uint_eq(more, size + 4);
	read_in_parts(&out, more);
	ck_assert_mem_eq(out.p + size, "word", 4);
	buf_fini(&out);
}
END_TEST

START_TEST(over_its_bound)
{
	uint64_t size = 0;

	ck_assert_int_eq(core_snap_write(&active.model, SIZE_MAX, &size), E_OK);
	ck_assert_int_eq(core_snap_add(&active.model, put_too_much, NULL, &size), E_LIMIT);
	ck_assert_ptr_null(active.model.snap.bytes.p); /* dropped */
	ck_assert_int_eq(core_snap_write(&active.model, SIZE_MAX, &size), E_OK);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("snap");
	TCase *tc = tcase_create("snap");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, changes_meanwhile, 0, 20);
	tcase_add_test(tc, whole_and_dropped);
	tcase_add_test(tc, records_of_the_caller);
	tcase_add_test(tc, over_its_bound);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
