/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known: devices, subscriptions, calls, their parties, sessions, monitors, requests under way.
 *
 * Replicated whole: it changes by deltas alone (apply.c), the same on both nodes, and never by anything
 * else. Glossary. device: a monitored BroadWorks user,
 * call centre or route point. half: one party of a call, as BroadWorks sees it from
 * one user (its call id is per half). call: the session of the halves, named by BroadWorks' tracking id, shown
 * to clients under one CSTA call id. told: what clients were last told of a half; it trails what is true
 * while the device is out of service. gone: BroadWorks has ended the half, clients have not been told yet.
 *
 * Readers walk the structures; only apply.c and model.c write them.
 */
#ifndef TANDEM_CORE_MODEL_H
#define TANDEM_CORE_MODEL_H

#include "core/delta.h"
#include "core/sub.h"
#include "core/walk.h"
#include "proto/base/map.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/* Personality and state of a half, as BroadWorks names them. */
enum core_personality {
	CORE_NO_PERSONALITY,
	CORE_ORIGINATOR,
	CORE_TERMINATOR,
	CORE_CLICK_TO_DIAL,
};

enum core_state {
	CORE_NO_STATE,
	CORE_ALERTING,
	CORE_CONNECTED,
	CORE_HELD,
	CORE_REMOTE_HELD,
	CORE_GONE,
};

/* Why a half ended or failed. */
enum core_end {
	CORE_END_NORMAL,
	CORE_END_RESYNC, /* BroadWorks does not list it any more */
	CORE_END_BUSY,
	CORE_END_FAILED,
	CORE_END_UNREACHABLE,
};

enum core_service {
	CORE_SERVICE_NEW, /* never confirmed: clients have been told nothing */
	CORE_SERVICE_IN,
	CORE_SERVICE_OUT, /* told out of service, or to be confirmed */
};

enum core_status {
	CORE_STATUS_NORMAL,
	CORE_STATUS_PARTIAL,
	CORE_STATUS_DISABLED,
};

struct core_call {
	uint64_t id; /* CSTA call id */
	char *tracking;
	uint32_t halves;
	uint64_t hash;
	UT_hash_handle by_id, by_tracking;
};

struct core_half {
	struct core_device *device;
	struct core_call *call;
	char *bw_call; /* BroadWorks call id of this half */
	char *remote;
	char *remote_user;
	enum core_personality personality;
	enum core_state state;
	enum core_end end;
	enum core_view told;
	bool failed;
	bool local; /* this party released */
	bool gone;
	uint64_t hash;
	TAILQ_ENTRY(core_half) of_device;
};

struct core_device {
	char *id;   /* as clients name it */
	char *user; /* BroadWorks user id */
	enum core_device_kind kind;
	enum core_service service;
	uint32_t half_count;
	uint32_t monitor_count;
	uint64_t hash;
	void *south; /* the active's own notes about this device (daemon/bw); not replicated */
	TAILQ_HEAD(, core_half) halves;
	TAILQ_HEAD(, core_monitor) monitors;
	struct core_subs subs;
	UT_hash_handle by_id, by_user;
};

struct core_session {
	uint64_t id;
	char *user;
	char *peer; /* "address:port" of the client's side of the connection, "" when detached */
	char *local;
	uint8_t edition;
	bool kept;     /* outlives its connection */
	bool numbered; /* wants messageSequenceNumber */
	bool attached; /* has a connection, as far as is known */
	uint32_t duration_s, cleanup_s;
	uint64_t register_id;   /* 0 = not registered for system status */
	uint64_t last_number;   /* of the last event said */
	uint64_t common_number; /* owners agree up to it; UINT64_MAX: on all */
	uint64_t last_serial;   /* of the last message said */
	uint64_t acked_serial;  /* acknowledged by the client's TCP */
	uint64_t hash;
	uint32_t
		under_way; /* the active's count of its requests that are not answered; not replicated */
	void *box;         /* its outbox (daemon/outbox) */
	TAILQ_HEAD(, core_monitor) monitors;
	UT_hash_handle by_id;
};

struct core_monitor {
	uint64_t id; /* monitorCrossRefID */
	struct core_session *session;
	struct core_device *device;
	bool fresh; /* started while the device was not in service: differences are none of its business */
	uint64_t hash;
	TAILQ_ENTRY(core_monitor) of_device;
	TAILQ_ENTRY(core_monitor) of_session;
	UT_hash_handle by_id;
};

struct core_request {
	uint64_t id;
	uint64_t session;
	uint32_t invoke;
	uint8_t kind;
	char *device;
	uint64_t conn; /* the active's note of the connection it came on; not replicated */
	uint64_t hash;
	UT_hash_handle by_id;
};

/* What clients must be told after a delta, one call per fact. */
enum core_say_kind {
	SAY_STEP, /* half, step: to every monitor of its device; `difference`: found by comparison, fresh monitors skip it */
	SAY_OUT,  /* device */
	SAY_IN,   /* device; fresh ones were told out too */
	SAY_STATUS,         /* status: to every session */
	SAY_SESSION_OPENED, /* session */
	SAY_SESSION_CLOSED, /* session; its monitors are gone already */
	SAY_SESSION_ACKED,  /* session: serials up to acked_serial need not be kept */
	SAY_MONITOR_OUT,    /* monitor: started on a device that is out of service */
};

