/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_SNAPSHOT_H
#define TANDEM_TESTS_BWSIM_BWS_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

struct bws_sub;

/*
 * Raises on @s the snapshot event of each of @packages (a part of its own): what is known of the
 * target now. Call packages share one. @resync: as ...ResyncEvent where the schema has one.
 * A wide subscription gets one for each user (knob wide_snapshot).
 */
void bws_snapshot_raise(struct bws_sub *s, uint64_t packages, bool resync);

#endif
