#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# pass_persist.sh [CONF] - answers snmpd's questions for tandemStatus of TANDEM-CLUSTER-MIB.
#
#   snmpd.conf:  pass_persist .1.3.6.1.4.1.8072.9999.9999.3740.1.1 /usr/share/tandem/snmp/pass_persist.sh
#
# snmpd starts it at the first question and keeps it.  The user of snmpd must be in [node] read-group of tandem.conf.
# What tandemctl says is kept for five seconds, so that a walk asks tandemd once.
# Failure: a tandemd that is dead, hangs or does not let us ask is "NONE", within three seconds: snmpd waits for us.
set -u

conf=${1:-/etc/tandem/tandem.conf}
ctl=${TANDEMCTL:-/usr/bin/tandemctl}
base=.1.3.6.1.4.1.8072.9999.9999.3740.1.1	# tandemStatus
last=9
kept_s=5
node='' role='' ready='' epoch='' calls='' stuck='' monitors='' up='' want=''
asked=

uptime_s()
{
	read -r seconds _ </proc/uptime
	echo "${seconds%%.*}"
}

# The JSON of tandemctl has a member a line, and this node before the other one.
read_status()
{
	timeout -k 1 2 "$ctl" -c "$conf" --json status 2>/dev/null | awk '
		{ line = $0; sub(/^[ \t]*/, "", line); key = line; sub(/^"/, "", key); sub(/".*/, "", key)
		  value = line; sub(/^"[^"]*": */, "", value); sub(/,$/, "", value); gsub(/"/, "", value) }
		line ~ /^"source": "daemon"/ { alive = 1 }
		line ~ /^"nodes":/ { inside = 1 }
		line ~ /^"last_takeover":/ { inside = 0 }
		line ~ /^"name":/ && inside { nodes++ }
		inside && nodes == 1 && key ~ /^(name|role|epoch|calls|monitors|open|want)$/ { is[key] = value }
		!inside && key == "ready" { is[key] = value }
		END { if (alive) print is["name"], is["role"], is["ready"], is["epoch"], is["calls"], is["monitors"], is["open"], is["want"] }'
}

# One line a party: calls are counted.  A list that does not come in time is no number.
read_stuck()
{
	list=$(timeout -k 1 1 "$ctl" -c "$conf" --tsv stuck 2>/dev/null) || return 0
	printf '%s\n' "$list" | awk -F '\t' 'NR > 1 && $1 != "" && !seen[$1]++ { n++ } END { print n + 0 }'
}

refresh()
{
	now=$(uptime_s)
	[ -z "$asked" ] || [ $((now - asked)) -ge $kept_s ] || return 0
	node='' stuck=''
	read -r node role ready epoch calls monitors up want <<E
$(read_status)
E
	[ -z "$node" ] || stuck=$(read_stuck)
	asked=$(uptime_s)
}

# value N: type and value of an object; fails when it is not known.
value()
{
	[ -n "$node" ] || return 1
	case $1 in
	1) printf 'string\n%s\n' "$node" ;;
	2)
		case $role in
		active) printf 'integer\n2\n' ;;
		fenced) printf 'integer\n3\n' ;;
		*) printf 'integer\n1\n' ;;
		esac
		;;
	3) if [ "$ready" = true ]; then printf 'integer\n1\n'; else printf 'integer\n2\n'; fi ;;
	4) printf 'counter64\n%s\n' "$epoch" ;;
	5) printf 'gauge\n%s\n' "$calls" ;;
	6) [ -n "$stuck" ] && printf 'gauge\n%s\n' "$stuck" ;;
	7) printf 'gauge\n%s\n' "$monitors" ;;
	8) printf 'gauge\n%s\n' "$up" ;;
	9) printf 'gauge\n%s\n' "$want" ;;
	*) return 1 ;;
	esac
}

# number TEXT: a part of an OID that fits
number()
{
	case $1 in '' | *[!0-9]* | ??????????*) return 1 ;; esac
}

answer_get()
{
	object=${1#"$base".}
	object=${object%.0}
	if number "$object" && [ "$1" = "$base.$object.0" ] && said=$(value "$object"); then
		printf '%s\n%s\n' "$1" "$said"
	else
		echo NONE
	fi
}

# The first object behind OID: .N itself is before .N.0, anything longer behind it.
answer_getnext()
{
	case $1 in
	"$base") object=1 ;;
	"$base".*)
		rest=${1#"$base".}
		object=${rest%%.*}
		number "$object" || { echo NONE; return; }
		[ "$rest" = "$object" ] || object=$((object + 1))
		[ "$object" -ge 1 ] || object=1
		;;
	*) echo NONE; return ;;
	esac
	while [ "$object" -le $last ]; do
		if said=$(value "$object"); then
			printf '%s\n%s\n' "$base.$object.0" "$said"
			return
		fi
		object=$((object + 1))
	done
	echo NONE
}

while read -r question && [ -n "$question" ]; do
	case $question in
	PING) echo PONG ;;
	get)
		read -r oid || break
		refresh
		answer_get "$oid"
		;;
	getnext)
		read -r oid || break
		refresh
		answer_getnext "$oid"
		;;
	set)
		read -r oid && read -r _ || break
		echo not-writable
		;;
	*) echo NONE ;;
	esac
done
