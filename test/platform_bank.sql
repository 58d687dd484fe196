/*
 * Payments to the bank and back: files as CSV and pain.001, answers taken once,
 * what failed paid anew.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT no_plan();

INSERT INTO indicator (code, data_type) VALUES ('a', 'number');
CREATE TEMP TABLE firm AS
SELECT n, growth_index.credit_code_complete('91410100MB' || lpad(n::text, 7, '0')) AS code FROM generate_series(1, 4) AS n;
INSERT INTO enterprise (credit_code, name) SELECT code, CASE n WHEN 2 THEN '=cmd, "郑州" <科技> & Co' ELSE 'firm ' || n END FROM firm;
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT code, 'a', to_jsonb(n * 100.25), '2026-01-31' FROM firm;
INSERT INTO budget (code, amount) VALUES ('b', 10000);
SELECT add_policy('p', 'a > 0', 'a', '专利奖励', 'Patents', period => 'once', publicity_days => 0, budget_code => 'b') \g /dev/null
SELECT refresh_batch(10) \g /dev/null
SELECT advance_entitlements('2026-03-02'), advance_entitlements('2026-03-03') \g /dev/null
SELECT confirm_entitlement(id, credit_code, as_of => '2026-03-03') FROM entitlement \g /dev/null
SELECT advance_entitlements('2026-03-04') \g /dev/null
SELECT is((SELECT count(*) FROM payment), 4::bigint, 'four are paid');

/* ---- accounts are checked before payment ---- */
SELECT is(make_payment_file('early', '2026-03-05'), NULL, 'without accounts nothing goes out');
SELECT results_eq('SELECT DISTINCT lacks FROM payment_to_order', $$VALUES ('the enterprise has no bank account; the budget has no bank account')$$, 'and the view says why');
SELECT throws_ok($$SELECT growth_index.set_bank_account('budget', 'b', 'x', '12', '102100099996')$$, '23514', NULL, 'an account has a number');
SELECT throws_ok($$SELECT growth_index.set_bank_account('budget', 'b', 'x', '123456', 'ICBC')$$, '23514', NULL, 'and a bank');
SELECT set_bank_account('budget', 'b', '郑州高新区财政局', '1702020109000000001', '102491002873') AS debtor \gset
SELECT is(set_bank_account('budget', 'b', '郑州高新区财政局', '1702020109000000001', '102491002873'), :debtor::bigint, 'the same again is no new account');
SELECT is(set_bank_account('budget', 'b', '郑州高新区财政局', '17020201 09000000001', '102491002873'), :debtor::bigint, 'with spaces as well');
SELECT set_bank_account('enterprise', e.credit_code::text, CASE f.n WHEN 3 THEN 'somebody else' ELSE e.name END, '62220210010' || f.n, CASE f.n WHEN 2 THEN 'ICBKCNBJ' ELSE '102491002873' END)
FROM firm AS f JOIN enterprise AS e ON e.credit_code OPERATOR(growth_index.=) f.code WHERE f.n <= 3 \g /dev/null
SELECT results_eq($$SELECT t.lacks FROM payment_to_order AS t JOIN firm AS f ON f.code OPERATOR(growth_index.=) t.credit_code ORDER BY f.n$$,
	$$VALUES (''), (''), ('the account is held by "somebody else", the enterprise is "firm 3"'), ('the enterprise has no bank account')$$, 'the holder is compared');

/* ---- out ---- */
SELECT make_payment_file('2026-03-05', '2026-03-05') AS file \gset
SELECT is(make_payment_file('2026-03-05', '2026-03-05'), :file::bigint, 'the same key gives the same file');
SELECT is(make_payment_file('again', '2026-03-05'), NULL, 'no payment goes out twice');
SELECT is((SELECT row(payments, amount)::text FROM payment_file), '(2,300.75)', 'two payments');
SELECT is(payment_csv(:file), format(E'reference,debtor_account,creditor_name,creditor_account,creditor_bank,amount,currency,execute_on,text\r\n'
	'%s,1702020109000000001,firm 1,622202100101,102491002873,100.25,CNY,2026-03-05,专利奖励\r\n'
	'%s,1702020109000000001,"''=cmd, ""郑州"" <科技> & Co",622202100102,ICBKCNBJ,200.50,CNY,2026-03-05,专利奖励\r\n',
	(SELECT reference FROM payment_order WHERE amount = 100.25), (SELECT reference FROM payment_order WHERE amount = 200.50)), 'as CSV');
