#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# clock-step - the wall clock of the active connector jumps an hour ahead, then two back
#
# A namespace has no wall clock of its own, and the machine's is not ours to set: the connector gets it
# through libfaketime. Monotonic clocks cannot step.
#
# shellcheck disable=SC2034,SC2154 # set here, used by the engine, and the other way round
# shellcheck source=tests/live/fault_lib.sh
. "${BASH_SOURCE[0]%/*}/fault_lib.sh"

EXPECT=none
BAR_MS=300
clock_lib=$(find /usr/lib -name libfaketime.so.1 2>/dev/null | head -n 1)
[ -n "$clock_lib" ] || fail "libfaketime is not installed (make deps)"
! grep -q obj-san "$BUILD/mode" || fail "libfaketime and the sanitizers do not go together (make DEVELOPER=)"

# What the cluster starts in place of the program.
cat >"$DEMO/tandemd" <<X
#!/bin/sh
LD_PRELOAD=$clock_lib FAKETIME_TIMESTAMP_FILE=/run/tandem/clock FAKETIME_NO_CACHE=1 \\
FAKETIME_DONT_FAKE_MONOTONIC=1
export LD_PRELOAD FAKETIME_TIMESTAMP_FILE FAKETIME_NO_CACHE FAKETIME_DONT_FAKE_MONOTONIC
exec "${TANDEMD:-$BUILD/tandemd}" "\$@"
X
chmod 755 "$DEMO/tandemd"
export TANDEMD=$DEMO/tandemd

extra_conf()
{
	echo '+0' >"$LAB/$1/fs/tandem/clock"
}

# step_clock SECONDS: the connector itself must say the new time, or its clock did not step.
step_clock()
{
	local us off_s
	echo "$1" >"$LAB/$hit/fs/tandem/clock"
	us=$(ctl "$hit" --json status | grep -o '"t_us": *[0-9]*' | head -n 1)
	off_s=$(((${us##*[: ]} - $(now_us)) / 1000000 - $1))
	[ "${off_s#-}" -lt 60 ] || fail "the clock of tandemd on $hit did not step: $off_s s off"
	say "the wall clock of tandemd on $hit: $1 s"
}

inject()
{
	fault_us=$(now_us)
	step_clock +3600
}

after_fault()
{
	step sleep 3
	step_clock -3600
	step sleep 3
	step_clock +0
}
