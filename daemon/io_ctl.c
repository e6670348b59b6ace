/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control channel: see io_ctl.h.
 *
 * Happy path: msg_process -> ctl_parse() -> an answer, or a waiter that io_ctl_check() answers
 * later. A waiter holds a reference to its connection and dies with it. What a client sends is only
 * looked at, never trusted: size and JSON are checked, errors are answered. An answer that the
 * client's ring has no room for ends its connection.
 */
#include "daemon/io_ctl.h"

#include "daemon/ctl.h"
#include "daemon/ctl_conf.h"
#include "daemon/ctl_ring.h"
#include "daemon/io_files.h"
#include "daemon/io_log.h"
#include "daemon/io_qb.h"
#include "daemon/io_reload.h"
#include "daemon/log_levels.h"
#include "daemon/stat.h"
#include "proto/base/mem.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utlist.h>

#define CTL_ORDER_MS 30000
#define CTL_TICK_MS 100
#define CTL_WAITERS_MAX 64
#define CTL_GROUPS_MAX 256 /* of one asker; more are not looked at */

struct waiter {
	qb_ipcs_connection_t *conn;
	enum ctl_verb verb;
	uint64_t ask; /* id of its question to the other node; 0: it waits for an order */
	uint64_t salt;
	uint64_t give_up_ms;
	struct waiter *prev, *next;
};

struct io_ctl {
	struct io_sink sink;
	struct io_ctl_conf conf;
	const struct node *node; /* NULL at first */
	qb_ipcs_service_t *service;
	uv_timer_t tick;
	uv_timer_t level_over; /* of a level of the log that was set for a while */
	struct waiter *waiters;
	unsigned waiter_count;
	struct ctl_rights rights;
	struct buf answer;
};

/* --- answers ---------------------------------------------------------------------------------- */

static void
send_answer(struct io_ctl *c, qb_ipcs_connection_t *conn)
{
	struct qb_ipc_response_header header = { .id = IO_CTL_MESSAGE_ID };
	struct iovec parts[2];
	ssize_t sent;

	if (c->answer.overflow) {
		buf_reset(&c->answer);
		ctl_answer_error(&c->answer, "the answer is too large");
	}
	header.size = (int32_t)(sizeof(header) + c->answer.n);
	parts[0] = (struct iovec){ &header, sizeof(header) };
	parts[1] = (struct iovec){ c->answer.p, c->answer.n };
	sent = qb_ipcs_response_sendv(conn, parts, 2);
	if (sent != header.size) {
		log_emit(c->sink.log, M_START,
			"an answer could not be given to a control client: %s",
			strerror((int)-sent));
		qb_ipcs_disconnect(conn);
	}
}

static void
answer_status(struct io_ctl *c, enum ctl_verb verb)
{
	const struct node *n = c->node;
	uv_timeval64_t wall = { 0 };
	struct ha_view view;
	struct node_counts counts;
	struct node_takeover takeover;
	struct node_link links[LIMIT_XSPS];
	struct mono now = { (int64_t)(uv_hrtime() / 1000) };
	struct stat_input in = { .clustered = c->conf.conf->clustered,
		.fencing = c->conf.conf->fencing,
		.node_name = c->conf.node_name,
		.view = &view,
		.counts = &counts,
		.takeover = &takeover,
		.state_trouble = c->conf.state != NULL ? c->conf.state->why : "" };
	char text[200];

	uv_gettimeofday(&wall);
	in.wall_us = wall.tv_sec * 1000000 + wall.tv_usec;
	node_get_view(n, now, &view);
	node_get_counts(n, now, &counts);
	node_get_takeover(n, &takeover);
	in.links = links;
	in.link_count = node_get_links(n, links);
	in.listeners = c->conf.conf->listeners;
	in.listener_count = c->conf.conf->listener_count;
	in.edition = c->conf.conf->default_edition;
	in.digest = node_digest(n);
	in.serving = node_is_serving(n);
	if (verb == CTL_READY)
		ctl_answer_code(&c->answer, stat_ready(&in, text, sizeof(text)) ? 0 : 1, text);
	else if (verb == CTL_OCF_HEALTH)
		ctl_answer_code(&c->answer,
			(int)ctl_health_code(node_role(n), stat_healthy(&in, text, sizeof(text))),
			text);
	else if (verb == CTL_OCF_CONDITION)
		ctl_answer_code(&c->answer, 0, stat_condition_name(stat_condition(&in)));
	else
		stat_status(&in, &c->answer);
}

