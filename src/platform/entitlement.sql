/*
 * Entitlements: one benefit of one enterprise, on its way from the match to the
 * money (免申即享: data compared, willingness confirmed, money paid).
 *
 * matched → reviewed → publicised → pushed → confirmed → approved → paid, or
 * superseded, rejected, objected, declined, expired, held, withdrawn, clawed_back.
 * Each step is one function and one row of entitlement_event.
 */
CREATE TABLE growth_index.entitlement (
	id				bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	credit_code		growth_index.credit_code NOT NULL,
	policy			text NOT NULL,
	version			integer NOT NULL,
	occasion		text NOT NULL,
	award			numeric(18,2) NOT NULL CHECK (award > 0),
	deducted		numeric(18,2) NOT NULL DEFAULT 0 CHECK (deducted >= 0),
	granted			numeric(18,2),
	approved_on		date,
	state			text NOT NULL DEFAULT 'matched' CONSTRAINT entitlement_state CHECK (state IN (
						'matched', 'superseded', 'reviewed', 'rejected', 'publicised', 'objected', 'pushed',
						'confirmed', 'declined', 'expired', 'held', 'approved', 'paid', 'withdrawn', 'clawed_back')),
	reason			text,
	publicity_ends	date,
	expires_on		date,
	created_on		date NOT NULL,
	changed_at		timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	revision		integer NOT NULL DEFAULT 1,
	CONSTRAINT entitlement_granted CHECK (granted > 0 AND granted <= award),
	CONSTRAINT entitlement_approved_on CHECK ((granted IS NULL) = (approved_on IS NULL)),
	UNIQUE (credit_code, policy, occasion)
);
CREATE INDEX entitlement_open ON growth_index.entitlement (state, id)
	WHERE state IN ('matched', 'reviewed', 'publicised', 'pushed', 'confirmed', 'approved');
/* the largest that waits for money, at once */
CREATE INDEX entitlement_waiting ON growth_index.entitlement (policy, award) WHERE state = 'confirmed';
COMMENT ON TABLE growth_index.entitlement IS 'Benefits of enterprises and their present state. An enterprise has a policy at most once an occasion.';
COMMENT ON COLUMN growth_index.entitlement.id IS 'Number.';
COMMENT ON COLUMN growth_index.entitlement.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.entitlement.policy IS 'Policy.';
COMMENT ON COLUMN growth_index.entitlement.version IS 'Version of the policy that it was matched under.';
COMMENT ON COLUMN growth_index.entitlement.occasion IS 'once, the year, or the event: what the policy may be had once for.';
COMMENT ON COLUMN growth_index.entitlement.award IS 'Award in yuan.';
COMMENT ON COLUMN growth_index.entitlement.deducted IS 'What was paid before in the same stacking group and is taken off the award, in yuan (award is after it).';
COMMENT ON COLUMN growth_index.entitlement.granted IS 'What was approved, in yuan: the award, or less where a cap or the budget left less; NULL: not approved.';
COMMENT ON COLUMN growth_index.entitlement.approved_on IS 'As-of date of the approval: its calendar year is the one whose caps it counts in; NULL: not approved.';
COMMENT ON COLUMN growth_index.entitlement.state IS 'Where it stands.';
COMMENT ON COLUMN growth_index.entitlement.reason IS 'Why it stands there, where somebody said so.';
COMMENT ON COLUMN growth_index.entitlement.publicity_ends IS 'Last day of publicity (公示); NULL: not publicised yet, or no publicity.';
COMMENT ON COLUMN growth_index.entitlement.expires_on IS 'Last day on which the enterprise can confirm.';
COMMENT ON COLUMN growth_index.entitlement.created_on IS 'Day for which it was matched.';
COMMENT ON COLUMN growth_index.entitlement.changed_at IS 'Time of the last step.';
COMMENT ON COLUMN growth_index.entitlement.revision IS 'Goes up with every step: who has seen an older one has not seen what happened since.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.entitlement', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.entitlement_id_seq', '');
/* one that was gone would be proposed anew, and paid again */
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON growth_index.entitlement
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

/* whose it is and how much does not change on the way; a state without its event gets no money (check_backing()) */
CREATE FUNCTION growth_index.keep_entitlement() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION 'entitlement % is not changed by hand', OLD.id
		USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = 'The award is that of the match, the grant that of the approval; the functions of the steps move it.';
