/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every request that Tandem can make of BroadWorks: one table, for both transports.
 *
 * A row says how the request is called, which element carries it over the CTI interface, and its
 * method, context and path for Xsi over HTTP. A path is never written anywhere else.
 *
 * Grammar of the path column, with the parameters in the order and spelling of the CTI schema:
 *
 *	{name}        one segment of the path; behind the '?' one parameter of the query: name=value
 *	{name?}       may be left out (queries only)
 *	{name!}       HTTP only, the CTI request has no such parameter
 *	{name=other}  HTTP's name for it is `other`
 *
 * Several flags come in this order: "{name?!}". The keywords of the path are spelt as clients spell
 * them; BroadWorks does not mind the case.
 */
#ifndef TANDEM_PROTO_XSI_OP_H
#define TANDEM_PROTO_XSI_OP_H

#include "proto/base/buf.h"

#include <stdbool.h>

/* name, CTI element or "" (HTTP only), method, context, path, root element of the body or "" */
#define XSI_OPS_EVENTS(XX) \
	XX(channel_add, "AddChannelRequest", POST, async, "/channel", "Channel") \
	XX(channel_update, "UpdateChannelRequest", PUT, events, "/channel/{channelId}", "Channel") \
	XX(channel_delete, "DeleteChannelRequest", DELETE, events, "/channel/{channelId}", "") \
	XX(channel_heartbeat, "", PUT, events, "/channel/{channelId}/heartbeat", "") \
	XX(channel_set_get, "GetChannelSetRequest", GET, events, "/channelset/{channelSetId}", "") \
	XX(event_response, "", POST, events, "/channel/eventresponse", "EventResponse") \
	XX(versions_get, "", GET, events, "/versions", "") \
	XX(subscribe_user, "AddUserSubscriptionRequest", POST, events, "/user/{userId}", \
		"Subscription") \
	XX(subscribe_group, "AddGroupSubscriptionRequest", POST, events, \
		"/serviceprovider/{enterpriseServiceProviderId}/group/{groupId}", "Subscription") \
	XX(subscribe_enterprise, "AddEnterpriseSubscriptionRequest", POST, events, \
		"/enterprise/{enterpriseId}", "Subscription") \
	XX(subscribe_service_provider, "AddServiceProviderSubscriptionRequest", POST, events, \
		"/serviceprovider/{serviceProviderId}", "Subscription") \
	XX(subscribe_system, "AddSystemSubscriptionRequest", POST, events, "/system", \
		"Subscription") \
	XX(subscription_update, "UpdateSubscriptionRequest", PUT, events, \
		"/subscription/{subscriptionId}", "Subscription") \
	XX(subscription_delete, "DeleteSubscriptionRequest", DELETE, events, \
		"/subscription/{subscriptionId}", "") \
	XX(subscription_list, "GetSubscriptionsRequest", GET, events, \
		"/subscription?{subscriberId}&{targetEntityType?}&{targetGrpParentId?}&" \
		"{targetId?}&{targetSubId?}&{extAppId?}&{event?}", \
		"")

