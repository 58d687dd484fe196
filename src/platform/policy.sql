/*
 * Policies of departments, institutions and their products: criteria that say
 * who, and a formula that says how much.
 */
CREATE TABLE growth_index.budget (
	code		text PRIMARY KEY CHECK (code <> ''),
	title		text,
	amount		numeric(18,2) NOT NULL CHECK (amount >= 0),
	committed	numeric(18,2) NOT NULL DEFAULT 0,
	paid		numeric(18,2) NOT NULL DEFAULT 0,
	CONSTRAINT budget_not_overspent CHECK (0 <= paid AND paid <= committed AND committed <= amount)
);
COMMENT ON TABLE growth_index.budget IS 'Budgets (预算) that awards are paid from. committed and paid are moved by approve_entitlement() and pay_entitlement(); no statement can bring a budget beyond its amount.';
COMMENT ON COLUMN growth_index.budget.code IS 'Code, as policies name it.';
COMMENT ON COLUMN growth_index.budget.title IS 'What it is for.';
COMMENT ON COLUMN growth_index.budget.amount IS 'Yuan that may be spent in all.';
COMMENT ON COLUMN growth_index.budget.committed IS 'Yuan approved, paid ones included.';
COMMENT ON COLUMN growth_index.budget.paid IS 'Yuan paid.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.budget', '');

/* a budget that anything was committed from stays, under its code: payments name it */
CREATE FUNCTION growth_index.keep_budget() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION 'budget "%" is in use: % yuan are committed', OLD.code, OLD.committed
		USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = 'Lower its amount instead, to what is committed at least.';
END
$$;
COMMENT ON FUNCTION growth_index.keep_budget() IS 'Trigger: raises 23001 where a budget that money is committed from is deleted or gets another code.';
CREATE TRIGGER keep_budget_deleted BEFORE DELETE ON growth_index.budget
	FOR EACH ROW WHEN (OLD.committed > 0) EXECUTE FUNCTION growth_index.keep_budget();
CREATE TRIGGER keep_budget_renamed BEFORE UPDATE OF code ON growth_index.budget
	FOR EACH ROW WHEN (OLD.committed > 0 AND OLD.code <> NEW.code) EXECUTE FUNCTION growth_index.keep_budget();
CREATE TRIGGER keep_rows BEFORE TRUNCATE ON growth_index.budget
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

