/*
 * What each department sends: one line a figure, as text, the way it stands in
 * the department's file.  A few lines are wrong on purpose.
 */
CREATE TABLE zone.source (
	indicator text PRIMARY KEY,
	department text NOT NULL,
	lost double precision NOT NULL,		/* share of the figures that the department does not have */
	zero boolean NOT NULL				/* sent when it is zero? a register without an entry sends nothing */
);
INSERT INTO zone.source VALUES
	('revenue', 'tax', 0.01, true), ('revenue_prior', 'tax', 0.01, true),
	('net_profit', 'tax', 0.02, true), ('net_profit_prior', 'tax', 0.02, true),
	('tax_paid', 'tax', 0.01, true), ('tax_paid_prior', 'tax', 0.01, true),
	('rd_tax_deduction', 'tax', 0.02, true), ('total_assets', 'tax', 0.02, true),
	('total_liabilities', 'tax', 0.02, true), ('net_assets', 'tax', 0.02, true),
	('rd_expense', 'statistics', 0.02, true), ('rd_expense_prior', 'statistics', 0.03, true),
	('hightech_revenue', 'statistics', 0.03, true), ('employees', 'statistics', 0.01, true),
	('tech_staff', 'statistics', 0.03, true), ('postgraduates', 'statistics', 0.03, true),
	('technology_contracts', 'science', 0, false), ('rd_platforms_2y', 'science', 0, false),
	('science_awards_2y', 'science', 0, false), ('science_projects_2y', 'science', 0, false),
	('invention_applications', 'ip', 0, false), ('pct_applications', 'ip', 0, false),
	('invention_grants', 'ip', 0, true), ('software_copyrights', 'ip', 0, false),
	('insured_staff', 'social_security', 0.01, true), ('graduates_hired', 'social_security', 0.01, true),
	('standards', 'market', 0, false),
	('venture_capital', 'finance', 0, false), ('equity_raised', 'finance', 0, false);

/*
 * Two enterprises in a hundred have no tax report, five no statistics report.
 * Every twentieth took part in the pilot, and has the figures of the three
 * years before as well.
 */
CREATE TABLE zone.record AS
SELECT f.n, f.credit_code, s.department, s.indicator, v.value, zone.year_end(back) AS period_end
FROM generate_series(0, 3) AS back,
	LATERAL zone.figures(back, CASE back WHEN 0 THEN 1 ELSE 20 END) AS a
	JOIN zone.firm f USING (n),
	LATERAL jsonb_each_text(to_jsonb(a) - 'n') AS v(indicator, value)
	JOIN zone.source s USING (indicator)
WHERE v.value IS NOT NULL AND (s.zero OR v.value <> '0')
	AND NOT (s.department = 'tax' AND zone.u(f.n, 'no tax report') < 0.02)
	AND NOT (s.department = 'statistics' AND zone.u(f.n, 'no statistics report') < 0.05)
	AND (s.lost = 0 OR zone.u(f.n, s.indicator || ' lost') >= s.lost);

/* standing on a day, not of a year: listing, honours, credit record */
CREATE TABLE zone.standing AS
SELECT n, credit_code, CASE
		WHEN size > 2 AND zone.u(n, 'listed') < 0.22 AND age > 1500 THEN 'listed'
		WHEN size > 1.6 AND zone.u(n, 'listed') < 0.32 THEN 'filed'
		WHEN size > 1.2 AND zone.u(n, 'listed') < 0.42 THEN 'guided'
		ELSE 'none' END AS listing_stage,
	size > 0.9 AND zone.u(n, 'listed') > 0.93 AS neeq_listed,
	(zone.year_end() + 150 - floor(zone.u(n, 'listing day') * least(age, 2200))::integer) AS since,
	zone.u(n, 'credit') AS credit, size, quality, age
FROM (SELECT *, zone.year_end() - founded AS age FROM zone.firm) AS f;

