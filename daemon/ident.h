/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is meant: what clients and BroadWorks call a device, and what that is to the other one.
 *
 * A device may be written as user id (with a domain, or without the default one), extension, national or international
 * number, tel: or sip: URI, "Name" <URI>, N<number>;... or number:more:more. All of them name a user: the one that a rule of
 * [numbers] names, else the one whose user id is the number (or name) and the default domain. Nothing here knows
 * which devices exist. Rules and examples: docs/device-identities.md; the table of the test is the specification.
 */
#ifndef TANDEM_DAEMON_IDENT_H
#define TANDEM_DAEMON_IDENT_H

#include "daemon/conf.h"
#include "proto/base/str.h"

/* A text that is made here; n = 0: there is none, or it would be too long. */
struct ident {
	size_t n;
	char p[LIMIT_USER_ID + LIMIT_DEVICE_ID];
};

static inline struct str
ident_str(const struct ident *t)
{
	return (struct str){ t->p, t->n };
}

/** The text as it is. */
void ident_set(struct ident *out, struct str text);

/** What the text names, without what is around it: 2001, +49301232001, anna@example.com. */
void ident_bare(struct str text, struct ident *out);

/** BroadWorks' user id of who is meant. */
void ident_user(const struct conf *c, struct str text, struct ident *out);

/** The same where a rule knows the number; false: none does. */
bool ident_user_by_rule(const struct conf *c, struct str text, struct ident *out);

/** What clients are told a user is called. ident_user() of that is the user again. */
void ident_name(const struct conf *c, struct str user, struct ident *out);

/** What BroadWorks is given to dial when a client dials this: by a rule, else the URI or the number itself. */
void ident_dialled(const struct conf *c, struct str text, struct ident *out);

/** What clients are shown when BroadWorks tells this address of somebody who is no user. */
void ident_shown(const struct conf *c, struct str address, struct ident *out);

#endif
