-- The benchmark's enterprises: 32 indicators each, from a hash of the row's
-- number, so that every run and machine has the same.  :rows of them, three
-- times: wide and numeric, wide and float8, as profiles and as jsonb.
CREATE SCHEMA bench;

-- uniform in [0, 1), from the row and a salt
CREATE FUNCTION bench.u(bigint, bigint) RETURNS double precision
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	AS 'SELECT (hashint8extended($1, $2) & 4294967295) / 4294967296.0::double precision';

CREATE FUNCTION bench.money(bigint, bigint) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	AS 'SELECT round(exp(11 + 10 * bench.u($1, $2))::numeric, 2)';
CREATE FUNCTION bench.ratio(bigint, bigint) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	AS 'SELECT round((bench.u($1, $2) * 1.2 - 0.1)::numeric, 4)';

CREATE TABLE bench.wide AS
SELECT i AS id,
	bench.money(i, 1)::numeric(18,2) AS money_1, bench.money(i, 2)::numeric(18,2) AS money_2,
	bench.money(i, 3)::numeric(18,2) AS money_3, bench.money(i, 4)::numeric(18,2) AS money_4,
	bench.money(i, 5)::numeric(18,2) AS money_5, bench.money(i, 6)::numeric(18,2) AS money_6,
	bench.money(i, 7)::numeric(18,2) AS money_7, bench.money(i, 8)::numeric(18,2) AS money_8,
	bench.ratio(i, 9)::numeric(10,4) AS ratio_1, bench.ratio(i, 10)::numeric(10,4) AS ratio_2,
	bench.ratio(i, 11)::numeric(10,4) AS ratio_3, bench.ratio(i, 12)::numeric(10,4) AS ratio_4,
	bench.ratio(i, 13)::numeric(10,4) AS ratio_5, bench.ratio(i, 14)::numeric(10,4) AS ratio_6,
	bench.ratio(i, 15)::numeric(10,4) AS ratio_7, bench.ratio(i, 16)::numeric(10,4) AS ratio_8,
	floor(30 * bench.u(i, 17) ^ 3)::numeric AS count_1, floor(30 * bench.u(i, 18) ^ 3)::numeric AS count_2,
	floor(30 * bench.u(i, 19) ^ 3)::numeric AS count_3, floor(30 * bench.u(i, 20) ^ 3)::numeric AS count_4,
	floor(30 * bench.u(i, 21) ^ 3)::numeric AS count_5, floor(30 * bench.u(i, 22) ^ 3)::numeric AS count_6,
	floor(30 * bench.u(i, 23) ^ 3)::numeric AS count_7, floor(30 * bench.u(i, 24) ^ 3)::numeric AS count_8,
	bench.u(i, 25) < 0.3 AS flag_1, bench.u(i, 26) < 0.5 AS flag_2,
	bench.u(i, 27) < 0.7 AS flag_3, bench.u(i, 28) < 0.1 AS flag_4,
	'C' || 10 + floor(60 * bench.u(i, 29))::int AS industry,
	(ARRAY['start-up', 'growth', 'stable'])[1 + floor(3 * bench.u(i, 30))::int] AS stage,
	DATE '2000-01-01' + floor(9000 * bench.u(i, 31))::int AS founded,
	bench.u(i, 32) < 0.02 AS dishonest
FROM generate_series(1, :rows) AS i;

CREATE TABLE bench.profile AS
SELECT id, growth_index.profile(x) AS profile
FROM bench.wide w, LATERAL (SELECT money_1, money_2, money_3, money_4, money_5, money_6, money_7, money_8,
	ratio_1, ratio_2, ratio_3, ratio_4, ratio_5, ratio_6, ratio_7, ratio_8,
	count_1, count_2, count_3, count_4, count_5, count_6, count_7, count_8,
	flag_1, flag_2, flag_3, flag_4, industry, stage, founded, dishonest) AS x;
VACUUM (ANALYZE) bench.wide;
VACUUM (ANALYZE) bench.profile;
