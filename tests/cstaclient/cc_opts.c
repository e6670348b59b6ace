/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of cstaclient.
 *
 * Happy path: getopt_long, each value checked, device ranges spread out into names.
 * Failure modes: an unknown option, a value out of its range, more sessions than devices: one
 * sentence that names the option.
 */
#include "tests/cstaclient/cc_opts.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEVICES_MAX 200000
#define SESSIONS_MAX 10000

static const char help[] =
	"usage: cstaclient --server HOST:PORT --devices RANGES [options]\n"
	"\n"
	"A CSTA XML client that keeps accounts of what the server says.\n"
	"\n"
	"  --server HOST:PORT   IPv4 address and port of the server\n"
	"  --devices RANGES     devices to monitor, as 2000-2049,2100; dealt round robin\n"
	"  --sessions N         connections, each with its share of the devices (1)\n"
	"  --monitors N         each session has so many monitors, of the devices that follow\n"
	"                       those of the session before, over and over (0: its share)\n"
	"  --mode MODE          session: ECMA-354, resumes its session; plain: as a T-Server (session)\n"
	"  --edition ED         ed3, ed4, ed5 or ed6 (ed6)\n"
	"  --user U             name for the login (demo)\n"
	"  --password P         password for the login (demo)\n"
	"  --rate R             random requests a second over all sessions (0)\n"
	"  --outside-p P        share of calls made to outside numbers, 0..1 (0.25)\n"
	"  --features           random consultations, transfers, conferences and diversions, too\n"
	"  --seed N             seed of all random choices (1)\n"
	"  --journal FILE       journal, JSON lines\n"
	"  --journal-xml        journal with the whole documents\n"
	"  --control SOCKET     control socket, JSON lines\n"
	"  --probe-ms MS        RequestSystemStatus this often, to measure silence; 0 = off (100)\n"
	"  --dead-ms MS         reopen a connection that answers nothing for so long (3000)\n"
	"  --keepalive-s S      plain: RequestSystemStatus this often; 0 = off (10)\n"
	"  --session-s S        session: requested session duration (60)\n"
	"  --cleanup-s S        session: requested clean-up delay (60)\n"
	"  --validate DIR       check each document against DIR/EDITION/csta.xsd and\n"
	"                       DIR/appl_session/appl_session.xsd\n"
	"  --help               this text\n"
	"\n"
	"It prints \"cstaclient ready\" when every session has its monitors and snapshots, and its\n"
	"account as one line of JSON when it ends (SIGTERM, SIGINT, or control finish).\n"
	"Control: stop-requests, mark, snapshot, picture, account, latency, deaf, ask, finish, quit.\n"
	"requests = requests_answered + requests_unanswered + requests_in_flight; requests_failed are\n"
	"those answers that were errors. silence_ms covers all marks, marks has each one.\n"
	"Exit: 0 ended when told to, 1 wrong arguments, files or login.\n";

enum option_id {
	OPT_SERVER = 256,
	OPT_DEVICES,
	OPT_SESSIONS,
	OPT_MONITORS,
	OPT_MODE,
	OPT_EDITION,
	OPT_USER,
	OPT_PASSWORD,
	OPT_RATE,
	OPT_OUTSIDE_P,
	OPT_FEATURES,
	OPT_SEED,
	OPT_JOURNAL,
	OPT_JOURNAL_XML,
	OPT_CONTROL,
	OPT_PROBE_MS,
	OPT_DEAD_MS,
	OPT_KEEPALIVE_S,
	OPT_SESSION_S,
	OPT_CLEANUP_S,
	OPT_VALIDATE,
	OPT_HELP,
};

