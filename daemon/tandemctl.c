/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tandemctl: asks the daemon of this node, and is the back end of the OCF agent.
 *
 * Every question has a deadline; behind it stands an alarm, so that nothing that hangs makes
 * tandemctl hang. A dead daemon is no reason to say nothing: what Pacemaker and the history on disk
 * know is shown, exit 4.
 */
#include "daemon/ctl.h"
#include "daemon/ctl_client.h"
#include "daemon/io_files.h"
#include "daemon/tandemctl_dead.h"
#include "daemon/tandemctl_show.h"

#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TANDEMCTL_CONF "/etc/tandem/tandem.conf"
#define TANDEMCTL_ASK_MS 2000
#define TANDEMCTL_ORDER_MS 32000 /* the daemon itself gives up after 30 s */
#define TANDEMCTL_HISTORY_LINES 20

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_REFUSED = 3,
	EXIT_FALLBACK = 4,
	EXIT_NOT_PERMITTED = 5
};

struct call {
	const char *file, *socket;
	bool json;
	struct tandemctl_look look;
	struct conf conf; /* defaults when the file cannot be read */
	int argc;         /* words of the command */
	char **argv;
};

static const char tandemctl_help[] =
	"usage: tandemctl [-c CONF] [-s SOCKET] [--json] [--ascii] COMMAND\n"
	"  status              roles, states and figures of both nodes (the default)\n"
	"  ready               could the other node take over now? One line\n"
	"  history [N]         the last N (20) events of roles and takeovers\n"
	"  explain NUMBER      what a message of the log means\n"
	"  log-level LEVEL     alarm, warning, notice or debug, until the daemon ends\n"
	"  version             of tandemctl and of the daemon\n"
	"  ocf monitor|health|promote|demote|score|notify    for the resource agent\n"
	"options:\n"
	"  -c CONF    configuration (default " TANDEMCTL_CONF "): names the control channel\n"
	"  -s SOCKET  name of the control channel, whatever the configuration says\n"
	"  --json     JSON instead of text\n"
	"  --ascii    no characters beyond ASCII\n"
	"  --no-color no colours (they are used on a terminal alone, and never when NO_COLOR is set)\n"
	"exit codes:\n"
	"  0  done; ready: yes\n"
	"  1  the request failed; ready: no\n"
	"  2  usage error\n"
	"  3  refused: the text says why\n"
	"  4  the daemon does not answer: what is shown comes from Pacemaker and the history on disk\n"
	"  5  not permitted: only root and the user of the daemon may ask\n"
	"  ocf ...: 0 running or done, 1 failed, 2 usage, 3 not implemented, 7 not running, 8 promoted,\n"
	"      190 and 191 degraded (standby, promoted), 124 hanging\n";

static void
print_buf(struct buf *b)
{
	fwrite(b->p, 1, b->n, stdout);
	buf_fini(b);
}

static void
print_json(const json_t *root)
{
	json_dumpf(root, stdout, JSON_INDENT(1));
	putchar('\n');
}

/* --- asking ----------------------------------------------------------------------------------- */

static void
on_alarm(int sig)
{
	static const char text[] = "tandemctl: no answer in time\n";

	(void)sig;
	(void)!write(2, text, sizeof(text) - 1);
	_exit(EXIT_FAILED);
}

/* Asks and reads the answer. NULL with `e`. */
static json_t *
ask(const struct call *c, json_t *request, int64_t deadline_ms, struct err *e)
{
	char *text = json_dumps(request, JSON_COMPACT);
	struct buf answer;
	json_t *root = NULL;

	json_decref(request);
	buf_init(&answer, CTL_MESSAGE_BYTES_MAX);
	signal(SIGALRM, on_alarm);
	alarm((unsigned)(deadline_ms / 1000 + 1));
	if (ctl_client_ask(c->socket, text, deadline_ms, &answer, e) == 0) {
		root = json_loadb((const char *)answer.p, answer.n, 0, NULL);
		if (root == NULL)
			err_set(e, E_MALFORMED, "the daemon's answer is not understood");
		else if (!json_is_true(json_object_get(root, "ok"))) {
			const char *why = json_string_value(json_object_get(root, "error"));

			err_set(e, E_STATE, "%s", why ? why : "refused without a reason");
			json_decref(root);
			root = NULL;
		}
	}
	alarm(0);
	free(text);
	buf_fini(&answer);
	return root;
}

static json_t *
ask_verb(const struct call *c, const char *verb, int64_t deadline_ms, struct err *e)
{
	return ask(c, json_pack("{s:s}", "verb", verb), deadline_ms, e);
}

static int
report(const struct err *e)
{
	fprintf(stderr, "tandemctl: %s\n", e->text);
	if (e->code == E_REFUSED)
		return EXIT_NOT_PERMITTED;
	if (e->code == E_STATE)
		return EXIT_REFUSED;
	return e->code == E_UNKNOWN || e->code == E_TIMEOUT ? EXIT_FALLBACK : EXIT_FAILED;
}

/* --- commands --------------------------------------------------------------------------------- */

