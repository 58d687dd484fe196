-- Refresh: only what changed, nothing twice, one that fails does not stop the
-- others.  Not in one transaction: refresh() commits.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();

INSERT INTO growth_index.department VALUES ('tax', '税务', 'Tax');
INSERT INTO growth_index.indicator (code, department) VALUES ('revenue', 'tax'), ('profit', 'tax');
INSERT INTO growth_index.enterprise (credit_code, name, industry, founded)
SELECT growth_index.credit_code_complete('91410100MA' || lpad(i::text, 7, '0')), 'e' || i, 'C39', '2015-03-01' FROM generate_series(1, 50) AS i;
SELECT growth_index.credit_code_complete('91410100MA0000001') AS c1, growth_index.credit_code_complete('91410100MA0000002') AS c2,
	growth_index.credit_code_complete('91410100MA0000003') AS c3 \gset

\set card '{"name": "test", "dimensions": [{"code": "d", "name": "D"}], "indicators": [{"code": "revenue", "name": "R", "dimension": "d", "normalise": {"linear": [0, 100]}, "weight": 60, "missing": "zero"}, {"code": "profit", "name": "P", "dimension": "d", "normalise": {"linear": [0, 10]}, "weight": 40, "missing": "zero"}], "ratings": [{"grade": "AAA", "from": 80}, {"grade": "BBB", "from": 40}, {"grade": "C", "from": 0}]}'
SELECT is(growth_index.add_scorecard('innovation', :'card'), 1, 'a scorecard is put in force as version 1');
SELECT is(growth_index.add_scorecard('innovation', :'card'), 1, 'the same content is the same version');

INSERT INTO growth_index.upload
SELECT credit_code, 'revenue', substr(name, 2)::integer * 2, '2023-12-31', 'tax' FROM growth_index.enterprise;
SELECT is((SELECT count(*) FROM growth_index.refresh_queue), 100::bigint, 'new enterprises and new data are queued');
CALL growth_index.refresh(batch_size => 7);
SELECT is((SELECT count(*) FROM growth_index.refresh_queue), 0::bigint, 'a refresh empties the queue');
SELECT results_eq('SELECT state, batches, enterprises, failed, finished_at IS NOT NULL FROM growth_index.refresh_run',
	$$VALUES ('done', 8::bigint, 50::bigint, 0::bigint, true)$$, 'in batches, each enterprise once');
SELECT results_eq($$SELECT s.score, s.rating::text, s.status, s.missing, s.version, s.as_of = current_date FROM growth_index.score AS s JOIN growth_index.enterprise AS e ON e.credit_code OPERATOR(growth_index.=) s.credit_code WHERE e.name = 'e50'$$,
	$$VALUES (60.00, 'BBB', 'scored', '{profit}'::text[], 1, true)$$, 'score and rating are what the scorecard says');
SELECT is((SELECT count(*) FROM growth_index.score_history), 50::bigint, 'each first score is history');
SELECT is((SELECT count(*) FROM growth_index.enterprise_profile AS p WHERE p.profile OPERATOR(growth_index.<>) growth_index.profile_of(p.credit_code, current_date)),
	0::bigint, 'profiles are what profile_of() gives');
SELECT is(growth_index.matching_profile(:'c1') OPERATOR(growth_index.->>) 'rating', 'C', 'policies see the rating');
SELECT is(growth_index.matching_profile(:'c1') OPERATOR(growth_index.->>) 'score', '1.2', 'and the score');
CALL growth_index.refresh();
SELECT is((SELECT count(*) FROM growth_index.refresh_run), 1::bigint, 'with nothing to do there is no run');

-- again, with nothing new
SELECT is(growth_index.refresh_all(), 50::bigint, 'all can be queued');
SELECT xmin::text AS row_version FROM growth_index.score LIMIT 1 \gset
CALL growth_index.refresh();
SELECT is((SELECT count(*) FROM growth_index.score_history), 50::bigint, 'what says nothing new is no history');
SELECT is((SELECT count(*) FROM growth_index.score WHERE xmin::text <> :'row_version' AND computed_at > (SELECT max(started_at) FROM growth_index.refresh_run)), 0::bigint, 'and writes no row');

-- one correction
SELECT (growth_index.upload_json('tax', jsonb_build_array(jsonb_build_object('credit_code', :'c1', 'indicator', 'revenue', 'value', 90, 'period_end', '2023-12-31')))).accepted \g /dev/null
CALL growth_index.refresh();
SELECT is((SELECT enterprises FROM growth_index.refresh_run ORDER BY id DESC LIMIT 1), 1::bigint, 'one change refreshes one enterprise');
SELECT results_eq(format('SELECT score FROM growth_index.score_history WHERE credit_code OPERATOR(growth_index.=) %L ORDER BY id', :'c1'),
	'VALUES (1.20), (54.00)', 'its history has both scores');

-- an enterprise changes
UPDATE growth_index.enterprise SET name_en = 'X';
SELECT is((SELECT count(*) FROM growth_index.refresh_queue), 0::bigint, 'columns that do not join the profile queue nobody');
UPDATE growth_index.enterprise SET industry = CASE name WHEN 'e2' THEN 'I65' ELSE industry END;
SELECT results_eq('SELECT credit_code::text FROM growth_index.refresh_queue', format('VALUES (%L)', :'c2'), 'a changed industry queues its enterprise');
SELECT lives_ok(format('SELECT growth_index.refresh_enterprise(%L)', :'c2'), 'one enterprise can be refreshed alone');
SELECT is((SELECT count(*) FROM growth_index.refresh_queue), 0::bigint, 'which takes it from the queue');
SELECT is((SELECT profile OPERATOR(growth_index.->>) 'industry' FROM growth_index.enterprise_profile WHERE credit_code OPERATOR(growth_index.=) :'c2'), 'I65', 'and refreshes its profile');
SELECT throws_ok(format('SELECT growth_index.refresh_enterprise(%L)', growth_index.credit_code_complete('91410100MA9999999')), 'P0002', NULL, 'an unknown enterprise cannot be refreshed');

