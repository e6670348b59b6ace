/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control channel's language: requests and answers as JSON, who may ask what, and when an order is done.
 *
 * Request {"verb":"status"}; further members by verb: history: "lines" (20); loglevel: "level"; list: "what", "rows",
 * "match", "state", "after":{"keys":[...],"skip":n}; events: "after", "rows"; resync: "device" ("" = all);
 * trace: "object", "after", "rows"; loglevel: "subsystem" (all), "seconds" (0: until the daemon ends). "node" with any verb that needs the level
 * read: the node of this name is asked, by way of the one that is; conf and confdiff: ctl_conf.h. Answer {"ok":true,...} or
 * {"ok":false,"error":"..."}, with "denied":true if the asker may not; verbs whose answer is an exit code have "exit".
 *
 * Levels, each with the ones before it: read looks, operate changes what is looked at (log level, resynchronisation),
 * admin changes who serves.
 */
#ifndef TANDEM_DAEMON_CTL_H
#define TANDEM_DAEMON_CTL_H

#include "daemon/ctl_list.h"
#include "ha/ha.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/log.h"

#include <stdbool.h>
#include <stdint.h>

#define CTL_MESSAGE_BYTES_MAX (128 * 1024) /* either way, with libqb's header */
#define CTL_HISTORY_LINES_MAX 500
#define CTL_SECONDS_MAX 604800

#define CTL_LEVELS(XX) XX(NONE, "none") XX(READ, "read") XX(OPERATE, "operate") XX(ADMIN, "admin")

enum ctl_level {
#define XX(name, text) CTL_LEVEL_##name,
	CTL_LEVELS(XX)
#undef XX
};

/* name, word, level that it needs */
#define CTL_VERBS(XX) \
	XX(STATUS, "status", READ) \
	XX(HISTORY, "history", READ) \
	XX(READY, "ready", READ) \
	XX(LIST, "list", READ) \
	XX(EVENTS, "events", READ) \
	XX(OCF_MONITOR, "ocf-monitor", READ) \
	XX(OCF_HEALTH, "ocf-health", READ) \
	XX(OCF_PROMOTE, "ocf-promote", ADMIN) \
	XX(OCF_DEMOTE, "ocf-demote", ADMIN) \
	XX(OCF_SCORE, "ocf-score", READ) \
	XX(OCF_CONDITION, "ocf-condition", READ) \
	XX(VERSION, "version", READ) \
	XX(PID, "pid", READ) \
	XX(LOGLEVEL, "loglevel", OPERATE) \
	XX(LOGLEVELS, "loglevels", READ) \
	XX(BLACKBOX, "blackbox", OPERATE) \
	XX(BUNDLE, "bundle", ADMIN) \
	XX(RESYNC, "resync", OPERATE) \
	XX(TRACE, "trace", OPERATE) \
	XX(CONF, "conf", READ) \
	XX(CONFDIFF, "confdiff", READ) \
	XX(RELOAD, "reload", ADMIN)

enum ctl_verb {
#define XX(name, text, level) CTL_##name,
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
	uint32_t lines;               /* history: 1..CTL_HISTORY_LINES_MAX */
	enum log_level level;         /* loglevel */
	char subsystem[24];           /* loglevel: "" = all */
	uint32_t rows;                /* events: 1..LIMIT_CTL_ROWS */
	char device[LIMIT_DEVICE_ID]; /* resync: "" = all */
	uint64_t after;               /* events, trace: those with greater numbers */
	char object[LIMIT_USER_ID];   /* trace */
	uint32_t seconds;             /* loglevel */
	uint64_t salt;                /* conf, of the other node alone: how it hides secrets */
	char node[64];                /* who is to answer; "" = who is asked */
	struct ctl_list_query list;
};

/** The level that a verb needs. */
enum ctl_level ctl_level_of(enum ctl_verb verb);
const char *ctl_level_name(enum ctl_level level);

/* Groups of the system whose members have a level; CTL_NO_GROUP: none. */
#define CTL_NO_GROUP UINT32_MAX
struct ctl_rights {
	uint32_t daemon_uid;
	uint32_t gid[CTL_LEVEL_ADMIN + 1];
};

/** The highest level of a user with these groups; root and the user of the daemon have all. */
enum ctl_level ctl_level_for(
	const struct ctl_rights *r, uint32_t uid, const uint32_t *gids, size_t gid_count);

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
/** Appends {"ok":false,"denied":true,"error":...}: the verb needs a level that the asker has not. */
void ctl_answer_denied(struct buf *out, enum ctl_verb verb, enum ctl_level has);
/** Appends {"ok":true,"exit":code,"text":text}. */
void ctl_answer_code(struct buf *out, int code, const char *text);
/** Appends {"ok":true,"lines":[...]} from lines of JSON; lines that are none are left out. */
void ctl_answer_lines(struct buf *out, struct str lines);

#endif
