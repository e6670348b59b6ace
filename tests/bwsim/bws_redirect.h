/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_REDIRECT_H
#define TANDEM_TESTS_BWSIM_BWS_REDIRECT_H

#include "tests/bwsim/bws_stats.h"

#include <stdbool.h>

struct bws;
struct bws_req;

/* Kind of a request by method and path alone, before any handler has seen it. Requests of Xsi-Actions
 * are BWS_KIND_OTHER. */
enum bws_kind bws_redirect_kind(const struct bws *w, const struct bws_req *r);

/* True when the comma separated @list names the kind of @r, "actions" or "all". */
bool bws_redirect_listed(const struct bws *w, const struct bws_req *r, const char *list);

/*
 * Answers 302 when the knobs redirect_* say so: to another XSP of the farm, round in a loop, to a
 * dead port, or to the TLS port. What belongs to a stream is sent to the XSP that holds it at the
 * last hop. Returns true when it answered.
 */
bool bws_redirect_apply(struct bws *w, struct bws_req *r);

#endif
