-- The German credit card of the shared data: the card imported by SQL, every point of 1,000
-- applicants, the bins' weight of evidence, the points from it, and the probability of default.
-- Needs credit_scorecard of the data folder ($GI_DATA); skipped where it is not there.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
\set there `test -r "$GI_DATA/credit_scorecard/inputs.csv" && echo 1 || echo 0`
\if :there
SELECT plan(18);
CREATE TABLE applicant (id int PRIMARY KEY, status text, duration numeric, history text, savings text, amount numeric, age numeric, creditability text);
\copy applicant FROM PROGRAM 'cat "$GI_DATA/credit_scorecard/inputs.csv"' (FORMAT csv, HEADER)
CREATE TABLE bin (n serial, variable text, bin text, woe float8, points int, count int, count_distr float8, neg int, pos int, posprob float8, bin_iv float8, total_iv float8, breaks text, special boolean);
\copy bin (variable, bin, woe, points, count, count_distr, neg, pos, posprob, bin_iv, total_iv, breaks, special) FROM PROGRAM 'cat "$GI_DATA/credit_scorecard/scorecard_points.csv"' (FORMAT csv, HEADER)
CREATE TABLE woe_bin (LIKE bin);
ALTER TABLE woe_bin DROP COLUMN n, DROP COLUMN points;
\copy woe_bin (variable, bin, count, count_distr, neg, pos, posprob, woe, bin_iv, total_iv, breaks, special) FROM PROGRAM 'cat "$GI_DATA/credit_scorecard/woe_bins.csv"' (FORMAT csv, HEADER)
CREATE TABLE expected (id int, status int, duration int, history int, savings int, amount int, age int, score int);
\copy expected FROM PROGRAM 'cat "$GI_DATA/credit_scorecard/expected_points.csv"' (FORMAT csv, HEADER)
CREATE TABLE expected_woe (id int, status float8, duration float8, history float8, savings float8, amount float8, age float8, y int);
\copy expected_woe FROM PROGRAM 'cat "$GI_DATA/credit_scorecard/expected_woe.csv"' (FORMAT csv, HEADER)
CREATE TABLE coefficient (term text, coef numeric);
\copy coefficient FROM PROGRAM 'cat "$GI_DATA/credit_scorecard/logit_coefficients.csv"' (FORMAT csv, HEADER)
CREATE TABLE expected_pd (id int, p numeric);
\copy expected_pd FROM PROGRAM 'cat "$GI_DATA/credit_scorecard/expected_pd.csv"' (FORMAT csv, HEADER)

-- the names of the source are longer than the columns here
CREATE TABLE short AS SELECT * FROM (VALUES ('status.of.existing.checking.account', 'status'), ('duration.in.month', 'duration'), ('credit.history', 'history'),
	('savings.account.and.bonds', 'savings'), ('credit.amount', 'amount'), ('age.in.years', 'age')) AS v (variable, code);
-- one row an edge or a category: bins are [a,b), categories are joined by %,%
CREATE TABLE part AS
SELECT b.n, s.code, b.bin, b.points, b.woe, CASE WHEN b.bin ~ '^\[' THEN nullif(substring(b.bin FROM '^\[([^,]*),'), '-Inf')::numeric END AS edge,
	CASE WHEN b.bin !~ '^\[' THEN category END AS category
FROM bin b JOIN short s USING (variable), regexp_split_to_table(b.bin, '%,%') AS category;
CREATE FUNCTION card_of(measure text) RETURNS scorecard LANGUAGE sql AS $$
	SELECT jsonb_build_object('name', 'german credit', 'aggregate', 'sum', 'digits', '{"points": 0, "score": 0}'::jsonb,
		'initial', (SELECT points FROM bin WHERE variable = 'basepoints'), 'dimensions', '[{"code": "points"}]'::jsonb,
		'indicators', jsonb_agg(jsonb_build_object('code', code, 'dimension', 'points', 'normalise', norm) ORDER BY n))::scorecard
	FROM (SELECT code, min(n) AS n, CASE WHEN bool_or(category IS NOT NULL)
			THEN jsonb_build_object('category', jsonb_object_agg(category, points) FILTER (WHERE category IS NOT NULL))
			ELSE jsonb_build_object('bins', jsonb_agg(jsonb_build_array(edge, points) ORDER BY n)) END AS norm
		FROM part GROUP BY code) AS i
$$;
CREATE TABLE card AS SELECT card_of('points') AS card;
CREATE TABLE scored AS SELECT id, card, profile(x) AS p FROM card, (SELECT * FROM applicant) AS x;

-- ---- points ----
SELECT is((SELECT count(*) FROM applicant), 1000::bigint, '1,000 applicants');
SELECT is((SELECT count(*) FROM scored JOIN expected USING (id) WHERE score(card, p) IS DISTINCT FROM expected.score), 0::bigint, 'the total of each is the published one');
CREATE TABLE given AS SELECT id, d.code, d.points FROM scored, score_detail(card, p) AS d WHERE d.level = 'indicator';
SELECT is((SELECT count(*) FROM given g JOIN expected e USING (id) WHERE g.code = s.code AND g.points = (to_jsonb(e) ->> s.code)::numeric), 1000::bigint,
	format('%s: the points of each are the published ones', s.code)) FROM short s ORDER BY s.code;