END
$$;
COMMENT ON FUNCTION growth_index.keep_entitlement() IS 'Trigger: raises 23001 where an entitlement becomes another one, or its award or grant changes outside the match and the approval.';
/* two, so that a step, which sets none of these, does not have the long condition read */
CREATE TRIGGER keep_entitlement BEFORE UPDATE OF id, credit_code, policy, version, occasion, award, deducted, granted, approved_on, created_on ON growth_index.entitlement
	FOR EACH ROW WHEN (OLD.id <> NEW.id OR OLD.credit_code OPERATOR(growth_index.<>) NEW.credit_code OR OLD.policy <> NEW.policy
		OR OLD.occasion <> NEW.occasion OR OLD.created_on <> NEW.created_on
		OR ((OLD.award <> NEW.award OR OLD.deducted <> NEW.deducted OR OLD.version <> NEW.version) AND OLD.state <> 'superseded' AND NEW.state <> 'superseded')
		OR (OLD.granted IS DISTINCT FROM NEW.granted AND NEW.state NOT IN ('approved', 'held'))
		OR OLD.granted <> NEW.granted OR OLD.approved_on <> NEW.approved_on)
	EXECUTE FUNCTION growth_index.keep_entitlement();
CREATE TRIGGER keep_revision BEFORE UPDATE ON growth_index.entitlement
	FOR EACH ROW WHEN (NEW.revision < OLD.revision) EXECUTE FUNCTION growth_index.keep_entitlement();

