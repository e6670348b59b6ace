/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_XSIDAY_XD_PICTURE_H
#define TANDEM_TESTS_XSIDAY_XD_PICTURE_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

#define XD_CALLS_MAX 64

/* What a subscription of a call package says about one user. */
enum xd_level {
	XD_NO_CALLS,
	XD_BASIC,    /* no hold, no transfer: states may lag behind */
	XD_STANDARD, /* detached calls are told as released */
	XD_ADVANCED
};

struct xd_call {
	char id[64];
	char tracking[80];
	char personality[24];
	char state[24];
	bool detached;
	bool rings; /* allowAnswer */
	bool acd;   /* of a call center */
	unsigned changes;
	char controls[24]; /* allowedRecordingControls */
};

struct xd_picture {
	enum xd_level level;
	bool known; /* the first snapshot has come */
	struct xd_call calls[XD_CALLS_MAX];
	size_t count;
	char conference[24]; /* state, "" = none */
	char members[XD_CALLS_MAX][64];
	size_t member_count;
	char hook[16];
};

/*
 * Applies an event (its eventData); @doc is the whole document, for complaints. The event must fit
 * the picture: known call, legal state and change, tracking id that changes only where it may;
 * a snapshot must say what the picture says.
 */
void xd_picture_apply(struct xd_picture *p, const char *type, const xmlNode *data, const char *doc);

/* Call of that id that is not detached, or NULL. */
struct xd_call *xd_picture_find(struct xd_picture *p, const char *id);

/* Is the call in the conference of this user? */
bool xd_picture_is_member(const struct xd_picture *p, const char *id);

/* Calls that are not detached. */
size_t xd_picture_live(const struct xd_picture *p);

#endif
