#!/bin/bash
#
# A calendar year of the zone, day by day: uploads, matches, publicity and
# objections, confirmations, payments, bank files and what they bring back,
# exclusions, a new version of a policy, budgets that change, corrections,
# claw-backs and refunds.  At its end the books agree, and every way of adding
# the figures up gives the same.  YEAR_FIRMS is the number of enterprises, 6,800
# those of the zone; YEAR_AUDITS that of the payments that are computed again.
#
set -u
firms=${YEAR_FIRMS:-60} audits=${YEAR_AUDITS:-200}
n=0
ok() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		printf 'not ok %d - %s\n#   have: %s\n#   want: %s\n' $n "$1" "$2" "$3"
	fi
}
sql() { PGOPTIONS='-c search_path=growth_index,public -c client_min_messages=warning' psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" 2>&1; }

ok 'the zone is set up' "$(sql -v firms="$firms" <<'SQL'
CREATE SCHEMA year;
SET client_min_messages = error;
INSERT INTO department (code) VALUES ('tax'), ('ip'), ('labour');
INSERT INTO indicator (code, data_type, department) VALUES ('patents', 'number', 'ip'), ('revenue', 'number', 'tax'), ('energy', 'number', 'tax'),
	('board', 'number', 'tax'), ('plant', 'number', 'tax'), ('plant_runs', 'boolean', 'tax'), ('jobs', 'number', 'labour'), ('hired_for', 'text', 'labour');
CREATE TABLE year.firm AS
SELECT i AS n, growth_index.credit_code_complete('91410100MW' || lpad(i::text, 7, '0')) AS code FROM generate_series(1, :firms) AS i;
ALTER TABLE year.firm ADD PRIMARY KEY (code);
ANALYZE year.firm;
INSERT INTO enterprise (credit_code, name, registered_zone, certified_on) SELECT code, 'firm ' || firm.n, 'ZZHT', '2024-06-30' FROM year.firm;
SELECT add_scorecard('innovation', '{"name": "innovation", "dimensions": [{"code": "d"}], "indicators": [
	{"code": "patents", "dimension": "d", "normalise": {"linear": [0, 12]}, "weight": 60, "missing": "zero"},
	{"code": "revenue", "dimension": "d", "normalise": {"linear": [0, 100000000]}, "weight": 40, "missing": "zero"}],
	"ratings": [{"grade": "A", "from": 50}, {"grade": "C", "from": 0}]}') \g /dev/null
INSERT INTO holiday (day, working, name) SELECT '2025-10-01'::date + d, false, '国庆节' FROM unnest('{0,1,2,5,6,7}'::int[]) AS d;
INSERT INTO holiday (day, working, name) VALUES ('2025-10-11', true, '调休');
INSERT INTO setting VALUES ('enterprise_year_cap', '14000');
INSERT INTO budget (code, amount) SELECT code, :firms * each FROM (VALUES ('patents', 1200), ('market', 1500), ('county', 600), ('city', 600), ('talent', 50), ('energy', 60), ('jobs', 900)) AS b(code, each);
SELECT add_policy('patents', 'patents > 0', 'patents * 300', period => 'yearly', budget_code => 'patents'),
	add_policy('quoted', 'board >= 1', '2000', period => 'once', stacking_group => 'market', pays_difference => true, budget_code => 'market'),
	add_policy('listed', 'board >= 2', '5000', period => 'once', stacking_group => 'market', pays_difference => true, budget_code => 'market'),
	add_policy('plant', 'plant > 0', 'plant * 0.1', period => 'once', cost_shares => '{"county": 0.4, "city": 0.6}',
		instalments => '[{"share": 0.4}, {"share": 0.6, "when": "plant_runs"}]', budget_code => 'city', judged_at => 'event'),
	add_policy('talent', 'jobs >= 20', 'jobs * 10', period => 'once', allocation => 'score', budget_code => 'talent', publicity_days => 3),
	add_policy('energy', 'energy > 0', 'energy * 0.01', period => 'once', allocation => 'proportional', budget_code => 'energy', apply_to => '2025-03-31', confirm_days => 20),
	add_policy('hiring', 'jobs > 0', '400', period => 'event', event_indicator => 'hired_for', cap_enterprise => 1000, budget_code => 'jobs', publicity_days => 0, confirm_days => 30),
	add_policy('training', 'jobs >= 5', '150', needs_person => true, cap_year => :firms * 60, budget_code => 'jobs', period => 'yearly'),
	add_policy('expansion', 'revenue >= 60000000', '1500', mode => 'apply', four_eyes => true, budget_code => 'jobs', period => 'yearly') \g /dev/null
