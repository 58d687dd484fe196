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
	UNIQUE (credit_code, policy, occasion)
);
CREATE INDEX entitlement_open ON growth_index.entitlement (state, id)
	WHERE state IN ('matched', 'reviewed', 'publicised', 'pushed', 'confirmed', 'approved');
COMMENT ON TABLE growth_index.entitlement IS 'Benefits of enterprises and their present state. An enterprise has a policy at most once an occasion.';
COMMENT ON COLUMN growth_index.entitlement.id IS 'Number.';
COMMENT ON COLUMN growth_index.entitlement.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.entitlement.policy IS 'Policy.';
COMMENT ON COLUMN growth_index.entitlement.version IS 'Version of the policy that it was matched under.';
COMMENT ON COLUMN growth_index.entitlement.occasion IS 'once, the year, or the event: what the policy may be had once for.';
COMMENT ON COLUMN growth_index.entitlement.award IS 'Award in yuan.';
COMMENT ON COLUMN growth_index.entitlement.deducted IS 'What was paid before in the same stacking group and is taken off the award, in yuan (award is after it).';
COMMENT ON COLUMN growth_index.entitlement.granted IS 'What was approved, in yuan: the award, or less where a cap or the budget left less; NULL: not approved.';
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
	happened_at		timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
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
COMMENT ON COLUMN growth_index.entitlement_event.inputs IS 'What was decided on: policy, version, criteria, award formula, profile, score.';
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
		'judged_at', ($1).judged_at, 'budget', ($1).budget_code, 'cost_shares', ($1).cost_shares, 'instalments', ($1).instalments,
		'profile', growth_index.jsonb($2),
		'score', CASE WHEN ($3).scorecard IS NOT NULL THEN pg_catalog.jsonb_build_object('scorecard', ($3).scorecard,
			'version', ($3).version, 'score', ($3).score, 'rating', ($3).rating::pg_catalog.text) END)
$$;
COMMENT ON FUNCTION growth_index.decision_record(growth_index.policy, growth_index.profile, growth_index.score) IS 'What a decision rests on, as it is kept with the event: policy, version, criteria, award formula, cap, budgets and instalments, profile, score.';

CREATE FUNCTION growth_index.decision_inputs(credit_code growth_index.credit_code, policy growth_index.policy) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* planned once a session; a function of SQL is planned at each call */
	RETURN (SELECT growth_index.decision_record(policy, growth_index.matching_profile(decision_inputs.credit_code),
		(SELECT s FROM growth_index.score AS s
		WHERE s.credit_code OPERATOR(growth_index.=) decision_inputs.credit_code
			AND s.scorecard = growth_index.matching_scorecard())));
END
$$;
COMMENT ON FUNCTION growth_index.decision_inputs(growth_index.credit_code, growth_index.policy) IS 'What a decision on an enterprise and a policy rests on, as it is kept with the event.';

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

/* data that somebody objects to is no ground for a machine's decision */
CREATE FUNCTION growth_index.contested(credit_code growth_index.credit_code, policy growth_index.policy) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM growth_index.data_objection AS o
		WHERE o.credit_code OPERATOR(growth_index.=) contested.credit_code AND o.state = 'open'
			AND o.indicator = ANY (growth_index.indicators(policy.criteria) || growth_index.indicators(policy.award)))
$$;
COMMENT ON FUNCTION growth_index.contested(growth_index.credit_code, growth_index.policy) IS 'Does an enterprise object (data_objection, open) to a value that the policy reads? Then a person reviews.';

