/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_CONTROL_H
#define TANDEM_TESTS_BWSIM_BWS_CONTROL_H

#include <sys/queue.h>

struct bws;
struct bws_control_client;

TAILQ_HEAD(bws_control_client_list, bws_control_client);

struct bws_watch;

/* The tester's Unix socket: one JSON object a line in, one a line out. */
struct bws_control {
	int fd; /* -1 = none */
	char *path;
	struct bws_watch *watch;
	struct bws_control_client_list clients;
};

/* Listens on the Unix stream socket @path (an old one is removed). Returns 0 or -1 with errno. */
int bws_control_open(struct bws *w, const char *path);

void bws_control_init(struct bws *w);

void bws_control_fini(struct bws *w);

#endif