static void
answer_history(struct io_ctl *c, uint32_t lines)
{
	struct buf text;
	struct err e = { 0 };

	buf_init(&text, CTL_MESSAGE_BYTES_MAX * 3 / 4);
	if (io_files_read_history(c->conf.conf->state_dir, lines, &text, &e) == 0)
		ctl_answer_lines(&c->answer, buf_as_str(&text));
	else
		ctl_answer_error(&c->answer, e.text);
	buf_fini(&text);
}

static void
answer_blackbox(struct io_ctl *c)
{
	char path[300];
	struct err e = { 0 };

	if (io_log_dump_blackbox(path, sizeof(path), &e) == 0)
		ctl_answer_code(&c->answer, 0, path);
	else
		ctl_answer_error(&c->answer, e.text);
}

/* Answered with the number of the last message, and how many devices are asked: what is found out is in as many messages behind it. */
static void
answer_resync(struct io_ctl *c, const struct ctl_request *r)
{
	const char *refusal;
	struct node_counts counts = { 0 };
	char text[48];

	node_get_counts(c->node, (struct mono){ (int64_t)(uv_hrtime() / 1000) }, &counts);
	snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu32, ctl_ring_last(io_log_ring()),
		r->device[0] != '\0' ? 1 : counts.devices);
	io_emit(&c->sink,
		&(struct node_event){ .kind = NODE_EV_RESYNC, .text = str_of(r->device) });
	refusal = node_refusal(c->node);
	if (refusal[0] != '\0')
		ctl_answer_error(&c->answer, refusal);
	else
		ctl_answer_code(&c->answer, 0, text);
}

/* A poll keeps the trace on: who does not come again is forgotten by the node. */
static void
answer_trace(struct io_ctl *c, const struct ctl_request *r)
{
	const char *refusal;

	io_emit(&c->sink, &(struct node_event){ .kind = NODE_EV_TRACE, .text = str_of(r->object) });
	refusal = node_refusal(c->node);
	if (refusal[0] != '\0')
		ctl_answer_error(&c->answer, refusal);
	else
		node_trace(c->node, str_of(r->object), r->after, r->rows, &c->answer);
}

/* The signal does it, as it does for everybody else; here it is said what will come of it. */
static void
answer_reload(struct io_ctl *c)
{
	char text[800];

	if (io_reload(c->conf.conf, false, text, sizeof(text)) != 0) {
		ctl_answer_error(&c->answer, text);
		return;
	}
	ctl_answer_code(&c->answer, 0, text);
	(void)kill(getpid(), SIGHUP);
}

static void
answer_pid(struct io_ctl *c)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)getpid());
	ctl_answer_code(&c->answer, 0, text);
}

static void on_level_over(uv_timer_t *timer);

/* The next level that is taken back by itself. */
static void
await_level_over(struct io_ctl *c)
{
	int64_t next_ms = log_levels_next_ms(io_log_levels());
	int64_t now_ms = (int64_t)uv_now(c->sink.loop);

	uv_timer_stop(&c->level_over);
	if (next_ms != 0)
		uv_timer_start(&c->level_over, on_level_over,
			next_ms > now_ms ? (uint64_t)(next_ms - now_ms) : 0, 0);
}

static void
on_level_over(uv_timer_t *timer)
{
	struct io_ctl *c = timer->data;

	if (log_levels_expire(io_log_levels(), (int64_t)uv_now(c->sink.loop)) > 0)
		log_emit(c->sink.log, M_CONFIG_LOADED,
			"the level of the log is that of the configuration again");
	await_level_over(c);
}

/* For a while, or until the daemon ends. */
static void
answer_log_level(struct io_ctl *c, const struct ctl_request *r)
{
	int64_t until_ms = (int64_t)uv_now(c->sink.loop) + (int64_t)r->seconds * 1000;

	if (!log_levels_set(io_log_levels(), str_of(r->subsystem), r->level,
		    r->seconds > 0 ? until_ms : 0)) {
		ctl_answer_error(&c->answer,
			"no such subsystem: tandemctl log-level lists them with their numbers");
		return;
	}
	await_level_over(c);
	ctl_answer_code(&c->answer, 0, log_level_name(r->level));
}