INSERT INTO zone.record
SELECT n, credit_code, department, indicator, value, zone.year_end()
FROM zone.standing s JOIN zone.figures() a USING (n), LATERAL (VALUES
	('finance', 'listing_stage', listing_stage),
	('finance', 'listed', (listing_stage = 'listed')::text),
	('finance', 'listing_date', CASE WHEN listing_stage = 'listed' THEN since::text END),
	('finance', 'board', CASE WHEN listing_stage = 'listed' THEN zone.pick(n, 'board', 'main', 'star', 'chinext', 'chinext', 'bse') END),
	('finance', 'neeq_listed', neeq_listed::text),
	('finance', 'neeq_date', CASE WHEN neeq_listed THEN since::text END),
	('finance', 'neeq_layer', CASE WHEN neeq_listed THEN zone.pick(n, 'layer', 'base', 'base', 'innovation') END),
	('finance', 'refinanced', CASE WHEN listing_stage = 'listed' AND zone.u(n, 'refinanced') < 0.4
		THEN (10000000 * ceil(20 * zone.u(n, 'refinancing')))::text
		WHEN listing_stage = 'listed' AND zone.u(n, 'refinanced') < 0.9 THEN '0' END),
	('finance', 'refinanced_on', CASE WHEN listing_stage = 'listed' AND zone.u(n, 'refinanced') < 0.4
		THEN (zone.year_end() - floor(300 * zone.u(n, 'refinancing day'))::integer)::text END),
	('finance', 'subsidy_due', CASE WHEN zone.u(n, 'subsidy') < 0.08
		THEN (1000 * ceil(900 * zone.u(n, 'subsidy sum')))::text WHEN zone.u(n, 'subsidy') < 0.99 THEN '0' END),
	('market', 'dishonest', CASE WHEN zone.u(n, 'court') > 0.01 THEN (credit < 0.008)::text END),
	('market', 'severe_penalty_12m', CASE WHEN zone.u(n, 'penalty') < 0.004 THEN 'true' END),
	('market', 'credit_record', CASE WHEN credit < 0.008 THEN 'dishonest' WHEN credit < 0.05 THEN 'warning' ELSE 'good' END),
	('science', 'honours', (SELECT nullif(jsonb_agg(h)::text, '[]') FROM unnest(ARRAY[
		CASE WHEN age > 700 AND quality > 0.1 AND a.rd_expense >= 0.04 * a.revenue THEN '高新技术企业' END,
		CASE WHEN quality > -0.7 AND a.employees < 500 THEN '科技型中小企业' END,
		CASE WHEN quality > 0.4 AND size > 0.3 AND zone.u(n, 'special') < 0.5 THEN '专精特新' END,
		CASE WHEN quality > 1.2 AND size > 0.8 AND zone.u(n, 'special') < 0.4 THEN '小巨人' END,
		CASE WHEN a.revenue > 10000000 AND a.revenue > 1.3 * a.revenue_prior AND quality > 0.8 THEN '瞪羚' END,
		CASE WHEN quality > 2 AND size > 1.5 THEN '独角兽' END]) AS h WHERE h IS NOT NULL))
) AS v(department, indicator, value)
WHERE value IS NOT NULL;

/* lines of the departments' files, in order, the wrong ones among them */
CREATE TABLE zone.line AS
SELECT department, row_number() OVER (PARTITION BY department ORDER BY n, period_end DESC, indicator) AS line,
	credit_code::text, indicator, value, period_end::text
FROM zone.record;
INSERT INTO zone.line
SELECT department, line, credit_code, indicator, value, period_end
FROM (VALUES
	('tax', 1000, '91410100MA40000000', 'revenue', '5200000', zone.year_end()::text),
	('tax', 2000, '9141O100MA4XYZ1234', 'revenue', '5200000', zone.year_end()::text),
	('tax', 3000, NULL, 'tax_paid', '12,000.00', zone.year_end()::text),
	('tax', 4000, NULL, 'revenue', '-1', (zone.year() + 3) || '-12-31'),
	('statistics', 1500, NULL, 'employees', '约三十人', zone.year_end()::text),
	('statistics', 2500, NULL, 'rd_expences', '300000', zone.year_end()::text),
	('science', 800, NULL, 'rd_platforms_2y', '2', zone.year() || '-02-30'),
	('social_security', 900, NULL, 'insured_staff', '', zone.year_end()::text)
) AS bad(department, line, code, indicator, value, period_end),
	LATERAL (SELECT coalesce(code, (SELECT credit_code::text FROM zone.firm WHERE n = bad.line))) AS c(credit_code);
ANALYZE zone.line;
