--
-- rating: spelling, errors, order, indexes, aggregates, binary form
--
SET search_path = public, growth_index;

-- input and output
SELECT r::rating FROM unnest('{AAA+,AAA,aa-,Bbb,c,D,"  A+  ",A＋,A－,A−}'::text[]) AS r;

-- not ratings
SELECT ''::rating;
SELECT 'AAAA'::rating;
SELECT 'D+'::rating;
SELECT 'A++'::rating;
SELECT '+'::rating;
SELECT 'A A'::rating;

-- all grades from the best to the worst, and the steps between them
CREATE TABLE grades AS
SELECT (class || notch)::rating AS r
FROM unnest('{AAA,AA,A,BBB,BB,B,CCC,CC,C}'::text[]) AS class, unnest('{+,"",-}'::text[]) AS notch
UNION ALL SELECT 'D';
SELECT string_agg(r::text, ' ' ORDER BY r DESC), count(DISTINCT r) FROM grades;
SELECT min(r), max(r) FROM grades;
SELECT max(r) FROM grades WHERE false;
SELECT count(*) AS wrong
FROM (SELECT r, lag(r) OVER (ORDER BY r) AS below FROM grades) AS t
WHERE notches(r, below) <> 1;
SELECT notches('AA+', 'AA'), notches('AA+', 'A+'), notches('D', 'C-'), notches('D', 'AAA+'), notches(NULL, 'A');

-- the six comparisons agree with the order, for each pair
SELECT count(*) AS pairs,
	count(*) FILTER (WHERE (a.r < b.r) = (notches(a.r, b.r) < 0) AND (a.r <= b.r) = (notches(a.r, b.r) <= 0)
		AND (a.r = b.r) = (notches(a.r, b.r) = 0) AND (a.r <> b.r) = (notches(a.r, b.r) <> 0)
		AND (a.r >= b.r) = (notches(a.r, b.r) >= 0) AND (a.r > b.r) = (notches(a.r, b.r) > 0)
		AND rating_cmp(a.r, b.r) = sign(notches(a.r, b.r))
		AND (a.r <> b.r OR rating_hash(a.r) = rating_hash(b.r))) AS right_ones
FROM grades a, grades b;

-- text and back
SELECT count(*) FROM grades WHERE r::text::rating = r;

-- indexes: an order and an equality
CREATE TABLE rated AS SELECT i, r FROM generate_series(1, 100) AS i, grades;
CREATE INDEX rated_order ON rated (r);
ANALYZE rated;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM rated WHERE r > 'AA+';
SELECT count(*) FROM rated WHERE r > 'AA+';
DO $$ DECLARE plan json; BEGIN
	EXECUTE 'EXPLAIN (COSTS OFF, FORMAT json) SELECT max(r) FROM rated' INTO plan;
	plan := plan #> '{0,Plan,Plans,0,Plans,0}';
	RAISE NOTICE '%, %, %', plan ->> 'Node Type', plan ->> 'Scan Direction', plan ->> 'Index Name';
END $$;
SELECT max(r) FROM rated;
DROP INDEX rated_order;
CREATE INDEX rated_hash ON rated USING hash (r);
EXPLAIN (COSTS OFF) SELECT count(*) FROM rated WHERE r = 'BBB';
SELECT count(*) FROM rated WHERE r = 'BBB';
RESET enable_seqscan;
RESET enable_bitmapscan;
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT r, count(*) FROM rated GROUP BY r;
SET enable_hashjoin = off;
SET enable_nestloop = off;
RESET enable_sort;
EXPLAIN (COSTS OFF) SELECT count(*) FROM grades a JOIN grades b USING (r);
SELECT count(*) FROM grades a JOIN grades b USING (r);
RESET enable_hashjoin;
RESET enable_nestloop;

-- the binary form comes back as it went
CREATE TABLE returned (r rating);
\getenv folder PG_ABS_BUILDDIR
\set file :folder '/results/rating.bin'
\set out '\\copy grades TO ' :'file' ' (FORMAT binary)'
\set back '\\copy returned FROM ' :'file' ' (FORMAT binary)'
:out
:back
SELECT count(*) FROM returned;
TABLE grades EXCEPT TABLE returned;
SELECT encode(rating_send('AAA+'), 'hex') AS highest, encode(rating_send('D'), 'hex') AS lowest;

-- bytes that are no grade are refused
CREATE TABLE raw (b smallint);
\set out '\\copy raw TO ' :'file' ' (FORMAT binary)'
INSERT INTO raw VALUES (1);
:out
:back
UPDATE raw SET b = 29;
:out
:back
UPDATE raw SET b = -1;
:out
:back

DROP TABLE grades, rated, returned, raw;