#define XSI_OPS_CALLS(XX) \
	XX(dial, "DialRequest", POST, actions, \
		"/user/{subscriberid}/calls/new?{address}&{clid?}&{location?}&{locationAddress?}&" \
		"{info?}&{conferenceId?}&{pin?}", \
		"") \
	XX(call_list, "RetrieveCallIdInfoListRequest", GET, actions, "/user/{subscriberid}/calls", \
		"") \
	XX(call_get, "RetrieveCallDetailsRequest", GET, actions, \
		"/user/{subscriberid}/calls/{callid}?{allowDetached?}", "") \
	XX(talk, "TalkRequest", PUT, actions, "/user/{subscriberid}/calls/{callid}/Talk", "") \
	XX(hold, "HoldRequest", PUT, actions, "/user/{subscriberid}/calls/{callid}/Hold", "") \
	XX(reconnect, "ReconnectRequest", PUT, actions, \
		"/user/{subscriberid}/calls/{callid}/Reconnect", "") \
	XX(release, "ReleaseRequest", DELETE, actions, \
		"/user/{subscriberid}/calls/{callid}?{decline?}&{declineReason?!}", "") \
	XX(blind_transfer, "BlindTransferRequest", PUT, actions, \
		"/user/{subscriberid}/calls/{callid}/BlindTransfer?{address}&{toFront?!}", "") \
	XX(consult_transfer, "ConsultativeTransferRequest", PUT, actions, \
		"/user/{subscriberid}/calls/{callid1}/ConsultTransfer/{callid2}", "") \
	XX(mute_transfer, "MuteTransferRequest", PUT, actions, \
		"/user/{subscriberid}/calls/{callid}/MuteTransfer?{address}", "") \
	XX(vm_transfer, "TransferToVoiceMail", PUT, actions, \
		"/user/{subscriberid}/calls/{callid}/VmTransfer?{address}", "") \
	XX(transmit_dtmf, "TransmitDTMFRequest", PUT, actions, \
		"/user/{subscriberid}/calls/{callid}/TransmitDTMF?{PlayDTMF=playdtmf}", "") \
	XX(park, "", PUT, actions, "/user/{subscriberid}/calls/{callid}/Park?{address}", "") \
	XX(group_park, "", PUT, actions, "/user/{subscriberid}/calls/{callid}/GroupCallPark", "") \
	XX(call_retrieve, "RetrieveRequest", PUT, actions, \
		"/user/{subscriberid}/calls/CallRetrieve?{location?}&{locationAddress?}", "") \
	XX(pickup, "DirectedCallPickupRequest", POST, actions, \
		"/user/{subscriberid}/calls/DirectedCallPickup?{address}&{location?}&" \
		"{locationAddress?}", \
		"") \
	XX(record, "RecordRequest", PUT, actions, "/user/{subscriberid}/calls/{callId}/Record", \
		"") \
	XX(record_pause, "PauseRecordingRequest", PUT, actions, \
		"/user/{subscriberid}/calls/{callid}/PauseRecording", "") \
	XX(record_resume, "ResumeRecordingRequest", PUT, actions, \
		"/user/{subscriberid}/calls/{callid}/ResumeRecording", "") \
	XX(record_stop, "StopRecordingRequest", PUT, actions, \
		"/user/{subscriberid}/calls/{callid}/StopRecording", "") \
	XX(hook_status_get, "RetrieveHookStatusRequest", GET, actions, \
		"/user/{subscriberid}/calls/HookStatus", "") \
	XX(disposition_tag, "TagDispositionCodeRequest", POST, actions, \
		"/user/{subscriberid}/calls/DispositionCode/{code}", "") \
	XX(disposition_tag_call, "TagDispositionCodeToCallIdRequest", POST, actions, \
		"/user/{subscriberid}/calls/{callid}/DispositionCode/{code}", "")

#define XSI_OPS_CONFERENCE(XX) \
	XX(conference_start, "ConferenceStartRequest", POST, actions, \
		"/user/{subscriberid}/calls/Conference", "Conference") \
	XX(conference_add, "ConferenceAddParticipantRequest", PUT, actions, \
		"/user/{subscriberid}/calls/Conference/{callid}", "") \
	XX(conference_hold, "ConferenceHoldRequest", PUT, actions, \
		"/user/{subscriberid}/calls/Conference/Hold", "") \
	XX(conference_retrieve, "ConferenceRetrieveRequest", PUT, actions, \
		"/user/{subscriberid}/calls/Conference/Talk", "") \
	XX(conference_release, "ConferenceReleaseRequest", DELETE, actions, \
		"/user/{subscriberid}/calls/Conference", "") \
	XX(conference_get, "", GET, actions, "/user/{subscriberid}/calls/Conference", "") \
	XX(conference_mute, "ConferenceMuteCallRequest", PUT, actions, \
		"/user/{subscriberid}/calls/Conference/{callid}/Mute", "") \
	XX(conference_unmute, "ConferenceUnMuteCallRequest", PUT, actions, \
		"/user/{subscriberid}/calls/Conference/{callid}/UnMute", "") \
	XX(conference_deaf, "ConferenceDeafCallRequest", PUT, actions, \
		"/user/{subscriberid}/calls/Conference/{callid}/Deaf", "") \
	XX(conference_undeaf, "ConferenceUnDeafCallRequest", PUT, actions, \
		"/user/{subscriberid}/calls/Conference/{callid}/UnDeaf", "") \
	XX(conference_silent_monitor, "ConferenceSilentMonitorRequest", PUT, actions, \
		"/user/{subscriberid}/calls/Conference/SilentMonitor", "") \
	XX(conference_coach, "ConferenceSupervisorCoachRequest", PUT, actions, \
		"/user/{subscriberid}/calls/Conference/SupervisorCoach", "") \
	XX(conference_barge_in, "ConferenceBargeInRequest", PUT, actions, \
		"/user/{subscriberid}/calls/Conference/BargeIn", "")

