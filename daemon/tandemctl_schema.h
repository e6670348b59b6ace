/* SPDX-License-Identifier: Apache-2.0 */
/* JSON schemas of what tandemctl prints with --json: the files of docs/schema, part of the program. */
#ifndef TANDEM_DAEMON_TANDEMCTL_SCHEMA_H
#define TANDEM_DAEMON_TANDEMCTL_SCHEMA_H

#include "daemon/tandemctl.h"

/** `tandemctl schema [NAME]` */
int tandemctl_schema(const struct tandemctl_call *c);

#endif
