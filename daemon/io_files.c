/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: see io_files.h.
 *
 * Failure: every call says what could not be done and to which file; nothing is retried here. A
 * history that cannot be written costs nothing else (io_state.h keeps it for later). An epoch that
 * finds no room for a new file is written over the old one, whose place on the disk is its own: so a
 * full disk alone never stops a takeover.
 */
#include "daemon/io_files.h"

#include "daemon/io_syslog.h"
#include "proto/base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define CONF_FILE_BYTES_MAX 65536
#define PASSWORD_FILE_BYTES_MAX 1024

struct file_path {
	char text[256];
};

static struct file_path
path_in(const char *dir, const char *name)
{
	struct file_path p;

	snprintf(p.text, sizeof(p.text), "%s/%s", dir, name);
	return p;
}

/* What whoever reads the message has to do about it. */
static const char *
remedy(int error)
{
	if (error == ENOSPC || error == EDQUOT)
		return "; make room on that file system";
	if (error == EROFS)
		return "; mount that file system for writing";
	return error == EACCES ? "; give the user of tandemd the right to it" : "";
}

static int
fail(struct err *e, const char *what, const char *path)
{
	return err_set(e, E_IO, "cannot %s %s: %s%s", what, path, strerror(errno), remedy(errno));
}

/* Appends the rest of the file from where it stands. */
static int
read_all(int fd, struct buf *out)
{
	char part[4096];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		buf_put(out, part, (size_t)n);
		if (out->overflow)
			return 0;
	}
	return 0;
}

/* The whole file with a NUL behind it. */
static int
read_open(int fd, const char *path, struct buf *out, struct err *e)
{
	int result = read_all(fd, out) == 0 ? 0 : fail(e, "read", path);

	if (result == 0) {
		buf_char(out, '\0');
		if (out->overflow)
			result = err_set(e, E_LIMIT, "%s is too large; allowed: %zu bytes", path,
				out->max - 1);
		else if (memchr(out->p, '\0', out->n - 1) != NULL)
			result = err_set(
				e, E_MALFORMED, "%s is no text: it holds a zero byte", path);
	}
	return result;
}

static int
read_text(const char *path, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return fail(e, "open", path);
	result = read_open(fd, path, out, e);
	close(fd);
	return result;
}

/* First line of the file, without its end. */
static int
read_password(const char *path, char *password, size_t size, struct err *e)
{
	struct buf text;
	int result;

	buf_init(&text, PASSWORD_FILE_BYTES_MAX);
	result = read_text(path, &text, e);
	if (result == 0) {
		const char *z = (const char *)text.p;

		if (!str_copy(password, size, (struct str){ z, strcspn(z, "\r\n") }) ||
			password[0] == '\0')
			result = err_set(e, E_CONFIG,
				"%s: allowed: a password of 1 to %zu characters", path, size - 1);
	}
	if (text.p != NULL)
		explicit_bzero(text.p, text.n);
	buf_fini(&text);
	return result;
}

int
io_files_read_conf(struct conf *c, const char *file, struct err *e)
{
	struct buf text;
	int result;

	buf_init(&text, CONF_FILE_BYTES_MAX);
	result = read_text(file, &text, e);
	if (result == 0)
		result = conf_parse(c, file, (const char *)text.p, e);
	if (result == 0)
		(void)str_copy(c->file, sizeof(c->file), str_of(file));
	if (text.p != NULL)
		explicit_bzero(text.p, text.n);
	buf_fini(&text);
	return result == 0 ? 0 : E_CONFIG;
}

