/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_PERSON_H
#define TANDEM_TESTS_CSTACLIENT_CC_PERSON_H

#include "tests/cstaclient/cc_doc.h"

#define CC_FORWARDINGS_MAX 12
#define CC_WORD_MAX 40

/* How an event compares with what was told before. */
enum cc_verdict {
	CC_VERDICT_OK,
	CC_VERDICT_REPEAT,
	CC_VERDICT_ILLEGAL,
};

struct cc_forwarding {
	char type[CC_WORD_MAX];
	enum cc_flag on;
	char to[CC_DEVICE_MAX];
};

/* What the events said about the agent at a device and about its features. */
struct cc_person {
	enum cc_root agent; /* the last agent event; CC_ROOT_NONE = none yet */
	char group[CC_DEVICE_MAX];
	char reason[CC_WORD_MAX];
	enum cc_flag do_not_disturb;
	enum cc_flag message_waiting;
	struct cc_forwarding forwardings[CC_FORWARDINGS_MAX];
	size_t forwarding_count;
};

/* A recording, or a treatment that is played. UNKNOWN: nothing was told, anything may be. */
enum cc_media_state {
	CC_MEDIA_UNKNOWN,
	CC_MEDIA_NONE,
	CC_MEDIA_ON,
	CC_MEDIA_PAUSED,
};

/* Of one call. */
struct cc_media {
	enum cc_media_state recording;
	enum cc_media_state treatment;
};

/* Forgets everything. */
void cc_person_clear(struct cc_person *p);

/* Takes an event about an agent or a feature (others are OK and change nothing). */
enum cc_verdict cc_person_take(struct cc_person *p, const struct cc_msg *m);

/* Takes a Play, Stop, Record or Suspend event of a call (others are OK and change nothing). */
enum cc_verdict cc_person_media(struct cc_media *media, const struct cc_msg *m);

/* True for the roots that are about a call without moving it: treatments, recording, information. */
bool cc_person_is_of_call(enum cc_root root);

#endif
