/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that tell clients (say.c, say_event.c, say_call.c, say_follow.c, say_person.c) need of each other. */
#ifndef TANDEM_DAEMON_SAY_PART_H
#define TANDEM_DAEMON_SAY_PART_H

#include "daemon/say.h"

#define SAY_LINKS_MAX 16 /* connections in a Transfered or Conferenced */

/* say.c */
/** Numbers what is in s->body, if it is an event, and puts it into the session's outbox: on both nodes alike. */
void say_replicated(struct say *s, struct core_session *session, enum outbox_kind kind);
/** The same of an event, whose number was taken: what it is about goes with it, for the holds of the outbox. */
void say_replicated_event(
	struct say *s, const struct core_monitor *mon, const struct csta_event *ev);

/* say_event.c */
void say_event_init(struct say *s);
void say_event_fini(struct say *s);
/** An event to one monitor, unless its filter has it. */
void say_event_one(struct say *s, const struct core_monitor *mon, const struct csta_event *ev);
/** To every monitor of the device that is to hear it; `difference`: fresh ones are not. */
void say_event_all(
	struct say *s, const struct core_device *d, bool difference, const struct csta_event *ev);
/** Another event begins: what was encoded is of the last one. Before the first say_event_tell() of each. */
void say_event_begin(struct say *s);
void say_event_tell(struct say *s, const struct core_monitor *mon, const struct csta_event *ev);

/* say_follow.c */
/** An event of a call: to the device monitors of f->device, and to the followers of the call if it is news to them. */
void say_call_event(struct say *s, const struct core_say *f, const struct csta_event *ev);
/** A call has its first follower: what is known of its parties counts as told. */
void say_followed(struct say *s, struct core_call *c);
/** A call has ended: its followers are told of the parties that are left, and that it is cleared. */
void say_call_ended(struct say *s, const struct core_say *f);

/* say_call.c */
void say_step(struct say *s, const struct core_say *f);
void say_moved(struct say *s, const struct core_say *f);
void say_record(struct say *s, const struct core_say *f);
void say_note(struct say *s, const struct core_say *f);
/** Why a party that is gone went. */
enum csta_cause say_clear_cause(const struct say *s, const struct core_half *h);

/* say_person.c */
void say_agent(struct say *s, const struct core_say *f);
void say_joined(struct say *s, const struct core_say *f);
void say_feature(struct say *s, const struct core_say *f);

/* say_route.c */
void say_route(struct say *s, const struct core_say *f);

#endif
