/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bwsim: a BroadWorks simulator that Xsi clients accept. See bws.h for its parts.
 *
 * Happy path: options, users, XSPs, journal, control socket, one line "bwsim ready ..." on
 * stdout, then one loop (timers, HTTP servers, descriptors) until SIGTERM, SIGINT or "quit": exit 0.
 *
 * Failure modes: a wrong option or something that cannot be opened: one line on stderr, exit 2
 * (usage) or 1 (start-up).
 */
#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_acd.h"
#include "tests/bwsim/bws_actions_api.h"
#include "tests/bwsim/bws_ask.h"
#include "tests/bwsim/bws_route_point.h"
#include "tests/bwsim/bws_journal.h"

#include <errno.h>
#include <getopt.h>
#include <libxml/parser.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define SLEEP_MS_MAX 1000

int
bws_watch_add(struct bws *w, int fd, uint32_t events, struct bws_watch *watch)
{
	struct epoll_event ev = { .events = events, .data.ptr = watch };

	return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &ev);
}

int
bws_watch_change(struct bws *w, int fd, uint32_t events, struct bws_watch *watch)
{
	struct epoll_event ev = { .events = events, .data.ptr = watch };

	return epoll_ctl(w->epoll_fd, EPOLL_CTL_MOD, fd, &ev);
}

