/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of servers. Failure modes: text that is no address; a port that cannot be had. */
#include "tests/bwsim/bws_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTEN_BACKLOG 511

int
bws_net_parse(const char *spec, char *name, size_t name_len, struct sockaddr_in *addr)
{
	const char *eq = strchr(spec, '=');
	const char *colon = eq ? strrchr(eq, ':') : NULL;
	char host[64];
	char *end;
	long port;

	if (!eq || eq == spec || !colon || (size_t)(colon - eq - 1) >= sizeof(host) ||
		(size_t)(eq - spec) >= name_len)
		return -1;
	memcpy(host, eq + 1, (size_t)(colon - eq - 1));
	host[colon - eq - 1] = '\0';
	port = strtol(colon + 1, &end, 10);
	if (end == colon + 1 || *end || port < 0 || port > 65535)
		return -1;
	memset(addr, 0, sizeof(*addr));
	addr->sin_family = AF_INET;
	addr->sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, host, &addr->sin_addr) != 1)
		return -1;
	memcpy(name, spec, (size_t)(eq - spec));
	name[eq - spec] = '\0';
	return 0;
}

int
bws_net_listen(struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
		bind(fd, (struct sockaddr *)addr, sizeof(*addr)) < 0 ||
		getsockname(fd, (struct sockaddr *)addr, &len) < 0 ||
		listen(fd, LISTEN_BACKLOG) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}
