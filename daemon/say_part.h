/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that tell clients (say.c, say_call.c, say_person.c) need of each other. */
#ifndef TANDEM_DAEMON_SAY_PART_H
#define TANDEM_DAEMON_SAY_PART_H

#include "daemon/say.h"

/* say.c */
/** Numbers the event and puts it into the session's outbox. */
void say_event(struct say *s, struct core_session *session, struct csta_event *ev);
/** Puts what is in s->body into the session's outbox. */
void say_replicated(struct say *s, struct core_session *session, enum outbox_kind kind);

/* say_call.c */
void say_step(struct say *s, const struct core_say *f);
void say_moved(struct say *s, const struct core_say *f);
void say_record(struct say *s, const struct core_say *f);
void say_note(struct say *s, const struct core_say *f);

/* say_person.c */
void say_agent(struct say *s, const struct core_say *f);
void say_joined(struct say *s, const struct core_say *f);
void say_feature(struct say *s, const struct core_say *f);

/* say_route.c */
void say_route(struct say *s, const struct core_say *f);

#endif
