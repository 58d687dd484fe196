-- From upload to money: matching both ways, explained; one benefit through all
-- its steps; wrong steps, repeated keys, stacking, budgets.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT plan(47);

INSERT INTO department VALUES ('tax', '税务局', 'Tax'), ('ip', '知识产权局', 'IP'), ('finance', '金融局', 'Finance');
INSERT INTO indicator (code, unit, data_type, department) VALUES
	('revenue', 'CNY', 'number', 'tax'), ('revenue_prior', 'CNY', 'number', 'tax'),
	('invention_grants', 'piece', 'number', 'ip'), ('dishonest', NULL, 'boolean', NULL),
	('listed', NULL, 'boolean', 'finance'), ('listing_date', NULL, 'date', 'finance'),
	('neeq_listed', NULL, 'boolean', 'finance'), ('refinanced', 'CNY', 'number', 'finance'),
	('refinancing_date', NULL, 'date', 'finance');
INSERT INTO enterprise (credit_code, name, industry, registered_zone, founded, certified_on)
SELECT credit_code_complete('91410100MA' || lpad(n::text, 7, '0')), 'Enterprise ' || n, 'C39', 'ZZHT', DATE '2015-01-01', DATE '2020-01-01'
FROM generate_series(1, 4) AS n;
SELECT credit_code_complete('91410100MA0000001') AS one, credit_code_complete('91410100MA0000002') AS two,
	credit_code_complete('91410100MA0000003') AS three, credit_code_complete('91410100MA0000004') AS four \gset

SELECT is(add_scorecard('innovation', '{"name": "t", "dimensions": [{"code": "d"}], "indicators": [{"code": "invention_grants", "dimension": "d", "normalise": {"per_unit": {"cap": 10}}, "weight": 100, "missing": "zero"}], "ratings": [{"grade": "AAA", "from": 90}, {"grade": "C", "from": 0}]}'), 1, 'a scorecard is version 1');

INSERT INTO budget (code, amount) VALUES ('B1', 1000000), ('tight', 60000);
SELECT is(add_policy('patents', 'invention_grants > 0 AND NOT dishonest AND registered_zone = ''ZZHT''',
	'least(invention_grants * 2500, 1000000)', 'A', 'Patent grants', budget_code => 'B1', publicity_days => 5), 1, 'a policy is version 1');
SELECT is(add_policy('patents', 'invention_grants > 0 AND NOT dishonest AND registered_zone = ''ZZHT''',
	'least(invention_grants * 2500, 1000000)', 'A', 'Patent grants', budget_code => 'B1', publicity_days => 5), 1, 'the same again is no new version');
SELECT add_policy('listing', 'listed AND listing_date >= as_of - INTERVAL ''1 year''', '500000', period => 'once',
	stacking_group => 'market', budget_code => 'B1', publicity_days => 0) AS v \gset
SELECT add_policy('neeq', 'neeq_listed', '80000', period => 'once', stacking_group => 'market', budget_code => 'B1', publicity_days => 0) AS v \gset
SELECT add_policy('refinancing', 'listed AND refinanced > 0', 'least(refinanced * 0.005, 1000000)', period => 'event',
	event_indicator => 'refinancing_date', budget_code => 'tight', publicity_days => 0) AS v \gset
INSERT INTO institution VALUES ('bank', '银行', 'Bank', 'bank');
SELECT is(add_product('loan', 'bank', 'score >= 30 AND age_in_months(founded) >= 24', 'least(revenue * 0.1, 5000000)', rate => 0.0385), 1, 'a product is version 1');
SELECT throws_ok($$UPDATE growth_index.policy SET award = '1' WHERE code = 'patents'$$, '23001', NULL, 'a version does not change');
SELECT throws_ok($$DELETE FROM growth_index.policy WHERE code = 'patents'$$, '23001', NULL, 'nor go away');
SELECT throws_ok($$SELECT growth_index.add_product('x', 'nobody', 'a', '1')$$, '23503', NULL, 'a product needs an institution');

INSERT INTO upload (credit_code, indicator, value, period_end, department)
SELECT v.cc, v.i, v.v, '2025-12-31', v.d FROM (VALUES
	(:'one', 'revenue', '30000000', 'tax'), (:'one', 'invention_grants', '4', 'ip'), (:'one', 'dishonest', 'false', 'ip'),
	(:'two', 'revenue', '50000000', 'tax'), (:'two', 'invention_grants', '2', 'ip'),
	(:'three', 'invention_grants', '3', 'ip'), (:'three', 'dishonest', 'true', 'ip'),
	(:'four', 'listed', 'true', 'finance'), (:'four', 'listing_date', '2026-03-01', 'finance'), (:'four', 'neeq_listed', 'true', 'finance'),
	(:'four', 'refinanced', '10000000', 'finance'), (:'four', 'refinancing_date', '2026-04-01', 'finance')) AS v(cc, i, v, d);
