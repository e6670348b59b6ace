/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a party of a call failed or is gone.
 *
 * XX(name, diverts): a party that ends in a way that diverts left its device for another one and goes on there. Numbers are
 * those of the replicated words: a new one goes to the end.
 */
#ifndef TANDEM_CORE_END_H
#define TANDEM_CORE_END_H

#include <stdbool.h>

/* clang-format off */
#define CORE_ENDS(XX) \
	XX(NORMAL, false) \
	XX(RESYNC, false) /* BroadWorks does not list it any more */ \
	XX(BUSY, false) \
	XX(FAILED, false) /* nobody says how */ \
	XX(UNREACHABLE, false) \
	XX(TRANSFERRED, false) /* the device has handed the call over */ \
	XX(JOINED, false) /* the second call of a transfer: told with the first */ \
	XX(DIVERTED, true) /* it rings, waits or is offered elsewhere now */ \
	XX(DISTRIBUTED, true) /* an agent has it */ \
	XX(ABANDONED, false) /* the caller gave up */ \
	XX(OVERFLOW, true) /* the queue was full, or the call waited too long */ \
	XX(PICKED_UP, true) /* another device took it */ \
	XX(UNALLOCATED, false) /* nobody has the number */ \
	XX(BAD_NUMBER, false) /* it is no number, or not all of one */ \
	XX(NUMBER_CHANGED, false) \
	XX(NO_ROUTE, false) \
	XX(NOT_ANSWERED, false) \
	XX(BLOCKED, false) /* the caller may not, or was turned away */ \
	XX(OUT_OF_ORDER, false) /* the destination is */ \
	XX(INCOMPATIBLE, false) /* it cannot take this kind of call */ \
	XX(TRUNKS_BUSY, false) \
	XX(CONGESTION, false) \
	XX(NO_RESOURCES, false) \
	XX(DIALLED_NOTHING, false) /* in time */ \
	XX(FORWARDED, true) /* by a service, whichever */ \
	XX(FORWARDED_ALWAYS, true) \
	XX(FORWARDED_BUSY, true) \
	XX(FORWARDED_NO_ANSWER, true) \
	XX(DO_NOT_DISTURB, true) \
	XX(RECALLED, true) /* an agent did not answer */ \
	XX(CALENDAR, true) /* holiday or night */ \
	XX(QUEUE_FULL, true) \
	XX(WAITED, true) /* too long */ \
	XX(NO_AGENTS, false) \
	XX(PARKED, true) /* by the device */

enum core_end {
#define XX(name, diverts) CORE_END_##name,
	CORE_ENDS(XX)
#undef XX
	CORE_END_COUNT
};
/* clang-format on */

#define CORE_END_LAST (CORE_END_COUNT - 1)

/** Is the call presented to another device now? */
bool core_end_diverts(enum core_end end);

#endif