/* shares of a whole: above 0, with a sum of 1 */
CREATE FUNCTION growth_index.instalments_are_valid(instalments jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* criteria that cannot be read raise their own error */
	RETURN jsonb_typeof(instalments) = 'array' AND (
		SELECT sum((i ->> 'share')::numeric) = 1 AND min((i ->> 'share')::numeric) > 0
			AND bool_and(i ->> 'when' IS NULL OR (i ->> 'when')::growth_index.criteria IS NOT NULL)
		FROM jsonb_array_elements(CASE jsonb_typeof(instalments) WHEN 'array' THEN instalments ELSE '[]' END) AS i) IS TRUE;
END
$$;
COMMENT ON FUNCTION growth_index.instalments_are_valid(jsonb) IS 'Is it an array of {"share": …, "when": …} with shares above 0 that sum to 1? Criteria that cannot be read raise their own error.';

CREATE FUNCTION growth_index.cost_shares_are_valid(cost_shares jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN jsonb_typeof(cost_shares) = 'object' AND (
		SELECT sum(s.value::numeric) = 1 AND min(s.value::numeric) > 0
		FROM jsonb_each_text(CASE jsonb_typeof(cost_shares) WHEN 'object' THEN cost_shares ELSE '{}' END) AS s) IS TRUE;
END
$$;
COMMENT ON FUNCTION growth_index.cost_shares_are_valid(jsonb) IS 'Is it an object of budgets with shares above 0 that sum to 1?';

CREATE TABLE growth_index.policy (
	code			text NOT NULL CHECK (code <> ''),
	version			integer NOT NULL CHECK (version > 0),
	title_zh		text,
	title_en		text,
	department		text,
	kind			text NOT NULL DEFAULT 'reward',
	criteria		growth_index.criteria NOT NULL,
	award			growth_index.formula NOT NULL,
	legal_source	text,
	mode			text NOT NULL DEFAULT 'none' CONSTRAINT policy_mode CHECK (mode IN ('none', 'click', 'apply')),
	period			text NOT NULL DEFAULT 'yearly' CONSTRAINT policy_period CHECK (period IN ('once', 'yearly', 'event')),
	event_indicator	text,
	stacking_group	text,
	cap_enterprise	numeric(18,2) CHECK (cap_enterprise >= 0),
	rounding		numeric NOT NULL DEFAULT 0.01 CONSTRAINT policy_rounding CHECK (rounding > 0 AND rounding < 'infinity' AND rounding % 0.01 = 0),
	rounding_way	text NOT NULL DEFAULT 'half_up' CONSTRAINT policy_rounding_way CHECK (rounding_way IN ('half_up', 'down', 'up')),
	budget_code		text,
	publicity_days	integer NOT NULL DEFAULT 5 CHECK (publicity_days >= 0),
	needs_person	boolean NOT NULL DEFAULT false,
	four_eyes		boolean NOT NULL DEFAULT false,
	allocation		text NOT NULL DEFAULT 'first_come' CONSTRAINT policy_allocation CHECK (allocation IN ('first_come', 'score', 'proportional')),
	judged_at		text NOT NULL DEFAULT 'payment' CONSTRAINT policy_judged_at CHECK (judged_at IN ('payment', 'event')),
	pays_difference	boolean NOT NULL DEFAULT false,
	instalments		jsonb CONSTRAINT policy_instalments CHECK (growth_index.instalments_are_valid(instalments)),
	cost_shares		jsonb CONSTRAINT policy_cost_shares CHECK (growth_index.cost_shares_are_valid(cost_shares)),
	cap_year		numeric(18,2) CHECK (cap_year >= 0),
	excluded_by		text[] NOT NULL DEFAULT '{dishonest,penalty}',
	confirm_days	integer NOT NULL DEFAULT 60 CHECK (confirm_days > 0),
	valid_from		date NOT NULL DEFAULT '-infinity',
	valid_to		date NOT NULL DEFAULT 'infinity',
	apply_from		date NOT NULL DEFAULT '-infinity',
	apply_to		date NOT NULL DEFAULT 'infinity',
	active			boolean NOT NULL DEFAULT true,
	created_at		timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	PRIMARY KEY (code, version),
	CONSTRAINT policy_valid CHECK (valid_from <= valid_to),
	CONSTRAINT policy_apply CHECK (apply_from <= apply_to),
	CONSTRAINT policy_event CHECK ((period = 'event') = (event_indicator IS NOT NULL))
);
CREATE UNIQUE INDEX policy_active ON growth_index.policy (code) WHERE active;
COMMENT ON TABLE growth_index.policy IS 'Policies (政策). A version never changes: amending makes a new one, and decisions keep the one they were taken under. At most one version of a code is active.';
COMMENT ON COLUMN growth_index.policy.code IS 'Code, the same for all versions.';
COMMENT ON COLUMN growth_index.policy.version IS 'Version, from 1.';
COMMENT ON COLUMN growth_index.policy.title_zh IS 'Title in Chinese.';
COMMENT ON COLUMN growth_index.policy.title_en IS 'Title in English.';
COMMENT ON COLUMN growth_index.policy.department IS 'Department that issues it.';
COMMENT ON COLUMN growth_index.policy.kind IS 'reward, subsidy, loan discount, certification, service, talent, …';
COMMENT ON COLUMN growth_index.policy.criteria IS 'Who is eligible (申报条件), over the matching profile: all indicators, score, rating, industry, registered_zone, founded.';
COMMENT ON COLUMN growth_index.policy.award IS 'How much, in yuan.';
COMMENT ON COLUMN growth_index.policy.legal_source IS 'Where the rule stands, or that it is a default to be checked.';
COMMENT ON COLUMN growth_index.policy.mode IS 'none: without application (免申即享); click: after one confirmation; apply: only on application (apply_for()), never proposed by the system.';
COMMENT ON COLUMN growth_index.policy.period IS 'How often an enterprise can have it: once, yearly, or once an event.';
COMMENT ON COLUMN growth_index.policy.event_indicator IS 'For period event: the indicator whose value tells one event from another, such as a date.';
COMMENT ON COLUMN growth_index.policy.stacking_group IS 'Of the policies of a group an enterprise has only the highest award (就高不就低).';
COMMENT ON COLUMN growth_index.policy.cap_enterprise IS 'Most that an enterprise can have of it in a calendar year, in yuan; NULL: no cap.';
COMMENT ON COLUMN growth_index.policy.rounding IS 'The award is in whole units of so many yuan, a multiple of 0.01, before the cap: 0.01, 1, 100, 10000.';
COMMENT ON COLUMN growth_index.policy.rounding_way IS 'half_up: to the nearest unit; down: what is over a unit is not paid (舍去); up: each begun unit is (进一). See rounded().';
COMMENT ON COLUMN growth_index.policy.budget_code IS 'Budget it is paid from; without one nothing can be approved.';
COMMENT ON COLUMN growth_index.policy.publicity_days IS 'Working days (Monday to Friday) of publicity (公示); 0: none.';
COMMENT ON COLUMN growth_index.policy.needs_person IS 'True: a person reviews each case; false: the system does.';
COMMENT ON COLUMN growth_index.policy.four_eyes IS 'True: it is approved by a person, and by another than the one who reviewed it.';
COMMENT ON COLUMN growth_index.policy.allocation IS 'Who is served when the budget runs short: first_come, by the time of confirmation; score, the highest score first; proportional, all in the same proportion, once nobody is on the way any more.';
COMMENT ON COLUMN growth_index.policy.judged_at IS 'When an enterprise has to qualify: payment, still at approval; event, when it was matched, whatever comes later.';
COMMENT ON COLUMN growth_index.policy.pays_difference IS 'True: who was paid less in the same stacking group gets the difference (an upgrade); false: nothing more.';
COMMENT ON COLUMN growth_index.policy.instalments IS 'Payment in parts: [{"share": 0.4}, {"share": 0.6, "when": "listed", "title": "on quotation"}]: shares of the award, which sum to 1; a part falls due when the criteria "when" hold, without one at approval. NULL: one sum.';
COMMENT ON COLUMN growth_index.policy.cost_shares IS 'Cost shared between levels of government: {"county": 0.5, "city": 0.5}, budgets and their shares, which sum to 1. NULL: all from budget_code.';
COMMENT ON COLUMN growth_index.policy.cap_year IS 'Most that all enterprises together are approved of it in a calendar year, in yuan; NULL: no cap but the budget.';
COMMENT ON COLUMN growth_index.policy.excluded_by IS 'Lists of table exclusion that keep an enterprise out, at every step.';
COMMENT ON COLUMN growth_index.policy.confirm_days IS 'Days in which the enterprise can confirm, from the push on.';
COMMENT ON COLUMN growth_index.policy.valid_from IS 'First day of validity.';
COMMENT ON COLUMN growth_index.policy.valid_to IS 'Last day of validity.';
COMMENT ON COLUMN growth_index.policy.apply_from IS 'First day of the application window (申报期): matches are found while the policy is valid, proposed only within the window.';
COMMENT ON COLUMN growth_index.policy.apply_to IS 'Last day of the application window; what was proposed by then goes on.';
COMMENT ON COLUMN growth_index.policy.active IS 'Is this the version in force?';
COMMENT ON COLUMN growth_index.policy.created_at IS 'When the version was entered.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.policy', '');

CREATE TABLE growth_index.institution (
	code		text PRIMARY KEY CHECK (code <> ''),
	name_zh		text,
	name_en		text,
	kind		text NOT NULL DEFAULT 'bank'
);
COMMENT ON TABLE growth_index.institution IS 'Financial institutions (金融机构).';
COMMENT ON COLUMN growth_index.institution.code IS 'Code.';
COMMENT ON COLUMN growth_index.institution.name_zh IS 'Name in Chinese.';
COMMENT ON COLUMN growth_index.institution.name_en IS 'Name in English.';
COMMENT ON COLUMN growth_index.institution.kind IS 'bank, fund, guarantee, insurance, leasing, …';
SELECT pg_catalog.pg_extension_config_dump('growth_index.institution', '');

CREATE TABLE growth_index.product (
	code		text NOT NULL CHECK (code <> ''),
	version		integer NOT NULL CHECK (version > 0),
	institution	text NOT NULL,
	title_zh	text,
	title_en	text,
	criteria	growth_index.criteria NOT NULL,
	credit		growth_index.formula NOT NULL,
	rate		numeric(8,6) CHECK (rate >= 0),
	term_months	integer CHECK (term_months > 0),
	guarantee	text,
	source		text,
	valid_from	date NOT NULL DEFAULT '-infinity',
	valid_to	date NOT NULL DEFAULT 'infinity',
	active		boolean NOT NULL DEFAULT true,
	created_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	PRIMARY KEY (code, version),
	CONSTRAINT product_valid CHECK (valid_from <= valid_to)
);
CREATE UNIQUE INDEX product_active ON growth_index.product (code) WHERE active;
COMMENT ON TABLE growth_index.product IS 'Products of institutions (金融产品), such as loans. Versions as of policies.';
COMMENT ON COLUMN growth_index.product.code IS 'Code, the same for all versions.';
COMMENT ON COLUMN growth_index.product.version IS 'Version, from 1.';
COMMENT ON COLUMN growth_index.product.institution IS 'Institution that offers it.';
COMMENT ON COLUMN growth_index.product.title_zh IS 'Title in Chinese.';
COMMENT ON COLUMN growth_index.product.title_en IS 'Title in English.';
COMMENT ON COLUMN growth_index.product.criteria IS 'Who can have it, over the matching profile.';
COMMENT ON COLUMN growth_index.product.credit IS 'Most credit (授信额度), in yuan.';
COMMENT ON COLUMN growth_index.product.rate IS 'Interest a year, as a ratio (0.0385 is 3.85 %).';
COMMENT ON COLUMN growth_index.product.term_months IS 'Term in months.';
COMMENT ON COLUMN growth_index.product.guarantee IS 'Guarantee that it asks for; NULL: none.';
COMMENT ON COLUMN growth_index.product.source IS 'Where its terms stand, or that they are a default.';
COMMENT ON COLUMN growth_index.product.valid_from IS 'First day of validity.';
COMMENT ON COLUMN growth_index.product.valid_to IS 'Last day of validity.';
COMMENT ON COLUMN growth_index.product.active IS 'Is this the version in force?';
COMMENT ON COLUMN growth_index.product.created_at IS 'When the version was entered.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.product', '');

