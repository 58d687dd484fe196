-- Compiled scorecards that a session keeps: whatever is in the cache, the scores are the same; it stays small, and
-- an error leaves nothing in it.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = public, growth_index;
SELECT plan(20);

-- card k gives k points a unit, in one segment of two the double of it
CREATE FUNCTION card_of(k int) RETURNS scorecard LANGUAGE sql AS $$
	SELECT format('{"name": "c", "segment": "s", "segments": ["one", "two"], "aggregate": "sum", "dimensions": [{"code": "d"}], "indicators": [{"code": "x", "dimension": "d", "normalise": {"per_unit": {"points": %s}}}, {"code": "y", "dimension": "d", "normalise": {"cases": [{"when": "s = ''two''", "points": "x * %1$s"}], "else": 0}}]}', k)::scorecard
$$;
CREATE TABLE card AS SELECT k, card_of(k) AS card FROM generate_series(1, 20) AS k;
CREATE TABLE subject AS SELECT n, format('{"x": %s, "s": "%s"}', n, CASE n % 2 WHEN 0 THEN 'two' ELSE 'one' END)::profile AS p, n * (2 - n % 2) AS units FROM generate_series(1, 50) AS n;
CREATE FUNCTION kept() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'growth_index scorecard' $$;

SELECT is(kept(), 0::bigint, 'nothing is kept of cards that were made, but not used');
SELECT is((SELECT score(card, p) FROM card, subject WHERE k = 3 AND n = 4), 24.00, 'one score');
SELECT is(kept(), 1::bigint, 'its card stays');
SELECT is((SELECT score(card, p) FROM card, subject WHERE k = 3 AND n = 5), 15.00, 'another statement');
SELECT is(kept(), 1::bigint, '... has the same');
SELECT is((SELECT score(card_of(3), p) FROM subject WHERE n = 5), 15.00, 'a card of the same content');
SELECT is(kept(), 1::bigint, '... is the same');
-- in a row, and by turns
SELECT is((SELECT count(*) FROM card, subject WHERE score(card, p) = k * units), 1000::bigint, 'many cards');
SELECT cmp_ok(kept(), '<=', 8::bigint, '... of which the last eight stay');
SELECT is((SELECT count(*) FROM (SELECT * FROM card, subject ORDER BY n, k) AS turns WHERE score(card, p) = k * units AND score(card, p) = score_exact(card, p)), 1000::bigint, 'by turns');
SELECT is((SELECT count(*) FROM (SELECT * FROM card, subject ORDER BY md5(n || ' ' || k)) AS turns WHERE score(card, p) = k * units AND (SELECT sum(points) FROM score_detail(card, p) WHERE level = 'indicator') = k * units), 1000::bigint, 'in no order');
-- used at the same time
SELECT format('SELECT is((SELECT count(*) FROM subject WHERE %s), 50::bigint, ''twenty at a time'')', string_agg(format('score(%L, p) = %s * units', card, k), ' AND ' ORDER BY k)) FROM card \gexec
SELECT cmp_ok(kept(), '<=', 8::bigint, '... are released');
-- expressions that live as long as a transaction
CREATE FUNCTION total(k_from int, k_to int) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	result numeric := 0;
	c scorecard;
BEGIN
	FOR k IN k_from .. k_to LOOP
		c := card_of(k);
		result := result + score(c, '{"x": 1, "s": "two"}');
	END LOOP;
	RETURN result;
END $$;
SELECT is(total(1, 20) + total(1, 20), 840.00, 'the variable of a function');

-- ---- errors ----
-- what no input accepts
CREATE CAST (text AS scorecard) WITHOUT FUNCTION;
CREATE FUNCTION attempt(c scorecard) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN score(c, '{"x": 1, "s": "one"}');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END $$;
SELECT is((SELECT array_agg(DISTINCT attempt(c::text::scorecard)) FROM unnest(ARRAY['{"name": "broken"}', '{"name": "broken"}']) AS c), '{"invalid scorecard: dimensions is missing"}', 'a document that does not compile');
SELECT is(kept(), 0::bigint, '... leaves nothing, nor does what an error may have left half made');
SELECT is((SELECT array_agg(attempt(CASE k % 2 WHEN 0 THEN card ELSE '{}'::text::scorecard END) ORDER BY k) FROM card WHERE k <= 4), '{"invalid scorecard: name is missing",2.00,"invalid scorecard: name is missing",4.00}', 'between cards that do');
SELECT is((SELECT count(*) FROM card, subject WHERE score(card, p) = k * units AND (k <> 7 OR n <> 25 OR attempt('{}'::text::scorecard) LIKE 'invalid%')), 1000::bigint, 'an error in the middle of a scan');
-- memory
SELECT is((SELECT score(c, '{"x": 299999}') FROM (SELECT fit('{"name": "large", "dimensions": [{"code": "d"}], "indicators": [{"code": "x", "dimension": "d", "weight": 100, "normalise": {"percentile": {"group": ["g"]}}}]}'::scorecard, format('{"x": %s, "g": "%s"}', i, i % 30)::profile) AS c FROM generate_series(0, 299999) AS i) AS f), 100.00, 'a card of megabytes');
SELECT cmp_ok((SELECT sum(total_bytes) FROM pg_backend_memory_contexts WHERE name = 'growth_index scorecard'), '<', 128 * 1024 * 1024::numeric, 'what is kept has a limit');
SELECT * FROM finish();
