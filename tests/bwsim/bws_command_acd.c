/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control commands about agents, call centers, route points and services. Failure modes as in
 * bws_command.c.
 */
#include "tests/bwsim/bws_command_acd.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_acd.h"
#include "tests/bwsim/bws_acd_doc.h"
#include "tests/bwsim/bws_agent.h"
#include "tests/bwsim/bws_route_point.h"
#include "tests/bwsim/bws_service.h"

#include <string.h>

static const char *
text_of(const json_t *in, const char *name)
{
	return json_string_value(json_object_get(in, name));
}

static int64_t
int_of(const json_t *in, const char *name, int64_t absent)
{
	const json_t *v = json_object_get(in, name);

	return json_is_number(v) ? (int64_t)json_number_value(v) : absent;
}

static bool
bool_of(const json_t *in, const char *name, bool absent)
{
	const json_t *v = json_object_get(in, name);

	return json_is_boolean(v) ? json_is_true(v) : absent;
}

static struct bws_user *
user_of(const struct bws *w, const json_t *in, const char *name)
{
	const char *text = text_of(in, name);

	return text ? bws_user_by_any(w, text) : NULL;
}

/* {"cmd":"agent","user":..,"state":..,"code":..} or with "queue", "joined", "skill". */
static const char *
cmd_agent(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_user *u = user_of(w, in, "user");
	const struct bws_user *queue = user_of(w, in, "queue");
	const char *state = text_of(in, "state");
	const struct bws_join *j;
	enum bws_agent_state s;

	(void)out;
	if (!u || !u->agent)
		return "user is no agent";
	if (queue) {
		j = bws_agent_joined(u, queue);
		return bws_agent_join(u, queue, bool_of(in, "joined", !j || j->joined),
			(int)int_of(in, "skill", j ? j->skill : 1));
	}
	s = state ? bws_agent_find_state(state) : BWS_AGENT_STATE_COUNT;
	if (s == BWS_AGENT_STATE_COUNT)
		return "state is missing or wrong";
	return bws_agent_set(u, s, text_of(in, "code"));
}

/* {"cmd":"policy","at":..,"policy":..,"active":..,"to":..,"force":..} */
static const char *
cmd_policy(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_user *u = user_of(w, in, "at");
	const char *name = text_of(in, "policy");
	const char *to = text_of(in, "to");
	bool active = bool_of(in, "active", true);
	unsigned p;

	(void)out;
	if (!u || u->kind == BWS_USER_PERSON)
		return "at is no call center or route point";
	if (!name || (to && strlen(to) >= sizeof(u->acd->policies[0].to)))
		return "policy or to is missing or wrong";
	if (u->acd) {
		p = bws_acd_policy_find(name);
		if (p == BWS_ACD_POLICY_COUNT)
			return "unknown policy";
		bws_acd_set_policy(
			u, (enum bws_acd_policy)p, active, to, bool_of(in, "force", false));
	} else {
		p = bws_route_point_policy_find(name);
		if (p == BWS_RP_POLICY_COUNT)
			return "unknown policy";
		bws_route_point_set_policy(u, (enum bws_rp_policy)p, active, to);
	}
	return NULL;
}

static const char *
do_queue(struct bws_entry *e, const char *what, const json_t *in)
{
	const char *to = text_of(in, "to");
	const char *wrong = bws_acd_may_control(e);

	if (wrong)
		return wrong;
	if (strcmp(what, "release") == 0)
		bws_acd_release(e);
	else if (strcmp(what, "escape") == 0)
		bws_acd_escape(e, to);
	else if (strcmp(what, "transfer") == 0 && to)
		bws_acd_transfer(e, to);
	else if (strcmp(what, "promote") == 0)
		return bws_acd_promote(e, (int)int_of(in, "priority", 0));
	else if (strcmp(what, "reorder") == 0)
		return bws_acd_reorder(e, int_of(in, "position", 1));
	else if (strcmp(what, "update") == 0)
		bws_acd_updated(e, text_of(in, "reason"));
	else
		return "do is unknown, or to is missing";
	return NULL;
}

