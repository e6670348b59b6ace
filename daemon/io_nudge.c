/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nudging clients: see io_nudge.h.
 *
 * One timer for all: while anything is pending it looks each 5 ms whether the local address is
 * here (a UDP socket can be bound to it) and sends what is due. Before the first segment the
 * neighbours are told that the address is here, or the client's answer would go to the other node.
 * Three segments each, should one be lost: the second after 100 ms; the third after 700 ms, because
 * Linux answers at most two stray segments of a connection a second.
 */
#include "daemon/io_nudge.h"

#include "daemon/io_arp.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#define NUDGE_POLL_MS 5
#define NUDGE_WAIT_MS 30000
#define NUDGE_SEGMENTS 3

static const uint64_t nudge_gap_ms[NUDGE_SEGMENTS] = { 100, 600, 0 };

struct nudge {
	struct sockaddr_in client, local;
	uint64_t give_up_ms; /* while waiting for the address, in loop time */
	uint64_t due_ms;
	unsigned sent;
	struct nudge *prev, *next;
};

struct io_nudge {
	struct io_sink sink;
	uv_timer_t timer;
	int raw, arp; /* -1: not open */
	bool told_raw, told_send;
	struct in_addr announced; /* since anything is pending */
	size_t count;
	struct nudge *list;
};

struct segment {
	struct iphdr ip;
	struct tcphdr tcp;
};

struct pseudo_header {
	uint32_t source, destination;
	uint8_t zero, protocol;
	uint16_t length;
	struct tcphdr tcp;
};

