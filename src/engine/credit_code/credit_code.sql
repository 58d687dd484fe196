/*
 * credit_code: the unified social credit code of GB 32100-2015.
 */
CREATE TYPE growth_index.credit_code;

CREATE FUNCTION growth_index.credit_code_in(cstring) RETURNS growth_index.credit_code
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.credit_code_out(growth_index.credit_code) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.credit_code_recv(internal) RETURNS growth_index.credit_code
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.credit_code_send(growth_index.credit_code) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE growth_index.credit_code (
	INPUT = growth_index.credit_code_in,
	OUTPUT = growth_index.credit_code_out,
	RECEIVE = growth_index.credit_code_recv,
	SEND = growth_index.credit_code_send,
	INTERNALLENGTH = 18,
	ALIGNMENT = char
);
COMMENT ON TYPE growth_index.credit_code IS
'Unified social credit code (统一社会信用代码) of GB 32100-2015: 18 digits and capitals without I, O, S, V, Z, of which the last checks the others. Anything else is an error (22P02) that names the position, or the check character that was expected.';

CREATE FUNCTION growth_index.credit_code_text(growth_index.credit_code) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE CAST (growth_index.credit_code AS text)
	WITH FUNCTION growth_index.credit_code_text(growth_index.credit_code) AS ASSIGNMENT;
CREATE CAST (text AS growth_index.credit_code) WITH INOUT;

CREATE FUNCTION growth_index.credit_code_eq(growth_index.credit_code, growth_index.credit_code) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION growth_index.credit_code_ne(growth_index.credit_code, growth_index.credit_code) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION growth_index.credit_code_lt(growth_index.credit_code, growth_index.credit_code) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION growth_index.credit_code_le(growth_index.credit_code, growth_index.credit_code) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION growth_index.credit_code_gt(growth_index.credit_code, growth_index.credit_code) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION growth_index.credit_code_ge(growth_index.credit_code, growth_index.credit_code) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;

CREATE OPERATOR growth_index.= (
	FUNCTION = growth_index.credit_code_eq, LEFTARG = growth_index.credit_code, RIGHTARG = growth_index.credit_code,
	COMMUTATOR = OPERATOR(growth_index.=), NEGATOR = OPERATOR(growth_index.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR growth_index.= (growth_index.credit_code, growth_index.credit_code) IS 'equal';
CREATE OPERATOR growth_index.<> (
	FUNCTION = growth_index.credit_code_ne, LEFTARG = growth_index.credit_code, RIGHTARG = growth_index.credit_code,
	COMMUTATOR = OPERATOR(growth_index.<>), NEGATOR = OPERATOR(growth_index.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR growth_index.<> (growth_index.credit_code, growth_index.credit_code) IS 'not equal';
CREATE OPERATOR growth_index.< (
	FUNCTION = growth_index.credit_code_lt, LEFTARG = growth_index.credit_code, RIGHTARG = growth_index.credit_code,
	COMMUTATOR = OPERATOR(growth_index.>), NEGATOR = OPERATOR(growth_index.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR growth_index.< (growth_index.credit_code, growth_index.credit_code) IS 'less';
CREATE OPERATOR growth_index.<= (
	FUNCTION = growth_index.credit_code_le, LEFTARG = growth_index.credit_code, RIGHTARG = growth_index.credit_code,
	COMMUTATOR = OPERATOR(growth_index.>=), NEGATOR = OPERATOR(growth_index.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR growth_index.<= (growth_index.credit_code, growth_index.credit_code) IS 'less or equal';
CREATE OPERATOR growth_index.> (
	FUNCTION = growth_index.credit_code_gt, LEFTARG = growth_index.credit_code, RIGHTARG = growth_index.credit_code,
	COMMUTATOR = OPERATOR(growth_index.<), NEGATOR = OPERATOR(growth_index.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR growth_index.> (growth_index.credit_code, growth_index.credit_code) IS 'greater';
CREATE OPERATOR growth_index.>= (
	FUNCTION = growth_index.credit_code_ge, LEFTARG = growth_index.credit_code, RIGHTARG = growth_index.credit_code,
	COMMUTATOR = OPERATOR(growth_index.<=), NEGATOR = OPERATOR(growth_index.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR growth_index.>= (growth_index.credit_code, growth_index.credit_code) IS 'greater or equal';

CREATE FUNCTION growth_index.credit_code_cmp(growth_index.credit_code, growth_index.credit_code) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION growth_index.credit_code_hash(growth_index.credit_code) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION growth_index.credit_code_hash_extended(growth_index.credit_code, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE OPERATOR CLASS growth_index.credit_code_ops DEFAULT FOR TYPE growth_index.credit_code USING btree AS
	OPERATOR 1 growth_index.<, OPERATOR 2 growth_index.<=, OPERATOR 3 growth_index.=,
	OPERATOR 4 growth_index.>=, OPERATOR 5 growth_index.>,
	FUNCTION 1 growth_index.credit_code_cmp(growth_index.credit_code, growth_index.credit_code);
CREATE OPERATOR CLASS growth_index.credit_code_ops DEFAULT FOR TYPE growth_index.credit_code USING hash AS
	OPERATOR 1 growth_index.=,
	FUNCTION 1 growth_index.credit_code_hash(growth_index.credit_code),
	FUNCTION 2 growth_index.credit_code_hash_extended(growth_index.credit_code, bigint);


CREATE FUNCTION growth_index.credit_code_complete(text) RETURNS growth_index.credit_code
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION growth_index.credit_code_complete(text) IS
'The code of 17 characters with its check character. Error 22023 where they are not 17 of the alphabet.';
CREATE FUNCTION growth_index.credit_code_division(growth_index.credit_code) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION growth_index.credit_code_division(growth_index.credit_code) IS
'The division of registration (GB/T 2260): characters 3 to 8.';
CREATE FUNCTION growth_index.credit_code_is_valid(text) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION growth_index.credit_code_is_valid(text) IS
'Would the text be accepted as a credit_code?';
