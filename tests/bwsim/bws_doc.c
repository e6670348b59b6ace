/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents written by the simulator. Element order is that of the schema; every value that comes
 * from outside is escaped. No failure modes.
 */
#include "tests/bwsim/bws_doc.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_entry.h"
#include "tests/bwsim/bws_service.h"
#include "tests/bwsim/bws_conference.h"
#include "tests/bwsim/bws_detach.h"
#include "tests/bwsim/bws_recording.h"

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define NS "http://schema.broadsoft.com/xsi"
#define NS_DECL " xmlns=\"" NS "\""
#define XSI_DECL " xmlns:xsi=\"" NS "\""
#define XSI1_DECL " xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\""

static void
element(struct bws_buf *b, const char *prefix, const char *name, const char *value)
{
	bws_buf_fmt(b, "<%s%s>", prefix, name);
	bws_buf_esc(b, value);
	bws_buf_fmt(b, "</%s%s>", prefix, name);
}

static void
number(struct bws_buf *b, const char *prefix, const char *name, int64_t value)
{
	bws_buf_fmt(b, "<%s%s>%lld</%s%s>", prefix, name, (long long)value, prefix, name);
}

static void
begin_event(struct bws_buf *b, const struct bws *w, const char *type)
{
	bws_buf_str(b, DECLARATION "<xsi:Event");
	if (w->knobs.type_first)
		bws_buf_fmt(b, " xsi1:type=\"xsi:%s\"" XSI_DECL XSI1_DECL ">", type);
	else
		bws_buf_fmt(b, XSI_DECL XSI1_DECL " xsi1:type=\"xsi:%s\">", type);
}

void
bws_doc_begin(struct bws_buf *b, const char *root)
{
	bws_buf_fmt(b, DECLARATION "<%s" NS_DECL XSI1_DECL ">", root);
}

void
bws_doc_channel_reply(struct bws_buf *b, const struct bws_chan *c)
{
	bws_buf_str(b, DECLARATION "\n<Channel" NS_DECL ">");
	element(b, "", "channelId", c->id);
	number(b, "", "expires", bws_chan_remaining(c));
	bws_buf_str(b, "</Channel>");
}

void
bws_doc_channel_set(struct bws_buf *b, const struct bws_set *set)
{
	const struct bws_chan *c;

	bws_buf_str(b, DECLARATION "<ChannelSet" NS_DECL ">");
	TAILQ_FOREACH(c, &set->chans, in_set) {
		bws_buf_str(b, "<channel>");
		element(b, "", "channelId", c->id);
		element(b, "", "channelSetId", set->id);
		number(b, "", "priority", c->priority);
		number(b, "", "weight", c->weight);
		number(b, "", "expires", bws_chan_remaining(c));
		if (c->app)
			element(b, "", "applicationId", c->app);
		bws_buf_str(b, "</channel>");
	}
	bws_buf_str(b, "</ChannelSet>");
}

void
bws_doc_heartbeat(struct bws_buf *b)
{
	bws_buf_str(b, DECLARATION "<ChannelHeartBeat" NS_DECL "/>");
}

void
bws_doc_channel_terminated(struct bws_buf *b, const struct bws_chan *c, const char *reason)
{
	begin_event(b, c->w, "ChannelTerminatedEvent");
	element(b, "xsi:", "channelId", c->id);
	element(b, "xsi:", "reason", reason);
	bws_buf_str(b, "</xsi:Event>");
}

void
bws_doc_event(struct bws_buf *b, const struct bws_event *ev, const struct bws_chan *c)
{
	const struct bws_sub *s = ev->sub;

	begin_event(b, ev->w, "SubscriptionEvent");
	element(b, "xsi:", "eventID", ev->id);
	number(b, "xsi:", "sequenceNumber", ev->seq);
	element(b, "xsi:", "userId", s->owner);
	/* The schema wants one even if none was given. */
	element(b, "xsi:", "externalApplicationId", *s->app ? s->app : "none");
	element(b, "xsi:", "subscriptionId", s->id);
	if (c) {
		element(b, "xsi:", "channelId", c->id);
	} else {
		bws_buf_str(b, "<xsi:httpContact>");
		element(b, "xsi:", "uri", s->contact);
		bws_buf_str(b, "</xsi:httpContact>");
	}
	if (ev->about && (!s->user || !bws_util_same(s->owner, s->user->id)))
		element(b, "xsi:", "targetId", ev->about->id);
	if (*s->target_sub_id)
		element(b, "xsi:", "targetSubId", s->target_sub_id);
	bws_buf_fmt(b, "<xsi:eventData xsi1:type=\"xsi:%s\"", ev->type);
	if (*ev->data)
		bws_buf_fmt(b, ">%s</xsi:eventData>", ev->data);
	else
		bws_buf_str(b, "/>");
	bws_buf_str(b, "</xsi:Event>");
}

