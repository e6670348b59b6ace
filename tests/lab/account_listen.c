/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who speaks on the wire: a packet socket in the namespace of the clients or of BroadWorks.
 *
 * The nodes are known by their hardware addresses (tests/lab/lab: 02:54:00:00:LINK:HOST). Bytes that a
 * stream had before are not spoken anew: the kernel of a node repeats them on its own, whatever
 * became of its connector.
 *
 * Happy path: each frame with new bytes makes the stretch of its node longer; when another node
 * speaks the stretch is written and a new one begins.
 * Failure modes: frames that came faster than they were read are counted, and the judge wants 0. More
 * streams than the table holds: the oldest is forgotten, its next bytes count as new.
 */
#include "tests/lab/account_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define STREAMS_MAX 8192
#define HEAD_BYTES 256
#define SOCKET_BYTES (32 * 1024 * 1024)

struct stream {
	uint32_t source, target;
	uint16_t source_port, target_port;
	uint32_t next; /* sequence number after the last byte seen */
};

struct listener {
	int fd;
	FILE *out;
	struct stream streams[STREAMS_MAX];
	size_t stream_count; /* ever */
	int node;            /* who speaks: 1, 2; 0: nobody yet */
	int64_t from_us;
	int64_t to_us;
	uint64_t segments;
	uint64_t bytes;
	uint64_t again;
};

struct segment {
	int node;
	int64_t t_us;
	struct stream key; /* next = sequence number after this segment */
	uint32_t bytes;
	bool is_first; /* has SYN */
};

static volatile sig_atomic_t is_over;

static void
on_signal(int number)
{
	(void)number;
	is_over = 1;
}

static int
open_socket(const char *name)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex(name) };
	int size = SOCKET_BYTES;
	int on = 1;
	int fd;

	if (address.sll_ifindex == 0)
		return -1;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_IP));
	if (fd < 0)
		return -1;
	/* without the right to force it the kernel's own limit holds, and drops are told */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == 0 &&
		bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
node_of(const unsigned char *mac)
{
	static const unsigned char ours[] = { 0x02, 0x54, 0, 0 };

	return memcmp(mac, ours, sizeof(ours)) == 0 && (mac[5] == 1 || mac[5] == 2) ? mac[5] : 0;
}

/* Takes the frame apart; false when it is no TCP segment of a node. */
static bool
parse(const unsigned char *p, size_t n, struct segment *s)
{
	struct ip ip;
	struct tcphdr tcp;
	size_t ip_bytes;

	if (n < ETH_HLEN + sizeof(ip))
		return false;
	s->node = node_of(p + ETH_ALEN);
	memcpy(&ip, p + ETH_HLEN, sizeof(ip));
	ip_bytes = (size_t)ip.ip_hl * 4;
	if (s->node == 0 || ip.ip_p != IPPROTO_TCP || n < ETH_HLEN + ip_bytes + sizeof(tcp))
		return false;
	memcpy(&tcp, p + ETH_HLEN + ip_bytes, sizeof(tcp));
	if (ntohs(ip.ip_len) < ip_bytes + (size_t)tcp.th_off * 4)
		return false;
	s->bytes = (uint32_t)(ntohs(ip.ip_len) - ip_bytes - (size_t)tcp.th_off * 4);
	s->is_first = (tcp.th_flags & TH_SYN) != 0;
	s->key = (struct stream){ .source = ip.ip_src.s_addr,
		.target = ip.ip_dst.s_addr,
		.source_port = tcp.th_sport,
		.target_port = tcp.th_dport,
		.next = ntohl(tcp.th_seq) + s->bytes + s->is_first };
	return true;
}

static struct stream *
find_stream(struct listener *l, const struct stream *key)
{
	size_t n = l->stream_count < STREAMS_MAX ? l->stream_count : STREAMS_MAX;

	for (size_t i = 0; i < n; i++) {
		struct stream *s = &l->streams[(l->stream_count - 1 - i) % STREAMS_MAX];

		if (s->source == key->source && s->target == key->target &&
			s->source_port == key->source_port && s->target_port == key->target_port)
			return s;
	}
	return NULL;
}

/* Does the segment have bytes that its stream did not have yet? */
static bool
is_new(struct listener *l, const struct segment *s)
{
	struct stream *known = find_stream(l, &s->key);

	if (known == NULL) {
		l->streams[l->stream_count % STREAMS_MAX] = s->key;
		l->stream_count++;
		return s->bytes > 0;
	}
	if (!s->is_first && (int32_t)(s->key.next - known->next) <= 0) {
		l->again += s->bytes > 0;
		return false;
	}
	known->next = s->key.next;
	return s->bytes > 0;
}

static void
write_voice(struct listener *l)
{
	if (l->node == 0)
		return;
	fprintf(l->out,
		"{\"ev\":\"voice\",\"node\":\"n%d\",\"from_us\":%" PRId64 ",\"to_us\":%" PRId64
		",\"segments\":%" PRIu64 ",\"bytes\":%" PRIu64 "}\n",
		l->node, l->from_us, l->to_us, l->segments, l->bytes);
	(void)fflush(l->out);
}

static void
take(struct listener *l, const struct segment *s)
{
	if (!is_new(l, s))
		return;
	if (s->node != l->node) {
		write_voice(l);
		l->node = s->node;
		l->from_us = s->t_us;
		l->segments = l->bytes = 0;
	}
	l->to_us = s->t_us;
	l->segments++;
	l->bytes += s->bytes;
}

static int64_t
stamp_us(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		struct timespec t;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_TIMESTAMPNS)
			continue;
		memcpy(&t, CMSG_DATA(c), sizeof(t));
		return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
	}
	return 0;
}

/* Reads one frame; false when there is none any more. */
static bool
read_frame(struct listener *l)
{
	unsigned char head[HEAD_BYTES];
	char control[256];
	struct sockaddr_ll from;
	struct iovec part = { head, sizeof(head) };
	struct msghdr m = { .msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	struct segment s;
	ssize_t n = recvmsg(l->fd, &m, MSG_DONTWAIT);

	if (n < 0)
		return errno == EINTR;
	s.t_us = stamp_us(&m);
	if (from.sll_pkttype != PACKET_OUTGOING && parse(head, (size_t)n, &s))
		take(l, &s);
	return true;
}

static void
write_end(struct listener *l)
{
	struct tpacket_stats stats = { 0 };
	socklen_t size = sizeof(stats);
	long dropped = -1;

	if (getsockopt(l->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0)
		dropped = stats.tp_drops;
	write_voice(l);
	fprintf(l->out, "{\"ev\":\"end\",\"again\":%" PRIu64 ",\"dropped\":%ld}\n", l->again,
		dropped);
}

int
account_listen(const char *name, const char *path)
{
	static struct listener l;
	struct sigaction action = { .sa_handler = on_signal };

	l.fd = open_socket(name);
	l.out = l.fd >= 0 ? fopen(path, "we") : NULL;
	if (l.out == NULL) {
		fprintf(stderr, "account: listen %s %s: %s\n", name, path, strerror(errno));
		if (l.fd >= 0)
			close(l.fd);
		return 2;
	}
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	puts("listening");
	(void)fflush(stdout);
	while (!is_over) {
		struct pollfd p = { .fd = l.fd, .events = POLLIN };

		if (poll(&p, 1, 1000) > 0)
			while (!is_over && read_frame(&l))
				;
	}
	while (read_frame(&l))
		;
	write_end(&l);
	close(l.fd);
	return fclose(l.out) == 0 ? 0 : 2;
}