static const char *
offer(struct bws *w, struct bws_entry *e, const json_t *in)
{
	struct bws_user *agent = user_of(w, in, "agent");
	struct bws_acd_info info = { .at = e->at,
		.calls_in_queue = (int64_t)bws_entry_count(e->at) - 1,
		.wait_s = bws_entry_wait_s(e),
		.longest_s = bws_entry_longest_wait_s(e->at) };

	if (!agent)
		return "agent is no user";
	return bws_route_point_distribute(e, agent, &info, false);
}

static const char *
do_new_call(struct bws_entry *e, const char *what)
{
	if (e->stage != BWS_ENTRY_NEW || e->outgoing)
		return "the call is not waiting to be admitted";
	if (*what == 'a')
		bws_route_point_admit(e);
	else
		bws_route_point_reject(e);
	return NULL;
}

static const char *
do_route_point(struct bws *w, struct bws_entry *e, const char *what, const json_t *in)
{
	const char *to = text_of(in, "to");
	const char *text = text_of(in, "text");
	const char *wrong;

	if (strcmp(what, "admit") == 0 || strcmp(what, "reject") == 0)
		return do_new_call(e, what);
	wrong = bws_route_point_may_control(e);
	if (wrong)
		return wrong;
	if (strcmp(what, "release") == 0)
		bws_route_point_release(e);
	else if (strcmp(what, "transfer") == 0 && to)
		bws_route_point_transfer(e, to);
	else if (strcmp(what, "fail") == 0)
		bws_route_point_fail(e, "CallFailureRequested");
	else if (strcmp(what, "bounce") == 0)
		return bws_route_point_bounce(e);
	else if (strcmp(what, "distribute") == 0)
		return offer(w, e, in);
	else if (strcmp(what, "digits") == 0 && text)
		return bws_route_point_digits(e, text);
	else if (strcmp(what, "cpd") == 0 && text)
		bws_route_point_cpd(e, text);
	else if (strcmp(what, "update") == 0)
		bws_route_point_updated(e, text_of(in, "reason"));
	else
		return "do is unknown, or a member is missing";
	return NULL;
}

/* {"cmd":"entry","at":..,"do":..}: "call_id" (default: the first one), and what it needs. */
static const char *
cmd_entry(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_user *u = user_of(w, in, "at");
	const char *what = text_of(in, "do");
	const char *id = text_of(in, "call_id");
	struct bws_entry *e;

	(void)out;
	if (!u || u->kind == BWS_USER_PERSON || !what)
		return "at or do is missing or wrong";
	e = id ? bws_entry_find(u, id) : TAILQ_FIRST(&u->entries);
	if (!e)
		return "no such call";
	return u->acd ? do_queue(e, what, in) : do_route_point(w, e, what, in);
}

/* {"cmd":"route-point-state","at":..,"failed":..} */
static const char *
cmd_route_point_state(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_user *u = user_of(w, in, "at");

	(void)out;
	if (!u || !u->route_point)
		return "at is no route point";
	bws_route_point_set_state(u, bool_of(in, "failed", true), false);
	return NULL;
}

/* {"cmd":"service","user":..,"service":..}: "active", "assigned", "number", "rings", "ring_splash",
 * "word", "partner". */
static const char *
cmd_service(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_user *u = user_of(w, in, "user");
	const char *name = text_of(in, "service");
	const char *number = text_of(in, "number");
	const char *word = text_of(in, "word");
	struct bws_service_state st;
	enum bws_service s;

	(void)out;
	s = name ? bws_service_find(name) : BWS_SERVICE_COUNT;
	if (!u || s == BWS_SERVICE_COUNT)
		return "user or service is missing or wrong";
	st = *bws_service_get(u, s);
	if ((number && strlen(number) >= sizeof(st.number)) ||
		(word && strlen(word) >= sizeof(st.word)))
		return "number or word is too long";
	st.active = bool_of(in, "active", st.active);
	st.unassigned = !bool_of(in, "assigned", !st.unassigned);
	st.ring_splash = bool_of(in, "ring_splash", st.ring_splash);
	st.rings = (int)int_of(in, "rings", st.rings);
	if (number)
		snprintf(st.number, sizeof(st.number), "%s", number);
	if (word)
		snprintf(st.word, sizeof(st.word), "%s", word);
	if (text_of(in, "partner"))
		st.partner = user_of(w, in, "partner");
	return bws_service_set(u, s, &st);
}

