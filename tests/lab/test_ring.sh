#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_ring.sh - does the simulated ring tell the truth?  The script tests/ring/script is played on
# two hosts with a real corosync, through ha/link_cpg.c, and on tests/sim/sim_ring.c with many seeds.
# What the two real members are told in a step, callback by callback, must be something that the
# simulated ones are told by some seed.  Where nothing races there is one such thing, so it is equality.
#
# A step is over when what was told is such a thing, and a last message of each member came round.
# Skipped with the reason where there are no namespaces.  RING_SEEDS (default 2000), RING_KEEP=FILE
# (what was told, step by step).
#
# timeout: 300
set -u
PATH=$PATH:/usr/sbin:/sbin

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
BUILD=$(readlink -m "${BUILD:-$top/build}")
LAB=$BUILD/lab-ring
LAB_NAMESPACES=$BUILD/lab-ring.namespaces
export BUILD LAB LAB_NAMESPACES
# shellcheck source=tests/lab/lab_lib.sh
. "$here/lab_lib.sh"
script=$top/tests/ring/script
work=$LAB.work
passed=0 failed=0 skipped=0
declare -A fd pid born joined from names
step=0 cut=no

finish()
{
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && exit 0
	exit 1
}

# --- members ------------------------------------------------------------------------------------------

# shellcheck disable=SC2317 # called by lab_wait
has_pid()
{
	[ "$(grep -c '^pid ' "$work/n$1.out")" = "${born[$1]}" ]
}

# A new process of host N. Its numbers on the ring become N/1, N/2 ... in what is compared.
start_member()
{
	local n=$1 open
	rm -f "$work/n$n.in"
	mkfifo "$work/n$n.in" || return 1
	born[$n]=$((${born[$n]} + 1))
	lab_in "n$n" "$BUILD/ringscript" member ring-test <"$work/n$n.in" >>"$work/n$n.out" 2>>"$work/n$n.err" &
	exec {open}>"$work/n$n.in" || return 1
	fd[$n]=$open
	lab_wait 10 has_pid "$n" || return 1
	pid[$n]=$(sed -n 's/^pid //p' "$work/n$n.out" | tail -n 1)
	names[$n]="${names[$n]:-}s#\\b$n/${pid[$n]}\\b#$n/${born[$n]}#g;"
}

say()
{
	printf '%s\n' "$2" >&"${fd[$1]}"
}

forget_member()
{
	local n=$1 open
	open=${fd[$n]}
	exec {open}>&-
	pid[$n]=
	joined[$n]=no
}

# --- commands of the script ------------------------------------------------------------------------------

start_corosync()
{
	lab_in "n$1" sh -c 'ulimit -c 0; exec corosync'
}

obey()
{
	local verb=$1 n=${2:-} text=${3:-}
	case $verb in
	join)
		[ -n "${pid[$n]}" ] || start_member "$n" || return 1
		joined[$n]=yes
		say "$n" join
		;;
	leave)
		joined[$n]=no
		say "$n" leave
		;;
	rejoin) say "$n" rejoin ;;
	send) say "$n" "send $text" ;;
	die)
		lab_in "n$n" kill -KILL "${pid[$n]}" || return 1
		forget_member "$n"
		;;
	cut)
		cut=yes
		"$here/lab" cut n2
		;;
	heal)
		cut=no
		"$here/lab" heal n2 || return 1
		# a merge that nobody is told of
		[ "${joined[1]}${joined[2]}" = yesyes ] || lab_wait 10 see_each_other
		;;
	corosync-dies)
		# shellcheck disable=SC2016 # expanded inside
		lab_in "n$n" sh -c 'kill -KILL $(pidof corosync)'
		cut=yes
		;;
	corosync-starts)
		start_corosync "$n"
		cut=no
		;;
	off)
		"$here/lab" kill "n$n" || return 1
		forget_member "$n"
		;;
	*) return 1 ;;
	esac
}

# --- what was told ---------------------------------------------------------------------------------------

