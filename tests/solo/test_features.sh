#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 180
#
# test_features.sh - test_solo.sh with transfers, conferences, queues and what else there is beyond plain calls.
exec "$(dirname "$(readlink -f "$0")")/test_solo.sh" features
