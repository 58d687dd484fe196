/*
 * What the enterprises raised: equity as the finance office reports it, spread
 * over the funds, and loans of the banks.
 */
INSERT INTO growth_index.financing_event (credit_code, institution, kind, amount, happened_on)
SELECT r.credit_code, f.code, 'equity', r.value::numeric, zone.year_end() - floor(360 * zone.u(r.n, 'equity day'))::integer
FROM zone.record r
	JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS i, count(*) OVER () AS all_funds
		FROM growth_index.institution WHERE kind = 'fund') AS f ON f.i = r.n % f.all_funds
WHERE r.indicator = 'equity_raised' AND r.period_end = zone.year_end();

INSERT INTO growth_index.financing_event (credit_code, institution, kind, amount, happened_on)
SELECT f.credit_code, b.code, 'debt', round(exp(14.3 + 0.5 * f.size + 0.6 * zone.z(f.n, 'loan'))) , zone.year_end() - floor(360 * zone.u(f.n, 'loan day'))::integer
FROM zone.firm f
	JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS i, count(*) OVER () AS all_banks
		FROM growth_index.institution WHERE kind = 'bank') AS b ON b.i = f.n % b.all_banks
WHERE zone.u(f.n, 'borrows') < 0.15;
