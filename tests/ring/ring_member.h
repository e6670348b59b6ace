/* SPDX-License-Identifier: Apache-2.0 */
/* A member of the real group, ordered about on its standard input: see ring_member.c. */
#ifndef TANDEM_TESTS_RING_MEMBER_H
#define TANDEM_TESTS_RING_MEMBER_H

/** Until the end of its input. The exit code. */
int ring_member(const char *group);

#endif
