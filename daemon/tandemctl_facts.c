/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts for the checks: see tandemctl_facts.h. What cannot be found out is left out: the check that needs it says so. Nothing is
 * changed anywhere; a connection to an XSP is opened and closed again.
 */
#include "daemon/tandemctl_facts.h"

#include "daemon/ctl.h"
#include "daemon/io_cert.h"
#include "daemon/io_files.h"
#include "daemon/tandemctl_doctor.h"
#include "daemon/tandemctl_run.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define FACTS_TEXT_BYTES_MAX (4 * 1024 * 1024)
#define FACTS_CONNECT_MS 2000

/* --- programs ----------------------------------------------------------------------------------- */

/* What a program prints becomes a text, if it ends well. */
static void
put_output(json_t *facts, const char *key, char *const args[])
{
	struct buf out;
	json_t *text = NULL;

	buf_init(&out, FACTS_TEXT_BYTES_MAX);
	if (tandemctl_run(args, TANDEMCTL_RUN_MS, &out) == 0 && !out.overflow)
		text = json_stringn((const char *)out.p, out.n);
	if (text != NULL)
		json_object_set_new(facts, key, text);
	buf_fini(&out);
}

/* Programs of corosync are where those of Pacemaker are. */
static void
ask_cluster(const struct conf *c, json_t *facts)
{
	char path[256], query[] = "-Q", once[] = "-1", xml[] = "--output-as=xml", status[] = "-s";
	char *none[] = { path, NULL }, *quorum[] = { path, status, NULL },
	     *cib[] = { path, query, NULL }, *mon[] = { path, once, xml, NULL };

	if (tandemctl_pacemaker_path(c, "corosync-cmapctl", path, sizeof(path)))
		put_output(facts, "cmap", none);
	if (tandemctl_pacemaker_path(c, "corosync-quorumtool", path, sizeof(path)))
		put_output(facts, "quorum", quorum);
	if (tandemctl_pacemaker_path(c, "cibadmin", path, sizeof(path)))
		put_output(facts, "cib", cib);
	if (tandemctl_pacemaker_path(c, "crm_mon", path, sizeof(path)))
		put_output(facts, "mon", mon);
}

static void
ask_daemon(const struct tandemctl_call *c, json_t *facts)
{
	struct err e = { 0 };
	json_t *status = tandemctl_ask_verb(c, "status", TANDEMCTL_ASK_MS, &e);
	json_t *version;

	if (status == NULL) {
		json_object_set_new(facts, "status_error", json_string(e.text));
		return;
	}
	json_object_set_new(facts, "status", status);
	version = tandemctl_ask_verb(c, "version", TANDEMCTL_ASK_MS, &e);
	if (version != NULL)
		json_object_set(facts, "version", json_object_get(version, "text"));
	json_decref(version);
}

/* --- files -------------------------------------------------------------------------------------- */

static void
put_secret(json_t *list, const char *file, bool must_be_there)
{
	struct stat st;

	if (file[0] == '\0')
		return;
	if (stat(file, &st) == 0)
		json_array_append_new(list,
			json_pack("{s:s,s:i,s:b}", "file", file, "mode", (int)(st.st_mode & 0777),
				"missing", 0));
	else if (must_be_there)
		json_array_append_new(list, json_pack("{s:s,s:b}", "file", file, "missing", 1));
}

static bool
has_password(const struct conf *c)
{
	bool has = c->csta_password[0] != '\0' || c->bw_password[0] != '\0';

	for (uint32_t i = 0; i < c->application_count; i++)
		has = has || c->applications[i].password[0] != '\0';
	for (uint32_t i = 0; i < c->xsp_count; i++)
		has = has || c->xsps[i].own_password;
	return has;
}

/* The configuration counts when passwords are in it; the daemon has read those of files into the same places. */
static json_t *
secrets(const struct tandemctl_call *call)
{
	const struct conf *c = &call->conf;
	json_t *list = json_array();

	if (has_password(c))
		put_secret(list, call->file, false);
	put_secret(list, c->csta_password_file, true);
	put_secret(list, c->bw_password_file, true);
	put_secret(list, c->token_file, true);
	put_secret(list, c->key_file, true);
	for (uint32_t i = 0; i < c->application_count; i++)
		put_secret(list, c->applications[i].password_file, true);
	for (uint32_t i = 0; i < c->xsp_count; i++)
		put_secret(list, c->xsps[i].password_file, true);
	for (uint32_t i = 0; i < c->listener_count; i++)
		put_secret(list, c->listeners[i].key_file, true);
	return list;
}