SELECT set_bank_account('budget', code, '财政局', '1702020109000000001', '102491002873') FROM budget \g /dev/null
SELECT set_bank_account('enterprise', code::text, 'firm ' || firm.n, lpad(firm.n::text, 16, '6222'), '102491002873') FROM year.firm \g /dev/null

/* what the departments send on the first of a month, of the month before */
CREATE PROCEDURE year.upload(day date) LANGUAGE plpgsql AS $$
DECLARE
	month integer := extract(month FROM day);
BEGIN
	INSERT INTO growth_index.upload (credit_code, indicator, value, period_end, department)
	SELECT f.code, u.indicator, u.value, day - 1, u.department
	FROM year.firm AS f CROSS JOIN LATERAL (VALUES
		('patents', (f.n * 7 % 12)::text, 'ip', month = 1 + f.n % 3),
		('revenue', ((f.n * 13 % 100) * 1000000)::text, 'tax', month = 2),
		('energy', (f.n % 90 * 500)::text, 'tax', month = 1 AND f.n % 2 = 0),
		('board', '1', 'tax', f.n % 9 = 0 AND month = 2 + f.n % 5),
		('board', '2', 'tax', f.n % 18 = 0 AND month = 8 + f.n % 3 OR f.n % 29 = 0 AND month = 3),
		('plant', (f.n % 60 * 500)::text, 'tax', f.n % 7 = 0 AND month = 3),
		('plant_runs', 'true', 'tax', f.n % 14 = 0 AND month = 9),
		('jobs', ((f.n * 11 + month) % 40)::text, 'labour', month IN (1, 4, 7, 10)),
		('hired_for', 'Q' || (month / 3), 'labour', month IN (4, 7, 10) AND f.n % 4 = 1),
		('jobs', 'many', 'labour', month = 7 AND f.n % 50 = 0)) AS u(indicator, value, department, sent)
	WHERE u.sent;
END $$;

/* what people do on a working day */
CREATE PROCEDURE year.people(day date) LANGUAGE plpgsql AS $$
DECLARE
	doy integer := extract(doy FROM day);
