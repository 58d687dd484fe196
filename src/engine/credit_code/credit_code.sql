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

@COMPARISON credit_code credit_code@

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
