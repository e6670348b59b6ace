/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a connection becomes a session: StartApplicationSession with or without an old sessionID, a first
 * ResetApplicationSessionTimer, or any first CSTA request (implicit association).
 */
#ifndef TANDEM_DAEMON_SESS_ASSOC_H
#define TANDEM_DAEMON_SESS_ASSOC_H

#include "daemon/sess.h"

typedef void (*sess_say_fn)(struct say *s, struct core_session *session, enum outbox_kind kind,
	uint32_t invoke, struct str body);

/** True if the message was about the association (or refused) and is dealt with; false: a service request. */
bool sess_assoc_request(
	struct sess *s, struct conn *c, uint32_t invoke, const struct csta_request *q);

/** A frame whose XML cannot be read: answered CSTAErrorCode, the connection stays. */
void sess_assoc_malformed(struct sess *s, struct conn *c, uint32_t invoke);

/**
 * The first request of a session without ECMA-354 was answered: its status stands right behind, said in the same way
 * (say_own or say_own_with_next).
 */
void sess_assoc_answered(struct sess *s, struct conn *c, struct core_session *session,
	uint32_t invoke, sess_say_fn say);
/** An answer that takes too long keeps nobody waiting for the status. */
void sess_assoc_tick(struct sess *s);

/** Nothing is to be answered to it. */
bool sess_assoc_is_response(enum csta_request_kind kind);

/* parts that sess_login.c needs */

/** Opens a session, or resumes the one that is named, for a login that is granted; or refuses. */
void sess_assoc_enter(struct sess *s, struct conn *c, uint32_t invoke, const struct csta_request *q,
	const struct auth_grant *grant);
/** StartApplicationSessionNegResponse; `why` is for the log. */
void sess_assoc_refuse(
	struct sess *s, struct conn *c, uint32_t invoke, const char *defined, const char *why);

/* parts of sess.c that association needs */
struct conn *sess_conn(struct sess *s, uint64_t id);
struct conn *sess_conn_of(struct sess *s, const struct core_session *session);
void sess_conn_close(struct sess *s, struct conn *c, bool after_output);
/** Makes the connection that of the session; an older one is closed. */
void sess_bind(struct sess *s, struct conn *c, struct core_session *session);
/** Ends a session; its connection stays without one. */
void sess_end(struct sess *s, struct core_session *session);
void sess_tell_acked(struct sess *s, struct core_session *session, uint64_t serial, uint64_t *said);
/** What a client that comes now is told of the system. */
enum csta_status sess_present_status(const struct sess *s);
/** What a connection is spoken to before its client says anything: a matter of its listener. */
enum csta_edition sess_default_edition(const struct sess *s, const struct conn *c);
/** The edition of the connection's session, or the default. */
enum csta_edition sess_conn_edition(const struct sess *s, const struct conn *c);
/** Makes the clients of connections that died with the other node notice. */
void sess_nudge_all(struct sess *s);

#endif
