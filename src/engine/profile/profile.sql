/*
 * profile: what is known of one subject, indicator code -> value.
 */
CREATE TYPE growth_index.profile;

CREATE FUNCTION growth_index.profile_in(cstring) RETURNS growth_index.profile
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.profile_out(growth_index.profile) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.profile_recv(internal) RETURNS growth_index.profile
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.profile_send(growth_index.profile) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE growth_index.profile (
	INPUT = growth_index.profile_in,
	OUTPUT = growth_index.profile_out,
	RECEIVE = growth_index.profile_recv,
	SEND = growth_index.profile_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = main,
	-- that a literal is a profile, where a function takes a profile or a row
	CATEGORY = 'S'
);
COMMENT ON TYPE growth_index.profile IS
'What is known of one subject: indicator code -> value (指标集). Text form: a flat JSON object; a value is a number of at most 15 significant digits, a boolean, a text, a date (ISO text) or a set of text (array). What is absent, or null, is unknown.';

CREATE FUNCTION growth_index.profile(jsonb) RETURNS growth_index.profile
	AS 'MODULE_PATHNAME', 'profile_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION growth_index.profile(jsonb) IS
'The profile of a flat JSON object. Errors: 22P02 where a value is an object or an array of other things than text; 22003 where a number is not finite, is out of range, or is a whole number of more than 15 digits.';
CREATE FUNCTION growth_index.profile(record) RETURNS growth_index.profile
	AS 'MODULE_PATHNAME', 'profile_from_record' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION growth_index.profile(record) IS
'The profile of a row: each column is an indicator, NULL columns are absent. Numbers, booleans, dates, texts and arrays of text keep their type; a timestamp gives its date; any other scalar gives its text. STABLE, since the text of some types depends on settings.';
CREATE FUNCTION growth_index.jsonb(growth_index.profile) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'profile_as_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION growth_index.jsonb(growth_index.profile) IS
'The profile as a JSON object.';
CREATE CAST (jsonb AS growth_index.profile) WITH FUNCTION growth_index.profile(jsonb);
CREATE CAST (growth_index.profile AS jsonb) WITH FUNCTION growth_index.jsonb(growth_index.profile);

/* ---- comparison: a total order without a meaning, for DISTINCT and joins ---- */
@COMPARISON profile profile@

/* ---- reading and composing ---- */
CREATE FUNCTION growth_index.profile_get(growth_index.profile, text) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.profile_get_text(growth_index.profile, text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.profile_has(growth_index.profile, text) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.profile_concat(growth_index.profile, growth_index.profile)
	RETURNS growth_index.profile
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION growth_index.profile_delete(growth_index.profile, text)
	RETURNS growth_index.profile
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
CREATE FUNCTION growth_index.codes(growth_index.profile) RETURNS text[]
	AS 'MODULE_PATHNAME', 'profile_codes' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION growth_index.codes(growth_index.profile) IS
'The codes of the indicators that the profile knows, in byte order.';

CREATE OPERATOR growth_index.-> (
	FUNCTION = growth_index.profile_get, LEFTARG = growth_index.profile, RIGHTARG = text);
COMMENT ON OPERATOR growth_index.-> (growth_index.profile, text) IS
'value of an indicator as jsonb; NULL where it is unknown';
CREATE OPERATOR growth_index.->> (
	FUNCTION = growth_index.profile_get_text, LEFTARG = growth_index.profile, RIGHTARG = text);
COMMENT ON OPERATOR growth_index.->> (growth_index.profile, text) IS
'value of an indicator as text; NULL where it is unknown';
CREATE OPERATOR growth_index.? (
	FUNCTION = growth_index.profile_has, LEFTARG = growth_index.profile, RIGHTARG = text,
	RESTRICT = contsel, JOIN = contjoinsel);
COMMENT ON OPERATOR growth_index.? (growth_index.profile, text) IS
'does the profile know the indicator?';
CREATE OPERATOR growth_index.|| (
	FUNCTION = growth_index.profile_concat,
	LEFTARG = growth_index.profile, RIGHTARG = growth_index.profile);
COMMENT ON OPERATOR growth_index.|| (growth_index.profile, growth_index.profile) IS
'all that both know; where both know an indicator, the right one''s value stands';
CREATE OPERATOR growth_index.- (
	FUNCTION = growth_index.profile_delete, LEFTARG = growth_index.profile, RIGHTARG = text);
COMMENT ON OPERATOR growth_index.- (growth_index.profile, text) IS
'the profile without one indicator';

CREATE FUNCTION growth_index.profile_contains(growth_index.profile, growth_index.profile) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION growth_index.profile_contained(growth_index.profile, growth_index.profile) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE OPERATOR growth_index.@> (
	FUNCTION = growth_index.profile_contains,
	LEFTARG = growth_index.profile, RIGHTARG = growth_index.profile,
	COMMUTATOR = OPERATOR(growth_index.<@), RESTRICT = contsel, JOIN = contjoinsel);
COMMENT ON OPERATOR growth_index.@> (growth_index.profile, growth_index.profile) IS
'does the left one know all that the right one knows, with the same values?';
CREATE OPERATOR growth_index.<@ (
	FUNCTION = growth_index.profile_contained,
	LEFTARG = growth_index.profile, RIGHTARG = growth_index.profile,
	COMMUTATOR = OPERATOR(growth_index.@>), RESTRICT = contsel, JOIN = contjoinsel);
COMMENT ON OPERATOR growth_index.<@ (growth_index.profile, growth_index.profile) IS
'does the right one know all that the left one knows, with the same values?';
CREATE FUNCTION growth_index.diff(before growth_index.profile, after growth_index.profile,
								  OUT code text, OUT old jsonb, OUT new jsonb) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'profile_diff' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 5;
COMMENT ON FUNCTION growth_index.diff(growth_index.profile, growth_index.profile) IS
'What differs between two profiles: one row an indicator, in byte order of the codes, with both values; NULL where one does not know it.';

/* ---- aggregate ---- */
CREATE FUNCTION growth_index.profile_agg_transition(internal, text, "any") RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION growth_index.profile_agg_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION growth_index.profile_agg_serial(internal) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.profile_agg_deserial(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.profile_agg_final(internal) RETURNS growth_index.profile
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE AGGREGATE growth_index.profile_agg(text, "any") (
	SFUNC = growth_index.profile_agg_transition,
	STYPE = internal,
	SSPACE = 4096,
	FINALFUNC = growth_index.profile_agg_final,
	COMBINEFUNC = growth_index.profile_agg_combine,
	SERIALFUNC = growth_index.profile_agg_serial,
	DESERIALFUNC = growth_index.profile_agg_deserial,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE growth_index.profile_agg(text, "any") IS
'The profile of (code, value) rows; the value is numeric, integer, float, boolean, date, text, text[] or jsonb. A NULL value stays absent; of several values of a code the last stands (use ORDER BY); no rows give NULL. Errors: 22004 for a NULL code.';