-- one fails
INSERT INTO growth_index.observation (credit_code, indicator, value, period_end) VALUES (:'c3', 'profit', '[{"no": "value"}]', '2023-12-31');
SELECT growth_index.refresh_all() \g /dev/null
CALL growth_index.refresh(batch_size => 20);
SELECT results_eq('SELECT credit_code::text, sqlstate, failures FROM growth_index.refresh_error', format($$VALUES (%L, '22P02', 1::bigint)$$, :'c3'), 'an enterprise that fails is set aside with its error');
SELECT results_eq('SELECT enterprises, failed, state FROM growth_index.refresh_run ORDER BY id DESC LIMIT 1', $$VALUES (49::bigint, 1::bigint, 'done')$$, 'the others go on');
SELECT is((SELECT count(*) FROM growth_index.refresh_queue), 0::bigint, 'and it is out of the queue');
SELECT is((SELECT score FROM growth_index.score WHERE credit_code OPERATOR(growth_index.=) :'c3'), 3.60, 'its last score stands');
INSERT INTO growth_index.observation (credit_code, indicator, value, period_end) VALUES (:'c3', 'profit', '10', '2023-12-31');
CALL growth_index.refresh();
SELECT is_empty('SELECT * FROM growth_index.refresh_error', 'a refresh that succeeds takes the error away');
SELECT is((SELECT score FROM growth_index.score WHERE credit_code OPERATOR(growth_index.=) :'c3'), 43.60, 'and gives the new score');
INSERT INTO growth_index.observation (credit_code, indicator, value, period_end) VALUES (:'c3', 'profit', 'null', '2023-12-31');
CALL growth_index.refresh();
SELECT is((SELECT score FROM growth_index.score WHERE credit_code OPERATOR(growth_index.=) :'c3'), 3.60, 'a value taken back is unknown');

-- another scorecard
SELECT is(growth_index.add_scorecard('innovation', replace(:'card', '"linear": [0, 100]', '"linear": [0, 50]')::growth_index.scorecard), 2, 'other content is a new version');
SELECT is(growth_index.refresh_all('innovation'), 50::bigint, 'all wait for its scores');
CALL growth_index.refresh(batch_size => 10, max_batches => 2);
SELECT is((SELECT count(DISTINCT credit_code) FROM growth_index.refresh_queue), 30::bigint, 'max_batches ends a refresh early');
SELECT is(growth_index.refresh_all('innovation'), 30::bigint, 'only those that it has not scored are queued again');
CALL growth_index.refresh();
SELECT is((SELECT count(*) FROM growth_index.score WHERE version = 2), 50::bigint, 'all are scored by it');
SELECT is(growth_index.add_scorecard('innovation', :'card'), 1, 'the first content again is version 1 again');
SELECT results_eq('SELECT version FROM growth_index.scorecard_version WHERE active', 'VALUES (1)', 'and one version is active');
SELECT throws_ok($$SELECT growth_index.refresh_all('none')$$, '42704', NULL, 'an unknown scorecard is an error');
UPDATE growth_index.scorecard_version SET active = false;
SELECT growth_index.refresh_all() \g /dev/null
CALL growth_index.refresh();
SELECT is_empty('SELECT * FROM growth_index.score', 'without an active scorecard there is no score');

-- guards
SELECT throws_ok('UPDATE growth_index.score_history SET score = 100', '23001', NULL, 'history is not updated');
SELECT throws_ok('DELETE FROM growth_index.score_history', '23001', NULL, 'nor deleted');
SELECT throws_ok('TRUNCATE growth_index.score_history', '23001', NULL, 'nor truncated');

-- many policies at once queue everybody once
BEGIN;
SELECT growth_index.add_policy('q' || i, format('revenue > %s', i)::growth_index.criteria, '1') FROM generate_series(1, 20) AS i \g /dev/null
SELECT is((SELECT count(*) FROM growth_index.refresh_queue), 50::bigint, 'twenty policies of a transaction queue each enterprise once');
SELECT growth_index.refresh_batch(100) \g /dev/null
SELECT growth_index.add_policy('q21', 'revenue > 1', '1') \g /dev/null
SELECT is((SELECT count(*) FROM growth_index.refresh_queue), 50::bigint, 'and again after a refresh in it');
COMMIT;
CALL growth_index.refresh();

-- whatever search_path the session has, and whatever isolation
CREATE SCHEMA trap;
CREATE FUNCTION trap.never(boolean, boolean) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''caught''; END';
CREATE FUNCTION trap.never(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''caught''; END';
CREATE OPERATOR trap.= (FUNCTION = trap.never, LEFTARG = bigint, RIGHTARG = bigint);
CREATE OPERATOR trap.> (FUNCTION = trap.never, LEFTARG = bigint, RIGHTARG = bigint);
SELECT growth_index.refresh_all() \g /dev/null
SET search_path = trap, pg_catalog;
SET default_transaction_isolation = 'repeatable read';
CALL growth_index.refresh();
RESET search_path;
RESET default_transaction_isolation;
SELECT results_eq('SELECT enterprises, state FROM growth_index.refresh_run ORDER BY id DESC LIMIT 1', $$VALUES (50::bigint, 'done')$$, 'no operator of the session''s search_path is used');

SELECT * FROM finish();
