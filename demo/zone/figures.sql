/*
 * The raw figures of each enterprise, one column an indicator code.  Amounts
 * are lognormal and grow with size and age; what an innovative enterprise has
 * (staff in research, patents, honours) grows with its quality.  A figure that
 * the department does not have is NULL and is not uploaded.
 */
CREATE FUNCTION zone.figures(back integer DEFAULT 0, every integer DEFAULT 1)
RETURNS TABLE (n integer, revenue bigint, revenue_prior bigint, rd_expense bigint, rd_expense_prior bigint,
	hightech_revenue bigint, technology_contracts bigint, net_profit bigint, net_profit_prior bigint,
	tax_paid bigint, tax_paid_prior bigint, rd_tax_deduction bigint, total_assets bigint, total_liabilities bigint,
	net_assets bigint, employees integer, tech_staff integer, postgraduates integer, insured_staff integer,
	graduates_hired integer, invention_applications integer, pct_applications integer, invention_grants integer,
	software_copyrights integer, standards integer, rd_platforms_2y integer, science_awards_2y integer,
	science_projects_2y integer, venture_capital bigint, equity_raised bigint)
LANGUAGE sql STABLE ROWS 6800
BEGIN ATOMIC
	/* the year's own luck: a firm has grown to this year's size by the growth of the years since */
	WITH base AS (
		SELECT f.*, (zone.year_end(back) - f.founded) / 30.44 AS months, r.year, 1.0 / power(1.16 + 0.06 * f.quality, back) AS shrink
		FROM zone.firm f, LATERAL (SELECT (zone.year() - back)::text) AS r(year)
		WHERE f.founded < zone.year_end(back) AND f.n % every = 0
	), growth AS (
		SELECT b.*,
			16.2 + 1.2 * size + 0.012 * least(months, 180) AS lnrev,
			greatest(least(0.15 + 0.14 * quality + 0.23 * zone.z(b.n, 'growth' || year) - 0.0006 * least(months, 180), 1.9), -0.6) AS g,
			greatest(least(0.20 + 0.15 * quality + 0.28 * zone.z(b.n, 'rdgrowth' || year), 2.0), -0.7) AS rdg,
			greatest(least(exp(-2.55 + 0.45 * quality + 0.45 * ln(0.3 + tech) + 0.35 * zone.z(b.n, 'rd' || year) - 0.10 * size), 0.6), 0.002) AS intensity,
			least(greatest(0.09 + 0.045 * quality + 0.06 * zone.z(b.n, 'margin' || year), -0.4), 0.4) AS margin
		FROM base b
	), amounts AS (
		SELECT g.*, exp(lnrev) * shrink AS rev, exp(lnrev) * shrink * intensity AS rd,
			greatest(exp(lnrev) * shrink / (520000 * exp(0.35 * zone.z(g.n, 'perhead'))), 3) AS heads,
			exp(lnrev) * shrink * (0.9 + 0.5 * zone.u(g.n, 'assets')) AS assets,
			least(greatest(0.46 + 0.17 * zone.z(g.n, 'debt'), 0.04), 1.15) AS debt
		FROM growth g
	)
	SELECT a.n, rev::bigint, CASE WHEN months >= 24 THEN (rev / (1 + g))::bigint END,
		rd::bigint, CASE WHEN months >= 24 THEN (rd / (1 + rdg))::bigint END,
		CASE WHEN quality > -0.6 THEN (rev * least(0.95, 0.35 + 0.25 * zone.u(a.n, 'ht') + 0.15 * quality))::bigint ELSE 0 END,
		CASE WHEN zone.u(a.n, 'contracts' || year) < 0.40 + 0.12 * quality THEN (rev * 0.12 * zone.u(a.n, 'contracted' || year))::bigint ELSE 0 END,
		(rev * margin)::bigint, CASE WHEN months >= 24 THEN (rev / (1 + g) * (margin - 0.03 * zone.z(a.n, 'lastmargin' || year)))::bigint END,
		greatest(rev * (0.028 + 0.15 * greatest(margin, 0)) * exp(0.25 * zone.z(a.n, 'tax')), 800)::bigint,
		CASE WHEN months >= 24 THEN greatest(rev / (1 + g) * (0.028 + 0.15 * greatest(margin, 0)) * exp(0.25 * zone.z(a.n, 'lasttax')), 800)::bigint END,
		CASE WHEN margin > 0 THEN (rd * 0.15 * zone.u(a.n, 'deduction'))::bigint ELSE 0 END,
		assets::bigint, (assets * debt)::bigint, assets::bigint - (assets * debt)::bigint,
		heads::integer,
		least(heads, round(heads * least(greatest(0.30 + 0.11 * quality + 0.10 * (tech - 0.9) + 0.08 * zone.z(a.n, 'staff'), 0.01), 0.9)))::integer,
		floor(heads * least(greatest(0.11 + 0.06 * quality + 0.05 * (tech - 0.9) + 0.04 * zone.z(a.n, 'post'), 0), 0.7))::integer,
		round(heads * (0.86 + 0.14 * zone.u(a.n, 'insured')))::integer,
		least(zone.count_of(a.n, 'graduates' || year, 0.07 * heads * exp(0.3 * quality)), floor(heads / 3)::integer),
		zone.count_of(a.n, 'applied' || year, 3.2 * exp(0.75 * quality + 0.35 * size) * tech),
		zone.count_of(a.n, 'pct' || year, 0.45 * exp(0.8 * quality + 0.3 * size) * tech),
		zone.count_of(a.n, 'granted' || year, 0.8 * exp(0.75 * quality + 0.35 * size) * tech),
		zone.count_of(a.n, 'copyrights', CASE WHEN industry LIKE 'I%' THEN 8 ELSE 2.5 END * exp(0.4 * quality + 0.2 * size)),
		zone.count_of(a.n, 'standards', 0.5 * exp(0.6 * quality + 0.6 * size)),
		zone.count_of(a.n, 'platforms' || year, 0.45 * exp(0.7 * quality + 0.5 * size)),
		zone.count_of(a.n, 'awards' || year, 0.22 * exp(0.7 * quality + 0.5 * size)),
		zone.count_of(a.n, 'projects' || year, 0.55 * exp(0.7 * quality + 0.4 * size)),
		CASE WHEN months < 120 AND zone.u(a.n, 'vc' || year) < 0.05 + 0.05 * greatest(quality, 0)
			THEN round(exp(15.1 + 0.8 * zone.z(a.n, 'vcsum' || year)) / 10000)::bigint * 10000 ELSE 0 END,
		CASE WHEN zone.u(a.n, 'equity' || year) < 0.05 + 0.04 * greatest(quality, 0)
			THEN round(exp(15.4 + 0.9 * zone.z(a.n, 'equitysum' || year)) / 10000)::bigint * 10000 ELSE 0 END
	FROM amounts a;
END;
