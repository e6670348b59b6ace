/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_PICTURE_H
#define TANDEM_TESTS_CSTACLIENT_CC_PICTURE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/cstaclient/cc_account.h"
#include "tests/cstaclient/cc_doc.h"
#include "tests/cstaclient/cc_person.h"

#define CC_CALLS_MAX 64           /* on one device: queues hold many */
#define CC_ENDED_MAX 32           /* ended calls remembered per device */
#define CC_OUT_CALLS_MAX 32       /* call events remembered while a device is out */
#define CC_BEFORE_BACK_US 1000000 /* "right before BackInService" */

/* The connection of a monitored device to one call. */
struct cc_call {
	char id[CC_ID_MAX];
	enum cc_state state;
	enum cc_root last_root; /* of the last event; CC_ROOT_NONE = known from a snapshot */
	char last_device[CC_DEVICE_MAX];
	char last_other[CC_DEVICE_MAX]; /* who was added, or transferred to */
	char alerted[CC_DEVICE_MAX];    /* far device that was reported alerting */
	char answered[CC_DEVICE_MAX];   /* device that was reported answering */
	char other[CC_DEVICE_MAX];      /* who joined by the last transfer or conference */
	char second[CC_ID_MAX];         /* and the call that was merged with it, if any */
	char cause[48];                 /* and why: who listened silently may join actively */
	struct cc_media media;
	bool is_busy; /* a request of ours on it waits for its answer */
};

/* One monitored device. */
struct cc_device {
	char name[CC_DEVICE_MAX];
	char xref[CC_ID_MAX]; /* "" = not monitored */
	bool is_based;        /* a snapshot has been taken since the monitor started */
	bool is_pending;      /* MonitorStart or SnapshotDevice under way */
	bool is_in_service;
	bool is_busy;             /* MakeCall of ours under way */
	int64_t retry_us;         /* not before: the next try after an error */
	char segments[CC_ID_MAX]; /* serviceCrossRefID of a snapshot that comes in parts */
	bool is_final;            /* that snapshot is to be compared, not taken as the base */
	struct cc_snap_call *parts;
	size_t part_count;
	struct cc_call *calls;
	size_t call_count;
	char (*ended)[CC_ID_MAX];
	bool lives_on[CC_ENDED_MAX]; /* of each in `ended`: it was diverted */
	size_t ended_count;
	struct cc_person person;
	unsigned out_connection; /* the connection on which OutOfService came */
	int64_t out_calls_us[CC_OUT_CALLS_MAX];
	size_t out_call_count;
};

/* The picture of one session: its devices and what the events said about them. */
struct cc_picture {
	size_t session;
	unsigned connection;        /* counts the connections of the session */
	struct cc_account *account; /* borrowed */
	struct cc_device *devices;
	size_t device_count;
};

/* Prepares the picture for `names` (copied). Returns 0, or -1 without memory. */
int cc_picture_init(struct cc_picture *p, size_t session, struct cc_account *account,
	const char *const *names, size_t count) __attribute__((warn_unused_result));

/* Releases the picture. */
void cc_picture_fini(struct cc_picture *p);

/* Forgets calls, service states and monitors of all devices: a plain client starts over. */
void cc_picture_clear(struct cc_picture *p);

/* The device with this monitor; NULL if there is none. */
struct cc_device *cc_picture_by_xref(struct cc_picture *p, const char *xref);

/* The connection of a device to a call; NULL if the picture has none. */
struct cc_call *cc_picture_call(struct cc_device *d, const char *call_id);

/* Applies an event of a monitor (class CALL or FEATURE) and judges it. */
void cc_picture_event(
	struct cc_picture *p, struct cc_device *d, const struct cc_msg *m, int64_t now_us);

/*
 * Keeps the calls of one segment of a snapshot (parts, part_count). Returns 0, or -1 without
 * memory. cc_picture_drop_parts forgets them.
 */
int cc_picture_add_part(struct cc_device *d, const struct cc_snap_call *snap, size_t count)
	__attribute__((warn_unused_result));
void cc_picture_drop_parts(struct cc_device *d);

/* Takes a snapshot as the base: the picture of the device is what the snapshot says. */
void cc_picture_base(struct cc_picture *p, struct cc_device *d, const struct cc_snap_call *snap,
	size_t count, int64_t now_us);

/*
 * Compares a snapshot with the picture without changing it: a call with another id in the same
 * state counts as changed id, anything else that differs as difference; a problem each.
 */
void cc_picture_compare(struct cc_picture *p, struct cc_device *d, const struct cc_snap_call *snap,
	size_t count, int64_t now_us);

/* Appends {"device","in_service","calls":[...]} of each device to `list`. */
void cc_picture_json(const struct cc_picture *p, json_t *list);

#endif
