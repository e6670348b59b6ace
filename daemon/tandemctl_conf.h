/* SPDX-License-Identifier: Apache-2.0 */
/* `tandemctl config ...`: the configuration checked, shown, compared, explained. */
#ifndef TANDEM_DAEMON_TANDEMCTL_CONF_H
#define TANDEM_DAEMON_TANDEMCTL_CONF_H

#include "daemon/tandemctl.h"

int tandemctl_config(const struct tandemctl_call *c);

/**
 * Compares two configurations as conf_print() prints them, line by line within sections. Appends a line for each difference; how
 * many there are.
 */
unsigned tandemctl_conf_diff(struct str here, struct str there, struct buf *out);
/** Appends the line of a row of "confdiff" (ctl_conf.h): a key and its values in force here and there. */
void tandemctl_conf_row(const json_t *row, struct buf *out);
/** Appends a file with every key: what it is for, what is allowed, its default; all of them in comments. */
void tandemctl_conf_example(struct buf *out);

#endif