CREATE TRIGGER keep_version BEFORE UPDATE OR DELETE ON growth_index.policy
	FOR EACH ROW EXECUTE FUNCTION growth_index.keep_version();
CREATE TRIGGER keep_version BEFORE UPDATE OR DELETE ON growth_index.product
	FOR EACH ROW EXECUTE FUNCTION growth_index.keep_version();
CREATE TRIGGER keep_rows BEFORE TRUNCATE ON growth_index.policy
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();
CREATE TRIGGER keep_rows BEFORE TRUNCATE ON growth_index.product
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

/*
 * The version of all policies and products together, under which sessions keep
 * them compiled: a number that comes once, also after a rollback, written in
 * the transaction that changes them.
 */
CREATE TABLE growth_index.policy_state (
	version	bigint PRIMARY KEY
);
COMMENT ON TABLE growth_index.policy_state IS 'The versions of the policies and products as a whole: the highest is what policy_version() gives. The first change of a transaction takes away what earlier ones left.';
COMMENT ON COLUMN growth_index.policy_state.version IS 'Another number after each change; a row 0 is always there.';
INSERT INTO growth_index.policy_state VALUES (0);
SELECT pg_catalog.pg_extension_config_dump('growth_index.policy_state', 'WHERE version > 0');
CREATE SEQUENCE growth_index.policy_state_version;
SELECT pg_catalog.pg_extension_config_dump('growth_index.policy_state_version', '');

