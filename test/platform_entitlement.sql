/*
 * Entitlements: from the match to the money, each step once, within the
 * budget, and every step on record.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT no_plan();

INSERT INTO indicator (code, data_type) VALUES ('grants', 'number'), ('dishonest', 'boolean'), ('listed', 'boolean'),
	('quoted', 'boolean'), ('quoted_award', 'number'), ('raised', 'number'), ('raised_on', 'date'), ('checked', 'boolean');
CREATE TEMP TABLE firm AS
SELECT n, growth_index.credit_code_complete('91410100MC' || lpad(n::text, 7, '0')) AS code FROM generate_series(1, 20) AS n;
INSERT INTO enterprise (credit_code, name, registered_zone) SELECT code, 'firm ' || n, 'ZZHT' FROM firm;
CREATE FUNCTION pg_temp.firm(n int) RETURNS growth_index.credit_code LANGUAGE sql AS 'SELECT code FROM firm WHERE firm.n = $1';
/* a value becomes known, and what follows from it */
CREATE FUNCTION pg_temp.learn(n int, indicator text, value jsonb) RETURNS void LANGUAGE sql AS $$
	INSERT INTO growth_index.observation (credit_code, indicator, value, period_end) VALUES (pg_temp.firm(n), $2, $3, '2022-03-31');
	SELECT growth_index.refresh_enterprise(pg_temp.firm(n));
$$;
CREATE FUNCTION pg_temp.id(n int, policy text) RETURNS bigint LANGUAGE sql AS
	'SELECT id FROM growth_index.entitlement WHERE credit_code OPERATOR(growth_index.=) pg_temp.firm($1) AND policy = $2 ORDER BY id DESC LIMIT 1';
CREATE FUNCTION pg_temp.state(n int, policy text) RETURNS text LANGUAGE sql AS
	'SELECT state FROM growth_index.entitlement WHERE id = pg_temp.id($1, $2)';

INSERT INTO budget (code, amount) VALUES ('ample', 1000000), ('short', 100);
SELECT add_policy('patent', 'grants > 0 AND NOT dishonest', 'grants * 10', mode => 'none', period => 'yearly', budget_code => 'ample');
SELECT add_policy('listing', 'listed', '5000', mode => 'click', period => 'once', stacking_group => 'market', budget_code => 'ample', publicity_days => 0);
SELECT add_policy('quotation', 'quoted', 'quoted_award', mode => 'click', period => 'once', stacking_group => 'market', budget_code => 'ample', publicity_days => 0);
SELECT add_policy('asked', 'grants > 0', '1', mode => 'apply', period => 'once', budget_code => 'ample');
SELECT add_policy('person', 'checked', '7', mode => 'none', period => 'once', needs_person => true, budget_code => 'ample', publicity_days => 0);

/* ---- working days ---- */
SELECT results_eq($$SELECT add_working_days(date '2022-04-01', n) FROM unnest('{0,1,2,5,10}'::int[]) AS n$$,
	$$VALUES (date '2022-04-01'), ('2022-04-04'), ('2022-04-05'), ('2022-04-08'), ('2022-04-15')$$, 'five working days after a Friday is the next Friday');
SELECT is(add_working_days('2022-04-02', 1), '2022-04-04', 'one after a Saturday is Monday');

/* ---- what goes forward ---- */
SELECT pg_temp.learn(1, 'grants', '3');
SELECT pg_temp.learn(1, 'dishonest', 'false');
SELECT pg_temp.learn(2, 'grants', '3');		/* dishonest unknown */
SELECT pg_temp.learn(3, 'listed', 'true');
SELECT pg_temp.learn(3, 'quoted_award', '800');
SELECT pg_temp.learn(3, 'quoted', 'true');
SELECT is(propose_entitlements('2022-04-01'), 2::bigint, 'eligible matches without application go forward');
SELECT results_eq($$SELECT f.n, e.policy, e.occasion, e.award, e.state FROM entitlement AS e
		JOIN firm AS f ON f.code OPERATOR(growth_index.=) e.credit_code ORDER BY 1, 2$$,
	$$VALUES (1, 'patent', '2022', 30.00::numeric, 'matched'), (3, 'listing', 'once', 5000.00, 'matched'), (3, 'quotation', 'once', 800.00, 'superseded')$$,
	'neither the undecided nor what must be applied for; of a group the highest (就高不就低)');
