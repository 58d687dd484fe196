# Policies for the enterprises of data.sql, the same on every machine: 3 to 7
# clauses, a fifth of them ORs of two or three comparisons, some of those
# negated, thresholds rounded, IN and NOT IN lists, flags and dates.
#     awk -v count=1000 -f policies.awk      one criteria a line
function random() {
	# Lehmer's generator: exact in doubles
	seed = (seed * 48271) % 2147483647
	return seed / 2147483647
}
function whole(n) { return int(random() * n) }

# what about the share p of enterprises exceed
function threshold(kind, p,    x, unit) {
	if (kind == "money") {
		x = exp(11 + 10 * (1 - p)); unit = 10 ^ (int(log(x) / log(10)) - 2)
		return sprintf("%d", int(x / unit) * unit)
	}
	if (kind == "ratio") return sprintf("%.3f", (1 - p) * 1.2 - 0.1)
	if (kind == "count") return int(30 * (1 - p) ^ 3)
	return sprintf("DATE '%d-%02d-01'", 2000 + int((1 - p) * 24.6), 1 + whole(12))
}

function leaf(p,    kind, code, r, n, list) {
	kind = kinds[1 + whole(nkinds)]
	if (kind == "money" || kind == "ratio" || kind == "count") {
		code = kind "_" 1 + whole(8); r = random()
		if (r < 0.6) return code " >= " threshold(kind, p)
		if (r < 0.8) return code " < " threshold(kind, 1 - p)
		r = random()
		return code " BETWEEN " threshold(kind, p + (1 - p) * r) " AND " threshold(kind, (1 - p) * r)
	}
	if (kind == "founded") return random() < 0.5 ? "founded >= " threshold(kind, p) : "founded < " threshold(kind, 1 - p)
	if (kind == "flag") return (random() < 0.3 ? "NOT " : "") "flag_" 1 + whole(4)
	if (kind == "stage") return random() < 0.7 ? "stage IN ('start-up', 'growth')" : "stage NOT IN ('start-up')"
	n = 3 + whole(18); list = ""
	while (n-- > 0) list = list (list == "" ? "" : ", ") "'C" 10 + whole(60) "'"
	return "industry " (p > 0.7 ? "NOT IN" : "IN") " (" list ")"
}

function clause(    r, p) {
	r = random(); p = 0.15 + 0.65 * random()
	if (r >= 0.2) return leaf(p)
	if (r >= 0.1) return "(" leaf(p / 2) " OR " leaf(p / 2) ")"
	if (r >= 0.03) return "(" leaf(p / 3) " OR " leaf(p / 3) " OR " leaf(p / 3) ")"
	return "NOT (" leaf((1 - p) / 2) " OR " leaf((1 - p) / 2) ")"
}

BEGIN {
	seed = 20220531
	nkinds = split("money money money ratio ratio count count flag stage industry industry founded", kinds, " ")
	while (count-- > 0) {
		n = 3 + whole(5); text = clause()
		while (--n > 0) text = text " AND " clause()
		print text
	}
}
