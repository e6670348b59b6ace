/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of clients that BroadWorks carries out: one step or several, one answer.
 *
 * A job is the active's own. Its steps are made before it starts and sent one after the other, each when the one before
 * was done. A step that fails ends the job with an error; what the steps before it have done shows in events, and in the
 * log. Events of the devices and of the call that a job is about stay in the outbox of its session until the answer is
 * there, for `answer-first-ms` at most; other sessions have theirs at once. No step begins later than SVC_JOB_MS after the first: clients wait seven seconds for an answer. Jobs of a node that ceases to be active end without an answer: their connections are gone.
 */
#ifndef TANDEM_DAEMON_SVC_JOB_H
#define TANDEM_DAEMON_SVC_JOB_H

#include "daemon/svc_part.h"

#define SVC_STEPS 4
#define SVC_JOB_MS 2000
#define SVC_LINKS 2

struct svc_job;

/** Appends the answer of a job that is done to v->body. */
typedef void (*svc_put_fn)(struct svc *v, const struct svc_job *job, enum csta_edition ed);
/** Of a service that has no answer: what the job came to; CSTA_NO_ERROR: it was done. */
typedef void (*svc_over_fn)(struct svc *v, const struct svc_job *job, enum csta_error error);
/** Takes from `doc` what the answer will need; false: BroadWorks' answer makes no sense. */
typedef bool (*svc_take_fn)(struct svc_job *job, unsigned step, const struct xsi_doc *doc);

struct svc_job {
	uint64_t request; /* id of the replicated request */
	struct mono since;
	enum csta_request_kind service;
	struct xsi_request *steps[SVC_STEPS];
	unsigned step_count, step;
	/* a step that fails does not end it, if another one succeeds: BroadWorks has not every service for everybody */
	bool lenient;
	unsigned done;
	enum csta_error first_error; /* lenient ones */
	svc_put_fn put; /* NULL: an empty root, the name of the service with Response */
	svc_take_fn take;
	svc_over_fn over;  /* NULL: it is answered */
	uint64_t dialogue; /* of routeing, see core/route.h */
	/* for the answer; texts are owned */
	char *device;  /* id of the device it is for */
	char *asked;   /* the same as the client wrote it */
	char *party;   /* another one */
	uint64_t call; /* CSTA call id; that of a call that was made if BroadWorks told one */
	struct csta_link links[SVC_LINKS];
	char *link_devices[SVC_LINKS];
	unsigned link_count;
	union {
		struct {
			struct csta_forward items[SVC_STEPS];
			char to[SVC_STEPS][LIMIT_ADDRESS];
			unsigned count;
		} forwards;
		struct {
			enum csta_agent_state state;
			char reason[LIMIT_ADDRESS];
		} agent;
		bool on;
	} got;
	/* the events that it causes wait for its answer, until `held_until`; 0: not, or not any more */
	uint64_t session, hold;
	struct mono held_until;
	TAILQ_ENTRY(svc_job) by_hold;
	UT_hash_handle by_request;
};

/** A job for a request on this device. svc_job_start() or svc_job_drop() ends what the caller may do with it. */
struct svc_job *svc_job_new(const struct svc_in *in, const struct core_device *d);
/** One more step, at most SVC_STEPS; the request is copied. */
void svc_job_step(struct svc_job *job, const struct xsi_request *q);
/** A connection of the answer's list: what was call `before` of `device` becomes `now`. */
void svc_job_link(struct svc_job *job, uint64_t now, uint64_t before, struct str device);
void svc_job_start(const struct svc_in *in, struct svc_job *job);

/** Is the BroadWorks behind the request unable to do this, the user lacking the service? An error for it. */
enum csta_error svc_job_error(enum xsi_op op, enum bw_result result);

/** The hook of bw.h. */
void svc_job_over(struct svc *v, uint64_t request, enum bw_result result, uint64_t call_id);
/** All of them. */
void svc_jobs_drop(struct svc *v);
/** Events that have waited long enough for an answer wait no longer. */
void svc_jobs_tick(struct svc *v);
struct mono svc_jobs_deadline(const struct svc *v);

#endif
