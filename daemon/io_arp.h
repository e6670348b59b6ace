/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells the neighbours at which node an address is now: a gratuitous ARP request (RFC 5227, sections 1.1 and 3).
 *
 * Who has spoken with the address at the other node sends to that node until told so. IPv4 over Ethernet.
 */
#ifndef TANDEM_DAEMON_IO_ARP_H
#define TANDEM_DAEMON_IO_ARP_H

#include "proto/base/err.h"

#include <netinet/in.h>
#include <stdint.h>

#define IO_ARP_FRAME_BYTES 42

/** The announcement of `address` at an interface with this MAC. */
void io_arp_make(uint8_t frame[IO_ARP_FRAME_BYTES], const uint8_t mac[6], struct in_addr address);
/**
 * A socket for announcements, or -1 with errno; needs CAP_NET_RAW. It is to be kept: closing one waits for the kernel, some
 * milliseconds.
 */
int io_arp_open(void);
/**
 * Sends one on the interface that has the address. Returns E_OK; E_UNKNOWN: no interface has it; E_STATE: the interface is
 * no Ethernet, so nobody needs to be told; E_IO: the kernel refused.
 */
int io_arp_announce(int fd, struct in_addr address, struct err *e);

#endif
