/*
 * Who may do what.  As installed: the types and the functions on values are
 * everybody's; tables, and with them all that reads or writes them, are the
 * owner's, who grants them.  create_roles() makes the group roles, grants what
 * role_right says, and turns row level security on.
 */
GRANT USAGE ON SCHEMA growth_index TO PUBLIC;

/*
 * A trigger function needs EXECUTE only of who makes a trigger with it, and on a
 * table of his own anybody could: with rows, and even types and their casts, of
 * his choice, where the function runs as the owner.  So none is granted, to admins
 * neither.
 */
DO $$
DECLARE
	f record;
BEGIN
	FOR f IN SELECT p.oid::pg_catalog.regprocedure AS name FROM pg_catalog.pg_proc AS p
		WHERE p.pronamespace = 'growth_index'::pg_catalog.regnamespace AND p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype
	LOOP
		EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f.name);
	END LOOP;
END
$$;

/* of use to the jobs alone */
REVOKE EXECUTE ON FUNCTION growth_index.job_lock(text) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION growth_index.job_unlock(text) FROM PUBLIC;

/*
 * The rights.  What is public in itself: who delivers what, how points are
 * counted, which policies and products there are.
 */
INSERT INTO growth_index.role_right (roles, privileges, objects) VALUES
	('{department,analyst,enterprise,institution,app}', '{SELECT}',
		'{department,indicator,setting,scorecard_version,policy,product,policy_state,institution,headline,score_count,peer_group,observation_archive}'),
	('{analyst}', '{SELECT}',
		'{enterprise,observation,enterprise_profile,score,score_history,policy_match,product_match,matching_profiles,
		upload_receipt,known_count,score_tally,match_tally,refresh_run,refresh_error,refresh_queue,
		enterprise_score,dimension_score,indicator_latest,rating_distribution,policy_reach,data_quality}'),
	('{department}', '{SELECT}', '{enterprise}'),
	('{department}', '{INSERT}', '{upload}'),
	('{department}', '{SELECT}', '{upload_receipt_upload_id_seq}'),	/* upload_json() gives the receipt of its own upload */
	('{enterprise,app,institution}', '{SELECT}', '{matching_profiles,enterprise_score,dimension_score,indicator_latest}'),
	('{department}', '{SELECT}', '{indicator_latest}'),
	('{analyst}', '{SELECT}', '{enterprise_former,data_confirmation,data_objection,data_review,shipped_pack,financing_event,financing_summary}'),
	('{enterprise,app}', '{SELECT}', '{data_review}'),
	('{enterprise,app}', '{EXECUTE}', '{confirm_data(growth_index.credit_code),
		"object_to_value(growth_index.credit_code, text, date, text, text)",
		"withdraw_objection(bigint, growth_index.credit_code)"}'),
	('{department}', '{EXECUTE}', '{"answer_objection(bigint, boolean, text, text)"}');
INSERT INTO growth_index.role_right (roles, privileges, objects, rows) VALUES
	('{department}', '{SELECT}', '{observation,data_objection}', 'department = (SELECT growth_index.current_department())'),
	('{department}', '{SELECT}', '{upload_receipt}',
		'department = (SELECT growth_index.current_department()) OR uploader = (SELECT growth_index.caller())'),
	('{department}', '{SELECT}', '{upload_error}', 'upload_id IN (SELECT upload_id FROM growth_index.upload_receipt)'),
	('{analyst}', '{SELECT}', '{upload_error}', 'true'),
	('{enterprise,app}', '{SELECT}', '{enterprise,enterprise_former,observation,enterprise_profile,score,score_history,policy_match,product_match,data_confirmation,data_objection}',
		'credit_code OPERATOR(growth_index.=) (SELECT growth_index.current_enterprise())'),
	('{institution}', '{SELECT}', '{enterprise,score,score_history}',
		'credit_code OPERATOR(growth_index.=) ANY (ARRAY(SELECT growth_index.consented_enterprises(''score'')))'),
	('{institution}', '{SELECT}', '{observation,enterprise_profile,enterprise_former}',
		'credit_code OPERATOR(growth_index.=) ANY (ARRAY(SELECT growth_index.consented_enterprises(''profile'')))');

/* read by every query of an institution: consented_enterprises() */
CREATE INDEX consent_access_recent ON growth_index.consent_access (institution, asked_at);

