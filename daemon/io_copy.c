/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The copy of the state on this host: see io_copy.h.
 *
 * A line with the id of the boot, then what ha/ made. Failure modes: no folder, no room, no right (told once, the files are
 * removed, the node tries again); a file of another boot or of somebody else's making (removed, told).
 */
#include "daemon/io_copy.h"

#include "proto/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BOOT_FILE "/proc/sys/kernel/random/boot_id"

struct io_copy {
	struct io_sink sink;
	const struct conf *conf;
	char head[64]; /* first line of the file */
	char path[320], next_path[330], read_path[330];
	int fd, next_fd; /* -1: none */
	bool is_ill;     /* told */
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void
drop(struct io_copy *c)
{
	close_fd(&c->fd);
	close_fd(&c->next_fd);
	(void)unlink(c->path);
	(void)unlink(c->next_path);
	(void)unlink(c->read_path);
}

static bool
fail(struct io_copy *c, const char *what, const char *path)
{
	int error = errno;

	drop(c);
	if (!c->is_ill)
		log_emit(c->sink.log, M_COPY_UNWRITTEN, "cannot %s %s: %s", what, path,
			strerror(error));
	c->is_ill = true;
	return false;
}

/* Without it a file of before would be taken for one of this boot: then there is none. */
static void
read_boot(struct io_copy *c)
{
	char id[40] = "";
	FILE *f = fopen(COPY_BOOT_FILE, "re");

	if (f == NULL)
		return;
	if (fgets(id, sizeof(id), f) != NULL)
		snprintf(c->head, sizeof(c->head), "TNDMcpy1 %.36s\n", id);
	(void)fclose(f);
}

struct io_copy *
io_copy_new(const struct io_sink *sink, const struct conf *conf)
{
	struct io_copy *c = mem_zalloc(sizeof(*c));

	c->sink = *sink;
	c->conf = conf;
	c->fd = c->next_fd = -1;
	snprintf(c->path, sizeof(c->path), "%s/%s.copy", conf->copy_dir, conf->control);
	snprintf(c->next_path, sizeof(c->next_path), "%s.next", c->path);
	snprintf(c->read_path, sizeof(c->read_path), "%s.read", c->path);
	read_boot(c);
	return c;
}

void
io_copy_free(struct io_copy *c)
{
	close_fd(&c->fd);
	close_fd(&c->next_fd);
	mem_free(c);
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

/* The part behind the first line; E_OK, or why it is of no use. */
static int
read_file(const struct io_copy *c, int fd, struct buf *out, struct err *e)
{
	size_t head_n = strlen(c->head);
	char head[sizeof(c->head)] = "";
	uint8_t part[16384];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return err_set(e, E_STATE, "it is no file of this user");
	if (read(fd, head, head_n) != (ssize_t)head_n || head_n == 0 ||
		memcmp(head, c->head, head_n) != 0)
		return err_set(e, E_STATE, "it was not written since the host was booted");
	while ((n = read(fd, part, sizeof(part))) > 0 && !out->overflow)
		buf_put(out, part, (size_t)n);
	if (out->overflow)
		return err_set(e, E_LIMIT, "it is larger than %zu bytes", IO_COPY_BYTES_MAX);
	return n == 0 ? E_OK : err_set(e, E_IO, "%s", strerror(errno));
}

void
io_copy_take(struct io_copy *c, struct buf *out)
{
	struct err e = { 0 };
	size_t before = out->n;
	int fd;

	if (c->conf->copy_dir[0] == '\0')
		return;
	(void)unlink(c->next_path);
	if (unlink(c->read_path) == 0)
		log_emit(c->sink.log, M_COPY,
			"the copy of the state on this host is not used: the process before ended over it");
	if (rename(c->path, c->read_path) != 0)
		return;
	fd = open(c->read_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && read_file(c, fd, out, &e) == E_OK) {
		(void)close(fd);
		return;
	}
	log_emit(c->sink.log, M_COPY, "%s is not used: %s", c->path,
		fd >= 0 ? e.text : strerror(errno));
	close_fd(&fd);
	out->n = before;
	drop(c);
}

/* --- writing --------------------------------------------------------------------------------------------------------- */

static bool
put(struct io_copy *c, int fd, const char *path, const char *p, size_t n)
{
	ssize_t done;

	if (fd < 0)
		return true; /* lost before: that was told */
	do
		done = write(fd, p, n);
	while (done < 0 && errno == EINTR);
	if (done == (ssize_t)n)
		return true;
	if (done >= 0)
		errno = ENOSPC; /* what a short write means */
	return fail(c, "write", path);
}

/* What was read is the file again, without its torn end. */
static bool
go_on(struct io_copy *c, uint64_t bytes)
{
	off_t size = (off_t)(strlen(c->head) + bytes);

	c->fd = open(c->read_path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (c->fd < 0 || ftruncate(c->fd, size) != 0)
		return fail(c, "go on with", c->path);
	return rename(c->read_path, c->path) == 0 || fail(c, "rename", c->read_path);
}

static bool
begin(struct io_copy *c)
{
	if (c->head[0] == '\0') {
		errno = ENOENT;
		return fail(c, "read", COPY_BOOT_FILE);
	}
	close_fd(&c->next_fd);
	(void)unlink(c->next_path);
	(void)mkdir(c->conf->copy_dir, 0750);
	c->next_fd = open(c->next_path,
		O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (c->next_fd < 0)
		return fail(c, "make", c->next_path);
	return put(c, c->next_fd, c->next_path, c->head, strlen(c->head));
}

static bool
use(struct io_copy *c)
{
	if (c->next_fd < 0)
		return true;
	if (rename(c->next_path, c->path) != 0)
		return fail(c, "make", c->path);
	close_fd(&c->fd);
	c->fd = c->next_fd;
	c->next_fd = -1;
	if (c->is_ill)
		log_emit(c->sink.log, M_COPY, "%s can be written again", c->conf->copy_dir);
	c->is_ill = false;
	return true;
}

bool
io_copy_do(struct io_copy *c, enum ha_copy_op op, uint64_t number, struct str bytes)
{
	switch (op) {
	case HA_COPY_GO_ON:
		return go_on(c, number);
	case HA_COPY_PUT:
		return put(c, c->fd, c->path, bytes.p, bytes.n);
	case HA_COPY_BEGIN:
		return begin(c);
	case HA_COPY_NEXT:
		return put(c, c->next_fd, c->next_path, bytes.p, bytes.n);
	case HA_COPY_USE:
		return use(c);
	case HA_COPY_DROP:
		break;
	}
	drop(c);
	return true;
}
