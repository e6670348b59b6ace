/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue of a session: order, what leaves when, what is forgotten when, resume, limits; and a long random run against
 * a list that is easy to believe in.
 */
#include "daemon/outbox.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"
#include "proto/base/rng.h"
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct outbox *box;

static void
push(enum outbox_kind kind, uint64_t serial, uint64_t number, uint64_t offset)
{
	struct outbox_message head = {
		.kind = kind, .serial = serial, .number = number, .offset = offset
	};

	outbox_push(box, &head, STR("body"));
}

static void
front(uint32_t invoke)
{
	struct outbox_message head = { .kind = OUTBOX_ANSWER, .invoke = invoke };

	outbox_push_front(box, &head, STR("front"));
}

/* Sends all that may leave, ten bytes each from `pos` on; returns the end. */
static uint64_t
send_all(uint64_t released, uint64_t pos)
{
	while (outbox_peek(box, released) != NULL)
		outbox_sent(box, pos += 10);
	return pos;
}

/* The queue as text: kind and serial, '|' before the next to be sent. */
static const char *
shape(void)
{
	static char text[4096];
	const struct outbox_message *msg;
	size_t n = 0, count = 0;

	text[0] = '\0';
	TAILQ_FOREACH(msg, &box->list, link) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%c%llu ",
			msg == box->cursor ? "|" : "", "esam"[msg->kind],
			(unsigned long long)(msg->serial ? msg->serial : msg->invoke));
		count++;
	}
	ck_assert_uint_eq(count, box->count);
	return text;
}

static uint64_t
hold(uint64_t device, uint64_t call)
{
	return outbox_hold(box, &(struct outbox_hold){ .device = device, .call = call });
}

static void
push_about(uint64_t serial, uint64_t device, uint64_t call)
{
	struct outbox_message head = { .kind = OUTBOX_EVENT,
		.serial = serial,
		.number = serial,
		.device = device,
		.call = call };

	outbox_push(box, &head, STR("body"));
}

static void
ahead(uint32_t invoke)
{
	struct outbox_message head = { .kind = OUTBOX_ANSWER, .invoke = invoke };

	outbox_push_ahead(box, &head, STR("answer"));
}

/* Events about what a request is about wait for its answer, and those behind them; answers pass them by. */
START_TEST(test_hold)
{
	uint64_t first, second;

	box = outbox_new(9);
	push_about(1, 7, 70);
	first = hold(7, 0);
	push_about(2, 8, 70);
	push_about(3, 7, 71);
	push_about(4, 8, 0);
	ck_assert_str_eq(shape(), "|e1 e2 e3 e4 ");
	ck_assert_uint_eq(send_all(0, 0), 20);
	ck_assert_str_eq(shape(), "e1 e2 |e3 e4 ");
	ahead(50);
	ck_assert_str_eq(shape(), "e1 e2 |a50 e3 e4 ");
	second = hold(8, 0);
	push_about(5, 8, 0);
	/* the first answer: what waits for the second one alone still does */
	ahead(51);
	outbox_release(box, first);
	ck_assert_str_eq(shape(), "e1 e2 |a50 a51 e3 e4 e5 ");
	ck_assert_uint_eq(send_all(0, 20), 60);
	ck_assert_str_eq(shape(), "e1 e2 a50 a51 e3 e4 |e5 ");
	ahead(52);
	outbox_release(box, second);
	outbox_release(box, second);
	ck_assert_str_eq(shape(), "e1 e2 a50 a51 e3 e4 |a52 e5 ");
	ck_assert_uint_eq(send_all(0, 60), 80);
	outbox_free(box);
}
END_TEST

/* By call, too. A hold that begins later is none of an older event's business: each waits for a bounded time. */
START_TEST(test_hold_of_a_call)
{
	uint64_t first, second;

	box = outbox_new(9);
	first = hold(7, 70);
	push_about(1, 8, 70);
	second = hold(7, 70);
	push_about(2, 8, 70);
	ck_assert_ptr_null(outbox_peek(box, 0));
	outbox_release(box, first);
	ck_assert_uint_eq(send_all(0, 0), 10);
	ck_assert_str_eq(shape(), "e1 |e2 ");
	outbox_release(box, second);
	ck_assert_uint_eq(send_all(0, 10), 20);
	outbox_free(box);
}
END_TEST