/* RFC 1071. `n` is even for everything here. */
static uint16_t
checksum(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)(b[i] << 8 | b[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void
make_segment(const struct nudge *x, struct segment *s)
{
	struct pseudo_header pseudo;
	uint32_t numbers[2] = { 0, 0 };

	/* any numbers will do; without randomness zeros are as wrong as needed */
	(void)!getrandom(numbers, sizeof(numbers), GRND_NONBLOCK);
	memset(s, 0, sizeof(*s));
	s->ip.version = 4;
	s->ip.ihl = sizeof(s->ip) / 4;
	s->ip.tot_len = htons(sizeof(*s));
	s->ip.ttl = 64;
	s->ip.protocol = IPPROTO_TCP;
	s->ip.saddr = x->local.sin_addr.s_addr;
	s->ip.daddr = x->client.sin_addr.s_addr;
	s->ip.check = checksum(&s->ip, sizeof(s->ip));
	s->tcp.source = x->local.sin_port;
	s->tcp.dest = x->client.sin_port;
	s->tcp.seq = numbers[0];
	s->tcp.ack_seq = numbers[1];
	s->tcp.doff = sizeof(s->tcp) / 4;
	s->tcp.ack = 1;
	s->tcp.window = htons(1024);
	pseudo = (struct pseudo_header){ s->ip.saddr, s->ip.daddr, 0, IPPROTO_TCP,
		htons(sizeof(s->tcp)), s->tcp };
	s->tcp.check = checksum(&pseudo, sizeof(pseudo));
}

/* True if packets for this address come to us. */
static bool
is_local(const struct sockaddr_in *sa)
{
	struct sockaddr_in any_port = *sa;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool bound;

	if (fd < 0)
		return false;
	any_port.sin_port = 0;
	bound = bind(fd, (struct sockaddr *)&any_port, sizeof(any_port)) == 0;
	close(fd);
	return bound;
}

static bool
open_raw(struct io_nudge *n)
{
	int one = 1;

	if (n->raw >= 0)
		return true;
	n->raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
	if (n->raw >= 0 && setsockopt(n->raw, IPPROTO_IP, IP_HDRINCL, &one, sizeof(one)) == 0)
		return true;
	if (!n->told_raw)
		log_emit(n->sink.log, M_CLIENT_REFUSED,
			"clients of the lost node are not told of its end: no raw "
			"socket (%s); CAP_NET_RAW is needed",
			strerror(errno));
	n->told_raw = true;
	if (n->raw >= 0)
		close(n->raw);
	n->raw = -1;
	return false;
}

bool
io_nudge_is_able(struct io_nudge *n)
{
	return open_raw(n);
}

static void
forget(struct io_nudge *n, struct nudge *x)
{
	DL_DELETE(n->list, x);
	n->count--;
	mem_free(x);
}

static void
send_segment(struct io_nudge *n, struct nudge *x)
{
	struct segment s;

	make_segment(x, &s);
	if (sendto(n->raw, &s, sizeof(s), 0, (struct sockaddr *)&x->client, sizeof(x->client)) <
			0 &&
		!n->told_send) {
		n->told_send = true;
		log_emit(n->sink.log, M_CLIENT_REFUSED,
			"a client of the lost node could not be told: %s", strerror(errno));
	}
	x->due_ms = uv_now(n->sink.loop) + nudge_gap_ms[x->sent];
	x->sent++;
}

/* One nudge at one tick; `here`: its address is local. False: it is done with. */
static bool
serve(struct io_nudge *n, struct nudge *x, bool here)
{
	uint64_t now = uv_now(n->sink.loop);

	if (!here && x->sent == 0)
		return now < x->give_up_ms;
	if (now < x->due_ms)
		return true;
	if (!here || !open_raw(n))
		return false;
	send_segment(n, x);
	return x->sent < NUDGE_SEGMENTS;
}

/* The first of them that found this address here. */
static void
announce(struct io_nudge *n, struct in_addr address)
{
	struct err e = { 0 };

	if (n->announced.s_addr == address.s_addr)
		return;
	n->announced = address;
	if (n->arp < 0)
		n->arp = io_arp_open();
	if (n->arp < 0 || io_arp_announce(n->arp, address, &e) == E_IO)
		log_emit(n->sink.log, M_CLIENT_REFUSED,
			"the neighbours are not told where the address is now: %s",
			n->arp < 0 ? strerror(errno) : e.text);
}

static void
on_tick(uv_timer_t *timer)
{
	struct io_nudge *n = timer->data;
	struct nudge *x, *next;
	struct in_addr asked = { 0 };
	bool known = false, here = false;

	DL_FOREACH_SAFE(n->list, x, next) {
		if (!known || asked.s_addr != x->local.sin_addr.s_addr) {
			here = is_local(&x->local);
			asked = x->local.sin_addr;
			known = true;
			if (here && x->sent == 0)
				announce(n, asked);
		}
		if (!serve(n, x, here))
			forget(n, x);
	}
	if (n->list == NULL) {
		n->announced = (struct in_addr){ 0 };
		uv_timer_stop(&n->timer);
	}
}

static bool
parse_pair(struct str s, struct sockaddr_in *sa)
{
	struct str port;
	struct str host = str_cut(s, ':', &port);
	char text[INET_ADDRSTRLEN];
	uint64_t v;

	memset(sa, 0, sizeof(*sa));
	sa->sin_family = AF_INET;
	if (!str_copy(text, sizeof(text), host) || inet_pton(AF_INET, text, &sa->sin_addr) != 1)
		return false;
	if (!str_u64(port, 65535, &v) || v == 0)
		return false;
	sa->sin_port = htons((uint16_t)v);
	return true;
}

void
io_nudge_send(struct io_nudge *n, struct str client, struct str local)
{
	struct nudge *x;

	if (n->count >= LIMIT_CONNECTIONS)
		return;
	x = mem_zalloc(sizeof(*x));
	if (!parse_pair(client, &x->client) || !parse_pair(local, &x->local)) {
		log_emit(n->sink.log, M_CLIENT_REFUSED,
			"the client %.*s of the lost node cannot be told: only IPv4",
			STR_ARG(client));
		mem_free(x);
		return;
	}
	x->give_up_ms = uv_now(n->sink.loop) + NUDGE_WAIT_MS;
	DL_APPEND(n->list, x);
	n->count++;
	if (!uv_is_active((uv_handle_t *)&n->timer))
		uv_timer_start(&n->timer, on_tick, 0, NUDGE_POLL_MS);
}

size_t
io_nudge_pending(const struct io_nudge *n)
{
	return n->count;
}

struct io_nudge *
io_nudge_new(const struct io_sink *sink)
{
	struct io_nudge *n = mem_zalloc(sizeof(*n));

	n->sink = *sink;
	n->raw = n->arp = -1;
	uv_timer_init(sink->loop, &n->timer);
	n->timer.data = n;
	return n;
}

void
io_nudge_close(struct io_nudge *n)
{
	while (n->list != NULL)
		forget(n, n->list);
	if (n->raw >= 0)
		close(n->raw);
	if (n->arp >= 0)
		close(n->arp);
	n->raw = n->arp = -1;
	uv_close((uv_handle_t *)&n->timer, NULL);
}

void
io_nudge_free(struct io_nudge *n)
{
	mem_free(n);
}
