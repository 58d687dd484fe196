/*
 * Who is served when the money does not suffice for all (资金分配): first come,
 * by score, or all in proportion.  The order is total, so the same confirmations
 * and budgets give the same awards.
 */
/* the amounts of a proportional round, to 0.01 yuan: largest remainders first, then by number */
CREATE FUNCTION growth_index.proportional(ids bigint[], awards numeric[], available numeric, OUT id bigint, OUT amount numeric)
	RETURNS SETOF record
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH wanted AS (
		SELECT w.id, w.award, sum(w.award) OVER () AS total FROM unnest(ids, awards) AS w(id, award)
	), base AS (
		SELECT w.id, w.award, trunc(w.award * available / w.total, 2) AS share,
			w.award * available - trunc(w.award * available / w.total, 2) * w.total AS remainder
		FROM wanted AS w
	), ranked AS (
		SELECT b.*, row_number() OVER (ORDER BY b.remainder DESC, b.id) AS place,
			(trunc(available, 2) - sum(b.share) OVER ()) * 100 AS cents
		FROM base AS b
	)
	SELECT r.id, CASE WHEN (SELECT max(w.total) FROM wanted AS w) <= available THEN r.award
		ELSE r.share + CASE WHEN r.place <= r.cents THEN 0.01 ELSE 0 END END
	FROM ranked AS r ORDER BY r.id
$$;
COMMENT ON FUNCTION growth_index.proportional(bigint[], numeric[], numeric) IS
'Divides what is available, in yuan, in proportion to awards: they add up to it exactly (by 0.01 to the largest remainders, then to the smaller number); each its award where it suffices for all.';

/*
 * Which of the confirmed ones can be approved now, and with how much.  What is
 * left of the budgets is counted down here; the ledger holds it once more.
 */