struct core_say {
	enum core_say_kind kind;
	const struct core_device *device;
	const struct core_half *half;
	enum core_step step;
	bool difference;
	struct core_session *session;
	const struct core_monitor *monitor;
	enum core_status status;
};

typedef void (*core_say_fn)(const struct core_say *say, void *arg);

struct core_model {
	uint64_t epoch;
	uint8_t owner;       /* node id of the active of this epoch */
	uint64_t id_counter; /* of this epoch */
	enum core_status status;
	uint64_t digest;
	uint64_t meta_hash;
	uint32_t devices_out;
	struct core_device *devices, *devices_by_user;
	struct core_sub *subs;
	struct core_subs scopes; /* subscriptions that are of no single device */
	struct core_call *calls, *calls_by_tracking;
	struct core_session *sessions;
	struct core_monitor *monitors;
	struct core_request *requests;
	core_say_fn say; /* never NULL */
	/* a device is about to go: the active drops its notes; may be NULL */
	void (*device_gone)(struct core_device *device, void *arg);
	void *arg; /* of both */
	struct buf scratch;
};

/** An empty model. `say` gets what clients must be told, on both nodes. */
void core_init(struct core_model *m, core_say_fn say,
	void (*device_gone)(struct core_device *, void *), void *arg);
void core_fini(struct core_model *m);
/** Empties it; sessions are said closed. */
void core_clear(struct core_model *m);

/** Applies one encoded delta. 0; E_UNKNOWN for a kind or object that is not known; E_MALFORMED. */
int core_apply(struct core_model *m, uint16_t kind, uint16_t version, const uint8_t *p, size_t n)
	__attribute__((warn_unused_result));

/** Appends the whole model as records. */
void core_snapshot(struct core_model *m, struct buf *out);
/** Adds one record of a snapshot to the (formerly empty) model. */
int core_restore_record(struct core_model *m, uint16_t kind, const uint8_t *p, size_t n)
	__attribute__((warn_unused_result));

struct core_device *core_device_by_id(const struct core_model *m, struct str id);
struct core_device *core_device_by_user(const struct core_model *m, struct str user);
struct core_call *core_call_by_tracking(const struct core_model *m, struct str tracking);
struct core_call *core_call_by_id(const struct core_model *m, uint64_t id);
struct core_session *core_session_by_id(const struct core_model *m, uint64_t id);
struct core_monitor *core_monitor_by_id(const struct core_model *m, uint64_t id);
struct core_request *core_request_by_id(const struct core_model *m, uint64_t id);
/** The living half of a device with this BroadWorks call id; NULL. */
struct core_half *core_half_by_bw(const struct core_device *d, struct str bw_call);
/** The living half of a device in this CSTA call; NULL. */
struct core_half *core_half_by_call(const struct core_device *d, uint64_t call_id);

/** What a half looks like now. */
enum core_view core_half_view(const struct core_half *h);

/**
 * The next identifier (session, monitor, call, request, registration): epoch, node id of the active, and a counter of 32
 * bits, so that no two owners of the state ever make the same. A positive number below 2^63 for every epoch below 2^23.
 * It is taken when a delta that carries it is applied.
 */
uint64_t core_next_id(const struct core_model *m);

/* used by apply.c and model.c */
struct core_device *core_device_new(struct core_model *m, const struct delta_r_device *r);
void core_device_free(struct core_model *m, struct core_device *d);
struct core_call *core_call_new(struct core_model *m, const struct delta_r_call *r);
void core_call_free(struct core_model *m, struct core_call *c);
struct core_half *core_half_new(
	struct core_model *m, struct core_device *d, struct core_call *c, struct str bw_call);
void core_half_free(struct core_model *m, struct core_half *h);
struct core_session *core_session_new(struct core_model *m, const struct delta_r_session *r);
void core_session_free(struct core_model *m, struct core_session *s);
struct core_monitor *core_monitor_new(struct core_model *m, const struct delta_r_monitor *r,
	struct core_session *s, struct core_device *d);
void core_monitor_free(struct core_model *m, struct core_monitor *mon);
struct core_request *core_request_new(struct core_model *m, const struct delta_r_request *r);
void core_request_free(struct core_model *m, struct core_request *q);
/** Brings the object's share of the digest up to date; after every change of a replicated field. */
void core_hash_meta(struct core_model *m);
void core_hash_device(struct core_model *m, struct core_device *d);
void core_hash_sub(struct core_model *m, struct core_sub *s);
void core_hash_call(struct core_model *m, struct core_call *c);
void core_hash_half(struct core_model *m, struct core_half *h);
void core_hash_session(struct core_model *m, struct core_session *s);
void core_hash_monitor(struct core_model *m, struct core_monitor *mon);
void core_hash_request(struct core_model *m, struct core_request *q);
/** Replaces a kept text. */
void core_text_set(char **kept, struct str s);
/** The identifier was used: the counter never goes back behind it. */
void core_id_used(struct core_model *m, uint64_t id);

#endif
