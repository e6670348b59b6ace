/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xsi-Events: subscriptions.
 *
 * Happy path: one function per operation, 200 with the document the schema names, then the
 * snapshot.
 * Failure modes: 400 body wrong, unknown package, package that does not fit the target; 403 with
 * ErrorInfo for unknown targets and subscriptions, for what belongs to somebody else and at
 * limits; 405 wrong method.
 */
#include "tests/bwsim/bws_subs_api.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_parse.h"
#include "tests/bwsim/bws_reply.h"
#include "tests/bwsim/bws_route.h"

#include <stdlib.h>
#include <string.h>

#define INT32_TOP 2147483647

static void
free_values(char **values, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(values[i]);
}

static bool
is_provider(const struct bws_path *p)
{
	return bws_path_is(p, 0, "enterprise") || bws_path_is(p, 0, "serviceprovider");
}

/* A group exists when somebody is in it. */
static bool
group_exists(const struct bws *w, const char *group)
{
	size_t i;

	for (i = 0; i < w->users.count; i++)
		if (strcmp(w->users.list[i]->group, group) == 0)
			return true;
	return false;
}

/* Reads a wide target. Returns false when it is unknown or not for this login. */
static bool
read_wide(
	struct bws *w, const struct bws_req *r, const struct bws_path *p, struct bws_sub_wish *wish)
{
	wish->target = BWS_TARGET_SYSTEM;
	wish->target_id = "";
	if (!bws_account_is_admin(w, r->login))
		return false;
	if (bws_path_is(p, 0, "system"))
		return true;
	if (strcmp(p->part[1], w->knobs.enterprise) != 0)
		return false;
	wish->target = BWS_TARGET_PROVIDER;
	wish->target_id = p->part[1];
	if (p->count < 4)
		return true;
	wish->target = BWS_TARGET_GROUP;
	wish->target_id = p->part[3];
	wish->target_parent = p->part[1];
	return group_exists(w, p->part[3]);
}

/* Reads the target of the URI; answers 403 and returns -1 when it is unknown or out of scope. */
static int
read_target(struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_sub_wish *wish)
{
	bool fits;

	if (bws_path_is(p, 0, "user")) {
		bws_req_set_about(r, p->part[1]);
		wish->target = BWS_TARGET_USER;
		wish->user = bws_user_by_id(w, p->part[1]);
		wish->target_sub_id = p->count == 4 ? p->part[3] : NULL;
		fits = wish->user && bws_account_may(w, r->login, wish->user);
	} else {
		fits = read_wide(w, r, p, wish);
	}
	if (fits)
		return 0;
	bws_reply_error(r, 403, BWS_ERR_OUT_OF_SCOPE, "The target is unknown or out of scope");
	return -1;
}

enum {
	SUB_EVENT,
	SUB_LIST,
	SUB_EXPIRES,
	SUB_CONTACT,
	SUB_SET,
	SUB_APP,
	SUB_COUNT
};

static const char *const sub_names[] = { "event", "eventPackageList", "expires", "httpContact",
	"channelSetId", "applicationId", NULL };

/* May the package watch that target? Wide targets take every package of users. */
static bool
package_fits(const struct bws *w, const struct bws_sub_wish *wish, enum bws_package p)
{
	unsigned fits = bws_package_fits(p);

	if (!w->knobs.package_fit)
		return true;
	if (!fits)
		return false;
	if (wish->target != BWS_TARGET_USER)
		return true;
	if (wish->target_sub_id)
		return fits & BWS_FIT_SUB_ID;
	switch (wish->user->kind) {
	case BWS_USER_PERSON:
		return fits & BWS_FIT_USER;
	case BWS_USER_QUEUE:
		return fits & BWS_FIT_QUEUE;
	case BWS_USER_ROUTE_POINT:
		return fits & BWS_FIT_ROUTE_POINT;
	}
	return false;
}

static const char *
add_package(const struct bws *w, const char *name, struct bws_sub_wish *wish)
{
	enum bws_package p = bws_package_find(name);

	if (p == BWS_PACKAGE_COUNT)
		return "Unknown event package";
	if (!package_fits(w, wish, p))
		return "The event package does not fit the target";
	wish->packages |= BWS_PACKAGE_BIT(p);
	return NULL;
}

static const char *
read_package_list(const struct bws *w, const struct bws_req *r, struct bws_sub_wish *wish)
{
	const char *wrong = NULL;
	char **names;
	size_t count, i;

	if (!w->knobs.package_lists)
		return "eventPackageList is not known in this release";
	if (bws_parse_list(bws_buf_text(&r->body), r->body.n, "eventPackageList", "event",
		    BWS_PACKAGE_COUNT, &names, &count) < 0)
		return "eventPackageList: too many event packages";
	for (i = 0; i < count && !wrong; i++)
		wrong = add_package(w, names[i], wish);
	free_values(names, count);
	free(names);
	wish->is_list = true;
	return wrong || wish->packages ? wrong : "eventPackageList is empty";
}

