/* SPDX-License-Identifier: Apache-2.0 */
/* See open_case.h. */
#include "tests/unit/open_case.h"

#include <stdio.h>

unsigned
open_case_start(struct world *w, unsigned xsps, const char *settings)
{
	unsigned client;

	world_init(w, xsps, settings);
	w->quiet_acks = true;
	world_start(w);
	client = world_session(w);
	world_monitor(w, client, "2001");
	world_forget_asked(w);
	return client;
}

unsigned
open_case_quiet(struct world *w, unsigned xsps, const char *settings)
{
	char text[1024];

	ck_assert_int_lt(
		snprintf(text, sizeof(text), "audit-s = 86400\n%s", settings), (int)sizeof(text));
	return open_case_start(w, xsps, text);
}

unsigned
open_case_heard(struct world *w, unsigned client, const char *word)
{
	unsigned count = 0;

	for (const char *p = world_take(w, client); (p = strstr(p, word)) != NULL; p++)
		count++;
	return count;
}

bool
open_case_works(struct world *w, unsigned client, const char *device)
{
	char id[32], tracking[32];
	unsigned delivered, cleared;

	snprintf(id, sizeof(id), "works-%u", w->events);
	snprintf(tracking, sizeof(tracking), "%u:7", w->events);
	world_take(w, client);
	world_call(w, device, "CallReceivedEvent", id, tracking, "Terminator", "Alerting", "2050");
	delivered = open_case_heard(w, client, "DeliveredEvent");
	world_call(w, device, "CallReleasedEvent", id, tracking, "Terminator", "Released", "2050");
	cleared = open_case_heard(w, client, "ConnectionClearedEvent");
	return delivered == 1 && cleared == 1;
}

void
open_case_run(struct world *w, unsigned client, int64_t ms)
{
	for (; ms > 0; ms -= 50000) {
		world_run(w, ms < 50000 ? ms : 50000);
		world_send(w, client, 1, "<SystemStatusResponse/>");
		world_send(w, client, 1, "<What/>");
	}
	world_take(w, client);
}
