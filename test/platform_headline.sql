/*
 * The published figures of a zone come out of the views exactly when the
 * events that sum to them go in.  The events are generated here.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT plan(25);

INSERT INTO indicator (code, data_type) VALUES ('growth', 'number'), ('novelty', 'number'), ('patent_award', 'number'), ('listing_award', 'number');
CREATE TEMP TABLE firm AS
SELECT n, growth_index.credit_code_complete('91410100MD' || lpad(n::text, 7, '0')) AS code FROM generate_series(1, 7000) AS n;
INSERT INTO enterprise (credit_code, name, registered_zone, certified_on)
SELECT code, 'firm ' || n, 'ZZHT', CASE WHEN n <= 6800 THEN date '2022-05-31' - (n % 300) END FROM firm;
INSERT INTO institution (code, kind) SELECT 'institution ' || n, CASE WHEN n % 3 = 0 THEN 'fund' ELSE 'bank' END FROM generate_series(1, 162) AS n;

/* 4,300 are rated by one scorecard, 2,173 are scored by the other, the innovation scorecard */
SELECT add_scorecard('credit', '{"name": "credit", "dimensions": [{"code": "d", "name": "d"}],
	"indicators": [{"code": "growth", "dimension": "d", "normalise": {"linear": [0, 100]}, "weight": 100}],
	"ratings": [{"grade": "AAA", "from": 80}, {"grade": "A", "from": 60}, {"grade": "B", "from": 0}]}');
SELECT add_scorecard('innovation', '{"name": "innovation", "dimensions": [{"code": "d", "name": "d"}, {"code": "e", "name": "e"}],
	"indicators": [{"code": "novelty", "dimension": "d", "normalise": {"linear": [0, 100]}, "weight": 60},
		{"code": "growth", "dimension": "e", "normalise": {"linear": [0, 100]}, "weight": 40}],
	"ratings": [{"grade": "AAA", "from": 80}, {"grade": "A", "from": 60}, {"grade": "B", "from": 0}]}');
INSERT INTO observation (credit_code, indicator, value, period_end)
SELECT code, 'growth', to_jsonb(n % 101), date '2021-12-31' FROM firm WHERE n <= 4300
UNION ALL
SELECT code, 'novelty', to_jsonb(n % 97), '2021-12-31' FROM firm WHERE n <= 2173;

/* 439 awards to 389 enterprises: 438 of 154,000 yuan and one of 193,000, 67.645 million in all */
INSERT INTO budget (code, amount) VALUES ('zone', 67645000);
SELECT add_policy('patent', 'patent_award > 0', 'patent_award', mode => 'none', period => 'yearly', budget_code => 'zone', publicity_days => 0);
SELECT add_policy('listing', 'listing_award > 0', 'listing_award', mode => 'click', period => 'once', budget_code => 'zone', publicity_days => 0);
INSERT INTO observation (credit_code, indicator, value, period_end)
SELECT code, 'patent_award', to_jsonb(CASE n WHEN 1 THEN 193000 ELSE 154000 END), date '2022-03-31' FROM firm WHERE n <= 389
UNION ALL
SELECT code, 'listing_award', '154000', '2022-03-31' FROM firm WHERE n <= 50;

DO $$
DECLARE
	batch record;
BEGIN
	LOOP
		SELECT * INTO batch FROM growth_index.refresh_batch(2000);
		EXIT WHEN batch.enterprises = 0;
	END LOOP;
END $$;
ANALYZE;
SELECT is((SELECT count(*) FROM refresh_error), 0::bigint, 'all are refreshed');
SELECT results_eq('SELECT eligible, award_total FROM policy_reach ORDER BY policy', $$VALUES (50::bigint, 7700000::numeric), (389, 59945000)$$, 'policy_reach: whom, and for how much');