void
bws_watch_del(struct bws *w, int fd)
{
	epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

static void
usage(FILE *out)
{
	fputs("usage: bwsim --listen NAME=ADDRESS:PORT... --users FIRST-LAST@DOMAIN...\n"
	      "             --admin LOGIN:PASSWORD [--queue EXT@DOMAIN[=AGENT|FIRST-LAST,...]]...\n"
	      "             [--route-point EXT@DOMAIN]... [--app-controller ID=CHANNELSET]...\n"
	      "             [--journal FILE] [--control SOCKET] [--seed N]\n"
	      "             [--config FILE] [--knob NAME=VALUE]... [--virtual]\n"
	      "             [--listen-cti XSP=ADDRESS:PORT]... [--token LOGIN:TOKEN]...\n"
	      "             [--tls-cert FILE --tls-key FILE [--tls-ca FILE]\n"
	      "              [--listen-tls XSP=ADDRESS:PORT]... [--listen-cti-tls XSP=ADDRESS:PORT]...]\n"
	      "             [--schema DIR] [--scenario FILE]\n"
	      "       bwsim --ask SOCKET COMMAND...\n"
	      "       bwsim --help-knobs | --help\n",
		out);
}

static void
seed_all(struct bws *w, uint64_t seed)
{
	bws_rand_seed(&w->rand_id, seed ^ 0x1d);
	bws_rand_seed(&w->rand_route, seed ^ 0x207e0000);
	bws_rand_seed(&w->rand_call, seed ^ 0xca110000);
	bws_rand_seed(&w->rand_load, seed ^ 0x10ad0000);
	bws_rand_seed(&w->rand_as, seed ^ 0xa5000000);
	bws_rand_seed(&w->rand_net, seed ^ 0x9e70000000);
}

static void
init(struct bws *w)
{
	memset(w, 0, sizeof(*w));
	w->epoll_fd = -1;
	bws_knobs_init(&w->knobs);
	w->seed = 1;
	seed_all(w, w->seed);
	bws_chan_init(w);
	bws_sub_init(w);
	bws_deliver_init(w);
	bws_contact_init(w);
	bws_call_init(w);
	bws_load_init(w);
	bws_fault_init(w);
	bws_garble_init(w);
	bws_scenario_init(w);
	bws_control_init(w);
	bws_later_init(w);
	bws_controller_init(w);
}

static void
fini(struct bws *w)
{
	bws_scenario_fini(w);
	bws_garble_fini(w);
	bws_control_fini(w);
	bws_fault_clear(w);
	bws_timer_stop(&w->timers, &w->load.next);
	bws_actions_api_fini(w);
	bws_later_fini(w);
	bws_controller_fini(w);
	bws_call_fini(w);
	bws_deliver_fini(w);
	bws_chan_fini(w);
	bws_http_fini(w);
	bws_cti_fini(w);
	bws_tls_fini(w);
	bws_contact_fini(w);
	bws_sub_fini(w);
	bws_deliver_fini(w);
	/* Streams that their servers released free themselves by a timer. */
	bws_timers_run(&w->timers, INT64_MAX);
	bws_user_fini(w);
	bws_account_fini(w);
	bws_auth_fini(w);
	bws_rate_fini(w);
	bws_validate_fini(w);
	bws_timers_free(&w->timers);
	bws_journal_close(w);
	bws_knobs_fini(&w->knobs);
	if (w->epoll_fd >= 0)
		close(w->epoll_fd);
	xmlCleanupParser();
}

enum {
	OPT_LISTEN = 1,
	OPT_USERS,
	OPT_QUEUE,
	OPT_ROUTE_POINT,
	OPT_CONTROLLER,
	OPT_ADMIN,
	OPT_JOURNAL,
	OPT_CONTROL,
	OPT_SEED,
	OPT_CONFIG,
	OPT_KNOB,
	OPT_VIRTUAL,
	OPT_LISTEN_CTI,
	OPT_LISTEN_TLS,
	OPT_LISTEN_CTI_TLS,
	OPT_TOKEN,
	OPT_TLS_CERT,
	OPT_TLS_KEY,
	OPT_TLS_CA,
	OPT_SCHEMA,
	OPT_SCENARIO,
	OPT_HELP_KNOBS,
	OPT_HELP
};

static const struct option options[] = {
	{ "listen", required_argument, NULL, OPT_LISTEN },
	{ "users", required_argument, NULL, OPT_USERS },
	{ "queue", required_argument, NULL, OPT_QUEUE },
	{ "route-point", required_argument, NULL, OPT_ROUTE_POINT },
	{ "app-controller", required_argument, NULL, OPT_CONTROLLER },
	{ "admin", required_argument, NULL, OPT_ADMIN },
	{ "journal", required_argument, NULL, OPT_JOURNAL },
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "knob", required_argument, NULL, OPT_KNOB },
	{ "virtual", no_argument, NULL, OPT_VIRTUAL },
	{ "listen-cti", required_argument, NULL, OPT_LISTEN_CTI },
	{ "listen-tls", required_argument, NULL, OPT_LISTEN_TLS },
	{ "listen-cti-tls", required_argument, NULL, OPT_LISTEN_CTI_TLS },
	{ "token", required_argument, NULL, OPT_TOKEN },
	{ "tls-cert", required_argument, NULL, OPT_TLS_CERT },
	{ "tls-key", required_argument, NULL, OPT_TLS_KEY },
	{ "tls-ca", required_argument, NULL, OPT_TLS_CA },
	{ "schema", required_argument, NULL, OPT_SCHEMA },
	{ "scenario", required_argument, NULL, OPT_SCENARIO },
	{ "help-knobs", no_argument, NULL, OPT_HELP_KNOBS },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

/* TLS ports come last on the command line or not: the files are opened with the first port. */
static struct bws_tls_files tls_files;

static void
add_tls(struct bws *w, const char *spec, bool cti, char *err, size_t err_len)
{
	if (!w->tls.context && bws_tls_open(w, &tls_files, err, err_len) < 0)
		return;
	bws_tls_add(w, spec, cti, err, err_len);
}

/* Options of transports, log-in and checks. Returns false when it is none of them. */
static bool
apply_wire_option(struct bws *w, int opt, const char *arg, char *err, size_t err_len)
{
	switch (opt) {
	case OPT_LISTEN_CTI:
		bws_cti_add(w, arg, err, err_len);
		break;
	case OPT_LISTEN_TLS:
	case OPT_LISTEN_CTI_TLS:
		add_tls(w, arg, opt == OPT_LISTEN_CTI_TLS, err, err_len);
		break;
	case OPT_TOKEN:
		if (bws_auth_add_token(w, arg, -1) < 0)
			snprintf(err, err_len, "--token: '%s' is not LOGIN:TOKEN", arg);
		break;
	case OPT_TLS_CERT:
		tls_files.cert = arg;
		break;
	case OPT_TLS_KEY:
		tls_files.key = arg;
		break;
	case OPT_TLS_CA:
		tls_files.ca = arg;
		break;
	case OPT_SCHEMA:
		bws_validate_open(w, arg, err, err_len);
		break;
	case OPT_SCENARIO:
		bws_scenario_load(w, arg, err, err_len);
		break;
	default:
		return false;
	}
	return true;
}

/* Returns 0, or the exit code. */
static int
apply_option(struct bws *w, int opt, const char *arg)
{
	char err[512] = "";
	char *end;

	switch (opt) {
	case OPT_LISTEN:
		bws_http_add(w, arg, err, sizeof(err));
		break;
	case OPT_USERS:
		if (bws_user_add_range(w, arg) < 0)
			snprintf(err, sizeof(err), "--users: '%s' makes no sense", arg);
		break;
	case OPT_QUEUE:
		if (bws_acd_add(w, arg) < 0)
			snprintf(err, sizeof(err), "--queue: '%s' makes no sense", arg);
		break;
	case OPT_ROUTE_POINT:
		if (bws_route_point_add(w, arg) < 0)
			snprintf(err, sizeof(err), "--route-point: '%s' makes no sense", arg);
		break;
	case OPT_CONTROLLER:
		if (bws_controller_add(w, arg) < 0)
			snprintf(err, sizeof(err), "--app-controller: '%s' is not ID=SET", arg);
		break;
	case OPT_ADMIN:
		if (bws_account_add(w, arg) < 0)
			snprintf(err, sizeof(err), "--admin: '%s' is not LOGIN:PASSWORD", arg);
		break;
	case OPT_JOURNAL:
		if (bws_journal_open(w, arg) < 0)
			snprintf(err, sizeof(err), "%s: %s", arg, strerror(errno));
		break;
	case OPT_CONTROL:
		if (bws_control_open(w, arg) < 0)
			snprintf(err, sizeof(err), "%s: %s", arg, strerror(errno));
		break;
	case OPT_SEED:
		errno = 0;
		w->seed = strtoull(arg, &end, 0);
		seed_all(w, w->seed);
		if (errno || end == arg || *end)
			snprintf(err, sizeof(err), "--seed: '%s' is no number", arg);
		break;
	case OPT_CONFIG:
		bws_knobs_load(&w->knobs, arg, err, sizeof(err));
		break;
	case OPT_KNOB:
		bws_knobs_assign(&w->knobs, arg, err, sizeof(err));
		break;
	case OPT_VIRTUAL:
		bws_util_clock_virtual();
		break;
	default:
		if (apply_wire_option(w, opt, arg, err, sizeof(err)))
			break;
		usage(stderr);
		return 2;
	}
	if (!*err)
		return 0;
	fprintf(stderr, "bwsim: %s\n", err);
	return 1;
}

/* The seed and the knobs must be known before users and servers exist, users before call centers. */
static int
pass_of(int opt)
{
	if (opt == OPT_QUEUE || opt == OPT_ROUTE_POINT || opt == OPT_CONTROLLER)
		return 2;
	if (opt == OPT_SEED || opt == OPT_CONFIG || opt == OPT_KNOB || opt == OPT_VIRTUAL ||
		opt == OPT_SCENARIO || (opt >= OPT_TLS_CERT && opt <= OPT_TLS_CA) || opt == '?')
		return 0;
	return 1;
}

static int
read_options(struct bws *w, int argc, char **argv)
{
	int pass, opt, rv;

	for (pass = 0; pass < 3; pass++) {
		optind = 1;
		opterr = pass == 0;
		while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
			rv = pass_of(opt) == pass ? apply_option(w, opt, optarg) : 0;
			if (rv)
				return rv;
		}
	}
	if (optind != argc || !w->http.count || !w->users.count || !w->accounts.count) {
		usage(stderr);
		return 2;
	}
	return 0;
}

