/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Monitors and the calls they follow, in the model alone: on two models by the same deltas, the digests agree at every step, and
 * a snapshot gives the same again.
 */
#include "core/decide.h"
#include "proto/base/err.h"
#include "tests/unit/snap_whole.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct side {
	struct core_model model;
	char said[1024];
};

static struct side active, standby;
static struct core_emitter em;

/* Of a party of a call that is followed counts as told what it is called by. */
static void
side_say(const struct core_say *f, void *arg)
{
	struct side *s = arg;
	size_t n = strlen(s->said);

	if (f->kind == SAY_FOLLOWED)
		snprintf(s->said + n, sizeof(s->said) - n, "followed ");
	else if (f->kind == SAY_CALL_ENDED)
		snprintf(s->said + n, sizeof(s->said) - n, "ended-%u ", f->call->follow_count);
	else if (f->kind == SAY_MONITOR_ENDED)
		snprintf(s->said + n, sizeof(s->said) - n, "stopped ");
	else if (f->kind == SAY_STEP && f->half->track->call->follow_count > 0)
		core_party_tell(
			&s->model, f->half->track->call, str_of(f->device->id), (uint8_t)f->step);
}

/* What is counted as monitors come and go is what a walk finds. */
static void
count_is_right(const struct core_model *m)
{
	uint32_t found[CORE_MONITOR_TYPE_LAST + 1] = { 0 };

	for (const struct core_monitor *mon = m->monitors; mon != NULL; mon = mon->by_id.next)
		found[mon->type]++;
	ck_assert_mem_eq(found, m->monitors_of, sizeof(found));
}

static void
emit_both(uint16_t kind, const uint8_t *p, size_t n, void *arg)
{
	(void)arg;
	ck_assert_int_eq(core_apply(&active.model, kind, CORE_DELTA_VERSION, p, n), E_OK);
	ck_assert_int_eq(core_apply(&standby.model, kind, CORE_DELTA_VERSION, p, n), E_OK);
	ck_assert_msg(active.model.digest == standby.model.digest, "digests differ after %s",
		delta_name(kind));
	count_is_right(&active.model);
	count_is_right(&standby.model);
}

static void
add_device(const char *name)
{
	char user[32];

	snprintf(user, sizeof(user), "%s@x.example", name);
	CORE_EMIT(&em, dev_add, .device = str_of(name), .user = str_of(user));
	CORE_EMIT(&em, dev_service, .device = str_of(name), .service = CORE_SERVICE_IN);
}

static void
setup(void)
{
	core_init(&active.model, side_say, NULL, &active);
	core_init(&standby.model, side_say, NULL, &standby);
	em = (struct core_emitter){ .emit = emit_both };
	buf_init(&em.buf, 8192);
	CORE_EMIT(&em, epoch, .epoch = 3, .owner = 1);
	add_device("2001");
	add_device("2002");
	CORE_EMIT(&em, session_open, .session = core_next_id(&active.model), .user = STR("u"),
		.edition = 4, .kept = 1, .duration_s = 60, .cleanup_s = 60);
	active.said[0] = standby.said[0] = '\0';
}

static void
teardown(void)
{
	ck_assert_str_eq(active.said, standby.said);
	core_fini(&active.model);
	core_fini(&standby.model);
	buf_fini(&em.buf);
}

static void
said(const char *want)
{
	ck_assert_str_eq(active.said, want);
	ck_assert_str_eq(standby.said, want);
	active.said[0] = standby.said[0] = '\0';
}

static struct core_device *
device(const char *name)
{
	return core_device_by_id(&active.model, str_of(name));
}

static struct core_call *
call(const char *tracking)
{
	return core_call_by_tracking(&active.model, str_of(tracking));
}

static void
party(const char *name, const char *id, const char *tracking, enum core_state state,
	enum core_end end)
{
	struct core_party p = { .bw_call = str_of(id),
		.tracking = str_of(tracking),
		.personality = CORE_TERMINATOR,
		.state = state,
		.end = end,
		.remote = STR("tel:+15550001"),
		.remote_user = STR_NONE,
		.via = STR_NONE,
		.to = STR_NONE };

	core_decide_party(&active.model, &em, device(name), &p, NULL);
}

