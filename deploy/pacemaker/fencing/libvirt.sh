#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# libvirt.sh [--dry-run] HOST NODE=DOMAIN NODE=DOMAIN - fencing of virtual machines by their host, over ssh.
#   libvirt.sh kvm1.example.com n1=tandem-1 n2=tandem-2
# Environment: TOOL=crmsh, VIRT_USER (fence), VIRT_KEY (/etc/tandem/fence-key: private key, mode 600).
# The two machines should live on two hosts; then call it once for each host with its one NODE=DOMAIN.
set -eu
# shellcheck source=deploy/pacemaker/fencing/lib.sh
. "$(dirname "$0")/lib.sh"

[ $# -gt 1 ] || { sed -n '4,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
host=$1
shift
for pair; do
	node=${pair%%=*}
	device "fence-$node" "$node" fence_virsh ip="$host" plug="${pair#*=}" username="${VIRT_USER:-fence}" \
		identity_file="${VIRT_KEY:-/etc/tandem/fence-key}" secure=1
done
switch_on