CREATE FUNCTION growth_index.grant_rights() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT p.*, p.privilege = 'EXECUTE' AS routine, p.privilege = 'USAGE' AS sequence
		FROM growth_index.role_privilege AS p
	LOOP
		EXECUTE format('GRANT %s ON %s growth_index.%s TO %I', r.privilege,
			CASE WHEN r.routine THEN 'ROUTINE' WHEN r.sequence THEN 'SEQUENCE' ELSE 'TABLE' END,
			CASE WHEN r.routine THEN r.object ELSE quote_ident(r.object) END, r.role);
	END LOOP;
	FOR r IN SELECT p.polname, p.polrelid::regclass AS relation
		FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
		WHERE c.relnamespace = 'growth_index'::regnamespace AND p.polname LIKE 'growth\_index\_%'
	LOOP
		EXECUTE format('DROP POLICY %I ON %s', r.polname, r.relation);
	END LOOP;
	FOR r IN SELECT p.object, p.role, p.privilege,
			string_agg(DISTINCT coalesce('(' || p.rows || ')', 'true'), ' OR ') AS rows
		FROM growth_index.role_privilege AS p
		WHERE p.object IN (SELECT g.object FROM growth_index.role_privilege AS g WHERE g.rows IS NOT NULL)
		GROUP BY p.object, p.role, p.privilege ORDER BY p.object
	LOOP
		EXECUTE format('ALTER TABLE growth_index.%I ENABLE ROW LEVEL SECURITY', r.object);
		EXECUTE format('CREATE POLICY %I ON growth_index.%I FOR %s TO %I%s%s', r.role || '_' || lower(r.privilege), r.object, r.privilege, r.role,
			CASE WHEN r.privilege <> 'INSERT' THEN ' USING (' || r.rows || ')' END,
			CASE WHEN r.privilege IN ('INSERT', 'UPDATE') THEN ' WITH CHECK (' || r.rows || ')' END);
	END LOOP;
END
$$;
COMMENT ON FUNCTION growth_index.grant_rights() IS 'Internal: what create_roles() does once the roles are there: grants and policies of role_right.';
REVOKE ALL ON FUNCTION growth_index.grant_rights() FROM PUBLIC;

/*
 * Since 16 a membership can be taken back as its grantor only, whatever admin
 * option one has.  So the admins' group role is the grantor of all whom admins
 * may show out, whoever lets them in.
 */
CREATE FUNCTION growth_index.granted_by(kind text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN current_setting('server_version_num')::integer >= 160000 AND kind <> 'admin'
		AND pg_has_role('growth_index_admin', 'USAGE') THEN ' GRANTED BY growth_index_admin' ELSE '' END;
END
$$;
COMMENT ON FUNCTION growth_index.granted_by(text) IS 'Internal: what GRANT says behind a membership of the kind of group role, so that any admin can take it back since PostgreSQL 16; empty where the caller does not act for the admins: then it is his own to take back.';
REVOKE ALL ON FUNCTION growth_index.granted_by(text) FROM PUBLIC;

CREATE FUNCTION growth_index.hand_over_members() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	a record;
BEGIN
	FOR a IN SELECT k.kind, m.roleid::regrole AS group_role, m.member::regrole AS member, m.grantor::regrole AS grantor
		FROM unnest('{department,analyst,enterprise,institution,app}'::text[]) AS k(kind)
		JOIN pg_auth_members AS m ON m.roleid = to_regrole('growth_index_' || k.kind)
		JOIN pg_roles AS r ON r.oid = m.member
		WHERE NOT m.admin_option AND m.grantor <> to_regrole('growth_index_admin') AND pg_has_role(m.grantor, 'USAGE')
			AND growth_index.granted_by(k.kind) <> ''
			/* who was let in on terms of his own keeps them: columns since 16 */
			AND (to_jsonb(m) ->> 'set_option')::boolean AND (to_jsonb(m) ->> 'inherit_option')::boolean = r.rolinherit
	LOOP
		EXECUTE format('GRANT %s TO %s%s', a.group_role, a.member, growth_index.granted_by(a.kind));
		EXECUTE format('REVOKE %s FROM %s GRANTED BY %s', a.group_role, a.member, a.grantor);
	END LOOP;
END
$$;
COMMENT ON FUNCTION growth_index.hand_over_members() IS 'Internal: makes whom others have let in, as an upgrade from 15 says of all, the admins'' own to show out; not who was let in without INHERIT or SET.';
REVOKE ALL ON FUNCTION growth_index.hand_over_members() FROM PUBLIC;

CREATE FUNCTION growth_index.create_roles() RETURNS SETOF text
LANGUAGE plpgsql ROWS 6 SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
	kind text;
BEGIN
	/* two databases of a server may do this at once */
	PERFORM pg_advisory_xact_lock(hashtextextended('growth_index.create_roles', 0));
	FOREACH kind IN ARRAY '{admin,department,analyst,enterprise,institution,app}'::text[] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = 'growth_index_' || kind) THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', 'growth_index_' || kind);
		END IF;
		/* who runs the platform lets others in; where he may already, nobody need be able to grant it */
		IF kind <> 'admin' AND NOT EXISTS (SELECT FROM pg_auth_members AS a WHERE a.admin_option
			AND a.roleid = to_regrole('growth_index_' || kind) AND a.member = to_regrole('growth_index_admin')) THEN
			EXECUTE format('GRANT %I TO growth_index_admin WITH ADMIN OPTION', 'growth_index_' || kind);
		END IF;
		RETURN NEXT 'growth_index_' || kind;
	END LOOP;
	PERFORM growth_index.hand_over_members();
	PERFORM growth_index.grant_rights();
