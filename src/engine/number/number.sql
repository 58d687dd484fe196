CREATE FUNCTION growth_index.rounded(amount numeric, unit numeric DEFAULT 0.01, way text DEFAULT 'half_up') RETURNS numeric
	AS 'MODULE_PATHNAME', 'rounded' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION growth_index.rounded(numeric, numeric, text) IS
'An amount of money in whole units, both in yuan. way: half_up, to the nearest multiple of unit, halves away from zero; down, to the next lower one; up, to the next higher one. Exact at any length, with two decimals. NULL for NULL. Error 22023 where unit is no multiple of 0.01 above 0, or for another way.';

CREATE FUNCTION growth_index.plain_number(value text) RETURNS numeric
	AS 'MODULE_PATHNAME', 'plain_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION growth_index.plain_number(text) IS
'The number that a text says in plain digits, with or without sign, point and an exponent of at most two digits (1200.50, -.5, 2e7), with nothing around it. NULL for NULL and for any other text, for more than 15 significant digits and for more than 100 characters. Raises nothing.';
