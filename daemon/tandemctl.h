/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands of tandemctl share: what was asked for, the exit codes, and how the daemon is asked. */
#ifndef TANDEM_DAEMON_TANDEMCTL_H
#define TANDEM_DAEMON_TANDEMCTL_H

#include "daemon/conf.h"
#include "daemon/tandemctl_show.h"

#include <jansson.h>

#define TANDEMCTL_CONF "/etc/tandem/tandem.conf"
#define TANDEMCTL_ASK_MS 2000
#define TANDEMCTL_ASK_OTHER_MS 5000 /* by way of this node */
#define TANDEMCTL_ORDER_MS 32000    /* the daemon itself gives up after 30 s */

enum tandemctl_exit {
	TANDEMCTL_DONE = 0,
	TANDEMCTL_FAILED = 1,
	TANDEMCTL_USAGE = 2,
	TANDEMCTL_REFUSED = 3,
	TANDEMCTL_FALLBACK = 4,
	TANDEMCTL_NOT_PERMITTED = 5,
	TANDEMCTL_PARTIAL = 6
};

/* What the command line said. */
struct tandemctl_call {
	const char *file, *socket;
	bool json, tsv;
	bool follow;                /* -f */
	bool explain;               /* --explain */
	const char *node;           /* --node: who is asked; NULL = the daemon of this node */
	bool diff;                  /* --diff */
	uint32_t older_s;           /* --older */
	bool ladder;                /* --ladder */
	uint32_t for_s;             /* --for; 0 = not said */
	bool accept_loss;           /* --accept-loss */
	bool config_differs;        /* --config-differs */
	bool all;                   /* --all */
	bool yes;                   /* --yes: no question is asked */
	const char *state;          /* --state: "" = any */
	const char *to;             /* --to: a node; NULL */
	const char *svg;            /* --svg: a file; NULL */
	const char *reason;         /* --reason; NULL */
	uint32_t watch_ms;          /* --watch; 0: once */
	uint64_t warning, critical; /* check */
	struct tandemctl_look look;
	struct conf conf; /* defaults when the file cannot be read */
	int argc;         /* words of the command */
	char **argv;
};

/**
 * Asks the daemon and reads the answer; takes the reference to `request`. NULL with `e`: E_UNKNOWN nobody is there,
 * E_TIMEOUT, E_IO: it does not answer; E_REFUSED: not permitted; E_STATE: it said no, and why. A new reference.
 */
json_t *tandemctl_ask(
	const struct tandemctl_call *c, json_t *request, int64_t deadline_ms, struct err *e);
/** {"verb":verb} */
json_t *tandemctl_ask_verb(
	const struct tandemctl_call *c, const char *verb, int64_t deadline_ms, struct err *e);
/** Tells the error and returns its exit code. */
int tandemctl_report(const struct err *e);
/** True if the error means that there is no daemon to talk to. */
bool tandemctl_is_dead(const struct err *e);
void tandemctl_print(struct buf *b);
void tandemctl_print_json(const json_t *root);

/* tandemctl_list.c: calls, stuck, monitors, sessions, users, channels; argv[0] is the kind */
int tandemctl_list(const struct tandemctl_call *c);
/* tandemctl_watch.c */
int tandemctl_watch(const struct tandemctl_call *c);
int tandemctl_events(const struct tandemctl_call *c);
int tandemctl_resync(const struct tandemctl_call *c);
/* tandemctl_diff.c */
int tandemctl_calls_diff(const struct tandemctl_call *c);
/* tandemctl_bundle.c */
int tandemctl_bundle(const struct tandemctl_call *c);
/* tandemctl_trace.c */
int tandemctl_trace(const struct tandemctl_call *c);
/* tandemctl_check.c */
int tandemctl_check(const struct tandemctl_call *c);

#endif