#define XSI_OPS_SERVICES(XX) \
	XX(agent_state_get, "GetAgentStateRequest", GET, actions, \
		"/user/{subscriberid}/services/callcenter", "") \
	XX(agent_state_set, "SetAgentStateRequest", PUT, actions, \
		"/user/{subscriberid}/services/callcenter", "CallCenter") \
	XX(dnd_get, "GetDoNotDisturbRequest", GET, actions, \
		"/user/{subscriberid}/services/DoNotDisturb", "") \
	XX(dnd_set, "ModifyDoNotDisturbRequest", PUT, actions, \
		"/user/{subscriberid}/services/DoNotDisturb", "DoNotDisturb") \
	XX(cfa_get, "GetCallForwardingAlwaysRequest", GET, actions, \
		"/user/{subscriberid}/services/CallForwardingAlways", "") \
	XX(cfa_set, "ModifyCallForwardingAlwaysRequest", PUT, actions, \
		"/user/{subscriberid}/services/CallForwardingAlways", "CallForwardingAlways") \
	XX(cfb_get, "GetCallForwardingBusyRequest", GET, actions, \
		"/user/{subscriberid}/services/CallForwardingBusy", "") \
	XX(cfb_set, "ModifyCallForwardingBusyRequest", PUT, actions, \
		"/user/{subscriberid}/services/CallForwardingBusy", "CallForwardingBusy") \
	XX(cfna_get, "GetCallForwardingNoAnswerRequest", GET, actions, \
		"/user/{subscriberid}/services/CallForwardingNoAnswer", "") \
	XX(cfna_set, "ModifyCallForwardingNoAnswerRequest", PUT, actions, \
		"/user/{subscriberid}/services/CallForwardingNoAnswer", "CallForwardingNoAnswer") \
	XX(hoteling_guest_get, "GetHotelingGuestRequest", GET, actions, \
		"/user/{subscriberid}/services/HotelingGuest", "") \
	XX(hoteling_guest_set, "ModifyHotelingGuestRequest", PUT, actions, \
		"/user/{subscriberid}/services/HotelingGuest", "HotelingGuest") \
	XX(message_summary_get, "GetVoiceMailMessageSummaryRequest", GET, actions, \
		"/user/{subscriberid}/calls/messaging/VoiceMailMessageSummary", "") \
	XX(message_summary_clear, "ClearVoiceMailMessageSummaryRequest", DELETE, actions, \
		"/user/{subscriberid}/calls/messaging/VoiceMailMessageSummary", "")

#define XSI_OPS_QUEUE(XX) \
	XX(acd_list, "GetACDRequest", GET, actions, "/callcenter/{callcenterid}/calls", "") \
	XX(acd_release, "ACDReleaseCallRequest", DELETE, actions, \
		"/callcenter/{callcenterid}/calls/{callid}", "") \
	XX(acd_blind_transfer, "ACDBlindTransferRequest", PUT, actions, \
		"/callcenter/{callcenterid}/calls/{callid}/BlindTransfer?{phoneno}", "") \
	XX(acd_promote, "ACDPromoteCallRequest", PUT, actions, \
		"/callcenter/{callcenterid}/calls/{callid}/Promote", "ACDPromote") \
	XX(acd_reorder, "ACDReorderCallRequest", PUT, actions, \
		"/callcenter/{callcenterid}/calls/{callid}/Reorder?{index}", "")

#define XSI_OPS_ROUTE_POINT(XX) \
	XX(controller_get, "GetApplicationControllerStateRequest", GET, actions, \
		"/system/services/routepoint/applicationcontroller/{applicationcontrollerid}", "") \
	XX(controller_set, "SetApplicationControllerStateRequest", PUT, actions, \
		"/system/services/routepoint/applicationcontroller/{applicationcontrollerid}", \
		"ApplicationController") \
	XX(rp_list, "GetRoutePointRequest", GET, actions, "/routepoint/{routepointId}/calls", "") \
	XX(rp_dial, "RoutePointOutgoingDialRequest", POST, actions, \
		"/routepoint/{routepointId}/calls/new", "RoutePointOutgoingDial") \
	XX(rp_release, "RoutePointReleaseCallRequest", DELETE, actions, \
		"/routepoint/{routepointId}/calls/{callId}", "") \
	XX(rp_admit, "RoutePointAdmitCallRequest", PUT, actions, \
		"/routepoint/{routepointId}/calls/{callId}/admit", "") \
	XX(rp_reject, "RoutePointRejectCallRequest", PUT, actions, \
		"/routepoint/{routepointId}/calls/{callId}/reject", "") \
	XX(rp_bounce, "RoutePointBounceCallRequest", PUT, actions, \
		"/routepoint/{routepointId}/calls/{callId}/bounce", "") \
	XX(rp_blind_transfer, "RoutePointBlindTransferRequest", PUT, actions, \
		"/routepoint/{routepointId}/calls/{callId}/blindtransfer?{address}", "") \
	XX(rp_distribute, "RoutePointDistributeCallRequest", PUT, actions, \
		"/routepoint/{routepointId}/calls/{callId}/distribute", "RoutePointDistribute") \
	XX(rp_fail, "RoutePointFailCallRequest", PUT, actions, \
		"/routepoint/{routepointId}/calls/{callId}/fail", "") \
	XX(rp_play_treatment, "RoutePointPlayTreatmentRequest", PUT, actions, \
		"/routepoint/{routepointId}/calls/{callId}/playtreatment", \
		"RoutePointPlayTreatment") \
	XX(rp_play_moh, "RoutePointPlayMOHRequest", PUT, actions, \
		"/routepoint/{routepointId}/calls/{callId}/playmusiconhold", \
		"RoutePointPlayMusicOnHold") \
	XX(rp_play_ringback, "RoutePointPlayRingbackRequest", PUT, actions, \
		"/routepoint/{routepointId}/calls/{callId}/playringback", \
		"RoutePointPlayRingBack") \
	XX(rp_play_busy, "RoutePointPlayBusyRequest", PUT, actions, \
		"/routepoint/{routepointId}/calls/{callId}/playbusy", "RoutePointPlayBusy") \
	XX(rp_play_silence, "RoutePointPlaySilenceRequest", PUT, actions, \
		"/routepoint/{routepointId}/calls/{callId}/playsilence", "RoutePointPlaySilence") \
	XX(rp_connect_vxml, "RoutePointConnectToVoiceXMLRequest", PUT, actions, \
		"/routepoint/{routepointId}/calls/{callId}/connecttovoicexml", \
		"RoutePointConnectToVoiceXML") \
	XX(rp_state_get, "GetRoutePointStateRequest", GET, actions, \
		"/routepoint/{routepointId}/profile/state", "") \
	XX(rp_state_set, "ModifyRoutePointStateRequest", PUT, actions, \
		"/routepoint/{routepointId}/profile/state", "RoutePointState")

