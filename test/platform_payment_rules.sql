/*
 * The rules of money: who is served when it runs short, caps of the year,
 * instalments, cost shared between budgets, differences on an upgrade, four
 * eyes, exclusion, holidays, and when an enterprise has to qualify.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT no_plan();

INSERT INTO indicator (code, data_type) VALUES ('a', 'number'), ('b', 'number'), ('points', 'number'), ('listed', 'boolean'), ('quoted', 'boolean');
CREATE TEMP TABLE firm AS
SELECT n, growth_index.credit_code_complete('91410100MP' || lpad(n::text, 7, '0')) AS code FROM generate_series(1, 30) AS n;
INSERT INTO enterprise (credit_code, name) SELECT code, 'firm ' || n FROM firm;
CREATE FUNCTION pg_temp.firm(n int) RETURNS growth_index.credit_code LANGUAGE sql AS 'SELECT code FROM firm WHERE firm.n = $1';
CREATE FUNCTION pg_temp.id(n int, policy text) RETURNS bigint LANGUAGE sql AS
	'SELECT id FROM growth_index.entitlement WHERE credit_code OPERATOR(growth_index.=) pg_temp.firm($1) AND policy = $2 ORDER BY id DESC LIMIT 1';
CREATE FUNCTION pg_temp.learn(n int, indicator text, value jsonb, known date DEFAULT '2026-01-31') RETURNS void LANGUAGE sql AS $$
	INSERT INTO growth_index.observation (credit_code, indicator, value, period_end) VALUES (pg_temp.firm(n), $2, $3, known);
	SELECT growth_index.refresh_enterprise(pg_temp.firm(n));
$$;
/* to the click, on these days */
CREATE FUNCTION pg_temp.confirm_all(day date, policy text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM growth_index.advance_entitlements(day);
	PERFORM growth_index.advance_entitlements(day + 1);
	PERFORM growth_index.confirm_entitlement(e.id, e.credit_code, as_of => day + 1)
	FROM (SELECT * FROM growth_index.entitlement AS o WHERE o.policy = confirm_all.policy AND o.state = 'pushed' ORDER BY o.id DESC) AS e;
END $$;
CREATE FUNCTION pg_temp.granted(policy text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(f.n || ':' || coalesce(e.granted::text, e.state), ' ' ORDER BY f.n)
	FROM growth_index.entitlement AS e JOIN firm AS f ON f.code OPERATOR(growth_index.=) e.credit_code WHERE e.policy = $1
$$;
SELECT add_scorecard('innovation', '{"name": "t", "dimensions": [{"code": "d"}], "indicators": [{"code": "points", "dimension": "d", "normalise": {"linear": [0, 100]}, "weight": 100, "missing": "zero"}], "ratings": [{"grade": "AAA", "from": 90}, {"grade": "C", "from": 0}]}') \g /dev/null

/* ---- holidays ---- */
INSERT INTO holiday (day, working, name) VALUES ('2026-10-01', false, '国庆节'), ('2026-10-02', false, '国庆节'), ('2026-10-05', false, '国庆节'),
	('2026-10-06', false, '国庆节'), ('2026-10-07', false, '国庆节'), ('2026-10-10', true, '调休');
SELECT results_eq($$SELECT add_working_days(date '2026-09-30', n) FROM generate_series(0, 4) AS n$$,
	$$VALUES (date '2026-09-30'), ('2026-10-08'), ('2026-10-09'), ('2026-10-10'), ('2026-10-12')$$, 'holidays are passed over, exchanged weekends are worked');
SELECT results_eq($$SELECT d::date FROM generate_series(date '2026-09-28', '2026-10-12', '1 day') AS d WHERE is_working_day(d::date)$$,
	$$SELECT date '2026-09-28' + n FROM unnest('{0,1,2,10,11,12,14}'::int[]) AS n$$, 'day by day');
SELECT throws_ok($$INSERT INTO growth_index.holiday VALUES ('2026-10-12', true)$$, '23514', NULL, 'a Monday is worked anyway');

/* ---- first come, by score, in proportion: 10, 20, 30 and 40 yuan wanted ---- */
INSERT INTO budget (code, amount) VALUES ('first', 65), ('best', 65), ('all', 65), ('exact', 0.05);
SELECT add_policy('first', 'a > 0', 'a', period => 'once', publicity_days => 0, budget_code => 'first') \g /dev/null
SELECT add_policy('best', 'a > 0', 'a', period => 'once', publicity_days => 0, budget_code => 'best', allocation => 'score') \g /dev/null
SELECT add_policy('all', 'a > 0', 'a', period => 'once', publicity_days => 0, budget_code => 'all', allocation => 'proportional') \g /dev/null
SELECT pg_temp.learn(n, 'points', to_jsonb((ARRAY[50, 90, 20, 50])[n])), pg_temp.learn(n, 'a', to_jsonb(n * 10)) FROM generate_series(1, 4) AS n \g /dev/null
SELECT pg_temp.confirm_all('2026-03-02', 'first'), pg_temp.confirm_all('2026-03-02', 'best') \g /dev/null
SELECT throws_ok(format('SELECT growth_index.approve_entitlement(%s, ''wang'', as_of => ''2026-03-03'')', pg_temp.id(3, 'best')), '55000', NULL, 'by score, nobody is served out of turn');
/* of the proportional ones the first three have confirmed; the last is on the way */
SELECT confirm_entitlement(pg_temp.id(n, 'all'), pg_temp.firm(n), as_of => '2026-03-03') FROM generate_series(1, 3) AS n \g /dev/null
SELECT advance_entitlements('2026-03-04') \g /dev/null
SELECT is(pg_temp.granted('first'), '1:confirmed 2:confirmed 3:confirmed 4:40.00', 'first come: the last one confirmed first, the next does not fit, those behind wait');
SELECT throws_ok(format('SELECT growth_index.approve_entitlement(%s, ''wang'', as_of => ''2026-03-04'')', pg_temp.id(3, 'first')), '55000',
	format('budget "first" does not suffice for entitlement %s', pg_temp.id(3, 'first')), 'one by one they wait as well');
SELECT is(pg_temp.granted('best'), '1:confirmed 2:20.00 3:confirmed 4:40.00', 'by score: 90, then of the two with 50 who confirmed first');
SELECT is(pg_temp.granted('all'), '1:confirmed 2:confirmed 3:confirmed 4:pushed', 'in proportion: not before everybody is through');
SELECT decline_entitlement(pg_temp.id(4, 'all'), pg_temp.firm(4), as_of => '2026-03-05') \g /dev/null
UPDATE budget SET amount = 50 WHERE code = 'all';
SELECT advance_entitlements('2026-03-05') \g /dev/null
SELECT is(pg_temp.granted('all'), '1:8.33 2:16.67 3:25.00 4:declined', '50 yuan for 60: to the last cent, the largest remainder first');
SELECT is((SELECT committed FROM budget WHERE code = 'all'), 50.00, 'the whole budget');
SELECT results_eq($$SELECT id, amount FROM proportional('{7,3,5}', '{1,1,1}', 0.05)$$, $$VALUES (3::bigint, 0.02), (5, 0.02), (7, 0.01)$$, 'of equal remainders the smaller number');
SELECT results_eq($$SELECT sum(amount), bool_and(amount <= 0.37) FROM proportional(ARRAY(SELECT generate_series(1, 999)), ARRAY(SELECT 0.37 FROM generate_series(1, 999)), 100)$$,
	$$VALUES (100.00, true)$$, 'what 999 get adds up');
SELECT results_eq($$SELECT amount FROM proportional('{1,2}', '{30,20.50}', 60)$$, 'VALUES (30::numeric), (20.50)', 'no more than the award');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');

/* ---- caps of the year ---- */
INSERT INTO budget (code, amount) VALUES ('ample', 1000000);
SELECT add_policy('capped', 'b > 0', 'b', period => 'once', publicity_days => 0, budget_code => 'ample', cap_year => 100) \g /dev/null
SELECT pg_temp.learn(n, 'b', to_jsonb(n * 10)) FROM generate_series(5, 7) AS n \g /dev/null
SELECT pg_temp.confirm_all('2026-03-09', 'capped') \g /dev/null
SELECT advance_entitlements('2026-03-11') \g /dev/null
SELECT is(pg_temp.granted('capped'), '5:confirmed 6:confirmed 7:70.00', 'a policy gives 100 yuan a year: 70, and the next 60 wait');
SELECT advance_entitlements('2027-01-04') \g /dev/null
SELECT is((SELECT count(*) FROM entitlement WHERE policy = 'capped' AND state = 'confirmed'), 1::bigint, 'one more in the next year');
INSERT INTO setting VALUES ('enterprise_year_cap', '100');
SELECT add_policy('one', 'b > 0', '80', period => 'once', publicity_days => 0, budget_code => 'ample') \g /dev/null
SELECT add_policy('two', 'b > 0', '50', period => 'once', publicity_days => 0, budget_code => 'ample') \g /dev/null
SELECT pg_temp.learn(8, 'b', '1') \g /dev/null
SELECT pg_temp.confirm_all('2026-04-01', 'one'), pg_temp.confirm_all('2026-04-01', 'two') \g /dev/null
SELECT advance_entitlements('2026-04-03') \g /dev/null
SELECT is((SELECT sum(granted) FROM entitlement WHERE credit_code OPERATOR(growth_index.=) pg_temp.firm(8) AND policy IN ('one', 'two')), 100.00, 'an enterprise is given 100 a year over all policies');
SELECT is((SELECT (growth_index.entitlement_balance(pg_temp.id(8, 'two'))).balance IS NOT NULL LIMIT 1), true, 'the second in part');
SELECT is_empty($$SELECT FROM payment WHERE NOT audit_agrees(id)$$, 'and each can be computed again');
DELETE FROM setting WHERE name = 'enterprise_year_cap';

/* ---- instalments, and cost shared between levels ---- */
INSERT INTO budget (code, amount) VALUES ('county', 1000), ('city', 1000);
SELECT throws_ok($$SELECT growth_index.add_policy('x', 'a > 0', '1', instalments => '[{"share": 0.5}]')$$, '23514', NULL, 'instalments make up the whole');
SELECT throws_ok($$SELECT growth_index.add_policy('x', 'a > 0', '1', instalments => '[{"share": 1, "when": "listed AND"}]')$$, '42601', NULL, 'on criteria that can be read');
SELECT throws_ok($$SELECT growth_index.add_policy('x', 'a > 0', '1', cost_shares => '{"county": 0.5, "city": 0.6}')$$, '23514', NULL, 'shares as well');
SELECT add_policy('plant', 'a > 0', 'a', period => 'once', publicity_days => 0, cost_shares => '{"county": 0.5, "city": 0.5}',
	instalments => '[{"share": 0.333}, {"share": 0.667, "when": "listed", "title": "on listing"}]') \g /dev/null
SELECT results_eq($$SELECT instalment, budget_code, amount, due_when FROM payment_parts(policy_in_force('plant'), 100.01) ORDER BY 1, 2$$,
	$$VALUES (1, 'city', 16.65, NULL), (1, 'county', 16.65, NULL), (2, 'city', 33.36, 'listed'), (2, 'county', 33.35, 'listed')$$, 'the parts, by instalment and by budget');
SELECT is_empty($$SELECT g FROM generate_series(1, 2000) AS g WHERE (SELECT sum(amount) FROM payment_parts(policy_in_force('plant'), g / 100.0)) <> g / 100.0$$, 'they add up, whatever the amount');
SELECT pg_temp.learn(10, 'a', '100.01') \g /dev/null
SELECT pg_temp.confirm_all('2026-05-04', 'plant') \g /dev/null
SELECT advance_entitlements('2026-05-06') \g /dev/null
SELECT is((SELECT string_agg(format('%s %s %s', instalment, budget_code, amount), ', ' ORDER BY id) FROM payment WHERE entitlement_id = pg_temp.id(10, 'plant')), '1 city 16.65, 1 county 16.65', 'the first instalment');
SELECT is((SELECT state FROM entitlement WHERE id = pg_temp.id(10, 'plant')), 'approved', 'it stays approved');
SELECT throws_ok(format('SELECT growth_index.pay_entitlement(%s, as_of => ''2026-05-07'')', pg_temp.id(10, 'plant')), '55000', NULL, 'the second waits for its milestone');
SELECT throws_ok(format('SELECT growth_index.withdraw_entitlement(%s, ''wang'', ''moved'')', pg_temp.id(10, 'plant')), '55000', NULL, 'what is paid in part is not withdrawn');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree meanwhile');
SELECT pg_temp.learn(10, 'listed', 'true', '2026-05-31') \g /dev/null
SELECT is((pay_entitlement(pg_temp.id(10, 'plant'), 'cashier', 'second', '2026-06-02')).state, 'paid', 'which comes');
SELECT is((pay_entitlement(pg_temp.id(10, 'plant'), 'cashier', 'second', '2026-06-02')).state, 'paid', 'once');
SELECT is((SELECT sum(amount) FROM payment WHERE entitlement_id = pg_temp.id(10, 'plant')), 100.01, 'all of it');
SELECT is_empty($$SELECT FROM payment WHERE NOT audit_agrees(id)$$, 'each part can be computed again');
SELECT is((claw_back_entitlement(pg_temp.id(10, 'plant'), 'wang', 'left', amount => 33.33)).state, 'paid', 'a part is clawed back');
SELECT results_eq($$SELECT budget_code, balance FROM account_balance WHERE budget_code IN ('county', 'city') AND account = 'receivable' ORDER BY 1$$,
	$$VALUES ('city', 16.67), ('county', 16.66)$$, 'from both budgets, in proportion');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');

/* ---- the difference on an upgrade ---- */
SELECT add_policy('quotation', 'quoted', '500', period => 'once', stacking_group => 'market', publicity_days => 0, budget_code => 'ample', pays_difference => true) \g /dev/null
SELECT add_policy('listing', 'listed AND b > 0', '2000', period => 'once', stacking_group => 'market', publicity_days => 0, budget_code => 'ample', pays_difference => true) \g /dev/null
SELECT pg_temp.learn(11, 'b', '1'), pg_temp.learn(11, 'quoted', 'true') \g /dev/null
SELECT pg_temp.confirm_all('2026-06-01', 'quotation') \g /dev/null
SELECT advance_entitlements('2026-06-03') \g /dev/null
SELECT pg_temp.learn(11, 'listed', 'true', '2026-06-30') \g /dev/null
SELECT pg_temp.confirm_all('2026-07-01', 'listing') \g /dev/null
SELECT advance_entitlements('2026-07-03') \g /dev/null
SELECT results_eq(format('SELECT policy, award, deducted, granted, state FROM entitlement WHERE credit_code OPERATOR(growth_index.=) %L AND policy IN (''quotation'', ''listing'') ORDER BY id', pg_temp.firm(11)),
	$$VALUES ('quotation', 500.00, 0.00, 500.00, 'paid'), ('listing', 1500.00, 500.00, 1500.00, 'paid')$$, 'an upgrade pays the difference');
SELECT is_empty($$SELECT FROM payment WHERE NOT audit_agrees(id)$$, 'which can be computed again');

/* ---- four eyes ---- */
SELECT add_policy('grave', 'a > 0', '10', period => 'once', publicity_days => 0, budget_code => 'ample', four_eyes => true) \g /dev/null
SELECT pg_temp.learn(12, 'a', '1') \g /dev/null
SELECT advance_entitlements('2026-07-06') \g /dev/null
SELECT is((SELECT state FROM entitlement WHERE id = pg_temp.id(12, 'grave')), 'matched', 'no machine reviews it');
SELECT review_entitlement(pg_temp.id(12, 'grave'), 'wang', as_of => '2026-07-06') \g /dev/null
SELECT pg_temp.confirm_all('2026-07-06', 'grave') \g /dev/null
SELECT advance_entitlements('2026-07-08') \g /dev/null
SELECT is((SELECT state FROM entitlement WHERE id = pg_temp.id(12, 'grave')), 'confirmed', 'nor approves it');
SELECT throws_ok(format('SELECT growth_index.approve_entitlement(%s, as_of => ''2026-07-08'')', pg_temp.id(12, 'grave')), '55000', NULL, 'a person has to');
SELECT throws_ok(format('SELECT growth_index.approve_entitlement(%s, ''wang'', as_of => ''2026-07-08'')', pg_temp.id(12, 'grave')), '42501', NULL, 'another than the reviewer');
SELECT is((approve_entitlement(pg_temp.id(12, 'grave'), 'sun', as_of => '2026-07-08')).state, 'approved', 'four eyes');

/* ---- who has seen an older state decides on nothing ---- */
SELECT throws_ok(format('SELECT growth_index.pay_entitlement(%s, as_of => ''2026-07-08'', seen => 3)', pg_temp.id(12, 'grave')), '55000', NULL, 'a revision that is gone');
SELECT is((pay_entitlement(pg_temp.id(12, 'grave'), as_of => '2026-07-08', seen => (SELECT revision FROM entitlement WHERE id = pg_temp.id(12, 'grave')))).state, 'paid', 'the present one');

/* ---- exclusion, at every step ---- */
SELECT add_policy('clean', 'a > 0', '10', period => 'once', publicity_days => 0, budget_code => 'ample') \g /dev/null
INSERT INTO exclusion (credit_code, list, reason, valid_from, valid_to) VALUES (pg_temp.firm(13), 'dishonest', '(2026) 17', '2026-01-01', '2026-07-31');
SELECT pg_temp.learn(n, 'a', '1') FROM generate_series(13, 15) AS n \g /dev/null
SELECT advance_entitlements('2026-07-13') \g /dev/null
SELECT is(pg_temp.id(13, 'clean'), NULL, 'who is on a list gets nothing proposed');
SELECT pg_temp.confirm_all('2026-07-14', 'clean') \g /dev/null
SELECT approve_entitlement(pg_temp.id(14, 'clean'), 'sun', as_of => '2026-07-15') \g /dev/null
INSERT INTO exclusion (credit_code, list, reason, valid_from) SELECT pg_temp.firm(n), 'penalty', 'explosion', '2026-07-15' FROM generate_series(14, 15) AS n;
SELECT throws_ok(format('SELECT growth_index.pay_entitlement(%s, as_of => ''2026-07-15'')', pg_temp.id(14, 'clean')), '55000', NULL, 'nor paid, though approved');
SELECT is((approve_entitlement(pg_temp.id(15, 'clean'), 'sun', as_of => '2026-07-15')).state, 'held', 'nor approved, though confirmed');
SELECT advance_entitlements('2026-07-15') \g /dev/null
SELECT is((SELECT state || ' ' || coalesce(reason, '') FROM entitlement WHERE id = pg_temp.id(14, 'clean')),
	'held the enterprise is on the list "penalty" until infinity: explosion', 'the daily run holds it, with the reason');
SELECT is((SELECT sum(balance) FROM entitlement_balance(pg_temp.id(14, 'clean')) WHERE account = 'committed'), 0.00, 'and frees what was committed');
SELECT throws_ok(format('SELECT growth_index.review_entitlement(%s, ''wang'', as_of => ''2026-07-16'')', pg_temp.id(14, 'clean')), '55000', NULL, 'no person lets it through');
UPDATE exclusion SET valid_to = '2026-07-20' WHERE credit_code OPERATOR(growth_index.=) pg_temp.firm(14);
SELECT is((review_entitlement(pg_temp.id(14, 'clean'), 'wang', as_of => '2026-07-21')).state, 'reviewed', 'before the list does');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');

/* ---- judged at the event, or at payment ---- */
SELECT add_policy('event', 'points > 0', '10', period => 'once', publicity_days => 0, budget_code => 'ample', judged_at => 'event') \g /dev/null
SELECT add_policy('still', 'points > 0', '10', period => 'once', publicity_days => 0, budget_code => 'ample') \g /dev/null
SELECT pg_temp.learn(20, 'points', '5') \g /dev/null
SELECT pg_temp.confirm_all('2026-08-03', 'event'), pg_temp.confirm_all('2026-08-03', 'still') \g /dev/null
SELECT pg_temp.learn(20, 'points', '0', '2026-07-31') \g /dev/null
SELECT advance_entitlements('2026-08-05') \g /dev/null
SELECT is((SELECT string_agg(policy || ' ' || state, ', ' ORDER BY policy) FROM entitlement WHERE id IN (pg_temp.id(20, 'event'), pg_temp.id(20, 'still'))),
	'event paid, still held', 'what comes after the event counts only where the policy says so');

/* ---- contested data ---- */
SELECT pg_temp.learn(21, 'a', '7') \g /dev/null
SELECT object_to_value(pg_temp.firm(21), 'a', '2026-01-31', 'it was 9', '9') \g /dev/null
SELECT advance_entitlements('2026-08-10') \g /dev/null
SELECT is((SELECT state FROM entitlement WHERE id = pg_temp.id(21, 'clean')), 'matched', 'contested data are no ground for a machine');
SELECT throws_ok(format('SELECT growth_index.review_entitlement(%s, as_of => ''2026-08-10'')', pg_temp.id(21, 'clean')), '55000', NULL, 'a person looks');
SELECT is((review_entitlement(pg_temp.id(21, 'clean'), 'wang', as_of => '2026-08-10')).state, 'reviewed', 'and decides');

/* ---- the excluded get no further instalment, nor do those that are gone ---- */
SELECT add_policy('steps', 'c > 0', '100', period => 'once', publicity_days => 0, budget_code => 'ample',
	instalments => '[{"share": 0.5}, {"share": 0.5, "when": "c > 1"}]') \g /dev/null
SELECT pg_temp.learn(n, 'c', '1') FROM generate_series(22, 24) AS n \g /dev/null
SELECT pg_temp.confirm_all('2026-09-01', 'steps') \g /dev/null
SELECT advance_entitlements('2026-09-03') \g /dev/null
SELECT pg_temp.learn(n, 'c', '2', '2026-08-31') FROM generate_series(22, 24) AS n \g /dev/null
INSERT INTO exclusion (credit_code, list, reason, valid_from) VALUES (pg_temp.firm(22), 'dishonest', '(2026) 9', '2026-09-04');
UPDATE enterprise SET status = 'deregistered' WHERE credit_code OPERATOR(growth_index.=) pg_temp.firm(23);
SELECT throws_ok(format('SELECT growth_index.pay_entitlement(%s, as_of => ''2026-09-07'')', pg_temp.id(23, 'steps')), '55000', NULL, 'one that is deregistered is paid no instalment');
SELECT advance_entitlements('2026-09-07') \g /dev/null
SELECT is((SELECT string_agg(e.state || ' ' || (SELECT sum(p.amount) FROM payment AS p WHERE p.entitlement_id = e.id), ', ' ORDER BY e.id) FROM entitlement AS e WHERE e.policy = 'steps'),
	'approved 50.00, approved 50.00, paid 100.00', 'nor by the daily run');
SELECT is_empty($$SELECT FROM payment AS p JOIN entitlement AS e ON e.id = p.entitlement_id WHERE e.policy = 'steps' AND NOT audit_agrees(p.id)$$, 'the milestone is computed again as well');
SELECT results_eq(format('SELECT item, found FROM audit_payment(%s) WHERE item LIKE ''the step%%''', (SELECT max(id) FROM payment WHERE entitlement_id = pg_temp.id(24, 'steps'))),
	$$VALUES ('the step that paid it, on c > 1', 'due')$$, 'on the profile that the step kept');
SELECT is_empty($$SELECT FROM entitlement_event WHERE inputs ->> 'policy' IS NULL OR inputs ->> 'version' IS NULL$$, 'every event says what it was decided on');

/* ---- no way round the stacking group ---- */
SELECT add_policy('small', 'd > 0', '10', period => 'once', publicity_days => 0, budget_code => 'ample', stacking_group => 'd', mode => 'apply') \g /dev/null
SELECT add_policy('large', 'd > 0', '20', period => 'once', publicity_days => 0, budget_code => 'ample', stacking_group => 'd', mode => 'apply') \g /dev/null
SELECT pg_temp.learn(25, 'd', '1') \g /dev/null
SELECT propose_entitlement(pg_temp.firm(25), 'small', '2026-09-08'), propose_entitlement(pg_temp.firm(25), 'large', '2026-09-08') \g /dev/null
SELECT push_entitlement((publicise_entitlement((review_entitlement(pg_temp.id(25, p), as_of => '2026-09-08')).id, as_of => '2026-09-08')).id, as_of => '2026-09-08') FROM unnest('{small,large}'::text[]) AS p \g /dev/null
SELECT confirm_entitlement(pg_temp.id(25, 'small'), pg_temp.firm(25), as_of => '2026-09-08') \g /dev/null
SELECT throws_ok(format('SELECT growth_index.confirm_entitlement(%s, %L, as_of => ''2026-09-08'')', pg_temp.id(25, 'large'), pg_temp.firm(25)), '55000',
	format('entitlement %s excludes another that is confirmed', pg_temp.id(25, 'large')), 'of a group one is confirmed, whoever applied how');

/* ---- first come: one by one as well ---- */
INSERT INTO budget (code, amount) VALUES ('queue', 50);
SELECT add_policy('queue', 'e > 0', 'e', period => 'once', publicity_days => 0, budget_code => 'queue') \g /dev/null
SELECT pg_temp.learn(26, 'e', '60'), pg_temp.learn(27, 'e', '10') \g /dev/null
SELECT advance_entitlements('2026-10-12'), advance_entitlements('2026-10-13') \g /dev/null
SELECT confirm_entitlement(pg_temp.id(n, 'queue'), pg_temp.firm(n), as_of => '2026-10-13') FROM generate_series(26, 27) AS n \g /dev/null
SELECT throws_ok(format('SELECT growth_index.approve_entitlement(%s, ''sun'', as_of => ''2026-10-14'')', pg_temp.id(27, 'queue')), '55000', NULL, 'nobody is served before one that confirmed earlier and waits for money');

/* ---- a key stands for one amount; a stale version moves no money ---- */
SELECT throws_ok(format('SELECT growth_index.claw_back_entitlement(%1$s, ''wang'', ''x'', ''amount'', amount => 10), growth_index.claw_back_entitlement(%1$s, ''wang'', ''x'', ''amount'', amount => 20)', pg_temp.id(24, 'steps')),
	'23505', NULL, 'the same key with another amount');
SELECT claw_back_entitlement(pg_temp.id(24, 'steps'), 'wang', 'x', 'part', amount => 10) \g /dev/null
SELECT throws_ok(format('SELECT growth_index.refund_entitlement(%s, ''cashier'', seen => 1)', pg_temp.id(24, 'steps')), '55000', NULL, 'a refund on an older revision');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');
SELECT * FROM finish();
