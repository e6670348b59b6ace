/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other end of the control socket, for scripts and tests.
 *
 * Happy path: connect, send a line, read a line.
 * Failure modes: no simulator, or it ends meanwhile: -1 with errno.
 */
#include "tests/bwsim/bws_ask.h"

#include "tests/bwsim/bws_util.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int
bws_ask_connect(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(addr.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		fd = -1;
	}
	return fd;
}

static int
send_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = send(fd, p, n, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

int
bws_ask_line(int fd, const char *command, struct bws_buf *out)
{
	char c;

	if (send_all(fd, command, strlen(command)) < 0 || send_all(fd, "\n", 1) < 0)
		return -1;
	for (;;) {
		ssize_t n = recv(fd, &c, 1, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ECONNRESET;
		if (n <= 0)
			return -1;
		if (c == '\n')
			return 0;
		bws_buf_add(out, &c, 1);
	}
}

int
bws_ask_main(int argc, char **argv)
{
	struct bws_buf answer = { 0 };
	int fd = bws_ask_connect(argv[0]);
	int rv = 0;
	int i;

	if (fd < 0) {
		fprintf(stderr, "bwsim: %s: %s\n", argv[0], strerror(errno));
		return 1;
	}
	for (i = 1; i < argc; i++) {
		answer.n = 0;
		if (bws_ask_line(fd, argv[i], &answer) < 0) {
			fprintf(stderr, "bwsim: %s: %s\n", argv[0], strerror(errno));
			rv = 1;
			break;
		}
		puts(bws_buf_text(&answer));
		if (strncmp(bws_buf_text(&answer), "{\"ok\":true", 10) != 0)
			rv = 1;
	}
	bws_buf_free(&answer);
	close(fd);
	return rv;
}
