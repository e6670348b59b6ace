/* SPDX-License-Identifier: Apache-2.0 */
/* Gratuitous ARP: see io_arp.h. */
#include "daemon/io_arp.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* Offsets of RFC 826 behind the Ethernet header. */
#define ARP_AT sizeof(struct ether_header)
#define SENDER_MAC_AT (ARP_AT + sizeof(struct arphdr))
#define SENDER_IP_AT (SENDER_MAC_AT + ETH_ALEN)
#define TARGET_IP_AT (SENDER_IP_AT + sizeof(struct in_addr) + ETH_ALEN)

void
io_arp_make(uint8_t frame[IO_ARP_FRAME_BYTES], const uint8_t mac[6], struct in_addr address)
{
	struct ether_header ether = { .ether_type = htons(ETHERTYPE_ARP) };
	struct arphdr arp = { .ar_hrd = htons(ARPHRD_ETHER),
		.ar_pro = htons(ETHERTYPE_IP),
		.ar_hln = ETH_ALEN,
		.ar_pln = sizeof(struct in_addr),
		.ar_op = htons(ARPOP_REQUEST) };

	memset(ether.ether_dhost, 0xff, ETH_ALEN);
	memcpy(ether.ether_shost, mac, ETH_ALEN);
	memset(frame, 0, IO_ARP_FRAME_BYTES);
	memcpy(frame, &ether, sizeof(ether));
	memcpy(frame + ARP_AT, &arp, sizeof(arp));
	memcpy(frame + SENDER_MAC_AT, mac, ETH_ALEN);
	memcpy(frame + SENDER_IP_AT, &address, sizeof(address));
	memcpy(frame + TARGET_IP_AT, &address, sizeof(address));
}

int
io_arp_open(void)
{
	/* protocol 0: it receives nothing */
	return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* The name of the interface that has the address. */
static bool
find_interface(struct in_addr address, char name[IFNAMSIZ])
{
	struct ifaddrs *all, *i;
	bool found = false;

	if (getifaddrs(&all) != 0)
		return false;
	for (i = all; i != NULL && !found; i = i->ifa_next) {
		struct sockaddr_in sa;

		if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET)
			continue;
		memcpy(&sa, i->ifa_addr, sizeof(sa));
		found = sa.sin_addr.s_addr == address.s_addr;
		if (found) {
			/* an address may have a label: "eth0:1" */
			size_t n = strcspn(i->ifa_name, ":");

			memset(name, 0, IFNAMSIZ);
			memcpy(name, i->ifa_name, n < IFNAMSIZ ? n : IFNAMSIZ - 1);
		}
	}
	freeifaddrs(all);
	return found;
}

int
io_arp_announce(int fd, struct in_addr address, struct err *e)
{
	uint8_t frame[IO_ARP_FRAME_BYTES];
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = ETH_ALEN };
	struct ifreq r = { 0 };

	if (!find_interface(address, r.ifr_name))
		return err_set(e, E_UNKNOWN, "no interface has the address");
	to.sll_ifindex = (int)if_nametoindex(r.ifr_name);
	if (ioctl(fd, SIOCGIFHWADDR, &r) != 0)
		return err_set(e, E_IO, "%s: %s", r.ifr_name, strerror(errno));
	if (r.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return err_set(e, E_STATE, "%s is no Ethernet", r.ifr_name);
	io_arp_make(frame, (const uint8_t *)r.ifr_hwaddr.sa_data, address);
	memset(to.sll_addr, 0xff, ETH_ALEN);
	if (sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		return err_set(e, E_IO, "%s: %s", r.ifr_name, strerror(errno));
	return E_OK;
}
