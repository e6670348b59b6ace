/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tandemctl: asks the daemon of this node, and is the back end of the OCF agent.
 *
 * The commands are a table: the help, the completion and main() read it. A dead daemon is no reason to say nothing:
 * what Pacemaker and the history on disk know is shown, exit 4.
 */
#include "daemon/tandemctl.h"

#include "daemon/ctl.h"
#include "daemon/io_files.h"
#include "daemon/log_levels.h"
#include "daemon/tandemctl_conf.h"
#include "daemon/tandemctl_dead.h"
#include "daemon/tandemctl_facts.h"
#include "daemon/tandemctl_move.h"
#include "daemon/tandemctl_pause.h"
#include "daemon/tandemctl_phases.h"
#include "daemon/tandemctl_schema.h"
#include "daemon/tandemctl_texts.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TANDEMCTL_HISTORY_LINES 20
#define TANDEMCTL_WATCH_MS 1000
#define TANDEMCTL_BEHIND_WARNING 500
#define TANDEMCTL_BEHIND_CRITICAL 5000

static const char tandemctl_options_help[] =
	"options:\n"
	"  -c CONF         configuration (default " TANDEMCTL_CONF "): names the control channel\n"
	"  -s SOCKET       name of the control channel, whatever the configuration says\n"
	"  --node NODE     ask this node, by way of the one here; commands that need the level read\n"
	"  --json          JSON instead of text (tandemctl schema says in which form)\n"
	"  --tsv           listings: tabs between the values, for scripts\n"
	"  --ascii         no characters beyond ASCII\n"
	"  --no-color      no colours (they are used on a terminal alone, and never when NO_COLOR is set)\n"
	"  --state STATE   listings: only what is in this state\n"
	"  --older TIME    calls, stuck: only those known for so long; 30s, 5m, 1h\n"
	"  --diff          calls: what the two nodes have otherwise\n"
	"  --watch         status: again every second (--watch=S: every S seconds); q ends it\n"
	"  --explain       stuck: why we think so, and what was put right in the last hour\n"
	"  -f, --follow    events: go on with what comes\n"
	"  --ladder        trace: as arrows between BroadWorks, the nodes and the clients\n"
	"  --for TIME      trace, log-level, pause: so long; 30s, 5m, 1h (trace: 60s, the others: until it is taken back)\n"
	"  --svg FILE      history: the takeover as a picture\n"
	"  --all           resync: every device\n"
	"  --to NODE       switchover, failover: only to this node\n"
	"  --yes           switchover, failover, pause, test-failover: do not ask\n"
	"  --config-differs  switchover: also while the configurations differ, after showing what does\n"
	"  --accept-loss   failover: what the standby does not hold may be lost\n"
	"  --reason TEXT   pause: why\n"
	"  --warning N, --critical N    check: deltas that the standby may be behind (500, 5000)\n"
	"levels:\n"
	"  read     members of read-group (see tandem.conf), and of the two below\n"
	"  operate  members of operate-group, and of admin-group\n"
	"  admin    members of admin-group, root and the user of the daemon\n"
	"exit codes:\n"
	"  0  done; ready: yes\n"
	"  1  the request failed; ready: no\n"
	"  2  usage error\n"
	"  3  refused: the text says why\n"
	"  4  the daemon does not answer: what is shown comes from Pacemaker and the history on disk\n"
	"  5  not permitted: the text says which level it needs\n"
	"  6  partial: the daemon went away in the middle\n"
	"  doctor: 0 all is well, 1 warnings, 2 failures\n"
	"  check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN\n"
	"  ocf ...: 0 running or done, 1 failed, 2 usage, 3 not implemented, 7 not running, 8 promoted,\n"
	"      190 and 191 degraded (standby, promoted), 124 hanging\n";

/* --- commands --------------------------------------------------------------------------------- */

static int
show_dead(const struct tandemctl_call *c, const struct err *e)
{
	json_t *status = tandemctl_dead_status(&c->conf, e->text);
	struct buf out;

	if (c->json) {
		tandemctl_print_json(status);
	} else {
		buf_init(&out, CTL_MESSAGE_BYTES_MAX);
		tandemctl_dead_show(status, &out);
		tandemctl_print(&out);
	}
	json_decref(status);
	return TANDEMCTL_FALLBACK;
}

