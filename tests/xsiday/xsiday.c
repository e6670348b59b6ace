/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xsiday: an independent Xsi client that lives a day with the simulator, in virtual time.
 *
 * Happy path: channels, subscriptions, heartbeats, acks, refreshes, call control, an end in good
 * order; one line of numbers, exit 0.
 * Failure: whatever the server does wrong is a complaint with the document, exit 1. Usage: exit 2. The
 * test cannot go on (control socket, memory): exit 3.
 */
#include "tests/xsiday/xd_actor.h"
#include "tests/xsiday/xd_client.h"
#include "tests/xsiday/xd_xml.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS 3600000
#define DRAIN_MS 300000

/* What the clients of broadworks.md section 11 do. */
static const struct xd_variant variants[] = {
	{ .name = "full", .heartbeat_ms = 15000, .weight = "50", .expires_s = 7200, .acts = true },
	{ .name = "literal",
		.reader = XD_READ_LITERAL,
		.heartbeat_ms = 13000,
		.weight = "50",
		.expires_s = 3600 },
	{ .name = "splitter",
		.reader = XD_READ_SPLIT,
		.heartbeat_ms = 15000,
		.weight = "100",
		.expires_s = 3600,
		.subscription_uri = true },
	{ .name = "ack-first",
		.heartbeat_ms = 6000,
		.weight = "50",
		.expires_s = 7200,
		.ack_first = true },
	{ .name = "no-ack-of-end",
		.heartbeat_ms = 15000,
		.weight = "100",
		.expires_s = 21600,
		.one_channel = true,
		.no_ack_of_end = true,
		.again_ms = HOUR_MS },
	{ .name = "challenge",
		.heartbeat_ms = 25000,
		.weight = "50",
		.expires_s = 7200,
		.challenge = true },
	{ .name = "single",
		.heartbeat_ms = 5000,
		.weight = "50",
		.expires_s = 21600,
		.one_channel = true,
		.again_ms = HOUR_MS,
		.reconnects = true },
	{ .name = "wrong-refresh",
		.heartbeat_ms = 14000,
		.weight = "50",
		.expires_s = 7200,
		.wrong_refresh = true },
	{ .name = "async-delete",
		.heartbeat_ms = 15000,
		.weight = "50",
		.expires_s = 7200,
		.async_delete = true },
	{ .name = "http-contact",
		.heartbeat_ms = 15000,
		.weight = "50",
		.expires_s = 7200,
		.contact = true },
	{ .name = "probe",
		.heartbeat_ms = 15000,
		.weight = "50",
		.expires_s = 120,
		.one_channel = true },
};

struct options {
	const char *hosts[XD_HOSTS_MAX];
	size_t host_count;
	const char *control;
	const char *login;
	const char *users;
	const char *schema;
	const char *variant;
	const char *load;
	const char *queue; /* extension of a call center, NULL = none */
	double hours;
	double pace_s; /* mean time between two actions */
	unsigned long long seed;
};

static void
usage(FILE *out)
{
	fputs("usage: xsiday --xsp http://ADDRESS:PORT... --control SOCKET --login USER:PASSWORD\n"
	      "              --users FIRST-LAST@DOMAIN [--variant NAME] [--hours N] [--seed N]\n"
	      "              [--schema FILE] [--load JSON-MEMBERS] [--pace SECONDS] [--queue EXT]\n"
	      "       xsiday --variants\n",
		out);
}

static const struct xd_variant *
find_variant(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		if (strcmp(variants[i].name, name) == 0)
			return &variants[i];
	return NULL;
}

