/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords of clients: see io_login.h.
 *
 * A job has its own copies of password and hash, so that a file may be read again while it runs; both are wiped with it.
 */
#include "daemon/io_login.h"

#include "daemon/htpass.h"
#include "daemon/io_files.h"
#include "proto/base/check.h"
#include "proto/base/limits.h"
#include "proto/base/map.h"

#include <crypt.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>

#define LOGIN_THREADS 2
#define LOGIN_PASSWORD_BYTES 512 /* what crypt(3) takes, with the zero */
#define LOGIN_HASH_BYTES 256

struct job {
	uv_work_t work;
	struct io_login *l;
	uint64_t id;
	bool nobody; /* wrong whatever comes out */
	bool right;
	char password[LOGIN_PASSWORD_BYTES], hash[LOGIN_HASH_BYTES];
	TAILQ_ENTRY(job) link;
};

/* A file as it was when it was read last, good or not. */
struct file {
	const char *path; /* "": the application has none */
	struct htpass users;
	struct stat seen;
};

struct io_login {
	struct io_sink sink;
	struct file files[CONF_APPLICATIONS];
	uint32_t file_count;
	TAILQ_HEAD(, job) waiting;
	unsigned waiting_count, running;
	bool closing;
};

/* --- files ------------------------------------------------------------------------------------ */

static bool
is_changed(const struct stat *a, const struct stat *b)
{
	return a->st_dev != b->st_dev || a->st_ino != b->st_ino || a->st_size != b->st_size ||
		a->st_mode != b->st_mode || a->st_uid != b->st_uid ||
		a->st_mtim.tv_sec != b->st_mtim.tv_sec ||
		a->st_mtim.tv_nsec != b->st_mtim.tv_nsec ||
		a->st_ctim.tv_sec != b->st_ctim.tv_sec || a->st_ctim.tv_nsec != b->st_ctim.tv_nsec;
}

/* What it is now is noted before it is read: a change in between is seen the next time. */
static void
file_read(struct io_login *l, struct file *f, bool always)
{
	struct stat now;
	struct err e = { 0 };

	memset(&now, 0, sizeof(now));
	(void)stat(f->path, &now);
	if (!always && !is_changed(&now, &f->seen))
		return;
	f->seen = now;
	if (io_files_read_logins(f->path, &f->users, &e) != 0 && l->sink.log != NULL)
		log_emit(l->sink.log, M_LOGIN_FILE, "%s", e.text);
}

static void
files_read(struct io_login *l, bool always)
{
	for (uint32_t i = 0; i < l->file_count; i++)
		if (l->files[i].path[0] != '\0')
			file_read(l, &l->files[i], always);
}

void
io_login_reload(struct io_login *l)
{
	files_read(l, true);
}

/* Somebody's hash, always the same one for a name; NULL: there are none at all. */
static const char *
hash_of_nobody(const struct io_login *l, struct str user)
{
	size_t count = 0, at;

	for (uint32_t i = 0; i < l->file_count; i++)
		count += l->files[i].users.count;
	if (count == 0)
		return NULL;
	at = map_hash(user.p, user.n) % count;
	for (uint32_t i = 0; i < l->file_count; i++) {
		if (at < l->files[i].users.count)
			return l->files[i].users.lines[at].hash;
		at -= l->files[i].users.count;
	}
	return NULL;
}

/* --- jobs ------------------------------------------------------------------------------------- */

static void next_jobs(struct io_login *l);

static void
job_free(struct job *j)
{
	explicit_bzero(j, sizeof(*j));
	mem_free(j);
}

static void
tell(struct io_login *l, uint64_t id, enum node_login result)
{
	if (!l->closing)
		io_emit(&l->sink,
			&(struct node_event){ .kind = NODE_EV_LOGIN, .id = id, .number = result });
}

/* Comparing every byte, so that the time tells nothing of where they differ. */
static bool
same(const char *a, const char *b)
{
	size_t n = strlen(a);
	unsigned diff = 0;

	if (n != strlen(b))
		return false;
	for (size_t i = 0; i < n; i++)
		diff |= (unsigned)((unsigned char)a[i] ^ (unsigned char)b[i]);
	return diff == 0;
}

/* On a thread: nothing but the job is touched. */
static void
on_work(uv_work_t *work)
{
	struct job *j = work->data;
	struct crypt_data data; /* not allocated: allocations are counted for one thread */
	const char *made;

	memset(&data, 0, sizeof(data));
	/* the form that fails by NULL, and not by some text */
	made = crypt_rn(j->password, j->hash, &data, (int)sizeof(data));
	j->right = made != NULL && same(made, j->hash);
	explicit_bzero(&data, sizeof(data));
}

static void
on_done(uv_work_t *work, int status)
{
	struct job *j = work->data;
	struct io_login *l = j->l;
	uint64_t id = j->id;
	bool right = status == 0 && j->right && !j->nobody;

	l->running--;
	job_free(j);
	next_jobs(l);
	tell(l, id, right ? NODE_LOGIN_RIGHT : NODE_LOGIN_WRONG);
}

static void
next_jobs(struct io_login *l)
{
	struct job *j;

	while (!l->closing && l->running < LOGIN_THREADS &&
		(j = TAILQ_FIRST(&l->waiting)) != NULL) {
		TAILQ_REMOVE(&l->waiting, j, link);
		l->waiting_count--;
		l->running++;
		REQUIRE(uv_queue_work(l->sink.loop, &j->work, on_work, on_done) == 0);
	}
}

static void
job_new(struct io_login *l, uint64_t id, const char *hash, bool nobody, struct str password)
{
	struct job *j = mem_zalloc(sizeof(*j));

	j->work.data = j;
	j->l = l;
	j->id = id;
	/* a password that is too long for anybody */
	j->nobody = !str_copy(j->password, sizeof(j->password), password) || nobody;
	str_copy(j->hash, sizeof(j->hash), str_of(hash));
	TAILQ_INSERT_TAIL(&l->waiting, j, link);
	l->waiting_count++;
	next_jobs(l);
}

void
io_login_check(
	struct io_login *l, uint64_t id, uint64_t application, struct str user, struct str password)
{
	const char *hash = NULL;
	bool nobody;

	files_read(l, false);
	if (application < l->file_count)
		hash = htpass_find(&l->files[application].users, user);
	nobody = hash == NULL;
	if (nobody)
		hash = hash_of_nobody(l, user);
	if (l->waiting_count >= LIMIT_LOGINS_WAITING)
		tell(l, id, NODE_LOGIN_BUSY);
	else if (hash == NULL)
		tell(l, id, NODE_LOGIN_WRONG);
	else
		job_new(l, id, hash, nobody, password);
}

/* --- life ------------------------------------------------------------------------------------- */

struct io_login *
io_login_new(const struct io_sink *sink, const struct conf *conf)
{
	struct io_login *l = mem_zalloc(sizeof(*l));

	l->sink = *sink;
	TAILQ_INIT(&l->waiting);
	l->file_count = conf->application_count;
	for (uint32_t i = 0; i < conf->application_count; i++)
		l->files[i].path = conf->applications[i].login_file;
	files_read(l, true);
	return l;
}

void
io_login_close(struct io_login *l)
{
	struct job *j;

	l->closing = true;
	while ((j = TAILQ_FIRST(&l->waiting)) != NULL) {
		TAILQ_REMOVE(&l->waiting, j, link);
		job_free(j);
	}
}

void
io_login_free(struct io_login *l)
{
	REQUIRE(l->running == 0);
	for (uint32_t i = 0; i < l->file_count; i++)
		htpass_fini(&l->files[i].users);
	mem_free(l);
}