/* Checks the wish; returns a sentence about what is wrong, or NULL. */
static const char *
read_wish(const struct bws *w, const struct bws_req *r, char **v, struct bws_sub_wish *wish,
	int *code)
{
	*code = BWS_ERR_BAD_REQUEST;
	if (bws_parse_number(v[SUB_EXPIRES], 0, INT32_TOP, -1, &wish->expires) < 0)
		return "expires: wrong value";
	/* The channel wins when both are given. */
	if (!v[SUB_SET] && v[SUB_CONTACT]) {
		if (!bws_contact_is_served(v[SUB_CONTACT]))
			return "httpContact is wrong or not served here";
		wish->contact = v[SUB_CONTACT];
	} else if (!v[SUB_SET] || !*v[SUB_SET] || strlen(v[SUB_SET]) > 256) {
		return "channelSetId is missing";
	}
	if (v[SUB_APP] && strlen(v[SUB_APP]) > 256)
		return "applicationId is too long";
	*code = BWS_ERR_BAD_PACKAGE;
	wish->set_id = v[SUB_SET];
	wish->app = v[SUB_APP] ? v[SUB_APP] : "";
	if (v[SUB_EVENT])
		return add_package(w, v[SUB_EVENT], wish);
	return v[SUB_LIST] ? read_package_list(w, r, wish) : "event is missing";
}

static void
make_subscription(struct bws *w, struct bws_req *r, const struct bws_sub_wish *wish)
{
	struct bws_sub *s = bws_sub_new(w, wish);

	if (!s) {
		bws_reply_error(
			r, (int)w->knobs.limit_status, BWS_ERR_LIMIT, "Too many subscriptions");
		return;
	}
	bws_doc_subscription_grant(&r->reply, s, bws_sub_remaining(s));
	bws_reply_xml(r, 200);
	s->asked_at = r->xsp;
	bws_sub_plan_snapshot(s);
}

static void
subscribe(struct bws *w, struct bws_req *r, const struct bws_path *p)
{
	struct bws_sub_wish wish = { 0 };
	char *v[SUB_COUNT];
	const char *wrong;
	int code;

	r->kind = BWS_KIND_SUBSCRIBE;
	if (strcmp(r->method, "POST") != 0) {
		bws_reply_wrong_method(r);
		return;
	}
	wish.owner = r->login;
	if (read_target(w, r, p, &wish) < 0 || bws_reply_parse(r, "Subscription", sub_names, v) < 0)
		return;
	wrong = read_wish(w, r, v, &wish, &code);
	if (wrong)
		bws_reply_error(r, 400, code, wrong);
	else
		make_subscription(w, r, &wish);
	free_values(v, SUB_COUNT);
}

/* Subscription that the login owns; answers 403 and returns NULL otherwise. */
static struct bws_sub *
own_subscription(struct bws *w, struct bws_req *r, const char *id)
{
	struct bws_sub *s = bws_sub_find(w, id);

	if (!s || strcmp(s->owner, r->login) != 0) {
		bws_reply_error(r, 403, BWS_ERR_UNKNOWN_SUBSCRIPTION, "Unknown subscription");
		return NULL;
	}
	if (*s->target_id)
		bws_req_set_about(r, s->target_id);
	return s;
}

static void
put_subscription(struct bws *w, struct bws_req *r, const char *id)
{
	static const char *const names[] = { "expires", NULL };
	struct bws_sub *s;
	int64_t expires;
	char *v[1];

	r->kind = BWS_KIND_PUT_SUBSCRIPTION;
	s = own_subscription(w, r, id);
	if (!s || bws_reply_parse(r, "Subscription", names, v) < 0)
		return;
	if (bws_parse_number(v[0], 0, INT32_TOP, -1, &expires) < 0) {
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "expires: wrong value");
	} else {
		w->stats.puts++;
		bws_doc_subscription_grant(&r->reply, s, bws_sub_refresh(s, expires));
		bws_reply_xml(r, 200);
		s->asked_at = r->xsp;
		bws_sub_plan_snapshot(s);
	}
	free_values(v, 1);
}

static void
read_subscription(struct bws *w, struct bws_req *r, const char *id)
{
	const struct bws_sub *s;

	r->kind = BWS_KIND_READ_SUBSCRIPTION;
	s = own_subscription(w, r, id);
	if (!s)
		return;
	if (w->knobs.read_list) {
		bws_doc_subscription_list_begin(&r->reply);
		bws_doc_subscription_list_add(&r->reply, s);
		bws_doc_subscription_list_end(&r->reply);
	} else {
		bws_doc_subscription(&r->reply, s);
	}
	bws_reply_xml(r, 200);
}

