/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may come, and what it may do: the sections [application NAME], and the one user of [csta].
 *
 * A session is kept under a name, which is replicated: the user it logged in as, or "@NAME" of an application that does not
 * log in. The rights of a session are found by that name alone, so that they are the same after a takeover.
 * Without any user and any application everybody may do everything.
 */
#ifndef TANDEM_DAEMON_AUTH_H
#define TANDEM_DAEMON_AUTH_H

#include "daemon/ctx.h"
#include "proto/csta_msg.h"

/* Who asks to come in. Borrowed. */
struct auth_who {
	struct str peer;  /* "address:port" */
	struct str names; /* of the client's verified certificate, lines: see struct sess_origin */
	struct str user, password;
};

struct auth_grant {
	const struct conf_application *app; /* NULL: nothing is restricted */
	char user[LIMIT_SESSION_USER];      /* what the session is kept under */
	bool by_hash; /* only if the password is that of the application's login-file */
};

/**
 * A login by StartApplicationSession. False and `*why`: it may not come in. Where auth_has_hashes() says so it is not told
 * sooner than somebody whose password is compared.
 */
bool auth_login(const struct conf *conf, const struct auth_who *who, struct auth_grant *grant,
	const char **why);
/** There are login-files: a comparison takes time, and that it took none would tell that a user does not exist. */
bool auth_has_hashes(const struct conf *conf);
/** A first request without a login. False: it may not come in. */
bool auth_implicit(const struct conf *conf, const struct auth_who *who, struct auth_grant *grant);

/** The application that a session belongs to; NULL: nothing is restricted. False: no section knows the name, it may do nothing. */
bool auth_application(
	const struct conf *conf, const char *user, const struct conf_application **app);

/** Does the session's application take it from this place, by address and certificate? For a resume without a login. */
bool auth_place_fits(const struct conf *conf, const char *user, const struct auth_who *who);

/** One more session of the application may be opened. */
bool auth_session_fits(const struct ctx *x, const struct conf_application *app);
/** One more monitor of the session's application may be started. */
bool auth_monitor_fits(const struct ctx *x, const struct core_session *session);

/**
 * May the session do this? CSTA_NO_ERROR, or what it is refused with: securityViolation for a service,
 * privilegeViolationSpecifiedDevice for a device. A call that is named without a device needs one device that is allowed.
 */
enum csta_error auth_request(
	const struct ctx *x, const struct core_session *session, const struct csta_request *q);

/** May the session do something with this device? For services that find it in their own way, and for lists of devices. */
bool auth_device(const struct ctx *x, const struct core_session *session, struct str device);

/* How much of request-rate an application has left. */
struct auth_bucket {
	int64_t tokens_us; /* a request costs a second divided by the rate */
	struct mono filled;
};

/** Takes a request out of the bucket of the session's application: performanceLimitExceeded if there were too many. */
enum csta_error auth_rate(const struct ctx *x, const struct core_session *session,
	const struct csta_request *q, struct auth_bucket *buckets);

/** Takes one request; false: there were too many. The bucket holds those of one second. */
bool auth_take(struct auth_bucket *b, int64_t rate, struct mono now);

#endif