CREATE FUNCTION growth_index.allocate_in_order(ready bigint[], as_of date, INOUT codes text[], INOUT lefts numeric[],
	OUT ids bigint[], OUT grants numeric[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
	/* a plan made when the tables were empty would be a loop in a loop for ever */
	SET enable_nestloop = off
AS $$
DECLARE
	c record;
	part record;
	given numeric;
	fits boolean;
	had numeric[] := '{}';	/* what this run gives each enterprise, by its place */
	zone_cap numeric := growth_index.enterprise_year_cap();
	capped text[];
	cap_lefts numeric[];
	cap_place integer;
BEGIN
	/* what the policies' caps leave is counted down as the budgets are */
	SELECT array_agg(u.code), array_agg(u.of_policy) INTO capped, cap_lefts
	FROM (SELECT p.code, min((growth_index.left_of_year(NULL, p, as_of)).of_policy) AS of_policy
		FROM growth_index.policy AS p WHERE p.cap_year IS NOT NULL AND p.allocation <> 'proportional'
			AND EXISTS (SELECT FROM growth_index.entitlement AS e WHERE e.id = ANY (ready) AND e.policy = p.code AND e.version = p.version)
		GROUP BY p.code) AS u;
	FOR c IN
		SELECT e.id, e.credit_code, e.award, p.code, p.version, p.cap_year, p.budget_code, p.cost_shares IS NULL AS simple,
			CASE WHEN zone_cap IS NOT NULL THEN dense_rank() OVER (ORDER BY e.credit_code USING OPERATOR(growth_index.<))::integer END AS place, zone_cap - coalesce(y.had, 0) AS of_enterprise
		FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
			LEFT JOIN growth_index.score AS s ON s.credit_code OPERATOR(growth_index.=) e.credit_code
				AND s.scorecard = (SELECT growth_index.matching_scorecard())
			/* left_of_year(), of all at once */
			LEFT JOIN (SELECT o.credit_code, sum(a.committed + a.paid) AS had
				FROM growth_index.entitlement AS o JOIN growth_index.entitlement_account AS a ON a.entitlement_id = o.id
				WHERE zone_cap IS NOT NULL AND o.state IN ('approved', 'paid') AND extract(year FROM o.approved_on) = extract(year FROM as_of)
				GROUP BY o.credit_code) AS y ON y.credit_code OPERATOR(growth_index.=) e.credit_code
		WHERE e.id = ANY (ready) AND e.state = 'confirmed' AND p.allocation <> 'proportional'
		ORDER BY p.allocation = 'score', CASE p.allocation WHEN 'score' THEN s.score END DESC NULLS LAST, e.changed_at, e.id
	LOOP
		given := c.award;
		IF zone_cap IS NOT NULL THEN
			given := least(given, c.of_enterprise - coalesce(had[c.place], 0));
			CONTINUE WHEN given <= 0;
		END IF;
		cap_place := CASE WHEN c.cap_year IS NOT NULL THEN array_position(capped, c.code) END;
		CONTINUE WHEN given > cap_lefts[cap_place];
		fits := true;
		FOR part IN SELECT c.budget_code AS code, given AS amount WHERE c.simple
			UNION ALL SELECT q.budget_code, q.amount
			FROM growth_index.budget_parts(growth_index.policy_version(c.code, c.version), given) AS q WHERE NOT c.simple
		LOOP
			IF part.amount <= lefts[array_position(codes, part.code)] THEN
				CONTINUE;
			END IF;
			fits := false;
			/* who is behind one that has to wait for money waits as well */
			IF array_position(codes, part.code) IS NOT NULL THEN
				lefts[array_position(codes, part.code)] := -1;
			END IF;
		END LOOP;
		CONTINUE WHEN NOT fits;
		IF c.simple THEN
			lefts[array_position(codes, c.budget_code)] := lefts[array_position(codes, c.budget_code)] - given;
		ELSE
			FOR part IN SELECT q.budget_code AS code, q.amount FROM growth_index.budget_parts(growth_index.policy_version(c.code, c.version), given) AS q LOOP
				lefts[array_position(codes, part.code)] := lefts[array_position(codes, part.code)] - part.amount;
			END LOOP;
		END IF;
		IF cap_place IS NOT NULL THEN
			cap_lefts[cap_place] := cap_lefts[cap_place] - given;
		END IF;
		IF zone_cap IS NOT NULL THEN
			had[c.place] := coalesce(had[c.place], 0) + given;
		END IF;
		ids := ids || c.id;
		grants := grants || given;
	END LOOP;
END
$$;
COMMENT ON FUNCTION growth_index.allocate_in_order(bigint[], date, text[], numeric[]) IS
'Internal: who of the confirmed is approved, first come or by score, with how much; codes and lefts: budgets, and what they have left, before and after.';
REVOKE ALL ON FUNCTION growth_index.allocate_in_order(bigint[], date, text[], numeric[]) FROM PUBLIC;

CREATE FUNCTION growth_index.allocate_in_proportion(ready bigint[], as_of date, codes text[], lefts numeric[],
	OUT ids bigint[], OUT grants numeric[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
	available numeric;
	given record;
BEGIN
	/* a round is decided once nobody is on the way any more */
	FOR r IN
		SELECT p, array_agg(e.id ORDER BY e.id) AS all_ids, array_agg(e.award ORDER BY e.id) AS awards
		FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
		WHERE e.id = ANY (ready) AND e.state = 'confirmed' AND p.allocation = 'proportional'
			/* looked up once, not for each that waits */
			AND p.code <> ALL (ARRAY(SELECT DISTINCT o.policy FROM growth_index.entitlement AS o
				WHERE o.state IN ('matched', 'reviewed', 'publicised', 'objected', 'pushed')))
		GROUP BY p.code, p.version, p ORDER BY p.code, p.version
	LOOP
		SELECT CASE WHEN count(*) = count(b.free) THEN min(b.free / s.share) END INTO available
		FROM (SELECT q.budget_code, q.amount / sum(q.amount) OVER () AS share
			FROM growth_index.budget_parts(r.p, (SELECT sum(a) FROM unnest(r.awards) AS a)) AS q) AS s
			LEFT JOIN unnest(codes, lefts) AS b(code, free) ON b.code = s.budget_code;
		available := trunc(least(available, (growth_index.left_of_year(NULL, r.p, as_of)).of_policy), 2);
		IF (r.p).cost_shares IS NOT NULL THEN
			/* each award is rounded in each budget: leave room for it */
			available := available - 0.01 * cardinality(r.all_ids);
		END IF;
		CONTINUE WHEN (available > 0) IS NOT TRUE;
		FOR given IN SELECT d.id, least(d.amount, y.of_enterprise) AS amount
			FROM growth_index.proportional(r.all_ids, r.awards, available) AS d
				JOIN growth_index.entitlement AS e ON e.id = d.id
				CROSS JOIN LATERAL growth_index.left_of_year(e.credit_code, r.p, as_of) AS y ORDER BY d.id
		LOOP
			CONTINUE WHEN given.amount <= 0;
			IF growth_index.enterprise_year_cap() IS NOT NULL THEN
				PERFORM growth_index.approve_listed(ARRAY[given.id], ARRAY[given.amount], as_of);
			END IF;
			ids := ids || given.id;
			grants := grants || given.amount;
		END LOOP;
		SELECT array_agg(b.free - coalesce(u.amount, 0) ORDER BY b.n) INTO lefts
		FROM unnest(codes, lefts) WITH ORDINALITY AS b(code, free, n)
			LEFT JOIN (SELECT q.budget_code, sum(q.amount) AS amount FROM unnest(ids, grants) AS g(id, amount)
				CROSS JOIN LATERAL growth_index.budget_parts(r.p, g.amount) AS q WHERE g.id = ANY (r.all_ids) GROUP BY q.budget_code) AS u ON u.budget_code = b.code;
	END LOOP;
END
$$;
COMMENT ON FUNCTION growth_index.allocate_in_proportion(bigint[], date, text[], numeric[]) IS
'Internal: as allocate_in_order(), for policies that pay in proportion: a policy at a time, once none of its entitlements is on the way any more.';
REVOKE ALL ON FUNCTION growth_index.allocate_in_proportion(bigint[], date, text[], numeric[]) FROM PUBLIC;
