/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subscriptions of the scripted BroadWorks: packages of users, queues and route points, lists, leaked ones, those of groups
 * and enterprises. See node_world.h.
 */
#include "tests/unit/node_world_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- packages --- */

struct bw_wish {
	char names[WORLD_PACKAGES + 2][48];
	unsigned count;
	bool list;
};

static struct bw_wish
bw_wish(struct str body)
{
	struct bw_wish wish = { .list = bw_between(body, "<eventPackageList>", "</").n > 0 };

	while (wish.count < WORLD_PACKAGES + 2) {
		struct str name = bw_between(body, "<event>", "</event>");

		if (name.n == 0)
			break;
		ck_assert(str_copy(wish.names[wish.count++], sizeof(wish.names[0]), name));
		body.n -= (size_t)(name.p + name.n - body.p);
		body.p = name.p + name.n;
	}
	return wish;
}

/* Package of a user that tells of calls. */
static const char *
bw_primary(const char *user)
{
	if (strncmp(user, "27", 2) == 0)
		return "Call Center Queue";
	return strncmp(user, "28", 2) == 0 ? "Route Point Queue" : "Advanced Call";
}

static bool
bw_fits(const struct world *w, const char *user, const char *package)
{
	bool queue = strcmp(bw_primary(user), "Call Center Queue") == 0;
	bool route_point = strcmp(bw_primary(user), "Route Point Queue") == 0;
	bool of_queue = strcmp(package, "Call Center Queue") == 0 ||
		strcmp(package, "Call Center Monitoring") == 0;

	if (w->unassigned != NULL && strstr(w->unassigned, package) != NULL)
		return false;
	return of_queue == queue && (strcmp(package, "Route Point Queue") == 0) == route_point;
}

static struct world_package *
bw_package(struct world_user *u, const char *name)
{
	for (unsigned i = 0; i < WORLD_PACKAGES; i++)
		if (strcmp(u->packages[i].name, name) == 0)
			return &u->packages[i];
	return NULL;
}

const char *
world_package(struct world *w, const char *user, const char *package)
{
	struct world_user *u = world_user(w, user);
	const struct world_package *p = bw_package(u, package);

	if (strcmp(package, bw_primary(user)) == 0 || (p != NULL && p->subscription[0] == '\0'))
		return u->subscription;
	return p != NULL ? p->subscription : "";
}

void
world_package_event(
	struct world *w, const char *user, const char *package, const char *type, const char *data)
{
	struct world_user *u = world_user(w, user);
	struct world_package *p = bw_package(u, package);
	struct world_user calls = *u;

	if (p == NULL || p->subscription[0] == '\0') {
		world_event(w, user, type, data);
		return;
	}
	/* as if it were the one that tells of calls */
	memcpy(u->subscription, p->subscription, sizeof(u->subscription));
	u->sequence = p->sequence;
	world_event(w, user, type, data);
	p->sequence = u->sequence;
	memcpy(u->subscription, calls.subscription, sizeof(u->subscription));
	u->sequence = calls.sequence;
}

static void
bw_calls_snapshot(struct world *w, struct world_user *u)
{
	const char *primary = bw_primary(u->name);

	if (strcmp(primary, "Advanced Call") == 0)
		world_snapshot(w, u->name, "CallSubscriptionEvent");
	else
		world_event(w, u->name,
			strcmp(primary, "Call Center Queue") == 0 ? "ACDSubscriptionEvent" :
								    "RoutePointSubscriptionEvent",
			"");
}

/* What a subscription tells at once. Only the calls and one service of all have a snapshot. */
static void
bw_snapshot_later(struct world *w, struct world_user *u, const char *subscription)
{
	struct mono now = w->now;
	const char *service = "Do Not Disturb";

	if (!w->snapshots)
		return;
	/* as if it were sent then: the document is on its way for one millisecond */
	w->now = mono_add_ms(now, w->snapshot_ms);
	if (strcmp(subscription, u->subscription) == 0)
		bw_calls_snapshot(w, u);
	if (bw_package(u, service) != NULL &&
		strcmp(subscription, world_package(w, u->name, service)) == 0)
		world_package_event(w, u->name, service, "DoNotDisturbEvent",
			"<xsi:info><xsi:active>false</xsi:active></xsi:info>");
	w->now = now;
}