static void
answer_monitor(struct io_ctl *c)
{
	enum ha_role role = node_role(c->node);

	ctl_answer_code(&c->answer, (int)ctl_monitor_code(role), ha_role_name(role));
}

static void
answer_score(struct io_ctl *c)
{
	int32_t score = node_score(c->node);
	char text[16] = "-";

	if (score != INT32_MIN)
		snprintf(text, sizeof(text), "%" PRId32, score);
	ctl_answer_code(&c->answer, 0, text);
}

/* What is answered at once. */
static void
perform(struct io_ctl *c, const struct ctl_request *r)
{
	if (c->node == NULL && r->verb != CTL_VERSION) {
		ctl_answer_error(&c->answer, "the daemon is starting");
		return;
	}
	switch (r->verb) {
	case CTL_STATUS:
	case CTL_READY:
	case CTL_OCF_HEALTH:
	case CTL_OCF_CONDITION:
		answer_status(c, r->verb);
		break;
	case CTL_HISTORY:
		answer_history(c, r->lines);
		break;
	case CTL_LIST:
		node_list(c->node, &r->list, &c->answer);
		break;
	case CTL_EVENTS:
		ctl_ring_answer(io_log_ring(), r->after, r->rows, false, &c->answer);
		break;
	case CTL_BLACKBOX:
	case CTL_BUNDLE: /* what else is in it is asked for by itself */
		answer_blackbox(c);
		break;
	case CTL_OCF_MONITOR:
		answer_monitor(c);
		break;
	case CTL_OCF_SCORE:
		answer_score(c);
		break;
	case CTL_VERSION:
		ctl_answer_code(&c->answer, 0, TANDEM_VERSION);
		break;
	case CTL_RESYNC:
		answer_resync(c, r);
		break;
	case CTL_TRACE:
		answer_trace(c, r);
		break;
	case CTL_RELOAD:
		answer_reload(c);
		break;
	case CTL_PID:
		answer_pid(c);
		break;
	case CTL_LOGLEVELS:
		log_levels_print(io_log_levels(), (int64_t)uv_now(c->sink.loop), &c->answer);
		break;
	case CTL_LOGLEVEL:
		answer_log_level(c, r);
		break;
	case CTL_CONF:
		ctl_conf_print(c->conf.conf, r->salt, &c->answer);
		break;
	case CTL_CONFDIFF:
	case CTL_OCF_PROMOTE:
	case CTL_OCF_DEMOTE:
		ctl_answer_error(&c->answer, "this is no question");
		break;
	}
}

/* --- orders ----------------------------------------------------------------------------------- */

static void
forget_waiter(struct io_ctl *c, struct waiter *w)
{
	DL_DELETE(c->waiters, w);
	c->waiter_count--;
	if (c->waiters == NULL)
		uv_timer_stop(&c->tick);
	qb_ipcs_connection_unref(w->conn);
	mem_free(w);
}

/* Answers the waiter if there is something to say. */
static void
check_waiter(struct io_ctl *c, struct waiter *w)
{
	const struct node *n = c->node;
	const char *refusal = node_refusal(n);
	enum ctl_verdict verdict = w->verb == CTL_OCF_PROMOTE ?
		ctl_promote_verdict(node_role(n), node_is_serving(n), refusal) :
		ctl_demote_verdict(node_role(n), refusal);
	bool late = uv_now(c->sink.loop) >= w->give_up_ms;
	char text[256];

	if (w->ask != 0 || (verdict == CTL_WAIT && !late))
		return; /* of a question the node says itself that it is late */
	buf_reset(&c->answer);
	snprintf(text, sizeof(text), "%s%s%s%s", ha_role_name(node_role(n)),
		verdict == CTL_WAIT ? ": not in time" : "",
		verdict == CTL_FAILED && refusal[0] != '\0' ? ": " : "",
		verdict == CTL_FAILED ? refusal : "");
	ctl_answer_code(&c->answer, verdict == CTL_DONE ? CTL_OCF_SUCCESS : CTL_OCF_GENERIC, text);
	send_answer(c, w->conn);
	forget_waiter(c, w);
}

