/*
 * The example of points redemption: each tier gets its honour, reward, voucher
 * and credit, and the reward goes by score when the money is short.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT no_plan();
INSERT INTO indicator (code) VALUES ('points');
INSERT INTO enterprise (credit_code, name) SELECT credit_code_complete('91410100MR' || lpad(n::text, 7, '0')), n::text FROM unnest('{49,55,72,93}'::int[]) AS n;
SELECT add_scorecard('innovation', '{"name": "t", "dimensions": [{"code": "d"}], "indicators": [{"code": "points", "dimension": "d", "normalise": {"linear": [0, 100]}, "weight": 100}], "ratings": [{"grade": "AAA", "from": 90}, {"grade": "C", "from": 0}]}') \g /dev/null
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT credit_code, 'points', to_jsonb(name::integer), '2025-12-31' FROM enterprise;
\o /dev/null
\i examples/finance/points_redemption.sql
\i examples/finance/points_redemption.sql
CALL refresh();
SELECT advance_entitlements('2026-03-02');
\o
SELECT is((SELECT max(version) FROM policy), 1, 'run again it changes nothing');
/* at the edges: a score, and the award that it gives; NULL: none; an unknown score decides nothing */
CREATE TEMP TABLE edge (code text, score text, amount numeric);
INSERT INTO edge VALUES
	('points_honour', '90', 2000), ('points_honour', '89.99', NULL), ('points_honour', '90.01', 2000), ('points_honour', '100', 2000), ('points_honour', '130', 2000), ('points_honour', '0', NULL), ('points_honour', '-1', NULL), ('points_honour', NULL, NULL),
	('points_reward', '60', 10000), ('points_reward', '59.99', NULL), ('points_reward', '69.99', 10000), ('points_reward', '70', 20000), ('points_reward', '79.99', 20000), ('points_reward', '80', 50000), ('points_reward', '89.99', 50000), ('points_reward', '90', 100000), ('points_reward', '130', 100000), ('points_reward', NULL, NULL),
	('points_voucher', '50', NULL), ('points_voucher', '50.01', 1), ('points_voucher', '51', 100), ('points_voucher', '89.99', 3999), ('points_voucher', '90', 4000), ('points_voucher', '90.01', 4000), ('points_voucher', '130', 4000), ('points_voucher', '0', NULL), ('points_voucher', NULL, NULL),
	('points_loan', '55', 1650000), ('points_loan', '54.99', NULL), ('points_loan', '55.01', 1650300), ('points_loan', '99.99', 2999700), ('points_loan', '100', 3000000), ('points_loan', '100.01', 3000000), ('points_loan', '0', NULL), ('points_loan', NULL, NULL);
CREATE TEMP VIEW came AS
SELECT e.*, m.decision, m.award FROM edge AS e LEFT JOIN LATERAL (
	SELECT policy AS code, decision, award FROM match_policies(profile(jsonb_build_object('score', e.score::numeric)))
	UNION ALL SELECT product, decision, credit FROM match_products(profile(jsonb_build_object('score', e.score::numeric)))) AS m ON m.code = e.code;
SELECT is((SELECT string_agg(format('%s at %s: %s %s', code, score, decision, award), '; ') FROM came
	WHERE decision IS DISTINCT FROM CASE WHEN score IS NULL THEN 'undecided' WHEN amount IS NOT NULL THEN 'eligible' END OR (decision = 'eligible' AND award IS DISTINCT FROM amount)), NULL, 'each at its edges');
SELECT is((SELECT count(*) FROM (SELECT code FROM edge GROUP BY code HAVING count(*) >= 8) AS c), 4::bigint, 'eight cases each at least');
SELECT results_eq($$SELECT e.name, string_agg(t.policy || ' ' || t.award, ', ' ORDER BY t.policy) FROM entitlement AS t JOIN enterprise AS e USING (credit_code) GROUP BY e.name ORDER BY 1$$,
	$$VALUES ('55', 'points_voucher 500.00'), ('72', 'points_reward 20000.00, points_voucher 2200.00'),
		('93', 'points_honour 2000.00, points_reward 100000.00, points_voucher 4000.00')$$, 'to each tier its own, to 49 points nothing');
SELECT results_eq($$SELECT e.name, m.credit FROM product_match AS m JOIN enterprise AS e USING (credit_code) WHERE m.until IS NULL ORDER BY 1$$,
	$$VALUES ('55', 1650000.00), ('72', 2160000.00), ('93', 2790000.00)$$, 'credit by points');
\o /dev/null
SELECT advance_entitlements('2026-03-10');
SELECT confirm_entitlement(id, credit_code, as_of => '2026-03-10') FROM entitlement WHERE policy = 'points_reward' ORDER BY award;
UPDATE budget SET amount = 110000;
SELECT advance_entitlements('2026-03-11');
\o
SELECT is((SELECT string_agg(award || ' ' || state, ', ' ORDER BY award) FROM entitlement WHERE policy = 'points_reward'), '20000.00 confirmed, 100000.00 paid', 'the reward goes to the higher score, though it confirmed later');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');
SELECT * FROM finish();
