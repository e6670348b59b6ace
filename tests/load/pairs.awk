# SPDX-License-Identifier: Apache-2.0
#
# pairs.awk - is something slower than without it, on a machine that does other things as well?
#
#   awk -v limit=105 -f pairs.awk FILE        lines "BEFORE WITH AFTER": a figure without, with, and without again, one right after
#                                             the other; AFTER of a line may be BEFORE of the next
#
# Prints "PERCENT LOW HIGH WORD NOISE": WITH in percent of the geometric mean of its two neighbours, which takes out a machine that
# becomes slower or faster meanwhile; its median and, by the signs of the differences, the bounds between which the true median lies
# in 19 of 20 measurements. WORD: ok, when even HIGH is not above the limit; BAD, when even LOW is; open, when the lines
# do not say. NOISE: AFTER against BEFORE in the same way, as half the width of its bounds: what this machine makes of no difference at all.

function order(v, n,    i, j, x)
{
	for (i = 2; i <= n; i++) {
		x = v[i]
		for (j = i - 1; j > 0 && v[j] > x; j--)
			v[j + 1] = v[j]
		v[j + 1] = x
	}
}

function median(v, n)
{
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

# The rank below which a binomial of n tosses is in one of 40 cases; with fewer than six nothing can be said, and it is all there is.
function rank(n,    k, p, sum)
{
	p = 0.5 ^ n
	for (k = 0; k <= n; k++) {
		sum += p
		if (sum > 0.025)
			return k > 0 ? k : 1
		p *= (n - k) / (k + 1)
	}
	return 1
}

NF == 3 && $1 > 0 && $2 > 0 && $3 > 0 {
	n++
	with[n] = 100 * $2 / sqrt($1 * $3)
	nothing[n] = 100 * $3 / $1
}

END {
	if (n == 0)
		exit 1
	order(with, n)
	order(nothing, n)
	k = rank(n)
	low = with[k]
	high = with[n + 1 - k]
	word = n < 6 ? "open" : high <= limit ? "ok" : low > limit ? "BAD" : "open"
	printf "%.1f %.1f %.1f %s %.1f\n", median(with, n), low, high, word, (nothing[n + 1 - k] - nothing[k]) / 2
}
