/* SPDX-License-Identifier: Apache-2.0 */
/* See csta_filter.h. */
#include "proto/csta_filter.h"

const struct csta_filter_flag csta_filter_flags[CSTA_FILTER_FLAGS] = {
	{ "callcontrol", "callCleared", CSTA_EV_CallCleared },
	{ "callcontrol", "conferenced", CSTA_EV_Conferenced },
	{ "callcontrol", "connectionCleared", CSTA_EV_ConnectionCleared },
	{ "callcontrol", "delivered", CSTA_EV_Delivered },
	{ "callcontrol", "diverted", CSTA_EV_Diverted },
	{ "callcontrol", "established", CSTA_EV_Established },
	{ "callcontrol", "failed", CSTA_EV_Failed },
	{ "callcontrol", "held", CSTA_EV_Held },
	{ "callcontrol", "networkReached", CSTA_EV_NetworkReached },
	{ "callcontrol", "originated", CSTA_EV_Originated },
	{ "callcontrol", "queued", CSTA_EV_Queued },
	{ "callcontrol", "retrieved", CSTA_EV_Retrieved },
	{ "callcontrol", "serviceInitiated", CSTA_EV_ServiceInitiated },
	{ "callcontrol", "transferred", CSTA_EV_Transfered },
	{ "callAssociated", "callInformation", CSTA_EV_CallInformation },
	{ "physicalDeviceFeature", "messageWaiting", CSTA_EV_MessageWaiting },
	{ "logicalDeviceFeature", "agentLoggedOn", CSTA_EV_AgentLoggedOn },
	{ "logicalDeviceFeature", "agentLoggedOff", CSTA_EV_AgentLoggedOff },
	{ "logicalDeviceFeature", "agentNotReady", CSTA_EV_AgentNotReady },
	{ "logicalDeviceFeature", "agentReady", CSTA_EV_AgentReady },
	{ "logicalDeviceFeature", "agentWorkingAfterCall", CSTA_EV_AgentWorkingAfterCall },
	{ "logicalDeviceFeature", "doNotDisturb", CSTA_EV_DoNotDisturb },
	{ "logicalDeviceFeature", "forwarding", CSTA_EV_Forwarding },
	{ "maintenance", "backInService", CSTA_EV_BackInService },
	{ "maintenance", "outOfService", CSTA_EV_OutOfService },
	{ "voice", "play", CSTA_EV_Play },
	{ "voice", "record", CSTA_EV_Record },
	{ "voice", "stop", CSTA_EV_Stop },
	{ "voice", "suspendRecord", CSTA_EV_SuspendRecord },
};

uint64_t
csta_filter_bit(struct str flag)
{
	for (size_t i = 0; i < CSTA_FILTER_FLAGS; i++)
		if (str_is(flag, csta_filter_flags[i].name))
			return UINT64_C(1) << csta_filter_flags[i].event;
	return 0;
}

uint64_t
csta_filter_all(void)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < CSTA_FILTER_FLAGS; i++)
		bits |= UINT64_C(1) << csta_filter_flags[i].event;
	return bits;
}
