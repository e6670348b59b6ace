/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_CALL_H
#define TANDEM_TESTS_BWSIM_BWS_CALL_H

#include "tests/bwsim/bws_timer.h"
#include "tests/bwsim/bws_util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct bws;
struct bws_acd_info;
struct bws_conference;
struct bws_entry;
struct bws_user;

enum bws_personality {
	BWS_ORIGINATOR,
	BWS_TERMINATOR,
	BWS_CLICK_TO_DIAL
};

enum bws_state {
	BWS_STATE_NONE, /* not told to anybody yet */
	BWS_STATE_ALERTING,
	BWS_STATE_ACTIVE,
	BWS_STATE_HELD,
	BWS_STATE_REMOTE_HELD,
	BWS_STATE_DETACHED, /* out of the session, kept for the record only */
	BWS_STATE_RELEASED
};

/* What a recording of a call does; see bws_recording.h. */
enum bws_recording {
	BWS_RECORDING_NONE,
	BWS_RECORDING_PENDING, /* asked for while the call was held */
	BWS_RECORDING_STARTED,
	BWS_RECORDING_PAUSED
};

/* What the first half of a call is there for once its phone has answered. */
enum bws_purpose {
	BWS_PURPOSE_CALL,    /* an ordinary call to c->dialled */
	BWS_PURPOSE_PICKUP,  /* c->dialled rings: take that call */
	BWS_PURPOSE_BARGE,   /* c->dialled talks: come in */
	BWS_PURPOSE_MONITOR, /* listen in */
	BWS_PURPOSE_COACH,   /* listen in, heard by c->dialled only */
	BWS_PURPOSE_RETRIEVE /* a call is parked against c->dialled: take it */
};

TAILQ_HEAD(bws_half_list, bws_half);

/* One party's view of a call. An outside party has no user and is told nothing. */
struct bws_half {
	TAILQ_ENTRY(bws_half) of_user;
	TAILQ_ENTRY(bws_half) of_call; /* detached halves only */
	struct bws_call *call;
	struct bws_user *user; /* NULL = outside */
	char id[48];           /* callhalf-<n>:<leg> */
	char address[64];      /* "tel:" URI of this party */
	enum bws_personality personality;
	enum bws_state state;
	enum bws_state told;   /* state at the last event */
	const char *cause;     /* internalReleaseCause or NULL */
	const char *releasing; /* releasingParty or NULL */
	bool remote_known;     /* the far party's identity may be shown */
	bool ringback;         /* Alerting, but it is the far side that rings */
	int64_t start_ms, answer_ms, held_ms, total_held_ms, detached_ms, release_ms;

	/* who redirected the call to this party; reason NULL = nobody */
	struct bws_user *by_user;
	char by_address[64];
	const char *by_reason;
	const char *recall; /* recallType or NULL */

	/* we redirected it or left it (bws_detach.h); then the session is told from these */
	const char *redirect_reason; /* NULL = left without a redirection */
	char redirect_to[64];
	struct bws_user *gone_user;
	char gone_address[64];
	char gone_tracking[48];

	struct bws_conference *conference; /* member of the user's conference */
	bool muted, deaf;
	enum bws_recording recording;
	int64_t dtmf_until_us;
	bool group_park;
	struct bws_entry *entry;  /* held by a virtual user: his half, or the agent's it rings at */
	struct bws_acd_info *acd; /* came from a call center or a route point */
	struct bws_timer no_answer; /* forwarding when nobody answers */
	bool advanced_only;         /* other packages never saw it: it did not ring */
	char disposition[11];
	char security[64];
	char client_info[64];
};

/* What the driver will do next with a call; see bws_drive.h. */
enum bws_stage {
	BWS_STAGE_NONE,
	BWS_STAGE_CTD,       /* own phone answers the click-to-dial leg */
	BWS_STAGE_RING,      /* somebody answers or gives up */
	BWS_STAGE_TALK,      /* somebody holds or hangs up */
	BWS_STAGE_HELD,      /* the holder retrieves */
	BWS_STAGE_TREATMENT, /* the tone ends */
	BWS_STAGE_NO_ANSWER  /* nobody answers */
};