static void
bw_subscription_answer(struct world *w, const struct node_action *a, const char *subscription)
{
	char text[512];

	snprintf(text, sizeof(text),
		BW_DECLARATION "<Subscription " BW_NS "><subscriptionId>%s</subscriptionId>"
			       "<expires>%u</expires></Subscription>",
		subscription, w->expires_s);
	bw_answer(w, a, 1, 200, text);
}

static void
bw_refuse(struct world *w, const struct node_action *a, unsigned status, const char *summary)
{
	char text[512];

	snprintf(text, sizeof(text),
		BW_DECLARATION "<ErrorInfo " BW_NS "><summaryEnglish>%s</summaryEnglish>"
			       "<errorCode>1</errorCode></ErrorInfo>",
		summary);
	bw_answer(w, a, 1, status, text);
}

/* Makes what was wished for; returns the id of the subscription. */
static const char *
bw_subscribe_to(struct world *w, struct world_user *u, const struct bw_wish *wish)
{
	struct world_package *p = NULL;
	bool calls = false;

	for (unsigned i = 0; i < wish->count; i++) {
		if (strcmp(wish->names[i], bw_primary(u->name)) == 0) {
			calls = true;
			continue;
		}
		p = bw_package(u, wish->names[i]);
		if (p == NULL)
			p = bw_package(u, "");
		ck_assert_ptr_nonnull(p);
		memcpy(p->name, wish->names[i], sizeof(p->name));
		p->subscription[0] = '\0';
		p->sequence = 0;
	}
	if (calls) {
		snprintf(u->subscription, sizeof(u->subscription), "s%u-%s", ++w->subscriptions,
			u->name);
		u->sequence = 0;
		return u->subscription;
	}
	ck_assert_ptr_nonnull(p);
	snprintf(p->subscription, sizeof(p->subscription), "s%u-%s", ++w->subscriptions, u->name);
	return p->subscription;
}

void
bw_subscribe(struct world *w, const struct bw_asked *q)
{
	struct bw_wish wish = bw_wish(q->a->bytes);
	struct world_user *u;
	char name[64];
	const char *id;
	unsigned long number;
	char *end;

	ck_assert(str_copy(
		name, sizeof(name), str_cut(str_of(q->path + strlen("E/user/")), '@', NULL)));
	number = strtoul(name, &end, 10);
	if (*end != '\0' || number < 2000 || (number > 2599 && number < 2700) || number > 2899 ||
		strstr(q->path, "@demo.example") == NULL) {
		bw_refuse(w, q->a, 404, "User not found");
		return;
	}
	if (wish.list && !w->lists) {
		bw_refuse(w, q->a, 400, "Invalid request");
		return;
	}
	for (unsigned i = 0; i < wish.count; i++) {
		if (bw_fits(w, name, wish.names[i]))
			continue;
		bw_refuse(w, q->a, 403, "Package does not fit");
		return;
	}
	u = world_user(w, name);
	id = bw_subscribe_to(w, u, &wish);
	bw_subscription_answer(w, q->a, id);
	bw_snapshot_later(w, u, id);
}

/* Where a subscription is kept; NULL if there is none of this id. */
static char *
bw_held(struct world *w, const char *id, struct world_user **user)
{
	*user = NULL;
	for (unsigned i = 0; i < w->user_count && id[0] != '\0'; i++) {
		struct world_user *u = &w->users[i];

		*user = u;
		if (strcmp(u->subscription, id) == 0)
			return u->subscription;
		for (unsigned k = 0; k < WORLD_PACKAGES; k++)
			if (strcmp(u->packages[k].subscription, id) == 0)
				return u->packages[k].subscription;
	}
	return NULL;
}

void
bw_subscription(struct world *w, const struct bw_asked *q)
{
	const char *id = q->path + strlen("E/subscription/");
	struct world_user *u;
	char *held = bw_held(w, id, &u);

	for (unsigned i = 0; i < WORLD_SCOPES && held == NULL; i++) {
		if (id[0] == '\0' || strcmp(w->scopes[i].subscription, id) != 0)
			continue;
		/* no snapshot comes for such a target */
		if (strcmp(q->a->method, "PUT") == 0)
			bw_subscription_answer(w, q->a, id);
		else
			bw_answer(w, q->a, 1, 200, "");
		if (strcmp(q->a->method, "PUT") != 0)
			w->scopes[i].subscription[0] = '\0';
		return;
	}

	for (unsigned i = 0; i < WORLD_LEAKS && held == NULL; i++)
		if (id[0] != '\0' && strcmp(w->leaked[i].id, id) == 0 &&
			strcmp(q->a->method, "DELETE") == 0)
			held = w->leaked[i].id;
	if (held == NULL) {
		bw_answer(w, q->a, 1, 403, "");
	} else if (strcmp(q->a->method, "PUT") == 0) {
		bw_subscription_answer(w, q->a, id);
		bw_snapshot_later(w, u, id);
	} else {
		held[0] = '\0';
		bw_answer(w, q->a, 1, 200, "");
	}
}

