/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration of a node: text in, checked structure out. Reading files is the adapters' business.
 *
 * INI form. An error names file, line, key and what is allowed. conf_hash() covers what must be equal on both
 * nodes (everything but [node] name, paths and log settings), so that the peer can tell when it is not.
 */
#ifndef TANDEM_DAEMON_CONF_H
#define TANDEM_DAEMON_CONF_H

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"

#include <stdbool.h>
#include <stdint.h>

struct conf_xsp {
	char name[64];      /* host:port as written: for logs and status */
	char base_url[192]; /* http://host:port or https://host:port */
};

struct conf {
	/* [node] */
	char node_name[64]; /* "" = the adapters take the name of the host */
	bool clustered;     /* cluster = corosync | none */
	char group[32];     /* CPG group, default "tandem" */
	char state_dir[192];
	char log_file[192];         /* "" = stderr */
	char control[64];           /* name of the control socket, default "tandemd" */
	bool confirmed;             /* replicate = confirmed | async */
	bool fencing;               /* fencing = yes | no */
	int64_t confirm_timeout_ms; /* 200 */
	int64_t beat_ms;            /* 250 */
	int64_t lease_ms;           /* 4000 */
	int64_t stall_ms;           /* 1000 */
	int64_t lag_ms_max;         /* 5000 */

	/* [csta] */
	char listen_address[64];  /* 0.0.0.0 */
	uint16_t listen_port;     /* 1040 */
	char virtual_address[64]; /* "" = none: clients of a dead node are not nudged */
	char csta_user[LIMIT_SESSION_USER];
	char csta_password[128];
	char csta_password_file[192];   /* "" = none; the adapters read it into csta_password */
	int64_t session_duration_s_max; /* 3600 */
	int64_t cleanup_delay_s;        /* 120: how long a session without a connection is kept */
	int64_t quiet_ms; /* 0: a device confirmed within this time after a takeover is not reported */
	uint32_t monitors_max;
	bool implicit_association; /* yes: a first CSTA request opens a session without ECMA-354 */
	char default_edition[8];   /* ed3 */
	char resync_cause
		[64]; /* switchingFunctionTerminated: cause for parties BroadWorks no longer lists */

	/* [broadworks] */
	struct conf_xsp xsps[LIMIT_XSPS];
	uint32_t xsp_count;
	char bw_user[LIMIT_USER_ID];
	char bw_password[128];
	char bw_password_file[192]; /* as csta_password_file */
	char ca_file[192]; /* certificates of authorities for https; "" = those of the system */
	char default_domain[LIMIT_USER_ID]; /* appended to a device id without '@'; "" = none */
	char channel_set[128];
	char application_id[128];
	int64_t channel_expires_s;      /* 3600 */
	int64_t subscription_expires_s; /* 7200 */
	int64_t heartbeat_ms;           /* 15000 */
	int64_t http_timeout_ms;        /* 5000 */
	int64_t silence_ms;             /* 35000: a stream without any byte for this long is lost */
	int64_t retry_ms;               /* 500: first back-off */
	int64_t retry_ms_max;           /* 30000 */
	int64_t gap_wait_ms;            /* 250: how long a missing sequence number may be late */
	int64_t update_rate;            /* 500 UpdateSubscription requests a second */
	uint32_t update_in_flight;      /* 32 */
	int64_t audit_s;                /* 1800: every device is asked at least this often */

	/* [pacemaker] */
	bool tell_pacemaker;
	char resource[64];
	char crm_resource[192];
};

/** Everything at its default. */
void conf_defaults(struct conf *c);

/** Parses `text` (NUL-terminated) over the defaults; `file` is for messages. 0 or E_CONFIG with `e` ("file:line: key: what is allowed"). */
int conf_parse(struct conf *c, const char *file, const char *text, struct err *e)
	__attribute__((warn_unused_result));

/** Canonical print: parsing it again gives the same configuration. Passwords are printed as given only if `secrets`. */
void conf_print(const struct conf *c, bool secrets, struct buf *out);

/** Hash over all that both nodes must agree on; secrets count, but cannot be read back. */
uint64_t conf_hash(const struct conf *c);

#endif