static int
show_dead(const struct call *c, const struct err *e)
{
	json_t *status = tandemctl_dead_status(&c->conf, e->text);
	struct buf out;

	if (c->json) {
		print_json(status);
	} else {
		buf_init(&out, CTL_MESSAGE_BYTES_MAX);
		tandemctl_dead_show(status, &out);
		print_buf(&out);
	}
	json_decref(status);
	return EXIT_FALLBACK;
}

static int
cmd_status(const struct call *c)
{
	struct err e = { 0 };
	json_t *status = ask_verb(c, "status", TANDEMCTL_ASK_MS, &e);
	struct buf out;

	if (status == NULL && (e.code == E_UNKNOWN || e.code == E_TIMEOUT || e.code == E_IO))
		return show_dead(c, &e);
	if (status == NULL)
		return report(&e);
	if (c->json) {
		print_json(status);
	} else {
		buf_init(&out, CTL_MESSAGE_BYTES_MAX);
		tandemctl_show_status(status, &c->look, &out);
		print_buf(&out);
	}
	json_decref(status);
	return EXIT_DONE;
}

static int
cmd_ready(const struct call *c)
{
	struct err e = { 0 };
	json_t *answer = ask_verb(c, "ready", TANDEMCTL_ASK_MS, &e);
	int code;

	if (answer == NULL)
		return report(&e);
	code = (int)json_integer_value(json_object_get(answer, "exit"));
	if (c->json) {
		json_object_set_new(answer, "ready", json_boolean(code == 0));
		print_json(answer);
	} else {
		printf("%s\n", json_string_value(json_object_get(answer, "text")));
	}
	json_decref(answer);
	return code == 0 ? EXIT_DONE : EXIT_FAILED;
}

static void
print_history(const struct call *c, const json_t *lines)
{
	struct buf out;
	const json_t *line;
	size_t i;

	if (c->json) {
		json_array_foreach(lines, i, line) {
			json_dumpf(line, stdout, JSON_COMPACT);
			putchar('\n');
		}
		return;
	}
	buf_init(&out, CTL_MESSAGE_BYTES_MAX);
	tandemctl_show_history(lines, &out);
	print_buf(&out);
}

static int
cmd_history(const struct call *c)
{
	uint64_t lines = TANDEMCTL_HISTORY_LINES;
	struct err e = { 0 };
	json_t *answer, *list;

	if (c->argc > 1 &&
		(!str_u64(str_of(c->argv[1]), CTL_HISTORY_LINES_MAX, &lines) || lines == 0)) {
		fprintf(stderr, "tandemctl: history: allowed: 1 to %d lines\n",
			CTL_HISTORY_LINES_MAX);
		return EXIT_USAGE;
	}
	answer = ask(c, json_pack("{s:s,s:I}", "verb", "history", "lines", (json_int_t)lines),
		TANDEMCTL_ASK_MS, &e);
	if (answer != NULL) {
		print_history(c, json_object_get(answer, "lines"));
		json_decref(answer);
		return EXIT_DONE;
	}
	if (e.code != E_UNKNOWN && e.code != E_TIMEOUT && e.code != E_IO)
		return report(&e);
	fprintf(stderr, "tandemctl: %s; from the file on disk:\n", e.text);
	list = tandemctl_dead_history(&c->conf, (uint32_t)lines);
	print_history(c, list);
	json_decref(list);
	return EXIT_FALLBACK;
}

static int
cmd_explain(const struct call *c)
{
	uint64_t number = 0;
	const char *meaning;

	if (c->argc < 2 || !str_u64(str_of(c->argv[1]), 99999, &number)) {
		fprintf(stderr,
			"tandemctl: explain: allowed: the number of a message, for instance 37205\n");
		return EXIT_USAGE;
	}
	meaning = log_meaning((int)number);
	if (meaning == NULL) {
		fprintf(stderr, "tandemctl: there is no message %d\n", (int)number);
		return EXIT_FAILED;
	}
	if (c->json)
		printf("{\"number\":%d,\"level\":\"%s\",\"meaning\":\"%s\"}\n", (int)number,
			log_level_name(log_level_of((int)number)), meaning);
	else
		printf("%d (%s): %s\n", (int)number, log_level_name(log_level_of((int)number)),
			meaning);
	return EXIT_DONE;
}

static int
cmd_log_level(const struct call *c)
{
	struct err e = { 0 };
	json_t *answer;

	if (c->argc < 2) {
		fprintf(stderr, "tandemctl: log-level: allowed: alarm, warning, notice, debug\n");
		return EXIT_USAGE;
	}
	answer = ask(c, json_pack("{s:s,s:s}", "verb", "loglevel", "level", c->argv[1]),
		TANDEMCTL_ASK_MS, &e);
	if (answer == NULL)
		return report(&e);
	json_decref(answer);
	return EXIT_DONE;
}

