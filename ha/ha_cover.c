/* SPDX-License-Identifier: Apache-2.0 */
/* See ha_cover.h. */
#include "ha/ha_cover.h"

#include "proto/base/check.h"

void
ha_cover_reset(struct ha_cover *c, bool at_once)
{
	*c = (struct ha_cover){ .at_once = at_once };
}

static bool
waits(const struct ha_cover *c)
{
	switch (c->state) {
	case HA_COVER_CATCHING:
	case HA_COVER_FULL:
		return true;
	case HA_COVER_NONE:
	case HA_COVER_LATE:
		return false;
	}
	return false;
}

static void
release(struct ha_cover *c, uint64_t appended, uint64_t proven)
{
	uint64_t to = appended;

	REQUIRE(c->acked <= appended);
	if (!c->at_once && waits(c))
		to = c->acked;
	else if (!c->at_once && c->state == HA_COVER_LATE && proven < appended)
		to = proven > c->acked ? proven : c->acked;
	if (to > c->released)
		c->released = to;
}

static bool
older_than(const struct ha_cover *c, const struct ha_cover_log *log, int64_t us)
{
	return c->acked < log->appended && log->now_us - log->oldest_us >= us;
}

void
ha_cover_ack(struct ha_cover *c, const struct ha_cover_log *log)
{
	if (!waits(c) && !older_than(c, log, log->timeout_us / 2)) {
		c->was_late = c->state == HA_COVER_LATE;
		c->state = HA_COVER_CATCHING;
	}
	if (c->state == HA_COVER_CATCHING && (c->at_once || c->acked >= c->released)) {
		c->state = HA_COVER_FULL;
		c->was_late = false;
	}
	release(c, log->appended, log->proven);
}

static bool
is_first_time(const struct ha_cover *c)
{
	return c->state == HA_COVER_CATCHING && !c->was_late;
}

void
ha_cover_update(struct ha_cover *c, const struct ha_cover_log *log)
{
	bool first_time = is_first_time(c);

	if (waits(c) && older_than(c, log, log->timeout_us) &&
		(first_time || c->acked < log->proven)) {
		c->state = first_time ? HA_COVER_NONE : HA_COVER_LATE;
		c->was_late = false;
	}
	release(c, log->appended, log->proven);
}

bool
ha_cover_wants_proof(const struct ha_cover *c, const struct ha_cover_log *log)
{
	bool late = c->state == HA_COVER_LATE ||
		(waits(c) && !is_first_time(c) && older_than(c, log, log->timeout_us));

	return late && !c->at_once && log->proven < log->appended;
}

void
ha_cover_lose(struct ha_cover *c, uint64_t appended)
{
	c->state = HA_COVER_NONE;
	c->was_late = false;
	c->acked = 0;
	release(c, appended, appended);
}

bool
ha_cover_unconfirmed(const struct ha_cover *c)
{
	if (c->at_once)
		return false;
	return c->state == HA_COVER_LATE || (c->state == HA_COVER_CATCHING && c->was_late);
}

bool
ha_cover_degraded(const struct ha_cover *c)
{
	return c->state == HA_COVER_NONE || (c->state == HA_COVER_CATCHING && !c->was_late);
}

bool
ha_cover_waits(const struct ha_cover *c, uint64_t appended)
{
	return waits(c) && c->acked < appended;
}