static uint64_t
monitor(const char *name, enum core_monitor_type type, uint64_t call_id)
{
	uint64_t id = core_next_id(&active.model);

	CORE_EMIT(&em, monitor_start, .monitor = id, .session = active.model.sessions->id,
		.device = str_of(name), .type = (uint8_t)type, .call = call_id);
	return id;
}

START_TEST(a_monitor_of_a_call_ends_with_it)
{
	party("2001", "a", "7:1", CORE_CONNECTED, CORE_END_NORMAL);
	party("2002", "b", "7:1", CORE_CONNECTED, CORE_END_NORMAL);
	monitor("", CORE_MONITOR_CALL, call("7:1")->id);
	said("followed ");
	ck_assert(core_device_is_wanted(&active.model, device("2001")));
	party("2001", "a", "7:1", CORE_GONE, CORE_END_NORMAL);
	said("");
	ck_assert(!core_device_is_wanted(&active.model, device("2001")));
	party("2002", "b", "7:1", CORE_GONE, CORE_END_NORMAL);
	said("ended-1 stopped ");
	ck_assert_ptr_null(active.model.monitors);
	ck_assert_ptr_null(active.model.calls);
}
END_TEST

/* It may live on where nobody sees it: no word of a cleared call. */
START_TEST(a_call_that_goes_out_of_sight)
{
	party("2001", "a", "7:1", CORE_ALERTING, CORE_END_NORMAL);
	monitor("", CORE_MONITOR_CALL, call("7:1")->id);
	party("2001", "a", "7:1", CORE_GONE, CORE_END_DIVERTED);
	said("followed stopped ");
	party("2001", "a", "8:1", CORE_ALERTING, CORE_END_NORMAL);
	monitor("", CORE_MONITOR_CALL, call("8:1")->id);
	CORE_EMIT(&em, dev_drop, .device = STR("2001"));
	said("followed stopped ");
	ck_assert_ptr_null(active.model.monitors);
}
END_TEST

START_TEST(a_device_monitor_of_type_call_follows_each_call)
{
	party("2001", "a", "7:1", CORE_CONNECTED, CORE_END_NORMAL);
	monitor("2001", CORE_MONITOR_CALL, 0);
	said("followed ");
	party("2001", "c", "8:1", CORE_ALERTING, CORE_END_NORMAL);
	said("followed ");
	party("2002", "b", "7:1", CORE_CONNECTED, CORE_END_NORMAL);
	party("2001", "a", "7:1", CORE_GONE, CORE_END_TRANSFERRED);
	ck_assert_uint_eq(call("7:1")->follow_count, 1); /* also after it left the device */
	party("2002", "b", "7:1", CORE_GONE, CORE_END_NORMAL);
	said("ended-1 ");
	ck_assert_uint_eq(HASH_CNT(by_id, active.model.monitors), 1);
	CORE_EMIT(&em, monitor_stop, .monitor = active.model.monitors->id);
	ck_assert_uint_eq(call("8:1")->follow_count, 0);
	ck_assert(TAILQ_EMPTY(&call("8:1")->parties));
}
END_TEST

/* Two calls become one: one follower, all parties, and that is still to be told. */
START_TEST(followers_of_merged_calls)
{
	party("2001", "a", "7:1", CORE_CONNECTED, CORE_END_NORMAL);
	party("2001", "c", "8:1", CORE_CONNECTED, CORE_END_NORMAL);
	monitor("2001", CORE_MONITOR_CALL, 0);
	monitor("", CORE_MONITOR_CALL, call("8:1")->id);
	said("followed followed ");
	party("2002", "d", "8:1", CORE_CONNECTED, CORE_END_NORMAL);
	ck_assert_ptr_nonnull(core_party_told(call("8:1"), STR("2002")));
	CORE_EMIT(&em, call_merge, .from = call("8:1")->id, .into = call("7:1")->id,
		.device = STR("2001"), .how = CORE_HOW_CONFERENCED);
	ck_assert_ptr_eq(call("8:1"), call("7:1"));
	ck_assert_uint_eq(call("7:1")->follow_count, 2);
	ck_assert(call("7:1")->joined);
	ck_assert_ptr_nonnull(core_party_told(call("7:1"), STR("2002")));
}
END_TEST

