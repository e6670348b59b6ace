/* SPDX-License-Identifier: Apache-2.0 */
/* Segments: see segments.h. A file of its own, because the kernel's header and that of the C library exclude one another. */
#include "tests/adapter/segments.h"

#include <check.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

uint32_t
segments_received(int fd)
{
	struct tcp_info info;
	socklen_t n = sizeof(info);

	ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n), 0);
	return info.tcpi_data_segs_in;
}
