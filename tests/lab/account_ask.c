/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One question to a control socket.
 *
 * Happy path: connect, write the line, read until the newline, print it.
 * Failure modes: no such socket, the other side closes, no answer in time: exit code 2.
 */
#include "tests/lab/account_ask.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_BYTES_MAX (64 * 1024 * 1024)

struct answer {
	char *p;
	size_t n;
	size_t size;
};

static int
connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

static int
send_line(int fd, const char *line)
{
	size_t n = strlen(line);
	char *copy = malloc(n + 1);
	ssize_t done = 0;

	if (copy == NULL)
		return -1;
	memcpy(copy, line, n);
	copy[n] = '\n';
	for (size_t at = 0; at <= n && done >= 0; at += (size_t)(done > 0 ? done : 0)) {
		done = send(fd, copy + at, n + 1 - at, MSG_NOSIGNAL);
		if (done < 0 && errno == EINTR)
			done = 0;
	}
	free(copy);
	return done < 0 ? -1 : 0;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads once; 1 when a newline came, 0 to go on, -1 with errno. */
static int
read_some(int fd, struct answer *a)
{
	ssize_t got;

	if (a->size - a->n < 65536) {
		char *grown = a->size < ANSWER_BYTES_MAX ? realloc(a->p, a->size + 262144) : NULL;

		if (grown == NULL) {
			errno = EMSGSIZE;
			return -1;
		}
		a->p = grown;
		a->size += 262144;
	}
	got = read(fd, a->p + a->n, a->size - a->n - 1);
	if (got == 0)
		errno = ECONNRESET;
	if (got <= 0)
		return got < 0 && errno == EINTR ? 0 : -1;
	a->n += (size_t)got;
	a->p[a->n] = '\0';
	return memchr(a->p + a->n - got, '\n', (size_t)got) != NULL;
}

static int
read_answer(int fd, struct answer *a, int64_t end_ms)
{
	int rc = 0;

	while (rc == 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left_ms = end_ms - now_ms();

		if (left_ms <= 0 || poll(&p, 1, (int)left_ms) == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		rc = read_some(fd, a);
	}
	return rc < 0 ? -1 : 0;
}

static int
judge(const struct answer *a)
{
	json_t *value;
	int rc;

	fputs(a->p, stdout);
	value = json_loads(a->p, JSON_DISABLE_EOF_CHECK, NULL);
	rc = json_is_true(json_object_get(value, "ok")) ? 0 : 1;
	json_decref(value);
	return rc;
}

int
account_ask(const char *path, const char *line, int timeout_ms)
{
	struct answer a = { 0 };
	int fd = connect_to(path);
	int rc = 2;

	if (fd >= 0 && send_line(fd, line) == 0 && read_answer(fd, &a, now_ms() + timeout_ms) == 0)
		rc = judge(&a);
	else
		fprintf(stderr, "account: %s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(a.p);
	return rc;
}
