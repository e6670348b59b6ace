#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sbd.sh [--dry-run] disk | watchdog - fencing by sbd, which ends its own node by the watchdog.
#   disk      poison pill on a shared disk; sbd.service runs on both nodes with SBD_DEVICE set in /etc/default/sbd
#             (Debian) or /etc/sysconfig/sbd, and the disk was prepared by: sbd -d DISK create
#   watchdog  without a disk: a node that lost quorum ends itself. Needs a third vote (qdevice): with two_node alone
#             both halves of a cut have quorum and neither ends itself.
# Environment: TOOL=crmsh, SBD_WATCHDOG_TIMEOUT (5 s, as in sbd's own file). Pacemaker must be restarted after sbd was enabled.
set -eu
# shellcheck source=deploy/pacemaker/fencing/lib.sh
. "$(dirname "$0")/lib.sh"

timeout=${SBD_WATCHDOG_TIMEOUT:-5}
case ${1:-} in
disk)
	if ! exists fence-sbd; then
		if [ "$tool" = crmsh ]; then
			run crm -F configure primitive fence-sbd stonith:external/sbd params pcmk_delay_max=10
		else
			run pcs stonith create fence-sbd fence_sbd pcmk_delay_max=10
		fi
	fi
	;;
watchdog)
	# twice the watchdog's time: until then a node that is silent may still write
	run crm_attribute -t crm_config -n stonith-watchdog-timeout -v "$((2 * timeout))s"
	;;
*)
	sed -n '4,9s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
switch_on
