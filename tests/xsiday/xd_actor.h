/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_XSIDAY_XD_ACTOR_H
#define TANDEM_TESTS_XSIDAY_XD_ACTOR_H

#include "tests/xsiday/xd_client.h"

/* Call control: does to the calls of the client's picture what their states allow. */
struct xd_actor {
	struct xd_client *client;
	uint64_t seed;
	size_t user_count;
	unsigned first_ext;
	char domain[80];
	int64_t actions;
	int64_t overtaken; /* something else happened to the call first */
};

uint64_t xd_actor_random(struct xd_actor *a, uint64_t below);

/* Name of user number @i. */
void xd_actor_user(const struct xd_actor *a, size_t i, char *out, size_t len);

/* One action of a random user, and a check of its effect. */
void xd_actor_act(struct xd_actor *a);

#endif
