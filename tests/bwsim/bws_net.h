/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_NET_H
#define TANDEM_TESTS_BWSIM_BWS_NET_H

#include <netinet/in.h>
#include <stddef.h>

/* Reads "name=IPv4:port". Returns 0 or -1. */
int bws_net_parse(const char *spec, char *name, size_t name_len, struct sockaddr_in *addr);

/* Listens (non-blocking) on @addr; writes the real port back. Returns the descriptor or -1 with
 * errno. */
int bws_net_listen(struct sockaddr_in *addr);

#endif
