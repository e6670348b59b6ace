/* SPDX-License-Identifier: Apache-2.0 */
/* JSON schemas of what tandemctl prints with --json: the files of docs/schema, part of the program. */
#ifndef TANDEM_DAEMON_TANDEMCTL_SCHEMA_H
#define TANDEM_DAEMON_TANDEMCTL_SCHEMA_H

#include "daemon/tandemctl.h"

#define TANDEMCTL_SCHEMAS(XX) \
	XX(calls) \
	XX(callsdiff) \
	XX(channels) \
	XX(confdiff) \
	XX(doctor) \
	XX(event) \
	XX(explain) \
	XX(monitors) \
	XX(move) XX(ready) XX(sessions) XX(status) XX(stuck) XX(takeovers) XX(trace) XX(users)

/** The text of a schema; NULL: there is no such. */
const char *tandemctl_schema_text(const char *name);
/** `tandemctl schema [NAME]` */
int tandemctl_schema(const struct tandemctl_call *c);

#endif