SELECT results_eq(format($$SELECT x.* FROM xmltable(XMLNAMESPACES('urn:iso:std:iso:20022:tech:xsd:pain.001.001.03' AS p), '//p:CdtTrfTxInf' PASSING growth_index.payment_xml(%s)
	COLUMNS amount numeric PATH 'p:Amt/p:InstdAmt', currency text PATH 'p:Amt/p:InstdAmt/@Ccy', name text PATH 'p:Cdtr/p:Nm',
		account text PATH 'p:CdtrAcct/p:Id/p:Othr/p:Id', cnaps text PATH 'p:CdtrAgt/p:FinInstnId/p:ClrSysMmbId/p:MmbId', bic text PATH 'p:CdtrAgt/p:FinInstnId/p:BIC', info text PATH 'p:RmtInf/p:Ustrd') AS x$$, :file),
	$$VALUES (100.25, 'CNY', 'firm 1', '622202100101', '102491002873', NULL, '专利奖励'), (200.50, 'CNY', '=cmd, "郑州" <科技> & Co', '622202100102', NULL, 'ICBKCNBJ', '专利奖励')$$, 'as pain.001');
SELECT results_eq(format($$SELECT x.* FROM xmltable(XMLNAMESPACES('urn:iso:std:iso:20022:tech:xsd:pain.001.001.03' AS p), '/p:Document/p:CstmrCdtTrfInitn' PASSING growth_index.payment_xml(%s)
	COLUMNS n int PATH 'p:GrpHdr/p:NbOfTxs', total numeric PATH 'p:GrpHdr/p:CtrlSum', part numeric PATH 'p:PmtInf/p:CtrlSum', debtor text PATH 'p:PmtInf/p:DbtrAcct/p:Id/p:Othr/p:Id', day date PATH 'p:PmtInf/p:ReqdExctnDt') AS x$$, :file),
	$$VALUES (2, 300.75, 300.75, '1702020109000000001', date '2026-03-05')$$, 'with its control sums');
SELECT is(payment_xml(-1)::text, NULL, 'a file that there is not');
SELECT throws_ok('DELETE FROM growth_index.payment_order', '23001', NULL, 'orders stay');

/* ---- back ---- */
SELECT reference AS good FROM payment_order WHERE amount = 100.25 \gset
SELECT reference AS bad FROM payment_order WHERE amount = 200.50 \gset
SELECT format('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt><OrgnlPmtInfAndSts>'
	'<TxInfAndSts><OrgnlEndToEndId>%s</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>'
	'<TxInfAndSts><OrgnlEndToEndId>%s</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>account closed</AddtlInf></StsRsnInf></TxInfAndSts>'
	'<TxInfAndSts><OrgnlEndToEndId>other</OrgnlEndToEndId><TxSts>PDNG</TxSts></TxInfAndSts>'
	'</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>', :'good', :'bad') AS report \gset
SELECT is((SELECT row(paid, failed, known)::text FROM take_bank_report(:'report', '2026-03-06')), '(1,1,0)', 'the bank''s report');
SELECT is((SELECT row(paid, failed, known)::text FROM take_bank_report(:'report', '2026-03-06')), '(0,0,2)', 'the same again changes nothing');
SELECT is(take_bank_result(:'good', 'paid'), false, 'nor does one answer');
SELECT throws_ok(format('SELECT growth_index.take_bank_result(%L, ''failed'')', :'good'), '23505', NULL, 'the bank does not say two things');
SELECT throws_ok($$SELECT growth_index.take_bank_result('nothing', 'paid')$$, 'P0002', NULL, 'of an order that there is not');
SELECT is((SELECT e.state || ': ' || e.reason FROM entitlement AS e JOIN payment AS p ON p.entitlement_id = e.id WHERE p.kind = 'return'), 'approved: AC04 account closed', 'what failed goes back');
SELECT is((SELECT balance FROM account_balance WHERE account = 'committed'), 200.50, 'its money is committed again');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');
SELECT is((SELECT payments FROM headline), 3::bigint, 'what came back does not count as paid');