static json_t *
certificates(const struct conf *c)
{
	static struct io_cert certs[LIMIT_CERTIFICATES];
	uint32_t count = io_cert_read(c, (int64_t)time(NULL), certs);
	json_t *list = json_array();

	for (uint32_t i = 0; i < count; i++)
		json_array_append_new(list,
			json_pack("{s:s,s:s}", "state", io_cert_state_name(certs[i].state), "text",
				certs[i].text));
	return list;
}

static json_t *
state_folder(const struct conf *c)
{
	struct statvfs fs = { 0 };
	bool writable = access(c->state_dir, W_OK) == 0 && statvfs(c->state_dir, &fs) == 0;

	return json_pack("{s:s,s:b,s:I}", "path", c->state_dir, "writable", writable ? 1 : 0,
		"free_mb", (json_int_t)((uint64_t)fs.f_bavail * fs.f_frsize >> 20));
}

/* --- sockets ------------------------------------------------------------------------------------ */

/* NULL, or why the address does not take a connection. */
static const char *
connect_error(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int failed = 0;

	if (fd < 0)
		return strerror(errno);
	if (connect(fd, a->ai_addr, a->ai_addrlen) != 0 && errno != EINPROGRESS)
		failed = errno;
	else if (poll(&p, 1, FACTS_CONNECT_MS) <= 0)
		failed = ETIMEDOUT;
	else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) != 0)
		failed = errno;
	close(fd);
	return failed != 0 ? strerror(failed) : NULL;
}

static json_t *
try_xsp(const struct conf_xsp *x)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	uint16_t scheme = x->tls ? 443 : 80;
	char port[8];
	const char *why;
	int code;

	if (x->transport == CONF_CTI)
		scheme = x->tls ? 8012 : 8011;
	snprintf(port, sizeof(port), "%u", x->port != 0 ? x->port : scheme);
	code = getaddrinfo(x->host, port, &hints, &found);
	why = code != 0 ? gai_strerror(code) : "no address";
	for (struct addrinfo *a = found; a != NULL && why != NULL; a = a->ai_next)
		why = connect_error(a);
	if (found != NULL)
		freeaddrinfo(found);
	return json_pack("{s:s,s:s?}", "name", x->name, "error", why);
}

static json_t *
xsps(const struct conf *c)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < c->xsp_count; i++)
		if (c->xsps[i].host[0] != '\0' && c->xsps[i].proxy[0] == '\0')
			json_array_append_new(list, try_xsp(&c->xsps[i]));
	return list;
}

/* --- together ----------------------------------------------------------------------------------- */

static void
put_conf(const struct tandemctl_call *c, json_t *facts)
{
	static struct conf read;
	struct err e = { 0 };

	if (io_files_read_conf(&read, c->file, &e) != 0)
		json_object_set_new(facts, "conf_error", json_string(e.text));
	json_object_set_new(facts, "clustered", json_boolean(c->conf.clustered));
	json_object_set_new(facts, "fencing", json_boolean(c->conf.fencing));
	json_object_set_new(facts, "lease_ms", json_integer((json_int_t)c->conf.lease_ms));
	json_object_set_new(facts, "resource", json_string(c->conf.resource));
	json_object_set_new(facts, "virtual_address", json_string(c->conf.virtual_address));
	json_object_set_new(facts, "cores", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
	json_object_set_new(facts, "own_version", json_string(TANDEM_VERSION));
}

json_t *
tandemctl_facts(const struct tandemctl_call *c)
{
	json_t *facts = json_object();
	struct timex clock = { 0 };

	put_conf(c, facts);
	ask_daemon(c, facts);
	if (c->conf.clustered)
		ask_cluster(&c->conf, facts);
	json_object_set_new(facts, "xsps", xsps(&c->conf));
	json_object_set_new(facts, "secrets", secrets(c));
	json_object_set_new(facts, "certificates", certificates(&c->conf));
	json_object_set_new(facts, "state", state_folder(&c->conf));
	json_object_set_new(
		facts, "clock_synchronised", json_boolean(adjtimex(&clock) != TIME_ERROR));
	return facts;
}

int
tandemctl_doctor_run(const struct tandemctl_call *c)
{
	static struct tandemctl_finding list[TANDEMCTL_FINDINGS_MAX];
	json_t *facts = tandemctl_facts(c);
	size_t count = tandemctl_doctor(facts, list);
	struct buf out;

	json_decref(facts);
	if (c->json) {
		json_t *root = tandemctl_doctor_json(list, count);

		tandemctl_print_json(root);
		json_decref(root);
	} else {
		buf_init(&out, CTL_MESSAGE_BYTES_MAX);
		tandemctl_doctor_show(list, count, &c->look, &out);
		tandemctl_print(&out);
	}
	return tandemctl_doctor_exit(list, count);
}