static int
cmd_status(const struct tandemctl_call *c)
{
	struct err e = { 0 };
	json_t *status;
	struct buf out;

	if (c->watch_ms > 0)
		return tandemctl_watch(c);
	status = tandemctl_ask_verb(c, "status", TANDEMCTL_ASK_MS, &e);
	if (status == NULL && tandemctl_is_dead(&e))
		return show_dead(c, &e);
	if (status == NULL)
		return tandemctl_report(&e);
	if (c->json) {
		tandemctl_print_json(status);
	} else {
		buf_init(&out, CTL_MESSAGE_BYTES_MAX);
		tandemctl_show_status(status, &c->look, &out);
		tandemctl_print(&out);
	}
	json_decref(status);
	return TANDEMCTL_DONE;
}

static int
cmd_ready(const struct tandemctl_call *c)
{
	struct err e = { 0 };
	json_t *answer = tandemctl_ask_verb(c, "ready", TANDEMCTL_ASK_MS, &e);
	int code;

	if (answer == NULL)
		return tandemctl_report(&e);
	code = (int)json_integer_value(json_object_get(answer, "exit"));
	if (c->json) {
		json_object_set_new(answer, "schema", json_string("tandemctl/ready/1"));
		json_object_set_new(answer, "ready", json_boolean(code == 0));
		tandemctl_print_json(answer);
	} else {
		printf("%s\n", json_string_value(json_object_get(answer, "text")));
	}
	json_decref(answer);
	return code == 0 ? TANDEMCTL_DONE : TANDEMCTL_FAILED;
}

static void
print_lines(const struct tandemctl_call *c, const json_t *lines)
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
	tandemctl_print(&out);
}

/* The lines of the history, from the daemon or from the disk; `*code` says which. NULL: told already. */
static json_t *
get_history(const struct tandemctl_call *c, uint64_t lines, int *code)
{
	struct err e = { 0 };
	json_t *answer = tandemctl_ask(c,
		json_pack("{s:s,s:I}", "verb", "history", "lines", (json_int_t)lines),
		TANDEMCTL_ASK_MS, &e);
	json_t *list;

	*code = TANDEMCTL_DONE;
	if (answer != NULL) {
		list = json_incref(json_object_get(answer, "lines"));
		json_decref(answer);
		return list;
	}
	*code = TANDEMCTL_FALLBACK;
	if (tandemctl_is_dead(&e)) {
		fprintf(stderr, "tandemctl: %s; from the file on disk:\n", e.text);
		return tandemctl_dead_history(&c->conf, (uint32_t)lines);
	}
	*code = tandemctl_report(&e);
	return NULL;
}

/* `log [N]`: the history line by line. */
static int
cmd_log(const struct tandemctl_call *c)
{
	uint64_t lines = TANDEMCTL_HISTORY_LINES;
	json_t *list;
	int code;

	if (c->argc > 1 &&
		(!str_u64(str_of(c->argv[1]), CTL_HISTORY_LINES_MAX, &lines) || lines == 0)) {
		fprintf(stderr, "tandemctl: log: allowed: 1 to %d lines\n", CTL_HISTORY_LINES_MAX);
		return TANDEMCTL_USAGE;
	}
	list = get_history(c, lines, &code);
	if (list != NULL)
		print_lines(c, list);
	json_decref(list);
	return code;
}

static int
write_svg(const char *file, const struct tandemctl_takeover *t)
{
	FILE *f = fopen(file, "we");
	struct buf out;
	bool good;

	buf_init(&out, CTL_MESSAGE_BYTES_MAX);
	tandemctl_phases_svg(t, &out);
	good = f != NULL && fwrite(out.p, 1, out.n, f) == out.n;
	if (f != NULL && fclose(f) != 0)
		good = false;
	buf_fini(&out);
	if (!good)
		perror(file);
	return good ? TANDEMCTL_DONE : TANDEMCTL_FAILED;
}

/* The takeover of an epoch, or the last one; NULL. */
static const struct tandemctl_takeover *
find_takeover(const struct tandemctl_takeover *list, size_t count, uint64_t epoch)
{
	for (size_t i = count; i-- > 0;)
		if (epoch == 0 || list[i].epoch == epoch)
			return &list[i];
	return NULL;
}