void
io_ctl_set_node(struct io_ctl *c, const struct node *node)
{
	c->node = node;
}

void
io_ctl_check(struct io_ctl *c)
{
	struct waiter *w, *next;

	DL_FOREACH_SAFE(c->waiters, w, next) {
		check_waiter(c, w);
	}
}

static void
on_tick(uv_timer_t *timer)
{
	io_ctl_check(timer->data);
}

/* NULL: there are too many, and the asker was told. */
static struct waiter *
new_waiter(struct io_ctl *c, qb_ipcs_connection_t *conn, enum ctl_verb verb)
{
	struct waiter *w;

	if (c->waiter_count >= CTL_WAITERS_MAX) {
		ctl_answer_error(&c->answer, "too many orders wait already");
		send_answer(c, conn);
		return NULL;
	}
	w = mem_zalloc(sizeof(*w));
	w->conn = conn;
	w->verb = verb;
	w->give_up_ms = uv_now(c->sink.loop) + CTL_ORDER_MS;
	qb_ipcs_connection_ref(conn);
	DL_APPEND(c->waiters, w);
	c->waiter_count++;
	uv_timer_start(&c->tick, on_tick, CTL_TICK_MS, CTL_TICK_MS);
	return w;
}

static void
take_order(struct io_ctl *c, qb_ipcs_connection_t *conn, enum ctl_verb verb)
{
	struct waiter *w;

	/* the node first: its refusal is about the order before until it has seen this one */
	io_emit(&c->sink,
		&(struct node_event){
			.kind = verb == CTL_OCF_PROMOTE ? NODE_EV_PROMOTE : NODE_EV_DEMOTE });
	w = new_waiter(c, conn, verb);
	if (w != NULL)
		check_waiter(c, w);
}

/* --- the other node --------------------------------------------------------------------------- */

/* The ring's members trust each other: the other node has seen to it that its asker may. */
void
io_ctl_asked(struct io_ctl *c, uint64_t id, uint32_t from_node, struct str request)
{
	struct ctl_request r;
	struct err e = { 0 };

	buf_reset(&c->answer);
	if (ctl_parse(request, &r, &e) != 0)
		ctl_answer_error(&c->answer, e.text);
	else if (strcmp(r.node, c->conf.node_name) != 0)
		ctl_answer_error(&c->answer, "there is no such node: tandemctl status lists them");
	else if (ctl_level_of(r.verb) != CTL_LEVEL_READ || r.verb == CTL_CONFDIFF)
		ctl_answer_error(&c->answer, "only the node itself can do this");
	else
		perform(c, &r);
	io_emit(&c->sink,
		&(struct node_event){ .kind = NODE_EV_TELL,
			.id = id,
			.from_node = from_node,
			.bytes = buf_as_str(&c->answer) });
}

static void
ask_other(struct io_ctl *c, qb_ipcs_connection_t *conn, enum ctl_verb verb, struct str request,
	uint64_t salt)
{
	struct waiter *w = new_waiter(c, conn, verb);

	if (w == NULL)
		return;
	w->ask = uv_hrtime();
	w->salt = salt;
	io_emit(&c->sink,
		&(struct node_event){ .kind = NODE_EV_ASK, .id = w->ask, .text = request });
}

void
io_ctl_told(struct io_ctl *c, uint64_t id, bool good, struct str text)
{
	struct waiter *w;
	char why[256];

	(void)str_copy(why, sizeof(why), good ? STR_NONE : text);
	DL_SEARCH_SCALAR(c->waiters, w, ask, id);
	if (w == NULL)
		return; /* its asker is gone */
	buf_reset(&c->answer);
	if (!good)
		ctl_answer_error(&c->answer, why);
	else if (w->verb == CTL_CONFDIFF)
		ctl_conf_diff(c->conf.conf, w->salt, text, &c->answer);
	else
		buf_str(&c->answer, text);
	send_answer(c, w->conn);
	forget_waiter(c, w);
}

