/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What events say about agents, features, recordings and treatments, and whether it makes sense.
 *
 * Happy path: an agent logs on before anything else and off at the end; a feature event tells a
 * change; a recording starts, pauses, goes on and stops.
 * Failure modes: the same told twice (REPEAT), an agent without a log-on or a pause of nothing
 * (ILLEGAL). What was never told is unknown and may become anything: the first event is the base.
 */
#include "tests/cstaclient/cc_person.h"

#include <string.h>

#include "tests/cstaclient/cc_text.h"

void
cc_person_clear(struct cc_person *p)
{
	memset(p, 0, sizeof(*p));
	p->agent = CC_ROOT_NONE;
}

static bool
is_agent(enum cc_root root)
{
	return root >= CC_ROOT_AGENT_LOGGED_ON && root <= CC_ROOT_AGENT_AFTER_CALL;
}

/* A state may be told again for another group or with another reason. */
static enum cc_verdict
judge_agent(const struct cc_person *p, const struct cc_msg *m)
{
	if (p->agent == CC_ROOT_NONE)
		return CC_VERDICT_OK;
	if (m->root == CC_ROOT_AGENT_LOGGED_ON)
		return p->agent == CC_ROOT_AGENT_LOGGED_OFF ? CC_VERDICT_OK : CC_VERDICT_REPEAT;
	if (p->agent == CC_ROOT_AGENT_LOGGED_OFF)
		return m->root == CC_ROOT_AGENT_LOGGED_OFF ? CC_VERDICT_REPEAT : CC_VERDICT_ILLEGAL;
	return m->root == p->agent && strcmp(m->group, p->group) == 0 &&
			strcmp(m->reason, p->reason) == 0 ?
		CC_VERDICT_REPEAT :
		CC_VERDICT_OK;
}

static enum cc_verdict
take_agent(struct cc_person *p, const struct cc_msg *m)
{
	enum cc_verdict verdict = judge_agent(p, m);

	p->agent = m->root;
	cc_text_copy(p->group, sizeof(p->group), m->group);
	cc_text_copy(p->reason, sizeof(p->reason), m->reason);
	return verdict;
}

static enum cc_verdict
take_flag(enum cc_flag *flag, enum cc_flag on)
{
	enum cc_verdict verdict =
		*flag == on && on != CC_FLAG_NONE ? CC_VERDICT_REPEAT : CC_VERDICT_OK;

	*flag = on;
	return verdict;
}

static enum cc_verdict
take_forwarding(struct cc_person *p, const struct cc_msg *m)
{
	struct cc_forwarding *f = p->forwardings;
	enum cc_verdict verdict;

	while (f < &p->forwardings[p->forwarding_count] && strcmp(f->type, m->detail) != 0)
		f++;
	if (f == &p->forwardings[CC_FORWARDINGS_MAX])
		return CC_VERDICT_ILLEGAL; /* CSTA has not so many types */
	if (f == &p->forwardings[p->forwarding_count]) {
		p->forwarding_count++;
		cc_text_copy(f->type, sizeof(f->type), m->detail);
		f->on = CC_FLAG_NONE;
	}
	verdict =
		f->on == m->on && strcmp(f->to, m->other) == 0 ? CC_VERDICT_REPEAT : CC_VERDICT_OK;
	f->on = m->on;
	cc_text_copy(f->to, sizeof(f->to), m->other);
	return verdict;
}

enum cc_verdict
cc_person_take(struct cc_person *p, const struct cc_msg *m)
{
	if (is_agent(m->root))
		return take_agent(p, m);
	if (m->root == CC_ROOT_DO_NOT_DISTURB)
		return take_flag(&p->do_not_disturb, m->on);
	if (m->root == CC_ROOT_MESSAGE_WAITING)
		return take_flag(&p->message_waiting, m->on);
	return m->root == CC_ROOT_FORWARDING ? take_forwarding(p, m) : CC_VERDICT_OK;
}

bool
cc_person_is_of_call(enum cc_root root)
{
	return root >= CC_ROOT_CALL_INFORMATION && root <= CC_ROOT_SUSPEND_RECORD;
}

/* The message of a treatment is a digit, that of a recording anything else. */
static bool
is_treatment(const struct cc_msg *m)
{
	return m->message[0] >= '0' && m->message[0] <= '4' && m->message[1] == '\0';
}

/* From and to: legal unless there is nothing to leave, or it is there already. */
static enum cc_verdict
take_media(enum cc_media_state *state, enum cc_media_state to)
{
	enum cc_media_state from = *state;

	*state = to;
	if (from == to)
		return CC_VERDICT_REPEAT;
	return from == CC_MEDIA_NONE && to == CC_MEDIA_PAUSED ? CC_VERDICT_ILLEGAL : CC_VERDICT_OK;
}

enum cc_verdict
cc_person_media(struct cc_media *media, const struct cc_msg *m)
{
	enum cc_media_state from;

	switch ((int)m->root) {
	case CC_ROOT_RECORD:
		return take_media(&media->recording, CC_MEDIA_ON);
	case CC_ROOT_SUSPEND_RECORD:
		return take_media(&media->recording, CC_MEDIA_PAUSED);
	case CC_ROOT_PLAY:
		/* a new one ends the one before, whose end may be told after it */
		media->treatment = CC_MEDIA_ON;
		return CC_VERDICT_OK;
	case CC_ROOT_STOP:
		from = is_treatment(m) ? media->treatment : media->recording;
		if (!is_treatment(m))
			media->recording = CC_MEDIA_NONE;
		return from == CC_MEDIA_NONE ? CC_VERDICT_ILLEGAL : CC_VERDICT_OK;
	default:
		return CC_VERDICT_OK;
	}
}
