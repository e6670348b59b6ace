/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SRV names, asked of the DNS by c-ares on the loop.
 *
 * RESOLVED comes exactly once for each question, none after io_dns_close(): lines "priority weight port host", or why
 * there are none. An address of a host is looked up when it is connected to.
 */
#ifndef TANDEM_DAEMON_IO_DNS_H
#define TANDEM_DAEMON_IO_DNS_H

#include "daemon/io_sink.h"

struct io_dns;

/** `conf->dns_server`: "" for the servers of the system. With `e` set it is closed already: to be freed. */
struct io_dns *io_dns_new(const struct io_sink *sink, const struct conf *conf, struct err *e);
void io_dns_ask(struct io_dns *d, uint64_t id, struct str name);
void io_dns_close(struct io_dns *d);
void io_dns_free(struct io_dns *d);

#endif