static const struct option options[] = {
	{ "server", required_argument, NULL, OPT_SERVER },
	{ "devices", required_argument, NULL, OPT_DEVICES },
	{ "sessions", required_argument, NULL, OPT_SESSIONS },
	{ "monitors", required_argument, NULL, OPT_MONITORS },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "edition", required_argument, NULL, OPT_EDITION },
	{ "user", required_argument, NULL, OPT_USER },
	{ "password", required_argument, NULL, OPT_PASSWORD },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "outside-p", required_argument, NULL, OPT_OUTSIDE_P },
	{ "features", no_argument, NULL, OPT_FEATURES },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "journal", required_argument, NULL, OPT_JOURNAL },
	{ "journal-xml", no_argument, NULL, OPT_JOURNAL_XML },
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "probe-ms", required_argument, NULL, OPT_PROBE_MS },
	{ "dead-ms", required_argument, NULL, OPT_DEAD_MS },
	{ "keepalive-s", required_argument, NULL, OPT_KEEPALIVE_S },
	{ "session-s", required_argument, NULL, OPT_SESSION_S },
	{ "cleanup-s", required_argument, NULL, OPT_CLEANUP_S },
	{ "validate", required_argument, NULL, OPT_VALIDATE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

/* A whole number in low..high. */
static int
parse_int(const char *text, int64_t low, int64_t high, int64_t *out)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < low || value > high)
		return -1;
	*out = value;
	return 0;
}

static int
parse_real(const char *text, double low, double high, double *out)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !isfinite(value) || value < low || value > high)
		return -1;
	*out = value;
	return 0;
}

static int
parse_server(struct cc_opts *o, const char *text)
{
	const char *colon = strrchr(text, ':');
	int64_t port;

	if (colon == NULL || (size_t)(colon - text) >= sizeof(o->host) || colon == text)
		return -1;
	if (parse_int(colon + 1, 1, 65535, &port) != 0)
		return -1;
	memcpy(o->host, text, (size_t)(colon - text));
	o->host[colon - text] = '\0';
	o->port = (int)port;
	return 0;
}

static int
add_device(struct cc_opts *o, int64_t number, int width)
{
	char **devices;

	if (o->device_count == DEVICES_MAX)
		return -1;
	devices = realloc(o->devices, (o->device_count + 1) * sizeof(*devices));
	if (devices == NULL)
		return -1;
	o->devices = devices;
	if (asprintf(&devices[o->device_count], "%0*lld", width, (long long)number) < 0)
		return -1;
	o->device_count++;
	return 0;
}

/* One part of the list: "2000" or "2000-2049"; leading zeros are kept. */
static int
parse_range(struct cc_opts *o, const char *text)
{
	char *end;
	int64_t first = strtoll(text, &end, 10);
	int64_t last = first;
	int width = (int)(end - text);

	if (end == text || first < 0)
		return -1;
	if (*end == '-' && parse_int(end + 1, first, INT64_MAX - 1, &last) != 0)
		return -1;
	if (*end != '-' && *end != '\0')
		return -1;
	if (last - first >= DEVICES_MAX)
		return -1;
	for (; first <= last; first++)
		if (add_device(o, first, width) != 0)
			return -1;
	return 0;
}

static int
parse_devices(struct cc_opts *o, const char *text)
{
	char *copy = strdup(text);
	char *save = NULL;
	int rc = copy == NULL ? -1 : 0;

	if (copy == NULL)
		return -1;
	for (char *part = strtok_r(copy, ",", &save); part != NULL && rc == 0;
		part = strtok_r(NULL, ",", &save))
		rc = parse_range(o, part);
	free(copy);
	return o->device_count == 0 ? -1 : rc;
}

static int
parse_mode(struct cc_opts *o, const char *text)
{
	o->is_plain = strcmp(text, "plain") == 0;
	return o->is_plain || strcmp(text, "session") == 0 ? 0 : -1;
}

static int
parse_edition(struct cc_opts *o, const char *text)
{
	o->edition = text;
	return strlen(text) == 3 && strncmp(text, "ed", 2) == 0 && text[2] >= '3' &&
			text[2] <= '6' ?
		0 :
		-1;
}