/* Without the connection there is no answer to wait for. */
START_TEST(test_hold_ends_with_connection)
{
	for (int i = 0; i < 2; i++) {
		box = outbox_new(9);
		hold(7, 0);
		push_about(1, 7, 0);
		ck_assert_ptr_null(outbox_peek(box, 0));
		if (i == 0)
			outbox_detach(box);
		else
			ck_assert(outbox_resume(box, false, 0, 1));
		ck_assert_ptr_nonnull(outbox_peek(box, 0));
		ahead(50);
		ck_assert_str_eq(shape(), "|e1 a50 ");
		outbox_free(box);
	}
	/* and with the session */
	box = outbox_new(9);
	hold(7, 0);
	outbox_free(box);
}
END_TEST

START_TEST(test_order)
{
	struct outbox_message head = { .kind = OUTBOX_ANSWER, .invoke = 42, .offset = 7 };
	struct outbox_message *msg;

	box = outbox_new(9);
	ck_assert_ptr_null(outbox_peek(box, UINT64_MAX));
	push(OUTBOX_EVENT, 1, 1, 5);
	push(OUTBOX_STATUS, 2, 0, 6);
	outbox_push(box, &head, STR("answer"));
	ck_assert_str_eq(shape(), "|e1 s2 a42 ");
	ck_assert_ptr_null(outbox_peek(box, 4));
	msg = outbox_peek(box, 5);
	ck_assert_ptr_nonnull(msg);
	ck_assert_uint_eq(msg->serial, 1);
	outbox_sent(box, 10);
	/* what comes after waits, although a later release may be for it */
	ck_assert_ptr_null(outbox_peek(box, 5));
	ck_assert_uint_eq(send_all(7, 10), 30);
	ck_assert_str_eq(shape(), "e1 s2 a42 ");
	ck_assert_uint_eq(box->bytes, 4 + 4 + 6);
	outbox_free(box);
	outbox_free(NULL);
}
END_TEST

START_TEST(test_acked)
{
	box = outbox_new(9);
	push(OUTBOX_EVENT, 1, 1, 0);
	push(OUTBOX_STATUS, 2, 0, 0);
	push(OUTBOX_EVENT, 3, 2, 0);
	send_all(0, 0);
	push(OUTBOX_EVENT, 4, 3, 0);
	ck_assert_uint_eq(outbox_acked(box, 0), 0);
	ck_assert_uint_eq(outbox_acked(box, 9), 0); /* the client has the first one but a byte */
	ck_assert_uint_eq(outbox_acked(box, 10), 1);
	ck_assert_str_eq(shape(), "s2 e3 |e4 ");
	ck_assert_uint_eq(outbox_acked(box, 29), 2);
	/* nobody can have what was not sent */
	ck_assert_uint_eq(outbox_acked(box, 1000), 3);
	ck_assert_str_eq(shape(), "|e4 ");
	send_all(0, 30);
	ck_assert_uint_eq(outbox_acked(box, 40), 4);
	ck_assert_str_eq(shape(), "");
	ck_assert_uint_eq(box->bytes, 0);
	/* an answer alone has no serial to tell */
	front(7);
	send_all(0, 40);
	ck_assert_uint_eq(outbox_acked(box, 50), 0);
	ck_assert_uint_eq(box->count, 0);
	outbox_free(box);
}
END_TEST

/* The end of a monitor is told again on the next connection until the client's TCP has it; statuses are not. */
START_TEST(test_stop)
{
	box = outbox_new(9);
	push(OUTBOX_REQUEST, 1, 0, 0);
	push(OUTBOX_EVENT, 2, 1, 0);
	push(OUTBOX_STATUS, 3, 0, 0);
	push(OUTBOX_REQUEST, 4, 0, 0);
	send_all(0, 0);
	ck_assert_uint_eq(outbox_acked(box, 20), 2);
	ck_assert_str_eq(shape(), "s3 m4 ");
	ck_assert(outbox_resume(box, true, 1, 1));
	ck_assert_str_eq(shape(), "|m4 ");
	send_all(0, 0);
	ck_assert_uint_eq(outbox_acked(box, 10), 4);
	ck_assert_str_eq(shape(), "");
	outbox_free(box);
}
END_TEST