static int
cmd_version(const struct call *c)
{
	struct err e = { 0 };
	json_t *answer = ask_verb(c, "version", TANDEMCTL_ASK_MS, &e);

	printf("tandemctl " TANDEM_VERSION "\n");
	if (answer != NULL)
		printf("tandemd %s\n", json_string_value(json_object_get(answer, "text")));
	else
		printf("tandemd: %s\n", e.text);
	json_decref(answer);
	return EXIT_DONE;
}

/* --- the agent's back end --------------------------------------------------------------------- */

static int
ocf_no_answer(enum err_code code)
{
	switch ((int)code) {
	case E_UNKNOWN:
		return CTL_OCF_NOT_RUNNING;
	case E_TIMEOUT:
		return CTL_OCF_NO_ANSWER;
	default:
		return CTL_OCF_GENERIC;
	}
}

static int
ocf_ask(const struct call *c, const char *verb, int64_t deadline_ms, bool show_text)
{
	struct err e = { 0 };
	json_t *answer = ask_verb(c, verb, deadline_ms, &e);
	const char *text;
	int code;

	if (answer == NULL) {
		fprintf(stderr, "tandemctl: %s\n", e.text);
		return ocf_no_answer(e.code);
	}
	code = (int)json_integer_value(json_object_get(answer, "exit"));
	text = json_string_value(json_object_get(answer, "text"));
	if (show_text)
		printf("%s\n", text ? text : "");
	else if (code == CTL_OCF_GENERIC)
		fprintf(stderr, "tandemctl: %s\n", text ? text : "");
	json_decref(answer);
	return code;
}

static int
cmd_ocf(const struct call *c)
{
	const char *action = c->argc > 1 ? c->argv[1] : "";

	if (strcmp(action, "monitor") == 0)
		return ocf_ask(c, "ocf-monitor", TANDEMCTL_ASK_MS, false);
	if (strcmp(action, "health") == 0)
		return ocf_ask(c, "ocf-health", TANDEMCTL_ASK_MS, true);
	if (strcmp(action, "promote") == 0)
		return ocf_ask(c, "ocf-promote", TANDEMCTL_ORDER_MS, false);
	if (strcmp(action, "demote") == 0)
		return ocf_ask(c, "ocf-demote", TANDEMCTL_ORDER_MS, false);
	if (strcmp(action, "score") == 0)
		return ocf_ask(c, "ocf-score", TANDEMCTL_ASK_MS, true);
	if (strcmp(action, "notify") == 0)
		return CTL_OCF_SUCCESS; /* the ring tells the daemon all that a notification could */
	fprintf(stderr,
		"tandemctl: ocf: allowed: monitor, health, promote, demote, score, notify\n");
	return action[0] == '\0' ? (int)CTL_OCF_ARGS : (int)EXIT_REFUSED;
}

/* --- main ------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*run)(const struct call *c);
} tandemctl_commands[] = {
	{ "status", cmd_status },
	{ "ready", cmd_ready },
	{ "history", cmd_history },
	{ "explain", cmd_explain },
	{ "log-level", cmd_log_level },
	{ "version", cmd_version },
	{ "ocf", cmd_ocf },
};

static int
read_options(int argc, char **argv, struct call *c)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "ascii", no_argument, NULL, 'a' },
		{ "no-color", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "c:s:h", options, NULL)) != -1) {
		switch (opt) {
		case 'c':
			c->file = optarg;
			break;
		case 's':
			c->socket = optarg;
			break;
		case 'j':
			c->json = true;
			break;
		case 'a':
			c->look.ascii = true;
			break;
		case 'n':
			c->look.colour = false;
			break;
		case 'h':
			fputs(tandemctl_help, stdout);
			return EXIT_DONE;
		default:
			fputs(tandemctl_help, stderr);
			return EXIT_USAGE;
		}
	}
	c->argc = argc - optind;
	c->argv = argv + optind;
	return -1;
}

/*
 * Without a readable configuration the defaults do: a question must be possible on a half-installed
 * node.
 */
static void
load_conf(struct call *c)
{
	struct err e = { 0 };

	if (io_files_read_conf(&c->conf, c->file, &e) != 0) {
		if (c->socket == NULL && strcmp(c->file, TANDEMCTL_CONF) != 0)
			fprintf(stderr, "tandemctl: %s; going on with the defaults\n", e.text);
		conf_defaults(&c->conf);
	}
	if (c->socket == NULL)
		c->socket = c->conf.control;
}

int
main(int argc, char **argv)
{
	static struct call c = { .file = TANDEMCTL_CONF };
	const char *name;
	int code;

	c.look.colour = isatty(1) && getenv("NO_COLOR") == NULL;
	code = read_options(argc, argv, &c);
	if (code >= 0)
		return code;
	load_conf(&c);
	name = c.argc > 0 ? c.argv[0] : "status";
	for (size_t i = 0; i < sizeof(tandemctl_commands) / sizeof(tandemctl_commands[0]); i++)
		if (strcmp(tandemctl_commands[i].name, name) == 0)
			return tandemctl_commands[i].run(&c);
	fprintf(stderr, "tandemctl: no such command: %s\n%s", name, tandemctl_help);
	return EXIT_USAGE;
}
