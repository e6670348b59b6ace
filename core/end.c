/* SPDX-License-Identifier: Apache-2.0 */
/* Ends of parties: see end.h. */
#include "core/end.h"

bool
core_end_diverts(enum core_end end)
{
	static const bool diverts[] = {
#define XX(name, it_does) it_does,
		CORE_ENDS(XX)
#undef XX
	};

	return end < CORE_END_COUNT && diverts[end];
}
