# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# ask_lib.sh - questions to the programs of a lab: who is active, is the other one ready, what do the simulators say.
# Sourced after lab_lib.sh; it starts nothing.  BUILD is where `account' is.

CONF=/run/tandem/tandem.conf

# ask HOST SOCKET LINE [SECONDS]: the sockets lie in the hosts' own /run, so their paths are short
# whatever the name of this folder is.
ask()
{
	local pid
	pid=$(lab_alive "$LAB/$1/pid") || return 2
	"$BUILD/account" ask "/proc/$pid/root/run/$2" "$3" "${4:-5}"
}

ask_bwsim()
{
	ask bw bwsim.sock "$@"
}

ask_client()
{
	ask client cstaclient.sock "$@"
}

ctl()
{
	local node=$1
	shift
	lab_in "$node" timeout 5 "$LAB/bin/tandemctl" -c $CONF "$@"
}

promoted()
{
	active=$("$LAB_HERE/lab" promoted) && [ -n "$active" ]
}

# The standby could take over now.
is_ready()
{
	promoted && ctl "$active" ready >/dev/null 2>&1
}

has_printed()
{
	grep -q "^$2" "$LAB/$1.out" 2>/dev/null
}