START_TEST(test_front)
{
	box = outbox_new(9);
	front(1);
	ck_assert_str_eq(shape(), "|a1 ");
	push(OUTBOX_EVENT, 1, 1, 0);
	front(2);
	ck_assert_str_eq(shape(), "|a2 a1 e1 ");
	outbox_sent(box, 10);
	/* behind what is sent, before what waits */
	front(3);
	ck_assert_str_eq(shape(), "a2 |a3 a1 e1 ");
	send_all(0, 10);
	front(4);
	ck_assert_str_eq(shape(), "a2 a3 a1 e1 |a4 ");
	outbox_free(box);
}
END_TEST

START_TEST(test_trim)
{
	box = outbox_new(9);
	for (uint64_t i = 1; i <= 4; i++) {
		push(OUTBOX_EVENT, i, i, 0);
		push(OUTBOX_ANSWER, 0, 0, 0);
	}
	outbox_trim_serial(box, 0);
	ck_assert_str_eq(shape(), "|e1 a0 e2 a0 e3 a0 e4 a0 ");
	outbox_trim_serial(box, 2);
	/* answers are nobody's serial: they stay */
	ck_assert_str_eq(shape(), "|a0 a0 e3 a0 e4 a0 ");
	outbox_trim_serial(box, 99);
	ck_assert_str_eq(shape(), "|a0 a0 a0 a0 ");
	outbox_free(box);
}
END_TEST

