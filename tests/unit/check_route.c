/* SPDX-License-Identifier: Apache-2.0 */
/* core/route: registrations and dialogues as replicated state: both nodes say the same, a snapshot brings all of it back. */
#include "core/decide.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "tests/unit/snap_whole.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One node: its model, and what it said to routeing servers ("request 12 end 12 ..."). */
struct side {
	struct core_model model;
	struct buf said;
};

#define SESSION (UINT64_C(1) << 50) /* of another epoch: the ids of this one begin at 1 */

static struct side active, standby;
static struct core_emitter em;
static int last;

static void
say(const struct core_say *f, void *arg)
{
	static const char *const words[] = { "request", "again", "used", "over", "lost", "given-up",
		"aborted" };
	struct side *s = arg;

	if (f->kind != SAY_ROUTE)
		return;
	ck_assert_ptr_eq(f->session, f->registration->session);
	buf_printf(&s->said, "%s %llu ", words[f->route],
		(unsigned long long)(f->dialogue ? f->dialogue->id : f->registration->id) &
			UINT32_MAX);
}

static void
apply(uint16_t kind, const uint8_t *p, size_t n, void *arg)
{
	(void)arg;
	last = core_apply(&active.model, kind, CORE_DELTA_VERSION, p, n);
	ck_assert_int_eq(core_apply(&standby.model, kind, CORE_DELTA_VERSION, p, n), last);
	ck_assert_uint_eq(active.model.digest, standby.model.digest);
}

/* Both said exactly this since the last time. */
static void
said(const char *words)
{
	buf_char(&active.said, '\0');
	buf_char(&standby.said, '\0');
	ck_assert_str_eq((char *)active.said.p, words);
	ck_assert_str_eq((char *)standby.said.p, words);
	buf_reset(&active.said);
	buf_reset(&standby.said);
}

static void
waits(const char *device, const char *call, uint64_t id)
{
	CORE_EMIT(&em, half_set, .device = str_of(device), .call = str_of(call),
		.tracking = str_of(call), .id = SESSION + id, .personality = CORE_TERMINATOR,
		.state = CORE_QUEUED, .remote = STR("tel:1"));
	ck_assert_int_eq(last, E_OK);
}

static void
gone(const char *device, const char *call, enum core_end end)
{
	CORE_EMIT(&em, half_gone, .device = str_of(device), .call = str_of(call),
		.end = (uint8_t)end, .to = STR("2001"));
	ck_assert_int_eq(last, E_OK);
}

static void
device(const char *id, enum core_device_kind kind)
{
	char user[64];

	snprintf(user, sizeof(user), "%s@x.example", id);
	CORE_EMIT(&em, dev_add, .device = str_of(id), .user = str_of(user), .kind = (uint8_t)kind);
	CORE_EMIT(&em, dev_service, .device = str_of(id), .service = CORE_SERVICE_IN);
	ck_assert_int_eq(last, E_OK);
}

/* A session; 2800 and 2801 are route points, 2700 is a queue. */
static void
setup(void)
{
	core_init(&active.model, say, NULL, &active);
	core_init(&standby.model, say, NULL, &standby);
	buf_init(&active.said, 4096);
	buf_init(&standby.said, 4096);
	em = (struct core_emitter){ .emit = apply };
	buf_init(&em.buf, 8192);
	device("2800", CORE_KIND_route_point);
	device("2801", CORE_KIND_route_point);
	device("2700", CORE_KIND_queue);
	CORE_EMIT(&em, session_open, .session = SESSION, .user = STR("demo"), .edition = 4,
		.kept = 1);
}

static void
teardown(void)
{
	core_fini(&active.model); /* checks that the digest of what is left is that of nothing */
	core_fini(&standby.model);
	buf_fini(&active.said);
	buf_fini(&standby.said);
	buf_fini(&em.buf);
}

static uint64_t
enroll(const char *id)
{
	uint64_t made = core_next_id(&active.model);

	CORE_EMIT(&em, route_register, .id = made, .session = SESSION, .device = str_of(id));
	return made;
}

static void
set(uint64_t id, enum core_route_state state, bool used)
{
	CORE_EMIT(&em, route_set, .id = id, .state = (uint8_t)state, .used = used);
}

START_TEST(a_waiting_call_is_asked_about_once)
{
	enroll("2800");
	waits("2800", "a", 50);
	said("request 2 ");
	waits("2800", "a", 50);
	waits("2801", "b", 51);
	waits("2700", "c", 52);
	said("");
	enroll("");
	said("request 4 ");
}
END_TEST

START_TEST(it_ends_with_the_call)
{
	static const struct {
		enum core_end end;
		const char *words;
	} ends[] = {
		{ CORE_END_DISTRIBUTED, "used 2 over 2 " },
		{ CORE_END_DIVERTED, "used 2 over 2 " },
		{ CORE_END_ABANDONED, "lost 2 " },
		{ CORE_END_RESYNC, "lost 2 " },
	};

	enroll("2800");
	waits("2800", "a", 50);
	set(2, CORE_ROUTE_SELECTED, true);
	said("request 2 ");
	gone("2800", "a", ends[_i].end);
	said(ends[_i].words);
	ck_assert_ptr_null(core_dialogue_by_id(&active.model, 2));
}
END_TEST

