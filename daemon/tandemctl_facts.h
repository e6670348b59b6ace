/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting the facts that tandemctl_doctor() judges: asks the daemon, corosync, Pacemaker, files and sockets. */
#ifndef TANDEM_DAEMON_TANDEMCTL_FACTS_H
#define TANDEM_DAEMON_TANDEMCTL_FACTS_H

#include "daemon/tandemctl.h"

/** All that can be found out here, each within its deadline. A new reference. */
json_t *tandemctl_facts(const struct tandemctl_call *c);
/** `tandemctl doctor` */
int tandemctl_doctor_run(const struct tandemctl_call *c);

#endif