/* The values of the other node, secrets as hashes under a salt of which nobody but the two daemons hears. */
static void
diff_conf(struct io_ctl *c, qb_ipcs_connection_t *conn)
{
	struct ha_view view;
	uint64_t salt = 0;
	char request[256];

	node_get_view(c->node, (struct mono){ (int64_t)(uv_hrtime() / 1000) }, &view);
	if (getrandom(&salt, sizeof(salt), 0) != sizeof(salt) || !view.peer.known) {
		ctl_answer_error(&c->answer, "the other node is not there");
		send_answer(c, conn);
		return;
	}
	snprintf(request, sizeof(request),
		"{\"verb\":\"conf\",\"salt\":\"%" PRIu64 "\",\"node\":\"%.*s\"}", salt,
		STR_ARG(stat_health(view.peer.health, "name")));
	ask_other(c, conn, CTL_CONFDIFF, str_of(request), salt);
}

/* --- requests --------------------------------------------------------------------------------- */

/* A request for another node goes there as it is. */
static bool
is_for_another(const struct io_ctl *c, const struct ctl_request *r)
{
	return r->node[0] != '\0' && strcmp(r->node, c->conf.node_name) != 0;
}

static void
perform_permitted(
	struct io_ctl *c, qb_ipcs_connection_t *conn, const struct ctl_request *r, struct str text)
{
	enum ctl_level has = (enum ctl_level)(uintptr_t)qb_ipcs_context_get(conn);

	if (has < ctl_level_of(r->verb) || r->salt != 0) {
		ctl_answer_denied(&c->answer, r->verb, has);
	} else if (c->node != NULL && is_for_another(c, r)) {
		ask_other(c, conn, r->verb, text, 0);
		return;
	} else if (c->node != NULL && r->verb == CTL_CONFDIFF) {
		diff_conf(c, conn);
		return;
	} else if (c->node != NULL && (r->verb == CTL_OCF_PROMOTE || r->verb == CTL_OCF_DEMOTE)) {
		take_order(c, conn, r->verb);
		return;
	} else {
		perform(c, r);
	}
	send_answer(c, conn);
}

static int32_t
on_message(qb_ipcs_connection_t *conn, void *data, size_t size)
{
	struct io_ctl *c = qb_ipcs_connection_service_context_get(conn);
	const size_t head = sizeof(struct qb_ipc_request_header);
	struct qb_ipc_request_header header;
	struct ctl_request request;
	struct err e = { 0 };

	buf_reset(&c->answer);
	if (size < head)
		return -EINVAL;
	memcpy(&header, data, head);
	if (header.size < (int32_t)head || (size_t)header.size > size)
		err_set(&e, E_MALFORMED, "the size in the header is wrong");
	else if (ctl_parse((struct str){ (const char *)data + head, (size_t)header.size - head },
			 &request, &e) == 0) {
		perform_permitted(c, conn, &request,
			(struct str){ (const char *)data + head, (size_t)header.size - head });
		return 0;
	}
	ctl_answer_error(&c->answer, e.text);
	send_answer(c, conn);
	return 0;
}

/* --- connections ------------------------------------------------------------------------------ */

/*
 * The groups of the asking process. The socket's credentials have one group alone, and asking the name service could
 * stop the loop: the kernel says them all.
 */
static size_t
read_groups(pid_t pid, gid_t gid, uint32_t *gids)
{
	char path[40], line[4096];
	size_t count = 1;
	FILE *f;

	gids[0] = gid;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		char *at = line + strlen("Groups:"), *end;

		if (strncmp(line, "Groups:", 7) != 0)
			continue;
		for (; count < CTL_GROUPS_MAX; at = end) {
			gids[count] = (uint32_t)strtoul(at, &end, 10);
			if (end == at)
				break;
			count++;
		}
	}
	if (f != NULL)
		fclose(f);
	return count;
}

static int32_t
on_accept(qb_ipcs_connection_t *conn, uid_t uid, gid_t gid)
{
	struct io_ctl *c = qb_ipcs_connection_service_context_get(conn);
	struct qb_ipcs_connection_stats stats = { 0 };
	uint32_t gids[CTL_GROUPS_MAX];
	enum ctl_level level;

	(void)qb_ipcs_connection_stats_get(conn, &stats, 0);
	level = ctl_level_for(&c->rights, uid, gids, read_groups(stats.client_pid, gid, gids));
	if (level == CTL_LEVEL_NONE)
		return -EACCES;
	qb_ipcs_context_set(conn, (void *)(uintptr_t)level);
	/* not being root the daemon cannot give the channel's files away: it shares them with the group */
	if (geteuid() != 0 && uid != geteuid())
		qb_ipcs_connection_auth_set(conn, geteuid(), c->rights.gid[level], 0660);
	return 0;
}