/* ---- once more ---- */
SELECT advance_entitlements('2026-03-09') \g /dev/null
SELECT is((SELECT string_agg(kind || ' ' || attempt, ', ' ORDER BY id) FROM payment WHERE amount = 200.50), 'payment 1, return 1, payment 2', 'it is paid anew');
SELECT set_bank_account('enterprise', (SELECT code FROM firm WHERE n = 2)::text, '=cmd, "郑州" <科技> & Co', '622202100199', 'ICBKCNBJ') \g /dev/null
SELECT make_payment_file('second', '2026-03-10') AS second \gset
SELECT is((SELECT amount FROM payment_file WHERE id = :second), 200.50, 'by another file');
SELECT is((SELECT a.account FROM payment_order AS o JOIN bank_account AS a ON a.id = o.creditor ORDER BY o.payment_id DESC LIMIT 1), '622202100199', 'to the new account');
SELECT throws_ok(format('SELECT growth_index.return_payment(%s, ''bank'', ''late'')', (SELECT min(id) FROM payment WHERE amount = 200.50)), NULL, NULL, 'one that came back does not come back again');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');
SELECT is_empty('SELECT * FROM payment_standing WHERE NOT audit_agrees(id)', 'and each payment can be computed again');

/* ---- while the bank has it, nothing is paid anew ---- */
SELECT set_bank_account('enterprise', e.credit_code::text, e.name, '62220210010' || f.n, '102491002873')
FROM firm AS f JOIN enterprise AS e ON e.credit_code OPERATOR(growth_index.=) f.code WHERE f.n > 2 \g /dev/null
SELECT make_payment_file('third', '2026-03-09') AS third \gset
SELECT is((SELECT count(*) FROM payment_order WHERE file_id = :third), 2::bigint, 'the other two go out');
SELECT min(payment_id) AS ordered FROM payment_order WHERE file_id = :third \gset
SELECT throws_ok(format('SELECT growth_index.return_payment(%s, ''clerk'', ''no answer'')', :ordered), '55000', format('payment %s is with the bank, which has not answered', :ordered), 'an order that is out is not taken back by hand');
SELECT throws_ok(format('SELECT growth_index.claw_back_entitlement(%s, ''clerk'', ''moved'')', (SELECT entitlement_id FROM payment WHERE id = :ordered)), '55000',
	format('payment %s is with the bank, which has not answered', :ordered), 'nor clawed back, while it may still fail');
SELECT throws_ok('SELECT growth_index.take_bank_report(''<a/>'')', '22023', NULL, 'a report is a report');
SELECT format('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>GI-%s</OrgnlMsgId><GrpSts>RJCT</GrpSts>'
	'<StsRsnInf><Rsn><Prtry>F01</Prtry></Rsn></StsRsnInf></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>', :third) AS rejected \gset
SELECT is((SELECT row(paid, failed, known)::text FROM take_bank_report(:'rejected', '2026-03-10')), '(0,2,0)', 'a bank refuses a whole file, in a later version of the report');
SELECT is((SELECT row(paid, failed, known)::text FROM take_bank_report(:'rejected', '2026-03-10')), '(0,0,2)', 'once');
SELECT is((SELECT string_agg(DISTINCT reason, ' ') FROM payment_result JOIN payment_order USING (reference) WHERE file_id = :third), 'F01', 'with its reason');
SELECT advance_entitlements('2026-03-11') \g /dev/null
SELECT make_payment_file('fourth', '2026-03-11') AS fourth \gset
SELECT 'reference,result,reason' || string_agg(E'\n' || reference || ',paid,', '' ORDER BY reference) AS answers FROM payment_order WHERE file_id = :fourth \gset
\setenv ANSWERS :answers
\copy bank_answer FROM PROGRAM 'echo "$ANSWERS"' (FORMAT csv, HEADER)
\copy bank_answer FROM PROGRAM 'echo "$ANSWERS"' (FORMAT csv, HEADER)
SELECT is((SELECT count(*) FROM bank_answer JOIN payment_order USING (reference) WHERE file_id = :fourth AND result = 'paid'), 2::bigint, 'answers come in as CSV, once');