static void
unsubscribe(struct bws *w, struct bws_req *r, const char *id)
{
	struct bws_sub *s;

	r->kind = BWS_KIND_UNSUBSCRIBE;
	s = own_subscription(w, r, id);
	if (!s)
		return;
	bws_sub_end(s, true, "deleted");
	bws_reply_empty(r, 200);
}

/* What a list is filtered by; NULL = any. */
struct filter {
	const char *event, *app, *target, *parent, *sub_id;
	enum bws_target type;
	uint64_t package;
};

static bool
fits(const struct filter *f, const struct bws_req *r, const struct bws_sub *s)
{
	if (strcmp(s->owner, r->login) != 0 || s->target != f->type)
		return false;
	/* A subscription with a list of packages cannot be found by one of them. */
	if (f->event && (s->is_list || s->packages != f->package))
		return false;
	if (f->app && strcmp(f->app, s->app) != 0)
		return false;
	if (f->parent && strcmp(f->parent, s->target_parent) != 0)
		return false;
	if (f->sub_id && strcmp(f->sub_id, s->target_sub_id) != 0)
		return false;
	return !f->target || strcmp(f->target, s->target_id) == 0;
}

/* Reads the query; returns a sentence about what is wrong, or NULL. */
static const char *
read_filter(const struct bws_req *r, struct filter *f)
{
	const char *type = bws_req_arg(r, "targetEntityType");
	enum bws_package p;

	f->event = bws_req_arg(r, "event");
	f->app = bws_req_arg(r, "extAppId");
	f->target = bws_req_arg(r, "targetId");
	f->parent = bws_req_arg(r, "targetGrpParentId");
	f->sub_id = bws_req_arg(r, "targetSubId");
	p = f->event ? bws_package_find(f->event) : BWS_PACKAGE_COUNT;
	f->package = p < BWS_PACKAGE_COUNT ? BWS_PACKAGE_BIT(p) : 0;
	if (f->event && !f->package)
		return "event: unknown event package";
	for (f->type = BWS_TARGET_USER; type && f->type <= BWS_TARGET_SYSTEM; f->type++)
		if (strcasecmp(type, bws_sub_target_text(f->type)) == 0)
			break;
	if (f->type > BWS_TARGET_SYSTEM)
		return "targetEntityType: wrong value";
	if (f->type == BWS_TARGET_GROUP && !f->parent)
		return "targetGrpParentId is missing";
	return NULL;
}

static void
list_subscriptions(struct bws *w, struct bws_req *r)
{
	const char *owner = bws_req_arg(r, "subscriberId");
	const struct bws_sub *s;
	const char *wrong;
	struct filter f;

	r->kind = BWS_KIND_LIST_SUBSCRIPTIONS;
	if (owner && strcmp(owner, r->login) != 0) {
		bws_reply_error(r, 403, BWS_ERR_OUT_OF_SCOPE, "The subscriber is out of scope");
		return;
	}
	wrong = read_filter(r, &f);
	if (wrong) {
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, wrong);
		return;
	}
	bws_doc_subscription_list_begin(&r->reply);
	TAILQ_FOREACH(s, &w->subs.all, link)
		if (fits(&f, r, s))
			bws_doc_subscription_list_add(&r->reply, s);
	bws_doc_subscription_list_end(&r->reply);
	bws_reply_xml(r, 200);
}

static void
subscription_request(struct bws *w, struct bws_req *r, const struct bws_path *p)
{
	bool get = strcmp(r->method, "GET") == 0;

	if (p->count == 1 && get)
		list_subscriptions(w, r);
	else if (p->count == 2 && get)
		read_subscription(w, r, p->part[1]);
	else if (p->count == 2 && strcmp(r->method, "PUT") == 0)
		put_subscription(w, r, p->part[1]);
	else if (p->count == 2 && strcmp(r->method, "DELETE") == 0)
		unsubscribe(w, r, p->part[1]);
	else if (p->count <= 2)
		bws_reply_wrong_method(r);
	else
		bws_reply_unknown_resource(r);
}

/* Does the path name something that can be subscribed? */
static bool
is_target(const struct bws_path *p)
{
	if (bws_path_is(p, 0, "user"))
		return p->count == 2 || (p->count == 3 && bws_path_is(p, 2, "subscription")) ||
			(p->count == 4 && bws_path_is(p, 2, "subId"));
	if (is_provider(p))
		return p->count == 2 || (p->count == 4 && bws_path_is(p, 2, "group"));
	return bws_path_is(p, 0, "system") && p->count == 1;
}

void
bws_subs_api_request(struct bws *w, struct bws_req *r, const struct bws_path *p)
{
	if (bws_path_is(p, 0, "subscription"))
		subscription_request(w, r, p);
	else if (is_target(p))
		subscribe(w, r, p);
	else
		bws_reply_unknown_resource(r);
}
