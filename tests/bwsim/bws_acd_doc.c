/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is written about call centers and their queues. Element order is that of the schema. No
 * failure modes.
 */
#include "tests/bwsim/bws_acd_doc.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_acd.h"
#include "tests/bwsim/bws_agent.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_entry.h"

#include <string.h>

static const char *const priorities[] = { "0-Highest", "1-High", "2-Medium", "3-Low" };

const char *
bws_acd_doc_priority(int priority)
{
	return priorities[priority];
}

int
bws_acd_doc_find_priority(const char *text)
{
	int i;

	for (i = 0; i < 4; i++)
		if (strcmp(priorities[i], text) == 0)
			return i;
	return -1;
}

static void
text(struct bws_buf *b, const char *x, const char *name, const char *value)
{
	bws_buf_fmt(b, "<%s%s>", x, name);
	bws_buf_esc(b, value);
	bws_buf_fmt(b, "</%s%s>", x, name);
}

static void
number(struct bws_buf *b, const char *x, const char *name, int64_t value)
{
	bws_buf_fmt(b, "<%s%s>%lld</%s%s>", x, name, (long long)value, x, name);
}

static void
flag(struct bws_buf *b, const char *x, const char *name, bool set)
{
	if (set)
		bws_buf_fmt(b, "<%s%s/>", x, name);
}

static void
remote(struct bws_buf *b, const char *x, const struct bws_entry *e)
{
	bws_buf_fmt(b, "<%sremoteParty>", x);
	bws_entry_remote_party(b, x, e);
	bws_buf_fmt(b, "</%sremoteParty>", x);
}

static void
answering(struct bws_buf *b, const char *x, const struct bws_entry *e)
{
	if (!*e->answering_user)
		return;
	text(b, x, "answeringUserId", e->answering_user);
	text(b, x, "answeringCallId", e->answering_call);
}

void
bws_acd_doc_entry(struct bws_buf *b, const char *x, const struct bws_entry *e)
{
	bws_buf_fmt(b, "<%squeueEntry>", x);
	text(b, x, "callId", e->call_id);
	text(b, x, "extTrackingId", e->tracking);
	remote(b, x, e);
	number(b, x, "addTime", e->add_ms);
	if (e->remove_ms)
		number(b, x, "removeTime", e->remove_ms);
	flag(b, x, "mandatoryEntrance", e->stage == BWS_ENTRY_ENTRANCE);
	flag(b, x, "bounced", e->bounced);
	flag(b, x, "reordered", e->reordered);
	text(b, x, "acdName", e->at->name);
	text(b, x, "acdNumber", e->at->dn);
	text(b, x, "acdPriority", priorities[e->priority]);
	number(b, x, "addTimeInPriorityBucket", e->bucket_ms);
	answering(b, x, e);
	bws_buf_fmt(b, "</%squeueEntry>", x);
}

static bool
is_listed(const struct bws_entry *e)
{
	return e->stage != BWS_ENTRY_NEW && e->stage != BWS_ENTRY_TREATED;
}

void
bws_acd_doc_entries(struct bws_buf *b, const char *x, const struct bws_user *queue)
{
	const struct bws_entry *e;

	if (!bws_entry_count(queue))
		return;
	bws_buf_fmt(b, "<%squeueEntries>", x);
	TAILQ_FOREACH(e, &queue->entries, link)
		if (is_listed(e))
			bws_acd_doc_entry(b, x, e);
	bws_buf_fmt(b, "</%squeueEntries>", x);
}

void
bws_acd_doc_stranger(struct bws_buf *b, const struct bws_entry *e)
{
	text(b, "xsi:", "callId", e->call_id);
	text(b, "xsi:", "extTrackingId", e->tracking);
	text(b, "xsi:", "acdName", e->at->name);
	text(b, "xsi:", "acdNumber", e->at->dn);
	remote(b, "xsi:", e);
}

void
bws_acd_doc_redirections(struct bws_buf *b, const struct bws_entry *e)
{
	const struct bws_half *h = e->half;

	if (!h || !h->by_reason)
		return;
	bws_buf_str(b, "<xsi:redirections><xsi:redirection><xsi:party>");
	if (h->by_user)
		bws_doc_user_party(b, "xsi:", h->by_user);
	else
		text(b, "xsi:", "address", h->by_address);
	bws_buf_fmt(b, "</xsi:party><xsi:reason>%s</xsi:reason>", h->by_reason);
	bws_buf_str(b, "</xsi:redirection></xsi:redirections>");
}

void
bws_acd_doc_configuration(struct bws_buf *b, const struct bws_user *queue)
{
	static const struct {
		const char *name;
		enum bws_acd_policy policy;
	} services[] = {
		{ "forcedForwarding", BWS_ACD_FORWARD },
		{ "holidayService", BWS_ACD_HOLIDAY },
		{ "nightService", BWS_ACD_NIGHT },
	};
	size_t i;

	for (i = 0; i < 3; i++)
		bws_buf_fmt(b, "<xsi:%s><xsi:active>%s</xsi:active></xsi:%s>", services[i].name,
			queue->acd->policies[services[i].policy].active ? "true" : "false",
			services[i].name);
	flag(b, "xsi:", "forceNightService", queue->acd->force_night);
}

static void
count_agents(const struct bws_acd *q, int64_t *staffed, int64_t *idle, int64_t *unavailable)
{
	size_t i;

	for (i = 0; i < q->agent_count; i++) {
		const struct bws_user *u = q->agents[i];

		if (!bws_agent_is_staffed(u))
			continue;
		++*staffed;
		if (bws_agent_may_take(u, q->user))
			++*idle;
		else if (u->agent->state == BWS_AGENT_UNAVAILABLE)
			++*unavailable;
	}
}

void
bws_acd_doc_monitoring(struct bws_buf *b, const struct bws_user *queue)
{
	const struct bws_acd *q = queue->acd;
	const struct bws *w = queue->w;
	int64_t staffed = 0, idle = 0, unavailable = 0;
	int64_t speed = q->answered ? q->speed_total_ms / (int64_t)q->answered / 1000 : 0;
	int64_t waiting = (int64_t)bws_entry_count(queue);

	count_agents(q, &staffed, &idle, &unavailable);
	bws_buf_str(b, "<xsi:monitoringStatus>");
	bws_agent_value(b, w, "averageHandlingTime", 0);
	bws_agent_value(b, w, "expectedWaitTime", speed * (waiting + 1));
	bws_agent_value(b, w, "averageSpeedOfAnswer", speed);
	bws_agent_value(b, w, "longestWaitTime", bws_entry_longest_wait_s(queue));
	bws_agent_value(b, w, "numCallsInQueue", waiting);
	number(b, "xsi:", "numAgentsAssigned", (int64_t)q->agent_count);
	number(b, "xsi:", "numAgentsStaffed", staffed);
	number(b, "xsi:", "numStaffedAgentsIdle", idle);
	number(b, "xsi:", "numStaffedAgentsUnavailable", unavailable);
	bws_buf_str(b, "</xsi:monitoringStatus>");
}