void
bws_doc_user_party(struct bws_buf *b, const char *x, const struct bws_user *u)
{
	element(b, x, "name", u->name);
	element(b, x, "address", u->dn);
	element(b, x, "userId", u->id);
	bws_buf_fmt(b, "<%suserDN countryCode=\"1\">%s</%suserDN>", x, u->dn, x);
	element(b, x, "callType", "Group");
}

/* PartyInformation of a user, or of an outside party. */
static void
address_party(struct bws_buf *b, const char *x, const struct bws_user *u, const char *address)
{
	if (u) {
		bws_doc_user_party(b, x, u);
		return;
	}
	element(b, x, "address", address);
	element(b, x, "callType", "Network");
}

static void
dialled_party(struct bws_buf *b, const char *x, const struct bws_half *h)
{
	struct bws_user *u = NULL;
	char uri[64];

	switch (bws_user_resolve(h->call->w, h->call->dialled, &u, uri, sizeof(uri))) {
	case BWS_ADDRESS_USER:
		if (h->remote_known) {
			bws_doc_user_party(b, x, u);
			return;
		}
		element(b, x, "address", u->dn);
		break;
	case BWS_ADDRESS_OUTSIDE:
		element(b, x, "address", uri);
		break;
	case BWS_ADDRESS_UNKNOWN:
	case BWS_ADDRESS_BAD:
		bws_buf_fmt(b, "<%saddress>tel:", x);
		bws_buf_esc(b, h->call->dialled);
		bws_buf_fmt(b, "</%saddress>", x);
		break;
	}
	element(b, x, "callType", u ? "Group" : "Network");
}

static void
remote_party(struct bws_buf *b, const char *x, const struct bws_half *h)
{
	const struct bws_half *peer = bws_call_peer(h);

	bws_buf_fmt(b, "<%sremoteParty>", x);
	if (*h->gone_tracking) {
		address_party(b, x, h->gone_user, h->gone_address);
	} else if (h->call->parked_on) {
		bws_doc_user_party(b, x, h->call->parked_on);
	} else if (peer && peer->user && h->remote_known) {
		bws_doc_user_party(b, x, peer->user);
	} else if (peer && !peer->user) {
		element(b, x, "address", peer->address);
		element(b, x, "callType", "Network");
	} else {
		dialled_party(b, x, h);
	}
	bws_buf_fmt(b, "</%sremoteParty>", x);
}

static void
times(struct bws_buf *b, const char *x, const struct bws_half *h)
{
	number(b, x, "startTime", h->start_ms);
	if (h->answer_ms)
		number(b, x, "answerTime", h->answer_ms);
	if (h->held_ms)
		number(b, x, "heldTime", h->held_ms);
	if (h->total_held_ms)
		number(b, x, "totalHeldTime", h->total_held_ms);
	if (h->detached_ms)
		number(b, x, "detachedTime", h->detached_ms);
	if (h->release_ms)
		number(b, x, "releaseTime", h->release_ms);
}

/* Who redirected an unanswered call here, and where we redirected it. */
static void
redirections(struct bws_buf *b, const char *x, const struct bws_half *h)
{
	if (h->by_reason && h->state == BWS_STATE_ALERTING) {
		bws_buf_fmt(b, "<%sredirections><%sredirection><%sparty>", x, x, x);
		address_party(b, x, h->by_user, h->by_address);
		bws_buf_fmt(b, "</%sparty>", x);
		element(b, x, "reason", h->by_reason);
		number(b, x, "counter", 1);
		bws_buf_fmt(b, "</%sredirection></%sredirections>", x, x);
	}
	if (!h->redirect_reason)
		return;
	bws_buf_fmt(b, "<%sredirect>", x);
	element(b, x, "address", h->redirect_to);
	element(b, x, "reason", h->redirect_reason);
	number(b, x, "redirectTime", h->detached_ms);
	bws_buf_fmt(b, "</%sredirect>", x);
}

static void
endpoint(struct bws_buf *b, const char *x, const struct bws_user *u)
{
	const struct bws_service_state *office = bws_service_get(u, BWS_SERVICE_OFFICE);

	if (office->active) {
		bws_buf_fmt(b, "<%sendpoint xsi1:type=\"%sRemoteOfficeEndpoint\">", x, x);
		element(b, x, "address", office->number);
	} else {
		bws_buf_fmt(b, "<%sendpoint xsi1:type=\"%sAccessEndpoint\">", x, x);
		bws_buf_fmt(b, "<%saddressOfRecord>sip:%s</%saddressOfRecord>", x, u->id, x);
	}
	bws_buf_fmt(b, "</%sendpoint>", x);
	number(b, x, "appearance", 1);
}