BEGIN
	/* reviewers: what no machine may decide; who does not qualify any more is rejected */
	PERFORM growth_index.review_entitlement(e.id, 'reviewer', reason => 'checked', as_of => day)
	FROM (SELECT * FROM growth_index.entitlement AS o WHERE o.state IN ('matched', 'objected', 'held') OFFSET 0) AS e
		JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
	WHERE (e.state = 'matched' AND (p.needs_person OR p.four_eyes) OR e.state = 'objected' AND e.id % 3 > 0
			OR e.state = 'held' AND growth_index.no_longer_due(e, day) IS NULL)
		AND growth_index.barred(e, day) IS NULL;
	PERFORM growth_index.reject_entitlement(e.id, 'reviewer', 'the objection stands', as_of => day)
	FROM growth_index.entitlement AS e WHERE e.state = 'objected' AND e.id % 3 = 0;
	PERFORM growth_index.reject_entitlement(e.id, 'reviewer', 'not due any more', as_of => day)
	FROM (SELECT * FROM growth_index.entitlement AS o WHERE o.state = 'held' OFFSET 0) AS e WHERE growth_index.barred(e, day) IS NULL;
	/* the public: an objection to one in sixty, in the publicity of April */
	PERFORM growth_index.object_entitlement(e.id, 'a neighbour', 'they are two firms in one', as_of => day)
	FROM growth_index.entitlement AS e WHERE e.state = 'publicised' AND e.id % 60 = 7 AND e.created_on + 2 < day
		AND NOT EXISTS (SELECT FROM growth_index.entitlement_event AS v WHERE v.entitlement_id = e.id AND v.step = 'object');
	/* enterprises: a click within the week, or none at all, or no */
	PERFORM growth_index.confirm_entitlement(e.id, e.credit_code, format('click %s %s', e.id, e.revision), as_of => day)
	FROM growth_index.entitlement AS e WHERE e.state = 'pushed' AND e.id % 37 > 1 AND (e.id + doy) % 4 = 0;
	PERFORM growth_index.decline_entitlement(e.id, e.credit_code, 'not ours', as_of => day)
	FROM growth_index.entitlement AS e WHERE e.state = 'pushed' AND e.id % 37 = 1;
	PERFORM growth_index.withdraw_entitlement(e.id, 'reviewer', 'moved away', as_of => day)
	FROM growth_index.entitlement AS e WHERE e.state = 'confirmed' AND e.id % 97 = 5;
	/* approvers */
	PERFORM growth_index.approve_entitlement(e.id, 'approver', as_of => day)
	FROM growth_index.entitlement AS e JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version AND p.four_eyes
	WHERE e.state = 'confirmed' AND (growth_index.left_of_year(e.credit_code, p, day)).of_enterprise > 0;
	/* applications: some each day of spring */
	PERFORM growth_index.propose_entitlement(m.credit_code, 'expansion', day, key => 'apply ' || m.credit_code::text)
	FROM growth_index.policy_match AS m JOIN year.firm AS f ON f.code OPERATOR(growth_index.=) m.credit_code
	WHERE m.until IS NULL AND m.policy = 'expansion' AND m.decision = 'eligible' AND doy BETWEEN 60 AND 119 AND f.n % 60 = doy - 60
		AND NOT EXISTS (SELECT FROM growth_index.exclusion AS x WHERE x.credit_code OPERATOR(growth_index.=) m.credit_code AND day BETWEEN x.valid_from AND x.valid_to);
	/* the cashier: a file on Wednesday, the bank's answer on Friday */
	IF extract(isodow FROM day) = 3 THEN
		PERFORM growth_index.make_payment_file('week of ' || day, day + 1);
	ELSIF extract(isodow FROM day) = 5 THEN
		PERFORM growth_index.take_bank_result(o.reference, CASE WHEN o.payment_id % 71 = 3 THEN 'failed' ELSE 'paid' END, as_of => day)
		FROM growth_index.payment_order AS o WHERE NOT EXISTS (SELECT FROM growth_index.payment_result AS r WHERE r.reference = o.reference);
	END IF;
	/* money that was clawed back comes, in two parts or at once, two weeks later, or never */
	PERFORM growth_index.refund_entitlement(e.id, 'cashier', format('refund %s %s', e.id, day), day, CASE WHEN e.id % 2 = 0 THEN 0.01 END)
	FROM (SELECT a.entitlement_id AS id FROM growth_index.entitlement_account AS a WHERE a.receivable > 0 GROUP BY 1 HAVING sum(a.receivable) > 1) AS e
	WHERE e.id % 5 > 0
		AND (SELECT max(v.as_of) FROM growth_index.entitlement_event AS v WHERE v.entitlement_id = e.id AND v.step = 'claw_back') + 14 < day
		AND (SELECT count(*) FROM growth_index.entitlement_event AS v WHERE v.entitlement_id = e.id AND v.step = 'refund') < 2;
END $$;

