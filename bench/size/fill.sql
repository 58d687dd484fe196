-- The catalogue of 20 + 12, :n enterprises, and what the files of departments
-- are made from: 32 indicators, values by hashes.
SET client_min_messages = warning;
CREATE EXTENSION growth_index;
SET search_path = growth_index, public;
\o /dev/null
SELECT install_pack('local_12');
SELECT add_observation_years(2018, 2027);
CREATE TABLE public.wanted AS
SELECT row_number() OVER (ORDER BY code) AS k, code, department, data_type, least(valid_max, 2000000000)::bigint AS most
FROM indicator WHERE data_type <> 'boolean';
INSERT INTO institution (code) VALUES ('bank');
INSERT INTO budget (code, amount) VALUES ('b', 1e12);
SELECT add_policy('p' || i, format('revenue >= %s AND rd_expense / revenue >= 0.0%s AND registered_zone = ''ZZHT''', i * 100000000, i)::criteria,
	format('least(rd_expense * 0.0%s, 500000)', i)::formula, budget_code => 'b') FROM generate_series(1, 5) AS i;
SELECT add_product('l' || i, 'bank', format('score >= %s AND revenue >= 20000000', 40 + i)::criteria, 'least(revenue * 0.1, 5000000)') FROM generate_series(1, 4) AS i;
INSERT INTO enterprise (credit_code, name, industry, registered_zone, founded)
SELECT credit_code_complete('91410100MA' || lpad(i::text, 7, '0')), 'firm ' || i, 'C' || 13 + i % 30, 'ZZHT', DATE '2000-01-01' + i % 9000
FROM generate_series(1, :n) AS i;
/* lines of the enterprises from one number to another, as a department writes them (value) and as observation holds them (json) */
CREATE FUNCTION public.lines(first integer, last integer, OUT credit_code text, OUT indicator text, OUT value text, OUT json jsonb,
	OUT period_end date, OUT department text) RETURNS SETOF record LANGUAGE sql STABLE AS $$
	SELECT growth_index.credit_code_complete('91410100MA' || lpad(i::text, 7, '0'))::text, w.code, v.value,
		CASE w.data_type WHEN 'set' THEN v.value::jsonb WHEN 'number' THEN to_jsonb(v.value::numeric) ELSE to_jsonb(v.value) END, DATE '2025-12-31', w.department
	FROM generate_series(first, last) AS i, public.wanted AS w,
		LATERAL (SELECT CASE w.data_type WHEN 'set' THEN '["高新技术企业"]' WHEN 'text' THEN 'good'
			ELSE (abs(hashint8(i::bigint * 64 + w.k)::bigint) % (w.most + 1))::text END) AS v(value)
$$;
CREATE TABLE public.plain (LIKE growth_index.observation INCLUDING ALL, PRIMARY KEY (credit_code, indicator, period_end, recorded_at, id));