static int
parse_number_option(struct cc_opts *o, int id, const char *text)
{
	int64_t number = 0;
	int rc = -1;

	switch (id) {
	case OPT_SESSIONS:
		rc = parse_int(text, 1, SESSIONS_MAX, &number);
		o->sessions = (size_t)number;
		return rc;
	case OPT_MONITORS:
		rc = parse_int(text, 0, DEVICES_MAX, &number);
		o->monitors = (size_t)number;
		return rc;
	case OPT_SEED:
		rc = parse_int(text, 0, INT64_MAX, &number);
		o->seed = (uint64_t)number;
		return rc;
	case OPT_RATE:
		return parse_real(text, 0, 100000, &o->rate);
	case OPT_OUTSIDE_P:
		return parse_real(text, 0, 1, &o->outside_p);
	case OPT_PROBE_MS:
		return parse_int(text, 0, 3600000, &o->probe_ms);
	case OPT_DEAD_MS:
		return parse_int(text, 10, 3600000, &o->dead_ms);
	case OPT_KEEPALIVE_S:
		return parse_int(text, 0, 3600, &o->keepalive_s);
	case OPT_SESSION_S:
		return parse_int(text, 1, 86400, &o->session_s);
	case OPT_CLEANUP_S:
		return parse_int(text, 0, 86400, &o->cleanup_s);
	default:
		return rc;
	}
}

static int
parse_option(struct cc_opts *o, int id, const char *text)
{
	switch (id) {
	case OPT_SERVER:
		return parse_server(o, text);
	case OPT_DEVICES:
		return parse_devices(o, text);
	case OPT_MODE:
		return parse_mode(o, text);
	case OPT_EDITION:
		return parse_edition(o, text);
	case OPT_USER:
		o->user = text;
		return 0;
	case OPT_PASSWORD:
		o->password = text;
		return 0;
	case OPT_JOURNAL:
		o->journal = text;
		return 0;
	case OPT_FEATURES:
		o->has_features = true;
		return 0;
	case OPT_JOURNAL_XML:
		o->is_journal_xml = true;
		return 0;
	case OPT_CONTROL:
		o->control = text;
		return 0;
	case OPT_VALIDATE:
		o->validate = text;
		return 0;
	case OPT_HELP:
		o->is_help = true;
		return 0;
	default:
		return parse_number_option(o, id, text);
	}
}

static void
set_defaults(struct cc_opts *o)
{
	memset(o, 0, sizeof(*o));
	o->sessions = 1;
	o->edition = "ed6";
	o->user = "demo";
	o->password = "demo";
	o->seed = 1;
	o->probe_ms = 100;
	o->dead_ms = 3000;
	o->keepalive_s = 10;
	o->session_s = 60;
	o->cleanup_s = 60;
	o->outside_p = 0.25;
}

static int
check_all(const struct cc_opts *o, char *why, size_t why_size)
{
	if (o->is_help)
		return 0;
	if (o->port == 0 || o->device_count == 0) {
		(void)snprintf(why, why_size, "--server and --devices are needed");
		return -1;
	}
	if (o->monitors > o->device_count) {
		(void)snprintf(why, why_size,
			"%zu monitors for %zu devices: a session has one each", o->monitors,
			o->device_count);
		return -1;
	}
	if (o->monitors == 0 && o->sessions > o->device_count) {
		(void)snprintf(why, why_size, "%zu sessions for %zu devices: one each at least",
			o->sessions, o->device_count);
		return -1;
	}
	return 0;
}

int
cc_opts_parse(struct cc_opts *o, int argc, char **argv, char *why, size_t why_size)
{
	int index = 0;
	int id;

	set_defaults(o);
	optind = 0;
	opterr = 0;
	while ((id = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (id == '?') {
			(void)snprintf(why, why_size, "option %s is not known or lacks its value",
				argv[optind - 1]);
			return -1;
		}
		if (parse_option(o, id, optarg) != 0) {
			(void)snprintf(why, why_size, "--%s: bad value \"%s\"", options[index].name,
				optarg);
			return -1;
		}
	}
	if (optind < argc) {
		(void)snprintf(why, why_size, "argument \"%s\" is not an option", argv[optind]);
		return -1;
	}
	return check_all(o, why, why_size);
}

void
cc_opts_fini(struct cc_opts *o)
{
	for (size_t i = 0; i < o->device_count; i++)
		free(o->devices[i]);
	free(o->devices);
	o->devices = NULL;
	o->device_count = 0;
}

void
cc_opts_help(FILE *out)
{
	(void)fputs(help, out);
}
