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
	state			text NOT NULL DEFAULT 'matched' CONSTRAINT entitlement_state CHECK (state IN (
						'matched', 'superseded', 'reviewed', 'rejected', 'publicised', 'objected', 'pushed',
						'confirmed', 'declined', 'expired', 'held', 'approved', 'paid', 'withdrawn', 'clawed_back')),
	reason			text,
	publicity_ends	date,
	expires_on		date,
	created_on		date NOT NULL,
	changed_at		timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
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
COMMENT ON COLUMN growth_index.entitlement.state IS 'Where it stands.';
COMMENT ON COLUMN growth_index.entitlement.reason IS 'Why it stands there, where somebody said so.';
COMMENT ON COLUMN growth_index.entitlement.publicity_ends IS 'Last day of publicity (公示); NULL: not publicised yet, or no publicity.';
COMMENT ON COLUMN growth_index.entitlement.expires_on IS 'Last day on which the enterprise can confirm.';
COMMENT ON COLUMN growth_index.entitlement.created_on IS 'Day for which it was matched.';
COMMENT ON COLUMN growth_index.entitlement.changed_at IS 'Time of the last step.';
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
COMMENT ON COLUMN growth_index.entitlement_event.step IS 'What was done: match, supersede, review, publicise, push, confirm, decline, object, reject, approve (to approved or held), pay, expire, withdraw, claw_back.';
COMMENT ON COLUMN growth_index.entitlement_event.from_state IS 'State before; NULL: it began here.';
COMMENT ON COLUMN growth_index.entitlement_event.to_state IS 'State after.';
COMMENT ON COLUMN growth_index.entitlement_event.actor IS 'Who did it: system, or what the caller said.';
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

CREATE FUNCTION growth_index.add_working_days(day date, days integer) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN days <= 0 THEN day ELSE (
		SELECT d::date FROM generate_series(day + 1, day + 7 + days * 2, INTERVAL '1 day') AS d
		WHERE extract(isodow FROM d) < 6 ORDER BY d OFFSET days - 1 LIMIT 1) END
$$;
COMMENT ON FUNCTION growth_index.add_working_days(date, integer) IS 'The day that lies so many working days (Monday to Friday) after a day; holidays are not known.';

/* inlined by the planner: no SET clause, so everything is qualified */
CREATE FUNCTION growth_index.decision_record(growth_index.policy, growth_index.profile, growth_index.score) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
	SELECT pg_catalog.jsonb_build_object('policy', ($1).code, 'version', ($1).version, 'criteria', ($1).criteria::pg_catalog.text,
		'award', ($1).award::pg_catalog.text, 'profile', growth_index.jsonb($2),
		'score', CASE WHEN ($3).scorecard IS NOT NULL THEN pg_catalog.jsonb_build_object('scorecard', ($3).scorecard,
			'version', ($3).version, 'score', ($3).score, 'rating', ($3).rating::pg_catalog.text) END)
$$;
COMMENT ON FUNCTION growth_index.decision_record(growth_index.policy, growth_index.profile, growth_index.score) IS 'What a decision rests on, as it is kept with the event: policy, version, criteria, award, profile, score.';

CREATE FUNCTION growth_index.decision_inputs(credit_code growth_index.credit_code, policy growth_index.policy) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT growth_index.decision_record(policy, growth_index.matching_profile(decision_inputs.credit_code),
		(SELECT s FROM growth_index.score AS s
		WHERE s.credit_code OPERATOR(growth_index.=) decision_inputs.credit_code
			AND s.scorecard = growth_index.matching_scorecard()))
$$;
COMMENT ON FUNCTION growth_index.decision_inputs(growth_index.credit_code, growth_index.policy) IS 'What a decision on an enterprise and a policy rests on, as it is kept with the event.';

/*
 * What all steps have in common: the key that makes a call count once, the lock
 * on the entitlement, the states it may be done in, the event.
 */
