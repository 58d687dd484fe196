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
'A scoring model (评分模型) as one JSON document: dimensions, indicators with formula, normaliser, weights per segment and rule for missing values, rating scale, overrides. One value is one immutable version. docs/scorecard.schema.json describes the document; an error (22023) names the path of what is wrong.';

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
'The score (积分), with the digits of the card: each indicator''s normalised value (0..100) times its weight / 100, rounded half away from zero to the card''s digits, summed, and rounded again. Decimal arithmetic decides every rounding. NULL: not scored, since too little is known (coverage), an indicator that has to be known is missing, or the segment is unknown.';
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
CREATE FUNCTION growth_index.score_detail(card growth_index.scorecard, profile growth_index.profile,
										  as_of date DEFAULT NULL,
										  OUT level text, OUT dimension text, OUT code text,
										  OUT name text, OUT raw text, OUT normalised numeric,
										  OUT weight numeric, OUT points numeric,
										  OUT possible numeric, OUT share numeric,
										  OUT missing boolean, OUT reason text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 40;
COMMENT ON FUNCTION growth_index.score_detail(growth_index.scorecard, growth_index.profile, date) IS
'Where the score comes from: a row of level total, then for each dimension one of level dimension and one of level indicator for each of its indicators. raw: the value before normalisation; normalised: 0..100; weight: of the segment; points: what it adds (the points of the indicators sum to the total''s, whose rounding is the score); possible: points at a normalised value of 100; share: points / possible; missing: the value is unknown; reason: what was done about that.';
CREATE FUNCTION growth_index.score_status(card growth_index.scorecard, profile growth_index.profile,
										  as_of date DEFAULT NULL,
										  OUT score numeric, OUT rating growth_index.rating,
										  OUT segment text, OUT coverage numeric, OUT status text,
										  OUT missing text[])
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 1;
COMMENT ON FUNCTION growth_index.score_status(growth_index.scorecard, growth_index.profile, date) IS
'Everything that is kept of a score, in one row: score, rating, segment, coverage (0..1, share of weight that is known), status (scored, low_coverage, undecided), codes of the indicators that are missing. No row where card or profile is NULL.';
CREATE FUNCTION growth_index.scorecard_items(card growth_index.scorecard,
											 OUT dimension text, OUT dimension_name text,
											 OUT code text, OUT name text, OUT value text,
											 OUT normaliser jsonb, OUT segment text,
											 OUT weight numeric, OUT missing text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 90;
COMMENT ON FUNCTION growth_index.scorecard_items(growth_index.scorecard) IS
'The document as rows: one for each indicator and segment. segment is NULL where the card has none, weight is NULL where the aggregate is sum.';
CREATE FUNCTION growth_index.indicators(growth_index.scorecard) RETURNS text[]
	AS 'MODULE_PATHNAME', 'scorecard_indicators' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION growth_index.indicators(growth_index.scorecard) IS
'The codes of the indicators that the scorecard reads, in byte order; as_of is not among them.';