END
$$;
COMMENT ON FUNCTION growth_index.create_roles() IS
'Makes the group roles growth_index_admin, _department, _analyst, _enterprise, _institution and _app where they are missing, grants them what role_privilege lists, and turns row level security on for the tables that it gives conditions for. Called again it changes nothing but what an upgrade changed. Returns the roles. Needs a superuser, or the owner of the extension with CREATEROLE; the owner alone where the roles are there. Docs: security.md.';
REVOKE ALL ON FUNCTION growth_index.create_roles() FROM PUBLIC;

CREATE FUNCTION growth_index.add_member(role_name text, kind text, code text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
	known boolean;
BEGIN
	IF kind IS NULL OR kind NOT IN ('admin', 'department', 'analyst', 'enterprise', 'institution', 'app') THEN
		RAISE EXCEPTION 'there is no group role of kind "%"', kind
			USING ERRCODE = 'invalid_parameter_value', HINT = 'The kinds are admin, department, analyst, enterprise, institution and app.';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = 'growth_index_' || kind) THEN
		RAISE EXCEPTION 'the group roles are not there yet'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'SELECT growth_index.create_roles();';
	END IF;
	known := CASE kind
		WHEN 'department' THEN EXISTS (SELECT FROM growth_index.department AS d WHERE d.code = add_member.code)
		WHEN 'institution' THEN EXISTS (SELECT FROM growth_index.institution AS i WHERE i.code = add_member.code)
		WHEN 'enterprise' THEN EXISTS (SELECT FROM growth_index.enterprise AS e WHERE e.credit_code::text = add_member.code)
		ELSE code IS NULL END;
	IF NOT known THEN
		IF kind IN ('admin', 'analyst', 'app') THEN
			RAISE EXCEPTION 'a member of kind "%" acts for nobody: "%" has no meaning', kind, code USING ERRCODE = 'invalid_parameter_value';
		END IF;
		RAISE EXCEPTION 'there is no % "%"', kind, coalesce(code, '(none)') USING ERRCODE = 'foreign_key_violation';
	END IF;
	EXECUTE format('GRANT %I TO %I%s', 'growth_index_' || kind, role_name, growth_index.granted_by(kind));
	IF code IS NOT NULL THEN
		INSERT INTO growth_index.membership AS m (role_name, kind, code)
		VALUES (add_member.role_name, add_member.kind, add_member.code)
		ON CONFLICT ON CONSTRAINT membership_pkey DO UPDATE SET code = EXCLUDED.code;
	END IF;
	/* a client that names the schema of a view finds no operator of credit_code or rating without it */
	IF NOT EXISTS (SELECT FROM pg_db_role_setting AS s, unnest(s.setconfig) AS c
		WHERE s.setrole = (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = role_name)
			AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())) AND c LIKE 'search\_path=%')
	THEN
		BEGIN
			EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = "$user", public, growth_index', role_name, current_database());
		EXCEPTION WHEN insufficient_privilege THEN
			/* an admin lets in whom he could not alter */
			NULL;
		END;
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.add_member(text, text, text) IS
'Lets a role of the server in: grants it growth_index_<kind>, and says for which department, enterprise (credit code) or institution it acts; called again it acts for another. Where it has no search_path of its own, and the caller may alter it, it gets one in this database that finds the operators of credit_code and rating: "$user", public, growth_index. Errors: 22023 unknown kind, 23503 unknown code, 55000 before create_roles(), 42704 unknown role.';
REVOKE ALL ON FUNCTION growth_index.add_member(text, text, text) FROM PUBLIC;