CREATE FUNCTION growth_index.next_policy_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* a row that each of thousands of changes in one transaction updates is read through all its past */
	IF current_setting('growth_index.policies_changed', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
		/* one transaction after the other; in a snapshot that another change has made old, the UPDATE ends with 40001 */
		PERFORM pg_advisory_xact_lock(hashtextextended('growth_index.policy', 0)),
			set_config('growth_index.policies_changed', pg_current_xact_id()::text, true);
		UPDATE growth_index.policy_state SET version = 0 WHERE version = 0;
		DELETE FROM growth_index.policy_state WHERE version > 0;
	END IF;
	INSERT INTO growth_index.policy_state (version) VALUES (nextval('growth_index.policy_state_version'));
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.next_policy_version() IS 'Trigger: the policies or products have changed.';
REVOKE ALL ON FUNCTION growth_index.next_policy_version() FROM PUBLIC;
CREATE TRIGGER next_policy_version AFTER INSERT OR UPDATE OR DELETE ON growth_index.policy
	FOR EACH STATEMENT WHEN (NOT growth_index.restoring()) EXECUTE FUNCTION growth_index.next_policy_version();
CREATE TRIGGER next_policy_version AFTER INSERT OR UPDATE OR DELETE ON growth_index.product
	FOR EACH STATEMENT WHEN (NOT growth_index.restoring()) EXECUTE FUNCTION growth_index.next_policy_version();

CREATE FUNCTION growth_index.policy_version() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(max(s.version), 0) FROM growth_index.policy_state AS s
$$;
COMMENT ON FUNCTION growth_index.policy_version() IS 'The version of all policies and products together, as the snapshot of the query shows them: another number after each change. What compiled sets are kept under.';

/* everybody has to be matched again when what they are matched with changes */
CREATE FUNCTION growth_index.queue_everyone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* once a transaction: a hundred policies entered together queue everybody once */
	IF current_setting('growth_index.everyone_queued', true) = pg_current_xact_id()::text THEN
		RETURN NULL;
	END IF;
	PERFORM set_config('growth_index.everyone_queued', pg_current_xact_id()::text, true);
	INSERT INTO growth_index.refresh_queue (credit_code)
	SELECT p.credit_code FROM growth_index.enterprise_profile AS p;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.queue_everyone() IS 'Trigger: queues every enterprise that has a profile, once a transaction, or again after a refresh in it.';
CREATE TRIGGER queue_everyone AFTER INSERT OR UPDATE ON growth_index.policy
	FOR EACH STATEMENT WHEN (NOT growth_index.restoring()) EXECUTE FUNCTION growth_index.queue_everyone();
CREATE TRIGGER queue_everyone AFTER INSERT OR UPDATE ON growth_index.product
	FOR EACH STATEMENT WHEN (NOT growth_index.restoring()) EXECUTE FUNCTION growth_index.queue_everyone();

/* an indicator that nobody delivers leaves everyone undecided: say so at once */
CREATE FUNCTION growth_index.warn_of_unknown_indicators(what text, codes text[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unknown text[];
BEGIN
	SELECT array_agg(DISTINCT c ORDER BY c) INTO unknown
	FROM unnest(codes) AS c
	WHERE c NOT IN ('score', 'rating', 'industry', 'registered_zone', 'founded')
		AND NOT EXISTS (SELECT FROM growth_index.indicator AS i WHERE i.code = c);
	IF unknown IS NOT NULL THEN
		RAISE WARNING '% reads indicators that are not in the catalogue: %', what, array_to_string(unknown, ', ')
			USING HINT = 'Until they are delivered, nobody can be decided by them.';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.warn_of_unknown_indicators(text, text[]) IS 'Warns where criteria or formulas read codes that the catalogue does not have.';

/* what the catalogue calls a number is never a text, whatever the criteria hope for */
CREATE FUNCTION growth_index.warn_of_other_types(what text, criteria growth_index.criteria) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wrong text;
BEGIN
	SELECT string_agg(DISTINCT format('%s (%s)', i.code, i.data_type), ', ') INTO wrong
	FROM unnest(growth_index.indicators(criteria)) AS c
		JOIN growth_index.indicator AS i ON i.code = c
		CROSS JOIN LATERAL growth_index.explain(criteria, growth_index.profile(jsonb_build_object(i.code,
			CASE i.data_type WHEN 'number' THEN '1' WHEN 'boolean' THEN 'true' WHEN 'date' THEN '"2000-01-01"'
				WHEN 'set' THEN '["a"]' ELSE '"a"' END::jsonb))) AS e
	WHERE i.code = ANY (e.missing);
	IF wrong IS NOT NULL THEN
		RAISE WARNING '% needs values of another type than the catalogue has: %', what, wrong
			USING HINT = 'A value of another type counts as missing: nobody can be decided by it.';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.warn_of_other_types(text, growth_index.criteria) IS 'Warns where criteria need an indicator as something else than its data_type in the catalogue.';

CREATE FUNCTION growth_index.warn_of_contradictions(what text, criteria growth_index.criteria) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT growth_index.can_hold(criteria) THEN
		RAISE WARNING '% can be had by nobody: its criteria contradict themselves', what
			USING DETAIL = criteria::text;
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.warn_of_contradictions(text, growth_index.criteria) IS 'Warns where criteria can never hold.';

/* tiers are read from the first to the last: what is between them, and what two of them claim */
CREATE FUNCTION growth_index.tier_faults(criteria growth_index.criteria, award growth_index.formula,
	OUT fault text, OUT detail text) RETURNS SETOF record
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
	WITH arm AS (
		SELECT t.part, t.tier, t.condition,
			string_agg(format('NOT (%s)', t.condition), ' AND ') OVER (PARTITION BY t.part ORDER BY t.tier
				ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS none_before
		FROM growth_index.tiers(tier_faults.award) AS t
	)
	SELECT 'gap', format('none of: %s', string_agg(a.condition, '; ' ORDER BY a.tier))
	FROM arm AS a GROUP BY a.part
	HAVING bool_and(a.condition IS NOT NULL) AND growth_index.can_hold(
		format('(%s) AND %s', tier_faults.criteria, string_agg(format('NOT (%s)', a.condition), ' AND '))::growth_index.criteria)
	UNION ALL
	SELECT 'unreachable', coalesce(a.condition, 'ELSE') FROM arm AS a
	WHERE NOT growth_index.can_hold(concat_ws(' AND ', format('(%s)', tier_faults.criteria),
		'(' || a.condition || ')', a.none_before)::growth_index.criteria)
	UNION ALL
	SELECT 'overlap', format('%s; %s', a.condition, b.condition)
	FROM arm AS a JOIN arm AS b ON b.part = a.part AND b.tier > a.tier
	WHERE growth_index.can_hold(format('(%s) AND (%s) AND (%s)', tier_faults.criteria, a.condition, b.condition)::growth_index.criteria)
		AND growth_index.can_hold(format('(%s) AND (%s) AND NOT (%s)', tier_faults.criteria, a.condition, b.condition)::growth_index.criteria)
		AND growth_index.can_hold(format('(%s) AND (%s) AND NOT (%s)', tier_faults.criteria, b.condition, a.condition)::growth_index.criteria)
		/* of different things two tiers may well be true together */
		AND growth_index.indicators(a.condition::growth_index.criteria) = growth_index.indicators(b.condition::growth_index.criteria)
$$;
COMMENT ON FUNCTION growth_index.tier_faults(growth_index.criteria, growth_index.formula) IS
'What is wrong with the tiers of an award (see tiers()), among those who fulfil the criteria. gap: there is no ELSE, and some could be in no tier: their award is unknown; unreachable: a tier that the criteria and the tiers before it leave to nobody; overlap: two tiers of the same indicators share some, and neither lies within the other, as in x BETWEEN 0 AND 10 and x BETWEEN 10 AND 20: the first has them. Decided as by can_hold().';

CREATE FUNCTION growth_index.warn_of_tiers(what text, criteria growth_index.criteria, award growth_index.formula) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found record;
BEGIN
	/* of criteria that nobody fulfils there is nothing more to say */
	IF NOT growth_index.can_hold(criteria) THEN
		RETURN;
	END IF;
	FOR found IN SELECT f.fault, f.detail FROM growth_index.tier_faults(criteria, award) AS f LOOP
		RAISE WARNING '%', format(CASE found.fault WHEN 'gap' THEN 'the tiers of %s leave a gap'
				WHEN 'overlap' THEN 'two tiers of %s overlap' ELSE 'a tier of %s can be had by nobody' END, what)
			USING DETAIL = found.detail;
	END LOOP;
END
$$;
COMMENT ON FUNCTION growth_index.warn_of_tiers(text, growth_index.criteria, growth_index.formula) IS 'Warns of gaps, overlaps and unreachable tiers: see tier_faults().';

CREATE FUNCTION growth_index.warn_of_missing_budgets(policy growth_index.policy) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	missing text;
BEGIN
	SELECT string_agg(c, ', ' ORDER BY c) INTO missing
	FROM (SELECT policy.budget_code WHERE policy.cost_shares IS NULL
		UNION SELECT jsonb_object_keys(policy.cost_shares)) AS n(c)
	WHERE c IS NOT NULL AND NOT EXISTS (SELECT FROM growth_index.budget AS b WHERE b.code = c);
	IF missing IS NOT NULL THEN
		RAISE WARNING 'policy "%" is paid from a budget that is not there: %', policy.code, missing
			USING HINT = 'Until growth_index.budget has it, nothing can be approved.';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.warn_of_missing_budgets(growth_index.policy) IS 'Warns where a policy names budgets that are not there.';

CREATE FUNCTION growth_index.add_policy(code text, criteria growth_index.criteria, award growth_index.formula,
	title_zh text DEFAULT NULL, title_en text DEFAULT NULL, department text DEFAULT NULL,
	kind text DEFAULT 'reward', legal_source text DEFAULT NULL, mode text DEFAULT 'none',
	period text DEFAULT 'yearly', event_indicator text DEFAULT NULL, stacking_group text DEFAULT NULL,
	cap_enterprise numeric DEFAULT NULL, budget_code text DEFAULT NULL, publicity_days integer DEFAULT 5,
	needs_person boolean DEFAULT false, valid_from date DEFAULT '-infinity', valid_to date DEFAULT 'infinity',
	four_eyes boolean DEFAULT false, allocation text DEFAULT 'first_come', judged_at text DEFAULT 'payment',
	pays_difference boolean DEFAULT false, instalments jsonb DEFAULT NULL, cost_shares jsonb DEFAULT NULL,
	cap_year numeric DEFAULT NULL, excluded_by text[] DEFAULT '{dishonest,penalty}', confirm_days integer DEFAULT 60,
	apply_from date DEFAULT '-infinity', apply_to date DEFAULT 'infinity',
	rounding numeric DEFAULT 0.01, rounding_way text DEFAULT 'half_up')
	RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
	/* a plan made while the table was empty reads all of it, once a row that is added */
	SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
	present growth_index.policy;
	wanted growth_index.policy;
BEGIN
	PERFORM growth_index.rounded(0, add_policy.rounding, add_policy.rounding_way);
	/* one lock for all, the one that any change takes: locks by the thousand fill their table */
	PERFORM pg_advisory_xact_lock(hashtextextended('growth_index.policy', 0));
	SELECT * INTO present FROM growth_index.policy AS p WHERE p.code = add_policy.code AND p.active;
	SELECT add_policy.code, 1 + coalesce(max(p.version), 0), add_policy.title_zh, add_policy.title_en,
		add_policy.department, add_policy.kind, add_policy.criteria, add_policy.award, add_policy.legal_source,
		add_policy.mode, add_policy.period, add_policy.event_indicator, add_policy.stacking_group,
		add_policy.cap_enterprise, add_policy.rounding, add_policy.rounding_way, add_policy.budget_code, add_policy.publicity_days, add_policy.needs_person,
		add_policy.four_eyes, add_policy.allocation, add_policy.judged_at, add_policy.pays_difference, add_policy.instalments,
		add_policy.cost_shares, add_policy.cap_year, add_policy.excluded_by, add_policy.confirm_days,
		add_policy.valid_from, add_policy.valid_to, add_policy.apply_from, add_policy.apply_to, true, clock_timestamp()
	INTO wanted FROM growth_index.policy AS p WHERE p.code = add_policy.code;
	IF to_jsonb(present) - '{version,created_at}'::text[] = to_jsonb(wanted) - '{version,created_at}'::text[] THEN
		RETURN present.version;
	END IF;
	PERFORM growth_index.warn_of_unknown_indicators(format('policy "%s"', add_policy.code),
		growth_index.indicators(add_policy.criteria) || growth_index.indicators(add_policy.award) || add_policy.event_indicator);
	PERFORM growth_index.warn_of_other_types(format('policy "%s"', add_policy.code), add_policy.criteria);
	PERFORM growth_index.warn_of_contradictions(format('policy "%s"', add_policy.code), add_policy.criteria);
	PERFORM growth_index.warn_of_tiers(format('policy "%s"', add_policy.code), add_policy.criteria, add_policy.award);
	PERFORM growth_index.warn_of_missing_budgets(wanted);
	IF present.code IS NOT NULL THEN
		UPDATE growth_index.policy AS p SET active = false WHERE p.code = add_policy.code AND p.active;
	END IF;
	INSERT INTO growth_index.policy SELECT wanted.*;
	RETURN wanted.version;
END
$$;
COMMENT ON FUNCTION growth_index.add_policy(text, growth_index.criteria, growth_index.formula, text, text, text, text, text, text, text, text, text, numeric, text, integer, boolean, date, date, boolean, text, text, boolean, jsonb, jsonb, numeric, text[], integer, date, date, numeric, text) IS
'Enters a policy, or amends it: returns the new version, which is then in force, or the present one where nothing differs. Warns of indicators that are not in the catalogue or have another type there, of criteria that contradict themselves, of tiers with gaps or overlaps (tier_faults()), and of budgets that are not there. Error 22023 where awards cannot be rounded so (see rounded()).';

CREATE FUNCTION growth_index.add_product(code text, institution text, criteria growth_index.criteria,
	credit growth_index.formula, title_zh text DEFAULT NULL, title_en text DEFAULT NULL, rate numeric DEFAULT NULL,
	term_months integer DEFAULT NULL, guarantee text DEFAULT NULL, source text DEFAULT NULL,
	valid_from date DEFAULT '-infinity', valid_to date DEFAULT 'infinity') RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
	/* a plan made while the table was empty reads all of it, once a row that is added */
	SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
	present growth_index.product;
	wanted growth_index.product;
BEGIN
	IF NOT EXISTS (SELECT FROM growth_index.institution AS i WHERE i.code = add_product.institution) THEN
		RAISE EXCEPTION 'institution "%" is not known', add_product.institution USING ERRCODE = 'foreign_key_violation';
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('growth_index.policy', 0));
	SELECT * INTO present FROM growth_index.product AS p WHERE p.code = add_product.code AND p.active;
	SELECT add_product.code, 1 + coalesce(max(p.version), 0), add_product.institution, add_product.title_zh,
		add_product.title_en, add_product.criteria, add_product.credit, add_product.rate, add_product.term_months,
		add_product.guarantee, add_product.source, add_product.valid_from, add_product.valid_to, true, clock_timestamp()
	INTO wanted FROM growth_index.product AS p WHERE p.code = add_product.code;
	IF to_jsonb(present) - '{version,created_at}'::text[] = to_jsonb(wanted) - '{version,created_at}'::text[] THEN
		RETURN present.version;
	END IF;
	PERFORM growth_index.warn_of_unknown_indicators(format('product "%s"', add_product.code),
		growth_index.indicators(add_product.criteria) || growth_index.indicators(add_product.credit));
	PERFORM growth_index.warn_of_other_types(format('product "%s"', add_product.code), add_product.criteria);
	PERFORM growth_index.warn_of_contradictions(format('product "%s"', add_product.code), add_product.criteria);
	PERFORM growth_index.warn_of_tiers(format('product "%s"', add_product.code), add_product.criteria, add_product.credit);
	IF present.code IS NOT NULL THEN
		UPDATE growth_index.product AS p SET active = false WHERE p.code = add_product.code AND p.active;
	END IF;
	INSERT INTO growth_index.product SELECT wanted.*;
	RETURN wanted.version;
END
$$;
COMMENT ON FUNCTION growth_index.add_product(text, text, growth_index.criteria, growth_index.formula, text, text, numeric, integer, text, text, date, date) IS
'Enters a product of an institution, or amends it: returns the new version, or the present one where nothing differs. Error 23503 where the institution is not known.';
