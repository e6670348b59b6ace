#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# setup-pcs.sh ADDRESS - the resources of cib-two-node.xml by pcs, for a cluster that runs already
# (pcs cluster setup ...) and has its fencing devices (pcs stonith create ...).
# Environment: PCS="echo pcs" prints the commands and changes nothing.
set -eu

pcs=${PCS:-pcs}
address=${1:?usage: setup-pcs.sh ADDRESS   (the virtual address of the active node)}

$pcs property set dc-deadtime=2s priority-fencing-delay=2s no-quorum-policy=stop
$pcs resource create tandemd ocf:tandem:tandemd config=/etc/tandem/tandem.conf \
	op start timeout=20s op stop timeout=20s op promote timeout=30s op demote timeout=15s \
	op monitor interval=1s role=Promoted timeout=5s \
	op monitor interval=3s role=Unpromoted timeout=5s \
	meta priority=1 migration-threshold=1 failure-timeout=60s resource-stickiness=100 \
	promotable promoted-max=1 interleave=true notify=false
$pcs resource create tandem-ip ocf:heartbeat:IPaddr2 ip="$address" cidr_netmask=24 \
	op monitor interval=5s timeout=10s meta failure-timeout=60s
$pcs constraint colocation add tandem-ip with Promoted tandemd-clone INFINITY
$pcs constraint order promote tandemd-clone 'then' start tandem-ip symmetrical=false
