/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_KNOBS_ACD_H
#define TANDEM_TESTS_BWSIM_BWS_KNOBS_ACD_H

/* Knobs of packages, services, call centers and route points; part of BWS_KNOB_LIST (same columns). */
#define BWS_KNOB_ACD_LIST(NUM, STR) \
	NUM(plain_values, 0, 0, 1, "1: figures and state times are plain values (old release)") \
	NUM(service_event_always, 0, 0, 1, "1: service event although nothing has changed") \
	NUM(agent_event_always, 0, 0, 1, "1: AgentStateEvent although nothing has changed") \
	NUM(wide_snapshot, 0, 0, 1, "1: group, enterprise and system subscriptions get snapshots") \
	NUM(package_lists, 1, 0, 1, "0: eventPackageList is refused (old release)") \
	NUM(package_fit, 1, 0, 1, "1: a package that does not fit the target is refused") \
	NUM(wrap_up_ms, 3000, 0, 3600000, "wrap-up after a call center call; 0 none") \
	NUM(agent_alert_ms, 0, 0, 86400000, "call that long: CallCenterAgentOnCallAlert; 0 never") \
	NUM(agent_bounces_max, 0, 0, 5, "bounced calls that make an agent unavailable; 0 none") \
	NUM(acd_policy, 0, 0, 2, "agent taken 0: longest idle, 1: first of the list, 2: drawn") \
	NUM(acd_bounce_ms, 15000, 50, 600000, "an agent rings that long, then the call bounces") \
	NUM(acd_length_max, 50, 0, 100000, "calls in a queue; one more overflows") \
	NUM(acd_wait_ms, 0, 0, 86400000, "wait that overflows; 0 never") \
	NUM(acd_priority, 3, 0, 3, "priority of new calls, 0 highest") \
	NUM(entrance_ms, 0, 0, 600000, "mandatory entrance message of call centers") \
	NUM(whisper_ms, 0, 0, 60000, "message to the agent before he is connected") \
	NUM(queue_answers, 1, 0, 1, "1: callers are answered by the queue; 0: they hear it ring") \
	NUM(patience_ms, 60000, 100, 86400000, \
		"a driven caller waits for half of it to all of it") \
	NUM(monitoring_ms, 5000, 100, 300000, "least time between CallCenterMonitoringEvents") \
	NUM(rp_admission, 0, 0, 1, "1: calls of route points wait to be admitted") \
	NUM(rp_admission_ms, 5000, 50, 600000, "not admitted for that long: rejected") \
	NUM(rp_inactivity_ms, 60000, 0, 86400000, "nobody cares for a call: it fails; 0 never") \
	NUM(rp_length_max, 1000, 0, 100000, "calls at a route point; one more overflows") \
	NUM(rp_wait_ms, 0, 0, 86400000, "wait at a route point that overflows; 0 never") \
	NUM(rp_overflow_reason, 1, 0, 1, "0: overFlowReason is left out") \
	NUM(rp_failure_ms, 1000, 0, 600000, "no controller ready that long: route points fail") \
	NUM(rp_recovers, 1, 0, 1, "1: a ready controller brings route points back") \
	NUM(play_second_ms, 1000, 1, 1000, "real ms per second of played music (tests)") \
	NUM(voicexml_ms, 300, 0, 60000, "connecting to a VoiceXML script") \
	NUM(voicexml_fails, 0, 0, 1, "1: scripts cannot be connected to") \
	STR(bounce_code, "", "unavailable code of agents that let calls bounce") \
	STR(resync_packages, "", "after AS failover, 'PACKAGE=plain|resync|none;...'") \
	STR(enterprise, "demo-enterprise", "enterprise (service provider) of all groups")

#endif
