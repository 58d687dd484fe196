/*
 * Who is calling, and for whom: the mapping from roles of the server to
 * departments, enterprises and institutions, and what each group of roles may
 * do.  Nothing of it is in force before create_roles() (security.sql).
 */
CREATE TABLE growth_index.membership (
	role_name	text NOT NULL,
	kind		text NOT NULL
		CONSTRAINT membership_kind CHECK (kind IN ('department', 'enterprise', 'institution')),
	code		text NOT NULL CHECK (code <> ''),
	PRIMARY KEY (role_name, kind)
);
COMMENT ON TABLE growth_index.membership IS 'For whom a role of the server acts: of each kind at most one department, enterprise or institution. Written by add_member() and remove_member().';
COMMENT ON COLUMN growth_index.membership.role_name IS 'Role of the server, by name, so that a dump holds anywhere.';
COMMENT ON COLUMN growth_index.membership.kind IS 'department, enterprise or institution.';
COMMENT ON COLUMN growth_index.membership.code IS 'Code of the department or institution, or credit code of the enterprise.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.membership', '');

/*
 * The rights of the group roles, in one place: each .sql enters those of its own
 * relations, create_roles() grants them, and the tests hold every session to them.
 * The rows come with the extension, so they are no part of a dump.
 */
CREATE TABLE growth_index.role_right (
	roles		text[] NOT NULL
		CONSTRAINT role_right_roles CHECK (roles <@ '{admin,department,analyst,enterprise,institution,app}'),
	privileges	text[] NOT NULL
		CONSTRAINT role_right_privileges CHECK (privileges <@ '{SELECT,INSERT,UPDATE,DELETE,USAGE,EXECUTE}'),
	objects		text[] NOT NULL,
	rows		text
);
COMMENT ON TABLE growth_index.role_right IS 'What the group roles may do, as shipped: create_roles() grants it. View role_privilege has it line by line.';
COMMENT ON COLUMN growth_index.role_right.roles IS 'Group roles without their prefix growth_index_: admin, department, analyst, enterprise, institution, app.';
COMMENT ON COLUMN growth_index.role_right.privileges IS 'SELECT, INSERT, UPDATE, DELETE of relations; USAGE of sequences; EXECUTE of functions and procedures.';
COMMENT ON COLUMN growth_index.role_right.objects IS 'Names in schema growth_index; a function or procedure with its argument types, as regprocedure reads them.';
COMMENT ON COLUMN growth_index.role_right.rows IS 'Of a table: the condition on its rows, USING and WITH CHECK of a policy; NULL: all rows. A table that has a condition for anyone gets row level security.';

CREATE VIEW growth_index.role_privilege AS
SELECT 'growth_index_' || role AS role, object, privilege, r.rows
FROM growth_index.role_right AS r, unnest(r.roles) AS role, unnest(r.objects) AS object, unnest(r.privileges) AS privilege;
COMMENT ON VIEW growth_index.role_privilege IS 'What create_roles() grants, a line for each role, object and privilege.';
COMMENT ON COLUMN growth_index.role_privilege.role IS 'Group role.';
COMMENT ON COLUMN growth_index.role_privilege.object IS 'Relation, or function with its argument types, in schema growth_index.';
COMMENT ON COLUMN growth_index.role_privilege.privilege IS 'SELECT, INSERT, UPDATE, DELETE, USAGE or EXECUTE.';
COMMENT ON COLUMN growth_index.role_privilege.rows IS 'Condition on the rows; NULL: all.';

/* no CURRENT_USER: in a SECURITY DEFINER function that is the owner.  SET ROLE is checked, so its setting can be trusted. */
CREATE FUNCTION growth_index.caller() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* plpgsql, as all that each step asks: a function of SQL is planned at each call */
	RETURN CASE current_setting('role') WHEN 'none' THEN SESSION_USER::text ELSE current_setting('role') END;
END
$$;
COMMENT ON FUNCTION growth_index.caller() IS 'The role that the session acts as, by SET ROLE or as logged in; the same inside a SECURITY DEFINER function, where CURRENT_USER is the owner.';

CREATE FUNCTION growth_index.caller_in(kind text) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce(pg_has_role(growth_index.caller()::name, to_regrole(quote_ident('growth_index_' || kind))::oid, 'MEMBER'), false);
END
$$;
COMMENT ON FUNCTION growth_index.caller_in(text) IS 'Is caller() a member of the group role growth_index_<kind>? False where that role is not there; true for a superuser where it is.';

CREATE FUNCTION growth_index.caller_is_trusted() RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* CURRENT_USER is the owner here; NULL where there is no such role */
	RETURN pg_has_role(growth_index.caller()::name, CURRENT_USER, 'MEMBER') OR growth_index.caller_in('admin');
END
$$;
COMMENT ON FUNCTION growth_index.caller_is_trusted() IS 'May caller() act for anybody? The owner of the extension, superusers and members of growth_index_admin may.';

CREATE FUNCTION growth_index.current_department() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT m.code FROM growth_index.membership AS m WHERE m.role_name = growth_index.caller() AND m.kind = 'department');
END
$$;
COMMENT ON FUNCTION growth_index.current_department() IS 'Code of the department for which caller() acts, by table membership; NULL: none.';