SELECT isnt((SELECT reason FROM entitlement WHERE id = pg_temp.id(3, 'quotation')), NULL, 'the other is kept with its reason');
SELECT is(propose_entitlements('2022-04-01'), 0::bigint, 'again: nothing new');
SELECT is(propose_entitlements('2022-12-31'), 0::bigint, 'nor later in the year');
SELECT is((SELECT inputs -> 'profile' ->> 'grants' FROM entitlement_event WHERE entitlement_id = pg_temp.id(1, 'patent') AND from_state IS NULL), '3', 'the event has the profile as it was');
SELECT is((SELECT inputs ->> 'version' FROM entitlement_event WHERE entitlement_id = pg_temp.id(1, 'patent') AND from_state IS NULL), '1', 'and the version of the policy');

/* ---- one case, step by step ---- */
SELECT throws_ok($$SELECT confirm_entitlement(pg_temp.id(1, 'patent'), pg_temp.firm(1))$$, '55000', NULL, 'what is not pushed cannot be confirmed');
SELECT throws_ok($$SELECT pay_entitlement(pg_temp.id(1, 'patent'))$$, '55000', NULL, 'nor paid');
SELECT throws_ok($$SELECT review_entitlement(-1)$$, 'P0002', NULL, 'an entitlement that there is not');
SELECT is((review_entitlement(pg_temp.id(1, 'patent'), 'wang', 'k1', as_of => '2022-04-01')).state, 'reviewed', 'review');
SELECT is((review_entitlement(pg_temp.id(1, 'patent'), 'wang', 'k1', as_of => '2022-04-01')).state, 'reviewed', 'the same call again is the same answer');
SELECT throws_ok($$SELECT review_entitlement(pg_temp.id(1, 'patent'), 'wang', 'k2', as_of => '2022-04-01')$$, '55000', NULL, 'another call is refused');
SELECT throws_ok($$SELECT publicise_entitlement(pg_temp.id(1, 'patent'), 'wang', 'k1', '2022-04-01')$$, NULL, NULL, 'a key stands for one call');
SELECT throws_ok($$SELECT review_entitlement(pg_temp.id(3, 'listing'), 'wang', 'k1')$$, NULL, NULL, 'of one entitlement');
SELECT throws_ok($$SELECT review_entitlement(pg_temp.id(1, 'patent'), 'li', 'k1', as_of => '2022-04-01')$$, NULL, NULL, 'with its arguments');
SELECT is((publicise_entitlement(pg_temp.id(1, 'patent'), as_of => '2022-04-01')).publicity_ends, '2022-04-08', 'publicity of five working days');
SELECT throws_ok($$SELECT push_entitlement(pg_temp.id(1, 'patent'), as_of => '2022-04-07')$$, '55000', NULL, 'nothing is pushed before it has ended');
SELECT throws_ok($$SELECT push_entitlement(pg_temp.id(1, 'patent'), as_of => '2022-04-08')$$, '55000', NULL, 'nor on its last day');
SELECT is(pg_temp.state(1, 'patent'), 'publicised', 'what is refused leaves no trace');
SELECT is((object_entitlement(pg_temp.id(1, 'patent'), 'zhao', 'not theirs', as_of => '2022-04-08')).state, 'objected', 'an objection');
SELECT throws_ok($$SELECT push_entitlement(pg_temp.id(1, 'patent'), as_of => '2022-04-11')$$, '55000', NULL, 'suspends it');
SELECT is((review_entitlement(pg_temp.id(1, 'patent'), 'wang', reason => 'it is theirs', as_of => '2022-04-11')).state, 'reviewed', 'until somebody has looked');
SELECT lives_ok($$SELECT publicise_entitlement(pg_temp.id(1, 'patent'), as_of => '2022-04-11')$$, 'publicised again');
SELECT is((push_entitlement(pg_temp.id(1, 'patent'), as_of => '2022-04-19')).state, 'pushed', 'pushed after it');
SELECT throws_ok($$SELECT confirm_entitlement(pg_temp.id(1, 'patent'), pg_temp.firm(2), as_of => '2022-04-20')$$, '42501', NULL, 'an enterprise confirms its own only');
SELECT throws_ok($$SELECT confirm_entitlement(pg_temp.id(1, 'patent'), NULL, as_of => '2022-04-20')$$, '42501', NULL, 'and says who it is');
SELECT is((confirm_entitlement(pg_temp.id(1, 'patent'), pg_temp.firm(1), 'c1', as_of => '2022-04-20')).state, 'confirmed', 'confirmed');
SELECT is((confirm_entitlement(pg_temp.id(1, 'patent'), pg_temp.firm(1), 'c1', as_of => '2022-04-20')).state, 'confirmed', 'twice is once');
SELECT is((approve_entitlement(pg_temp.id(1, 'patent'), 'sun', 'a1', '2022-04-21')).state, 'approved', 'approved');
SELECT is((approve_entitlement(pg_temp.id(1, 'patent'), 'sun', 'a1', '2022-04-21')).state, 'approved', 'approved once');
SELECT is((SELECT (committed, paid)::text FROM budget WHERE code = 'ample'), '(30.00,0.00)', 'the budget is committed once');
SELECT is((pay_entitlement(pg_temp.id(1, 'patent'), 'sun', 'p1', '2022-04-22')).state, 'paid', 'paid');
SELECT is((pay_entitlement(pg_temp.id(1, 'patent'), 'sun', 'p1', '2022-04-22')).state, 'paid', 'paid once');
SELECT throws_ok(format('SELECT growth_index.pay_entitlement(%s, ''sun'')', pg_temp.id(1, 'patent')), '55000', format('entitlement %s is already paid', pg_temp.id(1, 'patent')), 'and says so');
SELECT throws_ok(format('SELECT growth_index.claw_back_entitlement(%s, ''sun'', ''x'', amount => 1)', pg_temp.id(3, 'listing')), '55000', format('entitlement %s is %s: it cannot be clawed back', pg_temp.id(3, 'listing'), state), 'what is not paid is not clawed back')
FROM entitlement WHERE id = pg_temp.id(3, 'listing');
SELECT throws_ok($$SELECT pay_entitlement(pg_temp.id(1, 'patent'), 'sun', 'p2', '2022-04-22')$$, '55000', NULL, 'and not again by another call');
SELECT is((SELECT (committed, paid)::text FROM budget WHERE code = 'ample'), '(30.00,30.00)', 'the money has moved once');
SELECT results_eq('SELECT amount FROM payment', 'VALUES (30.00::numeric)', 'one payment');
SELECT results_eq($$SELECT from_state, to_state FROM entitlement_event WHERE entitlement_id = pg_temp.id(1, 'patent') ORDER BY id$$,
	$$VALUES (NULL, 'matched'), ('matched', 'reviewed'), ('reviewed', 'publicised'), ('publicised', 'objected'), ('objected', 'reviewed'),
	('reviewed', 'publicised'), ('publicised', 'pushed'), ('pushed', 'confirmed'), ('confirmed', 'approved'), ('approved', 'paid')$$, 'every step is on record');

