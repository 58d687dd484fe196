-- Awards in whole units, the way that a policy says: in the match, in bulk, in
-- what is simulated, in the entitlement and in its audit the same.
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT plan(44);

/* ---- the function ---- */
SELECT results_eq($$SELECT a, rounded(a, 100), rounded(a, 100, 'down'), rounded(a, 100, 'up')
		FROM unnest('{0, 49.99, 50, 100, 100.01, 149.99, 150, -0.01, -50, -149.99, -150, -200}'::numeric[]) WITH ORDINALITY AS t(a, n) ORDER BY n$$,
	$$VALUES (0::numeric, 0.00::numeric, 0.00::numeric, 0.00::numeric), (49.99, 0, 0, 100), (50, 100, 0, 100), (100, 100, 100, 100), (100.01, 100, 100, 200),
		(149.99, 100, 100, 200), (150, 200, 100, 200), (-0.01, 0, -100, 0), (-50, -100, -100, 0), (-149.99, -100, -200, -100), (-150, -200, -200, -100), (-200, -200, -200, -200)$$,
	'to the nearest, the next lower, the next higher hundred');
SELECT is(rounded(12.345), 12.35, 'to 0.01 by default');
SELECT is(rounded(12.345, 0.01, 'down'), 12.34, 'or down');
SELECT is(rounded(0.29 * 100, 1, 'down'), 29.00, 'what is whole stays');
SELECT is(rounded(99999999999999999999.999999999999999999999999999999, 1, 'down'), 99999999999999999999.00, 'exact at any length');
SELECT is(rounded(100000000000000000000.000000000000000000000000000001, 1, 'up'), 100000000000000000001.00, 'also up');
SELECT is(rounded(5000, 10000) || ' ' || rounded(4999.999999999999999999, 10000), '10000.00 0.00', 'a half goes up, less does not');
/* of random amounts, units and ways: what the definition says */
SELECT setseed(0.2718);
SELECT is_empty($$SELECT * FROM (SELECT a, u, w, rounded(a, u, w) AS r FROM (SELECT round((random() * 20000 - 10000)::numeric, (random() * 4)::int) AS a,
			('{0.01,0.05,0.1,1,3,25,100,10000}'::numeric[])[1 + floor(random() * 8)::int] AS u, ('{half_up,down,up}'::text[])[1 + floor(random() * 3)::int] AS w
		FROM generate_series(1, 5000)) AS g) AS x
	WHERE (r % u = 0 AND CASE w WHEN 'down' THEN r <= a AND a < r + u WHEN 'up' THEN r >= a AND a > r - u
		ELSE abs(r) - u / 2 <= abs(a) AND abs(a) < abs(r) + u / 2 END) IS NOT TRUE$$, 'a multiple of the unit, on the right side, less than a unit away');
SELECT is(rounded(NULL), NULL, 'NULL is NULL');
SELECT throws_ok($$SELECT growth_index.rounded(1, 0)$$, '22023', 'amounts cannot be rounded to 0 yuan', 'a unit is above 0');
SELECT throws_ok($$SELECT growth_index.rounded(1, -1)$$, '22023', NULL, 'and not below');
SELECT throws_ok($$SELECT growth_index.rounded(1, 0.005)$$, '22023', 'amounts cannot be rounded to 0.005 yuan', 'and whole cents');
SELECT throws_ok($$SELECT growth_index.rounded(1, 'NaN')$$, '22023', NULL, 'and a number');
SELECT throws_ok($$SELECT growth_index.rounded(1, 'infinity')$$, '22023', NULL, 'that ends');
SELECT throws_ok($$SELECT growth_index.rounded(1, 1, 'even')$$, '22023', 'unknown way of rounding: "even"', 'a way that there is');

