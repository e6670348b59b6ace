/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of requests: see xsi_body.h.
 *
 * Element names and their order are those of the Xsi schema, which test_xsi_schema.sh checks. The
 * one failure is a full buffer, which the caller asks for at the end.
 */
#include "proto/xsi_body.h"

#include "proto/base/check.h"
#include "proto/base/xmlw.h"

#define XSI_NS "http://schema.broadsoft.com/xsi"
#define XSI_INT_MAX 2147483647U

void
xsi_body_open(struct buf *b, const char *root)
{
	xmlw_declaration(b);
	xmlw_open_ns(b, root, XSI_NS);
}

static void
xsi_put_optional(struct buf *b, const char *name, struct str value)
{
	if (value.n > 0)
		xmlw_element(b, name, value);
}

static void
xsi_put_bool(struct buf *b, const char *name, bool value)
{
	xmlw_element_z(b, name, value ? "true" : "false");
}

static void
xsi_put_flag(struct buf *b, const char *name, enum xsi_switch flag)
{
	if (flag != XSI_SWITCH_unset)
		xsi_put_bool(b, name, flag == XSI_SWITCH_on);
}

static void
xsi_put_number(struct buf *b, const char *name, uint32_t value, uint32_t least, uint32_t most)
{
	if (value == XSI_UNSET)
		return;
	if (value < least)
		value = least;
	xmlw_element_u64(b, name, value < most ? value : most);
}

/* --- subscriptions ----------------------------------------------------------------------- */

void
xsi_body_subscription(struct buf *b, const struct xsi_subscription_body *s)
{
	bool is_list = s->is_list || s->package_count > 1;

	REQUIRE(s->package_count > 0);
	xsi_body_open(b, "Subscription");
	if (is_list)
		xmlw_open(b, "eventPackageList");
	for (size_t i = 0; i < s->package_count; i++)
		xmlw_element(b, "event", s->packages[i]);
	if (is_list)
		xmlw_close(b, "eventPackageList");
	xmlw_element_u64(b, "expires", s->expires_s);
	xmlw_element(b, "channelSetId", s->channel_set);
	xsi_put_optional(b, "applicationId", s->application);
	xmlw_close(b, "Subscription");
}

/* --- calls, agents, services ------------------------------------------------------------- */

void
xsi_body_conference(struct buf *b, const struct str *call_ids, size_t call_count)
{
	xsi_body_open(b, "Conference");
	xmlw_open(b, "conferenceParticipantList");
	for (size_t i = 0; i < call_count; i++) {
		xmlw_open(b, "conferenceParticipant");
		xmlw_element(b, "callId", call_ids[i]);
		xmlw_close(b, "conferenceParticipant");
	}
	xmlw_close(b, "conferenceParticipantList");
	xmlw_close(b, "Conference");
}

void
xsi_body_agent_state(struct buf *b, struct str state, struct str unavailable_code)
{
	xsi_body_open(b, "CallCenter");
	xmlw_element(b, "agentACDState", state);
	xsi_put_optional(b, "agentUnavailableCode", unavailable_code);
	xmlw_close(b, "CallCenter");
}

void
xsi_body_do_not_disturb(struct buf *b, bool active, enum xsi_switch ring_splash)
{
	xsi_body_open(b, "DoNotDisturb");
	xsi_put_bool(b, "active", active);
	xsi_put_flag(b, "ringSplash", ring_splash);
	xmlw_close(b, "DoNotDisturb");
}

void
xsi_body_forwarding(struct buf *b, enum xsi_op op, const struct xsi_forwarding_body *f)
{
	const char *root = xsi_op_body(op);

	REQUIRE(op == XSI_OP_cfa_set || op == XSI_OP_cfb_set || op == XSI_OP_cfna_set);
	xsi_body_open(b, root);
	xsi_put_bool(b, "active", f->active);
	xsi_put_optional(b, "forwardToPhoneNumber", f->address);
	if (op == XSI_OP_cfa_set)
		xsi_put_flag(b, "ringSplash", f->ring_splash);
	if (op == XSI_OP_cfna_set)
		xsi_put_number(b, "numberOfRings", f->rings == 1 ? 2 : f->rings, 0, 20);
	xmlw_close(b, root);
}

void
xsi_body_hoteling_guest(struct buf *b, const struct xsi_hoteling_body *h)
{
	xsi_body_open(b, "HotelingGuest");
	xsi_put_bool(b, "active", h->active);
	xsi_put_flag(b, "enableAssociationLimit", h->limit);
	xsi_put_number(b, "associationLimitHours", h->limit_hours, 1, 999);
	if (h->clear_host)
		buf_cstr(b,
			"<hostUserId xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\""
			" i:nil=\"true\"/>");
	else
		xsi_put_optional(b, "hostUserId", h->host);
	xmlw_close(b, "HotelingGuest");
}

