/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moves: see tandemctl_move.h. Pacemaker is told to prefer the other node, and when that is active this is taken back. If that
 * fails, or this program is killed in between, the constraint stays: it is told with the command, and doctor finds it (D25).
 */
#include "daemon/tandemctl_move.h"

#include "daemon/ctl.h"
#include "daemon/tandemctl_rolling.h"
#include "daemon/tandemctl_run.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOVE_WAIT_MS 60000
#define MOVE_POLL_MS 100
#define MOVE_ORDER_MS 20000
/* A little less than an order may take, in the words of crm_resource. */
#define MOVE_SETTLE "15s"
#define MOVE_CIB_BYTES_MAX (4 * 1024 * 1024)

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- what would happen -------------------------------------------------------------------------- */

static const json_t *
node_of_role(const json_t *status, bool active)
{
	const json_t *nodes = json_object_get(status, "nodes"), *node;
	size_t i;

	json_array_foreach(nodes, i, node)
		if ((strcmp(text_of(node, "role"), "active") == 0) == active)
			return node;
	return NULL;
}

static int
refuse(struct tandemctl_plan *p, const char *why)
{
	snprintf(p->text, sizeof(p->text), "%s", why);
	return TANDEMCTL_REFUSED;
}

static bool
is_set(const json_t *status, const char *key)
{
	return json_is_true(json_object_get(status, key));
}

/* Does the standby hold all that the active one holds? A daemon of an older version says it of equal configurations only. */
static bool
is_in_step(const json_t *status)
{
	return is_set(status, "ready") || is_set(status, "ready_but_config");
}

static bool
may_go(const json_t *status, enum tandemctl_move_to must_be)
{
	return must_be == TANDEMCTL_TO_ANY || is_set(status, "ready") ||
		(must_be == TANDEMCTL_TO_IN_STEP && is_in_step(status));
}

int
tandemctl_plan_move(const json_t *status, const char *to, enum tandemctl_move_to must_be,
	struct tandemctl_plan *p)
{
	const json_t *active = node_of_role(status, true), *other = node_of_role(status, false);
	char why[300];

	*p = (struct tandemctl_plan){ .from = "" };
	if (!is_set(status, "clustered"))
		return refuse(p, "this node runs without a cluster: there is nobody to move to");
	if (active == NULL)
		return refuse(p,
			"no node is active: Pacemaker decides who becomes it (crm_mon -1 -r -f)");
	if (other == NULL || strcmp(text_of(other, "state"), "absent") == 0)
		return refuse(p, "there is no other node");
	snprintf(p->from, sizeof(p->from), "%s", text_of(active, "name"));
	snprintf(p->to, sizeof(p->to), "%s", text_of(other, "name"));
	if (to != NULL && strcmp(to, p->to) != 0) {
		snprintf(why, sizeof(why),
			strcmp(to, p->from) == 0 ? "%s is active already" :
						   "there is no standby %s",
			to);
		return refuse(p, why);
	}
	if (!may_go(status, must_be)) {
		snprintf(why, sizeof(why), "%s; %s", text_of(status, "ready_text"),
			is_in_step(status) ?
				"that is all: with --config-differs it is shown, and moved without loss" :
				"a switchover loses nothing or is not made");
		return refuse(p, why);
	}
	snprintf(p->text, sizeof(p->text),
		"%s -> %s: clients are disconnected and resume there%s; %s, %" PRId64
		" calls go on",
		p->from, p->to,
		is_set(status, "config_differs") ? ", under the configuration of that node" : "",
		is_in_step(status) ?
			"nothing is lost" :
			"what the standby does not hold is LOST until BroadWorks tells it again",
		(int64_t)json_integer_value(json_object_get(active, "calls")));
	return 0;
}

bool
tandemctl_is_moved(const json_t *status, const char *node)
{
	const json_t *active = node_of_role(status, true);

	if (active == NULL || strcmp(text_of(active, "name"), node) != 0)
		return false;
	return !json_is_true(json_object_get(active, "local")) ||
		strcmp(text_of(active, "state"), "serving") == 0;
}

/* --- Pacemaker ---------------------------------------------------------------------------------- */