static void
on_signal(void *arg, uint32_t events)
{
	struct bws *w = arg;

	(void)events;
	w->quit = true;
}

static int
watch_signals(struct bws *w, struct bws_watch *watch)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	watch->ready = on_signal;
	watch->arg = w;
	if (fd >= 0 && bws_watch_add(w, fd, EPOLLIN, watch) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Milliseconds to sleep: the next timer, what the servers ask for, a second at most. */
static int
sleep_ms(struct bws *w)
{
	int64_t next = bws_timers_next(&w->timers);
	int http = bws_http_timeout_ms(w);
	int64_t ms = SLEEP_MS_MAX;

	if (next >= 0) {
		int64_t left = (next - bws_util_mono_us() + 999) / 1000;

		/* Virtual time does not pass while we sleep: only what is due now counts. */
		if (left < ms && (left <= 0 || !bws_util_clock_is_virtual()))
			ms = left < 0 ? 0 : left;
	}
	if (http >= 0 && http < ms)
		ms = http;
	return (int)ms;
}

static void
loop(struct bws *w)
{
	/* One descriptor a round: its handler may free any other watch. */
	struct epoll_event ev;

	while (!w->quit) {
		bws_timers_run(&w->timers, bws_util_mono_us());
		bws_http_run(w);
		if (epoll_wait(w->epoll_fd, &ev, 1, sleep_ms(w)) == 1) {
			struct bws_watch *watch = ev.data.ptr;

			watch->ready(watch->arg, ev.events);
		}
	}
}

static void
say_ready(struct bws *w)
{
	char text[160];
	size_t i;

	fputs("bwsim ready", stdout);
	for (i = 0; i < w->http.count; i++) {
		bws_xsp_describe(w->http.xsps[i], text, sizeof(text));
		printf(" %s", text);
	}
	for (i = 0; i < w->cti.count; i++) {
		bws_cti_describe(w->cti.servers[i], text, sizeof(text));
		printf(" %s", text);
	}
	for (i = 0; i < w->tls.count; i++) {
		bws_tls_describe(w->tls.servers[i], text, sizeof(text));
		printf(" %s", text);
	}
	putchar('\n');
	fflush(stdout);
}

/* One line at the end of a scenario. Returns the exit code. */
static int
say_result(struct bws *w)
{
	unsigned wrong;

	if (w->scenario.state == BWS_SCENARIO_NONE)
		return 0;
	wrong = bws_scenario_judge(w);
	printf("scenario %s: %s\n%s", wrong ? "failed" : "passed", w->scenario.title,
		bws_buf_text(&w->scenario.verdict));
	return wrong ? 3 : 0;
}

/* Options that only print. */
static bool
only_help(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--help-knobs") == 0) {
		bws_knobs_help(stdout);
		return true;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return true;
	}
	return false;
}

int
main(int argc, char **argv)
{
	struct bws_watch signals;
	struct bws w;
	int signal_fd = -1;
	int rv;

	if (only_help(argc, argv))
		return 0;
	if (argc >= 4 && strcmp(argv[1], "--ask") == 0)
		return bws_ask_main(argc - 2, argv + 2);
	/* TLS writes without MSG_NOSIGNAL. */
	signal(SIGPIPE, SIG_IGN);
	init(&w);
	w.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	rv = w.epoll_fd < 0 ? 1 : read_options(&w, argc, argv);
	if (!rv) {
		signal_fd = watch_signals(&w, &signals);
		if (signal_fd < 0) {
			fprintf(stderr, "bwsim: signals: %s\n", strerror(errno));
			rv = 1;
		}
	}
	if (!rv) {
		say_ready(&w);
		bws_scenario_arm(&w, w.seed);
		loop(&w);
		rv = say_result(&w);
	}
	if (signal_fd >= 0)
		close(signal_fd);
	fini(&w);
	return rv;
}