/* ---- policies ---- */
INSERT INTO indicator (code, data_type) VALUES ('spent', 'number'), ('extra', 'number');
CREATE TEMP TABLE firm AS
SELECT n, growth_index.credit_code_complete('91410100MR' || lpad(n::text, 7, '0')) AS code FROM generate_series(1, 3) AS n;
INSERT INTO enterprise (credit_code, name) SELECT code, 'firm ' || n FROM firm;
INSERT INTO observation (credit_code, indicator, value, period_end)
SELECT code, 'spent', v::text::jsonb, '2022-03-31' FROM firm, unnest('{12345.675, 20050, 999}'::numeric[]) WITH ORDINALITY AS v(v, m) WHERE m = n;
INSERT INTO budget (code, amount) VALUES ('b', 10000000);
SELECT add_policy('plain', 'spent > 0', 'spent / 2', budget_code => 'b') \g /dev/null
SELECT is(add_policy('low', 'spent >= 1000', 'spent / 2', budget_code => 'b', rounding => 100, rounding_way => 'down'), 1, 'a policy in whole hundreds, what is over is not paid');
SELECT is(add_policy('low', 'spent >= 1000', 'spent / 2', budget_code => 'b', rounding => 100.00, rounding_way => 'down'), 1, 'entered again it is the same');
SELECT add_policy('high', 'spent > 0', 'spent / 2', budget_code => 'b', rounding => 1000, rounding_way => 'up', cap_enterprise => 10500) \g /dev/null
SELECT throws_ok($$SELECT growth_index.add_policy('x', 'spent > 0', '1', rounding => 0)$$, '22023', NULL, 'a policy has a unit that there is');
SELECT throws_ok($$SELECT growth_index.add_policy('x', 'spent > 0', '1', rounding_way => 'bankers')$$, '22023', 'unknown way of rounding: "bankers"', 'and a way');
SELECT throws_ok($$INSERT INTO growth_index.policy (code, version, criteria, award, rounding) VALUES ('x', 1, 'spent > 0', '1', 0.001)$$, '23514', NULL, 'also where it is written to the table');
SELECT throws_ok($$INSERT INTO growth_index.policy (code, version, criteria, award, rounding_way) VALUES ('x', 1, 'spent > 0', '1', 'even')$$, '23514', NULL, 'either of them');
SELECT refresh_batch(10) \g /dev/null
SELECT results_eq($$SELECT policy, award FROM match_policies((SELECT code FROM firm WHERE n = 1), '2022-04-01') ORDER BY 1$$,
	$$VALUES ('high', 7000.00::numeric), ('low', 6100.00), ('plain', 6172.84)$$, 'each by its own rounding');
SELECT results_eq($$SELECT policy, award FROM match_policies((SELECT code FROM firm WHERE n = 2), '2022-04-01') ORDER BY 1$$,
	$$VALUES ('high', 10500.00::numeric), ('low', 10000.00), ('plain', 10025.00)$$, 'the cap after it');
SELECT results_eq($$SELECT credit_code::text, award FROM match_enterprises('low', '2022-04-01') ORDER BY award$$,
	$$SELECT code::text, v FROM firm JOIN (VALUES (1, 6100.00::numeric), (2, 10000)) AS e(m, v) ON m = n ORDER BY v$$, 'from the other side');
SELECT set_eq($$SELECT credit_code::text, policy, award FROM match_all('2022-04-01')$$,
	$$SELECT f.code::text, m.policy, m.award FROM firm AS f, match_policies(f.code, '2022-04-01') AS m$$, 'in bulk');
SELECT set_eq($$SELECT credit_code::text, policy, award FROM policy_match WHERE until IS NULL$$,
	$$SELECT f.code::text, m.policy, m.award FROM firm AS f, match_policies(f.code, '2022-04-01') AS m$$, 'and kept');
SELECT is((SELECT award FROM near_misses((SELECT code FROM firm WHERE n = 3), '2022-04-01') WHERE policy = 'low'), 500.00, 'what a near miss would have');

/* ---- before it is issued ---- */
SELECT results_eq($$SELECT aspect, amount FROM simulate_policy('spent >= 1000', 'spent / 2', '2022-04-01', against => 'high', rounding => 100, rounding_way => 'down')
		WHERE aspect IN ('eligible', 'less', 'lost')$$,
	$$VALUES ('eligible', 16100.00::numeric), ('less', -1400.00), ('lost', -1000.00)$$, 'a draft by its rounding, what is in force by its own');
SELECT is((SELECT amount FROM simulate_policy('spent >= 1000', 'spent / 2', '2022-04-01') WHERE aspect = 'eligible'), 16197.84, 'to 0.01 by default');
SELECT throws_ok($$SELECT * FROM growth_index.simulate_policy('spent > 0', '1', rounding => NULL)$$, '22004', NULL, 'not without rounding');
SELECT results_eq($$SELECT threshold, enterprises, amount FROM sweep('low', 'spent', '{0, 1000, 20000}', '2022-04-01')$$,
	$$VALUES (0::numeric, 3::bigint, 16500.00::numeric), (1000, 2, 16100.00), (20000, 1, 10000.00)$$, 'the cost at each threshold');
