/* SPDX-License-Identifier: Apache-2.0 */
/* How many TCP segments with data a socket has received: for tests of how messages are cut. */
#ifndef TANDEM_TESTS_ADAPTER_SEGMENTS_H
#define TANDEM_TESTS_ADAPTER_SEGMENTS_H

#include <stdint.h>

uint32_t segments_received(int fd);

#endif