CREATE FUNCTION growth_index.take_step(id bigint, step text, allowed text[], to_state text, actor text,
	key text, reason text, as_of date, inputs jsonb DEFAULT NULL, OUT entitlement growth_index.entitlement, OUT done boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	earlier growth_index.entitlement_event;
BEGIN
	SELECT e.* INTO entitlement FROM growth_index.entitlement AS e WHERE e.id = take_step.id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'entitlement % does not exist', id USING ERRCODE = 'no_data_found';
	END IF;
	SELECT v.* INTO earlier FROM growth_index.entitlement_event AS v WHERE v.key = take_step.key;
	IF FOUND THEN
		IF (earlier.entitlement_id, earlier.step) IS DISTINCT FROM (take_step.id, take_step.step) THEN
			RAISE EXCEPTION 'key "%" was used for step "%" of entitlement %', key, earlier.step, earlier.entitlement_id
				USING ERRCODE = 'unique_violation', HINT = 'A key stands for one call: take a new one.';
		END IF;
		/* as_of is today by default, and a call may be repeated tomorrow; why it is held, approve found itself */
		IF earlier.actor <> coalesce(actor, 'system') OR (step <> 'approve' AND earlier.reason IS DISTINCT FROM take_step.reason) THEN
			RAISE EXCEPTION 'key "%" was used for a call with other arguments', key
				USING ERRCODE = 'unique_violation', DETAIL = format('Then the actor was "%s" and the reason %s.',
					earlier.actor, coalesce(quote_literal(earlier.reason), 'not given')),
					HINT = 'A key stands for one call: take a new one.';
		END IF;
		done := false;
		RETURN;
	END IF;
	IF entitlement.state <> ALL (allowed) THEN
		RAISE EXCEPTION 'entitlement % is %: it cannot be %', id, entitlement.state, to_state
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = format('This step is taken from: %s.', array_to_string(allowed, ', '));
	END IF;
	INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, reason, key, inputs, as_of)
	VALUES (take_step.id, take_step.step, entitlement.state, take_step.to_state, coalesce(take_step.actor, 'system'),
		take_step.reason, take_step.key, take_step.inputs, take_step.as_of);
	UPDATE growth_index.entitlement AS e
	SET state = take_step.to_state, reason = take_step.reason, changed_at = clock_timestamp()
	WHERE e.id = take_step.id RETURNING e.* INTO entitlement;
	done := true;
END
$$;
COMMENT ON FUNCTION growth_index.take_step(bigint, text, text[], text, text, text, text, date, jsonb) IS
'Internal: one step of an entitlement. done is false where the key tells that it was taken before. Errors: P0002 unknown entitlement, 55000 wrong state, 23505 a key that stands for another call.';
REVOKE ALL ON FUNCTION growth_index.take_step(bigint, text, text[], text, text, text, text, date, jsonb) FROM PUBLIC;

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

