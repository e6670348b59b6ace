/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Causes of BroadWorks: see bw_cause.h.
 *
 * Which codes go with which word of BroadWorks no document says. The codes are those of Q.850 and of SIP and say more than the
 * word, so they are believed first; those that say nothing of their own (16 normal, 31 unspecified, 500) are not in the table.
 */
#include "daemon/bw_cause.h"

#include <stddef.h>

struct cause_code {
	uint32_t code;
	enum core_end end;
};

static const struct cause_code q850_causes[] = {
	{ 1, CORE_END_UNALLOCATED },
	{ 2, CORE_END_NO_ROUTE },
	{ 3, CORE_END_NO_ROUTE },
	{ 17, CORE_END_BUSY },
	{ 18, CORE_END_NOT_ANSWERED },
	{ 19, CORE_END_NOT_ANSWERED },
	{ 20, CORE_END_UNREACHABLE },
	{ 21, CORE_END_BLOCKED },
	{ 22, CORE_END_NUMBER_CHANGED },
	{ 27, CORE_END_OUT_OF_ORDER },
	{ 28, CORE_END_BAD_NUMBER },
	{ 34, CORE_END_TRUNKS_BUSY },
	{ 38, CORE_END_FAILED },
	{ 41, CORE_END_FAILED },
	{ 42, CORE_END_CONGESTION },
	{ 44, CORE_END_TRUNKS_BUSY },
	{ 47, CORE_END_NO_RESOURCES },
	{ 55, CORE_END_BLOCKED },
	{ 65, CORE_END_INCOMPATIBLE },
	{ 79, CORE_END_INCOMPATIBLE },
	{ 88, CORE_END_INCOMPATIBLE },
};

static const struct cause_code sip_causes[] = {
	{ 403, CORE_END_BLOCKED },
	{ 404, CORE_END_UNALLOCATED },
	{ 406, CORE_END_INCOMPATIBLE },
	{ 408, CORE_END_NOT_ANSWERED },
	{ 410, CORE_END_NUMBER_CHANGED },
	{ 415, CORE_END_INCOMPATIBLE },
	{ 480, CORE_END_UNREACHABLE },
	{ 484, CORE_END_BAD_NUMBER },
	{ 486, CORE_END_BUSY },
	{ 488, CORE_END_INCOMPATIBLE },
	{ 503, CORE_END_CONGESTION },
	{ 600, CORE_END_BUSY },
	{ 603, CORE_END_BLOCKED },
	{ 604, CORE_END_UNALLOCATED },
	{ 606, CORE_END_INCOMPATIBLE },
};

static const struct {
	const char *word;
	enum core_end end;
} internal_causes[] = {
	{ "Busy", CORE_END_BUSY },
	{ "Forbidden", CORE_END_BLOCKED },
	{ "Routing Failure", CORE_END_NO_ROUTE },
	{ "Translation Failure", CORE_END_BAD_NUMBER },
	{ "Temporarily Unavailable", CORE_END_UNREACHABLE },
	{ "User Not Found", CORE_END_UNALLOCATED },
	{ "Request Timeout", CORE_END_NOT_ANSWERED },
	{ "Dial Tone Timeout", CORE_END_DIALLED_NOTHING },
	{ "Insufficient Credits", CORE_END_BLOCKED },
};

/* CORE_END_NORMAL: the code says nothing. */
static enum core_end
cause_of_code(const struct cause_code *codes, size_t count, uint32_t code)
{
	for (size_t i = 0; i < count; i++)
		if (codes[i].code == code)
			return codes[i].end;
	return CORE_END_NORMAL;
}

enum core_end
bw_cause_of_release(const struct xsi_release *release)
{
	enum core_end end = cause_of_code(
		q850_causes, sizeof(q850_causes) / sizeof(q850_causes[0]), release->q850);

	/* a call that is answered and then released normally has no cause at all */
	if (release->cause.n == 0)
		return CORE_END_NORMAL;
	if (end == CORE_END_NORMAL)
		end = cause_of_code(
			sip_causes, sizeof(sip_causes) / sizeof(sip_causes[0]), release->sip);
	for (size_t i = 0; i < sizeof(internal_causes) / sizeof(internal_causes[0]); i++)
		if (end == CORE_END_NORMAL && str_is(release->cause, internal_causes[i].word))
			end = internal_causes[i].end;
	return end == CORE_END_NORMAL ? CORE_END_FAILED : end;
}

enum core_end
bw_cause_of_redirect(const struct xsi_redirect *redirect)
{
	switch (redirect->reason) {
	case XSI_REDIRECT_UNCONDITIONAL:
		return CORE_END_FORWARDED_ALWAYS;
	case XSI_REDIRECT_USER_BUSY:
	case XSI_REDIRECT_AGENT_WRAP_UP:
		return CORE_END_FORWARDED_BUSY;
	case XSI_REDIRECT_NO_ANSWER:
		return CORE_END_FORWARDED_NO_ANSWER;
	case XSI_REDIRECT_DO_NOT_DISTURB:
		return CORE_END_DO_NOT_DISTURB;
	case XSI_REDIRECT_UNAVAILABLE:
	case XSI_REDIRECT_TIME_OF_DAY:
	case XSI_REDIRECT_FOLLOW_ME:
	case XSI_REDIRECT_OUT_OF_SERVICE:
	case XSI_REDIRECT_AWAY:
	case XSI_REDIRECT_VOICEMAIL:
		return CORE_END_FORWARDED;
	case XSI_REDIRECT_CALL_CENTER:
	case XSI_REDIRECT_HUNT_GROUP:
	case XSI_REDIRECT_ROUTE_POINT:
	case XSI_REDIRECT_DEFLECTION:
	case XSI_REDIRECT_TRANSFER:
	case XSI_REDIRECT_VOICEXML:
	case XSI_REDIRECT_OF_UNKNOWN:
	case XSI_REDIRECT_UNKNOWN:
	case XSI_REDIRECT_NONE:
		break;
	}
	return CORE_END_DIVERTED;
}

enum core_end
bw_cause_of_overflow(enum xsi_overflow overflow)
{
	if (overflow == XSI_OVERFLOW_SIZE)
		return CORE_END_QUEUE_FULL;
	return overflow == XSI_OVERFLOW_TIME ? CORE_END_WAITED : CORE_END_OVERFLOW;
}