void
world_leak(struct world *w, const char *id, const char *target, const char *application)
{
	for (unsigned i = 0; i < WORLD_LEAKS; i++) {
		if (w->leaked[i].id[0] != '\0')
			continue;
		snprintf(w->leaked[i].id, sizeof(w->leaked[i].id), "%s", id);
		snprintf(w->leaked[i].target, sizeof(w->leaked[i].target), "%s", target);
		snprintf(w->leaked[i].application, sizeof(w->leaked[i].application), "%s",
			application);
		return;
	}
	ck_abort_msg("too many leaks");
}

unsigned
world_leaked(const struct world *w)
{
	unsigned count = 0;

	for (unsigned i = 0; i < WORLD_LEAKS; i++)
		count += w->leaked[i].id[0] != '\0';
	return count;
}

/* The value of a parameter of the query, decoded as far as '@' goes; false if it is not there. */
static bool
bw_query(const char *path, const char *name, char *out, size_t size)
{
	char key[64];
	const char *p;
	size_t n = 0;

	snprintf(key, sizeof(key), "%s=", name);
	p = strstr(path, key);
	if (p == NULL)
		return false;
	for (p += strlen(key); *p != '\0' && *p != '&' && n + 1 < size; p++) {
		bool at = strncmp(p, "%40", 3) == 0;

		out[n++] = *p;
		if (at)
			out[n - 1] = '@';
		p += at ? 2 : 0;
	}
	out[n] = '\0';
	return true;
}

static unsigned
bw_list_one(
	struct buf *b, const char *query, const char *id, const char *user, const char *application)
{
	char target[96], wanted[96];

	snprintf(target, sizeof(target), "%s@demo.example", user);
	if (id[0] == '\0' ||
		(bw_query(query, "targetId", wanted, sizeof(wanted)) &&
			strcmp(wanted, target) != 0))
		return 0;
	buf_printf(b,
		"<subscription><subscriptionId>%s</subscriptionId><subscriberId>admin@demo.example"
		"</subscriberId><targetIdType>User</targetIdType><targetId>%s</targetId>"
		"<event>Advanced Call</event><expires>3600</expires><channelSetId>tandem</channelSetId>"
		"<applicationId>%s</applicationId></subscription>",
		id, target, application);
	return 1;
}

void
bw_list(struct world *w, const struct bw_asked *q)
{
	unsigned count = 0;
	struct buf b;
	char owner[64];

	ck_assert(bw_query(q->path, "subscriberId", owner, sizeof(owner)));
	ck_assert_str_eq(owner, "admin@demo.example");
	buf_init(&b, 500000);
	buf_cstr(&b, BW_DECLARATION "<SubscriptionList " BW_NS ">");
	for (unsigned i = 0; i < w->user_count; i++) {
		const struct world_user *u = &w->users[i];

		count += bw_list_one(&b, q->path, u->subscription, u->name, "tandem");
		for (unsigned k = 0; k < WORLD_PACKAGES; k++)
			count += bw_list_one(
				&b, q->path, u->packages[k].subscription, u->name, "tandem");
	}
	for (unsigned i = 0; i < WORLD_LEAKS; i++)
		count += bw_list_one(&b, q->path, w->leaked[i].id, w->leaked[i].target,
			w->leaked[i].application);
	buf_cstr(&b, "</SubscriptionList>");
	buf_char(&b, '\0');
	ck_assert(!b.overflow);
	bw_answer(w, q->a, 1, count > w->list_max ? 0 : 200,
		count > w->list_max ? "" : (const char *)b.p);
	buf_fini(&b);
}

/* --- scopes: groups and enterprises, and what is asked of users without a subscription --- */

