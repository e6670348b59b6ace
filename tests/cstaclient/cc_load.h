/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_LOAD_H
#define TANDEM_TESTS_CSTACLIENT_CC_LOAD_H

#include <stdbool.h>

#include "tests/cstaclient/cc_picture.h"
#include "tests/cstaclient/cc_rand.h"
#include "tests/cstaclient/cc_requests.h"

/*
 * A random request: its kind, device of the picture, call (or "" for MakeCall), destination or, with two calls, the held
 * one.
 */
struct cc_action {
	enum cc_kind kind;
	size_t device;
	char call_id[CC_ID_MAX];
	char to[CC_DEVICE_MAX];
};

/* Where calls go: to one of `devices`, or with probability `outside_p` to an outside number. */
struct cc_load_targets {
	char *const *devices;
	size_t device_count;
	double outside_p;
	bool has_features; /* consultation, transfer, conference and the like, too */
};

/*
 * Chooses a request that fits the picture: MakeCall for an idle device in service, AnswerCall for
 * an alerting connection, HoldCall, RetrieveCall, ClearConnection, and with features what leads to a second call and
 * beyond. Returns false if nothing fits.
 */
bool cc_load_choose(struct cc_rand *r, const struct cc_picture *p,
	const struct cc_load_targets *targets, struct cc_action *out);

#endif