/* ---- what stands no more does not go out ---- */
SELECT add_policy('q', 'a > 0', '1', period => 'once', publicity_days => 0, budget_code => 'b') \g /dev/null
CALL refresh();
SELECT advance_entitlements('2026-04-01'), advance_entitlements('2026-04-02') \g /dev/null
SELECT confirm_entitlement(id, credit_code, as_of => '2026-04-02') FROM entitlement WHERE policy = 'q' \g /dev/null
SELECT advance_entitlements('2026-04-03') \g /dev/null
CREATE FUNCTION pg_temp.stands(id bigint) RETURNS text LANGUAGE sql AS
	'SELECT format(''%s %s %s %s'', e.state, a.committed, a.paid, a.receivable) FROM growth_index.entitlement AS e JOIN growth_index.entitlement_account AS a ON a.entitlement_id = e.id WHERE e.id = $1';
SELECT e.id AS whole FROM entitlement AS e JOIN firm AS f ON f.code OPERATOR(growth_index.=) e.credit_code WHERE policy = 'q' AND n = 1 \gset
SELECT is((claw_back_entitlement(:whole, 'wang', 'moved', 'whole')).state, 'clawed_back', 'clawed back before it goes out');
SELECT is((claw_back_entitlement(:whole, 'wang', 'moved', 'whole')).state, 'clawed_back', 'once');
SELECT is(pg_temp.stands(:whole), 'clawed_back 0.00 0.00 0.00', 'nothing is owed back of what has not gone out');
SELECT e.id AS parted FROM entitlement AS e JOIN firm AS f ON f.code OPERATOR(growth_index.=) e.credit_code WHERE policy = 'q' AND n = 2 \gset
SELECT claw_back_entitlement(:parted, 'wang', 'half of it', amount => 0.3) \g /dev/null
SELECT is(pg_temp.stands(:parted), 'approved 0.70 0.00 0.00', 'of a part, the rest is committed');
SELECT pay_entitlement(:parted, as_of => '2026-04-06') \g /dev/null
INSERT INTO exclusion (credit_code, list, reason, valid_from) SELECT code, 'dishonest', '(2026) 4', '2026-04-03' FROM firm WHERE n = 3;
UPDATE enterprise SET status = 'deregistered' WHERE credit_code OPERATOR(growth_index.=) (SELECT code FROM firm WHERE n = 4);
SELECT results_eq($$SELECT f.n, t.amount, t.lacks FROM payment_to_order AS t JOIN firm AS f ON f.code OPERATOR(growth_index.=) t.credit_code ORDER BY f.n$$,
	$$VALUES (2, 0.70, ''), (3, 1, 'the enterprise is on the list "dishonest" until infinity: (2026) 4'), (4, 1, 'the enterprise is deregistered')$$, 'what is left, excluded, deregistered');
