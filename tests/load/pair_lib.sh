# shellcheck shell=bash disable=SC2034,SC2154 # what is set here is for those who source this, and the other way round
# SPDX-License-Identifier: Apache-2.0
#
# pair_lib.sh - two nodes on real corosync and Pacemaker in namespaces (tests/lab), with bwsim and cstaclient, for
# measurements. Sourced. The folder is $BUILD/load-$name; it stays when `keep` is set.
#
# Expects: name, seed, keep, json. Failure: exit 2 with the last lines of who did not start, exit 3 where no lab can run.
PATH=$PATH:/usr/sbin:/sbin

top=$(readlink -f "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..")
BUILD=$(readlink -f "${BUILD:-$top/build}")
dir=$BUILD/load-$name
LAB=$dir/lab
export BUILD LAB
# shellcheck source=tests/lab/lab_lib.sh
. "$top/tests/lab/lab_lib.sh"
# shellcheck source=tests/lab/ask_lib.sh
. "$top/tests/lab/ask_lib.sh"

say() { [ -n "$json" ] || echo "$@"; }
refuse() { echo "$name: $2" >&2; exit "$1"; }
fail() { echo "$name: $1" >&2; [ -z "${2:-}" ] || tail -n 5 "$2" >&2; keep=1; exit 2; }
bw() { ask_bwsim "$1" 60; }
client() { ask_client "$1" 60; }
figure() { tr -d ' \n' <"$2" | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" | head -n 1; }
pause() { read -r -t "$1" <> <(:) || :; }
now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }
log_of() { echo "$LAB/$1/fs/tandem/tandemd.log"; }

clean_up()
{
	trap '' INT TERM HUP
	local node
	for node in $LAB_NODES; do
		cp "$(log_of "$node")" "$dir/$node.log" 2>/dev/null
	done
	"$top/tests/lab/lab" down
	[ -n "$keep" ] || rm -rf "$dir"
}

prepare() # may it run here? the folder is made
{
	local program how
	for program in tandemd tandemctl bwsim cstaclient account; do
		[ -x "$BUILD/$program" ] || refuse 2 "no $BUILD/$program (run make)"
	done
	[ ! -d "$dir" ] || [ -f "$dir/.tandem-load" ] || refuse 2 "$dir is in the way"
	how=$(lab_mode) || refuse 3 "not possible here: ${how#none?}"
	[ "$how" = root ] || [ "${TANDEM_LAB_INSIDE:-}" = 1 ] || refuse 3 "not root: call tests/lab/rootless tests/load/$name ..."
	[ ! -e "$LAB/.tandem-lab" ] || "$top/tests/lab/lab" down
	rm -rf "$dir"
	mkdir -p "$dir" && : >"$dir/.tandem-load" || exit 2
	trap clean_up EXIT
	trap 'exit 130' INT TERM HUP
}

# A client without a session cannot say who it is: with mode plain anybody may come in.
write_conf() # NODE UPDATE-RATE
{
	local login='user = demo
password = demo'
	[ "${mode:-}" != plain ] || login='# anybody'
	cat <<X
[node]
name = $1
cluster = corosync
state-dir = /run/tandem/state
log-file = /run/tandem/tandemd.log
[csta]
listen = 0.0.0.0:1040
$login
virtual-address = 10.77.0.50
[broadworks]
xsp = 10.77.0.11:8080
xsp = 10.77.0.12:8080
user = admin@demo.example
password = secret
default-domain = demo.example
update-rate = $2
[pacemaker]
tell = yes
resource = tandemd
crm-resource = /usr/sbin/crm_resource
X
}

start_pair() # FIRST LAST UPDATE-RATE BWSIM-OPTION...: sets active and standby
{
	local first=$1 last=$2 rate=$3 node
	shift 3
	say "two nodes on corosync and Pacemaker ..."
	"$top/tests/lab/lab" up || fail "the hosts do not start"
	for node in $LAB_NODES; do
		mkdir -p "$LAB/$node/fs/tandem/state"
		write_conf "$node" "$rate" >"$LAB/$node/fs/tandem/tandem.conf"
	done
	lab_spawn_in bw bwsim "$BUILD/bwsim" --listen xsp1=10.77.0.11:8080 --listen xsp2=10.77.0.12:8080 \
		--users "$first-$last@demo.example" --admin admin@demo.example:secret --control /run/bwsim.sock \
		--seed "$seed" "$@" || fail "bwsim does not start"
	lab_wait 30 has_printed bw/bwsim 'bwsim ready' || fail "bwsim is not ready" "$LAB/bw/bwsim.out"
	"$top/tests/lab/lab" start || fail "the cluster does not start"
	lab_wait 40 is_ready || fail "no standby in step"
	standby=n1
	[ "$active" != n1 ] || standby=n2
}

start_client() # SECONDS CSTACLIENT-OPTION...: so long its monitors may take
{
	local patience=$1
	shift
	lab_spawn_in client cstaclient "$BUILD/cstaclient" --server 10.77.0.50:1040 --edition ed6 --session-s 3600 \
		--user demo --password demo --control /run/cstaclient.sock "$@" || fail "cstaclient does not start"
	lab_wait "$patience" has_printed client/cstaclient 'cstaclient ready' ||
		fail "the client has not got its monitors" "$(log_of "$active")"
}

load() # RATE TALK_MS
{
	bw "{\"cmd\":\"load\",\"rate\":$1,\"outside_p\":1,\"hold_p\":0,\"talk_ms\":[$2,$2],\"ring_ms\":[100,300],\"only_free\":true}" >/dev/null ||
		fail "the simulator refuses the load"
}

bad=0 comma='{'
line() # NAME VALUE COMPARISON WANTED TEXT
{
	local verdict=ok
	test "${2:-none}" "$3" "$4" 2>/dev/null || { verdict=BAD; bad=1; }
	if [ -n "$json" ]; then
		printf '%s"%s":%s' "$comma" "$1" "${2:-null}"
		comma=,
	else
		printf '%-22s %10s   %-46s %s\n' "$1" "${2:-none}" "$5" "$verdict"
	fi
}

finish()
{
	[ -z "$json" ] || printf ',"good":%s}\n' "$([ $bad = 0 ] && echo true || echo false)"
	[ $bad = 0 ] || { keep=1; echo "kept: $dir" >&2; }
	exit $bad
}
