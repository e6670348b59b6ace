/* SPDX-License-Identifier: Apache-2.0 */
/* Journal: see io_journal.h. The protocol: https://systemd.io/JOURNAL_NATIVE_PROTOCOL */
#include "daemon/io_journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

bool
io_journal_is_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
		fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

int
io_journal_open(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The text goes with its length, as it may hold anything; the rest is ours and one line each. */
bool
io_journal_send(int fd, int number, int priority, const char *node, const char *text, size_t bytes)
{
	char head[320], size[8];
	int n = snprintf(head, sizeof(head),
		"SYSLOG_IDENTIFIER=tandemd\nPRIORITY=%d\nMESSAGE_ID=" IO_JOURNAL_ID_BASE "%04x\n"
		"TANDEM_MSG=%d\nTANDEM_NODE=%.64s\nMESSAGE\n",
		priority, (unsigned)number & 0xffff, number, node);
	struct iovec parts[] = {
		{ head, (size_t)n },
		{ size, sizeof(size) },
		{ (void *)(uintptr_t)text, bytes },
		{ (void *)(uintptr_t) "\n", 1 },
	};

	for (size_t i = 0; i < sizeof(size); i++)
		size[i] = (char)((uint64_t)bytes >> (8 * i) & 0xff);
	return sendmsg(fd, &(struct msghdr){ .msg_iov = parts, .msg_iovlen = 4 }, MSG_NOSIGNAL) >=
		0;
}