START_TEST(an_ended_one_says_no_more)
{
	enroll("2800");
	waits("2800", "a", 50);
	set(2, CORE_ROUTE_ENDED, false);
	said("request 2 ");
	waits("2800", "a", 50);
	gone("2800", "a", CORE_END_ABANDONED);
	said("");
}
END_TEST

START_TEST(ways_fail)
{
	enroll("2800");
	waits("2800", "a", 50);
	said("request 2 ");
	for (int i = 1; i < LIMIT_ROUTE_TRIES; i++) {
		set(2, CORE_ROUTE_SELECTED, false);
		set(2, CORE_ROUTE_ASKED, false);
		said("again 2 ");
	}
	set(2, CORE_ROUTE_SELECTED, false);
	set(2, CORE_ROUTE_ASKED, false);
	said("given-up 2 ");
	ck_assert_int_eq(core_dialogue_by_id(&active.model, 2)->state, CORE_ROUTE_ENDED);
}
END_TEST

/* Whether the old active had told BroadWorks of the way is not known: chosen again. What was not chosen was asked. */
START_TEST(a_takeover_asks_again)
{
	enroll("2800");
	waits("2800", "a", 50);
	waits("2800", "b", 51);
	set(2, CORE_ROUTE_SELECTED, true);
	said("request 2 request 3 ");
	CORE_EMIT(&em, epoch, .epoch = 7, .owner = 2);
	said("again 2 ");
	ck_assert_int_eq(core_dialogue_by_id(&active.model, 2)->state, CORE_ROUTE_ASKED);
}
END_TEST

/* With the session its registrations go, and their dialogues unsaid; another server is asked about what waits. */
START_TEST(a_session_ends)
{
	enroll("2800");
	waits("2800", "a", 50);
	said("request 2 ");
	CORE_EMIT(&em, session_close, .session = SESSION);
	ck_assert_ptr_null(active.model.registrations);
	ck_assert_ptr_null(active.model.dialogues);
	CORE_EMIT(&em, session_open, .session = SESSION, .user = STR("demo"), .edition = 4,
		.kept = 1);
	enroll("");
	said("request 4 ");
}
END_TEST

START_TEST(a_device_goes)
{
	enroll("2800");
	ck_assert(core_device_is_wanted(
		&active.model, core_device_by_id(&active.model, STR("2800"))));
	waits("2800", "a", 50);
	said("request 2 ");
	CORE_EMIT(&em, dev_drop, .device = STR("2800"));
	said("aborted 1 ");
	ck_assert_ptr_null(active.model.registrations);
}
END_TEST

START_TEST(what_is_refused)
{
	uint64_t id = enroll("2800");

	enroll("2800");
	ck_assert_int_eq(last, E_UNKNOWN);
	enroll("2999");
	ck_assert_int_eq(last, E_UNKNOWN);
	CORE_EMIT(&em, route_register, .id = 77, .session = 5, .device = STR("2801"));
	ck_assert_int_eq(last, E_UNKNOWN);
	set(99, CORE_ROUTE_ENDED, false);
	ck_assert_int_eq(last, E_UNKNOWN);
	CORE_EMIT(&em, route_cancel, .id = id);
	ck_assert_int_eq(last, E_OK);
	CORE_EMIT(&em, route_cancel, .id = id);
	ck_assert_int_eq(last, E_UNKNOWN);
}
END_TEST

static void
restore(struct core_model *m, const struct buf *records)
{
	struct rd r = rd_of(records->p, records->n);

	while (r.off < r.n) {
		uint16_t kind = rd_u16(&r);
		uint32_t n = rd_u32(&r);
		const uint8_t *p = rd_raw(&r, n);

		ck_assert_ptr_nonnull(p);
		ck_assert_int_eq(core_restore_record(m, kind, p, n), E_OK);
	}
}

/* A node that joins knows the dialogues, and from then on says what the others say. */
START_TEST(a_snapshot_has_all_of_it)
{
	struct buf records;

	enroll("2800");
	enroll("");
	waits("2800", "a", 50);
	waits("2801", "b", 51);
	set(3, CORE_ROUTE_SELECTED, true);
	set(4, CORE_ROUTE_SELECTED, false);
	set(4, CORE_ROUTE_ASKED, false);
	buf_reset(&active.said);
	buf_reset(&standby.said);
	buf_init(&records, 65536);
	snap_whole(&active.model, &records);
	core_clear(&standby.model);
	restore(&standby.model, &records);
	buf_fini(&records);
	ck_assert_uint_eq(active.model.digest, standby.model.digest);
	gone("2800", "a", CORE_END_DISTRIBUTED);
	set(4, CORE_ROUTE_SELECTED, false);
	CORE_EMIT(&em, epoch, .epoch = 7, .owner = 2);
	said("used 3 over 3 again 4 ");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("route");
	TCase *t = tcase_create("core");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_waiting_call_is_asked_about_once);
	tcase_add_loop_test(t, it_ends_with_the_call, 0, 4);
	tcase_add_test(t, an_ended_one_says_no_more);
	tcase_add_test(t, ways_fail);
	tcase_add_test(t, a_takeover_asks_again);
	tcase_add_test(t, a_session_ends);
	tcase_add_test(t, a_device_goes);
	tcase_add_test(t, what_is_refused);
	tcase_add_test(t, a_snapshot_has_all_of_it);
	suite_add_tcase(s, t);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
