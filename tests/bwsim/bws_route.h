/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_ROUTE_H
#define TANDEM_TESTS_BWSIM_BWS_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

struct bws;
struct bws_req;

#define BWS_PATH_PARTS_MAX 10

/* A path cut at its slashes. */
struct bws_path {
	char *copy;
	const char *part[BWS_PATH_PARTS_MAX];
	size_t count;
	bool strict; /* keywords in their documented case only */
};

/* True when part @i exists and is @word (letters of either case). */
bool bws_path_is(const struct bws_path *p, size_t i, const char *word);

/* Answers a complete request: faults, log-in, limits, then the handler of the URI. Fills the reply
 * fields of @r, counts and journals. */
void bws_route_request(struct bws *w, struct bws_req *r);

#endif