/* The party goes into another call while its old one lives on: its own monitor goes with it, that of the call stays. */
START_TEST(a_party_changes_its_call)
{
	uint64_t at_device, of_call;

	party("2001", "a", "7:1", CORE_CONNECTED, CORE_END_NORMAL);
	party("2002", "b", "7:1", CORE_CONNECTED, CORE_END_NORMAL);
	party("2002", "x", "8:1", CORE_ALERTING, CORE_END_NORMAL);
	at_device = monitor("2001", CORE_MONITOR_DEVICE, call("7:1")->id);
	of_call = monitor("", CORE_MONITOR_CALL, call("7:1")->id);
	CORE_EMIT(&em, half_set, .device = STR("2001"), .call = STR("a"), .tracking = STR("8:1"),
		.id = call("8:1")->id, .personality = CORE_TERMINATOR, .state = CORE_CONNECTED,
		.remote = STR("tel:1"), .remote_user = STR_NONE, .how = CORE_HOW_TRANSFERRED,
		.via = STR_NONE);
	ck_assert_ptr_eq(TAILQ_FIRST(&core_monitor_by_id(&active.model, at_device)->follows)->call,
		call("8:1"));
	ck_assert_ptr_eq(TAILQ_FIRST(&core_monitor_by_id(&active.model, of_call)->follows)->call,
		call("7:1"));
	active.said[0] = standby.said[0] = '\0';
	party("2001", "a", "8:1", CORE_GONE, CORE_END_NORMAL);
	said("stopped ");
	ck_assert_ptr_null(core_monitor_by_id(&active.model, at_device));
}
END_TEST

START_TEST(what_cannot_be_is_refused)
{
	struct delta_monitor_start bad[] = {
		{ .monitor = 1, .device = STR_NONE, .call = 77, .type = CORE_MONITOR_CALL },
		{ .monitor = 1, .device = STR("2001"), .call = 0, .type = 9 },
		{ .monitor = 1, .device = STR("2001"), .call = 0, .type = CORE_MONITOR_CALL },
		{ .monitor = 1, .device = STR_NONE, .call = 0, .type = CORE_MONITOR_DEVICE },
		{ .monitor = 1, .device = STR_NONE, .call = 0, .type = CORE_MONITOR_DEVICE },
	};

	party("2001", "a", "7:1", CORE_CONNECTED, CORE_END_NORMAL);
	bad[2].call =
		call("7:1")->id; /* of type call it has no device, of type device it has one */
	bad[3].call = call("7:1")->id;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bad[i].session = active.model.sessions->id;
		buf_reset(&em.buf);
		delta_put_monitor_start(&em.buf, &bad[i]);
		ck_assert_int_eq(core_apply(&active.model, DELTA_monitor_start, CORE_DELTA_VERSION,
					 em.buf.p, em.buf.n),
			E_UNKNOWN);
	}
	ck_assert_ptr_null(active.model.monitors);
	CORE_EMIT(&em, epoch, .epoch = 4, .owner = 1);
}
END_TEST

static int
restore(struct core_model *m, const struct buf *out)
{
	struct rd r = rd_of(out->p, out->n);
	int rv = E_OK;

	while (rv == E_OK && r.off < r.n) {
		uint16_t kind = rd_u16(&r);
		uint32_t n = rd_u32(&r);

		rv = core_restore_record(m, kind, rd_raw(&r, n), n);
	}
	return rv;
}

