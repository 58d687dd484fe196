/*
 * scorecard: a scoring model as one value, immutable: equal content, equal value.
 */
CREATE TYPE growth_index.scorecard;

CREATE FUNCTION growth_index.scorecard_in(cstring) RETURNS growth_index.scorecard
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.scorecard_out(growth_index.scorecard) RETURNS cstring
	AS 'MODULE_PATHNAME', 'expression_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.scorecard_recv(internal) RETURNS growth_index.scorecard
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.scorecard_send(growth_index.scorecard) RETURNS bytea
	AS 'MODULE_PATHNAME', 'expression_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE growth_index.scorecard (
	INPUT = growth_index.scorecard_in,
	OUTPUT = growth_index.scorecard_out,
	RECEIVE = growth_index.scorecard_recv,
	SEND = growth_index.scorecard_send,
	INTERNALLENGTH = VARIABLE,
	STORAGE = extended
);
COMMENT ON TYPE growth_index.scorecard IS
'A scoring model (评分模型) as one JSON document: dimensions, indicators with formula, normaliser, weights per segment and rule for missing values, rating scale, overrides. One value is one immutable version. docs/scorecard.schema.json describes the document; an error (22023) names the path of what is wrong, an indicator that two places read as different types and a key that is there twice included (of a jsonb, which keeps the last of such, that cannot be told).';

CREATE FUNCTION growth_index.scorecard(jsonb) RETURNS growth_index.scorecard
	AS 'MODULE_PATHNAME', 'scorecard_from_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION growth_index.scorecard(jsonb) IS
'The scorecard that the document states; errors as at input.';
CREATE FUNCTION growth_index.jsonb(growth_index.scorecard) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'scorecard_to_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION growth_index.jsonb(growth_index.scorecard) IS 'The document of the scorecard.';
CREATE FUNCTION growth_index.scorecard_text(growth_index.scorecard) RETURNS text
	AS 'MODULE_PATHNAME', 'expression_to_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE CAST (jsonb AS growth_index.scorecard) WITH FUNCTION growth_index.scorecard(jsonb);
CREATE CAST (growth_index.scorecard AS jsonb) WITH FUNCTION growth_index.jsonb(growth_index.scorecard);
CREATE CAST (growth_index.scorecard AS text) WITH FUNCTION growth_index.scorecard_text(growth_index.scorecard) AS ASSIGNMENT;

@COMPARISON scorecard expression@

/* ---- scores ---- */
CREATE FUNCTION growth_index.score(card growth_index.scorecard, profile growth_index.profile,
								   as_of date DEFAULT NULL) RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200;
COMMENT ON FUNCTION growth_index.score(growth_index.scorecard, growth_index.profile, date) IS
'The score (积分), with the digits of the card: each indicator''s normalised value (0..100) times its weight / 100, rounded half away from zero to the card''s digits, summed, and rounded again. Decimal arithmetic decides every rounding: quotients are divided once, after they are weighted, so that a tie is one also where the quotient has no end (docs/architecture.md says what is rounded before that). NULL: not scored, since too little is known (coverage), an indicator that has to be known is missing, or the segment is unknown.';
CREATE FUNCTION growth_index.score_exact(card growth_index.scorecard, profile growth_index.profile,
										 as_of date DEFAULT NULL) RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION growth_index.score_exact(growth_index.scorecard, growth_index.profile, date) IS
'The definition of score(), computed in numeric throughout: slower, and never different.';
CREATE FUNCTION growth_index.rating(card growth_index.scorecard, profile growth_index.profile,
									as_of date DEFAULT NULL) RETURNS growth_index.rating
	AS 'MODULE_PATHNAME', 'scorecard_rating' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 250;
COMMENT ON FUNCTION growth_index.rating(growth_index.scorecard, growth_index.profile, date) IS
'The grade (评级) of the score by the card''s thresholds, then its overrides in their order: at_most caps, at_least floors; an override whose condition is unknown does not apply. D below the lowest threshold; NULL where there is no score.';
CREATE FUNCTION growth_index.rate(card growth_index.scorecard, score numeric) RETURNS growth_index.rating
	AS 'MODULE_PATHNAME', 'scorecard_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION growth_index.rate(growth_index.scorecard, numeric) IS
