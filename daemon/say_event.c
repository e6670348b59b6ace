/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one event to the outboxes of all that hear it: see say_part.h.
 *
 * A device may have hundreds of monitors. What they are told differs in the cross reference and the number alone, so the event
 * is encoded once for each form that somebody wants (edition, type of monitor, numbers or not) and completed for each.
 */
#include "daemon/say_part.h"

#include "proto/base/check.h"
#include "proto/base/limits.h"

void
say_event_init(struct say *s)
{
	for (size_t i = 0; i < SAY_FORMS; i++)
		buf_init(&s->forms[i].text, LIMIT_CSTA_MESSAGE_BYTES);
}

void
say_event_fini(struct say *s)
{
	for (size_t i = 0; i < SAY_FORMS; i++)
		buf_fini(&s->forms[i].text);
}

void
say_event_begin(struct say *s)
{
	for (size_t i = 0; i < SAY_FORMS; i++)
		s->forms[i].made = false;
}

static const struct say_form *
event_form(struct say *s, const struct core_monitor *mon, const struct csta_event *ev)
{
	bool numbered = mon->session->numbered, call_type = mon->type == CORE_MONITOR_CALL;
	enum csta_edition edition = (enum csta_edition)mon->session->edition;
	struct say_form *form = &s->forms[(edition * 2 + numbered) * 2 + call_type];
	struct csta_event copy;

	if (form->made)
		return form;
	copy = *ev;
	copy.number = numbered; /* room for one */
	copy.call_type = call_type;
	buf_reset(&form->text);
	csta_put_event_cut(&form->text, edition, &copy, &form->cut);
	REQUIRE(!form->text.overflow);
	form->made = true;
	return form;
}

static bool
event_is_filtered(const struct core_monitor *mon, enum csta_event_kind kind)
{
	return (mon->filter >> kind & 1) != 0;
}

void
say_event_tell(struct say *s, const struct core_monitor *mon, const struct csta_event *ev)
{
	struct core_session *session = mon->session;
	const struct say_form *form;

	if (event_is_filtered(mon, ev->kind))
		return;
	form = event_form(s, mon, ev);
	session->last_number++;
	buf_reset(&s->body);
	csta_put_event_joined(
		&s->body, buf_as_str(&form->text), &form->cut, mon->id, session->last_number);
	say_replicated(s, session, OUTBOX_EVENT);
}

void
say_event_one(struct say *s, const struct core_monitor *mon, const struct csta_event *ev)
{
	say_event_begin(s);
	say_event_tell(s, mon, ev);
}

void
say_event_all(
	struct say *s, const struct core_device *d, bool difference, const struct csta_event *ev)
{
	const struct core_monitor *mon;

	say_event_begin(s);
	TAILQ_FOREACH(mon, &d->monitors, of_device)
		if (!difference || !mon->fresh)
			say_event_tell(s, mon, ev);
}