static int
list_variants(void)
{
	size_t i;

	for (i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		puts(variants[i].name);
	return 0;
}

static int
read_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = { { "xsp", 1, NULL, 'x' }, { "control", 1, NULL, 'c' },
		{ "login", 1, NULL, 'l' }, { "users", 1, NULL, 'u' }, { "variant", 1, NULL, 'v' },
		{ "hours", 1, NULL, 'h' }, { "seed", 1, NULL, 's' }, { "schema", 1, NULL, 'd' },
		{ "load", 1, NULL, 'r' }, { "pace", 1, NULL, 'p' }, { "queue", 1, NULL, 'q' },
		{ NULL, 0, NULL, 0 } };
	int opt;

	while ((opt = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (opt == 'x' && o->host_count < XD_HOSTS_MAX)
			o->hosts[o->host_count++] = optarg;
		else if (opt == 'c')
			o->control = optarg;
		else if (opt == 'l')
			o->login = optarg;
		else if (opt == 'u')
			o->users = optarg;
		else if (opt == 'v')
			o->variant = optarg;
		else if (opt == 'h')
			o->hours = strtod(optarg, NULL);
		else if (opt == 'p')
			o->pace_s = strtod(optarg, NULL);
		else if (opt == 'q')
			o->queue = optarg;
		else if (opt == 's')
			o->seed = strtoull(optarg, NULL, 0);
		else if (opt == 'd')
			o->schema = optarg;
		else if (opt == 'r')
			o->load = optarg;
		else
			return -1;
	}
	if (!o->host_count || !o->control || !o->login || !o->users || !find_variant(o->variant) ||
		o->hours <= 0 || o->hours > 1000 || o->pace_s < 0.1 || o->pace_s > 36000 ||
		optind != argc)
		return -1;
	return 0;
}

static int
read_users(struct xd_actor *a, const char *range)
{
	unsigned last;

	if (sscanf(range, "%u-%u@%79s", &a->first_ext, &last, a->domain) != 3 ||
		last < a->first_ext || last - a->first_ext >= XD_SUBS_MAX / 8)
		return -1;
	a->user_count = last - a->first_ext + 1;
	return 0;
}

/* All packages that real clients use. */
static void
subscribe_all(struct xd_client *c, const struct xd_actor *a)
{
	static const char *const services[] = { "Do Not Disturb", "Remote Office",
		"Call Forwarding Always", "Call Center Agent" };
	bool all = c->variant->acts;
	char user[100];
	size_t i, k;

	for (i = 0; i < a->user_count; i++) {
		xd_actor_user(a, i, user, sizeof(user));
		if (all || i % 3 == 0)
			xd_client_subscribe(c, user, "Advanced Call", true);
		if (i % 3 == 1)
			xd_client_subscribe(c, user, "Standard Call", true);
		if (i % 3 == 2)
			xd_client_subscribe(c, user, "Basic Call", true);
		for (k = 0; i == 0 && k < sizeof(services) / sizeof(services[0]); k++)
			xd_client_subscribe(c, user, services[k], true);
		if (i == 1)
			xd_client_subscribe(c, user, "Call Park", false);
	}
}

static void
subscribe_queue(struct xd_client *c, const struct xd_actor *a, const char *ext)
{
	char user[100];

	snprintf(user, sizeof(user), "%s@%s", ext, a->domain);
	xd_client_subscribe(c, user, "Call Center Queue", true);
	xd_client_subscribe(c, user, "Call Center Monitoring", true);
}

static void
look_at_set(struct xd_client *c)
{
	char path[200];
	struct xd_reply r;

	snprintf(path, sizeof(path), XD_EVENTS "/channelset/%s", c->set);
	r = xd_http(xd_client_host(c), "GET", path, NULL);
	if (r.status != 200)
		xd_complain(r.body.p, "the channel set answered %ld", r.status);
	xmlFreeDoc(xd_xml_read(r.body.p, r.body.n));
	xd_reply_free(&r);
}

static void
subscribe_again(struct xd_client *c, const struct xd_actor *a)
{
	if (c->variant->reconnects)
		xd_client_reconnect(c);
	subscribe_all(c, a);
}

static void
live_a_day(struct xd_client *c, struct xd_actor *a, const struct options *o)
{
	const struct xd_variant *v = c->variant;
	int64_t end = c->now_ms + (int64_t)(o->hours * HOUR_MS);
	uint64_t pace_ms = (uint64_t)(o->pace_s * 2000);
	int64_t again = c->now_ms + v->again_ms;

	while (c->now_ms < end) {
		int64_t ms = v->acts ? (int64_t)xd_actor_random(a, pace_ms) : 600000;

		xd_client_live(c, ms < end - c->now_ms ? ms : end - c->now_ms);
		if (v->acts)
			xd_actor_act(a);
		if (!v->contact && xd_actor_random(a, 60) == 0)
			look_at_set(c);
		if (v->again_ms && c->now_ms >= again) {
			subscribe_again(c, a);
			again += v->again_ms;
		}
	}
}

static void
check_end(struct xd_client *c, const struct xd_actor *a)
{
	static const char *const zeroes[] = { "channels", "subscriptions", "calls",
		"events_unacked" };
	static const char *const clean[] = { "redeliveries", "ack_timeouts", "events_dropped",
		"documents_refused" };
	size_t i;

	for (i = 0; i < sizeof(zeroes) / sizeof(zeroes[0]); i++)
		if (xd_control_stat(&c->control, zeroes[i]))
			xd_complain(NULL, "%s left: %lld", zeroes[i],
				(long long)xd_control_stat(&c->control, zeroes[i]));
	for (i = 0; !c->variant->no_ack_of_end && i < sizeof(clean) / sizeof(clean[0]); i++)
		if (xd_control_stat(&c->control, clean[i]))
			xd_complain(NULL, "%s: %lld", clean[i],
				(long long)xd_control_stat(&c->control, clean[i]));
	if (a->overtaken > 5 + a->actions / 20)
		xd_complain(NULL, "%lld of %lld actions had another effect",
			(long long)a->overtaken, (long long)a->actions);
	if ((c->variant->no_ack_of_end || c->variant->wrong_refresh) && !c->reopened &&
		c->now_ms - c->start_ms > 3 * HOUR_MS)
		xd_complain(NULL, "the channel was never ended");
}

static void
finish(struct xd_client *c)
{
	size_t i;

	xd_control_do(&c->control, "{\"cmd\":\"drain\"}");
	xd_client_live(c, DRAIN_MS);
	for (i = 0; i < c->sub_count; i++)
		if (!c->subs[i]->ended && xd_picture_live(&c->subs[i]->picture))
			xd_complain(NULL, "%s, %s: calls left after the day", c->subs[i]->user,
				c->subs[i]->package);
	xd_client_leave(c);
	/* What nobody acknowledges is given up some time. */
	xd_control_do(&c->control, "{\"cmd\":\"advance\",\"ms\":%d}", DRAIN_MS);
}

static void
begin(struct xd_client *c, struct xd_actor *a, const struct options *o)
{
	size_t i;

	c->variant = find_variant(o->variant);
	snprintf(c->set, sizeof(c->set), "7a0e2b54-6c1d-4f83-9e21-%012llx", o->seed);
	snprintf(c->owner, sizeof(c->owner), "%.*s", (int)strcspn(o->login, ":"), o->login);
	a->client = c;
	a->seed = o->seed * 2654435761u + 88172645463325252u;
	for (i = 0; i < o->host_count; i++)
		xd_http_open(&c->hosts[i], o->hosts[i], o->login, c->variant->challenge);
	c->host_count = o->host_count;
	xd_control_open(&c->control, o->control);
	c->documents_read = xd_control_stat(&c->control, "documents");
	xd_control_advance(&c->control, 0, &c->now_ms);
	c->start_ms = c->now_ms;
}

int
main(int argc, char **argv)
{
	struct options o = {
		.variant = "full", .hours = 24, .seed = 1, .pace_s = 300, .load = "\"rate\":0.01"
	};
	struct xd_client *c;
	struct xd_actor a = { 0 };

	if (argc == 2 && strcmp(argv[1], "--variants") == 0)
		return list_variants();
	if (read_options(&o, argc, argv) < 0 || read_users(&a, o.users) < 0) {
		usage(stderr);
		return 2;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (o.schema)
		xd_xml_schema(o.schema);
	c = xd_alloc(sizeof(*c));
	begin(c, &a, &o);
	xd_client_connect(c);
	subscribe_all(c, &a);
	if (o.queue)
		subscribe_queue(c, &a, o.queue);
	xd_control_do(&c->control, "{\"cmd\":\"load\",%s}", o.load);
	live_a_day(c, &a, &o);
	finish(c);
	check_end(c, &a);
	printf("xsiday %s: %.1f h, %lld events, %lld snapshots, %lld heartbeats, %lld refreshes, "
	       "%lld actions (%lld overtaken), %lld reconnections, %zu documents valid\n",
		c->variant->name, o.hours, (long long)c->events, (long long)c->snapshots,
		(long long)c->heartbeats, (long long)c->refreshes, (long long)a.actions,
		(long long)a.overtaken, (long long)c->reopened, xd_xml_validated());
	xd_client_free(c);
	free(c);
	xd_xml_end();
	curl_global_cleanup();
	return 0;
}
