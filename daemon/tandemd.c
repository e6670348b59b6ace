/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tandemd: the connector. Reads its configuration, opens the log, runs the loop.
 *
 * It stays in the foreground and forks nothing but single calls of crm_resource: a forked copy
 * would keep the node in its process group after its death. Exit codes: 0 clean stop, 1
 * configuration or start-up error, 2 usage, 3 of -t alone: a certificate has expired.
 */
#include "daemon/io_cert.h"
#include "daemon/io_files.h"
#include "daemon/io_journal.h"
#include "daemon/io_log.h"
#include "daemon/io_loop.h"
#include "daemon/io_tls.h"
#include "proto/base/map.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define TANDEMD_CONF "/etc/tandem/tandem.conf"
#define TANDEMD_COROSYNC_WAIT_MS 30000
#define TANDEMD_EXPIRED 3 /* of -t: whoever starts the daemon may go on */

struct options {
	const char *file;
	bool check, print;
};

static void
usage(FILE *to)
{
	fprintf(to,
		"usage: tandemd [-c FILE] [-t | -p | -V | -h]\n"
		"  -c FILE  configuration (default " TANDEMD_CONF ")\n"
		"  -t       check the configuration and end: 0 good, 1 not, 3 good but for a certificate that\n"
		"           has expired or cannot be read\n"
		"  -p       print the configuration with all its keys, without passwords, and end\n"
		"  -V       print the version and end\n"
		"Runs in the foreground until SIGTERM. SIGHUP opens the log file anew and reads the\n"
		"certificates of listeners and login-files again.\n"
		"Exit codes: 0 clean stop, 1 configuration or start-up error, 2 usage.\n");
}

/* -1: go on; otherwise the exit code. */
static int
read_options(int argc, char **argv, struct options *o)
{
	int opt;

	while ((opt = getopt(argc, argv, "c:tpVh")) != -1) {
		switch (opt) {
		case 'c':
			o->file = optarg;
			break;
		case 't':
			o->check = true;
			break;
		case 'p':
			o->print = true;
			break;
		case 'V':
			printf("tandemd " TANDEM_VERSION "\n");
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "tandemd: too many arguments: %s\n", argv[optind]);
		usage(stderr);
		return 2;
	}
	return -1;
}

static void
print_conf(const struct conf *c)
{
	struct buf text;

	buf_init(&text, 65536);
	conf_print(c, false, &text);
	fwrite(text.p, 1, text.n, stdout);
	buf_fini(&text);
}

static bool
keys_are_good(const struct conf *c)
{
	bool good = true;

	for (uint32_t i = 0; i < c->listener_count; i++) {
		struct err e = { 0 };
		struct io_tls_key *key;

		if (!c->listeners[i].tls)
			continue;
		key = io_tls_key_load(&c->listeners[i], &e);
		if (key == NULL)
			fprintf(stderr, "tandemd: %s\n", e.text);
		good = good && key != NULL;
		io_tls_key_free(key);
	}
	return good;
}

/* Says what is wrong with them; those that will be soon are no fault yet. */
static bool
certificates_are_valid(const struct conf *c)
{
	static struct io_cert certs[LIMIT_CERTIFICATES];
	uint32_t count = io_cert_read(c, (int64_t)time(NULL), certs);
	bool good = true;

	for (uint32_t i = 0; i < count; i++) {
		if (certs[i].state == IO_CERT_GOOD)
			continue;
		fprintf(stderr, "tandemd: %s%s; " IO_CERT_REMEDY "\n",
			certs[i].state == IO_CERT_SOON ? "warning: " : "", certs[i].text);
		good = good && certs[i].state == IO_CERT_SOON;
	}
	return good;
}

/* Pacemaker knows the node by what uname says; a name in the file is for tests on one host. */
static void
name_node(struct conf *c)
{
	if (c->node_name[0] == '\0' && gethostname(c->node_name, sizeof(c->node_name) - 1) != 0)
		snprintf(c->node_name, sizeof(c->node_name), "node");
}

/* Each client and each XSP connection is a descriptor. */
static void
raise_limits(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max < 65536 ? r.rlim_max : 65536;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
}

static int
run(const struct conf *c)
{
	struct err e = { 0 };
	struct io_loop *l;
	uint64_t seed = 0;
	int code;

	(void)!getrandom(&seed, sizeof(seed), 0);
	map_seed(seed);
	raise_limits();
	if (io_files_prepare(c->state_dir, &e) != 0 ||
		io_log_open(c->log_file, c->node_name, c->state_dir, &e) != 0) {
		fprintf(stderr, "tandemd: %s\n", e.text);
		return 1;
	}
	(void)io_log_to_syslog(c->log_syslog);
	io_log_set_level((enum log_level)c->log_level);
	io_log_shape(c->log_json != 0, c->log_mask, c->log_rate);
	if (c->log_file[0] == '\0' && io_journal_is_stderr())
		(void)io_log_to_journal(IO_JOURNAL_SOCKET);
	log_emit(io_log_get(), M_CONFIG_LOADED, "configuration %08" PRIx32, (uint32_t)conf_hash(c));
	l = io_loop_new(c, io_log_get(), TANDEMD_COROSYNC_WAIT_MS, &e);
	if (l == NULL) {
		log_emit(io_log_get(), M_START, "cannot start: %s", e.text);
		fprintf(stderr, "tandemd: cannot start: %s\n", e.text);
		io_log_close();
		return 1;
	}
	code = io_loop_run(l);
	io_loop_free(l);
	io_log_close();
	return code;
}

int
main(int argc, char **argv)
{
	struct options o = { .file = TANDEMD_CONF };
	static struct conf c;
	struct err e = { 0 };
	int code = read_options(argc, argv, &o);

	if (code >= 0)
		return code;
	if (io_files_load_conf(&c, o.file, &e) != 0) {
		fprintf(stderr, "tandemd: %s\n", e.text);
		return 1;
	}
	name_node(&c);
	if (o.print)
		print_conf(&c);
	if (o.check && !keys_are_good(&c))
		return 1;
	if (o.check && !certificates_are_valid(&c))
		return TANDEMD_EXPIRED;
	if (o.check && !o.print)
		printf("tandemd: %s: good\n", o.file);
	return o.check || o.print ? 0 : run(&c);
}