/* What stands after the call center's part of a Call. */
static void
features(struct bws_buf *b, const char *x, const struct bws_half *h)
{
	const char *state = bws_recording_state_text(h);

	if (h->group_park)
		bws_buf_fmt(b, "<%sgroupCallParkLocationSelected/>", x);
	if (h->recording == BWS_RECORDING_STARTED || h->recording == BWS_RECORDING_PAUSED)
		bws_buf_fmt(b, "<%srecorded/>", x);
	element(b, x, "allowedRecordingControls", bws_recording_controls(h));
	if (state)
		element(b, x, "recordingState", state);
	if (*h->security)
		element(b, x, "securityClassification", h->security);
	if (*h->client_info)
		element(b, x, "clientSessionInfo", h->client_info);
}

/* The fields of a Call; @x is the prefix of elements and of the endpoint's type. */
static void
call_fields(struct bws_buf *b, const char *x, const struct bws_half *h)
{
	element(b, x, "callId", h->id);
	element(b, x, "extTrackingId", bws_detach_tracking(h));
	element(b, x, "personality", bws_call_personality_text(h->personality));
	element(b, x, "state", bws_call_state_text(h->state));
	if (h->cause)
		bws_buf_fmt(b,
			"<%sreleaseCause><%sinternalReleaseCause>%s</%sinternalReleaseCause>"
			"</%sreleaseCause>",
			x, x, h->cause, x, x);
	if (h->releasing)
		element(b, x, "releasingParty", h->releasing);
	remote_party(b, x, h);
	redirections(b, x, h);
	endpoint(b, x, h->user);
	if (bws_call_rings(h))
		bws_buf_fmt(b, "<%sallowAnswer/>", x);
	if (h->state == BWS_STATE_HELD)
		bws_buf_fmt(b, "<%sallowRetrieve/>", x);
	if (h->recall)
		element(b, x, "recallType", h->recall);
	times(b, x, h);
	bws_entry_call_info(b, x, h);
	features(b, x, h);
}

void
bws_doc_call_data(struct bws_buf *b, const struct bws_half *h)
{
	bws_buf_str(b, "<xsi:call>");
	call_fields(b, "xsi:", h);
	bws_buf_str(b, "</xsi:call>");
}

static void
conference_fields(struct bws_buf *b, const char *x, const struct bws_conference *conf)
{
	const struct bws_half *h;

	element(b, x, "state", bws_conference_state_text(conf));
	endpoint(b, x, conf->user);
	if (conf->muted)
		bws_buf_fmt(b, "<%smuted/>", x);
	if (conf->type)
		element(b, x, "conferenceType", conf->type);
	if (!conf->count)
		return;
	bws_buf_fmt(b, "<%sconferenceParticipantList>", x);
	TAILQ_FOREACH(h, &conf->user->halves, of_user) {
		if (h->conference != conf)
			continue;
		bws_buf_fmt(b, "<%sconferenceParticipant>", x);
		element(b, x, "callId", h->id);
		if (h->muted)
			bws_buf_fmt(b, "<%smuted/>", x);
		if (h->deaf)
			bws_buf_fmt(b, "<%sdeaf/>", x);
		bws_buf_fmt(b, "</%sconferenceParticipant>", x);
	}
	bws_buf_fmt(b, "</%sconferenceParticipantList>", x);
}

void
bws_doc_conference_data(struct bws_buf *b, const struct bws_conference *conf)
{
	bws_buf_str(b, "<xsi:conference>");
	conference_fields(b, "xsi:", conf);
	bws_buf_str(b, "</xsi:conference>");
}

void
bws_doc_conference(struct bws_buf *b, const struct bws_conference *conf)
{
	bws_buf_str(b, DECLARATION "<Conference" NS_DECL XSI1_DECL ">");
	conference_fields(b, "", conf);
	bws_buf_str(b, "</Conference>");
}

void
bws_doc_parked_data(struct bws_buf *b, const struct bws_half *parked)
{
	if (!parked)
		return;
	bws_buf_str(b, "<xsi:parkedParty>");
	address_party(b, "xsi:", parked->user, parked->address);
	bws_buf_str(b, "</xsi:parkedParty>");
}

static const char *
hook_text(const struct bws_user *u)
{
	return u->off_hook ? "Off-Hook" : "On-Hook";
}

void
bws_doc_snapshot(struct bws_buf *b, const struct bws_user *u)
{
	const struct bws_half *h;

	if (u->half_count) {
		bws_buf_str(b, "<xsi:calls>");
		TAILQ_FOREACH(h, &u->halves, of_user)
			bws_doc_call_data(b, h);
		bws_buf_str(b, "</xsi:calls>");
	}
	if (u->conference)
		bws_doc_conference_data(b, u->conference);
	if (u->w->knobs.hook_status)
		element(b, "xsi:", "hookStatus", hook_text(u));
}