/* Whoever may change it may log in as anybody, and whoever may read it may try passwords at leisure. */
static int
check_logins_file(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail(e, "look at", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, E_CONFIG, "%s: allowed: a plain file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(e, E_CONFIG, "%s: allowed: a file of root or of our own user", path);
	if ((st.st_mode & (S_IWGRP | S_IRWXO)) != 0)
		return err_set(e, E_CONFIG,
			"%s: its mode is %03o; allowed: nothing for others, and no writing for the group: 640",
			path, (unsigned)st.st_mode & 0777);
	return 0;
}

int
io_files_read_logins(const char *path, struct htpass *users, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct buf text;
	int result;

	if (fd < 0)
		return fail(e, "open", path);
	buf_init(&text, LIMIT_LOGIN_FILE_BYTES);
	result = check_logins_file(fd, path, e);
	if (result == 0)
		result = read_open(fd, path, &text, e);
	if (result == 0)
		result = htpass_parse(users, path, (const char *)text.p, e);
	if (text.p != NULL)
		explicit_bzero(text.p, text.n);
	buf_fini(&text);
	close(fd);
	return result;
}

/* That they can be taken; what is in them is kept elsewhere. */
static int
try_logins(const struct conf *c, struct err *e)
{
	int result = 0;

	for (uint32_t i = 0; i < c->application_count && result == 0; i++) {
		struct htpass users = { .lines = NULL };

		if (c->applications[i].login_file[0] != '\0')
			result = io_files_read_logins(c->applications[i].login_file, &users, e);
		htpass_fini(&users);
	}
	return result;
}

/* Links with an account of their own. */
static int
read_link_passwords(struct conf *c, struct err *e)
{
	int result = 0;

	for (uint32_t i = 0; i < c->xsp_count && result == 0; i++)
		if (c->xsps[i].own_password && c->xsps[i].password_file[0] != '\0')
			result = read_password(c->xsps[i].password_file, c->xsps[i].password,
				sizeof(c->xsps[i].password), e);
	return result;
}

static int
judge_syslog(const struct conf *c, struct err *e)
{
	struct io_syslog s;

	if (c->log_syslog[0] == '\0' || io_syslog_open(&s, c->log_syslog))
		return 0;
	return err_set(e, E_CONFIG,
		"[node] log-syslog = %s: allowed: the path of a socket, ADDRESS:PORT or [ADDRESS]:PORT",
		c->log_syslog);
}

int
io_files_load_conf(struct conf *c, const char *file, struct err *e)
{
	int result = io_files_read_conf(c, file, e);

	if (result == 0 && c->csta_password_file[0] != '\0')
		result = read_password(
			c->csta_password_file, c->csta_password, sizeof(c->csta_password), e);
	if (result == 0 && c->bw_password_file[0] != '\0')
		result = read_password(
			c->bw_password_file, c->bw_password, sizeof(c->bw_password), e);
	if (result == 0)
		result = read_link_passwords(c, e);
	for (uint32_t i = 0; i < c->application_count && result == 0; i++)
		if (c->applications[i].password_file[0] != '\0')
			result = read_password(c->applications[i].password_file,
				c->applications[i].password, sizeof(c->applications[i].password),
				e);
	if (result == 0)
		result = try_logins(c, e);
	if (result == 0)
		result = judge_syslog(c, e);
	return result == 0 ? 0 : E_CONFIG;
}

int
io_files_prepare(const char *state_dir, struct err *e)
{
	if (mkdir(state_dir, 0750) != 0 && errno != EEXIST)
		return fail(e, "make", state_dir);
	if (access(state_dir, R_OK | W_OK | X_OK) != 0)
		return fail(e, "write in", state_dir);
	return 0;
}

int
io_files_load_epoch(const char *state_dir, uint64_t *epoch, struct err *e)
{
	struct file_path path = path_in(state_dir, "epoch");
	struct buf text;
	uint64_t v = 0;
	int result = 0;

	buf_init(&text, 64);
	if (access(path.text, F_OK) == 0 || errno != ENOENT) {
		result = read_text(path.text, &text, e);
		if (result == 0 &&
			!str_u64(str_trim(str_of((const char *)text.p)), UINT64_MAX - 1, &v))
			result = err_set(e, E_MALFORMED,
				"%s holds no number; remove it only while the other node "
				"is stopped and was never ahead of this one",
				path.text);
	}
	buf_fini(&text);
	if (result == 0)
		*epoch = v;
	return result;
}

static int
write_and_sync(int fd, const char *text, size_t n)
{
	if (write(fd, text, n) != (ssize_t)n)
		return -1;
	return fsync(fd);
}

/* After a rename only this makes the new name survive a loss of power. */
static int
sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return -1;
	result = fsync(fd);
	close(fd);
	return result;
}

/* A new file beside the old one, then the name: whatever happens, one of them is whole. */
static int
replace_epoch(const char *state_dir, const char *text, size_t n, struct err *e)
{
	struct file_path path = path_in(state_dir, "epoch");
	struct file_path temporary = path_in(state_dir, "epoch.new");
	int fd = open(temporary.text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	int result = 0;

	if (fd < 0)
		return fail(e, "open", temporary.text);
	errno = ENOSPC; /* what a short write means */
	if (write_and_sync(fd, text, n) != 0)
		result = fail(e, "write", temporary.text);
	close(fd);
	if (result == 0 && rename(temporary.text, path.text) != 0)
		result = fail(e, "replace", path.text);
	if (result != 0)
		(void)unlink(temporary.text); /* what it has of the disk is needed */
	if (result == 0 && sync_folder(state_dir) != 0)
		result = fail(e, "synchronise", state_dir);
	return result;
}

/*
 * Over what is there: a number only grows, so its line covers the one before, in a block that the file has already. So few
 * bytes of one sector are written whole or not at all.
 */
static int
overwrite_epoch(const char *state_dir, const char *text, size_t n)
{
	struct file_path path = path_in(state_dir, "epoch");
	struct stat st;
	int fd = open(path.text, O_WRONLY | O_CLOEXEC);
	int result = -1;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_size > 0 && st.st_size <= (off_t)n)
		result = write_and_sync(fd, text, n);
	close(fd);
	return result;
}

