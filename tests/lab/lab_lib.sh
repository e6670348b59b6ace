# shellcheck shell=bash disable=SC2034 # the constants are for those who source this
# SPDX-License-Identifier: Apache-2.0
#
# lab_lib.sh - what the lab's programs share: where things are, the record of processes, the way
# into a host.  Sourced by lab, power and demo; it starts nothing by itself.
#
# A *host* is one process tree in mount, uts, ipc, net and pid namespaces of its own.  Its PID 1 is
# known outside by the number in $LAB/HOST/pid.  Numbers are used again by the kernel, so every
# recorded number goes with its start time, and nothing is signalled unless both still agree.

LAB_SELF=$(readlink -f "${BASH_SOURCE[0]}")
LAB_HERE=$(dirname "$LAB_SELF")
LAB_TOP=$(readlink -f "$LAB_HERE/../..")
BUILD=$(readlink -f "${BUILD:-$LAB_TOP/build}")
LAB=${LAB:-$BUILD/lab}
case $LAB in /*) ;; *) LAB=$PWD/$LAB ;; esac
LAB_NET=10.77
LAB_NODES='n1 n2'
LAB_HOSTS='switch bw client q n1 n2'
LAB_LINKS=2
export LAB BUILD

# Every process of a lab carries this in its environment: the sure sign by which leftovers knows it.
TANDEM_LAB_MARK=lab:$LAB
export TANDEM_LAB_MARK

lab_say()
{
	printf 'lab: %s\n' "$*" >&2
}

lab_die()
{
	lab_say "$@"
	exit 1
}

# lab_start_time PID: the kernel's start time of a process, nothing when it is gone or a zombie.
# The name in /proc/PID/stat may hold blanks and brackets, so everything up to the last ") " goes.
lab_start_time()
{
	local line field
	{ read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
	line=${line##*) }
	read -r -a field <<<"$line"
	[ "${field[0]}" != Z ] && [ "${field[0]}" != X ] && printf '%s\n' "${field[19]}"
}

# lab_record FILE PID: write the process down as "PID START".
lab_record()
{
	local start
	start=$(lab_start_time "$2") || return 1
	printf '%s %s\n' "$2" "$start" >"$1.new" && mv "$1.new" "$1"
}

# lab_alive FILE: the recorded process still runs; prints its number.
lab_alive()
{
	local pid start
	{ read -r pid start <"$1"; } 2>/dev/null || return 1
	[ "$(lab_start_time "$pid")" = "$start" ] && printf '%s\n' "$pid"
}

# lab_end FILE [SIGNAL]: end the recorded process, and return when it and, for a PID 1, everything
# below it is gone.  Not running any more is success.
lab_end()
{
	local pid i
	pid=$(lab_alive "$1") || return 0
	kill -"${2:-KILL}" "$pid" 2>/dev/null
	for ((i = 0; i < 500; i++)); do
		lab_alive "$1" >/dev/null || return 0
		[ "$i" -eq 250 ] && kill -KILL "$pid" 2>/dev/null
		sleep 0.02
	done
	lab_say "process $pid of $1 does not end"
	return 1
}

# lab_power_off HOST: every process of it ends, and nothing leaves its cards any more.  The kernel takes
# the network of a dead host down in its own time, and would send again until then what is under way.
lab_power_off()
{
	local host=$1 sw link
	lab_end "$LAB/$host/pid" KILL || return 1
	sw=$(lab_alive "$LAB/switch/pid") || return 0
	for ((link = 0; link < LAB_LINKS; link++)); do
		nsenter -t "$sw" -n ip link del "$host-$link" 2>/dev/null
	done
	return 0
}

lab_is_up()
{
	lab_alive "$LAB/switch/pid" >/dev/null
}

lab_host_name()
{
	case $1 in
	switch | bw | client | q | n1 | n2) printf '%s\n' "$1" ;;
	1 | 2) printf 'n%s\n' "$1" ;;
	*) lab_say "no host '$1' (n1, n2, bw, client, q, switch)"; return 1 ;;
	esac
}

# lab_in HOST CMD...: run CMD inside all of HOST's namespaces.  The lock's descriptor stays outside:
# a daemon that inherited it would hold the lock for its whole life.  So does the caller's TMPDIR: a
# folder of the machine's /tmp, which a host does not see.
lab_in()
{
	local host=$1 pid
	shift
	pid=$(lab_alive "$LAB/$host/pid") || { lab_say "host $host is off"; return 1; }
	TMPDIR=/run/tmp nsenter -t "$pid" -m -u -i -n -p --wd=/ -- "$@" 9>&-
}

# lab_spawn_in HOST NAME CMD...: start CMD in the background in HOST, its output in
# $LAB/HOST/NAME.out, its number outside recorded in $LAB/HOST/NAME.pid.  `nsenter -p' forks, so
# that the recorded process is the child.
lab_spawn_in()
{
	local host=$1 name=$2 pid child i
	shift 2
	pid=$(lab_alive "$LAB/$host/pid") || { lab_say "host $host is off"; return 1; }
	TMPDIR=/run/tmp setsid nsenter -t "$pid" -m -u -i -n -p --wd=/ -- "$@" \
		>"$LAB/$host/$name.out" 2>&1 </dev/null 9>&- &
	pid=$!
	disown	# no word from this shell when the lab ends it
	for ((i = 0; i < 200; i++)); do
		child=
		{ read -r child _ <"/proc/$pid/task/$pid/children"; } 2>/dev/null
		[ -n "$child" ] && lab_record "$LAB/$host/$name.pid" "$child" && return 0
		lab_start_time "$pid" >/dev/null || break
		sleep 0.01
	done
	lab_say "$name did not start in $host: $(tail -n 3 "$LAB/$host/$name.out" 2>/dev/null)"
	return 1
}

# Runs inside a host: the number of PROGRAM itself, the oldest.  A child that it has just forked, to become another program,
# has its name too, and `pidof -s' names that one.
lab_pid_inside()
{
	local pids pid
	pids=$(pidof "$1") && read -r pid < <(ps -o pid= --sort=start_time -p "${pids// /,}") && echo "$pid"
}

# Runs inside a host.  The last word of /proc/PID/syscall is where a waiting process goes on.
lab_loop_inside()
{
	local pid jump try words
	pid=$(lab_pid_inside "$1") || return 1
	case $(uname -m) in
	x86_64) jump='\xeb\xfe' ;;
	aarch64) jump='\x00\x00\x00\x14' ;;
	*) echo "no jump for $(uname -m)" >&2; return 1 ;;
	esac
	for ((try = 0; try < 1000; try++)); do
		read -r -a words <"/proc/$pid/syscall"
		[ "${words[0]}" != running ] && break
	done
	[ "${#words[@]}" -gt 1 ] || return 1
	echo "${EPOCHREALTIME/./}"
	# shellcheck disable=SC2059 # bytes
	printf "$jump" | dd of="/proc/$pid/mem" bs=16 seek=$((words[-1])) oflag=seek_bytes \
		conv=notrunc status=none
}

# lab_make_loop HOST PROGRAM: makes a program run in an endless loop, and prints when.  The instruction
# to which it returns from its wait for input is overwritten with a jump to itself, by /proc/PID/mem;
# no debugger, and nothing in the program, is needed.
lab_make_loop()
{
	lab_in "$1" bash -c "$(declare -f lab_pid_inside lab_loop_inside); lab_loop_inside $2"
}

# lab_strike HOST PROGRAM SIGNAL: sends it, and prints when.  The shell inside says the time and signals in one breath.
lab_strike()
{
	# shellcheck disable=SC2016 # expanded inside
	lab_in "$1" bash -c "$(declare -f lab_pid_inside)"'
		pid=$(lab_pid_inside "$0") && echo "${EPOCHREALTIME/./}" && kill -"$1" "$pid"' "$2" "$3"
}

# lab_wait SECONDS CMD...: until CMD succeeds, asked every 50 ms; 1 when the time is over.
lab_wait()
{
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# lab_mode: root, rootless or none with the reason on the next line.
lab_mode()
{
	local tool missing='' out
	for tool in unshare nsenter ip setsid flock corosync pacemakerd crm_mon mount; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || missing="$missing $tool"
	done
	if [ -n "$missing" ]; then
		printf 'none\nprograms are missing:%s (Debian: make deps)\n' "$missing"
		return 1
	fi
	# shellcheck disable=SC2016 # the inner shell expands it
	local try='mount --make-rprivate / && mount -t proc proc /proc && mount -t tmpfs none /run &&
		mkdir /run/a /run/b /run/c && ip link add br0 type bridge &&
		mount -t overlay overlay -o ro,lowerdir=/run/a:/run/b /run/c'
	if [ "$(id -u)" = 0 ] &&
		out=$(unshare -m -u -i -n -p --fork --kill-child sh -c "$try" 2>&1); then
		echo root
	elif out=$(unshare -U -r -m -u -i -n -p --fork --kill-child sh -c "$try" 2>&1); then
		echo rootless
	else
		printf 'none\nneither root nor user namespaces: %s\n' "$(head -n 1 <<<"$out")"
		return 1
	fi
}
