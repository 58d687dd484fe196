/*
 * Views for analysts and BI: stable names, numbers as numeric, days as date.
 * They show each role the rows that it may see; headline alone is published,
 * and the same for all.
 */
CREATE VIEW growth_index.headline AS
SELECT (SELECT count(*) FROM growth_index.enterprise WHERE certified_on IS NOT NULL) AS certified_enterprises,
	/* who is rated by two is counted one by one */
	(SELECT CASE WHEN count(*) <= 1 THEN coalesce(sum(r.rated), 0)::bigint
			ELSE (SELECT count(DISTINCT credit_code) FROM growth_index.score WHERE rating IS NOT NULL) END
		FROM (SELECT sum(t.enterprises) AS rated FROM growth_index.score_tally AS t WHERE t.rating IS NOT NULL
			GROUP BY t.scorecard HAVING sum(t.enterprises) <> 0) AS r) AS rated_enterprises,
	(SELECT coalesce(sum(t.enterprises), 0)::bigint FROM growth_index.score_tally AS t
		WHERE t.scorecard = growth_index.matching_scorecard()) AS scored_enterprises,
	(SELECT count(*) FROM growth_index.institution) AS institutions,
	f.equity_raised, f.debt_raised, f.equity_raised + f.debt_raised AS financing_total,
	a.award_enterprises, a.awards, a.awards_amount, a.payment_enterprises, a.payments, a.payments_amount
FROM (SELECT coalesce(sum(amount) FILTER (WHERE kind = 'equity'), 0) AS equity_raised,
		coalesce(sum(amount) FILTER (WHERE kind = 'debt'), 0) AS debt_raised
	FROM growth_index.financing_event) AS f,
	(SELECT count(DISTINCT p.credit_code) FILTER (WHERE q.mode <> 'apply') AS award_enterprises,
		count(DISTINCT p.entitlement_id) FILTER (WHERE q.mode <> 'apply') AS awards,
		coalesce(sum(p.amount) FILTER (WHERE q.mode <> 'apply'), 0) AS awards_amount,
		count(DISTINCT p.credit_code) AS payment_enterprises, count(*) AS payments, coalesce(sum(p.amount), 0) AS payments_amount
	FROM growth_index.payment AS p
		JOIN growth_index.entitlement AS e ON e.id = p.entitlement_id AND e.state <> 'clawed_back'
		JOIN growth_index.policy AS q ON q.code = e.policy AND q.version = e.version
	/* payment_standing, which shows each reader its own rows only */
	WHERE p.kind = 'payment' AND NOT EXISTS (SELECT FROM growth_index.payment AS r
		WHERE r.entitlement_id = p.entitlement_id AND r.kind = 'return' AND r.instalment = p.instalment
			AND r.budget_code = p.budget_code AND r.attempt = p.attempt)) AS a;
COMMENT ON VIEW growth_index.headline IS 'The figures that the zone publishes, in one row.';
COMMENT ON COLUMN growth_index.headline.certified_enterprises IS 'Enterprises that have certified themselves.';
COMMENT ON COLUMN growth_index.headline.rated_enterprises IS 'Enterprises with a rating by any active scorecard.';
COMMENT ON COLUMN growth_index.headline.scored_enterprises IS 'Enterprises with a score by the matching scorecard.';
COMMENT ON COLUMN growth_index.headline.institutions IS 'Financial institutions.';
COMMENT ON COLUMN growth_index.headline.equity_raised IS 'Equity raised, in yuan.';
COMMENT ON COLUMN growth_index.headline.debt_raised IS 'Debt raised, in yuan.';
COMMENT ON COLUMN growth_index.headline.financing_total IS 'Equity and debt raised, in yuan.';
COMMENT ON COLUMN growth_index.headline.award_enterprises IS 'Enterprises that were paid a benefit without application; what was clawed back does not count.';
COMMENT ON COLUMN growth_index.headline.awards IS 'Benefits without application that were paid.';
COMMENT ON COLUMN growth_index.headline.awards_amount IS 'The same, in yuan.';
COMMENT ON COLUMN growth_index.headline.payment_enterprises IS 'Enterprises that were paid anything, by application as well.';
COMMENT ON COLUMN growth_index.headline.payments IS 'All payments of policies, those without application included.';
COMMENT ON COLUMN growth_index.headline.payments_amount IS 'The same, in yuan.';