CREATE FUNCTION growth_index.propose_entitlements(as_of date DEFAULT current_date) RETURNS bigint
LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	proposed bigint;
BEGIN
	/* one at a time, so that two do not fill the same group; nobody else waits for it */
	PERFORM pg_advisory_xact_lock(hashtextextended('growth_index.propose_entitlements', 0));
	/* whatever may have to give way to another match must not be confirmed meanwhile */
	PERFORM FROM growth_index.entitlement AS e
		JOIN growth_index.policy AS q ON q.code = e.policy AND q.version = e.version
	WHERE growth_index.standing(e.state) = 1 AND q.stacking_group IS NOT NULL
		AND EXISTS (SELECT FROM growth_index.policy_match AS m
			JOIN growth_index.policy AS p ON p.code = m.policy AND p.version = m.version
			WHERE m.until IS NULL AND m.decision = 'eligible' AND p.stacking_group = q.stacking_group
				AND p.code <> q.code AND m.credit_code OPERATOR(growth_index.=) e.credit_code)
	ORDER BY e.id FOR UPDATE OF e;

	WITH candidate AS MATERIALIZED (
		SELECT m.credit_code, p.code, p.version, p.stacking_group,
			CASE WHEN had.amount IS NULL THEN m.award ELSE least(m.award, p.cap_enterprise - had.amount) END AS award,
			CASE p.period WHEN 'event' THEN growth_index.occasion(p, growth_index.matching_profile(m.credit_code), propose_entitlements.as_of)
				ELSE growth_index.occasion(p, NULL, propose_entitlements.as_of) END AS occasion
		FROM growth_index.policy_match AS m
			JOIN growth_index.policy AS p ON p.code = m.policy AND p.version = m.version
			JOIN growth_index.enterprise AS f ON f.credit_code OPERATOR(growth_index.=) m.credit_code AND f.status = 'active'
			CROSS JOIN LATERAL growth_index.had_this_year(m.credit_code, p, propose_entitlements.as_of) AS had(amount)
		WHERE m.until IS NULL AND m.decision = 'eligible' AND m.award > 0
			AND p.active AND p.mode IN ('none', 'click')
			AND propose_entitlements.as_of BETWEEN p.valid_from AND p.valid_to
	), member AS MATERIALIZED (
		/* new ones, and those that were superseded and still match */
		SELECT e.id, c.credit_code, c.code, c.version, c.stacking_group, c.occasion, c.award, 0 AS standing
		FROM candidate AS c
			LEFT JOIN growth_index.entitlement AS e ON e.credit_code OPERATOR(growth_index.=) c.credit_code
				AND e.policy = c.code AND e.occasion = c.occasion
		WHERE c.occasion IS NOT NULL AND c.award > 0 AND (e.id IS NULL OR e.state = 'superseded')
		UNION ALL
		SELECT e.id, e.credit_code, e.policy, e.version, q.stacking_group, e.occasion, e.award, growth_index.standing(e.state)
		FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS q ON q.code = e.policy AND q.version = e.version
		WHERE growth_index.standing(e.state) > 0 AND q.stacking_group IS NOT NULL
	), beaten AS MATERIALIZED (
		SELECT DISTINCT ON (m.credit_code, m.code, m.occasion) m.credit_code, m.code, m.occasion,
			CASE WHEN r.standing = 2 THEN format('policy "%s" of the group "%s" is confirmed', r.code, r.stacking_group)
				ELSE format('policy "%s" of the group "%s" gives %s yuan', r.code, r.stacking_group, r.award) END AS beaten_by
		FROM member AS m
			JOIN member AS r ON r.credit_code OPERATOR(growth_index.=) m.credit_code AND r.stacking_group = m.stacking_group
		WHERE m.standing < 2 AND r.code <> m.code AND growth_index.same_occasion(r.occasion, m.occasion)
			/* by the confirmed one, else the highest, else the first by code */
			AND (r.standing = 2, r.award, m.code COLLATE "C") > (false, m.award, r.code COLLATE "C")
		ORDER BY m.credit_code, m.code, m.occasion, r.standing = 2 DESC, r.award DESC, r.code COLLATE "C"
	), decided AS MATERIALIZED (
		SELECT m.*, b.beaten_by
		FROM member AS m
			LEFT JOIN beaten AS b ON b.credit_code OPERATOR(growth_index.=) m.credit_code AND b.code = m.code AND b.occasion = m.occasion
		WHERE m.standing < 2
	), entered AS (
		INSERT INTO growth_index.entitlement AS e (credit_code, policy, version, occasion, award, state, reason, created_on)
		SELECT d.credit_code, d.code, d.version, d.occasion, d.award,
			CASE WHEN d.beaten_by IS NULL THEN 'matched' ELSE 'superseded' END, d.beaten_by, propose_entitlements.as_of
		FROM decided AS d
		WHERE d.id IS NULL
		ORDER BY d.credit_code USING OPERATOR(growth_index.<), d.code
		RETURNING e.id, e.credit_code, e.policy, e.version, NULL AS from_state, e.state, e.reason
	), moved AS (
		UPDATE growth_index.entitlement AS e
		SET state = CASE WHEN d.beaten_by IS NULL THEN 'matched' ELSE 'superseded' END, reason = d.beaten_by,
			version = d.version, award = d.award, changed_at = clock_timestamp()
		FROM decided AS d JOIN growth_index.entitlement AS was ON was.id = d.id
		WHERE e.id = d.id AND e.state = was.state AND (d.standing = 0) = (d.beaten_by IS NULL)
		RETURNING e.id, e.credit_code, e.policy, e.version, was.state AS from_state, e.state, e.reason
	), told AS (
		INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, reason, inputs, as_of)
		SELECT t.id, CASE WHEN t.from_state IS NULL OR t.state = 'matched' THEN 'match' ELSE 'supersede' END, t.from_state, t.state,
			'system', t.reason, growth_index.decision_record(p, k.profile, c), propose_entitlements.as_of
		FROM (SELECT * FROM entered UNION ALL SELECT * FROM moved) AS t
			JOIN growth_index.policy AS p ON p.code = t.policy AND p.version = t.version
			LEFT JOIN growth_index.matching_profiles AS k ON k.credit_code OPERATOR(growth_index.=) t.credit_code
			LEFT JOIN growth_index.score AS c ON c.credit_code OPERATOR(growth_index.=) t.credit_code
				AND c.scorecard = (SELECT growth_index.matching_scorecard())
		ORDER BY t.id
		RETURNING to_state
	)
	SELECT count(*) INTO proposed FROM told WHERE to_state = 'matched';
	RETURN proposed;