/* --- queues and route points ------------------------------------------------------------- */

void
xsi_body_controller(struct buf *b, bool ready)
{
	xsi_body_open(b, "ApplicationController");
	xmlw_element_z(b, "state", ready ? "ready" : "not ready");
	xmlw_close(b, "ApplicationController");
}

void
xsi_body_acd_promote(struct buf *b, uint32_t priority)
{
	static const char *const names[] = { "0-Highest", "1-High", "2-Medium", "3-Low" };

	xsi_body_open(b, "ACDPromote");
	xmlw_element_z(b, "priority", names[priority < 3 ? priority : 3]);
	xmlw_close(b, "ACDPromote");
}

void
xsi_body_rp_state(struct buf *b, bool failed)
{
	xsi_body_open(b, "RoutePointState");
	xmlw_text(b, failed ? STR("Failed") : STR("Normal"));
	xmlw_close(b, "RoutePointState");
}

void
xsi_body_rp_dial(struct buf *b, struct str address, struct str name)
{
	xsi_body_open(b, "RoutePointOutgoingDial");
	xmlw_element(b, "address", address);
	xsi_put_optional(b, "routePointName", name);
	xmlw_close(b, "RoutePointOutgoingDial");
}

void
xsi_body_rp_distribute(struct buf *b, const struct xsi_distribute_body *d)
{
	xsi_body_open(b, "RoutePointDistribute");
	xmlw_element(b, "agentId", d->agent_id);
	xsi_put_optional(b, "callingLineIdNumber", d->caller_number);
	xsi_put_optional(b, "callingLineIdName", d->caller_name);
	xsi_put_number(b, "timeInQueue", d->time_in_queue_s, 0, XSI_INT_MAX);
	xsi_put_number(b, "numberOfCallsInQueue", d->calls_in_queue, 0, XSI_INT_MAX);
	xsi_put_number(b, "longestWaitTime", d->longest_wait_s, 0, XSI_INT_MAX);
	xsi_put_optional(b, "whisperMessageAudioUrl", d->whisper_audio_url);
	xsi_put_optional(b, "whisperMessageVideoUrl", d->whisper_video_url);
	xmlw_close(b, "RoutePointDistribute");
}

static void
xsi_put_urls(struct buf *b, const char *list, const struct str urls[XSI_PLAY_URLS_MAX])
{
	xmlw_open(b, list);
	for (int i = 0; i < XSI_PLAY_URLS_MAX && urls[i].n > 0; i++)
		xmlw_element(b, "uri", urls[i]);
	xmlw_close(b, list);
}

static void
xsi_put_treatment(struct buf *b, const struct xsi_play_body *p)
{
	xsi_put_urls(b, "audioUrlList", p->audio_urls);
	if (p->video_urls[0].n > 0)
		xsi_put_urls(b, "videoUrlList", p->video_urls);
	xsi_put_number(b, "numberOfPlay", p->play_count, 1, 5);
	xsi_put_optional(b, "digitMap", p->digit_map);
}

void
xsi_body_rp_play(struct buf *b, enum xsi_op op, const struct xsi_play_body *p)
{
	const char *root = xsi_op_body(op);

	REQUIRE(op >= XSI_OP_rp_play_treatment && op <= XSI_OP_rp_play_silence);
	xsi_body_open(b, root);
	if (op == XSI_OP_rp_play_treatment) {
		xsi_put_treatment(b, p);
	} else {
		xsi_put_number(b, "duration", p->duration_s, 1, XSI_INT_MAX);
		if (op == XSI_OP_rp_play_busy)
			xmlw_element_z(b, "busyPattern", p->fast_busy ? "FastBusy" : "Normal");
		else
			xsi_put_optional(b, "digitMap", p->digit_map);
		xsi_put_optional(b, "playCollectId", p->play_collect_id);
	}
	xmlw_close(b, root);
}

void
xsi_body_rp_connect_vxml(struct buf *b, struct str voicexml_id, struct str script_url)
{
	xsi_body_open(b, "RoutePointConnectToVoiceXML");
	xmlw_element(b, "voicexmlId", voicexml_id);
	xmlw_element(b, "scriptUrl", script_url);
	xmlw_close(b, "RoutePointConnectToVoiceXML");
}
