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
SELECT claw_back_entitlement(e.id, 'wang', 'moved') FROM entitlement AS e JOIN firm AS f ON f.code OPERATOR(growth_index.=) e.credit_code WHERE policy = 'q' AND n = 1 \g /dev/null
SELECT p.id AS part, p.entitlement_id AS parted FROM payment AS p JOIN entitlement AS e ON e.id = p.entitlement_id JOIN firm AS f ON f.code OPERATOR(growth_index.=) e.credit_code WHERE policy = 'q' AND n = 2 \gset
SELECT claw_back_entitlement(:parted, 'wang', 'half of it', amount => 0.5) \g /dev/null
SELECT throws_ok(format('SELECT growth_index.return_payment(%s, ''bank'', ''late'')', :part), '55000', format('payment %s was clawed back, or a part of it', :part), 'what is clawed back is refunded, not returned');
INSERT INTO exclusion (credit_code, list, reason, valid_from) SELECT code, 'dishonest', '(2026) 4', '2026-04-03' FROM firm WHERE n = 3;
UPDATE enterprise SET status = 'deregistered' WHERE credit_code OPERATOR(growth_index.=) (SELECT code FROM firm WHERE n = 4);
SELECT results_eq($$SELECT f.n, t.lacks FROM payment_to_order AS t JOIN firm AS f ON f.code OPERATOR(growth_index.=) t.credit_code ORDER BY f.n$$,
	$$VALUES (1, 'it is clawed back'), (2, ''), (3, 'the enterprise is on the list "dishonest" until infinity: (2026) 4'), (4, 'the enterprise is deregistered')$$, 'clawed back, excluded, deregistered');
SELECT make_payment_file('fifth') AS fifth \gset
SELECT is((SELECT payments FROM payment_file WHERE id = :fifth), 1::bigint, 'only what stands is ordered');
SELECT throws_ok('SELECT growth_index.set_bank_account(''budget'', ''b'', E''a\tb'', ''123456'', ''102491002873'')', '23514', NULL, 'a holder has no control characters');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');
SELECT * FROM finish();