void
bws_doc_subscription_grant(struct bws_buf *b, const struct bws_sub *s, int64_t expires)
{
	bws_buf_str(b, DECLARATION "<Subscription" NS_DECL ">");
	element(b, "", "subscriptionId", s->id);
	number(b, "", "expires", expires);
	bws_buf_str(b, "</Subscription>");
}

static void
packages(struct bws_buf *b, const struct bws_sub *s)
{
	unsigned p;

	if (s->is_list)
		bws_buf_str(b, "<eventPackageList>");
	for (p = 0; p < BWS_PACKAGE_COUNT; p++)
		if (s->packages & BWS_PACKAGE_BIT(p))
			element(b, "", "event", bws_package_text((enum bws_package)p));
	if (s->is_list)
		bws_buf_str(b, "</eventPackageList>");
}

static void
subscription_fields(struct bws_buf *b, const struct bws_sub *s)
{
	element(b, "", "subscriptionId", s->id);
	element(b, "", "subscriberId", s->owner);
	element(b, "", "targetIdType", bws_sub_target_text(s->target));
	if (*s->target_parent)
		element(b, "", "targetGrpParentId", s->target_parent);
	if (*s->target_id)
		element(b, "", "targetId", s->target_id);
	if (*s->target_sub_id)
		element(b, "", "targetSubId", s->target_sub_id);
	packages(b, s);
	number(b, "", "expires", bws_sub_remaining(s));
	if (s->contact) {
		bws_buf_str(b, "<httpContact>");
		element(b, "", "uri", s->contact);
		bws_buf_str(b, "</httpContact>");
	} else {
		element(b, "", "channelSetId", s->set->id);
	}
	if (*s->app)
		element(b, "", "applicationId", s->app);
}

void
bws_doc_subscription(struct bws_buf *b, const struct bws_sub *s)
{
	bws_buf_str(b, DECLARATION "<Subscription" NS_DECL ">");
	subscription_fields(b, s);
	bws_buf_str(b, "</Subscription>");
}

void
bws_doc_subscription_list_begin(struct bws_buf *b)
{
	bws_buf_str(b, DECLARATION "<SubscriptionList" NS_DECL ">");
}

void
bws_doc_subscription_list_add(struct bws_buf *b, const struct bws_sub *s)
{
	bws_buf_str(b, "<subscription>");
	subscription_fields(b, s);
	bws_buf_str(b, "</subscription>");
}

void
bws_doc_subscription_list_end(struct bws_buf *b)
{
	bws_buf_str(b, "</SubscriptionList>");
}

void
bws_doc_calls(struct bws_buf *b, const struct bws_user *u)
{
	const struct bws_half *h;

	bws_buf_str(b, DECLARATION "<Calls" NS_DECL ">");
	TAILQ_FOREACH(h, &u->halves, of_user) {
		bws_buf_fmt(b, "<call inConference=\"%s\">", h->conference ? "true" : "false");
		element(b, "", "callId", h->id);
		bws_buf_fmt(b, "<uri>/v2.0/user/%s/calls/%s</uri></call>", u->id, h->id);
	}
	bws_buf_str(b, "</Calls>");
}

void
bws_doc_call(struct bws_buf *b, const struct bws_half *h)
{
	bws_buf_str(b, DECLARATION "<Call" NS_DECL XSI1_DECL ">");
	call_fields(b, "", h);
	bws_buf_str(b, "</Call>");
}

void
bws_doc_call_start(struct bws_buf *b, const struct bws_half *h)
{
	bws_buf_str(b, DECLARATION "<CallStartInfo" NS_DECL ">");
	element(b, "", "callId", h->id);
	element(b, "", "externalTrackingId", h->call->tracking);
	bws_buf_str(b, "</CallStartInfo>");
}

void
bws_doc_hook_status(struct bws_buf *b, const struct bws_user *u)
{
	bws_buf_str(b, DECLARATION "<HookStatus" NS_DECL ">");
	element(b, "", "hookStatus", hook_text(u));
	bws_buf_str(b, "</HookStatus>");
}

void
bws_doc_versions(struct bws_buf *b)
{
	bws_buf_str(b,
		DECLARATION "<Versions" NS_DECL ">"
			    "<commands><baseline>20.0</baseline></commands>"
			    "<eventPackages><baseline>20.0</baseline></eventPackages>"
			    "</Versions>");
}

void
bws_doc_error(struct bws_buf *b, const char *charset, int code, const char *text)
{
	bws_buf_fmt(b, "<?xml version=\"1.0\" encoding=\"%s\"?><ErrorInfo" NS_DECL ">", charset);
	element(b, "", "summary", text);
	element(b, "", "summaryEnglish", text);
	number(b, "", "errorCode", code);
	bws_buf_str(b, "</ErrorInfo>");
}