/* ---- the record stays ---- */
SELECT throws_ok('UPDATE payment SET amount = 1', '23001', NULL, 'payments do not change');
SELECT throws_ok('DELETE FROM payment', '23001', NULL, 'nor go');
SELECT throws_ok('TRUNCATE payment', '23001', NULL, 'not even all at once');
SELECT throws_ok('UPDATE entitlement_event SET actor = NULL', '23001', NULL, 'nor do events');
SELECT throws_ok('DELETE FROM entitlement_event', '23001', NULL, 'nor do they go');
SELECT throws_ok('TRUNCATE entitlement_event', '23001', NULL, 'not even all at once');
SELECT throws_ok($$UPDATE budget SET amount = 29 WHERE code = 'ample'$$, '23514', NULL, 'a budget is not lowered under what is committed');
SELECT throws_ok($$UPDATE budget SET paid = 31 WHERE code = 'ample'$$, '23514', NULL, 'nor more paid than committed');

/* ---- checked again at approval ---- */
CREATE FUNCTION pg_temp.bring(n int, policy text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	id bigint := pg_temp.id(n, policy);
BEGIN
	PERFORM growth_index.review_entitlement(id, 'wang', as_of => '2022-04-04');
	PERFORM growth_index.publicise_entitlement(id, as_of => '2022-04-04');
	PERFORM growth_index.push_entitlement(id, as_of => '2022-04-18');
	RETURN (growth_index.confirm_entitlement(id, pg_temp.firm(n), as_of => '2022-04-19')).state;
END $$;
SELECT pg_temp.learn(n, 'dishonest', 'false'), pg_temp.learn(n, 'grants', to_jsonb(n)) FROM generate_series(4, 9) AS n;
SELECT is(propose_entitlements('2022-04-04'), 6::bigint, 'six more');
SELECT is(pg_temp.bring(n, 'patent'), 'confirmed', format('firm %s confirms', n)) FROM generate_series(4, 9) AS n;
SELECT pg_temp.learn(4, 'dishonest', 'true');
SELECT pg_temp.learn(5, 'dishonest', 'null');
SELECT pg_temp.learn(6, 'grants', '1');
UPDATE enterprise SET status = 'deregistered' WHERE credit_code OPERATOR(growth_index.=) pg_temp.firm(7);
DELETE FROM enterprise_profile WHERE credit_code OPERATOR(growth_index.=) pg_temp.firm(8);
SELECT is((approve_entitlement(pg_temp.id(4, 'patent'), 'sun', 'a4', '2022-04-20')).state, 'held', 'who stopped qualifying is held');
SELECT alike((SELECT reason FROM entitlement WHERE id = pg_temp.id(4, 'patent')), '%dishonest%', 'with the clause that fails');
SELECT is((approve_entitlement(pg_temp.id(4, 'patent'), 'sun', 'a4', '2022-04-20')).state, 'held', 'the same call again is the same answer');
SELECT is((approve_entitlement(pg_temp.id(5, 'patent'), as_of => '2022-04-20')).state, 'held', 'so is who is not known to qualify');
SELECT is((approve_entitlement(pg_temp.id(6, 'patent'), as_of => '2022-04-20')).state, 'held', 'and whose award would be lower by now');
SELECT is((approve_entitlement(pg_temp.id(7, 'patent'), as_of => '2022-04-20')).state, 'held', 'and who is no longer active');
SELECT is((approve_entitlement(pg_temp.id(8, 'patent'), as_of => '2022-04-20')).state, 'held', 'and of whom nothing is known');
SELECT is((SELECT committed FROM budget WHERE code = 'ample'), 30.00, 'nothing is committed for them');

/* ---- decided under the version that was matched ---- */
SELECT add_policy('patent', 'grants > 100', 'grants * 20', mode => 'none', period => 'yearly', budget_code => 'ample');
SELECT is((approve_entitlement(pg_temp.id(9, 'patent'), as_of => '2022-04-20')).state, 'approved', 'an amendment after the confirmation changes nothing');
SELECT is((SELECT inputs ->> 'version' FROM entitlement_event WHERE entitlement_id = pg_temp.id(9, 'patent') AND step = 'approve'), '1', 'as the record says');

/* ---- what is withdrawn frees what was committed for it ---- */
SELECT is((withdraw_entitlement(pg_temp.id(9, 'patent'), 'firm', 'moved away', 'w9')).state, 'withdrawn', 'approved, and withdrawn');
SELECT is((withdraw_entitlement(pg_temp.id(9, 'patent'), 'firm', 'moved away', 'w9')).state, 'withdrawn', 'once');
SELECT is((SELECT (committed, paid)::text FROM budget WHERE code = 'ample'), '(30.00,30.00)', 'its commitment is free again');
SELECT throws_ok($$SELECT withdraw_entitlement(pg_temp.id(1, 'patent'), 'firm', 'too late')$$, '55000', NULL, 'what is paid is not withdrawn');

/* ---- of a group the highest, whenever it comes ---- */
SELECT pg_temp.learn(10, 'quoted_award', '800');
SELECT pg_temp.learn(10, 'quoted', 'true');
SELECT propose_entitlements('2022-05-02');
SELECT is(pg_temp.state(10, 'quotation'), 'matched', 'the only one of the group goes forward');
SELECT pg_temp.learn(10, 'listed', 'true');
SELECT propose_entitlements('2022-05-03');
SELECT is(pg_temp.state(10, 'listing'), 'matched', 'a higher one that comes later goes forward');
SELECT is(pg_temp.state(10, 'quotation'), 'superseded', 'in place of the lower');
SELECT is((SELECT count(*) FROM entitlement AS e WHERE e.credit_code OPERATOR(growth_index.=) pg_temp.firm(3) AND e.state = 'matched'), 1::bigint, 'one of the group');
SELECT reject_entitlement(pg_temp.id(10, 'listing'), 'wang', 'not in this zone', as_of => '2022-05-04');
SELECT propose_entitlements('2022-05-05');
SELECT is(pg_temp.state(10, 'quotation'), 'matched', 'the lower comes back when the higher falls');

/* ---- the daily run ---- */
INSERT INTO budget (code, amount) VALUES ('day', 100);
SELECT add_policy('daily', 'raised > 0', 'raised', mode => 'none', period => 'once', budget_code => 'day', publicity_days => 1);
SELECT pg_temp.learn(n, 'raised', v) FROM (VALUES (11, '40'::jsonb), (12, '50'), (13, '30'), (14, '9.995')) AS v(n, v);
SELECT pg_temp.learn(15, 'checked', 'true');
SELECT lives_ok($$SELECT * FROM advance_entitlements('2022-05-06')$$, 'Friday');
SELECT is(pg_temp.state(11, 'daily'), 'publicised', 'proposed, reviewed and publicised');
SELECT is(pg_temp.state(15, 'person'), 'matched', 'what needs a person waits for one');
SELECT throws_ok($$SELECT review_entitlement(pg_temp.id(15, 'person'), as_of => '2022-05-06')$$, NULL, NULL, 'the system cannot stand in for one');
SELECT lives_ok($$SELECT * FROM advance_entitlements('2022-05-08')$$, 'Sunday');
SELECT is(pg_temp.state(11, 'daily'), 'publicised', 'no working day has passed');
SELECT lives_ok($$SELECT * FROM advance_entitlements('2022-05-10')$$, 'Tuesday');
SELECT is((SELECT count(*) FROM entitlement WHERE policy = 'daily' AND state = 'pushed'), 4::bigint, 'pushed');
SELECT is((confirm_entitlement(pg_temp.id(n, 'daily'), pg_temp.firm(n), as_of => '2022-05-11')).state, 'confirmed', format('firm %s confirms', n)) FROM generate_series(11, 14) AS n;
SELECT lives_ok($$SELECT * FROM advance_entitlements('2022-05-12')$$, 'Thursday');
SELECT is((SELECT (committed <= amount AND paid = committed)::text FROM budget WHERE code = 'day'), 'true', 'within the budget');
SELECT is((SELECT string_agg(e.award::text || ' ' || e.state, ', ' ORDER BY e.id) FROM entitlement AS e WHERE policy = 'daily' AND id <= pg_temp.id(12, 'daily')),
	'40.00 paid, 50.00 paid', 'who confirmed first is paid first');
SELECT is(pg_temp.state(13, 'daily'), 'confirmed', 'who comes too late waits');
SELECT is(pg_temp.state(14, 'daily'), 'confirmed', 'and who is behind, though there would be enough for it');
UPDATE budget SET amount = 200 WHERE code = 'day';
SELECT lives_ok($$SELECT * FROM advance_entitlements('2022-05-13')$$, 'more money');
SELECT is((SELECT count(*) FROM entitlement WHERE policy = 'daily' AND state = 'paid'), 4::bigint, 'then all are paid');
SELECT is((SELECT paid FROM budget WHERE code = 'day'), 130.00, 'to 0.01');
SELECT is((SELECT sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END) FROM payment), (SELECT sum(paid) FROM budget), 'payments and budgets agree');
SELECT is((claw_back_entitlement(pg_temp.id(11, 'daily'), 'sun', 'false data', 'cb', '2022-06-01')).state, 'clawed_back', 'claw-back');
SELECT is((claw_back_entitlement(pg_temp.id(11, 'daily'), 'sun', 'false data', 'cb', '2022-06-01')).state, 'clawed_back', 'once');
SELECT is((SELECT sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END) FROM payment), (SELECT sum(paid) FROM budget) + 40, 'it is owed until it has come');
SELECT is((refund_entitlement(pg_temp.id(11, 'daily'), 'sun', 'rf', '2022-06-10')).state, 'clawed_back', 'refund');
SELECT is((refund_entitlement(pg_temp.id(11, 'daily'), 'sun', 'rf', '2022-06-10')).state, 'clawed_back', 'once');
SELECT is((SELECT sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END) FROM payment), (SELECT sum(paid) FROM budget), 'payments and budgets still agree');