static int
show_takeovers(const struct tandemctl_call *c, const struct tandemctl_takeover *list, size_t count,
	uint64_t epoch)
{
	const struct tandemctl_takeover *one = find_takeover(list, count, epoch);
	struct buf out;

	if (one == NULL && (epoch != 0 || c->svg != NULL)) {
		fprintf(stderr, "tandemctl: history: no such takeover is in it\n");
		return TANDEMCTL_FAILED;
	}
	if (c->svg != NULL)
		return write_svg(c->svg, one);
	if (epoch != 0) {
		list = one;
		count = 1;
	}
	if (c->json) {
		json_t *root = tandemctl_phases_json(list, count);

		tandemctl_print_json(root);
		json_decref(root);
		return TANDEMCTL_DONE;
	}
	buf_init(&out, CTL_MESSAGE_BYTES_MAX);
	tandemctl_phases_show(list, count, &out);
	tandemctl_print(&out);
	return TANDEMCTL_DONE;
}

static int
cmd_history(const struct tandemctl_call *c)
{
	static struct tandemctl_takeover list[TANDEMCTL_TAKEOVERS_MAX];
	uint64_t epoch = 0;
	json_t *lines;
	int code, shown;

	if (c->argc > 1 && !str_u64(str_of(c->argv[1]), UINT64_MAX, &epoch)) {
		fprintf(stderr, "tandemctl: history: allowed: an epoch\n");
		return TANDEMCTL_USAGE;
	}
	lines = get_history(c, CTL_HISTORY_LINES_MAX, &code);
	if (lines == NULL)
		return code;
	shown = show_takeovers(c, list, tandemctl_phases(lines, list), epoch);
	json_decref(lines);
	return shown != TANDEMCTL_DONE ? shown : code;
}

static int
explain_one(const struct tandemctl_call *c, int number)
{
	const char *level = log_level_name(log_level_of(number)), *meaning = log_meaning(number);

	if (meaning == NULL) {
		fprintf(stderr, "tandemctl: there is no message %d\n", number);
		return TANDEMCTL_FAILED;
	}
	if (c->json) {
		json_t *root = json_pack("{s:s,s:i,s:s,s:s,s:s}", "schema", "tandemctl/explain/1",
			"number", number, "level", level, "meaning", meaning, "action",
			log_remedy(number));

		tandemctl_print_json(root);
		json_decref(root);
	} else {
		printf("%d (%s): %s\nWhat to do: %s\n", number, level, meaning, log_remedy(number));
	}
	return TANDEMCTL_DONE;
}

static int
cmd_explain(const struct tandemctl_call *c)
{
	uint64_t number = 0;

	if (c->argc < 2 || !str_u64(str_of(c->argv[1]), 99999, &number)) {
		fprintf(stderr,
			"tandemctl: explain: allowed: the number of a message, for instance 37205\n");
		return TANDEMCTL_USAGE;
	}
	return explain_one(c, (int)number);
}

static int
show_log_levels(const struct tandemctl_call *c)
{
	struct err e = { 0 };
	json_t *levels = tandemctl_ask_verb(c, "loglevels", TANDEMCTL_ASK_MS, &e);
	struct buf out;

	if (levels == NULL)
		return tandemctl_report(&e);
	if (c->json) {
		tandemctl_print_json(levels);
	} else {
		buf_init(&out, CTL_MESSAGE_BYTES_MAX);
		tandemctl_show_levels(levels, &out);
		tandemctl_print(&out);
	}
	json_decref(levels);
	return TANDEMCTL_DONE;
}

/* `log-level [[SUBSYSTEM] LEVEL]` */
static int
cmd_log_level(const struct tandemctl_call *c)
{
	struct err e = { 0 };
	json_t *answer;

	if (c->argc < 2)
		return show_log_levels(c);
	answer = tandemctl_ask(c,
		json_pack("{s:s,s:s,s:s,s:i}", "verb", "loglevel", "subsystem",
			c->argc > 2 ? c->argv[1] : "", "level",
			c->argc > 2 ? c->argv[2] : c->argv[1], "seconds", (int)c->for_s),
		TANDEMCTL_ASK_MS, &e);
	if (answer == NULL)
		return tandemctl_report(&e);
	json_decref(answer);
	return TANDEMCTL_DONE;
}

