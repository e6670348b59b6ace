/* SPDX-License-Identifier: Apache-2.0 */
/* Event causes: see say_cause.h. */
#include "daemon/say_cause.h"

static const enum csta_cause causes[] = {
	[CORE_END_NORMAL] = CSTA_CAUSE_normalClearing,
	[CORE_END_RESYNC] = CSTA_CAUSE_switchingFunctionTerminated,
	[CORE_END_BUSY] = CSTA_CAUSE_busy,
	[CORE_END_FAILED] = CSTA_CAUSE_networkOutOfOrder,
	[CORE_END_UNREACHABLE] = CSTA_CAUSE_destNotObtainable,
	[CORE_END_TRANSFERRED] = CSTA_CAUSE_singleStepTransfer,
	[CORE_END_JOINED] = CSTA_CAUSE_transfer,
	[CORE_END_DIVERTED] = CSTA_CAUSE_redirected,
	[CORE_END_DISTRIBUTED] = CSTA_CAUSE_distributed,
	[CORE_END_ABANDONED] = CSTA_CAUSE_callCancelled,
	[CORE_END_OVERFLOW] = CSTA_CAUSE_overflow,
	[CORE_END_PICKED_UP] = CSTA_CAUSE_callPickup,
	[CORE_END_UNALLOCATED] = CSTA_CAUSE_numberUnallocated,
	[CORE_END_BAD_NUMBER] = CSTA_CAUSE_invalidNumberFormat,
	[CORE_END_NUMBER_CHANGED] = CSTA_CAUSE_numberChanged,
	[CORE_END_NO_ROUTE] = CSTA_CAUSE_networkNotObtainable,
	[CORE_END_NOT_ANSWERED] = CSTA_CAUSE_callNotAnswered,
	[CORE_END_BLOCKED] = CSTA_CAUSE_blocked,
	[CORE_END_OUT_OF_ORDER] = CSTA_CAUSE_destOutOfOrder,
	[CORE_END_INCOMPATIBLE] = CSTA_CAUSE_incompatibleDestination,
	[CORE_END_TRUNKS_BUSY] = CSTA_CAUSE_trunksBusy,
	[CORE_END_CONGESTION] = CSTA_CAUSE_networkCongestion,
	[CORE_END_NO_RESOURCES] = CSTA_CAUSE_resourcesNotAvailable,
	[CORE_END_DIALLED_NOTHING] = CSTA_CAUSE_interdigitTimeout,
	[CORE_END_FORWARDED] = CSTA_CAUSE_callForward,
	[CORE_END_FORWARDED_ALWAYS] = CSTA_CAUSE_callForwardImmediate,
	[CORE_END_FORWARDED_BUSY] = CSTA_CAUSE_callForwardBusy,
	[CORE_END_FORWARDED_NO_ANSWER] = CSTA_CAUSE_callForwardNoAnswer,
	[CORE_END_DO_NOT_DISTURB] = CSTA_CAUSE_doNotDisturb,
	[CORE_END_RECALLED] = CSTA_CAUSE_recallNoAnswer,
	[CORE_END_CALENDAR] = CSTA_CAUSE_calendarOverflow,
	[CORE_END_QUEUE_FULL] = CSTA_CAUSE_capacityOverflow,
	[CORE_END_WAITED] = CSTA_CAUSE_queueTimeOverflow,
	[CORE_END_NO_AGENTS] = CSTA_CAUSE_noAvailableAgents,
	[CORE_END_PARKED] = CSTA_CAUSE_park,
};

_Static_assert(sizeof(causes) / sizeof(causes[0]) == CORE_END_COUNT, "every end has a cause");

enum csta_cause
say_cause_of_end(enum core_end end)
{
	return end < CORE_END_COUNT ? causes[end] : CSTA_CAUSE_normalClearing;
}
