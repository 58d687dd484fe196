/*
 * Scorecards that compare with peers: fitted by the jobs, as versions of their
 * own, and the scores that follow.  Not in one transaction: the jobs commit.
 */
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();

INSERT INTO growth_index.department VALUES ('tax');
INSERT INTO growth_index.indicator (code, department) VALUES ('revenue', 'tax');
INSERT INTO growth_index.enterprise (credit_code, name)
SELECT growth_index.credit_code_complete('91410100MA' || lpad(i::text, 7, '0')), i FROM generate_series(1, 40) AS i;
INSERT INTO growth_index.upload SELECT credit_code, 'revenue', name, '2023-12-31', 'tax' FROM growth_index.enterprise;
SELECT growth_index.credit_code_complete('91410100MA0000040') AS most, growth_index.credit_code_complete('91410100MA0000020') AS middle \gset
\set card '{"name": "peers", "dimensions": [{"code": "d"}], "indicators": [{"code": "revenue", "dimension": "d", "normalise": {"minmax": {}}, "weight": 100}]}'
SELECT growth_index.add_scorecard('innovation', :'card') \g /dev/null
SELECT growth_index.add_scorecard('plain', '{"name": "plain", "dimensions": [{"code": "d"}], "indicators": [{"code": "revenue", "dimension": "d", "normalise": {"linear": [0, 40]}, "weight": 100}]}') \g /dev/null

CALL growth_index.refresh();
SELECT is_empty($$SELECT * FROM growth_index.score WHERE scorecard = 'innovation'$$, 'what is not fitted scores nobody');
SELECT is_empty('SELECT * FROM growth_index.refresh_error', 'and fails nobody');
SELECT is((SELECT count(*) FROM growth_index.score WHERE scorecard = 'plain'), 40::bigint, 'the others are scored');
SELECT is(growth_index.portrait(:'most') ->> 'status', 'pending', 'its portrait waits');

CALL growth_index.run_refresh_job();
SELECT results_eq($$SELECT version, active, card::jsonb ? 'fitted' FROM growth_index.scorecard_version WHERE code = 'innovation' ORDER BY version$$,
	'VALUES (1, false, false), (2, true, true)', 'the refresh job fits it, as a version of its own');
SELECT results_eq(format('SELECT score FROM growth_index.score WHERE scorecard = ''innovation'' AND credit_code::text IN (%L, %L) ORDER BY score', :'middle', :'most'),
	'VALUES (round(100 * 19 / 39.0, 2)), (100.00)', 'and all are scored among their peers');
SELECT is((SELECT count(*) FROM growth_index.score WHERE scorecard = 'innovation' AND version = 2), 40::bigint, 'each');
CALL growth_index.run_daily_job();
SELECT is((SELECT max(version) FROM growth_index.scorecard_version WHERE code = 'innovation'), 2, 'peers that are as they were give no new version');

INSERT INTO growth_index.upload VALUES (:'most', 'revenue', '79', '2024-12-31', 'tax');
CALL growth_index.run_refresh_job();
SELECT is((SELECT score FROM growth_index.score WHERE scorecard = 'innovation' AND credit_code OPERATOR(growth_index.=) :'middle'), round(100 * 19 / 39.0, 2), 'by day the peers stand');
CALL growth_index.run_daily_job();
SELECT is((SELECT score FROM growth_index.score WHERE scorecard = 'innovation' AND credit_code OPERATOR(growth_index.=) :'middle'), round(100 * 19 / 78.0, 2), 'at night they are taken anew');
SELECT is((SELECT version FROM growth_index.scorecard_version WHERE code = 'innovation' AND active), 3, 'as another version');
SELECT is((SELECT count(*) FROM growth_index.refresh_queue), 0::bigint, 'by which nobody waits to be scored');
SELECT is((SELECT version FROM growth_index.scorecard_version WHERE code = 'plain'), 1, 'a card that compares with nobody stays');
SELECT is(growth_index.fit_scorecard('plain'), 1, 'also when it is asked for');
SELECT results_eq(format($$SELECT h.score, growth_index.score(c.card, h.profile, h.as_of) = h.score FROM growth_index.score_history AS h
	JOIN growth_index.scorecard_version AS c ON c.code = h.scorecard AND c.version = h.version
	WHERE h.scorecard = 'innovation' AND h.credit_code::text = %L ORDER BY h.id$$, :'middle'),
	'VALUES (round(100 * 19 / 39.0, 2), true), (round(100 * 19 / 78.0, 2), true)', 'past scores are given again by the peers of their day');
SELECT throws_ok($$SELECT growth_index.fit_scorecard('none')$$, '42704', NULL, 'an unknown scorecard');
SELECT throws_ok(format($$SELECT growth_index.add_scorecard(%L, (SELECT card FROM growth_index.scorecard_version WHERE code = 'plain'))$$, code), '22023', format('scorecard code "%s" has %s bytes', shown, bytes), 'a code of ' || bytes || ' bytes')
FROM (VALUES ('', '', 0), (repeat('长', 22), repeat('长', 20) || '…', 66)) AS v(code, shown, bytes);

SELECT * FROM finish();