/* the steps that there are, from where to where: the functions say more, and nothing else */
CREATE FUNCTION growth_index.step_leads(step text, from_state text, to_state text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE step
		WHEN 'match' THEN (from_state IS NULL AND to_state IN ('matched', 'superseded')) OR (from_state = 'superseded' AND to_state = 'matched')
		WHEN 'supersede' THEN from_state IN ('matched', 'reviewed', 'publicised', 'objected', 'pushed') AND to_state = 'superseded'
		WHEN 'review' THEN from_state IN ('matched', 'objected', 'held') AND to_state = 'reviewed'
		WHEN 'publicise' THEN from_state = 'reviewed' AND to_state = 'publicised'
		WHEN 'object' THEN from_state = 'publicised' AND to_state = 'objected'
		WHEN 'push' THEN from_state = 'publicised' AND to_state = 'pushed'
		WHEN 'confirm' THEN from_state = 'pushed' AND to_state = 'confirmed'
		WHEN 'decline' THEN from_state = 'pushed' AND to_state = 'declined'
		WHEN 'expire' THEN from_state = 'pushed' AND to_state = 'expired'
		WHEN 'approve' THEN from_state = 'confirmed' AND to_state IN ('approved', 'held')
		WHEN 'pay' THEN from_state = 'approved' AND to_state IN ('approved', 'paid')
		WHEN 'return' THEN from_state IN ('approved', 'paid', 'clawed_back') AND to_state IN ('approved', 'paid', 'clawed_back')
		WHEN 'hold' THEN from_state IN ('matched', 'reviewed', 'publicised', 'objected', 'pushed', 'confirmed', 'approved') AND to_state = 'held'
		WHEN 'reject' THEN from_state IN ('matched', 'reviewed', 'publicised', 'objected', 'held') AND to_state = 'rejected'
		WHEN 'withdraw' THEN from_state IN ('matched', 'reviewed', 'publicised', 'objected', 'pushed', 'confirmed', 'held', 'approved') AND to_state = 'withdrawn'
		WHEN 'claw_back' THEN from_state IN ('approved', 'paid') AND to_state IN ('paid', 'clawed_back')
		WHEN 'refund' THEN from_state IN ('approved', 'paid', 'clawed_back') AND to_state = from_state
		END IS TRUE;
END
$$;
COMMENT ON FUNCTION growth_index.step_leads(text, text, text) IS 'Is there a step of this name from this state to that one? from_state NULL: it begins with it. Never NULL.';

CREATE TABLE growth_index.entitlement_event (
	id				bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	entitlement_id	bigint NOT NULL,
	step			text NOT NULL,
	from_state		text,
	to_state		text NOT NULL,
	actor			text NOT NULL,
	role			text NOT NULL DEFAULT growth_index.caller(),
	reason			text,
	key				text UNIQUE,
	inputs			jsonb,
	as_of			date NOT NULL,
	happened_at		timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	/* a function: the server reads the text of a CHECK at each statement */
	CONSTRAINT entitlement_event_step CHECK (growth_index.step_leads(step, from_state, to_state))
);
CREATE INDEX entitlement_event_entitlement ON growth_index.entitlement_event (entitlement_id, id);
COMMENT ON TABLE growth_index.entitlement_event IS 'Every step of every entitlement (append-only): who, when, why, and on which inputs.';
COMMENT ON COLUMN growth_index.entitlement_event.id IS 'Number in order of time.';
COMMENT ON COLUMN growth_index.entitlement_event.entitlement_id IS 'Entitlement.';
COMMENT ON COLUMN growth_index.entitlement_event.step IS 'What was done: match, supersede, review, publicise, push, confirm, decline, object, reject, approve (to approved or held), hold, pay, return (the bank could not pay), expire, withdraw, claw_back, refund.';
COMMENT ON COLUMN growth_index.entitlement_event.from_state IS 'State before; NULL: it began here.';
COMMENT ON COLUMN growth_index.entitlement_event.to_state IS 'State after.';
COMMENT ON COLUMN growth_index.entitlement_event.actor IS 'Who did it: system, or what the caller said.';
COMMENT ON COLUMN growth_index.entitlement_event.role IS 'Role of the server that did it.';
COMMENT ON COLUMN growth_index.entitlement_event.reason IS 'Why.';
COMMENT ON COLUMN growth_index.entitlement_event.key IS 'The caller''s key: the same call again changes nothing.';
COMMENT ON COLUMN growth_index.entitlement_event.inputs IS 'What was decided on. Of match, review, approve and a payment by milestones: policy, version, criteria, award formula, rules, profile and score (with the scorecard''s version) as they were; of the other steps, which ask no data: policy, version, award, grant, and what the step itself fixed.';
COMMENT ON COLUMN growth_index.entitlement_event.as_of IS 'As-of date of the step.';
COMMENT ON COLUMN growth_index.entitlement_event.happened_at IS 'Time of the step.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.entitlement_event', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.entitlement_event_id_seq', '');
CREATE TRIGGER append_only
	BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.entitlement_event
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

/* inlined by the planner: no SET clause, so everything is qualified */
CREATE FUNCTION growth_index.decision_record(growth_index.policy, growth_index.profile, growth_index.score) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
	SELECT pg_catalog.jsonb_build_object('policy', ($1).code, 'version', ($1).version, 'criteria', ($1).criteria::pg_catalog.text,
		'award', ($1).award::pg_catalog.text, 'cap', ($1).cap_enterprise,
		'rounding', ($1).rounding, 'rounding_way', ($1).rounding_way,
		'judged_at', ($1).judged_at, 'budget', ($1).budget_code, 'cost_shares', ($1).cost_shares, 'instalments', ($1).instalments,
		'profile', growth_index.jsonb($2),
		'score', CASE WHEN ($3).scorecard IS NOT NULL THEN pg_catalog.jsonb_build_object('scorecard', ($3).scorecard,
			'version', ($3).version, 'score', ($3).score, 'rating', ($3).rating::pg_catalog.text) END)
$$;
COMMENT ON FUNCTION growth_index.decision_record(growth_index.policy, growth_index.profile, growth_index.score) IS 'What a decision rests on, as it is kept with the event: policy, version, criteria, award formula, rounding, cap, budgets and instalments, profile, score.';

CREATE FUNCTION growth_index.decision_inputs(credit_code growth_index.credit_code, policy growth_index.policy, profile growth_index.profile) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.score;
BEGIN
	SELECT s.* INTO present FROM growth_index.score AS s
	WHERE s.credit_code OPERATOR(growth_index.=) decision_inputs.credit_code AND s.scorecard = growth_index.matching_scorecard();
	RETURN growth_index.decision_record(policy, profile, present);
END
$$;
COMMENT ON FUNCTION growth_index.decision_inputs(growth_index.credit_code, growth_index.policy, growth_index.profile) IS 'What a decision on an enterprise, a policy and a profile rests on, as it is kept with the event.';

CREATE FUNCTION growth_index.decision_inputs(credit_code growth_index.credit_code, policy growth_index.policy) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN growth_index.decision_inputs(credit_code, policy, growth_index.matching_profile(credit_code));
END
$$;
COMMENT ON FUNCTION growth_index.decision_inputs(growth_index.credit_code, growth_index.policy) IS 'As decision_inputs(credit_code, policy, profile), by the enterprise''s matching profile.';

/*
 * Exclusion lists: 失信, severe penalties, accidents of the year.  Who stands on
 * a list of a policy gets no further with it, at whatever step.
 */
CREATE TABLE growth_index.exclusion (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	credit_code	growth_index.credit_code NOT NULL,
	list		text NOT NULL CHECK (list <> ''),
	reason		text NOT NULL,
	valid_from	date NOT NULL,
	valid_to	date NOT NULL DEFAULT 'infinity',
	entered_by	text NOT NULL DEFAULT growth_index.caller(),
	entered_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	CONSTRAINT exclusion_valid CHECK (valid_from <= valid_to)
);
CREATE INDEX exclusion_enterprise ON growth_index.exclusion (credit_code);
CREATE FUNCTION growth_index.keep_exclusion() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF to_jsonb(NEW) - 'valid_to' = to_jsonb(OLD) - 'valid_to' THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'of exclusion % only valid_to changes', OLD.id
		USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = 'End it with an earlier valid_to, and enter another.';
END
$$;
COMMENT ON FUNCTION growth_index.keep_exclusion() IS 'Trigger: raises 23001 where anything of an exclusion changes but its last day.';
CREATE TRIGGER keep_exclusion BEFORE UPDATE ON growth_index.exclusion
	FOR EACH ROW EXECUTE FUNCTION growth_index.keep_exclusion();
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON growth_index.exclusion
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();
COMMENT ON TABLE growth_index.exclusion IS 'Enterprises that get no benefits for a time, by list. Who comes off a list early gets an earlier valid_to.';
COMMENT ON COLUMN growth_index.exclusion.id IS 'Number.';
COMMENT ON COLUMN growth_index.exclusion.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.exclusion.list IS 'Which list: dishonest (失信), penalty (severe administrative penalty), or any that a policy names in excluded_by.';
COMMENT ON COLUMN growth_index.exclusion.reason IS 'Why, such as the number of the decision.';
COMMENT ON COLUMN growth_index.exclusion.valid_from IS 'First day.';
COMMENT ON COLUMN growth_index.exclusion.valid_to IS 'Last day.';
COMMENT ON COLUMN growth_index.exclusion.entered_by IS 'Role that entered it.';
COMMENT ON COLUMN growth_index.exclusion.entered_at IS 'When it was entered.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.exclusion', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.exclusion_id_seq', '');

CREATE FUNCTION growth_index.excluded(credit_code growth_index.credit_code, lists text[], as_of date) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* planned once a session; a function of SQL is planned at each call */
	RETURN (SELECT string_agg(format('on the list "%s" until %s: %s', x.list, x.valid_to, x.reason), '; ' ORDER BY x.id)
	FROM growth_index.exclusion AS x
	WHERE x.credit_code OPERATOR(growth_index.=) excluded.credit_code AND x.list = ANY (lists)
		AND as_of BETWEEN x.valid_from AND x.valid_to);
END
$$;
COMMENT ON FUNCTION growth_index.excluded(growth_index.credit_code, text[], date) IS 'Why an enterprise is kept out by these lists as of a day; NULL: it is not.';

/* what stops an enterprise at whatever step */
CREATE FUNCTION growth_index.barred(credit_code growth_index.credit_code, policy growth_index.policy, as_of date) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	status text;
BEGIN
	SELECT f.status INTO status FROM growth_index.enterprise AS f WHERE f.credit_code OPERATOR(growth_index.=) barred.credit_code;
	IF status = 'active' THEN
		RETURN growth_index.excluded(credit_code, policy.excluded_by, as_of);
	END IF;
	RETURN coalesce(status, 'not known');
END
$$;
COMMENT ON FUNCTION growth_index.barred(growth_index.credit_code, growth_index.policy, date) IS 'Why an enterprise gets no further with a policy as of a day, whatever the step: it is not active, or on a list of exclusion of the policy; NULL: it does.';

CREATE FUNCTION growth_index.barred(entitlement growth_index.entitlement, as_of date) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN growth_index.barred(entitlement.credit_code, growth_index.policy_version(entitlement.policy, entitlement.version), as_of);
END
$$;
COMMENT ON FUNCTION growth_index.barred(growth_index.entitlement, date) IS 'Internal: why an entitlement gets no further as of a day, whatever the step: its enterprise is not active, or on a list of exclusion of the policy; NULL: it does.';

/* data that somebody objects to is no ground for a machine's decision */
CREATE FUNCTION growth_index.contested(credit_code growth_index.credit_code, policy growth_index.policy) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN EXISTS (SELECT FROM growth_index.data_objection AS o
		WHERE o.credit_code OPERATOR(growth_index.=) contested.credit_code AND o.state = 'open'
			AND o.indicator = ANY (growth_index.indicators(policy.criteria) || growth_index.indicators(policy.award)));
END
$$;
COMMENT ON FUNCTION growth_index.contested(growth_index.credit_code, growth_index.policy) IS 'Does an enterprise object (data_objection, open) to a value that the policy reads? Then a person reviews.';

/*
 * What follows, as far as it is internal, has no SET clause: it runs beneath the
 * functions of the steps, which have it, and a SET costs as much as a statement.
 */
/* who does a step: the right one, or error 42501; and the name that is recorded */
CREATE FUNCTION growth_index.step_actor(entitlement growth_index.entitlement, policy growth_index.policy, step text, actor text, as_of date) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
BEGIN
	IF growth_index.caller_is_trusted() THEN
		RETURN coalesce(actor, 'system');
	END IF;
	IF step IN ('confirm', 'decline') THEN
		PERFORM growth_index.require_enterprise(entitlement.credit_code);
	ELSE
		PERFORM growth_index.require_department(policy.department);
	END IF;
	/* another day would lead past a list of exclusion, a publicity, a last day, the cap of a year */
	IF as_of IS DISTINCT FROM current_date THEN
		RAISE EXCEPTION 'role "%" decides as of today, not of %', growth_index.caller(), coalesce(as_of::text, 'no day')
			USING ERRCODE = 'insufficient_privilege', HINT = 'Leave as_of out.';
	END IF;
	IF step IN ('confirm', 'decline') THEN
		RETURN actor;
	END IF;
	IF actor <> growth_index.caller() AND actor <> 'system' THEN
		RAISE EXCEPTION 'role "%" does not act as "%"', growth_index.caller(), actor
			USING ERRCODE = 'insufficient_privilege', HINT = 'Leave the actor out: it is the role itself.';
	END IF;
	RETURN growth_index.caller();
END
$$;
COMMENT ON FUNCTION growth_index.step_actor(growth_index.entitlement, growth_index.policy, text, text, date) IS
'Internal: the actor to be recorded. Who may act for anybody names any; an enterprise takes the steps of its own entitlements, a department those of its own policies, as itself; both as of today. Error 42501 for others.';
REVOKE ALL ON FUNCTION growth_index.step_actor(growth_index.entitlement, growth_index.policy, text, text, date) FROM PUBLIC;

/* inlined by the planner: no SET clause, so everything is qualified */
CREATE FUNCTION growth_index.step_record(growth_index.entitlement) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
	SELECT pg_catalog.jsonb_build_object('policy', ($1).policy, 'version', ($1).version, 'awarded', ($1).award, 'granted', ($1).granted)
$$;
COMMENT ON FUNCTION growth_index.step_record(growth_index.entitlement) IS 'What the event of every step keeps: policy, version, award and grant before the step.';

/* the same call again? raises 23505 where the key stands for another */
CREATE FUNCTION growth_index.taken_before(id bigint, step text, actor text, key text, reason text, given jsonb DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
DECLARE
	earlier growth_index.entitlement_event;
BEGIN
	IF key IS NULL THEN
		RETURN false;
	END IF;
	SELECT v.* INTO earlier FROM growth_index.entitlement_event AS v WHERE v.key = taken_before.key;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	IF (earlier.entitlement_id, earlier.step) IS DISTINCT FROM (taken_before.id, taken_before.step) THEN
		/* of another entitlement nothing is told */
		RAISE EXCEPTION 'key "%" was used for another call', key
			USING ERRCODE = 'unique_violation', HINT = 'A key stands for one call: take a new one.',
				DETAIL = CASE earlier.entitlement_id WHEN id THEN format('It was for step "%s".', earlier.step) ELSE 'It was for another entitlement.' END;
	END IF;
	/* as_of is today by default, and a call may be repeated tomorrow; why it is held, approve found itself */
	IF earlier.actor <> actor OR (step NOT IN ('approve', 'pay') AND earlier.reason IS DISTINCT FROM taken_before.reason) THEN
		RAISE EXCEPTION 'key "%" was used for a call with other arguments', key
			USING ERRCODE = 'unique_violation', DETAIL = format('Then the actor was "%s" and the reason %s.',
				earlier.actor, coalesce(quote_literal(earlier.reason), 'not given')),
				HINT = 'A key stands for one call: take a new one.';
	END IF;
	/* what the caller asked for, such as an amount */
	IF earlier.inputs -> 'given' IS DISTINCT FROM given THEN
		RAISE EXCEPTION 'key "%" was used for a call with other arguments', key
			USING ERRCODE = 'unique_violation', DETAIL = format('Then it was %s, not %s.', coalesce(earlier.inputs ->> 'given', 'nothing'), coalesce(given::text, 'nothing')),
				HINT = 'A key stands for one call: take a new one.';
	END IF;
	RETURN true;
END
$$;
COMMENT ON FUNCTION growth_index.taken_before(bigint, text, text, text, text, jsonb) IS 'Internal: was this step taken with this key? Error 23505 where the key was used for anything else.';
REVOKE ALL ON FUNCTION growth_index.taken_before(bigint, text, text, text, text, jsonb) FROM PUBLIC;

/* each step begins here: nobody else takes one meanwhile */
CREATE FUNCTION growth_index.lock_entitlement(id bigint) RETURNS growth_index.entitlement
LANGUAGE plpgsql
AS $$
DECLARE
	present growth_index.entitlement;
BEGIN
	SELECT e.* INTO present FROM growth_index.entitlement AS e WHERE e.id = lock_entitlement.id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'entitlement % does not exist', id USING ERRCODE = 'no_data_found';
	END IF;
	RETURN present;
END
$$;
COMMENT ON FUNCTION growth_index.lock_entitlement(bigint) IS 'Internal: an entitlement as it is, locked to the end of the transaction. Error P0002 where there is none.';
REVOKE ALL ON FUNCTION growth_index.lock_entitlement(bigint) FROM PUBLIC;

/*
 * What all steps have in common, of an entitlement that is locked: the key that
 * makes a call count once, the actor, the states it may be done in, the lists
 * that keep an enterprise out, the event.
 */
CREATE FUNCTION growth_index.take_step(present growth_index.entitlement, policy growth_index.policy, step text, allowed text[], to_state text, actor text,
	key text, reason text, as_of date, inputs jsonb DEFAULT NULL, seen integer DEFAULT NULL, granted numeric DEFAULT NULL, until date DEFAULT NULL,
	OUT entitlement growth_index.entitlement, OUT done boolean)
LANGUAGE plpgsql
AS $$
DECLARE
	obstacle text;
BEGIN
	entitlement := present;
	actor := growth_index.step_actor(present, policy, step, actor, as_of);
	done := NOT growth_index.taken_before(present.id, step, actor, key, reason, inputs -> 'given');
	IF NOT done THEN
		RETURN;
	END IF;
	IF present.revision <> seen THEN
		RAISE EXCEPTION 'entitlement % has changed: it is at revision %, not %', present.id, present.revision, seen
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Look at it again before deciding.';
	END IF;
	IF present.state <> ALL (allowed) THEN
		RAISE EXCEPTION 'entitlement % is %', present.id, CASE
			/* what comes back leaves the state, or leads to one that says nothing of it */
			WHEN step IN ('claw_back', 'refund', 'return') THEN format('%s: it cannot be %s', present.state,
				CASE step WHEN 'claw_back' THEN 'clawed back' ELSE step || 'ed' END)
			WHEN present.state = to_state THEN 'already ' || to_state
			ELSE format('%s: it cannot be %s', present.state, to_state) END
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = format('This step is taken from: %s.', array_to_string(allowed, ', '));
	END IF;
	IF step IN ('review', 'publicise', 'push', 'confirm', 'pay') THEN
		obstacle := growth_index.barred(present.credit_code, policy, as_of);
		IF obstacle IS NOT NULL THEN
			RAISE EXCEPTION 'enterprise % is %', present.credit_code, obstacle
				USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Tables growth_index.enterprise (status) and growth_index.exclusion have it.';
		END IF;
	END IF;
	INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, reason, key, inputs, as_of)
	VALUES (present.id, take_step.step, present.state, take_step.to_state, actor,
		take_step.reason, take_step.key, growth_index.step_record(present) || coalesce(take_step.inputs, '{}'), take_step.as_of);
	IF step IN ('approve', 'hold') THEN
		UPDATE growth_index.entitlement AS e
		SET state = take_step.to_state, reason = take_step.reason, changed_at = clock_timestamp(), revision = e.revision + 1,
			granted = take_step.granted, approved_on = CASE WHEN take_step.granted IS NOT NULL THEN take_step.as_of END
		WHERE e.id = present.id RETURNING e.* INTO entitlement;
	ELSE
		UPDATE growth_index.entitlement AS e
		SET state = take_step.to_state, reason = take_step.reason, changed_at = clock_timestamp(), revision = e.revision + 1,
			publicity_ends = CASE take_step.step WHEN 'publicise' THEN until ELSE e.publicity_ends END,
			expires_on = CASE take_step.step WHEN 'push' THEN until ELSE e.expires_on END
		WHERE e.id = present.id RETURNING e.* INTO entitlement;
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.take_step(growth_index.entitlement, growth_index.policy, text, text[], text, text, text, text, date, jsonb, integer, numeric, date) IS
'Internal: one step of an entitlement that lock_entitlement() gave, by its policy. done is false where the key tells that it was taken before. seen: the revision that the caller decided on; NULL: any. granted: of approve, in yuan; until: of publicise and push, the last day. Errors: 42501 wrong actor, 55000 wrong state, a revision that is gone, or an enterprise that is not active or on a list of exclusion, 23505 a key that stands for another call.';
REVOKE ALL ON FUNCTION growth_index.take_step(growth_index.entitlement, growth_index.policy, text, text[], text, text, text, text, date, jsonb, integer, numeric, date) FROM PUBLIC;

/* the occasion that a policy may be had once for; NULL: the event is not known */
CREATE FUNCTION growth_index.occasion(policy growth_index.policy, profile growth_index.profile, as_of date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE policy.period
		WHEN 'once' THEN 'once'
		WHEN 'yearly' THEN extract(year FROM as_of)::text
		ELSE 'event ' || (profile OPERATOR(growth_index.->>) policy.event_indicator) END
$$;
COMMENT ON FUNCTION growth_index.occasion(growth_index.policy, growth_index.profile, date) IS 'once, the year, or the event: an enterprise has a policy once an occasion. NULL: the event indicator is unknown.';

CREATE FUNCTION growth_index.same_occasion(text, text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
	SELECT $1 OPERATOR(pg_catalog.=) $2 OR $1 OPERATOR(pg_catalog.=) 'once' OR $2 OPERATOR(pg_catalog.=) 'once'
$$;
COMMENT ON FUNCTION growth_index.same_occasion(text, text) IS 'Do two occasions meet, so that awards of one stacking group on them exclude each other? What is had once meets all.';

/*
 * Members of stacking groups: 2 for what is confirmed and stays, 1 for what can
 * still give way, 0 for what gave way before and could come back.
 */
CREATE FUNCTION growth_index.standing(state text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	/* inlined by the planner: no SET clause, so everything is qualified */
	SELECT CASE WHEN $1 OPERATOR(pg_catalog.=) ANY ('{confirmed,held,approved,paid}'::pg_catalog.text[]) THEN 2
		WHEN $1 OPERATOR(pg_catalog.=) ANY ('{matched,reviewed,publicised,objected,pushed}'::pg_catalog.text[]) THEN 1
		WHEN $1 OPERATOR(pg_catalog.=) 'superseded' THEN 0 END
$$;
COMMENT ON FUNCTION growth_index.standing(text) IS 'How firmly an entitlement in this state holds its place in its stacking group: 2 confirmed, 1 open, 0 superseded; NULL: it has fallen.';

/* what counts towards the cap: only where there is one, and more than one award a year can be */
CREATE FUNCTION growth_index.had_this_year(credit_code growth_index.credit_code, policy growth_index.policy, as_of date)
	RETURNS numeric
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF policy.cap_enterprise IS NOT NULL AND policy.period = 'event' THEN
		RETURN (SELECT sum(e.award) FROM growth_index.entitlement AS e
			WHERE e.credit_code OPERATOR(growth_index.=) had_this_year.credit_code AND e.policy = (had_this_year.policy).code
				AND growth_index.standing(e.state) > 0 AND extract(year FROM e.created_on) = extract(year FROM as_of));
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.had_this_year(growth_index.credit_code, growth_index.policy, date) IS
'What an enterprise has of a policy by event with a cap in the calendar year, in yuan, what has fallen or is superseded left out; NULL: nothing that counts towards a cap.';

CREATE FUNCTION growth_index.had_in_group(credit_code growth_index.credit_code, policy growth_index.policy) RETURNS numeric
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
	/* of one enterprise by its key, also where all are looked at and loops are off */
	SET enable_nestloop = on SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
	IF policy.pays_difference AND policy.stacking_group IS NOT NULL THEN
		/* what stands: a part that was clawed back is not had */
		RETURN (SELECT nullif(sum(a.committed + a.paid), 0) FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS q ON q.code = e.policy AND q.version = e.version
			JOIN growth_index.entitlement_account AS a ON a.entitlement_id = e.id
		WHERE e.credit_code OPERATOR(growth_index.=) had_in_group.credit_code AND e.policy <> (had_in_group.policy).code
			AND q.stacking_group = (had_in_group.policy).stacking_group AND e.state IN ('approved', 'paid'));
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.had_in_group(growth_index.credit_code, growth_index.policy) IS
'What an enterprise was approved of other policies of the stacking group and was not clawed back, in yuan: what an upgrade takes off. NULL: nothing, or the policy pays no differences.';

/* whoever holds a place in the group already; an upgrade takes off what is settled instead */
CREATE FUNCTION growth_index.rival(credit_code growth_index.credit_code, policy text, stacking_group text, occasion text, deducted numeric) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(format('policy "%s" of the group "%s" is %s', e.policy, q.stacking_group, e.state), '; ' ORDER BY e.id)
	FROM growth_index.entitlement AS e
		JOIN growth_index.policy AS q ON q.code = e.policy AND q.version = e.version
	WHERE e.credit_code OPERATOR(growth_index.=) rival.credit_code AND q.stacking_group = rival.stacking_group AND e.policy <> rival.policy
		AND growth_index.standing(e.state) = 2 AND growth_index.same_occasion(e.occasion, rival.occasion)
		AND NOT (coalesce(rival.deducted, 0) > 0 AND e.state IN ('approved', 'paid')));
END
$$;
COMMENT ON FUNCTION growth_index.rival(growth_index.credit_code, text, text, text, numeric) IS
'Internal: what of the stacking group the enterprise has confirmed on a meeting occasion, so that it cannot have this policy as well (就高不就低); NULL: nothing. deducted: what an upgrade takes off.';

/*
 * A lock by name that also holds against an older snapshot: who waits for it and
 * reads as of a time before (REPEATABLE READ) gets error 40001.
 */
CREATE TABLE growth_index.money_lock (
	name	text PRIMARY KEY,
	times	bigint NOT NULL DEFAULT 1
) WITH (fillfactor = 50);
COMMENT ON TABLE growth_index.money_lock IS 'Locks by name on what is counted over many rows, or stands in rows of others: caps of a year, stacking groups, payment files, equity rounds. Nothing is read from it, and no dump takes it along.';
COMMENT ON COLUMN growth_index.money_lock.name IS 'What is locked.';
COMMENT ON COLUMN growth_index.money_lock.times IS 'How often it was.';

CREATE FUNCTION growth_index.lock_money(name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO growth_index.money_lock AS l (name) VALUES (lock_money.name)
	ON CONFLICT ON CONSTRAINT money_lock_pkey DO UPDATE SET times = l.times + 1;
END
$$;
COMMENT ON FUNCTION growth_index.lock_money(text) IS 'Internal: locks a name to the end of the transaction. Error 40001 where it was locked since an older snapshot was taken.';
REVOKE ALL ON FUNCTION growth_index.lock_money(text) FROM PUBLIC;