END
$$;
COMMENT ON FUNCTION growth_index.propose_entitlements(date) IS
'Makes an entitlement of every current eligible match of a policy without application that an active enterprise has not had on this occasion. Of a stacking group only the highest award goes forward (就高不就低; ties by code), the others are superseded: a lower one that is not confirmed yet gives way to a higher one that comes later, and comes back when the higher one falls. What is confirmed stays. Events of one year share the policy''s cap. Returns how many go forward.';

CREATE FUNCTION growth_index.propose_entitlement(credit_code growth_index.credit_code, policy text,
	as_of date DEFAULT current_date, actor text DEFAULT NULL, key text DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rule growth_index.policy := growth_index.policy_in_force(policy);
	profile growth_index.profile := growth_index.matching_profile(credit_code);
	due record;
	made growth_index.entitlement;
	had numeric;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('growth_index.propose_entitlements', 0));
	SELECT e.* INTO made FROM growth_index.entitlement_event AS v JOIN growth_index.entitlement AS e ON e.id = v.entitlement_id
	WHERE v.key = propose_entitlement.key;
	IF FOUND THEN
		IF made.credit_code OPERATOR(growth_index.<>) credit_code OR made.policy <> rule.code THEN
			RAISE EXCEPTION 'key "%" was used for entitlement %', key, made.id
				USING ERRCODE = 'unique_violation', HINT = 'A key stands for one call: take a new one.';
		END IF;
		RETURN made;
	END IF;
	IF NOT EXISTS (SELECT FROM growth_index.enterprise AS f
			WHERE f.credit_code OPERATOR(growth_index.=) propose_entitlement.credit_code AND f.status = 'active') THEN
		RAISE EXCEPTION 'there is no active enterprise %', credit_code USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	SELECT d.* INTO due FROM growth_index.decide(rule.criteria, rule.award, profile, as_of) AS d
	WHERE as_of BETWEEN rule.valid_from AND rule.valid_to;
	IF due.decision IS DISTINCT FROM 'eligible' THEN
		RAISE EXCEPTION 'enterprise % is not known to be eligible for policy "%"', credit_code, policy
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'explain_match() tells what fails or is missing.';
	END IF;
	had := growth_index.had_this_year(credit_code, rule, as_of);
	made.award := CASE WHEN rule.cap_enterprise IS NULL THEN due.amount ELSE least(due.amount, rule.cap_enterprise - coalesce(had, 0)) END;
	made.occasion := growth_index.occasion(rule, profile, as_of);
	IF made.occasion IS NULL OR made.award <= 0 THEN
		RAISE EXCEPTION 'there is nothing for enterprise % in policy "%"', credit_code, policy
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = CASE WHEN made.occasion IS NULL THEN 'The event is not known.' ELSE 'The award is 0, or the cap is used up.' END;
	END IF;
	INSERT INTO growth_index.entitlement (credit_code, policy, version, occasion, award, created_on)
	VALUES (credit_code, rule.code, rule.version, made.occasion, made.award, as_of)
	RETURNING * INTO made;
	INSERT INTO growth_index.entitlement_event (entitlement_id, step, to_state, actor, key, inputs, as_of)
	VALUES (made.id, 'match', 'matched', coalesce(actor, 'enterprise ' || credit_code::text), key,
		growth_index.decision_inputs(credit_code, rule), as_of);
	RETURN made;
END
$$;
COMMENT ON FUNCTION growth_index.propose_entitlement(growth_index.credit_code, text, date, text, text) IS
'Makes the entitlement of one enterprise to one policy of any mode: the way in for what has to be applied for. Errors: P0002 policy not in force, 55000 not eligible or nothing due, 23505 had on this occasion before, or a key that stands for another call. Stacking is settled by the next propose_entitlements().';
