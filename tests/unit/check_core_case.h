/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the test programs of core/ share: decisions on one model, the deltas on a second one; both must say the same and have
 * the same digest at any time.
 */
#ifndef TANDEM_TESTS_CHECK_CORE_CASE_H
#define TANDEM_TESTS_CHECK_CORE_CASE_H

#include "core/decide.h"
#include "proto/base/err.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct side {
	struct core_model model;
	char said[4096];
};

static struct side active, standby;
static struct core_emitter em;
static int logged_out_of_step, logged_learned;

__attribute__((unused)) static void
side_say(const struct core_say *f, void *arg)
{
	struct side *s = arg;
	size_t n = strlen(s->said);
	char *at = s->said + n;
	size_t room = sizeof(s->said) - n;

	if (f->kind == SAY_STEP)
		snprintf(at, room, "%s%s:%s%s ", f->difference ? "*" : "", f->device->id,
			f->far_only ? "far-" : "", core_step_name(f->step));
	else if (f->kind == SAY_MOVED)
		snprintf(at, room, "%s%s:MOVED-%d(%s%s%s) ", f->difference ? "*" : "",
			f->device->id, (int)f->half->how,
			f->half->told_call != f->half->track->call->id ? "other-call," : "",
			f->half->other != 0 ? "second-call," : "", f->half->told_far);
	else if (f->kind == SAY_RECORD)
		snprintf(at, room, "%s:RECORD-%d ", f->device->id, (int)f->half->recording);
	else if (f->kind == SAY_NOTE)
		snprintf(at, room, "%s:NOTE-%d-%u ", f->device->id, (int)f->note, f->number);
	else if (f->kind == SAY_AGENT)
		snprintf(at, room, "%s:AGENT-%d-%d ", f->device->id, (int)f->device->agent->told,
			(int)f->device->agent->state);
	else if (f->kind == SAY_JOINED)
		snprintf(at, room, "%s:%s-%.*s ", f->device->id, f->number ? "JOIN" : "LEAVE",
			STR_ARG(f->text));
	else if (f->kind == SAY_FEATURE)
		snprintf(at, room, "%s:FEATURE-%u ", f->device->id, f->number);
	else if (f->kind == SAY_OUT)
		snprintf(at, room, "%s:OUT ", f->device->id);
	else if (f->kind == SAY_IN)
		snprintf(at, room, "%s:IN ", f->device->id);
	else if (f->kind == SAY_STATUS)
		snprintf(at, room, "status:%d ", (int)f->status);
	else if (f->kind == SAY_MONITOR_OUT)
		snprintf(at, room, "%s:MONITOR-OUT ", f->device->id);
}

/* What is counted along is what one would count. */
__attribute__((unused)) static void
calls_are_counted(const struct core_model *m)
{
	uint32_t up = 0;

	for (const struct core_call *c = m->calls; c != NULL; c = c->by_id.next)
		up += c->halves > 0;
	ck_assert_uint_eq(m->calls_up, up);
}

__attribute__((unused)) static void
emit_both(uint16_t kind, const uint8_t *p, size_t n, void *arg)
{
	(void)arg;
	ck_assert_int_eq(core_apply(&active.model, kind, CORE_DELTA_VERSION, p, n), E_OK);
	ck_assert_int_eq(core_apply(&standby.model, kind, CORE_DELTA_VERSION, p, n), E_OK);
	ck_assert_msg(active.model.digest == standby.model.digest, "digests differ after %s",
		delta_name(kind));
	calls_are_counted(&active.model);
	calls_are_counted(&standby.model);
}

__attribute__((unused)) static void
count_log(int number, enum log_level level, const char *text, void *arg)
{
	(void)level;
	(void)text;
	(void)arg;
	logged_out_of_step += number == M_PARTY_OUT_OF_STEP;
	logged_learned += number == M_PARTY_LEARNED;
}

static const struct log log_counts = { count_log, NULL };

__attribute__((unused)) static void
setup(void)
{
	core_init(&active.model, side_say, NULL, &active);
	core_init(&standby.model, side_say, NULL, &standby);
	em = (struct core_emitter){ .emit = emit_both };
	buf_init(&em.buf, 8192);
	active.said[0] = standby.said[0] = '\0';
	logged_out_of_step = logged_learned = 0;
	CORE_EMIT(&em, epoch, .epoch = 3, .owner = 1);
	CORE_EMIT(&em, dev_add, .device = STR("2001"), .user = STR("2001@x.example"));
	CORE_EMIT(&em, session_open, .session = core_next_id(&active.model), .user = STR("u"),
		.edition = 4, .kept = 1, .duration_s = 60, .cleanup_s = 60);
	CORE_EMIT(&em, monitor_start, .monitor = core_next_id(&active.model),
		.session = active.model.sessions->id, .device = STR("2001"));
}

__attribute__((unused)) static void
teardown(void)
{
	ck_assert_str_eq(active.said, standby.said);
	core_fini(&active.model);
	core_fini(&standby.model);
	buf_fini(&em.buf);
}

__attribute__((unused)) static void
said(const char *want)
{
	ck_assert_str_eq(active.said, want);
	active.said[0] = standby.said[0] = '\0';
}

__attribute__((unused)) static struct core_device *
dev(void)
{
	return core_device_by_id(&active.model, STR("2001"));
}

static struct core_party
party(const char *call, const char *tracking, enum core_personality p, enum core_state s)
{
	return (struct core_party){ .bw_call = str_of(call),
		.tracking = str_of(tracking),
		.personality = p,
		.state = s,
		.remote = STR("tel:+15550001"),
		.remote_user = STR_NONE };
}

__attribute__((unused)) static void
in_service(void)
{
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
}

__attribute__((unused)) static bool
event(struct core_party p)
{
	return core_decide_party(&active.model, &em, dev(), &p, &log_counts);
}

__attribute__((unused)) static struct core_device *
second(void)
{
	struct core_device *d = core_device_by_id(&active.model, STR("2002"));

	if (d != NULL)
		return d;
	CORE_EMIT(&em, dev_add, .device = STR("2002"), .user = STR("2002@x.example"));
	d = core_device_by_id(&active.model, STR("2002"));
	core_decide_service(&em, d, CORE_SERVICE_IN);
	return d;
}

__attribute__((unused)) static bool
event_of(struct core_device *d, struct core_party p)
{
	return core_decide_party(&active.model, &em, d, &p, &log_counts);
}

/* 2001 talks in 1:1 and 2:1; 2002 is the far party of 2:1. */
__attribute__((unused)) static void
two_calls(void)
{
	in_service();
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_ALERTING));
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_HELD));
	event(party("h2", "2:1", CORE_ORIGINATOR, CORE_CONNECTED));
	event_of(second(), party("k2", "2:1", CORE_TERMINATOR, CORE_ALERTING));
	event_of(second(), party("k2", "2:1", CORE_TERMINATOR, CORE_CONNECTED));
	active.said[0] = standby.said[0] = '\0';
}

__attribute__((unused)) static void
conference(enum core_conference state, const char *one, const char *two)
{
	struct str calls[2] = { str_of(one), str_of(two) };
	struct core_conference_in c = { state, calls, 2 };

	core_decide_conference(&active.model, &em, dev(), &c);
}

#endif
