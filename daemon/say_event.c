/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one event to the outboxes of all that hear it: see say_part.h.
 *
 * A device may have hundreds of monitors. What they are told differs in the cross reference and the number alone, so the event
 * is encoded once for each form that somebody wants (edition, type of monitor, numbers or not) and completed for each. A
 * client that wrote the device in another way than others has its events encoded on their own.
 */
#include "daemon/say_part.h"

#include "proto/base/check.h"
#include "proto/base/limits.h"

void
say_event_init(struct say *s)
{
	for (size_t i = 0; i < SAY_FORMS; i++)
		buf_init(&s->forms[i].text, LIMIT_CSTA_MESSAGE_BYTES);
	buf_init(&s->own.text, LIMIT_CSTA_MESSAGE_BYTES);
}

void
say_event_fini(struct say *s)
{
	for (size_t i = 0; i < SAY_FORMS; i++)
		buf_fini(&s->forms[i].text);
	buf_fini(&s->own.text);
}

void
say_event_begin(struct say *s)
{
	for (size_t i = 0; i < SAY_FORMS; i++)
		s->forms[i].made = false;
}

/* The event for a client that has a name of its own for the device: everything but the device is called as for others. */
static void
event_rename(struct csta_event *ev, struct str id, struct str own, struct csta_link *links)
{
	struct str *const names[] = { &ev->connection_device, &ev->secondary_old.device,
		&ev->subject, &ev->other, &ev->calling, &ev->called, &ev->redirection,
		&ev->agent_id, &ev->group };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq(*names[i], id))
			*names[i] = own;
	REQUIRE(ev->link_count <= SAY_LINKS_MAX);
	for (size_t i = 0; i < ev->link_count; i++) {
		struct str *const of_link[] = { &links[i].now.device, &links[i].before.device,
			&links[i].endpoint };

		links[i] = ev->links[i];
		for (size_t k = 0; k < sizeof(of_link) / sizeof(of_link[0]); k++)
			if (str_eq(*of_link[k], id))
				*of_link[k] = own;
	}
	ev->links = links;
}

static void
event_encode(const struct core_monitor *mon, const struct csta_event *ev, struct say_form *form)
{
	struct csta_link links[SAY_LINKS_MAX];
	struct csta_event copy = *ev;

	copy.number = mon->session->numbered; /* room for one */
	copy.call_type = mon->type == CORE_MONITOR_CALL;
	if (mon->form[0] != '\0' && mon->device != NULL)
		event_rename(&copy, str_of(mon->device->id), str_of(mon->form), links);
	buf_reset(&form->text);
	csta_put_event_cut(
		&form->text, (enum csta_edition)mon->session->edition, &copy, &form->cut);
	REQUIRE(!form->text.overflow);
}

static const struct say_form *
event_form(struct say *s, const struct core_monitor *mon, const struct csta_event *ev)
{
	bool numbered = mon->session->numbered, call_type = mon->type == CORE_MONITOR_CALL;
	struct say_form *form = &s->forms[(mon->session->edition * 2 + numbered) * 2 + call_type];

	if (mon->form[0] != '\0')
		form = &s->own; /* of this one alone */
	else if (form->made)
		return form;
	event_encode(mon, ev, form);
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
	say_replicated_event(s, mon, ev);
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
