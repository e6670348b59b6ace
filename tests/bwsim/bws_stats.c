/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the request kinds. No failure modes. */
#include "tests/bwsim/bws_stats.h"

const char *
bws_stats_kind_text(enum bws_kind kind)
{
	static const char *const texts[] = {
#define X(name, text) text,
		BWS_KIND_LIST(X)
#undef X
	};

	return kind < BWS_KIND_COUNT ? texts[kind] : "other";
}