CREATE VIEW growth_index.enterprise_score WITH (security_invoker = true) AS
SELECT e.credit_code, e.name, e.industry, e.registered_zone, e.founded, s.scorecard, s.version, s.score, s.rating, s.segment,
	r.rank, s.coverage, s.status, s.missing, s.as_of, s.computed_at
FROM growth_index.enterprise AS e
	JOIN growth_index.score AS s ON s.credit_code OPERATOR(growth_index.=) e.credit_code
	/* among all, also for who sees only some of them */
	LEFT JOIN (
		SELECT c.scorecard, c.score,
			(1 + sum(sum(c.enterprises)) OVER (PARTITION BY c.scorecard ORDER BY c.score DESC) - sum(c.enterprises))::bigint AS rank
		FROM growth_index.score_count AS c
		GROUP BY c.scorecard, c.score) AS r ON r.scorecard = s.scorecard AND r.score = s.score;
COMMENT ON VIEW growth_index.enterprise_score IS 'Enterprises with their scores and ratings, a row for each active scorecard. A page of many is read by an index where it is ordered by score DESC NULLS LAST within a scorecard, which is the order of the ranks, or asked for as rank BETWEEN 101 AND 120.';
COMMENT ON COLUMN growth_index.enterprise_score.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.enterprise_score.name IS 'Its name.';
COMMENT ON COLUMN growth_index.enterprise_score.industry IS 'Its industry, GB/T 4754.';
COMMENT ON COLUMN growth_index.enterprise_score.registered_zone IS 'Its zone.';
COMMENT ON COLUMN growth_index.enterprise_score.founded IS 'Date of foundation.';
COMMENT ON COLUMN growth_index.enterprise_score.scorecard IS 'Scorecard.';
COMMENT ON COLUMN growth_index.enterprise_score.version IS 'Version of the scorecard.';
COMMENT ON COLUMN growth_index.enterprise_score.score IS 'Points, of the scorecard''s total; NULL: not scored.';
COMMENT ON COLUMN growth_index.enterprise_score.rating IS 'Rating; NULL: not scored.';
COMMENT ON COLUMN growth_index.enterprise_score.segment IS 'Segment by whose weights it was scored.';
COMMENT ON COLUMN growth_index.enterprise_score.rank IS 'Rank among all under the scorecard; equal scores share the smaller one. NULL: not scored.';
COMMENT ON COLUMN growth_index.enterprise_score.coverage IS 'Share of the weight that is known, 0 to 1.';
COMMENT ON COLUMN growth_index.enterprise_score.status IS 'scored, low_coverage or undecided.';
COMMENT ON COLUMN growth_index.enterprise_score.missing IS 'Indicators that are unknown.';
COMMENT ON COLUMN growth_index.enterprise_score.as_of IS 'Day for which it was computed.';
COMMENT ON COLUMN growth_index.enterprise_score.computed_at IS 'When it was computed.';

CREATE VIEW growth_index.dimension_score WITH (security_invoker = true) AS
SELECT s.credit_code, s.scorecard, s.version, d.code AS dimension, d.name, d.points, d.possible, d.share, s.as_of, d.parent
FROM growth_index.score AS s
	JOIN growth_index.scorecard_version AS c ON c.code = s.scorecard AND c.version = s.version
	JOIN growth_index.enterprise_profile AS p ON p.credit_code OPERATOR(growth_index.=) s.credit_code
	CROSS JOIN LATERAL growth_index.score_dimensions(c.card, p.profile, s.as_of) AS d;
COMMENT ON VIEW growth_index.dimension_score IS 'Points of each enterprise by dimension, computed when it is read: name an enterprise, or an industry of enterprise, where that will do.';
COMMENT ON COLUMN growth_index.dimension_score.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.dimension_score.scorecard IS 'Scorecard.';
COMMENT ON COLUMN growth_index.dimension_score.version IS 'Version of the scorecard.';
COMMENT ON COLUMN growth_index.dimension_score.dimension IS 'Code of the dimension.';
COMMENT ON COLUMN growth_index.dimension_score.name IS 'Name of the dimension.';
COMMENT ON COLUMN growth_index.dimension_score.points IS 'Points.';
COMMENT ON COLUMN growth_index.dimension_score.possible IS 'Most points that were possible.';
COMMENT ON COLUMN growth_index.dimension_score.share IS 'points / possible, from 0 to 1.';
COMMENT ON COLUMN growth_index.dimension_score.as_of IS 'Day for which it was computed.';
COMMENT ON COLUMN growth_index.dimension_score.parent IS 'Code of the dimension that this one is in; NULL: it is at the top, and its points add up to the score.';

