/*
 * The published figures of a zone, driven through the platform's own workflow:
 * certificates, two scorecards, benefits with and without application, credit
 * by referral, equity rounds; at the end of April, and on 31 May.  The events
 * that sum to them are generated here.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT no_plan();

INSERT INTO indicator (code, data_type) VALUES ('growth', 'number'), ('novelty', 'number'), ('patent_award', 'number'), ('listing_award', 'number'),
	('rent', 'number'), ('training', 'number'), ('fair', 'number');
CREATE TEMP TABLE firm AS
SELECT n, growth_index.credit_code_complete('91410100MH' || lpad(n::text, 7, '0')) AS code FROM generate_series(1, 7000) AS n;
INSERT INTO enterprise (credit_code, name, registered_zone, certified_on)
SELECT code, 'firm ' || n, 'ZZHT', CASE WHEN n <= 6800 THEN date '2022-05-31' - (n % 300) END FROM firm;
INSERT INTO institution (code, kind) SELECT 'institution ' || n, CASE WHEN n % 3 = 0 THEN 'fund' ELSE 'bank' END FROM generate_series(1, 162) AS n;
SELECT add_scorecard('credit', '{"name": "credit", "dimensions": [{"code": "d", "name": "d"}],
	"indicators": [{"code": "growth", "dimension": "d", "normalise": {"linear": [0, 100]}, "weight": 100}],
	"ratings": [{"grade": "AAA", "from": 80}, {"grade": "A", "from": 60}, {"grade": "B", "from": 0}]}') \g /dev/null
SELECT add_scorecard('innovation', '{"name": "innovation", "dimensions": [{"code": "d", "name": "d"}, {"code": "e", "name": "e"}],
	"indicators": [{"code": "novelty", "dimension": "d", "normalise": {"linear": [0, 100]}, "weight": 60},
		{"code": "growth", "dimension": "e", "normalise": {"linear": [0, 100]}, "weight": 40}],
	"ratings": [{"grade": "AAA", "from": 80}, {"grade": "A", "from": 60}, {"grade": "B", "from": 0}]}') \g /dev/null
/* 439 benefits without application to 389 enterprises; 5,700 on application, 2,164 enterprises more */
INSERT INTO observation (credit_code, indicator, value, period_end)
SELECT code, 'growth', to_jsonb(n % 101), date '2021-12-31' FROM firm WHERE n <= 4300
UNION ALL SELECT code, 'novelty', to_jsonb(n % 97), '2021-12-31' FROM firm WHERE n <= 2173
UNION ALL SELECT code, 'patent_award', to_jsonb(CASE n WHEN 1 THEN 193000 ELSE 154000 END), '2022-03-31' FROM firm WHERE n <= 389
UNION ALL SELECT code, 'listing_award', '154000', '2022-03-31' FROM firm WHERE n <= 50
UNION ALL SELECT code, 'rent', to_jsonb(CASE n WHEN 390 THEN 76800 ELSE 1800 END), '2022-04-30' FROM firm WHERE n BETWEEN 390 AND 2553
UNION ALL SELECT code, 'training', '1800', '2022-04-30' FROM firm WHERE n BETWEEN 390 AND 2553
UNION ALL SELECT code, 'fair', '1800', '2022-04-30' FROM firm WHERE n BETWEEN 390 AND 1761;
INSERT INTO budget (code, amount) VALUES ('zone', 67645000), ('services', 10335000);
SELECT add_policy('patent', 'patent_award > 0', 'patent_award', mode => 'none', period => 'yearly', budget_code => 'zone', publicity_days => 5),
	add_policy('listing', 'listing_award > 0', 'listing_award', mode => 'click', period => 'once', budget_code => 'zone', publicity_days => 5),
	add_policy('rent', 'rent > 0', 'rent', mode => 'apply', period => 'yearly', budget_code => 'services', publicity_days => 5),
	add_policy('training', 'training > 0', 'training', mode => 'apply', period => 'yearly', budget_code => 'services', publicity_days => 5),
	add_policy('fair', 'fair > 0', 'fair', mode => 'apply', period => 'yearly', budget_code => 'services', publicity_days => 5) \g /dev/null
SELECT count(add_product('loan ' || n, 'institution ' || n, 'growth >= 0', '152000000', rate => 0.0385, term_months => 12))
FROM generate_series(1, 162) AS n WHERE n % 3 <> 0 \g /dev/null
CALL refresh();
ANALYZE;