/* what happens once */
CREATE PROCEDURE year.news(day date) LANGUAGE plpgsql AS $$
BEGIN
	CASE to_char(day, 'MM-DD')
	WHEN '04-15' THEN
		INSERT INTO growth_index.exclusion (credit_code, list, reason, valid_from, valid_to)
		SELECT code, 'dishonest', '(2025) 17', day, CASE WHEN n % 2 = 0 THEN date '2025-06-30' ELSE 'infinity' END FROM year.firm WHERE n % 41 = 11;
	WHEN '07-01' THEN
		PERFORM growth_index.add_policy('patents', 'patents > 0', 'patents * 400', period => 'yearly', budget_code => 'patents');
	WHEN '08-20' THEN
		UPDATE growth_index.enterprise SET status = 'deregistered' WHERE credit_code IN (SELECT code FROM year.firm WHERE n % 83 = 17);
	WHEN '09-10' THEN
		UPDATE growth_index.budget SET amount = amount * 3 WHERE code = 'talent';
	WHEN '10-20' THEN
		/* the office counts one patent less than it did, of one in twenty */
		INSERT INTO growth_index.upload (credit_code, indicator, value, period_end, department)
		SELECT o.credit_code, 'patents', ((o.value #>> '{}')::integer - 1)::text, o.period_end, 'ip'
		FROM growth_index.observation AS o JOIN year.firm AS f ON f.code OPERATOR(growth_index.=) o.credit_code
		WHERE o.indicator = 'patents' AND f.n % 20 = 4 AND (o.value #>> '{}')::integer > 0;
	WHEN '10-21' THEN
		PERFORM growth_index.claw_back_entitlement(w.entitlement_id, 'auditor', w.reason, 'claw ' || w.entitlement_id, day, w.excess) FROM growth_index.wrongly_paid() AS w
		WHERE w.policy = 'patents';
	WHEN '11-15' THEN
		UPDATE growth_index.budget SET amount = amount * 1.5 WHERE code = 'patents';
	WHEN '11-03' THEN
		BEGIN
			UPDATE growth_index.budget SET amount = committed - 1 WHERE code = 'market';
			RAISE EXCEPTION 'a budget was lowered under what is committed';
		EXCEPTION WHEN check_violation THEN
			UPDATE growth_index.budget SET amount = committed + 1 WHERE code = 'market';
		END;
	ELSE
	END CASE;
END $$;

/* a day: in the morning the data, at night the daily run */
CREATE PROCEDURE year.day(day date) LANGUAGE plpgsql AS $$
BEGIN
	CALL year.news(day);
	IF extract(day FROM day) = 1 THEN
		CALL year.upload(day);
	END IF;
	CALL growth_index.refresh();
	IF growth_index.is_working_day(day) THEN
		CALL year.people(day);
	END IF;
	PERFORM growth_index.advance_entitlements(day);
	COMMIT;
END $$;
SQL
)" ''

ok 'every day of the year ends well' "$(sql <<'SQL'
DO $$
BEGIN
	FOR d IN 0..364 LOOP
		CALL year.day(date '2025-01-01' + d);
	END LOOP;
END $$;
SQL
)" ''

# each of these is a list of what is wrong
wrong() { ok "$1" "$(sql -v audits="$audits")" ''; }
wrong 'the books agree' <<'SQL'
SELECT * FROM reconcile();
SQL
wrong 'all ways were gone' <<'SQL'
SELECT step, to_state FROM (VALUES ('match', 'matched'), ('match', 'superseded'), ('review', 'reviewed'), ('publicise', 'publicised'), ('object', 'objected'), ('push', 'pushed'), ('confirm', 'confirmed'), ('decline', 'declined'),
	('expire', 'expired'), ('reject', 'rejected'), ('approve', 'approved'), ('hold', 'held'), ('pay', 'approved'), ('pay', 'paid'), ('return', 'approved'), ('withdraw', 'withdrawn'), ('claw_back', 'paid'), ('refund', 'paid')) AS w(step, to_state)
EXCEPT SELECT step, to_state FROM entitlement_event;
SQL
wrong 'paid, less what came back and is owed back: the same by payments, budgets, ledger, entitlements and events' <<'SQL'
SELECT * FROM (SELECT
	(SELECT sum(amount) FROM payment WHERE kind = 'payment') - (SELECT sum(amount) FROM payment WHERE kind = 'return') - (SELECT sum(CASE kind WHEN 'claw_back' THEN amount ELSE - amount END) FROM ledger WHERE kind IN ('claw_back', 'waive')) AS by_payments,
	(SELECT sum(paid) FROM budget) AS by_budgets,
	(SELECT sum(balance) FROM account_balance WHERE account = 'paid') AS by_ledger,
	(SELECT sum(paid) FROM entitlement_account) AS by_entitlements,
	(SELECT sum((q.part ->> 'amount')::numeric) FROM entitlement_event AS v, jsonb_array_elements(v.inputs -> 'parts') AS q(part) WHERE v.step = 'pay')
		- (SELECT sum(p.amount - (v.inputs ->> 'released')::numeric) FROM entitlement_event AS v JOIN payment AS p ON p.id = (v.inputs ->> 'payment')::bigint WHERE v.step = 'return')
		- (SELECT sum((v.inputs ->> 'amount')::numeric) FROM entitlement_event AS v WHERE v.step = 'claw_back') AS by_events) AS s
WHERE (by_payments = by_budgets AND by_payments = by_ledger AND by_payments = by_entitlements AND by_payments = by_events AND by_payments > 0) IS NOT TRUE;
SQL
wrong 'the published figure is that of the payments that stand' <<'SQL'
SELECT h.payments_amount, h.payments, s.* FROM headline AS h, (SELECT sum(p.amount) AS amount, count(*) AS payments
	FROM payment_standing AS p JOIN entitlement AS e ON e.id = p.entitlement_id WHERE e.state <> 'clawed_back') AS s
WHERE (h.payments_amount, h.payments) IS DISTINCT FROM (s.amount, s.payments);
SQL
wrong 'appropriated is what is free, committed, paid and owed back' <<'SQL'
SELECT budget_code, sum(balance) FROM account_balance GROUP BY 1 HAVING sum(balance) <> 0;
SELECT code FROM budget AS b WHERE amount <> (SELECT sum(balance) FROM account_balance AS a WHERE a.budget_code = b.code AND account <> 'appropriation');
SQL
wrong 'who is given money has the patents, the hires and the board that they sent' <<'SQL'
/* every firm with patents has one award of the year, but for those whose data came after they were excluded */
SELECT f.n, count(e.id) FROM year.firm AS f LEFT JOIN entitlement AS e ON e.credit_code OPERATOR(growth_index.=) f.code AND e.policy = 'patents'
GROUP BY f.n HAVING count(e.id) <> CASE WHEN f.n * 7 % 12 > 0 THEN 1 ELSE 0 END;
/* a listing pays the difference to a quotation that was paid */
SELECT e.id, e.award, e.deducted, q.granted FROM entitlement AS e LEFT JOIN entitlement AS q ON q.credit_code OPERATOR(growth_index.=) e.credit_code AND q.policy = 'quoted' AND q.state = 'paid'
WHERE e.policy = 'listed' AND e.state IN ('approved', 'paid') AND e.award <> 5000 - coalesce(q.granted, 0);
/* hires: 400, 400, and the 200 that the cap of 1,000 leaves */
SELECT credit_code, array_agg(award ORDER BY id) FROM entitlement WHERE policy = 'hiring' AND state IN ('approved', 'paid')
GROUP BY 1 HAVING sum(award) > 1000 OR count(*) > 3;
SQL
wrong 'caps of the year are kept, and reached' <<'SQL'
SELECT credit_code, sum(granted) FROM entitlement WHERE extract(year FROM approved_on) = 2025 AND state IN ('approved', 'paid') GROUP BY 1 HAVING sum(granted) > 14000;
SELECT sum(granted), count(*) FILTER (WHERE state = 'confirmed') FROM entitlement WHERE policy = 'training'
HAVING sum(granted) > (SELECT count(*) * 60 FROM year.firm) OR sum(granted) < (SELECT count(*) * 60 - 150 FROM year.firm) OR count(*) FILTER (WHERE state = 'confirmed') = 0;
SQL
wrong 'the short budgets are spent by their rules' <<'SQL'
/* by score: nobody waits who has more points than one that was served, of those confirmed in the same round */
SELECT sum(granted) FROM entitlement WHERE policy = 'energy' HAVING (sum(granted) = (SELECT amount FROM budget WHERE code = 'energy')) IS NOT TRUE;
SELECT min(ratio), max(ratio) FROM (SELECT granted / award AS ratio FROM entitlement WHERE policy = 'energy' AND granted IS NOT NULL AND award > 50) AS r HAVING max(ratio) - min(ratio) > 0.001 OR max(ratio) >= 1;
/* what is left of the budget is too little for the next one, if anybody waits; many waited until it was raised */
SELECT b.amount - b.committed, w.award FROM budget AS b, LATERAL (SELECT max(e.award) AS award FROM entitlement AS e WHERE e.policy = 'talent' AND e.state = 'confirmed') AS w
WHERE b.code = 'talent' AND (b.amount < b.committed OR b.amount - b.committed >= w.award);
SELECT 'nobody waited' WHERE NOT EXISTS (SELECT FROM entitlement WHERE policy = 'talent' AND approved_on BETWEEN '2025-09-10' AND '2025-09-11');
SQL
wrong 'nothing is with the bank without an answer but the last file' <<'SQL'
SELECT o.reference FROM payment_order AS o LEFT JOIN payment_result AS r USING (reference) JOIN payment_file AS f ON f.id = o.file_id
WHERE r.reference IS NULL AND f.execute_on < '2025-12-25';
SELECT 'no file' WHERE (SELECT count(*) FROM payment_file) < 20;
SQL
wrong 'payments of all policies, and all that failed or came back, are computed again' <<'SQL'
SELECT p.id, p.entitlement_id, e.policy, a.item, a.expected, a.found
FROM (SELECT p.*, row_number() OVER (PARTITION BY e.policy ORDER BY hashint8(p.id)) AS place FROM payment AS p JOIN entitlement AS e ON e.id = p.entitlement_id WHERE p.kind = 'payment') AS p
	JOIN entitlement AS e ON e.id = p.entitlement_id
	CROSS JOIN LATERAL audit_payment(p.id) AS a
WHERE NOT a.agrees AND (p.place <= :audits / 9 OR p.attempt > 1 AND p.place <= :audits);
SQL
sql -A -F ', ' -c "SELECT '# ' || count(*), sum(award) FROM growth_index.entitlement" -c "SELECT '# ' || policy, state, entitlements, amount FROM growth_index.benefit_summary ORDER BY policy, state" \
	-c "SELECT '# ' || kind, count(*), sum(amount) FROM growth_index.ledger GROUP BY kind ORDER BY kind"
echo "1..$n"
