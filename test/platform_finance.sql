/*
 * Finance from each side: referral with consent, credit within its line, a
 * line passed on to a supplier, more credit for a better score; who sees what.
 */
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT no_plan();

INSERT INTO indicator (code) VALUES ('revenue'), ('points');
INSERT INTO enterprise (credit_code, name) SELECT credit_code_complete('91410100MF' || lpad(n::text, 7, '0')), 'firm ' || n FROM generate_series(1, 3) AS n;
SELECT credit_code AS one FROM enterprise WHERE name = 'firm 1' \gset
SELECT credit_code AS two FROM enterprise WHERE name = 'firm 2' \gset
SELECT credit_code AS three FROM enterprise WHERE name = 'firm 3' \gset
INSERT INTO institution (code, kind) VALUES ('bank', 'bank'), ('other', 'bank'), ('fund', 'fund');
SELECT add_scorecard('innovation', '{"name": "t", "dimensions": [{"code": "d"}], "indicators": [{"code": "points", "dimension": "d", "normalise": {"linear": [0, 100]}, "weight": 100}], "ratings": [{"grade": "AAA", "from": 90}, {"grade": "C", "from": 0}]}') \g /dev/null
SELECT add_product('tech', 'bank', 'score >= 60 AND revenue > 0', 'least(revenue * 0.15, score * 300000)', '科技支持贷', rate => 0.0385, term_months => 24) \g /dev/null
SELECT add_product('rival', 'other', 'score >= 60', '1000000') \g /dev/null
INSERT INTO observation (credit_code, indicator, value, period_end) VALUES (:'one', 'revenue', '140000000', '2025-12-31'), (:'one', 'points', '65', '2025-12-31'),
	(:'two', 'revenue', '1000000', '2025-12-31'), (:'two', 'points', '70', '2025-12-31'), (:'three', 'points', '10', '2025-12-31');