static int32_t
on_closed(qb_ipcs_connection_t *conn)
{
	struct io_ctl *c = qb_ipcs_connection_service_context_get(conn);
	struct waiter *w, *next;

	DL_FOREACH_SAFE(c->waiters, w, next) {
		if (w->conn == conn)
			forget_waiter(c, w);
	}
	return 0;
}

static int
start_service(struct io_ctl *c, struct err *e)
{
	struct qb_ipcs_service_handlers handlers = {
		.connection_accept = on_accept,
		.msg_process = on_message,
		.connection_closed = on_closed,
	};
	int result;

	c->service = qb_ipcs_create(c->conf.conf->control, 0, QB_IPC_SHM, &handlers);
	if (c->service == NULL)
		return err_set(e, E_IO, "the control channel cannot be made");
	qb_ipcs_service_context_set(c->service, c);
	qb_ipcs_poll_handlers_set(c->service, io_qb_handlers());
	qb_ipcs_enforce_buffer_size(c->service, CTL_MESSAGE_BYTES_MAX);
	result = qb_ipcs_run(c->service);
	if (result == 0)
		return 0;
	c->service = NULL; /* qb_ipcs_run() has dropped it */
	return err_set(e, E_IO, "the control channel %s cannot be opened: %s",
		c->conf.conf->control,
		result == -EADDRINUSE ? "another daemon has it" : strerror(-result));
}

/* Once, before the loop runs: the name service may take its time. */
static int
read_rights(struct io_ctl *c, struct err *e)
{
	const char *const names[] = { [CTL_LEVEL_NONE] = "",
		[CTL_LEVEL_READ] = c->conf.conf->read_group,
		[CTL_LEVEL_OPERATE] = c->conf.conf->operate_group,
		[CTL_LEVEL_ADMIN] = c->conf.conf->admin_group };

	c->rights.daemon_uid = geteuid();
	for (int level = CTL_LEVEL_NONE; level <= CTL_LEVEL_ADMIN; level++) {
		const struct group *g = names[level][0] != '\0' ? getgrnam(names[level]) : NULL;

		if (names[level][0] != '\0' && g == NULL)
			return err_set(e, E_CONFIG,
				"[node] %s-group: this system has no group %s; make it, or leave the key out",
				ctl_level_name((enum ctl_level)level), names[level]);
		c->rights.gid[level] = g != NULL ? g->gr_gid : CTL_NO_GROUP;
	}
	return 0;
}

struct io_ctl *
io_ctl_new(const struct io_sink *sink, const struct io_ctl_conf *conf, struct err *e)
{
	struct io_ctl *c = mem_zalloc(sizeof(*c));

	c->sink = *sink;
	c->conf = *conf;
	buf_init(&c->answer, CTL_MESSAGE_BYTES_MAX - 1024);
	uv_timer_init(sink->loop, &c->tick);
	uv_timer_init(sink->loop, &c->level_over);
	c->tick.data = c->level_over.data = c;
	io_qb_open(sink->loop);
	if (read_rights(c, e) == 0 && start_service(c, e) == 0)
		return c;
	io_ctl_close(c);
	uv_run(sink->loop, UV_RUN_NOWAIT);
	io_ctl_free(c);
	return NULL;
}

void
io_ctl_close(struct io_ctl *c)
{
	while (c->waiters != NULL)
		forget_waiter(c, c->waiters);
	if (c->service != NULL)
		qb_ipcs_destroy(c->service);
	c->service = NULL;
	io_qb_close();
	uv_close((uv_handle_t *)&c->tick, NULL);
	uv_close((uv_handle_t *)&c->level_over, NULL);
}

void
io_ctl_free(struct io_ctl *c)
{
	buf_fini(&c->answer);
	mem_free(c);
}