/* ---- April: without application ---- */
SELECT advance_entitlements('2022-04-14') \g /dev/null
SELECT is((SELECT count(*) FROM entitlement WHERE state = 'publicised'), 439::bigint, '439 are publicised');
SELECT advance_entitlements('2022-04-22') \g /dev/null
SELECT count(confirm_entitlement(id, credit_code, 'click ' || id, as_of => '2022-04-25')) FROM entitlement WHERE state = 'pushed' \g /dev/null
SELECT advance_entitlements('2022-04-30') \g /dev/null
SELECT is((SELECT row(award_enterprises, awards, awards_amount)::text FROM headline), '(389,439,67645000.00)', 'by the end of April: 389 enterprises, 439 awards, 67.645 million yuan');
SELECT is((SELECT row(payment_enterprises, payments, payments_amount)::text FROM headline), '(389,439,67645000.00)', 'and nothing else was paid yet');

/* ---- May: on application ---- */
SELECT count(propose_entitlement(m.credit_code, m.policy, '2022-05-05', key => m.policy || m.credit_code::text)) AS applications
FROM policy_match AS m WHERE m.until IS NULL AND m.decision = 'eligible' AND m.policy IN ('rent', 'training', 'fair') \gset
SELECT is(:applications, 5700, '5,700 apply');
SELECT advance_entitlements('2022-05-06'), advance_entitlements('2022-05-16') \g /dev/null
SELECT count(confirm_entitlement(id, credit_code, 'click ' || id, as_of => '2022-05-17')) FROM entitlement WHERE state = 'pushed' \g /dev/null
SELECT advance_entitlements('2022-05-31') \g /dev/null

/* ---- finance: 300 loans by referral, 88 rounds ---- */
CREATE TEMP TABLE loan AS
SELECT f.code, 'institution ' || i.n AS institution, 'loan ' || i.n AS product, f.n, CASE f.n WHEN 300 THEN 152000000 ELSE 15000000 END AS amount
FROM firm AS f JOIN (SELECT n, row_number() OVER (ORDER BY n) - 1 AS place FROM generate_series(1, 162) AS n WHERE n % 3 <> 0) AS i ON i.place = f.n % 108
WHERE f.n <= 300;
SELECT count(give_consent(code, institution, 'loan', current_date + 365)) FROM loan \g /dev/null
SELECT count(refer_enterprise(code, product, amount, 'refer ' || n, '2022-02-01')) FROM loan \g /dev/null
SELECT count(grant_credit(r.id, r.asked, as_of => '2022-03-01')) FROM referral AS r \g /dev/null
SELECT count(draw_credit(c.id, c.amount, 'draw ' || c.id, as_of => date '2022-03-01' + (c.id % 90)::integer)) FROM credit_line AS c \g /dev/null
SELECT count(record_equity(f.code, 'institution ' || 3 * (1 + n % 54), CASE n WHEN 88 THEN 86000000 ELSE 22000000 END, 'A', date '2022-01-01' + n)) FROM firm AS f WHERE n <= 88 \g /dev/null

/* ---- 31 May ---- */
SELECT is(certified_enterprises, 6800::bigint, '6,800 certified enterprises') FROM headline;
SELECT is(rated_enterprises, 4300::bigint, '4,300 rated') FROM headline;
SELECT is(scored_enterprises, 2173::bigint, '2,173 scored for innovation') FROM headline;
SELECT is(institutions, 162::bigint, '162 institutions') FROM headline;
SELECT is(financing_total, 6637000000.00, '66.37 亿 yuan of equity and debt') FROM headline;
SELECT is(row(equity_raised, debt_raised)::text, '(2000000000.00,4637000000.00)', 'of which each') FROM headline;
SELECT is(row(award_enterprises, awards, awards_amount)::text, '(389,439,67645000.00)', 'the benefits without application stand') FROM headline;
SELECT is(row(payment_enterprises, payments, payments_amount)::text, '(2553,6139,77980000.00)', 'all payments: 2,553 enterprises, 6,139 payments, 77.98 million yuan') FROM headline;

/* ---- and the books behind them ---- */
SELECT is((SELECT sum(amount) FROM financing_summary), 6637000000.00, 'financing_summary sums to the total');
SELECT is((SELECT sum(amount) FROM benefit_summary WHERE state = 'paid'), 77980000.00, 'benefit_summary to the payments');
SELECT results_eq('SELECT budget_code, balance FROM account_balance WHERE account = ''paid'' ORDER BY 1', $$VALUES ('services', 10335000.00), ('zone', 67645000.00)$$, 'both budgets are paid out to the last yuan');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');
SELECT is((SELECT count(*) FROM payment WHERE id % 61 = 0 AND NOT audit_agrees(id)), 0::bigint, 'a hundred payments are computed again');
SELECT * FROM finish();