SELECT make_payment_file('fifth') AS fifth \gset
SELECT is((SELECT row(payments, amount)::text FROM payment_file WHERE id = :fifth), '(1,0.70)', 'only what stands is ordered');
SELECT take_bank_result(reference, 'failed') FROM payment_order WHERE file_id = :fifth \g /dev/null
SELECT is(pg_temp.stands(:parted), 'approved 0.70 0.00 0.00', 'it fails');
SELECT advance_entitlements('2026-04-07') \g /dev/null
SELECT make_payment_file('sixth') AS sixth \gset
SELECT take_bank_result(reference, 'paid'), claw_back_entitlement(:parted, 'wang', 'once more', amount => 0.2) FROM payment_order WHERE file_id = :sixth \g /dev/null
SELECT is(pg_temp.stands(:parted), 'paid 0.00 0.50 0.20', 'and is paid: what is clawed back then is owed back');
SELECT is((SELECT string_agg(kind || ' ' || amount, ', ' ORDER BY id) FROM payment WHERE entitlement_id = :parted), 'payment 1.00, return 1.00, payment 0.70, return 0.70, payment 0.70', 'by these payments');
SELECT return_payment(payment_id, 'bank', 'account closed since') FROM payment_order WHERE file_id = :sixth \g /dev/null
SELECT is(pg_temp.stands(:parted), 'approved 0.50 0.00 0.00', 'what the other bank sends back is not owed back');
SELECT is_empty('SELECT * FROM payment_standing WHERE NOT audit_agrees(id)', 'each payment can be computed again');
SELECT withdraw_entitlement(:parted, 'wang', 'enough') \g /dev/null
SELECT is(pg_temp.stands(:parted), 'withdrawn 0.00 0.00 0.00', 'the rest is free');
SELECT throws_ok('SELECT growth_index.set_bank_account(''budget'', ''b'', E''a\tb'', ''123456'', ''102491002873'')', '23514', NULL, 'a holder has no control characters');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');

/* ---- a budget that gets an account when some of what it paid was clawed back ---- */
INSERT INTO firm SELECT n, growth_index.credit_code_complete('91410100MB' || lpad(n::text, 7, '0')) FROM generate_series(5, 7) AS n;
INSERT INTO enterprise (credit_code, name) SELECT code, 'firm ' || n FROM firm WHERE n > 4;
INSERT INTO indicator (code, data_type) VALUES ('h', 'number');
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT code, 'h', '100', '2026-03-31' FROM firm WHERE n > 4;
INSERT INTO budget (code, amount) VALUES ('hand', 1000);
SELECT add_policy('by_hand', 'h > 0', 'h', period => 'once', publicity_days => 0, budget_code => 'hand', instalments => '[{"share": 0.5}, {"share": 0.5}]') \g /dev/null
CALL refresh();
SELECT advance_entitlements('2026-04-10'), advance_entitlements('2026-04-11') \g /dev/null
SELECT confirm_entitlement(id, credit_code, as_of => '2026-04-11') FROM entitlement WHERE policy = 'by_hand' \g /dev/null
SELECT advance_entitlements('2026-04-12') \g /dev/null
SELECT min(id) AS owing, min(id) + 1 AS settled FROM entitlement WHERE policy = 'by_hand' \gset
SELECT claw_back_entitlement(id, 'wang', 'half of it', amount => 50) FROM unnest(ARRAY[:owing, :settled]) AS id \g /dev/null
SELECT refund_entitlement(:settled, 'cashier') \g /dev/null
SELECT set_bank_account('budget', 'hand', '财政局', '1702020109000000003', '102491002873') \g /dev/null
SELECT set_bank_account('enterprise', code::text, 'firm ' || n, '62220210020' || n, '102491002873') FROM firm WHERE n BETWEEN 5 AND 7 \g /dev/null
SELECT results_eq($$SELECT lacks, count(*) FROM payment_to_order WHERE budget_code = 'hand' GROUP BY 1 ORDER BY 1$$,
	$$VALUES ('', 2::bigint), ('it is clawed back, or a part of it', 4)$$, 'what was claimed as paid is not ordered then');
SELECT claw_back_entitlement(id, 'wang', 'more of it', amount => 20) FROM unnest(ARRAY[:owing, :settled]) AS id \g /dev/null
SELECT is(pg_temp.stands(:owing), 'paid 0.00 30.00 70.00', 'nor paid anew when more is claimed');
SELECT is(pg_temp.stands(:settled), 'paid 0.00 30.00 20.00', 'also where the first claim was refunded');
SELECT return_payment(max(id), 'bank', 'sent back') FROM payment_standing WHERE entitlement_id = :owing \g /dev/null
SELECT is(pg_temp.stands(:owing), 'paid 0.00 30.00 20.00', 'what comes back of it is owed no more');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');

