/*
 * rating: a letter grade with notches, AAA+ ... C-, D.
 */
CREATE TYPE growth_index.rating;

CREATE FUNCTION growth_index.rating_in(cstring) RETURNS growth_index.rating
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.rating_out(growth_index.rating) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.rating_recv(internal) RETURNS growth_index.rating
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.rating_send(growth_index.rating) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE growth_index.rating (
	INPUT = growth_index.rating_in,
	OUTPUT = growth_index.rating_out,
	RECEIVE = growth_index.rating_recv,
	SEND = growth_index.rating_send,
	INTERNALLENGTH = 2,
	PASSEDBYVALUE,
	ALIGNMENT = int2
);
COMMENT ON TYPE growth_index.rating IS
'A grade of growth or credit (评级): AAA, AA, A, BBB, BB, B, CCC, CC, C, each with a notch + or - where a scale asks for it, and D. AAA+ is the highest. Two bytes. Input takes any case, blanks around, and full-width signs.';

CREATE FUNCTION growth_index.rating_text(growth_index.rating) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE CAST (growth_index.rating AS text) WITH FUNCTION growth_index.rating_text(growth_index.rating) AS ASSIGNMENT;

@COMPARISON rating rating@

CREATE FUNCTION growth_index.rating_larger(growth_index.rating, growth_index.rating)
	RETURNS growth_index.rating
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.rating_smaller(growth_index.rating, growth_index.rating)
	RETURNS growth_index.rating
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE AGGREGATE growth_index.max(growth_index.rating) (
	SFUNC = growth_index.rating_larger, STYPE = growth_index.rating,
	COMBINEFUNC = growth_index.rating_larger, SORTOP = OPERATOR(growth_index.>), PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.max(growth_index.rating) IS 'The best of the ratings.';
CREATE AGGREGATE growth_index.min(growth_index.rating) (
	SFUNC = growth_index.rating_smaller, STYPE = growth_index.rating,
	COMBINEFUNC = growth_index.rating_smaller, SORTOP = OPERATOR(growth_index.<), PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.min(growth_index.rating) IS 'The worst of the ratings.';
CREATE FUNCTION growth_index.notches(growth_index.rating, growth_index.rating) RETURNS integer
	AS 'MODULE_PATHNAME', 'rating_notches' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION growth_index.notches(growth_index.rating, growth_index.rating) IS
'How many notches the first rating lies above the second (negative: below): AA+ is 1 above AA and 3 above A+; D lies one below C-.';
