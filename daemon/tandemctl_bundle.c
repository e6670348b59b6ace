/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tandemctl bundle [FILE]`: what somebody needs who is to find out what happened, of both nodes, as one archive.
 *
 * Everything is first a file in a folder of its own, which only its owner may read, then tar packs it. Each file goes through
 * tandemctl_redact.h on its way: secrets never, telephone numbers only if the log may have them. What cannot be had is named in
 * README.txt and makes the archive a partial one (exit 6): a node that is down is the usual reason to make one.
 */
#include "daemon/ctl.h"
#include "daemon/io_files.h"
#include "daemon/tandemctl.h"
#include "daemon/tandemctl_pause.h"
#include "daemon/tandemctl_redact.h"
#include "daemon/tandemctl_run.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BUNDLE_TAR "/usr/bin/tar"
#define BUNDLE_TAR_MS 60000
#define BUNDLE_PATH 300
#define BUNDLE_ROWS_MAX 200000

struct bundle {
	const struct tandemctl_call *c;
	struct tandemctl_secrets secrets;
	bool mask;
	char folder[BUNDLE_PATH]; /* removed at the end */
	char name[64];            /* of the folder in it that is packed */
	struct buf notes;         /* README.txt */
	bool partial;
};

/* --- files ------------------------------------------------------------------------------------ */

static void
missed(struct bundle *b, const char *what, const char *why)
{
	b->partial = true;
	buf_printf(&b->notes, "missing: %s: %s\n", what, why);
}

static void
write_bytes(struct bundle *b, const char *file, struct str bytes)
{
	char path[2 * BUNDLE_PATH];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/%s", b->folder, b->name, file);
	f = fopen(path, "we");
	if (f == NULL || fwrite(bytes.p, 1, bytes.n, f) != bytes.n || fclose(f) != 0)
		missed(b, file, strerror(errno));
}

/* Text: without secrets, and without numbers if they are not wanted. */
static void
write_text(struct bundle *b, const char *file, struct str text)
{
	struct buf plain, shown;

	buf_init(&plain, LIMIT_BUNDLE_BYTES);
	buf_init(&shown, LIMIT_BUNDLE_BYTES);
	tandemctl_redact(&b->secrets, text, &plain);
	if (b->mask)
		tandemctl_mask_text(buf_as_str(&plain), &shown);
	write_bytes(b, file, buf_as_str(b->mask ? &shown : &plain));
	buf_fini(&plain);
	buf_fini(&shown);
}

static void
write_json(struct bundle *b, const char *file, json_t *root)
{
	struct buf out;
	char *text;

	if (b->mask)
		tandemctl_mask_json(root);
	text = json_dumps(root, JSON_INDENT(1));
	buf_init(&out, LIMIT_BUNDLE_BYTES);
	tandemctl_redact(&b->secrets, str_of(text), &out);
	write_bytes(b, file, buf_as_str(&out));
	buf_fini(&out);
	free(text);
}

/* --- what the daemons know -------------------------------------------------------------------- */

/* All slices of a listing or of the messages; NULL with `e`. */
static json_t *
all_rows(const struct tandemctl_call *c, json_t *question, struct err *e)
{
	bool events = strcmp(json_string_value(json_object_get(question, "verb")), "events") == 0;
	json_t *rows = json_array(), *answer, *next;
	bool more = true;

	while (more && json_array_size(rows) < BUNDLE_ROWS_MAX) {
		answer = tandemctl_ask(c, json_deep_copy(question), TANDEMCTL_ASK_MS, e);
		if (answer == NULL) {
			json_decref(rows);
			return NULL;
		}
		json_array_extend(rows, json_object_get(answer, "rows"));
		next = json_object_get(answer, "next");
		if (next != NULL)
			json_object_set(question, "after", next);
		else if (events && json_array_size(json_object_get(answer, "rows")) > 0)
			json_object_set(question, "after",
				json_object_get(
					json_array_get(rows, json_array_size(rows) - 1), "n"));
		else
			more = false;
		json_decref(answer);
	}
	return rows;
}

static void
take_rows(struct bundle *b, const struct tandemctl_call *c, const char *folder, const char *what)
{
	struct err e = { 0 };
	bool events = strcmp(what, "events") == 0;
	json_t *question = json_pack("{s:s}", "verb", events ? "events" : "list");
	char file[128];
	json_t *rows;

	if (!events)
		json_object_set_new(question, "what", json_string(what));
	snprintf(file, sizeof(file), "%s/%s.json", folder, what);
	rows = all_rows(c, question, &e);
	if (rows != NULL)
		write_json(b, file, rows);
	else
		missed(b, file, e.text);
	json_decref(rows);
	json_decref(question);
}

static void
take_answer(struct bundle *b, const struct tandemctl_call *c, const char *folder, const char *verb)
{
	struct err e = { 0 };
	json_t *answer = tandemctl_ask(c,
		json_pack("{s:s,s:i}", "verb", verb, "lines", CTL_HISTORY_LINES_MAX),
		TANDEMCTL_ASK_OTHER_MS, &e);
	const char *print = json_string_value(json_object_get(answer, "print"));
	char file[128];

	snprintf(file, sizeof(file), "%s/%s.%s", folder, verb, print != NULL ? "txt" : "json");
	if (answer == NULL)
		missed(b, file, e.text);
	else if (print != NULL)
		write_text(b, file, str_of(print));
	else
		write_json(b, file, answer);
	json_decref(answer);
}

static void
take_node(struct bundle *b, const char *node, const char *folder)
{
	static const char *const answers[] = { "status", "ready", "version", "history", "conf" };
	static const char *const lists[] = { "events", "calls", "stuck", "monitors", "sessions",
		"users", "channels" };
	struct tandemctl_call c = *b->c;
	char path[2 * BUNDLE_PATH];

	c.node = node;
	snprintf(path, sizeof(path), "%s/%s/%s", b->folder, b->name, folder);
	if (mkdir(path, 0700) != 0)
		missed(b, folder, strerror(errno));
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		take_answer(b, &c, folder, answers[i]);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		take_rows(b, &c, folder, lists[i]);
}

/* --- what is on this machine -------------------------------------------------------------------- */

static bool
read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "re");
	char part[4096];
	size_t n;

	while (f != NULL && (n = fread(part, 1, sizeof(part), f)) > 0)
		buf_put(out, part, n);
	if (f != NULL)
		fclose(f);
	return f != NULL && !out->overflow;
}

static void
take_blackbox(struct bundle *b)
{
	struct err e = { 0 };
	json_t *answer = tandemctl_ask_verb(b->c, "bundle", TANDEMCTL_ASK_MS, &e);
	const char *path = json_string_value(json_object_get(answer, "text"));
	struct buf bytes;

	buf_init(&bytes, LIMIT_BUNDLE_BYTES);
	if (path == NULL || !read_file(path, &bytes)) {
		missed(b, "blackbox", path == NULL ? e.text : "it cannot be read");
	} else {
		write_text(b, "blackbox", buf_as_str(&bytes));
	}
	buf_fini(&bytes);
	json_decref(answer);
}

static void
take_cib(struct bundle *b)
{
	char path[256], query[] = "-Q";
	char *args[] = { path, query, NULL };
	struct buf out, clean;

	buf_init(&out, LIMIT_BUNDLE_BYTES);
	buf_init(&clean, LIMIT_BUNDLE_BYTES);
	if (!tandemctl_pacemaker_path(&b->c->conf, "cibadmin", path, sizeof(path)) ||
		tandemctl_run(args, TANDEMCTL_RUN_MS, &out) != 0) {
		missed(b, "cib.xml", "cibadmin does not tell it");
	} else {
		tandemctl_redact_cib(&b->secrets, buf_as_str(&out), &clean);
		write_bytes(b, "cib.xml", buf_as_str(&clean));
	}
	buf_fini(&out);
	buf_fini(&clean);
}

/* This program itself, once more: its screens are what the operator saw. */
static void
take_screen(struct bundle *b, const char *file, const char *word, const char *more)
{
	char self[] = "/proc/self/exe", file_option[] = "-c", socket_option[] = "-s",
	     ascii[] = "--ascii";
	char path[BUNDLE_PATH], socket[BUNDLE_PATH], words[2][32];
	char *args[] = { self, file_option, path, socket_option, socket, ascii, words[0], NULL,
		NULL };
	struct buf out;

	snprintf(path, sizeof(path), "%s", b->c->file);
	snprintf(socket, sizeof(socket), "%s", b->c->socket);
	snprintf(words[0], sizeof(words[0]), "%s", word);
	snprintf(words[1], sizeof(words[1]), "%s", more);
	args[7] = more[0] != '\0' ? words[1] : NULL;
	buf_init(&out, LIMIT_BUNDLE_BYTES);
	if (tandemctl_run(args, 20000, &out) < 0)
		missed(b, file, "it did not end");
	write_text(b, file, buf_as_str(&out));
	buf_fini(&out);
}

/* --- the archive -------------------------------------------------------------------------------- */

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static int
pack(struct bundle *b, const char *file)
{
	char option[] = "-czf", in[] = "-C", self[] = BUNDLE_TAR, target[BUNDLE_PATH];
	char *args[] = { self, in, b->folder, option, target, b->name, NULL };
	struct buf out;
	int code;

	snprintf(target, sizeof(target), "%s", file);
	buf_init(&out, 65536);
	code = tandemctl_run(args, BUNDLE_TAR_MS, &out);
	buf_fini(&out);
	if (code == 0)
		return b->partial ? TANDEMCTL_PARTIAL : TANDEMCTL_DONE;
	fprintf(stderr, "tandemctl: bundle: tar cannot write %s (%d)\n", file, code);
	return TANDEMCTL_FAILED;
}

static bool
begin(struct bundle *b)
{
	const char *tmp = getenv("TMPDIR");
	char path[2 * BUNDLE_PATH], when[32];
	static struct conf read;
	struct err e = { 0 };

	tandemctl_pause_time((int64_t)time(NULL), when, sizeof(when));
	snprintf(b->name, sizeof(b->name), "tandem-bundle-%.10s-%.2s%.2s%.2s", when, when + 11,
		when + 14, when + 17);
	snprintf(b->folder, sizeof(b->folder), "%s/tandem-bundle.XXXXXX",
		tmp != NULL ? tmp : "/tmp");
	umask(077);
	if (mkdtemp(b->folder) == NULL) {
		perror("tandemctl: bundle: a folder for it");
		return false;
	}
	snprintf(path, sizeof(path), "%s/%s", b->folder, b->name);
	if (mkdir(path, 0700) != 0)
		return false;
	/* the secrets that are not in the file itself but beside it */
	if (io_files_load_conf(&read, b->c->file, &e) != 0)
		read = b->c->conf;
	tandemctl_secrets_init(&b->secrets, &read);
	b->mask = b->c->conf.log_mask;
	buf_init(&b->notes, 65536);
	buf_printf(&b->notes,
		"Made by tandemctl " TANDEM_VERSION " at %s.\n"
		"Passwords and tokens are not in it; telephone numbers are %s.\n",
		when, b->mask ? "masked" : "as they are: log-mask-numbers = yes masks them");
	return true;
}

/* Both nodes, by the names that the status has. */
static void
take_nodes(struct bundle *b)
{
	struct err e = { 0 };
	json_t *status = tandemctl_ask_verb(b->c, "status", TANDEMCTL_ASK_MS, &e);
	const json_t *node;
	size_t i;

	if (status == NULL)
		missed(b, "the daemon of this node", e.text);
	json_array_foreach(json_object_get(status, "nodes"), i, node) {
		const char *name = json_string_value(json_object_get(node, "name"));

		if (name != NULL && name[0] != '\0' && strchr(name, '/') == NULL)
			take_node(b, name, name);
	}
	if (json_array_size(json_object_get(status, "nodes")) < 2)
		missed(b, "the other node", "it is not there");
	json_decref(status);
}

static int
may_bundle(const struct tandemctl_call *c)
{
	struct err e = { 0 };
	json_t *answer = tandemctl_ask_verb(c, "bundle", TANDEMCTL_ASK_MS, &e);

	json_decref(answer);
	if (answer == NULL && e.code == E_REFUSED)
		return tandemctl_report(&e);
	return TANDEMCTL_DONE;
}

int
tandemctl_bundle(const struct tandemctl_call *c)
{
	struct bundle b = { .c = c };
	char file[BUNDLE_PATH];
	int code = may_bundle(c);

	if (code != TANDEMCTL_DONE)
		return code;
	if (!begin(&b))
		return TANDEMCTL_FAILED;
	if (c->argc > 1)
		snprintf(file, sizeof(file), "%s", c->argv[1]);
	else
		snprintf(file, sizeof(file), "%s.tar.gz", b.name);
	take_nodes(&b);
	take_blackbox(&b);
	take_cib(&b);
	take_screen(&b, "status.txt", "status", "");
	take_screen(&b, "doctor.txt", "doctor", "");
	take_screen(&b, "history.txt", "history", "");
	take_screen(&b, "config-file.txt", "config", "show");
	take_screen(&b, "config-diff.txt", "config", "diff");
	write_text(&b, "README.txt", buf_as_str(&b.notes));
	code = pack(&b, file);
	(void)nftw(b.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	if (code != TANDEMCTL_FAILED)
		printf(" %s%s\n", file,
			b.partial ? " (README.txt in it says what is missing)" : "");
	tandemctl_secrets_fini(&b.secrets);
	buf_fini(&b.notes);
	return code;
}
