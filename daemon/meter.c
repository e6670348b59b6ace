/* SPDX-License-Identifier: Apache-2.0 */
/* Counting: see meter.h. */
#include "daemon/meter.h"

#include "proto/base/str.h"

#include <string.h>

const int64_t meter_bounds_us[METER_BOUNDS] = { 100, 250, 500, 1000, 2500, 5000, 10000, 25000,
	50000, 100000, 250000, 500000, 1000000, 2500000, 10000000 };

const int64_t meter_takeover_bounds_us[METER_TAKEOVER_BOUNDS] = { 100000, 250000, 500000, 1000000,
	2000000, 3000000, 5000000, 10000000, 30000000 };

static void
add(struct meter_hist *h, const int64_t *bounds, unsigned count, int64_t us)
{
	unsigned at = 0;

	if (us < 0)
		us = 0;
	while (at < count && us > bounds[at])
		at++;
	h->of_bound[at]++;
	h->count++;
	h->sum_us += us;
}

void
meter_add(struct meter_hist *h, int64_t us)
{
	add(h, meter_bounds_us, METER_BOUNDS, us);
}

void
meter_add_takeover(struct meter_hist *h, int64_t us)
{
	add(h, meter_takeover_bounds_us, METER_TAKEOVER_BOUNDS, us);
}

void
meter_ask(struct meter_asks *a, enum csta_request_kind kind, uint32_t invoke, int64_t now_us)
{
	if ((unsigned)kind >= METER_REQUESTS)
		return;
	a->asked[a->next++ % METER_ASKED] = (struct meter_asked){
		.at_us = now_us, .invoke = invoke, .kind = (uint16_t)kind, .open = true
	};
}

void
meter_answer(struct meter *m, struct meter_asks *a, uint32_t invoke, int64_t now_us, bool good)
{
	for (uint32_t i = 1; i <= METER_ASKED; i++) {
		struct meter_asked *q = &a->asked[(a->next - i) % METER_ASKED];

		if (!q->open || q->invoke != invoke)
			continue;
		q->open = false;
		(good ? m->good : m->errors)[q->kind]++;
		meter_add(&m->request[q->kind], now_us - q->at_us);
		return;
	}
}

uint32_t
meter_app(struct meter *m, const char *name)
{
	for (uint32_t i = METER_APP_OTHER + 1; i < METER_APPS && name[0] != '\0'; i++) {
		struct meter_app *a = &m->apps[i];

		if (a->name[0] == '\0' && !str_copy(a->name, sizeof(a->name), str_of(name)))
			return METER_APP_OTHER;
		if (strcmp(a->name, name) == 0)
			return i;
	}
	return METER_APP_OTHER;
}

static uint32_t
server_place(const struct meter *m, const char *id)
{
	uint32_t place = METER_SERVER_OTHER;

	for (uint32_t i = METER_SERVERS - 1; i > METER_SERVER_OTHER; i--) {
		if (strcmp(m->servers[i].id, id) == 0)
			return i;
		/* a place that was never taken, rather than one whose server may come back */
		if (m->servers[i].devices == 0 &&
			(place == METER_SERVER_OTHER || m->servers[i].id[0] == '\0'))
			place = i;
	}
	return place;
}

uint32_t
meter_server_move(struct meter *m, uint32_t from, const char *id)
{
	uint32_t to;

	m->servers[from].devices--;
	to = id[0] != '\0' ? server_place(m, id) : METER_SERVER_UNKNOWN;
	if (to > METER_SERVER_OTHER &&
		!str_copy(m->servers[to].id, sizeof(m->servers[to].id), str_of(id)))
		to = METER_SERVER_OTHER;
	m->servers[to].devices++;
	return to;
}

enum meter_code
meter_code(uint64_t status)
{
	switch (status) {
	case 401:
		return METER_CODE_401;
	case 403:
		return METER_CODE_403;
	case 404:
		return METER_CODE_404;
	case 503:
		return METER_CODE_503;
	default:
		break;
	}
	switch (status / 100) {
	case 2:
		return METER_CODE_2XX;
	case 3:
		return METER_CODE_3XX;
	case 4:
		return METER_CODE_4XX;
	case 5:
		return METER_CODE_5XX;
	default:
		return METER_CODE_NONE;
	}
}