SELECT is((SELECT refused FROM upload_receipt), 0::bigint, 'all rows are accepted');
SELECT count(*) AS done FROM refresh_batch(1000) \gset
SELECT is((SELECT count(*) FROM refresh_queue), 0::bigint, 'the queue is empty after a refresh');
SELECT is((SELECT array_agg(score::text ORDER BY credit_code) FROM score), '{40.00,20.00,30.00,0.00}', 'all are scored');

-- both directions, explained
SELECT results_eq($$SELECT policy, decision, award, missing FROM growth_index.match_policies('$$ || :'one' || $$'::growth_index.credit_code, '2026-05-06')$$,
	$$VALUES ('patents', 'eligible', 10000.00, '{}'::text[]), ('listing', 'undecided', 500000.00, '{listed,listing_date}'),
		('neeq', 'undecided', 80000.00, '{neeq_listed}'), ('refinancing', 'undecided', NULL, '{listed,refinanced}')$$, 'one enterprise: which policies');
SELECT results_eq($$SELECT credit_code::text, decision, award, missing FROM growth_index.match_enterprises('patents', '2026-05-06')$$,
	format($$VALUES (%L, 'eligible', 10000.00, '{}'::text[]), (%L, 'undecided', 5000.00, '{dishonest}'), (%L, 'undecided', NULL, '{dishonest,invention_grants}')$$, :'one', :'two', :'four'),
	'one policy: which enterprises');
SELECT results_eq(format($$SELECT clause, satisfied, gap FROM growth_index.explain_match(%L, 'patents', '2026-05-06')$$, :'three'),
	$$VALUES ('invention_grants > 0', true, 0::numeric), ('NOT dishonest', false, NULL), ('registered_zone = ''ZZHT''', true, NULL)$$, 'why not');
SELECT results_eq(format($$SELECT product, decision, credit FROM growth_index.match_products(%L::growth_index.credit_code, '2026-05-06')$$, :'one'),
	$$VALUES ('loan', 'eligible', 3000000.00)$$, 'products read the score');
SELECT throws_ok($$SELECT * FROM growth_index.match_enterprises('nothing')$$, 'P0002', NULL, 'an unknown policy is an error');
SELECT is((SELECT count(*) FROM policy_match WHERE until IS NULL AND decision = 'eligible'), 4::bigint, 'matches are kept');

-- a value changes: the match is closed and opened anew; the rest stays
SELECT array_agg(m::text ORDER BY m::text) AS others FROM policy_match m WHERE until IS NULL AND credit_code::text <> :'one' \gset
INSERT INTO upload (credit_code, indicator, value, period_end, department) VALUES (:'one', 'invention_grants', '6', '2025-12-31', 'ip');
SELECT count(*) AS done FROM refresh_batch(1000) \gset
SELECT is((SELECT array_agg(award ORDER BY since) FROM policy_match WHERE credit_code::text = :'one' AND policy = 'patents'), '{10000.00,15000.00}', 'a changed award is a new match');
SELECT is((SELECT array_agg(m::text ORDER BY m::text) FROM policy_match m WHERE until IS NULL AND credit_code::text <> :'one'), :'others'::text[], 'others are left alone');

-- a spreadsheet's mark before the first code does no harm
INSERT INTO upload (credit_code, indicator, value, period_end, department) VALUES (chr(65279) || :'one', 'invention_grants', '6', '2025-12-31', 'ip');
SELECT is((SELECT unchanged FROM upload_receipt ORDER BY upload_id DESC LIMIT 1), 1::bigint, 'a byte-order mark is no part of a code');

-- entitlements: once an occasion, the highest of a group
SELECT is(propose_entitlements('2026-05-06'), 3::bigint, 'three go forward');
SELECT results_eq($$SELECT policy, occasion, award, state FROM growth_index.entitlement ORDER BY policy$$,
	$$VALUES ('listing', 'once', 500000.00, 'matched'), ('neeq', 'once', 80000.00, 'superseded'), ('patents', '2026', 15000.00, 'matched'),
		('refinancing', 'event 2026-04-01', 50000.00, 'matched')$$, 'of a stacking group the highest');
SELECT is(propose_entitlements('2026-05-07'), 0::bigint, 'and not again');
SELECT id AS patents FROM entitlement WHERE policy = 'patents' \gset
SELECT id AS listing FROM entitlement WHERE policy = 'listing' \gset
SELECT id AS refinancing FROM entitlement WHERE policy = 'refinancing' \gset

