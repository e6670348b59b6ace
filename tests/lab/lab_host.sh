#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# lab_host.sh NAME node|plain - PID 1 of a lab host.
#
# Makes the private mounts, says so by the file $LAB/NAME/ready, then reaps.  Reaping is not a
# nicety: a killed daemon that nobody waits for stays a zombie, and an agent that asks `kill -0'
# would call it alive.
#
# Failure: any step that fails ends the process, and with it the host; the reason is in
# $LAB/NAME/init.log and `lab up' shows it.
set -eu

name=$1 kind=$2
here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
dir=$LAB/$name

mount_private_run()
{
	# libqb's ring buffers live in /dev/shm under names made of process numbers, and these are
	# the same in every pid namespace: hosts that shared it would write into one another.
	mount -t tmpfs -o size=2g,mode=1777 tmpfs /dev/shm
	mount -t tmpfs -o size=64m,mode=755 tmpfs /run
	mkdir -p /run/lock /run/netns /run/resource-agents /run/corosync /run/tandem
	mkdir -m 1777 /run/tmp # the TMPDIR of what runs here, wherever the tree is
	case $top/:$LAB/ in
	/tmp/* | *:/tmp/*) ;;	# the tree itself is below /tmp: it must stay visible
	*) mount -t tmpfs -o size=64m,mode=1777 tmpfs /tmp ;;
	esac
}

bind_over()
{
	mkdir -p "$dir/fs$1"
	mount --bind "$dir/fs$1" "$1"
}

mount_cluster_dirs()
{
	local path
	mkdir -p "$dir"/fs/var/lib/pacemaker/{blackbox,cib,cores,pengine} "$dir/fs/tandem" \
		"$dir"/fs/var/log/{corosync,pacemaker,crmsh} "$dir/fs/etc/corosync/uidgid.d"
	chown -R hacluster:haclient "$dir/fs/var/lib/pacemaker" "$dir/fs/var/log/pacemaker"
	chmod 750 "$dir"/fs/var/lib/pacemaker/*
	chmod 770 "$dir/fs/var/log/pacemaker"
	cp "$LAB/corosync.conf" "$dir/fs/etc/corosync/corosync.conf"
	install -m 400 "$LAB/authkey" "$dir/fs/etc/corosync/authkey"
	for path in /var/lib/corosync /var/lib/pacemaker /var/log /etc/corosync; do
		bind_over "$path"
	done
	rm -f "$dir"/fs/tandem/*.copy* # a real /run is empty after a boot
	mount --bind "$dir/fs/tandem" /run/tandem
	cp "$LAB/hosts" "$dir/hosts"
	mount --bind "$dir/hosts" /etc/hosts
	printf '%s\n' "$name" >"$dir/hostname"
	mount --bind "$dir/hostname" /etc/hostname
}

# The search paths of agents are compiled into Pacemaker: a read-only overlay of two folders puts
# ours beside the packaged ones, and nothing is written to /usr.
mount_agents()
{
	mount -t overlay overlay -o "ro,lowerdir=$LAB/ocf:/usr/lib/ocf/resource.d" \
		/usr/lib/ocf/resource.d
	mount -t overlay overlay -o "ro,lowerdir=$LAB/sbin:/usr/sbin" /usr/sbin
}

# A CIB that is on disk before the first start is in force at once, dc-deadtime included.
install_cib()
{
	[ -f "$LAB/cib.xml" ] && [ ! -f /var/lib/pacemaker/cib/cib.xml ] || return 0
	install -o hacluster -g haclient -m 600 "$LAB/cib.xml" /var/lib/pacemaker/cib/cib.xml
}

hostname "$name"
mount --make-rprivate /
mount -t proc proc /proc
mount_private_run
if [ "$kind" = node ]; then
	mount_cluster_dirs
	mount_agents
	install_cib
fi
ip link set lo up
set +e
trap 'exit 0' TERM
: >"$dir/ready"
while :; do
	sleep 3600 &
	wait $!
done
