#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The metrics as an operator has them: promtool takes them, docs/metrics.md says what they are, and the alert rules and the
# dashboard name none that is not there.
#
#   tests/unit/test_metrics.sh            checks
#   tests/unit/test_metrics.sh --update   writes the table of docs/metrics.md anew
set -u

top=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")
cd "$top" || exit 1
emit=$(readlink -f "${BUILD:-build}")/check/emit_metrics
doc=docs/metrics.md
rules=deploy/prometheus/tandem.rules.yml
dashboard=deploy/grafana/tandem.json
dir=$(mktemp -d "${TMPDIR:-/tmp}/metrics.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0 skipped=0

# judge NAME COMMAND...
judge()
{
	local name=$1
	shift
	if "$@" >"$dir/out" 2>&1; then
		passed=$((passed + 1))
	else
		echo "failed: $name"
		sed 's/^/  /' "$dir/out" | head -n 20
		failed=$((failed + 1))
	fi
}

# The same, only with promtool.
judge_tool()
{
	if command -v promtool >/dev/null; then
		judge "$@"
	else
		echo "skip: $1: promtool is not installed"
		skipped=$((skipped + 1))
	fi
}

# One row for each metric: what HELP and TYPE say, and which labels its series have.
table()
{
	awk '
	function row() { if (name != "") printf "| `%s` | %s | %s | %s |\n", name, type, labels == "" ? "" : "`" labels "`", help }
	/^# HELP / { row(); name = $3; help = $0; sub(/^# HELP [^ ]+ /, "", help); labels = ""; next }
	/^# TYPE / { type = $4; next }
	/{/ && labels == "" { labels = $0; sub(/^[^{]*{/, "", labels); sub(/}[^}]*$/, "", labels)
		gsub(/="[^"]*"/, "", labels); gsub(/,/, ", ", labels); gsub(/(^|, )le$/, "", labels) }
	END { row() }' "$1"
}

# Of the document, or of a text: only the rows.
rows() { grep '^| `' "$1"; }

update()
{
	{
		sed '/^| Name/,$d' "$doc"
		echo '| Name | Type | Labels | Meaning |'
		echo '| --- | --- | --- | --- |'
		table "$dir/active"
		awk 'table && !/^\|/ { rest = 1 } /^\| Name/ { table = 1 } rest' "$doc"
	} >"$dir/doc" && cp "$dir/doc" "$doc"
}

described() { diff <(rows "$doc") <(table "$dir/active"); }

# Every metric that FILE names is one that is printed.
known_in()
{
	local name bad=0
	for name in $(grep -oE '\b(tandem|process)_[a-z_]+' "$1" | sed -E 's/_(bucket|sum|count)$//' | sort -u); do
		grep -q "^# TYPE $name " "$dir/active" || { echo "$1: there is no metric $name"; bad=1; }
	done
	return $bad
}

# Expressions of the dashboard, one a line, with a value in the place of each of its variables.
expressions()
{
	sed -nE 's/^ *"(expr|query)": "(.*)",?$/\2/p' "$dashboard" | grep -E '(tandem|process)_' |
		sed -e 's/\\"/"/g' -e 's/\$__[a-z_]*/1m/g' -e 's/\${\?[a-z]*}\?/x/g' -e 's/^label_values(\(.*\), *[a-z]*)$/\1/'
}

# Each is PromQL: as a rule of its own.
are_promql()
{
	{
		echo 'groups: [{name: dashboard, rules: ['
		expressions | awk '{ gsub(/\\/, "\\\\"); gsub(/"/, "\\\""); printf "{record: \"x:%d\", expr: \"%s\"},\n", NR, $0 }'
		echo ']}]'
	} >"$dir/dashboard.yml"
	promtool check rules "$dir/dashboard.yml"
}

# Labels that a selector names, or that an aggregation is by, are those of the metrics in its expression, or of Prometheus.
labels_exist()
{
	expressions | awk -v active="$dir/active" '
	function plain(name) { sub(/_(bucket|sum|count)$/, "", name); return name }
	function take(metric, labels, n, l, i) {
		gsub(/"[^"]*"/, "", labels)
		n = split(labels, l, ",")
		for (i = 1; i <= n; i++) { gsub(/[ =~!]/, "", l[i]); if (l[i] != "") has[metric, l[i]] = 1 } }
	function known(metric, label) { return label ~ /^(cluster|instance|job|le)$/ || (metric, label) in has }
	BEGIN { while ((getline line < active) > 0)
			if (line ~ /^[a-z_]+\{/) { name = line; sub(/\{.*/, "", name); sub(/^[^{]*\{/, "", line); sub(/\}[^}]*$/, "", line); take(plain(name), line) } }
	{
		rest = $0; count = 0
		while (match(rest, /(tandem|process)_[a-z_]+(\{[^}]*\})?/)) {
			text = substr(rest, RSTART, RLENGTH); rest = substr(rest, RSTART + RLENGTH)
			name = text; sub(/\{.*/, "", name); name = plain(name); names[++count] = name
			if (text !~ /\{/) continue
			sub(/^[^{]*\{/, "", text); sub(/\}$/, "", text); gsub(/"[^"]*"/, "", text)
			n = split(text, l, ",")
			for (i = 1; i <= n; i++) { gsub(/[ =~!]/, "", l[i])
				if (l[i] != "" && !known(name, l[i])) { print name " has no label " l[i] ": " $0; bad = 1 } } }
		rest = $0
		while (match(rest, /(by|on) ?\([^)]*\)/)) {
			text = substr(rest, RSTART, RLENGTH); rest = substr(rest, RSTART + RLENGTH)
			sub(/.*\(/, "", text); gsub(/[) ]/, "", text); n = split(text, l, ",")
			for (i = 1; i <= n; i++) { found = 0
				for (j = 1; j <= count; j++) if (known(names[j], l[i])) found = 1
				if (!found) { print "nothing has a label " l[i] ": " $0; bad = 1 } } } }
	END { exit bad }'
}

# Every alert has a severity and says what it means and what to do.
complete()
{
	awk '
	/^ *- alert:/ { if (alert != "" && !(s && m && d)) { print alert; bad = 1 } alert = $3; s = m = d = 0 }
	/severity:/ { s = 1 } /summary:/ { m = 1 } /description:/ { d = 1 }
	END { if (alert == "" || !(s && m && d)) { print alert; bad = 1 } exit bad }' "$rules"
}

[ -x "$emit" ] || { echo "failed: no $emit (make tests)"; exit 1; }
"$emit" >"$dir/active" || exit 1
[ "${1:-}" = --update ] && { update; exit; }
judge_tool "metrics of an active" promtool check metrics <"$dir/active"
judge_tool "metrics of a standby" promtool check metrics < <("$emit" standby)
judge_tool "metrics of a node that starts" promtool check metrics < <("$emit" starting)
judge "docs/metrics.md (make tests; tests/unit/test_metrics.sh --update)" described
judge_tool "alert rules" promtool check rules "$rules"
judge_tool "alerts that fire" promtool test rules deploy/prometheus/tandem.test.yml
judge "alert rules name metrics that exist" known_in "$rules"
judge "alert rules are complete" complete
judge "the dashboard is JSON" "$emit" json "$dashboard"
judge "the dashboard names metrics that exist" known_in "$dashboard"
judge "the dashboard has expressions" test "$(expressions | wc -l)" -gt 20
judge "the dashboard names labels that exist" labels_exist
judge_tool "the dashboard's expressions are PromQL" are_promql
# each of these must be seen
cp "$dashboard" "$dir/good.json"
dashboard=$dir/planted.json
planted() { sed "s/$1/$2/" "$dir/good.json" >"$dashboard"; ! cmp -s "$dir/good.json" "$dashboard" && ! "$3"; }
judge "a label that is none is seen" planted 'by (instance, le)' 'by (colour, le)' labels_exist
judge "a selector that is none is seen" planted 'result=\\"error\\"' 'outcome=\\"error\\"' labels_exist
judge_tool "an expression that is none is seen" planted 'histogram_quantile(0.99, ' 'histogram_quantile(0.99 ' are_promql
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