/* Events 5..7 and two statuses wait; the client has events up to `last` and 7 were said. */
START_TEST(test_resume_numbered)
{
	static const struct {
		uint64_t last, said;
		bool lost, complete;
		const char *left;
	} cases[] = {
		{ 4, 7, false, true, "|e5 e6 e8 " },
		{ 5, 7, false, true, "|e6 e8 " },
		{ 6, 7, false, true, "|e8 " },
		{ 7, 7, false, true, "" },
		{ 3, 7, false, false, "|e5 e6 e8 " },
		{ 0, 7, false, false, "|e5 e6 e8 " },
		{ 8, 7, false, false, "" },
		{ 99, 7, false, false, "" },
		{ 4, 7, true, false, "|e5 e6 e8 " },
		{ 7, 7, true, false, "" },
		/* more was said than is here */
		{ 7, 9, false, false, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		box = outbox_new(9);
		push(OUTBOX_EVENT, 5, 5, 0);
		push(OUTBOX_EVENT, 6, 6, 0);
		push(OUTBOX_STATUS, 7, 0, 0);
		push(OUTBOX_EVENT, 8, 7, 0);
		push(OUTBOX_ANSWER, 0, 0, 0);
		send_all(0, 0);
		push(OUTBOX_STATUS, 9, 0, 0);
		box->lost = box->overflow = cases[i].lost;
		ck_assert_msg(
			outbox_resume(box, true, cases[i].last, cases[i].said) == cases[i].complete,
			"case %zu", i);
		ck_assert_str_eq(shape(), cases[i].left);
		ck_assert(!box->lost);
		ck_assert(!box->overflow);
		/* all of it is sent anew and can be acknowledged at its new places only */
		ck_assert_uint_eq(outbox_acked(box, 1000), 0);
		send_all(0, 0);
		outbox_acked(box, 1000);
		ck_assert_uint_eq(box->count, 0);
		outbox_free(box);
	}
}
END_TEST

START_TEST(test_resume_without_numbers)
{
	for (int lost = 0; lost < 2; lost++) {
		box = outbox_new(9);
		push(OUTBOX_EVENT, 5, 5, 0);
		push(OUTBOX_STATUS, 6, 0, 0);
		push(OUTBOX_EVENT, 7, 6, 0);
		send_all(0, 0);
		push(OUTBOX_EVENT, 8, 7, 0);
		outbox_acked(box, 10);
		box->lost = lost;
		ck_assert(outbox_resume(box, false, 0, 7) == !lost);
		ck_assert_str_eq(shape(), "|e7 e8 ");
		outbox_free(box);
	}
}
END_TEST

START_TEST(test_detach)
{
	box = outbox_new(9);
	push(OUTBOX_EVENT, 1, 1, 0);
	push(OUTBOX_ANSWER, 0, 0, 0);
	push(OUTBOX_STATUS, 2, 0, 0);
	outbox_sent(box, 10);
	outbox_detach(box);
	ck_assert_str_eq(shape(), "e1 |s2 ");
	outbox_free(box);
}
END_TEST

START_TEST(test_confirm_all)
{
	box = outbox_new(9);
	push(OUTBOX_EVENT, 1, 1, 500);
	push(OUTBOX_EVENT, 2, 2, 501);
	ck_assert_ptr_null(outbox_peek(box, 3));
	outbox_confirm_all(box);
	send_all(0, 0);
	ck_assert_str_eq(shape(), "e1 e2 ");
	outbox_free(box);
}
END_TEST

START_TEST(test_limit_of_messages)
{
	box = outbox_new(9);
	for (uint64_t i = 1; i <= LIMIT_OUTBOX_MESSAGES; i++)
		push(OUTBOX_EVENT, i, i, 0);
	ck_assert(!box->overflow);
	push(OUTBOX_EVENT, LIMIT_OUTBOX_MESSAGES + 1, LIMIT_OUTBOX_MESSAGES + 1, 0);
	ck_assert(box->overflow);
	ck_assert(box->lost);
	ck_assert_uint_eq(box->count, LIMIT_OUTBOX_MESSAGES);
	/* the answer to a resume finds room all the same */
	front(1);
	ck_assert_uint_eq(outbox_peek(box, 0)->invoke, 1);
	outbox_free(box);
}
END_TEST

START_TEST(test_limit_of_bytes)
{
	struct outbox_message head = { .kind = OUTBOX_EVENT };
	size_t n = 60000;
	char *body = mem_zalloc(n);

	box = outbox_new(9);
	while (!box->overflow) {
		head.serial++;
		outbox_push(box, &head, (struct str){ body, n });
		ck_assert_uint_le(box->bytes, LIMIT_OUTBOX_BYTES);
	}
	ck_assert_uint_eq(box->count, LIMIT_OUTBOX_BYTES / n);
	/* smaller ones may still fit, but nobody is given what comes after a hole without being told */
	outbox_push(box, &head, STR("x"));
	ck_assert(box->lost);
	mem_free(body);
	outbox_free(box);
}
END_TEST

/* against a plain array */

#define MODEL_MAX 4000

static struct model_message {
	uint64_t serial, number, offset, end;
	enum outbox_kind kind;
	bool sent;
} model[MODEL_MAX];
static size_t model_count;

static void
model_drop(size_t at)
{
	memmove(&model[at], &model[at + 1], (model_count - at - 1) * sizeof(model[0]));
	model_count--;
}

static void
model_compare(void)
{
	const struct outbox_message *msg;
	size_t i = 0;

	TAILQ_FOREACH(msg, &box->list, link) {
		ck_assert_uint_lt(i, model_count);
		ck_assert_uint_eq(msg->serial, model[i].serial);
		ck_assert_uint_eq(msg->number, model[i].number);
		ck_assert_int_eq(msg->sent, model[i].sent);
		i++;
	}
	ck_assert_uint_eq(i, model_count);
	for (i = 0; i < model_count && model[i].sent; i++)
		;
	ck_assert(i < model_count ? box->cursor != NULL && box->cursor->serial == model[i].serial :
				    box->cursor == NULL);
}

START_TEST(test_random)
{
	struct rng rng = { 11 };
	uint64_t serial = 0, number = 0, pos = 0, offset = 0;

	box = outbox_new(9);
	for (int round = 0; round < 30000; round++) {
		uint64_t dice = rng_below(&rng, 100);

		if (dice < 45 && model_count < MODEL_MAX) {
			struct model_message *m = &model[model_count++];

			*m = (struct model_message){ .serial = ++serial,
				.offset = ++offset,
				.kind = dice % 4 ? OUTBOX_EVENT : OUTBOX_STATUS };
			m->number = m->kind == OUTBOX_EVENT ? ++number : 0;
			push(m->kind, m->serial, m->number, m->offset);
		} else if (dice < 70) {
			uint64_t released =
				offset - (offset ? rng_below(&rng, offset < 9 ? offset : 9) : 0);

			while (outbox_peek(box, released) != NULL)
				outbox_sent(box, pos += 1 + rng_below(&rng, 50));
			pos -= 0;
			/* the model learns the places from the box */
			const struct outbox_message *msg = TAILQ_FIRST(&box->list);
			for (size_t i = 0; i < model_count; i++, msg = TAILQ_NEXT(msg, link)) {
				if (!model[i].sent && model[i].offset <= released) {
					model[i].sent = true;
					model[i].end = msg->end_pos;
				}
			}
		} else if (dice < 95) {
			uint64_t acked = pos - rng_below(&rng, pos < 200 ? pos + 1 : 200),
				 highest = 0;

			while (model_count > 0 && model[0].sent && model[0].end <= acked) {
				highest = model[0].serial;
				model_drop(0);
			}
			ck_assert_uint_eq(outbox_acked(box, acked), highest);
		} else if (dice < 97 && number > 0) {
			uint64_t last = number - rng_below(&rng, number < 20 ? number : 20),
				 first = 0;
			bool complete;

			for (size_t i = 0; i < model_count; i++)
				if (first == 0 && model[i].number > last)
					first = model[i].number;
			complete = first ? first == last + 1 : last == number;
			for (size_t i = 0; i < model_count;) {
				model[i].sent = false;
				if (model[i].kind != OUTBOX_EVENT || model[i].number <= last)
					model_drop(i);
				else
					i++;
			}
			ck_assert_int_eq(outbox_resume(box, true, last, number), complete);
			pos = 0;
		} else if (model_count > 0) {
			uint64_t trim = model[0].serial + rng_below(&rng, 5);

			while (model_count > 0 && model[0].serial <= trim)
				model_drop(0);
			outbox_trim_serial(box, trim);
		}
		model_compare();
	}
	outbox_free(box);
}
END_TEST

/* A numbered session: what its TCP has acknowledged is still there for a client that never read it, and only for that. */
START_TEST(test_kept_events)
{
	struct outbox_message *msg;

	box = outbox_new(1);
	box->keep = 3;
	for (uint64_t i = 1; i <= 6; i++) {
		outbox_push(box,
			&(struct outbox_message){ .kind = OUTBOX_EVENT, .serial = i, .number = i },
			STR("x"));
		ck_assert_ptr_nonnull(outbox_peek(box, 0));
		outbox_sent(box, i * 10);
	}
	ck_assert_uint_eq(outbox_acked(box, 50), 5);
	ck_assert_uint_eq(box->count, 4); /* 3, 4, 5 kept; 6 not acknowledged */
	ck_assert_uint_eq(outbox_acked(box, 50), 0);
	ck_assert_ptr_null(outbox_peek(box, 0));
	/* the client has 3: it gets 4, 5 and 6 */
	ck_assert(outbox_resume(box, true, 3, 6));
	for (uint64_t i = 4; i <= 6; i++) {
		msg = outbox_peek(box, 0);
		ck_assert_uint_eq(msg->number, i);
		outbox_sent(box, i * 10);
	}
	ck_assert_uint_eq(outbox_acked(box, 60), 6);
	/* one that presents no number gets nothing twice */
	ck_assert(outbox_resume(box, false, 0, 6));
	ck_assert_ptr_null(outbox_peek(box, 0));
	ck_assert_uint_eq(box->count, 0);
	outbox_free(box);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_hold,
		test_hold_of_a_call,
		test_hold_ends_with_connection,
		test_order,
		test_acked,
		test_stop,
		test_front,
		test_trim,
		test_resume_numbered,
		test_resume_without_numbers,
		test_detach,
		test_confirm_all,
		test_limit_of_messages,
		test_limit_of_bytes,
		test_random,
		test_kept_events,
	};

	return world_main("outbox", tests, sizeof(tests) / sizeof(tests[0]));
}