/* Runs crm_resource with up to six words; what it says is shown if it fails. */
int
tandemctl_crm_resource(const struct conf *c, const char *const words[])
{
	char path[192], kept[8][96];
	char *args[10] = { path };
	struct buf out;
	int n = 0, code;

	snprintf(path, sizeof(path), "%s", c->crm_resource);
	for (; n < 8 && words[n] != NULL; n++) {
		snprintf(kept[n], sizeof(kept[n]), "%s", words[n]);
		args[n + 1] = kept[n];
	}
	buf_init(&out, 65536);
	code = tandemctl_run(args, MOVE_ORDER_MS, &out);
	if (code != 0)
		fprintf(stderr, "tandemctl: %s %s failed (%d): %.*s\n", path, words[0], code,
			(int)out.n, out.n > 0 ? (const char *)out.p : "");
	buf_fini(&out);
	return code;
}

void
tandemctl_clone_of(const char *cib, const char *resource, char *id, size_t size)
{
	const char *primitive = tandemctl_find_tag(cib, "primitive", "id", resource), *last = NULL;

	for (const char *at = strstr(cib, "<clone ");
		at != NULL && primitive != NULL && at < primitive; at = strstr(at + 1, "<clone "))
		last = at;
	if (last == NULL || strstr(last, "</clone>") < primitive ||
		!tandemctl_attribute(last, "id", id, size))
		snprintf(id, size, "%s-clone", resource);
}

bool
tandemctl_is_banned(const char *cib, const char *resource, const char *clone, const char *node,
	char *text, size_t size)
{
	char id[160], rsc[96], where[64];

	for (const char *at = strstr(cib, "<rsc_location "); at != NULL;
		at = strstr(at + 1, "<rsc_location ")) {
		if (!tandemctl_attribute(at, "id", id, sizeof(id)) ||
			strncmp(id, "cli-ban-", 8) != 0 ||
			!tandemctl_attribute(at, "rsc", rsc, sizeof(rsc)) ||
			(strcmp(rsc, resource) != 0 && strcmp(rsc, clone) != 0) ||
			!tandemctl_attribute(at, "node", where, sizeof(where)) ||
			strcmp(where, node) != 0)
			continue;
		snprintf(text, size,
			"Pacemaker keeps %s off %s by %s, left over from a move by hand: "
			"crm_resource --clear -r %s -N %s",
			rsc, node, id, rsc, node);
		return true;
	}
	return false;
}

/* The CIB of this cluster as a text, "" if it cannot be had; to be freed by buf_fini(). */
static const char *
read_cib(const struct conf *c, struct buf *out)
{
	char path[256], query[] = "-Q";
	char *args[] = { path, query, NULL };

	buf_init(out, MOVE_CIB_BYTES_MAX);
	if (tandemctl_pacemaker_path(c, "cibadmin", path, sizeof(path)))
		(void)tandemctl_run(args, TANDEMCTL_RUN_MS, out);
	buf_char(out, '\0');
	return out->overflow ? "" : (const char *)out->p;
}

/* Roles are those of the clone: a ban of the primitive does not touch them. */
const char *
tandemctl_clone_id(const struct conf *c)
{
	static char id[96];
	struct buf out;

	if (id[0] != '\0')
		return id;
	tandemctl_clone_of(read_cib(c, &out), c->resource, id, sizeof(id));
	buf_fini(&out);
	return id;
}

/*
 * Who banned the node by hand is to clear it: an order to move would overrule that unsaid, or wait for nothing. A CIB that cannot
 * be read is no reason to refuse.
 */
static int
refuse_if_banned(const struct conf *c, struct tandemctl_plan *p)
{
	struct buf out;
	bool banned = tandemctl_is_banned(read_cib(c, &out), c->resource, tandemctl_clone_id(c),
		p->to, p->text, sizeof(p->text));

	buf_fini(&out);
	return banned ? TANDEMCTL_REFUSED : 0;
}

/*
 * The promoted role is to be on this node. A ban of the other one would do too, but Pacemaker 2.1.5 stops the banned instance
 * altogether, and the pair would be without a standby.
 */
static int
prefer(const struct conf *c, const char *node)
{
	const char *const words[] = { "--move", "--promoted", "--resource", tandemctl_clone_id(c),
		"--node", node, NULL };

	return tandemctl_crm_resource(c, words);
}

/*
 * The node is active, the virtual address is still on its way: a changed configuration now would make Pacemaker calculate anew
 * before it starts the address. If it has more to do than that, the order is taken back all the same.
 */
static void
let_settle(const struct conf *c)
{
	const char *const words[] = { "--wait", "--timeout", MOVE_SETTLE, NULL };

	(void)tandemctl_crm_resource(c, words);
}

