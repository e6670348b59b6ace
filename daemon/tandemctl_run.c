/* SPDX-License-Identifier: Apache-2.0 */
/* Asking other programs: see tandemctl_run.h. */
#include "daemon/tandemctl_run.h"

#include "proto/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads until the end or the deadline. False: the deadline came. */
static bool
read_until(int fd, int64_t until_ms, struct buf *out)
{
	char part[4096];

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = until_ms - now_ms();
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			return false;
		n = read(fd, part, sizeof(part));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return true;
		buf_put(out, part, (size_t)n);
	}
}

static void
become(int out, char *const args[])
{
	int nothing = open("/dev/null", O_RDWR);

	dup2(nothing, 0);
	dup2(out, 1);
	dup2(nothing, 2);
	execv(args[0], args);
	_exit(127);
}

int
tandemctl_run(char *const args[], int64_t deadline_ms, struct buf *out)
{
	int ends[2], status = 0;
	bool in_time;
	pid_t pid;

	if (access(args[0], X_OK) != 0 || pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0)
		become(ends[1], args);
	close(ends[1]);
	in_time = pid > 0 && read_until(ends[0], now_ms() + deadline_ms, out);
	close(ends[0]);
	if (pid < 0)
		return -1;
	if (!in_time)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!in_time)
		return -2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -3;
}

bool
tandemctl_pacemaker_path(const struct conf *c, const char *name, char *path, size_t size)
{
	const char *slash = strrchr(c->crm_resource, '/');

	snprintf(path, size, "%.*s/%s", (int)(slash - c->crm_resource), c->crm_resource, name);
	return access(path, X_OK) == 0;
}

bool
tandemctl_attribute(const char *tag, const char *name, char *value, size_t size)
{
	const char *end = strchr(tag, '>');
	char pattern[48];
	const char *at;
	size_t n;

	snprintf(pattern, sizeof(pattern), " %s=\"", name);
	at = strstr(tag, pattern);
	if (end == NULL || at == NULL || at > end)
		return false;
	at += strlen(pattern);
	n = strcspn(at, "\"");
	for (size_t i = 0; i < n; i++)
		if (at[i] < ' ' || at[i] > '~')
			return false;
	return str_copy(value, size, (struct str){ at, n });
}

const char *
tandemctl_find_tag(const char *xml, const char *name, const char *attribute, const char *value)
{
	char begin[48], found[128];
	size_t n;

	n = (size_t)snprintf(begin, sizeof(begin), "<%s", name);
	for (const char *at = strstr(xml, begin); at != NULL; at = strstr(at + 1, begin)) {
		if (strchr(" />\n\t", at[n]) == NULL)
			continue;
		if (value == NULL ||
			(tandemctl_attribute(at, attribute, found, sizeof(found)) &&
				strcmp(found, value) == 0))
			return at;
	}
	return NULL;
}