/* {"cmd":"messages","user":..,"new":..,"old":..,"new_urgent":..,"old_urgent":..} */
static const char *
cmd_messages(struct bws *w, const json_t *in, json_t *out)
{
	static const char *const names[] = { "new", "old", "new_urgent", "old_urgent" };
	struct bws_user *u = user_of(w, in, "user");
	int counts[4];
	size_t i;

	(void)out;
	if (!u)
		return "no such user";
	for (i = 0; i < 4; i++) {
		counts[i] = (int)int_of(in, names[i], 0);
		if (counts[i] < 0)
			return "a count is negative";
	}
	bws_service_set_messages(u, counts);
	return NULL;
}

bws_command_fn
bws_command_acd_find(const char *name)
{
	static const struct {
		const char *name;
		bws_command_fn fn;
	} commands[] = {
		{ "agent", cmd_agent },
		{ "policy", cmd_policy },
		{ "entry", cmd_entry },
		{ "route-point-state", cmd_route_point_state },
		{ "service", cmd_service },
		{ "messages", cmd_messages },
	};
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].fn;
	return NULL;
}

static void
put_agent(json_t *list, const struct bws_user *u)
{
	const struct bws_agent *a = u->agent;
	json_t *queues = json_array();
	size_t i;

	for (i = 0; i < a->join_count; i++)
		if (a->joins[i].joined)
			json_array_append_new(queues, json_string(a->joins[i].queue->id));
	json_array_append_new(list,
		json_pack("{s:s,s:s,s:s,s:s,s:o}", "user", u->id, "state",
			bws_agent_state_text(a->state), "code", a->code, "wrap_call", a->wrap_call,
			"queues", queues));
}

static void
put_services(json_t *list, const struct bws_user *u)
{
	unsigned s;

	for (s = 0; s < BWS_SERVICE_COUNT; s++) {
		const struct bws_service_state *st = bws_service_get(u, (enum bws_service)s);

		if (!st->active && !st->partner && !st->unassigned)
			continue;
		json_array_append_new(list,
			json_pack("{s:s,s:s,s:b,s:b,s:s,s:s?}", "user", u->id, "service",
				bws_service_text((enum bws_service)s), "active", (int)st->active,
				"assigned", (int)!st->unassigned, "number", st->number, "partner",
				st->partner ? st->partner->id : NULL));
	}
}

static void
put_entries(json_t *list, const struct bws_user *u)
{
	static const char *const stages[] = { "new", "entrance", "waiting", "offered", "whisper",
		"treated" };
	static const char *const plays[] = { "", "Treatment", "MOH", "Ringback", "Busy",
		"Silence" };
	const struct bws_entry *e;

	TAILQ_FOREACH(e, &u->entries, link)
		json_array_append_new(list,
			json_pack("{s:s,s:s,s:s,s:s,s:i,s:s,s:b,s:s?,s:s}", "at", u->id, "call_id",
				e->call_id, "tracking_id", e->tracking, "stage", stages[e->stage],
				"position", (int)bws_entry_position(e), "priority",
				bws_acd_doc_priority(e->priority), "bounced", (int)e->bounced,
				"agent", e->offered ? e->offered->user->id : NULL, "play",
				plays[e->play]));
}

void
bws_command_acd_truth(const struct bws *w, json_t *out)
{
	json_t *agents = json_array(), *services = json_array();
	json_t *queues = json_array(), *route_points = json_array();
	size_t i;

	for (i = 0; i < w->users.count; i++) {
		if (w->users.list[i]->agent)
			put_agent(agents, w->users.list[i]);
		put_services(services, w->users.list[i]);
	}
	for (i = 0; i < w->users.virtual_count; i++) {
		const struct bws_user *u = w->users.virtuals[i];

		put_entries(u->acd ? queues : route_points, u);
	}
	json_object_set_new(out, "agents", agents);
	json_object_set_new(out, "queues", queues);
	json_object_set_new(out, "route_points", route_points);
	json_object_set_new(out, "services", services);
}

void
bws_command_acd_agents(struct bws *w, bool working)
{
	size_t i;

	for (i = 0; i < w->users.count; i++)
		if (w->users.list[i]->agent)
			bws_agent_set(w->users.list[i],
				working ? BWS_AGENT_AVAILABLE : BWS_AGENT_SIGN_OUT, NULL);
}
