/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rights: see auth.h.
 *
 * Happy path: a login names a user -> the section that has the user -> password, address and certificate as it says ->
 * each request is compared with its services and devices.
 * Failure modes: no section fits, or the wrong secret: the client learns only that it may not come in, the log says why.
 */
#include "daemon/auth.h"

#include "daemon/ident.h"
#include "proto/base/str.h"

#include <stdio.h>
#include <string.h>

#define AUTH_SECOND_US 1000000

/* Comparing every byte whatever the input, so that timing tells nothing of the secret. */
static bool
same_secret(const char *secret, struct str given)
{
	size_t n = strlen(secret);
	unsigned diff = n != given.n;

	for (size_t i = 0; i < given.n; i++)
		diff |= (unsigned)((unsigned char)given.p[i] ^
			(unsigned char)secret[n ? i % n : 0]);
	return diff == 0;
}

/* A line of `names` is the wanted one; a name without a kind is a common name or a DNS name. */
static bool
line_is(struct str line, const char *wanted)
{
	struct str name, kind = str_cut(line, ':', &name);

	if (str_is(line, wanted))
		return true;
	return str_is(name, wanted) && (str_is(kind, "cn") || str_is(kind, "dns"));
}

static bool
certificate_fits(const char *wanted, struct str names)
{
	struct str rest = names;

	if (wanted[0] == '\0')
		return true;
	while (rest.n > 0)
		if (line_is(str_cut(rest, '\n', &rest), wanted))
			return true;
	return false;
}

static bool
place_fits(const struct conf_application *a, const struct auth_who *who)
{
	return certificate_fits(a->certificate, who->names) &&
		(a->addresses[0] == '\0' || conf_address_listed(a->addresses, who->peer));
}

static const struct conf_application *
app_of_user(const struct conf *conf, struct str user)
{
	for (uint32_t i = 0; i < conf->application_count && user.n > 0; i++)
		if (conf_word_listed(conf->applications[i].users, user))
			return &conf->applications[i];
	return NULL;
}

/* Everybody may come. */
static bool
is_open(const struct conf *conf)
{
	return conf->csta_user[0] == '\0' && conf->application_count == 0;
}

static bool
login_of_app(const struct conf_application *a, const struct auth_who *who, struct auth_grant *grant,
	const char **why)
{
	if (a->password[0] != '\0' && !same_secret(a->password, who->password)) {
		*why = "wrong user or password";
		return false;
	}
	if (!place_fits(a, who)) {
		*why = "not from this address, or not with this certificate";
		return false;
	}
	grant->app = a;
	grant->by_hash = a->login_file[0] != '\0';
	return true;
}

bool
auth_has_hashes(const struct conf *conf)
{
	for (uint32_t i = 0; i < conf->application_count; i++)
		if (conf->applications[i].login_file[0] != '\0')
			return true;
	return false;
}

bool
auth_implicit(const struct conf *conf, const struct auth_who *who, struct auth_grant *grant)
{
	*grant = (struct auth_grant){ .app = NULL };
	if (is_open(conf))
		return true;
	for (uint32_t i = 0; i < conf->application_count; i++) {
		const struct conf_application *a = &conf->applications[i];

		if (a->users[0] != '\0' || !place_fits(a, who))
			continue;
		grant->app = a;
		snprintf(grant->user, sizeof(grant->user), "@%s", a->name);
		return true;
	}
	return false;
}

bool
auth_login(const struct conf *conf, const struct auth_who *who, struct auth_grant *grant,
	const char **why)
{
	const struct conf_application *a = app_of_user(conf, who->user);
	bool user_ok = same_secret(conf->csta_user, who->user);
	bool password_ok = same_secret(conf->csta_password, who->password);

	*grant = (struct auth_grant){ .app = NULL };
	*why = "wrong user or password";
	if (!str_copy(grant->user, sizeof(grant->user), who->user))
		return false;
	if (a != NULL)
		return login_of_app(a, who, grant, why);
	if (is_open(conf) || (conf->csta_user[0] != '\0' && user_ok && password_ok))
		return true;
	return who->user.n == 0 && auth_implicit(conf, who, grant);
}

bool
auth_application(const struct conf *conf, const char *user, const struct conf_application **app)
{
	*app = app_of_user(conf, str_of(user));
	if (*app != NULL || is_open(conf))
		return true;
	for (uint32_t i = 0; i < conf->application_count && user[0] == '@'; i++)
		if (strcmp(conf->applications[i].name, user + 1) == 0)
			*app = &conf->applications[i];
	return *app != NULL || (conf->csta_user[0] != '\0' && strcmp(conf->csta_user, user) == 0);
}

bool
auth_place_fits(const struct conf *conf, const char *user, const struct auth_who *who)
{
	const struct conf_application *app;

	return auth_application(conf, user, &app) && (app == NULL || place_fits(app, who));
}

/* limits */

static bool
is_of(const struct ctx *x, const struct core_session *session, const struct conf_application *app)
{
	const struct conf_application *own;

	return auth_application(x->conf, session->user, &own) && own == app;
}

bool
auth_session_fits(const struct ctx *x, const struct conf_application *app)
{
	const struct core_session *session;
	uint32_t count = 0;

	if (app == NULL || app->sessions_max == 0)
		return true;
	for (session = x->model.sessions; session != NULL; session = session->by_id.next)
		count += is_of(x, session, app);
	return count < app->sessions_max;
}