static int
cmd_version(const struct tandemctl_call *c)
{
	struct err e = { 0 };
	json_t *answer = tandemctl_ask_verb(c, "version", TANDEMCTL_ASK_MS, &e);

	printf("tandemctl " TANDEM_VERSION "\n");
	if (answer != NULL)
		printf("tandemd %s\n", json_string_value(json_object_get(answer, "text")));
	else
		printf("tandemd: %s\n", e.text);
	json_decref(answer);
	return TANDEMCTL_DONE;
}

static int
cmd_blackbox(const struct tandemctl_call *c)
{
	struct err e = { 0 };
	json_t *answer = tandemctl_ask_verb(c, "blackbox", TANDEMCTL_ASK_MS, &e);

	if (answer == NULL)
		return tandemctl_report(&e);
	printf("%s\n", json_string_value(json_object_get(answer, "text")));
	json_decref(answer);
	return TANDEMCTL_DONE;
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
ocf_ask(const struct tandemctl_call *c, const char *verb, int64_t deadline_ms, bool show_text)
{
	struct err e = { 0 };
	json_t *answer = tandemctl_ask_verb(c, verb, deadline_ms, &e);
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
cmd_ocf(const struct tandemctl_call *c)
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
	if (strcmp(action, "condition") == 0)
		return ocf_ask(c, "ocf-condition", TANDEMCTL_ASK_MS, true);
	if (strcmp(action, "notify") == 0)
		return CTL_OCF_SUCCESS; /* the ring tells the daemon all that a notification could */
	fprintf(stderr,
		"tandemctl: ocf: allowed: monitor, health, promote, demote, score, condition, notify\n");
	return action[0] == '\0' ? (int)CTL_OCF_ARGS : (int)TANDEMCTL_REFUSED;
}

/* --- main ------------------------------------------------------------------------------------- */

static int cmd_completion(const struct tandemctl_call *c);

static const struct command {
	const char *name;
	int (*run)(const struct tandemctl_call *c);
	const char *arguments, *level, *help;
} tandemctl_commands[] = {
	{ "status", cmd_status, "", "read",
		"roles, states and figures of both nodes (the default)" },
	{ "ready", cmd_ready, "", "read", "could the other node take over now? One line" },
	{ "check", tandemctl_check, "", "read", "one line for Nagios and its kin, with figures" },
	{ "calls", tandemctl_list, "[PART]", "read", "parties of calls; PART of a device or user" },
	{ "stuck", tandemctl_list, "[PART]", "read", "calls that BroadWorks has not confirmed" },
	{ "monitors", tandemctl_list, "[PART]", "read", "monitors of CSTA clients" },
	{ "sessions", tandemctl_list, "[PART]", "read", "sessions of CSTA clients" },
	{ "channels", tandemctl_list, "", "read", "links to BroadWorks and their event channels" },
	{ "users", tandemctl_list, "[PART]", "read", "what is subscribed to at BroadWorks" },
	{ "history", cmd_history, "[EPOCH]", "read", "takeovers of this node, phase by phase" },
	{ "log", cmd_log, "[N]", "read", "the last N (20) lines of the history itself" },
	{ "doctor", tandemctl_doctor_run, "", "read",
		"checks of this node, its cluster and BroadWorks, with what to do next" },
	{ "events", tandemctl_events, "", "read",
		"the last messages of the daemon, then those that come" },
	{ "trace", tandemctl_trace, "OBJECT", "operate",
		"what happens to a device, user, call or session, step by step" },
	{ "resync", tandemctl_resync, "[DEVICE]", "operate",
		"asks BroadWorks what calls it has, and says what differed; --all" },
	{ "switchover", tandemctl_switchover, "", "admin",
		"moves the active role; nothing is lost, or it is refused" },
	{ "failover", tandemctl_failover, "", "admin", "moves it in any case, with --accept-loss" },
	{ "pause", tandemctl_pause, "", "admin",
		"Pacemaker leaves tandemd alone, for maintenance" },
	{ "resume", tandemctl_resume, "", "admin", "the end of that" },
	{ "test-failover", tandemctl_rehearse, "switchover|kill-daemon|hang-daemon", "admin",
		"a rehearsal: the fault, and how long it took" },
	{ "config", tandemctl_config, "check|show|diff|example|reload", "",
		"the configuration: is it good, all of it, compared with FILE, every key explained" },
	{ "explain", cmd_explain, "NUMBER", "", "what a message of the log means, and what to do" },
	{ "log-level", cmd_log_level, "[[SUBSYSTEM] LEVEL]", "operate",
		"alarm, warning, notice or debug, for a while or until the daemon ends; alone: what is set" },
	{ "bundle", tandemctl_bundle, "[FILE]", "admin",
		"an archive of both nodes for who is asked for help, without secrets" },
	{ "blackbox", cmd_blackbox, "", "operate",
		"writes the last messages of all levels to a file" },
	{ "schema", tandemctl_schema, "[NAME]", "",
		"the form of what --json prints, as a JSON schema" },
	{ "version", cmd_version, "", "read", "of tandemctl and of the daemon" },
	{ "ocf", cmd_ocf, "monitor|health|promote|demote|score|condition|notify", "admin",
		"for the resource agent" },
	{ "completion", cmd_completion, "bash", "", "completion for the shell" },
};

#define COMMANDS (sizeof(tandemctl_commands) / sizeof(tandemctl_commands[0]))

static void
print_help(FILE *to)
{
	fprintf(to, "usage: tandemctl [OPTION...] [COMMAND]\n");
	for (size_t i = 0; i < COMMANDS; i++) {
		const struct command *k = &tandemctl_commands[i];
		char call[64];

		snprintf(call, sizeof(call), "%s %s", k->name, k->arguments);
		fprintf(to, "  %-22s %s%s%s%s\n", call, k->help, k->level[0] ? " [" : "", k->level,
			k->level[0] ? "]" : "");
	}
	fputs(tandemctl_options_help, to);
}

static const struct option tandemctl_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "tsv", no_argument, NULL, 't' },
	{ "ascii", no_argument, NULL, 'a' },
	{ "no-color", no_argument, NULL, 'n' },
	{ "state", required_argument, NULL, 'S' },
	{ "watch", optional_argument, NULL, 'w' },
	{ "explain", no_argument, NULL, 'e' },
	{ "follow", no_argument, NULL, 'f' },
	{ "node", required_argument, NULL, 'N' },
	{ "older", required_argument, NULL, 'O' },
	{ "diff", no_argument, NULL, 'D' },
	{ "ladder", no_argument, NULL, 'L' },
	{ "for", required_argument, NULL, 'F' },
	{ "svg", required_argument, NULL, 'v' },
	{ "warning", required_argument, NULL, 'W' },
	{ "critical", required_argument, NULL, 'C' },
	{ "to", required_argument, NULL, 'T' },
	{ "all", no_argument, NULL, 'A' },
	{ "yes", no_argument, NULL, 'y' },
	{ "accept-loss", no_argument, NULL, 'l' },
	{ "config-differs", no_argument, NULL, 'd' },
	{ "reason", required_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* " calls replication ..." */
#define SUBSYSTEM_WORD(name, first) " " #name
#define SUBSYSTEM_WORDS LOG_SUBSYSTEMS(SUBSYSTEM_WORD)

static int
cmd_completion(const struct tandemctl_call *c)
{
	if (c->argc < 2 || strcmp(c->argv[1], "bash") != 0) {
		fprintf(stderr, "tandemctl: completion: allowed: bash\n");
		return TANDEMCTL_USAGE;
	}
	printf("# bash completion of tandemctl: made by \"tandemctl completion bash\"\n"
	       "_tandemctl()\n{\n\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
	       "\tcase $before in\n"
	       "\t-c|--svg) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
	       "\tocf) COMPREPLY=($(compgen -W 'monitor health promote demote score condition notify' -- \"$word\")); return ;;\n"
	       "\tlog-level) COMPREPLY=($(compgen -W 'alarm warning notice debug" SUBSYSTEM_WORDS
	       "' -- \"$word\")); return ;;\n"
	       "\tesac\n\tCOMPREPLY=($(compgen -W '");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("%s ", tandemctl_commands[i].name);
	for (const struct option *o = tandemctl_options; o->name != NULL; o++)
		printf("--%s ", o->name);
	printf("-c -s -f -h' -- \"$word\"))\n}\ncomplete -F _tandemctl tandemctl\n");
	return TANDEMCTL_DONE;
}

/* --- the command line --------------------------------------------------------------------------- */

static bool
read_number_option(const char *name, const char *text, uint64_t max, uint64_t *value)
{
	if (str_u64(str_of(text), max, value))
		return true;
	fprintf(stderr, "tandemctl: --%s: allowed: 0 to %llu\n", name, (unsigned long long)max);
	return false;
}

/* "30s", "5m", "1h", "2d", or seconds: up to a week. */
static bool
read_duration(const char *name, const char *text, uint32_t *seconds)
{
	static const char units[] = "smhd";
	static const uint32_t lengths[] = { 1, 60, 3600, 86400 };
	struct str number = str_of(text);
	const char *unit = number.n > 0 ? strchr(units, number.p[number.n - 1]) : NULL;
	uint64_t n = 0;

	number.n -= unit != NULL;
	if (str_u64(number, 604800, &n))
		n *= unit != NULL ? lengths[unit - units] : 1;
	if (n > 0 && n <= 604800) {
		*seconds = (uint32_t)n;
		return true;
	}
	fprintf(stderr, "tandemctl: --%s: allowed: 1s to 7d, for instance 30s, 5m, 1h\n", name);
	return false;
}

/* An option with a value; false: not a possible one. */
static bool
take_value(struct tandemctl_call *c, int opt, const char *value)
{
	uint64_t seconds = 0;

	switch (opt) {
	case 'c':
		c->file = value;
		break;
	case 's':
		c->socket = value;
		break;
	case 'S':
		c->state = value;
		break;
	case 'v':
		c->svg = value;
		break;
	case 'T':
		c->to = value;
		break;
	case 'r':
		c->reason = value;
		break;
	case 'N':
		c->node = value;
		break;
	case 'O':
		return read_duration("older", value, &c->older_s);
	case 'F':
		return read_duration("for", value, &c->for_s);
	case 'W':
		return read_number_option("warning", value, INT32_MAX, &c->warning);
	case 'C':
		return read_number_option("critical", value, INT32_MAX, &c->critical);
	default: /* w */
		if (value != NULL && !read_number_option("watch", value, 3600, &seconds))
			return false;
		c->watch_ms = seconds > 0 ? (uint32_t)seconds * 1000 : TANDEMCTL_WATCH_MS;
	}
	return true;
}

static bool
take_flag(struct tandemctl_call *c, int opt)
{
	switch (opt) {
	case 'j':
		c->json = true;
		return true;
	case 't':
		c->tsv = true;
		return true;
	case 'a':
		c->look.ascii = true;
		return true;
	case 'n':
		c->look.colour = false;
		return true;
	case 'e':
		c->explain = true;
		return true;
	case 'f':
		c->follow = true;
		return true;
	case 'D':
		c->diff = true;
		return true;
	case 'L':
		c->ladder = true;
		return true;
	case 'A':
		c->all = true;
		return true;
	case 'y':
		c->yes = true;
		return true;
	case 'l':
		c->accept_loss = true;
		return true;
	case 'd':
		c->config_differs = true;
		return true;
	default:
		return false;
	}
}

/* -1: go on; otherwise the exit code. */
static int
read_options(int argc, char **argv, struct tandemctl_call *c)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "c:s:fh", tandemctl_options, NULL)) != -1) {
		if (opt == 'h') {
			print_help(stdout);
			return TANDEMCTL_DONE;
		}
		if (opt == '?') {
			print_help(stderr);
			return TANDEMCTL_USAGE;
		}
		if (!take_flag(c, opt) && !take_value(c, opt, optarg))
			return TANDEMCTL_USAGE;
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
load_conf(struct tandemctl_call *c)
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
	static struct tandemctl_call c = { .file = TANDEMCTL_CONF,
		.state = "",
		.warning = TANDEMCTL_BEHIND_WARNING,
		.critical = TANDEMCTL_BEHIND_CRITICAL };
	const char *name;
	int code;

	c.look.colour = isatty(1) && getenv("NO_COLOR") == NULL;
	code = read_options(argc, argv, &c);
	if (code >= 0)
		return code;
	load_conf(&c);
	name = c.argc > 0 ? c.argv[0] : "status";
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(tandemctl_commands[i].name, name) == 0)
			return tandemctl_commands[i].run(&c);
	fprintf(stderr, "tandemctl: no such command: %s\n", name);
	print_help(stderr);
	return TANDEMCTL_USAGE;
}
