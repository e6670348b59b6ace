/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control channel's language: requests and answers as JSON, and when an order is done.
 *
 * Request  {"verb":"status"}   history: "lines" (20), loglevel: "level" Answer   {"ok":true,...} or
 * {"ok":false,"error":"..."}; verbs whose answer is an exit code have "exit"
 */
#ifndef TANDEM_DAEMON_CTL_H
#define TANDEM_DAEMON_CTL_H

#include "ha/ha.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/log.h"

#include <stdbool.h>
#include <stdint.h>

#define CTL_MESSAGE_BYTES_MAX (128 * 1024) /* either way, with libqb's header */
#define CTL_HISTORY_LINES_MAX 500

#define CTL_VERBS(XX) \
	XX(STATUS, "status") \
	XX(HISTORY, "history") \
	XX(READY, "ready") \
	XX(OCF_MONITOR, "ocf-monitor") \
	XX(OCF_HEALTH, "ocf-health") \
	XX(OCF_PROMOTE, "ocf-promote") \
	XX(OCF_DEMOTE, "ocf-demote") \
	XX(OCF_SCORE, "ocf-score") \
	XX(VERSION, "version") \
	XX(LOGLEVEL, "loglevel")

enum ctl_verb {
#define XX(name, text) CTL_##name,
	CTL_VERBS(XX)
#undef XX
};

/* OCF exit codes (resource agent API 1.1), and one that only the agent sees: no answer in time, as timeout(1) says it. */
enum ctl_ocf {
	CTL_OCF_SUCCESS = 0,
	CTL_OCF_GENERIC = 1,
	CTL_OCF_ARGS = 2,
	CTL_OCF_NOT_RUNNING = 7,
	CTL_OCF_PROMOTED = 8,
	CTL_OCF_NO_ANSWER = 124,
	CTL_OCF_DEGRADED = 190,
	CTL_OCF_DEGRADED_PROMOTED = 191
};

struct ctl_request {
	enum ctl_verb verb;
	uint32_t lines;       /* history: 1..CTL_HISTORY_LINES_MAX */
	enum log_level level; /* loglevel */
};

/** Reads a request. 0 or E_MALFORMED / E_UNKNOWN; `r` is written on success alone. */
int ctl_parse(struct str json, struct ctl_request *r, struct err *e)
	__attribute__((warn_unused_result));

/* How far an order is. */
enum ctl_verdict {
	CTL_WAIT,
	CTL_DONE,
	CTL_FAILED
};

/** `refusal`: why the node refused it, "" if it did not. */
enum ctl_verdict ctl_promote_verdict(enum ha_role role, bool serving, const char *refusal);
enum ctl_verdict ctl_demote_verdict(enum ha_role role, const char *refusal);

/** OCF code of a monitor: 8 promoted, 0 running, 1 when only a restart helps (fenced). */
enum ctl_ocf ctl_monitor_code(enum ha_role role);
/** The same of a deep monitor: 190 or 191 for one that does its work but not as it should. */
enum ctl_ocf ctl_health_code(enum ha_role role, bool healthy);

/** Appends {"ok":false,"error":text}. */
void ctl_answer_error(struct buf *out, const char *text);
/** Appends {"ok":true,"exit":code,"text":text}. */
void ctl_answer_code(struct buf *out, int code, const char *text);
/** Appends {"ok":true,"lines":[...]} from lines of JSON; lines that are none are left out. */
void ctl_answer_lines(struct buf *out, struct str lines);

#endif