CREATE FUNCTION growth_index.current_institution() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT m.code FROM growth_index.membership AS m WHERE m.role_name = growth_index.caller() AND m.kind = 'institution');
END
$$;
COMMENT ON FUNCTION growth_index.current_institution() IS 'Code of the institution for which caller() acts, by table membership; NULL: none.';

CREATE FUNCTION growth_index.current_enterprise() RETURNS growth_index.credit_code
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce((SELECT m.code FROM growth_index.membership AS m
			WHERE m.role_name = growth_index.caller() AND m.kind = 'enterprise'),
		CASE WHEN growth_index.caller_in('app')
			THEN nullif(current_setting('growth_index.acting_for', true), '') END)::growth_index.credit_code;
END
$$;
COMMENT ON FUNCTION growth_index.current_enterprise() IS 'Credit code of the enterprise for which caller() acts: by table membership, or, for a member of growth_index_app, the one of act_for(). NULL: none.';

CREATE FUNCTION growth_index.act_for(credit_code growth_index.credit_code) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT growth_index.caller_in('app') THEN
		RAISE EXCEPTION 'role "%" may not choose for whom it acts', growth_index.caller()
			USING ERRCODE = 'insufficient_privilege', HINT = 'Members of growth_index_app may; other roles act for whom add_member() says.';
	END IF;
	PERFORM set_config('growth_index.acting_for', coalesce(credit_code::text, ''), true);
END
$$;
COMMENT ON FUNCTION growth_index.act_for(growth_index.credit_code) IS 'For the app, which has verified its user: to the end of the transaction the session acts for this enterprise, and sees what the enterprise would; NULL: for none. Error 42501 for who is no member of growth_index_app.';

/* plpgsql: consents and their log are declared later */
CREATE FUNCTION growth_index.consented_enterprises(scope text DEFAULT 'score') RETURNS SETOF growth_index.credit_code
LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY SELECT DISTINCT c.credit_code
	FROM growth_index.consent_access AS a JOIN growth_index.consent_in_force AS c ON c.id = a.consent_id
	WHERE a.institution = growth_index.current_institution() AND c.institution = a.institution
		AND a.role = growth_index.caller() AND a.asked_at > clock_timestamp() - INTERVAL '10 minutes'
		AND a.asked_in IS DISTINCT FROM pg_current_xact_id_if_assigned()
		AND a.scope IN (consented_enterprises.scope, 'profile');
END
$$;
COMMENT ON FUNCTION growth_index.consented_enterprises(text) IS 'The enterprises that the institution for which caller() acts may see now: those whose consent is in force, and for which the role asked with ask_access(), for this scope (profile covers score), in an earlier transaction of the last 10 minutes. So each access stands in the log before it is answered.';

CREATE FUNCTION growth_index.require_enterprise(credit_code growth_index.credit_code) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF growth_index.current_enterprise() OPERATOR(growth_index.=) credit_code OR growth_index.caller_is_trusted() THEN
		RETURN;
	END IF;
	RAISE EXCEPTION 'role "%" does not act for enterprise %', growth_index.caller(), coalesce(credit_code::text, '(none)')
		USING ERRCODE = 'insufficient_privilege';
END
$$;
COMMENT ON FUNCTION growth_index.require_enterprise(growth_index.credit_code) IS 'Error 42501 unless caller() acts for this enterprise, or for anybody (caller_is_trusted()).';

CREATE FUNCTION growth_index.require_department(department text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF growth_index.current_department() = department OR growth_index.caller_is_trusted() THEN
		RETURN;
	END IF;
	RAISE EXCEPTION 'role "%" does not act for department "%"', growth_index.caller(), coalesce(department, '(none)')
		USING ERRCODE = 'insufficient_privilege';
END
$$;
COMMENT ON FUNCTION growth_index.require_department(text) IS 'Error 42501 unless caller() acts for this department, or for anybody.';

/* says nothing of whose it is: numbers can be tried */
CREATE FUNCTION growth_index.require_party(what text, id bigint, credit_code growth_index.credit_code, institution text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF growth_index.current_enterprise() OPERATOR(growth_index.=) credit_code OR growth_index.current_institution() = institution
		OR growth_index.caller_is_trusted() THEN
		RETURN;
	END IF;
	RAISE EXCEPTION '% % is not one that role "%" acts on', what, id, growth_index.caller() USING ERRCODE = 'insufficient_privilege';
END
$$;
COMMENT ON FUNCTION growth_index.require_party(text, bigint, growth_index.credit_code, text) IS
'Internal: error 42501 unless caller() acts for this enterprise, for this institution, or for anybody; NULL: for neither. The message names what it is about by its number alone.';

CREATE FUNCTION growth_index.require_institution(institution text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF growth_index.current_institution() = institution OR growth_index.caller_is_trusted() THEN
		RETURN;
	END IF;
	RAISE EXCEPTION 'role "%" does not act for institution "%"', growth_index.caller(), coalesce(institution, '(none)')
		USING ERRCODE = 'insufficient_privilege';
END
$$;
COMMENT ON FUNCTION growth_index.require_institution(text) IS 'Error 42501 unless caller() acts for this institution, or for anybody.';
