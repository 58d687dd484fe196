-- Patents and R&D of 346 US firms, 1975 to 1979 (Hall, Griliches, Hausman 1986): a panel of observations gives for
-- each period what the source prints as its lags.  Needs patents_hgh of the data folder ($GI_DATA); skipped where it
-- is not there.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = public, growth_index;
\set there `test -r "$GI_DATA/patents_hgh/PatentsHGH.csv" && echo 1 || echo 0`
\if :there
SELECT plan(13);
\set name source
\set file patents_hgh/PatentsHGH.csv
\ir table.psql
SELECT is((SELECT (count(*), count(DISTINCT obsno), count(DISTINCT (obsno, year)))::text FROM source), '(1730,346,1730)', '346 firms in five periods');

-- The headings are inconsistent with the columns.  They promise logr, its five lags, patents and their four lags; in
-- the row of firm 1, period 2 the lag that logr5 should be (22, logr4 of period 1 was 28) is 1.02309.  The columns are
-- patents and their four lags, which are whole numbers, then logr and its five.
SELECT is((SELECT (b.logr5, a.logr4)::text FROM source a JOIN source b USING (obsno) WHERE obsno = '1' AND a.year = '1' AND b.year = '2'), '(1.02309,28)', 'as headed, the fifth lag is not the fourth of the period before');
SELECT is((SELECT count(*) FROM source WHERE (logr || logr1 || logr2 || logr3 || logr4) !~ '^[0-9]+$'), 0::bigint, 'the first five are counts');
CREATE TABLE panel AS SELECT obsno::int AS firm, year::int AS period, ARRAY[logr, logr1, logr2, logr3, logr4]::numeric[] AS patents, (SELECT array_agg(round(l::numeric, 5) ORDER BY n) FROM unnest(ARRAY[logr5, pat, pat1, pat2, pat3, pat4]) WITH ORDINALITY AS u (l, n)) AS log_rd FROM source;
-- five logarithms are printed as doubles are, with 17 digits; a profile keeps 15, the others have five decimals
SELECT is((SELECT string_agg(obsno || ' ' || year, ', ' ORDER BY obsno::int) FROM source WHERE scale(logr5::numeric) > 5 AND abs(logr5::numeric - round(logr5::numeric, 5)) < 1e-15), '46 3, 189 5, 287 3, 308 3, 323 2', 'five values have the noise of doubles');
SELECT is((SELECT count(*) FROM source WHERE scale(logr5::numeric) > 5), 5::bigint, '... and no others');
SELECT is((SELECT count(*) FROM panel a JOIN panel b ON b.firm = a.firm AND b.period = a.period + 1 WHERE b.patents[2:] = a.patents[:4] AND b.log_rd[2:] = a.log_rd[:5]), 4 * 346::bigint, 'all lags are the values of the period before');

-- ---- as observations ----
INSERT INTO indicator (code, data_type) VALUES ('patents', 'number'), ('log_rd', 'number');
CREATE TABLE firm AS SELECT n AS firm, credit_code_complete('91410100MD' || lpad(n::text, 7, '0'))::credit_code AS code FROM generate_series(1, 346) AS n;
INSERT INTO enterprise (credit_code, name) SELECT code, 'firm ' || firm FROM firm;
-- in an order of its own, as uploads come
INSERT INTO observation (credit_code, indicator, value, period_end)
SELECT code, i.indicator, to_jsonb(i.value), make_date(1974 + period, 12, 31) FROM panel JOIN firm USING (firm), LATERAL (VALUES ('patents', patents[1]), ('log_rd', log_rd[1])) AS i (indicator, value) ORDER BY md5(firm::text || period);
CREATE TABLE known AS SELECT firm, period, profile_of(code, make_date(1974 + period, 12, 31)) AS p FROM firm, generate_series(0, 5) AS period;
SELECT is((SELECT count(*) FROM panel a JOIN known k USING (firm, period) WHERE evaluate('patents', k.p) = a.patents[1] AND evaluate('log_rd', k.p) = a.log_rd[1]), 1730::bigint, 'as of the end of a period its own values are known');
SELECT is((SELECT count(*) FROM panel a JOIN known k ON k.firm = a.firm AND k.period = a.period - lag WHERE evaluate('patents', k.p) = a.patents[1 + lag] AND evaluate('log_rd', k.p) = a.log_rd[1 + lag]), n, format('%s periods earlier: lag %1$s', lag))
FROM (VALUES (1, 1384::bigint), (2, 1038), (3, 692), (4, 346)) AS l (lag, n);
SELECT is((SELECT count(*) FROM known WHERE period = 0 AND (p ? 'patents' OR p ? 'log_rd')), 0::bigint, 'before the first nothing is known');

-- ---- three years' R&D, from logarithms ----
CREATE TABLE three AS SELECT a.firm, a.period, profile(v) AS p, a.log_rd FROM panel a JOIN known k1 ON k1.firm = a.firm AND k1.period = a.period - 1 JOIN known k2 ON k2.firm = a.firm AND k2.period = a.period - 2 JOIN known k0 ON k0.firm = a.firm AND k0.period = a.period,
	LATERAL (SELECT evaluate('log_rd', k0.p) AS r, evaluate('log_rd', k1.p) AS r1, evaluate('log_rd', k2.p) AS r2) AS v WHERE a.period >= 3;
SELECT is((SELECT count(*) FROM three WHERE abs(evaluate('exp(r) + exp(r1) + exp(r2)', p) / (SELECT sum(exp(l::float8)) FROM unnest(log_rd[:3]) AS l)::numeric - 1) < 1e-14), 3 * 346::bigint, 'the sum of three periods'' R&D is that of the printed lags');
SELECT * FROM finish();
\else
SELECT '1..0 # skip needs patents_hgh in the data folder';
\endif