SELECT is((SELECT count(*) FROM scored JOIN expected USING (id) WHERE (SELECT sum(points) FROM score_detail(card, p) WHERE level = 'indicator') + 449 <> expected.score), 0::bigint,
	'base and points make the total');

-- ---- weight of evidence, from the applicants alone, the edges given; the source has the opposite sign ----
CREATE TABLE binned AS SELECT a.id, s.code, a.creditability = 'bad' AS bad, p.bin, p.woe
FROM applicant a, short s, LATERAL (SELECT p.bin, p.woe FROM part p WHERE p.code = s.code AND (p.category = to_jsonb(a) ->> s.code OR p.category IS NULL
	AND coalesce(p.edge <= (to_jsonb(a) ->> s.code)::numeric, true)) ORDER BY p.edge DESC NULLS LAST LIMIT 1) AS p;
CREATE TABLE evidence AS SELECT code, w.* FROM (SELECT code, woe_table(bin, bad) AS t FROM binned GROUP BY code) AS b, unnest(t) AS w;
SELECT is((SELECT count(*) FROM evidence e JOIN short s USING (code) JOIN woe_bin w ON w.variable = s.variable AND w.bin = e.class
	WHERE e.subjects = w.count AND e.events = w.pos AND e.subjects - e.events = w.neg AND abs(e.rate - w.posprob) < 1e-14), (SELECT count(*) FROM woe_bin), 'subjects and events of each bin');
SELECT is((SELECT count(*) FROM evidence e JOIN short s USING (code) JOIN woe_bin w ON w.variable = s.variable AND w.bin = e.class
	WHERE abs(-e.woe - w.woe) <= 1e-13 * greatest(1, abs(w.woe)) AND abs(e.information - w.bin_iv) <= 1e-13), (SELECT count(*) FROM woe_bin), 'weight of evidence and information value of each bin');
SELECT is((SELECT count(*) FROM (SELECT code, information_value(bin, bad) AS iv FROM binned GROUP BY code) AS i JOIN short s USING (code)
	WHERE abs(i.iv - (SELECT max(total_iv) FROM woe_bin w WHERE w.variable = s.variable)) <= 1e-13), 6::bigint, 'information value of each characteristic');
SELECT is((SELECT count(*) FROM binned b JOIN expected_woe e USING (id) WHERE b.woe = (to_jsonb(e) ->> b.code)::float8), 6000::bigint, 'the weight of evidence of each applicant');

-- ---- points from weight of evidence and coefficients: 600 points at odds of 1 to 19, 50 points double them ----
SELECT is((SELECT round(base - factor * coef::float8) FROM points_scale(600, 1 / 19.0, 50), coefficient WHERE term = '(Intercept)'), 449::float8, 'the base points');
SELECT is((SELECT count(*) FROM bin b JOIN coefficient c ON c.term = b.variable || '_woe', points_scale(600, 1 / 19.0, 50)
	WHERE round(-factor * b.woe * c.coef::float8) = b.points), 25::bigint, 'the points of each bin');

-- ---- probability of default, by one formula over the applicant's profile ----
CREATE TABLE model AS SELECT format('1 / (1 + exp(-(%s + %s)))', (SELECT coef FROM coefficient WHERE term = '(Intercept)'),
	string_agg(format('%s * CASE %s END', c.coef, (SELECT string_agg(format('WHEN %s THEN %s', CASE WHEN p.category IS NOT NULL THEN format('%I = %L', p.code, p.category)
			WHEN p.edge IS NULL THEN 'false' ELSE format('%I >= %s', p.code, p.edge) END, p.woe::text::numeric), ' ' ORDER BY p.edge DESC NULLS LAST)
		|| coalesce((SELECT format(' ELSE %s', woe::text::numeric) FROM part l WHERE l.code = s.code AND l.category IS NULL AND l.edge IS NULL), '')
		FROM part p WHERE p.code = s.code)), ' + '))::formula AS f
FROM short s JOIN coefficient c ON c.term = s.variable || '_woe';
SELECT is((SELECT count(*) FROM scored JOIN expected_pd e USING (id), model WHERE abs(evaluate(f, scored.p) - e.p) <= 1e-9), 1000::bigint, 'the probability of default of each, to 1e-9');
SELECT cmp_ok((SELECT max(abs(evaluate(f, scored.p) - e.p)) FROM scored JOIN expected_pd e USING (id), model), '<', 1e-13, 'and to the digits that a double has');
-- what the points say of it: odds double every 50 points
SELECT is((SELECT count(*) FROM expected JOIN expected_pd USING (id), points_scale(600, 1 / 19.0, 50)
	WHERE abs(base - factor * ln(p / (1 - p))::float8 - score) <= 3.5), 1000::bigint, 'the total is that probability on the scale of the points, but for seven roundings');
SELECT * FROM finish();
\else
SELECT '1..0 # skip needs credit_scorecard in the data folder';
\endif