CREATE VIEW growth_index.indicator_latest WITH (security_invoker = true) AS
SELECT o.credit_code, o.indicator, i.name_zh, i.name_en, i.unit, o.value,
	CASE WHEN jsonb_typeof(o.value) = 'number' THEN (o.value #>> '{}')::numeric END AS number,
	o.period_end, o.recorded_at, o.department
FROM (SELECT DISTINCT ON (v.credit_code, v.indicator) v.*
		FROM growth_index.observation AS v
		/* the key, read backwards */
		ORDER BY v.credit_code DESC, v.indicator DESC, v.period_end DESC, v.recorded_at DESC, v.id DESC) AS o
	LEFT JOIN growth_index.indicator AS i ON i.code = o.indicator
WHERE o.value <> 'null';
COMMENT ON VIEW growth_index.indicator_latest IS 'The latest value of each indicator of each enterprise; none where the latest was taken back. Observations are found by their enterprise: one indicator of everybody, as of the last refresh, is read sooner from enterprise_profile, as evaluate(''revenue'', profile) or profile -> ''honours''.';
COMMENT ON COLUMN growth_index.indicator_latest.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.indicator_latest.indicator IS 'Code of the indicator.';
COMMENT ON COLUMN growth_index.indicator_latest.name_zh IS 'Its name in Chinese.';
COMMENT ON COLUMN growth_index.indicator_latest.name_en IS 'Its name in English.';
COMMENT ON COLUMN growth_index.indicator_latest.unit IS 'Its unit.';
COMMENT ON COLUMN growth_index.indicator_latest.value IS 'The value.';
COMMENT ON COLUMN growth_index.indicator_latest.number IS 'The value, where it is a number, in the unit.';
COMMENT ON COLUMN growth_index.indicator_latest.period_end IS 'Last day of the period that it speaks of.';
COMMENT ON COLUMN growth_index.indicator_latest.recorded_at IS 'When it was recorded.';
COMMENT ON COLUMN growth_index.indicator_latest.department IS 'Department that delivered it.';

CREATE VIEW growth_index.rating_distribution WITH (security_invoker = true) AS
SELECT t.scorecard, t.rating, sum(t.enterprises)::bigint AS enterprises,
	round(sum(t.enterprises) / sum(sum(t.enterprises)) OVER (PARTITION BY t.scorecard), 4) AS share,
	round(sum(t.points) / sum(t.enterprises), 2) AS average_score
FROM growth_index.score_tally AS t
WHERE t.rating IS NOT NULL
GROUP BY t.scorecard, t.rating HAVING sum(t.enterprises) <> 0;
COMMENT ON VIEW growth_index.rating_distribution IS 'How many enterprises have each rating.';
COMMENT ON COLUMN growth_index.rating_distribution.scorecard IS 'Scorecard.';
COMMENT ON COLUMN growth_index.rating_distribution.rating IS 'Rating.';
COMMENT ON COLUMN growth_index.rating_distribution.enterprises IS 'Enterprises.';
COMMENT ON COLUMN growth_index.rating_distribution.share IS 'Share of the rated ones, 0 to 1.';
COMMENT ON COLUMN growth_index.rating_distribution.average_score IS 'Their average score, in points.';

CREATE VIEW growth_index.policy_reach WITH (security_invoker = true) AS
SELECT p.code AS policy, p.version, p.title_zh, p.title_en,
	coalesce(sum(m.enterprises) FILTER (WHERE m.decision = 'eligible'), 0)::bigint AS eligible,
	coalesce(sum(m.enterprises) FILTER (WHERE m.decision = 'undecided'), 0)::bigint AS undecided,
	coalesce(sum(m.award) FILTER (WHERE m.decision = 'eligible'), 0) AS award_total
FROM growth_index.policy AS p
	LEFT JOIN growth_index.match_tally AS m ON m.policy = p.code AND m.version = p.version
WHERE p.active
GROUP BY p.code, p.version, p.title_zh, p.title_en;
COMMENT ON VIEW growth_index.policy_reach IS 'Whom each policy in force reaches, by the last refresh, and what that would cost.';
COMMENT ON COLUMN growth_index.policy_reach.policy IS 'Policy.';
COMMENT ON COLUMN growth_index.policy_reach.version IS 'Version in force.';
COMMENT ON COLUMN growth_index.policy_reach.title_zh IS 'Title in Chinese.';
COMMENT ON COLUMN growth_index.policy_reach.title_en IS 'Title in English.';
COMMENT ON COLUMN growth_index.policy_reach.eligible IS 'Enterprises that are eligible.';
COMMENT ON COLUMN growth_index.policy_reach.undecided IS 'Enterprises that something is missing of.';
COMMENT ON COLUMN growth_index.policy_reach.award_total IS 'Awards of the eligible ones, in yuan, before stacking and budget.';

CREATE VIEW growth_index.benefit_summary WITH (security_invoker = true) AS
SELECT e.policy, e.state, count(*) AS entitlements, count(DISTINCT e.credit_code) AS enterprises, sum(e.award) AS amount
FROM growth_index.entitlement AS e
GROUP BY e.policy, e.state;
COMMENT ON VIEW growth_index.benefit_summary IS 'Entitlements by policy and state.';
COMMENT ON COLUMN growth_index.benefit_summary.policy IS 'Policy.';
COMMENT ON COLUMN growth_index.benefit_summary.state IS 'State.';
COMMENT ON COLUMN growth_index.benefit_summary.entitlements IS 'Entitlements.';
COMMENT ON COLUMN growth_index.benefit_summary.enterprises IS 'Enterprises.';
COMMENT ON COLUMN growth_index.benefit_summary.amount IS 'Awards in yuan.';

CREATE VIEW growth_index.financing_summary WITH (security_invoker = true) AS
SELECT f.kind, f.institution, date_trunc('month', f.happened_on)::date AS month,
	count(*) AS events, count(DISTINCT f.credit_code) AS enterprises, sum(f.amount) AS amount
FROM growth_index.financing_event AS f
GROUP BY f.kind, f.institution, date_trunc('month', f.happened_on);
COMMENT ON VIEW growth_index.financing_summary IS 'Money raised by kind, institution and month.';
COMMENT ON COLUMN growth_index.financing_summary.kind IS 'equity or debt.';
COMMENT ON COLUMN growth_index.financing_summary.institution IS 'Institution; NULL: not one of the platform.';
COMMENT ON COLUMN growth_index.financing_summary.month IS 'First day of the month.';
COMMENT ON COLUMN growth_index.financing_summary.events IS 'Events.';
COMMENT ON COLUMN growth_index.financing_summary.enterprises IS 'Enterprises.';
COMMENT ON COLUMN growth_index.financing_summary.amount IS 'Amount in yuan.';

CREATE VIEW growth_index.data_quality WITH (security_invoker = true) AS
WITH count AS (
	SELECT c.indicator, sum(c.enterprises)::bigint AS known FROM growth_index.known_count AS c GROUP BY c.indicator
)
SELECT i.code AS indicator, i.name_zh, i.name_en, i.department,
	coalesce(k.known, 0) AS known, coalesce(e.known, 0) - coalesce(k.known, 0) AS unknown,
	round(coalesce(k.known, 0) / nullif(e.known, 0)::numeric, 4) AS coverage
FROM growth_index.indicator AS i
	LEFT JOIN count AS k ON k.indicator = i.code
	LEFT JOIN count AS e ON e.indicator = '';
COMMENT ON VIEW growth_index.data_quality IS 'Of how many enterprises each indicator of the catalogue is known.';
COMMENT ON COLUMN growth_index.data_quality.indicator IS 'Code of the indicator.';
COMMENT ON COLUMN growth_index.data_quality.name_zh IS 'Its name in Chinese.';
COMMENT ON COLUMN growth_index.data_quality.name_en IS 'Its name in English.';
COMMENT ON COLUMN growth_index.data_quality.department IS 'Department that delivers it.';
COMMENT ON COLUMN growth_index.data_quality.known IS 'Enterprises of which it is known.';
COMMENT ON COLUMN growth_index.data_quality.unknown IS 'Enterprises of which it is not.';
COMMENT ON COLUMN growth_index.data_quality.coverage IS 'Share of which it is known, 0 to 1.';