/* ---- two parts: one waits for the bank when something is claimed, or is sent back when a part was refunded ---- */
INSERT INTO indicator (code, data_type) VALUES ('done', 'number');
SELECT add_policy('milestone', 'h > 0', 'h * 2', period => 'once', publicity_days => 0, budget_code => 'hand', instalments => '[{"share": 0.5}, {"share": 0.5, "when": "done = 1"}]') \g /dev/null
CALL refresh();
SELECT advance_entitlements('2026-04-14'), advance_entitlements('2026-04-15') \g /dev/null
SELECT id AS m, credit_code::text AS owner FROM entitlement WHERE policy = 'milestone' ORDER BY id LIMIT 1 \gset
SELECT confirm_entitlement(:m, :'owner', as_of => '2026-04-15') \g /dev/null
SELECT advance_entitlements('2026-04-16') \g /dev/null
SELECT make_payment_file('first part') AS part \gset
SELECT take_bank_result(reference, 'paid') FROM payment_order WHERE file_id = :part \g /dev/null
INSERT INTO observation (credit_code, indicator, value, period_end) VALUES (:'owner', 'done', '1', '2026-04-16');
CALL refresh();
SELECT pay_entitlement(:m, as_of => '2026-04-17') \g /dev/null
BEGIN;
SELECT claw_back_entitlement(:m, 'wang', 'less than waits', amount => 80) \g /dev/null
SELECT is(pg_temp.stands(:m), 'approved 20.00 100.00 0.00', 'a claim is taken from what waits, and the rest of that paid anew');
SELECT claw_back_entitlement(:m, 'wang', 'more', amount => 30) \g /dev/null
SELECT is(pg_temp.stands(:m), 'paid 0.00 70.00 30.00', 'the rest of a claim is owed back');
ROLLBACK;
BEGIN;
SELECT claw_back_entitlement(:m, 'wang', 'more than waits', amount => 150) \g /dev/null
SELECT is(pg_temp.stands(:m), 'paid 0.00 50.00 50.00', 'nothing goes out to one who owes');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');
ROLLBACK;
SELECT make_payment_file('second part') AS part \gset
SELECT take_bank_result(reference, 'paid') FROM payment_order WHERE file_id = :part \g /dev/null
SELECT claw_back_entitlement(:m, 'wang', 'half of it', amount => 100), refund_entitlement(:m, 'cashier', amount => 60) \g /dev/null
SELECT min(id) AS p1, max(id) AS p2 FROM payment_standing WHERE entitlement_id = :m \gset
SELECT return_payment(:p2, 'bank', 'sent back'), pay_entitlement(:m, as_of => '2026-04-18') \g /dev/null
SELECT is(pg_temp.stands(:m), 'paid 0.00 100.00 0.00', 'what comes back covers what is owed, the rest is paid anew');
SELECT throws_ok(format('SELECT growth_index.return_payment(%s, ''bank'', ''sent back'')', :p1), '55000', format('payment %s was refunded, or a part of it', :p1), 'what waits for the bank stands in for nothing that was refunded');
SELECT make_payment_file('once more') AS part \gset
SELECT take_bank_result(reference, 'failed') FROM payment_order WHERE file_id = :part \g /dev/null
SELECT is(pg_temp.stands(:m), 'approved 60.00 40.00 0.00', 'it may still fail');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');

/*
 * Orders, answers, claw-backs, refunds, returns and payments in any order.  Beside
 * the books, what the bank's transfers come to is counted here.
 */
