/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of `tandemctl doctor`: facts in, findings out. No input or output.
 *
 * Facts are what programs and files say, as they say it (daemon/tandemctl_facts.c collects them); what is not known is
 * missing, and the checks that need it are skipped with that as their text. A check has an id for ever, says what it found
 * and, unless all is well, what to do next.
 */
#ifndef TANDEM_DAEMON_TANDEMCTL_DOCTOR_H
#define TANDEM_DAEMON_TANDEMCTL_DOCTOR_H

#include "daemon/tandemctl_show.h"

enum tandemctl_finding_level {
	TANDEMCTL_PASS,
	TANDEMCTL_WARN,
	TANDEMCTL_FAIL,
	TANDEMCTL_SKIP
};

struct tandemctl_finding {
	const char *id, *title;
	enum tandemctl_finding_level level;
	char text[320];
	char remedy[200]; /* "" with PASS and SKIP */
};

#define TANDEMCTL_FINDINGS_MAX 40

/*
 * Members of `facts`, all of them optional: "conf_error": why the configuration is not read; "clustered", "fencing",
 * "lease_ms", "resource", "virtual_address"; "status": that of the daemon, or "status_error"; "version": of the daemon,
 * "own_version"; "cmap": corosync-cmapctl; "quorum": corosync-quorumtool; "cib": cibadmin -Q; "mon": crm_mon XML;
 * "xsps": [{"name","error" or null}]; "certificates": [{"state","text"}], as of io_cert.h; "secrets":
 * [{"file","mode","missing"}]; "state": {"path","writable","free_mb"}; "clock_synchronised".
 */
size_t tandemctl_doctor(const json_t *facts, struct tandemctl_finding *list);
/** For people; `hints`: what to do next is shown. */
void tandemctl_doctor_show(const struct tandemctl_finding *list, size_t count,
	const struct tandemctl_look *look, struct buf *out);
/** Schema tandemctl/doctor/1. A new reference. */
json_t *tandemctl_doctor_json(const struct tandemctl_finding *list, size_t count);
/** The exit code: 0 all pass, 1 warnings, 2 failures. */
int tandemctl_doctor_exit(const struct tandemctl_finding *list, size_t count);

#endif