'The grade of a score by the card''s thresholds alone.';
CREATE FUNCTION growth_index.passes(card growth_index.scorecard, profile growth_index.profile,
									as_of date DEFAULT NULL) RETURNS boolean
	AS 'MODULE_PATHNAME', 'scorecard_passes' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 250;
COMMENT ON FUNCTION growth_index.passes(growth_index.scorecard, growth_index.profile, date) IS
'Does the enterprise pass (达标): the score reaches pass.from and every dimension that has a minimum and a weight in the segment reaches it, or one of the conditions of pass.bypass is true (直通). NULL: unknown, since there is no score, nothing of a dimension with a minimum is known, or nothing but a bypass that is itself unknown could decide; also where the card says nothing of passing.';
CREATE FUNCTION growth_index.score_detail(card growth_index.scorecard, profile growth_index.profile,
										  as_of date DEFAULT NULL,
										  OUT level text, OUT dimension text, OUT code text,
										  OUT name text, OUT raw text, OUT normalised numeric,
										  OUT weight numeric, OUT points numeric,
										  OUT possible numeric, OUT share numeric,
										  OUT missing boolean, OUT reason text, OUT parent text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 40;
COMMENT ON FUNCTION growth_index.score_detail(growth_index.scorecard, growth_index.profile, date) IS
'Where the score comes from: a row of level total, then for each dimension, depth first, one of level dimension (parent: the code of the dimension that it is in, NULL for one at the top) and one of level indicator for each of its own indicators. raw: the value before normalisation; normalised: 0..100; weight: as the document states it, for the segment; points: what it adds; possible: the most points that were possible, of dimensions without those of a bonus; share: points / possible; missing: the value is unknown; reason: what was done about that, or the reason code. Rows of level adjustment follow the total or the dimension that they belong to: code tells what adds or takes points that are no indicator''s (geometric, harmonic, minimum, best: the aggregate instead of the sum; cap, floor; initial: what everybody has), reason says it in words. The points of all rows of level indicator and adjustment sum exactly to the total''s, whose rounding is the score.';
CREATE FUNCTION growth_index.score_dimensions(card growth_index.scorecard, profile growth_index.profile,
											  as_of date DEFAULT NULL,
											  OUT code text, OUT name text, OUT parent text,
											  OUT points numeric, OUT possible numeric, OUT share numeric)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 5;
COMMENT ON FUNCTION growth_index.score_dimensions(growth_index.scorecard, growth_index.profile, date) IS
'The rows of level dimension of score_detail() alone, in their order, at about a tenth of its price: code and name of the dimension, parent: the code of the one that it is in, NULL at the top; points, possible and share as there. No row where card or profile is NULL.';
CREATE FUNCTION growth_index.score_status(card growth_index.scorecard, profile growth_index.profile,
										  as_of date DEFAULT NULL,
										  OUT score numeric, OUT rating growth_index.rating,
										  OUT segment text, OUT coverage numeric, OUT status text,
										  OUT missing text[], OUT passed boolean)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 1;
COMMENT ON FUNCTION growth_index.score_status(growth_index.scorecard, growth_index.profile, date) IS
'Everything that is kept of a score, in one row: score, rating, segment, coverage (0..1, share of weight that is known, rounded half away from zero to 4 digits), status (scored, low_coverage, undecided), codes of the indicators that are missing, passed as passes() says. No row where card or profile is NULL.';
CREATE FUNCTION growth_index.scorecard_items(card growth_index.scorecard,
											 OUT dimension text, OUT dimension_name text,
											 OUT code text, OUT name text, OUT value text,
											 OUT normaliser jsonb, OUT segment text,
											 OUT weight numeric, OUT missing text, OUT possible numeric,
											 OUT cap numeric, OUT dimensions text[])
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 90;
COMMENT ON FUNCTION growth_index.scorecard_items(growth_index.scorecard) IS
'The document as rows: one for each indicator and segment. dimension: the one that the indicator is in, dimensions: from the one at the top down to it; segment is NULL where the card has none; weight as stated, possible: points at a normalised value of 100 with nothing left out (both NULL where the aggregate is sum); cap: most points, NULL for none.';
CREATE FUNCTION growth_index.indicators(growth_index.scorecard) RETURNS text[]
	AS 'MODULE_PATHNAME', 'scorecard_indicators' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION growth_index.indicators(growth_index.scorecard) IS
'The codes of the indicators that the scorecard reads, in byte order; as_of is not among them.';
CREATE FUNCTION growth_index.indicator_types(card growth_index.scorecard, OUT code text, OUT types text[])
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'scorecard_types' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000 ROWS 30;
COMMENT ON FUNCTION growth_index.indicator_types(growth_index.scorecard) IS
'The types that a value may have to be read, one row for each indicator of the scorecard: of number, boolean, text, date and set those that every place in it can read. A value of another type counts as missing.';

/* ---- peers ---- */
CREATE FUNCTION growth_index.fit_transition(internal, growth_index.scorecard, growth_index.profile) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION growth_index.fit_transition(internal, growth_index.scorecard, growth_index.profile, date) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION growth_index.fit_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION growth_index.fit_serial(internal) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION growth_index.fit_deserial(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION growth_index.fit_final(internal) RETURNS growth_index.scorecard
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;

CREATE AGGREGATE growth_index.fit(card growth_index.scorecard, profile growth_index.profile) (
	SFUNC = growth_index.fit_transition, STYPE = internal, SSPACE = 65536,
	FINALFUNC = growth_index.fit_final, COMBINEFUNC = growth_index.fit_combine,
	SERIALFUNC = growth_index.fit_serial, DESERIALFUNC = growth_index.fit_deserial, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.fit(growth_index.scorecard, growth_index.profile) IS
'The scorecard with what its rules need of the peers frozen into it ("fitted"): the members of each group, and their values, extremes, mean, deviation or median. Needed by the normalisers minmax, zscore, rank, percentile and leader, and by missing "median" and "mean"; a card without them comes back as it is, an earlier fit is replaced. A profile is a member of the groups that its own formulas name, as far as they are known, and of everybody, where the value is known. Groups of fewer than least members are left out. The values of groups of up to 10,000 members are all kept; of larger ones about 1,000, with exact counts, and at most 0.1 % of the members between two of them: so far a percentile in between may be off, half of that as a rule. The same result in any order, serial or parallel. NULL profiles are left out; NULL without any, and a warning that says so. A warning also names the indicators of which nobody has a value: whoever is scored counts as one whose value is missing. Takes 8 bytes a profile and rule, 4 a profile and list of formulas, and at the end 16 a profile. Errors: different scorecards (22023), more than 2,147,483,647 profiles, a million groups, or 200 MB of result (54000).';
CREATE AGGREGATE growth_index.fit(card growth_index.scorecard, profile growth_index.profile, as_of date) (
	SFUNC = growth_index.fit_transition, STYPE = internal, SSPACE = 65536,
	FINALFUNC = growth_index.fit_final, COMBINEFUNC = growth_index.fit_combine,
	SERIALFUNC = growth_index.fit_serial, DESERIALFUNC = growth_index.fit_deserial, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.fit(growth_index.scorecard, growth_index.profile, date) IS
'fit(card, profile) with the day on which the formulas are evaluated; NULL: what needs one is unknown. The day is not kept.';

CREATE FUNCTION growth_index.score_change(card growth_index.scorecard, before growth_index.profile, after growth_index.profile,
										  as_of_before date DEFAULT NULL, as_of_after date DEFAULT NULL,
										  OUT dimension text, OUT code text, OUT name text,
										  OUT raw_before text, OUT raw_after text,
										  OUT points_before numeric, OUT points_after numeric, OUT difference numeric,
										  OUT level text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 12000 ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
	WITH b AS MATERIALIZED (SELECT d.*, coalesce(d.dimension, '') AS place, d.ordinality AS n
		FROM growth_index.score_detail(card, before, as_of_before) WITH ORDINALITY AS d WHERE d.level IN ('indicator', 'adjustment')),
	a AS MATERIALIZED (SELECT d.*, coalesce(d.dimension, '') AS place, d.ordinality AS n
		FROM growth_index.score_detail(card, after, as_of_after) WITH ORDINALITY AS d WHERE d.level IN ('indicator', 'adjustment')),
	scores AS MATERIALIZED (SELECT growth_index.score(card, before, as_of_before) AS before, growth_index.score(card, after, as_of_after) AS after),
	moved AS MATERIALIZED (
		SELECT coalesce(b.dimension, a.dimension) AS dimension, coalesce(b.code, a.code) AS code, coalesce(b.name, a.name) AS name,
			b.raw AS raw_before, a.raw AS raw_after, b.points AS points_before, a.points AS points_after,
			coalesce(a.points, 0) - coalesce(b.points, 0) AS difference, coalesce(b.level, a.level) AS level, coalesce(b.n, a.n) AS n
		FROM b FULL JOIN a ON a.level = b.level AND a.code = b.code AND a.place = b.place
		WHERE coalesce(a.points, 0) <> coalesce(b.points, 0)
			AND (SELECT s.before IS NOT NULL AND s.after IS NOT NULL FROM scores AS s)
	), rounding AS (
		SELECT s.after - s.before - coalesce((SELECT sum(m.difference) FROM moved AS m), 0) AS difference FROM scores AS s
	)
	SELECT x.dimension, x.code, x.name, x.raw_before, x.raw_after, x.points_before, x.points_after, x.difference, x.level
	FROM (SELECT m.*, 0 AS last FROM moved AS m
		UNION ALL
		SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, r.difference, 'rounding', NULL, 1 FROM rounding AS r WHERE r.difference <> 0) AS x
	ORDER BY x.last, abs(x.difference) DESC, x.n
$$;
COMMENT ON FUNCTION growth_index.score_change(growth_index.scorecard, growth_index.profile, growth_index.profile, date, date) IS
'What moved the score from one profile to another under the same card, the largest first: dimension, code and name of the indicator, its value and points before and after, and the difference; points of NULL were left out. level: indicator; adjustment: what an aggregate, a cap or a floor adds (code and dimension as in score_detail()); rounding: the last row, of no code, is what rounding the two scores adds, where that is not 0; without it the differences may not sum exactly to score(after) - score(before), with it they do. An indicator can move without a change of its value: by another segment''s weights, or by sharing the weight of a missing one. No row where nothing moved, or where one of the two is not scored.';

CREATE FUNCTION growth_index.score_sum_if(card growth_index.scorecard, profile growth_index.profile, as_of date,
										  codes text[], normalised numeric[], numbers numeric[] DEFAULT NULL) RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION growth_index.score_sum_if(growth_index.scorecard, growth_index.profile, date, text[], numeric[], numeric[]) IS
'The points, before they are rounded to the score, if the indicators of these codes had these normalised values, or, where one is NULL, the value of these numbers, and all else stayed: aggregates, caps, shared weights and all. An indicator for which both are NULL, or that has no peers to compare a number with, stays as it is. NULL: the segment is unknown, or an argument other than as_of and numbers is NULL. Error 22023: the card has no such indicator, or one that does not normalise a number, or a number is not finite; 2202E: there are not as many values, or numbers, as codes.';

CREATE FUNCTION growth_index.normaliser_top(normaliser jsonb) RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500 SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN normaliser ? 'bins' THEN (SELECT greatest(max((bin ->> 1)::numeric), CASE WHEN normaliser #>> '{bins,0,0}' IS NOT NULL THEN 0 END) FROM jsonb_array_elements(normaliser -> 'bins') AS bin)
		WHEN jsonb_typeof(normaliser -> 'flag') = 'array' THEN greatest((normaliser #>> '{flag,0}')::numeric, (normaliser #>> '{flag,1}')::numeric)
		WHEN normaliser ? 'category' THEN greatest(coalesce((normaliser ->> 'else')::numeric, 0), (SELECT max(c.value::numeric) FROM jsonb_each_text(normaliser -> 'category') AS c))
		WHEN normaliser ? 'set' THEN least(coalesce((normaliser ->> 'cap')::numeric, 100),
			(SELECT CASE WHEN normaliser ? 'best' THEN greatest(max(s.value::numeric), 0) ELSE sum(greatest(s.value::numeric, 0)) END FROM jsonb_each_text(normaliser -> 'set') AS s))
		WHEN normaliser ? 'per_unit' AND normaliser #> '{per_unit,points}' IS NOT NULL THEN greatest(0, (normaliser #>> '{per_unit,points}')::numeric * (normaliser #>> '{per_unit,cap}')::numeric)
		WHEN normaliser ? 'cases' THEN (SELECT CASE WHEN bool_and(jsonb_typeof(c.value -> 'points') = 'number') THEN greatest(max((c.value ->> 'points')::numeric), (normaliser ->> 'else')::numeric) ELSE 100 END FROM jsonb_array_elements(normaliser -> 'cases') AS c)
		WHEN jsonb_path_exists(normaliser, '$.*.range') THEN greatest(jsonb_path_query_first(normaliser, '$.*.range[0]')::numeric, jsonb_path_query_first(normaliser, '$.*.range[1]')::numeric)
		ELSE 100 END
$$;
COMMENT ON FUNCTION growth_index.normaliser_top(jsonb) IS
'The highest normalised value that a normaliser of scorecard_items() gives; 100 of one whose points are formulas; the better end of its range of one that compares with peers, who may not let anybody reach it; NULL: there is none (points per unit without a cap).';

CREATE FUNCTION growth_index.nearest_bin(bins jsonb, value numeric, normalised numeric) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 SET search_path = pg_catalog, pg_temp
AS $$
	WITH stated AS (
		SELECT (bin ->> 0)::numeric AS low, (bin ->> 1)::numeric AS points, n FROM jsonb_array_elements(bins) WITH ORDINALITY AS b (bin, n)
		UNION ALL
		SELECT NULL, 0, 0 WHERE bins #>> '{0,0}' IS NOT NULL
	), bin AS (
		SELECT s.low, s.points, lead(s.low) OVER (ORDER BY s.n) AS high FROM stated AS s
	), own AS (
		SELECT b.points FROM bin AS b WHERE (b.low IS NULL OR b.low <= value) AND (b.high IS NULL OR b.high > value)
	)
	SELECT trim_scale(at.x)
	FROM bin AS b CROSS JOIN LATERAL (SELECT coalesce(value, 0) AS x, scale(trim_scale(b.high)) AS digits) AS v
		CROSS JOIN LATERAL (SELECT CASE
			WHEN b.low > v.x THEN b.low
			WHEN b.high <= v.x THEN greatest(b.low, b.high - power(10::numeric, -greatest(v.digits, least(scale(trim_scale(v.x)), v.digits + 2))))
			ELSE v.x END AS x) AS at
	WHERE CASE WHEN value IS NULL THEN round(b.points, scale(normalised)) > normalised ELSE b.points > (SELECT o.points FROM own AS o) END
		AND length(trim(BOTH '0' FROM translate(at.x::text, '-.', ''))) <= 15
	ORDER BY abs(at.x - v.x), at.x LIMIT 1
$$;
COMMENT ON FUNCTION growth_index.nearest_bin(jsonb, numeric, numeric) IS
'The number nearest to value (unknown: to 0) that is worth more than value is (unknown: more than normalised) in the bins of a normaliser: the lower edge of a higher bin, or the greatest number of a lower one, in the decimals of its edge and at most two more that value has. NULL where there is none, or none of 15 digits.';

CREATE FUNCTION growth_index.improve(card growth_index.scorecard, profile growth_index.profile,
									 target numeric DEFAULT NULL, as_of date DEFAULT NULL,
									 OUT dimension text, OUT code text, OUT name text, OUT raw text,
									 OUT points numeric, OUT possible numeric, OUT gain numeric,
									 OUT next_value numeric, OUT next_gain numeric, OUT in_all numeric, OUT reaches boolean)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 12000 ROWS 24 SET search_path = pg_catalog, pg_temp
AS $$
	WITH present AS MATERIALIZED (
		SELECT growth_index.score_sum_if(card, profile, as_of, '{}', '{}') AS points, growth_index.score(card, profile, as_of) AS score
	), now AS MATERIALIZED (
		SELECT d.dimension, d.code, d.name, d.raw, d.points, d.possible, d.ordinality AS n, i.normaliser,
			v.value, coalesce(d.normalised, 0) AS normalised
		FROM growth_index.score_detail(card, profile, as_of) WITH ORDINALITY AS d
			CROSS JOIN LATERAL (SELECT i.normaliser, i.missing FROM growth_index.scorecard_items(card) AS i WHERE i.code = d.code LIMIT 1) AS i
			CROSS JOIN LATERAL (SELECT CASE WHEN d.raw ~ '^-?[0-9.]+$' THEN d.raw::numeric END AS value) AS v
		WHERE d.level = 'indicator' AND NOT (d.missing AND i.missing = 'reweight')
	), steps AS (
		SELECT w.*, s.next_value, b.number,
			/* what no value may reach is asked of the engine, by a number that is better than anybody's */
			CASE WHEN b.number IS NULL THEN growth_index.normaliser_top(w.normaliser) END AS top
		FROM now AS w LEFT JOIN LATERAL (
			/* to the end of the line; into the nearest bin that is worth more; a unit more, or less where it costs */
			SELECT coalesce(w.normaliser #>> '{linear,1}', w.normaliser #>> '{log,1}')::numeric AS next_value
			WHERE w.normaliser ?| '{linear,log}'
			UNION ALL
			SELECT growth_index.nearest_bin(w.normaliser -> 'bins', w.value, w.normalised) WHERE w.normaliser ? 'bins'
			UNION ALL
			SELECT CASE WHEN u.each < 0 THEN ceil(least(u.units, u.cap)) - 1 ELSE floor(greatest(u.units, 0)) + 1 END
			FROM (SELECT e.each, e.cap, coalesce(w.value, round(w.normalised / nullif(e.each, 0), 6)) AS units
				FROM (SELECT (w.normaliser #>> '{per_unit,cap}')::numeric AS cap, coalesce((w.normaliser #>> '{per_unit,points}')::numeric, 100 / (w.normaliser #>> '{per_unit,cap}')::numeric) AS each) AS e) AS u
			WHERE w.normaliser ? 'per_unit') AS s ON length(trim(BOTH '0' FROM translate(s.next_value::text, '-.', ''))) <= 15
		CROSS JOIN LATERAL (SELECT CASE
			WHEN w.normaliser ? 'per_unit' AND w.normaliser #> '{per_unit,cap}' IS NULL THEN s.next_value
			WHEN w.normaliser ?| '{minmax,zscore,rank,percentile,leader}' AND NOT jsonb_path_exists(w.normaliser, '$.*.clamp ? (@ == false)') THEN
				1e100 * CASE WHEN jsonb_path_exists(w.normaliser, '$.*.direction ? (@ == "less")') <> coalesce(jsonb_path_query_first(w.normaliser, '$.*.range[0]')::numeric > jsonb_path_query_first(w.normaliser, '$.*.range[1]')::numeric, false) THEN -1 ELSE 1 END
			END AS number) AS b
	), gains AS MATERIALIZED (
		SELECT s.*, growth_index.score_sum_if(card, profile, as_of, ARRAY[s.code], ARRAY[s.top], ARRAY[s.number]) - p.points AS gain,
			growth_index.score_sum_if(card, profile, as_of, ARRAY[s.code], ARRAY[NULL::numeric], ARRAY[s.next_value]) - p.points AS next_gain
		FROM steps AS s, present AS p
	), ranked AS (
		SELECT g.*, array_agg(g.code) OVER most AS codes, array_agg(g.top) OVER most AS tops, array_agg(g.number) OVER most AS numbers
		FROM gains AS g WHERE g.gain > 0
		WINDOW most AS (ORDER BY g.gain DESC, g.n)
	)
	SELECT r.dimension, r.code, r.name, r.raw, r.points, r.possible, r.gain, r.next_value,
		CASE WHEN r.next_value IS NOT NULL THEN r.next_gain END, a.in_all,
		round(p.points + a.in_all, scale(p.score)) >= target
	FROM ranked AS r, present AS p,
		LATERAL (SELECT growth_index.score_sum_if(card, profile, as_of, r.codes, r.tops, r.numbers) - p.points AS in_all) AS a
	ORDER BY r.gain DESC, r.n
$$;
COMMENT ON FUNCTION growth_index.improve(growth_index.scorecard, growth_index.profile, numeric, date) IS
'Where the most points are still to be had, the largest gain first: dimension, code and name of the indicator, its value, its points, those at a normalised value of 100; gain: points that the whole would have more if this indicator alone were the best that its normaliser knows (points per unit without a cap: one unit more; a comparison with peers: better than any of them, or the end of the range where that is not clamped), with every aggregate, cap and shared weight as it is, so that what a cap or a better alternative takes away is not promised; next_value: the nearest value that is worth more (into the nearest such bin, as nearest_bin() says; one more unit, or one less where units cost points; the end of a line), NULL for flags, texts, sets, cases, curves and peers; where the value is missing, from what it counts as; next_gain: the points that it brings, exactly, if nothing else changes with it; in_all: what this row and those above bring together; reaches: whether that brings the score to target, in points of the score''s scale (as score() rounds it; NULL without a target or a score). No row for an indicator that is left out and re-weighted, or has nothing to gain.';

CREATE FUNCTION growth_index.document_leaves(document jsonb, path text DEFAULT '', OUT at text, OUT value jsonb)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 ROWS 200 SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE nodes AS (
		SELECT document_leaves.path AS at, document_leaves.document AS value
		UNION ALL
		SELECT c.at, c.value FROM nodes AS n CROSS JOIN LATERAL (
			SELECT n.at || CASE n.at WHEN '' THEN '' ELSE '.' END || o.key AS at, o.value
			FROM jsonb_each(CASE jsonb_typeof(n.value) WHEN 'object' THEN n.value ELSE '{}' END) AS o
			UNION ALL
			SELECT format('%s[%s]', n.at, coalesce(e.value ->> 'code', e.value ->> 'grade')), e.value - 'code' - 'grade'
			FROM jsonb_array_elements(CASE jsonb_typeof(n.value) WHEN 'array' THEN n.value ELSE '[]' END) AS e
			WHERE jsonb_typeof(e.value) = 'object' AND coalesce(e.value ->> 'code', e.value ->> 'grade') IS NOT NULL) AS c
	)
	SELECT n.at, n.value FROM nodes AS n
	WHERE CASE jsonb_typeof(n.value)
		WHEN 'object' THEN n.value = '{}'
		WHEN 'array' THEN NOT (jsonb_typeof(n.value -> 0) = 'object' AND coalesce(n.value -> 0 ->> 'code', n.value -> 0 ->> 'grade') IS NOT NULL)
		ELSE true END
$$;
COMMENT ON FUNCTION growth_index.document_leaves(jsonb, text) IS
'The values of a document with their paths; elements of arrays that have a code (or a grade) are named by it, other arrays are values.';

CREATE FUNCTION growth_index.scorecard_diff(a growth_index.scorecard, b growth_index.scorecard,
											OUT path text, OUT before jsonb, OUT after jsonb)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5000 ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(x.at, y.at), x.value, y.value
	FROM growth_index.document_leaves(a::jsonb) AS x
		FULL JOIN growth_index.document_leaves(b::jsonb) AS y ON y.at = x.at
	WHERE x.value IS DISTINCT FROM y.value
	ORDER BY 1
$$;
COMMENT ON FUNCTION growth_index.scorecard_diff(growth_index.scorecard, growth_index.scorecard) IS
'Where two scorecards differ: the path, with indicators and dimensions named by their codes (indicators[rd_intensity].weight.growth), and both values; NULL where one has none. Defaults are not written in a card, so one that is left out and one that is spelt out are equal. No row for equal cards.';