/* ---- events of a year share the cap; what must be applied for has a way in ---- */
SELECT add_policy('round', 'raised > 0 AND raised_on IS NOT NULL', 'raised * 0.5', mode => 'click', period => 'event', event_indicator => 'raised_on',
	cap_enterprise => 60, budget_code => 'ample', publicity_days => 0);
SELECT pg_temp.learn(18, 'raised', '80');
SELECT pg_temp.learn(18, 'raised_on', '"2022-05-20"');
SELECT propose_entitlements('2022-06-01');
SELECT propose_entitlements('2022-06-02');
SELECT pg_temp.learn(18, 'raised_on', '"2022-06-20"');
SELECT propose_entitlements('2022-07-01');
SELECT pg_temp.learn(18, 'raised_on', '"2022-07-20"');
SELECT propose_entitlements('2022-08-01');
SELECT pg_temp.learn(18, 'raised_on', '"2023-01-20"');
SELECT propose_entitlements('2023-02-01');
SELECT results_eq($$SELECT occasion, award FROM entitlement WHERE policy = 'round' ORDER BY id$$,
	$$VALUES ('event 2022-05-20', 40.00::numeric), ('event 2022-06-20', 20.00), ('event 2023-01-20', 40.00)$$, 'a year has one cap');
SELECT is((propose_entitlement(pg_temp.firm(2), 'asked', '2022-06-01', key => 'ask')).state, 'matched', 'an application');
SELECT is((propose_entitlement(pg_temp.firm(2), 'asked', '2022-06-01', key => 'ask')).id, pg_temp.id(2, 'asked'), 'the same call again is the same answer');
SELECT throws_ok($$SELECT propose_entitlement(pg_temp.firm(1), 'asked', '2022-06-01', key => 'ask')$$, '23505', NULL, 'a key stands for one call');
SELECT throws_ok($$SELECT propose_entitlement(pg_temp.firm(2), 'asked', '2022-06-02')$$, '23505', NULL, 'once is once');
SELECT throws_ok($$SELECT propose_entitlement(pg_temp.firm(10), 'asked', '2022-06-02')$$, '55000', NULL, 'who is not eligible has nothing to apply for');