# The lines of host N in this step, as the simulated ring writes them.
told_by()
{
	tail -n "+$((${from[$1]} + 1))" "$work/n$1.out" | grep -v -e '^pid ' -e ' mark-' |
		sed -e "${names[1]:-}${names[2]:-}" -e 's/^/ | /' | tr -d '\n'
}

told()
{
	echo "n1$(told_by 1) n2$(told_by 2)"
}

# shellcheck disable=SC2317 # called by lab_wait
told_something_possible()
{
	grep -qxF "$step	$(told)" "$work/possible"
}

# shellcheck disable=SC2317 # called by lab_wait
heard()
{
	grep -q " mark-$2\$" "$work/n$1.out"
}

# A message of each member, one after the other, comes round: nothing is on its way any more.
come_round()
{
	local n other
	for n in 1 2; do
		[ "${joined[$n]}" = yes ] || continue
		[ "$cut" = yes ] && [ "$n" = 2 ] && ! is_there 2 && continue
		say "$n" "send mark-$step-$n"
		lab_wait 10 heard "$n" "$step-$n" || return 1
		other=$((3 - n))
		[ "${joined[$other]}" = yes ] && [ "$cut" = no ] || continue
		lab_wait 10 heard "$other" "$step-$n" || return 1
	done
}

is_there()
{
	lab_in "n$1" pidof corosync >/dev/null 2>&1
}

play_step()
{
	local line=$1 part ok=0 n
	step=$((step + 1))
	for n in 1 2; do
		from[$n]=$(wc -l <"$work/n$n.out")
	done
	while read -r part; do
		# shellcheck disable=SC2086 # words
		obey $part || ok=1
	done < <(tr '&' '\n' <<<"$line")
	lab_wait 15 told_something_possible && come_round && told_something_possible || ok=1
	printf '%s\t%s\t%s\n' "$step" "$line" "$(told)" >>"$work/told"
	if [ "$ok" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: step $step, $line: corosync told $(told)"
		echo "  the simulated ring: $(grep -m 4 "^$step	" "$work/possible" | cut -f 2)"
	fi
}

# --- all of it -------------------------------------------------------------------------------------------

clean_up()
{
	"$here/lab" down
	rm -rf "$work" "$LAB_NAMESPACES"
}

# shellcheck disable=SC2317 # called by lab_wait
see_each_other()
{
	[ "$(lab_in n1 corosync-quorumtool -l 2>/dev/null | grep -c ' n[12]')" = 2 ] &&
		[ "$(lab_in n2 corosync-quorumtool -l 2>/dev/null | grep -c ' n[12]')" = 2 ]
}

play()
{
	local line n
	"$BUILD/ringscript" sim "$script" "${RING_SEEDS:-2000}" | sort -u >"$work/possible"
	for n in 1 2; do
		: >"$work/n$n.out"
		born[$n]=0 joined[$n]=no pid[$n]=
		start_corosync "$n" || return 1
	done
	lab_wait 20 see_each_other || return 1
	while read -r line; do
		line=${line%%#*}
		[ -z "$line" ] || play_step "$line"
	done <"$script"
	[ -z "${RING_KEEP:-}" ] || cp "$work/told" "$RING_KEEP"
	echo "  $step steps, the simulated ring holds $(wc -l <"$work/possible") things possible in them"
}

inside()
{
	mkdir -p "$work"
	trap 'clean_up; exit 1' INT TERM HUP
	if ! "$here/lab" up || ! play; then
		failed=$((failed + 1))
		echo "FAILED: two hosts with corosync"
	fi
	clean_up
	finish
}

[ "${1:-}" != --inside ] || inside
if ! mode=$(lab_mode); then
	skipped=$(grep -c '^[a-z]' "$script")
	echo "skip: no real corosync here: ${mode#none?}"
	finish
fi
if [ ! -x "$BUILD/ringscript" ]; then
	failed=1
	echo "FAILED: $BUILD/ringscript is not built"
	finish
fi
[ "$mode" = root ] && inside
exec "$here/rootless" bash "$0" --inside
