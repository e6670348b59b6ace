/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_XSIDAY_XD_CONTACT_H
#define TANDEM_TESTS_XSIDAY_XD_CONTACT_H

#include "tests/xsiday/xd_text.h"

#define XD_CONTACT_CONNS_MAX 8

/* An HTTP server that takes the events of a subscription with an HTTP contact. */
struct xd_contact {
	int fd;
	char uri[100]; /* without a scheme, as was seen */
	struct {
		int fd;
		struct xd_text in;
	} conns[XD_CONTACT_CONNS_MAX];
	void (*on_document)(void *arg, const char *doc, size_t len);
	void *arg;
};

/* Listens on a free port of the loopback interface. */
void xd_contact_open(struct xd_contact *c);

/* Waits up to @ms and answers what has come; each event goes to on_document(). */
void xd_contact_poll(struct xd_contact *c, int ms);

void xd_contact_close(struct xd_contact *c);

#endif