CREATE FUNCTION growth_index.remove_member(role_name text, kind text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET client_min_messages = error
AS $$
DECLARE
	was boolean := false;
	grantor text;
BEGIN
	DELETE FROM growth_index.membership AS m
	WHERE m.role_name = remove_member.role_name AND m.kind = remove_member.kind;
	/* since 16 each grantor's is one of its own; before, the last one may be a role that has gone */
	FOR grantor IN SELECT g.rolname FROM pg_auth_members AS a LEFT JOIN pg_roles AS g ON g.oid = a.grantor
		WHERE a.roleid = (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = 'growth_index_' || remove_member.kind)
			AND a.member = (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = remove_member.role_name)
	LOOP
		EXECUTE format('REVOKE %I FROM %I', 'growth_index_' || kind, role_name) || coalesce(format(' GRANTED BY %I', grantor), '');
		was := true;
	END LOOP;
	RETURN was;
END
$$;
COMMENT ON FUNCTION growth_index.remove_member(text, text) IS 'Takes growth_index_<kind> from a role, and with it whom it acted for; false where it had none.';
REVOKE ALL ON FUNCTION growth_index.remove_member(text, text) FROM PUBLIC;

/*
 * pg_dump leaves row level security of an extension's tables to the extension,
 * but dumps what was granted.  So it is on from the beginning, for whom the
 * owner himself grants anything without effect; after a restore the members of
 * the group roles see nothing until their policies are there again.
 */
CREATE FUNCTION growth_index.caller_in_group() RETURNS boolean
LANGUAGE sql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM unnest('{admin,department,analyst,enterprise,institution,app}'::text[]) AS k WHERE growth_index.caller_in(k))
$$;
COMMENT ON FUNCTION growth_index.caller_in_group() IS 'Is caller() a member of any group role?';

DO $$
DECLARE
	name text;
BEGIN
	FOR name IN SELECT DISTINCT p.object FROM growth_index.role_privilege AS p WHERE p.rows IS NOT NULL ORDER BY 1 LOOP
		EXECUTE pg_catalog.format('ALTER TABLE growth_index.%I ENABLE ROW LEVEL SECURITY', name);
		EXECUTE pg_catalog.format('CREATE POLICY growth_index_as_installed ON growth_index.%I USING (NOT (SELECT growth_index.caller_in_group()))', name);
	END LOOP;
END
$$;

CREATE FUNCTION growth_index.restore_rights() RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM pg_policy AS p WHERE p.polname = 'growth_index_as_installed')
		AND pg_has_role((SELECT c.relowner FROM pg_class AS c WHERE c.oid = 'growth_index.membership'::regclass), 'USAGE')
		AND (SELECT bool_and(has_table_privilege(r.oid, 'growth_index.enterprise', 'SELECT')) AND count(*) = 6 FROM pg_roles AS r
			WHERE r.rolname IN ('growth_index_admin', 'growth_index_department', 'growth_index_analyst', 'growth_index_enterprise',
				'growth_index_institution', 'growth_index_app'))
	THEN
		PERFORM growth_index.grant_rights();
		RETURN true;
	END IF;
	RETURN false;
END
$$;
COMMENT ON FUNCTION growth_index.restore_rights() IS 'After a restore: makes the policies of create_roles() anew where its grants came back without them; true where that was so. The refresh job calls it; until then members of the group roles see no rows. Does nothing for others than the owner.';
REVOKE ALL ON FUNCTION growth_index.restore_rights() FROM PUBLIC;

/*
 * All that there is, for who runs the platform; what is append-only stays so, and
 * money, credit and consent are moved by their functions alone, not even by him.
 */
INSERT INTO growth_index.role_right (roles, privileges, objects)
SELECT '{admin}'::pg_catalog.text[], CASE WHEN r.by_function THEN '{SELECT}' ELSE '{SELECT,INSERT,UPDATE,DELETE}' END::pg_catalog.text[],
	pg_catalog.array_agg(r.name ORDER BY r.name)
FROM (SELECT c.relname::pg_catalog.text AS name, c.relkind = 'v' OR c.relname IN ('role_right', 'books_open', 'money_lock', 'ledger', 'payment', 'entitlement',
			'entitlement_event', 'entitlement_account', 'policy_year', 'payment_file', 'payment_order', 'payment_result', 'bank_account', 'credit_line', 'credit_event',
			'referral', 'consent', 'consent_access') AS by_function
	FROM pg_catalog.pg_class AS c
	WHERE c.relnamespace = 'growth_index'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition) AS r
GROUP BY r.by_function
UNION ALL
SELECT '{admin}'::pg_catalog.text[], '{INSERT}'::pg_catalog.text[], '{bank_answer}'::pg_catalog.text[]
UNION ALL
SELECT '{admin}'::pg_catalog.text[], '{USAGE}'::pg_catalog.text[], pg_catalog.array_agg(c.relname::pg_catalog.text ORDER BY c.relname)
FROM pg_catalog.pg_class AS c
WHERE c.relnamespace = 'growth_index'::pg_catalog.regnamespace AND c.relkind = 'S'
UNION ALL
SELECT '{admin}'::pg_catalog.text[], '{EXECUTE}'::pg_catalog.text[], pg_catalog.array_agg(pg_catalog.format('%s(%s)', p.proname, pg_catalog.oidvectortypes(p.proargtypes)) ORDER BY 1)
FROM pg_catalog.pg_proc AS p
WHERE p.pronamespace = 'growth_index'::pg_catalog.regnamespace AND NOT pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE')
	AND p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype;
