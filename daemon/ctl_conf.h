/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration of the daemon for operators, and how it differs from the other node's. No secret is told: to be compared,
 * each is hidden as a hash under a salt that the comparing daemon has drawn for this one comparison, and that leaves it on the ring
 * alone.
 */
#ifndef TANDEM_DAEMON_CTL_CONF_H
#define TANDEM_DAEMON_CTL_CONF_H

#include "daemon/conf.h"
#include "proto/base/buf.h"

/** Appends {"ok":true,"print":TEXT}: the values in force, as conf_print(). `salt` 0: without secrets, else with their hashes. */
void ctl_conf_print(const struct conf *c, uint64_t salt, struct buf *out);

/**
 * Compares with the other node's answer to "conf" under the same salt. Appends {"ok":true,"schema":"tandemctl/confdiff/1",
 * "rows":[{"section","key","here","there"}]}; a secret that differs has "(secret)" on both sides, a value that is missing null. Keys of
 * one node alone are not compared. An answer that is none is handed on.
 */
void ctl_conf_diff(const struct conf *c, uint64_t salt, struct str answer, struct buf *out);

#endif