SELECT refresh_batch(10) \g /dev/null
SELECT create_roles() \g /dev/null
CREATE FUNCTION pg_temp.login(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN EXECUTE format('CREATE ROLE %I LOGIN', name); END IF;
END $$;
SELECT pg_temp.login('gi_f_' || r) FROM unnest('{one,two,bank,other,fund}'::text[]) AS r \g /dev/null
SELECT add_member('gi_f_one', 'enterprise', :'one'), add_member('gi_f_two', 'enterprise', :'two'), add_member('gi_f_bank', 'institution', 'bank'),
	add_member('gi_f_other', 'institution', 'other'), add_member('gi_f_fund', 'institution', 'fund') \g /dev/null
GRANT USAGE ON SCHEMA public TO PUBLIC;
\ir told.psql

/* ---- referral ---- */
SET SESSION AUTHORIZATION gi_f_one;
SELECT throws_ok(format('SELECT growth_index.refer_enterprise(%L, ''tech'')', :'one'), '55000', NULL, 'without consent no referral');
SELECT growth_index.give_consent(:'one', 'bank', 'loan', current_date + 365) \g /dev/null
SELECT throws_ok(format('SELECT growth_index.refer_enterprise(%L, ''tech'')', :'two'), '42501', NULL, 'nor for another');
SELECT throws_ok(format('SELECT growth_index.refer_enterprise(%L, ''none'')', :'one'), 'P0002', NULL, 'nor to a product that there is not');
SELECT (growth_index.refer_enterprise(:'one', 'tech', 15000000, 'r1')).id AS referral \gset
SELECT is((growth_index.refer_enterprise(:'one', 'tech', 15000000, 'r1')).id, :referral::bigint, 'the same call again is the same referral');
SELECT throws_ok(format('SELECT growth_index.refer_enterprise(%L, ''tech'', key => ''r2'')', :'one'), '23505', NULL, 'one is open');
SELECT is((SELECT matched FROM growth_index.referral), 19500000.00, 'with the credit by score and revenue');
RESET SESSION AUTHORIZATION;
SELECT give_consent(:'three', 'bank', 'loan', current_date + 365) \g /dev/null
SELECT throws_ok(format('SELECT growth_index.refer_enterprise(%L, ''tech'')', :'three'), '55000', NULL, 'who is not eligible is not referred');

/* ---- who sees it ---- */
SET SESSION AUTHORIZATION gi_f_bank;
SELECT is((SELECT count(*) FROM growth_index.referral), 1::bigint, 'the institution sees it');
SET SESSION AUTHORIZATION gi_f_other;
SELECT is_empty('SELECT * FROM growth_index.referral', 'another does not');
SELECT throws_ok(format('SELECT growth_index.grant_credit(%s, 1)', :referral), '42501', NULL, 'and grants nothing');
SELECT throws_ok(format('SELECT growth_index.close_referral(%s, ''refused'', ''x'')', :referral), '42501', NULL, 'nor refuses it');
SET SESSION AUTHORIZATION gi_f_two;
SELECT is_empty('SELECT * FROM growth_index.referral', 'nor does another enterprise');

/* ---- credit ---- */
SET SESSION AUTHORIZATION gi_f_bank;
SELECT (growth_index.grant_credit(:referral, 15000000)).id AS line \gset
SELECT is((growth_index.grant_credit(:referral, 15000000)).id, :line::bigint, 'granted once');
SELECT throws_ok(format('SELECT growth_index.grant_credit(%s, 16000000)', :referral), '23505', NULL, 'with one amount');
SELECT results_eq('SELECT amount, outstanding, rate, valid_to FROM growth_index.credit_line', $$VALUES (15000000.00, 0.00, 0.038500, (current_date + INTERVAL '24 months')::date)$$, 'by the terms of the product');
SELECT is((growth_index.draw_credit(:line, 4000000, 'd1', 'order 7')).outstanding, 4000000.00, 'drawn for an order');
SELECT is((growth_index.draw_credit(:line, 4000000, 'd1', 'order 7')).outstanding, 4000000.00, 'once');
SELECT throws_ok(format('SELECT growth_index.draw_credit(%s, 5, ''d1'')', :line), '23505', NULL, 'a key stands for one call');
SELECT throws_ok(format('SELECT growth_index.draw_credit(%s, 11000000.01, ''d2'')', :line), '55000', NULL, 'not beyond the line');
SELECT throws_ok(format('SELECT growth_index.draw_credit(%s, 1, ''d2'', as_of => current_date + 1000)', :line), '55000', NULL, 'nor after its end');
SELECT is((growth_index.repay_credit(:line, 1000000, 'p1')).outstanding, 3000000.00, 'repaid in part');
SELECT throws_ok(format('SELECT growth_index.repay_credit(%s, 3000000.01, ''p2'')', :line), '55000', NULL, 'no more than is outstanding');
SELECT throws_ok('INSERT INTO growth_index.credit_event (credit_line, kind, amount, as_of) VALUES (1, ''raise'', 1, current_date)', '42501', NULL, 'and no other way');
RESET SESSION AUTHORIZATION;
SELECT throws_ok('UPDATE growth_index.credit_line SET amount = amount + 1', '23001', NULL, 'a line is not changed by hand');
SELECT throws_ok(format('INSERT INTO growth_index.credit_event (credit_line, kind, amount, as_of) VALUES (%s, ''draw'', 12000000.01, current_date)', :line), '23514', NULL, 'nor drawn beyond its amount by any statement');
SELECT results_eq('SELECT kind, institution, product, amount, note FROM growth_index.financing_event', $$VALUES ('debt', 'bank', 'tech', 4000000.00, 'order 7')$$, 'what was drawn is debt raised');

/* ---- to a supplier ---- */
SET SESSION AUTHORIZATION gi_f_two;
SELECT throws_ok(format('SELECT growth_index.transfer_credit(%s, %L, 1, ''t0'')', :line, :'two'), '42501', NULL, 'nobody takes another''s line');
SET SESSION AUTHORIZATION gi_f_one;
SELECT throws_ok(format('SELECT growth_index.transfer_credit(%s, %L, 12000000.01, ''t1'')', :line, :'two'), '55000', NULL, 'what is drawn is not passed on');
SELECT throws_ok(format('SELECT growth_index.transfer_credit(%s, %L, 1, ''t1'')', :line, :'one'), '55000', NULL, 'nor to oneself');
SELECT is((growth_index.transfer_credit(:line, :'two', 2000000, 't1')).amount, 2000000.00, 'two million go to a supplier');
SELECT is((growth_index.transfer_credit(:line, :'two', 2000000, 't1')).amount, 2000000.00, 'once');
SELECT results_eq('SELECT amount, outstanding FROM growth_index.credit_line', 'VALUES (13000000.00, 3000000.00)', 'from one''s own');
SET SESSION AUTHORIZATION gi_f_two;
SELECT results_eq('SELECT amount, outstanding, institution FROM growth_index.credit_line', $$VALUES (2000000.00, 0.00, 'bank')$$, 'who sees its own line');
SET SESSION AUTHORIZATION gi_f_bank;
SELECT growth_index.draw_credit((SELECT id FROM growth_index.credit_line WHERE parent IS NOT NULL), 500000, 'd3') \g /dev/null

/* ---- a better score, a longer line ---- */
SELECT is((growth_index.enhance_credit(:line, 'e1')).amount, 17500000.00, 'what the product gives for the score, less what went to the supplier');
SELECT is((growth_index.enhance_credit(:line, 'e1')).amount, 17500000.00, 'once');
RESET SESSION AUTHORIZATION;
INSERT INTO observation (credit_code, indicator, value, period_end) VALUES (:'one', 'points', '68', '2026-03-31');
SELECT refresh_batch(10) \g /dev/null
SET SESSION AUTHORIZATION gi_f_bank;
SELECT is((growth_index.enhance_credit(:line, 'e2')).amount, 18400000.00, 'three points more are 900,000 yuan more');
SET SESSION AUTHORIZATION gi_f_one;
SELECT growth_index.revoke_consent((SELECT max(id) FROM growth_index.consent), :'one') \g /dev/null
SET SESSION AUTHORIZATION gi_f_bank;
SELECT throws_ok(format('SELECT growth_index.enhance_credit(%s, ''e4'')', :line), '55000', NULL, 'but not without consent: the line would tell the score');
SELECT results_eq('SELECT jsonb_object_keys(inputs -> ''profile'') FROM growth_index.referral', ARRAY['score', 'revenue'], 'and a referral tells what it was decided on, nothing else');
SET SESSION AUTHORIZATION gi_f_other;
SELECT throws_ok(format('SELECT growth_index.enhance_credit(%s, ''e3'')', :line), '42501', NULL, 'not by another institution');
SELECT is_empty(format($$SELECT pg_temp.told(c) FROM unnest(ARRAY['SELECT growth_index.draw_credit(%1$s, 1, ''d1'')', 'SELECT growth_index.repay_credit(%1$s, 1, ''x'')',
		'SELECT growth_index.transfer_credit(%1$s, ''%2$s'', 1, ''x'')', 'SELECT growth_index.grant_credit(%3$s, 1)', 'SELECT growth_index.close_referral(%3$s, ''refused'', ''x'')',
		'SELECT growth_index.close_referral(%3$s, ''withdrawn'', ''x'')', 'SELECT growth_index.enhance_credit(%1$s, ''e1'')']) AS c
	WHERE pg_temp.told(c) ~ '"bank"|%4$s|yuan|done'$$, :line, :'two', :referral, :'one'), 'nor is it told whose a number is');
SELECT is_empty('SELECT * FROM growth_index.credit_line', 'which sees no line');
SELECT is_empty('SELECT * FROM growth_index.credit_event', 'nor its movements');

/* ---- equity ---- */
SET SESSION AUTHORIZATION gi_f_fund;
SELECT growth_index.record_equity(:'one', 'fund', 30000000, 'A', '2026-02-01') AS equity \gset
SELECT is(growth_index.record_equity(:'one', 'fund', 30000000, 'A', '2026-02-01'), :equity::bigint, 'a round counts once');
SELECT throws_ok(format('SELECT growth_index.record_equity(%L, ''fund'', 31000000, ''A'', ''2026-02-01'')', :'one'), '23505', NULL, 'with one amount');
SELECT throws_ok(format('SELECT growth_index.record_equity(%L, ''bank'', 1, ''B'')', :'one'), '42501', NULL, 'in one''s own name');
SELECT is((SELECT sum(amount) FROM growth_index.financing_summary), 30000000.00, 'an institution sees what it financed');
RESET SESSION AUTHORIZATION;
/* one transaction may record any number */
BEGIN;
SELECT count(record_equity(credit_code_complete('91410100MK' || lpad(n::text, 7, '0')), 'fund', n, 'A', '2026-02-01')) AS recorded FROM generate_series(1, 10) AS n \gset
SELECT count(*) AS locks FROM pg_locks WHERE pid = pg_backend_pid() AND locktype <> 'relation' \gset
SELECT is((SELECT sum((record_equity(credit_code_complete('91410100MK' || lpad(n::text, 7, '0')), 'fund', n, 'A', '2026-02-01') IS NOT NULL)::integer) FROM generate_series(6, 60) AS n), 55::bigint, 'rounds of many in one transaction');
SELECT is((SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype <> 'relation'), :locks::bigint, 'hold no lock in memory each');
SELECT is((SELECT count(*) FROM financing_event WHERE note = 'A'), 61::bigint, 'and count once');
ROLLBACK;
SELECT results_eq($$SELECT kind, institution, sum(amount) FROM financing_summary GROUP BY 1, 2 ORDER BY 1, 2$$, $$VALUES ('debt', 'bank', 4500000.00), ('equity', 'fund', 30000000.00)$$, 'the summary by kind and institution');
SELECT is((SELECT financing_total FROM headline), 34500000.00, 'and the headline');

/* ---- refused, withdrawn ---- */
SELECT give_consent(:'two', 'other', 'loan', current_date + 1) \g /dev/null
SET SESSION AUTHORIZATION gi_f_two;
SELECT (growth_index.refer_enterprise(:'two', 'rival')).id AS rival \gset
SET SESSION AUTHORIZATION gi_f_other;
SELECT is((growth_index.close_referral(:rival, 'refused', 'no collateral')).state, 'refused', 'an institution refuses');
SELECT throws_ok(format('SELECT growth_index.grant_credit(%s, 1)', :rival), '55000', NULL, 'then it is not granted');
SET SESSION AUTHORIZATION gi_f_two;
SELECT (growth_index.refer_enterprise(:'two', 'rival')).id AS again \gset
SELECT is((growth_index.close_referral(:again, 'withdrawn', 'found another')).state, 'withdrawn', 'an enterprise asks again, and withdraws');
RESET SESSION AUTHORIZATION;
SELECT remove_member('gi_f_' || m, k) FROM (VALUES ('one', 'enterprise'), ('two', 'enterprise'), ('bank', 'institution'), ('other', 'institution'), ('fund', 'institution')) AS t(m, k) \g /dev/null
SELECT * FROM finish();