SELECT is((SELECT amount FROM sweep_draft('spent > 0', 'spent / 2', 'spent', '{0}', '2022-04-01', cap_enterprise => 10500, rounding => 1000, rounding_way => 'up')), 18500.00, 'the cap after the rounding');
SELECT throws_ok($$SELECT * FROM growth_index.sweep_draft('spent > 0', '1', 'spent', '{0}', rounding => 0)$$, '22023', NULL, 'by a unit that there is');

/* ---- and the money ---- */
SELECT propose_entitlements('2022-04-01') \g /dev/null
SELECT set_eq($$SELECT credit_code::text, policy, award FROM entitlement$$,
	$$SELECT f.code::text, m.policy, m.award FROM firm AS f, match_policies(f.code, '2022-04-01') AS m$$, 'what is proposed is what was matched');
SELECT is((SELECT inputs ->> 'rounding' || ' ' || (inputs ->> 'rounding_way') FROM entitlement_event AS v JOIN entitlement AS e ON e.id = v.entitlement_id
	WHERE e.policy = 'low' LIMIT 1), '100 down', 'the event says how it was rounded');
SELECT e.id FROM entitlement AS e, firm AS f WHERE e.policy = 'low' AND f.n = 1 AND f.code OPERATOR(growth_index.=) e.credit_code \gset
SELECT review_entitlement(:id, as_of => '2022-04-01'), publicise_entitlement(:id, as_of => '2022-04-01'), push_entitlement(:id, as_of => '2022-05-01'),
	confirm_entitlement(:id, (SELECT code FROM firm WHERE n = 1), as_of => '2022-05-02') \g /dev/null
SELECT is((approve_entitlement(:id, as_of => '2022-05-03')).granted, 6100.00, 'it is still due at approval');
SELECT is((pay_entitlement(:id, as_of => '2022-05-04')).state, 'paid', 'and paid');
SELECT ok((SELECT bool_and(audit_agrees(p.id)) FROM payment AS p), 'and its audit computes the same again');
SELECT is_empty('SELECT * FROM wrongly_paid()', 'nothing of it is in excess');

/* ---- a cap is no award: neither of what is unknown nor of what is no amount ---- */
SELECT add_policy('open', 'spent > 0', 'extra * 2', budget_code => 'b', cap_enterprise => 150) \g /dev/null
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT code, 'extra', '100', '2022-03-31' FROM firm WHERE n > 1;
SELECT refresh_batch(10), propose_entitlements('2022-04-01') \g /dev/null
CREATE TEMP TABLE open AS SELECT f.n, e.id FROM entitlement AS e JOIN firm AS f ON f.code OPERATOR(growth_index.=) e.credit_code WHERE e.policy = 'open';
SELECT review_entitlement(id, as_of => '2022-04-01'), publicise_entitlement(id, as_of => '2022-04-01'), push_entitlement(id, as_of => '2022-05-01') FROM open ORDER BY id \g /dev/null
SELECT confirm_entitlement(o.id, f.code, as_of => '2022-05-02') FROM open AS o JOIN firm AS f USING (n) ORDER BY o.id \g /dev/null
SELECT is((approve_entitlement(id, as_of => '2022-05-03')).granted, 150.00, 'the cap') FROM open WHERE n = 2;
SELECT is((pay_entitlement(id, as_of => '2022-05-04')).state, 'paid', 'is paid') FROM open WHERE n = 2;
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT code, 'extra', '1e15', '2022-03-31' FROM firm WHERE n = 3;
SELECT refresh_batch(10) \g /dev/null
SELECT is(a.state || ': ' || a.reason, 'held: the award is not known any more', 'it is not where the formula gives no amount') FROM open AS o, LATERAL approve_entitlement(o.id, as_of => '2022-05-03') AS a WHERE n = 3;
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT code, 'extra', 'null', '2022-03-31' FROM firm WHERE n = 2;
SELECT results_eq('SELECT paid, due, excess, reason FROM wrongly_paid()', $$VALUES (150.00, 0::numeric, 150.00, 'the award is not known by the corrected data')$$, 'nor due where it is not known any more');
SELECT is_empty('SELECT * FROM reconcile()', 'and the books agree');
SELECT * FROM finish();