struct world_package *
world_scope(struct world *w, const char *package, const char *scope)
{
	char name[96];

	snprintf(name, sizeof(name), "%s %s", package, scope);
	for (unsigned i = 0; i < WORLD_SCOPES; i++) {
		struct world_package *p = &w->scopes[i];

		if (p->name[0] == '\0')
			ck_assert(str_copy(p->name, sizeof(p->name), str_of(name)));
		if (strcmp(p->name, name) == 0)
			return p;
	}
	ck_abort_msg("too many scopes");
}

void
world_scope_event(struct world *w, struct world_package *scope, const char *user, const char *type,
	const char *data)
{
	struct world_user *u = world_user(w, user);
	struct world_user kept = *u;

	memcpy(u->subscription, scope->subscription, sizeof(u->subscription));
	u->sequence = scope->sequence;
	world_event(w, user, type, data);
	scope->sequence = u->sequence;
	memcpy(u->subscription, kept.subscription, sizeof(u->subscription));
	u->sequence = kept.sequence;
}

/* "E/serviceprovider/ent/group/grp", "E/enterprise/ent", "E/serviceprovider/ent", "E/system" */
void
bw_subscribe_scope(struct world *w, const struct bw_asked *q)
{
	struct bw_wish wish = bw_wish(q->a->bytes);
	struct world_package *p;
	char ent[32] = "", grp[32] = "", scope[80];

	if (sscanf(q->path, "E/serviceprovider/%31[^/]/group/%31s", ent, grp) == 2)
		snprintf(scope, sizeof(scope), "%s/%s", ent, grp);
	else if (sscanf(q->path, "E/serviceprovider/%31s", ent) == 1 ||
		sscanf(q->path, "E/enterprise/%31s", ent) == 1)
		snprintf(scope, sizeof(scope), "%s", ent);
	else
		snprintf(scope, sizeof(scope), "*");
	ck_assert_uint_eq(wish.count, 1);
	if (w->unassigned != NULL && strstr(w->unassigned, wish.names[0]) != NULL) {
		bw_refuse(w, q->a, 403, "Package does not fit");
		return;
	}
	p = world_scope(w, wish.names[0], scope);
	snprintf(p->subscription, sizeof(p->subscription), "g%u", ++w->subscriptions);
	p->sequence = 0;
	bw_subscription_answer(w, q->a, p->subscription);
}

static void
bw_put_reply_call(struct buf *b, const struct world_half *h)
{
	struct buf xsi;

	buf_init(&xsi, 4096);
	bw_put_call(&xsi, h, "");
	/* replies have no prefix, and their root has a capital letter */
	for (size_t i = 0; i < xsi.n; i++) {
		if (i + 4 < xsi.n && memcmp(xsi.p + i, "xsi:", 4) == 0)
			i += 4;
		buf_char(b, (char)xsi.p[i]);
	}
	buf_fini(&xsi);
}

/* "A/user/2001@demo.example/calls[/ID]" */
void
bw_read_calls(struct world *w, const struct bw_asked *q)
{
	struct world_user *u;
	char name[32], id[64] = "";
	struct buf b, call;
	const struct world_half *found = NULL;

	ck_assert_int_ge(sscanf(q->path, "A/user/%31[0-9]%*[^/]/calls/%63[^?]", name, id), 1);
	u = world_user(w, name);
	buf_init(&b, 65536);
	buf_init(&call, 8192);
	buf_cstr(&b, BW_DECLARATION);
	if (id[0] == '\0')
		buf_cstr(&b, "<Calls " BW_NS ">");
	for (unsigned i = 0; i < WORLD_HALVES; i++) {
		if (u->halves[i].id[0] != '\0' && id[0] == '\0')
			buf_printf(&b, "<call><callId>%s</callId><uri>/x</uri></call>",
				u->halves[i].id);
		if (u->halves[i].id[0] != '\0' && strcmp(u->halves[i].id, id) == 0)
			found = &u->halves[i];
	}
	if (id[0] == '\0')
		buf_cstr(&b, "</Calls>");
	if (found != NULL) {
		bw_put_reply_call(&call, found);
		buf_printf(&b, "<Call " BW_NS ">%.*s</Call>", (int)call.n - 13,
			(const char *)call.p + 6);
	}
	buf_char(&b, '\0');
	ck_assert(!b.overflow && !call.overflow);
	bw_answer(w, q->a, 1, id[0] == '\0' || found != NULL ? 200 : 404,
		id[0] == '\0' || found != NULL ? (const char *)b.p : "");
	buf_fini(&call);
	buf_fini(&b);
}