static void
take_back(const struct conf *c)
{
	const char *const words[] = { "--clear", "--resource", tandemctl_clone_id(c), NULL };

	if (tandemctl_crm_resource(c, words) != 0)
		fprintf(stderr,
			"tandemctl: Pacemaker keeps the order to move, and the next takeover may be impossible: "
			"crm_resource --clear -r %s\n",
			tandemctl_clone_id(c));
}

/* --- the order ---------------------------------------------------------------------------------- */

bool
tandemctl_is_agreed(const struct tandemctl_call *c, const char *text)
{
	char line[16] = "";

	fprintf(stderr, "%s\n", text);
	if (c->yes)
		return true;
	if (!isatty(0)) {
		fprintf(stderr, "tandemctl: without a terminal: --yes\n");
		return false;
	}
	fprintf(stderr, "Go on? [y/N] ");
	return fgets(line, sizeof(line), stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
}

static void
show_nodes(const struct tandemctl_call *c, const json_t *status)
{
	struct buf out;

	if (c->json)
		return;
	buf_init(&out, CTL_MESSAGE_BYTES_MAX);
	tandemctl_show_nodes(status, &out);
	tandemctl_print(&out);
}

/* The status when `node` is active; NULL: not in time. A daemon that does not answer for a while is no reason to stop. */
static json_t *
await_active(const struct tandemctl_call *c, const char *node)
{
	int64_t until = now_ms() + MOVE_WAIT_MS;

	while (now_ms() < until) {
		struct err e = { 0 };
		json_t *status = tandemctl_ask_verb(c, "status", TANDEMCTL_ASK_MS, &e);

		if (status != NULL && tandemctl_is_moved(status, node))
			return status;
		json_decref(status);
		(void)poll(NULL, 0, MOVE_POLL_MS);
	}
	return NULL;
}

static int
carry_out(const struct tandemctl_call *c, const struct tandemctl_plan *p)
{
	int64_t begun = now_ms(), took;
	json_t *status;

	if (prefer(&c->conf, p->to) != 0)
		return TANDEMCTL_FAILED;
	status = await_active(c, p->to);
	took = now_ms() - begun;
	if (status != NULL)
		let_settle(&c->conf);
	take_back(&c->conf);
	if (status == NULL) {
		fprintf(stderr, "tandemctl: %s is not active after %d s: crm_mon -1 -r -f\n", p->to,
			MOVE_WAIT_MS / 1000);
		return TANDEMCTL_FAILED;
	}
	show_nodes(c, status);
	if (c->json)
		printf("{\"schema\":\"tandemctl/move/1\",\"from\":\"%s\",\"to\":\"%s\",\"took_ms\":%" PRId64
		       "}\n",
			p->from, p->to, took);
	else
		printf(" %s is active, %" PRId64 ".%03d s after the order\n", p->to, took / 1000,
			(int)(took % 1000));
	json_decref(status);
	return TANDEMCTL_DONE;
}

static int
move(const struct tandemctl_call *c, enum tandemctl_move_to must_be)
{
	struct tandemctl_plan p;
	struct err e = { 0 };
	json_t *status = tandemctl_ask_verb(c, "status", TANDEMCTL_ASK_MS, &e);
	bool differs = is_set(status, "config_differs");
	int code;

	if (status == NULL)
		return tandemctl_report(&e);
	code = tandemctl_plan_move(status, c->to, must_be, &p);
	if (code == 0 && must_be != TANDEMCTL_TO_ANY) /* who accepts loss overrules it */
		code = refuse_if_banned(&c->conf, &p);
	if (code != 0)
		fprintf(stderr, "tandemctl: refused: %s\n", p.text);
	else
		show_nodes(c, status);
	json_decref(status);
	if (code == 0 && differs && must_be == TANDEMCTL_TO_IN_STEP)
		code = tandemctl_rolling(c);
	if (code == 0 && !tandemctl_is_agreed(c, p.text))
		code = TANDEMCTL_REFUSED;
	return code != 0 ? code : carry_out(c, &p);
}

int
tandemctl_switchover(const struct tandemctl_call *c)
{
	return move(c, c->config_differs ? TANDEMCTL_TO_IN_STEP : TANDEMCTL_TO_READY);
}

int
tandemctl_failover(const struct tandemctl_call *c)
{
	if (!c->accept_loss) {
		fprintf(stderr,
			"tandemctl: refused: a failover may lose what the standby does not hold: say --accept-loss, or use switchover\n");
		return TANDEMCTL_REFUSED;
	}
	return move(c, TANDEMCTL_TO_ANY);
}

/* --- rehearsal ---------------------------------------------------------------------------------- */

/* The process of the daemon of this node; 0 with `e`. */
static pid_t
daemon_pid(const struct tandemctl_call *c, struct err *e)
{
	json_t *answer = tandemctl_ask_verb(c, "pid", TANDEMCTL_ASK_MS, e);
	const char *text = json_string_value(json_object_get(answer, "text"));
	uint64_t pid = 0;

	if (text != NULL && (!str_u64(str_of(text), INT32_MAX, &pid) || pid <= 1))
		err_set(e, E_MALFORMED, "the daemon does not say which process it is");
	json_decref(answer);
	return (pid_t)pid;
}

/* The daemon of this node, which must be the active one, is killed or stopped; the other one is awaited. */
static int
hit_daemon(const struct tandemctl_call *c, const struct tandemctl_plan *p, int how)
{
	struct err e = { 0 };
	pid_t pid = daemon_pid(c, &e);
	int64_t begun = now_ms(), took;
	json_t *status;

	if (pid == 0)
		return tandemctl_report(&e);
	if (kill(pid, how) != 0) {
		perror("tandemctl: kill");
		return TANDEMCTL_FAILED;
	}
	status = await_active(c, p->to);
	took = now_ms() - begun;
	if (status == NULL) {
		fprintf(stderr, "tandemctl: %s did not take over within %d s: crm_mon -1 -r -f\n",
			p->to, MOVE_WAIT_MS / 1000);
		return TANDEMCTL_FAILED;
	}
	show_nodes(c, status);
	json_decref(status);
	printf(" this node saw %s active %" PRId64
	       ".%03d s after the fault (it had to start again first);\n"
	       " the phases are in \"tandemctl history\" on %s\n",
		p->to, took / 1000, (int)(took % 1000), p->to);
	return TANDEMCTL_DONE;
}

static int
plan_rehearsal(const struct tandemctl_call *c, bool here, struct tandemctl_plan *p)
{
	struct err e = { 0 };
	json_t *status = tandemctl_ask_verb(c, "status", TANDEMCTL_ASK_MS, &e);
	int code;

	if (status == NULL)
		return tandemctl_report(&e);
	code = tandemctl_plan_move(status, NULL, TANDEMCTL_TO_READY, p);
	if (code == 0 && here && strcmp(p->from, text_of(status, "node")) != 0)
		code = refuse(p, "the daemon to be hit is the active one: do it on that node");
	if (code != 0)
		fprintf(stderr, "tandemctl: refused: %s\n", p->text);
	else
		show_nodes(c, status);
	json_decref(status);
	return code;
}

/* Who rehearses types the name of the node: a habit of pressing y hits nobody's clients. */
static bool
is_meant(const struct tandemctl_call *c, const struct tandemctl_plan *p, const char *mode)
{
	char line[80] = "";

	fprintf(stderr, "Rehearsal \"%s\" on a cluster that serves clients.\n%s\n", mode, p->text);
	if (c->yes)
		return true;
	if (!isatty(0)) {
		fprintf(stderr, "tandemctl: without a terminal: --yes\n");
		return false;
	}
	fprintf(stderr, "Type the name of the active node (%s): ", p->from);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	return strcmp(line, p->from) == 0;
}

int
tandemctl_rehearse(const struct tandemctl_call *c)
{
	static const struct {
		const char *name;
		int how; /* signal; 0: an order */
	} modes[] = { { "switchover", 0 }, { "kill-daemon", SIGKILL }, { "hang-daemon", SIGSTOP } };
	const char *mode = c->argc > 1 ? c->argv[1] : "";
	struct tandemctl_plan p;
	int code;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(modes[i].name, mode) != 0)
			continue;
		code = plan_rehearsal(c, modes[i].how != 0, &p);
		if (code != 0)
			return code;
		if (!is_meant(c, &p, mode))
			return TANDEMCTL_REFUSED;
		return modes[i].how == 0 ? carry_out(c, &p) : hit_daemon(c, &p, modes[i].how);
	}
	fprintf(stderr,
		"tandemctl: test-failover: allowed: switchover, kill-daemon, hang-daemon; faults of nodes, links and\n"
		"BroadWorks are for a laboratory (make live)\n");
	return TANDEMCTL_USAGE;
}