SELECT is((SELECT sum(entitlements) FROM advance_entitlements('2022-04-20') WHERE step = 'match'), 439::numeric, '439 go forward');
SELECT lives_ok($$SELECT * FROM advance_entitlements('2022-04-21')$$, 'and are pushed');
SELECT is((SELECT count(*) FROM entitlement WHERE state = 'pushed'), 439::bigint, 'all');
SELECT is((SELECT count(*) FROM (SELECT confirm_entitlement(id, credit_code, 'click ' || id, as_of => '2022-04-22') FROM entitlement) AS c), 439::bigint, 'all confirm');
SELECT lives_ok($$SELECT * FROM advance_entitlements('2022-04-30')$$, 'and are paid');
SELECT is((SELECT (committed, paid)::text FROM budget), '(67645000.00,67645000.00)', 'the budget is used up to the last yuan');

/* 66.37 亿 yuan: 1,200 loans and 88 rounds, the last of each making up the sum */
INSERT INTO financing_event (credit_code, institution, kind, amount, happened_on)
SELECT f.code, 'institution ' || 1 + n % 162, 'debt', CASE n WHEN 1200 THEN 4637000000 - 1199 * 3800000::numeric ELSE 3800000 END, date '2022-01-01' + n % 150
FROM firm AS f WHERE n <= 1200;
INSERT INTO financing_event (credit_code, institution, kind, amount, happened_on)
SELECT f.code, NULL, 'equity', CASE n WHEN 88 THEN 2000000000 - 87 * 22000000::numeric ELSE 22000000 END, date '2022-01-01' + n % 150
FROM firm AS f WHERE n <= 88;

/* ---- the figures ---- */
SELECT is((SELECT count(*) FROM headline), 1::bigint, 'one row');
SELECT is(certified_enterprises::bigint, 6800::bigint, 'certified enterprises') FROM headline;
SELECT is(rated_enterprises::bigint, 4300::bigint, 'rated enterprises') FROM headline;
SELECT is(scored_enterprises::bigint, 2173::bigint, 'scored for innovation') FROM headline;
SELECT is(institutions::bigint, 162::bigint, 'financial institutions') FROM headline;
SELECT is(financing_total, 6637000000.00, 'equity and debt raised') FROM headline;
SELECT is(equity_raised, 2000000000.00, 'equity') FROM headline;
SELECT is(debt_raised, 4637000000.00, 'debt') FROM headline;
SELECT is(award_enterprises::bigint, 389::bigint, 'enterprises with awards') FROM headline;
SELECT is(awards::bigint, 439::bigint, 'awards') FROM headline;
SELECT is(awards_amount, 67645000.00, 'yuan of awards') FROM headline;

/* ---- the other views agree with it ---- */
SELECT is((SELECT sum(enterprises) FROM rating_distribution WHERE scorecard = 'credit'), 4300::numeric, 'rating_distribution sums to the rated');
SELECT is((SELECT sum(amount) FROM financing_summary), 6637000000.00, 'financing_summary sums to the total');
SELECT is((SELECT sum(amount) FROM benefit_summary WHERE state = 'paid'), 67645000.00, 'benefit_summary to the awards');
SELECT is((SELECT count(*) FROM enterprise_score WHERE scorecard = 'innovation' AND status = 'scored'), 2173::bigint, 'enterprise_score to the scored');
SELECT is((SELECT round(sum(d.points), 2) FROM dimension_score AS d JOIN firm AS f ON f.code OPERATOR(growth_index.=) d.credit_code WHERE f.n = 77 AND d.scorecard = 'innovation'),
	(SELECT s.score FROM score AS s JOIN firm AS f ON f.code OPERATOR(growth_index.=) s.credit_code WHERE f.n = 77 AND s.scorecard = 'innovation'), 'dimension_score to the score');
SELECT results_eq($$SELECT indicator, known FROM data_quality WHERE indicator IN ('growth', 'novelty') ORDER BY 1$$,
	$$VALUES ('growth', 4300::bigint), ('novelty', 2173)$$, 'data_quality to the values known');
SELECT * FROM finish();
