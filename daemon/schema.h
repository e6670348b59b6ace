/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schemas of what tandemctl and the status page say in JSON (docs/schema), as part of the programs: for `tandemctl schema`
 * and /v1/schema.
 */
#ifndef TANDEM_DAEMON_SCHEMA_H
#define TANDEM_DAEMON_SCHEMA_H

#include <stddef.h>

/* every file of docs/schema */
#define SCHEMAS(XX) \
	XX(calls) \
	XX(callsdiff) \
	XX(channels) \
	XX(confdiff) \
	XX(doctor) \
	XX(event) \
	XX(events) \
	XX(explain) \
	XX(loglevels) \
	XX(monitors) \
	XX(move) XX(ready) XX(sessions) XX(status) XX(stuck) XX(takeovers) XX(trace) XX(users)

/** The text of a schema; NULL: there is no such. */
const char *schema_text(const char *name);
/** The name of the schema at `i`; NULL: there are no more. */
const char *schema_name(size_t i);

#endif