/* ---- the daily run checks again as well ---- */
SELECT pg_temp.learn(n, 'listed', 'true') FROM generate_series(19, 20) AS n;
SELECT * FROM advance_entitlements('2022-06-01') \g /dev/null
SELECT * FROM advance_entitlements('2022-06-02') \g /dev/null
SELECT is((confirm_entitlement(pg_temp.id(n, 'listing'), pg_temp.firm(n), as_of => '2022-06-03')).state, 'confirmed', format('firm %s confirms', n)) FROM generate_series(19, 20) AS n;
SELECT pg_temp.learn(19, 'listed', 'false');
SELECT results_eq($$SELECT entitlements, held_back FROM advance_entitlements('2022-06-03') WHERE step = 'approve'$$, 'VALUES (1::bigint, 1::bigint)', 'one is due, one is held');
SELECT is(pg_temp.state(19, 'listing') || ' ' || pg_temp.state(20, 'listing'), 'held paid', 'as it should be');
SELECT alike((SELECT reason FROM entitlement WHERE id = pg_temp.id(19, 'listing')), '%listed%', 'with the clause that fails');
SELECT is((SELECT inputs #>> '{profile,listed}' FROM entitlement_event WHERE entitlement_id = pg_temp.id(19, 'listing') AND to_state = 'held'), 'false', 'and the profile as it was');

/* ---- two sessions ---- */
CREATE EXTENSION dblink;
SELECT pg_temp.learn(16, 'listed', 'true');
SELECT pg_temp.learn(17, 'listed', 'true');
SELECT * FROM advance_entitlements('2022-07-01') \g /dev/null
SELECT * FROM advance_entitlements('2022-07-04') \g /dev/null
SELECT is(pg_temp.state(16, 'listing') || pg_temp.state(17, 'listing'), 'pushedpushed', 'two are pushed');
SELECT dblink_connect(s, format('host=%s port=%s dbname=%s user=%s', split_part(current_setting('unix_socket_directories'), ',', 1),
	current_setting('port'), current_database(), current_user)) FROM unnest('{one,two}'::text[]) AS s;
CREATE TEMP TABLE call AS SELECT format($$SELECT (growth_index.confirm_entitlement(%s, %L, 'both', as_of => '2022-07-05')).state$$, pg_temp.id(16, 'listing'), pg_temp.firm(16)) AS sql;
SELECT dblink_exec('one', 'BEGIN');
SELECT is((SELECT state FROM call, dblink('one', sql) AS t(state text)), 'confirmed', 'one session confirms');
SELECT is((SELECT dblink_send_query('two', sql) FROM call), 1, 'another does the same meanwhile');
SELECT pg_sleep(0.2);
SELECT is(dblink_is_busy('two'), 1, 'it waits');
SELECT dblink_exec('one', 'COMMIT');
SELECT is((SELECT state FROM dblink_get_result('two') AS t(state text)), 'confirmed', 'and has the same answer');
SELECT count(*) FROM dblink_get_result('two') AS t(state text);
SELECT is((SELECT count(*) FROM entitlement_event WHERE key = 'both'), 1::bigint, 'of one confirmation');
/* the daily run and a confirmation do not stand in each other's way */
SELECT dblink_exec('one', 'BEGIN');
SELECT is((SELECT n FROM dblink('one', $$SELECT count(*) FROM growth_index.advance_entitlements('2022-07-06')$$) AS t(n bigint)) > 0, true, 'a daily run that is not yet committed');
SELECT is((SELECT dblink_send_query('two', format($$SET lock_timeout = '2s'; SELECT (growth_index.confirm_entitlement(%s, %L, 'meanwhile', as_of => '2022-07-06')).state$$,
	pg_temp.id(17, 'listing'), pg_temp.firm(17)))), 1, 'an enterprise confirms');
SELECT is((SELECT string_agg(s, ' ') FROM dblink_get_result('two', false) AS t(s text)), 'SET', 'setting');
SELECT is((SELECT state FROM dblink_get_result('two', false) AS t(state text)), 'confirmed', 'without waiting for the run');
SELECT count(*) FROM dblink_get_result('two', false) AS t(state text);
SELECT dblink_exec('one', 'COMMIT');
SELECT dblink_disconnect(s) FROM unnest('{one,two}'::text[]) AS s;

/* ---- the application window ---- */
SELECT add_policy('window', 'grants > 0', 'grants', period => 'once', budget_code => 'ample', apply_from => '2022-03-01', apply_to => '2022-03-31');
SELECT pg_temp.learn(20, 'grants', '3');
SELECT is((SELECT decision FROM match_policies(pg_temp.firm(20), '2022-05-01') WHERE policy = 'window'), 'eligible', 'who is eligible is seen outside of the window');
SELECT propose_entitlements('2022-02-28');
SELECT is(pg_temp.state(20, 'window'), NULL, 'before the window nothing is proposed');
SELECT propose_entitlements('2022-04-01');
SELECT is(pg_temp.state(20, 'window'), NULL, 'nor after it');
SELECT propose_entitlements('2022-03-31');
SELECT isnt(pg_temp.state(20, 'window'), NULL, 'on its last day it is');
SELECT throws_ok($$SELECT add_policy('window', 'grants > 0', '1', apply_from => '2022-04-01', apply_to => '2022-03-31')$$, '23514', NULL, 'a window begins before it ends');
SELECT * FROM finish();