bool
auth_monitor_fits(const struct ctx *x, const struct core_session *session)
{
	const struct conf_application *app;
	const struct core_session *other;
	uint32_t count = 0;

	if (!auth_application(x->conf, session->user, &app))
		return false;
	if (app == NULL || app->monitors_max == 0)
		return true;
	for (other = x->model.sessions; other != NULL; other = other->by_id.next)
		if (is_of(x, other, app))
			count += other->monitor_count;
	return count < app->monitors_max;
}

bool
auth_take(struct auth_bucket *b, int64_t rate, struct mono now)
{
	int64_t cost_us = rate > 0 ? AUTH_SECOND_US / rate : 0;

	b->tokens_us += b->filled.us == 0 ? AUTH_SECOND_US : now.us - b->filled.us;
	b->filled = now;
	if (b->tokens_us > AUTH_SECOND_US)
		b->tokens_us = AUTH_SECOND_US;
	if (b->tokens_us < cost_us)
		return false;
	b->tokens_us -= cost_us;
	return true;
}

/* requests */

static bool
begins(const char *name, const char *part)
{
	return strncmp(name, part, strlen(part)) == 0;
}

/* Signs of life and the status of the system are for everybody. */
static bool
is_for_all(const char *name)
{
	return begins(name, "System") || strcmp(name, "RequestSystemStatus") == 0 ||
		strcmp(name, "ChangeSysStatFilter") == 0;
}

static bool
only_looks(const char *name)
{
	return begins(name, "Monitor") || begins(name, "Snapshot") || begins(name, "Get") ||
		strcmp(name, "ChangeMonitorFilter") == 0;
}

static bool
service_allowed(const struct conf_application *app, enum csta_request_kind kind)
{
	const char *name = csta_request_name(kind);

	/* what is not known is not supported either, and is told so */
	if (kind == CSTA_UNKNOWN || is_for_all(name))
		return true;
	if (app->monitoring_only && !only_looks(name))
		return false;
	return app->services[0] == '\0' || conf_word_listed(app->services, str_of(name));
}

/* Who is meant counts, not how it is written. */
static bool
device_allowed(const struct ctx *x, const struct conf_application *app, struct str device)
{
	struct ident user, name;

	ident_user(x->conf, device, &user);
	if (user.n == 0)
		return false;
	ident_name(x->conf, ident_str(&user), &name);
	return conf_device_listed(app->devices, ident_str(&name), ident_str(&user));
}

/* A call by itself: one device of it is allowed, or nobody knows the call. */
static bool
call_allowed(const struct ctx *x, const struct conf_application *app, struct str id)
{
	const struct core_call *call = NULL;
	const struct core_track *t;
	const struct core_half *h;
	uint64_t number;

	if (str_u64(id, UINT64_MAX, &number))
		call = core_call_by_id(&x->model, number);
	if (call == NULL)
		return true;
	TAILQ_FOREACH(t, &call->tracks, of_call)
		TAILQ_FOREACH(h, &t->halves, of_track)
			if (device_allowed(x, app, str_of(h->device->id)))
				return true;
	return false;
}

static bool
connection_allowed(
	const struct ctx *x, const struct conf_application *app, const struct csta_connection *c)
{
	if (c->device_id.n > 0)
		return device_allowed(x, app, c->device_id);
	return c->call_id.n == 0 || call_allowed(x, app, c->call_id);
}

/* The devices that private data may name: those of the services of Escape (svc_escape.c, svc_hotel.c). */
static bool
names_device(struct str name)
{
	static const char list[] = "deviceID, device, thisDN, HOST_DN, hostDN";

	return conf_word_listed(list, name);
}

/* All that private data names are allowed; an Escape has to name one. */
static bool
private_allowed(
	const struct ctx *x, const struct conf_application *app, const struct csta_request *q)
{
	bool found = false;

	for (size_t i = 0; i < q->private_count; i++) {
		if (!names_device(q->private_items[i].name))
			continue;
		if (!device_allowed(x, app, q->private_items[i].value))
			return false;
		found = true;
	}
	return found || q->kind != CSTA_Escape;
}

enum csta_error
auth_request(const struct ctx *x, const struct core_session *session, const struct csta_request *q)
{
	const struct conf_application *app;

	if (!auth_application(x->conf, session->user, &app))
		return CSTA_ERR_securityViolation;
	if (app == NULL)
		return CSTA_NO_ERROR;
	if (!service_allowed(app, q->kind))
		return CSTA_ERR_securityViolation;
	if (app->devices[0] == '\0')
		return CSTA_NO_ERROR;
	/* who registers for no device in particular chooses the way at all of them */
	if (((q->device.n > 0 || q->kind == CSTA_RouteRegister) &&
		    !device_allowed(x, app, q->device)) ||
		!private_allowed(x, app, q) || !connection_allowed(x, app, &q->connection) ||
		!connection_allowed(x, app, &q->held))
		return CSTA_ERR_privilegeViolationSpecifiedDevice;
	return CSTA_NO_ERROR;
}

enum csta_error
auth_rate(const struct ctx *x, const struct core_session *session, const struct csta_request *q,
	struct auth_bucket *buckets)
{
	const struct conf_application *app;

	if (!auth_application(x->conf, session->user, &app) || app == NULL ||
		app->request_rate == 0 || is_for_all(csta_request_name(q->kind)))
		return CSTA_NO_ERROR;
	return auth_take(&buckets[app - x->conf->applications], app->request_rate, x->now) ?
		CSTA_NO_ERROR :
		CSTA_ERR_performanceLimitExceeded;
}

bool
auth_device(const struct ctx *x, const struct core_session *session, struct str device)
{
	const struct conf_application *app;

	if (!auth_application(x->conf, session->user, &app))
		return false;
	return app == NULL || app->devices[0] == '\0' || device_allowed(x, app, device);
}