-- the steps of one
SELECT throws_ok(format($$SELECT growth_index.pay_entitlement(%s)$$, :patents), '55000', NULL, 'nothing is paid that was not approved');
SELECT is((review_entitlement(:patents, key => 'k1', as_of => '2026-05-06')).state, 'reviewed', 'reviewed');
SELECT is((review_entitlement(:patents, key => 'k1', as_of => '2026-05-06')).state, 'reviewed', 'the same call again changes nothing');
SELECT throws_ok(format($$SELECT growth_index.review_entitlement(%s, key => 'k1')$$, :listing), '23505', NULL, 'a key stands for one call');
SELECT is((publicise_entitlement(:patents, as_of => '2026-05-06')).publicity_ends, '2026-05-13'::date, 'five working days of publicity');
SELECT throws_ok(format($$SELECT growth_index.push_entitlement(%s, as_of => '2026-05-13')$$, :patents), '55000', NULL, 'not pushed before it has ended');
SELECT is((push_entitlement(:patents, as_of => '2026-05-14')).expires_on, '2026-07-13'::date, 'sixty days to confirm');
SELECT throws_ok(format($$SELECT growth_index.confirm_entitlement(%s, %L)$$, :patents, :'two'), '42501', NULL, 'an enterprise confirms only its own');
SELECT is((confirm_entitlement(:patents, :'one', key => 'c1', as_of => '2026-05-14')).state, 'confirmed', 'confirmed');
SELECT is((confirm_entitlement(:patents, :'one', key => 'c1', as_of => '2026-05-14')).state, 'confirmed', 'confirmed twice is confirmed once');
SELECT is((approve_entitlement(:patents, key => 'a1', as_of => '2026-05-15')).state, 'approved', 'approved');
SELECT is((SELECT committed FROM budget WHERE code = 'B1'), 15000.00, 'the budget is committed');
SELECT is((pay_entitlement(:patents, key => 'p1', as_of => '2026-05-15')).state, 'paid', 'paid');
SELECT is((pay_entitlement(:patents, key => 'p1', as_of => '2026-05-15')).state, 'paid', 'and not again');
SELECT results_eq($$SELECT amount, paid_on FROM growth_index.payment$$, $$VALUES (15000.00, '2026-05-15'::date)$$, 'one payment');
SELECT throws_ok($$DELETE FROM growth_index.payment$$, '23001', NULL, 'payments stay');
SELECT throws_ok($$UPDATE growth_index.entitlement_event SET actor = 'x'$$, '23001', NULL, 'and so do events');

-- the daily run takes the others; a tight budget holds one back
SELECT 1 FROM advance_entitlements('2026-05-18') \g /dev/null
SELECT is((SELECT state FROM entitlement WHERE id = :refinancing), 'pushed', 'the daily run takes it to the enterprise');
SELECT (confirm_entitlement(:refinancing, :'four', as_of => '2026-05-18')).state AS s \gset
UPDATE budget SET amount = 40000 WHERE code = 'tight';
SELECT results_eq($$SELECT entitlements, held_back FROM growth_index.advance_entitlements('2026-05-19') WHERE step = 'approve'$$,
	$$VALUES (0::bigint, 1::bigint)$$, 'a budget that does not suffice holds back');
UPDATE budget SET amount = 50000 WHERE code = 'tight';
SELECT results_eq($$SELECT step, amount FROM growth_index.advance_entitlements('2026-05-20') WHERE step IN ('approve', 'pay')$$,
	$$VALUES ('approve', 50000.00), ('pay', 50000.00)$$, 'to the last yuan');
SELECT throws_ok($$UPDATE growth_index.budget SET amount = 49999.99 WHERE code = 'tight'$$, '23514', NULL, 'a budget is not lowered under what is committed');
SELECT is((claw_back_entitlement(:refinancing, 'auditor', 'not invested')).state, 'clawed_back', 'clawed back');
SELECT is((SELECT row(committed, paid)::text FROM budget WHERE code = 'tight'), '(50000.00,0.00)', 'it is owed, not yet back: the budget is not free');
SELECT refund_entitlement(:refinancing, 'auditor') \g /dev/null
SELECT is((SELECT row(committed, paid)::text FROM budget WHERE code = 'tight'), '(0.00,0.00)', 'until the money has come');
SELECT is((SELECT row(award_enterprises, awards, awards_amount)::text FROM headline), '(1,1,15000.00)', 'the headline counts what stays paid');
SELECT * FROM finish();