int
io_files_save_epoch(const char *state_dir, uint64_t epoch, bool *tight, struct err *e)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%" PRIu64 "\n", epoch);
	int result = replace_epoch(state_dir, text, (size_t)n, e);

	*tight = false;
	if (result == 0 || overwrite_epoch(state_dir, text, (size_t)n) != 0)
		return result;
	*tight = true;
	return 0;
}

int
io_files_reserve_epoch(const char *state_dir, struct err *e)
{
	struct file_path path = path_in(state_dir, "epoch");

	if (access(path.text, F_OK) == 0)
		return 0;
	return replace_epoch(state_dir, "0\n", 2, e);
}

bool
io_files_has_room(const char *state_dir, struct err *e)
{
	struct statvfs fs;

	if (statvfs(state_dir, &fs) != 0) {
		fail(e, "look at", state_dir);
		return false;
	}
	errno = ENOSPC;
	if ((uint64_t)fs.f_bavail * fs.f_frsize >= LIMIT_STATE_FREE_BYTES)
		return true;
	fail(e, "write in", state_dir);
	return false;
}

/* --- history ---------------------------------------------------------------------------------- */

static void
rotate_history(const char *state_dir, int fd)
{
	struct file_path path = path_in(state_dir, "history.jsonl");
	struct file_path older = path_in(state_dir, "history.jsonl.1");
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_size >= IO_HISTORY_BYTES_MAX)
		/* if it fails the file grows on until it succeeds: better than no history */
		(void)rename(path.text, older.text);
}

int
io_files_append_history(const char *state_dir, int64_t t_us, const char *node, struct str word,
	struct str members, struct err *e)
{
	struct file_path path = path_in(state_dir, "history.jsonl");
	struct buf line;
	struct stat before = { 0 };
	int result = 0;
	int fd;

	buf_init(&line, 65536);
	buf_printf(&line, "{\"t_us\":%" PRId64 ",\"ev\":\"%.*s\",\"host\":\"%s\"", t_us,
		STR_ARG(word), node);
	if (members.n > 0)
		buf_printf(&line, ",%.*s", STR_ARG(members));
	buf_cstr(&line, "}\n");
	fd = line.overflow ? -1 : open(path.text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (line.overflow) {
		result = err_set(e, E_LIMIT, "a line of the history is too long");
	} else if (fd < 0) {
		result = fail(e, "open", path.text);
	} else {
		(void)fstat(fd, &before);
		errno = ENOSPC;
		if (write(fd, line.p, line.n) != (ssize_t)line.n) {
			result = fail(e, "write", path.text);
			/* half a line would spoil the next one */
			(void)!ftruncate(fd, before.st_size);
		}
		rotate_history(state_dir, fd);
		close(fd);
	}
	buf_fini(&line);
	return result;
}

/*
 * Appends the end of one file: its last `lines_max` lines, at most `bytes_max` bytes. Returns the
 * lines.
 */
static uint32_t
append_tail(struct str text, uint32_t lines_max, size_t bytes_max, struct buf *out)
{
	size_t at = text.n;
	size_t from = text.n;
	uint32_t lines = 0;

	/* a line that has no end yet was cut by a loss of power: it is left out */
	while (at > 0 && text.p[at - 1] != '\n')
		at--;
	text.n = at;
	while (at > 0 && lines < lines_max) {
		at--;
		while (at > 0 && text.p[at - 1] != '\n')
			at--;
		if (text.n - at > bytes_max)
			break;
		from = at;
		lines++;
	}
	if (from < text.n)
		buf_put(out, text.p + from, text.n - from);
	return lines;
}

static int
read_history_file(const char *path, struct buf *text, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int result;

	buf_reset(text);
	if (fd < 0)
		return errno == ENOENT ? 0 : fail(e, "open", path);
	result = read_all(fd, text) == 0 ? 0 : fail(e, "read", path);
	close(fd);
	return result;
}

int
io_files_read_history(const char *state_dir, uint32_t lines_max, struct buf *out, struct err *e)
{
	struct file_path newer = path_in(state_dir, "history.jsonl");
	struct file_path older = path_in(state_dir, "history.jsonl.1");
	struct buf text, tail;
	uint32_t lines;
	int result;

	buf_init(&text, 4 * IO_HISTORY_BYTES_MAX);
	buf_init(&tail, out->max);
	result = read_history_file(newer.text, &text, e);
	lines = append_tail(buf_as_str(&text), lines_max, out->max - out->n, &tail);
	if (result == 0 && lines < lines_max && read_history_file(older.text, &text, e) == 0)
		append_tail(buf_as_str(&text), lines_max - lines, out->max - out->n - tail.n, out);
	buf_str(out, buf_as_str(&tail));
	buf_fini(&tail);
	buf_fini(&text);
	return result;
}