INSERT INTO firm SELECT n, growth_index.credit_code_complete('91410100MB' || lpad(n::text, 7, '0')) FROM generate_series(11, 18) AS n;
INSERT INTO enterprise (credit_code, name) SELECT code, 'firm ' || n FROM firm WHERE n > 10;
INSERT INTO indicator (code, data_type) VALUES ('m', 'number');
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT code, 'm', to_jsonb(n / 7.0), '2026-03-31' FROM firm WHERE n > 10;
INSERT INTO budget (code, amount) VALUES ('county', 1000), ('city', 1000);
SELECT set_bank_account('budget', b, '财政局', '1702020109000000002', '102491002873') FROM unnest('{county,city}'::text[]) AS b \g /dev/null
SELECT set_bank_account('enterprise', code::text, 'firm ' || n, '62220210020' || n, '102491002873') FROM firm WHERE n > 10 \g /dev/null
SELECT add_policy('single', 'm > 0', 'm', period => 'once', publicity_days => 0, budget_code => 'city'),
	add_policy('shared', 'm > 0', 'm * 2', period => 'once', publicity_days => 0, cost_shares => '{"city": 0.37, "county": 0.63}'),
	add_policy('steps', 'm > 0', 'm * 3', period => 'once', publicity_days => 0, cost_shares => '{"city": 0.5, "county": 0.5}', instalments => '[{"share": 0.4}, {"share": 0.6, "when": "m > 2"}]') \g /dev/null
CALL refresh();
SELECT advance_entitlements('2026-05-01'), advance_entitlements('2026-05-02') \g /dev/null
SELECT confirm_entitlement(id, credit_code, as_of => '2026-05-02') FROM entitlement WHERE policy IN ('single', 'shared', 'steps') \g /dev/null
SELECT advance_entitlements('2026-05-03') \g /dev/null
CREATE TEMP TABLE sent (entitlement_id bigint, amount numeric);
CREATE TEMP TABLE refused (step text, message text);
CREATE FUNCTION pg_temp.wrong() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT r::text FROM growth_index.reconcile() AS r
	UNION ALL
	/* what the enterprise has, and what is on its way, is what is paid and owed back */
	SELECT format('entitlement %s has %s', a.entitlement_id, s.amount)
	FROM (SELECT entitlement_id, sum(paid + receivable) AS amount FROM growth_index.entitlement_account GROUP BY 1) AS a
		LEFT JOIN (SELECT entitlement_id, sum(amount) AS amount FROM (SELECT * FROM sent
			UNION ALL SELECT e.id, t.amount FROM growth_index.entitlement AS e, growth_index.in_transit(e.id) AS t) AS u GROUP BY 1) AS s ON s.entitlement_id = a.entitlement_id
	WHERE a.entitlement_id IN (SELECT id FROM growth_index.entitlement WHERE policy IN ('single', 'shared', 'steps')) AND a.amount <> coalesce(s.amount, 0)
$$;
CREATE FUNCTION pg_temp.take(step text, n integer) RETURNS void LANGUAGE plpgsql SET search_path = growth_index, public AS $$
DECLARE
	c record;