#define XSI_OPS(XX) \
	XSI_OPS_EVENTS(XX) \
	XSI_OPS_CALLS(XX) \
	XSI_OPS_CONFERENCE(XX) \
	XSI_OPS_SERVICES(XX) \
	XSI_OPS_QUEUE(XX) \
	XSI_OPS_ROUTE_POINT(XX)

enum xsi_op {
	XSI_OP_none,
#define XX(name, element, method, context, path, body) XSI_OP_##name,
	XSI_OPS(XX)
#undef XX
	XSI_OP_count
};

/* The three context names; a deployment may have changed them. */
struct xsi_contexts {
	const char *async;   /* "/com.broadsoft.async/com.broadsoft.xsi-events/v2.0" */
	const char *events;  /* "/com.broadsoft.xsi-events/v2.0" */
	const char *actions; /* "/com.broadsoft.xsi-actions/v2.0" */
};

extern const struct xsi_contexts xsi_default_contexts;

#define XSI_ARGS_MAX 8

/* One request. `args` stand in the order of the row's parameters; "" leaves an optional one out. */
struct xsi_request {
	enum xsi_op op;
	struct str args[XSI_ARGS_MAX];
	struct str body; /* a document of xsi_body.h, xsi_encode.h; "" if there is none */
};

/*
 * The URI. It replaces what the buffer holds; the text is NUL-terminated at b->p, b->n does not
 * count the NUL. With b->overflow there is no text and b->n is 0: it is too long, or an argument
 * that is not optional is "" (without it the path would name another thing). Arguments are
 * percent-encoded: no byte of theirs can end a segment, begin a query or climb up.
 */
/** Path and query for HTTP. */
void xsi_op_path(struct buf *b, const struct xsi_contexts *c, const struct xsi_request *q);
/**
 * The same for the <uri> of a CTI request: channels are opened in the context of events, parameters
 * that the CTI request does not know are left out.
 */
void xsi_op_cti_path(struct buf *b, const struct xsi_contexts *c, const struct xsi_request *q);
/** The <uri> of a CTI request with %name% for every parameter, as in the schema. */
void xsi_op_uri(struct buf *b, const struct xsi_contexts *c, enum xsi_op op);

/** The row's name ("dial"), for logs and the journal. "none" for XSI_OP_none. */
const char *xsi_op_name(enum xsi_op op);
/** The op of that name, XSI_OP_none if there is none. */
enum xsi_op xsi_op_of_name(struct str name);
/** "GET", "PUT", "POST" or "DELETE". */
const char *xsi_op_method(enum xsi_op op);
/**
 * The other method that sources name for this request (disposition codes: PUT); NULL for all
 * others. A setting decides which one is used.
 */
const char *xsi_op_method_other(enum xsi_op op);
/** Element of the CTI request; NULL: HTTP only. */
const char *xsi_op_element(enum xsi_op op);
/** Root element of the body; NULL: the body is empty. */
const char *xsi_op_body(enum xsi_op op);

/* What a parameter is. */
struct xsi_param {
	struct str name;      /* in the spelling of CTI */
	struct str http_name; /* in a query */
	bool is_query;
	bool is_optional;
	bool is_http_only;
};

int xsi_op_param_count(enum xsi_op op);
/** Parameter `i`, below xsi_op_param_count(). */
struct xsi_param xsi_op_param(enum xsi_op op, int i);

#endif