/* A call between two halves: [0] made it, [1] got it. Either may be absent. */
struct bws_call {
	TAILQ_ENTRY(bws_call) link;
	struct bws *w;
	unsigned as_index;
	char tracking[48]; /* <n>:<serverId> or a UUID */
	char number[24];   /* n of the call half ids */
	char dialled[64];
	struct bws_half *half[2];
	struct bws_half_list detached; /* halves that left the session */
	unsigned next_leg;
	/* who redirected the session last, for the half that is called next; reason NULL = nobody */
	struct bws_user *by_user;
	char by_address[64];
	const char *by_reason;
	enum bws_purpose purpose;
	int forwards;               /* how often it was forwarded */
	bool *gone;                 /* set when the call ends, or NULL */
	struct bws_user *parked_on; /* waits there with one half, see bws_park.h */
	bool driven;                /* phones act by themselves */
	bool played;                /* the load's feature was drawn, see bws_play.h */
	enum bws_stage stage;
	bool stage_yes;          /* outcome drawn for the stage: answers, holds */
	bool fire_late;          /* the timer fired while frozen */
	bool retrieved;          /* was held and retrieved: hangs up next */
	struct bws_half *holder; /* who held it by itself */
	struct bws_timer timer;
	struct bws_timer recall; /* of a parked call */
};

TAILQ_HEAD(bws_call_list, bws_call);
TAILQ_HEAD(bws_effect_list, bws_effect);
TAILQ_HEAD(bws_feature_list, bws_feature);

struct bws_calls {
	struct bws_call_list all;
	struct bws_effect_list effects;   /* of answered requests, see bws_actions_api.c */
	struct bws_feature_list features; /* the same, see bws_feature.c */
	size_t count;
	bool frozen;
};

void bws_call_init(struct bws *w);

const char *bws_call_state_text(enum bws_state s);

const char *bws_call_personality_text(enum bws_personality p);

/* The other half, or NULL. */
struct bws_half *bws_call_peer(const struct bws_half *h);

/* Call half of a user by its id, or NULL. */
struct bws_half *bws_call_find(const struct bws_user *u, const char *id);

/* Click-to-dial: makes the call and its first half, without an event yet (the request is answered
 * first); bws_call_dial_start() follows. NULL when there are too many calls. */
struct bws_half *bws_call_dial(struct bws *w, struct bws_user *u, const char *address);

/* Own phone is alerted: CallOriginatingEvent. */
void bws_call_dial_start(struct bws_half *h);

/* Own phone answers the click-to-dial leg: CallOriginated, the callee is alerted. */
void bws_call_dial_answer(struct bws_half *h);

/* The user dials at the phone. Returns the user's half, NULL when there are too many calls. */
struct bws_half *bws_call_originate(
	struct bws *w, struct bws_user *u, const char *address, bool driven);

/* An outside party calls a user. Returns the user's half, NULL when busy or too many calls. */
struct bws_half *bws_call_incoming(
	struct bws *w, const char *from_uri, struct bws_user *u, bool driven);

/* The user dials at the phone to reach the call of @address in another way than by calling it; the
 * call is not driven. NULL when there are too many calls. */
struct bws_half *bws_call_originate_for(
	struct bws *w, struct bws_user *u, const char *address, enum bws_purpose purpose);

/* Does the phone of this half ring: Alerting with Terminator or Click-to-Dial. */
bool bws_call_rings(const struct bws_half *h);

/* May Talk be done: the phone rings, or the call is Held. */
bool bws_call_may_talk(const struct bws_half *h);

/* May Hold be done: Active or Remote Held, and not in a conference. */
bool bws_call_may_hold(const struct bws_half *h);

/* Answers an alerting half or retrieves a held one; other active calls of the user are held. */
void bws_call_talk(struct bws_half *h);

void bws_call_hold(struct bws_half *h);

/* Ends the call from the side of @h. Frees @h (and its peer). */
void bws_call_release(struct bws_half *h);

/* The called user declines an alerting call: the caller gets a treatment with @cause. */
void bws_call_decline(struct bws_half *h, const char *cause);

/* The called user's phone stops ringing, the caller is not told (Release without decline). */
void bws_call_stop_alerting(struct bws_half *h);

/* Connects the remaining half to a tone: CallReleasingEvent with @cause. */
void bws_call_treat(struct bws_half *h, const char *cause);

/* The tone or the wait is over: released by the far side. */
void bws_call_release_remote(struct bws_half *h);

/* All calls are forgotten without an event. Returns their number. */
size_t bws_call_forget_all(struct bws *w);

void bws_call_fini(struct bws *w);

#endif
