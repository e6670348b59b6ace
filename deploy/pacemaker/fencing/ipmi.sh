#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# ipmi.sh [--dry-run] NODE=BMC-ADDRESS NODE=BMC-ADDRESS - fencing by the machines' BMCs.
#   ipmi.sh n1=192.0.2.101 n2=192.0.2.102
# Environment: TOOL=crmsh, BMC_USER (fence), PASSWORD_SCRIPT (/etc/tandem/fence-password: prints the password).
set -eu
# shellcheck source=deploy/pacemaker/fencing/lib.sh
. "$(dirname "$0")/lib.sh"

[ $# -gt 0 ] || { sed -n '4,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
for pair; do
	node=${pair%%=*}
	device "fence-$node" "$node" fence_ipmilan ip="${pair#*=}" username="${BMC_USER:-fence}" \
		password_script="${PASSWORD_SCRIPT:-/etc/tandem/fence-password}" lanplus=1 power_wait=2
done
switch_on