START_TEST(a_snapshot_has_it_all)
{
	struct side third = { 0 };
	struct buf out, bad;

	party("2001", "a", "7:1", CORE_CONNECTED, CORE_END_NORMAL);
	monitor("2001", CORE_MONITOR_CALL, 0);
	monitor("2001", CORE_MONITOR_DEVICE, 0);
	CORE_EMIT(&em, monitor_filter, .monitor = monitor("", CORE_MONITOR_CALL, call("7:1")->id),
		.filter = 9);
	monitor("2001", CORE_MONITOR_DEVICE, call("7:1")->id);
	party("2002", "b", "7:1", CORE_CONNECTED, CORE_END_NORMAL);
	buf_init(&out, 1 << 20);
	snap_whole(&active.model, &out);
	core_init(&third.model, side_say, NULL, &third);
	ck_assert_int_eq(restore(&third.model, &out), E_OK);
	ck_assert_uint_eq(third.model.digest, active.model.digest);
	ck_assert_str_eq(third.said, ""); /* what was told is not told again */
	ck_assert_uint_eq(HASH_CNT(by_id, third.model.monitors), 4);
	ck_assert_uint_eq(third.model.monitors_of[CORE_MONITOR_CALL], 2);
	ck_assert_uint_eq(third.model.monitors_of[CORE_MONITOR_DEVICE], 2);

	/* once more: all there already; and records that name what is not there */
	ck_assert_int_eq(restore(&third.model, &out), E_MALFORMED);
	buf_init(&bad, 1024);
	delta_put_r_follow(&bad, &(struct delta_r_follow){ 1, 2 });
	ck_assert_int_eq(
		core_restore_record(&third.model, DELTA_r_follow, bad.p, bad.n), E_MALFORMED);
	buf_reset(&bad);
	delta_put_r_party(&bad, &(struct delta_r_party){ 1, STR("2001"), 3 });
	ck_assert_int_eq(
		core_restore_record(&third.model, DELTA_r_party, bad.p, bad.n), E_MALFORMED);
	core_fini(&third.model);
	buf_fini(&bad);
	buf_fini(&out);
	active.said[0] = standby.said[0] = '\0';
}
END_TEST

/* Right after a standby has become the active, after its sessions went, and in a model that was emptied and filled anew. */
START_TEST(they_are_counted)
{
	struct core_model *m = &standby.model;
	struct buf out;

	party("2001", "a", "7:1", CORE_CONNECTED, CORE_END_NORMAL);
	monitor("2001", CORE_MONITOR_CALL, 0);
	monitor("2001", CORE_MONITOR_DEVICE, 0);
	monitor("2002", CORE_MONITOR_DEVICE, 0);
	monitor("", CORE_MONITOR_CALL, call("7:1")->id);
	monitor("2001", CORE_MONITOR_DEVICE, call("7:1")->id);
	ck_assert_uint_eq(m->monitors_of[CORE_MONITOR_DEVICE], 3);
	ck_assert_uint_eq(m->monitors_of[CORE_MONITOR_CALL], 2);
	buf_init(&out, 1 << 20);
	snap_whole(&active.model, &out);

	/* takeover; a call that ends takes its two monitors along, a device its one */
	CORE_EMIT(&em, epoch, .epoch = 4, .owner = 2);
	ck_assert_uint_eq(m->monitors_of[CORE_MONITOR_DEVICE], 3);
	party("2001", "a", "7:1", CORE_GONE, CORE_END_NORMAL);
	ck_assert_uint_eq(m->monitors_of[CORE_MONITOR_DEVICE], 2);
	ck_assert_uint_eq(m->monitors_of[CORE_MONITOR_CALL], 1);
	CORE_EMIT(&em, dev_drop, .device = STR("2002"));
	ck_assert_uint_eq(m->monitors_of[CORE_MONITOR_DEVICE], 1);
	CORE_EMIT(&em, session_close, .session = active.model.sessions->id);
	ck_assert_uint_eq(m->monitors_of[CORE_MONITOR_DEVICE], 0);
	ck_assert_uint_eq(m->monitors_of[CORE_MONITOR_CALL], 0);

	core_clear(m);
	ck_assert_int_eq(restore(m, &out), E_OK);
	count_is_right(m);
	ck_assert_uint_eq(m->monitors_of[CORE_MONITOR_DEVICE], 3);
	ck_assert_uint_eq(m->monitors_of[CORE_MONITOR_CALL], 2);
	core_clear(m);
	ck_assert_uint_eq(m->monitors_of[CORE_MONITOR_DEVICE], 0);
	ck_assert_uint_eq(m->monitors_of[CORE_MONITOR_CALL], 0);
	buf_fini(&out);
	active.said[0] = standby.said[0] = '\0';
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("model_monitor");
	TCase *tc = tcase_create("model_monitor");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_monitor_of_a_call_ends_with_it);
	tcase_add_test(tc, a_call_that_goes_out_of_sight);
	tcase_add_test(tc, a_device_monitor_of_type_call_follows_each_call);
	tcase_add_test(tc, followers_of_merged_calls);
	tcase_add_test(tc, a_party_changes_its_call);
	tcase_add_test(tc, what_cannot_be_is_refused);
	tcase_add_test(tc, a_snapshot_has_it_all);
	tcase_add_test(tc, they_are_counted);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
