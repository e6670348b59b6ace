/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of the server, kept for tests/coverage/validate-csta.
 *
 * With TANDEM_CSTA_SPOOL in the environment each message becomes a file EDITION-ROOT-HASH.xml in that folder, once for all
 * that differ in their digits alone (number and length of the numbers count). Edition is that of the root's namespace: ed3 to
 * ed6, appl_session, or none. Without it, or without that folder, nothing happens. tests/run sets it.
 */
#ifndef TANDEM_TESTS_COVERAGE_SPOOL_H
#define TANDEM_TESTS_COVERAGE_SPOOL_H

#include <stddef.h>

/** The XML of one message, without the prefix of its frame. Aborts when the file cannot be written. */
void csta_spool(const char *xml, size_t n);

#endif
