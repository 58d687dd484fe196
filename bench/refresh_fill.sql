-- A database of :n enterprises that have been refreshed, of which a hundred,
-- spread over all, deliver 32 indicators; :ms is the median of their refreshes,
-- one at a time.
CREATE DATABASE :db;
\c :db
SET client_min_messages = warning;
CREATE EXTENSION growth_index;
SET search_path = growth_index, public;
\o /dev/null
SELECT install_pack('local_12');
SELECT add_observation_years(2018, 2027);
INSERT INTO budget (code, amount) VALUES ('b', 1e9);
SELECT add_policy('p' || i, format('revenue >= %s AND rd_expense / revenue >= 0.0%s AND NOT dishonest', i * 1000000, i)::criteria,
	format('least(rd_expense * 0.0%s, 500000)', i)::formula, budget_code => 'b') FROM generate_series(1, 9) AS i;
-- what is there already is put there without the triggers that would queue it
SET session_replication_role = replica;
INSERT INTO enterprise (credit_code, name, industry, registered_zone, founded)
SELECT credit_code_complete('91410100MA' || lpad(i::text, 7, '0')), 'firm ' || i, 'C' || 13 + i % 30, 'ZZHT', DATE '2000-01-01' + i % 9000
FROM generate_series(1, :n) AS i;
INSERT INTO observation (credit_code, indicator, value, period_end, department)
SELECT e.credit_code, v.indicator, v.value, '2024-12-31', 'tax'
FROM enterprise AS e, LATERAL (VALUES ('revenue', to_jsonb(1000000 + substr(e.name, 6)::integer)), ('rd_expense', to_jsonb(50000 + substr(e.name, 6)::integer))) AS v(indicator, value)
ORDER BY e.credit_code;
INSERT INTO enterprise_profile (credit_code, profile, as_of, computed_at)
SELECT credit_code, profile(jsonb_build_object('revenue', 1000000 + substr(name, 6)::integer, 'rd_expense', 50000 + substr(name, 6)::integer,
	'industry', industry, 'registered_zone', registered_zone, 'founded', founded)), current_date, now()
FROM enterprise;
INSERT INTO growth_index.score (credit_code, scorecard, version, score, rating, segment, coverage, status, missing, as_of, computed_at, industry)
SELECT credit_code, 'innovation', 1, round((substr(name, 6)::integer % 9973) / 100.0, 2), 'B', 'growth', 0.9, 'scored', '{}', current_date, now(), industry
FROM enterprise;
INSERT INTO score_history (credit_code, scorecard, version, score, rating, segment, coverage, status, missing, as_of, computed_at, profile)
SELECT s.credit_code, s.scorecard, s.version, s.score, s.rating, s.segment, s.coverage, s.status, s.missing, s.as_of, s.computed_at, p.profile
FROM growth_index.score AS s JOIN enterprise_profile AS p USING (credit_code);
INSERT INTO policy_match (credit_code, policy, version, decision, award)
SELECT credit_code, 'p1', 1, 'eligible', 100 FROM enterprise;
INSERT INTO score_count SELECT scorecard, score, count(*) FROM growth_index.score GROUP BY 1, 2;
INSERT INTO score_tally SELECT scorecard, rating, industry, count(*), sum(score) FROM growth_index.score GROUP BY 1, 2, 3;
INSERT INTO match_tally SELECT policy, version, decision, count(*), sum(award) FROM policy_match GROUP BY 1, 2, 3;
INSERT INTO known_count SELECT c, count(*) FROM enterprise_profile, unnest(codes(profile) || ''::text) AS c GROUP BY 1;
RESET session_replication_role;
VACUUM (ANALYZE);
CREATE TABLE public.chosen AS
SELECT row_number() OVER (ORDER BY credit_code) AS place, credit_code FROM enterprise WHERE substr(name, 6)::integer % (:n / 100) = 1;
INSERT INTO upload
SELECT c.credit_code, i.code, 1000 + c.place, '2024-12-31', i.department FROM public.chosen AS c, indicator AS i WHERE i.data_type = 'number';
CALL refresh();
DO $$
DECLARE
	c		record;
	began	timestamptz;
	times	double precision[] := '{}';
BEGIN
	FOR c IN SELECT * FROM public.chosen LOOP
		INSERT INTO growth_index.upload VALUES (c.credit_code::text, 'revenue', (5000000 + 10000 * c.place)::text, '2024-12-31', 'tax');
		COMMIT;
		began := clock_timestamp();
		CALL growth_index.refresh();
		times := times || extract(epoch FROM clock_timestamp() - began)::double precision * 1000;
	END LOOP;
	IF EXISTS (SELECT FROM growth_index.refresh_queue) OR (SELECT count(*) FROM growth_index.refresh_error) > 0 THEN
		RAISE EXCEPTION 'the refresh did not do its work';
	END IF;
	PERFORM set_config('bench.ms', (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(times) AS t)::text, false);
END $$;
SELECT current_setting('bench.ms') AS ms \gset
