/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of requests to BroadWorks: conferences, agents, services, queues, route points and
 * subscriptions of every shape. Channels and acknowledgements are in xsi_encode.h.
 *
 * Each is appended to the buffer with its declaration, in the element order of the Xsi schema. A
 * text that is "" and a number of XSI_UNSET is left out where the schema lets it. Numbers beyond
 * what the schema knows are brought to its nearest bound. Overflow is asked of the buffer at the
 * end.
 */
#ifndef TANDEM_PROTO_XSI_BODY_H
#define TANDEM_PROTO_XSI_BODY_H

#include "proto/xsi_op.h"

#define XSI_UNSET UINT32_MAX

/* A switch that may be left as it is. */
enum xsi_switch {
	XSI_SWITCH_unset,
	XSI_SWITCH_off,
	XSI_SWITCH_on
};

struct xsi_subscription_body {
	const struct str *packages; /* "Advanced Call" ..., at least one */
	size_t package_count;
	bool is_list; /* eventPackageList even for one package; more than one always are */
	uint64_t expires_s;
	struct str channel_set;
	struct str application;
};

/** Subscription of any target: user, group, enterprise, service provider, system (2.3). */
void xsi_body_subscription(struct buf *b, const struct xsi_subscription_body *s);

/** Conference of these calls; at least two make sense. */
void xsi_body_conference(struct buf *b, const struct str *call_ids, size_t call_count);

/**
 * CallCenter. `state` is "Sign-In", "Available", "Unavailable", "Wrap-Up" or "Sign-Out";
 * `unavailable_code` has at most 10 characters and goes with "Unavailable".
 */
void xsi_body_agent_state(struct buf *b, struct str state, struct str unavailable_code);

/** DoNotDisturb. */
void xsi_body_do_not_disturb(struct buf *b, bool active, enum xsi_switch ring_splash);

struct xsi_forwarding_body {
	bool active;
	struct str address;          /* "" keeps the number that is set */
	enum xsi_switch ring_splash; /* always */
	uint32_t rings;              /* no answer: 0, 2..20; 1 becomes 2 */
};

/** `op` = cfa_set, cfb_set or cfna_set. */
void xsi_body_forwarding(struct buf *b, enum xsi_op op, const struct xsi_forwarding_body *f);

struct xsi_hoteling_body {
	bool active;
	enum xsi_switch limit; /* is the association limited? */
	uint32_t limit_hours;  /* 1..999 */
	struct str host;       /* user id of the host; "" keeps it */
	bool clear_host;       /* no host any more; `host` does not count */
};

/** HotelingGuest. */
void xsi_body_hoteling_guest(struct buf *b, const struct xsi_hoteling_body *h);

/** ApplicationController. */
void xsi_body_controller(struct buf *b, bool ready);

/** ACDPromote; `priority` = 0 (highest) to 3 (lowest). */
void xsi_body_acd_promote(struct buf *b, uint32_t priority);

/** RoutePointState: "Failed" or "Normal". */
void xsi_body_rp_state(struct buf *b, bool failed);

/** RoutePointOutgoingDial; `name` is shown for the route point. */
void xsi_body_rp_dial(struct buf *b, struct str address, struct str name);

struct xsi_distribute_body {
	struct str agent_id;
	struct str caller_number;
	struct str caller_name;
	uint32_t time_in_queue_s;
	uint32_t calls_in_queue;
	uint32_t longest_wait_s;
	struct str whisper_audio_url;
	struct str whisper_video_url;
};

/** RoutePointDistribute: the call is offered to this agent. */
void xsi_body_rp_distribute(struct buf *b, const struct xsi_distribute_body *d);

#define XSI_PLAY_URLS_MAX 4

struct xsi_play_body {
	uint32_t duration_s;        /* all but treatment */
	bool fast_busy;             /* busy */
	struct str digit_map;       /* all but busy; MGCP notation */
	struct str play_collect_id; /* all but treatment */
	uint32_t play_count;        /* treatment: 1..5 */
	/* treatment: played in this order up to the first ""; audio has at least one */
	struct str audio_urls[XSI_PLAY_URLS_MAX];
	struct str video_urls[XSI_PLAY_URLS_MAX];
};

/** `op` = rp_play_treatment, _moh, _ringback, _busy or _silence. */
void xsi_body_rp_play(struct buf *b, enum xsi_op op, const struct xsi_play_body *p);

/** RoutePointConnectToVoiceXML. */
void xsi_body_rp_connect_vxml(struct buf *b, struct str voicexml_id, struct str script_url);

/** The declaration and the start tag of a body; xmlw_close() ends it. For xsi_encode.c. */
void xsi_body_open(struct buf *b, const char *root);

#endif