/* who does a step: the right one, or error 42501; and the name that is recorded */
CREATE FUNCTION growth_index.step_actor(entitlement growth_index.entitlement, step text, actor text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF growth_index.caller_is_trusted() THEN
		RETURN coalesce(actor, 'system');
	END IF;
	IF step IN ('confirm', 'decline') THEN
		PERFORM growth_index.require_enterprise(entitlement.credit_code);
		RETURN actor;
	END IF;
	PERFORM growth_index.require_department((SELECT p.department FROM growth_index.policy AS p
		WHERE p.code = entitlement.policy AND p.version = entitlement.version));
	IF actor <> growth_index.caller() AND actor <> 'system' THEN
		RAISE EXCEPTION 'role "%" does not act as "%"', growth_index.caller(), actor
			USING ERRCODE = 'insufficient_privilege', HINT = 'Leave the actor out: it is the role itself.';
	END IF;
	RETURN growth_index.caller();
END
$$;
COMMENT ON FUNCTION growth_index.step_actor(growth_index.entitlement, text, text) IS
'Internal: the actor to be recorded. Who may act for anybody names any; an enterprise takes the steps of its own entitlements, a department those of its own policies, as itself. Error 42501 for others.';

/* the same call again? raises 23505 where the key stands for another */
CREATE FUNCTION growth_index.taken_before(id bigint, step text, actor text, key text, reason text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	earlier growth_index.entitlement_event;
BEGIN
	SELECT v.* INTO earlier FROM growth_index.entitlement_event AS v WHERE v.key = taken_before.key;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	IF (earlier.entitlement_id, earlier.step) IS DISTINCT FROM (taken_before.id, taken_before.step) THEN
		RAISE EXCEPTION 'key "%" was used for step "%" of entitlement %', key, earlier.step, earlier.entitlement_id
			USING ERRCODE = 'unique_violation', HINT = 'A key stands for one call: take a new one.';
	END IF;
	/* as_of is today by default, and a call may be repeated tomorrow; why it is held, approve found itself */
	IF earlier.actor <> actor OR (step NOT IN ('approve', 'pay') AND earlier.reason IS DISTINCT FROM taken_before.reason) THEN
		RAISE EXCEPTION 'key "%" was used for a call with other arguments', key
			USING ERRCODE = 'unique_violation', DETAIL = format('Then the actor was "%s" and the reason %s.',
				earlier.actor, coalesce(quote_literal(earlier.reason), 'not given')),
				HINT = 'A key stands for one call: take a new one.';
	END IF;
	RETURN true;
END
$$;
COMMENT ON FUNCTION growth_index.taken_before(bigint, text, text, text, text) IS 'Internal: was this step taken with this key? Error 23505 where the key was used for anything else.';

/*
 * What all steps have in common: the key that makes a call count once, the lock
 * on the entitlement, the actor, the states it may be done in, the lists that
 * keep an enterprise out, the event.
 */
CREATE FUNCTION growth_index.take_step(id bigint, step text, allowed text[], to_state text, actor text,
	key text, reason text, as_of date, inputs jsonb DEFAULT NULL, seen integer DEFAULT NULL,
	OUT entitlement growth_index.entitlement, OUT done boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	obstacle text;
BEGIN
	SELECT e.* INTO entitlement FROM growth_index.entitlement AS e WHERE e.id = take_step.id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'entitlement % does not exist', id USING ERRCODE = 'no_data_found';
	END IF;
	actor := growth_index.step_actor(entitlement, step, actor);
	done := NOT growth_index.taken_before(id, step, actor, key, reason);
	IF NOT done THEN
		RETURN;
	END IF;
	IF entitlement.revision <> seen THEN
		RAISE EXCEPTION 'entitlement % has changed: it is at revision %, not %', id, entitlement.revision, seen
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Look at it again before deciding.';
	END IF;
	IF entitlement.state <> ALL (allowed) THEN
		RAISE EXCEPTION 'entitlement % is %: it cannot be %', id, entitlement.state, to_state
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = format('This step is taken from: %s.', array_to_string(allowed, ', '));
	END IF;
	IF step IN ('review', 'publicise', 'push', 'confirm', 'pay') THEN
		obstacle := growth_index.excluded(entitlement.credit_code, (SELECT p.excluded_by FROM growth_index.policy AS p
			WHERE p.code = (entitlement).policy AND p.version = (entitlement).version), as_of);
		IF obstacle IS NOT NULL THEN
			RAISE EXCEPTION 'enterprise % is %', entitlement.credit_code, obstacle
				USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Table growth_index.exclusion has it.';
		END IF;
	END IF;
	INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, reason, key, inputs, as_of)
	VALUES (take_step.id, take_step.step, entitlement.state, take_step.to_state, actor,
		take_step.reason, take_step.key, take_step.inputs, take_step.as_of);
	UPDATE growth_index.entitlement AS e
	SET state = take_step.to_state, reason = take_step.reason, changed_at = clock_timestamp(), revision = e.revision + 1
	WHERE e.id = take_step.id RETURNING e.* INTO entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.take_step(bigint, text, text[], text, text, text, text, date, jsonb, integer) IS
'Internal: one step of an entitlement. done is false where the key tells that it was taken before. seen: the revision that the caller decided on; NULL: any. Errors: P0002 unknown entitlement, 42501 wrong actor, 55000 wrong state, a revision that is gone, or an enterprise on a list of exclusion, 23505 a key that stands for another call.';
REVOKE ALL ON FUNCTION growth_index.take_step(bigint, text, text[], text, text, text, text, date, jsonb, integer) FROM PUBLIC;

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
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN state IN ('confirmed', 'held', 'approved', 'paid') THEN 2
		WHEN state IN ('matched', 'reviewed', 'publicised', 'objected', 'pushed') THEN 1
		WHEN state = 'superseded' THEN 0 END
$$;
COMMENT ON FUNCTION growth_index.standing(text) IS 'How firmly an entitlement in this state holds its place in its stacking group: 2 confirmed, 1 open, 0 superseded; NULL: it has fallen.';

/* what counts towards the cap: only where there is one, and more than one award a year can be */
CREATE FUNCTION growth_index.had_this_year(credit_code growth_index.credit_code, policy growth_index.policy, as_of date)
	RETURNS numeric
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN policy.cap_enterprise IS NOT NULL AND policy.period = 'event' THEN (
		SELECT sum(e.award) FROM growth_index.entitlement AS e
		WHERE e.credit_code OPERATOR(growth_index.=) had_this_year.credit_code AND e.policy = (had_this_year.policy).code
			AND growth_index.standing(e.state) > 0 AND extract(year FROM e.created_on) = extract(year FROM as_of)) END
$$;
COMMENT ON FUNCTION growth_index.had_this_year(growth_index.credit_code, growth_index.policy, date) IS
'What an enterprise has of a policy by event with a cap in the calendar year, in yuan, what has fallen or is superseded left out; NULL: nothing that counts towards a cap.';


CREATE FUNCTION growth_index.had_in_group(credit_code growth_index.credit_code, policy growth_index.policy) RETURNS numeric
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN policy.pays_difference AND policy.stacking_group IS NOT NULL THEN (
		SELECT sum(e.granted) FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS q ON q.code = e.policy AND q.version = e.version
		WHERE e.credit_code OPERATOR(growth_index.=) had_in_group.credit_code AND e.policy <> (had_in_group.policy).code
			AND q.stacking_group = (had_in_group.policy).stacking_group AND e.state IN ('approved', 'paid')) END
$$;
COMMENT ON FUNCTION growth_index.had_in_group(growth_index.credit_code, growth_index.policy) IS
'What an enterprise was approved of other policies of the stacking group, in yuan: what an upgrade takes off. NULL: nothing, or the policy pays no differences.';