BEGIN
	IF step = 'order' THEN
		PERFORM make_payment_file('random ' || n);
	ELSIF step = 'answer' THEN
		/* each second one, and of these each second one fails */
		INSERT INTO sent
		SELECT p.entitlement_id, p.amount FROM (
			SELECT o.payment_id, o.reference, CASE WHEN random() < 0.5 THEN 'paid' ELSE 'failed' END AS result FROM payment_order AS o
			WHERE NOT EXISTS (SELECT FROM payment_result AS r WHERE r.reference = o.reference) AND random() < 0.5 ORDER BY o.payment_id) AS o
			JOIN payment AS p ON p.id = o.payment_id
		WHERE take_bank_result(o.reference, o.result) AND o.result = 'paid';
	ELSIF step = 'claw back' THEN
		SELECT a.entitlement_id AS id, CASE WHEN random() < 0.8 THEN greatest(0.01, round(sum(a.paid) * random()::numeric, 2)) END AS amount INTO c
		FROM entitlement_account AS a WHERE a.paid > 0 AND a.budget_code <> 'b' GROUP BY 1 ORDER BY random() LIMIT 1;
		PERFORM claw_back_entitlement(c.id, 'wang', 'random', amount => c.amount);
	ELSIF step = 'refund' THEN
		SELECT a.entitlement_id AS id, greatest(0.01, round(sum(a.receivable) * random()::numeric, 2)) AS amount INTO c
		FROM entitlement_account AS a WHERE a.receivable > 0 AND a.budget_code <> 'b' GROUP BY 1 ORDER BY random() LIMIT 1;
		IF FOUND THEN
			PERFORM refund_entitlement(c.id, 'cashier', amount => c.amount);
			INSERT INTO sent VALUES (c.id, - c.amount);
		END IF;
	ELSIF step = 'return' THEN
		SELECT s.id, s.entitlement_id, s.amount, r.result INTO c FROM payment_standing AS s
			LEFT JOIN payment_order AS o ON o.payment_id = s.id LEFT JOIN payment_result AS r ON r.reference = o.reference
		WHERE s.budget_code <> 'b' ORDER BY random() LIMIT 1;
		PERFORM return_payment(c.id, 'bank', 'random');
		INSERT INTO sent SELECT c.entitlement_id, - c.amount WHERE c.result = 'paid';
	ELSIF step = 'pay' THEN
		PERFORM pay_entitlement(e.id, as_of => '2026-05-04') FROM (SELECT id FROM entitlement WHERE state = 'approved' ORDER BY random() LIMIT 1) AS e;
	ELSE
		PERFORM advance_entitlements('2026-05-04');
	END IF;
EXCEPTION WHEN object_not_in_prerequisite_state THEN
	INSERT INTO refused VALUES (step, regexp_replace(SQLERRM, '[0-9]+', 'N'));
END $$;
CREATE FUNCTION pg_temp.wander(steps integer) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	step text;
BEGIN
	FOR n IN 1..steps LOOP
		step := (ARRAY['order', 'answer', 'answer', 'claw back', 'claw back', 'claw back', 'refund', 'return', 'pay', 'pay', 'daily'])[ceil(random() * 11)];
		PERFORM pg_temp.take(step, n);
		RETURN QUERY SELECT format('step %s, %s: %s', n, step, w) FROM pg_temp.wrong() AS w;
	END LOOP;
END $$;
SELECT setseed(0.15) \g /dev/null
SELECT is_empty('SELECT pg_temp.wander(80)', 'whatever comes after what, the books agree with the bank''s');
SELECT is_empty($$SELECT step, message FROM refused WHERE (step, message) NOT IN (('claw back', 'payment N is with the bank, which has not answered'), ('pay', 'no part of entitlement N is due'),
	('return', 'payment N is with the bank, which has not answered'), ('return', 'payment N was refunded, or a part of it'))$$, 'and nothing is refused but for these reasons');
/* all goes out that is left, and arrives */
SELECT advance_entitlements('2026-05-05') \g /dev/null
SELECT make_payment_file('what is left') \g /dev/null
SELECT take_bank_result(reference, 'paid') FROM payment_order AS o WHERE NOT EXISTS (SELECT FROM payment_result AS r WHERE r.reference = o.reference) \g /dev/null
SELECT results_eq($$SELECT e.state, a.committed, a.paid FROM entitlement AS e JOIN entitlement_account AS a ON a.entitlement_id = e.id WHERE e.policy = 'single' ORDER BY e.id$$,
	$$SELECT CASE WHEN e.granted > c.amount THEN 'paid' ELSE 'clawed_back' END, 0.00, e.granted - c.amount FROM entitlement AS e
		CROSS JOIN LATERAL (SELECT coalesce(sum((v.inputs ->> 'amount')::numeric), 0) AS amount FROM entitlement_event AS v WHERE v.entitlement_id = e.id AND v.step = 'claw_back') AS c
	WHERE e.policy = 'single' ORDER BY e.id$$, 'at the end each has what was granted, less what was clawed back');
SELECT is_empty('SELECT * FROM payment_standing WHERE NOT audit_agrees(id)', 'each payment can be computed again');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');
SELECT * FROM finish();
