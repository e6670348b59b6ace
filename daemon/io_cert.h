/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Until when certificates are valid: for `tandemd -t`, for the running daemon and for the doctor, so that all of them say the
 * same.
 *
 * Of our own certificate and its chain the one counts that ends first. Of a file of authorities the one that ends last: an old
 * one beside its successor is no fault.
 */
#ifndef TANDEM_DAEMON_IO_CERT_H
#define TANDEM_DAEMON_IO_CERT_H

#include "daemon/conf.h"
#include "daemon/meter.h"

#define IO_CERT_DAYS_WARN 14
#define IO_CERT_REMEDY "put a new one there and send SIGHUP to tandemd"

enum io_cert_state {
	IO_CERT_GOOD,
	IO_CERT_SOON, /* it has less than IO_CERT_DAYS_WARN */
	IO_CERT_EXPIRED,
	IO_CERT_UNREADABLE,
};

struct io_cert {
	struct meter_cert of;
	char file[192];
	enum io_cert_state state;
	char text[400]; /* which file, and what is wrong with it */
};

/**
 * Reads every certificate and authority that the configuration names, in its order. `certs` has room for
 * LIMIT_CERTIFICATES. Returns how many there are.
 */
uint32_t io_cert_read(const struct conf *c, int64_t now_s, struct io_cert *certs);
/** "good", "soon", "expired", "unreadable". */
const char *io_cert_state_name(enum io_cert_state state);

#endif
